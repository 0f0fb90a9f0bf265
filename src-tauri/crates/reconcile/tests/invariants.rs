//! A day of both sides, made up row by row: each class by hand, and the invariants C1, C2, C4 and C6 for any day.
#![allow(missing_docs)]
// The helpers of these tests are as much test as the tests.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use desk_reconcile::{
    Basis, BillSide, Class, Day, Edge, LocalOrder, LocalRefund, LocalSide, Reason, Scope, Share, Waiting,
};
use wxpay_protocol::bill::{Bill, BillForm, BillLine, BillType, MilliFen, Rate, RefundPart, TradeBill, TradeRow};
use wxpay_protocol::{Fen, RefundStatus, TradeState, UtcMs};

#[path = "invariants/hostile.rs"]
mod hostile;
#[path = "invariants/judged.rs"]
mod judged;
#[path = "invariants/properties.rs"]
mod properties;

use judged::Judged;

/// 2024-01-02 00:00:00 in Beijing.
const MIDNIGHT: UtcMs = UtcMs(1_704_124_800_000);

/// A row of the bill: what, number, transaction, amount, seconds of the day.
#[derive(Clone, Debug)]
struct Paid {
    state: &'static str,
    number: u8,
    transaction: u8,
    fen: i64,
    at_s: i64,
    /// How much the fee is off, in thousandths of a fen.
    off_milli: i64,
}

/// A local order; the transaction 0 is none.
#[derive(Clone, Debug)]
struct Ours {
    number: u8,
    transaction: u8,
    fen: i64,
    state: Option<TradeState>,
    paid_s: Option<i64>,
}

/// A refund of either side; the refund_id 0 is none.
#[derive(Clone, Debug)]
struct Back {
    refund: u8,
    out_refund: u8,
    fen: i64,
    is_success: bool,
    at_s: i64,
    /// How much the fee is off, in thousandths of a fen; only of a bill's refund.
    off_milli: i64,
}

#[derive(Clone, Debug, Default)]
struct Both {
    paid: Vec<Paid>,
    ours: Vec<Ours>,
    bill_backs: Vec<Back>,
    our_backs: Vec<Back>,
}

fn paid(number: u8, transaction: u8, fen: i64) -> Paid {
    Paid { state: "SUCCESS", number, transaction, fen, at_s: 40_000 + i64::from(transaction), off_milli: 0 }
}

fn ours(number: u8, transaction: u8, fen: i64) -> Ours {
    Ours { number, transaction, fen, state: Some(TradeState::Success), paid_s: Some(40_000) }
}

fn back(refund: u8, fen: i64) -> Back {
    Back { refund, out_refund: refund, fen, is_success: true, at_s: 50_000, off_milli: 0 }
}

fn at(seconds: i64) -> UtcMs {
    MIDNIGHT.plus_ms(seconds * 1000)
}

impl Both {
    fn bill(&self) -> String {
        self.bill_of(BillType::All)
    }

    /// Those of its rows that a bill of this kind has.
    fn bill_of(&self, kind: BillType) -> String {
        let mut bill = TradeBill::new(kind, BillForm::default());
        for row in self.paid.iter().filter(|_| kind != BillType::Refund) {
            let (number, transaction) = (format!("T{}", row.number), format!("42{}", row.transaction));
            bill.push(&TradeRow {
                at: at(row.at_s),
                out_trade_no: &number,
                transaction_id: &transaction,
                trade_state: row.state,
                settlement_total_fee: Fen::new(row.fen).unwrap(),
                total_fee: Fen::new(row.fen).unwrap(),
                fee: fee(row.fen, row.off_milli),
                ..empty_row()
            });
        }
        for row in self.bill_backs.iter().filter(|_| kind != BillType::Success) {
            let (refund_id, out_refund_no) = (format!("50{}", row.refund), format!("R{}", row.out_refund));
            bill.push(&TradeRow {
                at: at(row.at_s),
                trade_state: "REFUND",
                fee: fee(-row.fen, row.off_milli),
                refund: Some(RefundPart {
                    applied_at: at(row.at_s),
                    succeeded_at: None,
                    refund_id: if row.refund == 0 { "0" } else { &refund_id },
                    out_refund_no: &out_refund_no,
                    settlement_refund_fee: Fen::new(row.fen).unwrap(),
                    coupon_refund_fee: Fen::ZERO,
                    refund_channel: "ORIGINAL",
                    refund_status: if row.is_success { "SUCCESS" } else { "PROCESSING" },
                    refund_fee: Fen::new(row.fen).unwrap(),
                }),
                ..empty_row()
            });
        }
        bill.finish()
    }

