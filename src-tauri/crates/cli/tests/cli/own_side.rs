//! The merchant's own side of a day as shops export it.

use desk::sheets::{Cell, Column, XlsxBook};
use serde_json::json;

use crate::day::cells;
use crate::program::Desk;
use crate::reconcile::{ORDERS, REFUNDS, bill, reconcile};

/// Two payments and two refunds.
fn two_of_each() -> Desk {
    let desk = Desk::new();
    let payments = [("T1", "1", "10:00:00", "SUCCESS", 100, 0), ("T2", "2", "11:00:00", "SUCCESS", 250, 0)];
    desk.file("bill.csv", bill(&payments, &[("1", 10, "SUCCESS"), ("2", 20, "SUCCESS")]));
    desk
}

#[test]
fn further_lines_that_repeat_their_number_without_an_amount_are_passed_over() {
    let desk = two_of_each();
    let orders =
        "T1,421,SUCCESS,100,2026-11-20 10:00:01\nT1,,,,\n,,,,\nT2,422,SUCCESS,250,2026-11-20 11:00:01\nT2,,,,\n";
    desk.file("orders.csv", format!("{ORDERS}{orders}"));
    let refunds = "501,R1,10,SUCCESS,2026-11-20 12:00:00\n501,R1,,,\n,R2,20,SUCCESS,2026-11-20 12:00:00\n,R2,,,\n";
    desk.file("refunds.csv", format!("{REFUNDS}{refunds}"));
    let found = reconcile(&desk, &["--refunds", "refunds.csv"]).expect(0).json();
    assert_eq!((&found["local"]["orders"], &found["local"]["refunds"]), (&json!(2), &json!(2)));
    assert_eq!((&found["local"]["passed_over"], &found["malformed"]["count"]), (&json!(5), &json!(0)));
    // A number that no line above has still needs its amount.
    desk.file("orders.csv", format!("{ORDERS}{orders}T3,,,,\n"));
    let found = reconcile(&desk, &["--refunds", "refunds.csv"]).expect(1).json();
    assert_eq!((&found["malformed"]["local"], &found["malformed"]["rows"][0]["line"]), (&json!(1), &json!(7)));
}

#[test]
fn a_damaged_number_of_wechat_and_a_row_of_totals_are_told_although_the_day_is_balanced() {
    let desk = two_of_each();
    let orders = "T1,4.2E+27,SUCCESS,100,2026-11-20 10:00:01\nT2,422,SUCCESS,250,2026-11-20 11:00:01\n合计,,,350,\n";
    desk.file("orders.csv", format!("{ORDERS}{orders}"));
    let refunds = "501,R1,10,SUCCESS,2026-11-20 12:00:00\n5.02E+19,R2,20,SUCCESS,2026-11-20 12:00:00\n";
    desk.file("refunds.csv", format!("{REFUNDS}{refunds}"));
    let day = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--refunds", "refunds.csv"];
    let run = |more: &[&str]| desk.run(&[&day[..], &["--date", "2026-11-20"], more].concat()).expect(0);
    let found = run(&["--json"]).json()["local"].clone();
    assert_eq!((&found["damaged_ids"], &found["first_damaged_line"]), (&json!(2), &json!(2)), "{found}");
    assert_eq!(found["passed_over"], 1, "{found}");
    let words = run(&[]).out;
    assert!(words.contains("passed over [跳过]  1 rows"), "{words}");
    assert!(words.contains("precision lost [精度已丢失]  2 numbers, the first in line 2"), "{words}");
}

#[test]
fn the_mapping_saved_for_the_merchant_reads_its_orders_and_another_shape_is_read_by_its_titles() {
    let desk = two_of_each();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let mapping = "out_trade_no = \"编号\"\ntotal_fee = \"实收\"\npaid_at = \"到账\"\nunit = \"yuan\"\n";
    desk.file("mapping.toml", mapping);
    desk.file("orders.csv", "编号,实收,到账\nT1,1.00,2026-11-20 10:00:01\nT2,2.50,2026-11-20 11:00:01\n");
    reconcile(&desk, &["--profile", "shop"]).expect(3);
    let save = ["order", "import", "orders.csv", "--mapping", "mapping.toml", "--save-mapping", "--profile", "shop"];
    desk.ask(&save);
    let found = reconcile(&desk, &["--profile", "shop"]).expect(0).json();
    assert_eq!(found["classes"]["matched"]["count"], 2);
    reconcile(&desk, &[]).expect(3);
    desk.file("orders.csv", format!("{ORDERS}T1,,,100,2026-11-20 10:00:01\nT2,,,250,2026-11-20 11:00:01\n"));
    reconcile(&desk, &["--profile", "shop"]).expect(0);
}

