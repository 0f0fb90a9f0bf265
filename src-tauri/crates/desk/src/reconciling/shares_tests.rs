//! A day that is read several times because it does not fit into the memory is the day that is read once.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use desk_reconcile::{Basis, Class, FeeMarks, Tally, Viewpoint};
use desk_store::NewDifference;
use wxpay_protocol::bill::{BillForm, BillType, MilliFen, Rate, RefundPart, TradeBill, TradeRow};
use wxpay_protocol::{Fen, UtcMs};

use super::differences::Cells;
use super::keeping::Parts;
use super::{Beside, BesideBill, Bounds, DaySides, OwnFiles, OwnSide, ReconcileFault, Reconciled, Watch};
use crate::progress::Cancel;

const ROWS: usize = 3000;
/// 2024-01-02 00:00:00 in Beijing.
const MIDNIGHT: UtcMs = UtcMs(1_704_124_800_000);

fn row(place: usize) -> (String, String, Fen) {
    let fen = i64::try_from(100 + place % 900).unwrap();
    (format!("ORDER-{place:06}"), format!("42{place:026}"), Fen::new(fen).unwrap())
}

fn payment<'r>(at: UtcMs, number: &'r str, transaction: &'r str, fen: Fen, off: i64) -> TradeRow<'r> {
    TradeRow {
        at,
        appid: "wx0000000000000001",
        mch_id: "1900000001",
        sub_mch_id: None,
        device_info: "",
        transaction_id: transaction,
        out_trade_no: number,
        openid: "",
        trade_type: "JSAPI",
        trade_state: "SUCCESS",
        bank_type: "OTHERS",
        fee_type: "CNY",
        settlement_total_fee: fen,
        coupon_fee: Fen::ZERO,
        refund: None,
        body: "",
        attach: "",
        fee: MilliFen::new(fen.get() * 6 + off),
        rate: Rate::from_basis_points(60).unwrap(),
        total_fee: fen,
        rate_note: "",
    }
}

/// A payment for each row, a refund for every tenth, and fees that are off on every hundredth.
fn bill() -> String {
    let mut bill = TradeBill::new(BillType::All, BillForm::default());
    for place in 0..ROWS {
        let (number, transaction, fen) = row(place);
        let off = if place % 100 == 0 { 5000 } else { 0 };
        let payment = payment(MIDNIGHT.plus_ms(40_000_000), &number, &transaction, fen, off);
        bill.push(&payment);
        if place % 10 == 0 {
            let refund = RefundPart {
                applied_at: payment.at,
                succeeded_at: None,
                refund_id: &format!("50{place:026}"),
                out_refund_no: &format!("R{place}"),
                settlement_refund_fee: Fen::ZERO,
                coupon_refund_fee: Fen::ZERO,
                refund_channel: "ORIGINAL",
                refund_status: "SUCCESS",
                refund_fee: fen,
            };
            let none = (Fen::ZERO, MilliFen::ZERO);
            bill.push(&TradeRow {
                trade_state: "REFUND",
                refund: Some(refund),
                settlement_total_fee: none.0,
                total_fee: none.0,
                fee: none.1,
                ..payment
            });
        }
    }
    bill.finish()
}

/// Every order but the seventh ones, others that the bill does not have, amounts that differ, and a row that cannot be read.
fn orders() -> String {
    let mut orders = "out_trade_no,transaction_id,state,total_fee,paid_at\n".to_owned();
    for place in (0..ROWS + 50).filter(|place| place % 7 > 0) {
        let (number, transaction, fen) = row(place);
        let fen = fen.get() + i64::from(place % 50 == 1);
        writeln!(orders, "{number},{transaction},SUCCESS,{fen},2024-01-02 11:06:40").unwrap();
    }
    orders + "ORDER-X,,SUCCESS,nothing,2024-01-02 11:06:40\n"
}

fn sides(folder: &Path) -> DaySides {
    let [bill_file, orders_file, refunds_file] =
        ["bill.csv", "orders.csv", "refunds.csv"].map(|name| folder.join(name));
    fs::write(&bill_file, bill()).unwrap();
    fs::write(&orders_file, orders()).unwrap();
    let at = "SUCCESS,2024-01-02 11:06:40";
    let refunds = format!("out_refund_no,refund_fee,status,created_at\nR0,100,{at}\nR20,999,{at}\nR-OURS,5,{at}\n");
    fs::write(&refunds_file, refunds).unwrap();
    let own = OwnFiles { orders: Some(orders_file), refunds: Some(refunds_file), ..OwnFiles::default() };
    DaySides {
        bills: vec![bill_file],
        beside: Beside::default(),
        own: OwnSide::Files(own),
        basis: Basis::Order,
        date: MIDNIGHT,
        day_cut_s: 300,
        mch_id: Some("1900000001".into()),
        sub_mch_id: None,
    }
}

