//! The texts of rows of the own side that differ, looked up again where they stand and packed, so that many fit into little
//! memory: a table is read from its front for each stretch of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Cursor};
use std::ops::ControlFlow;
use std::path::Path;

use desk_reconcile::{Basis, Difference, Fingerprint};
use desk_sheets::{Field, Form, Layout, Row, Sheet, Table};
use desk_store::Scanned;
use wxpay_protocol::{Fen, UtcMs};

use super::listed::Rows;
use super::own_side::{OwnFiles, OwnSide};
use super::raw_lines::LinesByNumber;
use super::texts::{Numbers, Texts, hour};
use super::{DaySides, ReconcileFault, local, place};
use crate::progress::Cancel;

/// Ends a text: no byte of UTF-8.
const END: u8 = 0xFF;

/// The texts of the own side of a stretch of what differs.
#[derive(Default)]
pub(super) struct OwnTexts {
    /// How many rows the stretch has.
    pub(super) count: usize,
    /// By line, or by the store's id.
    orders: Packed,
    refunds: Packed,
    /// Of orders that were carried over from the day beside.
    carried: HashMap<Fingerprint, Texts>,
}

impl OwnTexts {
    /// Those of the next rows of a list, so many at most; nothing where there are no more.
    pub(super) fn of_next(
        sides: &DaySides,
        rows: &mut Rows<'_>,
        most: usize,
        cancel: &Cancel,
    ) -> Result<Option<Self>, ReconcileFault> {
        let (mut texts, mut orders, mut refunds, mut carried) = (Self::default(), Vec::new(), Vec::new(), Vec::new());
        for row in rows.take(most) {
            let row = row?;
            texts.count += 1;
            match row.local_line {
                None => {}
                Some(0) => carried.push(row.number),
                Some(line) if row.is_refund => refunds.push(line),
                Some(line) => orders.push(line),
            }
        }
        if texts.count == 0 {
            return Ok(None);
        }
        for lines in [&mut orders, &mut refunds] {
            lines.sort_unstable();
            lines.dedup();
        }
        match &sides.own {
            OwnSide::Files(files) => {
                texts.orders = look_up(files, (Table::Orders, sides.basis), &orders, cancel)?;
                texts.refunds = look_up(files, (Table::Refunds, sides.basis), &refunds, cancel)?;
            }
            OwnSide::Kept(kept) => kept.again(&orders, &refunds, |row| texts.take(row))?,
        }
        texts.carried = sides.beside.texts(carried)?;
        Ok(Some(texts))
    }

    /// The texts of the own side of a row of the stretch.
    pub(super) fn of(&self, row: &Difference) -> Option<Texts> {
        match row.local_line? {
            0 => self.carried.get(&row.number).cloned(),
            line if row.is_refund => self.refunds.get(line),
            line => self.orders.get(line),
        }
    }

    fn take(&mut self, row: Scanned<'_>) {
        let or_empty = |text: Option<&str>| text.unwrap_or_default().to_owned();
        match row {
            Scanned::Order(order) => {
                let texts = Texts {
                    out_trade_no: order.out_trade_no.to_owned(),
                    transaction_id: or_empty(order.transaction_id),
                    state: order.shown_state.as_str().to_owned(),
                    paid_at: order.paid_at.map(UtcMs::dashed).unwrap_or_default(),
                    hour: order.paid_at.map(hour),
                    is_claim: order.is_claim,
                    numbers: Numbers::new(order.out_trade_no.as_bytes(), b"", b""),
                    own_amount: Some(order.total_fee),
                    ..Texts::default()
                };
                self.orders.push(order.id.unsigned_abs(), &texts);
            }
            Scanned::Refund(refund) => {
                let texts = Texts {
                    out_trade_no: refund.out_trade_no.to_owned(),
                    transaction_id: or_empty(refund.transaction_id),
                    refund_id: or_empty(refund.refund_id),
                    out_refund_no: refund.out_refund_no.to_owned(),
                    state: refund.state.as_str().to_owned(),
                    hour: refund.accepted_at.filter(|_| !refund.is_day_only).map(hour),
                    numbers: Numbers::new(
                        refund.out_trade_no.as_bytes(),
                        refund.refund_id.unwrap_or_default().as_bytes(),
                        refund.out_refund_no.as_bytes(),
                    ),
                    own_amount: Some(refund.refund_fee),
                    ..Texts::default()
                };
                self.refunds.push(refund.id.unsigned_abs(), &texts);
            }
        }
    }
}

/// Texts one behind the other, of rows whose lines ascend.
#[derive(Default)]
struct Packed {
    rows: Vec<PackedRow>,
    texts: Vec<u8>,
}

