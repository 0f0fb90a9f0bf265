//! How a file is laid out: with it, a cell is read as what it is, exactly or not at all.

use std::borrow::Cow;

use wxpay_protocol::{Fen, RefundStatus, TradeState, UtcMs};

use crate::amount::{AmountFault, amount, is_surely_yuan};
use crate::cell_fault::{CellFault, CellProblem};
use crate::header::Header;
use crate::moment::{form_of_digits, moment};
use crate::row::{Damage, Kind, Row};
use crate::row_kinds::RowKind;
use crate::state_words::{Words, refund_status, trade_state};
use crate::{Field, Head, Mapping, SheetError, Table, TimeForm, Unit};

/// The words that label a row of totals; the two English ones are told apart by their whole cell.
const TOTALS: [&str; 6] = ["合计", "总计", "小计", "汇总", "共计", "总交易单数"];

/// What one order or refund has, and a sum of several has not.
const OF_ONE: [Field; 6] =
    [Field::TransactionId, Field::State, Field::RefundStatus, Field::PaidAt, Field::CreatedAt, Field::RefundedAt];

/// How a cell labels a row of totals.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    /// With nothing but a count behind it.
    Whole,
    /// More follows, as in 合计金额.
    Beginning,
}

/// The places, units and words of one file. Cheap to ask: nothing is allocated for a cell that is as it should be.
#[derive(Clone, Debug)]
pub struct Layout {
    table: Table,
    header_line: u64,
    titles: Vec<String>,
    places: [Option<usize>; Field::COUNT],
    units: [Option<Unit>; Field::COUNT],
    states: Words,
    time: TimeForm,
}

impl Layout {
    /// Finds the header and settles units. Fails where a file needs a mapping, or a unit, to be read at all.
    pub fn new(head: &Head, table: Table, mapping: &Mapping) -> Result<Self, SheetError> {
        let header = Header::find(head, table, mapping)?;
        let mut units = [None; Field::COUNT];
        for field in Field::ALL.iter().copied().filter(|field| field.is_amount()) {
            let Some(place) = header.place(field) else { continue };
            let unit = header.unit(field, mapping)?.ok_or_else(|| SheetError::UnitNeeded {
                title: header.title(field).to_owned(),
                decimals: amounts_have_decimals(head, header.line, place),
            })?;
            if let Some(slot) = field.of_mut(&mut units) {
                *slot = Some(unit);
            }
        }
        Ok(Self {
            table,
            header_line: header.line,
            titles: header.titles,
            places: header.places,
            units,
            states: mapping.states.clone(),
            time: mapping.time,
        })
    }

    /// The line of the header; entries stand below it.
    pub const fn header_line(&self) -> u64 {
        self.header_line
    }

    /// Whether the file has a column for the field.
    pub fn has(&self, field: Field) -> bool {
        field.of(&self.places).is_some()
    }

    /// The amount that the orders of the file are kept with: the first of total_fee, settlement_total_fee and cash_fee.
    pub fn order_amount(&self) -> Option<Field> {
        Field::ORDER_AMOUNTS.into_iter().find(|field| self.has(*field))
    }

    /// What a row below the header is, by itself; `Continuation` where it has neither number nor amount.
    pub(crate) fn kind(&self, row: &Row<'_>) -> RowKind {
        if let Some(fault) = row.fault() {
            return RowKind::Broken(fault);
        }
        let has_number = self.entry_number(row).is_some();
        if row.len() > self.titles.len() && (self.titles.len()..row.len()).any(|place| !row.bytes(place).is_empty()) {
            return RowKind::Shifted;
        }
        if self.is_totals(row) {
            return RowKind::Total;
        }
        if has_number {
            return RowKind::Entry;
        }
        if row.is_empty() {
            return RowKind::Blank;
        }
        if self.has_amount(row) { RowKind::Entry } else { RowKind::Continuation }
    }

