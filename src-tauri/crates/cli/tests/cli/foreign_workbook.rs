//! A workbook of a merchant's own orders as somebody else's program and Excel leave it, from the file into the store.

use std::io::{Cursor, Write};

use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::program::Desk;

/// What Excel writes on the right: texts are shared, an amount is the nearest float, a date is a count of days with a format,
/// and a number of more than 15 digits is what is left of it. Line 3 is empty.
const ROWS: &str = r#"
<row r="1"><c r="A1" t="s"><v>0</v></c></row>
<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>46347.375</v></c></row>
<row r="4"><c r="A4" t="s"><v>2</v></c><c r="B4" t="s"><v>3</v></c><c r="C4" t="s"><v>4</v></c><c r="D4" t="s"><v>5</v></c></row>
<row r="5"><c r="A5" t="s"><v>6</v></c><c r="B5"><v>19.899999999999999</v></c><c r="C5" s="1"><v>46346.627835648149</v></c><c r="D5" t="s"><v>9</v></c></row>
<row r="6"><c r="A6"><v>1.23456789012345E+17</v></c><c r="B6"><v>5</v></c><c r="C6" s="1"><v>46346.5</v></c><c r="D6" t="s"><v>9</v></c></row>
<row r="7"><c r="A7" t="s"><v>7</v></c><c r="B7"><v>7.0000000000000007E-2</v></c><c r="C7" s="1"><v>46346</v></c><c r="D7" t="s"><v>10</v></c></row>
<row r="8"><c r="A8" t="s"><v>8</v></c><c r="B8" t="s"><v>11</v></c><c r="C8" s="1"><v>46346.75</v></c></row>
<row r="9"><c r="A9" t="s"><v>12</v></c><c r="B9"><v>3</v></c></row>"#;
const TEXTS: [&str; 13] = [
    "十一月订单（自有商城导出）",
    "导出时间",
    "网店流水",
    "实收款",
    "拍下",
    "进度",
    "T20261120150405_001",
    "T20261120150405_002",
    "T20261120150405_003",
    "已完成",
    "待付款",
    "面议",
    "1.23E+17",
];
const MAPPING: &str = "out_trade_no = \"网店流水\"\ntotal_fee = \"实收款\"\nunit = \"yuan\"\ncreated_at = \"拍下\"\nstate = \"进度\"\n\
                       [states]\n\"已完成\" = \"SUCCESS\"\n\"待付款\" = \"NOTPAY\"\n";

fn workbook() -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation =
        |id: &str, of: &str, to: &str| format!(r#"<Relationship Id="{id}" Type="{OFFICE}/{of}" Target="{to}"/>"#);
    let relations = |all: &[String]| format!(r#"<Relationships xmlns="{RELATIONS}">{}</Relationships>"#, all.concat());
    let texts = TEXTS.map(|text| format!("<si><t>{text}</t></si>")).concat();
    let sheet = r#"<sheets><sheet name="订单" sheetId="1" r:id="r1"/></sheets>"#;
    let formats = r#"<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>"#;
    let parts = [
        ("_rels/.rels", relations(&[relation("r1", "officeDocument", "xl/workbook.xml")])),
        ("xl/workbook.xml", format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{sheet}</workbook>"#)),
        (
            "xl/_rels/workbook.xml.rels",
            relations(&[
                relation("r1", "worksheet", "worksheets/sheet1.xml"),
                relation("r2", "styles", "styles.xml"),
                relation("r3", "sharedStrings", "sharedStrings.xml"),
            ]),
        ),
        ("xl/styles.xml", format!(r#"<styleSheet xmlns="{MAIN}">{formats}</styleSheet>"#)),
        ("xl/sharedStrings.xml", format!(r#"<sst xmlns="{MAIN}">{texts}</sst>"#)),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{ROWS}</sheetData></worksheet>"#)),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_of_another_program_comes_into_the_store_exactly_and_what_excel_spoilt_is_named() {
    let desk = Desk::new();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    desk.file("orders.xlsx", workbook());
    desk.file("mapping.toml", MAPPING);
    let unmapped = desk.run(&["order", "import", "orders.xlsx", "--json"]).expect(3);
    assert!(unmapped.err.contains("order number"), "{}", unmapped.err);

    let first = desk.run(&["order", "import", "orders.xlsx", "--mapping", "mapping.toml", "--save-mapping", "--json"]);
    let first = first.expect(3).json();
    assert_eq!((&first["added"], &first["unchanged"], &first["refused_count"]), (&2.into(), &0.into(), &3.into()));
    let refused = first["refused"].as_array().unwrap();
    let said: Vec<_> =
        refused.iter().map(|row| (row["line"].as_u64().unwrap(), row["code"].as_str().unwrap())).collect();
    assert_eq!(said, [(6, "cell_precision_lost"), (8, "cell_not_an_amount"), (9, "cell_precision_lost")]);
    let reason = refused[0]["reason_zh"].as_str().unwrap();
    assert!(reason.contains("网店流水“123456789012345") && reason.contains("精度已丢失"), "{reason}");
    let reason = refused[1]["reason"].as_str().unwrap();
    assert!(reason.contains("实收款 \"面议\": is not an amount"), "{reason}");
    let kept = std::fs::read_to_string(desk.path("orders.refused.csv")).unwrap();
    assert!(kept.lines().count() == 4 && kept.contains("面议"), "{kept}");

    let shown = |number: &str| desk.run(&["order", "show", number, "--json"]).expect(0).json();
    let paid = shown("T20261120150405_001");
    assert_eq!((&paid["total_fee"], &paid["claimed_state"]), (&1990.into(), &"SUCCESS".into()));
    assert_eq!((&paid["state"], &paid["paid_fee"]), (&"UNVERIFIED".into(), &json!(null)), "a claim");
    assert_eq!(paid["created_at"], "2026-11-20T15:04:05+08:00");
    let open = shown("T20261120150405_002");
    assert_eq!((&open["total_fee"], &open["claimed_state"]), (&7.into(), &"NOTPAY".into()));
    assert_eq!(open["created_at"], "2026-11-20T00:00:00+08:00");
    let count = || desk.run(&["order", "list", "--json"]).expect(0).json()["count"].clone();
    assert_eq!(count(), 2);

    // The mapping was kept for this merchant.
    let again = desk.run(&["order", "import", "orders.xlsx", "--json"]).expect(3).json();
    assert_eq!((&again["added"], &again["unchanged"], &again["refused_count"]), (&0.into(), &2.into(), &3.into()));
    assert_eq!(count(), 2);
}
