//! The ledger of the truth and a day's bills: how long they take with many orders, and how much memory beside the ledger.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wxpay_simulator::{Request, Running};

use crate::{APPID, Fault, MCH_ID, signed, tell};

/// What one export took.
struct Took {
    time: Duration,
    first_byte: Option<Duration>,
    bytes: usize,
    /// The most that the process held at a time, less what it held before.
    more_mib: Option<u64>,
}

/// Exports the ledger over the control interface, and today's bills, plain and compressed.
pub(crate) async fn measure(running: &Running, address: SocketAddr, orders: usize) -> Result<(), Fault> {
    say("the ledger as JSON", orders, &ledger(running, address).await?);
    let day = running.gateway.now().compact().get(..8).unwrap_or_default().to_owned();
    for (what, path, more) in [
        ("today's bill, ALL", "/pay/downloadbill", &[("bill_type", "ALL")][..]),
        ("today's bill, ALL, GZIP", "/pay/downloadbill", &[("bill_type", "ALL"), ("tar_type", "GZIP")]),
        ("today's bill, SUCCESS", "/pay/downloadbill", &[("bill_type", "SUCCESS")]),
    ] {
        let own = [("appid", APPID), ("mch_id", MCH_ID), ("nonce_str", "1"), ("bill_date", day.as_str())];
        let body = signed(&[&own[..], more].concat())?;
        let memory = Memory::now();
        let began = Instant::now();
        let answer = running.gateway.handle(&Request::post(path, body.as_bytes()));
        let time = began.elapsed();
        if answer.outcome != "SUCCESS" {
            return Err(Fault::Answer("a bill was refused"));
        }
        say(what, orders, &Took { time, first_byte: None, bytes: answer.body.len(), more_mib: memory.more_mib() });
    }
    Ok(())
}

async fn ledger(running: &Running, address: SocketAddr) -> Result<Took, Fault> {
    let memory = Memory::now();
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "GET /_control/ledger HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        running.control_token
    );
    stream.write_all(request.as_bytes()).await?;
    let (mut bytes, mut first_byte) = (0, None);
    let mut piece = vec![0u8; 64 * 1024];
    loop {
        let read = stream.read(&mut piece).await?;
        if read == 0 {
            break;
        }
        first_byte.get_or_insert_with(|| began.elapsed());
        bytes += read;
    }
    if bytes < 1000 {
        return Err(Fault::Answer("the ledger was refused"));
    }
    Ok(Took { time: began.elapsed(), first_byte, bytes, more_mib: memory.more_mib() })
}

fn say(what: &str, orders: usize, took: &Took) {
    let first = took.first_byte.map_or(String::new(), |first| format!(", first byte after {first:.1?}"));
    let memory = took.more_mib.map_or("not known here".to_owned(), |more| format!("{more} MiB"));
    tell(&format!(
        "{what}, {orders} orders in the ledger: {:.2} s, {} MiB{first}, memory beside the ledger {memory}",
        took.time.as_secs_f64(),
        took.bytes >> 20,
    ));
}

/// What the process holds, in KiB.
struct Memory {
    before_kib: Option<u64>,
}

impl Memory {
    /// Begins a new peak, where the system lets it.
    fn now() -> Self {
        let is_new = std::fs::write("/proc/self/clear_refs", "5").is_ok();
        Self { before_kib: status_kib("VmRSS:").filter(|_| is_new) }
    }

    fn more_mib(&self) -> Option<u64> {
        Some(status_kib("VmHWM:")?.saturating_sub(self.before_kib?) >> 10)
    }
}

fn status_kib(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
