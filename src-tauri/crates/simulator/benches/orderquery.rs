//! orderquery over keep-alive loopback: requests a second, p50 and p99, with the load generator on the same cores.
//!
//! `cargo bench -p wxpay-simulator` measures; run by `cargo test`, it only makes sure that it still works.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wxpay_protocol::ids::{Appid, IdError, MchId};
use wxpay_protocol::params::ParamError;
use wxpay_protocol::xml::WriteError;
use wxpay_protocol::{Params, Secret, SignType, sign, xml};
use wxpay_simulator::{Config, CustomerError, Merchant, Pay, Request, StartError, start};

const APPID: &str = "wx0000000000000001";
const MCH_ID: &str = "1900000001";
const KEY: &[u8] = b"0123456789abcdef0123456789ABCDEF";
const ORDERS: usize = 10_000;
const CONNECTIONS: usize = 16;
const GOAL_PER_S: f64 = 10_000.0;

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Customer(#[from] CustomerError),
    #[error(transparent)]
    Id(#[from] IdError),
    #[error(transparent)]
    Param(#[from] ParamError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Task(#[from] tokio::task::JoinError),
    #[error(transparent)]
    Address(#[from] std::net::AddrParseError),
    #[error(transparent)]
    Number(#[from] std::num::TryFromIntError),
    #[error("{0}")]
    Answer(&'static str),
}

fn main() -> ExitCode {
    let measures = std::env::args().any(|argument| argument == "--bench");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(cores).enable_all().build();
    let (warm_up, length) = if measures { (1000, 5000) } else { (0, 100) };
    let done = runtime.map_err(Fault::from).and_then(|runtime| {
        runtime.block_on(measure(Duration::from_millis(warm_up), Duration::from_millis(length), cores))
    });
    match done {
        Ok(rate) if rate >= GOAL_PER_S || !measures => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(fault) => {
            tell(&format!("the benchmark did not run: {fault}"));
            ExitCode::FAILURE
        }
    }
}

fn tell(line: &str) {
    if writeln!(io::stdout(), "{line}").is_err() {
        // Nobody reads; there is nobody to tell.
    }
}

async fn measure(warm_up: Duration, length: Duration, cores: usize) -> Result<f64, Fault> {
    let merchant = Merchant::new(Appid::new(APPID)?, MchId::new(MCH_ID)?, Secret::new(KEY.to_vec()));
    let running = start(Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), vec![merchant])).await?;
    for index in 0..ORDERS {
        let number = number(index);
        let answer = running.gateway.handle(&Request::post("/pay/unifiedorder", order(&number)?.as_bytes()));
        if answer.outcome != "SUCCESS" {
            return Err(Fault::Answer("an order was refused"));
        }
        // Half of the queries answer with all the fields of a paid order.
        if index % 2 == 0 {
            running.gateway.pay(None, &number, &Pay::default())?;
        }
    }
    let address: SocketAddr = running.url.trim_start_matches("http://").parse()?;
    let requests: Arc<Vec<Vec<u8>>> =
        Arc::new((0..ORDERS).map(|index| query(&number(index))).collect::<Result<_, Fault>>()?);
    let begin = Instant::now() + warm_up;
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|client| tokio::spawn(ask(address, Arc::clone(&requests), client, begin, begin + length)))
        .collect();
    let mut took_ns = Vec::new();
    for client in clients {
        took_ns.extend(client.await??);
    }
    took_ns.sort_unstable();
    let percentile_us = |per_mille: usize| {
        let index = (took_ns.len() * per_mille / 1000).min(took_ns.len().saturating_sub(1));
        f64::from(u32::try_from(took_ns.get(index).copied().unwrap_or_default()).unwrap_or(u32::MAX)) / 1000.0
    };
    let rate = f64::from(u32::try_from(took_ns.len())?) / length.as_secs_f64();
    tell(&format!(
        "orderquery, keep-alive loopback: {rate:.0} requests/s (n = {}, {CONNECTIONS} connections, {ORDERS} orders, {cores} cores with the load generator), p50 {:.0} µs, p99 {:.0} µs; goal {GOAL_PER_S:.0} requests/s",
        took_ns.len(),
        percentile_us(500),
        percentile_us(990),
    ));
    running.stop().await;
    Ok(rate)
}

/// One connection that asks as fast as it is answered; returns the nanoseconds that each answer took after `begin`.
async fn ask(
    address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    client: usize,
    begin: Instant,
    end: Instant,
) -> Result<Vec<u64>, Fault> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut took_ns = Vec::with_capacity(100_000);
    let mut answer = vec![0u8; 8192];
    for request in requests.iter().cycle().skip(client * ORDERS / CONNECTIONS) {
        let asked = Instant::now();
        if asked >= end {
            break;
        }
        stream.write_all(request).await?;
        let mut length = 0;
        // Every answer of the gateway ends in the root element, and no request is sent before it has come.
        while !answer.get(..length).unwrap_or_default().ends_with(b"</xml>") {
            let room = answer
                .get_mut(length..)
                .filter(|room| !room.is_empty())
                .ok_or(Fault::Answer("an answer is too long"))?;
            match stream.read(room).await? {
                0 => return Err(Fault::Answer("the gateway closed a connection")),
                read => length += read,
            }
        }
        if !answer.get(..length).unwrap_or_default().windows(11).any(|window| window == b"trade_state") {
            return Err(Fault::Answer("an answer has no trade_state"));
        }
        if asked >= begin {
            took_ns.push(u64::try_from(asked.elapsed().as_nanos())?);
        }
    }
    Ok(took_ns)
}

fn number(index: usize) -> String {
    format!("T20240102{index:08}")
}

fn order(out_trade_no: &str) -> Result<String, Fault> {
    signed(&[
        ("appid", APPID),
        ("mch_id", MCH_ID),
        ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
        ("body", "测试商城-T恤"),
        ("out_trade_no", out_trade_no),
        ("total_fee", "101"),
        ("spbill_create_ip", "127.0.0.1"),
        // Not delivered to: the measurement is about queries.
        ("notify_url", "https://shop.example.com/wx/notify"),
        ("trade_type", "JSAPI"),
        ("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
    ])
}

fn query(out_trade_no: &str) -> Result<Vec<u8>, Fault> {
    let body = signed(&[
        ("appid", APPID),
        ("mch_id", MCH_ID),
        ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
        ("out_trade_no", out_trade_no),
    ])?;
    let head = format!(
        "POST /pay/orderquery HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Ok((head + &body).into_bytes())
}

fn signed(pairs: &[(&str, &str)]) -> Result<String, Fault> {
    let mut params = Params::from_pairs(pairs.iter().copied())?;
    let sign = sign::sign(&params, &Secret::new(KEY.to_vec()), SignType::Md5);
    params.push("sign", &sign)?;
    Ok(xml::write(&params, xml::is_amount)?)
}
