//! What the window shows when it cannot work.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use acceptance::window::WindowStart;
use serde_json::json;

const DATABASE: &str = "desk.sqlite3";

/// Makes the database look as if a later version had written it: its schema number stands at byte 60.
fn written_by_a_later_version(data_dir: &Path) {
    // What was not yet merged would be merged by whoever opens the file; it has nothing to do with the number.
    for unmerged in ["-wal", "-shm"] {
        drop(std::fs::remove_file(data_dir.join(format!("{DATABASE}{unmerged}"))));
    }
    let path = data_dir.join(DATABASE);
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut magic = [0; 15];
    file.read_exact(&mut magic).unwrap();
    assert_eq!(&magic, b"SQLite format 3");
    file.seek(SeekFrom::Start(60)).unwrap();
    file.write_all(&9999_u32.to_be_bytes()).unwrap();
}

#[tokio::test]
async fn a_database_of_a_later_version_is_refused_in_words_and_left_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.by_test_id("first-start").await.unwrap();
    window.close().await.unwrap();
    written_by_a_later_version(home.path());
    let before = std::fs::read(home.path().join(DATABASE)).unwrap();

    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.find("[data-testid=\"error-view\"][data-code=\"store_newer\"]").await.unwrap();
    window.close().await.unwrap();
    assert!(std::fs::read(home.path().join(DATABASE)).unwrap() == before, "the refused database was changed");
}

#[tokio::test]
async fn a_damaged_database_is_refused_in_words_and_left_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let garbage = b"this was a database once ".repeat(500);
    std::fs::write(home.path().join(DATABASE), &garbage).unwrap();
    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.find("[data-testid=\"error-view\"][data-code=\"store_unavailable\"]").await.unwrap();
    window.close().await.unwrap();
    assert!(std::fs::read(home.path().join(DATABASE)).unwrap() == garbage);
}

#[tokio::test]
async fn a_refused_request_names_its_field_and_leaves_a_trace_in_the_log() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    let request = json!({ "request": {
        "profile": "builtin", "goods_id": null, "body": "杯子", "total_fee_fen": 0, "amounts": "fixed", "trade_type": "NATIVE",
        "openid": null, "product_id": "mug", "attach": null, "scene": "0001", "count": 1, "reuse": false,
    }, "progress": "__CHANNEL__:0" });
    let refused = window.invoke("test_orders_create", request).await.unwrap().unwrap_err();
    assert_eq!(refused["code"], "input_invalid", "{refused}");
    assert_eq!(refused["field"], "total_fee", "{refused}");
    let trace = refused["trace"].as_str().unwrap().to_owned();
    window.close().await.unwrap();
    let logs = std::fs::read_dir(home.path().join("logs")).unwrap();
    let text: String = logs.map(|log| std::fs::read_to_string(log.unwrap().path()).unwrap()).collect();
    assert!(text.lines().any(|line| line.contains(&trace)), "no line has {trace}");
}

#[tokio::test]
async fn a_question_that_cannot_be_sent_is_told_as_such_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let number = window.create_orders(1, "3.00").await.unwrap().remove(0);
    window.invoke("simulator_stop", json!({})).await.unwrap().unwrap();
    window.go_to("orders").await.unwrap();
    window.open_order(&number).await.unwrap();
    window.click("order-query").await.unwrap();
    window.find("[data-testid=\"error-view\"][data-code=\"not_sent\"]").await.unwrap();
    window.text_when("drawer-state", |text| text.contains("未支付")).await.unwrap();
    window.close().await.unwrap();
}