struct PackedRow {
    line: u64,
    /// Where its texts begin.
    start: usize,
    numbers: Numbers,
    own_amount: Option<Fen>,
    hour: Option<u8>,
    is_claim: bool,
}

impl Packed {
    fn push(&mut self, line: u64, row: &Texts) {
        let Texts { numbers, own_amount, hour, is_claim, .. } = *row;
        self.rows.push(PackedRow { line, start: self.texts.len(), numbers, own_amount, hour, is_claim });
        let numbers = [&row.out_trade_no, &row.transaction_id, &row.refund_id, &row.out_refund_no];
        for text in numbers.into_iter().chain([&row.state, &row.paid_at]) {
            self.texts.extend_from_slice(text.as_bytes());
            self.texts.push(END);
        }
    }

    fn get(&self, line: u64) -> Option<Texts> {
        let row = self.rows.get(self.rows.binary_search_by_key(&line, |row| row.line).ok()?)?;
        let mut texts = self.texts.get(row.start..)?.split(|byte| *byte == END);
        let mut next = || texts.next().map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
        Some(Texts {
            out_trade_no: next(),
            transaction_id: next(),
            refund_id: next(),
            out_refund_no: next(),
            state: next(),
            paid_at: next(),
            hour: row.hour,
            is_claim: row.is_claim,
            numbers: row.numbers,
            own_amount: row.own_amount,
            ..Texts::default()
        })
    }
}

/// Looks local rows up again: by their lines in a text file, else by reading the table once more.
fn look_up(
    files: &OwnFiles,
    (table, basis): (Table, Basis),
    wanted: &[u64],
    cancel: &Cancel,
) -> Result<Packed, ReconcileFault> {
    let Some(path) = files.table(table).filter(|_| !wanted.is_empty()) else { return Ok(Packed::default()) };
    let file = BufReader::new(File::open(path).map_err(|cause| unreadable(path, cause))?);
    let (mut sheet, layout) = local::open(files, file, table, path)?;
    let amount = local::amount_field(&layout, table, basis);
    if let Form::Text { encoding: "UTF-8", .. } = sheet.form() {
        let by_lines = ByLines { files, table, path, layout: &layout, amount };
        if let Some(found) = by_lines.look_up(wanted, cancel)? {
            return Ok(found);
        }
    }
    let (mut found, mut rest) = (Packed::default(), wanted.iter().copied().peekable());
    each(&mut sheet, path, |row| {
        if rest.next_if_eq(&row.line()).is_some() {
            found.push(row.line(), &of_local(&layout, amount, row));
        }
        if rest.peek().is_some() && !cancel.is_cancelled() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(found)
}

/// A text file whose lines are passed over until one is wanted.
struct ByLines<'f> {
    files: &'f OwnFiles,
    table: Table,
    path: &'f Path,
    layout: &'f Layout,
    amount: Field,
}

impl ByLines<'_> {
    /// The rows at these lines; nothing where they are not lines of their own.
    fn look_up(&self, wanted: &[u64], cancel: &Cancel) -> Result<Option<Packed>, ReconcileFault> {
        let header_line = self.layout.header_line();
        let (mut header, mut found) = (Vec::new(), Packed::default());
        let mut file = LinesByNumber::open(self.path).map_err(|cause| unreadable(self.path, cause))?;
        let mut add = |numbers: &[u64], lines: &mut Vec<u8>| {
            file.add(numbers, lines, cancel).map_err(|cause| unreadable(self.path, cause))
        };
        let of_header: Vec<u64> = (1..=header_line).collect();
        if add(&of_header, &mut header)? != Some(of_header.len()) {
            return Ok(None);
        }
        let mut rest = wanted;
        while !rest.is_empty() {
            let mut lines = header.clone();
            let taken = add(rest, &mut lines)?.filter(|taken| *taken > 0);
            let Some((some, more)) = taken.and_then(|taken| rest.split_at_checked(taken)) else { return Ok(None) };
            rest = more;
            let (mut few, _) = local::open(self.files, Cursor::new(lines), self.table, self.path)?;
            let (mut numbers, mut has_more) = (some.iter(), false);
            each(&mut few, self.path, |row| {
                if row.line() > header_line {
                    match numbers.next() {
                        Some(line) => found.push(*line, &of_local(self.layout, self.amount, row)),
                        None => has_more = true,
                    }
                }
                ControlFlow::Continue(())
            })?;
            if has_more || numbers.next().is_some() {
                return Ok(None);
            }
        }
        Ok(Some(found))
    }
}

