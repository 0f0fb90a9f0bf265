//! What bills and reconciling say of the orders that were looked up. Each bill is read once, however many of them stand in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use desk_reconcile::Viewpoint;
use desk_store::{DayBill, DayDifference};
use sha2::{Digest, Sha256};
use wxpay_protocol::bill::{Bill, BillLine, BillRow, BillState};
use wxpay_protocol::ids::TransactionId;
use wxpay_protocol::{Fen, UtcMs};

use super::answer::LookupAnswer;
use super::timeline::{Step, StepSource};
use crate::DeskError;
use crate::bill_files::{BillText, Hashed};
use crate::days::{class_words, field_words, state_words};
use crate::desk::Inner;
use crate::progress::{ByteMeter, Cancel, OnProgress};
use crate::told::{Told, yuan};

/// Rows of a bill between two looks at whether somebody stopped it.
const LOOK_ROWS: u64 = 4096;

/// The answers that a number is of.
type Wanted = HashMap<Vec<u8>, Vec<usize>>;

impl Inner {
    /// Puts the lines of the bills, and the differences that stand, among the steps of the answers; those of the profile `asker`
    /// where an answer is of none. A bill that is gone, or no longer what it was when it was seen, says nothing.
    pub(super) fn add_bills(
        &self,
        answers: &mut [LookupAnswer],
        asker: Option<&str>,
        progress: OnProgress,
        cancel: &Cancel,
    ) {
        let mut wanted: BTreeMap<(String, UtcMs), Wanted> = BTreeMap::new();
        for (place, answer) in answers.iter().enumerate() {
            let Some(profile) = answer.profile.as_deref().or(asker) else { continue };
            for day in days_of(answer) {
                let of_day = wanted.entry((profile.to_owned(), day)).or_default();
                for number in numbers_of(answer) {
                    of_day.entry(number.into()).or_default().push(place);
                }
            }
        }
        // An answer stands without them, too.
        let bills = |(profile, day): &(String, UtcMs)| self.newest_bills(profile, *day).unwrap_or_default();
        let days: Vec<_> = wanted.iter().map(|(of, wanted)| (of, wanted, bills(of))).collect();
        let bytes = days.iter().flat_map(|(.., bills)| bills).map(length).sum();
        let meter = Arc::new(ByteMeter::new(bytes, progress));
        let mut found = Vec::new();
        for ((profile, day), wanted, bills) in days {
            for bill in bills {
                found.extend(lines(&bill, wanted, &meter, cancel).unwrap_or_default());
            }
            if cancel.is_cancelled() {
                break;
            }
            found.extend(self.differences(profile, *day, wanted).unwrap_or_default());
        }
        if !cancel.is_cancelled() {
            meter.finish();
        }
        for (place, step) in found {
            if let Some(answer) = answers.get_mut(place) {
                answer.add(step);
            }
        }
    }

    fn differences(&self, profile: &str, day: UtcMs, wanted: &Wanted) -> Result<Vec<(usize, Step)>, DeskError> {
        let Some(run) = self.store.current_run(profile, day)? else { return Ok(Vec::new()) };
        let numbers: Vec<&str> = wanted.keys().filter_map(|number| str::from_utf8(number).ok()).collect();
        let mut found = Vec::new();
        for difference in self.store.differences_named(run.id, &numbers)? {
            let of = &difference.found;
            let numbers = [&of.transaction_id, &of.out_trade_no, &of.refund_id, &of.out_refund_no];
            let places = places_of(wanted, numbers.into_iter().flatten().map(String::as_bytes));
            let at = run.found.ran_at;
            let step = Step { is_verified: false, ..Step::new(at, in_words(&difference), StepSource::Reconcile) };
            found.extend(places.into_iter().map(|place| (place, step.clone())));
        }
        Ok(found)
    }
}

/// The days whose bills may have the order or its refunds; without an order, those that the number itself tells of.
fn days_of(answer: &LookupAnswer) -> BTreeSet<UtcMs> {
    let next = |at: UtcMs| at.plus_ms(UtcMs::DAY_MS);
    let moments: Vec<UtcMs> = match &answer.order {
        Some(order) => {
            let paid_at = order.paid_at.or(order.claimed_paid_at);
            let paid = paid_at.map_or_else(|| vec![order.created_at, next(order.created_at)], |at| vec![at]);
            let refunds = answer.refunds.iter();
            paid.into_iter()
                .chain(refunds.flat_map(|refund| {
                    let accepted = refund.refund_id.as_deref().and_then(|number| UtcMs::day_in(number, 10));
                    [accepted, Some(refund.created_at), refund.success_at].into_iter().flatten()
                }))
                .collect()
        }
        None => answer.number.date.into_iter().flat_map(|day| [day, next(day)]).collect(),
    };
    moments.into_iter().map(UtcMs::start_of_day).collect()
}