/// Orders of November on the second sheet, refunds on the third; the first is a cover.
fn workbook_of_three() -> Vec<u8> {
    let column = |title: &&str| Column { title: (*title).to_owned(), width_chars: 20 };
    let mut book = XlsxBook::new(std::io::Cursor::new(Vec::new()));
    book.sheet("封面", &[column(&"公司")]).unwrap();
    let titles = |line: &str| line.trim().split(',').map(|title| column(&title)).collect::<Vec<_>>();
    for (name, header, rows) in [
        ("十一月", ORDERS, ["T1,421,SUCCESS,100,2026-11-20 10:00:01", "T2,422,SUCCESS,250,2026-11-20 11:00:01"]),
        ("退款", REFUNDS, ["501,R1,10,SUCCESS,2026-11-20 12:00:00", "502,R2,20,SUCCESS,2026-11-20 12:00:00"]),
    ] {
        book.sheet(name, &titles(header)).unwrap();
        for row in rows {
            book.row(&row.split(',').map(Cell::Text).collect::<Vec<_>>()).unwrap();
        }
    }
    book.finish().unwrap().into_inner()
}

#[test]
fn a_sheet_of_a_workbook_is_chosen_by_name_or_number_and_one_that_is_not_there_is_refused_by_name() {
    let desk = two_of_each();
    desk.file("shop.xlsx", workbook_of_three());
    let day = ["reconcile", "--bill", "bill.csv", "--orders", "shop.xlsx", "--date", "20261120", "--json"];
    let run = |more: &[&str]| desk.run(&[&day, more].concat());
    run(&[]).expect(3);
    let refused = run(&["--sheet", "十二月"]).expect(3).err;
    assert!(refused.contains("十二月") && refused.contains("没有这个工作表"), "{refused}");
    assert!(refused.contains("封面, 十一月, 退款"), "{refused}");
    for sheet in ["十一月", "2"] {
        let found = run(&["--sheet", sheet, "--refunds", "shop.xlsx", "--refunds-sheet", "退款"]).expect(0).json();
        assert_eq!((&found["local"]["orders"], &found["local"]["refunds"]), (&json!(2), &json!(2)), "{sheet}");
    }
    run(&["--sheet", "4"]).expect(3);
    run(&["--sheet", "0"]).expect(3);
    // A table of text has one sheet, the first.
    desk.file("orders.csv", format!("{ORDERS}T1,421,SUCCESS,100,2026-11-20 10:00:01\n"));
    reconcile(&desk, &["--sheet", "十一月"]).expect(3);
    reconcile(&desk, &["--sheet", "1"]).expect(1);
}

#[test]
fn the_sheet_is_part_of_the_mapping_that_is_saved_for_the_merchant() {
    let desk = two_of_each();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    desk.file("shop.xlsx", workbook_of_three());
    desk.file("mapping.toml", "sheet = \"十一月\"\nunit = \"fen\"\n");
    let save = ["order", "import", "shop.xlsx", "--mapping", "mapping.toml", "--save-mapping", "--profile", "shop"];
    // Its numbers are too short to be taken, which says that this sheet was read.
    assert_eq!(desk.ask(&save).expect(3).json()["refused_count"], 2);
    let day = ["reconcile", "--bill", "bill.csv", "--orders", "shop.xlsx", "--date", "20261120", "--json"];
    let run = |more: &[&str]| desk.run(&[&day, more].concat());
    assert_eq!(run(&["--profile", "shop"]).expect(0).json()["local"]["orders"], 2);
    let show = ["day", "show", "2026-11-20", "--profile", "shop"];
    let told = desk.run(&[&show[..], &["--json"]].concat()).json()["run"]["own_tables"].clone();
    let named = (&told[0]["table"], &told[0]["sheet"], &told[0]["unit"]);
    assert_eq!(named, (&json!("orders"), &json!("十一月"), &json!("fen")), "the run keeps how it was read: {told}");
    let words = desk.run(&show).out;
    assert!(words.contains("shop.xlsx, sheet [工作表] 十一月, unit [单位] fen"), "{words}");
    // What is said now is more than what was saved, and a file without the sheet is read as it is.
    run(&["--profile", "shop", "--sheet", "封面"]).expect(3);
    desk.file("orders.csv", format!("{ORDERS}T1,421,SUCCESS,100,2026-11-20 10:00:01\n"));
    assert_eq!(reconcile(&desk, &["--profile", "shop"]).expect(1).json()["local"]["orders"], 1);
}

