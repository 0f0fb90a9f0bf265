//! Merchants, where their keys may go, and what is shown of them.

use serde_json::{Value, json};

use crate::program::{Answer, Desk, KEY, V1};

const HERE: &str = "http://127.0.0.1:9";

fn add(desk: &Desk, more: &[&str]) -> Answer {
    desk.file("pass.txt", crate::program::PASSPHRASE);
    let add = ["profile", "add", "shop", "--appid", "wx0000000000000001", "--mch-id", "1900000001", "--key-file"];
    desk.ask(&[&add[..], &["key.txt"], more].concat())
}

#[test]
fn a_merchant_is_listed_shown_and_removed_and_its_key_is_never_given_back() {
    let desk = Desk::new();
    let added = add(&desk, &["--sub-mch-id", "1900000109", "--notify-url", "https://shop.example.com/wx"]).expect(0);
    let expected = json!({
        "name": "shop", "appid": "wx0000000000000001", "mch_id": "1900000001", "sign_type": "MD5",
        "environment": "production", "base_url": null, "ca_file": null, "notify_url": "https://shop.example.com/wx",
        "sub_mch_id": "1900000109", "sub_appid": null, "builtin": false, "created_at": added.json()["created_at"],
        "api_key": {"set": true, "tail": "CDEF", "fingerprint": "30d481d5"},
        "app_secret": {"set": false, "tail": null, "fingerprint": null},
        "certificate": null,
    });
    assert_eq!(added.json(), expected);
    assert_eq!(desk.ask(&["profile", "show", "shop"]).expect(0).json(), expected);
    let locked = desk.run(&["profile", "show", "--json"]).expect(0).json();
    assert_eq!(locked["api_key"], json!({"set": true, "tail": null, "fingerprint": null}));
    let listed = desk.run(&["profile", "list", "--json"]).expect(0).json();
    assert_eq!((listed["profiles"].as_array().unwrap().len(), &listed["profiles"][0]), (1, &locked));
    assert_eq!(add(&desk, &[]).expect(3).json()["error"]["code"], "conflict");
    desk.run(&["profile", "remove", "shop"]).expect(6);
    desk.ask(&["profile", "remove", "shop"]).expect(0);
    desk.ask(&["profile", "show", "shop"]).expect(1);
    desk.ask(&["profile", "remove", "shop"]).expect(1);
    assert_eq!(desk.ask(&["profile", "list"]).expect(0).json(), json!({"profiles": []}));
    let none = desk.ask(&["profile", "show"]).expect(1);
    assert!(none.json()["error"]["message"].as_str().unwrap().contains("wxpay profile add"));
}

#[test]
fn an_address_of_ones_own_is_for_a_simulator_on_this_machine_only() {
    let desk = Desk::new();
    for refused in [
        vec!["--base-url", HERE],
        vec!["--environment", "standby", "--base-url", HERE],
        vec!["--environment", "production", "--ca-file", "key.txt"],
        vec!["--environment", "simulator"],
        vec!["--environment", "simulator", "--base-url", "http://192.168.1.2:8100"],
        vec!["--environment", "simulator", "--base-url", "https://api.mch.weixin.qq.com"],
        vec!["--environment", "simulator", "--base-url", "http://127.0.0.1@example.com"],
        vec!["--environment", "simulator", "--base-url", HERE, "--ca-file", "key.txt"],
        vec!["--environment", "sandbox", "--sign-type", "HMAC-SHA256"],
    ] {
        let answer = add(&desk, &refused).expect(3);
        assert!(answer.json()["error"]["message"].is_string(), "{refused:?}");
    }
    add(&desk, &["--environment", "elsewhere"]).expect(2);
    assert_eq!(desk.ask(&["profile", "list"]).json(), json!({"profiles": []}));
}

