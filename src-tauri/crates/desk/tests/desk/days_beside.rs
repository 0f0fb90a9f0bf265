//! What waits at midnight for the bill of the day beside: settled by it, by its absence, and never at the cost of that day.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use desk::reconcile::Basis;
use desk::store::DayRun;
use desk::{Beside, Cancel, DaySides, FetchedBill, NewProfile, OwnFiles, OwnSide, Watch};
use wxpay_protocol::UtcMs;
use wxpay_protocol::environment::Environment;

use crate::bills::{Fetching, bill, refusal};
use crate::shop::{START, profile};

/// The day before the one that bills are fetched of.
fn yesterday() -> UtcMs {
    START.plus_ms(-UtcMs::DAY_MS)
}

/// A day with the bill of the fixtures and one order of its own, paid at this time of the day.
pub(crate) fn sides(folder: &Path, day: UtcMs, paid: &str) -> DaySides {
    let file = |name: &str, text: String| -> PathBuf {
        let path = folder.join(format!("{}-{name}", day.day()));
        std::fs::write(&path, text).unwrap();
        path
    };
    let bill = file("bill.csv", bill().replace(&START.day(), &day.day()));
    let order = format!("out_trade_no,金额(元),state,paid_at\nT404,1.00,SUCCESS,{} {paid}\n", day.day());
    DaySides {
        bills: vec![bill],
        beside: Beside::default(),
        own: OwnSide::Files(OwnFiles { orders: Some(file("orders.csv", order)), ..OwnFiles::default() }),
        basis: Basis::Order,
        date: day,
        day_cut_s: 300,
        mch_id: Some("1900000001".into()),
        sub_mch_id: None,
    }
}

pub(crate) async fn run(fetching: &Fetching, day: UtcMs) -> DayRun {
    fetching.desk.day("shop", day).await.unwrap().run.unwrap()
}

fn count(run: &DayRun, class: &str) -> u64 {
    run.found.classes.iter().find(|tally| tally.class == class).map_or(0, |tally| tally.count)
}

pub(crate) async fn reconcile(fetching: &Fetching, sides: DaySides) {
    fetching.desk.reconcile_day("shop", sides, Box::new(|_| {}), &Cancel::new()).await.unwrap();
}

#[tokio::test]
async fn a_day_without_trade_has_nothing_of_what_waited_for_its_bill() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    reconcile(&fetching, sides(folder.path(), yesterday(), "23:58:00")).await;
    let waits = run(&fetching, yesterday()).await;
    assert_eq!((count(&waits, "day_cut_local"), count(&waits, "local_only")), (1, 0));

    let FetchedBill::NoTrade(none) = fetching.fetch(&refusal("NO Bill Exist", "20002")).await.unwrap() else {
        panic!("there was a bill")
    };
    let beside = none.settled_beside;
    assert_eq!((beside.days, beside.faults), (vec![yesterday().start_of_day()], vec![]));
    let settled = run(&fetching, yesterday()).await;
    assert_eq!((count(&settled, "day_cut_local"), count(&settled, "local_only")), (0, 1));
    assert_eq!(settled.found.differences, waits.found.differences + 1);
    assert_ne!(settled.id, waits.id, "what was kept before stays");

    // Brought together again, the day says the same by itself.
    reconcile(&fetching, sides(folder.path(), yesterday(), "23:58:00")).await;
    let again = run(&fetching, yesterday()).await;
    assert_eq!((again.found.classes, again.found.differences), (settled.found.classes, settled.found.differences));
    // A bill that comes after all is believed.
    let FetchedBill::Saved(saved) = fetching.fetch(&bill()).await.unwrap() else { panic!("no bill") };
    assert_eq!(saved.settled_beside.days, []);
    reconcile(&fetching, sides(folder.path(), yesterday(), "23:57:00")).await;
    assert_eq!(count(&run(&fetching, yesterday()).await, "local_only"), 1, "that bill does not have it either");
}

