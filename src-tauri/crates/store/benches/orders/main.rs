//! Lists, searches and imports over a million orders, each beside what the same file gives SQLite alone.
//!
//! `cargo bench -p desk-store -- --orders 1000000 --folder DIR` measures and keeps the store in DIR for the next time;
//! `--only import`, `lists`, `windows`, `pages`, `alarms`, `searches` or `polling` measures just that. Run by `cargo test`, it only makes sure
//! that it still works.

mod beside;
mod figures;
mod seed;

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use desk_store::{Asked, Event, OrderState, Report, Signature, Source};
use desk_store::{FILE_NAME, NewClaim, NewObservation, Order, PollPolicy, Store, StoreError};
use wxpay_protocol::TradeState;
use wxpay_protocol::ids::IdError;

use figures::Page;

/// Orders that are open and due at the start, and, beside them, orders whose payment is verified.
const OPEN: u64 = 50_000;
const VERIFIED: usize = 20_000;
/// Orders are made beforehand in parts of so many, so that only the import is timed and memory stays small.
const PART: u64 = 100_000;

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Id(#[from] IdError),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let measures = arguments.iter().any(|argument| argument == "--bench");
    let orders =
        after("--orders").and_then(|count| count.parse().ok()).unwrap_or(if measures { 1_000_000 } else { 3_000 });
    match run(orders, after("--folder").map(PathBuf::from), after("--only").as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            writeln!(io::stderr(), "{fault}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run(orders: u64, folder: Option<PathBuf>, only: Option<&str>) -> Result<(), Fault> {
    let scratch = tempfile::tempdir()?;
    let folder = folder.unwrap_or_else(|| scratch.path().join("store"));
    let mut page = Page::new(orders);
    if !folder.join(FILE_NAME).exists() {
        make(&folder, orders, &mut page)?;
    }
    let started = Instant::now();
    let store = Store::open(&folder)?;
    page.one("open the store", started.elapsed(), "");
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    if wanted("lists") || wanted("searches") {
        figures::texts(&store, &mut page)?;
    }
    if wanted("lists") {
        figures::lists(&store, &mut page)?;
    }
    if wanted("windows") {
        figures::windows(&store, &mut page)?;
    }
    if wanted("pages") || wanted("alarms") {
        beside::make(&folder, orders)?;
    }
    if wanted("pages") {
        beside::pages(&store, &mut page)?;
    }
    if wanted("alarms") {
        beside::alarms(&store, &mut page)?;
    }
    if wanted("searches") {
        figures::searches(&store, orders, &mut page)?;
    }
    if wanted("polling") {
        figures::polling(&folder, &mut page)?;
    }
    io::stdout().write_all(page.text().as_bytes())?;
    Ok(())
}

/// Makes the store through the import that users have, and says how fast that was and how long it kept others waiting.
fn make(folder: &Path, orders: u64, page: &mut Page) -> Result<(), Fault> {
    let open = OPEN.min(orders / 20);
    let store = Store::open(folder)?;
    let (mut importing, mut computing) = (Duration::ZERO, Duration::ZERO);
    let mut waits = Vec::new();
    let mut from = 0;
    while from < orders {
        let part: Vec<NewClaim> =
            (from..orders.min(from + PART)).map(|n| seed::order(n, orders, open)).collect::<Result<_, _>>()?;
        let (started, computed) = (Instant::now(), figures::cpu_time());
        waits.extend(others_waits(&store, || store.import(part, |_, _| ControlFlow::Continue(())))?);
        importing += started.elapsed();
        computing += figures::cpu_time().saturating_sub(computed);
        from += PART;
    }
    page.rate("import, all indexes included", orders, importing, &yardstick(folder, orders)?);
    page.rate("the same, by processor time alone", orders, computing, "what a machine without other work comes near");
    page.many("a commit of somebody else's meanwhile", waits, "goal p99 250 ms");
    verify_some(&store)
}

/// Runs `work` and commits something small every few milliseconds meanwhile: how long each of those took.
fn others_waits<T>(store: &Store, work: impl FnOnce() -> Result<T, StoreError>) -> Result<Vec<Duration>, Fault> {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut waits = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let started = Instant::now();
                store.hint("1900000001", "nobody", wxpay_protocol::UtcMs(0))?;
                waits.push(started.elapsed());
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok::<_, StoreError>(waits)
        });
        let worked = work();
        done.store(true, Ordering::Relaxed);
        let waits = other.join().unwrap_or(Err(StoreError::Closed));
        worked?;
        Ok(waits?)
    })
}

/// The same rows into one SQLite table with one index, a transaction for every 20 000: what an import cannot be faster than.
fn yardstick(folder: &Path, orders: u64) -> Result<String, Fault> {
    let file = folder.join("yardstick.sqlite3");
    let orders = orders.min(200_000);
    let rows: Vec<NewClaim> = (0..orders).map(|n| seed::order(n, orders, 0)).collect::<Result<_, _>>()?;
    let connection = rusqlite::Connection::open(&file)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         CREATE TABLE plain (id INTEGER PRIMARY KEY, out_trade_no TEXT UNIQUE, total_fee INTEGER, body TEXT, openid TEXT)",
    )?;
    let started = Instant::now();
    for group in rows.chunks(20_000) {
        connection.execute_batch("BEGIN")?;
        let mut insert = connection
            .prepare_cached("INSERT INTO plain (out_trade_no, total_fee, body, openid) VALUES (?1, ?2, ?3, ?4)")?;
        for row in group {
            let openid = row.openid.as_ref().map(wxpay_protocol::ids::OpenId::as_str);
            insert.execute(rusqlite::params![row.out_trade_no.as_str(), row.total_fee.get(), row.body, openid])?;
        }
        connection.execute_batch("COMMIT")?;
    }
    let rate = figures::per_second(orders, started.elapsed());
    drop(connection);
    for suffix in ["", "-wal", "-shm"] {
        std::fs::remove_file(folder.join(format!("yardstick.sqlite3{suffix}"))).ok();
    }
    Ok(format!("{rate:.0}/s into a table of four columns and one index"))
}

/// Some of the claims are verified by an answer, so that totals have both kinds.
fn verify_some(store: &Store) -> Result<(), Fault> {
    let filter = desk_store::OrderFilter { states: vec![OrderState::Success], ..desk_store::OrderFilter::default() };
    let list = store.open_list(&filter, desk_store::OrderSort::default())?;
    for ids in list.ids.get(..VERIFIED.min(list.ids.len())).unwrap_or_default().chunks(500) {
        let orders = store.rows(ids)?;
        let seqs = store.begin_asking(ids, wxpay_protocol::UtcMs(0), 0)?;
        let answers = orders.iter().zip(seqs).map(|(order, seq)| paid(order, seq)).collect();
        store.record(answers, &PollPolicy::default())?;
    }
    Ok(())
}

fn paid(order: &Order, seq: i64) -> NewObservation {
    let at = order.created_at.plus_ms(60_000);
    NewObservation {
        order_id: order.id,
        source: Source::Query,
        asked: Some(Asked { seq, at }),
        received_at: at,
        verified: true,
        signature: Signature::Valid,
        event: Event::TradeState(Report {
            trade_state: TradeState::Success,
            transaction_id: order.claimed_transaction_id.clone(),
            total_fee: Some(order.total_fee),
            paid_at: Some(at),
        }),
        raw: None,
    }
}