    /// The number that an entry is known by, as it stands in the file.
    pub(crate) fn entry_number<'r>(&self, row: &Row<'r>) -> Option<&'r [u8]> {
        self.number_fields().iter().find_map(|field| self.bytes(row, *field))
    }

    const fn number_fields(&self) -> &'static [Field] {
        match self.table {
            Table::Orders => &[Field::OutTradeNo],
            Table::Refunds => &[Field::RefundId, Field::OutRefundNo],
        }
    }

    /// Whether anything stands in a column of amounts.
    pub(crate) fn has_amount(&self, row: &Row<'_>) -> bool {
        Field::ALL.iter().any(|field| field.is_amount() && self.bytes(row, *field).is_some())
    }

    /// Whether the row sums up others: among its first cells stands a label of totals.
    fn is_totals(&self, row: &Row<'_>) -> bool {
        let numbers = self.number_fields();
        let number = numbers.iter().find(|field| self.bytes(row, **field).is_some());
        let number = number.and_then(|field| field.of(&self.places));
        (0..row.len().min(self.titles.len()).min(4))
            .any(|place| label(row, place).is_some_and(|label| self.is_of_totals(row, (place, label), number)))
    }

    /// Whether a label makes its row one of totals. Where a number or a time should be, it always does. Elsewhere it may be the name of
    /// what was sold, of a shop or of a clerk: beside a number it is a whole cell, outside the goods' names, in a row that says
    /// nothing else that only one order has, or whose number rather counts orders; without a number such a row has it as a whole cell
    /// outside the goods' names.
    fn is_of_totals(&self, row: &Row<'_>, (place, label): (usize, Label), number: Option<usize>) -> bool {
        let is_in = |field: &Field| field.of(&self.places) == Some(place);
        if Field::ALL.iter().any(|field| (field.is_number() || field.is_moment()) && is_in(field)) {
            return number.is_none_or(|number| number == place) || label == Label::Whole;
        }
        let is_alone = label == Label::Whole && !is_in(&Field::Body);
        let is_of_one = OF_ONE
            .iter()
            .filter_map(|field| field.of(&self.places))
            .any(|other| other != place && !row.bytes(other).is_empty());
        match (number, is_of_one) {
            (Some(number), true) => is_alone && is_count_of_orders(row.bytes(number)),
            (Some(_), false) | (None, true) => is_alone,
            (None, false) => true,
        }
    }

    /// The cell of a field without blanks and guards, in the file's encoding; nothing if it is empty.
    pub fn bytes<'r>(&self, row: &Row<'r>, field: Field) -> Option<&'r [u8]> {
        field.of(&self.places).map(|place| row.bytes(place)).filter(|cell| !cell.is_empty())
    }

    /// A number of the protocol, as bytes; refused where a spreadsheet damaged it.
    pub fn number<'r>(&self, row: &Row<'r>, field: Field) -> Result<Option<&'r [u8]>, CellFault> {
        let Some((place, cell)) = self.cell(row, field) else { return Ok(None) };
        if let Some(damage) = row.damage(place) {
            return Err(self.fault(row, field, CellProblem::Damaged(damage)));
        }
        if row.kind(place) == Kind::Moment {
            return Err(self.fault(row, field, CellProblem::Damaged(Damage::BecameDate)));
        }
        Ok(Some(cell))
    }

    /// A cell as text.
    pub fn text<'r>(&self, row: &Row<'r>, field: Field) -> Result<Option<Cow<'r, str>>, CellFault> {
        let Some((place, _)) = self.cell(row, field) else { return Ok(None) };
        row.text(place).map(Some).map_err(|damage| self.fault(row, field, CellProblem::Damaged(damage)))
    }

    /// An amount; may be negative where the file says so.
    pub fn amount(&self, row: &Row<'_>, field: Field) -> Result<Option<Fen>, CellFault> {
        let (Some((place, cell)), Some(unit)) = (self.cell(row, field), field.of(&self.units)) else { return Ok(None) };
        match amount(cell, unit) {
            Ok(amount) => Ok(Some(amount)),
            Err(fault) => {
                let damage = row.damage(place).filter(|_| fault == AmountFault::NotAnAmount);
                Err(self.fault(row, field, damage.map_or(CellProblem::Amount(fault), CellProblem::Damaged)))
            }
        }
    }

    /// A time.
    pub fn moment(&self, row: &Row<'_>, field: Field) -> Result<Option<UtcMs>, CellFault> {
        let Some((place, cell)) = self.cell(row, field) else { return Ok(None) };
        let form = if row.kind(place) == Kind::Moment { TimeForm::Written } else { self.time };
        if let Some(moment) = moment(cell, form) {
            return Ok(Some(moment));
        }
        // 年 and 月 are no ASCII: in a file of GBK they are read as text.
        if let Ok(Cow::Owned(text)) = row.text(place)
            && let Some(moment) = moment(text.as_bytes(), form)
        {
            return Ok(Some(moment));
        }
        let problem = match (row.damage(place), form_of_digits(cell)) {
            (Some(damage), _) => CellProblem::Damaged(damage),
            (None, Some(TimeForm::ExcelDays)) => CellProblem::ExcelDays,
            (None, Some(_)) => CellProblem::UnixTime,
            (None, None) => CellProblem::NotATime,
        };
        Err(self.fault(row, field, problem))
    }

    /// The state of an order.
    pub fn trade_state(&self, row: &Row<'_>) -> Result<Option<TradeState>, CellFault> {
        let Some(word) = self.text(row, Field::State)? else { return Ok(None) };
        let known = trade_state(&word, &self.states).map(Some);
        known.ok_or_else(|| self.fault(row, Field::State, CellProblem::UnknownState))
    }

    /// Where a refund stands.
    pub fn refund_status(&self, row: &Row<'_>) -> Result<Option<RefundStatus>, CellFault> {
        let field = if self.has(Field::RefundStatus) { Field::RefundStatus } else { Field::State };
        let Some(word) = self.text(row, field)? else { return Ok(None) };
        let known = refund_status(&word, &self.states).map(Some);
        known.ok_or_else(|| self.fault(row, field, CellProblem::UnknownRefundState))
    }

    fn cell<'r>(&self, row: &Row<'r>, field: Field) -> Option<(usize, &'r [u8])> {
        let place = field.of(&self.places)?;
        let cell = row.bytes(place);
        (!cell.is_empty()).then_some((place, cell))
    }

    /// A fault of this cell, for readers that hold it to rules of their own.
    pub fn fault(&self, row: &Row<'_>, field: Field, problem: CellProblem) -> CellFault {
        let place = field.of(&self.places);
        let found = place.map(|place| row.shown(place));
        CellFault {
            title: place.and_then(|place| self.titles.get(place)).cloned().unwrap_or_else(|| field.name().to_owned()),
            found: found.unwrap_or_default().chars().take(64).collect(),
            problem,
        }
    }
}

