//! Faults of the wire, seen from the other end of a socket.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::faults::{FaultPlan, Kind, Rule};
use crate::trial::*;
use crate::{Config, Running, TimeScale, start};

async fn with(rule: Rule) -> Running {
    with_state(rule, None).await
}

async fn with_state(rule: Rule, state_dir: Option<&Path>) -> Running {
    let config = Config {
        state_dir: state_dir.map(Path::to_owned),
        time_scale: TimeScale::FROZEN,
        start_at: Some(START),
        ..Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), vec![own_merchant()])
    };
    let running = start(config).await.unwrap();
    running.gateway.set_faults(FaultPlan { seed: 7, rules: vec![rule] }).unwrap();
    running
}

async fn control(running: &Running, method: &str, path: &str, body: &'static str) -> (u16, Value) {
    let answer = reqwest::Client::new()
        .request(method.parse().unwrap(), format!("{}{path}", running.control_url))
        .bearer_auth(&running.control_token)
        .body(body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn connect(running: &Running) -> std::io::Result<TcpStream> {
    TcpStream::connect(running.url.trim_start_matches("http://")).await
}

async fn send(stream: &mut TcpStream, path: &str, body: &str) {
    let request = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
}

/// Everything that comes until the connection ends, and how it ends.
async fn rest(stream: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut came = Vec::new();
    let mut piece = [0; 1024];
    loop {
        match stream.read(&mut piece).await {
            Ok(0) => return (came, None),
            Ok(length) => came.extend_from_slice(&piece[..length]),
            Err(fault) => return (came, Some(fault.kind())),
        }
    }
}

async fn created(rule: Rule) -> (Running, Vec<u8>, Option<ErrorKind>) {
    let running = with(rule).await;
    let mut stream = connect(&running).await.unwrap();
    send(&mut stream, UNIFIED, &order("T2024010101").signed()).await;
    let (came, end) = rest(&mut stream).await;
    (running, came, end)
}

/// Head and body of what came.
fn parts(came: &[u8]) -> (String, &[u8]) {
    let end = came.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    (String::from_utf8_lossy(&came[..end]).to_lowercase(), &came[end + 4..])
}

#[tokio::test]
async fn a_dropped_answer_is_a_reset_after_the_order_was_made() {
    let (running, came, end) = created(Rule::always(Kind::AnswerDropped)).await;
    assert_eq!((came.len(), end), (0, Some(ErrorKind::ConnectionReset)));
    assert_eq!(running.gateway.status().orders, 1);
    let (running, came, end) = created(Rule::always(Kind::ResetBefore)).await;
    assert_eq!((came.len(), end), (0, Some(ErrorKind::ConnectionReset)));
    assert_eq!(running.gateway.status().orders, 0);
}

#[tokio::test]
async fn a_connection_is_reset_before_its_request_is_read() {
    let running = with(Rule { limit: Some(1), ..Rule::always(Kind::ResetOnAccept) }).await;
    let mut stream = connect(&running).await.unwrap();
    let (came, end) = rest(&mut stream).await;
    assert_eq!((came.len(), end), (0, Some(ErrorKind::ConnectionReset)));
    let mut stream = connect(&running).await.unwrap();
    send(&mut stream, UNIFIED, &order("T2024010101").signed()).await;
    assert!(stream.read_u8().await.is_ok());
}

#[tokio::test]
async fn an_answer_breaks_off_in_its_body() {
    let (_running, came, end) = created(Rule::always(Kind::ResetMidBody)).await;
    assert_eq!(end, Some(ErrorKind::ConnectionReset));
    let (head, body) = parts(&came);
    assert_eq!(body.len(), 40);
    assert!(!head.contains("content-length: 40\r\n"), "{head}");
}

#[tokio::test]
async fn the_declared_length_is_shorter_or_longer_than_the_body() {
    let (_running, came, _) = created(Rule::always(Kind::ShortContentLength)).await;
    let (head, body) = parts(&came);
    assert!(head.ends_with("content-length: 40") && body.len() > 40, "{head}");

    let (_running, came, end) =
        created(Rule { seconds: Some(0), bytes: Some(7), ..Rule::always(Kind::LongContentLength) }).await;
    let (head, body) = parts(&came);
    assert!(head.ends_with(&format!("content-length: {}", body.len() + 7)), "{head}");
    assert!(body.ends_with(b"</xml>") && end.is_none());
}

#[tokio::test]
async fn a_silent_gateway_holds_the_connection_for_its_time_and_sends_nothing() {
    let started = Instant::now();
    let (_running, came, _) = created(Rule { seconds: Some(1), ..Rule::always(Kind::BlackHole) }).await;
    assert_eq!(came.len(), 0);
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn an_answer_trickles_byte_by_byte() {
    let running = with(Rule { ms: Some(1), ..Rule::always(Kind::SlowAnswer) }).await;
    let mut stream = connect(&running).await.unwrap();
    send(&mut stream, UNIFIED, &order("T2024010101").signed()).await;
    let mut reads = 0;
    let mut piece = [0; 1024];
    while reads < 50 {
        let length = stream.read(&mut piece).await.unwrap();
        assert!(length > 0);
        reads += 1;
    }
}

#[tokio::test]
async fn a_huge_answer_is_streamed_and_ends_when_the_client_leaves() {
    let (_running, came, end) = created(Rule { bytes: Some(3_000_000), ..Rule::always(Kind::HugeAnswer) }).await;
    let (head, body) = parts(&came);
    assert!(head.contains("content-length: 3000000") && body.len() == 3_000_000 && end.is_none(), "{head}");

    let running = with(Rule::always(Kind::HugeAnswer)).await;
    let mut stream = connect(&running).await.unwrap();
    send(&mut stream, UNIFIED, &order("T2024010101").signed()).await;
    stream.read_u8().await.unwrap();
    drop(stream);
    running.stop().await;
}

#[tokio::test]
async fn a_connection_closes_after_an_answer_that_did_not_say_so() {
    let (_running, came, end) = created(Rule::always(Kind::KeepAliveClosed)).await;
    let (head, body) = parts(&came);
    assert!(!head.contains("connection: close") && body.ends_with(b"</xml>") && end.is_none(), "{head}");
}

#[tokio::test]
async fn after_an_answer_nobody_listens_for_a_while_and_standing_connections_are_reset() {
    let running = with(Rule {
        seconds: Some(1),
        out_trade_no: Some("T2024010101".to_owned()),
        limit: Some(1),
        ..Rule::always(Kind::RefuseConnections)
    })
    .await;
    let mut standing = connect(&running).await.unwrap();
    send(&mut standing, UNIFIED, &order("T2024010102").signed()).await;
    assert_eq!(standing.read_u8().await.unwrap(), b'H');

    let mut stream = connect(&running).await.unwrap();
    send(&mut stream, UNIFIED, &order("T2024010101").signed()).await;
    let (came, _) = rest(&mut stream).await;
    assert!(parts(&came).1.ends_with(b"</xml>"));

    let refused = connect(&running).await.map(|_| ()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    send(&mut standing, QUERY, &query("T2024010101").signed()).await;
    assert_eq!(rest(&mut standing).await.1, Some(ErrorKind::ConnectionReset));

    let latest = Instant::now() + Duration::from_secs(10);
    while connect(&running).await.is_err() {
        assert!(Instant::now() < latest, "the gateway does not listen again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_answer_waits_for_the_gateways_clock() {
    let running = with(Rule::always(Kind::LateAnswer)).await;
    let mut stream = connect(&running).await.unwrap();
    send(&mut stream, UNIFIED, &order("T2024010101").signed()).await;
    let early = tokio::time::timeout(Duration::from_millis(200), stream.read_u8()).await;
    assert!(early.is_err());
    running.gateway.advance_s(5).unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'H');
}

#[tokio::test]
async fn the_control_interface_shows_and_changes_the_plan_and_names_what_is_wrong_in_one() {
    let running = with(Rule::always(Kind::NoSign)).await;
    let ask = async |method, path, body| control(&running, method, path, body).await;
    let (status, shown) = ask("GET", "/faults", "").await;
    assert_eq!((status, &shown["plan"]["rules"][0]["fault"]), (200, &"no_sign".into()));
    assert!(shown["catalogue"].as_array().unwrap().iter().any(|named| named["id"] == "K-G37"));

    let (status, refused) = ask("PUT", "/faults", "{\"rules\": [{\"fault\": \"no_such_thing\"}]}").await;
    assert_eq!((status, &refused["error"]["code"]), (400, &"invalid".into()), "{refused}");
    assert_eq!(running.gateway.faults().plan.rules[0].fault, Kind::NoSign);

    let (status, put) = ask("PUT", "/faults", "{\"seed\": 3, \"rules\": [{\"fault\": \"bom\", \"limit\": 1}]}").await;
    assert_eq!((status, &put["plan"]["seed"]), (200, &3.into()));
    let mut stream = connect(&running).await.unwrap();
    send(&mut stream, QUERY, &query("T2024010101").signed()).await;
    stream.read_u8().await.unwrap();
    let (_, shown) = ask("GET", "/faults", "").await;
    assert_eq!((&shown["counts"][0]["seen"], &shown["counts"][0]["fired"]), (&1.into(), &1.into()));
    let (_, reset) = ask("POST", "/faults/reset", "").await;
    assert_eq!((&reset["counts"][0]["seen"], &reset["counts"][0]["fired"]), (&0.into(), &0.into()));
}

#[tokio::test]
async fn the_ledger_tells_what_was_given_altered_and_dropped_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let dropped = Rule { positions: serde_json::from_str("[2]").ok(), ..Rule::always(Kind::AnswerDropped) };
    let running = with_state(dropped, Some(dir.path())).await;
    let ask = |path, body: String| ask(&running.gateway, path, &body);
    ask(UNIFIED, order("T2024010101").signed());
    ask(UNIFIED, order("T2024010102").signed());
    for _ in 0..3 {
        ask(QUERY, query("T2024010102").signed());
    }
    running.gateway.set_faults(FaultPlan { seed: 0, rules: vec![Rule::always(Kind::NoSign)] }).unwrap();
    ask(QUERY, query("T2024010102").signed());
    ask(QUERY, query("T2024019999").signed());
    running.gateway.pay(None, "T2024010101", &crate::Pay::default()).unwrap();
    let (_, before) = control(&running, "GET", "/ledger", "").await;
    running.stop().await;

    let running = with_state(Rule::always(Kind::NoSign), Some(dir.path())).await;
    let (status, ledger) = control(&running, "GET", "/ledger", "").await;
    assert_eq!(status, 200);
    let orders = ledger["orders"].as_array().unwrap();
    assert_eq!(
        orders.iter().map(|order| order["out_trade_no"].clone()).collect::<Vec<_>>(),
        ["T2024010101", "T2024010102"]
    );
    let given = |endpoint, count| json!({"endpoint": endpoint, "given": count, "altered": {}, "dropped": {}});
    assert_eq!(orders[0]["answers"], json!([given("unifiedorder", 1)]));
    assert_eq!(
        orders[1]["answers"],
        json!([
            given("unifiedorder", 1),
            {"endpoint": "orderquery", "given": 2, "altered": {"no_sign": 1}, "dropped": {"answer_dropped": 1}},
        ])
    );
    assert_eq!(ledger["answers"][0]["altered"]["no_sign"], 2);
    assert_eq!((&ledger["sums"]["orders"], &ledger["sums"]["paid_total_fee"]), (&2.into(), &101.into()));
    assert_eq!(ledger["notices"].as_array().unwrap().len(), 1);
    for part in ["orders", "sums", "answers"] {
        assert_eq!(ledger[part], before[part], "{part}");
    }
}

#[tokio::test]
async fn a_ledger_of_many_pages_is_one_document() {
    let running = with(Rule { limit: Some(0), ..Rule::always(Kind::NoSign) }).await;
    for number in 0..1201 {
        ask(&running.gateway, UNIFIED, &order(&format!("T20240101{number:05}")).signed());
    }
    let (_, ledger) = control(&running, "GET", "/ledger", "").await;
    let orders = ledger["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 1201);
    assert_eq!(orders[1200]["out_trade_no"], "T2024010101200");
    assert_eq!(ledger["answers"][0]["given"], 1201);
}

/// A shop that hands over every notice that it gets and acknowledges it.
async fn shop() -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let (keep, kept) = tokio::sync::mpsc::unbounded_channel();
    let receive = move |body: String| async move {
        keep.send(body).unwrap();
        "<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>"
    };
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(receive)).await });
    (url, kept)
}

#[tokio::test]
async fn a_notice_is_sent_three_times_at_once_and_counts_as_one_attempt() {
    let running = with(Rule { times: Some(3), ..Rule::always(Kind::NoticeDuplicated) }).await;
    let (url, mut kept) = shop().await;
    ask(&running.gateway, UNIFIED, &order("T2024010101").with("notify_url", &url).signed());
    let mut events = running.gateway.events();
    running.gateway.pay(None, "T2024010101", &crate::Pay::default()).unwrap();
    let first = kept.recv().await.unwrap();
    assert_eq!((kept.recv().await, kept.recv().await), (Some(first.clone()), Some(first)));
    while !matches!(events.recv().await.unwrap(), crate::Event::NoticeChanged { .. }) {}
    assert_eq!(running.gateway.notices(1)[0].attempts.len(), 1);
    assert!(kept.try_recv().is_err());
}

#[tokio::test]
async fn a_notice_with_a_wrong_sign_is_otherwise_the_same() {
    let running = with(Rule::always(Kind::NoticeWrongSign)).await;
    let (url, mut kept) = shop().await;
    ask(&running.gateway, UNIFIED, &order("T2024010101").with("notify_url", &url).signed());
    running.gateway.pay(None, "T2024010101", &crate::Pay::default()).unwrap();
    let params = wxpay_protocol::xml::read(kept.recv().await.unwrap().as_bytes(), "xml").unwrap();
    let key = wxpay_protocol::Secret::new(KEY.as_bytes().to_vec());
    let verdict = wxpay_protocol::sign::verify(&params, &key, wxpay_protocol::SignType::Md5);
    assert_eq!(verdict, Err(wxpay_protocol::sign::SignFault::Mismatch));
    assert_eq!(params.get("out_trade_no"), Some("T2024010101"));
}

#[tokio::test]
async fn a_notice_arrives_before_the_answer_to_its_order() {
    let running = with(Rule::always(Kind::NoticeBeforeAnswer)).await;
    let (url, mut kept) = shop().await;
    let mut stream = connect(&running).await.unwrap();
    send(&mut stream, UNIFIED, &order("T2024010101").with("notify_url", &url).signed()).await;
    assert_eq!(stream.read_u8().await.unwrap(), b'H');
    assert!(kept.try_recv().unwrap().contains("T2024010101"));
}
