//! What differs, with the texts of both sides, as files for programs and for people.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufReader, Cursor};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use desk_reconcile::{Basis, BillPlace, Difference, Reason, Viewpoint};
use desk_sheets::{Cell, CsvTable, Field, Form, Layout, Reader, Row, Table, WriteError};
use desk_store::Scanned;
use wxpay_protocol::bill::{Bill, BillLine, BillRow, BillState, Column};
use wxpay_protocol::{Fen, UtcMs};

use super::keeping::{Identities, hex};
use super::local::OwnRowFault;
use super::own_side::{OwnFiles, OwnSide};
use super::workbook::Workbook;
use super::{DaySides, ReconcileFault, Reconciled, go_on, local, place, raw_lines};
use crate::days::UNVERIFIED;
use crate::progress::Cancel;

/// More than anybody reads; the rows beyond are counted.
pub(super) const MAX_MALFORMED: usize = 10_000;
/// So many differences are looked up at once, so that their texts never fill the memory.
const AT_ONCE: usize = 20_000;

const TITLES: [&str; 10] = [
    "class",
    "out_trade_no",
    "transaction_id",
    "refund_id",
    "field",
    "bill_value",
    "local_value",
    "bill_line",
    "local_line",
    "reason",
];

/// A row of either side that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedLine {
    /// `bill`, `orders` or `refunds`.
    pub side: &'static str,
    /// From 1.
    pub line: u64,
    /// Chinese.
    pub reason: String,
    /// English.
    pub reason_en: String,
}

impl MalformedLine {
    pub(super) fn of_bill(line: u64, reason: String, reason_en: String) -> Self {
        Self { side: "bill", line, reason, reason_en }
    }

    pub(super) fn of_local(is_refund: bool, line: u64, fault: &OwnRowFault) -> Self {
        let side = if is_refund { "refunds" } else { "orders" };
        Self { side, line, reason: fault.chinese(), reason_en: fault.to_string() }
    }
}

/// The texts of a row; those that it does not have are empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pub(super) out_trade_no: String,
    pub(super) transaction_id: String,
    pub(super) refund_id: String,
    pub(super) out_refund_no: String,
    state: String,
    paid_at: String,
    /// Beijing.
    pub(super) hour: Option<u8>,
    pub(super) device_info: String,
    pub(super) trade_type: String,
    pub(super) sub_mch_id: String,
    pub(super) attach: String,
    /// The store has it as a claim, and nothing of it verified.
    pub(super) is_claim: bool,
    /// Which of WeChat's amounts are which.
    amounts: Vec<(Basis, Fen)>,
}

impl Reconciled {
    /// Writes `differences.csv` for programs and `reconcile.xlsx` for people, with the classes named from this viewpoint, into a
    /// folder, which is made where it is missing, and says where they are.
    ///
    /// # Errors
    ///
    /// A file cannot be read again, the folder cannot be written, or somebody stopped it; then neither file is there.
    pub fn write(
        &self,
        sides: &DaySides,
        folder: &Path,
        viewpoint: Viewpoint,
        cancel: &Cancel,
    ) -> Result<Vec<PathBuf>, ReconcileFault> {
        // Under other names until they are whole: nobody takes half a file for a result.
        let parts = ["differences.csv.part", "reconcile.xlsx.part"].map(|name| folder.join(name));
        let written = self.write_parts(sides, folder, &parts, viewpoint, cancel);
        if written.is_err() {
            for part in &parts {
                // What cannot be removed has the name of a part.
                drop(fs::remove_file(part));
            }
        }
        written
    }

    fn write_parts(
        &self,
        sides: &DaySides,
        folder: &Path,
        parts: &[PathBuf; 2],
        viewpoint: Viewpoint,
        cancel: &Cancel,
    ) -> Result<Vec<PathBuf>, ReconcileFault> {
        let unwritable = |cause: WriteError| ReconcileFault::Unwritable { place: place(folder), cause };
        let io = |cause: std::io::Error| unwritable(cause.into());
        fs::create_dir_all(folder).map_err(io)?;
        let whole = ["differences.csv", "reconcile.xlsx"].map(|name| folder.join(name));
        let [csv_part, book_part] = parts;
        let csv = File::create(csv_part).map_err(io)?;
        let mut table = CsvTable::new(csv, Reader::Programs, &TITLES).map_err(unwritable)?;
        let book = File::create(book_part).map_err(io)?;
        let mut book = Workbook::new(book, self, sides, viewpoint).map_err(unwritable)?;
        let mut identities = Identities::default();
        self.each_row(sides, cancel, |cells| {
            let identity = hex(&identities.of(sides.date, cells));
            table.row(&cells.for_programs()).map_err(unwritable)?;
            book.row(cells, &identity).map_err(unwritable)
        })?;
        table.finish().map_err(unwritable)?;
        book.finish().map_err(unwritable)?;
        go_on(cancel)?;
        for (part, whole) in parts.iter().zip(&whole) {
            fs::rename(part, whole).map_err(io)?;
        }
        Ok(whole.to_vec())
    }