/// Whether a cell is a label of totals.
fn label(row: &Row<'_>, place: usize) -> Option<Label> {
    let cell = row.bytes(place);
    // Numbers begin with ASCII; so do the two English words, which stand alone in their cell.
    if cell.first()?.is_ascii() {
        let cell = cell.strip_suffix(b":").unwrap_or(cell);
        return (cell.eq_ignore_ascii_case(b"total") || cell.eq_ignore_ascii_case(b"sum")).then_some(Label::Whole);
    }
    let text = row.text(place).ok()?;
    if TOTALS.contains(&text.trim_end_matches(is_count)) {
        return Some(Label::Whole);
    }
    TOTALS.iter().any(|word| text.starts_with(word)).then_some(Label::Beginning)
}

/// What may follow the label of a row of totals in its cell, as in 合计：12笔.
fn is_count(letter: char) -> bool {
    letter.is_ascii_digit() || matches!(letter, ':' | '：' | ' ' | '笔')
}

pub(crate) fn amounts_have_decimals(head: &Head, header_line: u64, place: usize) -> bool {
    head.rows
        .iter()
        .filter(|row| row.line > header_line)
        .filter_map(|row| row.cells.get(place))
        .any(|cell| is_surely_yuan(cell.as_bytes()))
}

/// Whether a number counts orders: a 商户订单号 has at least six characters (protocol §4.1).
fn is_count_of_orders(number: &[u8]) -> bool {
    number.len() < 6 && number.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
