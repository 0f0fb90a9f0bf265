//! Polling that is cut off, asked to stop, or has nothing to do.

use std::process::Stdio;

use crate::gateway::Gateway;
use crate::program::{Answer, Desk};
use crate::relay::Relay;

const NATIVE: [&str; 8] = ["order", "create", "--total-fee", "101", "--body", "测试", "--trade-type", "NATIVE"];

/// A merchant of a simulator, and the number of its order, which was paid.
fn with_paid_order(desk: &Desk) -> (Gateway, String) {
    let gateway = Gateway::start(desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let created = desk.ask(&NATIVE).expect(0).json();
    let number = created["orders"][0]["out_trade_no"].as_str().unwrap();
    gateway.pay(desk, number).expect(0);
    desk.ask(&["order", "query", number]).expect(0);
    (gateway, number.to_owned())
}

#[test]
fn nothing_open_is_done_at_once_and_an_unknown_merchant_is_a_no() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["poll", "--json"]).expect(0).json()["open"], 0);
    assert_eq!(desk.run(&["poll", "--drain", "--json"]).expect(0).json()["total"], 0);
    desk.run(&["poll", "--profile", "nobody"]).expect(1);
    desk.run(&["poll", "--timeout", "5"]).expect(2);
    desk.run(&["poll", "--drain", "--rate", "0"]).expect(2);
}

#[cfg(target_os = "linux")]
#[test]
fn killed_in_the_middle_it_goes_on_where_it_was_and_nothing_is_ordered_twice() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    let relay = Relay::to(gateway.word("listening"));
    desk.merchant("shop", &relay.url, &[]).expect(0);
    let native = ["order", "create", "--total-fee", "101", "--body", "测试", "--trade-type", "NATIVE"];
    let created = desk.ask(&[&native[..], &["--count", "5"]].concat()).expect(0).json();
    // One more whose answer is lost, so that polling has an unknown creation to settle.
    relay.drop_answers();
    desk.ask(&[&NATIVE[..], &["--no-reuse"]].concat()).expect(5);
    let paid = created["orders"][0]["out_trade_no"].as_str().unwrap();
    gateway.pay(&desk, paid).expect(0);

    relay.hold_answers();
    relay.bodies();
    let drain = ["poll", "--drain", "--close-after", "0", "--passphrase-file", "pass.txt", "--json"];
    let mut child = desk.command(&drain).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    assert!(relay.next().contains("<nonce_str>"));
    for file in ["cmdline", "environ"] {
        let bytes = std::fs::read(format!("/proc/{}/{file}", child.id())).unwrap();
        for needle in [crate::program::KEY, crate::program::PASSPHRASE] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle.as_bytes()), "{needle} in {file}");
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();

    relay.pass();
    let drained = desk.ask(&["poll", "--drain", "--close-after", "0", "--timeout", "90"]).expect(0).json();
    assert_eq!((&drained["total"], &drained["open"]), (&6.into(), &0.into()));
    let orders = gateway.orders();
    assert_eq!(orders.len(), 6, "an order more than was placed");
    for order in orders {
        let number = order["out_trade_no"].as_str().unwrap();
        let ours = desk.ask(&["order", "show", number]).expect(0).json();
        assert_eq!(ours["state"], order["trade_state"], "{number}");
        assert_eq!(ours["state"], if number == paid { "SUCCESS" } else { "CLOSED" });
    }
    let again: Vec<String> = relay.bodies().into_iter().filter(|body| body.contains("<trade_type>")).collect();
    assert!(again.is_empty(), "{again:?}");
}

#[cfg(unix)]
#[test]
fn asked_to_stop_it_says_what_is_open() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    let relay = Relay::to(gateway.word("listening"));
    desk.merchant("shop", &relay.url, &[]).expect(0);
    let native = ["order", "create", "--total-fee", "101", "--body", "测试", "--trade-type", "NATIVE"];
    desk.ask(&native).expect(0);
    relay.bodies();
    let drain = ["poll", "--drain", "--passphrase-file", "pass.txt", "--json"];
    let child = desk.command(&drain).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    relay.next();
    let asked = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    let output = child.wait_with_output().unwrap();
    let answer = Answer {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::new(),
    };
    let answer = answer.expect(5).json();
    assert_eq!((&answer["open"], &answer["cancelled"]), (&1.into(), &true.into()));
    // The lease is given back: the next one polls at once.
    let pass = desk.ask(&["poll"]).expect(0).json();
    assert_eq!(pass["polled_elsewhere"], false);
    let merchant = &pass["merchants"][0];
    assert_eq!((&merchant["profile"], &merchant["open"]), (&"shop".into(), &1.into()));
    assert!(merchant["next_query_at"].as_str().is_some_and(|at| at.ends_with("+08:00")), "{merchant}");
    assert_eq!((&merchant["held_back"], &merchant["other_city"]), (&serde_json::Value::Null, &false.into()));
    assert_eq!((&merchant["under_way"], &merchant["asking"]), (&0.into(), &serde_json::Value::Null), "after the pass");
}

