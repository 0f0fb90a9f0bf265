//! The report of a span of days as a table: a workbook with the sums, the days and what is left of them, or CSV with all three.

use std::fs::File;
use std::path::Path;

use desk_sheets::{Cell, CsvTable, Reader, WriteError, XlsxBook};
use desk_store::DayStanding;
use wxpay_protocol::bill::yuan_text;

use super::AT_ONCE;
use super::draft::{unwritable, written_whole};
use super::exporting::{SpanExport, Titles, columns};
use super::report::{LeftDifference, ReportedDay, SideSums, SpanReport, SpanSums};
use super::table::{COLUMNS, DATE, Words, cells, mark_words};
use super::viewing::age_bound_days;
use crate::desk::Inner;
use crate::reconciling::{amount, exact_yuan_text};
use crate::{Desk, DeskError};

const ITEM: (&str, &str) = ("项目", "Item");
const SIDES: [Titles; 3] = [
    ("bill_fen", "账单(元)", "Bill (yuan)", 18),
    ("local_fen", "本地(元)", "Local (yuan)", 18),
    ("gap_fen", "本地减账单(元)", "Local less bill (yuan)", 20),
];
const AGE: [Titles; 2] = [("age_days", "账龄(天)", "Age (days)", 10), ("up_to_days", "账龄组", "Age group", 14)];

const DAYS: [Titles; 15] = [
    ("", DATE.0, DATE.1, 12),
    ("", "结论", "Verdict", 14),
    ("", "支付：账单(元)", "Payments, bill (yuan)", 18),
    ("", "支付：本地(元)", "Payments, local (yuan)", 18),
    ("", "支付：本地减账单(元)", "Payments, local less bill (yuan)", 20),
    ("", "退款：账单(元)", "Refunds, bill (yuan)", 18),
    ("", "退款：本地(元)", "Refunds, local (yuan)", 18),
    ("", "退款：本地减账单(元)", "Refunds, local less bill (yuan)", 20),
    ("", "手续费：账单(元)", "Fees, bill (yuan)", 16),
    ("", "手续费不一致", "Fees off", 12),
    ("", "差异", "Differences", 10),
    ("", "待处理", "Open", 10),
    ("", "挂账", "Carried over", 10),
    ("", "无法读取的行", "Unreadable rows", 14),
    ("", "未比较的账单行", "Bill rows not compared", 16),
];

impl Desk {
    /// Writes the report of a span of days, and says how many differences are left in it. The file appears whole or not at all.
    pub async fn export_report(&self, export: SpanExport) -> Result<u64, DeskError> {
        self.blocking(move |inner| {
            written_whole(&export.file, |draft, is_workbook| {
                let words = export.words(inner, is_workbook)?;
                let report = inner.span_report(&export.profile, export.from, export.to)?;
                let failed = |fault: WriteError| unwritable(&export.file, &fault);
                if is_workbook {
                    inner.write_book(&report, draft, words, &failed)
                } else {
                    inner.write_csv(&report, draft, words, &failed)
                }
            })
        })
        .await
    }
}

impl Inner {
    fn write_book(
        &self,
        report: &SpanReport,
        draft: &Path,
        words: Words,
        failed: &impl Fn(WriteError) -> DeskError,
    ) -> Result<u64, DeskError> {
        let file = File::create(draft).map_err(|fault| failed(fault.into()))?;
        let mut book = XlsxBook::new(file);
        begin_book(&mut book, report, words).map_err(failed)?;
        let titles: Vec<Titles> = AGE.into_iter().chain(COLUMNS).collect();
        book.sheet(words.of("", "未结清", "Left"), &columns(&titles, words)).map_err(failed)?;
        let count = self.each_left(report, |left| {
            let group = group_words(left.age_days, words);
            let age = [Cell::Count(left.age_days.into()), Cell::Text(&group)];
            cells(&left.found, words, |cells| book.row(&[&age, cells].concat())).map_err(failed)
        })?;
        book.finish().map_err(failed)?;
        Ok(count)
    }

    /// One table: the sums, the two lines of each day that was run, the days that were not, and what is left.
    fn write_csv(
        &self,
        report: &SpanReport,
        draft: &Path,
        words: Words,
        failed: &impl Fn(WriteError) -> DeskError,
    ) -> Result<u64, DeskError> {
        let file = File::create(draft).map_err(|fault| failed(fault.into()))?;
        let reader = if words == Words::Wire { Reader::Programs } else { Reader::People };
        let part = [("part", "部分", "Part", 0), ("item", ITEM.0, ITEM.1, 0), ("day", DATE.0, DATE.1, 0)];
        let verdict = [("mark", "结论", "Verdict", 0)];
        let titles: Vec<&str> = part
            .into_iter()
            .chain(verdict)
            .chain(SIDES)
            .chain(AGE)
            .chain(COLUMNS)
            .map(|(wire, chinese, english, _)| words.of(wire, chinese, english))
            .collect();
        let mut table = CsvTable::new(file, reader, &titles).map_err(failed)?;
        write_sums(&mut table, report, words).map_err(failed)?;
        let name = words.of("difference", "未结清", "left");
        let none = Cell::Empty;
        let count = self.each_left(report, |left| {
            let (group, date) = (group_words(left.age_days, words), left.found.date.day());
            let head = [Cell::Text(name), none, Cell::Text(&date), none, none, none, none];
            let age = [Cell::Count(left.age_days.into()), Cell::Text(&group)];
            cells(&left.found, words, |cells| table.row(&[&head[..], &age, cells].concat())).map_err(failed)
        })?;
        table.finish().map_err(failed)?;
        Ok(count)
    }