#[test]
fn a_sheet_that_was_saved_with_a_mapping_is_not_read_where_the_mapping_does_not_fit_it() {
    let desk = two_of_each();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    desk.file("shop.xlsx", workbook_of_three());
    desk.file("mapping.toml", "sheet = \"2\"\nout_trade_no = \"out_trade_no\"\nunit = \"fen\"\n");
    desk.ask(&["order", "import", "shop.xlsx", "--mapping", "mapping.toml", "--save-mapping", "--profile", "shop"]);
    let mut book = XlsxBook::new(std::io::Cursor::new(Vec::new()));
    let column = |title: &str| Column { title: title.to_owned(), width_chars: 20 };
    book.sheet("订单", &["out_trade_no", "total_fee", "created_at"].map(column)).unwrap();
    book.row(&["20261120150405000100000000001", "100", "2026-11-20 10:00:01"].map(Cell::Text)).unwrap();
    book.sheet("汇总", &["日期", "合计"].map(column)).unwrap();
    book.row(&["2026-11-20", "100"].map(Cell::Text)).unwrap();
    desk.file("next.xlsx", book.finish().unwrap().into_inner());
    let imported = desk.ask(&["order", "import", "next.xlsx", "--profile", "shop"]).expect(0).json();
    assert_eq!(imported["added"], 1, "{imported}");
}

/// Orders as Excel leaves them: the second number was a number and lost its last digits, the third cell of amounts is a
/// formula's error.
fn spoilt_workbook() -> Vec<u8> {
    let column = |title: &str| Column { title: title.to_owned(), width_chars: 20 };
    let mut book = XlsxBook::new(std::io::Cursor::new(Vec::new()));
    book.sheet("订单", &["订单号", "支付时间", "金额(元)", "状态"].map(column)).unwrap();
    let (paid_at, paid) = (Cell::Text("2026-11-20 10:00:01"), Cell::Text("支付成功"));
    for (number, amount) in [
        (Cell::Id("T1"), Cell::Text("1.00")),
        (Cell::Count(2_026_112_011_000_001_234), Cell::Text("2.50")),
        (Cell::Id("T3"), Cell::Text("#N/A")),
    ] {
        book.row(&[number, paid_at, amount, paid]).unwrap();
    }
    book.finish().unwrap().into_inner()
}

/// The same in a CSV of GBK, where the number is written as Excel shows it.
fn spoilt_gbk() -> Vec<u8> {
    let header =
        b"\xB6\xA9\xB5\xA5\xBA\xC5,\xD6\xA7\xB8\xB6\xCA\xB1\xBC\xE4,\xBD\xF0\xB6\xEE(\xD4\xAA),\xD7\xB4\xCC\xAC\r\n";
    let paid = b",\xD6\xA7\xB8\xB6\xB3\xC9\xB9\xA6\r\n";
    let mut text = header.to_vec();
    for row in ["T1,2026/11/20 10:00:01,1.00", "2.02611E+18,2026/11/20 11:00:01,2.50", "T3,2026/11/20 11:00:01,#N/A"] {
        text.extend_from_slice(row.as_bytes());
        text.extend_from_slice(paid);
    }
    text
}

