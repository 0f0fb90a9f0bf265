//! `wxpay bill check`: whether a bill is whole and adds up to its summary.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use desk::BillText;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use wxpay_protocol::bill::{
    Bill, BillLine, BillRefusal, BillTotals, FundFlowReader, MalformedRow, MilliFen, TradeReader, yuan_text,
};
use wxpay_protocol::ids::MchId;

use crate::desk_options::{DeskOptions, block_on, standard_input_once};
use crate::exit::{Exit, Failure};
use crate::message;
use crate::output::{Output, number};

const AFTER: &str = "\
Every kind and generation of bill is known by the titles of its columns, plain or as GZIP, with a byte order mark or \
without. A file without its summary, or whose sums differ though every row was read, is refused as a whole.

Exit 0 if every row was read and the sums tie out, 1 if rows are malformed, 3 if a file is refused.

Examples:
  wxpay bill check bill.csv
  wxpay bill check monday.csv tuesday.csv.gz --json
  wxpay bill check bill.csv --profile shop          (every row must be of its merchant)";

/// More reasons than anybody reads; the rows beyond are counted.
const MAX_REASONS: usize = 1000;

/// Check that a bill is whole and adds up to its summary [检查账单]
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct BillCheck {
    /// Files as they were downloaded, or - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// What a file turned out to be.
struct Checked {
    document: Value,
    lines: Vec<String>,
    malformed: u64,
    reasons: Vec<MalformedRow>,
}

pub(crate) fn run(command: &BillCheck, desk: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    standard_input_once(command.files.iter().map(|file| Some(file.as_path())))?;
    let merchant = match desk.profile() {
        Some(_) => Some(block_on(async { desk.choose(&desk.open().await?).await })?.mch_id),
        None => None,
    };
    let mut documents = Vec::with_capacity(command.files.len());
    let mut malformed = 0;
    for file in &command.files {
        let checked = check(file, merchant.as_ref().map(MchId::as_str))?;
        malformed += checked.malformed;
        if output.is_json() {
            documents.push(checked.document);
        } else {
            describe(file, &checked, output)?;
        }
    }
    if output.is_json() {
        match documents.as_slice() {
            [one] => output.document(one)?,
            several => output.document(&json!({ "bills": several }))?,
        }
    }
    Ok(if malformed == 0 { Exit::Done } else { Exit::No })
}

fn check(file: &Path, merchant: Option<&str>) -> Result<Checked, Failure> {
    let place = message::place(file);
    let unreadable = |cause| Failure::Unreadable { place: place.clone(), cause };
    let source: Box<dyn Read + Send> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        let opened = File::open(file).map_err(unreadable)?;
        let length = opened.metadata().map_or(0, |file| file.len());
        Box::new(progress(length).wrap_read(opened))
    };
    let text = BillText::open(source).map_err(unreadable)?;
    let refused = |cause| Failure::Bill { place: place.clone(), cause };
    let mut checked = match Bill::open(text).map_err(refused)? {
        Bill::Trades(mut bill) => {
            if let Some(mch_id) = merchant {
                bill.expect_merchant(mch_id);
            }
            trades(&mut bill).map_err(refused)?
        }
        Bill::FundFlow(flow) => fund_flow(*flow).map_err(refused)?,
    };
    if let Value::Object(fields) = &mut checked.document {
        fields.insert("file".to_owned(), json!(place));
    }
    Ok(checked)
}

fn progress(length: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent}%  {bytes_per_sec}  {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_finish(indicatif::ProgressFinish::AndClear)
}

