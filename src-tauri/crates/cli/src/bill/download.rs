//! `wxpay bill download`: WeChat Pay's bills of a day or of several, onto the disk.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::ValueEnum;
use desk::{Before, BillFault, BillSpan, BillWish, Desk, FetchedBill, FetchedDay, OtherBill, SavedBill, Watch};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::download::BillKind;
use wxpay_protocol::bill::{AccountType, BillType};

use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::progress::cancel_on_interrupt;
use crate::reconcile;

const AFTER: &str = "\
A bill is complete from 10:00 Beijing time of the next day on; before that nothing is sent. It counts as fetched once every row \
was read and the sums tie out; only then it gets its name. A day without trade has no bill, which is no failure. A bill that says \
something else than the one that is there already is an alarm: the older file stays under another name.

With -o DIR, or with --to, each day gets a file named after merchant, day and kind. A day that goes wrong keeps none of the \
others from being fetched, unless they would all meet the same, such as no network.

Exit 0 if all is well, 1 if rows are malformed, a bill has changed or is gone, 4 if the gateway refuses or was not asked, \
5 if the download broke off, 3 if what came is no sound bill; of several days the highest.

Examples:
  wxpay bill download --date 2026-11-20 -o bill.csv
  wxpay bill download --date 2026-11-01 --to 2026-11-30 --gzip -o bills/
  wxpay bill download --date 2026-11-20 --fund-flow -o flow.csv       (needs the certificate)";

/// What `--to` takes; as many days as a [`BillSpan`].
const LAST_DAY: &str = "a day from --date on, at most 93 days in all";

/// Download the bill of a day, or of several [下载账单]
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct BillDownload {
    /// The day, such as 2026-11-20 or 20261120
    #[arg(long, value_name = "D", value_parser = reconcile::date)]
    date: UtcMs,
    /// The last day of a range that begins with --date
    #[arg(long, value_name = "D", value_parser = reconcile::date)]
    to: Option<UtcMs>,
    /// Which rows
    #[arg(long = "type", value_enum, default_value = "ALL", conflicts_with = "fund_flow")]
    kind: KindWord,
    /// The fund flow [资金账单] instead: the movements of an account
    #[arg(long)]
    fund_flow: bool,
    /// The account of the fund flow
    #[arg(long, value_enum, default_value = "Basic", requires = "fund_flow")]
    account: AccountWord,
    /// As a GZIP file
    #[arg(long)]
    gzip: bool,
    /// The file, or a folder for files named after merchant, day and kind
    #[arg(short, long, value_name = "FILE|DIR")]
    output: PathBuf,
}

/// `--type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
enum KindWord {
    /// Payments and refunds
    All,
    /// Payments
    Success,
    /// Refunds
    Refund,
    /// Refunds of recharged money
    RechargeRefund,
}

/// `--account`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum AccountWord {
    /// 基本账户
    Basic,
    /// 运营账户
    Operation,
    /// 手续费账户
    Fees,
}

impl BillDownload {
    fn kind(&self) -> BillKind {
        if self.fund_flow {
            return BillKind::FundFlow(match self.account {
                AccountWord::Basic => AccountType::Basic,
                AccountWord::Operation => AccountType::Operation,
                AccountWord::Fees => AccountType::Fees,
            });
        }
        BillKind::Trades(match self.kind {
            KindWord::All => BillType::All,
            KindWord::Success => BillType::Success,
            KindWord::Refund => BillType::Refund,
            KindWord::RechargeRefund => BillType::RechargeRefund,
        })
    }

    /// Every day of the range, in order.
    fn days(&self) -> Vec<UtcMs> {
        let last = self.to.unwrap_or(self.date);
        let days = 0..=last.beijing_day() - self.date.beijing_day();
        days.map(|day| self.date.plus_ms(day * 86_400_000)).collect()
    }
}

pub(crate) fn run(command: &BillDownload, desk: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let days = command.days();
    if days.is_empty() || days.len() > BillSpan::DAYS_MAX as usize {
        let given = if days.is_empty() { "an earlier day" } else { "a day more than three months later" };
        return Err(Failure::Word { option: "--to", given: given.into(), expected: LAST_DAY });
    }
    if command.to.is_some() {
        let place = command.output.display().to_string();
        std::fs::create_dir_all(&command.output).map_err(|cause| BillFault::Unwritable { place, cause })?;
    }
    let mut fetched = block_on(fetch(command, &days, desk))?;
    // Of one day its fault is the whole answer, as it is where nothing can be asked at all; else it is told with its day.
    let is_answer = |fault: &BillFault| days.len() == 1 || matches!(fault, BillFault::Desk(_));
    if let [FetchedDay { bill: Err(fault), .. }] = fetched.as_slice()
        && is_answer(fault)
        && let Some(FetchedDay { bill: Err(fault), .. }) = fetched.pop()
    {
        return Err(fault.into());
    }
    let worst = fetched.iter().map(exit_status).max().unwrap_or_default();
    if output.is_json() {
        let shown: Vec<Value> = fetched.iter().map(|day| document(day, command.kind())).collect();
        output.document(&json!({ "bills": shown }))?;
    }
    for FetchedDay { day, bill } in &fetched {
        match bill {
            Ok(bill) if !output.is_json() => describe(*day, bill, output)?,
            Ok(_) => {}
            Err(fault) => {
                let sentence = format!("{}: {fault} [{}]", day.day(), fault.chinese());
                if output.is_json() { output.note(&sentence) } else { output.verdict(false, &sentence)? }
            }
        }
    }
    if fetched.len() < days.len() {
        output.note(&format!("{} further days were not asked for [其余几天没有下载]", days.len() - fetched.len()));
    }
    Ok(Exit::from_status(worst))
}

