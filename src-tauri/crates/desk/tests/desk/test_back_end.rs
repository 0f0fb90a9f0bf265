//! The test back end for a mini program: what makes an order paid, when one is used again, and the sequence with its bytes.

use std::path::Path;

use desk::store::Goods;
use desk::vault::MemoryKeyring;
use desk::{BUILTIN, Desk, ListenOptions, ListenStatus, NewProfile, Seams, ShopStep};
use serde_json::Value;
use wxpay_protocol::environment::Environment;
use wxpay_protocol::notice::REFUSED;
use wxpay_protocol::{Fen, Params, Secret, SignType, sign, xml};

use crate::notices::{address, exchange, get, payment};
use crate::shop::{
    CREATE, Fate, KEY, LOGIN, PAYER, QUERY, START, Shop, UNSIGNED_FAIL, desk_on, gateway, profile, refusal,
};

/// Looked for wherever it must not be.
const APP_SECRET: &str = "canarysecret0123456789abcdef6a2d";
const SESSION_KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
const JS_CODE: &str = "0a1BcD2eFg3hIj4kLm5nOp6qRs7tUv8w";

async fn open(dir: &Path, keyring: &MemoryKeyring) -> (Desk, ListenStatus) {
    let seams = Seams { keyring: Box::new(keyring.clone()), ..Seams::of_this_machine() };
    let desk = Desk::open(dir, seams).await.unwrap();
    desk.gateway_start().await.unwrap();
    desk.goods_save(tea()).await.unwrap();
    let status = desk.listen_start(options()).await.unwrap();
    (desk, status)
}

fn tea() -> Goods {
    Goods {
        goods_id: "tea".into(),
        name: "明前龙井".into(),
        price: Fen::new(12_800).unwrap(),
        market_price: Some(Fen::new(15_800).unwrap()),
        on_sale: true,
    }
}

fn options() -> ListenOptions {
    ListenOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        path: None,
        public_url: None,
        forward: None,
        profile: None,
        shop: Some(BUILTIN.into()),
        wide: None,
    }
}

