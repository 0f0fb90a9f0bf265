//! Files of orders: a million imported, and the same million written to CSV and XLSX, each beside what people use for that.

use std::time::Duration;

use super::process::{Measured, measured};
use super::{Figure, Run};
use crate::TaskError;
use crate::command::command;
use crate::days;
use crate::orders::{self, SEED};

/// What `sqlite3 -csv` and XlsxWriter are given: the columns that the export has, as the store keeps them.
const SELECT: &str = include_str!("export.sql");
/// How often each program writes the CSV.
const TURNS: usize = 9;
const XLSX_WRITER: &str = "\
import sqlite3, sys, xlsxwriter
book = xlsxwriter.Workbook(sys.argv[2], {'constant_memory': True, 'strings_to_numbers': False, 'strings_to_formulas': False})
sheet = book.add_worksheet()
rows = sqlite3.connect(sys.argv[1]).execute(sys.argv[3])
sheet.write_row(0, 0, [column[0] for column in rows.description])
for place, row in enumerate(rows, 1):
    if place > 1048575: break
    sheet.write_row(place, 0, row)
book.close()
";

pub(super) fn measure(run: &Run<'_>) -> Result<Vec<Figure>, TaskError> {
    let Run { workspace, folder, orders, .. } = run;
    let (folder, count) = (folder.as_path(), *orders);
    let wxpay = workspace.release_program("wxpay");
    let data_folder = folder.join("desk-export");
    orders::write(&folder.join("orders.csv"), count, SEED)?;
    orders::new_shop(workspace, &data_folder)?;
    let run = |words: &[&str]| {
        let mut program = command(folder, &wxpay, words.iter().chain(&["--json", "--data-dir"]));
        program.arg(&data_folder);
        measured(program, &[0])
    };
    let imported = run(&["order", "import", "orders.csv", "--profile", orders::PROFILE])?;
    let again = run(&["order", "import", "orders.csv", "--profile", orders::PROFILE])?;
    let store = data_folder.join("desk.sqlite3");
    // In turns, so that whatever else the machine does meets both.
    let (mut csv, mut sqlite) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        csv.push(run(&["export", "orders", "-o", "out.csv"])?);
        let mut shell = command(folder, "sqlite3", ["-readonly", "-csv", "-header", "-cmd", ".output sqlite.csv"]);
        shell.arg(&store).arg(SELECT);
        sqlite.push(measured(shell, &[0])?);
    }
    let (csv, sqlite) = (median(csv)?, median(sqlite)?);
    let xlsx = run(&["export", "orders", "-o", "out.xlsx"])?;
    let mut python = command(folder, days::python(workspace)?, ["-c", XLSX_WRITER]);
    python.arg(&store).arg("python.xlsx").arg(SELECT);
    let python = measured(python, &[0])?;
    let samples = format!("{count} orders, one run; of CSV the median of {TURNS} in turns");
    let figure = Figure::of(samples);
    Ok(vec![
        figure("import a CSV of orders", "15 s", told(&imported), "read, checked, written, all indexes".to_owned()),
        figure("import the same file again", "–", told(&again), "nothing changes".to_owned()),
        figure("export to CSV", "0.5 of sqlite3 -csv, 64 MiB", told(&csv), share(&csv, "sqlite3 -csv", &sqlite)),
        figure("export to XLSX", "0.2 of XlsxWriter, 64 MiB", told(&xlsx), share(&xlsx, "XlsxWriter", &python)),
    ])
}

/// The run of the middle time.
fn median(mut runs: Vec<Measured>) -> Result<Measured, TaskError> {
    runs.sort_by_key(|run| run.time);
    let middle = runs.len() / 2;
    runs.into_iter().nth(middle).ok_or_else(|| TaskError::Measuring("nothing was measured".into()))
}

fn told(measured: &Measured) -> String {
    format!("{:.2} s, {} MiB", measured.time.as_secs_f64(), measured.peak_mib)
}

fn share(ours: &Measured, name: &str, theirs: &Measured) -> String {
    let share = ours.time.as_secs_f64() / theirs.time.max(Duration::from_millis(1)).as_secs_f64();
    format!("{share:.2} of {name} over the same store ({})", told(theirs))
}