    /// The verdict with so much memory, and how many shares that took.
    fn judged_within(&self, most_bytes: usize) -> (Judged, usize) {
        self.judged_by(&[self.bill()], most_bytes)
    }

    /// The local side of this day against these files of a bill.
    fn judged_by(&self, files: &[String], most_bytes: usize) -> (Judged, usize) {
        let day = Day::of(at(1), 300);
        let (mut whole, mut shares) = (Judged::default(), 0);
        let mut next = Some(Share::first(most_bytes));
        while let Some(share) = next {
            let mut side = BillSide::new(day, Basis::Order, share.clone(), Scope { payments: true, refunds: true });
            for (file, text) in files.iter().enumerate() {
                let Ok(Bill::Trades(mut bill)) = Bill::open(text.as_bytes()) else { panic!("no bill") };
                while let Some(line) = bill.next_line().unwrap() {
                    let BillLine::Row(row) = line else { panic!("{line:?}") };
                    side.push(file, &row);
                }
            }
            whole.add(Judged::of(side, self.local(day, share.clone())));
            shares += 1;
            next = share.next();
        }
        (whole, shares)
    }

    fn local(&self, day: Day, share: Arc<Share>) -> LocalSide {
        let mut side = LocalSide::new(day, share);
        for (order, line) in self.ours.iter().zip(2..) {
            let transaction = format!("42{}", order.transaction);
            side.push_order(&LocalOrder {
                line,
                out_trade_no: format!("T{}", order.number).as_bytes(),
                transaction_id: if order.transaction == 0 { b"" } else { transaction.as_bytes() },
                amount: Fen::new(order.fen).unwrap(),
                state: order.state,
                paid_at: order.paid_s.map(at),
            });
        }
        for (refund, line) in self.our_backs.iter().zip(2..) {
            let refund_id = format!("50{}", refund.refund);
            side.push_refund(&LocalRefund {
                line,
                refund_id: if refund.refund == 0 { b"" } else { refund_id.as_bytes() },
                out_refund_no: format!("R{}", refund.out_refund).as_bytes(),
                amount: Fen::new(refund.fen).unwrap(),
                status: Some(if refund.is_success { RefundStatus::Success } else { RefundStatus::Processing }),
                accepted_at: Some(at(refund.at_s)),
            });
        }
        side
    }

    fn judged(&self) -> Judged {
        self.judged_within(usize::MAX).0
    }

    /// What is listed, each by its class, its reason and what its rows say, wherever they stand in their files.
    fn told(&self, files: &[&Self], found: &Judged) -> Vec<String> {
        let place = |line: u64| usize::try_from(line).unwrap() - 2;
        let told = found.differences.iter().map(|row| {
            let bill = row.bill.map(|at| {
                let (file, place) = (files[at.file], place(at.line));
                let payment = file.paid.get(place).map(|row| format!("{row:?}"));
                payment.unwrap_or_else(|| format!("{:?}", file.bill_backs[place - file.paid.len()]))
            });
            let ours = row.local_line.map(place).map(|place| {
                if row.is_refund { format!("{:?}", self.our_backs[place]) } else { format!("{:?}", self.ours[place]) }
            });
            format!("{:?} {:?} {bill:?} {ours:?} {} {}", row.class, row.reason, row.bill_fen, row.local_fen)
        });
        let mut told: Vec<String> = told.collect();
        told.sort_unstable();
        told
    }

    /// The same day without rows that only their places tell apart: of two under a number the earlier line counts.
    fn without_ties(mut self) -> Self {
        keep_first(&mut self.paid, |row| {
            [(row.number, i64::from(row.transaction), row.state), (row.number, row.at_s, "at")]
        });
        keep_first(&mut self.ours, |order| [order.number]);
        for backs in [&mut self.bill_backs, &mut self.our_backs] {
            keep_first(backs, |row| {
                let id =
                    if row.refund == 0 { format!("no id, R{}", row.out_refund) } else { format!("50{}", row.refund) };
                [format!("R{}", row.out_refund), id]
            });
        }
        self
    }