#[test]
fn damage_in_a_workbook_and_in_a_file_of_gbk_is_told_with_its_row_in_both_languages() {
    for (name, bytes) in [("orders.xlsx", spoilt_workbook()), ("orders.gbk", spoilt_gbk())] {
        let desk = two_of_each();
        desk.file(name, bytes);
        let day = ["reconcile", "--bill", "bill.csv", "--orders", name, "--date", "20261120", "--out", "out", "--json"];
        let found = desk.run(&day).expect(1).json();
        let count = |class: &str| found["classes"][class]["count"].as_u64().unwrap();
        assert_eq!((count("matched"), count("bill_only")), (1, 1), "{name}: the damaged number matches nothing");
        let rows = found["malformed"]["rows"].as_array().unwrap();
        assert_eq!(rows.iter().map(|row| row["line"].as_u64().unwrap()).collect::<Vec<_>>(), [3, 4], "{name}");
        assert!(rows.iter().all(|row| row["side"] == "orders"), "{name}: {rows:?}");
        assert!(rows[0]["reason"].as_str().unwrap().contains("precision lost"), "{name}: {rows:?}");
        assert!(rows[0]["reason_zh"].as_str().unwrap().contains("精度已丢失"), "{name}: {rows:?}");
        let codes: Vec<_> = rows.iter().map(|row| row["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["cell_precision_lost", "cell_formula_error"], "{name}");
        assert!(rows[1]["reason"].as_str().unwrap().contains("formula's error"), "{name}: {rows:?}");
        let written = std::fs::read_to_string(desk.path("out/differences.csv")).unwrap();
        let lines: Vec<&str> = written.lines().filter(|line| line.starts_with("malformed,")).collect();
        assert!(lines[0].contains("订单号“") && lines[0].contains("精度已丢失"), "{name}: {lines:?}");
        assert!(lines[1].contains("金额(元)“#N/A”：单元格里是公式的错误值"), "{name}: {lines:?}");
        let english = |line: &&str| line.contains("precision") || line.contains("spreadsheet");
        assert!(!lines.iter().any(english), "{name}: {lines:?}");
    }
}

#[test]
fn a_refund_with_coupons_is_compared_by_the_amount_that_the_merchant_keeps() {
    let desk = two_of_each();
    // 0.20 were asked back: 0.02 of it was the merchant's own coupon and 0.05 go to whoever funded the other one.
    let text = std::fs::read_to_string(desk.path("bill.csv")).unwrap();
    let text =
        text.replace("`R2,`0.20,`0.00", "`R2,`0.18,`0.05").replace("`0.30,`0.00,`0.00000", "`0.28,`0.05,`0.00000");
    desk.file("bill.csv", text);
    desk.file("orders.csv", format!("{ORDERS}T1,421,,100,2026-11-20 10:00:01\nT2,422,,250,2026-11-20 11:00:01\n"));
    let of_amounts = |basis: &str, fen: i64| {
        let refunds = format!("501,R1,10,,2026-11-20 12:00:00\n502,R2,{fen},,2026-11-20 12:00:00\n");
        desk.file("refunds.csv", format!("{REFUNDS}{refunds}"));
        reconcile(&desk, &["--refunds", "refunds.csv", "--amount", basis, "--out", "out"])
    };
    for (basis, fen) in [("order", 20), ("settle", 18), ("cash", 13)] {
        of_amounts(basis, fen).expect(0);
    }
    for (fen, same_as) in [(18, "；本地金额等于账单的退款金额"), (13, "；本地金额等于账单的现金退款金额")]
    {
        let found = of_amounts("order", fen).expect(1).json();
        assert_eq!(found["classes"]["refund_amount_diff"]["count"], 1);
        let written = std::fs::read_to_string(desk.path("out/differences.csv")).unwrap();
        assert!(written.contains(&format!(",refund_fee,20,{fen},5,3,两边金额不同{same_as},R2\n")), "{written}");
    }
}

#[test]
fn the_amount_that_was_taken_is_said_and_another_one_that_the_orders_equal_is_suggested_with_its_evidence() {
    let desk = Desk::new();
    let numbers = ["T1", "T2", "T3", "T4", "T5"];
    // The merchant bears a coupon of 0.10 of each.
    desk.file("bill.csv", bill(&numbers.map(|number| (number, number, "10:00:00", "SUCCESS", 100, 10)), &[]));
    let order = |number, fen| format!("{number},42{number},SUCCESS,{fen},2026-11-20 10:00:01\n");
    let kept = numbers.map(|number| order(number, if number == "T5" { 77 } else { 90 }));
    desk.file("orders.csv", ORDERS.to_owned() + &kept.concat());
    let day = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", "20261120"];
    let words = |more: &[&str]| desk.run(&[&day, more].concat()).expect(1).out;
    let ordered = words(&[]);
    assert!(ordered.contains("amount [金额] 订单金额 (--amount order)"), "{ordered}");
    assert!(ordered.contains("4 of 5 orders that were looked at equal the bill's 应结订单金额"), "{ordered}");
    assert!(ordered.contains("看了 5 笔，4 笔等于应结订单金额"), "{ordered}");
    assert!(ordered.contains("--amount settle"), "{ordered}");
    let settled = words(&["--amount", "settle"]);
    assert!(settled.contains("应结订单金额 (--amount settle)") && !settled.contains("looked at"), "{settled}");
    // Three of five are too few to say anything.
    desk.file("orders.csv", ORDERS.to_owned() + &kept.concat().replace("42T4,SUCCESS,90", "42T4,SUCCESS,78"));
    assert!(!words(&[]).contains("looked at"));
    let program = reconcile(&desk, &[]).expect(1).json();
    assert_eq!(program.get("amount"), None, "programs know what they asked for");
}

#[test]
fn rows_beyond_those_that_are_listed_one_by_one_are_told_by_their_number() {
    let desk = two_of_each();
    let damaged: String = (0..10_003).map(|_| "1.23E+17,,SUCCESS,100,2026-11-20 10:00:01\n").collect();
    desk.file("orders.csv", format!("{ORDERS}{damaged}"));
    let day = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", "20261120", "--out", "out"];
    let told = desk.run(&day).expect(1);
    assert!(told.err.contains("10003 rows cannot be read") && told.err.contains("仅列出前 10000 行"), "{}", told.err);
    let verdict = cells(&desk, "out/reconcile.xlsx", 0).concat();
    assert!(verdict.contains(&"10003（仅列出前 10000 行）".to_owned()), "{verdict:?}");
}
