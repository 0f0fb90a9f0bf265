//! The bills of every generation, each in every shape that merchants have seen: the same rows and sums.
#![allow(missing_docs)]
// The helpers of these tests are as much test as the tests.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use wxpay_protocol::bill::{Bill, BillLine, BillTotals, Column};

const GENERATIONS: [(&str, usize); 8] = [
    ("all-27", 27),
    ("success-20", 20),
    ("refund-29", 29),
    ("recharge-refund-28", 28),
    ("all-24", 24),
    ("all-24-oldest", 24),
    ("success-18", 18),
    ("refund-26", 26),
];

/// 商品名称 that broke parsers: commas, an open quote, a back-tick, and the words that the summary begins with.
const HOSTILE: &str = "套餐A,B \"特价, 总交易单数,总金额`1";

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/bills");
    let text = std::fs::read_to_string(folder.join(name).with_extension("csv")).unwrap();
    text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n")
}

/// The titles, the rows, and the two lines of the summary; goods as they are told to be.
struct Sheet {
    titles: String,
    rows: Vec<String>,
    summary: [String; 2],
}

impl Sheet {
    fn of(text: &str) -> Self {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let (values, titles) = (lines.pop().unwrap(), lines.pop().unwrap());
        let head = lines.remove(0);
        Self { titles: head, rows: lines, summary: [titles, values] }
    }

    fn with_goods(mut self, goods: &str) -> Self {
        let place = self.titles.split(',').position(|title| title == "商品名称").unwrap();
        for row in &mut self.rows {
            let mut cells: Vec<&str> = row.split(",`").collect();
            cells[place] = goods;
            *row = cells.join(",`");
        }
        self
    }

    fn turned(mut self) -> Self {
        self.rows.reverse();
        self
    }

    /// Blanks and tabs after values and lines, and sums without their last zero: `2.00` as `2.0`.
    fn loose(mut self) -> Self {
        let cell = |cell: &str| match cell.strip_suffix('0') {
            Some(shorter) if shorter.split_once('.').is_some_and(|(_, cents)| cents.len() == 1) => {
                format!("{shorter} ")
            }
            _ => cell.to_owned(),
        };
        let loose = |line: &str| line.split(",`").map(cell).collect::<Vec<_>>().join(",`") + " \t";
        self.rows = self.rows.iter().map(|row| loose(row)).collect();
        self.summary[1] = loose(&self.summary[1]);
        self
    }

    fn text(&self, end: &str) -> String {
        let lines = [&self.titles].into_iter().chain(&self.rows).chain(&self.summary).map(String::as_str);
        lines.flat_map(|line| [line, end]).collect()
    }
}

/// What a bill says, whatever the order of its rows: its columns, its sums, and each row.
fn read(text: &str, goods: Option<&str>) -> (usize, BillTotals, Vec<String>) {
    let Bill::Trades(mut bill) = Bill::open(text.as_bytes()).unwrap() else { panic!("a fund flow") };
    let mut rows = Vec::new();
    while let Some(line) = bill.next_line().unwrap() {
        let BillLine::Row(row) = line else { panic!("{line:?} of {text}") };
        if let Some(goods) = goods {
            assert_eq!(String::from_utf8_lossy(row.text(Column::Body)), goods);
        }
        let numbers = [row.transaction_id, row.out_trade_no, row.refund_id, row.out_refund_no, row.refund_status]
            .map(|number| String::from_utf8_lossy(number).into_owned());
        rows.push(format!(
            "{numbers:?} {:?} {} {} {} {} {} {} {}",
            row.state,
            row.at.dashed(),
            row.total_fee.get(),
            row.settlement_total_fee.get(),
            row.coupon_fee.get(),
            row.refund_fee.get(),
            row.settlement_refund_fee.get(),
            row.fee.get()
        ));
    }
    rows.sort();
    (bill.layout().columns(), *bill.totals(), rows)
}

#[test]
fn every_generation_says_the_same_with_and_without_a_byte_order_mark_and_with_either_end_of_line() {
    for (name, columns) in GENERATIONS {
        let text = fixture(name);
        let usual = read(&text, None);
        assert!(usual.0 == columns && usual.1.summary_ok && !usual.2.is_empty(), "{name}: {usual:?}");
        for end in ["\n", "\r\n"] {
            for mark in ["", "\u{FEFF}"] {
                let other = format!("{mark}{}", text.replace('\n', end));
                assert_eq!(read(&other, None), usual, "{name} {end:?} {mark:?}");
                assert_eq!(read(other.trim_end(), None), usual, "{name} without its last end of line");
            }
        }
    }
}

#[test]
fn every_generation_keeps_goods_with_commas_quotes_back_ticks_and_the_words_of_the_summary() {
    for (name, _) in GENERATIONS {
        let usual = read(&fixture(name), None);
        let hostile = Sheet::of(&fixture(name)).with_goods(HOSTILE);
        assert_eq!(read(&hostile.text("\r\n"), Some(HOSTILE)), usual, "{name}");
    }
}

#[test]
fn every_generation_is_read_in_any_order_of_its_rows() {
    for (name, _) in GENERATIONS {
        let usual = read(&fixture(name), None);
        assert_eq!(read(&Sheet::of(&fixture(name)).turned().text("\n"), None), usual, "{name}");
    }
}

#[test]
fn every_generation_is_read_with_trailing_blanks_and_sums_without_their_last_zero() {
    for (name, _) in GENERATIONS {
        let text = fixture(name);
        let loose = Sheet::of(&text).loose().text("\r\n");
        assert!(loose.contains(" ,`"), "{name} has no sum that ends in a zero");
        assert_eq!(read(&loose, None), read(&text, None), "{name}");
    }
}

#[test]
fn every_generation_is_read_with_all_of_that_at_once() {
    for (name, _) in GENERATIONS {
        let worst = Sheet::of(&fixture(name)).with_goods(HOSTILE).turned().loose().text("\r\n");
        assert_eq!(read(&format!("\u{FEFF}{worst}"), Some(HOSTILE)), read(&fixture(name), None), "{name}");
    }
}
