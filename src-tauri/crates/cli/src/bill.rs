//! `wxpay bill`: WeChat's bills [账单].

pub(crate) mod check;
mod download;

use clap::Subcommand;

use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Bills of trades and fund flows [对账单]
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  wxpay bill download --date 2026-11-20 -o bill.csv\n  wxpay bill check bill.csv")]
pub(crate) struct Bills {
    #[command(subcommand)]
    command: BillCommand,
}

#[derive(Subcommand)]
enum BillCommand {
    Download(download::BillDownload),
    Check(check::BillCheck),
}

pub(crate) fn run(command: &Bills, desk: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    match &command.command {
        BillCommand::Download(download) => download::run(download, desk, output),
        BillCommand::Check(check) => check::run(check, desk, output),
    }
}
