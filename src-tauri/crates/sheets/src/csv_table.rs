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
    block: Vec<u8>,
    reader: Reader,
}

impl<W: Write> CsvTable<W> {
    /// Begins the table with its titles.
    pub fn new(out: W, reader: Reader, titles: &[&str]) -> Result<Self, WriteError> {
        let mut table = Self { out, block: Vec::with_capacity(BLOCK * 2), reader };
        if reader == Reader::People {
            table.block.extend_from_slice("\u{FEFF}".as_bytes());
        }
        for (place, title) in titles.iter().enumerate() {
            table.separate(place);
            table.put_text(title);
        }
        table.end_row()?;
        Ok(table)
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        for (place, cell) in cells.iter().enumerate() {
            self.separate(place);
            match *cell {
                Cell::Empty => {}
                Cell::Text(text) if self.reader == Reader::People && looks_like_formula(text) => self.put_guarded(text),
                Cell::Id(text)
                    if self.reader == Reader::People && (looks_like_number(text) || looks_like_formula(text)) =>
                {
                    self.put_guarded(text);
                }
                Cell::Text(text) | Cell::Id(text) => self.put_text(text),
                Cell::Amount(amount) if self.reader == Reader::People => put_yuan(&mut self.block, amount),
                Cell::Amount(amount) => put_fen(&mut self.block, amount),
                Cell::Count(count) => put_number(&mut self.block, count),
                Cell::Time(moment) => put_time(&mut self.block, moment),
            }
        }
        self.end_row()
    }

    /// Writes what is left and hands the medium back.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.out.write_all(&self.block)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn separate(&mut self, place: usize) {
        if place > 0 {
            self.block.push(b',');
        }
    }

    fn end_row(&mut self) -> Result<(), WriteError> {
        self.block.extend_from_slice(if self.reader == Reader::People { b"\r\n" } else { b"\n" });
        if self.block.len() >= BLOCK {
            self.out.write_all(&self.block)?;
            self.block.clear();
        }
        Ok(())
    }

    fn put_guarded(&mut self, text: &str) {
        let mut guarded = String::with_capacity(text.len() + 1);
        guarded.push('\'');
        guarded.push_str(text);
        self.put_text(&guarded);
    }

    fn put_text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let special = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r' | b'\t' | b';');
        let blank_end = bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ');
        if !blank_end && !bytes.iter().any(special) {
            self.block.extend_from_slice(bytes);
            return;
        }
        self.block.push(b'"');
        for (place, part) in bytes.split(|byte| *byte == b'"').enumerate() {
            if place > 0 {
                self.block.extend_from_slice(b"\"\"");
            }
            self.block.extend_from_slice(part);
        }
        self.block.push(b'"');
    }
}

/// Whether a spreadsheet would run it: = + - @ in either width, or a tab or carriage return before them.
fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
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
        ];
        assert_eq!(
            written(Reader::People, rows),
            "\u{FEFF}a,b\r\n'=1+1,'@SUM(A1)\r\n'+8613800000000,\"'\t=1\"\r\n'-1,'＝1\r\n\
             '4200000000202401020000000001,'20240102E5\r\nT1,\"T恤, \"\"红\"\"\"\r\n'1.23E+17,\r\n-0.07,2024-01-02 03:04:05\r\n"
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
