//! Bills from the gateway onto the disk, and the day that they are compared with.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wxpay_protocol::UtcMs;

use crate::gateway::Gateway;
use crate::program::{Answer, Desk};

/// Today's date in Beijing.
fn today() -> String {
    let ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    UtcMs(i64::try_from(ms).unwrap()).day()
}

/// Orders, and the number of each.
fn orders(desk: &Desk, count: &str) -> Vec<String> {
    let order =
        ["order", "create", "--total-fee", "101", "--body", "测试", "--trade-type", "NATIVE", "--product-id", "P"];
    let created = desk.ask(&[&order[..], &["--no-reuse", "--count", count]].concat()).expect(0).json();
    let orders = created["orders"].as_array().unwrap();
    orders.iter().map(|order| order["out_trade_no"].as_str().unwrap().to_owned()).collect()
}

fn download(desk: &Desk, more: &[&str]) -> Answer {
    desk.ask(&[&["bill", "download"], more].concat())
}

/// A gateway that does this to the bills at these places of its answers, and the day on which its only order was paid.
fn paid_with_fault(fault: &str, positions: &str) -> (Desk, Gateway, UtcMs) {
    let desk = Desk::new();
    let rule = format!("fault = \"{fault}\"\nendpoint = \"downloadbill\"\npositions = [{positions}]\n");
    desk.file("faults.toml", format!("seed = 7\n[[rule]]\n{rule}"));
    let gateway = Gateway::start(&desk, &["--faults", "faults.toml"]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let [number] = &orders(&desk, "1")[..] else { panic!("one order") };
    gateway.pay(&desk, number).expect(0);
    desk.ask(&["order", "query", number]).expect(0);
    let shown = desk.ask(&["order", "show", number]).expect(0).json();
    let paid = UtcMs::parse_dashed(&format!("{} 00:00:00", &shown["paid_at"].as_str().unwrap()[..10])).unwrap();
    (desk, gateway, paid)
}

#[test]
fn before_ten_of_the_next_day_nothing_is_sent_to_wechat_pay() {
    let desk = Desk::new();
    desk.file("pass.txt", "correct horse battery staple\n");
    let live = ["profile", "add", "live", "--appid", "wx0000000000000001", "--mch-id", "1900000001"];
    desk.ask(&[&live[..], &["--key-file", "key.txt", "--environment", "production"]].concat()).expect(0);
    let early = download(&desk, &["--date", &today(), "-o", "bill.csv"]).expect(4).json();
    assert_eq!(early["error"]["code"], "bill_too_early", "{early}");
    assert!(early["error"]["message"].as_str().unwrap().contains("10:00:00"), "{early}");
    assert!(!desk.path("bill.csv").exists());
    download(&desk, &["--date", "2026-13-01", "-o", "bill.csv"]).expect(2);
    download(&desk, &["--date", "20261120", "--type", "SUCCESS", "--fund-flow", "-o", "bill.csv"]).expect(2);
    for to in ["20261119", "20270301"] {
        let refused = download(&desk, &["--date", "20261120", "--to", to, "-o", "bills"]).expect(3);
        assert!(refused.err.contains(&format!("at most {} days", desk::BillSpan::DAYS_MAX)), "{}", refused.err);
    }
}

#[test]
fn a_day_is_downloaded_plain_or_packed_and_agrees_with_what_is_kept_of_it() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let numbers = orders(&desk, "4");
    for number in &numbers[..2] {
        gateway.pay(&desk, number).expect(0);
        desk.ask(&["order", "query", number]).expect(0);
    }
    let shown = desk.ask(&["order", "show", &numbers[0]]).expect(0).json();
    let day = &shown["paid_at"].as_str().unwrap()[..10];

    let saved = download(&desk, &["--date", day, "-o", "bill.csv"]).expect(0).json();
    let saved = &saved["bills"][0];
    assert_eq!((&saved["outcome"], &saved["rows"], &saved["summary_ok"]), (&json!("saved"), &json!(2), &json!(true)));
    let reconcile = ["reconcile", "--bill", "bill.csv", "--profile", "shop", "--date", day];
    let balanced = desk.ask(&reconcile).expect(0).json();
    assert_eq!((&balanced["balanced"], &balanced["classes"]["matched"]["count"]), (&json!(true), &json!(2)));

    let packed = download(&desk, &["--date", day, "--gzip", "--type", "SUCCESS", "-o", "."]).expect(0).json();
    let file = packed["bills"][0]["file"].as_str().unwrap();
    assert!(file.ends_with(&format!("1900000001_{day}_SUCCESS.csv.gz")), "{file}");
    assert_eq!(std::fs::read(desk.path(file)).unwrap()[..2], [0x1F, 0x8B]);
    assert_eq!(desk.run(&["bill", "check", file, "--json"]).expect(0).json()["kind"], "SUCCESS");

    // Paid afterwards, and nobody has asked: the bill says something else now, and more than is kept.
    gateway.pay(&desk, &numbers[2]).expect(0);
    let changed = download(&desk, &["--date", day, "-o", "bill.csv"]).expect(1).json();
    assert_eq!((&changed["bills"][0]["changed"], &changed["bills"][0]["rows"]), (&json!(true), &json!(3)));
    let older = changed["bills"][0]["older_file"].as_str().unwrap();
    assert_eq!(desk.run(&["bill", "check", older, "--json"]).expect(0).json()["rows"], 2);
    let differs = desk.ask(&reconcile).expect(1).json();
    assert_eq!(differs["classes"]["state_diff"]["count"], 1, "{differs}");
    desk.ask(&["order", "query", &numbers[2]]).expect(0);
    desk.ask(&reconcile).expect(0);
    let elsewhere = download(&desk, &["--date", day, "-o", "elsewhere.csv"]).expect(1).json();
    assert_eq!(elsewhere["bills"][0]["changed"], true, "the first bill of the day said something else");
}

