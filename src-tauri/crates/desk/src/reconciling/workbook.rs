//! The day as a workbook that finance can forward: the verdict, the classes, and everything that does not agree.

use std::fs::File;

use desk_reconcile::{Class, Viewpoint};
use desk_sheets::{Cell, Column, WriteError, XlsxBook};
use wxpay_protocol::Fen;
use wxpay_protocol::bill::{BillTotals, MilliFen, yuan_text};

use super::differences::Cells;
use super::fees::{COLUMNS, exact_yuan_text};
use super::{DaySides, FeeOff, Reconciled};
use crate::days::{IDENTITY, OUT_REFUND_NO, class_words, field_words};

/// A workbook whose last sheet takes the rows that differ.
pub(super) struct Workbook {
    book: XlsxBook<File>,
    viewpoint: Viewpoint,
}

const DIFFERENCES: [(&str, u16); 14] = [
    ("类别", 18),
    ("商户订单号", 28),
    ("微信订单号", 32),
    ("微信退款单号", 32),
    ("不同之处", 12),
    ("账单", 20),
    ("本地", 20),
    ("账单行号", 10),
    ("本地行号", 10),
    ("原因", 60),
    ("处理", 12),
    ("备注", 30),
    (IDENTITY.0, 36),
    (OUT_REFUND_NO.0, 28),
];

impl Workbook {
    /// Writes the verdict and the classes, and begins the differences.
    pub(super) fn new(
        file: File,
        found: &Reconciled,
        sides: &DaySides,
        viewpoint: Viewpoint,
    ) -> Result<Self, WriteError> {
        let mut book = XlsxBook::new(file);
        book.sheet("结论", &columns(&[("项目", 24), ("值", 40)]))?;
        for (title, value) in verdict(found, sides) {
            book.row(&[Cell::Text(title), Cell::Text(&value)])?;
        }
        let titles = [("类别", 22), ("笔数", 12), ("账单金额", 18), ("本地金额", 18), ("本地减账单", 18)];
        book.sheet("分类", &columns(&titles))?;
        for class in Class::ALL {
            let tally = found.verdict.tally(class);
            let sums = [tally.bill_fen, tally.local_fen, tally.local_fen - tally.bill_fen].map(yuan_text);
            let [bill, local, gap] = sums.each_ref().map(|text| amount(text));
            book.row(&[Cell::Text(class.words(viewpoint).0), Cell::Count(tally.count), bill, local, gap])?;
        }
        book.sheet("差异", &columns(&DIFFERENCES))?;
        Ok(Self { book, viewpoint })
    }

    /// Takes a row that differs.
    pub(super) fn row(&mut self, cells: &Cells<'_>, identity: &str) -> Result<(), WriteError> {
        let [out_trade_no, transaction_id, refund_id] = cells.numbers;
        let ([bill_value, local_value], [bill_line, local_line]) = (cells.values, cells.lines);
        self.book.row(&[
            Cell::Text(class_words(cells.class, self.viewpoint).0),
            Cell::Id(out_trade_no),
            Cell::Id(transaction_id),
            Cell::Id(refund_id),
            Cell::Text(field_words(cells.field).0),
            bill_value,
            local_value,
            bill_line,
            local_line,
            Cell::Text(&cells.reason),
            Cell::Empty,
            Cell::Empty,
            Cell::Id(identity),
            Cell::Id(cells.out_refund_no),
        ])
    }

    /// Begins the sheet of the fees that are off.
    pub(super) fn begin_fees(&mut self) -> Result<(), WriteError> {
        self.book.sheet("手续费", &columns(&COLUMNS.map(|(_, chinese, _, width_chars)| (chinese, width_chars))))
    }

    /// Takes a fee that is off.
    pub(super) fn fee(&mut self, fee: &FeeOff) -> Result<(), WriteError> {
        fee.cells(|cells| self.book.row(cells))
    }

    pub(super) fn finish(self) -> Result<(), WriteError> {
        self.book.finish().map(drop)
    }
}

/// A sum in yuan as money; one beyond what an amount holds as text.
pub(crate) fn amount(text: &str) -> Cell<'_> {
    Fen::parse_yuan(text).map_or(Cell::Text(text), Cell::Amount)
}

fn columns(titles: &[(&str, u16)]) -> Vec<Column> {
    titles.iter().map(|(title, width_chars)| Column { title: (*title).to_owned(), width_chars: *width_chars }).collect()
}

/// Whether the bill ties out, and what the rows that cannot be read would have to hold.
fn summary(totals: &BillTotals) -> String {
    if totals.summary_ok {
        return "一致".to_owned();
    }
    let unread = &totals.unread;
    format!(
        "无法对比：{} 行未能读出，按汇总应含订单金额 {}、退款金额 {}",
        unread.rows,
        yuan_text(unread.total_fee),
        yuan_text(unread.settlement_refund_fee)
    )
}

/// How many rows cannot be read, and how many of them are listed where that is not all.
fn malformed(found: &Reconciled) -> String {
    let count = found.malformed_count();
    if found.malformed_unlisted() == 0 {
        return count.to_string();
    }
    format!("{count}（仅列出前 {} 行）", found.malformed.len())
}

fn verdict(found: &Reconciled, sides: &DaySides) -> Vec<(&'static str, String)> {
    let (bills, sums) = (&found.bills, found.bills.totals.sums);
    let fees = &found.verdict.fees;
    let off = if fees.count > 0 { format!("；手续费 {} 笔不一致", fees.count) } else { String::new() };
    let fee = i64::try_from(sums.fee_milli_fen).map_or_else(|_| String::new(), |fee| MilliFen::new(fee).to_string());
    vec![
        ("日期", sides.date.day()),
        ("结论", format!("{}{off}", if found.is_balanced() { "平" } else { "不平" })),
        ("商户号", bills.mch_id.clone().unwrap_or_default()),
        ("账单笔数", format!("{}（支付 {}，退款 {}）", sums.rows, bills.totals.payments, bills.totals.refunds)),
        ("充值退款（不参与对账）", bills.recharge_refunds.to_string()),
        ("账单汇总", summary(&bills.totals)),
        ("订单金额", yuan_text(sums.total_fee)),
        ("应结订单金额", yuan_text(sums.settlement_total_fee)),
        ("退款金额", yuan_text(sums.settlement_refund_fee)),
        ("手续费", fee),
        ("手续费不一致", fees.count.to_string()),
        ("手续费：账单减应为", exact_yuan_text(fees.difference.exact())),
        ("本地订单", found.local.orders.to_string()),
        ("未核实的本地订单", found.local.claims.to_string()),
        ("本地退款", found.local.refunds.to_string()),
        ("跳过的本地行（合计、空行等）", found.local.passed_over.to_string()),
        ("精度已丢失的单号（按同一行的另一个单号对比）", found.local.damaged_ids.to_string()),
        ("其他日期的本地记录", found.verdict.out_of_scope.to_string()),
        ("无法读取的行", malformed(found)),
    ]
}
