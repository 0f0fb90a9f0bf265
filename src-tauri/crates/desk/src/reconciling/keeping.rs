//! What came of a day, as the store keeps it: the differences with a number of their own each, and the run with the digest of
//! what went in and what came out.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use desk_reconcile::{Class, Difference, Tallies, Tally};
use desk_sheets::Cell;
use desk_store::{ClassTally, NewDifference};
use sha2::{Digest, Sha256};
use wxpay_protocol::UtcMs;

use super::differences::{Cells, Of};
use super::texts::Texts;
use super::{DaySides, MalformedLine, OwnSide, ReconcileFault, Reconciled};
use crate::bill_files::BillText;
use crate::progress::Cancel;

/// The word of rows that cannot be read, where a class stands.
pub(crate) const MALFORMED: &str = "malformed";

/// SHA-256 of a bill's plain text, whether the file is packed or not.
///
/// # Errors
///
/// The file cannot be read, or somebody stopped it.
pub fn bill_digest(path: &Path, cancel: &Cancel) -> io::Result<[u8; 32]> {
    digest(BillText::open(File::open(path)?)?, cancel)
}

/// SHA-256 of a file, unless somebody stops it.
pub(crate) fn file_digest(path: &Path, cancel: &Cancel) -> io::Result<[u8; 32]> {
    digest(File::open(path)?, cancel)
}

