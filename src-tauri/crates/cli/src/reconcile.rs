//! `wxpay reconcile`: a day's bill against the merchant's own orders and refunds.

mod amount;
mod ask;
mod document;

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use desk::reconcile::{Class, Viewpoint};
use desk::sheets::{Mapping, Unit};
use desk::store::Profile;
use desk::{
    Beside, BesideFault, ByteMeter, Cancel, DayKept, DaySides, Desk, FeeOff, OwnFiles, OwnSide, ReconcileFault,
    Reconciled, SettledBeside, Watch,
};
use serde_json::{Value, json};
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::{MilliFen, yuan_text};

use crate::bill::check::unread_text;
use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::fees::{self, EveryFee};
use crate::option_words::ViewpointWord;
use crate::output::Output;
use crate::progress::{Bar, cancel_on_interrupt, json_lines};
use amount::AmountWord;

const AFTER: &str = "\
The day is Beijing time. The local side of it is every order paid on it and every refund accepted on it, and whatever the \
bill names. Each row of either side lands in exactly one class; `day_cut_*` and fee differences do not keep a day from \
being balanced. An order that was paid just outside of the day counts its amount on its own day only: `day_cut_bill` has \
the bill's amount, and over both days nothing is missing.

ORDERS needs out_trade_no, an amount and paid_at; also read: transaction_id, state. REFUNDS needs refund_id or \
out_refund_no, refund_fee and created_at or success_at; also read: status. CSV or XLSX, WeChat's names or the usual \
Chinese titles; --mapping FILE (TOML or JSON) says which column holds what; with --profile and without it the mapping that was saved for the \
merchant does, where ORDERS has its columns. Without ORDERS and REFUNDS the bill is compared \
with the orders and refunds that are kept of the profile's merchant.

Where WeChat has no bill because nothing was traded, --no-trade stands for it: whatever is local then has nothing in the bill. With \
--profile that must have been the answer to wxpay bill download.

With --profile what came of the day is kept: wxpay day shows it, takes remarks and closes it.

With --out, DIR/differences.csv (for programs: amounts in fen, lines from 1) and DIR/reconcile.xlsx (for people) get one \
row for everything that does not agree; fees that are off stand in DIR/fees.csv and on a sheet of their own. --json lists \
every one of them, however many there are.

Exit 0 if the day is balanced, 1 if not, 3 if a file is refused. Ctrl-C ends it within a second, with 3: no run is kept and \
no file is written.

Examples:
  wxpay reconcile --bill bill.csv --orders orders.csv --refunds refunds.csv --date 2026-11-20
  wxpay reconcile --bill bill.csv --profile shop --date 2026-11-20
  wxpay reconcile --no-trade --profile shop --date 2026-11-20
  wxpay reconcile --bill bill.csv.gz --orders orders.xlsx --sheet 十一月 --unit yuan --date 2026-11-20 --out result/ --json";

/// Compare a day's bill with your own orders and refunds [对账]
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Reconcile {
    /// Bills of the day as they were downloaded, plain or GZIP
    #[arg(long, value_name = "FILE", required_unless_present = "no_trade", num_args = 1..)]
    bill: Vec<PathBuf>,
    /// Instead of a bill: WeChat says that nothing was traded that day [No Bill Exist]
    #[arg(long, conflicts_with = "bill")]
    no_trade: bool,
    /// Bills of the day before and after: what was paid around midnight is looked up in them; else those known of the profile
    #[arg(long, value_name = "FILE", num_args = 1..)]
    beside: Vec<PathBuf>,
    /// Ask the gateway about the first N differences, 500 unless said; needs a profile
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "500")]
    ask: Option<usize>,
    /// Your orders, CSV or XLSX
    #[arg(long, value_name = "FILE")]
    orders: Option<PathBuf>,
    /// Your refunds, CSV or XLSX
    #[arg(long, value_name = "FILE")]
    refunds: Option<PathBuf>,
    /// Which sheet of ORDERS, a workbook, by its name or its number from 1; else as the mapping says, or the first
    #[arg(long, value_name = "SHEET", requires = "orders")]
    sheet: Option<String>,
    /// Which sheet of REFUNDS
    #[arg(long, value_name = "SHEET", requires = "refunds")]
    refunds_sheet: Option<String>,
    /// File that says which column holds what
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// What amounts count, where the title does not say
    #[arg(long, value_enum)]
    unit: Option<UnitWord>,
    /// Which of WeChat's amounts you keep: 订单金额, 应结订单金额, or what was paid in cash
    #[arg(long, value_enum, default_value = "order")]
    amount: AmountWord,
    /// How wide the edges around midnight are, in seconds
    #[arg(long, value_name = "S", default_value_t = 300, value_parser = clap::value_parser!(u32).range(0..=43_200))]
    day_cut_seconds: u32,
    /// The day, such as 2026-11-20 or 20261120
    #[arg(long, value_name = "D", value_parser = date)]
    date: UtcMs,
    /// Tell how far the reading is on standard error, one JSON document a line
    #[arg(long)]
    progress: bool,
    /// What the classes are called in what is written for people
    #[arg(long, value_enum, default_value_t)]
    viewpoint: ViewpointWord,
    /// Folder for differences.csv and reconcile.xlsx
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// `--unit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum UnitWord {
    /// Whole numbers
    Fen,
    /// Up to two decimals
    Yuan,
}

