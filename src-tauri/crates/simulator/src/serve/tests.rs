use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use wxpay_protocol::{Secret, SignType, sign, xml};

use super::confirmed;
use crate::notices::notifier;
use crate::trial::*;
use crate::{Config, Event, Gateway, NoticeStatus, Pay, Running, StartError, TimeScale, start};

const ACCEPTED: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>";
const REFUSED: &str = "<xml><return_code><![CDATA[FAIL]]></return_code></xml>";

fn config(dir: Option<&Path>) -> Config {
    Config {
        state_dir: dir.map(Path::to_owned),
        time_scale: TimeScale::FROZEN,
        start_at: Some(START),
        ..Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), vec![own_merchant()])
    }
}

async fn started() -> Running {
    start(config(None)).await.unwrap()
}

/// A shop that keeps the notices it gets and answers the n-th with `answers[n]`, then with the last one.
async fn shop(answers: &'static [(u16, &'static str)]) -> (String, mpsc::UnboundedReceiver<(HeaderMap, String)>) {
    let (keep, kept) = mpsc::unbounded_channel();
    let count = Arc::new(AtomicUsize::new(0));
    let receive = move |headers: HeaderMap, body: String| async move {
        keep.send((headers, body)).unwrap();
        let (status, body) = answers[count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)];
        let location = [(header::LOCATION, "http://127.0.0.1:1/elsewhere")];
        (StatusCode::from_u16(status).unwrap(), location, body).into_response()
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(receive)).await });
    (url, kept)
}

fn paid(gateway: &Gateway, out_trade_no: &str, notify_url: &str) {
    let answer = ask(gateway, UNIFIED, &order(out_trade_no).with("notify_url", notify_url).signed());
    assert_eq!(answer.outcome, "SUCCESS");
    gateway.pay(None, out_trade_no, &Pay::default()).unwrap();
}

async fn attempted(events: &mut tokio::sync::broadcast::Receiver<Event>) {
    while !matches!(events.recv().await.unwrap(), Event::NoticeChanged { .. }) {}
}

