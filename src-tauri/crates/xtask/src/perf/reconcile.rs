//! A day of a million rows: checking its bill beside `wc` and `gzip`, and bringing it together with the orders beside DuckDB.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::Figure;
use super::process::{Measured, measured};
use crate::TaskError;
use crate::command::{command, run};
use crate::days;
use crate::ui::file_error;
use crate::workspace::Workspace;

const DATE: &str = "2026-11-20";
const ROWS: &str = "1000000";
const MORE_ROWS: [&str; 2] = ["5000000", "10000000"];
const ROUNDS: usize = 5;

pub(super) fn measure(workspace: &Workspace, folder: &Path) -> Result<Vec<Figure>, TaskError> {
    let (wxpay, python) = (workspace.release_program("wxpay"), days::python(workspace)?);
    let day = make(workspace, folder, &python, ROWS)?;
    let mut figures = bill_alone(&wxpay, &day)?;
    let yardstick = workspace.root.join("tests").join("days").join("duckdb_day.py");
    // In turns, so that whatever else the machine does meets both.
    let (mut ours, mut theirs): (Option<Measured>, Option<Measured>) = (None, None);
    for _ in 0..ROUNDS {
        better(&mut ours, measured(reconcile(&wxpay, &day), &[1])?);
        let duckdb = [yardstick.as_os_str(), day.as_os_str(), DATE.as_ref(), "duckdb.csv".as_ref()];
        better(&mut theirs, measured(command(&day, &python, duckdb), &[0])?);
    }
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return Ok(figures) };
    agree(&ours.output, &theirs.output, &day)?;
    let ratio = ours.time.as_secs_f64() / theirs.time.as_secs_f64();
    let samples = format!("{ROWS} rows, best of {ROUNDS} in turns");
    figures.push(Figure {
        what: "reconcile --out, wall time".into(),
        goal: "≤ 0.28 × DuckDB",
        found: format!("{ratio:.2} × DuckDB"),
        samples: samples.clone(),
        yardstick: format!("{} ms beside {} ms", ours.time.as_millis(), theirs.time.as_millis()),
    });
    figures.push(Figure {
        what: "the same, peak memory".into(),
        goal: "≤ 0.2 × DuckDB",
        found: format!("{:.2} × DuckDB", of(ours.peak_mib) / of(theirs.peak_mib)),
        samples,
        yardstick: format!("{} MiB beside {} MiB", ours.peak_mib, theirs.peak_mib),
    });
    remove(&day)?;
    for rows in MORE_ROWS {
        let day = make(workspace, folder, &python, rows)?;
        let found = measured(reconcile(&wxpay, &day), &[1])?;
        let times = found.time.as_secs_f64() / ours.time.as_secs_f64();
        figures.push(Figure {
            what: format!("reconcile --out, {rows} rows"),
            goal: "linear, under 512 MiB",
            found: format!("{times:.1} × the time of {ROWS}, {} MiB", found.peak_mib),
            samples: "one run".into(),
            yardstick: format!("{} ms", found.time.as_millis()),
        });
        remove(&day)?;
    }
    Ok(figures)
}

/// Makes a day, and packs its bill.
fn make(workspace: &Workspace, folder: &Path, python: &Path, rows: &str) -> Result<std::path::PathBuf, TaskError> {
    let day = folder.join(format!("day-{rows}"));
    let generator = workspace.root.join("tests").join("days").join("gen_bill.py");
    let mut make = command(folder, python, [generator.as_os_str(), "--rows".as_ref(), rows.as_ref()]);
    make.args(["--seed", "7", "--date", DATE, "--gzip", "--out"]).arg(&day);
    run(make)?;
    Ok(day)
}

fn remove(day: &Path) -> Result<(), TaskError> {
    fs::remove_dir_all(day).map_err(|source| file_error(day, source))
}

fn reconcile(wxpay: &Path, day: &Path) -> std::process::Command {
    let files = ["--bill", "bill.csv", "--orders", "orders.csv", "--refunds", "refunds.csv", "--date", DATE];
    command(day, wxpay, ["reconcile", "--json", "--out", "out"].iter().chain(&files))
}

/// The bill by itself: whether it is whole and adds up.
fn bill_alone(wxpay: &Path, day: &Path) -> Result<Vec<Figure>, TaskError> {
    let best = |program: &dyn Fn() -> std::process::Command| {
        let mut best = None;
        for _ in 0..ROUNDS {
            better(&mut best, measured(program(), &[0])?);
        }
        best.ok_or_else(|| TaskError::Measuring("nothing was measured".into()))
    };
    // One core and nothing else to do: wall time is processor time, give or take the start.
    let check = best(&|| {
        let mut check = command(day, "taskset", ["-c", "0"]);
        check.arg(wxpay).args(["bill", "check", "bill.csv"]);
        check
    })?;
    let lines = best(&|| command(day, "taskset", ["-c", "0", "wc", "-l", "bill.csv"]))?;
    let packed = best(&|| command(day, wxpay, ["bill", "check", "bill.csv.gz"]))?;
    let unpacked = best(&|| command(day, "sh", ["-c", "gzip -dc bill.csv.gz | wc -l"]))?;
    let ratio = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
    let samples = format!("{ROWS} rows, best of {ROUNDS}");
    Ok(vec![
        Figure {
            what: "bill check, one core".into(),
            goal: "≤ 5 × wc -l, under 32 MiB",
            found: format!("{:.1} × wc -l, {} MiB", ratio(check.time, lines.time), check.peak_mib),
            samples: samples.clone(),
            yardstick: format!("{} ms beside {} ms", check.time.as_millis(), lines.time.as_millis()),
        },
        Figure {
            what: "bill check of the GZIP file".into(),
            goal: "≤ 0.5 × gzip -dc | wc -l",
            found: format!("{:.2} ×", ratio(packed.time, unpacked.time)),
            samples,
            yardstick: format!("{} ms beside {} ms", packed.time.as_millis(), unpacked.time.as_millis()),
        },
    ])
}

/// Keeps the faster run, and the most memory of any.
fn better(best: &mut Option<Measured>, found: Measured) {
    let peak_mib = best.as_ref().map_or(0, |best| best.peak_mib).max(found.peak_mib);
    if best.as_ref().is_none_or(|best| found.time < best.time) {
        *best = Some(found);
    }
    if let Some(best) = best {
        best.peak_mib = peak_mib;
    }
}

/// Both must say what the day's truth says.
fn agree(ours: &str, theirs: &str, day: &Path) -> Result<(), TaskError> {
    let file = day.join("truth.json");
    let truth = fs::read_to_string(&file).map_err(|source| file_error(&file, source))?;
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (ours, theirs, truth) = (read(ours), read(theirs), read(&truth));
    for (class, count) in truth.get("counts").and_then(Value::as_object).into_iter().flatten() {
        let found = ours.get("classes").and_then(|classes| classes.get(class)).and_then(|tally| tally.get("count"));
        if found != Some(count) || theirs.get(class) != Some(count) {
            return Err(TaskError::Measuring(format!(
                "{class} is {count}; wxpay said {found:?}, DuckDB {:?}",
                theirs.get(class)
            )));
        }
    }
    Ok(())
}

/// A number of mebibytes for a ratio.
fn of(mebibytes: u64) -> f64 {
    f64::from(u32::try_from(mebibytes).unwrap_or(u32::MAX))
}
