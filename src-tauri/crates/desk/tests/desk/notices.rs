//! Notices that arrive over a socket: judged, kept, acknowledged only after the commit, and told apart by nobody who forges them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use desk::store::{Effect, NoticeVerdict, OrderState, RefundState};
use desk::{Desk, ListenOptions, ListenStatus, NewProfile, RefundWish};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wxpay_protocol::notice::{ACCEPTED, REFUSED};
use wxpay_protocol::{Fen, Params, RefundStatus, SignType, req_info, sign, xml};

use crate::refunds::wish;
use crate::shop::*;

pub(crate) async fn listening(shop: &Shop) -> ListenStatus {
    let options = ListenOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        path: None,
        public_url: Some("https://relay.example.com".into()),
        forward: None,
        profile: None,
        shop: None,
        wide: None,
    };
    shop.desk.listen_start(options).await.unwrap()
}

pub(crate) fn address(status: &ListenStatus) -> SocketAddr {
    status.url.trim_start_matches("http://").parse().unwrap()
}

pub(crate) fn path(status: &ListenStatus) -> &str {
    status.notify_url.strip_prefix("https://relay.example.com").unwrap()
}

/// Status and body of one exchange.
pub(crate) async fn exchange(to: SocketAddr, head: &str, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes()).await.unwrap();
    // A server that refuses early may close its end first.
    stream.write_all(body).await.ok();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.ok();
    let reply = String::from_utf8(reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.contains("connection: close"), "{head}");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

pub(crate) async fn post(status: &ListenStatus, body: &[u8]) -> String {
    let head = format!("POST {} HTTP/1.1\r\nHost: relay.example.com\r\nContent-Type: text/xml", path(status));
    let (code, body) = exchange(address(status), &head, body).await;
    assert_eq!(code, 200);
    body
}

