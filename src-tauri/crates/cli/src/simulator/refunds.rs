//! `wxpay simulator refunds|refund`: what becomes of the refunds of a running gateway.

use clap::Subcommand;
use serde_json::json;
use wxpay_protocol::ids::MchId;

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::simulator::control::{Ask, ControlOptions, ListOptions, rows, word};

/// List the refunds of a running simulator, the newest first [网关退款列表]
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wxpay simulator refunds --control http://127.0.0.1:8100/_control --control-token-file token.txt"
)]
pub(crate) struct Refunds {
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    list: ListOptions,
}

pub(crate) async fn refunds(command: &Refunds, output: &mut Output) -> Result<Exit, Failure> {
    command
        .control
        .settle(command.list.ask(&["refunds"]), output, |answer, output| {
            rows(answer, "refunds").try_for_each(|refund| {
                output.line(&format!(
                    "{:<32}  {:<32}  {:>10}  {:<12}  {}",
                    word(refund, "out_refund_no"),
                    word(refund, "out_trade_no"),
                    word(refund, "refund_fee"),
                    word(refund, "refund_status"),
                    word(refund, "accepted_at"),
                ))
            })
        })
        .await
}

/// Decide what becomes of a refund of a running simulator [决定退款结果]
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay simulator refund succeed --control http://127.0.0.1:8100/_control --control-token-file token.txt --out-refund-no R2024…\n  wxpay simulator refund fail --control … --control-token-file token.txt --out-refund-no R2024…"
)]
pub(crate) struct Refund {
    #[command(subcommand)]
    outcome: Outcome,
}

#[derive(Subcommand)]
enum Outcome {
    /// The money arrives: SUCCESS [退款成功]
    #[command(
        after_help = "Example:\n  wxpay simulator refund succeed --control http://… --control-token-file token.txt --out-refund-no R2024…"
    )]
    Succeed(Choice),
    /// The refund is closed: REFUNDCLOSE [退款关闭]
    #[command(
        after_help = "Example:\n  wxpay simulator refund fail --control http://… --control-token-file token.txt --out-refund-no R2024…"
    )]
    Fail(Choice),
    /// The money cannot be credited: CHANGE [退款异常]
    #[command(
        after_help = "Example:\n  wxpay simulator refund change --control http://… --control-token-file token.txt --out-refund-no R2024…"
    )]
    Change(Choice),
}

#[derive(clap::Args)]
struct Choice {
    #[command(flatten)]
    control: ControlOptions,
    /// The merchant's number of the refund [商户退款单号]
    #[arg(long, value_name = "N")]
    out_refund_no: String,
    /// Whose refund, where two merchants have the same number
    #[arg(long, value_parser = |text: &str| MchId::new(text))]
    mch_id: Option<MchId>,
}

pub(crate) async fn refund(command: &Refund, output: &mut Output) -> Result<Exit, Failure> {
    let (choice, action) = match &command.outcome {
        Outcome::Succeed(choice) => (choice, "succeed"),
        Outcome::Fail(choice) => (choice, "fail"),
        Outcome::Change(choice) => (choice, "change"),
    };
    let ask = Ask::post(&["refunds", &choice.out_refund_no, action], json!({}))
        .with("mch_id", choice.mch_id.as_ref().map(MchId::as_str));
    choice
        .control
        .settle(ask, output, |refund, output| {
            output.verdict(true, &format!("{} {}", word(refund, "out_refund_no"), word(refund, "refund_status")))
        })
        .await
}
