//! A day of a million rows: checking its bill beside `wc` and `gzip`, bringing it together with the orders in files and in the
//! store beside DuckDB, and the same with five and ten times as many rows.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::process::{Measured, measured, stopped};
use super::{Figure, Run};
use crate::TaskError;
use crate::command::{command, run};
use crate::days;
use crate::ui::file_error;

const DATE: &str = "2026-11-20";
/// So many times as many rows.
const MORE: [u64; 2] = [5, 10];
const ROUNDS: usize = 5;
/// How often a bill is checked beside `wc`, in turns, because a machine is not equally fast from second to second.
const PAIRS: usize = 15;
/// The edges of the day in the first round. Each round has others, so that none is the same run again; the days that are made
/// keep four minutes from midnight.
const DAY_CUT_S: usize = 300;

/// What measuring takes.
struct Bench<'b> {
    wxpay: PathBuf,
    python: PathBuf,
    /// Where the Python programs are.
    scripts: PathBuf,
    folder: &'b Path,
}

pub(super) fn measure(run: &Run<'_>) -> Result<Vec<Figure>, TaskError> {
    let Run { workspace, folder, orders, .. } = run;
    let (folder, rows) = (folder.as_path(), *orders);
    let scripts = workspace.root.join("tests").join("days");
    let bench = Bench { wxpay: workspace.release_program("wxpay"), python: days::python(workspace)?, scripts, folder };
    let day = bench.make(rows)?;
    let mut figures = bench.bill_alone(&day, rows)?;
    bench.fill_store(&day)?;
    // In turns, so that whatever else the machine does meets all of them.
    let (mut of_files, mut of_store, mut duckdb) = (None, None, None);
    for round in 0..ROUNDS {
        better(&mut of_files, measured(bench.reconcile(&day), &[1])?);
        better(&mut of_store, measured(bench.reconcile_with_store(&day, round), &[1])?);
        better(&mut duckdb, measured(bench.duckdb(&day), &[0])?);
    }
    let (Some(of_files), Some(of_store), Some(duckdb)) = (of_files, of_store, duckdb) else { return Ok(figures) };
    for ours in [&of_files, &of_store] {
        agree(&ours.output, &duckdb.output, &day)?;
    }
    measured(bench.export_kept(&day), &[0])?;
    bench.name_the_truth(&day, &["out/differences.csv", "kept.csv", "duckdb.csv"])?;
    let figure = Figure::of(format!("{rows} rows, best of {ROUNDS} in turns"));
    for (what, ours, goals) in [
        ("bill against files, differences written", &of_files, ["≤ 0.28 × DuckDB", "≤ 0.2 × DuckDB"]),
        ("bill against the store, differences kept", &of_store, ["≤ 0.35 × DuckDB", "≤ 0.2 × DuckDB"]),
    ] {
        let of_time = format!("{:.2} × DuckDB", ours.time.as_secs_f64() / duckdb.time.as_secs_f64());
        let of_memory = format!("{:.3} × DuckDB", of(ours.peak_mib) / of(duckdb.peak_mib));
        let times = format!("{} ms beside {} ms", ours.time.as_millis(), duckdb.time.as_millis());
        figures.push(figure(what, goals[0], of_time, times));
        let memory = format!("{} MiB beside {} MiB", ours.peak_mib, duckdb.peak_mib);
        figures.push(figure("the same, peak memory", goals[1], of_memory, memory));
    }
    remove(&day)?;
    for more in MORE {
        figures.extend(bench.larger(rows, more, &of_files)?);
    }
    Ok(figures)
}