const fn within_bytes(kept_bytes: usize) -> Bounds {
    Bounds { kept_bytes, held_rows: usize::MAX }
}

#[test]
fn in_several_shares_a_day_comes_out_as_in_one_and_what_is_read_again_is_announced() {
    let folder = tempfile::tempdir().unwrap();
    let sides = sides(folder.path());
    let within = |most_bytes: usize| {
        let (read, announced) = (AtomicU64::new(0), AtomicU64::new(0));
        let add = |to: &AtomicU64, bytes| {
            to.fetch_add(bytes, Ordering::Relaxed);
        };
        let (on_bytes, on_more) = (|bytes| add(&read, bytes), |bytes| add(&announced, bytes));
        let watch = Watch { on_bytes: &on_bytes, on_more: &on_more, cancel: &Cancel::new() };
        (sides.reconcile_within(within_bytes(most_bytes), watch).unwrap(), read.into_inner(), announced.into_inner())
    };
    let (once, read_once, announced) = within(usize::MAX);
    let differing = Class::ALL.map(|class| once.verdict.tally(class).count).iter().filter(|count| **count > 0).count();
    assert!(announced == 0 && differing >= 5 && once.verdict.fees.count == 30, "{:?}", once.verdict.fees);
    assert_eq!((once.local.malformed, once.malformed.len()), (1, 1));
    // Every row of either side is in one class, of another day, or cannot be read.
    let rows = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap().lines().count() as u64 - 1;
    let in_classes =
        |of: fn(&Tally) -> u64| -> u64 { Class::ALL.iter().map(|class| of(&once.verdict.tally(*class))).sum() };
    let ours = in_classes(|tally| tally.local_rows) + once.verdict.out_of_scope + once.local.malformed;
    assert_eq!(ours, rows("orders.csv") + rows("refunds.csv"));
    let theirs = in_classes(|tally| tally.bill_rows) + once.bills.totals.malformed;
    assert_eq!(theirs, (ROWS + ROWS / 10) as u64);
    let bytes = sides.bytes().unwrap();
    let plain = super::bill_digest(&sides.bills[0], &Cancel::new()).unwrap();
    for most_bytes in [1_000_000, 3_000_000] {
        let (again, read, announced) = within(most_bytes);
        assert_eq!(again.verdict, once.verdict);
        assert_eq!((&again.bills, &again.local, &again.malformed), (&once.bills, &once.local, &once.malformed));
        assert_eq!(again.bills.digests, [plain]);
        let times = announced / bytes + 1;
        assert!(times >= 2 && announced % bytes == 0, "{announced} of {bytes}");
        assert_eq!(read, read_once * times);
    }
}

#[test]
fn a_file_that_is_changed_between_two_readings_is_refused_by_its_name() {
    for (name, from, to) in [
        ("bill.csv", "`ORDER-002999", "`ORDER-00299X"),
        ("orders.csv", "SUCCESS,103,", "SUCCESS,104,"),
        ("refunds.csv", "R0,100,", "R0,900,"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (sides, file) = (sides(folder.path()), folder.path().join(name));
        let on_more = |_| {
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, text.replacen(from, to, 1)).unwrap();
        };
        let before = fs::read_to_string(&file).unwrap();
        assert!(before.contains(from), "{name}");
        let watch = Watch { on_bytes: &|_| {}, on_more: &on_more, cancel: &Cancel::new() };
        let refused = sides.reconcile_within(within_bytes(1_000_000), watch).unwrap_err();
        assert!(matches!(&refused, ReconcileFault::Changed(place) if place.contains(name)), "{name}: {refused}");
        fs::write(&file, before).unwrap();
        let touched = |_| fs::write(&file, fs::read(&file).unwrap()).unwrap();
        assert!(
            sides.reconcile_within(within_bytes(1_000_000), Watch { on_more: &touched, ..watch }).is_ok(),
            "{name} is what it was"
        );
    }
}

