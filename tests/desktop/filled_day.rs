//! The part of the tour that reconciles today: the gateway's bill against a table in which something differs.

use std::io;
use std::path::{Path, PathBuf};

use acceptance::keyboard::choose_file_in;
use acceptance::window::{DeskWindow, WindowError};
use desk::{Clock as _, SystemClock};

use crate::report::Report;

/// The places of 交易时间, 商户订单号, 交易状态 and 订单金额 in a row of the bill.
const COLUMNS: [usize; 4] = [0, 6, 9, 24];

/// Fetches today's bill, compares it with a table of which three rows differ, and settles one of them.
pub(crate) async fn reconcile(window: &DeskWindow, report: &mut Report, home: &Path) -> Result<(), WindowError> {
    report.begin("reconciling today");
    let date = SystemClock.now().day();
    window.go_to("days").await?;
    window.click(&format!("day-{date}")).await?;
    window.click("bill-fetch").await?;
    window.find("[data-testid=\"bill-outcome\"][data-is=\"saved\"]").await?;
    let orders = home.join("own-orders.csv");
    std::fs::write(&orders, own_orders(&fetched(home)?, &date)?)?;
    window.press("[data-testid=\"day-own\"] .ant-radio-wrapper:nth-of-type(2)").await?;
    choose(window, "选择自己的订单", orders).await?;
    window.find("[data-testid=\"own-orders-table\"] [data-testid=\"import-table\"]").await?;
    report
        .picture(window, "days-inputs", "对账：账单已下载，自己的表格已读懂 · Bill fetched, own table mapped")
        .await?;
    window.click("day-run").await?;
    for class in ["bill_only", "local_only", "amount_diff"] {
        window.find(&format!("[data-testid=\"class-{class}\"][data-count=\"1\"]")).await?;
    }
    window.click("differences-ask").await?;
    window.press("[data-testid=\"difference-row\"][data-class=\"local_only\"] .row-button").await?;
    window.find("[data-testid=\"difference-answer\"][data-word=\"NOTEXIST\"]").await?;
    window.fill("difference-text", "门店重复录入").await?;
    window.click("difference-ignore").await?;
    window.find("[data-testid=\"difference-row\"][data-class=\"local_only\"][data-state=\"ignored\"]").await?;
    report.done("Fetched today's bill from the gateway, compared it with a table of orders, found exactly the three rows that differ, asked the gateway about them, and ignored one with a remark.");
    report
        .picture(window, "days-difference", "对账：一条差异和微信支付的答复 · A difference and what WeChat Pay says")
        .await
}

/// Opens the day that was reconciled, for a picture in whatever language and shade the window has.
pub(crate) async fn open(window: &DeskWindow) -> Result<(), WindowError> {
    window.click(&format!("day-{}", SystemClock.now().day())).await?;
    window.by_test_id("difference-row").await.map(drop)
}

async fn choose(window: &DeskWindow, title: &'static str, file: PathBuf) -> Result<(), WindowError> {
    let display = window.display().to_owned();
    let chosen = tokio::task::spawn_blocking(move || choose_file_in(&display, title, &file)).await;
    Ok(chosen.map_err(io::Error::other)??)
}

/// The bill as it was kept.
fn fetched(home: &Path) -> io::Result<String> {
    let mut bills = std::fs::read_dir(home.join("bills"))?;
    let bill = bills.next().ok_or_else(|| io::Error::other("no bill was kept"))??;
    std::fs::read_to_string(bill.path())
}

/// The payments of the bill as a merchant's table: without the first, the second ten fen short, and one that nobody paid.
fn own_orders(bill: &str, date: &str) -> io::Result<String> {
    let mut table = "订单号,支付时间,金额(元),状态\n".to_owned();
    let rows = bill.lines().skip(1).take_while(|line| line.starts_with('`'));
    let payments = rows.map(|line| line.trim_start_matches('`').split(",`").collect::<Vec<_>>());
    let payments = payments.filter(|cells| cells.get(COLUMNS[2]) == Some(&"SUCCESS"));
    for (place, cells) in payments.enumerate().skip(1) {
        let cell = |at: usize| cells.get(at).copied().ok_or_else(|| io::Error::other("a short row in the bill"));
        let yuan = if place == 1 { "0.10" } else { cell(COLUMNS[3])? };
        let (number, at) = (cell(COLUMNS[1])?, cell(COLUMNS[0])?);
        table.extend([number, ",", at, ",", yuan, ",支付成功\n"]);
    }
    table.extend(["20261120150405000199999999999,", date, " 12:00:00,19.90,支付成功\n"]);
    Ok(table)
}