impl Bench<'_> {
    /// Makes a day, and packs its bill.
    fn make(&self, rows: u64) -> Result<PathBuf, TaskError> {
        let day = self.folder.join(format!("day-{rows}"));
        let mut make = command(self.folder, &self.python, [self.scripts.join("gen_bill.py")]);
        make.args(["--seed", "7", "--date", DATE, "--gzip", "--rows", &rows.to_string(), "--out"]).arg(&day);
        run(make)?;
        Ok(day)
    }

    /// A store with the orders and refunds of the day, in its folder.
    fn fill_store(&self, day: &Path) -> Result<(), TaskError> {
        for (name, text) in [("key.txt", "reconcileRECONCILEreconcileRECON"), ("passphrase.txt", "only for measuring")]
        {
            let file = day.join(name);
            fs::write(&file, text).map_err(|source| file_error(&file, source))?;
        }
        let data = ["--data-dir", "store", "--passphrase-file", "passphrase.txt", "--profile", "shop", "--json"];
        let gateway = ["--environment", "simulator", "--base-url", "http://127.0.0.1:9", "--key-file", "key.txt"];
        let merchant = ["--appid", "wx2421b1c4370ec43b", "--mch-id", "1900000109"];
        let add = [&["profile", "add", "shop"], &gateway[..], &merchant, &data[..4], &["--json"]].concat();
        measured(command(day, &self.wxpay, add), &[0])?;
        measured(command(day, &self.wxpay, ["order", "import", "orders.csv"].iter().chain(&data)), &[0])?;
        let store = day.join("store").join("desk.sqlite3");
        let mut seed = command(day, &self.python, [self.scripts.join("seed_refunds.py")]);
        seed.arg(store).arg(day).arg("shop");
        Ok(run(seed)?)
    }

    fn reconcile(&self, day: &Path) -> Command {
        let files = ["--bill", "bill.csv", "--orders", "orders.csv", "--refunds", "refunds.csv", "--date", DATE];
        command(day, &self.wxpay, ["reconcile", "--json", "--out", "out"].iter().chain(&files))
    }

    fn reconcile_with_store(&self, day: &Path, round: usize) -> Command {
        let words = ["reconcile", "--json", "--bill", "bill.csv", "--date", DATE, "--data-dir", "store"];
        let mut command = command(day, &self.wxpay, words);
        command.args(["--profile", "shop", "--day-cut-seconds", &(DAY_CUT_S + round).to_string()]);
        command
    }

    /// The differences that the store keeps of the day.
    fn export_kept(&self, day: &Path) -> Command {
        let words = ["export", "differences", "--exact", "--profile", "shop", "--from", DATE, "--to", DATE];
        command(day, &self.wxpay, words.iter().chain(&["-o", "kept.csv", "--data-dir", "store"]))
    }

    /// Each of these tables must name every planted difference once, and nothing else.
    fn name_the_truth(&self, day: &Path, tables: &[&str]) -> Result<(), TaskError> {
        let mut truth = command(day, &self.python, [self.scripts.join("truth.py")]);
        truth.arg(day).args(tables);
        Ok(run(truth)?)
    }

    fn duckdb(&self, day: &Path) -> Command {
        let mut duckdb = command(day, &self.python, [self.scripts.join("duckdb_day.py")]);
        duckdb.arg(day).args([DATE, "duckdb.csv"]);
        duckdb
    }

    /// The bill by itself: whether it is whole and adds up.
    fn bill_alone(&self, day: &Path, rows: u64) -> Result<Vec<Figure>, TaskError> {
        let wxpay = self.wxpay.as_os_str();
        let mut pairs = Vec::new();
        for _ in 0..PAIRS {
            let check = self.processor_time(day, &[wxpay, "bill".as_ref(), "check".as_ref(), "bill.csv".as_ref()])?;
            pairs.push((check, self.processor_time(day, &["wc".as_ref(), "-l".as_ref(), "bill.csv".as_ref()])?));
        }
        let alone = best(|| command(day, wxpay, ["bill", "check", "bill.csv"]), 0)?;
        let packed = best(|| command(day, wxpay, ["bill", "check", "bill.csv.gz"]), 0)?;
        let unpacked = best(|| command(day, "sh", ["-c", "gzip -dc bill.csv.gz | wc -l"]), 0)?;
        let ratio = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
        pairs.sort_by(|one, other| ratio(one.0, one.1).total_cmp(&ratio(other.0, other.1)));
        let at = |place: usize| pairs.get(place).copied().unwrap_or_default();
        let [least, (check, lines), most] = [at(0), at(PAIRS / 2), at(PAIRS - 1)];
        let figure = Figure::of(format!("{rows} rows, the median of {PAIRS} in turns, and the best of {ROUNDS}"));
        Ok(vec![
            figure(
                "bill check, processor time, and peak memory",
                "≤ 5 × wc -l, under 32 MiB",
                format!(
                    "{:.1} × wc -l ({:.1} to {:.1}), {} MiB",
                    ratio(check, lines),
                    ratio(least.0, least.1),
                    ratio(most.0, most.1),
                    alone.peak_mib
                ),
                format!("{} ms beside {} ms", check.as_millis(), lines.as_millis()),
            ),
            figure(
                "bill check of the GZIP file, wall time",
                "≤ 0.5 × gzip -dc | wc -l",
                format!("{:.2} ×", ratio(packed.time, unpacked.time)),
                format!("{} ms beside {} ms", packed.time.as_millis(), unpacked.time.as_millis()),
            ),
        ])
    }

    /// The processor time that a program and what it starts took.
    fn processor_time(&self, day: &Path, program: &[&OsStr]) -> Result<Duration, TaskError> {
        let mut watched = command(day, &self.python, [self.scripts.join("cpu.py")]);
        watched.args(program);
        let told = measured(watched, &[0])?.output;
        let micros = told.trim().parse().map_err(|_| TaskError::Measuring(format!("cpu.py said {told:?}")))?;
        Ok(Duration::from_micros(micros))
    }

    /// `more` times as many rows: time and memory beside those of the smaller day.
    fn larger(&self, rows: u64, more: u64, smaller: &Measured) -> Result<Vec<Figure>, TaskError> {
        let rows = rows * more;
        let day = self.make(rows)?;
        let found = best(|| self.reconcile(&day), 1)?;
        agree_with_truth(&found.output, &day)?;
        self.name_the_truth(&day, &["out/differences.csv"])?;
        let stopped = stopped(self.reconcile(&day), found.time / 2)?;
        remove(&day)?;
        let times = found.time.as_secs_f64() / smaller.time.as_secs_f64();
        Ok(vec![
            Figure::of(format!("best of {ROUNDS}"))(
                &format!("bill against files, {rows} rows"),
                "time and memory linear, under 512 MiB",
                format!("{times:.1} × the time for {more} × the rows, {} MiB", found.peak_mib),
                format!("{} ms; {} MiB for the smaller day", found.time.as_millis(), smaller.peak_mib),
            ),
            Figure::of("one run")(
                "the same, from Ctrl-C half way to its end",
                "≤ 1 s",
                format!("{} ms", stopped.as_millis()),
                String::new(),
            ),
        ])
    }
}

