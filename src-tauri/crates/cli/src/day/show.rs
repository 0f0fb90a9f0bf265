//! `wxpay day list` and `wxpay day show`: where days stand, and what of one does not agree.

use clap::Args;
use clap::builder::PossibleValuesParser;
use desk::sheets::{Mapping, Table, Unit};
use desk::store::{
    DayAnswer, DayBill, DayDifference, DayMark, DayNote, DayRun, DayStanding, DifferenceFilter, DifferenceState,
    Profile,
};
use desk::{Desk, GatewaySays, OwnTable, reason_text};
use serde_json::{Map, Value, json};
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::yuan_text;

use crate::day::List;
use crate::exit::{Exit, Failure};
use crate::fees;
use crate::output::{Output, number};
use crate::reconcile::date;

/// Digits of an identity that are shown; enough to name one of a day.
const SHOWN_DIGITS: usize = 8;

/// A day: verdict, classes, what does not agree and what was said to it [当天的结论与差异]
///
/// Exit 0 nothing is left to do · 1 something is open, not run, or cannot be read.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  wxpay day show 2026-11-20\n  wxpay day show 2026-11-20 --class amount_diff --state open --json"
)]
pub(crate) struct Show {
    /// The day
    #[arg(value_name = "D", value_parser = date)]
    date: UtcMs,
    /// Only this class
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// Only those that stand so
    #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(["open", "resolved", "carried_over", "ignored", "expected"]))]
    state: Option<String>,
    /// Only those with a number that begins so
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    search: String,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

pub(crate) async fn list(list: &List, desk: &Desk, profile: &Profile, output: &mut Output) -> Result<Exit, Failure> {
    let to = list.to.unwrap_or_else(|| desk.now());
    let from = list.from.unwrap_or_else(|| to.plus_ms(-30 * UtcMs::DAY_MS));
    let period = desk.period(&profile.name, from, to).await?;
    if output.is_json() {
        let classes: Map<String, Value> = period
            .classes
            .iter()
            .map(|tally| {
                let sums = json!({"count": tally.count, "bill_fen": number(tally.bill_fen), "local_fen": number(tally.local_fen)});
                (tally.class.clone(), sums)
            })
            .collect();
        let aging = period
            .aging
            .iter()
            .map(|age| json!({"up_to_days": age.up_to_days, "open": age.open, "carried_over": age.carried_over}));
        output.document(&json!({
            "days": period.days.iter().map(standing).collect::<Vec<_>>(),
            "settled_days": period.settled_days,
            "classes": classes,
            "payments_gap_fen": number(period.payments_gap_fen),
            "refunds_gap_fen": number(period.refunds_gap_fen),
            "aging": aging.collect::<Vec<_>>(),
        }))?;
        return Ok(Exit::Done);
    }
    for day in period.days.iter().filter(|day| day.mark != DayMark::Nothing) {
        let changed = if day.bill_changed { "  bill has changed [账单有变]" } else { "" };
        output.line(&format!(
            "{}  {:<26}  {:>6} differences, {} open, {} carried over  gap {}{changed}",
            day.date.day(),
            mark_words(day.mark),
            day.differences,
            day.open,
            day.carried_over,
            yuan_text(day.gap_fen),
        ))?;
    }
    for age in period.aging.iter().filter(|age| age.open + age.carried_over > 0) {
        let bound = age.up_to_days.map_or("older".to_owned(), |days| format!("up to {days} days"));
        output.line(&format!("  {bound:<14} {} open, {} carried over [账龄]", age.open, age.carried_over))?;
    }
    output.verdict(true, &format!("{} of {} days settled [已结清]", period.settled_days, period.days.len()))?;
    Ok(Exit::Done)
}

pub(crate) async fn show(show: &Show, desk: &Desk, profile: &Profile, output: &mut Output) -> Result<Exit, Failure> {
    let view = desk.day(&profile.name, show.date).await?;
    let filter = DifferenceFilter {
        class: show.class.clone(),
        state: show.state.as_deref().and_then(DifferenceState::parse),
        search: show.search.clone(),
        ..DifferenceFilter::default()
    };
    let page = desk.day_differences(&profile.name, show.date, filter, 0, show.limit).await?;
    let fees_off = desk.day_fees(&profile.name, show.date, 0, show.limit).await?;
    let day = &view.standing;
    if output.is_json() {
        let mut document = standing(day);
        if let Value::Object(fields) = &mut document {
            fields.insert("run".into(), view.run.as_ref().map_or(Value::Null, run));
            fields.insert("bills".into(), view.bills.iter().map(bill).collect());
            fields.insert("notes".into(), view.notes.iter().map(note).collect());
            fields.insert("open_by_class".into(), json!(view.open));
            let most = view
                .concentrations
                .iter()
                .map(|most| json!({"dimension": most.dimension.as_str(), "value": most.value, "count": most.count}));
            fields.insert("concentrations".into(), most.collect());
            let gap = view.run.as_ref().map_or(0, |run| run.found.fee_milli_fen);
            let fee_diff = json!({
                "count": fees_off.total,
                "amount_fee_1e5_yuan": number(gap),
                "listed": fees_off.listed,
                "rows": fees_off.rows.iter().map(fees::row).collect::<Vec<_>>(),
            });
            fields.insert("fee_diff".into(), fee_diff);
            fields.insert("matching".into(), json!(page.total));
            fields.insert("differences".into(), page.rows.iter().map(difference).collect());
        }
        output.document(&document)?;
    } else {
        describe(day, (&page.rows, page.total), fees_off.total, output)?;
        fees::describe(&fees_off.rows, fees_off.total, output)?;
        for own in view.run.iter().flat_map(|run| desk::own_tables(&run.found)) {
            output.line(&own_table_line(&own))?;
        }
        for note in &view.notes {
            output.line(&format!("  {}  {}  {}  {}", note.said_at.dashed(), note.said_by, note.kind, note.text))?;
        }
    }
    let is_settled = matches!(day.mark, DayMark::NoTrade | DayMark::Balanced | DayMark::Handled | DayMark::Closed);
    Ok(if is_settled { Exit::Done } else { Exit::No })
}

fn describe(
    day: &DayStanding,
    (rows, total): (&[DayDifference], u64),
    fees_off: u64,
    output: &mut Output,
) -> Result<(), Failure> {
    let is_settled = matches!(day.mark, DayMark::NoTrade | DayMark::Balanced | DayMark::Handled | DayMark::Closed);
    let sentence = format!(
        "{} {}: {} differences, {} open, {} carried over, {} rows not readable; local less bill {}",
        day.date.day(),
        mark_words(day.mark),
        day.differences,
        day.open,
        day.carried_over,
        day.malformed,
        yuan_text(day.gap_fen)
    );
    output.verdict(is_settled, &(sentence + &fees::verdict_words(fees_off)))?;
    if let Some(at) = day.denied_at {
        output.note(&format!(
            "WeChat said at {} that there is no bill of this day, which it had given before [微信支付说当天没有账单]; \
             look it up on the merchant platform and download it again",
            at.dashed()
        ));
    }
    if day.changed_at.is_some() {
        output.note("the bill of this day has changed since it was looked at [账单有变]; run the day again");
    }
    for row in rows {
        output.line(&format!("  {}", numbered(row)))?;
        if let Some(answer) = &row.answer {
            let said = GatewaySays::of(answer);
            output.line(&format!(
                "            {}  {} [{}]",
                answer.asked_at.dashed(),
                said.english(),
                said.chinese()
            ))?;
        }
        for note in row.notes.iter().filter(|note| !note.text.is_empty()) {
            output.line(&format!("            {}  {}: {}", note.said_at.dashed(), note.said_by, note.text))?;
        }
    }
    if total > rows.len() as u64 {
        output.note(&format!("{} more [还有更多]; --limit shows them", total - rows.len() as u64));
    }
    Ok(())
}

/// A difference in one line, after the digits that name it.
pub(crate) fn numbered(row: &DayDifference) -> String {
    let found = &row.found;
    let number = [&found.out_trade_no, &found.refund_id, &found.out_refund_no].into_iter().flatten().next();
    let fen = |fen: Option<i64>| fen.map_or_else(|| "—".to_owned(), |fen| yuan_text(fen.into()));
    format!(
        "{}  {:<20} {:<12} {}  bill {}  local {}  {}",
        hex(&found.identity).get(..SHOWN_DIGITS).unwrap_or_default(),
        found.class,
        row.state.as_str(),
        number.map_or("—", String::as_str),
        fen(found.bill_fen),
        fen(found.local_fen),
        reason_text(found, false)
    )
}

/// An identity as its digits.
pub(crate) fn hex(identity: &[u8; 16]) -> String {
    wxpay_protocol::sign::upper_hex(identity).to_lowercase()
}

pub(crate) const fn mark_words(mark: DayMark) -> &'static str {
    match mark {
        DayMark::Nothing => "nothing known [无记录]",
        DayMark::NoTrade => "no trade [无交易]",
        DayMark::MissingBill => "missing bill [缺账单]",
        DayMark::NotRun => "not run [未对账]",
        DayMark::Balanced => "balanced [平]",
        DayMark::Partly => "partly compared [部分对账]",
        DayMark::Open => "not balanced [不平]",
        DayMark::Handled => "handled [已处理]",
        DayMark::Closed => "closed [已关账]",
    }
}