async fn control(running: &Running, method: &str, path: &str, body: &str) -> (u16, Value) {
    let answer = reqwest::Client::new()
        .request(method.parse().unwrap(), format!("{}{path}", running.control_url))
        .bearer_auth(&running.control_token)
        .body(body.to_owned())
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn an_address_that_other_machines_reach_is_refused_unless_it_is_asked_for() {
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let refused = start(Config { listen: everywhere, ..config(None) }).await;
    assert!(matches!(refused, Err(StartError::NotLoopback(_))));
    let running = start(Config { listen: everywhere, allow_remote: true, ..config(None) }).await.unwrap();
    assert!(running.url.starts_with("http://127.0.0.1:"), "{}", running.url);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let running = started().await;
    let taken: SocketAddr = running.url.trim_start_matches("http://").parse().unwrap();
    let refused = start(Config { listen: taken, ..config(None) }).await;
    assert!(matches!(refused, Err(StartError::Listen { address, .. }) if address == taken));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_serves_many_requests_with_the_headers_of_production() {
    let running = started().await;
    let address = running.url.trim_start_matches("http://").to_owned();
    let exchange = move || {
        let mut stream = TcpStream::connect(&address).unwrap();
        let body = query("T20240102").signed();
        for _ in 0..3 {
            write!(stream, "POST {QUERY} HTTP/1.1\r\nHost: api.mch.weixin.qq.com\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
            let mut answer = Vec::new();
            while !answer.ends_with(b"</xml>") {
                let mut piece = [0; 1024];
                let length = stream.read(&mut piece).unwrap();
                assert!(length > 0, "the connection was closed");
                answer.extend_from_slice(&piece[..length]);
            }
            let answer = String::from_utf8(answer).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
            assert!(head.contains("content-type: text/plain\r\n") && head.contains("server: nginx\r\n"), "{head}");
            assert!(body.starts_with("<xml><return_code>"), "{body}");
        }
    };
    tokio::task::spawn_blocking(exchange).await.unwrap();
    assert_eq!(running.gateway.status().requests, 3);
}

#[tokio::test]
async fn a_body_over_64_kib_is_refused_and_one_of_64_kib_is_read() {
    let running = started().await;
    let post = async |body: String| {
        let url = format!("{}{UNIFIED}", running.url);
        reqwest::Client::new().post(url).body(body).send().await.unwrap().text().await.unwrap()
    };
    for length in [xml::MAX_BYTES + 1, 900_000] {
        assert!(post("x".repeat(length)).await.contains("XML格式错误"));
    }
    assert!(running.gateway.traffic(1)[0].summary().contains("64 KiB"));
    let signed = order("T20240102").signed();
    let padded = signed.replace("</xml>", &format!("{}</xml>", " ".repeat(xml::MAX_BYTES - signed.len())));
    assert_eq!(padded.len(), xml::MAX_BYTES);
    assert!(post(padded).await.contains("prepay_id"));
}

#[tokio::test]
async fn the_traffic_keeps_the_last_500_exchanges_with_their_exact_bytes() {
    let running = started().await;
    let body = query("T20240102").signed();
    let client = reqwest::Client::new();
    for _ in 0..crate::KEPT_EXCHANGES + 5 {
        let answer = client.post(format!("{}{QUERY}", running.url)).body(body.clone()).send().await.unwrap();
        assert!(answer.text().await.unwrap().contains("ORDERNOTEXIST"));
    }
    let traffic = running.gateway.traffic(usize::MAX);
    assert_eq!((traffic.len(), traffic[0].id), (crate::KEPT_EXCHANGES, 505));
    assert_eq!((&traffic[0].request[..], traffic[0].outcome), (body.as_bytes(), "ORDERNOTEXIST"));
    let (_, listed) = control(&running, "GET", "/traffic?limit=1", "").await;
    assert_eq!(listed["traffic"][0]["request"], body);
    assert_eq!(running.gateway.answer_counts(), [("orderquery", "ORDERNOTEXIST", 505)]);
}

#[tokio::test]
async fn a_notice_arrives_as_production_sends_it_and_is_acknowledged() {
    let running = started().await;
    let (url, mut kept) = shop(&[(200, ACCEPTED)]).await;
    let mut events = running.gateway.events();
    paid(&running.gateway, "T20240102", &url);
    let (headers, body) = kept.recv().await.unwrap();
    for (name, value) in
        [("content-type", "text/xml"), ("user-agent", "Mozilla/4.0"), ("pragma", "no-cache"), ("accept", "*/*")]
    {
        assert_eq!(headers[name], value);
    }
    let params = xml::read(body.as_bytes(), "xml").unwrap();
    assert_eq!(sign::verify(&params, &Secret::new(KEY.into()), SignType::Md5), Ok(()));
    attempted(&mut events).await;
    let notice = &running.gateway.notices(1)[0];
    assert_eq!((notice.status, notice.attempts.len()), (NoticeStatus::Acknowledged, 1));
    assert_eq!(running.gateway.traffic(1)[0].outcome, "ACKNOWLEDGED");
}

#[tokio::test]
async fn the_ladder_goes_on_where_it_was_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (url, mut kept) = shop(&[(200, REFUSED), (500, ACCEPTED), (302, ACCEPTED), (200, ACCEPTED)]).await;
    let running = start(config(Some(dir.path()))).await.unwrap();
    let mut events = running.gateway.events();
    paid(&running.gateway, "T20240102", &url);
    let (_, first) = kept.recv().await.unwrap();
    attempted(&mut events).await;
    running.gateway.advance_s(15).unwrap();
    kept.recv().await.unwrap();
    attempted(&mut events).await;
    assert_eq!(running.gateway.notices(1)[0].status, NoticeStatus::Pending { next_due: START.plus_ms(30_000) });
    running.stop().await;

    let running = start(config(Some(dir.path()))).await.unwrap();
    assert_eq!(running.gateway.notices(1)[0].attempts.len(), 2);
    let mut events = running.gateway.events();
    for gap in [15, 30] {
        assert!(kept.try_recv().is_err(), "sent before it was due");
        running.gateway.advance_s(gap).unwrap();
        assert_eq!(kept.recv().await.unwrap().1, first, "every attempt carries the same bytes");
        attempted(&mut events).await;
    }
    let notice = &running.gateway.notices(1)[0];
    let statuses: Vec<_> = notice.attempts.iter().map(|attempt| attempt.http_status.unwrap()).collect();
    assert_eq!((notice.status, statuses), (NoticeStatus::Acknowledged, vec![200, 500, 302, 200]));
}

#[tokio::test]
async fn a_notice_that_is_never_acknowledged_is_given_up_after_sixteen_attempts() {
    let running = started().await;
    let mut events = running.gateway.events();
    paid(&running.gateway, "T20240102", "http://127.0.0.1:1/nobody");
    attempted(&mut events).await;
    for gap in wxpay_protocol::notice::RETRY_GAPS_S {
        assert!(matches!(running.gateway.notices(1)[0].status, NoticeStatus::Pending { .. }));
        running.gateway.advance_s(u32::try_from(gap).unwrap()).unwrap();
        attempted(&mut events).await;
    }
    let notice = &running.gateway.notices(1)[0];
    assert_eq!((notice.status, notice.attempts.len()), (NoticeStatus::GivenUp, 16));
    assert!(notice.attempts[0].http_status.is_none() && notice.attempts[0].answer.contains("无法连接"));
}

#[tokio::test]
async fn a_shop_that_does_not_answer_in_time_is_tried_again() {
    let gateway = gateway();
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut events = gateway.events();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        // Another test of this process was first.
    }
    let client = notifier::client(Duration::from_millis(50)).unwrap();
    let sender = tokio::spawn(notifier::run(Arc::clone(&gateway), client));
    paid(&gateway, "T20240102", &format!("http://{}/", silent.local_addr().unwrap()));
    attempted(&mut events).await;
    assert_eq!(gateway.notices(1)[0].status, NoticeStatus::Pending { next_due: START.plus_ms(15_000) });
    assert!(gateway.notices(1)[0].attempts[0].answer.contains("时限"));
    sender.abort();
}

#[tokio::test]
async fn a_notice_waits_until_the_merchant_is_there_whose_key_signs_it() {
    let running = started().await;
    let (url, mut kept) = shop(&[(200, ACCEPTED)]).await;
    let answer = ask(&running.gateway, UNIFIED, &order("T20240102").with("notify_url", &url).signed());
    assert_eq!(answer.outcome, "SUCCESS");
    running.gateway.remove_merchant(APPID, MCH_ID);
    running.gateway.pay(None, "T20240102", &Pay::default()).unwrap();
    tokio::task::yield_now().await;
    assert!(kept.try_recv().is_err());
    running.gateway.add_merchant(own_merchant()).unwrap();
    assert!(kept.recv().await.unwrap().1.contains("T20240102"));
}

#[tokio::test]
async fn control_without_the_token_from_a_page_or_under_a_foreign_name_is_forbidden() {
    let running = started().await;
    let client = reqwest::Client::new();
    let url = format!("{}/orders", running.control_url);
    let token = format!("Bearer {}", running.control_token);
    for (token, name, value) in [
        ("", "x-none", ""),
        ("Bearer wrong", "x-none", ""),
        (running.control_token.as_str(), "x-none", ""),
        (token.as_str(), "origin", "https://evil.example"),
        (token.as_str(), "origin", "null"),
        (token.as_str(), "host", "evil.example"),
    ] {
        let answer = client.get(&url).header("authorization", token).header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{token} {name}: {value}");
        let refused: Value = answer.json().await.unwrap();
        assert_eq!(refused["error"]["code"], "forbidden");
    }
    assert_eq!(client.get(&url).header("authorization", token).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn control_pays_once_and_says_what_is_impossible_or_unknown() {
    let running = started().await;
    ask(&running.gateway, UNIFIED, &order("T20240102").signed());
    let (status, cancelled) = control(&running, "POST", "/orders/T20240102/cancel", "").await;
    assert_eq!((status, &cancelled["trade_state"]), (200, &json!("NOTPAY")));
    for body in
        ["{\"coupon_fee\":\"1\"}", "{\"amount\":1}", "not json", "{\"at\":\"yesterday\"}", "{\"coupon_fee\":102}"]
    {
        let (status, refused) = control(&running, "POST", "/orders/T20240102/pay", body).await;
        assert_eq!((status, &refused["error"]["code"]), (400, &json!("invalid")), "{body}");
    }
    let (status, paid) = control(&running, "POST", "/orders/T20240102/pay", "{\"coupon_fee\":1}").await;
    assert_eq!(status, 200);
    for (name, value) in [
        ("trade_state", json!("SUCCESS")),
        ("total_fee", json!(101)),
        ("cash_fee", json!(100)),
        ("paid_at", json!("2024-01-02T03:04:05+08:00")),
    ] {
        assert_eq!(paid[name], value, "{name}");
    }
    for path in ["/orders/T20240102/pay", "/orders/T20240102/cancel"] {
        let (status, refused) = control(&running, "POST", path, "").await;
        assert_eq!((status, &refused["error"]["code"]), (409, &json!("impossible")));
    }
    for (method, path) in [("POST", "/orders/nothing/pay"), ("GET", "/orders/nothing"), ("GET", "/nothing")] {
        assert_eq!(control(&running, method, path, "").await.0, 404, "{path}");
    }
    assert_eq!(control(&running, "DELETE", "/orders", "").await.0, 405);
    let (_, order) = control(&running, "GET", "/orders/T20240102", "").await;
    assert_eq!(order["transaction_id"], paid["transaction_id"]);
    let (_, orders) = control(&running, "GET", "/orders?search=T2024&limit=5", "").await;
    assert_eq!(orders["orders"][0], order);
}

#[tokio::test]
async fn control_shows_the_ledger_the_notices_and_moves_the_clock() {
    let running = started().await;
    paid(&running.gateway, "T20240102", "https://shop.example.com/notify");
    let (_, ledger) = control(&running, "GET", "/ledger", "").await;
    assert_eq!(ledger["sums"]["paid_total_fee"], 101);
    assert_eq!(ledger["notices"][0]["status"], "undeliverable");
    let (_, notices) = control(&running, "GET", "/notices", "").await;
    assert_eq!(notices["notices"][0]["notify_url"], "https://shop.example.com/notify");
    let (status, clock) = control(&running, "POST", "/clock", "{\"advance_s\":86400}").await;
    assert_eq!((status, &clock["now"]), (200, &json!("2024-01-03T03:04:05+08:00")));
    for body in ["{\"advance_s\":-1}", "{\"advance_s\":1.5}", "{}", ""] {
        assert_eq!(control(&running, "POST", "/clock", body).await.0, 400, "{body}");
    }
}

#[tokio::test]
async fn requests_at_once_over_the_network_make_each_order_once() {
    let running = Arc::new(started().await);
    let client = reqwest::Client::new();
    let mut tasks = tokio::task::JoinSet::new();
    for index in 0..200 {
        let (client, url) = (client.clone(), format!("{}{UNIFIED}", running.url));
        let body = order(&format!("T20240102{}", index % 20)).signed();
        tasks.spawn(async move { client.post(url).body(body).send().await.unwrap().text().await.unwrap() });
    }
    while let Some(answer) = tasks.join_next().await {
        assert!(answer.unwrap().contains("prepay_id"));
    }
    assert_eq!(running.gateway.status().orders, 20);
}

#[tokio::test]
async fn control_gives_an_exchange_by_its_id_and_as_curl() {
    let running = started().await;
    let body = query("T'20240102").signed();
    let client = reqwest::Client::new();
    client.post(format!("{}{QUERY}", running.url)).body(body.clone()).send().await.unwrap();
    client.post(format!("{}{QUERY}", running.url)).body(vec![b'@', 0xFF, b'\'']).send().await.unwrap();
    let (_, exchange) = control(&running, "GET", "/traffic/1", "").await;
    assert_eq!(exchange["request"], body);
    let (_, text) = control(&running, "GET", "/traffic/1/curl", "").await;
    let expected =
        format!("curl -sS -X 'POST' '{}{QUERY}' --data-binary '{}'", running.url, body.replace('\'', "'\\''"));
    assert_eq!(text["curl"], expected);
    let (_, bytes) = control(&running, "GET", "/traffic/2/curl", "").await;
    let expected = format!("printf '\\100\\377\\047' | curl -sS -X 'POST' '{}{QUERY}' --data-binary @-", running.url);
    assert_eq!(bytes["curl"], expected);
    for id in ["0", "3"] {
        assert_eq!(control(&running, "GET", &format!("/traffic/{id}"), "").await.0, 404);
    }
}

#[tokio::test]
async fn control_takes_a_merchant_and_its_key_and_never_gives_a_key_back() {
    let running = started().await;
    for body in [
        "{\"appid\":\"wx2\",\"mch_id\":\"19\"}",
        "{\"appid\":\"wx2\",\"mch_id\":\"19\",\"key\":\"\"}",
        "{\"appid\":\"wx2\",\"mch_id\":\"\",\"key\":\"k\"}",
    ] {
        assert_eq!(control(&running, "POST", "/merchants", body).await.0, 400, "{body}");
    }
    let body = "{\"appid\":\"wx0000000000000002\",\"mch_id\":\"1900000002\",\"key\":\"another key\"}";
    let (status, listed) = control(&running, "POST", "/merchants", body).await;
    assert_eq!((status, listed["merchants"].as_array().unwrap().len()), (200, 2));
    assert!(!listed.to_string().contains("another key"));
    let path = "/merchants/1900000002?appid=wx0000000000000002";
    assert_eq!(control(&running, "DELETE", path, "").await.0, 200);
    assert_eq!(control(&running, "DELETE", path, "").await.0, 404);
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let open = start(Config { listen: everywhere, allow_remote: true, ..config(None) }).await.unwrap();
    assert_eq!(control(&open, "POST", "/merchants", body).await.0, 403, "a key would go over the network");
}

#[tokio::test]
async fn control_moves_the_clock_to_what_is_due_and_changes_its_speed() {
    let running = started().await;
    let mut events = running.gateway.events();
    assert_eq!(control(&running, "POST", "/clock", "{\"to_next\":true}").await.0, 409, "nothing is due");
    paid(&running.gateway, "T20240102", "http://127.0.0.1:1/nobody");
    attempted(&mut events).await;
    let (status, clock) = control(&running, "POST", "/clock", "{\"to_next\":true}").await;
    assert_eq!((status, &clock["now"]), (200, &json!("2024-01-02T03:04:20+08:00")));
    attempted(&mut events).await;
    let (_, clock) = control(&running, "POST", "/clock", "{\"time_scale\":\"60\"}").await;
    assert_eq!(clock["time_scale_per_mille"], 60_000);
    let (_, clock) = control(&running, "POST", "/clock", "{\"freeze\":true}").await;
    assert_eq!(clock["time_scale_per_mille"], 0);
    for body in ["{\"advance_s\":1,\"freeze\":true}", "{\"time_scale\":\"0\"}", "{\"to_next\":false}"] {
        assert_eq!(control(&running, "POST", "/clock", body).await.0, 400, "{body}");
    }
}

#[tokio::test]
async fn a_code_is_scanned_and_a_notice_is_sent_again_by_control() {
    let running = started().await;
    let (url, mut kept) = shop(&[(200, ACCEPTED), (500, REFUSED)]).await;
    let mut events = running.gateway.events();
    let request = order("T20240102").with("trade_type", "NATIVE").with("product_id", "P").with("notify_url", &url);
    let made = ask(&running.gateway, UNIFIED, &request.signed());
    let code = json!({"code": field(&made, "code_url"), "pay": {"coupon_fee": 1}}).to_string();
    let (status, paid) = control(&running, "POST", "/scan", &code).await;
    assert_eq!((status, &paid["cash_fee"]), (200, &json!(100)));
    assert_eq!(control(&running, "POST", "/scan", &code).await.0, 409);
    assert_eq!(control(&running, "POST", "/scan", "{\"code\":\"weixin://x\"}").await.0, 404);
    let first = kept.recv().await.unwrap().1;
    attempted(&mut events).await;
    assert_eq!(control(&running, "POST", "/notices/1/resend", "").await.0, 200);
    assert_eq!(kept.recv().await.unwrap().1, first);
    attempted(&mut events).await;
    let notice = &running.gateway.notices(1)[0];
    assert_eq!((notice.status, notice.attempts.len()), (NoticeStatus::Acknowledged, 2));
    assert_eq!(control(&running, "POST", "/notices/2/resend", "").await.0, 404);
}

#[tokio::test]
async fn a_change_that_is_not_on_the_disk_leaves_as_a_system_error() {
    let mut writes = 0;
    let gateway = over(move |_: &[u8]| {
        writes += 1;
        if writes == 1 { Ok(()) } else { Err(std::io::Error::from(std::io::ErrorKind::StorageFull)) }
    });
    let kept = ask(&gateway, UNIFIED, &order("T20240102A").signed());
    assert_eq!(confirmed(&gateway, UNIFIED, kept).await.outcome, "SUCCESS");
    let lost = ask(&gateway, UNIFIED, &order("T20240102B").signed());
    assert_eq!(lost.outcome, "SUCCESS");
    let left = confirmed(&gateway, UNIFIED, lost).await;
    assert_eq!((left.outcome, return_msg(&left).as_str()), ("FAIL", "system error"));
}