    /// Gives everything that does not agree, with the texts of both sides, and then what could not be read.
    pub(super) fn each_row(
        &self,
        sides: &DaySides,
        cancel: &Cancel,
        take: impl FnMut(&Cells<'_>) -> Result<(), ReconcileFault>,
    ) -> Result<(), ReconcileFault> {
        let given = self.each_row_unless_stopped(sides, cancel, take);
        go_on(cancel).and(given)
    }

    fn each_row_unless_stopped(
        &self,
        sides: &DaySides,
        cancel: &Cancel,
        mut take: impl FnMut(&Cells<'_>) -> Result<(), ReconcileFault>,
    ) -> Result<(), ReconcileFault> {
        let own = self.own_texts(&sides.own, cancel)?;
        let mut place = 0;
        for some in self.verdict.differences.chunks(AT_ONCE) {
            let bills = bill_texts(&self.bills.files, some, cancel)?;
            for difference in some {
                go_on(cancel)?;
                let bill = difference.bill.and_then(|at| bills.get(&at));
                let ours = difference.local_line.and_then(|line| own.of(difference.is_refund).get(&line));
                let mut cells = cells(difference, bill, ours, sides);
                if let Some(told) = self.told.get(&place) {
                    cells.reason = Cow::Owned(format!("{}；{}", cells.reason, told.chinese()));
                }
                take(&cells)?;
                place += 1;
            }
        }
        self.malformed.iter().try_for_each(|row| take(&of_malformed(row)))
    }

    /// The texts of every row of the own side that differs.
    fn own_texts(&self, own: &OwnSide, cancel: &Cancel) -> Result<OwnTexts, ReconcileFault> {
        let [orders, refunds] = [false, true].map(|is_refund| {
            let rows = self.verdict.differences.iter().filter(|row| row.is_refund == is_refund);
            let mut wanted: Vec<u64> = rows.filter_map(|row| row.local_line).collect();
            wanted.sort_unstable();
            wanted.dedup();
            wanted
        });
        let mut texts = OwnTexts::default();
        match own {
            OwnSide::Files(files) => {
                texts.orders = look_up(files, Table::Orders, &orders, cancel)?;
                texts.refunds = look_up(files, Table::Refunds, &refunds, cancel)?;
            }
            OwnSide::Kept(kept) => kept.again(&orders, &refunds, |row| texts.take(row))?,
        }
        Ok(texts)
    }
}

/// The texts of the own side, by line or by the store's id.
#[derive(Default)]
struct OwnTexts {
    orders: HashMap<u64, Texts>,
    refunds: HashMap<u64, Texts>,
}

impl OwnTexts {
    const fn of(&self, is_refund: bool) -> &HashMap<u64, Texts> {
        if is_refund { &self.refunds } else { &self.orders }
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
                    ..Texts::default()
                };
                self.orders.insert(order.id.unsigned_abs(), texts);
            }
            Scanned::Refund(refund) => {
                let texts = Texts {
                    out_trade_no: refund.out_trade_no.to_owned(),
                    transaction_id: or_empty(refund.transaction_id),
                    refund_id: or_empty(refund.refund_id),
                    out_refund_no: refund.out_refund_no.to_owned(),
                    state: refund.state.as_str().to_owned(),
                    hour: refund.accepted_at.map(hour),
                    ..Texts::default()
                };
                self.refunds.insert(refund.id.unsigned_abs(), texts);
            }
        }
    }
}

