//! The test back end in the real window: what a mini program does is drawn while it happens, from its login to its query.

use acceptance::window::{DeskWindow, WindowStart};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Of every step in sight, the newest first: its kind and everything that it shows.
const DRAWN: &str = "return [...document.querySelectorAll('[data-testid=\"shop-step\"]')]\
     .map(step => [step.dataset.kind, step.innerText])";

/// Asks as a mini program does; the answer's document.
async fn get(url: &str, path: &str) -> Value {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).unwrap()
}

/// Waits until these steps are drawn, the oldest first, each with these parts of its bytes in this order. Between them may stand
/// more questions of the desk, which asks when it likes.
async fn drawn(window: &DeskWindow, wanted: &[(&str, &[&str])]) {
    let is_step = |(kind, parts): &(&str, &[&str]), step: &Value| {
        let mut rest = step[1].as_str().unwrap_or_default();
        step[0] == *kind
            && parts.iter().all(|part| {
                let found = rest.split_once(part);
                rest = found.map_or("", |(_, rest)| rest);
                found.is_some()
            })
    };
    let are_drawn = |steps: &Value| {
        let mut steps = steps.as_array().into_iter().flatten().rev();
        wanted.iter().all(|one| steps.any(|step| is_step(one, step)))
    };
    window.answer_when(DRAWN, &format!("{wanted:?}"), are_drawn).await.unwrap();
}

#[tokio::test]
async fn the_sequence_of_a_mini_program_is_drawn_while_it_happens_each_step_with_its_bytes() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let tea = json!({
        "goods_id": "tea", "name": "明前龙井", "price_fen": 12_800, "market_price_fen": null, "on_sale": true,
    });
    window.asked("goods_save", json!({ "goods": tea })).await.unwrap();
    window.go_to("notices").await.unwrap();
    window.click("listener-shop").await.unwrap();
    window.click("listener-start").await.unwrap();
    window.by_test_id("shop-on").await.unwrap();
    window.click("notices-tab-shop").await.unwrap();
    window.by_test_id("shop-empty").await.unwrap();
    window.client().execute("window.isTheSamePage = true", vec![]).await.unwrap();
    let listener = window.asked("listener_status", json!({})).await.unwrap();
    let url = listener["url"].as_str().unwrap();

    let placed = get(url, "/wechat/prepay?goods_id=tea&js_code=alice-1").await;
    let number = placed["data"]["out_trade_no"].as_str().unwrap();
    let sign = placed["data"]["data"]["paySign"].as_str().unwrap();
    let login: (&str, &[&str]) = (
        "login",
        &["GET http://127.0.0.1:", "/sns/jscode2session?appid=", "&js_code=…", "\"session_key\":\"…\"", "\"openid\":"],
    );
    let prepay: (&str, &[&str]) = (
        "prepay",
        &[
            "GET /wechat/prepay?goods_id=tea&js_code=… HTTP/1.1",
            sign,
            "/pay/unifiedorder",
            "<total_fee>12800</total_fee>",
            "<sign>",
            "<prepay_id>",
        ],
    );
    let params: (&str, &[&str]) = ("params", &["wx.requestPayment", sign]);
    // The desk asks by itself some seconds after it placed the order.
    let asked: (&str, &[&str]) = ("query", &["/pay/orderquery", number, "<sign>", "NOTPAY"]);
    drawn(&window, &[login, prepay, params]).await;
    drawn(&window, &[login, prepay, params, asked]).await;

    let order = json!({ "mch_id": null, "out_trade_no": number });
    let pay = json!({ "openid": null, "coupon_fee_fen": 0, "coupon_type": "cash" });
    window.asked("simulator_pay", json!({ "order": order, "pay": pay })).await.unwrap();
    let notice: (&str, &[&str]) = ("notify", &[number, "<sign>", "<return_code>", "SUCCESS"]);
    drawn(&window, &[login, prepay, params, asked, notice]).await;

    let state = get(url, &format!("/wechat/orders/{number}")).await;
    assert_eq!((&state["data"]["paid"], &state["data"]["trade_state"]), (&true.into(), &"SUCCESS".into()), "{state}");
    let told: (&str, &[&str]) =
        ("state", &["GET /wechat/orders/", number, "\"paid\":true", "/pay/orderquery", "<sign>"]);
    drawn(&window, &[login, prepay, params, asked, notice, told]).await;
    let is_same = window.client().execute("return window.isTheSamePage", vec![]).await.unwrap();
    assert_eq!(is_same, true, "nothing was loaded anew");
    window.close().await.unwrap();
}
