//! How long a notice waits for its answer, which comes after the commit: alone, while a large file of orders is imported,
//! and while a bill is brought together of which every row is kept as a difference.
//!
//! `cargo bench -p desk` measures; run by `cargo test`, it only makes sure that it still works.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use desk::client::{HttpWire, Limits};
use desk::reconcile::Basis;
use desk::vault::MemoryKeyring;
use desk::{
    Beside, Cancel, DaySides, Desk, DeskError, Import, ListenOptions, NewProfile, OwnFiles, OwnSide, Seams,
    SystemClock, SystemRandom,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wxpay_protocol::bill::{BillForm, BillType, FeeRounding, Rate, TradeBill, TradeRow};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::notice::ACCEPTED;
use wxpay_protocol::{Fen, Params, Secret, SignType, UtcMs, sign, xml};

const APPID: &str = "wx0000000000000001";
const MCH_ID: &str = "1900000001";
const KEY: &[u8] = b"0123456789abcdef0123456789ABCDEF";
/// What a notice may take while something else is written (product goal).
const GOAL: &str = "p99 ≤ 250 ms";

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error("{0}")]
    Found(String),
}

fn found(what: impl std::fmt::Display) -> Fault {
    Fault::Found(what.to_string())
}

fn main() -> ExitCode {
    let measures = std::env::args().any(|argument| argument == "--bench");
    let size = if measures {
        Size { orders: 500_000, alone: 2_000, payments: 200_000 }
    } else {
        Size { orders: 2_000, alone: 20, payments: 500 }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let went = runtime.map_err(Fault::from).and_then(|runtime| runtime.block_on(measure(&size)));
    match went {
        Ok(page) => {
            io::stdout().write_all(page.as_bytes()).ok();
            ExitCode::SUCCESS
        }
        Err(fault) => {
            writeln!(io::stderr(), "notices: {fault}").ok();
            ExitCode::FAILURE
        }
    }
}

/// How much is going on.
struct Size {
    /// Orders of the file.
    orders: u32,
    /// Notices while nothing else happens.
    alone: u32,
    /// Payments of the bill.
    payments: u32,
}

async fn measure(size: &Size) -> Result<String, Fault> {
    let &Size { orders, alone, payments } = size;
    let folder = tempfile::tempdir()?;
    let desk = merchant(folder.path()).await?;
    // More orders than notices come to them while the file and then the bill is imported.
    let (half, known) = (alone + orders / 10, alone + orders / 5);
    imported(&desk, file(folder.path(), "known.csv", 0..known)?).await?;
    let options = ListenOptions {
        listen: "127.0.0.1:0".parse().map_err(found)?,
        path: None,
        public_url: None,
        forward: None,
        profile: None,
        shop: None,
        wide: None,
    };
    let listening = desk.listen_start(options).await?;
    let url = listening.notify_url.trim_start_matches("http://");
    let (to, path) = url.split_once('/').ok_or_else(|| found("a notify_url without a path"))?;
    let to: SocketAddr = to.parse().map_err(found)?;
    let mut page = String::new();
    let quiet = answered(to, path, 0..alone, || true).await?;
    line(&mut page, "a notice, nothing else going on", "–", quiet);

    let large = file(folder.path(), "large.csv", known..known + orders)?;
    let importing = tokio::spawn({
        let desk = desk.clone();
        async move { imported(&desk, large).await }
    });
    let busy = answered(to, path, alone..half, || !importing.is_finished()).await?;
    let took = importing.await.map_err(found)??;
    line(&mut page, &format!("a notice while {orders} orders are imported in {:.1} s", took.as_secs_f64()), GOAL, busy);

    let sides = unmatched(folder.path(), payments)?;
    let reconciling = tokio::spawn({
        let desk = desk.clone();
        async move { reconciled(&desk, sides, payments).await }
    });
    let busy = answered(to, path, half..known, || !reconciling.is_finished()).await?;
    let took = reconciling.await.map_err(found)??;
    let what = format!("a notice while a bill of {payments} payments is imported in {:.1} s", took.as_secs_f64());
    line(&mut page, &what, GOAL, busy);
    desk.listen_stop().await;
    Ok(page)
}

async fn merchant(folder: &Path) -> Result<Desk, Fault> {
    let seams = Seams {
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        wire: Arc::new(HttpWire::new(Limits::default())),
        keyring: Box::new(MemoryKeyring::usable()),
    };
    let desk = Desk::open(&folder.join("desk"), seams).await?;
    desk.profile_add(NewProfile {
        name: "shop".to_owned(),
        appid: APPID.to_owned(),
        mch_id: MCH_ID.to_owned(),
        sign_type: SignType::Md5,
        environment: Environment::Simulator,
        base_url: Some("http://127.0.0.1:9".to_owned()),
        ca_file: None,
        notify_url: None,
        sub_mch_id: None,
        sub_appid: None,
        api_key: Secret::new(KEY.to_vec()),
        app_secret: None,
    })
    .await?;
    Ok(desk)
}

fn out_trade_no(place: u32) -> String {
    format!("20261120150405{place:010}7919")
}

fn file(folder: &Path, name: &str, places: std::ops::Range<u32>) -> Result<Import, Fault> {
    let mut rows = "out_trade_no,total_fee,body\n".to_owned();
    for place in places {
        writeln!(rows, "{},101,goods {place}", out_trade_no(place)).map_err(found)?;
    }
    let path = folder.join(name);
    std::fs::write(&path, rows)?;
    Ok(Import::of("shop", path))
}

async fn imported(desk: &Desk, import: Import) -> Result<Duration, Fault> {
    let started = Instant::now();
    let done = desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await?;
    match done.refused.first() {
        Some(row) => Err(found(format!("line {} was refused: {}", row.line, row.why))),
        None => Ok(started.elapsed()),
    }
}

/// A day whose bill has so many payments of which the merchant knows none: each of them is a difference that is kept.
fn unmatched(folder: &Path, payments: u32) -> Result<DaySides, Fault> {
    let at = UtcMs::parse_dashed("2026-11-20 12:00:00").map_err(found)?;
    let fee = Fen::new(101).ok_or_else(|| found("101 fen is no amount"))?;
    let mut bill = TradeBill::new(BillType::All, BillForm::default());
    for place in 0..payments {
        let (transaction_id, number) = (format!("42000000002026112{place:011}"), format!("B{place:010}"));
        bill.push(&TradeRow {
            at,
            appid: APPID,
            mch_id: MCH_ID,
            sub_mch_id: None,
            device_info: "",
            transaction_id: &transaction_id,
            out_trade_no: &number,
            openid: "o1",
            trade_type: "NATIVE",
            trade_state: "SUCCESS",
            bank_type: "OTHERS",
            fee_type: "CNY",
            settlement_total_fee: fee,
            coupon_fee: Fen::ZERO,
            refund: None,
            body: "goods",
            attach: "",
            fee: Rate::default().fee_of(fee, FeeRounding::default()),
            rate: Rate::default(),
            total_fee: fee,
            rate_note: "",
        });
    }
    let (bill_file, own) = (folder.join("bill.csv"), folder.join("own.csv"));
    std::fs::write(&bill_file, bill.finish())?;
    std::fs::write(&own, format!("out_trade_no,total_fee,state,paid_at\nOWN00001,100,SUCCESS,{}\n", at.dashed()))?;
    Ok(DaySides {
        bills: vec![bill_file],
        beside: Beside::default(),
        own: OwnSide::Files(OwnFiles { orders: Some(own), ..OwnFiles::default() }),
        basis: Basis::Order,
        date: at,
        day_cut_s: 300,
        mch_id: None,
        sub_mch_id: None,
    })
}

async fn reconciled(desk: &Desk, sides: DaySides, payments: u32) -> Result<Duration, Fault> {
    let (started, date) = (Instant::now(), sides.date);
    desk.reconcile_day("shop", sides, Box::new(|_| {}), &Cancel::new()).await?;
    let took = started.elapsed();
    let open = desk.day("shop", date).await?.standing.open;
    if open < u64::from(payments) {
        return Err(found(format!("{open} differences are kept of a bill of {payments} payments")));
    }
    Ok(took)
}

/// Sends a notice for one order after the other, each over a connection of its own as WeChat does, while it is to go on.
async fn answered(
    to: SocketAddr,
    path: &str,
    places: std::ops::Range<u32>,
    goes_on: impl Fn() -> bool,
) -> Result<Vec<Duration>, Fault> {
    let mut times = Vec::new();
    for place in places {
        if !goes_on() {
            break;
        }
        let body = notice(place)?;
        let head = format!(
            "POST /{path} HTTP/1.1\r\nHost: {to}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let started = Instant::now();
        let mut stream = TcpStream::connect(to).await?;
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        times.push(started.elapsed());
        if !answer.ends_with(ACCEPTED) {
            return Err(found(format!("the notice of order {place} was answered {answer}")));
        }
    }
    Ok(times)
}

fn notice(place: u32) -> Result<String, Fault> {
    let (number, transaction_id) = (out_trade_no(place), format!("42000000002026112{place:011}"));
    let fields = [
        ("appid", APPID),
        ("cash_fee", "101"),
        ("mch_id", MCH_ID),
        ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
        ("out_trade_no", &number),
        ("result_code", "SUCCESS"),
        ("return_code", "SUCCESS"),
        ("time_end", "20261120150512"),
        ("total_fee", "101"),
        ("trade_type", "NATIVE"),
        ("transaction_id", &transaction_id),
    ];
    let mut params = Params::from_pairs(fields).map_err(found)?;
    let sign = sign::sign(&params, &Secret::new(KEY.to_vec()), SignType::Md5);
    params.push("sign", &sign).map_err(found)?;
    xml::write(&params, xml::is_amount).map_err(found)
}

fn line(page: &mut String, what: &str, goal: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len().saturating_sub(1) * part / 100).copied().unwrap_or_default();
    let ms = |part| format!("{:.1} ms", at(part).as_secs_f64() * 1000.0);
    let (p50, p99, most) = (ms(50), ms(99), ms(100));
    // Writing into a String cannot fail.
    writeln!(page, "| {what} | {goal} | p50 {p50}, p99 {p99}, longest {most} | n = {} |", times.len()).ok();
}
