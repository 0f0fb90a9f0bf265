//! What a lookup tells out of bills and reconciled days.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use desk::{
    Cancel, Import, LookedUp, LookupAnswer, LookupVerdict, LookupWish, OwnFiles, OwnSide, Progress, Step, StepSource,
};
use wxpay_protocol::bill::BillType;

use crate::bills_of_days::{Bench, NOON, bill};

const AGREES: &str = "20261120115900001";
const ONLY_OURS: &str = "20261120120000002";
const ONLY_IN_THE_BILL: &str = "20261120120100003";
const UNPAID_HERE: &str = "20261120120200004";

impl Bench {
    /// Three orders of ours, of which the bill has two and agrees with one, and one that only the bill has.
    async fn reconciled() -> (Self, PathBuf) {
        let bench = Self::open().await;
        let paid = NOON.dashed();
        let rows = [AGREES, ONLY_OURS].map(|number| format!("{number},SUCCESS,100,{paid}\n")).concat();
        let rows = format!("{rows}{UNPAID_HERE},NOTPAY,100,{paid}\n");
        let orders = bench.file("orders.csv", format!("out_trade_no,state,total_fee,paid_at\n{rows}"));
        let imported = Import::of("shop", &orders);
        assert_eq!(bench.shop.desk.import_orders(imported, Box::new(|_| {}), &Cancel::new()).await.unwrap().added, 3);
        let file = bench.file("bill.csv", bill(BillType::Success, &[AGREES, ONLY_IN_THE_BILL, UNPAID_HERE]));
        let own = OwnSide::Files(OwnFiles { orders: Some(orders), ..OwnFiles::default() });
        bench.reconcile_with(&[&file], own).await.unwrap();
        (bench, file)
    }

    /// The answers before the bills are read.
    async fn asked(&self, text: &str) -> LookedUp {
        let wish =
            LookupWish { text: text.into(), offline: true, profile: Some("shop".into()), ..LookupWish::default() };
        self.shop.desk.lookup(wish, Box::new(|_| {}), &Cancel::new()).await.unwrap()
    }

    async fn look_up(&self, text: &str) -> Vec<LookupAnswer> {
        let found = self.asked(text).await;
        self.shop.desk.lookup_in_bills(found, Box::new(|_| {}), &Cancel::new()).await.unwrap().answers
    }
}

fn of(answer: &LookupAnswer, source: StepSource) -> Vec<&Step> {
    answer.timeline.iter().filter(|step| step.source == source).collect()
}

#[tokio::test]
async fn the_timeline_has_the_line_of_the_bill_and_what_reconciling_found() {
    let (bench, _) = Bench::reconciled().await;
    let answers = bench.look_up(&format!("{AGREES} {ONLY_OURS} {ONLY_IN_THE_BILL} {UNPAID_HERE}")).await;
    let [agrees, ours, theirs, unpaid] = &answers[..] else { panic!("{answers:?}") };

    let [line] = of(agrees, StepSource::Bill)[..] else { panic!("{:?}", agrees.timeline) };
    assert_eq!((line.at, line.is_verified), (NOON, false), "nobody signs a bill");
    assert_eq!(line.what.zh, "2026-11-20 的账单第 2 行：支付 ¥1.00，手续费 0.01000 元");
    assert_eq!(line.what.en, "line 2 of the bill of 2026-11-20: paid ¥1.00, fee 0.01000 yuan");
    assert!(of(agrees, StepSource::Reconcile).is_empty());

    assert!(of(ours, StepSource::Bill).is_empty());
    let [missing] = of(ours, StepSource::Reconcile)[..] else { panic!("{:?}", ours.timeline) };
    assert!(!missing.is_verified, "it rests on the bill");
    assert!(missing.what.zh.contains("2026-11-20 对账") && missing.what.zh.ends_with("待处理"), "{}", missing.what.zh);
    assert!(missing.what.zh.contains("金额：账单 –，本方 ¥1.00"), "{}", missing.what.zh);

    let [state] = of(unpaid, StepSource::Reconcile)[..] else { panic!("{:?}", unpaid.timeline) };
    assert!(
        state.what.zh.contains("状态：账单 SUCCESS，本方 NOTPAY"),
        "what differs, and not the amounts: {}",
        state.what.zh
    );

    assert!(theirs.order.is_none() && theirs.verdict == LookupVerdict::NotFound);
    assert_eq!((of(theirs, StepSource::Bill).len(), of(theirs, StepSource::Reconcile).len()), (1, 1));
    assert!(theirs.sentence.zh.ends_with("账单或对账结果里有它。"), "{}", theirs.sentence.zh);
    assert!(answers.iter().all(|answer| answer.timeline.is_sorted_by_key(|step| step.at)));
}

#[tokio::test]
async fn a_bill_that_is_gone_or_was_changed_says_nothing_and_hinders_nothing() {
    let (bench, file) = Bench::reconciled().await;
    let mut changed = std::fs::read_to_string(&file).unwrap();
    changed = changed.replace("茶", "水");
    std::fs::write(&file, &changed).unwrap();
    let answer = bench.look_up(AGREES).await.remove(0);
    assert!(of(&answer, StepSource::Bill).is_empty(), "{:?}", answer.timeline);
    std::fs::remove_file(&file).unwrap();
    let answer = bench.look_up(AGREES).await.remove(0);
    assert_eq!((answer.verdict, of(&answer, StepSource::Bill).len()), (LookupVerdict::Found, 0));
    assert!(!answer.timeline.is_empty());
}

#[tokio::test]
async fn the_answers_are_there_before_the_bills_are_read_whose_bytes_are_told() {
    let (bench, file) = Bench::reconciled().await;
    let found = bench.asked(&format!("{AGREES} {UNPAID_HERE}")).await;
    assert_eq!(found.answers.len(), 2);
    assert!(found.answers.iter().all(|answer| answer.verdict == LookupVerdict::Found));
    assert!(found.answers.iter().all(|answer| of(answer, StepSource::Bill).is_empty()));

    let stopped = Cancel::new();
    stopped.cancel();
    let kept = bench.shop.desk.lookup_in_bills(found.clone(), Box::new(|_| {}), &stopped).await.unwrap();
    assert_eq!((kept.answers.len(), kept.cancelled), (2, true), "what was answered stays");

    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&told);
    let watch = Box::new(move |progress: Progress| sink.lock().unwrap().push((progress.done, progress.total)));
    let whole = bench.shop.desk.lookup_in_bills(found, watch, &Cancel::new()).await.unwrap();
    assert!(whole.answers.iter().all(|answer| of(answer, StepSource::Bill).len() == 1));
    let bytes = std::fs::metadata(file).unwrap().len();
    let told = told.lock().unwrap().clone();
    assert_eq!((told.first(), told.last()), (Some(&(0, bytes)), Some(&(bytes, bytes))), "{told:?}");
}
