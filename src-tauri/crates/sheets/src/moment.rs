//! Times from the text of a cell, as Beijing civil time unless the cell says another offset.

use serde::{Deserialize, Serialize};
use wxpay_protocol::UtcMs;

/// How times are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeForm {
    /// Year, month, day: `2024-01-02 03:04:05`, `2024/1/2 3:04`, `2024年1月2日`, `20240102030405`, with `T` or an offset.
    #[default]
    Written,
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMilliseconds,
    /// Days since 1900 as Excel counts them: what is left of a date whose column lost its format.
    ExcelDays,
}

const DAY_S: i64 = 86_400;
const OFFSET_S: i64 = 8 * 3600;
/// 1970-01-01 as Excel counts days from 1900, its 29th of February 1900 included.
const EXCEL_1970: i64 = 25_569;

/// The moment that the cell names; nothing if it names none in this form.
pub(crate) fn moment(cell: &[u8], form: TimeForm) -> Option<UtcMs> {
    match form {
        TimeForm::Written => written(cell),
        TimeForm::UnixSeconds => in_calendar(number(cell)?),
        TimeForm::UnixMilliseconds => {
            let moment = number(cell)?;
            in_calendar(moment.div_euclid(1000)).map(|_| UtcMs(moment))
        }
        TimeForm::ExcelDays => excel_days(cell),
    }
}

/// The form that reads these digits as a time between 2000 and 2100, if there is just one.
pub(crate) fn form_of_digits(cell: &[u8]) -> Option<TimeForm> {
    let of_this_century = |form: &TimeForm| {
        moment(cell, *form).is_some_and(|moment| (946_684_800_000..4_102_444_800_000).contains(&moment.0))
    };
    [TimeForm::UnixSeconds, TimeForm::UnixMilliseconds, TimeForm::ExcelDays].into_iter().find(of_this_century)
}

fn written(cell: &[u8]) -> Option<UtcMs> {
    if let Some(moment) = dashed(cell) {
        return Some(moment);
    }
    if cell.len() == 14 && cell.iter().all(u8::is_ascii_digit) {
        let part = |from: usize, to: usize| number(cell.get(from..to)?);
        let clock = [part(8, 10)?, part(10, 12)?, part(12, 14)?];
        return civil([part(0, 4)?, part(4, 6)?, part(6, 8)?], clock, OFFSET_S);
    }
    let text = std::str::from_utf8(cell).ok()?;
    let plain: String = text
        .chars()
        .map(|found| match found {
            '年' | '月' | '/' | '.' => '-',
            '日' | 'T' | '\t' | '\u{3000}' => ' ',
            '：' | '时' | '分' => ':',
            other => other,
        })
        .filter(|found| *found != '秒')
        .collect();
    // A point between seconds and their fraction has become a dash like those of the date; only the first two belong to it.
    let (date, rest) = plain.trim().split_once(' ').unwrap_or((plain.trim(), ""));
    let (time, offset_s) = offset(rest.trim())?;
    let date = three(date, '-')?;
    let time = time.split('-').next().unwrap_or_default().trim_end_matches(':');
    let clock = match time {
        "" => [0; 3],
        time if time.matches(':').count() == 1 => three(&format!("{time}:00"), ':')?,
        time => three(time, ':')?,
    };
    (date[0] >= 1000).then(|| civil(date, clock, offset_s)).flatten()
}

/// `yyyy-MM-dd HH:mm:ss`, as bills and most exports write it, without looking further.
fn dashed(cell: &[u8]) -> Option<UtcMs> {
    let [y1, y2, y3, y4, b'-' | b'/', mo1, mo2, b'-' | b'/', d1, d2, b' ', h1, h2, b':', m1, m2, b':', s1, s2] = cell
    else {
        return None;
    };
    let two = |tens: &u8, ones: &u8| {
        (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    civil([year, two(mo1, mo2)?, two(d1, d2)?], [two(h1, h2)?, two(m1, m2)?, two(s1, s2)?], OFFSET_S)
}

/// The clock time before `Z`, `+08:00` or `-0530`, and the offset; Beijing where there is none.
fn offset(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time.trim_end(), 0));
    }
    // A fraction of a second has become `-123`; an offset has four digits or a colon.
    let Some(sign) = time.rfind(['+', '-']) else { return Some((time, OFFSET_S)) };
    let (clock, zone) = (time.get(..sign)?, time.get(sign + 1..)?);
    let digits: String = zone.chars().filter(|found| *found != ':').collect();
    if time.get(sign..=sign) == Some("-") && !zone.contains(':') && digits.len() != 4 {
        return Some((time, OFFSET_S));
    }
    let minutes = match digits.len() {
        2 => number(digits.as_bytes())? * 60,
        4 => number(digits.as_bytes().get(..2)?)? * 60 + number(digits.as_bytes().get(2..)?)?,
        _ => return None,
    };
    let seconds = if time.get(sign..=sign) == Some("-") { -minutes * 60 } else { minutes * 60 };
    Some((clock.trim_end(), seconds))
}

fn three(text: &str, mark: char) -> Option<[i64; 3]> {
    let mut parts = text.trim_end_matches(mark).split(mark);
    let mut part =
        || parts.next().map(str::trim).filter(|part| part.len() <= 4).and_then(|part| number(part.as_bytes()));
    let three = [part()?, part()?, part()?];
    parts.next().is_none().then_some(three)
}

