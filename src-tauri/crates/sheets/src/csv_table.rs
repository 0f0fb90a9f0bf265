//! Writing CSV: for spreadsheets without letting them touch a number or run a formula, or byte for byte for programs.

use std::io::Write;

use crate::cell::{Cell, Reader, WriteError, put_fen, put_number, put_time, put_yuan};

const BLOCK: usize = 64 * 1024;

/// A CSV that is being written, row by row.
///
/// For people: UTF-8 with a mark, CRLF, and an apostrophe before every text that a spreadsheet would take for a formula or a
/// number. For programs: UTF-8 without a mark, LF, nothing added.
pub struct CsvTable<W: Write> {
    out: W,
    block: CsvRows,
}

impl<W: Write> CsvTable<W> {
    /// Begins the table with its titles.
    pub fn new(out: W, reader: Reader, titles: &[&str]) -> Result<Self, WriteError> {
        let mut block = CsvRows::new(reader);
        if reader == Reader::People {
            block.bytes.extend_from_slice("\u{FEFF}".as_bytes());
        }
        for (place, title) in titles.iter().enumerate() {
            block.separate(place);
            block.put_text(title);
        }
        block.end_row();
        Ok(Self { out, block })
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        self.block.row(cells);
        if self.block.bytes.len() >= BLOCK { self.write_out() } else { Ok(()) }
    }

    /// Writes rows that were put down elsewhere, for the same reader: those at these places, in this order.
    pub fn rows(&mut self, rows: &CsvRows, places: &[usize]) -> Result<(), WriteError> {
        for place in places {
            self.block.bytes.extend_from_slice(rows.at(*place));
            if self.block.bytes.len() >= BLOCK {
                self.write_out()?;
            }
        }
        Ok(())
    }

    /// Writes what is left and hands the medium back.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.write_out()?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Writes what was put down so far.
    pub fn write_out(&mut self) -> Result<(), WriteError> {
        self.out.write_all(&self.block.bytes)?;
        self.block.bytes.clear();
        self.block.ends.clear();
        Ok(())
    }
}

/// Rows of a CSV in memory, put down apart from the others, by another thread for instance.
pub struct CsvRows {
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
    reader: Reader,
}

impl CsvRows {
    /// None yet.
    pub fn new(reader: Reader) -> Self {
        Self { bytes: Vec::with_capacity(BLOCK * 2), ends: Vec::new(), reader }
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.ends.len() as u64
    }

    fn at(&self, place: usize) -> &[u8] {
        let begin = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(place).and_then(|end| self.bytes.get(begin..*end)).unwrap_or_default()
    }