/// A day as it is written on the command line.
pub(crate) fn date(text: &str) -> Result<UtcMs, &'static str> {
    let midnight = if text.contains('-') {
        UtcMs::parse_dashed(&format!("{text} 00:00:00"))
    } else {
        UtcMs::parse_compact(&format!("{text}000000"))
    };
    midnight.map_err(|_| "a day is written as 2026-11-20 or 20261120")
}

pub(crate) async fn run(command: &Reconcile, desk: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let cancel = cancel_on_interrupt();
    let merchant = merchant_of(command, desk).await?;
    if let (true, Some((opened, profile))) = (command.no_trade, &merchant) {
        opened.expect_no_trade(&profile.name, command.date).await?;
    }
    let sides = sides(command, merchant.as_ref(), &cancel).await?;
    let mut found = read(command, &sides, &cancel)?;
    let asked = match (&merchant, command.ask) {
        (Some(merchant), Some(most)) => ask::ask(merchant, desk, &sides, &mut found, (most, &cancel)).await?,
        _ => Vec::new(),
    };
    let found = Arc::new(found);
    // Before anything is kept or written: whoever stops this, or changes a bill, finds nothing done.
    let every_fee = output.is_json().then(|| EveryFee::read(&found, &cancel)).transpose()?;
    let fees_off = if every_fee.is_none() { found.fees_off(&cancel)? } else { Vec::new() };
    let amounts = if output.is_json() { None } else { amount::seen(&sides, &found, &cancel)? };
    let kept = match &merchant {
        Some((opened, profile)) => Some(opened.keep_day(&profile.name, &sides, &found, &cancel).await?),
        None => None,
    };
    let outputs = match &command.out {
        Some(folder) => found.write(&sides, folder, command.viewpoint.into(), &cancel)?,
        None => Vec::new(),
    };
    if let Some(every_fee) = every_fee {
        let asked = command.ask.map(|_| ask::shown(&found, &asked));
        let day = document::day(&sides, &found, kept.as_ref(), &outputs);
        document::write(day, &found, &every_fee, asked, output)?;
    } else {
        describe(&sides, &found, command.viewpoint.into(), output)?;
        amount::describe(&sides, amounts, output)?;
        describe_rows(&found, &fees_off, &outputs, output)?;
        describe_kept(kept.as_ref(), output);
        ask::describe(&found, &asked, output)?;
    }
    Ok(if found.is_balanced() { Exit::Done } else { Exit::No })
}

/// Reads both sides and brings them together, and tells how far it is.
fn read(command: &Reconcile, sides: &DaySides, cancel: &Cancel) -> Result<Reconciled, Failure> {
    let bar = Bar::of_bytes("reading [读取]");
    let report = if command.progress { json_lines("bytes") } else { bar.byte_watcher() };
    let meter = ByteMeter::new(sides.bytes()?, report);
    let (on_bytes, on_more) = (|bytes| meter.add(bytes), |bytes| meter.expect(bytes));
    let found = sides.reconcile(Watch { on_bytes: &on_bytes, on_more: &on_more, cancel });
    if found.is_ok() {
        meter.finish();
    }
    bar.finish();
    Ok(found?)
}

