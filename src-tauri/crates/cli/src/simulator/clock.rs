//! `wxpay simulator clock`: the virtual time of a running gateway.

use serde_json::{Value, json};
use wxpay_simulator::TimeScale;

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::simulator::control::{Ask, ControlOptions, word};

/// Show or move the clock of a running simulator [网关时钟]
///
/// It never goes back. What becomes due on the way happens at once.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay simulator clock --control http://127.0.0.1:8100/_control --control-token-file token.txt\n  wxpay simulator clock --advance-s 3600 --control … --control-token-file token.txt\n  wxpay simulator clock --next --control … --control-token-file token.txt"
)]
pub(crate) struct Clock {
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    change: Change,
}

#[derive(clap::Args)]
#[group(multiple = false)]
struct Change {
    /// Move it forward by so many seconds
    #[arg(long, value_name = "SECONDS")]
    advance_s: Option<u32>,
    /// Move it to the next moment at which something is due: a notice, a refund, a step of a scenario
    #[arg(long)]
    next: bool,
    /// From now on so many virtual seconds per real second, 0.001 to 1000000
    #[arg(long, value_name = "X", value_parser = |text: &str| TimeScale::parse(text).map(|_| text.to_owned()))]
    time_scale: Option<String>,
    /// Let it stand still until it is advanced, or a time scale is set
    #[arg(long)]
    freeze: bool,
}

impl Change {
    fn body(&self) -> Option<Value> {
        if let Some(seconds) = self.advance_s {
            Some(json!({"advance_s": seconds}))
        } else if self.next {
            Some(json!({"to_next": true}))
        } else if self.freeze {
            Some(json!({"freeze": true}))
        } else {
            self.time_scale.as_ref().map(|scale| json!({"time_scale": scale}))
        }
    }
}

pub(crate) async fn clock(command: &Clock, output: &mut Output) -> Result<Exit, Failure> {
    let ask = match command.change.body() {
        Some(body) => Ask::post(&["clock"], body),
        None => Ask::get(&["clock"]),
    };
    command
        .control
        .settle(ask, output, |clock, output| {
            output.line(&format!(
                "{}  × {} / 1000  next due [下一事件]: {}",
                word(clock, "now"),
                word(clock, "time_scale_per_mille"),
                word(clock, "next_due_at"),
            ))
        })
        .await
}