fn numbers_of(answer: &LookupAnswer) -> Vec<&str> {
    match &answer.order {
        Some(order) => {
            let transaction_id = order.transaction_id.as_ref().or(order.claimed_transaction_id.as_ref());
            std::iter::once(order.out_trade_no.as_str()).chain(transaction_id.map(TransactionId::as_str)).collect()
        }
        None => vec![&answer.number.text],
    }
}

/// The answers that any of these numbers is of, each once.
fn places_of<'n>(wanted: &Wanted, numbers: impl IntoIterator<Item = &'n [u8]>) -> BTreeSet<usize> {
    numbers.into_iter().filter_map(|number| wanted.get(number)).flatten().copied().collect()
}

/// A file whose bytes are counted while they are read.
struct Metered {
    file: File,
    meter: Arc<ByteMeter>,
}

impl Read for Metered {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(room)?;
        self.meter.add(count as u64);
        Ok(count)
    }
}

/// The bytes of a bill's file; none where it is gone.
fn length(bill: &DayBill) -> u64 {
    bill.file.as_ref().and_then(|file| fs::metadata(file).ok()).map_or(0, |file| file.len())
}

/// The lines of a bill in which one of the numbers stands; nothing unless the bill is what it was when it was seen.
fn lines(bill: &DayBill, wanted: &Wanted, meter: &Arc<ByteMeter>, cancel: &Cancel) -> Option<Vec<(usize, Step)>> {
    let mut sum = Sha256::new();
    let file = File::open(Path::new(bill.file.as_ref()?)).ok()?;
    let text = BillText::open(Metered { file, meter: Arc::clone(meter) }).ok()?;
    let Bill::Trades(mut rows) = Bill::open(Hashed::new(text, Some(&mut sum))).ok()? else { return None };
    let mut found = Vec::new();
    while let Some(line) = rows.next_line().ok()? {
        let BillLine::Row(row) = line else { continue };
        let places = places_of(wanted, [row.transaction_id, row.out_trade_no, row.refund_id, row.out_refund_no]);
        if !places.is_empty() {
            let what = line_in_words(&row, bill.date);
            let step = Step { is_verified: false, ..Step::new(row.at, what, StepSource::Bill) };
            found.extend(places.into_iter().map(|place| (place, step.clone())));
        }
        if row.line.is_multiple_of(LOOK_ROWS) && cancel.is_cancelled() {
            return None;
        }
    }
    drop(rows);
    (<[u8; 32]>::from(sum.finalize()) == bill.digest).then_some(found)
}

fn line_in_words(row: &BillRow<'_>, date: UtcMs) -> Told {
    let (date, line, fee) = (date.day(), row.line, row.fee);
    let (zh, en) = match row.state {
        BillState::Success => {
            let amount = yuan(row.total_fee);
            (format!("支付 {amount}"), format!("paid {amount}"))
        }
        BillState::Refund => {
            let (amount, number) = (yuan(row.refund_fee), String::from_utf8_lossy(row.out_refund_no));
            let status = String::from_utf8_lossy(row.refund_status);
            (format!("退款 {amount}（{number}，{status}）"), format!("refund of {amount} ({number}, {status})"))
        }
        BillState::Revoked => {
            let amount = yuan(row.refund_fee);
            (format!("撤销 {amount}"), format!("reversed {amount}"))
        }
    };
    Told::new(
        format!("{date} 的账单第 {line} 行：{zh}，手续费 {fee} 元"),
        format!("line {line} of the bill of {date}: {en}, fee {fee} yuan"),
    )
}

fn in_words(difference: &DayDifference) -> Told {
    let (found, date) = (&difference.found, difference.date.day());
    let class = class_words(&found.class, Viewpoint::default());
    let state = state_words(difference.state);
    // The amounts stand there whatever differs.
    let differs = found.field.as_deref().unwrap_or("total_fee");
    let side = |fen: Option<i64>, text: &Option<String>| {
        let amount = fen.and_then(Fen::new).filter(|_| matches!(differs, "total_fee" | "refund_fee")).map(yuan);
        amount.or_else(|| text.clone()).unwrap_or_else(|| "–".to_owned())
    };
    let (bill, local) = (side(found.bill_fen, &found.bill_value), side(found.local_fen, &found.local_value));
    let field = field_words(differs);
    Told::new(
        format!("{date} 对账：{}；{}：账单 {bill}，本方 {local}；{}", class.0, field.0, state.0),
        format!("reconciling {date}: {}; {}: bill {bill}, own side {local}; {}", class.1, field.1, state.1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_told_to_everybody_who_asked_by_any_of_its_numbers_and_to_each_once() {
        let wanted: Wanted =
            [(b"4200".to_vec(), vec![0]), (b"T1".to_vec(), vec![0, 2]), (b"T2".to_vec(), vec![1])].into();
        let places = places_of(&wanted, [&b"4200"[..], b"T1", b"", b"R1"]);
        assert_eq!(places, BTreeSet::from([0, 2]));
    }
}
