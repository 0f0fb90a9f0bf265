//! An export of the differences of days: told how far it is, stopped anywhere, and whole or not there at all.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use desk::reconcile::Viewpoint;
use desk::sheets::Reader;
use desk::store::{DayDifference, DifferenceFilter};
use desk::{Cancel, Exported, OnProgress, Progress, SpanExport};
use wxpay_protocol::environment::Environment;

use crate::bills::Fetching;
use crate::days_beside::{reconcile, sides};
use crate::shop::START;

/// A day with differences and rows that agree.
async fn compared(folder: &Path) -> Fetching {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    reconcile(&fetching, sides(folder, START, "12:00:00")).await;
    fetching
}

async fn export(fetching: &Fetching, file: &Path, progress: OnProgress, cancel: &Cancel) -> Exported {
    let export = SpanExport {
        profile: "shop".into(),
        from: START,
        to: START,
        file: file.to_owned(),
        reader: Reader::People,
        viewpoint: Viewpoint::Neutral,
    };
    fetching.desk.export_differences(export, true, progress, cancel).await.unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn an_export_of_differences_tells_how_many_rows_it_went_through() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let fetching = compared(folder.path()).await;
    let run = fetching.desk.day("shop", START).await.unwrap().run.unwrap();
    let bill_rows: u64 = run.bills.iter().map(|bill| bill.sums.rows).sum();
    for name in ["differences.xlsx", "differences.csv"] {
        let told = Arc::new(Mutex::new(Vec::<Progress>::new()));
        let sink = Arc::clone(&told);
        let watch = Box::new(move |progress| sink.lock().unwrap().push(progress));
        let exported = export(&fetching, &out.path().join(name), watch, &Cancel::new()).await;
        assert_eq!((exported.rows, exported.cancelled), (run.found.differences, false));
        let last = *told.lock().unwrap().last().unwrap();
        assert_eq!(last.done, last.total, "all of it");
        assert_eq!(
            last.total,
            run.found.differences + run.found.fee_count + bill_rows,
            "differences, fees and the bill's rows"
        );
    }
    assert_eq!(files(out.path()).len(), 2);
}

#[tokio::test]
async fn an_export_of_differences_that_is_stopped_leaves_no_file_and_what_was_there_as_it_was() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let fetching = compared(folder.path()).await;
    let there = out.path().join("differences.csv");
    std::fs::write(&there, "of last time").unwrap();
    // Before the first row, and after the last one.
    for (name, at_end) in [("differences.csv", false), ("differences.xlsx", false), ("differences.csv", true)] {
        let cancel = Cancel::new();
        let asked = cancel.clone();
        let stop = Box::new(move |progress: Progress| {
            if !at_end || (progress.total > 0 && progress.done == progress.total) {
                asked.cancel();
            }
        });
        let stopped = export(&fetching, &out.path().join(name), stop, &cancel).await;
        assert_eq!(stopped, Exported { rows: 0, cancelled: true });
    }
    assert_eq!(files(out.path()), std::slice::from_ref(&there));
    assert_eq!(std::fs::read_to_string(there).unwrap(), "of last time");
}

#[tokio::test]
async fn reading_remarks_back_is_stopped_between_two_rows_and_what_was_said_by_then_stays() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = compared(folder.path()).await;
    let page = fetching.desk.day_differences("shop", START, DifferenceFilter::default(), 0, 10).await.unwrap();
    let identity = |found: &DayDifference| found.found.identity.map(|byte| format!("{byte:02x}")).concat();
    let countable: Vec<&DayDifference> = page.rows.iter().filter(|row| row.found.counts).collect();
    let table = folder.path().join("remarks.csv");
    let rows = [countable[0], countable[1]].map(|row| format!("{},open,看过\n", identity(row))).concat();
    std::fs::write(&table, format!("identity,state,remark\n{rows}")).unwrap();
    let read = async |stop_at: u64| {
        let cancel = Cancel::new();
        let asked = cancel.clone();
        let watch = Box::new(move |progress: Progress| {
            // Longer than the pause between two tellings, so that every row is told.
            std::thread::sleep(Duration::from_millis(120));
            if progress.done == stop_at {
                asked.cancel();
            }
        });
        fetching.desk.read_remarks("shop", &table, watch, &cancel).await.unwrap()
    };
    let stopped = read(1).await;
    assert_eq!((stopped.rows, stopped.remarks, stopped.cancelled), (1, 1, true));
    let whole = read(9).await;
    assert_eq!((whole.rows, whole.remarks, whole.cancelled), (2, 1, false), "the first one is there already");
}
