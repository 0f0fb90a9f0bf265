//! Measures a build of the window and prints what it found as one line of JSON. The first argument is the program; the second,
//! if there is one, a CSV of orders that its list is scrolled over.

mod paste;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use acceptance::moving;
use acceptance::window::{DeskWindow, WindowError, WindowStart};
use serde_json::{Value, json};

use crate::paste::{EMPTY_ATTACH_SIGNED, paste_and_time, workbench};

const STARTS: usize = 7;
/// After the start the web view still compiles and collects for a while; that is not being idle.
const REST: Duration = Duration::from_secs(20);
const UNTOUCHED: Duration = Duration::from_secs(20);
const PAYMENTS: usize = 5;
const PASTES: usize = 15;
/// WeChat's published example with a space behind the value of its body, which was not signed.
const ONE_SPACE_MORE: &str = "<xml><appid>wxd930ea5d5a258f4f</appid><mch_id>10000100</mch_id><device_info>1000</device_info>\
     <body>test </body><nonce_str>ibuaiVcKdpRxkhJA</nonce_str><sign>9A0A8659F005D6984697E2CA0A9CF3B7</sign></xml>";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(program) = std::env::args_os().nth(1).map(PathBuf::from) else {
        drop(writeln!(std::io::stderr(), "measure: name the program: measure PROGRAM [ORDERS.csv]"));
        return ExitCode::from(2);
    };
    let orders = std::env::args_os().nth(2).map(PathBuf::from);
    match measure(&program, orders.as_deref()).await {
        Ok(found) if writeln!(std::io::stdout(), "{found}").is_ok() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "measure: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn measure(program: &Path, orders: Option<&Path>) -> Result<Value, WindowError> {
    let frames = match orders {
        Some(orders) => moving::measured(program, orders).await?,
        None => Value::Null,
    };
    let mut first_paint_ms = Vec::new();
    for _ in 0..STARTS {
        let home = tempfile::tempdir()?;
        let window = WindowStart::over(home.path()).program(program).open().await?;
        window.by_test_id("first-start").await?;
        first_paint_ms.push(window.first_paint().await?.as_millis());
        window.close().await?;
    }
    let home = tempfile::tempdir()?;
    let window = WindowStart::over(home.path()).program(program).argument("--try").open().await?;
    let found = at_work(&window, first_paint_ms).await;
    window.close().await?;
    let mut found = found?;
    if let Some(found) = found.as_object_mut() {
        found.insert("frames".to_owned(), frames);
    }
    Ok(found)
}

async fn at_work(window: &DeskWindow, first_paint_ms: Vec<u128>) -> Result<Value, WindowError> {
    window.by_test_id("screen-orders").await?;
    let numbers = window.create_orders(u32::try_from(PAYMENTS).unwrap_or(1), "1.00").await?;
    window.go_to("orders").await?;
    let mut slowest = Duration::ZERO;
    for number in &numbers {
        slowest = slowest.max(window.pay_and_watch(number, "已支付").await?);
    }
    let polling = percent_untouched(window).await?;
    for number in window.listed_in_state("NOTPAY").await? {
        window.pay_and_watch(&number, "已支付").await?;
    }
    let idle = percent_untouched(window).await?;
    let (proven, excluded) = pasted(window).await?;
    Ok(json!({
        "first_paint_ms": first_paint_ms,
        "polling_percent": polling,
        "idle_percent": idle,
        "untouched_s": UNTOUCHED.as_secs(),
        "list_follows_ms": slowest.as_secs_f64() * 1000.0,
        "payments": numbers.len(),
        "paste_to_cause_ms": proven,
        "paste_to_nothing_ms": excluded,
        "peak_mib": window.load().map(|load| load.peak_kib.div_ceil(1024)),
    }))
}

/// Milliseconds from pasting an order to its cause, and to the word that nothing gives its sign.
async fn pasted(window: &DeskWindow) -> Result<(Vec<f64>, Vec<f64>), WindowError> {
    workbench(window).await?;
    let (mut proven, mut excluded) = (Vec::new(), Vec::new());
    for round in 0..PASTES {
        excluded.push(paste_and_time(window, &sixteen_fields(round), "unexplained", "未能复现").await?);
        let (text, cause) = if round % 2 == 0 { (EMPTY_ATTACH_SIGNED, "A1") } else { (ONE_SPACE_MORE, "D5") };
        proven.push(paste_and_time(window, text, "explained", cause).await?);
    }
    Ok((proven, excluded))
}

/// An order of sixteen fields whose sign nothing gives.
fn sixteen_fields(round: usize) -> String {
    let names = [
        "appid",
        "attach",
        "body",
        "detail",
        "device_info",
        "fee_type",
        "goods_tag",
        "limit_pay",
        "mch_id",
        "nonce_str",
        "notify_url",
        "openid",
        "out_trade_no",
        "spbill_create_ip",
        "total_fee",
        "trade_type",
    ];
    let fields = names.map(|name| format!("<{name}>value {round} of {name}</{name}>")).concat();
    format!("<xml>{fields}<sign>{round:032X}</sign></xml>")
}

/// The processor time of the window and all that it started, in percent of one core, while nobody touches it.
async fn percent_untouched(window: &DeskWindow) -> Result<f64, WindowError> {
    tokio::time::sleep(REST).await;
    let (before, started) = (window.load(), Instant::now());
    tokio::time::sleep(UNTOUCHED).await;
    let (Some(before), Some(after)) = (before, window.load()) else {
        return Err(WindowError::TooLong { what: "the window, which ended by itself".to_owned(), seconds: 0 });
    };
    let used = after.processor.saturating_sub(before.processor);
    Ok(used.as_secs_f64() / started.elapsed().as_secs_f64() * 100.0)
}
