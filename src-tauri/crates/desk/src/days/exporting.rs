//! The differences of a span of days as a table: a workbook that finance can forward, with the verdict of each day, or CSV.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use desk_reconcile::{Class, Viewpoint};
use desk_sheets::{Cell, Column, CsvTable, Reader, WriteError, XlsxBook};
use desk_store::{DayRun, DayStanding, DifferenceFilter};
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::yuan_text;

use super::draft::{unwritable, written_whole};
use super::table::{COLUMNS, DATE, OUT_REFUND_NO, Words, cells, class_word, mark_words};
use super::walk::Walk;
use super::{AT_ONCE, MatchedRow};
use crate::desk::Inner;
use crate::progress::{Cancel, OnProgress};
use crate::reconciling::{FEE_COLUMNS, FeeOff, amount, exact_yuan_text};
use crate::{Desk, DeskError, Exported, ReconcileFault};

/// Which days are to be written to which file, and for whom.
#[derive(Clone, Debug)]
pub struct SpanExport {
    /// Whose days.
    pub profile: String,
    /// Any moment of the first day.
    pub from: UtcMs,
    /// Any moment of the last day.
    pub to: UtcMs,
    /// The file, `.csv` or `.xlsx`; one that is there is replaced, once the new one is whole.
    pub file: PathBuf,
    /// For whom. A workbook is always for people.
    pub reader: Reader,
    /// From where the classes are named in a table for people.
    pub viewpoint: Viewpoint,
}

impl SpanExport {
    /// The words of the file: those of programs only where they want them and no person opens a workbook.
    pub(super) fn words(&self, inner: &Inner, is_workbook: bool) -> Result<Words, DeskError> {
        Ok(match self.reader {
            Reader::Programs if !is_workbook => Words::Wire,
            _ if inner.settings()?.language == "en" => Words::English(self.viewpoint),
            _ => Words::Chinese(self.viewpoint),
        })
    }
}

enum Sink {
    Csv(CsvTable<File>),
    Xlsx(Box<XlsxBook<File>>),
}

impl Sink {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        match self {
            Self::Csv(table) => table.row(cells),
            Self::Xlsx(book) => book.row(cells),
        }
    }

    /// Begins the fees that are off: in a workbook on a sheet of their own.
    fn begin_fees(&mut self, words: Words) -> Result<(), WriteError> {
        let Self::Xlsx(book) = self else { return Ok(()) };
        let titles: Vec<Titles> = [("", DATE.0, DATE.1, 12)].into_iter().chain(FEE_COLUMNS).collect();
        book.sheet(words.of("", "手续费", "Fees"), &columns(&titles, words))
    }

    /// Takes a fee that is off.
    fn fee(&mut self, date: &str, fee: &FeeOff, words: Words) -> Result<(), WriteError> {
        match self {
            Self::Xlsx(book) => fee.cells(|cells| book.row(&[&[Cell::Text(date)], cells].concat())),
            Self::Csv(table) => {
                let class = words.of("fee_diff", "手续费不一致", "Fee off");
                let (said, expected) = (fee.fee.to_string(), exact_yuan_text(fee.expected_exact()));
                let (base, rate) = (yuan_text(fee.base_fen.into()), fee.rate_text());
                let reason = format!("{base} × {rate}");
                let none = Cell::Empty;
                // In the columns of the differences.
                table.row(&[
                    Cell::Text(class),
                    Cell::Id(&fee.out_trade_no),
                    Cell::Id(&fee.transaction_id),
                    Cell::Id(&fee.refund_id),
                    Cell::Text(words.of("fee", "手续费", "fee")),
                    Cell::Decimal(&said),
                    Cell::Decimal(&expected),
                    Cell::Count(fee.bill_line),
                    none,
                    Cell::Text(&reason),
                    Cell::Text(date),
                    none,
                    none,
                    none,
                    none,
                    none,
                    none,
                ])
            }
        }
    }

    /// Begins the rows that agree: in a workbook on a sheet of their own.
    fn begin_matched(&mut self, words: Words) -> Result<(), WriteError> {
        match self {
            Self::Csv(_) => Ok(()),
            Self::Xlsx(book) => book.sheet(words.of("", "一致", "Agreeing"), &columns(&MATCHED, words)),
        }
    }

    /// Takes a row that agrees.
    fn matched(&mut self, date: &str, found: &MatchedRow, words: Words) -> Result<(), WriteError> {
        let class = class_word(if found.is_refund { "refund_matched" } else { "matched" }, words);
        let numbers = [&found.out_trade_no, &found.transaction_id, &found.refund_id].map(|number| Cell::Id(number));
        let [out_trade_no, transaction_id, refund_id] = numbers;
        let (amount, line, at) = (Cell::Amount(found.amount), Cell::Count(found.line), found.at.dashed());
        match self {
            Self::Xlsx(book) => book.row(&[
                Cell::Text(date),
                Cell::Text(class),
                out_trade_no,
                transaction_id,
                refund_id,
                amount,
                line,
                Cell::Text(&at),
                Cell::Id(&found.out_refund_no),
            ]),
            Self::Csv(table) => {
                let (none, class) = (Cell::Empty, Cell::Text(class));
                // In the columns of the differences.
                table.row(&[
                    class,
                    out_trade_no,
                    transaction_id,
                    refund_id,
                    none,
                    amount,
                    amount,
                    line,
                    none,
                    none,
                    Cell::Text(date),
                    none,
                    none,
                    none,
                    none,
                    Cell::Id(&found.out_refund_no),
                    none,
                ])
            }
        }
    }

    fn finish(self) -> Result<(), WriteError> {
        match self {
            Self::Csv(table) => table.finish().map(drop),
            Self::Xlsx(book) => book.finish().map(drop),
        }
    }
}

