//! The test back end of a mini program as `wxpay listen --shop` serves it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use desk::store::{Goods, Store};
use serde_json::Value;
use wxpay_protocol::Fen;

use crate::gateway::Gateway;
use crate::listen::Listener;
use crate::program::Desk;

/// Looked for wherever it must not be.
const APP_SECRET: &str = "canarysecret0123456789abcdef6a2d";
const PAYER: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

/// A merchant with an AppSecret at a gateway that knows it, and an article on sale.
fn shop() -> (Desk, Gateway) {
    let desk = Desk::new();
    desk.file("secret.txt", APP_SECRET);
    let gateway = Gateway::start(&desk, &["--app-secret-file", "secret.txt"]);
    desk.merchant("shop", gateway.word("listening"), &["--app-secret-file", "secret.txt"]).expect(0);
    let tea = Goods {
        goods_id: "tea".into(),
        name: "明前龙井".into(),
        price: Fen::new(12_800).unwrap(),
        market_price: None,
        on_sale: true,
    };
    Store::open(&desk.path("data")).unwrap().save_goods(tea).unwrap();
    (desk, gateway)
}

/// Status and body.
fn ask(listener: &Listener, request: &str, headers: &str, body: &str) -> (u16, String) {
    let host = listener.hello["listening"].as_str().unwrap().trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    let text = format!("{request} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

fn answer(listener: &Listener, request: &str, headers: &str, body: &str) -> Value {
    let (status, body) = ask(listener, request, headers, body);
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

#[test]
fn a_form_json_a_query_and_an_openid_all_place_the_order_and_its_pay_sign_holds() {
    let (desk, gateway) = shop();
    let mut listener = Listener::start(&desk, &["--shop"]);
    assert_eq!(listener.hello["shop"], "shop");
    let form = answer(&listener, "POST /wechat/prepay", "", "goods_id=tea&js_code=alice-1");
    assert_eq!((&form["errcode"], &form["data"]["reused"]), (&200.into(), &false.into()), "{form}");
    let number = form["data"]["out_trade_no"].as_str().unwrap();
    let json = r#"{"goods_id":"tea","js_code":"alice-2"}"#;
    for (request, headers, body) in [
        ("POST /wechat/prepay", "Content-Type: application/json\r\n", json),
        ("GET /wechat/prepay?goods_id=tea&js_code=alice-3", "", ""),
    ] {
        let again = answer(&listener, request, headers, body);
        assert_eq!(
            (&again["data"]["out_trade_no"], &again["data"]["reused"]),
            (&number.into(), &true.into()),
            "{again}"
        );
    }
    let other = answer(&listener, &format!("GET /wechat/prepay?goods_id=tea&openid={PAYER}"), "", "");
    assert_ne!(other["data"]["out_trade_no"], number, "another payer's");

    desk.file("params.json", form["data"]["data"].to_string());
    desk.run(&["verify", "params.json", "--key-file", "key.txt"]).expect(0);
    desk.file("forged.json", form["data"]["data"].to_string().replace("prepay_id=", "prepay_id=x"));
    desk.run(&["verify", "forged.json", "--key-file", "key.txt"]).expect(1);

    let state = format!("GET /wechat/orders/{number}");
    assert_eq!(answer(&listener, &state, "", "")["data"]["paid"], false);
    gateway.pay(&desk, number).expect(0);
    assert_eq!(listener.next()["verdict"], "accepted");
    let paid = answer(&listener, &state, "", "");
    assert_eq!((&paid["data"]["paid"], &paid["data"]["total_fee"]), (&true.into(), &12_800.into()), "{paid}");
}

#[test]
fn refusals_say_what_to_do_and_a_page_of_another_site_learns_nothing() {
    let (desk, _gateway) = shop();
    let listener = Listener::start(&desk, &["--shop"]);
    for (query, errcode, words) in [
        ("goods_id=tea", 400, "js_code"),
        ("js_code=alice-1", 400, "goods_id"),
        ("goods_id=none&js_code=alice-1", 404, "none"),
        ("goods_id=tea&js_code=invalid", 40029, "wx.login"),
        ("goods_id=tea&js_code=used", 40163, "已被使用过"),
        ("goods_id=tea&js_code=blocked", 40226, "高风险"),
        ("goods_id=tea&js_code=busy", -1, "稍后重试"),
    ] {
        let refused = answer(&listener, &format!("GET /wechat/prepay?{query}"), "", "");
        assert_eq!((&refused["errcode"], &refused["data"]), (&errcode.into(), &Value::Null), "{query}: {refused}");
        assert!(refused["msg"].as_str().unwrap().contains(words), "{query}: {refused}");
    }
    let state = "GET /wechat/orders/20240102030405";
    for origin in ["https://evil.example.com", "null", "https://servicewechat.com.evil.example.com"] {
        assert_eq!(ask(&listener, state, &format!("Origin: {origin}\r\n"), ""), (404, String::new()), "{origin}");
    }
    for origin in ["https://servicewechat.com", "http://127.0.0.1:5173", "http://localhost"] {
        assert_eq!(answer(&listener, state, &format!("Origin: {origin}\r\n"), "")["errcode"], 404, "{origin}");
    }
    let picture_of_another_page = ask(&listener, state, "Sec-Fetch-Site: cross-site\r\n", "");
    assert_eq!(picture_of_another_page, (404, String::new()));
    assert_eq!(ask(&listener, "DELETE /wechat/orders/20240102030405", "", "").0, 404);
    desk.ask(&["listen", "--listen", "127.0.0.1:0", "--listen-wide", "0.0.0.0:0"]).expect(2);
    desk.ask(&["listen", "--listen", "127.0.0.1:0", "--shop", "--listen-wide", "127.0.0.1:0"]).expect(3);
}

#[test]
fn a_wrong_app_secret_is_named_and_none_is_ever_told() {
    let (desk, gateway) = shop();
    desk.file("wrong.txt", "0123456789abcdef0123456789abcdef");
    desk.merchant("wrong", gateway.word("listening"), &["--app-secret-file", "wrong.txt"]).expect(0);
    let wrong = Listener::start(&desk, &["--shop", "--profile", "wrong"]);
    let refused = answer(&wrong, "GET /wechat/prepay?goods_id=tea&js_code=alice-1", "", "");
    assert_eq!(refused["errcode"], 40125, "{refused}");
    assert!(refused["msg"].as_str().unwrap().contains("AppSecret"), "{refused}");
    drop(wrong);

    let words = desk.path("words.txt");
    let said = std::fs::File::create(&words).unwrap();
    let listener = Listener::saying(&desk, &["--shop", "--profile", "shop"], Stdio::from(said));
    let mut told = answer(&listener, "GET /wechat/prepay?goods_id=tea&js_code=alice-9", "", "").to_string();
    drop(gateway);
    let lost = answer(&listener, "GET /wechat/prepay?goods_id=tea&js_code=bob-1", "", "");
    assert_eq!(lost["errcode"], 502, "nobody is there: {lost}");
    drop(listener);
    told += &lost.to_string();
    told += &std::fs::read_to_string(words).unwrap();
    for file in std::fs::read_dir(desk.path("data")).unwrap() {
        let path = file.unwrap().path();
        told += &String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default());
    }
    assert!(!told.contains(APP_SECRET), "the AppSecret of {told:.200} is told");
}