#[tokio::test]
async fn a_neighbour_that_cannot_be_settled_is_told_by_its_own_date_and_the_day_itself_stands() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    reconcile(&fetching, sides(folder.path(), yesterday(), "23:58:00")).await;
    let waits = run(&fetching, yesterday()).await;

    let mut today = sides(folder.path(), START, "12:00:00");
    let watch = Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel: &Cancel::new() };
    // A bill that says what the day's own side says: nothing has to be looked up in it again.
    let number = numbers(&today.bills[0]);
    let own = format!("out_trade_no,金额(元),state,paid_at\n{number}");
    let own_file = folder.path().join("same.csv");
    std::fs::write(&own_file, own).unwrap();
    today.own = OwnSide::Files(OwnFiles { orders: Some(own_file), ..OwnFiles::default() });
    let found = Arc::new(today.reconcile(watch).unwrap());
    assert_eq!(found.listed_count(), 0, "{:?}", found.verdict);
    // Another text under its name settles nothing, though it could be read.
    let text = std::fs::read_to_string(&today.bills[0]).unwrap();
    std::fs::write(&today.bills[0], text.replacen("SUCCESS", "REVOKED", 1)).unwrap();
    let kept = fetching.desk.keep_day("shop", &today, &found, &Cancel::new()).await.unwrap();
    assert!(kept.settled_beside.faults[0].cause.contains("changed while it was read"), "{:?}", kept.settled_beside);
    assert_eq!(run(&fetching, yesterday()).await.id, waits.id, "it waits on");

    std::fs::remove_file(&today.bills[0]).unwrap();
    let kept = fetching.desk.keep_day("shop", &today, &found, &Cancel::new()).await.unwrap();
    assert!(kept.run.is_some() && kept.settled_beside.days.is_empty());
    let faults = &kept.settled_beside.faults;
    assert_eq!(faults.iter().map(|fault| fault.day).collect::<Vec<_>>(), [yesterday().start_of_day()]);
    assert_eq!(faults[0].code, "input_unreadable");
    let (chinese, english) = (&faults[0].chinese, &faults[0].cause);
    assert!(chinese.contains("bill.csv 无法读取") && english.contains("cannot be read"), "{chinese} / {english}");
    assert_eq!(run(&fetching, START).await.id, kept.run.unwrap());
    assert_eq!(run(&fetching, yesterday()).await.id, waits.id, "it waits on");
}

#[tokio::test]
async fn a_day_that_is_settled_by_itself_keeps_its_fees_that_are_off() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let waiting = sides(folder.path(), yesterday(), "23:58:00");
    let text = std::fs::read_to_string(&waiting.bills[0]).unwrap();
    std::fs::write(&waiting.bills[0], with_fees_off(&text)).unwrap();
    reconcile(&fetching, waiting).await;
    let fees = fetching.desk.day_fees("shop", yesterday(), 0, 100).await.unwrap();
    assert!(fees.listed > 0 && fees.rows.len() as u64 == fees.total, "{fees:?}");
    fetching.fetch(&refusal("NO Bill Exist", "20002")).await.unwrap();
    assert_eq!(count(&run(&fetching, yesterday()).await, "local_only"), 1, "it is settled");
    assert_eq!(fetching.desk.day_fees("shop", yesterday(), 0, 100).await.unwrap(), fees);
}

/// A bill whose first payment costs ten yuan more than it should, in its row and in its sums.
fn with_fees_off(bill: &str) -> String {
    let mut lines: Vec<String> = bill.lines().map(str::to_owned).collect();
    let more = |line: &mut String, place: usize| {
        let mut cells: Vec<String> = line.split(",`").map(str::to_owned).collect();
        let (yuan, part) = cells[place].split_once('.').unwrap();
        cells[place] = format!("{}.{part}", yuan.parse::<u32>().unwrap() + 10);
        *line = cells.join(",`");
    };
    more(&mut lines[1], 22);
    let last = lines.len() - 1;
    more(&mut lines[last], 4);
    lines.join("\r\n") + "\r\n"
}

/// The payments of a bill as a table of orders.
fn numbers(bill: &Path) -> String {
    let text = std::fs::read_to_string(bill).unwrap();
    let rows = text.lines().skip(1).take_while(|line| line.starts_with('`'));
    let cells = rows.map(|line| line.split(",`").map(|cell| cell.trim_start_matches('`')).collect::<Vec<_>>());
    let payments = cells.filter(|cells| cells[9] != "REFUND");
    payments.map(|cells| format!("{},{},{},{}\n", cells[6], cells[24], cells[9], cells[0])).collect::<Vec<_>>().concat()
}

#[tokio::test]
async fn rows_of_another_sub_merchant_in_the_bill_of_the_day_beside_stop_no_day_and_settle_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let of_sub = NewProfile { sub_mch_id: Some("1900000108".into()), ..profile("sub") };
    fetching.desk.profile_add(of_sub).await.unwrap();
    let next = bill().replace(&START.day(), &START.plus_ms(UtcMs::DAY_MS).day());
    let others = next.replace("`1900000001,`0,", "`1900000001,`1900000109,");
    let of_all = others.replacen("`1900000109,", "`1900000108,", 1);
    let mut classes = Vec::new();
    for (name, text) in [("others.csv", others), ("of-all.csv", of_all)] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let sides = DaySides { beside: Beside::from(vec![file]), ..sides(folder.path(), START, "23:58:00") };
        fetching.desk.reconcile_day("sub", sides, Box::new(|_| {}), &Cancel::new()).await.unwrap();
        let run = fetching.desk.day("sub", START).await.unwrap().run.unwrap();
        classes.push((count(&run, "day_cut_local"), count(&run, "local_only")));
    }
    assert_eq!(classes, [(1, 0), (0, 1)], "it waits until a bill that has this sub-merchant's rows does not have it");
}
