//! Days of which WeChat says that nothing was traded: compared all the same, because the shop may say otherwise.

use std::path::Path;

use desk::reconcile::Basis;
use desk::store::{DayMark, DayRun, DifferenceFilter};
use desk::{Beside, Cancel, DaySides, DeskError, FetchedBill, Import, OwnFiles, OwnSide, ReconcileFault};
use wxpay_protocol::UtcMs;
use wxpay_protocol::environment::Environment;

use crate::bills::{Fetching, bill, refusal};
use crate::shop::START;

/// The day that bills are fetched of, with an order and a refund of the merchant's own and these bills.
fn sides(folder: &Path, bills: &[&Path]) -> DaySides {
    let (orders, refunds) = (folder.join("orders.csv"), folder.join("refunds.csv"));
    let at = START.dashed();
    std::fs::write(&orders, format!("out_trade_no,金额(元),state,paid_at\nT404,1.00,SUCCESS,{at}\n")).unwrap();
    std::fs::write(&refunds, format!("out_refund_no,refund_fee,status,created_at\nR404,40,SUCCESS,{at}\n")).unwrap();
    with_own(OwnSide::Files(OwnFiles { orders: Some(orders), refunds: Some(refunds), ..OwnFiles::default() }), bills)
}

fn with_own(own: OwnSide, bills: &[&Path]) -> DaySides {
    DaySides {
        bills: bills.iter().map(|bill| bill.to_path_buf()).collect(),
        beside: Beside::default(),
        own,
        basis: Basis::Order,
        date: START,
        day_cut_s: 300,
        mch_id: None,
        sub_mch_id: None,
    }
}

async fn opened() -> Fetching {
    Fetching::open(Environment::Simulator, START.plus_ms(2 * UtcMs::DAY_MS)).await
}

async fn no_trade(fetching: &Fetching) {
    let answer = fetching.fetch(&refusal("No Bill Exist", "20002")).await.unwrap();
    assert!(matches!(answer, FetchedBill::NoTrade(_)), "{answer:?}");
}

async fn compare(fetching: &Fetching, sides: DaySides) -> Result<DayRun, DeskError> {
    fetching.desk.reconcile_day("shop", sides, Box::new(|_| {}), &Cancel::new()).await?;
    Ok(fetching.desk.day("shop", START).await?.run.unwrap())
}

fn counts(run: &DayRun) -> Vec<(&str, u64)> {
    run.found.classes.iter().map(|tally| (tally.class.as_str(), tally.count)).collect()
}

#[tokio::test]
async fn what_the_shop_has_of_a_day_without_trade_is_missing_in_the_bill_with_its_reason() {
    let (folder, fetching) = (tempfile::tempdir().unwrap(), opened().await);
    no_trade(&fetching).await;
    let run = compare(&fetching, sides(folder.path(), &[])).await.unwrap();
    assert_eq!(counts(&run), [("local_only", 1), ("refund_local_only", 1)]);
    assert_eq!((run.found.differences, run.found.balanced, run.compared_bills().count()), (2, false, 0));
    assert_eq!((run.found.payments_gap_fen, run.found.refunds_gap_fen), (100, 40));
    let day = fetching.desk.day("shop", START).await.unwrap();
    assert_eq!((day.standing.mark, day.standing.open, day.standing.bill_changed), (DayMark::Open, 2, false));
    let found = fetching.desk.day_differences("shop", START, DifferenceFilter::default(), 0, 9).await.unwrap();
    let reasons: Vec<&str> = found.rows.iter().map(|row| row.found.reason.as_str()).collect();
    assert_eq!(reasons, ["not_in_bill", "refund_not_in_bill"]);
    let matched = fetching.desk.matched_rows("shop", START, false, 0, 9).await.unwrap();
    assert_eq!((matched.total, matched.rows.len()), (0, 0), "there is no bill to read");
    let again = fetching.desk.reconcile_day("shop", sides(folder.path(), &[]), Box::new(|_| {}), &Cancel::new()).await;
    assert!(again.unwrap().is_again);
}

#[tokio::test]
async fn the_kept_orders_of_a_day_without_trade_are_compared_as_files_are() {
    let (folder, fetching) = (tempfile::tempdir().unwrap(), opened().await);
    let file = folder.path().join("orders.csv");
    let row = format!("20240102030405001,101,SUCCESS,{}", START.dashed());
    std::fs::write(&file, format!("out_trade_no,total_fee,state,paid_at\n{row}\n")).unwrap();
    let import = Import::of("shop", &file);
    assert_eq!(fetching.desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await.unwrap().added, 1);
    let mark = async || fetching.desk.day("shop", START).await.unwrap().standing.mark;
    assert_eq!(mark().await, DayMark::MissingBill);
    no_trade(&fetching).await;
    assert_eq!(mark().await, DayMark::NotRun, "it was paid, says the shop");
    let profile = fetching.desk.profile("shop").await.unwrap().profile;
    let kept = || OwnSide::Kept(fetching.desk.kept_side(&profile));
    let run = compare(&fetching, with_own(kept(), &[])).await.unwrap();
    assert_eq!((counts(&run), mark().await), (vec![("local_only", 1)], DayMark::Open));
    let period = fetching.desk.period("shop", START, START).await.unwrap();
    assert_eq!(period.settled_days, 0);
}

#[tokio::test]
async fn without_a_bill_a_day_is_compared_only_where_wechat_said_that_there_is_none() {
    let (folder, fetching) = (tempfile::tempdir().unwrap(), opened().await);
    let refused = compare(&fetching, sides(folder.path(), &[])).await.unwrap_err();
    assert!(matches!(&refused, DeskError::Day(ReconcileFault::NoBill(day)) if *day == START.day()), "{refused}");
    no_trade(&fetching).await;
    compare(&fetching, sides(folder.path(), &[])).await.unwrap();
    let FetchedBill::Saved(saved) = fetching.fetch(&bill()).await.unwrap() else { panic!("no bill") };
    let day = fetching.desk.day("shop", START).await.unwrap();
    assert!(day.standing.bill_changed, "a bill after all, which nobody looked at");
    let known = compare(&fetching, sides(folder.path(), &[])).await.unwrap_err();
    assert!(matches!(&known, DeskError::Day(ReconcileFault::BillKnown(_))), "{known}");
    let run = compare(&fetching, sides(folder.path(), &[&saved.file])).await.unwrap();
    assert_eq!(run.compared_bills().count(), 1);
    assert!(!fetching.desk.day("shop", START).await.unwrap().standing.bill_changed);
    assert_eq!(fetching.desk.bills_known("shop", START, &Cancel::new()).await.unwrap(), [saved.file]);
}
