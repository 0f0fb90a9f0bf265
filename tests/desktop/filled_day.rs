//! The part of the tour that reconciles today: the gateway's bill against a table in which something differs.

use std::io;
use std::path::{Path, PathBuf};

use acceptance::keyboard::choose_file_in;
use acceptance::window::{DeskWindow, WindowError};
use desk::{Clock as _, SystemClock};
use wxpay_protocol::UtcMs;

use crate::report::Report;

/// The places of 交易时间, 商户订单号, 交易状态 and 订单金额 in a row of the bill.
const COLUMNS: [usize; 4] = [0, 6, 9, 24];
/// The place of 手续费 in a row, and of its sum in the summary.
const FEE: usize = 22;
const SUM_OF_FEES: usize = 4;

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
    window.press("[data-testid=\"basis-order\"] .ant-radio-wrapper").await?;
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

/// Reconciles the day before with the same bill, in which the fees of two payments are off, and lists them.
pub(crate) async fn fees(window: &DeskWindow, report: &mut Report, home: &Path) -> Result<(), WindowError> {
    report.begin("fees that are off");
    let (today, before) = (SystemClock.now().day(), yesterday());
    let bill = home.join("fees.csv");
    std::fs::write(&bill, with_fees_off(&fetched(home)?.replace(&today, &before))?)?;
    go_to_day(window, &format!("?date={before}")).await?;
    window.click("bill-choose").await?;
    choose(window, "选择对账单", bill).await?;
    window.by_test_id("chosen-bill").await?;
    window.click("day-run").await?;
    window.press("[data-testid=\"class-fee_diff\"] .row-button").await?;
    window.count_is("fee-row", 2).await?;
    report.done("Compared a bill in which two fees are off: both are listed with their base, their rate, what they should be and the gap.");
    Ok(())
}

/// Opens the fees of the day before, and then the month that both days are of, for a picture of each.
pub(crate) async fn fees_and_month(
    window: &DeskWindow,
    report: &mut Report,
    (language, shade): (&str, &str),
) -> Result<(), WindowError> {
    let code = if language == "English" { "en" } else { "zh" };
    go_to_day(window, &format!("?date={}&class=fee_diff", yesterday())).await?;
    window.by_test_id("fee-row").await?;
    let caption = format!("对账：手续费逐笔 · Fees one by one, {language}, {shade}");
    report.picture(window, &format!("days-fees-{code}-{shade}"), &caption).await?;
    window.click("month-report-open").await?;
    window.by_test_id("left-row").await?;
    let caption = format!("对账：月报 · The report of a month, {language}, {shade}");
    report.picture(window, &format!("days-month-{code}-{shade}"), &caption).await?;
    window.click("month-fetch").await?;
    window.press("[data-testid=\"span-kind\"]").await?;
    let kind = if code == "en" { "fund flow: basic account (Basic)" } else { "资金账单：基本账户（Basic）" };
    window.press(&format!(".ant-select-item-option[title=\"{kind}\"]")).await?;
    window.click("span-fetch").await?;
    window.by_test_id("bill-outcome").await?;
    let caption = format!("对账：下载多天的资金账单 · Fund flows of several days, {language}, {shade}");
    report.picture(window, &format!("days-fetched-{code}-{shade}"), &caption).await?;
    window.press(".ant-modal-close").await?;
    window.gone("[data-testid=\"span-fetch\"]").await
}

fn yesterday() -> String {
    SystemClock.now().plus_ms(-UtcMs::DAY_MS).day()
}

/// Opens the days at a place of the address, of whichever month it is.
async fn go_to_day(window: &DeskWindow, search: &str) -> Result<(), WindowError> {
    let place = serde_json::json!(format!("#/days{search}"));
    window.client().execute("location.hash = arguments[0]", vec![place]).await?;
    window.by_test_id("day").await.map(drop)
}

/// The bill with the fees of its first two payments ten yuan higher, in their rows and in the sums.
fn with_fees_off(bill: &str) -> io::Result<String> {
    let short = || io::Error::other("a bill without two payments");
    let mut lines: Vec<String> = bill.lines().map(str::to_owned).collect();
    let last = lines.len().checked_sub(1).ok_or_else(short)?;
    for (line, column, yuan) in [(1, FEE, 10), (2, FEE, 10), (last, SUM_OF_FEES, 20)] {
        let line = lines.get_mut(line).ok_or_else(short)?;
        let mut cells: Vec<String> = line.split(",`").map(str::to_owned).collect();
        let cell = cells.get_mut(column).ok_or_else(short)?;
        let (whole, part) = cell.split_once('.').ok_or_else(short)?;
        *cell = format!("{}.{part}", whole.parse::<i64>().map_err(io::Error::other)? + yuan);
        *line = cells.join(",`");
    }
    Ok(lines.join("\r\n") + "\r\n")
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
