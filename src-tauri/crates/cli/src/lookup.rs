//! `wxpay lookup`: from a pasted number to the answer for the customer.

use std::path::PathBuf;

use desk::{DeskError, LookedUp, LookupAnswer, LookupTable, LookupVerdict, LookupWish, NumberKind, Step, Told};
use serde_json::{Map, Value, json};
use wxpay_protocol::UtcMs;
use wxpay_protocol::environment::Environment;

use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::message;
use crate::order::show;
use crate::output::Output;
use crate::progress::{self, Bar};
use crate::refund;

/// The answer for support [查单]: paste a number, several, or a customer's whole message
///
/// Reads what is known here, then asks WeChat Pay with signed queries (orderquery, refundquery) and keeps what it answers; last,
/// looks through the bills and reconciled days that it may stand in. Never moves money. Exit 0 found · 1 not found · 5 unknown
/// · 6 the key is missing or locked.
#[derive(clap::Args)]
#[command(after_help = "\
TEXT is a 微信支付单号 (4200…), 商户单号, 退款单号 (50…), an error code, or a message that holds some: spaces, line breaks, full-width \
digits and an O for a 0 do not matter.

Examples:
  wxpay lookup 4200000000202401020000000001
  wxpay lookup '交易单号 4200 0000 0020 2401 0200 0000 0001，什么时候到账？' --json
  wxpay lookup 20240102030405000112345678 --offline
  wxpay lookup --file numbers.txt -o answers.csv")]
pub(crate) struct Lookup {
    /// The number or the message
    #[arg(required_unless_present = "file", conflicts_with = "file", value_name = "TEXT")]
    text: Vec<String>,
    /// A file with up to 1000 numbers, - for standard input; every number has its own answer
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Write the answers as a table; .csv or .xlsx says what is written
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only what is known here; nothing is sent and no key is needed
    #[arg(long)]
    offline: bool,
}

pub(crate) fn run(command: &Lookup, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    block_on(look_up(command, options, output))
}