fn each<R: std::io::Read + std::io::Seek>(
    sheet: &mut Sheet<R>,
    path: &Path,
    take: impl FnMut(&Row<'_>) -> ControlFlow<()>,
) -> Result<(), ReconcileFault> {
    sheet.each(take).map_err(|cause| ReconcileFault::Sheet { place: place(path), cause })
}

fn unreadable(path: &Path, cause: std::io::Error) -> ReconcileFault {
    ReconcileFault::Unreadable { place: place(path), cause }
}

fn of_local(layout: &Layout, amount: Field, row: &Row<'_>) -> Texts {
    let text = |field: Field| layout.text(row, field).ok().flatten().map(Cow::into_owned).unwrap_or_default();
    let number = |field: Field| layout.number(row, field).ok().flatten().unwrap_or_default();
    let state = if layout.has(Field::RefundStatus) { Field::RefundStatus } else { Field::State };
    Texts {
        out_trade_no: text(Field::OutTradeNo),
        transaction_id: text(Field::TransactionId),
        refund_id: text(Field::RefundId),
        out_refund_no: text(Field::OutRefundNo),
        state: text(state),
        paid_at: text(Field::PaidAt),
        hour: [Field::PaidAt, Field::CreatedAt]
            .into_iter()
            .find_map(|field| layout.moment(row, field).ok().flatten())
            .map(hour),
        numbers: Numbers::new(number(Field::OutTradeNo), number(Field::RefundId), number(Field::OutRefundNo)),
        own_amount: layout.amount(row, amount).ok().flatten(),
        ..Texts::default()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::raw_lines::ROWS_BYTES;
    use super::*;

    #[test]
    fn every_row_of_a_table_is_found_by_its_line_however_often_a_mebibyte_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.csv");
        let mut text = "out_trade_no,transaction_id,state,total_fee,paid_at\n".to_owned();
        // Every hundredth order goes on in a second line, so that lines and rows are not counted alike.
        let (mut lines, mut next) = (Vec::new(), 2);
        for place in 0..3 * ROWS_BYTES / 60 {
            let state = if place % 100 == 99 { "\"SUCCESS\n\"" } else { "SUCCESS" };
            writeln!(text, "T{place},42{place},{state},{place},2024-01-02 11:06:40").unwrap();
            lines.push(next);
            next += if place % 100 == 99 { 2 } else { 1 };
        }
        std::fs::write(&path, text).unwrap();
        let files = OwnFiles { orders: Some(path), ..OwnFiles::default() };
        let found = |wanted: &[u64]| look_up(&files, (Table::Orders, Basis::Order), wanted, &Cancel::new()).unwrap();
        for (wanted, every) in [(lines.clone(), 1), (lines.iter().copied().step_by(7).collect(), 7)] {
            let found = found(&wanted);
            for (place, line) in lines.iter().enumerate() {
                let texts = found.get(*line);
                assert_eq!(texts.is_some(), place % every == 0, "{place}");
                let Some(texts) = texts else { continue };
                assert_eq!((texts.out_trade_no, texts.transaction_id), (format!("T{place}"), format!("42{place}")));
                assert_eq!((texts.paid_at.as_str(), texts.hour), ("2024-01-02 11:06:40", Some(11)));
                assert_eq!(texts.own_amount.map(Fen::get), i64::try_from(place).ok());
                assert_eq!(texts.state.trim(), "SUCCESS");
                assert_eq!(texts.numbers.of(false), Fingerprint::of(format!("T{place}").as_bytes()));
            }
        }
        assert!(found(&[2, 1_000_000]).get(2).is_some(), "a line that is not there hides no other");
    }

    #[test]
    fn texts_come_back_as_they_were_packed() {
        let of = |place: u64| Texts {
            out_trade_no: format!("商户\u{7F}{place}"),
            refund_id: "5".repeat(usize::try_from(place).unwrap()),
            state: "退款".to_owned(),
            hour: (place % 2 == 1).then_some(23),
            is_claim: place % 3 == 1,
            numbers: Numbers::new(&place.to_le_bytes(), b"5", b""),
            own_amount: (!place.is_multiple_of(5)).then(|| Fen::new(-7).unwrap()),
            ..Texts::default()
        };
        let mut packed = Packed::default();
        for place in 0..50 {
            packed.push(place * 3 + 1, &of(place));
        }
        for place in 0..50 {
            assert_eq!(format!("{:?}", packed.get(place * 3 + 1).unwrap()), format!("{:?}", of(place)));
            assert!(packed.get(place * 3).is_none());
        }
    }
}
