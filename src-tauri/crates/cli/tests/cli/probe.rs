//! The live key probe against a gateway of the built program.

use std::net::TcpListener;

use crate::gateway::Gateway;
use crate::program::{Answer, Desk, KEY};
use crate::relay::Relay;

const OTHER_KEY: &str = "another-key-0123456789abcdef0123";

fn probe(desk: &Desk, name: &str) -> Answer {
    without_key(desk.ask(&["profile", "probe", name]))
}

/// The answer, once it is certain that no key is in it.
#[track_caller]
fn without_key(answer: Answer) -> Answer {
    for key in [KEY, OTHER_KEY, "0123456789abcdef"] {
        assert!(!answer.out.contains(key) && !answer.err.contains(key), "{} / {}", answer.out, answer.err);
    }
    answer
}

fn words<'a>(document: &'a serde_json::Value, name: &str) -> &'a str {
    document[name].as_str().unwrap_or_default()
}

#[test]
fn without_the_key_the_exit_is_six_and_nothing_is_sent() {
    let desk = Desk::new();
    let relay = Relay::swallowing();
    desk.merchant("shop", &relay.url, &[]).expect(0);
    let locked = without_key(desk.run(&["profile", "probe", "shop", "--json"])).expect(6);
    assert_eq!(locked.json()["error"]["code"], "secret_missing", "nobody is there to type the passphrase");
    std::fs::remove_file(desk.path("data/vault.json")).unwrap();
    let missing = probe(&desk, "shop").expect(6).json();
    assert_eq!(missing["error"]["code"], "secret_missing");
    assert_eq!(relay.seen(), 0);
}

#[test]
fn the_merchant_must_be_named_and_be_there() {
    let desk = Desk::new();
    let relay = Relay::swallowing();
    desk.merchant("shop", &relay.url, &[]).expect(0);
    desk.ask(&["profile", "probe"]).expect(2);
    assert_eq!(probe(&desk, "nobody").expect(1).json()["error"]["code"], "not_found");
    assert_eq!(relay.seen(), 0);
}

#[test]
fn a_gateway_that_is_down_says_nothing_about_the_key() {
    let desk = Desk::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    desk.merchant("shop", &format!("http://{nobody}"), &[]).expect(0);
    let answer = probe(&desk, "shop").expect(4).json();
    assert_eq!(answer["verdict"], "not_sent");
    assert!(words(&answer, "detail").contains("Of the key this says nothing"), "{answer}");
}

#[test]
fn a_lost_answer_is_unknown_and_not_asked_for_again() {
    let desk = Desk::new();
    let relay = Relay::swallowing();
    desk.merchant("shop", &relay.url, &[]).expect(0);
    let answer = probe(&desk, "shop").expect(5).json();
    assert_eq!((&answer["verdict"], relay.seen()), (&"unknown".into(), 1));
    assert!(relay.next().is_ascii());
}

#[test]
fn a_wrong_key_and_a_wrong_merchant_number_are_told_apart() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    let url = gateway.word("listening");
    desk.merchant("shop", url, &[]).expect(0);
    desk.file("other.txt", OTHER_KEY);
    let add = |name: &str, mch_id: &str, key_file: &str| {
        let who = ["profile", "add", name, "--appid", "wx0000000000000001", "--mch-id", mch_id];
        let there = ["--key-file", key_file, "--environment", "simulator", "--base-url", url];
        desk.ask(&[who.as_slice(), &there].concat()).expect(0)
    };
    add("wrong-key", "1900000001", "other.txt");
    add("wrong-number", "1900000002", "key.txt");
    let key = probe(&desk, "wrong-key").expect(1).json();
    assert_eq!((words(&key, "verdict"), words(&key, "return_msg")), ("key_wrong", "签名错误，请检查后再试"));
    assert_eq!(key["causes"][0], "E1");
    let number = probe(&desk, "wrong-number").expect(1).json();
    assert_eq!((words(&number, "verdict"), &number["causes"]), ("merchant_wrong", &serde_json::json!(["E9"])));
    let said = without_key(desk.run(&["profile", "probe", "wrong-key", "--passphrase-file", "pass.txt"])).expect(1);
    assert!(said.out.contains("the key is not that of this merchant number") && said.out.contains("重置是最后一步"));
}

#[test]
fn a_right_key_is_proved_for_both_algorithms_and_no_order_comes_of_it() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    let relay = Relay::to(gateway.word("listening"));
    desk.merchant("md5", &relay.url, &[]).expect(0);
    desk.merchant("hmac", &relay.url, &["--sign-type", "HMAC-SHA256"]).expect(0);
    for name in ["md5", "hmac"] {
        let answer = probe(&desk, name).expect(0).json();
        assert_eq!((words(&answer, "verdict"), words(&answer, "err_code")), ("key_right", "ORDERNOTEXIST"));
        assert!(words(&answer, "out_trade_no").starts_with("KEYPROBE"), "{answer}");
        assert!(words(&answer, "detail_zh").contains("密钥正确") && words(&answer, "detail").contains("simulator"));
    }
    assert_eq!(relay.seen(), 2, "one question each");
    assert!(gateway.orders().is_empty());
    for name in ["md5", "hmac"] {
        assert_eq!(desk.ask(&["order", "list", "--profile", name]).expect(0).json()["count"], 0);
    }
}
