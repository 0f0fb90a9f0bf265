//! The answers of a lookup as a table: CSV or XLSX, for people.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use desk_sheets::{Cell, Column, CsvTable, Reader, WriteError, XlsxBook};
use wxpay_protocol::UtcMs;

use super::LookupAnswer;
use crate::export::chinese_state;
use crate::refund_results::arrival;
use crate::{Desk, DeskError};

/// The columns: title in Chinese and in English, and the width in characters.
const COLUMNS: [(&str, &str, u16); 16] = [
    ("查询的单号", "Number", 34),
    ("类型", "Kind", 15),
    ("结果", "Verdict", 11),
    ("一句话", "Sentence", 60),
    ("能否再变", "Finality", 30),
    ("商户单号", "Order number", 34),
    ("微信支付单号", "Transaction ID", 32),
    ("状态", "State", 12),
    ("订单金额(元)", "Amount (yuan)", 13),
    ("已支付(元)", "Paid (yuan)", 13),
    ("已退款(元)", "Refunded (yuan)", 15),
    ("支付时间", "Paid at", 20),
    ("退款单号", "Refunds", 34),
    ("退款到账", "Refunds, arrival", 50),
    ("商户配置", "Profile", 14),
    ("下一步", "Next", 50),
];

/// Answers to be written to a file.
#[derive(Clone, Copy, Debug)]
pub struct LookupTable<'a> {
    /// The answers, a row each.
    pub answers: &'a [LookupAnswer],
    /// The file, `.csv` or `.xlsx`; one that is there is replaced, once the new one is whole.
    pub file: &'a Path,
}

impl Desk {
    /// Writes answers to a file, in the language that is set.
    pub async fn write_lookup(&self, table: LookupTable<'_>) -> Result<(), DeskError> {
        let (answers, file) = (table.answers.to_vec(), table.file.to_owned());
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        if !matches!(ending.as_str(), "csv" | "xlsx") {
            return Err(DeskError::input("file", "must end in .csv or .xlsx, which says what is written"));
        }
        self.blocking(move |inner| {
            let english = inner.settings()?.language == "en";
            let draft = file.with_extension(format!("{ending}.part"));
            let written =
                if ending == "csv" { csv(&draft, &answers, english) } else { xlsx(&draft, &answers, english) }
                    .and_then(|()| Ok(fs::rename(&draft, &file)?));
            written.map_err(|fault| {
                // What cannot be removed is half a table under a name that says so.
                fs::remove_file(&draft).ok();
                DeskError::input("file", format!("{} cannot be written: {fault}", file.display()))
            })
        })
        .await
    }
}

fn csv(draft: &Path, answers: &[LookupAnswer], english: bool) -> Result<(), WriteError> {
    let titles = COLUMNS.map(|column| if english { column.1 } else { column.0 });
    let mut table = CsvTable::new(File::create(draft)?, Reader::People, &titles)?;
    for answer in answers {
        each_row(answer, english, |cells| table.row(cells))?;
    }
    table.finish().map(drop)
}

fn xlsx(draft: &Path, answers: &[LookupAnswer], english: bool) -> Result<(), WriteError> {
    let mut book = XlsxBook::new(BufWriter::new(File::create(draft)?));
    let columns =
        COLUMNS.map(|(zh, en, width_chars)| Column { title: if english { en } else { zh }.into(), width_chars });
    book.sheet(if english { "Lookup" } else { "查单" }, &columns)?;
    for answer in answers {
        each_row(answer, english, |cells| book.row(cells))?;
    }
    book.finish().map(drop)
}

fn each_row(
    answer: &LookupAnswer,
    english: bool,
    put: impl FnOnce(&[Cell<'_>]) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let number = answer.number.shown();
    let order = answer.order.as_ref();
    let word = |(chinese, in_english): (&'static str, &'static str)| if english { in_english } else { chinese };
    let told = |told: &crate::told::Told| if english { told.en.clone() } else { told.zh.clone() };
    let (sentence, next) = (told(&answer.sentence), told(&answer.next));
    let finality = answer.finality.as_ref().map(told).unwrap_or_default();
    let refunds: Vec<&str> = answer.refunds.iter().map(|refund| refund.out_refund_no.as_str()).collect();
    let refunds = refunds.join(" ");
    let arrivals: Vec<String> = answer
        .refunds
        .iter()
        .map(|refund| {
            let words = arrival(refund.state, refund.refund_channel.as_deref(), refund.recv_account.as_deref());
            format!("{} {}", refund.refund_fee.yuan_text(), word(words))
        })
        .collect();
    let arrivals = arrivals.join(if english { "; " } else { "；" });
    let amount = |fen: Option<wxpay_protocol::Fen>| fen.map_or(Cell::Empty, Cell::Amount);
    let time = |at: Option<UtcMs>| at.map_or(Cell::Empty, Cell::Time);
    put(&[
        Cell::Id(&number),
        Cell::Text(word(answer.number.kind.words())),
        Cell::Text(word(answer.verdict.words())),
        Cell::Text(&sentence),
        Cell::Text(&finality),
        order.map_or(Cell::Empty, |order| Cell::Id(order.out_trade_no.as_str())),
        order.and_then(|order| order.transaction_id.as_ref()).map_or(Cell::Empty, |id| Cell::Id(id.as_str())),
        order.map_or(Cell::Empty, |order| Cell::Text(word((chinese_state(order.state), order.state.as_str())))),
        amount(order.map(|order| order.total_fee)),
        amount(order.and_then(|order| order.paid_fee)),
        amount(order.map(|order| order.refunded_fee)),
        time(order.and_then(|order| order.paid_at)),
        if refunds.is_empty() { Cell::Empty } else { Cell::Id(&refunds) },
        if arrivals.is_empty() { Cell::Empty } else { Cell::Text(&arrivals) },
        answer.profile.as_deref().map_or(Cell::Empty, Cell::Text),
        Cell::Text(&next),
    ])
}
