//! `wxpay alarms`: what needs a person.

use desk::{Alarm, AlarmFilter, Counted, Desk};
use serde_json::{Map, Value, json};
use wxpay_protocol::UtcMs;

use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// So many are read at once.
const PAGE: usize = 1_000;

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
        let wanted = AlarmFilter { profile: profile.map(str::to_owned), unseen: command.unseen };
        let counts = desk.alarm_counts(profile).await?;
        let listed = if output.is_json() {
            let mut documents: Vec<Value> = Vec::new();
            let count = each_page(&desk, &wanted, |alarms| {
                documents.extend(alarms.iter().map(document));
                Ok(())
            })
            .await?;
            let kinds: Map<String, Value> =
                counts.kinds.iter().map(|(kind, of)| (kind.as_str().into(), counted(*of))).collect();
            let unseen = documents.iter().filter(|alarm| alarm["seen"] == false).count();
            output.document(&json!({ "count": count, "unseen": unseen, "kinds": kinds, "alarms": documents }))?;
            count
        } else {
            each_page(&desk, &wanted, |alarms| alarms.iter().try_for_each(|alarm| write(alarm, output))).await?
        };
        if listed == 0 && !output.is_json() {
            output.verdict(true, "nothing needs a person [没有需要留意的事]")?;
        }
        if command.mark_seen {
            desk.see_alarms(counts.as_of, profile).await?;
        }
        Ok(if listed == 0 { Exit::Done } else { Exit::No })
    })
}

/// Hands out all of them, page by page; how many there were.
async fn each_page(
    desk: &Desk,
    wanted: &AlarmFilter,
    mut each: impl FnMut(&[Alarm]) -> Result<(), Failure>,
) -> Result<usize, Failure> {
    let (mut listed, mut after) = (0, None);
    loop {
        let page = desk.alarms(wanted.clone(), after, PAGE).await?;
        each(&page.alarms)?;
        listed += page.alarms.len();
        after = page.next;
        if after.is_none() {
            return Ok(listed);
        }
    }
}

fn write(alarm: &Alarm, output: &mut Output) -> Result<(), Failure> {
    let about = [
        alarm.about.out_trade_no().map(str::to_owned),
        alarm.about.out_refund_no().map(str::to_owned),
        alarm.about.date().map(UtcMs::day),
    ];
    let about = about.into_iter().flatten().collect::<Vec<_>>().join("  ");
    let new = if alarm.seen { "" } else { "  · 未读 new" };
    output.line(&format!("{}  {}  {}  {about}{new}", alarm.at.dashed(), alarm.kind.as_str(), alarm.profile))?;
    output.line(&format!("  {} / {}", alarm.what.zh, alarm.what.en))?;
    output.line(&format!("  → {} / {}", alarm.next.zh, alarm.next.en))
}

fn counted(counted: Counted) -> Value {
    json!({ "count": counted.count, "unseen": counted.unseen })
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
