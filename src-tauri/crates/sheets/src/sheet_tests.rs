use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::*;
use crate::{Damage, RowFault};

fn open(bytes: &[u8]) -> Result<Sheet<Cursor<Vec<u8>>>, SheetError> {
    Sheet::open(Cursor::new(bytes.to_vec()))
}

fn texts(bytes: &[u8]) -> Vec<Vec<String>> {
    open(bytes).unwrap().head().unwrap().rows.into_iter().map(|row| row.cells).collect()
}

/// A workbook of one sheet with these rows of XML.
pub(crate) fn workbook(rows: &str) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                r#"<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#)),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn what_is_no_table_is_refused_with_a_remedy() {
    for (bytes, part) in [
        (&b"\xD0\xCF\x11\xE0old"[..], ".xls"),
        (b"PK\x03\x04broken", "workbook"),
        (b"a,b\n\0\0\0", "neither"),
        (b"\x1F\x8B\x08", "packed"),
        (b"  <HTML><table>", "web page"),
        (b"\xEF\xBB\xBF<xml><return_code>", "web page"),
    ] {
        let fault = open(bytes).err().unwrap().to_string();
        assert!(fault.contains(part), "{fault}");
    }
    let broken_utf16 = [0xFF, 0xFE, b'a', 0, 0x00, 0xDC];
    assert!(matches!(open(&broken_utf16).unwrap().head(), Err(SheetError::NotText)));
}

#[test]
fn gbk_utf16_and_marked_files_read_like_utf8() {
    let text = "商户订单号,金额(元)\r\nT20240102,0.07\r\n";
    let expected = vec![vec!["商户订单号", "金额(元)"], vec!["T20240102", "0.07"]];
    assert_eq!(texts(text.as_bytes()), expected);
    assert_eq!(texts(format!("\u{FEFF}{text}").as_bytes()), expected);
    assert_eq!(texts(&encoding_rs::GBK.encode(text).0), expected);
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(texts(&[&[0xFF, 0xFE][..], &little].concat()), expected);
    assert_eq!(texts(&[&[0xFE, 0xFF][..], &big].concat()), expected);
    assert_eq!(texts(&little), expected);
    assert_eq!(texts(&big), expected);
}

