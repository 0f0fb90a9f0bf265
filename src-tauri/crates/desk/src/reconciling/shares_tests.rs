//! A day that is read several times because it does not fit into the memory is the day that is read once.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use desk_reconcile::{Basis, Class};
use wxpay_protocol::bill::{BillForm, BillType, MilliFen, Rate, RefundPart, TradeBill, TradeRow};
use wxpay_protocol::{Fen, UtcMs};

use super::{DaySides, OwnFiles, OwnSide, Watch};
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
    let refunds = "out_refund_no,refund_fee,status,created_at\nR0,100,SUCCESS,2024-01-02 11:06:40\n";
    fs::write(&refunds_file, refunds).unwrap();
    let own = OwnFiles { orders: Some(orders_file), refunds: Some(refunds_file), ..OwnFiles::default() };
    DaySides {
        bills: vec![bill_file],
        beside: Vec::new(),
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
