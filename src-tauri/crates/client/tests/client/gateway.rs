//! A scripted gateway: reads one request per connection and then does what the script says.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wxpay_client::{Client, CloseAnswer, Destination, Exchange, HttpWire, Limits, Merchant};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::order_query::OrderReport;
use wxpay_protocol::unified_order::UnifiedOrderAnswer;
use wxpay_protocol::{Params, Secret, SignType, sign, xml};

pub(crate) const KEY: &[u8] = b"CanaryKey0123456789abcdef6a2dXYZ";
pub(crate) const NUMBER: &str = "T20240102030405_001";

/// What the gateway does with a connection.
#[derive(Clone)]
pub(crate) enum Act {
    /// Closes with a reset before reading anything.
    ResetBeforeReading,
    /// Writes these bytes without reading anything, and closes.
    WriteAtOnce(Vec<u8>),
    /// Reads the request, then resets.
    ResetAfterReading,
    /// Reads the request, writes these bytes and closes.
    Write(Vec<u8>),
    /// Reads the request, writes these bytes and then keeps still.
    WriteAndHang(Vec<u8>),
    /// Reads the request, then writes one byte of the answer every 20 ms for ever.
    Drip,
    /// Reads the request and answers with a body of this many bytes.
    Huge(usize),
}

pub(crate) struct Gateway {
    pub(crate) base: String,
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    pub(crate) written: Arc<AtomicUsize>,
}

impl Gateway {
    pub(crate) async fn start(act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::new(AtomicUsize::new(0));
        let (seen, count) = (requests.clone(), written.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(play(socket, act.clone(), seen.clone(), count.clone()));
            }
        });
        Self { base, requests, written }
    }

    pub(crate) fn destination(&self) -> Destination {
        Destination::new(Environment::Simulator, Some(&self.base), None).unwrap()
    }
}

async fn play(mut socket: TcpStream, act: Act, seen: Arc<Mutex<Vec<String>>>, written: Arc<AtomicUsize>) {
    if matches!(act, Act::ResetBeforeReading) {
        socket.set_zero_linger().unwrap();
        return;
    }
    if let Act::WriteAtOnce(bytes) = act {
        socket.write_all(&bytes).await.ok();
        return;
    }
    let request = read_request(&mut socket).await;
    seen.lock().unwrap().push(request);
    match act {
        Act::ResetBeforeReading | Act::WriteAtOnce(_) => {}
        Act::ResetAfterReading => socket.set_zero_linger().unwrap(),
        Act::Write(bytes) => {
            socket.write_all(&bytes).await.ok();
            socket.shutdown().await.ok();
        }
        Act::WriteAndHang(bytes) => {
            socket.write_all(&bytes).await.ok();
            // Ends when the client gives up and closes.
            socket.read_u8().await.ok();
        }
        Act::Drip => {
            socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").await.ok();
            while socket.write_all(b"<").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Act::Huge(bytes) => {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n");
            socket.write_all(head.as_bytes()).await.ok();
            let piece = vec![b'x'; 64 * 1024];
            while written.load(Ordering::SeqCst) < bytes && socket.write_all(&piece).await.is_ok() {
                written.fetch_add(piece.len(), Ordering::SeqCst);
            }
        }
    }
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
                .and_then(|text| text.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return text,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

/// A whole HTTP answer around a body.
pub(crate) fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer
}

pub(crate) fn key() -> Secret {
    Secret::new(KEY.to_vec())
}

/// A signed message with the common fields in front.
pub(crate) fn signed(fields: &[(&str, &str)]) -> String {
    signed_with(fields, &key(), SignType::Md5)
}

pub(crate) fn signed_with(fields: &[(&str, &str)], key: &Secret, sign_type: SignType) -> String {
    let common = [
        ("return_code", "SUCCESS"),
        ("return_msg", "OK"),
        ("appid", "wx0000000000000001"),
        ("mch_id", "1900000001"),
        ("nonce_str", "50JfBKPiYRbFdKn4"),
    ];
    let mut params = Params::new();
    let kept = common.iter().filter(|(name, _)| !fields.iter().any(|(field, _)| field == name));
    for (name, value) in kept.chain(fields) {
        params.push(name, value).unwrap();
    }
    let sign = sign::sign(&params, key, sign_type);
    params.push("sign", &sign).unwrap();
    xml::write(&params, xml::is_amount).unwrap()
}

pub(crate) const PAID: [(&str, &str); 7] = [
    ("result_code", "SUCCESS"),
    ("trade_state", "SUCCESS"),
    ("out_trade_no", NUMBER),
    ("transaction_id", "4200000000202401020000000001"),
    ("total_fee", "101"),
    ("cash_fee", "101"),
    ("time_end", "20240102030512"),
];

/// The paid answer with some fields replaced; an empty value leaves the field empty.
pub(crate) fn paid_but(changes: &[(&str, &str)]) -> String {
    let mut fields: Vec<(&str, &str)> = PAID
        .iter()
        .map(|(name, value)| {
            let replaced = changes.iter().find(|(field, _)| field == name);
            (*name, replaced.map_or(*value, |(_, new)| *new))
        })
        .collect();
    fields.extend(changes.iter().filter(|(name, _)| !PAID.iter().any(|(field, _)| field == name)));
    signed(&fields)
}

pub(crate) fn limits() -> Limits {
    Limits {
        connect_timeout: Duration::from_millis(400),
        deadline: Duration::from_millis(800),
        idle: Duration::from_secs(5),
        download_pause: Duration::from_millis(800),
    }
}

pub(crate) fn client() -> Client {
    Client::new(Arc::new(HttpWire::new(limits())))
}

pub(crate) fn merchant(key: &Secret) -> Merchant<'_> {
    Merchant { appid: "wx0000000000000001", mch_id: "1900000001", sign_type: SignType::Md5, key }
}

pub(crate) fn query() -> Params {
    Params::from_pairs([
        ("appid", "wx0000000000000001"),
        ("mch_id", "1900000001"),
        ("out_trade_no", NUMBER),
        ("nonce_str", "n"),
    ])
    .unwrap()
}

pub(crate) async fn ask(to: &Destination) -> Exchange<OrderReport> {
    client().query_order(to, merchant(&key()), &query(), &[("total_fee", "101"), ("attach", "shop-7")]).await.unwrap()
}

/// What the query says when the gateway acts so.
pub(crate) async fn asked(act: Act) -> Exchange<OrderReport> {
    ask(&Gateway::start(act).await.destination()).await
}

pub(crate) async fn answered(body: &str) -> Exchange<OrderReport> {
    asked(Act::Write(http("200 OK", "", body.as_bytes()))).await
}

pub(crate) async fn created(body: &str) -> Exchange<UnifiedOrderAnswer> {
    let gateway = Gateway::start(Act::Write(http("200 OK", "", body.as_bytes()))).await;
    let mut request = query();
    request.push("trade_type", "JSAPI").unwrap();
    client().create_order(&gateway.destination(), merchant(&key()), &request).await.unwrap()
}

pub(crate) async fn closed(body: &str) -> Exchange<CloseAnswer> {
    let gateway = Gateway::start(Act::Write(http("200 OK", "", body.as_bytes()))).await;
    client().close_order(&gateway.destination(), merchant(&key()), &query()).await.unwrap()
}
