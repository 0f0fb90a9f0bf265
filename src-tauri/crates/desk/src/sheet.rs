//! Reading a CSV or XLSX file into rows of text: encodings, delimiters, and what Excel does to numbers.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use crate::DeskError;

/// Files above this size are refused; a million orders of the usual width have half of it.
pub(crate) const FILE_BYTES_MAX: usize = 512 * 1024 * 1024;

/// One row as it stands in the file.
pub(crate) struct Row {
    /// Its line (CSV) or row (XLSX), from 1.
    pub(crate) line: u64,
    pub(crate) cells: Vec<Cell>,
}

/// One cell as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// A number that the spreadsheet kept as floating point with more digits than that can hold.
    pub(crate) rounded: bool,
}

/// All rows of a file; XLSX is recognised by its first bytes, everything else is CSV.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Row>, DeskError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(DeskError::malformed("the file is larger than 512 MiB; split it"));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return read_xlsx(bytes);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(DeskError::malformed("this is an old .xls workbook; save it as .xlsx or CSV and import that"));
    }
    read_csv(&decode(bytes)?)
}

/// UTF-8 with or without a mark, UTF-16 with one, or else GB18030 (which includes GBK).
fn decode(bytes: &[u8]) -> Result<String, DeskError> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return if broken { Err(not_text()) } else { Ok(text.into_owned()) };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, broken) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    if broken { Err(not_text()) } else { Ok(text.into_owned()) }
}

fn not_text() -> DeskError {
    DeskError::malformed("the file is neither UTF-8 nor GBK text nor an .xlsx workbook; save it as CSV in UTF-8")
}

fn read_csv(text: &str) -> Result<Vec<Row>, DeskError> {
    if text.contains('\0') {
        return Err(not_text());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|fault| {
            let line = fault.position().map_or(0, csv::Position::line);
            DeskError::malformed(format!("line {line} of the file cannot be read as CSV; check its quotes"))
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells = record
            .iter()
            .map(|cell| {
                let text = plain(cell);
                let rounded = is_exponential(&text);
                Cell { text, rounded }
            })
            .collect();
        rows.push(Row { line, cells });
    }
    Ok(rows)
}

/// The delimiter that the first lines hold most of.
fn delimiter(text: &str) -> u8 {
    let head: String = text.lines().take(20).collect();
    let count = |wanted: u8| head.bytes().filter(|byte| *byte == wanted).count();
    [b',', b'\t', b';'].into_iter().max_by_key(|candidate| (count(*candidate), *candidate == b',')).unwrap_or(b',')
}

/// Without the spaces around it and without the marks that keep spreadsheets from touching a number: a leading
/// backtick (WeChat's bills) or apostrophe, `="…"`.
fn plain(cell: &str) -> String {
    let cell = cell.trim();
    let cell = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell);
    let cell = cell.strip_prefix(['`', '\'']).unwrap_or(cell);
    cell.trim().to_owned()
}

/// `1.23E+17`: what Excel leaves of a long number in a CSV.
fn is_exponential(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    whole.len() == 1 && digits(whole) && digits(decimals) && exponent.strip_prefix('+').is_some_and(digits)
}

fn read_xlsx(bytes: &[u8]) -> Result<Vec<Row>, DeskError> {
    let broken =
        || DeskError::malformed("the workbook cannot be read; open it, save it again as .xlsx and import that");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let range = book
        .worksheet_range_at(0)
        .ok_or_else(|| DeskError::malformed("the workbook has no sheet"))?
        .map_err(|_| broken())?;
    let first = range.start().map_or(0, |(row, _)| u64::from(row));
    Ok(range
        .rows()
        .zip(first + 1..)
        .map(|(cells, line)| Row { line, cells: cells.iter().map(cell).collect() })
        .collect())
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::String(text) | Data::DateTimeIso(text) => {
            let text = plain(text);
            let rounded = is_exponential(&text);
            Cell { text, rounded }
        }
        Data::Int(number) => Cell { text: number.to_string(), rounded: false },
        // The shortest text that reads back as the same number: 19.99 stays 19.99.
        Data::Float(number) => {
            let text = number.to_string();
            let rounded = text.bytes().filter(u8::is_ascii_digit).count() > 15;
            Cell { text, rounded }
        }
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            Cell { text: format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"), rounded: false }
        }
        Data::Bool(value) => Cell { text: value.to_string(), rounded: false },
        _ => Cell::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<Vec<String>> {
        let rows = read(bytes).unwrap();
        rows.into_iter().map(|row| row.cells.into_iter().map(|cell| cell.text).collect()).collect()
    }

    #[test]
    fn gbk_utf16_and_marked_files_read_like_utf8() {
        let text = "商户订单号,金额(元)\r\nT20240102,0.07\r\n";
        let expected = vec![vec!["商户订单号", "金额(元)"], vec!["T20240102", "0.07"]];
        assert_eq!(texts(text.as_bytes()), expected);
        assert_eq!(texts(format!("\u{FEFF}{text}").as_bytes()), expected);
        assert_eq!(texts(&encoding_rs::GBK.encode(text).0), expected);
        let mut utf16 = vec![0xFF, 0xFE];
        utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(texts(&utf16), expected);
    }

    #[test]
    fn delimiters_quotes_backticks_and_excel_guards_are_understood() {
        assert_eq!(texts(b"a\tb,c\td\n1\t2\t3\n"), [["a", "b,c", "d"], ["1", "2", "3"]]);
        assert_eq!(texts(b"a;b\n`1;'2\n"), [["a", "b"], ["1", "2"]]);
        assert_eq!(texts("a,b\n=\"0012\",\" x \"\n".as_bytes()), [["a", "b"], ["0012", "x"]]);
    }

    #[test]
    fn numbers_that_excel_shortened_are_marked() {
        let rows = read(b"a,b,c\n1.23E+17,1E5,T1.23E+17\n").unwrap();
        assert_eq!(rows[1].cells.iter().map(|cell| cell.rounded).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(rows[1].line, 2);
        assert!(cell(&Data::Float(202_401_020_304_051_234.0)).rounded);
        assert_eq!(cell(&Data::Float(19.99)), Cell { text: "19.99".into(), rounded: false });
        assert_eq!(cell(&Data::Float(1_234_567.0)).text, "1234567");
    }

    #[test]
    fn what_is_no_table_is_refused_with_a_remedy() {
        for bytes in [&b"\xD0\xCF\x11\xE0old"[..], b"PK\x03\x04broken", b"\xFF\xFF\xFF", b"a,b\n\0\0"] {
            assert!(matches!(read(bytes), Err(DeskError::Malformed { .. })));
        }
    }
}
