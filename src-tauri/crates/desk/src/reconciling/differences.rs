//! What differs, with the texts of both sides, as files for programs and for people.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use desk_reconcile::{Basis, Difference, Reason, Viewpoint};
use desk_sheets::{Cell, CsvTable, Reader, WriteError};
use wxpay_protocol::Fen;
use wxpay_protocol::bill::RowFault;

use super::keeping::{Identities, hex};
use super::own_side::OwnSide;
use super::texts::Texts;
use super::workbook::Workbook;
use super::{DaySides, ReconcileFault, Reconciled, fees, go_on, place, places};
use crate::days::UNVERIFIED;
use crate::progress::Cancel;
use crate::row_refusal::RowRefusal;

/// More than anybody reads; the rows beyond are counted.
pub(super) const MAX_MALFORMED: usize = 10_000;

const TITLES: [&str; 11] = [
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
    "out_refund_no",
];
/// What is written into a folder; the last only where fees are off.
const RESULTS: [&str; 3] = ["differences.csv", "reconcile.xlsx", FEES];
const FEES: &str = "fees.csv";

/// A row of either side that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedLine {
    /// `bill`, `orders` or `refunds`.
    pub side: &'static str,
    /// Which of the bills that were read, from 0; nothing for a row of the local side.
    pub file: Option<usize>,
    /// From 1.
    pub line: u64,
    /// The word that scripts compare, such as `cell_precision_lost`.
    pub code: &'static str,
    /// Chinese.
    pub reason: String,
    /// English.
    pub reason_en: String,
}

impl MalformedLine {
    pub(super) fn of_bill(file: usize, line: u64, fault: &RowFault) -> Self {
        let (reason, reason_en) = (fault.chinese(), fault.to_string());
        Self { side: "bill", file: Some(file), line, code: fault.code(), reason, reason_en }
    }

    pub(super) fn of_local(is_refund: bool, line: u64, why: &RowRefusal) -> Self {
        let side = if is_refund { "refunds" } else { "orders" };
        Self { side, file: None, line, code: why.code(), reason: why.chinese(), reason_en: why.to_string() }
    }
}

impl Reconciled {
    /// Writes `differences.csv` for programs and `reconcile.xlsx` for people, with the classes named from this viewpoint, and
    /// `fees.csv` where fees are off, into a folder, which is made where it is missing, and says where they are.
    ///
    /// # Errors
    ///
    /// A file cannot be read again or changed, the folder cannot be written, or somebody stopped it: then the folder has what it
    /// had. Or the results are whole and one of them cannot take its name: then those before it are there, and the rest is of
    /// an earlier run ([`ReconcileFault::PartlyWritten`]).
    pub fn write(
        &self,
        sides: &DaySides,
        folder: &Path,
        viewpoint: Viewpoint,
        cancel: &Cancel,
    ) -> Result<Vec<PathBuf>, ReconcileFault> {
        // Under other names until they are whole: nobody takes half a file for a result.
        let parts = RESULTS.map(|name| folder.join(format!("{name}.part")));
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
        parts: &[PathBuf; 3],
        viewpoint: Viewpoint,
        cancel: &Cancel,
    ) -> Result<Vec<PathBuf>, ReconcileFault> {
        let unwritable = |cause: WriteError| ReconcileFault::Unwritable { place: place(folder), cause };
        let io = |cause: std::io::Error| unwritable(cause.into());
        fs::create_dir_all(folder).map_err(io)?;
        let [csv_part, book_part, fees_part] = parts;
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
        let has_fees = self.verdict.fees.count > 0;
        if has_fees {
            let mut table = fees::table(fees_part).map_err(unwritable)?;
            book.begin_fees().map_err(unwritable)?;
            self.each_fee_off(cancel, |fee| {
                fee.cells(|cells| table.row(cells)).map_err(unwritable)?;
                book.fee(&fee).map_err(unwritable)
            })?;
            table.finish().map_err(unwritable)?;
        }
        book.finish().map_err(unwritable)?;
        go_on(cancel)?;
        put_in_place(folder, parts, has_fees)
    }
}

/// Gives the whole files their names, and takes away the fees of an earlier run, which would be taken for this one's.
fn put_in_place(folder: &Path, parts: &[PathBuf; 3], has_fees: bool) -> Result<Vec<PathBuf>, ReconcileFault> {
    let mut written: Vec<PathBuf> = Vec::with_capacity(RESULTS.len());
    for (name, part) in RESULTS.into_iter().zip(parts) {
        let whole = folder.join(name);
        let is_stale = name == FEES && !has_fees;
        let put = if is_stale { fs::remove_file(&whole) } else { fs::rename(part, &whole) };
        match put {
            Ok(()) if is_stale => {}
            Ok(()) => written.push(whole),
            Err(cause) if is_stale && cause.kind() == ErrorKind::NotFound => {}
            Err(cause) if written.is_empty() => {
                return Err(ReconcileFault::Unwritable { place: place(&whole), cause: cause.into() });
            }
            Err(cause) => {
                let written = places(written.iter());
                return Err(ReconcileFault::PartlyWritten { place: place(&whole), written, cause });
            }
        }
    }
    Ok(written)
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
            Cell::Id(self.out_refund_no),
        ]
    }
}

pub(super) fn of_malformed(row: &MalformedLine) -> Cells<'_> {
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

pub(super) fn cells<'d>(
    row: &'d Difference,
    bill: Option<&'d Texts>,
    ours: Option<&'d Texts>,
    sides: &DaySides,
) -> Cells<'d> {
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
        lines: [row.bill.map(|at| at.line), row.local_line.filter(|line| has_lines && *line > 0)]
            .map(|line| line.map_or(Cell::Empty, Cell::Count)),
        reason,
        of: Of::Difference { row, bill, ours, same_as },
    }
}
