//! `wxpay day report`: what a month of days adds up to, which of them are not done, and what is left of them by age.

use std::path::PathBuf;

use clap::Args;
use desk::sheets::Reader;
use desk::store::{DayMark, Profile};
use desk::{
    Desk, LeftDifference, LeftPage, SideSums, SpanExport, SpanReport, SpanSums, age_bound_days, exact_yuan_text,
};
use serde_json::{Map, Value, json};
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::yuan_text;

use crate::day::show::{difference, mark_words, numbered, standing};
use crate::exit::{Exit, Failure};
use crate::option_words::ViewpointWord;
use crate::output::{Output, number};
use crate::reconcile::date;

/// The marks in the order in which they are told, with whether a day that has it is done.
const MARKS: [(DayMark, bool); 9] = [
    (DayMark::Balanced, true),
    (DayMark::Handled, true),
    (DayMark::Closed, true),
    (DayMark::NoTrade, true),
    (DayMark::Nothing, true),
    (DayMark::Open, false),
    (DayMark::MissingBill, false),
    (DayMark::NotRun, false),
    (DayMark::Partly, false),
];

/// A span of days: sums of both sides, days that are not done, and what is left by age [月度汇总、未结清与账龄]
///
/// Exit 0 every day is done · 1 a day differs, has no bill or was not run.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  wxpay day report\n  wxpay day report --from 2026-11-01 --to 2026-11-30 -o november.xlsx\n  wxpay day report --from 2026-11-01 --to 2026-11-30 --json"
)]
pub(crate) struct Report {
    /// The first day; else the first of the last one's month
    #[arg(long, value_name = "D", value_parser = date)]
    from: Option<UtcMs>,
    /// The last day; else today
    #[arg(long, value_name = "D", value_parser = date)]
    to: Option<UtcMs>,
    /// Also as a file; .csv or .xlsx says what is written
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// CSV for programs
    #[arg(long, requires = "output")]
    exact: bool,
    /// What the classes are called in a table for people
    #[arg(long, value_enum, default_value_t)]
    viewpoint: ViewpointWord,
    /// At most so many differences; a file has all of them
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

pub(crate) async fn run(wanted: &Report, desk: &Desk, profile: &Profile, output: &mut Output) -> Result<Exit, Failure> {
    let to = wanted.to.unwrap_or_else(|| desk.now());
    let from = wanted.from.unwrap_or_else(|| first_of_month(to));
    let report = desk.span_report(&profile.name, from, to).await?;
    let left = desk.span_left(&profile.name, (from, to), 0, wanted.limit).await?;
    if let Some(file) = &wanted.output {
        let export = SpanExport {
            profile: profile.name.clone(),
            from,
            to,
            file: file.clone(),
            reader: if wanted.exact { Reader::Programs } else { Reader::People },
            viewpoint: wanted.viewpoint.into(),
        };
        desk.export_report(export).await?;
    }
    if output.is_json() {
        let mut report = document(&report, &left);
        if let (Some(file), Value::Object(fields)) = (&wanted.output, &mut report) {
            fields.insert("file".into(), json!(file));
        }
        output.document(&report)?;
    } else {
        describe(&report, &left, output)?;
        if let Some(file) = &wanted.output {
            output.line(&format!("written to [已导出到] {}", file.display()))?;
        }
    }
    let is_done = MARKS.iter().all(|(mark, is_done)| *is_done || report.dates(*mark).is_empty());
    Ok(if is_done { Exit::Done } else { Exit::No })
}

fn first_of_month(day: UtcMs) -> UtcMs {
    let digits = day.day().get(8..).and_then(|digits| digits.parse().ok()).unwrap_or(1_i64);
    day.start_of_day().plus_ms(-(digits - 1) * UtcMs::DAY_MS)
}

fn document(report: &SpanReport, left: &LeftPage) -> Value {
    let marks: Map<String, Value> = MARKS
        .iter()
        .map(|(mark, _)| (mark.as_str().to_owned(), report.dates(*mark).into_iter().map(UtcMs::day).collect()))
        .collect();
    let aging = report
        .aging
        .iter()
        .map(|age| json!({"up_to_days": age.up_to_days, "open": age.open, "carried_over": age.carried_over}));
    let days = report.days.iter().map(|day| {
        let mut told = standing(&day.standing);
        if let Value::Object(fields) = &mut told {
            fields.insert("sums".into(), day.sums.as_ref().map_or(Value::Null, sums));
        }
        told
    });
    json!({
        "sums": sums(&report.sums),
        "marks": marks,
        "malformed": report.malformed(),
        "aging": aging.collect::<Vec<_>>(),
        "days": days.collect::<Vec<_>>(),
        "left": left.total,
        "differences": left.rows.iter().map(left_difference).collect::<Vec<_>>(),
    })
}

fn sums(sums: &SpanSums) -> Value {
    json!({
        "payments": side(sums.payments),
        "refunds": side(sums.refunds),
        "net": side(sums.net()),
        "fee_1e5_yuan": number(sums.fee_milli_fen),
        "fees_off": sums.fee_count,
        "fees_gap_1e5_yuan": number(sums.fee_gap_milli_fen),
        "bill_rows_not_compared": sums.not_compared,
    })
}

fn side(side: SideSums) -> Value {
    json!({"bill_fen": number(side.bill_fen), "local_fen": number(side.local_fen), "gap_fen": number(side.gap_fen())})
}

fn left_difference(left: &LeftDifference) -> Value {
    let mut told = difference(&left.found);
    if let Value::Object(fields) = &mut told {
        fields.insert("date".into(), json!(left.found.date.day()));
        fields.insert("age_days".into(), json!(left.age_days));
        fields.insert("up_to_days".into(), json!(age_bound_days(left.age_days)));
    }
    told
}

fn describe(report: &SpanReport, left: &LeftPage, output: &mut Output) -> Result<(), Failure> {
    let sums = &report.sums;
    for (name, side) in
        [("payments [支付]", sums.payments), ("refunds [退款]", sums.refunds), ("net [净额]", sums.net())]
    {
        let [bill, local, gap] = [side.bill_fen, side.local_fen, side.gap_fen()].map(yuan_text);
        output.line(&format!("  {name:<16} bill {bill:>16}  local {local:>16}  local less bill {gap:>14}"))?;
    }
    output.line(&format!(
        "  {:<16} bill {:>16}  {} off, bill less expected {}",
        "fees [手续费]",
        exact_yuan_text(sums.fee_milli_fen * 1000),
        sums.fee_count,
        exact_yuan_text(sums.fee_gap_milli_fen * 1000),
    ))?;
    if sums.not_compared > 0 {
        output.note(&format!(
            "{} rows of the bills had nothing to be compared with and are in no sum [有账单行未比较]; run those days with a table of refunds too",
            sums.not_compared
        ));
    }
    for (mark, _) in MARKS {
        let dates: Vec<String> = report.dates(mark).into_iter().map(UtcMs::day).collect();
        if !dates.is_empty() && mark != DayMark::Nothing {
            output.line(&format!("{:<26} {:>3}  {}", mark_words(mark), dates.len(), dates.join(" ")))?;
        }
    }
    for age in report.aging.iter().filter(|age| age.open + age.carried_over > 0) {
        let bound = age.up_to_days.map_or("older".to_owned(), |days| format!("up to {days} days"));
        output.line(&format!("  {bound:<14} {} open, {} carried over [账龄]", age.open, age.carried_over))?;
    }
    for row in &left.rows {
        output.line(&format!("{}  {:>3} d  {}", row.found.date.day(), row.age_days, numbered(&row.found)))?;
    }
    let more = left.total - left.rows.len() as u64;
    if more > 0 {
        output.note(&format!("{more} more are left [还有更多未结清]; --limit shows them, a file has all of them"));
    }
    let is_done = left.total + report.malformed() == 0;
    output.verdict(is_done, &format!("{} left [未结清], {} rows not readable", left.total, report.malformed()))
}
