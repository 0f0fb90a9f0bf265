//! Orders that are refused, not sent, lost on the way, or not there.

use std::net::TcpListener;

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Answer, Desk};
use crate::relay::Relay;

const NATIVE: [&str; 8] = ["order", "create", "--total-fee", "101", "--body", "测试商品", "--trade-type", "NATIVE"];

fn create(desk: &Desk, more: &[&str]) -> Answer {
    desk.ask(&[&NATIVE[..], more].concat())
}

/// An address on this machine where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn count(desk: &Desk) -> u64 {
    desk.ask(&["order", "list"]).expect(0).json()["count"].as_u64().unwrap()
}

#[test]
fn what_is_malformed_is_refused_with_a_sentence_and_changes_nothing() {
    let desk = Desk::new();
    let relay = Relay::swallowing();
    desk.merchant("shop", &relay.url, &[]).expect(0);
    let order = |options: &[&str]| desk.ask(&[&["order", "create", "--trade-type", "NATIVE"], options].concat());
    for amount in ["1e3", "0.001", "１.００", "1,000.00", "-1", "", "0", "1.", "0x10"] {
        let answer = order(&["--amount", amount, "--body", "测试"]).expect(3).json();
        assert_eq!(answer["error"]["code"], "input_invalid", "{amount:?}");
    }
    for amount in ["1.00", "-1", "", "0", "１", "1e3", "007"] {
        order(&["--total-fee", amount, "--body", "测试"]).expect(3);
    }
    for refused in [
        vec!["--body", "tea&total_fee=1"],
        vec!["--body", "line\u{7}bell"],
        vec!["--body", ""],
        vec!["--body", "测试", "--attach", "shop-7&b=1"],
        vec!["--body", "测试", "--out-trade-no", "a b c d e f"],
        vec!["--body", "测试", "--out-trade-no", "T20240102030405_001", "--count", "2"],
        vec!["--body", "测试", "--scene", "12"],
        vec!["--body", "测试", "--count", "0"],
        vec!["--body", "测试", "--count", "10001"],
        vec!["--body", "测试", "--notify-url", "https://shop.example.com/notify?a=1"],
        vec!["--body", "测试", "--trade-type", "JSAPI"],
        vec!["--body", "测试", "--trade-type", "MICROPAY"],
    ] {
        let answer =
            desk.ask(&[&["order", "create", "--total-fee", "1", "--trade-type", "NATIVE"], &refused[..]].concat());
        if refused.contains(&"--trade-type") {
            // Given twice is usage; the two words are tried by themselves below.
            answer.expect(2);
        } else {
            assert!(answer.expect(3).json()["error"]["message"].is_string(), "{refused:?}");
        }
    }
    for trade_type in ["JSAPI", "MICROPAY", "native"] {
        desk.ask(&["order", "create", "--total-fee", "1", "--body", "测试", "--trade-type", trade_type]).expect(3);
    }
    desk.ask(&["order", "create", "--body", "测试"]).expect(2);
    desk.ask(&["order", "create", "--body", "测试", "--total-fee", "1", "--amount", "1"]).expect(2);
    assert_eq!((count(&desk), relay.seen()), (0, 0), "nothing is kept and nothing is sent");
}

#[test]
fn amounts_in_yuan_are_exact() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    for (yuan, fen) in [("0.07", 7), ("19.99", 1999), ("4.35", 435)] {
        let options = ["order", "create", "--amount", yuan, "--body", "测试", "--trade-type", "NATIVE"];
        let created = desk.ask(&options).expect(0).json();
        let number = created["orders"][0]["out_trade_no"].as_str().unwrap();
        assert_eq!(desk.ask(&["order", "show", number]).expect(0).json()["total_fee"], fen);
    }
}