pub(crate) fn standing(day: &DayStanding) -> Value {
    json!({
        "date": day.date.day(),
        "mark": day.mark.as_str(),
        "differences": day.differences,
        "open": day.open,
        "carried_over": day.carried_over,
        "malformed": day.malformed,
        "gap_fen": number(day.gap_fen),
        "bills_seen": day.bills,
        "bill_changed": day.bill_changed,
        "changed_at": day.changed_at.map(UtcMs::rfc3339),
        "denied_at": day.denied_at.map(UtcMs::rfc3339),
    })
}

fn run(run: &DayRun) -> Value {
    json!({
        "id": run.id,
        "balanced": run.found.balanced,
        "amount": run.found.basis,
        "day_cut_seconds": run.found.day_cut_s,
        "orders": run.found.orders,
        "refunds": run.found.refunds,
        "own_tables": desk::own_tables(&run.found).iter().map(own_table).collect::<Vec<_>>(),
        "ran_at": run.found.ran_at.rfc3339(),
        "ran_by": run.found.ran_by,
        "payments_gap_fen": number(run.found.payments_gap_fen),
        "refunds_gap_fen": number(run.found.refunds_gap_fen),
        "classes": run.found.classes.iter().map(|tally| (tally.class.clone(), json!({
            "count": tally.count, "bill_fen": number(tally.bill_fen), "local_fen": number(tally.local_fen),
        }))).collect::<Map<_, _>>(),
    })
}

