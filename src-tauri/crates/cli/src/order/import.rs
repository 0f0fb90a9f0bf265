//! `wxpay order import`: the merchant's own orders from CSV or XLSX.

use std::path::PathBuf;

use clap::ValueEnum;
use desk::sheets::Unit;
use desk::{Import, Imported, RefusedRow};
use serde_json::{Value, json};

use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::progress::{self, Bar};

const AFTER: &str = "\
The file is CSV (UTF-8, GBK or UTF-16; comma, tab or semicolon) or XLSX with at least the order number and an amount: the \
header total_fee is fen [分], 金额(元) is yuan [元], any other needs --unit. Also read: transaction_id, state, sign_type, \
attach, body, openid, trade_type, created_at, paid_at, and the usual Chinese headers; the header row may stand below a \
title. Imported states are claims [未核实] until a query verifies them. The same file again changes nothing.

Exit 3 if the file or any of its rows was refused; the other rows are taken. Refused rows are written to a file beside, for \
orders.csv orders.refused.csv, each with its line and reason; where its folder takes no file, into the folder `refused` of \
the data folder. Importing the same file anew writes them anew. A file of yours is never written over, except the one that \
--refused names.

--mapping FILE says which header holds what, in TOML or JSON:
  sheet = \"订单\"        # of a workbook
  out_trade_no = \"单号\"
  total_fee = \"实收\"
  unit = \"yuan\"
  time = \"written\"      # or excel_days, unix_seconds, unix_milliseconds
  [states]
  \"已完成\" = \"SUCCESS\"

Examples:
  wxpay order import orders.csv
  wxpay order import orders.xlsx --mapping mapping.toml --save-mapping --json";

/// Import the merchant's own orders from CSV or XLSX [导入订单]
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct FileImport {
    /// The file
    file: PathBuf,
    /// TOML or JSON file that says which header holds what; otherwise the one saved for the merchant
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Keep the mapping for this merchant's next files
    #[arg(long, requires = "mapping")]
    save_mapping: bool,
    /// What amounts count, where the header does not say
    #[arg(long, value_enum)]
    unit: Option<UnitWord>,
    /// Which sheet of a workbook, by its name or its number from 1; else as the mapping says, or the first
    #[arg(long, value_name = "SHEET")]
    sheet: Option<String>,
    /// Where refused rows are written
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
}

/// `--unit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum UnitWord {
    /// Whole numbers
    Fen,
    /// Up to two decimals
    Yuan,
}

pub(crate) async fn run(command: &FileImport, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let mapping = match &command.mapping {
        Some(path) => Some(desk::read_mapping(path).await?),
        None => None,
    };
    let desk = options.open().await?;
    let profile = options.choose(&desk).await?;
    if let Some(mapping) = mapping.as_ref().filter(|_| command.save_mapping) {
        desk.save_mapping(&profile.name, mapping).await?;
    }
    let import = Import {
        sheet: command.sheet.clone(),
        mapping,
        unit: command.unit.map(|word| match word {
            UnitWord::Fen => Unit::Fen,
            UnitWord::Yuan => Unit::Yuan,
        }),
        refused_file: command.refused.clone(),
        ..Import::of(&profile.name, &command.file)
    };
    let bar = Bar::new("imported [已导入]");
    let imported = desk.import_orders(import, bar.watcher(), &progress::cancel_on_interrupt()).await;
    bar.finish();
    let imported = imported?;
    if output.is_json() {
        output.document(&document(&imported))?;
    } else {
        tell(&imported, output)?;
    }
    Ok(if imported.refused_count == 0 && !imported.cancelled { Exit::Done } else { Exit::Refused })
}

fn document(imported: &Imported) -> Value {
    let row = |row: &RefusedRow| {
        let RefusedRow { line, why } = row;
        json!({"line": line, "code": why.code(), "reason": why.to_string(), "reason_zh": why.chinese()})
    };
    let rows: Vec<Value> = imported.refused.iter().map(row).collect();
    json!({
        "added": imported.added,
        "known": imported.known,
        "unchanged": imported.unchanged,
        "refused": rows,
        "refused_count": imported.refused_count,
        "refused_file": imported.refused_file,
        "further_lines": imported.further_lines,
        "totals_lines": imported.totals_lines,
        "cancelled": imported.cancelled,
    })
}

fn tell(imported: &Imported, output: &mut Output) -> Result<(), Failure> {
    for row in imported.refused.iter().take(20) {
        output.note(&format!("line {}: {} [{}]", row.line, row.why, row.why.chinese()));
    }
    if let Some(file) = &imported.refused_file {
        output.note(&format!("refused rows are in [被拒绝的行见] {}", file.display()));
    }
    if imported.further_lines + imported.totals_lines > 0 {
        output.note(&format!(
            "passed over [略过]: {} further lines of orders [同一订单的其他行], {} lines of totals [合计行]",
            imported.further_lines, imported.totals_lines
        ));
    }
    output.verdict(
        imported.refused_count == 0 && !imported.cancelled,
        &format!(
            "{}new [新增] {}, known [已有] {}, unchanged [未变] {}, refused [拒绝] {}",
            if imported.cancelled { "stopped [已停止]: " } else { "" },
            imported.added,
            imported.known,
            imported.unchanged,
            imported.refused_count
        ),
    )
}