/// One row of the files, before it is written.
pub(super) struct Cells<'d> {
    pub(super) class: &'static str,
    pub(super) numbers: [&'d str; 3],
    pub(super) out_refund_no: &'d str,
    pub(super) field: &'static str,
    pub(super) values: [Cell<'d>; 2],
    pub(super) lines: [Cell<'d>; 2],
    pub(super) reason: Cow<'d, str>,
    pub(super) of: Of<'d>,
}

/// What a row of the files is made of.
pub(super) enum Of<'d> {
    /// Something that does not agree.
    Difference {
        row: &'d Difference,
        bill: Option<&'d Texts>,
        ours: Option<&'d Texts>,
        /// The other amounts that the local one equals.
        same_as: Vec<Basis>,
    },
    /// Something that cannot be read.
    Malformed(&'d MalformedLine),
}

impl Cells<'_> {
    fn for_programs(&self) -> [Cell<'_>; TITLES.len()] {
        let [out_trade_no, transaction_id, refund_id] = self.numbers;
        let ([bill_value, local_value], [bill_line, local_line]) = (self.values, self.lines);
        [
            Cell::Text(self.class),
            Cell::Id(out_trade_no),
            Cell::Id(transaction_id),
            Cell::Id(refund_id),
            Cell::Text(self.field),
            bill_value,
            local_value,
            bill_line,
            local_line,
            Cell::Text(&self.reason),
        ]
    }
}

fn of_malformed(row: &MalformedLine) -> Cells<'_> {
    let line = Cell::Count(row.line);
    Cells {
        class: "malformed",
        numbers: [""; 3],
        out_refund_no: "",
        field: "",
        values: [Cell::Empty; 2],
        lines: if row.side == "bill" { [line, Cell::Empty] } else { [Cell::Empty, line] },
        reason: Cow::Borrowed(&row.reason),
        of: Of::Malformed(row),
    }
}

fn cells<'d>(row: &'d Difference, bill: Option<&'d Texts>, ours: Option<&'d Texts>, sides: &DaySides) -> Cells<'d> {
    let basis = sides.basis;
    let first = |text: fn(&Texts) -> &str| {
        [bill, ours].into_iter().flatten().map(text).find(|text| !text.is_empty()).unwrap_or_default()
    };
    let both =
        |text: fn(&Texts) -> &str| [bill, ours].map(|side| side.map_or(Cell::Empty, |side| Cell::Text(text(side))));
    let amount = |fen: i64| Fen::new(fen).map_or(Cell::Empty, Cell::Amount);
    let amounts = [
        row.bill.map_or(Cell::Empty, |_| amount(row.bill_fen)),
        row.local_line.map_or(Cell::Empty, |_| amount(row.local_fen)),
    ];
    let (field, values) = match row.reason {
        Reason::State | Reason::RefundState => ("state", both(|texts| &texts.state)),
        Reason::AnotherTransaction if row.is_refund => ("refund_id", both(|texts| &texts.refund_id)),
        Reason::AnotherTransaction => ("transaction_id", both(|texts| &texts.transaction_id)),
        Reason::PaidDayBefore
        | Reason::PaidDayAfter
        | Reason::InNextBill
        | Reason::InBillBefore
        | Reason::FoundInNextBill
        | Reason::FoundInBillBefore
        | Reason::InNeitherBill => ("paid_at", both(|texts| &texts.paid_at)),
        _ if row.is_refund => ("refund_fee", amounts),
        _ => ("total_fee", amounts),
    };
    // The store's own ids mean nothing to a person.
    let has_lines = matches!(sides.own, OwnSide::Files(_));
    let mut reason = Cow::Borrowed(row.reason.chinese());
    let mut same_as = Vec::new();
    if row.reason == Reason::Amount
        && let Some(texts) = bill
    {
        let same = texts.amounts.iter().filter(|(other, fen)| *other != basis && fen.get() == row.local_fen);
        same_as.extend(same.map(|(other, _)| *other));
        for other in &same_as {
            reason = Cow::Owned(format!("{reason}；本地金额等于账单的{}", other.title(row.is_refund)));
        }
    }
    if ours.is_some_and(|texts| texts.is_claim) {
        reason = Cow::Owned(format!("{reason}{}", UNVERIFIED.0));
    }
    Cells {
        class: row.class.name(),
        numbers: [
            first(|texts| &texts.out_trade_no),
            first(|texts| &texts.transaction_id),
            first(|texts| &texts.refund_id),
        ],
        out_refund_no: first(|texts| &texts.out_refund_no),
        field,
        values,
        lines: [row.bill.map(|at| at.line), row.local_line.filter(|_| has_lines)]
            .map(|line| line.map_or(Cell::Empty, Cell::Count)),
        reason,
        of: Of::Difference { row, bill, ours, same_as },
    }
}