#[test]
fn the_gateway_is_asked_about_what_differs_and_its_answers_stand_beside_the_reasons() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let [paid, unpaid] = &orders(&desk, "2")[..] else { panic!("two orders") };
    gateway.pay(&desk, paid).expect(0);
    let day = today();
    download(&desk, &["--date", &day, "-o", "bill.csv"]).expect(0);
    let head = "out_trade_no,transaction_id,state,total_fee,paid_at";
    let rows = [unpaid.as_str(), "20240102030405999"].map(|number| format!("{number},,SUCCESS,101,{day} 12:00:00"));
    desk.file("orders.csv", format!("{head}\n{}\n", rows.join("\n")));
    let files = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", &day, "--ask", "--out", "out"];
    let asked = desk.ask(&files).expect(1).json();
    let answers: Vec<(&str, &str)> = asked["asked"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| (answer["class"].as_str().unwrap(), answer["answer"].as_str().unwrap()))
        .collect();
    assert_eq!(answers, [("bill_only", "SUCCESS"), ("local_only", "NOTPAY"), ("local_only", "NOTEXIST")], "{asked}");
    let written = std::fs::read_to_string(desk.path("out/differences.csv")).unwrap();
    for sentence in ["；查单：支付成功，1.01元", "；查单：未支付", "；微信支付没有这个单号"]
    {
        assert!(written.contains(sentence), "{sentence}: {written}");
    }
    // What is kept was unpaid as far as anybody knew; the answers are evidence, and the same day is balanced afterwards.
    let kept = ["reconcile", "--bill", "bill.csv", "--profile", "shop", "--date", &day];
    let balanced = desk.ask(&kept).expect(0).json();
    assert_eq!((&balanced["asked"], &balanced["classes"]["matched"]["count"]), (&Value::Null, &json!(1)));
    desk.run(&[
        "reconcile",
        "--bill",
        "bill.csv",
        "--orders",
        "orders.csv",
        "--date",
        &day,
        "--ask",
        "5",
        "--profile",
        "none",
    ])
    .expect(1);
}

