//! The main job from end to end, and where the key is afterwards.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::{Desk, KEY, PASSPHRASE};

fn numbers(created: &Value) -> Vec<String> {
    let orders = created["orders"].as_array().unwrap();
    orders.iter().map(|order| order["out_trade_no"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn ten_orders_are_placed_three_are_paid_and_all_end_as_the_gateway_says() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    let added = desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    assert_eq!(added.json()["api_key"], json!({"set": true, "tail": "CDEF", "fingerprint": "30d481d5"}));

    let order = ["order", "create", "--total-fee", "101", "--body", "测试商品", "--trade-type", "NATIVE"];
    let created = desk.ask(&[&order[..], &["--count", "10"]].concat()).expect(0);
    assert_eq!(created.err, "", "nothing is drawn where there is no terminal");
    let created = created.json();
    let numbers = numbers(&created);
    assert_eq!(numbers.len(), 10);
    for order in created["orders"].as_array().unwrap() {
        assert_eq!((&order["state"], &order["outcome"]), (&"NOTPAY".into(), &"confirmed".into()));
        assert!(order["code_url"].as_str().unwrap().starts_with("weixin://wxpay/"));
        assert_eq!((&order["pay_params"], &order["err_code"]), (&Value::Null, &Value::Null));
    }

    for number in &numbers[..3] {
        gateway.pay(&desk, number).expect(0);
    }
    let closed = desk.ask(&["order", "close", &numbers[9]]).expect(0).json();
    assert_eq!((&closed["state"], &closed["outcome"]), (&"CLOSED".into(), &"confirmed".into()));
    let refused = desk.ask(&["order", "close", &numbers[0]]).expect(4).json();
    assert_eq!(refused["state"], "SUCCESS", "a paid order is not closed");

    let open = desk.ask(&["poll", "--drain", "--timeout", "1"]).expect(5).json();
    assert_eq!(open["open"], 6);
    let drained = desk.ask(&["poll", "--drain", "--close-after", "0", "--timeout", "60"]).expect(0).json();
    assert_eq!(drained["open"], 0);

    let list = desk.ask(&["order", "list"]).expect(0).json();
    let mut states = BTreeMap::new();
    for order in list["orders"].as_array().unwrap() {
        *states.entry(order["state"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert_eq!((list["count"].as_u64(), states), (Some(10), [("CLOSED".into(), 7), ("SUCCESS".into(), 3)].into()));
    let paid = desk.ask(&["order", "list", "--state", "SUCCESS", "--limit", "2"]).expect(0).json();
    assert_eq!((paid["count"].as_u64(), paid["orders"].as_array().unwrap().len()), (Some(3), 2));
    let by_number = desk.ask(&["order", "list", "--sort", "transaction_id", "--limit", "4"]).expect(0).json();
    let first: Vec<&str> =
        [0, 1, 2, 3].map(|at| by_number["orders"][at]["transaction_id"].as_str().unwrap_or("")).into();
    assert!(first.is_sorted_by(|one, next| one > next) && first[3].is_empty(), "largest first, none last: {first:?}");
    let ascending = desk.ask(&["order", "list", "--sort", "transaction_id", "--ascending"]).expect(0).json();
    assert_eq!(ascending["orders"][9]["transaction_id"], first[0]);
    assert_eq!(gateway.orders().len(), 10, "the gateway has no other order");
    for order in gateway.orders() {
        let number = order["out_trade_no"].as_str().unwrap();
        let ours = desk.ask(&["order", "show", number]).expect(0).json();
        assert_eq!((&ours["state"], &ours["total_fee"]), (&order["trade_state"], &101.into()), "{number}");
    }
}

#[test]
fn show_has_the_documented_fields_and_the_evidence_in_order() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &["--sign-type", "HMAC-SHA256"]).expect(0);
    let create = ["order", "create", "--amount", "19.99", "--body", "会员", "--openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"];
    let created = desk.ask(&create).expect(0).json();
    let order = &created["orders"][0];
    let fields: Vec<&String> = order.as_object().unwrap().keys().collect();
    let documented = "out_trade_no state outcome prepay_id code_url mweb_url pay_params err_code err_code_des";
    assert_eq!(fields, documented.split(' ').collect::<Vec<_>>());
    let number = order["out_trade_no"].as_str().unwrap();

    // What the payer's device is given verifies under the profile's own key and algorithm.
    let call = order["pay_params"].to_string();
    let verify = ["verify", "-", "--profile", "shop", "--passphrase-file", "pass.txt", "--json"];
    let verified = desk.run_with(&verify, &call).expect(0).json();
    assert_eq!((&verified["sign_type"], &verified["sign_name"]), (&"HMAC-SHA256".into(), &"paySign".into()));

    gateway.pay(&desk, number).expect(0);
    let asked = desk.ask(&["order", "query", number]).expect(0).json();
    assert_eq!((&asked["state"], &asked["effect"]), (&"SUCCESS".into(), &"applied".into()));
    let shown = desk.run(&["order", "show", number, "--json"]).expect(0).json();
    let fields: Vec<&String> = shown.as_object().unwrap().keys().collect();
    let documented = "out_trade_no transaction_id mch_id appid trade_type total_fee paid_fee refunded_fee state \
                      claimed_state flags created_at paid_at next_query_at observations refunds doing next_question";
    assert_eq!(fields, documented.split(' ').collect::<Vec<_>>());
    assert_eq!((&shown["total_fee"], &shown["paid_fee"]), (&1999.into(), &1999.into()));
    assert_eq!((&shown["next_query_at"], &shown["refunds"]), (&Value::Null, &json!([])));
    assert!(shown["paid_at"].as_str().unwrap().ends_with("+08:00") && shown["transaction_id"].is_string());
    let seen: Vec<(&str, &str, bool)> = shown["observations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|seen| {
            let word = |name: &str| seen[name].as_str().unwrap_or("");
            assert_eq!(word("digest").len(), 64);
            (word("source"), word("trade_state"), seen["verified"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(seen, [("create", "", true), ("query", "SUCCESS", true)]);
    let text = desk.run(&["order", "show", number]).expect(0).out;
    assert!(text.contains("SUCCESS  1999 fen") && text.contains("doing  done"), "{text}");
}

#[test]
fn the_key_and_the_passphrase_are_in_no_output_no_file_and_no_argument() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &["--state", "gateway"]);
    desk.file("app.txt", "app-secret-that-must-not-show-0001");
    let mut said = String::new();
    let mut run = |arguments: &[&str]| {
        let answer = desk.ask(arguments);
        let status = answer.status;
        said += &(answer.out + &answer.err);
        let plain = desk.run(&[arguments, &["--passphrase-file", "pass.txt"]].concat());
        said += &(plain.out + &plain.err);
        status
    };
    desk.file("pass.txt", PASSPHRASE);
    let url = gateway.word("listening");
    let add = ["profile", "add", "shop", "--appid", "wx0000000000000001", "--mch-id", "1900000001", "--environment"];
    let secrets = ["simulator", "--key-file", "key.txt", "--app-secret-file", "app.txt", "--base-url", url];
    assert_eq!(run(&[&add[..], &secrets].concat()), 0);
    let own = ["order", "create", "--total-fee", "101", "--body", "测试", "--openid", "oABC", "--out-trade-no"];
    assert_eq!(run(&[&own[..], &["T20240102030405_001"]].concat()), 0);
    run(&["order", "create", "--total-fee", "1e3", "--body", "测试"]);
    run(&["order", "query", "T20240102030405_001"]);
    run(&["order", "show", "T20240102030405_001"]);
    run(&["profile", "show", "shop"]);
    run(&["profile", "list"]);
    run(&["poll", "--drain", "--close-after", "0", "--timeout", "30"]);
    run(&["profile", "remove", "shop"]);
    for needle in [KEY, PASSPHRASE, "app-secret-that-must-not-show-0001"] {
        assert!(!said.contains(needle), "{needle} was printed");
        for folder in ["data", "gateway"] {
            assert_absent(&desk.path(folder), needle);
        }
    }
}

fn assert_absent(folder: &Path, needle: &str) {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_absent(&path, needle);
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(!found, "{} holds a secret", path.display());
    }
    assert!(files > 0, "there was nothing to look at in {}", folder.display());
}