async fn sides(command: &Reconcile, merchant: Option<&(Desk, Profile)>, cancel: &Cancel) -> Result<DaySides, Failure> {
    let mut mapping = mapping(command, merchant).await?;
    if let Some(named) = &command.sheet {
        mapping.sheet = Some(named.clone());
    }
    if let Some(unit) = command.unit {
        mapping.unit = Some(match unit {
            UnitWord::Fen => Unit::Fen,
            UnitWord::Yuan => Unit::Yuan,
        });
    }
    let own = match merchant {
        Some((opened, profile)) if is_kept(command) => OwnSide::Kept(opened.kept_side(profile)),
        _ => OwnSide::Files(OwnFiles {
            orders: command.orders.clone(),
            refunds: command.refunds.clone(),
            mapping,
            refunds_mapping: None,
            refunds_sheet: command.refunds_sheet.clone(),
        }),
    };
    let beside = match merchant {
        Some((opened, profile)) if command.beside.is_empty() => {
            opened.beside(&profile.name, command.date, cancel).await?
        }
        _ => Beside::from(command.beside.clone()),
    };
    Ok(DaySides {
        bills: command.bill.clone(),
        beside,
        own,
        basis: command.amount.into(),
        date: command.date,
        day_cut_s: command.day_cut_seconds,
        mch_id: merchant.map(|(_, profile)| profile.mch_id.to_string()),
        sub_mch_id: merchant.and_then(|(_, profile)| profile.sub_mch_id.as_ref().map(ToString::to_string)),
    })
}

/// Which column of the merchant's files holds what: as it is said, else as it was saved for the merchant.
async fn mapping(command: &Reconcile, merchant: Option<&(Desk, Profile)>) -> Result<Mapping, Failure> {
    if let Some(path) = &command.mapping {
        let place = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|cause| Failure::Unreadable { place: place.clone(), cause })?;
        return Ok(Mapping::parse(&text).map_err(|cause| ReconcileFault::Sheet { place, cause })?);
    }
    let saved = match (merchant, &command.orders) {
        (Some((opened, profile)), Some(orders)) => {
            opened.mapping_for(&profile.name, orders, command.sheet.as_deref()).await?
        }
        _ => None,
    };
    Ok(saved.unwrap_or_default())
}

/// Whether the bill is compared with what the store keeps.
const fn is_kept(command: &Reconcile) -> bool {
    command.orders.is_none() && command.refunds.is_none()
}

/// The merchant whose bills these are: what came of the day is kept under it.
async fn merchant_of(command: &Reconcile, desk: &DeskOptions) -> Result<Option<(Desk, Profile)>, Failure> {
    if !is_kept(command) && desk.profile().is_none() && command.ask.is_none() {
        return Ok(None);
    }
    let opened = desk.open().await?;
    match desk.choose(&opened).await {
        Err(Failure::NoProfile) => {
            Err(Failure::OptionNeeded { kind: "reconcile without a merchant", option: "--orders or --refunds" })
        }
        chosen => Ok(Some((opened, chosen?))),
    }
}

fn describe_kept(kept: Option<&DayKept>, output: &mut Output) {
    let Some(kept) = kept else { return };
    if kept.run.is_none() {
        output.note("the day is closed; nothing was kept [当天已关账，未保存]: wxpay day reopen opens it again");
    }
    describe_beside(&kept.settled_beside, output);
    if let Some(at) = kept.denied_at {
        output.note(&format!(
            "WeChat said at {} that there is no bill of this day; this file was compared all the same \
             [微信支付说当天没有账单，仍用此文件对账]",
            at.dashed()
        ));
    }
    for bill in &kept.other_bills {
        output.note(&format!(
            "WeChat gave another bill for this day before [账单有变]: {} of {}",
            bill.file.as_deref().unwrap_or("a file that is not known"),
            bill.seen_at.dashed()
        ));
    }
}

/// Says which days beside have a new run, and which could not get one.
pub(crate) fn describe_beside(beside: &SettledBeside, output: &mut Output) {
    for day in &beside.days {
        let day = day.day();
        output.note(&format!(
            "what waited on {day} for this bill was looked up in it [跨日差异已重新匹配]: wxpay day show {day}"
        ));
    }
    for fault in &beside.faults {
        let (day, cause, chinese) = (fault.day.day(), &fault.cause, &fault.chinese);
        output.note(&format!(
            "what waited on {day} for this bill still waits [跨日差异未能匹配：{chinese}]: {cause}; reconcile {day} again"
        ));
    }
}

/// The days beside that have a new run.
pub(crate) fn settled_days(beside: &SettledBeside) -> Vec<String> {
    beside.days.iter().map(|day| day.day()).collect()
}

/// The days beside that could not get one.
pub(crate) fn unsettled_days(beside: &SettledBeside) -> Vec<Value> {
    let fault = |fault: &BesideFault| json!({"date": fault.day.day(), "code": fault.code, "reason": fault.cause, "reason_zh": fault.chinese});
    beside.faults.iter().map(fault).collect()
}