#[test]
fn a_row_that_is_another_one_when_it_is_looked_up_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let sides = sides(folder.path());
    let watch = Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel: &Cancel::new() };
    let found = sides.reconcile(watch).unwrap();
    let out = folder.path().join("out");
    for (name, from, to) in [
        ("bill.csv", "`ORDER-000007,", "`ORDER-900007,"),
        ("bill.csv", "`0.60%,`1.07,", "`0.60%,`1.08,"),
        // A refund of the same amount that is another one.
        ("bill.csv", "`5000000000000000000000000010,", "`5900000000000000000000000010,"),
        // A fee that is still off, but not by as much, and one that is right.
        ("bill.csv", "`0.06200,", "`0.06300,"),
        ("bill.csv", "`0.06200,", "`0.01200,"),
        ("orders.csv", "\nORDER-000001,", "\nORDER-900001,"),
        ("refunds.csv", "\nR-OURS,", "\nR-URNS,"),
        // The same order and the same refund with other amounts.
        ("orders.csv", "000000001,SUCCESS,102,", "000000001,SUCCESS,103,"),
        ("refunds.csv", "\nR-OURS,5,", "\nR-OURS,6,"),
        // One that the bill has with another amount, and that is another refund then.
        ("refunds.csv", "\nR20,", "\nR2X,"),
    ] {
        let file = folder.path().join(name);
        let text = fs::read_to_string(&file).unwrap();
        let other = text.replace(from, to);
        assert!(text != other, "{from}");
        fs::write(&file, other).unwrap();
        let written = found.write(&sides, &out, Viewpoint::Neutral, &Cancel::new());
        assert!(matches!(&written, Err(ReconcileFault::Changed(place)) if place.contains(name)), "{from}: {written:?}");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
        fs::write(&file, text).unwrap();
    }
    found.write(&sides, &out, Viewpoint::Neutral, &Cancel::new()).unwrap();
}

#[test]
fn of_fees_that_are_not_all_listed_none_may_have_become_right() {
    let folder = tempfile::tempdir().unwrap();
    let sides = sides(folder.path());
    let watch = Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel: &Cancel::new() };
    let mut found = sides.reconcile(watch).unwrap();
    // As if there were one more, whose place nobody has.
    found.verdict.fees.count += 1;
    assert_eq!(found.fees_off(watch.cancel).unwrap().len(), 30);
    let every = found.each_fee_off(watch.cancel, |_| Ok(()));
    assert!(matches!(every, Err(ReconcileFault::Changed(_))), "there are thirty: {every:?}");
    let file = &sides.bills[0];
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, text.replacen("`0.06200,", "`0.01200,", 1)).unwrap();
    let refused = found.fees_off(watch.cancel);
    assert!(matches!(&refused, Err(ReconcileFault::Changed(place)) if place.contains("bill.csv")), "{refused:?}");
}

#[test]
fn fees_of_an_earlier_run_go_with_it_and_a_result_that_cannot_be_replaced_is_told_with_those_that_are_new() {
    let folder = tempfile::tempdir().unwrap();
    let sides = sides(folder.path());
    let watch = Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel: &Cancel::new() };
    let found = sides.reconcile(watch).unwrap();
    let mut without_fees = found.clone();
    without_fees.verdict.fees = FeeMarks::default();
    let out = folder.path().join("out");
    let write = |found: &Reconciled| found.write(&sides, &out, Viewpoint::Neutral, &Cancel::new());
    let files = || {
        let mut names: Vec<_> = fs::read_dir(&out).unwrap().map(|file| file.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(write(&found).unwrap().len(), 3);
    let before = fs::read(out.join("fees.csv")).unwrap();

    // A folder that holds something takes the name of the workbook: what comes behind it stays as it was.
    fs::remove_file(out.join("reconcile.xlsx")).unwrap();
    fs::create_dir_all(out.join("reconcile.xlsx/in the way")).unwrap();
    let ReconcileFault::PartlyWritten { place, written, .. } = write(&without_fees).unwrap_err() else {
        panic!("another fault")
    };
    assert!(place.ends_with("reconcile.xlsx") && written.ends_with("differences.csv"), "{place}, {written}");
    assert_eq!(files(), ["differences.csv", "fees.csv", "reconcile.xlsx"]);
    assert_eq!(fs::read(out.join("fees.csv")).unwrap(), before);

    fs::remove_dir_all(out.join("reconcile.xlsx")).unwrap();
    assert_eq!(write(&without_fees).unwrap().len(), 2);
    assert_eq!(files(), ["differences.csv", "reconcile.xlsx"]);

    fs::create_dir(out.join("fees.csv")).unwrap();
    let refused = write(&without_fees).unwrap_err();
    assert!(
        matches!(&refused, ReconcileFault::PartlyWritten { place, .. } if place.ends_with("fees.csv")),
        "{refused}"
    );
}

#[test]
fn looked_up_a_few_at_a_time_everything_that_differs_says_what_it_says_looked_up_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let sides = sides(folder.path());
    let watch = Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel: &Cancel::new() };
    let found = sides.reconcile(watch).unwrap();
    let told = |most_texts: usize| {
        let mut told = Vec::new();
        let take = |cells: &Cells<'_>| {
            told.push(format!(
                "{} {:?} {:?} {:?} {}",
                cells.class, cells.numbers, cells.values, cells.lines, cells.reason
            ));
            Ok(())
        };
        found.each_row_within(most_texts, &sides, &Cancel::new(), take).unwrap();
        told
    };
    let at_once = told(usize::MAX);
    assert_eq!(at_once.len() as u64, found.listed_count() + 1);
    assert!(at_once.iter().any(|row| row.starts_with("local_only") && row.contains("ORDER-003001")));
    assert!(told(70) == at_once);
}

