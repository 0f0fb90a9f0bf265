//! One row of a table, borrowed from its reader.

use std::borrow::Cow;

use crate::text::Charset;

/// Where a cell stands in the bytes of its row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What a cell of a workbook was; every cell of a CSV is text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Text,
    Number,
    Moment,
    Error,
}

/// What a spreadsheet did to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// `1.23E+17`, or a number of more than fifteen digits: the last digits are gone for good.
    #[error("precision lost: the spreadsheet kept only 15 digits of the number; export the column as text")]
    PrecisionLost,
    /// `####`: a column too narrow, saved as it was shown.
    #[error("the spreadsheet saved #### because the column was too narrow; widen it and export again")]
    TooNarrow,
    /// `#N/A`, `#REF!` and so on.
    #[error("the cell holds a formula's error; correct it in the spreadsheet and export again")]
    FormulaError,
    /// A number that was taken for a date.
    #[error("the spreadsheet turned the number into a date; export the column as text")]
    BecameDate,
    /// Bytes that are no text in the file's encoding.
    #[error("the cell is no text in the file's encoding; export the file as UTF-8")]
    NotText,
}

impl Damage {
    /// The word that scripts and the window compare.
    pub const fn code(self) -> &'static str {
        match self {
            Self::PrecisionLost => "cell_precision_lost",
            Self::TooNarrow => "cell_too_narrow",
            Self::FormulaError => "cell_formula_error",
            Self::BecameDate => "cell_became_date",
            Self::NotText => "cell_not_text",
        }
    }

    /// The sentence in Chinese.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::PrecisionLost => "精度已丢失：表格软件只保留了 15 位数字；请把这一列设为文本后重新导出",
            Self::TooNarrow => "列太窄，表格软件存下的是 ####；请加宽这一列后重新导出",
            Self::FormulaError => "单元格里是公式的错误值；请在表格里改正后重新导出",
            Self::BecameDate => "表格软件把单号变成了日期；请把这一列设为文本后重新导出",
            Self::NotText => "单元格不是这个文件编码的文字；请另存为 UTF-8",
        }
    }
}

/// Why a row as a whole cannot be split into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// A quote that never ends, or is followed by more text.
    #[error("a quote is opened and not closed before the next comma or line; double the quotes inside the cell")]
    Quote,
    /// More than 1 MiB.
    #[error("the row is longer than 1 MiB")]
    TooLong,
    /// More than 16 384 cells.
    #[error("the row has more than 16384 cells")]
    TooManyCells,
}

impl RowFault {
    /// The word that scripts and the window compare.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Quote => "row_quote",
            Self::TooLong => "row_too_long",
            Self::TooManyCells => "row_too_many_cells",
        }
    }

    /// The sentence in Chinese.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Quote => "引号没有在下一个逗号或换行前结束；单元格里的引号要写成两个",
            Self::TooLong => "这一行超过 1 MiB",
            Self::TooManyCells => "这一行超过 16384 个单元格",
        }
    }
}

/// One row, borrowed from the reader until the next.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub(crate) line: u64,
    pub(crate) at: u64,
    pub(crate) bytes: &'a [u8],
    pub(crate) cells: &'a [Span],
    /// Empty for CSV.
    pub(crate) kinds: &'a [Kind],
    pub(crate) charset: Charset,
    pub(crate) fault: Option<RowFault>,
}