#[test]
fn a_range_skips_days_without_trade_and_tells_what_is_there_when_a_day_goes_wrong() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let [number] = &orders(&desk, "1")[..] else { panic!("one order") };
    gateway.pay(&desk, number).expect(0);
    let paid = UtcMs::parse_dashed(&format!("{} 00:00:00", today())).unwrap();
    let day = |days: i64| paid.plus_ms(days * 86_400_000).day();
    let range = download(&desk, &["--date", &day(-2), "--to", &day(0), "-o", "bills"]).expect(0).json();
    let outcomes: Vec<&Value> = range["bills"].as_array().unwrap().iter().map(|bill| &bill["outcome"]).collect();
    assert_eq!(outcomes, ["no_trade", "no_trade", "saved"]);
    let listed = desk.ask(&["day", "list", "--from", &day(-3), "--to", &day(0)]).expect(0).json();
    let marks: Vec<&Value> = listed["days"].as_array().unwrap().iter().map(|day| &day["mark"]).collect();
    assert_eq!(marks, ["nothing", "no_trade", "no_trade", "not_run"]);
    assert_eq!(listed["settled_days"], 2, "nothing is left to do on a day without trade");
    let without_a_bill = |date: &str, more: &[&str]| {
        desk.ask(&[&["reconcile", "--no-trade", "--profile", "shop", "--date", date], more].concat())
    };
    assert_eq!(without_a_bill(&day(-1), &[]).expect(0).json()["bill"]["no_trade"], true);
    desk.file("orders.csv", format!("out_trade_no,state,total_fee,paid_at\nT404,SUCCESS,100,{} 12:00:00\n", day(-1)));
    let worst = without_a_bill(&day(-1), &["--orders", "orders.csv", "--out", "out"]).expect(1).json();
    assert_eq!((&worst["classes"]["local_only"]["count"], &worst["kept"]["again"]), (&json!(1), &json!(false)));
    let text = desk.run(&["reconcile", "--no-trade", "--orders", "orders.csv", "--date", &day(-1)]).expect(1).out;
    assert!(text.contains("当天无交易") && !text.contains("汇总"), "{text}");
    assert!(without_a_bill(&day(0), &[]).expect(3).err.contains("已有当天的账单"));
    assert!(without_a_bill(&day(-3), &[]).expect(3).err.contains("没有账单"));
    without_a_bill(&day(-1), &["--bill", "bills"]).expect(2);
    desk.ask(&["reconcile", "--profile", "shop", "--date", &day(-1)]).expect(2);
    let old = download(&desk, &["--date", &day(-200), "-o", "bills"]).expect(4).json();
    assert_eq!(old["error"]["code"], "gateway_refused", "{old}");
    assert!(old["error"]["message"].as_str().unwrap().contains("三个月"), "{old}");
}