fn describe(sides: &DaySides, found: &Reconciled, viewpoint: Viewpoint, output: &mut Output) -> Result<(), Failure> {
    let (verdict, totals, day) = (&found.verdict, &found.bills.totals, sides.date.day());
    let differences: u64 =
        Class::ALL.into_iter().filter(|class| class.is_difference()).map(|class| verdict.tally(class).count).sum();
    let sentence = if found.is_balanced() {
        format!("{day} is balanced [平]")
    } else {
        format!(
            "{day} is not balanced [不平]: {differences} differences, {} rows not readable",
            found.malformed_count()
        )
    };
    output.verdict(found.is_balanced(), &(sentence + &fees::verdict_words(verdict.fees.count)))?;
    if sides.bills.is_empty() {
        output.line("  bill [账单]   none: WeChat says that nothing was traded [微信支付：当天无交易]")?;
    } else {
        let summary =
            if totals.summary_ok { "✔ summary ties out [汇总一致]" } else { "✘ summary cannot be compared" };
        output.line(&format!(
            "  bill [账单]   {} rows, ordered {}, refunded {}  {summary}",
            totals.sums.rows,
            yuan_text(totals.sums.total_fee),
            yuan_text(totals.sums.settlement_refund_fee)
        ))?;
    }
    if verdict.not_compared > 0 {
        output.line(&format!(
            "  not compared [未比较]  {} rows of the bill: nothing was given to compare them with; give orders and refunds [请把订单和退款都给出]",
            verdict.not_compared
        ))?;
    }
    if totals.unread.rows > 0 {
        output.line(&format!("  not read [未读出]  {}", unread_text(totals)))?;
    }
    describe_local(found, output)?;
    if found.bills.recharge_refunds > 0 {
        let count = found.bills.recharge_refunds;
        output.line(&format!("  recharge refunds [充值退款] {count}, compared with nothing [不参与对账]"))?;
    }
    for class in Class::ALL {
        let tally = verdict.tally(class);
        if tally.count > 0 {
            let (bill, local) = (yuan_text(tally.bill_fen), yuan_text(tally.local_fen));
            output.line(&format!(
                "  {:<20} {:>9}  bill {bill}  local {local}  {}",
                class.name(),
                tally.count,
                class.words(viewpoint).0
            ))?;
        }
    }
    if verdict.fees.count > 0 {
        let difference = i64::try_from(found.fee_difference().milli_fen()).unwrap_or(i64::MAX);
        let difference = MilliFen::new(difference);
        output.line(&format!("  fee_diff             {:>9}  {difference}  手续费不一致", verdict.fees.count))?;
    }
    Ok(())
}

/// The own side, and what of its tables was passed over or lost.
fn describe_local(found: &Reconciled, output: &mut Output) -> Result<(), Failure> {
    let local = &found.local;
    output.line(&format!(
        "  local [本地]  {} orders, {} refunds, {} of other days",
        local.orders, local.refunds, found.verdict.out_of_scope
    ))?;
    if local.passed_over > 0 {
        output.line(&format!(
            "  passed over [跳过]  {} rows: totals, blank lines and further lines of one order [合计、空行、同一订单的其他行]",
            local.passed_over
        ))?;
    }
    if let Some(line) = local.first_damaged_line {
        output.line(&format!(
            "  precision lost [精度已丢失]  {} numbers, the first in line {line}: compared by the other number of their row \
             [按同一行的另一个单号对比]",
            local.damaged_ids
        ))?;
    }
    Ok(())
}

/// The rows that are told one by one, and what was written.
fn describe_rows(
    found: &Reconciled,
    fees_off: &[FeeOff],
    outputs: &[PathBuf],
    output: &mut Output,
) -> Result<(), Failure> {
    fees::describe(fees_off, found.verdict.fees.count, output)?;
    for file in &found.bills.same {
        output.note(&format!("{file} holds the same bytes as an earlier bill and was left out [重复的账单文件]"));
    }
    for row in found.malformed.iter().take(20) {
        output.note(&format!("{} line {}: {} [{}]", row.side, row.line, row.reason_en, row.reason));
    }
    if found.malformed_unlisted() > 0 {
        output.note(&format!(
            "{} rows cannot be read; line and reason are kept of the first {} [仅列出前 {1} 行]",
            found.malformed_count(),
            found.malformed.len()
        ));
    }
    for file in outputs {
        output.line(&format!("  written [已写]  {}", file.display()))?;
    }
    Ok(())
}
