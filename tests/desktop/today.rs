//! Today's page of the days in the real window, and files handed to it as a person does.

use std::path::Path;

use acceptance::dropping::drop_files_on;
use acceptance::keyboard::choose_file_in;
use acceptance::window::{DeskWindow, WindowStart};
use desk::{Clock as _, SystemClock};

/// Who works at the window.
pub(crate) const WHO: &str = "li.na";

/// Opens the window on the built-in gateway, at today's page of the days; answers the merchant's number and the day.
pub(crate) async fn open_today(home: &Path) -> (DeskWindow, String, String) {
    let window = WindowStart::over(home).argument("--try").variable("USER", WHO).open().await.unwrap();
    let start = window.asked("app_start", serde_json::json!({})).await.unwrap();
    let mch_id = start["profiles"][0]["mch_id"].as_str().unwrap().to_owned();
    let date = SystemClock.now().day();
    window.go_to("days").await.unwrap();
    window.click(&format!("day-{date}")).await.unwrap();
    window.by_test_id("day-inputs").await.unwrap();
    (window, mch_id, date)
}

/// Chooses a file in the system's dialog with this title.
pub(crate) async fn choose(window: &DeskWindow, title: &'static str, file: &Path) {
    let (display, file) = (window.display().to_owned(), file.to_owned());
    tokio::task::spawn_blocking(move || choose_file_in(&display, title, &file)).await.unwrap().unwrap();
}

/// Drags files onto the middle of the window and lets all of them go at once.
pub(crate) async fn drop_on(window: &DeskWindow, files: &[&Path]) {
    let display = window.display().to_owned();
    let files: Vec<_> = files.iter().map(|file| file.to_path_buf()).collect();
    let dropped = move || {
        let files: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
        drop_files_on(&display, "WxPay Desk", (640, 430), &files)
    };
    tokio::task::spawn_blocking(dropped).await.unwrap().unwrap();
}

/// Takes the merchant's own table of orders as the other side.
pub(crate) async fn choose_orders(window: &DeskWindow, file: &Path) {
    window.press("[data-testid=\"day-own\"] .ant-radio-wrapper:nth-of-type(2)").await.unwrap();
    choose(window, "选择自己的订单", file).await;
    window.find("[data-testid=\"own-orders-table\"] [data-testid=\"import-table\"]").await.unwrap();
}

/// Says that the table of orders holds 订单金额, which is asked of a merchant once.
pub(crate) async fn say_ordered_amounts(window: &DeskWindow) {
    window.press("[data-testid=\"basis-order\"] .ant-radio-wrapper").await.unwrap();
    window.count_is("run-waits", 0).await.unwrap();
}

/// Takes the merchant's own table of refunds beside it.
pub(crate) async fn choose_refunds(window: &DeskWindow, file: &Path) {
    window.click("own-refunds").await.unwrap();
    choose(window, "选择自己的退款", file).await;
    window.find("[data-testid=\"own-refunds-table\"] [data-testid=\"import-table\"]").await.unwrap();
}

/// Waits until so many rows of the day are in this class.
pub(crate) async fn counts(window: &DeskWindow, class: &str, count: u32) {
    window.find(&format!("[data-testid=\"class-{class}\"][data-count=\"{count}\"]")).await.unwrap();
}
