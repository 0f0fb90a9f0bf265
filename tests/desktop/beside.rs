//! The command line at work on the data folder of an open window: what it commits appears there by itself.

use std::process::{Command, Stdio};

use acceptance::built::{wxpay, wxpay_desk};
use acceptance::moving::open_over;
use acceptance::window::WindowStart;

#[tokio::test]
async fn orders_that_the_command_line_imports_appear_in_the_open_window() {
    let folder = tempfile::tempdir().unwrap();
    let orders = |name: &str, number: &str| {
        let file = folder.path().join(name);
        let text = format!(
            "out_trade_no,state,total_fee,created_at,paid_at\n{number},SUCCESS,990,{0},{0}\n",
            "2026-11-20 08:00:00"
        );
        std::fs::write(&file, text).unwrap();
        file
    };
    let data = folder.path().join("desk");
    let window = open_over(&data, &wxpay_desk().unwrap(), &orders("first.csv", "BESIDE-0001")).await.unwrap();
    window.find("[data-testid=\"order-row\"][data-out-trade-no=\"BESIDE-0001\"]").await.unwrap();
    let imported = Command::new(wxpay().unwrap())
        .args(["order", "import", "--json", "--data-dir"])
        .args([&data, &orders("second.csv", "BESIDE-0002")])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(imported.success());
    window.find("[data-testid=\"order-row\"][data-out-trade-no=\"BESIDE-0002\"]").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_merchant_that_the_command_line_adds_is_the_one_that_the_open_window_works_with() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("desk");
    let window = WindowStart::over(&data).open().await.unwrap();
    window.by_test_id("first-start").await.unwrap();
    for (name, text) in [("key.txt", "besideBESIDEbesideBESIDEbeside01"), ("pass.txt", "only for this test\n")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let added = Command::new(wxpay().unwrap())
        .args(["profile", "add", "beside", "--appid", "wx0000000000000001", "--mch-id", "1900000001", "--data-dir"])
        .arg(&data)
        .args(["--environment", "simulator", "--base-url", "http://127.0.0.1:9"])
        .args(["--key-file", "key.txt", "--passphrase-file", "pass.txt"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(added.success());
    window.text_when("merchant-switch", |text| text.contains("beside")).await.unwrap();
    window.go_to("days").await.unwrap();
    window.find("[data-testid^=\"day-\"]").await.unwrap();
    window.close().await.unwrap();
}