async fn look_up(command: &Lookup, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let text = match &command.file {
        Some(file) => String::from_utf8_lossy(&message::read_bytes(file)?).into_owned(),
        None => command.text.join(" "),
    };
    let desk = options.open().await?;
    if !command.offline {
        match desk.choose_profile(options.profile()).await {
            Ok(profile) if !profile.builtin => options.unlock(&desk).await?,
            Ok(_) => {}
            // Without a merchant to ask, what is known here is the answer.
            Err(DeskError::NotFound { .. } | DeskError::Input { .. }) if options.profile().is_none() => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    let wish = LookupWish {
        text: text.clone(),
        profile: options.profile().map(str::to_owned),
        offline: command.offline,
        one_per_order: command.file.is_none(),
    };
    let cancel = progress::cancel_on_interrupt();
    let bar = Bar::new("looked up [已查]");
    let found = desk.lookup(wish, bar.watcher(), &cancel).await;
    bar.finish();
    let bar = Bar::of_bytes("reading bills [读账单]");
    let found = desk.lookup_in_bills(found?, bar.byte_watcher(), &cancel).await;
    bar.finish();
    let found = found?;
    if let Some(file) = &command.output {
        desk.write_lookup(LookupTable { answers: &found.answers, file }).await?;
    }
    if command.file.is_some() || command.output.is_some() {
        return tell_table(&found, command, output);
    }
    tell(&text, &found, output)
}

/// The first answer, and the others of the same text beside it.
fn tell(text: &str, found: &LookedUp, output: &mut Output) -> Result<Exit, Failure> {
    let Some((first, others)) = found.answers.split_first() else { return Ok(Exit::Unknown) };
    if output.is_json() {
        let mut document = fields(first);
        let secret = found.answers.iter().any(|answer| answer.number.kind == NumberKind::AuthCode);
        if !secret {
            document.insert("input".to_owned(), json!(text));
        }
        document.insert("others".to_owned(), others.iter().map(|answer| Value::Object(fields(answer))).collect());
        output.document(&document)?;
    } else {
        for answer in &found.answers {
            describe(answer, output)?;
        }
    }
    Ok(Exit::from_status(first.exit_status()))
}

fn tell_table(found: &LookedUp, command: &Lookup, output: &mut Output) -> Result<Exit, Failure> {
    let count = |verdict| found.answers.iter().filter(|answer| answer.verdict == verdict).count();
    let (known, absent) = (count(LookupVerdict::Found), count(LookupVerdict::NotFound));
    let (unknown, explained) = (count(LookupVerdict::Unknown), count(LookupVerdict::Explained));
    if output.is_json() {
        let answers: Vec<Value> = found.answers.iter().map(|answer| Value::Object(fields(answer))).collect();
        output.document(&json!({
            "numbers": found.numbers,
            "found": known,
            "not_found": absent,
            "unknown": unknown,
            "explained": explained,
            "cancelled": found.cancelled,
            "file": command.output,
            "answers": answers,
        }))?;
    } else {
        if command.output.is_none() {
            for answer in &found.answers {
                output.line(&format!(
                    "{}  {}  {}",
                    answer.number.shown(),
                    answer.verdict.as_str(),
                    answer.sentence.zh
                ))?;
            }
        }
        let into = command.output.as_ref().map(|file| format!(" → {}", file.display())).unwrap_or_default();
        let stopped = if found.cancelled { "stopped [已停止]: " } else { "" };
        let text = format!(
            "{stopped}{known} found [找到], {absent} not found [没有], {unknown} unknown [未知], of {} numbers{into}",
            found.numbers
        );
        output.verdict(!found.cancelled && unknown == 0, &text)?;
    }
    let is_without_key = found.answers.iter().any(|answer| Exit::from_status(answer.exit_status()) == Exit::Secret);
    Ok(if is_without_key {
        Exit::Secret
    } else if found.cancelled || unknown > 0 {
        Exit::Unknown
    } else if absent + explained > 0 {
        Exit::No
    } else {
        Exit::Done
    })
}

fn fields(answer: &LookupAnswer) -> Map<String, Value> {
    let zh = |told: &Option<Told>| told.as_ref().map(|told| told.zh.clone());
    let en = |told: &Option<Told>| told.as_ref().map(|told| told.en.clone());
    let refunds: Vec<Value> = answer.refunds.iter().map(|one| Value::Object(refund::fields(one))).collect();
    let also: Vec<String> = answer.also.iter().map(desk::PastedNumber::shown).collect();
    let reasons = |pick: fn(&Told) -> &String| answer.reasons.iter().map(pick).cloned().collect::<Vec<_>>();
    let fields = [
        ("input", json!(answer.number.shown())),
        ("number", json!(answer.number.shown())),
        ("also", json!(also)),
        ("kind", json!(answer.number.kind.as_str())),
        ("date", json!(answer.number.date.map(UtcMs::day))),
        ("environment", json!(answer.environment.map(Environment::as_str))),
        ("profile", json!(answer.profile)),
        ("verdict", json!(answer.verdict.as_str())),
        ("inquiry", json!(answer.inquiry.as_str())),
        ("sentence", json!(answer.sentence.zh)),
        ("sentence_en", json!(answer.sentence.en)),
        ("final", json!(answer.is_final)),
        ("finality", json!(zh(&answer.finality))),
        ("finality_en", json!(en(&answer.finality))),
        ("timeline", answer.timeline.iter().map(step).collect()),
        ("order", json!(answer.order.as_ref().map(show::fields))),
        ("refunds", json!(refunds)),
        ("code", json!(zh(&answer.code))),
        ("code_en", json!(en(&answer.code))),
        ("reasons", json!(reasons(|told| &told.zh))),
        ("reasons_en", json!(reasons(|told| &told.en))),
        ("next", json!(answer.next.zh)),
        ("next_en", json!(answer.next.en)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn step(step: &Step) -> Value {
    json!({
        "at": step.at.rfc3339(),
        "what": step.what.zh,
        "what_en": step.what.en,
        "source": step.source.as_str(),
        "verified": step.is_verified,
    })
}

fn describe(answer: &LookupAnswer, output: &mut Output) -> Result<(), Failure> {
    let good = answer.exit_status() == 0;
    output.verdict(good, &answer.sentence.zh)?;
    output.line(&answer.sentence.en)?;
    let environment = answer.environment.map(Environment::as_str);
    let what = [
        Some(answer.number.shown()),
        Some(answer.number.kind.as_str().to_owned()),
        answer.number.date.map(UtcMs::day),
        answer.profile.clone(),
        environment.map(str::to_owned),
    ];
    output.line(&format!("  {}", what.into_iter().flatten().collect::<Vec<_>>().join("  ")))?;
    let mut told = |name: &str, told: &Told| output.line(&format!("  {name}  {} / {}", told.zh, told.en));
    if let Some(finality) = &answer.finality {
        told("final [能否再变]", finality)?;
    }
    if let Some(code) = &answer.code {
        told("code [错误码]", code)?;
    }
    for reason in &answer.reasons {
        told("reason [原因]", reason)?;
    }
    told("next [下一步]", &answer.next)?;
    for step in &answer.timeline {
        let mark = if step.is_verified { "" } else { "  not verified [未核实]" };
        output.line(&format!(
            "  {}  {}  {} / {}{mark}",
            step.at.dashed(),
            step.source.as_str(),
            step.what.zh,
            step.what.en
        ))?;
    }
    Ok(())
}
