//! `wxpay day read-remarks`: what finance wrote into an exported table.

use std::path::PathBuf;

use clap::Args;
use desk::store::Profile;
use desk::{Desk, RefusedRemark};
use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::progress::{Bar, cancel_on_interrupt};

/// Read remarks and handlings back from a table that was exported [读回备注]
///
/// Rows go by their 识别码; 处理 is one of 待处理, 已核销, 挂账, 已忽略, and 备注 any text. What is there already is not said
/// again. Exit 0 every row was taken · 1 some were refused, each with its reason.
#[derive(Args)]
#[command(after_help = "Examples:\n  wxpay day read-remarks differences.xlsx --profile shop")]
pub(crate) struct ReadRemarks {
    /// The table, .xlsx or .csv
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) async fn run(
    command: &ReadRemarks,
    desk: &Desk,
    profile: &Profile,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let bar = Bar::new("rows read [已读]");
    let read = desk.read_remarks(&profile.name, &command.file, bar.watcher(), &cancel_on_interrupt()).await;
    bar.finish();
    let read = read?;
    let is_whole = read.refused.is_empty() && !read.cancelled;
    if output.is_json() {
        let refused = read.refused.iter().map(|RefusedRemark { line, why }| {
            json!({"line": line, "code": why.code(), "reason": why.to_string(), "reason_zh": why.chinese()})
        });
        output.document(&json!({
            "rows": read.rows,
            "remarks": read.remarks,
            "handled": read.handled,
            "refused": refused.collect::<Vec<_>>(),
            "cancelled": read.cancelled,
        }))?;
    } else {
        let text = format!(
            "{} rows, {} new remarks [新备注], {} handled [处理], {} refused [拒绝]",
            read.rows,
            read.remarks,
            read.handled,
            read.refused.len()
        ) + if read.cancelled { "; stopped, the rest was not read [已停止]" } else { "" };
        output.verdict(is_whole, &text)?;
        for row in &read.refused {
            output.note(&format!("line {}: {} [{}]", row.line, row.why, row.why.chinese()));
        }
    }
    Ok(if is_whole { Exit::Done } else { Exit::No })
}