#[test]
fn the_encoding_shows_even_behind_a_megabyte_of_ascii() {
    let mut text = "a,b\n".repeat(400_000);
    text.push_str("商户,订单\n");
    for bytes in [text.as_bytes().to_vec(), encoding_rs::GBK.encode(&text).0.into_owned()] {
        let mut sheet = open(&bytes).unwrap();
        let mut last = String::new();
        sheet
            .each(|row| {
                last = row.text(0).unwrap().into_owned();
                assert!(row.at() <= bytes.len() as u64);
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(last, "商户");
    }
}

#[test]
fn one_broken_character_costs_its_cell_and_not_the_encoding_of_the_file() {
    let mut bytes = "订单,商品\nA1,T恤\n".repeat(3).into_bytes();
    bytes.extend_from_slice(b"A2,\xE8\xA1\nA3,T\n");
    let mut sheet = open(&bytes).unwrap();
    let mut seen = Vec::new();
    sheet
        .each(|row| {
            seen.push(row.text(1).map(std::borrow::Cow::into_owned));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(seen[1], Ok("T恤".into()));
    assert_eq!(seen[6], Err(Damage::NotText));
    assert_eq!(seen[7], Ok("T".into()));
}

#[test]
fn delimiters_line_ends_backticks_and_excel_guards_are_understood() {
    assert_eq!(texts(b"a\tb,c\td\n1\t2\t3\n"), [["a", "b,c", "d"], ["1", "2", "3"]]);
    assert_eq!(texts(b"a;b\n`1;'2\n"), [["a", "b"], ["1", "2"]]);
    assert_eq!(texts(b"a,b\r1,2\r"), [["a", "b"], ["1", "2"]]);
    assert_eq!(texts("a,b\n=\"0012\",\" x\u{3000}\"\n".as_bytes()), [["a", "b"], ["0012", "x"]]);
    assert_eq!(texts(b"no,goods\n1\t,\"a,b,c,d\"\n2\t,\"e,f,g,h\"\n")[1], ["1", "a,b,c,d"]);
}

#[test]
fn what_a_spreadsheet_did_to_numbers_is_named() {
    let bytes = b"1.23E+17,1E5,T1.23E+17,####,#N/A,42000000012345600000000000,42000000012345600000000001\n";
    let head = open(bytes).unwrap().head().unwrap();
    let lost = Damage::PrecisionLost;
    assert_eq!(head.rows[0].damage, [(0, lost), (3, Damage::TooNarrow), (4, Damage::FormulaError), (5, lost)]);
}

#[test]
fn a_workbook_keeps_numbers_as_their_shortest_text_and_dates_as_dates() {
    let rows = r#"<row r="2"><c r="A2" t="inlineStr"><is><t> T1 </t></is></c><c r="C2"><v>19.989999999999998</v></c>
        <c r="D2"><v>202401020304051234</v></c><c r="E2" s="1"><v>45293.127835648146</v></c><c r="F2" t="e"><v>#N/A</v></c></row>
        <row r="4"><c r="A4"><v>1999</v></c></row>"#;
    let mut sheet = open(&workbook(rows)).unwrap();
    assert_eq!((sheet.form(), sheet.sheet_names().len()), (Form::Workbook, 1));
    let head = sheet.head().unwrap();
    assert_eq!(head.rows[0].line, 2);
    assert_eq!(head.rows[0].cells[..3], ["T1", "", "19.99"]);
    assert_eq!(head.rows[0].cells[4], "2024-01-02 03:04:05");
    assert_eq!(head.rows[0].damage, [(3, Damage::PrecisionLost), (5, Damage::FormulaError)]);
    assert_eq!((head.rows[1].line, head.rows[1].cells.as_slice()), (4, &["1999".to_owned()][..]));
}

#[test]
fn a_broken_sheet_is_refused_and_not_read_in_part_only() {
    let mut sheet = open(&workbook(r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"#)).unwrap();
    assert!(matches!(sheet.head(), Err(SheetError::BrokenWorkbook(_))));
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\"".to_vec()),
        Just(b",".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\xEF\xBB\xBF".to_vec()),
        Just("商户订单号".as_bytes().to_vec()),
        Just(b"\xC9\xCC\xBB\xA7".to_vec()),
        Just(b"=\"".to_vec()),
        Just(b"#####".to_vec()),
        Just(b"1.2E+20".to_vec()),
        prop::collection::vec(any::<u8>(), 0..6),
        "[a-z0-9`']{1,6}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_panic_and_no_line_is_lost_silently(bytes in hostile()) {
        if let Ok(mut sheet) = open(&bytes) {
            let (mut last, mut at) = (0, 0);
            let read = sheet.each(|row| {
                assert!(row.line() > last && row.at() >= at);
                (last, at) = (row.line(), row.at());
                for place in 0..=row.len() {
                    assert!(row.bytes(place).len() <= row.raw(place).len());
                    assert!(row.text(place).is_ok() || row.text(place) == Err(Damage::NotText));
                    row.damage(place);
                }
                assert!(!matches!(row.fault(), Some(RowFault::TooLong)));
                ControlFlow::Continue(())
            });
            prop_assert!(read.is_ok() || matches!(read, Err(SheetError::NotText)));
            sheet.head().ok();
        }
    }

    #[test]
    fn no_workbook_panics(place in 0usize..2000, byte: u8) {
        let mut bytes = workbook(r#"<row r="1"><c r="A1" s="1"><v>45293</v></c><c r="XFD1"><v>1e300</v></c></row>"#);
        let length = bytes.len();
        bytes[place % length] = byte;
        if let Ok(mut sheet) = open(&bytes) {
            sheet.head().ok();
        }
    }
}