pub(crate) fn payment(number: &str, change: &[(&str, &str)]) -> Vec<u8> {
    let good = [
        ("appid", APPID),
        ("attach", "shop-7"),
        ("cash_fee", "101"),
        ("mch_id", MCH_ID),
        ("nonce_str", "n"),
        ("out_trade_no", number),
        ("result_code", "SUCCESS"),
        ("return_code", "SUCCESS"),
        ("time_end", "20240102030512"),
        ("total_fee", "101"),
        ("trade_type", "JSAPI"),
        ("transaction_id", "4200000000202401020000000077"),
    ];
    let kept = good.iter().filter(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
    let mut params = Params::from_pairs(kept.chain(change).copied()).unwrap();
    let sign = sign::sign(&params, &key(), SignType::Md5);
    params.push("sign", &sign).unwrap();
    xml::write(&params, xml::is_amount).unwrap().into_bytes()
}

pub(crate) fn refund_notice(number: &str, out_refund_no: &str, status: &str) -> Vec<u8> {
    let inside = [
        ("out_refund_no", out_refund_no),
        ("out_trade_no", number),
        ("refund_fee", "60"),
        ("refund_id", "50000000002024010200000000001"),
        ("refund_status", status),
        ("total_fee", "101"),
        ("transaction_id", "4200000000202401020000000077"),
    ];
    let document = xml::write(&Params::from_pairs(inside).unwrap(), |_| false).unwrap();
    let sealed = req_info::seal(&document.replace("<xml>", "<root>").replace("</xml>", "</root>"), &key());
    format!(
        "<xml><return_code>SUCCESS</return_code><appid>{APPID}</appid><mch_id>{MCH_ID}</mch_id><nonce_str>n</nonce_str>\
         <req_info>{sealed}</req_info></xml>"
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_path_method_host_or_origin_learns_nothing_and_every_refusal_is_the_same_text() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let status = listening(&shop).await;
    let (to, path, good) = (address(&status), path(&status).to_owned(), payment(&number, &[]));
    assert_eq!(path.len(), 33, "128 random bits");
    for head in [
        format!("POST /other HTTP/1.1\r\nHost: {to}"),
        format!("POST {path}?a=1 HTTP/1.1\r\nHost: {to}"),
        format!("PUT {path} HTTP/1.1\r\nHost: {to}"),
        format!("GET {path} HTTP/1.1\r\nHost: {to}"),
        format!("POST {path} HTTP/1.1\r\nHost: evil.example.com"),
        format!("POST {path} HTTP/1.1\r\nHost: relay.example.com.evil.example.com"),
        format!("POST {path} HTTP/1.1\r\nHost: {to}\r\nOrigin: http://{to}"),
        format!("POST {path} HTTP/1.1\r\nHost: {to}\r\nOrigin: null"),
        format!("POST /wechat/prepay?goods_id=a HTTP/1.1\r\nHost: {to}"),
    ] {
        assert_eq!(exchange(to, &head, &good).await, (404, String::new()), "{head}");
    }
    assert_eq!(shop.state(&number).await, OrderState::NotPay);

    let mut twice = String::from_utf8(good.clone()).unwrap();
    twice = twice.replace("</xml>", "<total_fee>1</total_fee></xml>");
    let forged = String::from_utf8(good.clone()).unwrap().replace("shop-7", "shop-8");
    for refused in [
        vec![b'x'; 70_000],
        b"".to_vec(),
        b"<xml>".to_vec(),
        b"\xff\xfe<xml></xml>".to_vec(),
        twice.into_bytes(),
        forged.into_bytes(),
        payment(&number, &[("mch_id", "1900000002")]),
        payment(&number, &[("total_fee", "100"), ("cash_fee", "100")]),
        payment(&number, &[("attach", "shop-8")]),
        payment(&number, &[("trade_state", "NOTPAY")]),
        payment(&number, &[("sign_type", "HMAC-SHA256")]),
        refund_notice(&number, "R1", "PROCESSING"),
    ] {
        assert_eq!(post(&status, &refused).await, REFUSED, "{}", String::from_utf8_lossy(&refused));
    }
    assert_eq!(shop.state(&number).await, OrderState::NotPay);
    let page = shop.desk.notices("", 0, 100).await.unwrap();
    assert_eq!(page.total, 12);
    assert!(page.rows.iter().all(|row| row.verdict == NoticeVerdict::Refused && row.next_due_at.is_some() || row.out_trade_no.is_none()));
    assert_eq!(shop.wire.bodies(QUERY).len(), 0, "nothing forged makes us ask");
    shop.desk.listen_stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_applied_once_a_duplicate_says_of_what_and_an_unknown_order_is_kept_for_a_person() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let status = listening(&shop).await;
    let mut heard = shop.desk.heard();
    assert_eq!(post(&status, &payment(&number, &[])).await, ACCEPTED);
    assert_eq!(shop.state(&number).await, OrderState::Success);
    let first = heard.recv().await.unwrap().outcome;
    assert_eq!((first.verdict, first.effect, first.attempt), (NoticeVerdict::Accepted, Some(Effect::Applied), 1));
    assert!(first.checks.iter().all(|check| check.ok) && first.took_ms.is_some() && first.next_due_at.is_none());

    let all: Vec<_> = (0..100).map(|_| payment(&number, &[])).collect();
    let answers = futures(all.iter().map(|body| post(&status, body)).collect()).await;
    assert!(answers.iter().all(|answer| answer == ACCEPTED));
    for _ in 0..100 {
        let again = heard.recv().await.unwrap().outcome;
        assert_eq!((again.verdict, again.duplicate_of), (NoticeVerdict::Duplicate, first.id));
    }
    let orphan = payment("20240102030405999", &[("transaction_id", "4200000000202401020000000078")]);
    assert_eq!(post(&status, &orphan).await, ACCEPTED);
    assert_eq!(heard.recv().await.unwrap().outcome.verdict, NoticeVerdict::Orphan);
    let detail = shop.desk.notice_detail(first.id.unwrap()).await.unwrap();
    assert_eq!(detail.body, payment(&number, &[]), "kept byte for byte");
    assert_eq!(shop.desk.order_detail("shop", &number).await.unwrap().observations.len(), 102);
}

async fn futures<T>(all: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut answers = Vec::new();
    for one in all {
        answers.push(one.await);
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_notice_moves_no_money_and_has_one_signed_question_asked() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    shop.pay(&number);
    let wish = RefundWish { out_refund_no: Some("R-1".into()), ..wish(&number, 60) };
    shop.desk.create_refund(wish).await.unwrap();
    let status = listening(&shop).await;
    let mut heard = shop.desk.heard();
    let asked = shop.wire.bodies("/pay/refundquery").len();
    for _ in 0..20 {
        assert_eq!(post(&status, &refund_notice(&number, "R-1", "SUCCESS")).await, ACCEPTED);
    }
    let outcome = heard.recv().await.unwrap().outcome;
    assert_eq!(outcome.verdict, NoticeVerdict::Hint);
    assert!(outcome.decrypted.unwrap().contains(&("refund_status".into(), "SUCCESS".into())));
    let detail = shop.desk.refund_detail("shop", "R-1").await.unwrap();
    assert_eq!(detail.refund.state, RefundState::Submitted, "spliced or genuine, a notice proves nothing");
    assert_eq!(shop.order(&number).await.refunded_fee, Fen::ZERO);
    shop.gateway.end_refund(None, "R-1", RefundStatus::Success).unwrap();
    let known = shop.desk.query_refund("shop", "R-1").await.unwrap();
    assert_eq!((known.state, shop.order(&number).await.refunded_fee.get()), (RefundState::Success, 60));
    assert_eq!(shop.wire.bodies("/pay/refundquery").len(), asked + 1);
}

/// As many connections as the listener has places, each of which sends this and then nothing more.
pub(crate) async fn stalling(status: &ListenStatus, text: &str) -> Vec<TcpStream> {
    let mut stuck = Vec::new();
    for _ in 0..64 {
        let mut stream = TcpStream::connect(address(status)).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stuck.push(stream);
    }
    stuck
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_place_taken_by_the_silent_a_good_notice_is_answered_within_a_second() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let status = listening(&shop).await;
    let _stuck = stalling(&status, "POST /").await;
    let started = Instant::now();
    assert_eq!(post(&status, &payment(&number, &[])).await, ACCEPTED);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_this_machine_is_listened_on_and_a_locked_vault_acknowledges_nothing() {
    let shop = Shop::open().await;
    let wide = ListenOptions {
        listen: "0.0.0.0:0".parse().unwrap(),
        path: None,
        public_url: None,
        forward: None,
        profile: None,
        shop: None,
        wide: None,
    };
    assert_eq!(shop.desk.listen_start(wide.clone()).await.unwrap_err().code(), "environment_refused");
    let here = ListenOptions { listen: "127.0.0.1:0".parse().unwrap(), ..wide };
    for forward in ["http://10.0.0.1/x", "https://example.com", "http://127.0.0.1@example.com/", "file:///etc/passwd"] {
        let options = ListenOptions { forward: Some(forward.into()), ..here.clone() };
        assert!(shop.desk.listen_start(options).await.is_err(), "{forward}");
    }
    for path in ["notify", "/a b", "/wechat/x", "/ü", "/"] {
        let options = ListenOptions { path: Some(path.into()), ..here.clone() };
        assert!(shop.desk.listen_start(options).await.is_err(), "{path}");
    }
    let number = shop.create_one().await;
    shop.desk.vault_lock().await.unwrap();
    let outcome = shop.desk.receive_notice(Some(payment(&number, &[])), None, None).await;
    assert_eq!((outcome.verdict, outcome.answer), (NoticeVerdict::Refused, REFUSED));
    assert_eq!(outcome.checks.last().unwrap().name, "key");
}

#[tokio::test(flavor = "multi_thread")]
async fn which_attempt_of_the_ladder_a_refused_notice_was_and_when_the_next_is_due() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let bad = payment(&number, &[("total_fee", "100"), ("cash_fee", "100")]);
    let first = shop.desk.receive_notice(Some(bad.clone()), None, None).await;
    let gap = |outcome: &desk::NoticeOutcome| outcome.next_due_at.unwrap().0 - outcome.received_at.0;
    assert_eq!((first.attempt, gap(&first)), (1, 15_000));
    let second = shop.desk.receive_notice(Some(bad), None, None).await;
    assert_eq!((second.attempt, gap(&second)), (2, 15_000));
}

fn login(code: &str) -> String {
    format!("/wechat/prepay?goods_id=tea&js_code={code}")
}

pub(crate) async fn get(desk: &Desk, path: &str) -> serde_json::Value {
    let status = desk.listen_status().await.unwrap();
    let to = address(&status);
    let (code, body) = exchange(to, &format!("GET {path} HTTP/1.1\r\nHost: {to}"), b"").await;
    assert_eq!(code, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mini_program_logs_in_orders_pays_and_is_told_only_after_the_notice() {
    let dir = tempfile::tempdir().unwrap();
    let seams =
        desk::Seams { keyring: Box::new(desk::vault::MemoryKeyring::usable()), ..desk::Seams::of_this_machine() };
    let desk = Desk::open(dir.path(), seams).await.unwrap();
    desk.gateway_start().await.unwrap();
    let price = Fen::new(12_800).unwrap();
    let goods = |goods_id: &str, on_sale| desk::store::Goods {
        goods_id: goods_id.into(),
        name: "明前龙井".into(),
        price,
        market_price: None,
        on_sale,
    };
    desk.goods_save(goods("tea", true)).await.unwrap();
    desk.goods_save(goods("old", false)).await.unwrap();
    let options = ListenOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        path: None,
        public_url: None,
        forward: None,
        profile: None,
        shop: Some("builtin".into()),
        wide: None,
    };
    desk.listen_start(options).await.unwrap();

    for (path, errcode) in [
        ("/wechat/prepay".to_owned(), 400),
        ("/wechat/prepay?goods_id=tea".to_owned(), 400),
        ("/wechat/prepay?goods_id=none&openid=o1".to_owned(), 404),
        ("/wechat/prepay?goods_id=old&openid=o1".to_owned(), 400),
        (login("invalid"), 40029),
        (login("used"), 40163),
        (login("blocked"), 40226),
        ("/wechat/orders/20240102030405".to_owned(), 404),
    ] {
        let answer = get(&desk, &path).await;
        assert_eq!(answer["errcode"], errcode, "{path}: {answer}");
    }
    let login_one = login("alice-1");
    let (one, two) = tokio::join!(get(&desk, &login_one), get(&desk, "/wechat/prepay?goods_id=tea&js_code=alice-2"));
    assert_eq!((&one["errcode"], &one["msg"]), (&200.into(), &"SUCCESS".into()), "{one}");
    assert_eq!((&one["data"]["status"], &one["data"]["result"]), (&1.into(), &"success".into()), "{one}");
    let number = one["data"]["out_trade_no"].as_str().unwrap().to_owned();
    assert_eq!(two["data"]["out_trade_no"], number.as_str(), "two calls at once place one order");
    let params = one["data"]["data"].as_object().unwrap();
    let names: Vec<&String> = params.keys().collect();
    for name in ["appId", "timeStamp", "nonceStr", "package", "signType", "paySign"] {
        assert!(params.contains_key(name), "{names:?}");
    }
    assert_eq!(params.len(), 6, "{names:?}");
    let uid = get(&desk, "/wechat/prepay?goods_id=tea&uid=7").await;
    assert_ne!(uid["data"]["out_trade_no"], number.as_str(), "another payer");

    let state = format!("/wechat/orders/{number}");
    assert_eq!(get(&desk, &state).await["data"]["paid"], false);
    let mut heard = desk.heard();
    desk.gateway_pay(None, &number, &desk::simulator::Pay::default()).await.unwrap();
    let outcome = heard.recv().await.unwrap().outcome;
    assert_eq!((outcome.verdict, outcome.out_trade_no.as_deref()), (NoticeVerdict::Accepted, Some(number.as_str())));
    let paid = get(&desk, &state).await;
    assert_eq!((&paid["data"]["paid"], &paid["data"]["total_fee"]), (&true.into(), &12_800.into()));
    let mut steps = desk.shop_sequence("builtin", Some(&number)).await.unwrap();
    let kinds: Vec<&str> = steps.iter().rev().map(|step| step.kind).collect();
    for kind in ["login", "prepay", "params", "notify", "state"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    steps.extend(desk.shop_sequence("builtin", None).await.unwrap());
    let told = format!("{steps:?}");
    assert!(!told.contains("alice-1"), "{told}");
    desk.gateway_stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_judged_by_the_merchant_that_it_names() {
    let shop = Shop::open().await;
    let other = NewProfile { mch_id: "1900000002".into(), ..profile("other") };
    shop.desk.profile_add(other).await.unwrap();
    let number = shop.create_one().await;
    let outcome = shop.desk.receive_notice(Some(payment(&number, &[])), None, None).await;
    assert_eq!((outcome.profile.as_deref(), outcome.verdict), (Some("shop"), NoticeVerdict::Accepted));
    let wrong = shop.desk.receive_notice(Some(payment(&number, &[])), Some("other"), None).await;
    assert_eq!((wrong.verdict, wrong.checks.last().unwrap().name), (NoticeVerdict::Refused, "merchant"));
    let looked = shop.desk.inspect_notice(payment(&number, &[]), None).await.unwrap();
    assert_eq!((looked.verdict, looked.duplicate_of, looked.id), (NoticeVerdict::Duplicate, outcome.id, None));
}
