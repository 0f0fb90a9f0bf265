//! Every action on a running gateway.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::{Desk, KEY};

const NUMBER: &str = "T20240102030405_001";

#[test]
fn orders_are_listed_shown_cancelled_and_scanned() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    let code_url = gateway.order(NUMBER).get("code_url").unwrap().to_owned();
    let listed = gateway.act(&desk, &["orders", "--search", "T2024"]).expect(0).json();
    assert_eq!(listed["orders"][0]["out_trade_no"], NUMBER);
    assert_eq!(
        gateway.act(&desk, &["orders", "--search", "nothing"]).expect(0).json()["orders"],
        serde_json::json!([])
    );
    gateway.act(&desk, &["order", "--out-trade-no", "T20240102030405_404"]).expect(1);
    assert_eq!(gateway.act(&desk, &["order", "--out-trade-no", NUMBER]).expect(0).json()["total_fee"], 101);
    let cancelled = gateway.act(&desk, &["cancel", "--out-trade-no", NUMBER]).expect(0).json();
    assert_eq!(cancelled["trade_state"], "NOTPAY");
    assert!(cancelled["cancelled_at"].is_string());
    gateway.act(&desk, &["scan", "weixin://wxpay/bizpayurl?pr=nothing"]).expect(1);
    let paid = gateway.act(&desk, &["scan", &code_url, "--coupon-fee", "1"]).expect(0).json();
    assert_eq!((&paid["trade_state"], &paid["cash_fee"]), (&"SUCCESS".into(), &100.into()));
    gateway.act(&desk, &["scan", &code_url]).expect(4);
    gateway.act(&desk, &["cancel", "--out-trade-no", NUMBER]).expect(4);
    let truth = gateway.act(&desk, &["ledger"]).expect(0).json();
    assert_eq!((&truth["sums"]["paid"], &truth["sums"]["paid_total_fee"]), (&1.into(), &101.into()));
}

#[test]
fn the_text_for_people_names_what_was_asked_for() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    gateway.order(NUMBER);
    for (action, part) in [
        (&["orders"][..], NUMBER),
        (&["order", "--out-trade-no", NUMBER], "notify_url"),
        (&["cancel", "--out-trade-no", NUMBER], "cancelled"),
        (&["pay", "--out-trade-no", NUMBER], "paid"),
        (&["notices"], "pending"),
        (&["traffic"], "unifiedorder"),
        (&["traffic", "1"], "--- response"),
        (&["curl", "1"], "curl -sS"),
        (&["clock"], "next due"),
        (&["ledger"], "paid_total_fee"),
        (&["merchants", "list"], "1900000001"),
    ] {
        let out = gateway.say(&desk, action).expect(0).out;
        assert!(out.contains(part), "{action:?}: {out}");
    }
    assert!(gateway.say(&desk, &["traffic", "999"]).expect(1).out.contains("500"));
}

#[test]
fn the_clock_is_advanced_scaled_frozen_and_moved_to_what_is_due() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &["--time-scale", "0.001"]);
    let clock = |more: &[&str]| gateway.act(&desk, &[&["clock"], more].concat());
    clock(&["--next"]).expect(4);
    let now_ms = |clock: &Value| clock["now_ms"].as_i64().unwrap();
    let before = now_ms(&clock(&[]).expect(0).json());
    let after = now_ms(&clock(&["--advance-s", "86400"]).expect(0).json());
    assert!((86_400_000..86_500_000).contains(&(after - before)), "{}", after - before);
    let frozen = clock(&["--freeze"]).expect(0).json();
    assert_eq!(frozen["time_scale_per_mille"], 0);
    assert_eq!(now_ms(&clock(&[]).expect(0).json()), now_ms(&frozen));
    assert_eq!(clock(&["--time-scale", "60"]).expect(0).json()["time_scale_per_mille"], 60_000);
    clock(&["--freeze"]).expect(0);
    clock(&["--time-scale", "fast"]).expect(2);
    clock(&["--next", "--freeze"]).expect(2);
    // Nobody listens on port 9: the first attempt fails at once and the next is due in 15 virtual seconds.
    gateway.order(NUMBER);
    gateway.act(&desk, &["pay", "--out-trade-no", NUMBER]).expect(0);
    gateway.attempted(&desk, 1);
    let due = clock(&[]).expect(0).json();
    assert!(due["next_due_at"].is_string());
    let moved = clock(&["--next"]).expect(0).json();
    assert_eq!(moved["now"], due["next_due_at"]);
    gateway.attempted(&desk, 2);
}

