//! The parts of a workbook around its rows, by ECMA-376.

use std::fmt::Write as _;

use wxpay_protocol::UtcMs;

use super::Column;
use crate::cell::put_number;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const NAME_CHARS_MAX: usize = 31;

/// `A`, `Z`, `AA`: the letters of the column at this place.
pub(super) fn letters(place: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = place + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// A name that a sheet may have and that none has yet.
pub(super) fn sheet_name(wanted: &str, part: u32, taken: &[String]) -> String {
    let clean: String = wanted
        .chars()
        .map(|found| {
            if matches!(found, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') || found.is_control() {
                ' '
            } else {
                found
            }
        })
        .collect();
    let base = if clean.trim().is_empty() { "Sheet" } else { clean.trim() };
    (part..=u32::MAX)
        .map(|number| {
            let ending = if number > 1 { format!(" ({number})") } else { String::new() };
            let room = NAME_CHARS_MAX - ending.len();
            base.chars().take(room).chain(ending.chars()).collect::<String>()
        })
        .find(|name| taken.iter().all(|other| !other.eq_ignore_ascii_case(name)))
        .unwrap_or_default()
}

pub(super) fn sheet_start(columns: &[Column]) -> String {
    let mut text = format!(
        "{XML}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" \
         activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>"
    );
    if !columns.is_empty() {
        text.push_str("<cols>");
        for (column, number) in columns.iter().zip(1..) {
            let width = column.width_chars.clamp(1, 255);
            // Writing into a String cannot fail.
            write!(text, "<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>").ok();
        }
        text.push_str("</cols>");
    }
    text.push_str("<sheetData>");
    text
}

/// The parts that name the sheets, and their styles.
pub(super) fn around(names: &[String]) -> Vec<(&'static str, String)> {
    let mut types = format!(
        "{XML}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"
    );
    let mut book = format!("{XML}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>");
    let mut relations = format!(
        "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"styles\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>"
    );
    for (name, number) in names.iter().zip(1..) {
        let mut escaped = Vec::new();
        put_escaped(&mut escaped, name);
        let name = String::from_utf8_lossy(&escaped);
        write!(types, "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>").ok();
        write!(book, "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"s{number}\"/>").ok();
        write!(
            relations,
            "<Relationship Id=\"s{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        )
        .ok();
    }
    types.push_str("</Types>");
    book.push_str("</sheets></workbook>");
    relations.push_str("</Relationships>");
    let root = format!(
        "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"book\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    vec![
        ("xl/styles.xml", styles()),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", relations),
        ("_rels/.rels", root),
        ("[Content_Types].xml", types),
    ]
}

/// In the order of [`super::Style`]; text is format 49 (`@`) with Excel's own apostrophe, so that editing a cell keeps it text.
fn styles() -> String {
    let format = |number: u32, more: &str| {
        format!(
            "<xf numFmtId=\"{number}\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"{more}/>"
        )
    };
    format!(
        "{XML}<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/><numFmt numFmtId=\"165\" formatCode=\"0.00000###\"/></numFmts>\
         <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
         <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
         <borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"7\">{}{}{}{}\
         <xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>{}{}</cellXfs></styleSheet>",
        format(0, ""),
        format(49, " quotePrefix=\"1\""),
        format(2, ""),
        format(164, ""),
        format(1, ""),
        format(165, "")
    )
}

/// XML text; characters that XML cannot hold as `_x0007_`, as Excel writes them, and texts that look like that escaped.
pub(super) fn put_escaped(out: &mut Vec<u8>, text: &str) {
    let plain = |byte: u8| byte >= b' ' && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'_');
    if text.bytes().all(plain) && !text.contains(['\u{FFFE}', '\u{FFFF}']) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let mut rest = text;
    while let Some(found) = rest.chars().next() {
        let (head, tail) = rest.split_at(found.len_utf8());
        match found {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '"' => out.extend_from_slice(b"&quot;"),
            '_' if looks_escaped(rest) => out.extend_from_slice(b"_x005F_"),
            '\t' | '\n' => out.extend_from_slice(head.as_bytes()),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
                out.extend_from_slice(format!("_x{:04X}_", u32::from(found)).as_bytes());
            }
            _ => out.extend_from_slice(head.as_bytes()),
        }
        rest = tail;
    }
}

fn looks_escaped(text: &str) -> bool {
    let [b'_', b'x', digits @ .., b'_'] = text.as_bytes().get(..7).unwrap_or_default() else { return false };
    digits.iter().all(u8::is_ascii_hexdigit)
}

/// Days since 1900 as Excel counts them, Beijing time, with ten decimals: exact to the second.
pub(super) fn put_days(out: &mut Vec<u8>, moment: UtcMs) {
    let seconds = moment.0.div_euclid(1000) + 8 * 3600 + 25_569 * 86_400;
    let seconds = seconds.clamp(0, 253_402_300_799 + 25_569 * 86_400).unsigned_abs();
    put_number(out, seconds / 86_400);
    let fraction = (seconds % 86_400) * 10_000_000_000 / 86_400;
    if fraction > 0 {
        out.push(b'.');
        // Ten digits, leading zeros kept.
        let mut digits = Vec::with_capacity(11);
        put_number(&mut digits, 10_000_000_000 + fraction);
        out.extend_from_slice(digits.get(1..).unwrap_or_default());
    }
}
