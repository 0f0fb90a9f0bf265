//! A long run under every fault of the gateway; `cargo xtask soak faults` starts it. Prints one line of JSON.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use acceptance::ordeal::OrdealError;
use acceptance::soak::{Soaked, soak};
use serde_json::json;

fn main() -> ExitCode {
    let numbers: Vec<Option<u64>> = std::env::args().skip(1).map(|text| text.parse().ok()).collect();
    let (Some(Some(seed)), Some(orders), None) =
        (numbers.first().copied(), numbers.get(1).and_then(|orders| u32::try_from((*orders)?).ok()), numbers.get(2))
    else {
        drop(writeln!(std::io::stderr(), "soak: give a seed and how many orders: soak SEED ORDERS"));
        return ExitCode::from(2);
    };
    let started = Instant::now();
    match run(seed, orders) {
        Ok(soaked) => {
            let clean = soaked.false_beliefs_during == 0
                && soaked.after.false_beliefs.is_empty()
                && soaked.after.ignorance.is_empty()
                && soaked.after.open == 0;
            let findings: Vec<String> = soaked
                .after
                .false_beliefs
                .iter()
                .chain(&soaked.after.ignorance)
                .take(20)
                .map(ToString::to_string)
                .collect();
            let line = json!({
                "seed": seed,
                "orders": soaked.after.orders,
                "paid": soaked.after.paid,
                "refunds": soaked.after.refunds,
                "false_beliefs_during": soaked.false_beliefs_during,
                "false_beliefs": soaked.after.false_beliefs.len(),
                "ignorance": soaked.after.ignorance.len(),
                "open": soaked.after.open,
                "findings": findings,
                "fired": soaked.fired,
                "virtual_s": soaked.virtual_s,
                "took_s": started.elapsed().as_secs(),
            });
            let written = writeln!(std::io::stdout(), "{line}").is_ok();
            if clean && written { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(fault) => {
            drop(writeln!(std::io::stderr(), "soak: {fault}"));
            ExitCode::FAILURE
        }
    }
}

fn run(seed: u64, orders: u32) -> Result<Soaked, OrdealError> {
    let dir = tempfile::tempdir().map_err(OrdealError::Folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(OrdealError::Folder)?;
    runtime.block_on(Box::pin(soak(dir.path(), seed, orders)))
}
