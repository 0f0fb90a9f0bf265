//! An export of the differences of days: told how far it is, stopped anywhere, and whole or not there at all.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use desk::reconcile::Viewpoint;
use desk::sheets::Reader;
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