    /// The bill's payments; what a reverse gave back of one is a part of it and no payment more.
    fn paid_fen(&self) -> i64 {
        let mut reversed = BTreeSet::new();
        let is_payment = |row: &&Paid| {
            let id = (row.number, row.transaction);
            let was_paid =
                self.paid.iter().any(|other| (other.number, other.transaction, other.state) == (id.0, id.1, "SUCCESS"));
            row.state == "SUCCESS" || !was_paid || !reversed.insert(id)
        };
        self.paid.iter().filter(is_payment).map(|row| row.fen).sum()
    }

    /// The orders of the local side that were paid on the day or that the bill names, without those that the day beside counts
    /// as waiting for this bill.
    fn ours_of_the_day_fen(&self) -> i64 {
        let is_named = |order: &&Ours| self.paid.iter().any(|row| row.number == order.number);
        let is_of_day = |order: &&Ours| order.paid_s.is_some_and(|paid_s| (0..86_400).contains(&paid_s));
        let is_beside = |order: &&Ours| {
            order.paid_s.is_some_and(|paid_s| (-300..0).contains(&paid_s) || (86_400..86_700).contains(&paid_s))
        };
        let counted = self.ours.iter().filter(|order| !is_beside(order));
        counted.filter(|order| is_named(order) || is_of_day(order)).map(|order| order.fen).sum()
    }

    /// The classes and reasons of what is listed.
    fn listed(&self) -> Vec<(Class, Reason)> {
        self.judged().differences.iter().map(|row| (row.class, row.reason)).collect()
    }
}

/// The fee at 0.60 %, and so much off.
fn fee(fen: i64, off_milli: i64) -> MilliFen {
    MilliFen::new(fen * 6 + off_milli)
}

/// Keeps the rows none of whose keys an earlier row has.
fn keep_first<T, K: Ord, const N: usize>(rows: &mut Vec<T>, keys: impl Fn(&T) -> [K; N]) {
    let mut seen = BTreeSet::new();
    rows.retain(|row| {
        let keys = keys(row);
        let is_new = keys.iter().all(|key| !seen.contains(key));
        seen.extend(keys);
        is_new
    });
}

fn empty_row() -> TradeRow<'static> {
    TradeRow {
        at: MIDNIGHT,
        appid: "wx0000000000000001",
        mch_id: "1900000001",
        sub_mch_id: None,
        device_info: "",
        transaction_id: "",
        out_trade_no: "T",
        openid: "",
        trade_type: "JSAPI",
        trade_state: "SUCCESS",
        bank_type: "OTHERS",
        fee_type: "CNY",
        settlement_total_fee: Fen::ZERO,
        coupon_fee: Fen::ZERO,
        refund: None,
        body: "",
        attach: "",
        fee: MilliFen::ZERO,
        rate: Rate::default(),
        total_fee: Fen::ZERO,
        rate_note: "",
    }
}

fn one(bill: &[Paid], local: &[Ours]) -> Vec<(Class, Reason)> {
    Both { paid: bill.to_vec(), ours: local.to_vec(), ..Both::default() }.listed()
}

fn refunds(bill: &[Back], local: &[Back]) -> Vec<(Class, Reason)> {
    Both { bill_backs: bill.to_vec(), our_backs: local.to_vec(), ..Both::default() }.listed()
}