#[test]
fn a_notice_is_sent_once_more_and_an_acknowledged_one_stays_acknowledged() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    let shop = TcpListener::bind("127.0.0.1:0").unwrap();
    let notify_url = format!("http://{}/notify", shop.local_addr().unwrap());
    let (keep, kept) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        // The first notice is acknowledged, the second is not.
        for answer in ["<xml><return_code>SUCCESS</return_code></xml>", "<xml><return_code>FAIL</return_code></xml>"] {
            let (mut stream, _) = shop.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"</xml>") {
                let mut piece = [0; 2048];
                let length = stream.read(&mut piece).unwrap();
                request.extend_from_slice(&piece[..length]);
            }
            let reply =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}", answer.len());
            stream.write_all(reply.as_bytes()).unwrap();
            let request = String::from_utf8(request).unwrap();
            keep.send(request.split_once("\r\n\r\n").unwrap().1.to_owned()).unwrap();
        }
    });
    gateway.order_to(NUMBER, &notify_url);
    gateway.act(&desk, &["resend", "1"]).expect(1);
    gateway.act(&desk, &["pay", "--out-trade-no", NUMBER]).expect(0);
    let first = kept.recv_timeout(Duration::from_secs(20)).unwrap();
    gateway.attempted(&desk, 1);
    gateway.act(&desk, &["resend", "1"]).expect(0);
    assert_eq!(kept.recv_timeout(Duration::from_secs(20)).unwrap(), first, "the same bytes again");
    gateway.attempted(&desk, 2);
    let notices = gateway.act(&desk, &["notices", "--search", NUMBER]).expect(0).json();
    assert_eq!(notices["notices"][0]["status"], "acknowledged");
    gateway.order_to("T20240102030405_002", "https://shop.example.com/notify");
    gateway.act(&desk, &["pay", "--out-trade-no", "T20240102030405_002"]).expect(0);
    gateway.act(&desk, &["resend", "2"]).expect(4);
}

#[cfg(unix)]
#[test]
fn an_exchange_as_curl_sends_the_same_bytes_again() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    gateway.call("/pay/orderquery", &[("out_trade_no", "it's $HOME `x`\n\"\\")]);
    let first = gateway.act(&desk, &["traffic", "1"]).expect(0).json();
    let command = gateway.act(&desk, &["curl", "1"]).expect(0).json()["curl"].as_str().unwrap().to_owned();
    if std::process::Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
    assert!(output.status.success(), "{command}");
    let second = gateway.act(&desk, &["traffic", "2"]).expect(0).json();
    assert_eq!(second["request"], first["request"]);
    assert_eq!(second["path"], first["path"]);
    gateway.act(&desk, &["curl", "3"]).expect(1);
}

#[test]
fn several_merchants_come_from_a_file_of_key_files_and_more_from_control() {
    let desk = Desk::new();
    desk.file("two.txt", "abcdef0123456789ABCDEF0123456789\n");
    desk.file(
        "merchants.toml",
        "[[merchant]]\nappid = \"wx0000000000000001\"\nmch_id = \"1900000001\"\nkey_file = \"key.txt\"\n\n\
         [[merchant]]\nappid = \"wx0000000000000002\"\nmch_id = \"1900000002\"\nkey_file = \"two.txt\"\navailable_fen = 100\n\
         [[merchant.sub_merchant]]\nsub_mch_id = \"1900000009\"\nsub_appids = [\"wx0000000000000009\"]\n",
    );
    let gateway = Gateway::start_with(&desk, &["--merchant-file", "merchants.toml"]);
    assert_eq!(gateway.order(NUMBER).get("result_code"), Some("SUCCESS"));
    let listed = |answer: &Value| answer["merchants"].as_array().unwrap().len();
    assert_eq!(listed(&gateway.act(&desk, &["merchants", "list"]).expect(0).json()), 2);
    let pair = ["--appid", "wx0000000000000003", "--mch-id", "1900000003"];
    let added = gateway.act(&desk, &[&["merchants", "add", "--key-file", "two.txt"][..], &pair].concat()).expect(0);
    assert_eq!(listed(&added.json()), 3);
    assert!(!added.out.contains("abcdef"), "a key came out");
    let removed = gateway.act(&desk, &[&["merchants", "remove"][..], &pair].concat()).expect(0).json();
    assert_eq!(listed(&removed), 2);
    gateway.act(&desk, &[&["merchants", "remove"][..], &pair].concat()).expect(1);
}

