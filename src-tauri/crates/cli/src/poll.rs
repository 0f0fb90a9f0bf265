//! `wxpay poll`: asking the gateway about orders that are open.

use std::time::Duration;

use desk::{Drain, Drained, HeldBack, Pass, PollingNow};
use serde_json::{Value, json};
use wxpay_protocol::UtcMs;

use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::progress::{self, Bar};

const AFTER: &str = "\
One pass asks what is due by the schedule (5 s, 10 s, 30 s, 60 s, 3 min, 10 min, 30 min after the last question). --drain \
asks about every open order and refund in turn until all are final; a refund that waits for a person (CHANGE) is not waited for. Both go on where an earlier run was cut off. Without --profile all \
merchants are asked.

Exit status with --drain: 0 all orders and refunds are final · 5 the time is out and some are still open.

Examples:
  wxpay poll
  wxpay poll --drain --timeout 120 --json
  wxpay poll --drain --close-after 7200 --rate 5";

/// Ask the gateway about open orders [轮询查单] and keep what it answers
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Poll {
    /// Ask about all open orders and refunds in turn until every one is final
    #[arg(long)]
    drain: bool,
    /// Seconds after which draining ends
    #[arg(long, value_name = "S", default_value_t = 600, requires = "drain", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    timeout: u64,
    /// Close orders placed here that are still unpaid at this age, in seconds [关单]
    #[arg(long, value_name = "S", requires = "drain", value_parser = clap::value_parser!(u64).range(0..=31_536_000))]
    close_after: Option<u64>,
    /// Requests a second to each merchant's gateway; the setting if it is not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: Option<u32>,
}

pub(crate) fn run(command: &Poll, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    block_on(async {
        let desk = options.open().await?;
        if let Some(name) = options.profile() {
            desk.profile(name).await?;
        }
        options.unlock(&desk).await?;
        if !command.drain {
            let pass = desk.poll_once(options.profile(), command.rate).await?;
            let merchants = desk.polling_now(options.profile()).await?;
            return tell_pass(pass, &merchants, output);
        }
        let drain = Drain {
            profile: options.profile().map(str::to_owned),
            timeout: Duration::from_secs(command.timeout),
            close_after: command.close_after.map(Duration::from_secs),
            rate_per_s: command.rate,
        };
        let bar = Bar::new("final [已终态]");
        let drained = desk.drain(drain, bar.watcher(), &progress::cancel_on_interrupt()).await;
        bar.finish();
        tell_drained(drained?, output)
    })
}

fn tell_pass(pass: Pass, merchants: &[PollingNow], output: &mut Output) -> Result<Exit, Failure> {
    if output.is_json() {
        output.document(&json!({
            "asked": pass.asked,
            "open": pass.open,
            "polled_elsewhere": pass.polled_elsewhere,
            "merchants": merchants.iter().map(merchant).collect::<Vec<_>>(),
        }))?;
        return Ok(Exit::Done);
    }
    if pass.polled_elsewhere {
        output.note("another program polls this data folder; nothing was asked here");
    }
    output.line(&format!("asked [已查] {}, open [未终态] {}", pass.asked, pass.open))?;
    for now in merchants.iter().filter(|now| now.open + now.open_refunds > 0) {
        let next =
            now.next_query_at.map_or_else(String::new, |at| format!(", next question [下次查单] {}", at.rfc3339()));
        let why = now.held_back.map_or_else(String::new, |why| format!(", waits [暂停]: {}", why.as_str()));
        let city = if now.other_city { ", asks the other city [备用域名]" } else { "" };
        let asking = now
            .asking
            .as_ref()
            .map_or_else(String::new, |number| format!(", asking about [正在查] {} ({number} last)", now.under_way));
        let refunds = match now.open_refunds {
            0 => String::new(),
            count => format!(", refunds [退款] {count}"),
        };
        output.line(&format!("  {}: open {}{refunds}{asking}{next}{why}{city}", now.profile, now.open))?;
    }
    Ok(Exit::Done)
}

fn merchant(now: &PollingNow) -> Value {
    json!({
        "profile": now.profile,
        "open": now.open,
        "open_refunds": now.open_refunds,
        "under_way": now.under_way,
        "asking": now.asking,
        "next_query_at": now.next_query_at.map(UtcMs::rfc3339),
        "next_refund_at": now.next_refund_at.map(UtcMs::rfc3339),
        "held_back": now.held_back.map(HeldBack::as_str),
        "other_city": now.other_city,
    })
}

fn tell_drained(drained: Drained, output: &mut Output) -> Result<Exit, Failure> {
    let all_final = drained.all_final();
    if output.is_json() {
        output.document(&json!({
            "total": drained.total,
            "open": drained.open,
            "refunds": drained.refunds,
            "refunds_open": drained.refunds_open,
            "removed_orders": drained.removed_orders,
            "removed_refunds": drained.removed_refunds,
            "asked": drained.asked,
            "polled_elsewhere": drained.polled_elsewhere,
            "cancelled": drained.cancelled,
        }))?;
    } else {
        if drained.polled_elsewhere && drained.total + drained.refunds > 0 {
            output.note("another program polls this data folder; this one watched");
        }
        if drained.removed_orders + drained.removed_refunds > 0 {
            output.note(&format!(
                "{} open orders and {} open refunds belong to merchants that were removed, and cannot be asked about \
                 [属于已删除的商户，无法查询]",
                drained.removed_orders, drained.removed_refunds
            ));
        }
        let sentence = if all_final {
            let refunds =
                if drained.refunds > 0 { format!("{} refunds [退款], ", drained.refunds) } else { String::new() };
            format!("all final [全部终态]: {} orders, {refunds}{} questions", drained.total, drained.asked)
        } else {
            let why = if drained.cancelled { "stopped" } else { "time is out" };
            let refunds = if drained.refunds_open > 0 {
                format!(" and {} of {} refunds [退款]", drained.refunds_open, drained.refunds)
            } else {
                String::new()
            };
            format!(
                "{why}: {} of {} orders{refunds} are still open [未终态]; run it again, nothing is lost",
                drained.open, drained.total
            )
        };
        output.verdict(all_final, &sentence)?;
    }
    Ok(if all_final { Exit::Done } else { Exit::Unknown })
}
