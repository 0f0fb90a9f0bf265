//! `wxpay alarms`: what needs a person.

use desk::Alarm;
use serde_json::{Value, json};
use wxpay_protocol::UtcMs;

use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// What needs a person [需要留意]: contradictions, unknown outcomes, unverified answers, changed bills, certificates, keys
///
/// Derived from the evidence each time; nothing is sent and no key is needed. What was marked as seen is new again when it changes.
/// Exit 0 nothing · 1 there is something.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay alarms\n  wxpay alarms --profile shop --json\n  wxpay alarms --unseen\n  wxpay alarms --mark-seen"
)]
pub(crate) struct Alarms {
    /// Only what nobody has marked as seen
    #[arg(long)]
    unseen: bool,
    /// Marks what is listed as seen, after it was written out
    #[arg(long)]
    mark_seen: bool,
}

pub(crate) fn run(command: &Alarms, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    block_on(async {
        let desk = options.open().await?;
        let profile = options.profile();
        if let Some(name) = profile {
            desk.profile(name).await?;
        }
        let listed_at = desk.now();
        let mut alarms = desk.alarms().await?;
        alarms.retain(|alarm| profile.is_none_or(|name| alarm.profile == name) && !(command.unseen && alarm.seen));
        write(&alarms, output)?;
        if command.mark_seen {
            desk.see_alarms(listed_at, profile).await?;
        }
        Ok(if alarms.is_empty() { Exit::Done } else { Exit::No })
    })
}

fn write(alarms: &[Alarm], output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        let unseen = alarms.iter().filter(|alarm| !alarm.seen).count();
        let documents: Vec<Value> = alarms.iter().map(document).collect();
        return output.document(&json!({ "count": alarms.len(), "unseen": unseen, "alarms": documents }));
    }
    for alarm in alarms {
        let about = [
            alarm.about.out_trade_no().map(str::to_owned),
            alarm.about.out_refund_no().map(str::to_owned),
            alarm.about.date().map(UtcMs::day),
        ];
        let about = about.into_iter().flatten().collect::<Vec<_>>().join("  ");
        let new = if alarm.seen { "" } else { "  · 未读 new" };
        output.line(&format!("{}  {}  {}  {about}{new}", alarm.at.dashed(), alarm.kind.as_str(), alarm.profile))?;
        output.line(&format!("  {} / {}", alarm.what.zh, alarm.what.en))?;
        output.line(&format!("  → {} / {}", alarm.next.zh, alarm.next.en))?;
    }
    if alarms.is_empty() {
        output.verdict(true, "nothing needs a person [没有需要留意的事]")?;
    }
    Ok(())
}

fn document(alarm: &Alarm) -> Value {
    json!({
        "kind": alarm.kind.as_str(),
        "profile": alarm.profile,
        "out_trade_no": alarm.about.out_trade_no(),
        "out_refund_no": alarm.about.out_refund_no(),
        "notice": alarm.about.notice(),
        "date": alarm.about.date().map(UtcMs::day),
        "at": alarm.at.rfc3339(),
        "seen": alarm.seen,
        "what": alarm.what.zh,
        "what_en": alarm.what.en,
        "next": alarm.next.zh,
        "next_en": alarm.next.en,
    })
}
