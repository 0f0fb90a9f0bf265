use std::io::Cursor;

use proptest::prelude::*;
use wxpay_protocol::{Fen, UtcMs};

use super::*;
use crate::{Field, Layout, Mapping, Sheet, Table};

fn columns(titles: &[&str]) -> Vec<Column> {
    titles.iter().map(|title| Column { title: (*title).to_owned(), width_chars: 20 }).collect()
}

fn read(bytes: Vec<u8>, sheet: usize) -> Vec<Vec<String>> {
    let mut read = Sheet::open(Cursor::new(bytes)).unwrap();
    read.choose_sheet(sheet);
    read.head().unwrap().rows.into_iter().map(|row| row.cells).collect()
}

#[test]
fn a_sheet_that_is_full_goes_on_in_the_next_with_its_titles() {
    let mut book = XlsxBook::new(Cursor::new(Vec::new()));
    assert_eq!(book.rows_max, 1_048_576, "what Excel holds");
    book.rows_max = 3;
    book.sheet("订单/1", &columns(&["n"])).unwrap();
    for number in 0..5 {
        book.row(&[Cell::Count(number)]).unwrap();
    }
    book.sheet("订单 1", &columns(&["m"])).unwrap();
    let bytes = book.finish().unwrap().into_inner();
    let names = Sheet::open(Cursor::new(bytes.clone())).unwrap().sheet_names().to_vec();
    assert_eq!(names, ["订单 1", "订单 1 (2)", "订单 1 (3)", "订单 1 (4)"]);
    assert_eq!(read(bytes.clone(), 0), [["n"], ["0"], ["1"]]);
    assert_eq!(read(bytes.clone(), 2), [["n"], ["4"]]);
    assert_eq!(read(bytes, 3), [["m"]]);
}

#[test]
fn a_cell_beyond_what_a_workbook_holds_is_refused_and_not_cut() {
    let mut book = XlsxBook::new(Cursor::new(Vec::new()));
    book.sheet("a", &columns(&["n"])).unwrap();
    assert!(matches!(book.row(&[Cell::Text(&"x".repeat(32_768))]), Err(WriteError::CellTooLong)));
}

#[test]
fn amounts_and_times_are_numbers_and_formulas_are_texts() {
    let mut book = XlsxBook::new(Cursor::new(Vec::new()));
    book.sheet("订单", &columns(&["商户订单号", "金额(元)", "商品", "支付时间"])).unwrap();
    let moment = UtcMs::parse_dashed("2024-01-02 03:04:05").unwrap();
    let id = "20240102030405123456789";
    book.row(&[
        Cell::Id(id),
        Cell::Amount(Fen::new(1999).unwrap()),
        Cell::Text("=HYPERLINK(\"x\")"),
        Cell::Time(moment),
    ])
    .unwrap();
    let bytes = book.finish().unwrap().into_inner();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
    let xml = std::io::read_to_string(archive.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(!xml.contains("<f>") && xml.contains("<v>19.99</v>"), "{xml}");
    let mut sheet = Sheet::open(Cursor::new(bytes)).unwrap();
    let layout = Layout::new(&sheet.head().unwrap(), Table::Orders, &Mapping::default()).unwrap();
    let mut seen = 0;
    sheet
        .each(|row| {
            if row.line() > layout.header_line() {
                seen += 1;
                assert_eq!(layout.number(row, Field::OutTradeNo), Ok(Some(id.as_bytes())));
                assert_eq!(layout.amount(row, Field::TotalFee).unwrap().map(Fen::get), Some(1999));
                assert_eq!(layout.moment(row, Field::PaidAt), Ok(Some(moment)));
                assert_eq!(row.raw(2), b"=HYPERLINK(\"x\")");
            }
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(seen, 1);
}

proptest! {
    #[test]
    fn every_text_is_well_formed_and_comes_back(text in "\\PC{0,20}|[_x0-9A-F<>&\"\n\u{1}\u{7}]{0,20}") {
        let mut book = XlsxBook::new(Cursor::new(Vec::new()));
        book.sheet("a", &columns(&["n", "m"])).unwrap();
        book.row(&[Cell::Text(&text), Cell::Text("end")]).unwrap();
        let bytes = book.finish().unwrap().into_inner();
        let mut sheet = Sheet::open(Cursor::new(bytes)).unwrap();
        let mut last = Vec::new();
        sheet.each(|row| { last = row.raw(0).to_vec(); assert_eq!(row.len(), 2); std::ops::ControlFlow::Continue(()) }).unwrap();
        prop_assert_eq!(String::from_utf8(last).unwrap(), text);
    }

    #[test]
    fn every_second_of_a_spreadsheets_calendar_comes_back(seconds in -2_200_000_000i64..250_000_000_000) {
        let mut out = Vec::new();
        parts::put_days(&mut out, UtcMs(seconds * 1000));
        prop_assert_eq!(crate::moment::moment(&out, crate::TimeForm::ExcelDays), Some(UtcMs(seconds * 1000)));
    }
}