#[test]
fn a_merchant_file_that_makes_no_sense_is_refused_with_its_line() {
    let desk = Desk::new();
    let start = |text: &str| {
        desk.file("merchants.toml", text);
        desk.run(&["simulator", "--listen", "127.0.0.1:0", "--merchant-file", "merchants.toml", "--json"])
    };
    let key = start("[[merchant]]\nappid = \"wx1\"\nmch_id = \"1900000001\"\nkey = \"secret-in-the-file\"\n").expect(3);
    let sentence = key.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(sentence.contains("merchants.toml:4") && !sentence.contains("secret-in-the-file"), "{sentence}");
    start("merchant = []").expect(3);
    start("[[merchant]]\nappid = \"wx1\"\nmch_id = \"x\"\nkey_file = \"key.txt\"\n").expect(3);
    start("[[merchant]]\nappid = \"wx1\"\nmch_id = \"1900000001\"\nkey_file = \"nowhere.txt\"\n").expect(6);
    desk.run(&["simulator", "--listen", "127.0.0.1:0", "--merchant-file", "nowhere.toml"]).expect(3);
}

#[test]
fn a_refund_succeeds_fails_or_changes_as_it_is_told() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &["--time-scale", "0.001"]);
    gateway.order(NUMBER);
    let coupons = ["--coupon", "10", "--coupon", "20:NO_CASH"];
    let paid = gateway.act(&desk, &[&["pay", "--out-trade-no", NUMBER][..], &coupons].concat()).expect(0).json();
    assert_eq!((&paid["cash_fee"], &paid["settlement_total_fee"]), (&71.into(), &81.into()));
    for (number, action, status) in
        [("R1", "succeed", "SUCCESS"), ("R2", "fail", "REFUNDCLOSE"), ("R3", "change", "CHANGE")]
    {
        let fields = [("out_trade_no", NUMBER), ("out_refund_no", number), ("total_fee", "101"), ("refund_fee", "10")];
        let accepted = gateway.call("/secapi/pay/refund", &fields);
        assert_eq!(accepted.get("result_code"), Some("SUCCESS"), "{accepted:?}");
        let ended = gateway.act(&desk, &["refund", action, "--out-refund-no", number]).expect(0).json();
        assert_eq!(ended["refund_status"], status);
    }
    gateway.act(&desk, &["refund", "fail", "--out-refund-no", "R1"]).expect(4);
    gateway.act(&desk, &["refund", "fail", "--out-refund-no", "R9"]).expect(1);
    let listed = gateway.act(&desk, &["refunds"]).expect(0).json();
    assert_eq!(listed["refunds"].as_array().unwrap().len(), 3);
    assert!(gateway.say(&desk, &["refunds", "--search", "R2"]).expect(0).out.contains("REFUNDCLOSE"));
}

#[test]
fn the_password_of_a_scanned_code_is_entered_refused_or_cancelled() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &["--time-scale", "0.001"]);
    for (number, code, more, state) in [
        ("T20240102030405_101", "130000000001900001", &[][..], "SUCCESS"),
        ("T20240102030405_102", "130000000002900001", &["--refused"], "PAYERROR"),
        ("T20240102030405_103", "130000000003900001", &["--cancelled"], "NOTPAY"),
    ] {
        let asked = gateway.call(
            "/pay/micropay",
            &[
                ("body", "测试"),
                ("out_trade_no", number),
                ("total_fee", "101"),
                ("spbill_create_ip", "127.0.0.1"),
                ("auth_code", code),
            ],
        );
        assert_eq!(asked.get("err_code"), Some("USERPAYING"), "{asked:?}");
        let answer = [&["password", "--out-trade-no", number][..], more].concat();
        assert_eq!(gateway.act(&desk, &answer).expect(0).json()["trade_state"], state);
        gateway.act(&desk, &answer).expect(4);
    }
}

