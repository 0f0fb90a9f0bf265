//! A day that is brought together until somebody stops it, in each of its phases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use desk::reconcile::{Basis, Viewpoint};
use desk::store::{DayMark, DifferenceFilter, DifferenceState, NoteKind, SaidEnd, StoreError};
use desk::{Again, Beside, Cancel, DaySides, DeskError, OwnFiles, OwnSide, ReconcileFault, Watch};
use wxpay_protocol::environment::Environment;

use crate::bills::{Fetching, bill};
use crate::shop::START;

/// The day that the bill of the fixtures is of, compared with orders of which it has none.
fn sides(folder: &std::path::Path, mch_id: Option<&str>) -> DaySides {
    let (bill_file, orders) = (folder.join("bill.csv"), folder.join("orders.csv"));
    std::fs::write(&bill_file, bill()).unwrap();
    let row = format!("T404,1.00,SUCCESS,{}\n", START.dashed());
    std::fs::write(&orders, format!("out_trade_no,金额(元),state,paid_at\n{row}")).unwrap();
    DaySides {
        bills: vec![bill_file],
        beside: Beside::default(),
        own: OwnSide::Files(OwnFiles { orders: Some(orders), ..OwnFiles::default() }),
        basis: Basis::Order,
        date: START,
        day_cut_s: 300,
        mch_id: mch_id.map(str::to_owned),
        sub_mch_id: None,
    }
}

fn files(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test]
async fn stopped_while_reading_keeping_or_writing_it_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let mch_id = fetching.desk.profiles().await.unwrap()[0].profile.mch_id.to_string();
    let sides = sides(folder.path(), Some(&mch_id));
    let reading = Cancel::new();
    let (read, on_more) = (AtomicU64::new(0), |_| {});
    let stop_at_once = |bytes| {
        read.fetch_add(bytes, Ordering::Relaxed);
        reading.cancel();
    };
    let stopped = sides.reconcile(Watch { on_bytes: &stop_at_once, on_more: &on_more, cancel: &reading });
    assert!(matches!(stopped, Err(ReconcileFault::Cancelled)), "{stopped:?}");
    assert!(read.load(Ordering::Relaxed) > 0);

    let going = Cancel::new();
    let found = sides.reconcile(Watch { on_bytes: &|_| {}, on_more: &on_more, cancel: &going }).unwrap();
    assert!(found.listed_count() > 0);
    let found = Arc::new(found);
    let kept = fetching.desk.keep_day("shop", &sides, &found, &reading).await;
    assert!(matches!(kept, Err(DeskError::Day(ReconcileFault::Cancelled))), "{kept:?}");
    let day = fetching.desk.day("shop", START).await.unwrap();
    assert!(day.run.is_none() && day.standing.mark == DayMark::Nothing, "{:?}", day.standing);

    let out = folder.path().join("out");
    let written = found.write(&sides, &out, Viewpoint::Neutral, &reading);
    assert!(matches!(written, Err(ReconcileFault::Cancelled)), "{written:?}");
    assert_eq!(files(&out), 0);
    assert!(matches!(found.doubtful(&sides, 5, &reading), Err(ReconcileFault::Cancelled)));

    assert!(fetching.desk.keep_day("shop", &sides, &found, &going).await.unwrap().run.is_some());
    assert_eq!(found.write(&sides, &out, Viewpoint::Neutral, &going).unwrap().len(), 2);
    assert_eq!(files(&out), 2);
}

#[test]
fn a_day_that_somebody_else_compared_meanwhile_is_told_as_such_and_asks_for_no_other_name() {
    let fault = DeskError::from(StoreError::TakenOver { run: 7 });
    assert!(matches!(fault, DeskError::Day(ReconcileFault::TakenOver)), "{fault}");
    assert_eq!((fault.code(), fault.exit_status(), fault.again()), ("taken_over", 3, Again::No));
    let (chinese, english) = (fault.chinese().unwrap(), fault.to_string());
    assert!(
        chinese.contains("以它的结果为准，请查看当天") && english.contains("look at the day"),
        "{chinese} {english}"
    );
}

#[tokio::test]
async fn a_bill_that_was_hashed_while_it_was_read_is_the_bill_that_was_seen_before() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let mch_id = fetching.desk.profiles().await.unwrap()[0].profile.mch_id.to_string();
    let mut digests = Vec::new();
    for known in [None, Some(mch_id.as_str())] {
        let sides = sides(folder.path(), known);
        let watch = Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel: &Cancel::new() };
        let found = Arc::new(sides.reconcile(watch).unwrap());
        let kept = fetching.desk.keep_day("shop", &sides, &found, &Cancel::new()).await.unwrap();
        assert_eq!(kept.is_again, known.is_some());
        digests.push(fetching.desk.day("shop", START).await.unwrap().bills);
    }
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0].len(), 1);
    let plain = desk::bill_digest(&folder.path().join("bill.csv"), &Cancel::new()).unwrap();
    assert_eq!(digests[1][0].digest, plain);
}

#[tokio::test]
async fn handling_many_ends_where_it_is_stopped_and_says_how_many_it_was_said_to() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let mch_id = fetching.desk.profiles().await.unwrap()[0].profile.mch_id.to_string();
    let sides = sides(folder.path(), Some(&mch_id));
    fetching.desk.reconcile_day("shop", sides, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    let (desk, saying) = (&fetching.desk, (NoteKind::Ignore, "查过了"));
    let left = || async { desk.day("shop", START).await.unwrap().standing.open };
    let before = left().await;
    assert!(before > 0);
    let cancel = Cancel::new();
    let asked = cancel.clone();
    let stop = Box::new(move |_| asked.cancel());
    let only_open = DifferenceFilter { state: Some(DifferenceState::Open), ..DifferenceFilter::default() };
    let stopped =
        desk.say_of_many(("shop", START), only_open.clone(), saying, Some(before), stop, &cancel).await.unwrap();
    assert_eq!((stopped.end, stopped.matching, stopped.said), (SaidEnd::Stopped, before, 0));
    assert_eq!(left().await, before);

    let told = Arc::new(AtomicU64::new(0));
    let done = Arc::clone(&told);
    let watch = Box::new(move |progress: desk::Progress| done.store(progress.done, Ordering::Relaxed));
    let said = desk.say_of_many(("shop", START), only_open, saying, None, watch, &Cancel::new()).await.unwrap();
    assert_eq!((said.end, said.said, left().await), (SaidEnd::All, before, 0));
    assert_eq!(told.load(Ordering::Relaxed), before, "progress counts differences");
}
