//! `wxpay alarms`: what needs a person.

use serde_json::{Value, json};

use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// So many are listed.
const LISTED: usize = 1000;

/// What needs a person [需要留意]: contradictions, unverified answers, payments after closing, certificates
///
/// Derived from the evidence each time; nothing is sent and no key is needed. Exit 0 nothing · 1 there is something.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  wxpay alarms\n  wxpay alarms --profile shop --json")]
pub(crate) struct Alarms {}

pub(crate) fn run(_: &Alarms, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    block_on(async {
        let desk = options.open().await?;
        let mut alarms = desk.alarms(LISTED).await?;
        if let Some(name) = options.profile() {
            desk.profile(name).await?;
            alarms.retain(|alarm| alarm.profile == name);
        }
        if output.is_json() {
            let alarms: Vec<Value> = alarms
                .iter()
                .map(|alarm| {
                    json!({
                        "kind": alarm.kind.as_str(),
                        "profile": alarm.profile,
                        "out_trade_no": alarm.out_trade_no,
                        "at": alarm.at.rfc3339(),
                        "what": alarm.what.zh,
                        "what_en": alarm.what.en,
                        "next": alarm.next.zh,
                        "next_en": alarm.next.en,
                    })
                })
                .collect();
            output.document(&json!({ "count": alarms.len(), "alarms": alarms }))?;
        } else {
            for alarm in &alarms {
                let about = alarm.out_trade_no.as_deref().unwrap_or_default();
                output.line(&format!("{}  {}  {}  {about}", alarm.at.dashed(), alarm.kind.as_str(), alarm.profile))?;
                output.line(&format!("  {} / {}", alarm.what.zh, alarm.what.en))?;
                output.line(&format!("  → {} / {}", alarm.next.zh, alarm.next.en))?;
            }
            if alarms.is_empty() {
                output.verdict(true, "nothing needs a person [没有需要留意的事]")?;
            }
        }
        Ok(if alarms.is_empty() { Exit::Done } else { Exit::No })
    })
}
