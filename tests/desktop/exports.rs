//! The list of orders goes into a file through the window and the system's dialog: what is on screen and nothing else, whole or not
//! at all.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use acceptance::built::wxpay_desk;
use acceptance::keyboard::choose_file_in;
use acceptance::moving::open_over;
use acceptance::window::DeskWindow;
use serde_json::json;

/// Enough that writing a workbook of them is under way for seconds.
const LONG: u32 = 100_000;
const DIALOG: &str = "导出订单";
const ON_SCREEN: &str = "return [...document.querySelectorAll('[data-testid=\"order-row\"]')]\
     .sort((a, b) => a.getBoundingClientRect().y - b.getBoundingClientRect().y).map(row => row.dataset.outTradeNo)";

/// Presses the button that stops long work as soon as it can be pressed: a person's hand is there before the dialog is known to be gone.
const STOP_AT_ONCE: &str = "const look = () => { const button = document.querySelector('[data-testid=\"sheet-stop\"]:not(:disabled)'); \
     if (button) button.click(); else requestAnimationFrame(look); }; look()";

/// Orders of two kinds of goods, one of them with a body that a spreadsheet would run.
fn orders(count: u32) -> String {
    let mut text = String::from("out_trade_no,state,total_fee,body,created_at\n");
    for order in 1..=count {
        let (minute, second) = (order / 60 % 60, order % 60);
        let body = match order {
            7 => "=1+1拿铁",
            _ if order % 3 == 0 => "拿铁",
            _ => "美式咖啡",
        };
        writeln!(text, "L{order:08},CLOSED,{order},{body},2026-11-20 08:{minute:02}:{second:02}").unwrap();
    }
    text
}

async fn open(folder: &Path, count: u32) -> DeskWindow {
    let file = folder.join("orders.csv");
    std::fs::write(&file, orders(count)).unwrap();
    open_over(&folder.join("desk"), &wxpay_desk().unwrap(), &file).await.unwrap()
}

async fn export_to(window: &DeskWindow, file: &Path) {
    window.click("orders-export").await.unwrap();
    let (display, file) = (window.display().to_owned(), file.to_owned());
    tokio::task::spawn_blocking(move || choose_file_in(&display, DIALOG, &file)).await.unwrap().unwrap();
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn an_exported_table_holds_exactly_the_rows_on_screen_and_nothing_that_a_spreadsheet_would_run() {
    let folder = tempfile::tempdir().unwrap();
    let window = open(folder.path(), 30).await;
    window.fill("filter-search", "拿铁").await.unwrap();
    // While the list of everything is drawn there may be as many rows for a moment.
    window.find("[data-testid=\"orders-total\"][data-count=\"11\"]").await.unwrap();
    window.gone("[data-testid=\"order-row\"][data-out-trade-no=\"L00000029\"]").await.unwrap();
    window.count_is("order-row", 11).await.unwrap();
    let shown = window.client().execute(ON_SCREEN, vec![]).await.unwrap();
    let file = folder.path().join("latte.csv");
    export_to(&window, &file).await;
    window.text_of_when(".ant-message", |text| text.contains("latte.csv")).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let rows: Vec<&str> = text.trim_start_matches('\u{FEFF}').lines().skip(1).collect();
    let numbers = rows.iter().map(|row| {
        let from = row.find("L0000").unwrap();
        row[from..from + 9].to_owned()
    });
    assert_eq!(json!(numbers.collect::<Vec<_>>()), shown, "{text}");
    assert!(!text.contains("美式"), "{text}");
    let runs = |cell: &str| cell.trim_matches('"').starts_with(['=', '+', '-', '@']);
    assert!(text.contains("=1+1拿铁") && !rows.iter().any(|row| row.split(',').any(runs)), "{text}");
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_long_export_that_is_stopped_by_its_button_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let window = open(folder.path(), LONG).await;
    let target = folder.path().join("exported");
    std::fs::create_dir(&target).unwrap();
    window.client().execute(STOP_AT_ONCE, vec![]).await.unwrap();
    export_to(&window, &target.join("all.xlsx")).await;
    window.text_of_when(".ant-message", |text| text.contains("已停止导出，没有写文件")).await.unwrap();
    assert_eq!(files_in(&target), Vec::<PathBuf>::new());
    export_to(&window, &target.join("all.csv")).await;
    window.text_of_when(".ant-message", |text| text.contains("all.csv")).await.unwrap();
    let text = std::fs::read_to_string(target.join("all.csv")).unwrap();
    let imported = text.lines().filter(|line| line.contains("L00"));
    assert_eq!(imported.count(), LONG as usize, "and the next one is whole");
    window.close().await.unwrap();
}