/// Looks the bill's rows up again, each file from its front to its back.
fn bill_texts(
    files: &[PathBuf],
    rows: &[Difference],
    cancel: &Cancel,
) -> Result<HashMap<BillPlace, Texts>, ReconcileFault> {
    let mut wanted: Vec<BillPlace> = rows.iter().filter_map(|row| row.bill).collect();
    wanted.sort_unstable_by_key(|at| (at.file, at.offset));
    wanted.dedup();
    let mut found = HashMap::with_capacity(wanted.len());
    for some in wanted.chunk_by(|one, next| one.file == next.file) {
        let Some(path) = some.first().and_then(|at| files.get(at.file)) else { continue };
        let offsets: Vec<u64> = some.iter().map(|at| at.offset).collect();
        let lines = raw_lines::at_offsets(path, &offsets, cancel)
            .map_err(|cause| ReconcileFault::Unreadable { place: place(path), cause })?;
        let refused = |cause| ReconcileFault::Bill { place: place(path), cause };
        let Bill::Trades(mut bill) = Bill::open(Cursor::new(lines)).map_err(refused)? else { continue };
        for at in some {
            if let Some(BillLine::Row(row)) = bill.next_line().map_err(refused)? {
                found.insert(*at, of_bill(&row));
            }
        }
    }
    Ok(found)
}

fn of_bill(row: &BillRow<'_>) -> Texts {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let is_refund = row.state == BillState::Refund;
    Texts {
        out_trade_no: text(row.out_trade_no),
        transaction_id: text(row.transaction_id),
        refund_id: text(row.refund_id),
        out_refund_no: text(row.out_refund_no),
        state: text(row.text(if is_refund { Column::RefundStatus } else { Column::TradeState })),
        paid_at: text(row.text(Column::TradeTime)),
        hour: Some(hour(row.at)),
        device_info: text(row.text(Column::DeviceInfo)),
        trade_type: text(row.text(Column::TradeType)),
        sub_mch_id: text(row.text(Column::SubMchId)),
        attach: text(row.text(Column::Attach)),
        amounts: Basis::ALL
            .into_iter()
            .map(|basis| (basis, if is_refund { basis.of_refund(row) } else { basis.of_payment(row) }))
            .collect(),
        is_claim: false,
    }
}

/// Looks local rows up again: by their lines in a text file, else by reading the table once more.
fn look_up(
    files: &OwnFiles,
    table: Table,
    wanted: &[u64],
    cancel: &Cancel,
) -> Result<HashMap<u64, Texts>, ReconcileFault> {
    let Some(path) = files.table(table).filter(|_| !wanted.is_empty()) else { return Ok(HashMap::new()) };
    let unreadable = |cause| ReconcileFault::Unreadable { place: place(path), cause };
    let refused = |cause| ReconcileFault::Sheet { place: place(path), cause };
    let file = BufReader::new(File::open(path).map_err(unreadable)?);
    let (mut sheet, layout) = local::open(files, file, table, path)?;
    if let Form::Text { encoding: "UTF-8", .. } = sheet.form() {
        let header = layout.header_line();
        let numbers: Vec<u64> = (1..=header).chain(wanted.iter().copied()).collect();
        let lines = raw_lines::with_numbers(path, &numbers, cancel).map_err(unreadable)?;
        let (mut few, _) = local::open(files, Cursor::new(lines), table, path)?;
        let mut rows = Vec::with_capacity(wanted.len());
        few.each(|row| {
            if row.line() > header {
                rows.push(of_local(&layout, row));
            }
            ControlFlow::Continue(())
        })
        .map_err(refused)?;
        if rows.len() == wanted.len() {
            return Ok(wanted.iter().copied().zip(rows).collect());
        }
    }
    let mut rest = wanted.iter().copied().peekable();
    let mut found = HashMap::with_capacity(wanted.len());
    sheet
        .each(|row| {
            if rest.next_if_eq(&row.line()).is_some() {
                found.insert(row.line(), of_local(&layout, row));
            }
            if rest.peek().is_some() && !cancel.is_cancelled() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })
        .map_err(refused)?;
    Ok(found)
}

/// The hour of the day, Beijing.
fn hour(at: UtcMs) -> u8 {
    u8::try_from((at.0 - at.start_of_day().0) / 3_600_000).unwrap_or_default()
}

fn of_local(layout: &Layout, row: &Row<'_>) -> Texts {
    let text = |field: Field| layout.text(row, field).ok().flatten().map(Cow::into_owned).unwrap_or_default();
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
        ..Texts::default()
    }
}