#[test]
fn a_range_that_fails_at_its_third_day_tells_the_days_before_it() {
    let (desk, _gateway, paid) = paid_with_fault("answer_dropped", "\"3-99\"");
    let day = |days: i64| paid.plus_ms(days * 86_400_000).day();
    let failed = download(&desk, &["--date", &day(-1), "--to", &day(3), "-o", "bills"]);
    assert_ne!(failed.status, 0, "{}", failed.out);
    assert!(failed.err.contains(&day(1)), "{}", failed.err);
    let told = failed.json();
    let bills = told["bills"].as_array().unwrap();
    let of = |field: &str| bills.iter().map(|bill| bill[field].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(of("outcome"), ["no_trade", "saved", "failed"], "{told}");
    assert_eq!(of("date"), [day(-1), day(0), day(1)], "the days behind it were not asked for");
    assert!(desk.path(bills[1]["file"].as_str().unwrap()).exists() && bills[2]["error"]["code"].is_string(), "{told}");
}

#[test]
fn a_day_that_goes_wrong_keeps_no_other_day_from_being_fetched_and_the_worst_day_is_the_exit_status() {
    let (desk, _gateway, paid) = paid_with_fault("bill_of_wrong_day", "\"3\", \"7\"");
    let day = |days: i64| paid.plus_ms(days * 86_400_000).day();
    let range = ["--date", &day(-1), "--to", &day(2), "-o", "bills"];
    let told = download(&desk, &range).expect(3).json();
    let bills = told["bills"].as_array().unwrap();
    let outcomes: Vec<&Value> = bills.iter().map(|bill| &bill["outcome"]).collect();
    assert_eq!(outcomes, ["no_trade", "saved", "failed", "no_trade"], "{told}");
    assert_eq!((&bills[2]["date"], &bills[2]["error"]["code"]), (&json!(day(1)), &json!("bill_refused")));
    let text = desk.run(&[&["bill", "download", "--passphrase-file", "pass.txt"], &range[..]].concat()).expect(3);
    for days in -1..=2 {
        assert!(text.out.contains(&day(days)), "{} is not told: {}", day(days), text.out);
    }
    download(&desk, &["--date", &day(-200), "--to", &day(0), "-o", "bills"]).expect(3);
}

#[test]
fn a_range_ends_at_its_first_day_where_the_sign_is_refused_which_every_day_would_meet() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.file("key.txt", "FEDCBA9876543210fedcba9876543210\n");
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let today = UtcMs::parse_dashed(&format!("{} 00:00:00", today())).unwrap();
    let day = |days: i64| today.plus_ms(days * 86_400_000).day();
    let range = ["--date", &day(-9), "--to", &day(-1), "-o", "bills"];
    let refused = download(&desk, &range).expect(4);
    assert!(refused.err.contains("8 further days were not asked for"), "{}", refused.err);
    let told = refused.json();
    assert_eq!(told["bills"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!((&told["bills"][0]["date"], &told["bills"][0]["outcome"]), (&json!(day(-9)), &json!("failed")));
    assert!(told["bills"][0]["error"]["message"].as_str().unwrap().contains("API 密钥"), "{told}");
    let one = download(&desk, &["--date", &day(-1), "-o", "bill.csv"]).expect(4).json();
    assert_eq!(one["error"]["code"], "gateway_refused", "of one day the fault is the whole answer: {one}");
}

#[test]
fn a_day_whose_bill_wechat_denies_says_so_whenever_it_is_compared_or_shown() {
    let (desk, _gateway, paid) = paid_with_fault("bill_late", "\"2\"");
    let day = &paid.day();
    let words = ["reconcile", "--bill", "bill.csv", "--profile", "shop", "--date", day];
    let compare = || desk.ask(&words).expect(0).json()["kept"].clone();
    download(&desk, &["--date", day, "-o", "bill.csv"]).expect(0);
    assert_eq!(compare()["denied_at"], Value::Null);
    let none = download(&desk, &["--date", day, "-o", "bill.csv"]).expect(1).json();
    assert_eq!((&none["bills"][0]["outcome"], &none["bills"][0]["changed"]), (&json!("no_trade"), &json!(true)));
    let kept = compare();
    assert_eq!((kept["denied_at"].is_string(), &kept["again"]), (true, &json!(false)), "{kept}");
    let shown = desk.ask(&["day", "show", day]).expect(0).json();
    assert_eq!((&shown["denied_at"], &shown["bill_changed"]), (&kept["denied_at"], &json!(true)), "{shown}");
    for words in [&words[..], &["day", "show", day, "--profile", "shop"]] {
        let told = desk.run(words).expect(0).err;
        assert!(told.contains("微信支付说当天没有账单"), "{words:?}: {told}");
    }
    assert_eq!(desk.ask(&["alarms", "--unseen"]).expect(1).json()["count"], 1);
    download(&desk, &["--date", day, "-o", "bill.csv"]).expect(0);
    assert_eq!(desk.ask(&["alarms"]).expect(0).json()["count"], 0);
}

#[test]
fn refunds_that_are_kept_match_those_of_the_bill() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let [number] = &orders(&desk, "1")[..] else { panic!("one order") };
    gateway.pay(&desk, number).expect(0);
    desk.ask(&["order", "query", number]).expect(0);
    let give_back = ["refund", "create", "--out-trade-no", number, "--refund-fee", "50", "--out-refund-no", "R-1"];
    desk.ask(&[&give_back[..], &["--confirm", &format!("{number}:50")]].concat()).expect(0);
    // Whether it has ended by itself meanwhile is a matter of time; here it has, and the desk knows.
    gateway.act(&desk, &["refund", "succeed", "--out-refund-no", "R-1"]);
    assert_eq!(desk.ask(&["refund", "query", "R-1"]).expect(0).json()["state"], "SUCCESS");
    let shown = desk.ask(&["order", "show", number]).expect(0).json();
    let day = &shown["paid_at"].as_str().unwrap()[..10];
    download(&desk, &["--date", day, "-o", "bill.csv"]).expect(0);
    let reconcile = ["reconcile", "--bill", "bill.csv", "--profile", "shop", "--date", day, "--out", "out"];
    let found = desk.ask(&reconcile).expect(0).json();
    let count = |class: &str| found["classes"][class]["count"].as_u64().unwrap();
    assert_eq!((count("matched"), count("refund_matched"), &found["local"]["refunds"]), (1, 1, &json!(1)), "{found}");
    assert_eq!(found["classes"]["refund_matched"]["local_fen"], 50);
    // The refunds have a bill of their own.
    download(&desk, &["--date", day, "--type", "REFUND", "-o", "back.csv"]).expect(0);
    let back = desk.run(&["bill", "check", "back.csv", "--json"]).expect(0).json();
    assert_eq!((&back["kind"], &back["rows"], &back["refunds"]), (&json!("REFUND"), &json!(1), &json!(1)));
    // Another amount in the bill is found, with the number of the merchant's refund.
    let text = std::fs::read_to_string(desk.path("bill.csv")).unwrap();
    desk.file("bill.csv", text.replace("`0.50", "`0.40"));
    let found = desk.ask(&reconcile).expect(1).json();
    assert_eq!(found["classes"]["refund_amount_diff"]["count"], 1, "{found}");
}

#[test]
fn a_fund_flow_needs_the_certificate_and_its_digest_holds() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &["--state", "state", "--tls"]);
    desk.merchant("shop", gateway.word("listening"), &["--ca-file", gateway.tls("ca")]).expect(0);
    let [number] = &orders(&desk, "1")[..] else { panic!("one order") };
    let pay = ["simulator", "pay", "--out-trade-no", number, "--control", gateway.word("control")];
    let at = ["--control-token-file", "token.txt", "--ca-file", gateway.tls("ca")];
    desk.run(&[&pay[..], &at].concat()).expect(0);
    desk.ask(&["order", "query", number]).expect(0);
    let shown = desk.ask(&["order", "show", number]).expect(0).json();
    let day = &shown["paid_at"].as_str().unwrap()[..10];

    let flow = ["--date", day, "--fund-flow", "-o", "flow.csv"];
    let without = download(&desk, &flow).expect(4).json();
    assert_eq!(without["error"]["code"], "certificate_refused", "{without}");
    desk.ask(&["profile", "import-cert", "shop", gateway.tls("p12")]).expect(0);
    let saved = download(&desk, &flow).expect(0).json();
    let saved = &saved["bills"][0];
    assert_eq!((&saved["rows"], &saved["digest_held"]), (&json!(2), &json!(true)), "the payment and its fee: {saved}");
    let packed = download(&desk, &["--date", day, "--fund-flow", "--gzip", "-o", "flow.csv.gz"]).expect(0).json();
    let packed = &packed["bills"][0];
    assert_eq!(packed["sha256"], saved["sha256"], "packed or not, the same text");
    assert_eq!((&packed["rows"], &packed["digest_held"]), (&json!(2), &json!(true)));
    assert_eq!(std::fs::read(desk.path("flow.csv.gz")).unwrap()[..2], [0x1F, 0x8B]);
    assert_eq!(desk.run(&["bill", "check", "flow.csv.gz", "--json"]).expect(0).json()["kind"], "FUNDFLOW");
    let operation = download(&desk, &["--date", day, "--fund-flow", "--account", "Operation", "-o", "none.csv"]);
    assert_eq!(operation.expect(0).json()["bills"][0]["outcome"], "no_trade");
    // One more payment of the day makes another flow of it, wherever it is put.
    let [more] = &orders(&desk, "1")[..] else { panic!("one order") };
    let pay = ["simulator", "pay", "--out-trade-no", more, "--control", gateway.word("control")];
    desk.run(&[&pay[..], &at].concat()).expect(0);
    let other = download(&desk, &["--date", day, "--fund-flow", "-o", "later.csv"]).expect(1).json();
    assert_eq!((&other["bills"][0]["changed"], &other["bills"][0]["older_file"]), (&json!(true), &Value::Null));
    let alarms = desk.ask(&["alarms", "--unseen"]).expect(1).json();
    assert_eq!((&alarms["alarms"][0]["kind"], &alarms["alarms"][0]["date"]), (&json!("bill_changed"), &json!(day)));
    // Trades need no certificate; over TLS they come like any answer.
    let trades = download(&desk, &["--date", day, "-o", "bill.csv"]).expect(0).json();
    assert_eq!(trades["bills"][0]["digest_held"], Value::Null);
}