fn trades<R: Read>(bill: &mut TradeReader<R>) -> Result<Checked, BillRefusal> {
    let mut reasons = Vec::new();
    while let Some(line) = bill.next_line()? {
        match line {
            BillLine::Malformed(row) if reasons.len() < MAX_REASONS => reasons.push(row),
            BillLine::Row(_) | BillLine::Malformed(_) => {}
        }
    }
    let (totals, layout) = (*bill.totals(), bill.layout());
    let sums = totals.sums;
    let kind = layout.kind().as_str();
    let document = json!({
        "kind": kind,
        "columns": layout.columns(),
        "mch_id": bill.merchant().map(|mch_id| String::from_utf8_lossy(mch_id).into_owned()),
        "rows": sums.rows,
        "payments": totals.payments,
        "refunds": totals.refunds,
        "sums": {
            "settle_fen": number(sums.settlement_total_fee),
            "refund_fen": number(sums.settlement_refund_fee),
            "total_fen": number(sums.total_fee),
            "fee_1e5": number(sums.fee_milli_fen),
        },
        "summary_ok": totals.summary_ok,
        "unread": unread(&totals),
        "malformed": shown(&reasons),
        "malformed_count": totals.malformed,
    });
    let fee = i64::try_from(sums.fee_milli_fen).map_or_else(|_| "–".to_owned(), |fee| MilliFen::new(fee).to_string());
    let mut lines = vec![
        format!("  kind [类型]          {kind}, {} columns", layout.columns()),
        format!("  rows [行数]          {} ({} payments, {} refunds)", sums.rows, totals.payments, totals.refunds),
        format!("  ordered [订单金额]   {}", yuan_text(sums.total_fee)),
        format!("  settled [应结]       {}", yuan_text(sums.settlement_total_fee)),
        format!("  refunded [退款]      {}", yuan_text(sums.settlement_refund_fee)),
        format!("  fee [手续费]         {fee}"),
    ];
    if totals.malformed > 0 {
        lines.push(format!("  not read [未读出]    {}", unread_text(&totals)));
    }
    Ok(Checked { document, lines, malformed: totals.malformed, reasons })
}

/// What the summary says beyond the rows that were read; nothing where every row was.
pub(crate) fn unread(totals: &BillTotals) -> Option<Value> {
    let unread = &totals.unread;
    (unread.rows > 0).then(|| {
        json!({
            "rows": unread.rows,
            "settle_fen": number(unread.settlement_total_fee),
            "refund_fen": number(unread.settlement_refund_fee),
            "total_fen": number(unread.total_fee),
            "fee_1e5": number(unread.fee_milli_fen),
        })
    })
}

/// The same for people.
pub(crate) fn unread_text(totals: &BillTotals) -> String {
    let unread = &totals.unread;
    format!(
        "{} rows; by the summary they hold: ordered {}, settled {}, refunded {}",
        unread.rows,
        yuan_text(unread.total_fee),
        yuan_text(unread.settlement_total_fee),
        yuan_text(unread.settlement_refund_fee)
    )
}

fn fund_flow<R: Read>(flow: FundFlowReader<R>) -> Result<Checked, BillRefusal> {
    let columns = flow.columns();
    let totals = flow.read()?;
    let (sums, malformed) = (totals.sums, totals.malformed.len() as u64);
    let document = json!({
        "kind": "FUNDFLOW",
        "columns": columns,
        "rows": sums.incomes + sums.expenses,
        "incomes": sums.incomes,
        "expenses": sums.expenses,
        "sums": { "income_fen": number(sums.income), "expense_fen": number(sums.expense) },
        "summary_ok": totals.summary_ok,
        "malformed": shown(&totals.malformed),
        "malformed_count": malformed,
    });
    let lines = vec![
        format!("  kind [类型]          FUNDFLOW [资金账单], {columns} columns"),
        format!("  income [收入]        {} in {} rows", yuan_text(sums.income), sums.incomes),
        format!("  expense [支出]       {} in {} rows", yuan_text(sums.expense), sums.expenses),
    ];
    Ok(Checked { document, lines, malformed, reasons: totals.malformed })
}

fn shown(rows: &[MalformedRow]) -> Vec<Value> {
    let row = |MalformedRow { line, fault, .. }: &MalformedRow| json!({"line": line, "code": fault.code(), "reason": fault.to_string(), "reason_zh": fault.chinese()});
    rows.iter().take(MAX_REASONS).map(row).collect()
}

fn describe(file: &Path, checked: &Checked, output: &mut Output) -> Result<(), Failure> {
    let place = message::place(file);
    let verdict = match checked.malformed {
        0 => format!("{place}: whole, and its summary ties out [账单完整，汇总一致]"),
        count => format!("{place}: {count} malformed rows [{count} 行无法读取]; its sums cannot be compared"),
    };
    output.verdict(checked.malformed == 0, &verdict)?;
    for line in &checked.lines {
        output.line(line)?;
    }
    for row in checked.reasons.iter().take(20) {
        output.note(&format!("line {}: {} [{}]", row.line, row.fault, row.fault.chinese()));
    }
    Ok(())
}