fn number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 15 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |value, byte| value * 10 + i64::from(byte - b'0')))
}

/// Days and their fraction, to the nearest second.
fn excel_days(cell: &[u8]) -> Option<UtcMs> {
    let (days, fraction) = match memchr::memchr(b'.', cell) {
        Some(point) => (number(cell.get(..point)?)?, cell.get(point + 1..)?),
        None => (number(cell)?, &b""[..]),
    };
    if fraction.iter().any(|byte| !byte.is_ascii_digit()) {
        return None;
    }
    let mut nano_days = 0i64;
    for place in 0..9 {
        nano_days = nano_days * 10 + fraction.get(place).map_or(0, |byte| i64::from(byte - b'0'));
    }
    let seconds = (nano_days * DAY_S + 500_000_000) / 1_000_000_000;
    in_calendar((days - EXCEL_1970) * DAY_S + seconds - OFFSET_S)
}

fn in_calendar(seconds: i64) -> Option<UtcMs> {
    // The year 9999 is the last that a spreadsheet knows.
    (-62_135_596_800..253_402_300_800).contains(&seconds).then_some(UtcMs(seconds * 1000))
}

fn civil([year, month, day]: [i64; 3], [hour, minute, second]: [i64; 3], offset_s: i64) -> Option<UtcMs> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_of_month = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days_of_month).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Years from March, so that the leap day is the last of its year.
    let march_year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 + day_of_year - 719_468;
    Some(UtcMs((days * DAY_S + hour * 3600 + minute * 60 + second - offset_s) * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dashed_text(text: &str) -> Option<String> {
        moment(text.as_bytes(), TimeForm::Written).map(UtcMs::dashed)
    }

    #[test]
    fn what_names_no_moment_is_refused() {
        for text in [
            "",
            "yesterday",
            "2024-02-30 00:00:00",
            "2024-13-01",
            "2024-01-02 24:00:00",
            "2024-01-02 03:04:60",
            "1/2/2024",
            "01/02/03",
            "45293.5",
            "1704135845",
            "2024-01",
            "2024-01-02 3",
            "2024-01-02 03:04:05 +8:7:6",
            "20240102",
            "12:00",
        ] {
            assert_eq!(dashed_text(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_ways_in_which_exports_write_times_are_read() {
        for (text, expected) in [
            ("2024-01-02 03:04:05", "2024-01-02 03:04:05"),
            ("2024/01/02 03:04:05", "2024-01-02 03:04:05"),
            ("2024/1/2 3:04", "2024-01-02 03:04:00"),
            ("2024/1/2", "2024-01-02 00:00:00"),
            ("20240102030405", "2024-01-02 03:04:05"),
            ("2024-01-02T03:04:05+08:00", "2024-01-02 03:04:05"),
            ("2024-01-02T03:04:05.678+08:00", "2024-01-02 03:04:05"),
            ("2024-01-02T03:04:05Z", "2024-01-02 11:04:05"),
            ("2024-01-02 03:04:05.123", "2024-01-02 03:04:05"),
            ("2024-01-01 14:04:05 -0500", "2024-01-02 03:04:05"),
            ("2024年1月2日 3时4分5秒", "2024-01-02 03:04:05"),
            ("2024年1月2日", "2024-01-02 00:00:00"),
        ] {
            assert_eq!(dashed_text(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn digits_are_read_only_in_the_form_that_was_chosen() {
        let at = |text: &str, form| moment(text.as_bytes(), form).map(UtcMs::dashed);
        assert_eq!(at("1704135845", TimeForm::UnixSeconds).as_deref(), Some("2024-01-02 03:04:05"));
        assert_eq!(at("1704135845678", TimeForm::UnixMilliseconds).as_deref(), Some("2024-01-02 03:04:05"));
        assert_eq!(at("45293.127835648146", TimeForm::ExcelDays).as_deref(), Some("2024-01-02 03:04:05"));
        assert_eq!(at("45293", TimeForm::ExcelDays).as_deref(), Some("2024-01-02 00:00:00"));
        assert_eq!(form_of_digits(b"45293.5"), Some(TimeForm::ExcelDays));
        assert_eq!(form_of_digits(b"1704135845"), Some(TimeForm::UnixSeconds));
        assert_eq!(form_of_digits(b"1704135845678"), Some(TimeForm::UnixMilliseconds));
        assert_eq!(form_of_digits(b"12"), None);
    }

    proptest! {
        #[test]
        fn every_second_is_read_as_the_protocol_reads_it(seconds in -2_000_000_000i64..250_000_000_000) {
            let moment = UtcMs(seconds * 1000);
            prop_assert_eq!(written(moment.dashed().as_bytes()), Some(moment));
            prop_assert_eq!(written(moment.compact().as_bytes()), Some(moment));
        }

        #[test]
        fn no_text_panics(text in "[-0-9:/. TZ+年月日\\PC]{0,30}") {
            for form in [TimeForm::Written, TimeForm::UnixSeconds, TimeForm::UnixMilliseconds, TimeForm::ExcelDays] {
                moment(text.as_bytes(), form);
            }
        }

        #[test]
        fn dates_that_do_not_exist_are_refused_as_the_protocol_refuses_them(text in "2[0-9]{3}-[0-1][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9]") {
            prop_assert_eq!(written(text.as_bytes()), UtcMs::parse_dashed(&text).ok());
        }
    }
}
