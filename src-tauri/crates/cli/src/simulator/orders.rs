//! `wxpay simulator orders|order|ledger`: what the gateway knows of its orders.

use serde_json::Value;

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::simulator::control::{Ask, ControlOptions, ListOptions, rows, word};
use crate::simulator::customer::OrderChoice;

/// List the orders of a running simulator, the newest first [网关订单列表]
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wxpay simulator orders --control http://127.0.0.1:8100/_control --control-token-file token.txt --search T恤 --limit 20"
)]
pub(crate) struct Orders {
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    list: ListOptions,
}

pub(crate) async fn orders(command: &Orders, output: &mut Output) -> Result<Exit, Failure> {
    command
        .control
        .settle(command.list.ask(&["orders"]), output, |answer, output| {
            rows(answer, "orders").try_for_each(|order| output.line(&row(order)))
        })
        .await
}

fn row(order: &Value) -> String {
    format!(
        "{:<32}  {:>10}  {:<8}  {:<10}  {}  {}",
        word(order, "out_trade_no"),
        word(order, "total_fee"),
        word(order, "trade_type"),
        word(order, "trade_state"),
        word(order, "created_at"),
        word(order, "transaction_id"),
    )
}

/// Show one order of a running simulator with all that was sent and happened [网关订单]
///
/// Exit 1 if there is no such order.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wxpay simulator order --control http://127.0.0.1:8100/_control --control-token-file token.txt --out-trade-no 2024…"
)]
pub(crate) struct Order {
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    order: OrderChoice,
}

pub(crate) async fn order(command: &Order, output: &mut Output) -> Result<Exit, Failure> {
    command.control.settle(command.order.get(), output, |order, output| output.spread_document(order)).await
}

/// Print the ledger of a running simulator: the truth, to audit others against [网关账本]
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wxpay simulator ledger --control http://127.0.0.1:8100/_control --control-token-file token.txt --json > truth.json"
)]
pub(crate) struct Ledger {
    #[command(flatten)]
    control: ControlOptions,
}

pub(crate) async fn ledger(command: &Ledger, output: &mut Output) -> Result<Exit, Failure> {
    command
        .control
        .settle(Ask::get(&["ledger"]), output, |ledger, output| {
            output.line(&format!("now [网关时间]: {}", word(ledger, "now")))?;
            let sums = ledger.get("sums").and_then(Value::as_object);
            for (name, value) in sums.into_iter().flatten() {
                output.line(&format!("{name:<20} {value}"))?;
            }
            Ok(())
        })
        .await
}