#[test]
fn without_the_passphrase_nothing_is_asked() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    desk.ask(&["order", "create", "--total-fee", "101", "--body", "测试", "--trade-type", "NATIVE"]).expect(0);
    assert_eq!(desk.run(&["poll", "--json"]).expect(6).json()["error"]["code"], "secret_missing");
    desk.file("wrong.txt", "not the passphrase");
    let wrong = desk.run(&["poll", "--drain", "--json", "--passphrase-file", "wrong.txt"]).expect(6);
    assert_eq!(wrong.json()["error"]["code"], "vault_wrong_passphrase");
    assert!(!wrong.err.contains("not the passphrase"));
}

#[test]
fn what_is_unknown_is_an_alarm_until_a_question_is_answered() {
    let desk = Desk::new();
    let none = desk.run(&["alarms", "--json"]).expect(0).json();
    assert_eq!(none["count"], 0);
    let gateway = Gateway::start(&desk, &[]);
    let relay = Relay::to(gateway.word("listening"));
    desk.merchant("shop", &relay.url, &[]).expect(0);
    relay.drop_answers();
    let native = ["order", "create", "--total-fee", "101", "--body", "测试", "--trade-type", "NATIVE"];
    let created = desk.ask(&native).expect(5).json();
    let number = &created["orders"][0]["out_trade_no"];
    let found = desk.run(&["alarms", "--json"]).expect(1).json();
    let alarm = &found["alarms"][0];
    assert_eq!(
        (&alarm["kind"], &alarm["out_trade_no"], &alarm["profile"]),
        (&"unknown".into(), number, &"shop".into())
    );
    assert!(alarm["next"].as_str().unwrap().contains("同一单号"), "{alarm}");
    assert_eq!((&found["unseen"], &alarm["seen"]), (&1.into(), &false.into()));
    assert_eq!(found["kinds"], serde_json::json!({ "unknown": { "count": 1, "unseen": 1 } }));
    desk.run(&["alarms", "--profile", "nobody"]).expect(1);
    desk.run(&["alarms", "--mark-seen"]).expect(1);
    assert_eq!(desk.run(&["alarms", "--json"]).expect(1).json()["unseen"], 0);
    assert!(desk.run(&["alarms", "--unseen"]).expect(0).out.contains("没有需要留意的事"));
    relay.pass();
    desk.ask(&["order", "query", number.as_str().unwrap()]).expect(0);
    desk.run(&["alarms"]).expect(0);
}

#[test]
fn the_text_of_a_pass_counts_the_refunds_that_are_open_even_where_no_order_is() {
    let desk = Desk::new();
    let (gateway, number) = with_paid_order(&desk);
    let number = number.as_str();
    let open = || {
        let told = desk.run(&["poll", "--passphrase-file", "pass.txt"]).expect(0).out;
        told.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(open().is_empty());
    // In a time that stands still it stays open.
    gateway.act(&desk, &["clock", "--freeze"]).expect(0);
    let create = ["refund", "create", "--out-trade-no", number, "--refund-fee", "50", "--out-refund-no", "R-1"];
    desk.ask(&[&create[..], &["--confirm", &format!("{number}:50")]].concat()).expect(0);
    desk.ask(&["order", "query", number]).expect(0);
    assert_eq!(open(), ["  shop: open 0, refunds [退款] 1"]);
    gateway.act(&desk, &["refund", "succeed", "--out-refund-no", "R-1"]).expect(0);
    assert_eq!(desk.ask(&["refund", "query", "R-1"]).expect(0).json()["state"], "SUCCESS");
    assert!(open().is_empty());
}

#[test]
fn what_is_open_of_a_merchant_that_was_removed_is_told_and_holds_up_no_draining() {
    let desk = Desk::new();
    let (gateway, number) = with_paid_order(&desk);
    let number = number.as_str();
    // In a time that stands still the refund stays open.
    gateway.act(&desk, &["clock", "--freeze"]).expect(0);
    let create = ["refund", "create", "--out-trade-no", number, "--refund-fee", "50", "--out-refund-no", "R-1"];
    desk.ask(&[&create[..], &["--confirm", &format!("{number}:50")]].concat()).expect(0);
    desk.ask(&["order", "query", number]).expect(0);
    desk.ask(&[&NATIVE[..], &["--no-reuse"]].concat()).expect(0);
    desk.ask(&["profile", "remove", "shop"]).expect(0);
    let drained = desk.ask(&["poll", "--drain", "--timeout", "2"]).expect(0).json();
    assert_eq!((&drained["total"], &drained["refunds"]), (&0.into(), &0.into()), "{drained}");
    assert_eq!((&drained["removed_orders"], &drained["removed_refunds"]), (&1.into(), &1.into()), "{drained}");
    let words = desk.run(&["poll", "--drain", "--timeout", "2", "--passphrase-file", "pass.txt"]).expect(0).err;
    assert!(words.contains("1 open orders and 1 open refunds") && words.contains("已删除的商户"), "{words}");
}