#[test]
fn a_key_that_a_simulator_has_seen_is_refused_in_production() {
    let desk = Desk::new();
    desk.merchant("test", HERE, &[]).expect(0);
    assert_eq!(add(&desk, &[]).expect(3).json()["error"]["code"], "environment_refused");
    desk.ask(&["profile", "remove", "test"]).expect(0);
    assert_eq!(add(&desk, &[]).expect(3).json()["error"]["code"], "environment_refused");
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_keyring_a_passphrase_and_a_terminal_no_key_is_kept() {
    let desk = Desk::new();
    let shop = ["profile", "add", "shop", "--appid", "wx1", "--mch-id", "1900000001", "--json"];
    let answer = desk.run(&[&shop[..], &["--key-file", "key.txt"]].concat()).expect(6);
    assert_eq!(answer.json()["error"]["code"], "vault_locked");
    assert!(answer.err.contains("--passphrase-file"), "{}", answer.err);
    desk.run(&[&shop[..], &["--passphrase-file", "nowhere.txt", "--key-file", "key.txt"]].concat()).expect(6);
    let missing = desk.run(&shop).expect(6);
    assert!(missing.err.contains("--key-file"), "{}", missing.err);
    let both = desk.run_with(&[&shop[..], &["--passphrase-file", "-", "--key-file", "-"]].concat(), KEY);
    both.expect(2);
    assert_eq!(desk.run(&["profile", "list", "--json"]).expect(0).json(), json!({"profiles": []}));
    assert!(!desk.path("data/vault.json").exists());
}

#[test]
fn a_wrong_passphrase_opens_nothing() {
    let desk = Desk::new();
    add(&desk, &[]).expect(0);
    desk.file("wrong.txt", "something else");
    let show = ["profile", "show", "shop", "--passphrase-file", "wrong.txt", "--json"];
    assert_eq!(desk.run(&show).expect(6).json()["error"]["code"], "vault_wrong_passphrase");
    let piped = desk.run_with(&["profile", "show", "--passphrase-file", "-", "--json"], crate::program::PASSPHRASE);
    assert_eq!(piped.expect(0).json()["api_key"]["tail"], "CDEF");
}

#[test]
fn the_folder_is_the_option_then_the_variable() {
    let desk = Desk::new();
    add(&desk, &["--data-dir", "other"]).expect(0);
    assert_eq!(desk.run(&["profile", "list", "--json"]).json(), json!({"profiles": []}));
    let there = desk.run(&["--data-dir", "other", "profile", "list", "--json"]).expect(0).json();
    assert_eq!(there["profiles"][0]["name"], "shop");
    desk.file("file", "no folder");
    let answer = desk.run(&["order", "list", "--data-dir", "file", "--json"]).expect(3);
    assert_eq!(answer.json()["error"]["code"], "store_unavailable");
}

#[test]
fn a_profile_lends_its_key_and_its_sign_type() {
    let desk = Desk::new();
    desk.file("order.txt", V1);
    add(&desk, &["--sign-type", "HMAC-SHA256"]).expect(0);
    let with = ["--profile", "shop", "--passphrase-file", "pass.txt", "--json"];
    let signed = desk.run(&[&["sign", "order.txt"], &with[..]].concat()).expect(0).json();
    assert_eq!((&signed["sign_type"], &signed["sign_type_from"]), (&"HMAC-SHA256".into(), &"profile".into()));
    let message = format!("{V1}&sign={}", signed["sign"].as_str().unwrap());
    desk.run_with(&[&["verify", "-"], &with[..]].concat(), &message).expect(0);
    let named = desk.run_with(&[&["verify", "-"], &with[..]].concat(), format!("{message}&sign_type=MD5"));
    assert_eq!(named.expect(1).json()["valid"], false, "a message that names another algorithm");
    let line = json!({"id": 1, "body": message}).to_string();
    let bulk = desk.run_with(&[&["verify", "--jsonl", "-"], &with[..]].concat(), line).expect(0).json();
    assert_eq!(bulk["valid"], 1);
    let call = desk.run(&[&["pay-params", "--prepay-id", "wx02"], &with[..]].concat()).expect(0).json();
    assert_eq!((&call["appId"], &call["signType"]), (&"wx0000000000000001".into(), &"HMAC-SHA256".into()));
    let app = desk.run(&[&["pay-params", "--kind", "app", "--prepay-id", "wx02"], &with[..]].concat()).expect(0);
    assert_eq!(app.json()["partnerid"], "1900000001");
    let md5 = desk.run(&[&["sign", "order.txt", "--sign-type", "MD5"], &with[..]].concat()).expect(0).json();
    assert_eq!(md5["sign"], crate::program::V1_MD5);
    desk.run(&["sign", "order.txt", "--profile", "shop"]).expect(6);
    desk.run(&["sign", "order.txt", "--profile", "nobody", "--passphrase-file", "pass.txt"]).expect(1);
    assert_eq!(desk.run(&["pay-params", "--prepay-id", "wx02", "--json"]).expect(2).json()["error"]["code"], "usage");
    assert_eq!(call["paySign"].as_str().map(str::len), Some(64));
    assert_eq!(signed["excluded"], Value::Array(Vec::new()));
}
