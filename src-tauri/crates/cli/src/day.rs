//! `wxpay day`: days that were reconciled under a profile, and what people say to them.

mod remarks;
mod report;
mod show;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use desk::Desk;
use desk::store::{DifferenceFilter, DifferenceState, NoteKind, Profile, SaidEnd};
use wxpay_protocol::UtcMs;

use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::progress::{Bar, cancel_on_interrupt};
use crate::reconcile::date;

const AFTER: &str = "\
wxpay reconcile --profile NAME keeps what came of a day; here it is looked at and worked on. A difference keeps its \
identity [识别码] and what was said to it when the day is run again; a handling holds as long as the difference says the \
same. Nothing that was said is ever changed or removed. A day closes when every difference is resolved, carried over or \
ignored and every row was read; only a person opens it again.

Examples:
  wxpay day list --from 2026-11-01 --to 2026-11-30
  wxpay day report --from 2026-11-01 --to 2026-11-30 -o november.xlsx
  wxpay day show 2026-11-20 --state open
  wxpay day note 2026-11-20 3fa94c1e --resolve --text 已补单
  wxpay day close 2026-11-20
  wxpay day read-remarks differences.xlsx";

/// Reconciled days [对账日]: look at them, remark, resolve, carry over, close
#[derive(Args)]
#[command(after_help = AFTER)]
pub(crate) struct Days {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    List(List),
    Report(report::Report),
    Show(show::Show),
    Note(Note),
    Close(Close),
    Reopen(Reopen),
    ReadRemarks(remarks::ReadRemarks),
}

/// Where days stand, and what is left of them by age [日历与账龄]
#[derive(Args)]
#[command(after_help = "Examples:\n  wxpay day list\n  wxpay day list --from 2026-11-01 --to 2026-11-30 --json")]
pub(crate) struct List {
    /// The first day; else thirty days before the last one
    #[arg(long, value_name = "D", value_parser = date)]
    pub(crate) from: Option<UtcMs>,
    /// The last day; else today
    #[arg(long, value_name = "D", value_parser = date)]
    pub(crate) to: Option<UtcMs>,
}

/// Say something to differences of a day [备注、核销、挂账、忽略]
///
/// Without one of the four, the text is a remark. Without a difference it is a remark on the day.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  wxpay day note 2026-11-20 3fa94c1e --carry-over --text 等银行回执\n  wxpay day note 2026-11-20 --all-of day_cut_bill --text 跨日\n  wxpay day note 2026-11-20 --text 系统升级"
)]
struct Note {
    /// The day
    #[arg(value_name = "D", value_parser = date)]
    date: UtcMs,
    /// The beginnings of identities, as `wxpay day show` prints them
    #[arg(value_name = "DIFFERENCE")]
    differences: Vec<String>,
    /// Every open difference of this class; Ctrl-C stops between batches, what was said stays
    #[arg(long, value_name = "CLASS", conflicts_with = "differences")]
    all_of: Option<String>,
    #[command(flatten)]
    handling: Handling,
    /// In which words
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    text: String,
}

#[derive(Args)]
#[group(multiple = false)]
#[allow(clippy::struct_excessive_bools, reason = "at most one of four flags")]
struct Handling {
    /// It is settled [核销]
    #[arg(long)]
    resolve: bool,
    /// It is known and still to be settled [挂账]
    #[arg(long)]
    carry_over: bool,
    /// It needs nothing [忽略]
    #[arg(long)]
    ignore: bool,
    /// It is open again [重新打开]
    #[arg(long)]
    reopen: bool,
}

impl Handling {
    const fn kind(&self) -> NoteKind {
        match (self.resolve, self.carry_over, self.ignore, self.reopen) {
            (true, ..) => NoteKind::Resolve,
            (_, true, ..) => NoteKind::CarryOver,
            (_, _, true, _) => NoteKind::Ignore,
            (.., true) => NoteKind::Reopen,
            _ => NoteKind::Remark,
        }
    }
}

/// Close a day of which nothing is left to do [关账]
#[derive(Args)]
#[command(after_help = "Examples:\n  wxpay day close 2026-11-20\n  wxpay day close 2026-11-20 --text 已复核")]
struct Close {
    /// The day
    #[arg(value_name = "D", value_parser = date)]
    date: UtcMs,
    /// In which words
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    text: String,
}

/// Open a closed day again, for a reason that stays with it [重新打开]
#[derive(Args)]
#[command(after_help = "Examples:\n  wxpay day reopen 2026-11-20 --text 账单有更正")]
struct Reopen {
    /// The day
    #[arg(value_name = "D", value_parser = date)]
    date: UtcMs,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    text: String,
}