fn digest(mut source: impl Read, cancel: &Cancel) -> io::Result<[u8; 32]> {
    let (mut sum, mut block) = (Sha256::new(), vec![0; 256 * 1024]);
    loop {
        if cancel.is_cancelled() {
            return Err(io::Error::other("stopped"));
        }
        match source.read(&mut block) {
            Ok(0) => return Ok(sum.finalize().into()),
            Ok(count) => sum.update(block.get(..count).unwrap_or_default()),
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
}

/// An identity as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    wxpay_protocol::sign::upper_hex(bytes).to_lowercase()
}

/// A digest over parts, each with its length.
pub(crate) struct Parts(Sha256);

impl Parts {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn add(mut self, part: impl AsRef<[u8]>) -> Self {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    pub(crate) fn number(self, number: impl Into<i128>) -> Self {
        let number: i128 = number.into();
        self.add(number.to_le_bytes())
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    fn half(self) -> [u8; 16] {
        let whole = self.finish();
        let mut half = [0; 16];
        for (to, from) in half.iter_mut().zip(whole) {
            *to = from;
        }
        half
    }
}

/// Gives the differences of one day their identities: what they are about, and which of several that are about the same.
#[derive(Default)]
pub(super) struct Identities {
    /// How often something that cannot be read was said; only the first so many rows that cannot be read are listed.
    malformed: HashMap<[u8; 16], u32>,
}

impl Identities {
    pub(super) fn of(&mut self, date: UtcMs, cells: &Cells<'_>) -> [u8; 16] {
        let (about, nth) = match &cells.of {
            Of::Malformed(MalformedLine { side, line, reason, .. }) => {
                let about = Parts::new().add(date.day()).add(cells.class).add(side).number(*line).add(reason).half();
                let seen = self.malformed.entry(about).or_default();
                *seen += 1;
                (about, *seen)
            }
            Of::Difference { row, bill, ours, .. } => (about(date, row, [*bill, *ours]), row.nth),
        };
        if nth == 1 { about } else { Parts::new().add(about).number(nth).half() }
    }
}

/// What a difference is about: together with which of them it is, no two of a day have the same.
fn about(date: UtcMs, row: &Difference, sides: [Option<&Texts>; 2]) -> [u8; 16] {
    let class = row.class.name();
    let text = |of: fn(&Texts) -> &String| first(sides, of);
    let with_refund_id = sides.into_iter().flatten().find(|side| side.numbers.has_refund_id());
    let (about, number) = if let (true, Some(side)) = (row.is_refund, with_refund_id) {
        (identity(date, class, true, &side.refund_id), side.refund_id.as_str())
    } else if row.is_refund {
        let number = text(|texts| &texts.out_refund_no);
        let about = identity(date, class, true, number);
        // A number of the merchant's may be one of WeChat's for another refund.
        let is_like_wechats = number.starts_with("50") && number.bytes().all(|byte| byte.is_ascii_digit());
        (if is_like_wechats { Parts::new().add(about).add("out_refund_no").half() } else { about }, number)
    } else if row.class == Class::DuplicatePayment {
        let number = text(|texts| &texts.out_trade_no);
        let transaction = identity(date, class, false, text(|texts| &texts.transaction_id));
        (Parts::new().add(transaction).add(number).half(), number)
    } else {
        let number = text(|texts| &texts.out_trade_no);
        (identity(date, class, false, number), number)
    };
    apart(about, number, row.bill.map(|at| (at.file as u64 + 1, at.line)), row.local_line)
}

/// Bytes that are no text may be shown as those of another row: where they stand tells them apart.
fn apart(about: [u8; 16], number: &str, bill: Option<(u64, u64)>, local_line: Option<u64>) -> [u8; 16] {
    if !number.contains(char::REPLACEMENT_CHARACTER) {
        return about;
    }
    let (file, line) = bill.unwrap_or_default();
    Parts::new().add(about).number(file).number(line).number(local_line.unwrap_or_default()).half()
}

/// The identity of an order that no bill has.
pub(crate) fn unbilled(date: UtcMs, class: Class, out_trade_no: &str, local_line: Option<u64>) -> [u8; 16] {
    apart(identity(date, class.name(), false, out_trade_no), out_trade_no, None, local_line)
}

/// The identity of the first difference of a class that is about this number.
fn identity(date: UtcMs, class: &str, is_refund: bool, number: &str) -> [u8; 16] {
    Parts::new().add(date.day()).add(class).number(u8::from(is_refund)).add(number).half()
}

fn first(sides: [Option<&Texts>; 2], of: fn(&Texts) -> &String) -> &str {
    sides.into_iter().flatten().map(|side| of(side).as_str()).find(|text| !text.is_empty()).unwrap_or_default()
}

impl Reconciled {
    /// Gives everything that does not agree as the store keeps it, in its order. `bills` are the ids of the files.
    pub(crate) fn each_kept(
        &self,
        sides: &DaySides,
        bills: &[i64],
        cancel: &Cancel,
        mut take: impl FnMut(NewDifference) -> Result<(), ReconcileFault>,
    ) -> Result<(), ReconcileFault> {
        let mut identities = Identities::default();
        let mut place = 0;
        // The store's own ids mean nothing to a person.
        let has_lines = matches!(sides.own, OwnSide::Files(_));
        self.each_row(sides, cancel, |cells| {
            let identity = identities.of(sides.date, cells);
            let kept = kept(cells, bills);
            let local_line = kept.local_line.filter(|_| has_lines);
            let kept = NewDifference { place, identity, local_line, ..kept };
            place += 1;
            take(NewDifference { facts: facts(&kept), ..kept })
        })
    }

    /// Differences that keep the day open, without the rows that cannot be read.
    pub(crate) fn difference_count(&self) -> u64 {
        let classes = Class::ALL.into_iter().filter(|class| class.is_difference());
        classes.map(|class| self.verdict.tally(class).count).sum()
    }

    /// What each class adds up to, those without rows left out.
    pub(crate) fn tallies(&self) -> Vec<ClassTally> {
        kept_tallies(self.verdict.tallies())
    }

    /// Adds what came out to the digest of what went in.
    pub(crate) fn add_to(&self, mut parts: Parts) -> Result<[u8; 32], ReconcileFault> {
        for tally in self.tallies() {
            parts = parts.add(tally.class).number(tally.count).number(tally.bill_fen).number(tally.local_fen);
        }
        for row in self.differences.rows() {
            let row = row?;
            parts = parts.add(row.class.name()).add(row.reason.name());
            parts = parts.number(row.bill.map_or(0, |at| at.line)).number(row.local_line.unwrap_or_default());
            parts = parts.number(row.bill_fen).number(row.local_fen);
        }
        if self.verdict.fees.count > 0 {
            // Runs from before fees were kept one by one say nothing of them.
            parts = parts.add("fees").number(self.verdict.fees.count).number(self.verdict.fees.difference.exact());
        }
        if !self.are_fees_listed() {
            // Nor do older ones of those beyond the first ten thousand.
            parts = parts.add("every fee");
        }
        Ok(parts.number(self.malformed_count()).number(self.verdict.out_of_scope).finish())
    }
}

/// What the classes add up to as the store keeps it, those without rows left out.
pub(crate) fn kept_tallies(tallies: &Tallies) -> Vec<ClassTally> {
    Class::ALL
        .into_iter()
        .map(|class| (class, tallies.of(class)))
        .filter(|(_, tally)| tally.count > 0)
        .map(|(class, tally)| ClassTally {
            class: class.name().to_owned(),
            count: tally.count,
            bill_rows: tally.bill_rows,
            local_rows: tally.local_rows,
            bill_fen: tally.bill_fen,
            local_fen: tally.local_fen,
        })
        .collect()
}

/// What the store keeps, to be counted on.
pub(crate) fn tallies_of(kept: &[ClassTally]) -> Tallies {
    let mut tallies = Tallies::default();
    for ClassTally { class, count, bill_rows, local_rows, bill_fen, local_fen } in kept {
        let [count, bill_rows, local_rows] = [*count, *bill_rows, *local_rows];
        let tally = Tally { count, bill_rows, local_rows, bill_fen: *bill_fen, local_fen: *local_fen };
        if let Some(class) = Class::parse(class) {
            tallies.add(class, tally);
        }
    }
    tallies
}

fn kept(cells: &Cells<'_>, bills: &[i64]) -> NewDifference {
    match &cells.of {
        Of::Malformed(row) => NewDifference {
            class: MALFORMED.to_owned(),
            counts: true,
            reason: row.side.to_owned(),
            fault: Some(row.reason.clone()),
            fault_en: Some(row.reason_en.clone()),
            bill: row.file.and_then(|file| bills.get(file).copied()),
            bill_line: (row.side == "bill").then_some(row.line),
            local_line: (row.side != "bill").then_some(row.line),
            ..NewDifference::default()
        },
        Of::Difference { row, bill, ours, same_as } => {
            let sides = [*bill, *ours];
            let text = |of: fn(&Texts) -> &String| some(first(sides, of));
            let of_bill = |of: fn(&Texts) -> &String| bill.and_then(|texts| some(of(texts))).filter(|text| text != "0");
            let [bill_value, local_value] = cells.values.map(|cell| match cell {
                Cell::Text(text) => some(text),
                _ => None,
            });
            NewDifference {
                class: row.class.name().to_owned(),
                counts: row.class.is_difference(),
                reason: row.reason.name().to_owned(),
                same_as: some(&same_as.iter().map(|basis| basis.name()).collect::<Vec<_>>().join(",")),
                out_trade_no: text(|texts| &texts.out_trade_no),
                transaction_id: text(|texts| &texts.transaction_id),
                refund_id: text(|texts| &texts.refund_id),
                out_refund_no: text(|texts| &texts.out_refund_no),
                field: some(cells.field),
                bill_value,
                local_value,
                bill_fen: row.bill.map(|_| row.bill_fen),
                local_fen: row.local_line.map(|_| row.local_fen),
                bill: row.bill.and_then(|at| bills.get(at.file).copied()),
                bill_line: row.bill.map(|at| at.line),
                local_line: row.local_line.filter(|line| *line > 0),
                hour: sides.into_iter().flatten().find_map(|side| side.hour),
                device_info: of_bill(|texts| &texts.device_info),
                trade_type: of_bill(|texts| &texts.trade_type),
                sub_mch_id: of_bill(|texts| &texts.sub_mch_id),
                attach: of_bill(|texts| &texts.attach),
                is_claim: ours.is_some_and(|texts| texts.is_claim),
                ..NewDifference::default()
            }
        }
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What a difference says: a handling of it holds as long as this stays.
pub(crate) fn facts(row: &NewDifference) -> [u8; 16] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let fen = |fen: Option<i64>| fen.unwrap_or(i64::MIN);
    Parts::new()
        .add(&row.reason)
        .add(text(&row.field))
        .add(text(&row.bill_value))
        .add(text(&row.local_value))
        .add(text(&row.fault))
        .number(fen(row.bill_fen))
        .number(fen(row.local_fen))
        .half()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_stay_what_they_were_because_remarks_hang_on_them() {
        let date = UtcMs(1_795_104_000_000);
        let of = |number: &str, line| hex(&unbilled(date, Class::LocalOnly, number, line));
        assert_eq!(of("T1", None), "026804ece37e4f1ac420651a26b34a5c");
        assert_eq!(of("T1", Some(7)), of("T1", None), "a file may come in another order the next time");
        assert_ne!(of("T\u{FFFD}", Some(7)), of("T\u{FFFD}", Some(8)), "they may be different bytes");
    }
}
