//! Requests a second over keep-alive loopback, p50 and p99, with ten thousand and with a million orders in the ledger, and what
//! exporting such a ledger takes; the load generator shares the cores.
//!
//! `cargo bench -p wxpay-simulator` measures; run by `cargo test`, it only makes sure that it still works.

mod exports;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wxpay_protocol::ids::{Appid, IdError, MchId};
use wxpay_protocol::params::ParamError;
use wxpay_protocol::xml::WriteError;
use wxpay_protocol::{Params, Secret, SignType, sign, xml};
use wxpay_simulator::{Config, CustomerError, Merchant, Pay, Request, Running, StartError, start};

const APPID: &str = "wx0000000000000001";
const MCH_ID: &str = "1900000001";
const KEY: &[u8] = b"0123456789abcdef0123456789ABCDEF";
const CONNECTIONS: usize = 64;
const GOAL_PER_S: f64 = 10_000.0;
/// How many different requests are prepared for one measurement; they are spread over the whole ledger.
const PREPARED: usize = 10_000;

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
    let plan = if measures {
        Plan {
            sizes: &[10_000, 1_000_000],
            new_orders: 400_000,
            warm_up: Duration::from_secs(1),
            length: Duration::from_secs(5),
            cores,
        }
    } else {
        Plan { sizes: &[1000], new_orders: 1000, warm_up: Duration::ZERO, length: Duration::from_millis(100), cores }
    };
    match runtime.map_err(Fault::from).and_then(|runtime| runtime.block_on(measure(&plan))) {
        Ok(()) => ExitCode::SUCCESS,
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

/// What is measured, and how long.
struct Plan {
    /// How many orders the ledger holds, smallest first.
    sizes: &'static [usize],
    /// How many new orders are prepared; more than can be made within one measurement.
    new_orders: usize,
    warm_up: Duration,
    length: Duration,
    cores: usize,
}

/// Fills one ledger to each size in turn and measures there.
async fn measure(plan: &Plan) -> Result<(), Fault> {
    let folder = tempfile::tempdir()?;
    let merchant = Merchant::new(Appid::new(APPID)?, MchId::new(MCH_ID)?, Secret::new(KEY.to_vec()));
    let mut config = Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), vec![merchant]);
    config.state_dir = Some(folder.path().to_owned());
    let running = start(config).await?;
    let address: SocketAddr = running.url.trim_start_matches("http://").parse()?;
    let (mut filled, mut created) = (0, 0);
    for size in plan.sizes {
        let began = Instant::now();
        fill(&running, filled..*size)?;
        filled = *size;
        tell(&format!(
            "{size} orders, half of them paid, are in the ledger after {:.1} s more",
            began.elapsed().as_secs_f64()
        ));
        exports::measure(&running, address, *size).await?;
        let queries = (0..PREPARED.min(*size)).map(|index| query(&number(index * (size / PREPARED.min(*size)))));
        load("orderquery", *size, plan, address, queries.collect::<Result<_, _>>()?, b"trade_state").await?;
        // Each order is new, and its answer waits for the disk.
        let orders = (created..created + plan.new_orders).map(new_order);
        created += plan.new_orders;
        let orders = orders.collect::<Result<_, _>>()?;
        load("unifiedorder, on the disk before it is answered", *size, plan, address, orders, b"prepay_id").await?;
    }
    running.stop().await;
    Ok(())
}

fn fill(running: &Running, indexes: Range<usize>) -> Result<(), Fault> {
    for index in indexes {
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
    Ok(())
}

/// Sends the requests over all connections for the length of the plan and prints how many were answered in a second.
async fn load(
    what: &str,
    orders: usize,
    plan: &Plan,
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    expected: &'static [u8],
) -> Result<(), Fault> {
    let requests = Arc::new(requests);
    let next = Arc::new(AtomicUsize::new(0));
    let begin = Instant::now() + plan.warm_up;
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            tokio::spawn(ask(address, Arc::clone(&requests), Arc::clone(&next), expected, begin, begin + plan.length))
        })
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
    let rate = f64::from(u32::try_from(took_ns.len())?) / plan.length.as_secs_f64();
    tell(&format!(
        "{what}, {orders} orders in the ledger: {rate:.0} requests/s (n = {}, {CONNECTIONS} keep-alive connections over loopback, {} cores with the load generator), p50 {:.0} µs, p99 {:.0} µs; goal {GOAL_PER_S:.0} requests/s",
        took_ns.len(),
        plan.cores,
        percentile_us(500),
        percentile_us(990),
    ));
    Ok(())
}

/// One connection that asks as fast as it is answered; returns the nanoseconds that each answer took after `begin`.
async fn ask(
    address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    expected: &'static [u8],
    begin: Instant,
    end: Instant,
) -> Result<Vec<u64>, Fault> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut took_ns = Vec::with_capacity(100_000);
    let mut answer = vec![0u8; 8192];
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed) % requests.len().max(1);
        let Some(request) = requests.get(index) else { break };
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
        if !answer.get(..length).unwrap_or_default().windows(expected.len()).any(|window| window == expected) {
            return Err(Fault::Answer("an answer is not what was expected"));
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

fn new_order(index: usize) -> Result<Vec<u8>, Fault> {
    Ok(post("/pay/unifiedorder", &order(&format!("N{index:016}"))?))
}

fn query(out_trade_no: &str) -> Result<Vec<u8>, Fault> {
    let body = signed(&[
        ("appid", APPID),
        ("mch_id", MCH_ID),
        ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
        ("out_trade_no", out_trade_no),
    ])?;
    Ok(post("/pay/orderquery", &body))
}

fn post(path: &str, body: &str) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    (head + body).into_bytes()
}

fn signed(pairs: &[(&str, &str)]) -> Result<String, Fault> {
    let mut params = Params::from_pairs(pairs.iter().copied())?;
    let sign = sign::sign(&params, &Secret::new(KEY.to_vec()), SignType::Md5);
    params.push("sign", &sign)?;
    Ok(xml::write(&params, xml::is_amount)?)
}