impl Desk {
    /// Writes the differences of the runs that count for a span of days, and says how many; if wanted also the rows that agree,
    /// on a sheet of their own, in CSV behind the differences. Told in rows. The file appears whole or not at all.
    pub async fn export_differences(
        &self,
        export: SpanExport,
        matched: bool,
        progress: OnProgress,
        cancel: &Cancel,
    ) -> Result<Exported, DeskError> {
        let cancel = cancel.clone();
        self.blocking(move |inner| {
            let written = written_whole(&export.file, |draft, is_workbook| {
                let words = export.words(inner, is_workbook)?;
                let end = export.to.start_of_day().plus_ms(UtcMs::DAY_MS);
                let days = inner.store.days(&export.profile, export.from, end)?;
                let failed = |fault: WriteError| unwritable(&export.file, &fault);
                let walk = Walk::new(progress, &cancel);
                inner.write_days(&days, draft, How { is_workbook, words, matched, walk }, &failed)
            });
            match written {
                Ok(rows) => Ok(Exported { rows, cancelled: false }),
                Err(DeskError::Day(ReconcileFault::Cancelled)) => Ok(Exported { rows: 0, cancelled: true }),
                Err(fault) => Err(fault),
            }
        })
        .await
    }
}

/// How days are written.
struct How<'w> {
    is_workbook: bool,
    words: Words,
    matched: bool,
    walk: Walk<'w>,
}