    /// Hands over everything that is left, a stretch in memory at a time, and counts it.
    fn each_left(
        &self,
        report: &SpanReport,
        mut take: impl FnMut(&LeftDifference) -> Result<(), DeskError>,
    ) -> Result<u64, DeskError> {
        let days: Vec<DayStanding> = report.days.iter().map(|day| day.standing.clone()).collect();
        let mut start = 0;
        loop {
            let page = self.left(&days, start, AT_ONCE)?;
            page.rows.iter().try_for_each(&mut take)?;
            start += page.rows.len() as u64;
            if page.rows.is_empty() || start >= page.total {
                return Ok(start);
            }
        }
    }
}

/// The sheets of the sums and of the days.
fn begin_book(book: &mut XlsxBook<File>, report: &SpanReport, words: Words) -> Result<(), WriteError> {
    let titles: Vec<Titles> = [("", ITEM.0, ITEM.1, 16)].into_iter().chain(SIDES).collect();
    book.sheet(words.of("", "合计", "Sums"), &columns(&titles, words))?;
    each_sum(&report.sums, words, |item, cells| book.row(&[&[Cell::Text(item)], cells].concat()))?;
    book.sheet(words.of("", "按天", "Days"), &columns(&DAYS, words))?;
    for ReportedDay { standing, sums, .. } in &report.days {
        let (chinese, english) = mark_words(standing.mark);
        let date = standing.date.day();
        let counts = [standing.differences, standing.open, standing.carried_over, standing.malformed].map(Cell::Count);
        let head = [Cell::Text(&date), Cell::Text(words.of("", chinese, english))];
        let Some(sums) = sums else {
            book.row(&[&head[..], &[Cell::Empty; 8], &counts, &[Cell::Empty]].concat())?;
            continue;
        };
        let texts = [sums.payments, sums.refunds].map(side_texts);
        let [payments, refunds] = texts.each_ref().map(side_cells);
        let fees = exact_yuan_text(sums.fee_milli_fen * 1000);
        let fees = [Cell::Text(&fees), Cell::Count(sums.fee_count)];
        let rest = [Cell::Count(sums.not_compared)];
        book.row(&[&head[..], &payments, &refunds, &fees, &counts, &rest].concat())?;
    }
    Ok(())
}

/// The lines of a CSV table that are no differences.
fn write_sums(table: &mut CsvTable<File>, report: &SpanReport, words: Words) -> Result<(), WriteError> {
    let none = Cell::Empty;
    let rest = [none; AGE.len() + COLUMNS.len()];
    let name = words.of("sum", "合计", "sum");
    each_sum(&report.sums, words, |item, cells| {
        table.row(&[&[Cell::Text(name), Cell::Text(item), none, none], cells, &rest[..]].concat())
    })?;
    let name = words.of("day", "按天", "day");
    for ReportedDay { standing, sums, .. } in &report.days {
        let (chinese, english) = mark_words(standing.mark);
        let (date, mark) = (standing.date.day(), words.of(standing.mark.as_str(), chinese, english));
        let about = [Cell::Text(&date), Cell::Text(mark)];
        match sums {
            None => table.row(&[&[Cell::Text(name), none], &about[..], &[none; 3], &rest].concat())?,
            Some(sums) => each_sum(sums, words, |item, cells| {
                table.row(&[&[Cell::Text(name), Cell::Text(item)], &about[..], cells, &rest].concat())
            })?,
        }
    }
    Ok(())
}

/// Hands over the payments, the refunds, the net and the fees: what each is, and its cells of [`SIDES`].
fn each_sum(
    sums: &SpanSums,
    words: Words,
    mut take: impl FnMut(&str, &[Cell<'_>]) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    for (side, item) in [
        (sums.payments, words.of("payments", "支付", "Payments")),
        (sums.refunds, words.of("refunds", "退款", "Refunds")),
        (sums.net(), words.of("net", "净额", "Net")),
    ] {
        take(item, &side_cells(&side_texts(side)))?;
    }
    let fees = exact_yuan_text(sums.fee_milli_fen * 1000);
    // Thousandths of a fen for programs: a fee is finer than a fen.
    let exact = sums.fee_milli_fen.to_string();
    let fees = if words == Words::Wire { exact } else { fees };
    take(words.of("fee_1e5_yuan", "手续费", "Fees"), &[Cell::Text(&fees), Cell::Empty, Cell::Empty])
}

fn side_texts(side: SideSums) -> [String; 3] {
    [side.bill_fen, side.local_fen, side.gap_fen()].map(yuan_text)
}

fn side_cells(texts: &[String; 3]) -> [Cell<'_>; 3] {
    texts.each_ref().map(|text| amount(text))
}

/// Which age group an age lies in, in words.
fn group_words(age_days: u32, words: Words) -> String {
    match (age_bound_days(age_days), words) {
        (Some(days), Words::Wire) => days.to_string(),
        (None, Words::Wire) => String::new(),
        (Some(days), Words::Chinese(_)) => format!("{days} 天内"),
        (None, Words::Chinese(_)) => "更早".to_owned(),
        (Some(1), Words::English(_)) => "up to 1 day".to_owned(),
        (Some(days), Words::English(_)) => format!("up to {days} days"),
        (None, Words::English(_)) => "older".to_owned(),
    }
}