    /// Puts down a row.
    pub fn row(&mut self, cells: &[Cell<'_>]) {
        let for_people = self.reader == Reader::People;
        for (place, cell) in cells.iter().enumerate() {
            self.separate(place);
            match cell.checked() {
                Cell::Empty => {}
                Cell::Text(text) | Cell::Id(text) if for_people && looks_like_formula(text) => self.put_guarded(text),
                Cell::Id(text) if for_people && looks_like_number(text) => self.put_guarded(text),
                Cell::Text(text) | Cell::Id(text) | Cell::Decimal(text) => self.put_text(text),
                Cell::Amount(amount) if for_people => put_yuan(&mut self.bytes, amount),
                Cell::Amount(amount) => put_fen(&mut self.bytes, amount),
                Cell::Count(count) => put_number(&mut self.bytes, count),
                Cell::Time(moment) => put_time(&mut self.bytes, moment),
            }
        }
        self.end_row();
    }

    fn separate(&mut self, place: usize) {
        if place > 0 {
            self.bytes.push(b',');
        }
    }

    fn end_row(&mut self) {
        self.bytes.extend_from_slice(if self.reader == Reader::People { b"\r\n" } else { b"\n" });
        self.ends.push(self.bytes.len());
    }

    fn put_guarded(&mut self, text: &str) {
        if needs_quotes(text) {
            return self.put_quoted("'", text);
        }
        self.bytes.push(b'\'');
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn put_text(&mut self, text: &str) {
        if needs_quotes(text) {
            return self.put_quoted("", text);
        }
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn put_quoted(&mut self, guard: &str, text: &str) {
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(guard.as_bytes());
        for (place, part) in text.as_bytes().split(|byte| *byte == b'"').enumerate() {
            if place > 0 {
                self.bytes.extend_from_slice(b"\"\"");
            }
            self.bytes.extend_from_slice(part);
        }
        self.bytes.push(b'"');
    }
}

/// Whether a reader of CSV would see an end or a blank where there is none. Looks at every byte at once, because almost none is special.
fn needs_quotes(text: &str) -> bool {
    let bytes = text.as_bytes();
    let special = |found, byte: &u8| found | matches!(byte, b',' | b'"' | b'\n' | b'\r' | b'\t' | b';');
    bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ') || bytes.iter().fold(false, special)
}

/// Whether a spreadsheet would run it: = + - @ in either width, or a tab or carriage return before them.
fn looks_like_formula(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n') => true,
        Some(0..0x80) | None => false,
        Some(_) => text.starts_with(['＝', '＋', '－', '＠']),
    }
}

/// Whether a spreadsheet would take it for a number or a date and round, shorten or rewrite it.
fn looks_like_number(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-' | b'/' | b':' | b'E' | b'e'))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::Sheet;
    use proptest::prelude::*;
    use wxpay_protocol::{Fen, UtcMs};

    fn written(reader: Reader, rows: &[&[Cell<'_>]]) -> String {
        let mut table = CsvTable::new(Vec::new(), reader, &["a", "b"]).unwrap();
        for row in rows {
            table.row(row).unwrap();
        }
        String::from_utf8(table.finish().unwrap()).unwrap()
    }

    #[test]
    fn what_a_spreadsheet_would_run_or_round_is_guarded_for_people() {
        let rows: &[&[Cell<'_>]] = &[
            &[Cell::Text("=1+1"), Cell::Text("@SUM(A1)")],
            &[Cell::Text("+8613800000000"), Cell::Text("\t=1")],
            &[Cell::Text("-1"), Cell::Text("＝1")],
            &[Cell::Id("4200000000202401020000000001"), Cell::Id("20240102E5")],
            &[Cell::Id("T1"), Cell::Text("T恤, \"红\"")],
            &[Cell::Id("1.23E+17"), Cell::Id("")],
            &[Cell::Amount(Fen::new(-7).unwrap()), Cell::Time(UtcMs(1_704_135_845_000))],
            &[Cell::Decimal("-0.02400"), Cell::Decimal("-1+cmd")],
        ];
        assert_eq!(
            written(Reader::People, rows),
            "\u{FEFF}a,b\r\n'=1+1,'@SUM(A1)\r\n'+8613800000000,\"'\t=1\"\r\n'-1,'＝1\r\n\
             '4200000000202401020000000001,'20240102E5\r\nT1,\"T恤, \"\"红\"\"\"\r\n'1.23E+17,\r\n-0.07,2024-01-02 03:04:05\r\n-0.02400,'-1+cmd\r\n"
        );
    }

    #[test]
    fn rows_of_elsewhere_are_written_in_the_order_that_is_asked_for_after_those_before_them() {
        let mut table = CsvTable::new(Vec::new(), Reader::People, &["n"]).unwrap();
        table.row(&[Cell::Text("first")]).unwrap();
        let mut rows = CsvRows::new(Reader::People);
        for text in ["a", "", "long, and quoted", "b"] {
            rows.row(&[Cell::Text(text)]);
        }
        assert_eq!(rows.count(), 4);
        table.rows(&rows, &[2, 0, 3, 1, 3]).unwrap();
        table.row(&[Cell::Text("last")]).unwrap();
        assert_eq!(
            String::from_utf8(table.finish().unwrap()).unwrap(),
            "\u{FEFF}n\r\nfirst\r\n\"long, and quoted\"\r\na\r\nb\r\n\r\nb\r\nlast\r\n"
        );
    }

    #[test]
    fn a_program_gets_every_byte_and_fen() {
        let rows: &[&[Cell<'_>]] =
            &[&[Cell::Text("=1+1"), Cell::Id("0012")], &[Cell::Amount(Fen::new(1999).unwrap()), Cell::Empty]];
        assert_eq!(written(Reader::Programs, rows), "a,b\n=1+1,0012\n1999,\n");
    }

    proptest! {
        #[test]
        fn every_text_comes_back_through_our_own_reader_and_none_is_a_formula(text in "\\PC{1,20}|[=+@,\"a\n\t-]{1,8}") {
            let csv = written(Reader::Programs, &[&[Cell::Text(&text), Cell::Text("x")]]);
            let mut read = csv::ReaderBuilder::new().from_reader(csv.as_bytes());
            let record = read.records().next().unwrap().unwrap();
            prop_assert_eq!(&record[0], text.as_str());
            let guarded = written(Reader::People, &[&[Cell::Text(&text), Cell::Text("x")]]);
            let mut sheet = Sheet::open(Cursor::new(guarded.into_bytes())).unwrap();
            let mut cells = Vec::new();
            sheet.each(|row| { cells.push((row.raw(0).to_vec(), row.len())); std::ops::ControlFlow::Continue(()) }).unwrap();
            prop_assert_eq!(cells[1].1, 2);
            prop_assert!(!looks_like_formula(std::str::from_utf8(&cells[1].0).unwrap()));
        }
    }
}