fn remove(day: &Path) -> Result<(), TaskError> {
    fs::remove_dir_all(day).map_err(|source| file_error(day, source))
}

/// The fastest of several runs, each of which ends with this status.
fn best(program: impl Fn() -> Command, status: i32) -> Result<Measured, TaskError> {
    let mut best = None;
    for _ in 0..ROUNDS {
        better(&mut best, measured(program(), &[status])?);
    }
    best.ok_or_else(|| TaskError::Measuring("nothing was measured".into()))
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
    agree_with_truth(ours, day)?;
    let theirs: Value = serde_json::from_str(theirs).unwrap_or_default();
    each_count(day, |class, count| {
        (theirs.get(class) != Some(count)).then(|| format!("DuckDB {:?}", theirs.get(class)))
    })
}

fn agree_with_truth(ours: &str, day: &Path) -> Result<(), TaskError> {
    let ours: Value = serde_json::from_str(ours).unwrap_or_default();
    each_count(day, |class, count| {
        let found = ours.get("classes").and_then(|classes| classes.get(class)).and_then(|tally| tally.get("count"));
        (found != Some(count)).then(|| format!("wxpay {found:?}"))
    })
}

/// Compares every class of the day's truth with what somebody said of it.
fn each_count(day: &Path, said: impl Fn(&str, &Value) -> Option<String>) -> Result<(), TaskError> {
    let file = day.join("truth.json");
    let truth = fs::read_to_string(&file).map_err(|source| file_error(&file, source))?;
    let truth: Value = serde_json::from_str(&truth).unwrap_or_default();
    for (class, count) in truth.get("counts").and_then(Value::as_object).into_iter().flatten() {
        if let Some(said) = said(class, count) {
            return Err(TaskError::Measuring(format!("{class} is {count}; {said}")));
        }
    }
    Ok(())
}

/// A number of mebibytes for a ratio.
fn of(mebibytes: u64) -> f64 {
    f64::from(u32::try_from(mebibytes).unwrap_or(u32::MAX))
}
