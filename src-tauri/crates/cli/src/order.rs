//! `wxpay order`: orders of the merchant, from creation to close.

mod create;
mod import;
pub(crate) mod list;
pub(crate) mod show;

use clap::Subcommand;
use desk::OrderResult;
use serde_json::json;

use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::output::Output;

const AFTER: &str = "\
An order is kept on the disk before it is sent, and its number is never replaced by a new one: where the answer is lost \
[结果未知] the exit status is 5, and wxpay poll or order query finds out under the same number.

Examples:
  wxpay order create --total-fee 101 --body 测试商品 --trade-type NATIVE
  wxpay order query 20240102030405000112345678
  wxpay order close 20240102030405000112345678
  wxpay order show 20240102030405000112345678 --json
  wxpay order list --state NOTPAY
  wxpay order import orders.csv";

/// Orders [订单]: create, query, close, show, list, import
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Orders {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Create(Box<create::Create>),
    Query(Query),
    Close(Close),
    Show(show::Show),
    List(list::List),
    Import(import::FileImport),
}

/// Ask the gateway about an order now [查单]
///
/// Exit 0 the state is known · 1 there is no such order here or at the gateway (ORDERNOTEXIST) · 4 not sent or refused · 5
/// unknown.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  wxpay order query 20240102030405000112345678 --json")]
struct Query {
    /// The merchant's order number [商户单号]
    out_trade_no: String,
}

/// Close an unpaid order [关单]: ask, close it if it is still unpaid, ask again
///
/// WeChat closes no order that is younger than five minutes. Exit 0 it is closed · 1 there is no such order · 4 not sent,
/// refused, or paid meanwhile · 5 unknown.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  wxpay order close 20240102030405000112345678 --json")]
struct Close {
    /// The merchant's order number [商户单号]
    out_trade_no: String,
}

pub(crate) fn run(command: &Orders, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    block_on(async {
        match &command.action {
            Action::Create(create) => create::run(create, options, output).await,
            Action::Query(query) => self::query(query, options, output).await,
            Action::Close(close) => self::close(close, options, output).await,
            Action::Show(show) => show::run(show, options, output).await,
            Action::List(list) => list::run(list, options, output).await,
            Action::Import(import) => import::run(import, options, output).await,
        }
    })
}

async fn query(query: &Query, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let (desk, profile) = options.open_profile().await?;
    let result = desk.query_order(&profile.name, &query.out_trade_no).await?;
    let exit = Exit::from_status(result.exit_status());
    tell(&result, exit, output)
}

async fn close(close: &Close, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let (desk, profile) = options.open_profile().await?;
    let result = desk.close_order(&profile.name, &close.out_trade_no).await?;
    let exit = match Exit::from_status(result.exit_status()) {
        // The question was answered, and the answer is that it cannot be closed any more: it is paid.
        Exit::Done if result.state.is_paid() => Exit::NotSent,
        exit => exit,
    };
    tell(&result, exit, output)
}

fn tell(result: &OrderResult, exit: Exit, output: &mut Output) -> Result<Exit, Failure> {
    if output.is_json() {
        output.document(&json!({
            "out_trade_no": result.out_trade_no,
            "state": result.state.as_str(),
            "outcome": result.outcome.as_str(),
            "detail": result.detail,
            "err_code": result.err_code,
            "err_code_des": result.err_code_des,
            "return_msg": result.return_msg,
            "effect": result.effect.as_str(),
            "reason": result.reason.as_str(),
        }))?;
    } else {
        let state = format!("{}: ", result.state);
        let detail = result.detail.strip_prefix(&state).unwrap_or(&result.detail);
        output.verdict(exit == Exit::Done, &format!("{}  {state}{detail}", result.out_trade_no))?;
    }
    Ok(exit)
}