#[test]
fn each_class_of_payments_is_found_with_its_reason() {
    let state = |state| Ours { state: Some(state), ..ours(1, 1, 100) };
    let revoked = Paid { state: "REVOKED", ..paid(1, 1, 100) };
    for (bill, local, listed) in [
        (vec![paid(1, 1, 100)], vec![ours(1, 1, 100)], vec![]),
        (vec![paid(1, 1, 100)], vec![ours(1, 0, 100)], vec![]),
        (vec![paid(1, 1, 100)], vec![state(TradeState::Refund)], vec![]),
        (vec![paid(1, 1, 100)], vec![Ours { state: None, ..ours(1, 1, 100) }], vec![]),
        (vec![paid(1, 1, 100)], vec![], vec![(Class::BillOnly, Reason::NotLocal)]),
        (vec![], vec![ours(1, 1, 100)], vec![(Class::LocalOnly, Reason::NotInBill)]),
        (vec![paid(1, 1, 100)], vec![ours(1, 1, 99)], vec![(Class::AmountDiff, Reason::Amount)]),
        (vec![paid(1, 1, 100)], vec![state(TradeState::NotPay)], vec![(Class::StateDiff, Reason::State)]),
        (vec![paid(1, 1, 100)], vec![state(TradeState::Revoked)], vec![(Class::StateDiff, Reason::State)]),
        (vec![revoked.clone()], vec![state(TradeState::Revoked)], vec![]),
        (vec![revoked.clone()], vec![ours(1, 1, 100)], vec![(Class::StateDiff, Reason::State)]),
        (vec![paid(1, 1, 100), revoked.clone()], vec![state(TradeState::Revoked)], vec![]),
        (vec![revoked, paid(1, 1, 100)], vec![ours(1, 1, 100)], vec![(Class::StateDiff, Reason::State)]),
        (vec![paid(1, 1, 100)], vec![ours(1, 2, 99)], vec![(Class::StateDiff, Reason::AnotherTransaction)]),
        (
            vec![paid(1, 1, 100), paid(1, 2, 100)],
            vec![ours(1, 2, 100)],
            vec![(Class::DuplicatePayment, Reason::PaidTwice)],
        ),
        (
            vec![paid(1, 1, 100), paid(1, 2, 100)],
            vec![ours(1, 0, 100)],
            vec![(Class::DuplicatePayment, Reason::PaidTwiceLater)],
        ),
        (
            vec![paid(1, 2, 100), paid(1, 1, 100)],
            vec![],
            vec![(Class::BillOnly, Reason::NotLocal), (Class::DuplicatePayment, Reason::PaidTwiceLater)],
        ),
        (
            vec![paid(1, 1, 100), paid(1, 1, 100)],
            vec![ours(1, 1, 100)],
            vec![(Class::DuplicatePayment, Reason::RowAgain)],
        ),
        (
            vec![paid(1, 1, 100)],
            vec![ours(1, 1, 100), ours(1, 1, 100)],
            vec![(Class::DuplicateLocal, Reason::LocalAgain)],
        ),
    ] {
        assert_eq!(one(&bill, &local), listed, "{bill:?} {local:?}");
    }
}

#[test]
fn the_minutes_around_midnight_are_no_difference() {
    let at = |paid_s| Ours { paid_s: Some(paid_s), ..ours(1, 1, 100) };
    for (paid_s, listed) in [
        (86_399, vec![(Class::DayCutLocal, Reason::InNextBill)]),
        (86_100, vec![(Class::DayCutLocal, Reason::InNextBill)]),
        (86_099, vec![(Class::LocalOnly, Reason::NotInBill)]),
        (300, vec![(Class::LocalOnly, Reason::NotInBill)]),
        (299, vec![(Class::DayCutLocal, Reason::InBillBefore)]),
        (-1, vec![]),
        (86_400, vec![]),
    ] {
        assert_eq!(one(&[], &[at(paid_s)]), listed, "not in the bill, {paid_s}");
    }
    for (paid_s, listed) in [
        (-1, vec![(Class::DayCutBill, Reason::PaidDayBefore)]),
        (-300, vec![(Class::DayCutBill, Reason::PaidDayBefore)]),
        (-301, vec![]),
        (86_400, vec![(Class::DayCutBill, Reason::PaidDayAfter)]),
        (86_700, vec![]),
        (0, vec![]),
    ] {
        assert_eq!(one(&[paid(1, 1, 100)], &[at(paid_s)]), listed, "in the bill, {paid_s}");
    }
    let both = Both { paid: vec![paid(1, 1, 100)], ours: vec![at(-301)], ..Both::default() }.judged();
    assert!(both.is_balanced() && both.time_marked == 1);
    let cut = Both { paid: vec![paid(1, 1, 100)], ours: vec![at(-1)], ..Both::default() }.judged();
    assert!(cut.is_balanced(), "a day cut keeps no day from being balanced");
}

/// The verdict of a day once the bill of the day beside it was looked at.
fn settled(ours: &[Ours], edge: Edge, beside: &[Paid], is_whole: bool) -> Judged {
    let mut found = Both { ours: ours.to_vec(), ..Both::default() }.judged();
    let mut waiting = Waiting::of(&found.differences, edge);
    let text = Both { paid: beside.to_vec(), ..Both::default() }.bill();
    let Ok(Bill::Trades(mut bill)) = Bill::open(text.as_bytes()) else { panic!("no bill") };
    while let Some(BillLine::Row(row)) = bill.next_line().unwrap() {
        waiting.push(&row);
    }
    found.settle(&waiting, is_whole);
    found
}