#[cfg(unix)]
#[test]
fn a_scenario_is_listed_shown_played_and_goes_on_after_a_restart() {
    let desk = Desk::new();
    let listed = desk.run(&["simulator", "scenario", "list", "--json"]).expect(0).json();
    assert_eq!(listed["scenarios"].as_array().unwrap().len(), 12);
    desk.run(&["simulator", "scenario", "show", "nothing"]).expect(1);
    let source = desk.run(&["simulator", "scenario", "show", "paid-after-3s"]).expect(0).out;
    desk.file("mine.toml", source.replace("\"3s\"", "\"60s\""));
    desk.file("wrong.toml", source.replace("after", "afer"));
    let wrong = desk.run(&["simulator", "scenario", "show", "wrong.toml", "--json"]).expect(3).json();
    assert!(wrong["error"]["message"].as_str().unwrap().contains("不认识的键 afer"), "{wrong}");
    let merchant = ["--state", "state", "--time-scale", "0.001"];
    let gateway = Gateway::start(&desk, &[&merchant[..], &["--scenario", "mine.toml"]].concat());
    gateway.order(NUMBER);
    let status = gateway.act(&desk, &["scenario", "status"]).expect(0).json();
    assert_eq!((&status["playing"], &status["due"][0]["number"]), (&"paid-after-3s".into(), &NUMBER.into()));
    gateway.end();
    let again = Gateway::start(&desk, &merchant);
    assert_eq!(again.state(NUMBER), "NOTPAY");
    again.act(&desk, &["clock", "--next"]).expect(0);
    assert_eq!(again.state(NUMBER), "SUCCESS");
    let status = again.act(&desk, &["scenario", "status"]).expect(0).json();
    assert_eq!(status["so_far"], json!({"taken": 1, "steps": 1, "refused": 0}), "counted over the restart");
    again.act(&desk, &["scenario", "run", "no-notice"]).expect(0);
    let stopped = again.act(&desk, &["scenario", "stop"]).expect(0).json();
    assert_eq!((&stopped["playing"], &stopped["done"][0]["do"]), (&Value::Null, &"pay".into()));
    assert!(again.say(&desk, &["scenario", "status"]).expect(0).out.contains("pay"));
}

#[test]
fn a_printed_code_asks_the_merchant_at_the_address_that_the_gateway_was_given() {
    let desk = Desk::new();
    let shop = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/native", shop.local_addr().unwrap());
    let gateway = Gateway::start(&desk, &["--native-notify-url", &address]);
    let merchant = ["--appid", "wx0000000000000001", "--mch-id", "1900000001", "--key-file", "key.txt"];
    let printed = [&["pay-params", "--kind", "native", "--product-id", "P-7", "--json"][..], &merchant].concat();
    let code = desk.run(&printed).expect(0).json()["code_url"].as_str().unwrap().to_owned();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = shop.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"</xml>") {
            let mut piece = [0; 4096];
            let length = stream.read(&mut piece).unwrap();
            assert!(length > 0, "the whole question comes");
            request.extend_from_slice(piece[..length].trim_ascii_end());
        }
        stream.write_all(b"HTTP/1.1 500 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        String::from_utf8(request).unwrap()
    });
    gateway.act(&desk, &["scan", &code]).expect(4);
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("POST /native ") && asked.contains("P-7"), "{asked}");
}

#[test]
fn a_payer_writes_about_a_paid_order_only() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    gateway.order(NUMBER);
    let comment = |stars| gateway.act(&desk, &["comment", "--out-trade-no", NUMBER, "--stars", stars, "--text", "好"]);
    assert!(comment("5").expect(4).json()["error"]["message"].as_str().unwrap().contains("未支付"));
    gateway.pay(&desk, NUMBER).expect(0);
    assert_eq!(comment("4").expect(0).json()["stars"], 4);
    comment("6").expect(2);
}

