//! A day that is read several times because it does not fit into the memory is the day that is read once.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use desk_reconcile::{Basis, Class, FeeMarks, Viewpoint};
use wxpay_protocol::bill::{BillForm, BillType, MilliFen, Rate, RefundPart, TradeBill, TradeRow};
use wxpay_protocol::{Fen, UtcMs};

use super::differences::Cells;
use super::{Beside, DaySides, OwnFiles, OwnSide, ReconcileFault, Reconciled, Watch};
use crate::progress::Cancel;

const ROWS: usize = 3000;
/// 2024-01-02 00:00:00 in Beijing.
const MIDNIGHT: UtcMs = UtcMs(1_704_124_800_000);

fn row(place: usize) -> (String, String, Fen) {
    let fen = i64::try_from(100 + place % 900).unwrap();
    (format!("ORDER-{place:06}"), format!("42{place:026}"), Fen::new(fen).unwrap())
}

/// A payment for each row, a refund for every tenth, and fees that are off on every hundredth.
fn bill() -> String {
    let mut bill = TradeBill::new(BillType::All, BillForm::default());
    for place in 0..ROWS {
        let (number, transaction, fen) = row(place);
        let off = if place % 100 == 0 { 5000 } else { 0 };
        let payment = TradeRow {
            at: MIDNIGHT.plus_ms(40_000_000),
            appid: "wx0000000000000001",
            mch_id: "1900000001",
            sub_mch_id: None,
            device_info: "",
            transaction_id: &transaction,
            out_trade_no: &number,
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
        };
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
    let refunds = format!("out_refund_no,refund_fee,status,created_at\nR0,100,{at}\nR-OURS,5,{at}\n");
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
    }
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
        (sides.reconcile_within(most_bytes, watch).unwrap(), read.into_inner(), announced.into_inner())
    };
    let (once, read_once, announced) = within(usize::MAX);
    let differing = Class::ALL.map(|class| once.verdict.tally(class).count).iter().filter(|count| **count > 0).count();
    assert!(announced == 0 && differing >= 5 && once.verdict.fees.count == 30, "{:?}", once.verdict.fees);
    assert_eq!((once.local.malformed, once.malformed.len()), (1, 1));
    let bytes = sides.bytes().unwrap();
    let plain = super::bill_digest(&sides.bills[0], &Cancel::new()).unwrap();
    for most_bytes in [1_000_000, 3_000_000] {
        let (again, read, announced) = within(most_bytes);
        assert_eq!(again.verdict, once.verdict);
        assert_eq!((&again.bills, again.local, &again.malformed), (&once.bills, once.local, &once.malformed));
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
        let refused = sides.reconcile_within(1_000_000, watch).unwrap_err();
        assert!(matches!(&refused, ReconcileFault::Changed(place) if place.contains(name)), "{name}: {refused}");
        fs::write(&file, before).unwrap();
        let touched = |_| fs::write(&file, fs::read(&file).unwrap()).unwrap();
        assert!(
            sides.reconcile_within(1_000_000, Watch { on_more: &touched, ..watch }).is_ok(),
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
    assert_eq!(at_once.len(), found.verdict.differences.len() + 1);
    assert!(at_once.iter().any(|row| row.starts_with("local_only") && row.contains("ORDER-003001")));
    assert!(told(70) == at_once);
}
