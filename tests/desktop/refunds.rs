//! A refund and a notice in the real window: nothing moves without the question that the core draws.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use acceptance::keyboard::press_in;
use acceptance::window::{DeskWindow, WindowStart};
use serde_json::json;

async fn press(window: &DeskWindow, keys: &'static [&'static str]) {
    let display = window.display().to_owned();
    tokio::task::spawn_blocking(move || press_in(&display, "退款 ¥", keys)).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_paid_order_is_refunded_only_after_the_cores_question_and_the_refund_is_followed() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let number = window.create_orders(1, "8.88").await.unwrap().remove(0);
    window.go_to("orders").await.unwrap();
    window.pay_and_watch(&number, "已支付").await.unwrap();
    for token in ["", "0123456789abcdef0123456789abcdef"] {
        let request = json!({ "profile": "builtin", "out_trade_no": number, "refund_fee": 100, "refund_desc": null });
        let refused = window.invoke("refund_create", json!({ "request": request, "confirmation": token }));
        assert_eq!(refused.await.unwrap().unwrap_err()["code"], "confirmation_required");
    }
    window.open_order(&number).await.unwrap();
    window.click("order-refund").await.unwrap();
    window.click("refund-look").await.unwrap();
    window.fill("refund-amount", "1.00").await.unwrap();
    window.click("refund-go").await.unwrap();
    press(&window, &["Escape"]).await;
    window.find("[data-testid=\"refund-go\"]:not(.ant-btn-loading)").await.unwrap();
    window.click("refund-go").await.unwrap();
    press(&window, &["alt+r"]).await;
    window.listed_when(&number, "有退款").await.unwrap();
    window.find("[data-testid=\"order-refunds\"] a").await.unwrap();
    window.go_to("refunds").await.unwrap();
    window.count_is("refund-row", 1).await.unwrap();
    window.press("[data-testid=\"refund-row\"][data-state=\"SUCCESS\"] .row-button").await.unwrap();
    window.text_when("refund-arrival", |text| text.contains("零钱")).await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn an_agreement_to_a_refund_holds_for_its_amount_and_order_only() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let numbers = window.create_orders(2, "8.88").await.unwrap();
    window.go_to("orders").await.unwrap();
    for number in &numbers {
        window.pay_and_watch(number, "已支付").await.unwrap();
    }
    let request = |number: &str, fen: u32| json!({ "profile": "builtin", "out_trade_no": number, "refund_fee": fen, "refund_desc": null });
    for (number, fen) in [(&numbers[0], 101), (&numbers[1], 100)] {
        let token = agreed_to_one_yuan(&window, &numbers[0]).await;
        let other = json!({ "request": request(number, fen), "confirmation": token });
        let refused = window.invoke("refund_create", other).await.unwrap().unwrap_err();
        assert_eq!(refused["code"], "confirmation_required", "{number} {fen}: {refused}");
    }
    let listed = json!({ "filter": { "states": [], "profile": null, "created_from": null, "created_to": null, "search": "" },
        "start": 0, "limit": 10 });
    let none = window.asked("refunds_list", listed).await.unwrap();
    assert_eq!(none["total"], 0, "nothing was reserved: {none}");
    let token = agreed_to_one_yuan(&window, &numbers[0]).await;
    let agreed = json!({ "request": request(&numbers[0], 100), "confirmation": token });
    window.invoke("refund_create", agreed.clone()).await.unwrap().unwrap();
    let again = window.invoke("refund_create", agreed).await.unwrap().unwrap_err();
    assert_eq!(again["code"], "confirmation_required", "{again}");
    window.close().await.unwrap();
}

/// The token for a refund of 1.00 that a person agreed to at the core's question.
async fn agreed_to_one_yuan(window: &DeskWindow, number: &str) -> serde_json::Value {
    let script = "window.agreed = window.__TAURI_INTERNALS__.invoke('confirm', \
                  { action: 'create_refund', subject: 'builtin/' + arguments[0] + ':100' }); return true";
    window.client().execute(script, vec![json!(number)]).await.unwrap();
    press(window, &["alt+r"]).await;
    let token = "window.agreed.then(arguments[0], e => arguments[0](null))";
    window.client().execute_async(token, vec![]).await.unwrap()
}

#[tokio::test]
async fn a_notice_of_the_built_in_gateway_is_received_and_shown_check_by_check() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.go_to("notices").await.unwrap();
    window.click("listener-start").await.unwrap();
    window.click("notice-sample").await.unwrap();
    let row = "[data-testid=\"notice-row\"][data-verdict=\"accepted\"] .row-button";
    window.press(row).await.unwrap();
    window.find("[data-testid=\"notice-judgement\"][data-verdict=\"accepted\"]").await.unwrap();
    window.gone("[data-testid=\"notice-check\"][data-ok=\"false\"]").await.unwrap();
    window.click("listener-stop").await.unwrap();
    window.by_test_id("listener-start").await.unwrap();
    window.close().await.unwrap();
}

/// A developer's own server: hands over the bodies that arrive, and answers as WeChat Pay wants it.
fn own_server() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    let (arrived, bodies) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            let mut request = BufReader::new(stream.unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while line != "\r\n" {
                line.clear();
                request.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            request.read_exact(&mut body).unwrap();
            let answer = "<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>";
            let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", answer.len());
            request.into_inner().write_all((head + answer).as_bytes()).unwrap();
            arrived.send(String::from_utf8(body).unwrap()).unwrap();
        }
    });
    (url, bodies)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_forwarded_and_replayed_byte_for_byte_and_a_pasted_one_is_judged() {
    let home = tempfile::tempdir().unwrap();
    let (url, bodies) = own_server();
    let arrived = || bodies.recv_timeout(Duration::from_secs(20)).unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    window.go_to("notices").await.unwrap();
    window.fill("listener-forward", &url).await.unwrap();
    window.click("listener-start").await.unwrap();
    window.click("notice-sample").await.unwrap();
    let forwarded = tokio::task::block_in_place(arrived);
    window.press("[data-testid=\"notice-row\"][data-verdict=\"accepted\"] .row-button").await.unwrap();
    window.fill("notice-replay-url", &url).await.unwrap();
    window.click("notice-replay").await.unwrap();
    window.text_when("notice-forwarded", |text| text.contains("200")).await.unwrap();
    assert_eq!(tokio::task::block_in_place(arrived), forwarded, "byte for byte");

    window.click("notices-tab-inspect").await.unwrap();
    window.fill("notice-paste", &forwarded).await.unwrap();
    window.click("notice-inspect").await.unwrap();
    window.find("[data-testid=\"notice-judgement\"]").await.unwrap();
    window.gone("[data-testid=\"notice-check\"][data-ok=\"false\"]").await.unwrap();
    let changed = forwarded.replacen("42", "43", 1);
    assert_ne!(changed, forwarded);
    window.fill("notice-paste", &changed).await.unwrap();
    window.click("notice-inspect").await.unwrap();
    window.find("[data-testid=\"notice-check\"][data-ok=\"false\"]").await.unwrap();
    window.text_when("notice-answer", |text| text.contains("FAIL")).await.unwrap();
    window.click("listener-stop").await.unwrap();
    window.by_test_id("listener-start").await.unwrap();
    window.close().await.unwrap();
}