#[test]
fn a_plan_of_faults_is_put_into_force_counted_and_cleared() {
    let desk = Desk::new();
    let catalogue = desk.run(&["simulator", "faults", "list", "--json"]).expect(0).json();
    assert!(catalogue["catalogue"].as_array().unwrap().len() >= 37);
    desk.file("faults.toml", "seed = 7\n[[rule]]\nfault = \"no_sign\"\nendpoint = \"orderquery\"\n");
    desk.file("wrong.toml", "seed = 7\n[[rule]]\nfalt = \"no_sign\"\n");
    let gateway = Gateway::start(&desk, &["--faults", "faults.toml"]);
    gateway.order(NUMBER);
    assert_eq!(gateway.call("/pay/orderquery", &[("out_trade_no", NUMBER)]).get("sign"), None);
    let got = gateway.act(&desk, &["faults", "get"]).expect(0).json();
    assert_eq!((&got["counts"][0]["seen"], &got["counts"][0]["fired"]), (&1.into(), &1.into()));
    assert_eq!(gateway.act(&desk, &["faults", "reset"]).expect(0).json()["counts"][0]["seen"], 0);
    let wrong = gateway.act(&desk, &["faults", "set", "wrong.toml"]).expect(3).json();
    assert!(wrong["error"]["message"].as_str().unwrap().contains("第 3 行"), "{wrong}");
    assert_eq!(gateway.act(&desk, &["faults", "clear"]).expect(0).json()["counts"], serde_json::json!([]));
    assert!(gateway.call("/pay/orderquery", &[("out_trade_no", NUMBER)]).get("sign").is_some());
    gateway.act(&desk, &["faults", "set", "faults.toml"]).expect(0);
    assert_eq!(gateway.call("/pay/orderquery", &[("out_trade_no", NUMBER)]).get("sign"), None);
    desk.file(
        "more.toml",
        "seed = 8\n[[rule]]\nfault = \"no_sign\"\nendpoint = \"orderquery\"\n[[rule]]\nfault = \"userpaying\"\n",
    );
    let changed = gateway.act(&desk, &["faults", "set", "more.toml", "--keep-counts"]).expect(0).json();
    assert_eq!((&changed["counts"][0]["seen"], &changed["counts"][1]["seen"]), (&1.into(), &0.into()));
    assert_eq!(gateway.act(&desk, &["faults", "set", "more.toml"]).expect(0).json()["counts"][0]["seen"], 0);
}

#[test]
fn snippets_name_the_gateway_and_never_hold_a_key() {
    let desk = Desk::new();
    let all = desk.run(&["simulator", "snippets", "--json"]).expect(0);
    assert!(!all.out.contains(KEY));
    assert_eq!(all.json()["snippets"].as_array().unwrap().len(), 10);
    let at = ["simulator", "snippets", "--url", "https://127.0.0.1:4321/", "--mch-id", "1900000007"];
    let tls = ["--ca", "ca.pem", "--p12", "a.p12", "--cert", "c.pem", "--key", "k.pem"];
    let code = desk.run(&[&at[..], &tls, &["--sdk", "wechatpy"]].concat()).expect(0).out;
    for part in ["https://127.0.0.1:4321/\"", "1900000007", "ca.pem", "k.pem"] {
        assert!(code.contains(part), "{part}: {code}");
    }
    desk.run(&["simulator", "snippets", "--sdk", "cobol"]).expect(1);
    desk.run(&["simulator", "snippets", "--ca", "ca.pem"]).expect(2);
}

/// Programs that a checker of their language on this machine refuses; languages without one here are passed over.
#[test]
fn snippets_are_programs_of_their_language() {
    let desk = Desk::new();
    let checkers: [(&str, &[&str]); 4] = [
        ("PHP", &["php", "-l"]),
        ("Go", &["gofmt", "-l", "-e"]),
        ("Node", &["node", "--check"]),
        ("Python", &["python3", "-c", "import ast,sys; ast.parse(open(sys.argv[1]).read())"]),
    ];
    let tls = ["--ca", "ca.pem", "--p12", "a.p12", "--cert", "c.pem", "--key", "k.pem"];
    for more in [&[][..], &tls] {
        let all = desk.run(&[&["simulator", "snippets", "--json"], more].concat()).expect(0).json();
        for snippet in all["snippets"].as_array().unwrap() {
            let Some((_, checker)) = checkers.iter().find(|(language, _)| snippet["language"] == *language) else {
                continue;
            };
            let path = desk.file(snippet["file_name"].as_str().unwrap(), snippet["code"].as_str().unwrap());
            let judged = std::process::Command::new(checker[0]).args(&checker[1..]).arg(&path).output();
            let Ok(judged) = judged else { continue };
            let said = format!(
                "{} {}{}",
                snippet["sdk"],
                String::from_utf8_lossy(&judged.stdout),
                String::from_utf8_lossy(&judged.stderr)
            );
            assert!(judged.status.success(), "{said}");
            // gofmt lists a file that it would write differently.
            assert!(checker[0] != "gofmt" || judged.stdout.is_empty(), "{said}");
        }
    }
}

impl Gateway {
    /// Waits until the newest notice was attempted so often.
    fn attempted(&self, desk: &Desk, times: usize) {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let notices = self.act(desk, &["notices", "--limit", "1"]).expect(0).json();
            let attempts = notices["notices"][0]["attempts"].as_array().unwrap().len();
            if attempts >= times {
                return;
            }
            assert!(Instant::now() < until, "{attempts} attempts");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
