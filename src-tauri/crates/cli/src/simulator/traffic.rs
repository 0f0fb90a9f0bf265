//! `wxpay simulator traffic|curl`: what went over the wire of a running gateway.

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::simulator::control::{Ask, ControlOptions, ListOptions, rows, word};

/// List the last exchanges of a running simulator, or show one with its exact bytes [网关报文]
///
/// Exit 1 if there is no such exchange; the last 500 are kept.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay simulator traffic --control http://127.0.0.1:8100/_control --control-token-file token.txt --search unifiedorder\n  wxpay simulator traffic 12 --control … --control-token-file token.txt --json"
)]
pub(crate) struct Traffic {
    /// One exchange, by its id
    #[arg(value_name = "ID")]
    id: Option<u64>,
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    list: ListOptions,
}

pub(crate) async fn traffic(command: &Traffic, output: &mut Output) -> Result<Exit, Failure> {
    let Some(id) = command.id.map(|id| id.to_string()) else {
        return command
            .control
            .settle(command.list.ask(&["traffic"]), output, |answer, output| {
                rows(answer, "traffic").try_for_each(|exchange| {
                    output.line(&format!(
                        "{:>6}  {}  {:<8}  {:>3}  {:>8} µs  {}  {}",
                        word(exchange, "id"),
                        word(exchange, "at"),
                        word(exchange, "direction"),
                        word(exchange, "status"),
                        word(exchange, "took_us"),
                        word(exchange, "path"),
                        word(exchange, "summary"),
                    ))
                })
            })
            .await;
    };
    command
        .control
        .settle(Ask::get(&["traffic", &id]), output, |exchange, output| {
            output.line(&format!(
                "{} {}  {}",
                word(exchange, "method"),
                word(exchange, "path"),
                word(exchange, "summary")
            ))?;
            for part in ["request", "response"] {
                output.line(&format!("--- {part}"))?;
                let name = if exchange.get(part).is_some() { part.to_owned() } else { format!("{part}_hex") };
                output.line(&word(exchange, &name))?;
            }
            Ok(())
        })
        .await
}

/// Print one exchange of a running simulator as a curl command that sends the same bytes [复制为 cURL]
///
/// Exit 1 if there is no such exchange.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wxpay simulator curl 12 --control http://127.0.0.1:8100/_control --control-token-file token.txt | sh"
)]
pub(crate) struct Curl {
    /// The exchange's id
    #[arg(value_name = "ID")]
    id: u64,
    #[command(flatten)]
    control: ControlOptions,
}

pub(crate) async fn curl(command: &Curl, output: &mut Output) -> Result<Exit, Failure> {
    let id = command.id.to_string();
    command
        .control
        .settle(Ask::get(&["traffic", &id, "curl"]), output, |answer, output| output.line(&word(answer, "curl")))
        .await
}
