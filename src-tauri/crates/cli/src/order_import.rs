//! `wxpay order import`: the merchant's own orders from CSV or XLSX.

use std::path::PathBuf;

use clap::ValueEnum;
use desk::{Import, Mapping, Unit};
use serde_json::{Value, json};

use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::progress::{self, Bar};

const AFTER: &str = "\
The file is CSV (UTF-8 or GBK) or XLSX with at least the order number and an amount: the header total_fee is fen [分], \
金额(元) is yuan [元], any other needs --unit. Also read: transaction_id, state, sign_type, attach, body, openid, \
trade_type, created_at, paid_at, and the usual Chinese headers. Imported states are claims [未核实] until a query \
verifies them. The same file again changes nothing.

Exit 3 if the file or any of its rows was refused; the other rows are taken.

--mapping FILE holds JSON such as {\"out_trade_no\": \"订单号\", \"amount\": \"实收\"}.

Examples:
  wxpay order import orders.csv
  wxpay order import orders.xlsx --mapping mapping.json --unit yuan --json";

/// Import the merchant's own orders from CSV or XLSX [导入订单]
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct FileImport {
    /// The file
    file: PathBuf,
    /// JSON file that says which header holds what
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// What amounts count, where the header does not say
    #[arg(long, value_enum)]
    unit: Option<UnitWord>,
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
        Some(path) => desk::parse_mapping(&desk::read_file(path).await?)?,
        None => Mapping::default(),
    };
    let desk = options.open().await?;
    let profile = options.choose(&desk).await?;
    let import = Import {
        profile: profile.name.clone(),
        bytes: desk::read_file(&command.file).await?,
        mapping,
        unit: command.unit.map(|word| match word {
            UnitWord::Fen => Unit::Fen,
            UnitWord::Yuan => Unit::Yuan,
        }),
    };
    let bar = Bar::new("imported [已导入]");
    let imported = desk.import_orders(import, bar.watcher(), &progress::cancel_on_interrupt()).await;
    bar.finish();
    let imported = imported?;
    let refused = imported.refused.len();
    if output.is_json() {
        let rows: Vec<Value> =
            imported.refused.iter().map(|row| json!({"line": row.line, "reason": row.reason})).collect();
        output.document(&json!({
            "added": imported.added,
            "known": imported.known,
            "unchanged": imported.unchanged,
            "refused": rows,
            "cancelled": imported.cancelled,
        }))?;
    } else {
        for row in imported.refused.iter().take(20) {
            output.note(&format!("line {}: {}", row.line, row.reason));
        }
        if refused > 20 {
            output.note(&format!("{} more refused rows; --json lists all", refused - 20));
        }
        output.verdict(
            refused == 0 && !imported.cancelled,
            &format!(
                "new [新增] {}, known [已有] {}, unchanged [未变] {}, refused [拒绝] {refused}",
                imported.added, imported.known, imported.unchanged
            ),
        )?;
    }
    Ok(if refused == 0 && !imported.cancelled { Exit::Done } else { Exit::Refused })
}