pub(crate) fn run(command: &Days, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    block_on(async {
        let desk = options.open().await?;
        let profile = options.choose(&desk).await?;
        match &command.action {
            Action::List(list) => show::list(list, &desk, &profile, output).await,
            Action::Report(report) => report::run(report, &desk, &profile, output).await,
            Action::Show(show) => show::show(show, &desk, &profile, output).await,
            Action::Note(note) => say(note, &desk, &profile, output).await,
            Action::Close(Close { date, text }) => {
                whole((*date, text), NoteKind::CloseDay, &desk, &profile, output).await
            }
            Action::Reopen(Reopen { date, text }) => {
                whole((*date, text), NoteKind::ReopenDay, &desk, &profile, output).await
            }
            Action::ReadRemarks(read) => remarks::run(read, &desk, &profile, output).await,
        }
    })
}

async fn say(note: &Note, desk: &Desk, profile: &Profile, output: &mut Output) -> Result<Exit, Failure> {
    if let Some(class) = &note.all_of {
        return say_of_class(note, class, (desk, profile), output).await;
    }
    let mut identities = Vec::new();
    for beginning in &note.differences {
        identities.push(desk.find_difference(&profile.name, note.date, beginning).await?.found.identity);
    }
    let kind = note.handling.kind();
    desk.say_of_day(&profile.name, note.date, &identities, kind, &note.text).await?;
    if output.is_json() {
        let identities: Vec<String> = identities.iter().map(show::hex).collect();
        output.document(
            &serde_json::json!({"date": note.date.day(), "said": kind.as_str(), "differences": identities}),
        )?;
    } else {
        output.verdict(true, &format!("{} said of {} [已记录]", kind.as_str(), identities.len().max(1)))?;
    }
    Ok(Exit::Done)
}

/// Says it to every open difference of a class, however many there are.
async fn say_of_class(
    note: &Note,
    class: &str,
    (desk, profile): (&Desk, &Profile),
    output: &mut Output,
) -> Result<Exit, Failure> {
    let filter = DifferenceFilter {
        class: Some(class.to_owned()),
        state: Some(DifferenceState::Open),
        ..DifferenceFilter::default()
    };
    let kind = note.handling.kind();
    let (bar, cancel) = (Bar::new("said [已记录]"), cancel_on_interrupt());
    let saying = (kind, note.text.as_str());
    let day = (profile.name.as_str(), note.date);
    let said = desk.say_of_many(day, filter, saying, None, bar.watcher(), &cancel).await;
    bar.finish();
    let said = said?;
    if said.matching == 0 {
        return Err(desk::DeskError::NotFound { what: "open difference of class", name: class.to_owned() }.into());
    }
    let (is_whole, left_out) = (said.end == SaidEnd::All, said.gone_through - said.said);
    if output.is_json() {
        output.document(&serde_json::json!({
            "date": note.date.day(),
            "said": kind.as_str(),
            "class": class,
            "matching": said.matching,
            "count": said.said,
            "left_out": left_out,
            "cancelled": said.end == SaidEnd::Stopped,
            "overtaken": said.end == SaidEnd::Overtaken,
        }))?;
    } else {
        let stopped = match said.end {
            SaidEnd::All => "",
            SaidEnd::Stopped => "stopped [已停止]: ",
            SaidEnd::Overtaken => "the day was closed or run anew meanwhile [当天已关账或重新对账]: ",
        };
        let words = format!("{stopped}{} said of {} of {} [已记录]", kind.as_str(), said.said, said.matching);
        output.verdict(is_whole, &words)?;
        if left_out > 0 {
            output.note(&format!("{left_out} were left out: they cannot be read, or stand so already [已跳过]"));
        }
    }
    Ok(if is_whole { Exit::Done } else { Exit::Refused })
}

async fn whole(
    (date, text): (UtcMs, &str),
    kind: NoteKind,
    desk: &Desk,
    profile: &Profile,
    output: &mut Output,
) -> Result<Exit, Failure> {
    desk.say_of_day(&profile.name, date, &[], kind, text).await?;
    let standing = desk.day(&profile.name, date).await?.standing;
    if output.is_json() {
        output.document(&show::standing(&standing))?;
    } else {
        let word = if kind == NoteKind::CloseDay { "closed [已关账]" } else { "open again [已重新打开]" };
        output.verdict(true, &format!("{} is {word}", date.day()))?;
    }
    Ok(Exit::Done)
}
