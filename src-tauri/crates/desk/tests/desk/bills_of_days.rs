//! Which bills of a day are read when it is brought together, and which are refused.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use desk::reconcile::Basis;
use desk::{Beside, Cancel, DayKept, DaySides, DeskError, NewProfile, OwnFiles, OwnSide, ReconcileFault};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use wxpay_protocol::bill::{BillForm, BillType, FeeRounding, MilliFen, Rate, RefundPart, TradeBill, TradeRow};
use wxpay_protocol::{Fen, UtcMs};

use crate::shop::{Shop, profile};

/// 2026-11-20, noon in Beijing.
pub(crate) const NOON: UtcMs = UtcMs(1_795_147_200_000);

fn row<'a>(number: &'a str, refund: Option<RefundPart<'a>>) -> TradeRow<'a> {
    let total_fee = if refund.is_some() { Fen::ZERO } else { Fen::new(100).unwrap() };
    TradeRow {
        at: NOON,
        appid: "wx0000000000000001",
        mch_id: "1900000001",
        sub_mch_id: None,
        device_info: "",
        transaction_id: number,
        out_trade_no: number,
        openid: "o1",
        trade_type: "NATIVE",
        trade_state: if refund.is_some() { "REFUND" } else { "SUCCESS" },
        bank_type: "OTHERS",
        fee_type: "CNY",
        settlement_total_fee: total_fee,
        coupon_fee: Fen::ZERO,
        refund,
        body: "茶",
        attach: "",
        fee: Rate::default().fee_of(total_fee, FeeRounding::default()),
        rate: Rate::default(),
        total_fee,
        rate_note: "",
    }
}

fn back() -> RefundPart<'static> {
    RefundPart {
        applied_at: NOON,
        succeeded_at: Some(NOON),
        refund_id: "50000000002026112000000000001",
        out_refund_no: "R1",
        settlement_refund_fee: Fen::new(40).unwrap(),
        coupon_refund_fee: Fen::ZERO,
        refund_channel: "ORIGINAL",
        refund_status: "SUCCESS",
        refund_fee: Fen::new(40).unwrap(),
    }
}

/// A bill with these payments and, where its kind has any, one refund.
pub(crate) fn bill(kind: BillType, payments: &[&str]) -> String {
    let mut bill = TradeBill::new(kind, BillForm::default());
    if kind != BillType::Refund {
        for number in payments {
            bill.push(&row(number, None));
        }
    }
    if kind != BillType::Success {
        bill.push(&row("T1", Some(back())));
    }
    bill.finish()
}

/// A merchant, and a folder for files.
pub(crate) struct Bench {
    pub(crate) shop: Shop,
    dir: TempDir,
}