/// A table of the merchant, and what was said of how it is read.
fn own_table(own: &OwnTable) -> Value {
    let said = own.mapping.as_ref();
    let columns = |mapping: &Mapping| {
        mapping.columns.iter().map(|(field, title)| (field.name().to_owned(), json!(title))).collect::<Map<_, _>>()
    };
    json!({
        "table": if own.table == Table::Refunds { "refunds" } else { "orders" },
        "file": own.file,
        "sheet": said.and_then(|mapping| mapping.sheet.as_ref()),
        "unit": said.and_then(|mapping| mapping.unit),
        "columns": said.map(columns),
    })
}

/// The same in one line.
fn own_table_line(own: &OwnTable) -> String {
    let kind = if own.table == Table::Refunds { "refunds [退款]" } else { "orders [订单]" };
    let mut words = vec![own.file.display().to_string()];
    if let Some(said) = &own.mapping {
        words.extend(said.sheet.as_ref().map(|sheet| format!("sheet [工作表] {sheet}")));
        words.extend(said.unit.map(|unit| format!("unit [单位] {}", if unit == Unit::Fen { "fen" } else { "yuan" })));
        words.extend(said.columns.iter().map(|(field, title)| format!("{} = {title}", field.name())));
    }
    format!("  {kind}  {}", words.join(", "))
}

fn bill(bill: &DayBill) -> Value {
    json!({
        "kind": bill.kind,
        "columns": bill.columns,
        "sha256": wxpay_protocol::sign::upper_hex(&bill.digest).to_lowercase(),
        "rows": bill.sums.rows,
        "summary_ok": bill.sums.summary_ok,
        "seen_at": bill.seen_at.rfc3339(),
        "file": bill.file,
    })
}

fn note(note: &DayNote) -> Value {
    json!({"kind": note.kind.as_str(), "by": note.said_by, "at": note.said_at.rfc3339(), "text": note.text})
}

/// What the gateway said when it was asked.
fn answer(answer: &DayAnswer) -> Value {
    let said = GatewaySays::of(answer);
    json!({
        "answer": answer.word,
        "asked_at": answer.asked_at.rfc3339(),
        "fee": answer.fee_fen,
        "id": answer.wechat_id,
        "paid_at": answer.paid_at.map(UtcMs::rfc3339),
        "sentence": said.chinese(),
        "sentence_en": said.english(),
    })
}

pub(crate) fn difference(row: &DayDifference) -> Value {
    let found = &row.found;
    json!({
        "identity": hex(&found.identity),
        "class": found.class,
        "state": row.state.as_str(),
        "changed_since_handled": row.has_changed,
        "reason": reason_text(found, true),
        "reason_zh": reason_text(found, false),
        "out_trade_no": found.out_trade_no,
        "transaction_id": found.transaction_id,
        "refund_id": found.refund_id,
        "out_refund_no": found.out_refund_no,
        "field": found.field,
        "bill_value": found.bill_value,
        "local_value": found.local_value,
        "bill_fen": found.bill_fen,
        "local_fen": found.local_fen,
        "bill_file": row.bill_file,
        "bill_line": found.bill_line,
        "local_line": found.local_line,
        "answer": row.answer.as_ref().map(answer),
        "notes": row.notes.iter().map(note).collect::<Vec<_>>(),
    })
}
