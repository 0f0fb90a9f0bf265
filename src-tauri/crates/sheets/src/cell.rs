//! What is written into one cell.

use std::io;

use wxpay_protocol::{Fen, UtcMs};

/// One cell of a table that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text of people. It never becomes a formula.
    Text(&'a str),
    /// A number or id of the protocol. It stays text, with every digit.
    Id(&'a str),
    /// Money: yuan with two decimals for people, whole fen for programs.
    Amount(Fen),
    /// A decimal number in its own digits, such as `-0.02400`, which stays a number; anything else is text.
    Decimal(&'a str),
    /// A count.
    Count(u64),
    /// A time, Beijing.
    Time(UtcMs),
}

impl Cell<'_> {
    /// Text, where digits that should be a number are none.
    #[inline]
    pub(crate) fn checked(self) -> Self {
        match self {
            Self::Decimal(digits) if !is_decimal(digits) => Self::Text(digits),
            other => other,
        }
    }
}

/// Whether it is digits, with a point between them at most and a minus before them at most.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, part].iter().all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// For whom a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A spreadsheet opens it: amounts in yuan, nothing becomes a formula, no number loses digits.
    People,
    /// A program reads it: amounts in fen, every text byte for byte.
    Programs,
}

/// Why a table cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The medium failed.
    #[error("the file cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The archive around a workbook failed.
    #[error("the workbook cannot be written: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// Beyond what a cell of a workbook holds.
    #[error("a cell has more than 32767 characters, which no workbook can hold; write CSV")]
    CellTooLong,
}

/// A whole number in decimal digits.
pub(crate) fn put_number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0u8; 20];
    let mut rest = number;
    let mut used = 0;
    for (slot, count) in digits.iter_mut().rev().zip(1..) {
        *slot = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        used = count;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}

/// `-0.07`.
pub(crate) fn put_yuan(out: &mut Vec<u8>, amount: Fen) {
    if amount.get() < 0 {
        out.push(b'-');
    }
    let fen = amount.get().unsigned_abs();
    put_number(out, fen / 100);
    out.push(b'.');
    out.extend(two_digits(fen % 100));
}

pub(crate) fn put_fen(out: &mut Vec<u8>, amount: Fen) {
    if amount.get() < 0 {
        out.push(b'-');
    }
    put_number(out, amount.get().unsigned_abs());
}

fn two_digits(number: u64) -> [u8; 2] {
    let digit = |value: u64| b'0' + u8::try_from(value % 10).unwrap_or(0);
    [digit(number / 10), digit(number)]
}

/// `yyyy-MM-dd HH:mm:ss`, Beijing; what lies before the year 1, or beyond the last second that the calendar library has, is written
/// by it.
pub(crate) fn put_time(out: &mut Vec<u8>, moment: UtcMs) {
    let seconds = moment.0.div_euclid(1000) + 8 * 3600;
    if !(-62_135_596_800..=253_402_236_000).contains(&seconds) {
        out.extend_from_slice(moment.dashed().as_bytes());
        return;
    }
    let (days, clock) = (seconds.div_euclid(86_400) + 719_468, seconds.rem_euclid(86_400).unsigned_abs());
    // Years from March, in eras of four centuries.
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = (year_of_era + era * 400 + i64::from(month <= 2)).unsigned_abs();
    let (month, day) = (month.unsigned_abs(), day.unsigned_abs());
    let [[y1, y2], [y3, y4], [m1, m2], [d1, d2]] = [year / 100, year % 100, month, day].map(two_digits);
    let [[h1, h2], [n1, n2], [s1, s2]] = [clock / 3600, clock / 60 % 60, clock % 60].map(two_digits);
    let text = [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ', h1, h2, b':', n1, n2, b':', s1, s2];
    out.extend_from_slice(&text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(put: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        put(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn times_at_the_ends_of_the_calendar_are_written_as_the_protocol_writes_them() {
        for second in [-62_135_625_600i64, 253_402_207_200, 253_402_272_000] {
            for ms in (second - 2..second + 3).map(|second| second * 1000 + 999) {
                assert_eq!(text(|out| put_time(out, UtcMs(ms))), UtcMs(ms).dashed(), "{ms}");
            }
        }
    }

    proptest! {
        #[test]
        fn numbers_amounts_and_times_are_written_as_the_protocol_writes_them(number: u64, fen in -999_999_999_999_999i64..=999_999_999_999_999, ms in -70_000_000_000_000i64..260_000_000_000_000) {
            let amount = Fen::new(fen).unwrap();
            prop_assert_eq!(text(|out| put_number(out, number)), number.to_string());
            prop_assert_eq!(text(|out| put_fen(out, amount)), amount.to_string());
            prop_assert_eq!(text(|out| put_yuan(out, amount)), amount.yuan_text());
            prop_assert_eq!(text(|out| put_time(out, UtcMs(ms))), UtcMs(ms).dashed());
        }
    }
}