#[test]
fn what_waits_at_midnight_is_found_in_the_bill_beside_the_day_or_missing_in_both() {
    let (late, early) = (Ours { paid_s: Some(86_390), ..ours(1, 1, 100) }, Ours { paid_s: Some(10), ..ours(2, 2, 50) });
    let both = [late, early];
    let listed = |found: &Judged| found.differences.iter().map(|row| (row.class, row.reason)).collect::<Vec<_>>();
    let waits = (Class::DayCutLocal, Reason::InBillBefore);
    let found = settled(&both, Edge::After, &[paid(1, 1, 100), paid(7, 7, 1)], true);
    assert_eq!(listed(&found), [(Class::DayCutLocal, Reason::FoundInNextBill), waits]);
    assert!(found.is_balanced());
    let missing = settled(&both, Edge::After, &[paid(7, 7, 1)], true);
    assert_eq!(listed(&missing), [(Class::LocalOnly, Reason::InNeitherBill), waits]);
    assert!(!missing.is_balanced());
    let (only, cut) = (missing.tally(Class::LocalOnly), missing.tally(Class::DayCutLocal));
    assert_eq!((only.count, only.local_rows, only.local_fen), (1, 1, 100));
    assert_eq!((cut.count, cut.local_rows, cut.local_fen), (1, 1, 50));
    let unread = settled(&both, Edge::After, &[paid(7, 7, 1)], false);
    assert!(unread.is_balanced(), "a bill with rows that nobody could read says nothing of what it lacks");
    let before = settled(&both, Edge::Before, &[paid(2, 2, 50)], true);
    assert_eq!(
        listed(&before),
        [(Class::DayCutLocal, Reason::InNextBill), (Class::DayCutLocal, Reason::FoundInBillBefore)]
    );
}

#[test]
fn each_class_of_refunds_is_found_with_its_reason() {
    let slow = |refund: Back| Back { is_success: false, ..refund };
    let without_id = Back { refund: 0, ..back(1, 7) };
    for (bill, local, listed) in [
        (vec![back(1, 7)], vec![back(1, 7)], vec![]),
        (vec![back(1, 7)], vec![without_id.clone()], vec![]),
        (vec![without_id], vec![back(1, 7)], vec![]),
        (vec![slow(back(1, 7))], vec![back(1, 7)], vec![]),
        (vec![back(1, 7)], vec![], vec![(Class::RefundBillOnly, Reason::RefundNotLocal)]),
        (vec![], vec![back(1, 7)], vec![(Class::RefundLocalOnly, Reason::RefundNotInBill)]),
        (vec![], vec![Back { at_s: -1, ..back(1, 7) }], vec![]),
        (vec![back(1, 7)], vec![Back { at_s: -1, ..back(1, 7) }], vec![]),
        (vec![back(1, 7)], vec![back(1, 8)], vec![(Class::RefundAmountDiff, Reason::Amount)]),
        (vec![back(1, 7)], vec![slow(back(1, 8))], vec![(Class::RefundStateDiff, Reason::RefundState)]),
        (
            vec![back(1, 7)],
            vec![Back { out_refund: 1, ..back(2, 7) }],
            vec![(Class::RefundStateDiff, Reason::AnotherTransaction)],
        ),
        (vec![back(1, 7), back(1, 7)], vec![back(1, 7)], vec![(Class::RefundBillOnly, Reason::RefundAgain)]),
        (vec![back(1, 7)], vec![back(1, 7), back(1, 7)], vec![(Class::DuplicateLocal, Reason::LocalAgain)]),
        (
            vec![],
            vec![back(1, 7), back(1, 7)],
            vec![(Class::DuplicateLocal, Reason::LocalAgain), (Class::RefundLocalOnly, Reason::RefundNotInBill)],
        ),
    ] {
        assert_eq!(refunds(&bill, &local), listed, "{bill:?} {local:?}");
    }
}

#[test]
fn what_has_no_other_side_is_counted_and_not_compared() {
    let both = Both { paid: vec![paid(1, 1, 100)], bill_backs: vec![back(1, 7)], ..Both::default() };
    let day = Day::of(MIDNIGHT, 300);
    let share = Share::first(usize::MAX);
    let mut side = BillSide::new(day, Basis::Order, share.clone(), Scope { payments: true, refunds: false });
    let text = both.bill();
    let Ok(Bill::Trades(mut bill)) = Bill::open(text.as_bytes()) else { panic!("no bill") };
    while let Some(BillLine::Row(row)) = bill.next_line().unwrap() {
        side.push(0, &row);
    }
    let found = Judged::of(side, LocalSide::new(day, share));
    assert_eq!((found.tally(Class::BillOnly).count, found.not_compared), (1, 1));
}
