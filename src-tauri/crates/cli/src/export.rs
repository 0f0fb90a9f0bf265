//! `wxpay export`: lists as CSV or XLSX.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use desk::sheets::Reader;
use desk::{Export, Exported, RefundExport, SpanExport};
use serde_json::json;
use wxpay_protocol::UtcMs;

use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::option_words::ViewpointWord;
use crate::order::list::Which;
use crate::output::Output;
use crate::progress::{self, Bar};
use crate::reconcile::date;
use crate::refund;

/// Write a list to a CSV or XLSX file [导出]
#[derive(Args)]
pub(crate) struct Exports {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Orders(Orders),
    Refunds(Refunds),
    Differences(Differences),
}

/// Write orders to a file, the newest first [导出订单]
///
/// Without --profile the orders of all merchants. Nothing is sent and no key is needed.
#[derive(Args)]
#[command(after_help = "\
A table for people [给人看]: amounts in yuan, numbers kept as text, nothing becomes a formula; in CSV with an apostrophe before \
what a spreadsheet would touch. --exact writes CSV for programs: WeChat's names, amounts in fen, every byte as it is.

Examples:
  wxpay export orders -o orders.xlsx --state SUCCESS --state REFUND
  wxpay export orders -o orders.csv --exact --search T恤 --json")]
struct Orders {
    /// The file; .csv or .xlsx says what is written
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// CSV for programs
    #[arg(long)]
    exact: bool,
    #[command(flatten)]
    which: Which,
}

/// Write refunds to a file, the newest first [导出退款]
///
/// Without --profile the refunds of all merchants. Nothing is sent and no key is needed.
#[derive(Args)]
#[command(after_help = "\
A table for people [给人看] or, with --exact, CSV for programs, as wxpay export orders writes them.

Examples:
  wxpay export refunds -o refunds.xlsx --state SUCCESS
  wxpay export refunds -o refunds.csv --exact --json")]
struct Refunds {
    /// The file; .csv or .xlsx says what is written
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// CSV for programs
    #[arg(long)]
    exact: bool,
    #[command(flatten)]
    which: refund::Which,
}

/// Write what does not agree of reconciled days to a file [导出对账差异]
///
/// A workbook has the verdict of each day, the classes and the differences, with columns for 处理 and 备注 that wxpay day
/// read-remarks reads back.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wxpay export differences --profile shop --date 2026-11-20 -o differences.xlsx
  wxpay export differences --profile shop --from 2026-11-01 --to 2026-11-30 -o november.csv --exact")]
struct Differences {
    /// The file; .csv or .xlsx says what is written
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// CSV for programs
    #[arg(long)]
    exact: bool,
    /// Also the rows that agree, read from the bills once more
    #[arg(long)]
    matched: bool,
    /// The day
    #[arg(long, value_name = "D", value_parser = date, required_unless_present = "from", conflicts_with_all = ["from", "to"])]
    date: Option<UtcMs>,
    /// The first day
    #[arg(long, value_name = "D", value_parser = date, requires = "to")]
    from: Option<UtcMs>,
    /// The last day
    #[arg(long, value_name = "D", value_parser = date, requires = "from")]
    to: Option<UtcMs>,
    /// What the classes are called in a table for people
    #[arg(long, value_enum, default_value_t)]
    viewpoint: ViewpointWord,
}

pub(crate) fn run(command: &Exports, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    match &command.what {
        What::Orders(orders) => block_on(write_orders(orders, options, output)),
        What::Refunds(refunds) => block_on(write_refunds(refunds, options, output)),
        What::Differences(differences) => block_on(write_differences(differences, options, output)),
    }
}

async fn write_differences(wanted: &Differences, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let desk = options.open().await?;
    let profile = options.choose(&desk).await?;
    let [from, to] = [wanted.from, wanted.to].map(|bound| bound.or(wanted.date).unwrap_or_else(|| desk.now()));
    let export = SpanExport {
        profile: profile.name,
        from,
        to,
        file: wanted.output.clone(),
        reader: reader(wanted.exact),
        viewpoint: wanted.viewpoint.into(),
    };
    let (bar, cancel) = (Bar::new("exported [已导出]"), progress::cancel_on_interrupt());
    let exported = desk.export_differences(export, wanted.matched, bar.watcher(), &cancel).await;
    bar.finish();
    tell(&exported?, "differences", &wanted.output, output)
}

async fn write_orders(orders: &Orders, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let desk = options.open().await?;
    if let Some(name) = options.profile() {
        desk.profile(name).await?;
    }
    let export = Export {
        filter: orders.which.filter(options.profile()),
        sort: orders.which.sort(),
        file: orders.output.clone(),
        reader: reader(orders.exact),
    };
    let bar = Bar::new("exported [已导出]");
    let exported = desk.export_orders(export, bar.watcher(), &progress::cancel_on_interrupt()).await;
    bar.finish();
    tell(&exported?, "orders", &orders.output, output)
}

async fn write_refunds(refunds: &Refunds, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let desk = options.open().await?;
    if let Some(name) = options.profile() {
        desk.profile(name).await?;
    }
    let export = RefundExport {
        filter: refunds.which.filter(options.profile()),
        file: refunds.output.clone(),
        reader: reader(refunds.exact),
    };
    let bar = Bar::new("exported [已导出]");
    let exported = desk.export_refunds(export, bar.watcher(), &progress::cancel_on_interrupt()).await;
    bar.finish();
    tell(&exported?, "refunds", &refunds.output, output)
}

fn reader(exact: bool) -> Reader {
    if exact { Reader::Programs } else { Reader::People }
}

fn tell(exported: &Exported, what: &str, file: &Path, output: &mut Output) -> Result<Exit, Failure> {
    if output.is_json() {
        output.document(&json!({
            what: exported.rows,
            "file": (!exported.cancelled).then_some(file),
            "cancelled": exported.cancelled,
        }))?;
    } else {
        let text = if exported.cancelled {
            "stopped [已停止]: no file was written".to_owned()
        } else {
            format!("{} {what} in [已导出到] {}", exported.rows, file.display())
        };
        output.verdict(!exported.cancelled, &text)?;
    }
    Ok(if exported.cancelled { Exit::Refused } else { Exit::Done })
}