/// Each day in order, up to one that goes wrong in a way that the next would meet as well.
async fn fetch(command: &BillDownload, days: &[UtcMs], options: &DeskOptions) -> Result<Vec<FetchedDay>, Failure> {
    let (desk, profile): (Desk, _) = options.open_profile().await?;
    let cancel = cancel_on_interrupt();
    let bar = progress();
    let on_bytes = |bytes| bar.inc(bytes);
    let mut fetched = Vec::with_capacity(days.len());
    for day in days.iter().copied() {
        let wish = BillWish {
            profile: profile.name.clone(),
            day,
            kind: command.kind(),
            packed: command.gzip,
            to: command.output.clone(),
        };
        let bill = desk.fetch_bill(&wish, Watch { on_bytes: &on_bytes, on_more: &|_| {}, cancel: &cancel }).await;
        let is_last = bill.as_ref().is_err_and(BillFault::is_of_every_day);
        fetched.push(FetchedDay { day, bill });
        if is_last {
            break;
        }
    }
    bar.finish_and_clear();
    Ok(fetched)
}

fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("downloading [下载] {spinner} {bytes}  {bytes_per_sec}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::new_spinner().with_style(style)
}

fn is_alarm(saved: &SavedBill) -> bool {
    saved.soundness.malformed > 0 || matches!(saved.before, Before::Changed(_)) || !saved.others.is_empty()
}

fn exit_status(day: &FetchedDay) -> u8 {
    let is_well = match &day.bill {
        Ok(FetchedBill::Saved(saved)) => !is_alarm(saved),
        Ok(FetchedBill::NoTrade(none)) => none.others.is_empty(),
        Err(fault) => return fault.exit_status(),
    };
    u8::from(!is_well)
}

fn document(day: &FetchedDay, kind: BillKind) -> Value {
    let FetchedDay { day, bill } = day;
    let saved = match bill {
        Ok(FetchedBill::Saved(saved)) => saved,
        Err(fault) => {
            let error = json!({ "code": fault.code(), "message": format!("{fault} [{}]", fault.chinese()) });
            return json!({ "date": day.day(), "kind": kind.word(), "outcome": "failed", "error": error });
        }
        Ok(FetchedBill::NoTrade(none)) => {
            return json!({
                "date": day.day(),
                "kind": kind.word(),
                "outcome": "no_trade",
                "changed": !none.others.is_empty(),
                "settled_beside": reconcile::settled_days(&none.settled_beside),
                "unsettled_beside": reconcile::unsettled_days(&none.settled_beside),
            });
        }
    };
    let older = match &saved.before {
        Before::Changed(older) => Some(older),
        Before::Nothing | Before::Same => None,
    };
    json!({
        "date": day.day(),
        "kind": kind.word(),
        "outcome": "saved",
        "file": saved.file,
        "bytes": saved.bytes,
        "sha256": saved.soundness.sha256,
        "rows": saved.soundness.rows,
        "malformed_count": saved.soundness.malformed,
        "summary_ok": saved.soundness.summary_ok,
        "digest_held": saved.digest_held,
        "same_as_before": saved.before == Before::Same,
        "changed": older.is_some() || !saved.others.is_empty(),
        "older_file": older,
        "settled_beside": reconcile::settled_days(&saved.settled_beside),
        "unsettled_beside": reconcile::unsettled_days(&saved.settled_beside),
    })
}

fn describe(day: UtcMs, bill: &FetchedBill, output: &mut Output) -> Result<(), Failure> {
    let day = day.day();
    let saved = match bill {
        FetchedBill::Saved(saved) => saved,
        FetchedBill::NoTrade(none) => {
            output.verdict(none.others.is_empty(), &format!("{day}: no trade, so no bill [当天没有交易]"))?;
            describe_others(&day, &none.others, output);
            reconcile::describe_beside(&none.settled_beside, output);
            return Ok(());
        }
    };
    let (file, sound) = (saved.file.display(), &saved.soundness);
    let sums = if sound.summary_ok { "its summary ties out [汇总一致]" } else { "its sums cannot be compared" };
    output.verdict(!is_alarm(saved), &format!("{day}: {} rows in {file}, {sums}", sound.rows))?;
    output.line(&format!("  sha256  {}", sound.sha256))?;
    if sound.malformed > 0 {
        output.note(&format!("{} rows cannot be read [无法读取]; wxpay bill check {file} names them", sound.malformed));
    }
    match &saved.before {
        Before::Nothing => {}
        Before::Same => output.note(&format!("{file} was there already and says the same [与已有账单相同]")),
        Before::Changed(older) => output.note(&format!(
            "the bill has changed since it was downloaded before [账单与上次下载的不同]; the older one is {}",
            older.display()
        )),
    }
    describe_others(&day, &saved.others, output);
    reconcile::describe_beside(&saved.settled_beside, output);
    if saved.digest_held == Some(false) {
        output.note("the answer had no header Digest, so that only its summary vouches for it [应答没有摘要]");
    }
    Ok(())
}

/// What WeChat gave before of the same day and kind.
fn describe_others(day: &str, others: &[OtherBill], output: &mut Output) {
    for other in others {
        let file = other.file.as_deref().unwrap_or("–");
        output.note(&format!(
            "another bill of {day} was seen on {} [这一天的账单变过]: {} rows, {file}",
            other.seen_at.dashed(),
            other.rows
        ));
    }
}