/// A day on which no row is like any other: every amount differs, every order stands twice, and as many again wait at midnight,
/// half of them for the bill of the next day.
fn sides_that_differ(folder: &Path) -> DaySides {
    let mut sides = sides(folder);
    let mut orders = "out_trade_no,transaction_id,state,total_fee,paid_at\n".to_owned();
    let mut next = TradeBill::new(BillType::All, BillForm::default());
    for place in 0..ROWS {
        let (number, transaction, fen) = row(place);
        for more in [1, 2] {
            writeln!(orders, "{number},{transaction},SUCCESS,{},2024-01-02 11:06:40", fen.get() + more).unwrap();
        }
        writeln!(orders, "LATE-{place},,SUCCESS,{},2024-01-02 23:59:59", fen.get()).unwrap();
        if place % 2 == 0 {
            next.push(&payment(MIDNIGHT.plus_ms(86_400_000), &format!("LATE-{place}"), &transaction, fen, 0));
        }
    }
    let next_file = folder.join("next.csv");
    fs::write(folder.join("orders.csv"), orders).unwrap();
    fs::write(&next_file, next.finish()).unwrap();
    sides.beside = Beside::from(vec![next_file]);
    sides
}

#[test]
fn however_much_differs_no_more_of_it_is_held_at_once_and_the_list_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let sides = sides_that_differ(folder.path());
    let watch = Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel: &Cancel::new() };
    let listed = |bounds: Bounds| {
        let found = sides.reconcile_within(bounds, watch).unwrap();
        let (mut rows, mut identities) = (Vec::new(), BTreeSet::new());
        let keep = |row: NewDifference| {
            identities.insert(row.identity);
            rows.push(format!("{row:?}"));
            Ok(())
        };
        found.each_kept(&sides, &[1], watch.cancel, keep).unwrap();
        assert_eq!((identities.len(), rows.len() as u64), (rows.len(), found.listed_count()));
        (found, rows)
    };
    let (at_once, rows) = listed(within_bytes(usize::MAX));
    let count = |class| at_once.verdict.tally(class).count;
    let every = ROWS as u64;
    let refunds = count(Class::RefundBillOnly) + count(Class::RefundLocalOnly) + count(Class::RefundAmountDiff);
    assert_eq!((count(Class::AmountDiff), count(Class::DuplicateLocal), count(Class::Matched)), (every, every, 0));
    assert_eq!((count(Class::DayCutLocal), count(Class::LocalOnly)), (every / 2, every / 2));
    assert_eq!(at_once.listed_count(), 3 * every + refunds);
    assert!(at_once.differences.most_held_rows() >= 3 * every);
    for (kept_bytes, held_rows) in [(usize::MAX, 500), (1_000_000, 500), (1_000_000, 64)] {
        let (found, again) = listed(Bounds { kept_bytes, held_rows });
        assert_eq!(found.verdict, at_once.verdict);
        assert!(again == rows, "{held_rows} at once");
        assert_eq!(found.differences.most_held_rows(), held_rows as u64);
        let digest = |found: &Reconciled| found.add_to(Parts::new()).unwrap();
        assert_eq!(digest(&found), digest(&at_once));
    }
}

#[test]
fn a_bill_of_the_day_beside_is_refused_once_it_is_not_the_one_that_was_noted() {
    let folder = tempfile::tempdir().unwrap();
    let mut sides = sides_that_differ(folder.path());
    let watch = Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel: &Cancel::new() };
    let file = folder.path().join("next.csv");
    let digest = super::bill_digest(&file, watch.cancel).unwrap();
    sides.beside.bills = vec![BesideBill { file: file.clone(), digest: Some(digest) }];
    let found = sides.reconcile(watch).unwrap();
    assert_eq!(found.verdict.tally(Class::DayCutLocal).count, ROWS as u64 / 2);
    // As many rows that add up to as much, and one of them is of another order.
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("`LATE-0,", "`LATE-1,", 1)).unwrap();
    let refused = sides.reconcile(watch).unwrap_err();
    assert!(matches!(&refused, ReconcileFault::Changed(place) if place.ends_with("next.csv")), "{refused}");
    sides.beside.bills[0].digest = None;
    assert!(sides.reconcile(watch).is_ok(), "nobody noted what it said");
}