impl Inner {
    fn write_days(
        &self,
        days: &[DayStanding],
        draft: &Path,
        How { is_workbook, words, matched, mut walk }: How<'_>,
        failed: &impl Fn(WriteError) -> DeskError,
    ) -> Result<u64, DeskError> {
        let file = File::create(draft).map_err(|fault| failed(fault.into()))?;
        let runs: Vec<(DayRun, &DayStanding)> = days
            .iter()
            .filter_map(|day| Some(self.store.day_run(day.run?).transpose()?.map(|run| (run, day))))
            .collect::<Result<_, _>>()?;
        walk.expect(runs.iter().map(|(run, _)| rows_of(run, matched)).sum())?;
        let mut sink = if is_workbook {
            Sink::Xlsx(Box::new(begin_book(file, &runs, words).map_err(failed)?))
        } else {
            let titles = COLUMNS.map(|(wire, chinese, english, _)| words.of(wire, chinese, english));
            let reader = if words == Words::Wire { Reader::Programs } else { Reader::People };
            Sink::Csv(CsvTable::new(file, reader, &titles).map_err(failed)?)
        };
        let mut count = 0;
        for (run, _) in &runs {
            let mut start = 0;
            loop {
                let page = self.store.differences(run.id, &DifferenceFilter::default(), start, AT_ONCE)?;
                for row in &page.rows {
                    cells(row, words, |cells| sink.row(cells)).map_err(failed)?;
                }
                count += page.rows.len() as u64;
                start += page.rows.len();
                walk.step(page.rows.len() as u64)?;
                if page.rows.is_empty() || start as u64 >= page.total {
                    break;
                }
            }
        }
        self.write_fees(&runs, (&mut sink, &mut walk), words, failed)?;
        if matched {
            sink.begin_matched(words).map_err(failed)?;
            for (run, _) in &runs {
                let date = run.date.day();
                let cancel = walk.cancel();
                self.each_matched(
                    (run, cancel),
                    |rows| walk.step(rows),
                    |row| {
                        sink.matched(&date, &row, words).map_err(failed)?;
                        Ok(ControlFlow::Continue(()))
                    },
                )?;
            }
        }
        sink.finish().map_err(failed)?;
        walk.finish();
        Ok(count)
    }
}

/// Rows that are gone through for a run; those of its bills only where those that agree are wanted.
fn rows_of(run: &DayRun, matched: bool) -> u64 {
    let bills = run.compared_bills().map(|bill| bill.sums.rows + bill.sums.malformed).sum::<u64>();
    let listed = run.found.classes.iter().filter(|tally| !tally.class.ends_with("matched")).map(|tally| tally.count);
    listed.sum::<u64>() + run.found.malformed + run.found.fee_count + if matched { bills } else { 0 }
}