impl Bench {
    pub(crate) async fn open() -> Self {
        Self { shop: Shop::open().await, dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Two orders that were paid, and the refund.
    fn own(&self) -> OwnSide {
        let paid = "2026-11-20 12:00:00";
        let orders = format!("out_trade_no,state,total_fee,paid_at\nT1,SUCCESS,100,{paid}\nT2,SUCCESS,100,{paid}\n");
        let refunds = format!("out_refund_no,refund_fee,status,created_at\nR1,40,SUCCESS,{paid}\n");
        OwnSide::Files(OwnFiles {
            orders: Some(self.file("orders.csv", orders)),
            refunds: Some(self.file("refunds.csv", refunds)),
            ..OwnFiles::default()
        })
    }

    async fn reconcile(&self, bills: &[&Path]) -> Result<DayKept, DeskError> {
        self.reconcile_with(bills, self.own()).await
    }

    pub(crate) async fn reconcile_with(&self, bills: &[&Path], own: OwnSide) -> Result<DayKept, DeskError> {
        self.reconcile_in("shop", bills, own).await
    }

    async fn reconcile_in(&self, profile: &str, bills: &[&Path], own: OwnSide) -> Result<DayKept, DeskError> {
        let sides = DaySides {
            bills: bills.iter().map(|path| path.to_path_buf()).collect(),
            beside: Beside::default(),
            own,
            basis: Basis::Order,
            date: NOON,
            day_cut_s: 300,
            mch_id: None,
            sub_mch_id: None,
        };
        self.shop.desk.reconcile_day(profile, sides, Box::new(|_| {}), &Cancel::new()).await
    }

    async fn is_balanced(&self) -> bool {
        let day = self.shop.desk.day("shop", NOON).await.unwrap();
        day.run.unwrap().found.balanced
    }

    async fn bills_of_day(&self) -> Vec<PathBuf> {
        self.shop.desk.bills_known("shop", NOON, &Cancel::new()).await.unwrap()
    }
}

#[tokio::test]
async fn a_day_is_read_again_from_its_newest_bill_that_is_still_what_it_was() {
    let bench = Bench::open().await;
    assert!(bench.bills_of_day().await.is_empty());
    let first = bench.file("first.csv", bill(BillType::All, &["T1"]));
    bench.reconcile(&[&first]).await.unwrap();
    assert!(!bench.is_balanced().await, "T2 is not in it");
    let newer = bench.file("newer.csv", bill(BillType::All, &["T1", "T2"]));
    let kept = bench.reconcile(&[&newer]).await.unwrap();
    assert_eq!(kept.other_bills.len(), 1);
    assert!(bench.is_balanced().await);
    assert_eq!(bench.bills_of_day().await, std::slice::from_ref(&newer), "both together would pay everything twice");
    std::fs::write(&newer, bill(BillType::All, &["T9"])).unwrap();
    assert!(bench.bills_of_day().await.is_empty(), "neither what was overwritten nor what was superseded is the bill");
}

#[tokio::test]
async fn payments_and_refunds_in_two_bills_are_the_same_day_as_in_one_and_are_found_again_together() {
    let bench = Bench::open().await;
    let payments = bench.file("success.csv", bill(BillType::Success, &["T1", "T2"]));
    let refunds = bench.file("refund.csv", bill(BillType::Refund, &[]));
    bench.reconcile(&[&refunds, &payments]).await.unwrap();
    assert!(bench.is_balanced().await);
    assert_eq!(bench.bills_of_day().await, [refunds, payments.clone()], "as the run had them");
    let all = bench.file("all.csv", bill(BillType::All, &["T1", "T2"]));
    let refused = bench.reconcile(&[&all, &payments]).await.unwrap_err();
    assert!(matches!(&refused, DeskError::Day(ReconcileFault::Overlapping { .. })), "{refused}");
    bench.reconcile(&[&all]).await.unwrap();
    assert!(bench.is_balanced().await);
    assert_eq!(bench.bills_of_day().await, [all], "it holds what the two hold");
}

#[tokio::test]
async fn the_bill_of_another_merchant_is_refused_and_nothing_of_it_is_kept() {
    let bench = Bench::open().await;
    let text = bill(BillType::All, &["T1", "T2"]).replace("1900000001", "1900000009");
    let other = bench.file("other.csv", text);
    let refused = bench.reconcile(&[&other]).await.unwrap_err();
    assert!(matches!(&refused, DeskError::Day(ReconcileFault::Bill { .. })), "{refused}");
    assert!(refused.to_string().contains("1900000009"), "{refused}");
    assert!(bench.shop.desk.day("shop", NOON).await.unwrap().run.is_none());
}

#[tokio::test]
async fn a_providers_bill_with_rows_of_another_sub_merchant_is_refused_in_the_day_of_one() {
    let bench = Bench::open().await;
    let of_sub = NewProfile { sub_mch_id: Some("1900000108".into()), ..profile("sub") };
    bench.shop.desk.profile_add(of_sub).await.unwrap();
    let rows_of =
        |sub: &str| bill(BillType::All, &["T1", "T2"]).replace("`1900000001,`0,", &format!("`1900000001,`{sub},"));
    let theirs = bench.file("theirs.csv", rows_of("1900000109"));
    let refused = bench.reconcile_in("sub", &[&theirs], bench.own()).await.unwrap_err();
    for number in ["1900000109", "1900000108"] {
        assert!(refused.to_string().contains(number), "{refused}");
    }
    let ours = bench.file("ours.csv", rows_of("1900000108"));
    bench.reconcile_in("sub", &[&ours], bench.own()).await.unwrap();
    bench.reconcile(&[&theirs]).await.unwrap();
}

#[tokio::test]
async fn what_was_given_back_out_of_recharged_money_is_counted_and_agrees_with_nothing() {
    let bench = Bench::open().await;
    let all = bench.file("all.csv", bill(BillType::All, &["T1", "T2"]));
    let recharged = bench.file("recharge.csv", bill(BillType::RechargeRefund, &[]));
    bench.reconcile(&[&all, &recharged]).await.unwrap();
    assert!(bench.is_balanced().await);
    let agreeing = bench.shop.desk.matched_rows("shop", NOON, true, 0, 10).await.unwrap();
    assert_eq!((agreeing.total, agreeing.rows.len()), (1, 1), "{agreeing:?}");
}

#[tokio::test]
async fn one_bill_plain_and_packed_counts_once() {
    let bench = Bench::open().await;
    let text = bill(BillType::All, &["T1", "T2"]);
    let plain = bench.file("bill.csv", &text);
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let packed = bench.file("bill.csv.gz", packed.finish().unwrap());
    for bills in [[&*plain, &*packed], [&*packed, &*plain]] {
        bench.reconcile(&bills).await.unwrap();
        assert!(bench.is_balanced().await);
    }
}

#[tokio::test]
async fn rows_that_agree_and_fees_that_are_off_name_their_file_where_the_day_has_several_bills() {
    let bench = Bench::open().await;
    let dear = TradeRow { fee: MilliFen::new(1_000_000), ..row("T2", None) };
    let with_dear = |mut bill: TradeBill| {
        bill.push(&dear);
        bill.finish()
    };
    let morning = bench.file("morning.csv", bill(BillType::Success, &["T1"]));
    let evening = bench.file("evening.csv", with_dear(TradeBill::new(BillType::Success, BillForm::default())));
    let named = async || {
        let agreeing = bench.shop.desk.matched_rows("shop", NOON, false, 0, 10).await.unwrap().rows;
        let fees = bench.shop.desk.day_fees("shop", NOON, 0, 10).await.unwrap();
        let off = fees.rows.iter().map(|fee| fees.bill_files[fee.file].clone()).collect::<Vec<_>>();
        (agreeing.into_iter().map(|row| row.bill_file).collect::<Vec<_>>(), off)
    };
    bench.reconcile(&[&morning, &evening]).await.unwrap();
    let [first, second] = [&morning, &evening].map(|path| Some(path.display().to_string()));
    assert_eq!(named().await, (vec![first, second.clone()], vec![second]));

    let mut both = TradeBill::new(BillType::Success, BillForm::default());
    both.push(&row("T1", None));
    let both = bench.file("both.csv", with_dear(both));
    bench.reconcile(&[&both]).await.unwrap();
    assert_eq!(named().await, (vec![None, None], vec![None]), "one bill needs no name");
}
