//! Files of orders: a million imported, and the same million written to CSV and XLSX, each beside what people use for that.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Duration;

use super::Figure;
use super::process::{Measured, measured};
use crate::TaskError;
use crate::command::command;
use crate::days;
use crate::ui::file_error;
use crate::workspace::Workspace;

/// What `sqlite3 -csv` and XlsxWriter are given: the columns that the export has, as the store keeps them.
const SELECT: &str = include_str!("export.sql");
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

pub(super) fn measure(workspace: &Workspace, folder: &Path, orders: u64) -> Result<Vec<Figure>, TaskError> {
    let wxpay = workspace.release_program("wxpay");
    for (name, text) in [("key.txt", "exportEXPORTexportEXPORTexport01"), ("passphrase.txt", "only for measuring")] {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(|source| file_error(&file, source))?;
    }
    write_orders(&folder.join("orders.csv"), orders)?;
    let data = ["--data-dir", "desk-export", "--passphrase-file", "passphrase.txt", "--json"];
    let run = |words: &[&str]| measured(command(folder, &wxpay, words.iter().chain(&data)), &[0]);
    run(&[
        "profile",
        "add",
        "load",
        "--environment",
        "simulator",
        "--base-url",
        "http://127.0.0.1:9",
        "--appid",
        "wx0000000000000001",
        "--mch-id",
        "1900000001",
        "--key-file",
        "key.txt",
    ])?;
    let imported = run(&["order", "import", "orders.csv", "--profile", "load"])?;
    let again = run(&["order", "import", "orders.csv", "--profile", "load"])?;
    let csv = run(&["export", "orders", "-o", "out.csv"])?;
    let xlsx = run(&["export", "orders", "-o", "out.xlsx"])?;
    let store = folder.join("desk-export").join("desk.sqlite3");
    let mut sqlite = command(folder, "sqlite3", ["-readonly", "-csv", "-header", "-cmd", ".output sqlite.csv"]);
    sqlite.arg(&store).arg(SELECT);
    let sqlite = measured(sqlite, &[0])?;
    let mut python = command(folder, days::python(workspace)?, ["-c", XLSX_WRITER]);
    python.arg(&store).arg("python.xlsx").arg(SELECT);
    let python = measured(python, &[0])?;
    let samples = format!("{orders} orders, one run");
    let figure = Figure::of(samples);
    Ok(vec![
        figure("import a CSV of orders", "15 s", told(&imported), "read, checked, written, all indexes".to_owned()),
        figure("import the same file again", "–", told(&again), "nothing changes".to_owned()),
        figure("export to CSV", "0.5 of sqlite3 -csv, 64 MiB", told(&csv), share(&csv, "sqlite3 -csv", &sqlite)),
        figure("export to XLSX", "0.2 of XlsxWriter, 64 MiB", told(&xlsx), share(&xlsx, "XlsxWriter", &python)),
    ])
}

fn told(measured: &Measured) -> String {
    format!("{:.2} s, {} MiB", measured.time.as_secs_f64(), measured.peak_mib)
}

fn share(ours: &Measured, name: &str, theirs: &Measured) -> String {
    let share = ours.time.as_secs_f64() / theirs.time.max(Duration::from_millis(1)).as_secs_f64();
    format!("{share:.2} of {name} over the same store ({})", told(theirs))
}

/// The same orders for the same count: numbers spread over a day, Chinese descriptions, one in five unpaid.
pub(super) fn write_orders(file: &Path, orders: u64) -> Result<(), TaskError> {
    let failed = |source| file_error(file, source);
    let mut out = BufWriter::new(File::create(file).map_err(failed)?);
    let mut text =
        String::from("out_trade_no,transaction_id,trade_type,state,total_fee,openid,body,created_at,paid_at\n");
    for order in 0..orders {
        let (hour, minute, second) = (order / 3600 % 24, order / 60 % 60, order % 60);
        let spread = order.wrapping_mul(618_033_989) % 999_999_937;
        let created = format!("2026-11-20 {hour:02}:{minute:02}:{second:02}");
        let (transaction, state, paid) = if order % 5 == 0 {
            (String::new(), "CLOSED", "")
        } else {
            (format!("420000{order:012}{spread:010}"), "SUCCESS", created.as_str())
        };
        // Writing into a String cannot fail.
        writeln!(
            text,
            "S20261120{order:08}{spread:09},{transaction},JSAPI,{state},{},oUpF8uMuAJO_M2pxb1Q9zNjWe{:03},美式咖啡(大杯),{created},{paid}",
            order % 99_999 + 1,
            order % 1000
        )
        .ok();
        if text.len() > 1 << 16 {
            out.write_all(text.as_bytes()).map_err(failed)?;
            text.clear();
        }
    }
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(failed)
}