fn number(answer: &Value) -> String {
    answer["data"]["out_trade_no"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_order_is_used_again_after_the_listener_and_the_program_were_started_anew() {
    let (dir, keyring) = (tempfile::tempdir().unwrap(), MemoryKeyring::usable());
    let prepay = "/wechat/prepay?goods_id=tea&uid=7";
    let (desk, first) = open(dir.path(), &keyring).await;
    let placed = number(&get(&desk, prepay).await);
    desk.listen_stop().await;
    desk.gateway_stop().await;
    drop(desk);
    let (desk, second) = open(dir.path(), &keyring).await;
    assert_eq!(second.notify_url, first.notify_url, "path and port stay");
    let again = get(&desk, prepay).await;
    assert_eq!((number(&again), &again["data"]["reused"]), (placed, &true.into()), "{again}");
    desk.listen_stop().await;
    // The port was taken by somebody else meanwhile.
    let taken = tokio::net::TcpListener::bind(address(&second)).await.unwrap();
    let third = desk.listen_start(options()).await.unwrap();
    assert_ne!(third.url, second.url);
    drop(taken);
    desk.gateway_stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_notice_and_one_of_another_amount_leave_the_order_unpaid() {
    let (dir, keyring) = (tempfile::tempdir().unwrap(), MemoryKeyring::usable());
    let (desk, status) = open(dir.path(), &keyring).await;
    let number = number(&get(&desk, "/wechat/prepay?goods_id=tea&uid=7").await);
    let gateway = desk::store::Store::open(dir.path()).unwrap().builtin_gateway().unwrap().unwrap();
    let notice = |key: &str, total_fee: &str| {
        let fields = [
            ("appid", gateway.appid.as_str()),
            ("mch_id", gateway.mch_id.as_str()),
            ("nonce_str", "n"),
            ("out_trade_no", number.as_str()),
            ("result_code", "SUCCESS"),
            ("return_code", "SUCCESS"),
            ("time_end", "20240102030512"),
            ("total_fee", total_fee),
            ("trade_type", "JSAPI"),
            ("transaction_id", "4200000000202401020000000077"),
        ];
        let mut params = Params::from_pairs(fields).unwrap();
        let sign = sign::sign(&params, &Secret::new(key.as_bytes().to_vec()), SignType::Md5);
        params.push("sign", &sign).unwrap();
        xml::write(&params, xml::is_amount).unwrap()
    };
    let (to, path) = (address(&status), status.notify_url.strip_prefix(&status.url).unwrap());
    for forged in [notice("0123456789abcdef0123456789ABCDEF", "12800"), notice(&gateway.api_key, "1")] {
        let head = format!("POST {path} HTTP/1.1\r\nHost: {to}");
        assert_eq!(exchange(to, &head, forged.as_bytes()).await, (200, REFUSED.to_owned()), "{forged}");
        let state = get(&desk, &format!("/wechat/orders/{number}")).await;
        assert_eq!(
            (&state["data"]["paid"], &state["data"]["trade_state"]),
            (&false.into(), &"NOTPAY".into()),
            "{state}"
        );
    }
    desk.gateway_stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sequence_keeps_the_bytes_of_each_step_and_no_login() {
    let (dir, keyring) = (tempfile::tempdir().unwrap(), MemoryKeyring::usable());
    let (desk, status) = open(dir.path(), &keyring).await;
    let answer = get(&desk, "/wechat/prepay?goods_id=tea&js_code=alice-77").await;
    let number = number(&answer);
    desk.query_order(BUILTIN, &number).await.unwrap();
    let state = get(&desk, &format!("/wechat/orders/{number}")).await;
    let steps = sequence(&desk, BUILTIN, &number).await;
    assert_eq!(kinds(&steps), ["login", "prepay", "params", "query", "state"]);
    let login = &steps[0].exchanges[0];
    let asked = login.request.as_ref().unwrap();
    assert!(asked.starts_with("GET http://127.0.0.1:") && asked.contains("&secret=…&js_code=…&"), "{asked}");
    let said: Value = serde_json::from_str(login.answer.as_ref().unwrap()).unwrap();
    assert_eq!((&said["session_key"], said["openid"].as_str().map(str::len)), (&"…".into(), Some(28)), "{said}");
    let host = status.url.trim_start_matches("http://");
    let request = format!("GET /wechat/prepay?goods_id=tea&js_code=… HTTP/1.1\nhost: {host}");
    assert_eq!(
        (steps[1].request.as_ref(), steps[1].answer.as_ref()),
        (Some(&request), Some(&answer.to_string())),
        "as received, and the whole answer"
    );
    let placing = &steps[1].exchanges[0];
    assert_eq!(placing.path, "/pay/unifiedorder");
    let sent = xml::read(placing.request.as_ref().unwrap().as_bytes(), "xml").unwrap();
    assert_eq!((sent.get("out_trade_no"), sent.get("total_fee")), (Some(number.as_str()), Some("12800")));
    assert_eq!(sent.get("sign").map(str::len), Some(32));
    assert!(placing.answer.as_ref().unwrap().contains("<prepay_id>"));
    let asked = &steps[3].exchanges[0];
    let question = xml::read(asked.request.as_ref().unwrap().as_bytes(), "xml").unwrap();
    assert_eq!((asked.path, question.get("out_trade_no")), ("/pay/orderquery", Some(number.as_str())));
    assert_eq!(question.get("sign").map(str::len), Some(32));
    assert!(asked.answer.as_ref().unwrap().contains("NOTPAY"));
    assert_eq!((steps[4].answer.as_ref(), &steps[4].exchanges[0]), (Some(&state.to_string()), asked));
    assert!(!format!("{steps:?}").contains("alice-77"), "{steps:?}");
    desk.gateway_stop().await;
}

/// The sequence of an order, the oldest step first.
async fn sequence(desk: &Desk, profile: &str, number: &str) -> Vec<ShopStep> {
    let mut steps = desk.shop_sequence(profile, Some(number)).await.unwrap();
    steps.reverse();
    steps
}

fn kinds(steps: &[ShopStep]) -> Vec<&'static str> {
    steps.iter().map(|step| step.kind).collect()
}

/// A shop whose wire can be spoilt, with the test back end before it.
async fn spoilt() -> (Shop, String) {
    let shop = Shop::open().await;
    shop.desk.goods_save(tea()).await.unwrap();
    shop.desk.listen_start(ListenOptions { shop: Some("shop".into()), ..options() }).await.unwrap();
    (shop, format!("/wechat/prepay?goods_id=tea&openid={PAYER}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_tunnel_an_order_is_placed_whose_notice_comes_back_through_it() {
    let shop = Shop::open().await;
    shop.desk.goods_save(tea()).await.unwrap();
    let public_url = Some("https://relay.example.com".into());
    let tunnelled = ListenOptions { public_url, shop: Some("shop".into()), ..options() };
    let status = shop.desk.listen_start(tunnelled).await.unwrap();
    let head = format!("GET /wechat/prepay?goods_id=tea&openid={PAYER} HTTP/1.1\r\nHost: relay.example.com");
    let (code, body) = exchange(address(&status), &head, b"").await;
    assert_eq!(code, 200, "{body}");
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(told["errcode"], 200, "{told}");
    let bodies = shop.wire.bodies(CREATE);
    let sent = xml::read(bodies[0].as_bytes(), "xml").unwrap();
    assert_eq!(sent.get("notify_url"), Some(status.notify_url.as_str()));
    assert!(status.notify_url.starts_with("https://relay.example.com/"), "{}", status.notify_url);
    shop.desk.listen_stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prepay_that_fails_keeps_the_request_that_was_sent_and_the_answer_if_one_came() {
    let refused = refusal("NOAUTH", "商户无此接口权限");
    for (fate, answer) in [
        (Fate::NotSeen(refused.clone()), Some(refused.as_str())),
        (Fate::NotSeen(UNSIGNED_FAIL.into()), Some(UNSIGNED_FAIL)),
        (Fate::LostAfter, None),
    ] {
        let (shop, prepay) = spoilt().await;
        shop.wire.next(CREATE, fate);
        let told = get(&shop.desk, &prepay).await;
        assert_eq!((&told["errcode"], &told["data"]), (&502.into(), &Value::Null), "{told}");
        let number = shop.desk.shop_orders().remove(0).out_trade_no.unwrap();
        let steps = sequence(&shop.desk, "shop", &number).await;
        assert_eq!((steps.len(), steps[0].kind, steps[0].ok), (1, "prepay", false), "nothing is handed on to be paid");
        let placing = &steps[0].exchanges[0];
        assert_eq!((placing.path, placing.request.as_ref()), (CREATE, shop.wire.bodies(CREATE).first()));
        assert_eq!(placing.answer.as_deref(), answer);
        let sent = xml::read(placing.request.as_ref().unwrap().as_bytes(), "xml").unwrap();
        assert_eq!(sent.get("out_trade_no"), steps[0].out_trade_no.as_deref());
        assert!(!format!("{steps:?}").contains(KEY), "{steps:?}");
        shop.desk.listen_stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_sent_again_whose_answer_is_lost_does_not_show_the_answer_of_the_first_time() {
    let (shop, prepay) = spoilt().await;
    let number = number(&get(&shop.desk, &prepay).await);
    shop.wire.next(CREATE, Fate::LostAfter);
    assert_eq!(get(&shop.desk, &prepay).await["errcode"], 502);
    let step = sequence(&shop.desk, "shop", &number).await.pop().unwrap();
    assert_eq!((step.out_trade_no, step.ok), (Some(number), false));
    assert_eq!((step.exchanges.len(), step.exchanges[0].answer.as_deref()), (1, None));
    shop.desk.listen_stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_about_an_order_of_the_mini_program_is_drawn_with_the_request_that_was_sent_and_its_answer() {
    let (shop, prepay) = spoilt().await;
    let number = number(&get(&shop.desk, &prepay).await);
    let elsewhere = shop.create_one().await;
    shop.desk.query_order("shop", &elsewhere).await.unwrap();
    shop.desk.query_order("shop", &number).await.unwrap();
    shop.wire.next(QUERY, Fate::LostAfter);
    shop.desk.query_order("shop", &number).await.unwrap();
    shop.pay(&number);
    shop.clock.leap_s(600);
    assert!(shop.desk.poll_once(None, None).await.unwrap().asked > 0, "a poll of this desk's own");

    let steps = sequence(&shop.desk, "shop", &number).await;
    assert_eq!(kinds(&steps), ["prepay", "params", "query", "query", "query"]);
    let asked: Vec<_> = steps[2..].iter().map(|step| &step.exchanges[0]).collect();
    let sent = shop.wire.bodies(QUERY);
    let about: Vec<&String> = sent.iter().filter(|body| body.contains(&number)).collect();
    let drawn: Vec<&String> = asked.iter().map(|asked| asked.request.as_ref().unwrap()).collect();
    assert_eq!(drawn, about, "byte for byte");
    assert!(asked[0].answer.as_ref().unwrap().contains("NOTPAY"));
    assert_eq!((asked[1].answer.as_ref(), steps[3].ok), (None, false), "no answer came");
    assert!(asked[2].answer.as_ref().unwrap().contains("SUCCESS") && steps[4].ok);
    assert!(!format!("{steps:?}").contains(KEY), "{steps:?}");
    let served: Vec<_> = shop.desk.shop_orders().into_iter().map(|order| order.out_trade_no).collect();
    assert_eq!(served, [Some(number)], "the other order is none of the mini program's");
    shop.desk.listen_stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sequence_of_an_order_is_found_by_its_number_however_many_notices_came_since() {
    let (shop, prepay) = spoilt().await;
    let number = number(&get(&shop.desk, &prepay).await);
    let told = payment(&number, &[("total_fee", "12800"), ("cash_fee", "12800"), ("attach", "")]);
    shop.desk.receive_notice(Some(told.clone()), None, None).await;
    for other in 0..120 {
        let elsewhere = payment(&format!("T20240102030405_{other:03}"), &[]);
        shop.desk.receive_notice(Some(elsewhere), None, None).await;
    }
    assert_eq!(get(&shop.desk, &format!("/wechat/orders/{number}")).await["data"]["paid"], true);
    let steps = sequence(&shop.desk, "shop", &number).await;
    assert_eq!(kinds(&steps), ["prepay", "params", "notify", "state"]);
    assert_eq!(steps[2].request.as_deref(), std::str::from_utf8(&told).ok());
    assert!(steps[2].answer.as_ref().unwrap().contains("SUCCESS") && steps[2].ok);
    assert!(shop.desk.shop_sequence("shop", None).await.unwrap().is_empty());
    shop.desk.listen_stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_led_to_no_order_is_drawn_apart_from_the_orders() {
    let (shop, prepay) = spoilt().await;
    let number = number(&get(&shop.desk, &prepay).await);
    assert_eq!(get(&shop.desk, "/wechat/prepay?goods_id=none&openid=o1").await["errcode"], 404);
    let served: Vec<_> = shop.desk.shop_orders().into_iter().map(|order| order.out_trade_no).collect();
    assert_eq!(served, [None, Some(number.clone())], "the newest first");
    let apart = shop.desk.shop_sequence("shop", None).await.unwrap();
    assert_eq!((kinds(&apart), apart[0].ok), (vec!["prepay"], false));
    assert_eq!(kinds(&sequence(&shop.desk, "shop", &number).await), ["prepay", "params"]);
    shop.desk.listen_stop().await;
}

/// A mini program with an AppSecret, whose logins are answered as it was set.
async fn mini_program() -> Shop {
    let shop = Shop::open().await;
    shop.desk.goods_save(tea()).await.unwrap();
    let app_secret = Some(Secret::new(APP_SECRET.as_bytes().to_vec()));
    shop.desk.profile_add(NewProfile { app_secret, ..profile("mini") }).await.unwrap();
    shop.desk.listen_start(ListenOptions { shop: Some("mini".into()), ..options() }).await.unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_drawn_as_it_was_asked_and_answered_with_its_secrets_masked_where_they_stand() {
    let shop = mini_program().await;
    let said = |key: &str| {
        format!("{{\"session_key\" : \"{key}\",\n \"openid\":\"{PAYER}\",\"unionid\":\"o6_bmasdasdsad6\"}}")
    };
    shop.wire.next(LOGIN, Fate::NotSeen(said(SESSION_KEY)));
    let placed = get(&shop.desk, &format!("/wechat/prepay?goods_id=tea&js_code={JS_CODE}")).await;
    let steps = sequence(&shop.desk, "mini", &number(&placed)).await;
    assert_eq!(kinds(&steps), ["login", "prepay", "params"]);
    assert_eq!((&steps[0].request, &steps[0].answer, steps[0].ok), (&None, &None, true), "it is this desk that asked");
    let login = &steps[0].exchanges[0];
    let query = "appid=wx0000000000000001&secret=…&js_code=…&grant_type=authorization_code";
    assert_eq!(login.path, LOGIN);
    assert_eq!(login.request, Some(format!("GET http://127.0.0.1:9/sns/jscode2session?{query}")));
    assert_eq!(login.answer, Some(said("…")), "byte for byte but for the secret");
    for secret in [APP_SECRET, SESSION_KEY, JS_CODE] {
        assert!(!format!("{steps:?}").contains(secret), "{steps:?}");
    }
    shop.desk.listen_stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_uid_of_a_real_merchant_is_somebody_only_after_a_login_that_named_it() {
    let (dir, gateway) = (tempfile::tempdir().unwrap(), gateway());
    let (desk, wire) = desk_on(dir.path(), &gateway, &MemoryKeyring::usable(), START).await;
    desk.goods_save(tea()).await.unwrap();
    let app_secret = Some(Secret::new(APP_SECRET.as_bytes().to_vec()));
    let real = NewProfile { environment: Environment::Production, base_url: None, app_secret, ..profile("real") };
    desk.profile_add(real).await.unwrap();
    let public_url = Some("https://relay.example.com".into());
    desk.listen_start(ListenOptions { public_url, shop: Some("real".into()), ..options() }).await.unwrap();
    let by_uid = "/wechat/prepay?goods_id=tea&uid=7";
    let refused = get(&desk, by_uid).await;
    assert_eq!(refused["errcode"], 400, "{refused}");
    assert!(refused["msg"].as_str().unwrap().contains("js_code"), "{refused}");
    wire.next(LOGIN, Fate::NotSeen(format!("{{\"session_key\":\"{SESSION_KEY}\",\"openid\":\"{PAYER}\"}}")));
    let placed = number(&get(&desk, &format!("{by_uid}&js_code={JS_CODE}")).await);
    let again = get(&desk, by_uid).await;
    assert_eq!((number(&again), &again["data"]["reused"]), (placed, &true.into()), "{again}");
    desk.listen_stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_wechat_refused_or_did_not_answer_in_json_is_drawn_as_it_came_without_a_secret() {
    let refused = |code: &str| format!("{{\"errcode\":40029,\"errmsg\":\"invalid code: {code}, rid: 6123\"}}");
    let page =
        |secret: &str, code: &str| format!("<html>502 for /sns/jscode2session?secret={secret}&js_code={code}</html>");
    let half = format!("{{\"session_key\":\"{SESSION_KEY}\",\"open");
    for (came, errcode, shown) in [
        (Some(refused(JS_CODE)), 40029, Some(refused("…"))),
        (Some(page(APP_SECRET, JS_CODE)), 502, Some(page("…", "…"))),
        (Some(half.clone()), 502, Some(format!("({} bytes)", half.len()))),
        (Some(String::new()), 502, Some(String::new())),
        (None, 502, None),
    ] {
        let shop = mini_program().await;
        shop.wire.next(LOGIN, came.map_or(Fate::LostAfter, Fate::NotSeen));
        let told = get(&shop.desk, &format!("/wechat/prepay?goods_id=tea&js_code={JS_CODE}")).await;
        assert_eq!((&told["errcode"], &told["data"]), (&errcode.into(), &Value::Null), "{told}");
        let mut steps = shop.desk.shop_sequence("mini", None).await.unwrap();
        steps.reverse();
        assert_eq!((kinds(&steps), steps[0].ok), (vec!["login", "prepay"], false));
        assert_eq!(steps[0].exchanges[0].answer, shown);
        for secret in [APP_SECRET, SESSION_KEY, JS_CODE] {
            assert!(!format!("{steps:?} {told}").contains(secret), "{steps:?} {told}");
        }
        shop.desk.listen_stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_of_an_order_stay_when_the_order_or_its_merchant_is_not_found_any_more() {
    let (shop, prepay) = spoilt().await;
    let number = number(&get(&shop.desk, &prepay).await);
    shop.desk.query_order("shop", &number).await.unwrap();
    assert_eq!(kinds(&sequence(&shop.desk, "shop", &number).await), ["prepay", "params", "query"]);
    shop.desk.profile_remove("shop").await.unwrap();
    assert_eq!(kinds(&sequence(&shop.desk, "shop", &number).await), ["prepay", "params"], "no such merchant");
    shop.desk.profile_add(NewProfile { mch_id: "1900000002".into(), ..profile("shop") }).await.unwrap();
    assert_eq!(kinds(&sequence(&shop.desk, "shop", &number).await), ["prepay", "params"], "it has no such order");
    shop.desk.listen_stop().await;
}