impl<'a> Row<'a> {
    /// The line in the file where it begins (CSV) or the row of the sheet, from 1.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// How far the file was read when this row came, in the measure of [`crate::Sheet::extent`].
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// How many cells it has, trailing empty ones included.
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.fault.is_none() && (0..self.cells.len()).all(|place| self.bytes(place).is_empty())
    }

    /// Why it could not be split, if it could not.
    pub const fn fault(&self) -> Option<RowFault> {
        self.fault
    }

    /// The cell at this place, from 0, exactly as it stands in the file, in the file's encoding; empty beyond the end.
    pub fn raw(&self, place: usize) -> &'a [u8] {
        self.cells.get(place).and_then(|span| self.bytes.get(span.start..span.end)).unwrap_or_default()
    }

    /// The cell without the blanks around it and without the marks that keep spreadsheets from touching a number: a leading
    /// backtick (WeChat's bills) or apostrophe, a tab, `="…"`.
    pub fn bytes(&self, place: usize) -> &'a [u8] {
        plain(self.raw(place))
    }

    /// [`Row::bytes`] as text.
    pub fn text(&self, place: usize) -> Result<Cow<'a, str>, Damage> {
        let text = self.charset.text(self.bytes(place)).ok_or(Damage::NotText)?;
        // The blanks of an input method stand around cells too, and they are no ASCII.
        Ok(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        })
    }

    /// [`Row::text`] to be shown, with marks in the place of bytes that are no text.
    pub fn shown(&self, place: usize) -> String {
        self.text(place).map_or_else(|_| String::from_utf8_lossy(self.bytes(place)).into_owned(), Cow::into_owned)
    }

    pub(crate) fn kind(&self, place: usize) -> Kind {
        self.kinds.get(place).copied().unwrap_or_default()
    }

    /// What a spreadsheet did to the cell, whatever it holds.
    pub fn damage(&self, place: usize) -> Option<Damage> {
        let cell = self.bytes(place);
        if self.kind(place) == Kind::Error || is_formula_error(cell) {
            return Some(Damage::FormulaError);
        }
        if cell.len() >= 3 && cell.iter().all(|byte| *byte == b'#') {
            return Some(Damage::TooNarrow);
        }
        let is_long = self.kind(place) == Kind::Number && is_beyond_floats(cell);
        (is_long || is_exponential(cell) || is_filled_up(cell)).then_some(Damage::PrecisionLost)
    }
}

fn plain(cell: &[u8]) -> &[u8] {
    let (Some(first), Some(last)) = (cell.first(), cell.last()) else { return cell };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return cell;
    }
    let cell = cell.trim_ascii();
    let cell = cell.strip_prefix(b"=\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(cell);
    let cell = cell.strip_prefix(b"`").or_else(|| cell.strip_prefix(b"'")).unwrap_or(cell);
    cell.trim_ascii()
}

/// More digits before the point than a spreadsheet's numbers keep.
fn is_beyond_floats(number: &[u8]) -> bool {
    number.iter().take_while(|byte| **byte != b'.').filter(|byte| byte.is_ascii_digit()).count() > 15
}

/// `1.23E+17`: what Excel leaves of a long number in a CSV.
fn is_exponential(cell: &[u8]) -> bool {
    let [_, b'.' | b'E' | b'e', ..] = cell else { return false };
    let Some(place) = memchr::memchr2(b'E', b'e', cell) else { return false };
    let (Some(mantissa), Some([b'+', exponent @ ..])) = (cell.get(..place), cell.get(place + 1..)) else {
        return false;
    };
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let mantissa_fits = match mantissa {
        [whole] => whole.is_ascii_digit(),
        [whole, b'.', decimals @ ..] => whole.is_ascii_digit() && digits(decimals),
        _ => false,
    };
    mantissa_fits && digits(exponent)
}

/// Twenty digits or more of which all after the fifteenth are 0: a number that a spreadsheet rounded and wrote out again.
fn is_filled_up(cell: &[u8]) -> bool {
    cell.len() >= 20
        && cell.last() == Some(&b'0')
        && cell.iter().all(u8::is_ascii_digit)
        && cell.get(15..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'0'))
        && cell.get(..15).is_some_and(|kept| kept.iter().any(|byte| *byte != b'0'))
}

fn is_formula_error(cell: &[u8]) -> bool {
    const ERRORS: [&[u8]; 8] = [b"#N/A", b"#REF!", b"#VALUE!", b"#NAME?", b"#DIV/0!", b"#NUM!", b"#NULL!", b"#SPILL!"];
    cell.first() == Some(&b'#') && ERRORS.contains(&cell)
}