impl Inner {
    /// Writes the fees that are off: in a workbook on a sheet of their own, in CSV behind the differences.
    fn write_fees(
        &self,
        runs: &[(DayRun, &DayStanding)],
        (sink, walk): (&mut Sink, &mut Walk<'_>),
        words: Words,
        failed: &impl Fn(WriteError) -> DeskError,
    ) -> Result<(), DeskError> {
        let mut is_begun = false;
        for (run, _) in runs.iter().filter(|(run, _)| run.found.fee_count > 0) {
            if !is_begun {
                sink.begin_fees(words).map_err(failed)?;
                is_begun = true;
            }
            let date = run.date.day();
            let mut start = 0;
            loop {
                let some = self.fees_of(run, start, AT_ONCE)?;
                if some.is_empty() {
                    break;
                }
                start += some.len() as u64;
                walk.step(some.len() as u64)?;
                for fee in some {
                    sink.fee(&date, &fee, words).map_err(failed)?;
                }
            }
        }
        Ok(())
    }
}

/// A workbook with the verdict of each day and the classes of all, whose last sheet takes the differences.
fn begin_book(file: File, runs: &[(DayRun, &DayStanding)], words: Words) -> Result<XlsxBook<File>, WriteError> {
    let mut book = XlsxBook::new(file);
    book.sheet(words.of("", "结论", "Verdict"), &columns(&VERDICT, words))?;
    for (run, day) in runs {
        let (chinese, english) = mark_words(day.mark);
        let sum =
            |of: fn(&desk_store::BillSums) -> i128| yuan_text(run.compared_bills().map(|bill| of(&bill.sums)).sum());
        let (paid, refunded) = (sum(|sums| sums.total_fen), sum(|sums| sums.refund_fen));
        let gaps = [run.found.payments_gap_fen, run.found.refunds_gap_fen].map(yuan_text);
        let [payments_gap, refunds_gap] = gaps.each_ref().map(|text| amount(text));
        let (date, rows) = (run.date.day(), run.compared_bills().map(|bill| bill.sums.rows).sum());
        book.row(&[
            Cell::Text(&date),
            Cell::Text(words.of("", chinese, english)),
            Cell::Count(rows),
            amount(&paid),
            amount(&refunded),
            Cell::Count(run.found.local_orders),
            Cell::Count(run.found.local_refunds),
            payments_gap,
            refunds_gap,
            Cell::Count(day.differences),
            Cell::Count(day.open),
            Cell::Count(day.carried_over),
            Cell::Count(day.malformed),
            Cell::Count(run.found.not_compared),
            Cell::Count(run.found.fee_count),
            Cell::Text(&summary(run, words)),
        ])?;
    }
    book.sheet(words.of("", "分类", "Classes"), &columns(&CLASSES, words))?;
    for class in Class::ALL {
        let tallies =
            || runs.iter().flat_map(|(run, _)| &run.found.classes).filter(|tally| tally.class == class.name());
        let bill = tallies().map(|tally| tally.bill_fen).sum::<i128>();
        let local = tallies().map(|tally| tally.local_fen).sum::<i128>();
        let sums = [bill, local, local - bill].map(yuan_text);
        let [bill, local, gap] = sums.each_ref().map(|text| amount(text));
        let count = tallies().map(|tally| tally.count).sum();
        book.row(&[Cell::Text(class_word(class.name(), words)), Cell::Count(count), bill, local, gap])?;
    }
    book.sheet(words.of("", "差异", "Differences"), &columns(&COLUMNS, words))?;
    Ok(book)
}

/// Whether the bills tie out, and what the rows that cannot be read would have to hold.
fn summary(run: &DayRun, words: Words) -> String {
    if run.bills.iter().all(|bill| bill.sums.summary_ok) {
        return words.of("", "一致", "ties out").to_owned();
    }
    let Some(unread) = run.unread() else { return words.of("", "无法对比", "not comparable").to_owned() };
    let (rows, [ordered, refunded]) = (unread.rows, [unread.total_fen, unread.refund_fen].map(yuan_text));
    let chinese = format!("无法对比：{rows} 行未能读出，按汇总应含订单金额 {ordered}、退款金额 {refunded}");
    let english = format!("not comparable: {rows} not read; by the summary ordered {ordered}, refunded {refunded}");
    words.of("", &chinese, &english).to_owned()
}

pub(super) type Titles = (&'static str, &'static str, &'static str, u16);

const VERDICT: [Titles; 16] = [
    ("", "日期", "Date", 12),
    ("", "结论", "Verdict", 12),
    ("", "账单笔数", "Bill rows", 12),
    ("", "账单订单金额(元)", "Bill, ordered (yuan)", 18),
    ("", "账单退款金额(元)", "Bill, refunded (yuan)", 18),
    ("", "本地订单", "Local orders", 12),
    ("", "本地退款", "Local refunds", 12),
    ("", "支付：本地减账单(元)", "Payments, local less bill (yuan)", 20),
    ("", "退款：本地减账单(元)", "Refunds, local less bill (yuan)", 20),
    ("", "差异", "Differences", 10),
    ("", "待处理", "Open", 10),
    ("", "挂账", "Carried over", 10),
    ("", "无法读取的行", "Unreadable rows", 14),
    ("", "未比较的账单行", "Bill rows not compared", 16),
    ("", "手续费不一致", "Fees off", 12),
    ("", "账单汇总", "Bill summary", 40),
];

const MATCHED: [Titles; 9] = [
    ("", "日期", "Date", 12),
    ("", "类别", "Class", 12),
    ("", "商户订单号", "Order number", 28),
    ("", "微信订单号", "Transaction ID", 32),
    ("", "微信退款单号", "Refund ID", 32),
    ("", "金额(元)", "Amount (yuan)", 14),
    ("", "账单行号", "Bill line", 10),
    ("", "交易时间", "Time", 20),
    ("", OUT_REFUND_NO.0, OUT_REFUND_NO.1, 28),
];

const CLASSES: [Titles; 5] = [
    ("", "类别", "Class", 22),
    ("", "笔数", "Count", 12),
    ("", "账单金额(元)", "Bill (yuan)", 18),
    ("", "本地金额(元)", "Local (yuan)", 18),
    ("", "本地减账单(元)", "Local less bill (yuan)", 18),
];

pub(super) fn columns(titles: &[Titles], words: Words) -> Vec<Column> {
    let column = |(wire, chinese, english, width_chars): &Titles| Column {
        title: words.of(wire, chinese, english).to_owned(),
        width_chars: *width_chars,
    };
    titles.iter().map(column).collect()
}
