//! What a span of days adds up to, and what is left of it by age.

use desk::reconcile::Viewpoint;
use desk::sheets::Reader;
use desk::store::{DayMark, NoteKind};
use desk::{LeftDifference, SideSums, SpanExport};
use wxpay_protocol::UtcMs;
use wxpay_protocol::environment::Environment;

use crate::bills::{Fetching, bill};
use crate::days_beside::{reconcile, run, sides};
use crate::shop::START;

fn day(after: i64) -> UtcMs {
    START.start_of_day().plus_ms(after * UtcMs::DAY_MS)
}

/// A bill that nobody compared on the first day, and three days that were run; it is the twelfth day since.
async fn month(folder: &std::path::Path) -> Fetching {
    let fetching = Fetching::open(Environment::Simulator, day(12).plus_ms(12 * 3_600_000)).await;
    fetching.fetch(&bill()).await.unwrap();
    for after in [5, 9, 11] {
        reconcile(&fetching, sides(folder, day(after), "12:00:00")).await;
    }
    fetching
}

async fn left(fetching: &Fetching, start: u64, limit: usize) -> Vec<LeftDifference> {
    fetching.desk.span_left("shop", (day(-1), day(12)), start, limit).await.unwrap().rows
}

#[tokio::test]
async fn the_sums_of_a_span_are_those_of_its_days_and_a_day_that_nobody_ran_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = month(folder.path()).await;
    let report = fetching.desk.span_report("shop", day(-1), day(12)).await.unwrap();
    assert_eq!(report.days.len(), 14);
    assert_eq!(report.dates(DayMark::NotRun), [day(0)]);
    assert_eq!(report.dates(DayMark::Open), [day(5), day(9), day(11)]);
    let nothing = report.dates(DayMark::Nothing);
    assert_eq!(
        (nothing.len(), nothing.contains(&day(-1)), nothing.contains(&day(12))),
        (9, true, false),
        "{nothing:?}"
    );

    let sums = report.days.iter().filter_map(|day| day.sums);
    let add = |of: fn(&desk::SpanSums) -> SideSums| {
        let sides = sums.clone().map(|sums| of(&sums));
        sides.fold((0, 0), |sum, side| (sum.0 + side.bill_fen, sum.1 + side.local_fen))
    };
    let total = &report.sums;
    assert_eq!(add(|sums| sums.payments), (total.payments.bill_fen, total.payments.local_fen));
    assert_eq!(add(|sums| sums.refunds), (total.refunds.bill_fen, total.refunds.local_fen));
    assert_eq!(total.payments.local_fen, 300, "one order of a yuan each day");
    assert_eq!(
        (total.fee_milli_fen, total.not_compared),
        (3 * 1_200, 3),
        "one refund each day, without a table of refunds"
    );
    assert_eq!(total.net().gap_fen(), total.payments.gap_fen() - total.refunds.gap_fen());
    let mut gaps = 0;
    for after in [5, 9, 11] {
        gaps += run(&fetching, day(after)).await.found.payments_gap_fen;
    }
    assert_eq!((total.payments.gap_fen(), gaps != 0), (gaps, true));
    let none = fetching.desk.span_report("shop", day(0), day(0)).await.unwrap();
    assert_eq!((none.sums, none.left(), none.days[0].sums), (desk::SpanSums::default(), 0, None));
}

#[tokio::test]
async fn what_is_left_is_listed_with_its_age_until_it_is_settled() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = month(folder.path()).await;
    let all = left(&fetching, 0, 100).await;
    let report = fetching.desk.span_report("shop", day(-1), day(12)).await.unwrap();
    assert_eq!((report.left(), all.is_empty()), (all.len() as u64, false));
    let ages: std::collections::BTreeSet<u32> = all.iter().map(|left| left.age_days).collect();
    assert_eq!(ages.into_iter().collect::<Vec<_>>(), [1, 3, 7]);
    assert!(all.is_sorted_by(|one, next| one.age_days >= next.age_days), "the oldest first");
    for age in &report.aging {
        let of = all.iter().filter(|left| desk::age_bound_days(left.age_days) == age.up_to_days).count() as u64;
        assert_eq!(age.open + age.carried_over, of, "{age:?}");
    }
    let groups: Vec<_> = [1, 2, 3, 4, 7, 8, 30, 31].map(desk::age_bound_days).into();
    assert_eq!(groups, [Some(1), Some(3), Some(3), Some(7), Some(7), Some(30), Some(30), None]);
    for place in 0..all.len() {
        assert_eq!(left(&fetching, place as u64, 1).await, all[place..=place], "{place}");
    }

    let (first, second) = (&all[0].found, &all[1].found);
    for (row, kind) in [(first, NoteKind::Resolve), (second, NoteKind::CarryOver)] {
        fetching.desk.say_of_day("shop", row.date, &[row.found.identity], kind, "").await.unwrap();
    }
    let after = left(&fetching, 0, 100).await;
    assert_eq!(after.len(), all.len() - 1, "what is carried over is still left");
    assert_eq!((after[0].found.found.identity, after[0].found.state.as_str()), (second.found.identity, "carried_over"));
    let report = fetching.desk.span_report("shop", day(-1), day(12)).await.unwrap();
    assert_eq!(report.aging.iter().map(|age| age.carried_over).sum::<u64>(), 1);
}

#[tokio::test]
async fn a_report_that_cannot_be_written_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = month(folder.path()).await;
    let file = folder.path().join("report.csv");
    std::fs::write(&file, "mine").unwrap();
    let export = |file: std::path::PathBuf| SpanExport {
        profile: "shop".into(),
        from: day(0),
        to: day(12),
        file,
        reader: Reader::People,
        viewpoint: Viewpoint::Neutral,
    };
    let fault = fetching.desk.export_report(export(folder.path().join("report.txt"))).await.unwrap_err();
    assert_eq!(fault.code(), "input_invalid");
    // A folder stands where the draft would be written.
    std::fs::create_dir(folder.path().join("report.csv.part")).unwrap();
    fetching.desk.export_report(export(file.clone())).await.unwrap_err();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    std::fs::remove_dir(folder.path().join("report.csv.part")).unwrap();
    let count = fetching.desk.export_report(export(file.clone())).await.unwrap();
    assert_eq!(count, left(&fetching, 0, 100).await.len() as u64);
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("\u{FEFF}部分,项目,日期,结论,账单(元)"));
}