#[test]
fn an_order_that_is_not_there_is_a_no() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    for action in ["show", "query", "close"] {
        let answer = desk.ask(&["order", action, "T20240102030405_404"]).expect(1);
        assert_eq!(answer.json()["error"]["code"], "not_found", "{action}");
        desk.ask(&["order", action, "T20240102030405_404", "--profile", "nobody"]).expect(1);
    }
    // Claimed by a file, and unknown to the gateway.
    desk.file("claims.csv", "out_trade_no,total_fee\nT20240102030405_405,101\n");
    desk.ask(&["order", "import", "claims.csv"]).expect(0);
    let answer = desk.ask(&["order", "query", "T20240102030405_405"]).expect(1).json();
    assert_eq!((&answer["err_code"], &answer["outcome"]), (&"ORDERNOTEXIST".into(), &"rejected".into()));
}

#[test]
fn a_gateway_that_is_down_is_not_sent() {
    let desk = Desk::new();
    desk.merchant("shop", &nobody(), &[]).expect(0);
    let answer = create(&desk, &[]).expect(4).json();
    assert_eq!(answer["orders"][0]["outcome"], "rejected");
    let number = answer["orders"][0]["out_trade_no"].as_str().unwrap();
    assert_eq!(desk.ask(&["order", "query", number]).expect(4).json()["outcome"], "rejected");
    let many = create(&desk, &["--count", "500"]).expect(4);
    assert!(many.json()["orders"].as_array().unwrap().len() < 500, "it does not go on where nothing can be sent");
    assert!(many.err.contains("stopped"), "{}", many.err);
}

#[test]
fn an_unsigned_refusal_is_a_no_and_proves_nothing_about_the_order() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.file("key.txt", "ffffffffffffffffffffffffffffffff");
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let answer = create(&desk, &[]).expect(4).json();
    let order = &answer["orders"][0];
    assert!(order["err_code_des"].as_str().unwrap().contains("签名错误"), "{order}");
    assert_eq!((&order["state"], &order["err_code"]), (&"CREATING".into(), &Value::Null));
}

#[test]
fn a_dropped_answer_is_unknown_and_the_query_tells_under_the_same_number() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    let relay = Relay::to(gateway.word("listening"));
    desk.merchant("shop", &relay.url, &[]).expect(0);
    relay.drop_answers();
    let answer = create(&desk, &[]).expect(5).json();
    let order = &answer["orders"][0];
    assert_eq!((&order["state"], &order["outcome"]), (&"CREATING".into(), &"unknown".into()));
    let number = order["out_trade_no"].as_str().unwrap();
    desk.ask(&["order", "query", number]).expect(5);
    desk.ask(&["order", "close", number]).expect(5);
    let shown = desk.ask(&["order", "show", number]).expect(0).json();
    assert_eq!((&shown["state"], &shown["flags"]), (&"CREATING".into(), &serde_json::json!(["unknown"])));
    relay.pass();
    assert_eq!(desk.ask(&["order", "query", number]).expect(0).json()["state"], "NOTPAY");
    desk.ask(&["poll", "--drain", "--close-after", "0", "--timeout", "60"]).expect(0);
    assert_eq!(desk.ask(&["order", "show", number]).expect(0).json()["state"], "CLOSED");
    let orders = gateway.orders();
    assert_eq!((orders.len(), &orders[0]["out_trade_no"]), (1, &number.into()), "there is no second order");
}

#[test]
fn an_unpaid_order_is_used_again_unless_a_new_one_is_wanted() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let number = |answer: Answer| answer.expect(0).json()["orders"][0]["out_trade_no"].as_str().unwrap().to_owned();
    let first = number(create(&desk, &[]));
    assert_eq!(number(create(&desk, &[])), first);
    let other = number(create(&desk, &["--no-reuse", "--scene", "0042"]));
    assert_ne!(other, first);
    assert_eq!(&other[14..18], "0042");
    assert_eq!(number(create(&desk, &["--out-trade-no", "T20240102030405_001"])), "T20240102030405_001");
    let again = create(&desk, &["--out-trade-no", "T20240102030405_001"]).expect(3);
    assert_eq!(again.json()["error"]["code"], "conflict", "a number is never given twice");
    assert_eq!(gateway.orders().len(), 3);
    let text = desk.run(&[&NATIVE[..], &["--passphrase-file", "pass.txt"]].concat()).expect(0).out;
    assert!(text.starts_with("T20240102030405_001") && text.contains("used again [复用] 1"), "the newest one: {text}");
}
