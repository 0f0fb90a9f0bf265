//! `wxpay simulator notices|resend`: the notices of a running gateway.

use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::simulator::control::{Ask, ControlOptions, ListOptions, rows, word};

/// List the notices of a running simulator with their attempts, the newest first [网关通知列表]
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wxpay simulator notices --control http://127.0.0.1:8100/_control --control-token-file token.txt --search T2024"
)]
pub(crate) struct Notices {
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    list: ListOptions,
}

pub(crate) async fn notices(command: &Notices, output: &mut Output) -> Result<Exit, Failure> {
    command
        .control
        .settle(command.list.ask(&["notices"]), output, |answer, output| {
            rows(answer, "notices").try_for_each(|notice| output.line(&row(notice)))
        })
        .await
}

fn row(notice: &Value) -> String {
    let attempts = rows(notice, "attempts").count();
    format!(
        "{:>6}  {:<32}  {:<14}  {attempts:>2} attempts  next {}  {}",
        word(notice, "id"),
        word(notice, "out_trade_no"),
        word(notice, "status"),
        word(notice, "next_attempt_at"),
        word(notice, "notify_url"),
    )
}

/// Send one notice of a running simulator once more, now [立即重发通知]
///
/// Exit 1 if there is no such notice, 4 if it goes to no address on this machine.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wxpay simulator resend 3 --control http://127.0.0.1:8100/_control --control-token-file token.txt"
)]
pub(crate) struct Resend {
    /// The notice's id, as `wxpay simulator notices` lists it
    #[arg(value_name = "ID")]
    id: u64,
    #[command(flatten)]
    control: ControlOptions,
}

pub(crate) async fn resend(command: &Resend, output: &mut Output) -> Result<Exit, Failure> {
    let id = command.id.to_string();
    command
        .control
        .settle(Ask::post(&["notices", &id, "resend"], json!({})), output, |notice, output| output.line(&row(notice)))
        .await
}
