//! Amounts, fees, rates and times of a bill, straight from its bytes: the same forms as [`Fen::parse_yuan`] and
//! [`MilliFen::parse`] take, without going through text, because a bill has six of them in each of a million rows.

use super::MilliFen;
use crate::{Fen, UtcMs};

/// Yuan with up to `decimals` decimals as a whole count of the smallest unit; at most thirteen digits before the point.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a row has eight of them")]
fn fixed_point(text: &[u8], decimals: u32) -> Option<i64> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut value = 0i64;
    let mut whole = 0usize;
    let mut rest = text.iter();
    let mut after = None;
    for byte in rest.by_ref() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            if *byte != b'.' {
                return None;
            }
            after = Some(0u32);
            break;
        }
        whole += 1;
        if whole > 13 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    let leading_zero = whole > 1 && text.first() == Some(&b'0');
    if whole == 0 || leading_zero {
        return None;
    }
    let mut places = 0;
    for byte in rest {
        let digit = byte.wrapping_sub(b'0');
        places += 1;
        if digit > 9 || places > decimals {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    if after.is_some() && places == 0 {
        return None;
    }
    for _ in places..decimals {
        value *= 10;
    }
    Some(if negative { -value } else { value })
}

/// `25.88`, `45.0`, `45`, `-0.07`.
#[inline]
pub(super) fn yuan(text: &[u8]) -> Option<Fen> {
    if text == b"0.00" {
        return Some(Fen::ZERO);
    }
    fixed_point(text, 2).and_then(Fen::new)
}

/// `0.15528`, `-0.01000`.
#[inline]
pub(super) fn fee(text: &[u8]) -> Option<MilliFen> {
    fixed_point(text, 5).map(MilliFen::new)
}

/// A count: `28`, or `45.0` as the documentation writes it.
pub(super) fn count(text: &[u8]) -> Option<u64> {
    let value = fixed_point(text, 2)?;
    if value % 100 == 0 { u64::try_from(value / 100).ok() } else { None }
}

/// The rate that stands in nearly every row, remembered.
#[derive(Clone, Debug, Default)]
pub(super) struct Rates {
    text: [u8; 8],
    length: usize,
    ppm: u32,
}

impl Rates {
    /// `0.60%` in millionths: 6 000. Up to four decimals, at most 100 %.
    #[inline]
    pub(super) fn read(&mut self, text: &[u8]) -> Option<u32> {
        if self.text.get(..self.length) == Some(text) && self.length > 0 {
            return Some(self.ppm);
        }
        let ppm = u32::try_from(fixed_point(text.strip_suffix(b"%")?, 4)?).ok().filter(|ppm| *ppm <= 1_000_000)?;
        if let Some(kept) = self.text.get_mut(..text.len()) {
            kept.copy_from_slice(text);
            (self.length, self.ppm) = (text.len(), ppm);
        }
        Some(ppm)
    }
}

/// The day that stands in nearly every row, remembered.
#[derive(Clone, Debug, Default)]
pub struct Days {
    date: [u8; 10],
    midnight: UtcMs,
}

impl Days {
    /// `yyyy-MM-dd HH:mm:ss`, Beijing time, as [`UtcMs::parse_dashed`] reads it.
    #[inline]
    pub fn read(&mut self, text: &[u8]) -> Option<UtcMs> {
        let (date, time) = text.split_first_chunk::<10>()?;
        let [b' ', h1, h0, b':', m1, m0, b':', s1, s0] = time else { return None };
        let two = |tens: u8, ones: u8| {
            let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
            if tens > 9 || ones > 9 { None } else { Some(i64::from(tens) * 10 + i64::from(ones)) }
        };
        let (hours, minutes, seconds) = (two(*h1, *h0)?, two(*m1, *m0)?, two(*s1, *s0)?);
        if hours > 23 || minutes > 59 || seconds > 59 {
            return None;
        }
        if *date != self.date {
            let mut midnight = *b"0000-00-00 00:00:00";
            midnight.first_chunk_mut::<10>()?.copy_from_slice(date);
            self.midnight = UtcMs::parse_dashed(std::str::from_utf8(&midnight).ok()?).ok()?;
            self.date = *date;
        }
        Some(self.midnight.plus_ms((hours * 3600 + minutes * 60 + seconds) * 1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_sums_with_one_decimal_are_counts() {
        for (text, number) in [("45.0", Some(45)), ("28", Some(28)), ("0", Some(0)), ("45.5", None), ("-1", None)] {
            assert_eq!(count(text.as_bytes()), number, "{text}");
        }
    }

    #[test]
    fn rates_are_read_to_the_millionth() {
        let mut rates = Rates::default();
        for (text, ppm) in [
            ("0.60%", Some(6000)),
            ("0.60%", Some(6000)),
            ("0.2%", Some(2000)),
            ("0.385%", Some(3850)),
            ("100%", Some(1_000_000)),
            ("100.01%", None),
            ("0.60", None),
            ("%", None),
            ("", None),
            ("-0.60%", None),
        ] {
            assert_eq!(rates.read(text.as_bytes()), ppm, "{text}");
        }
    }

    proptest! {
        #[test]
        fn amounts_are_read_as_the_text_parsers_read_them(text in "-?[0-9]{0,14}(\\.[0-9]{0,6})?|\\PC{0,12}") {
            prop_assert_eq!(yuan(text.as_bytes()), Fen::parse_yuan(&text).ok(), "{}", text);
            prop_assert_eq!(fee(text.as_bytes()), MilliFen::parse(&text).ok(), "{}", text);
        }

        #[test]
        fn times_are_read_as_the_text_parser_reads_them(
            text in "20[0-9]{2}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9]|\\PC{0,19}",
            again in "20[0-9]{2}-0[1-9]-[0-2][0-9] [0-2][0-9]:[0-5][0-9]:[0-6][0-9]",
        ) {
            let mut days = Days::default();
            for text in [&text, &again, &text, &again] {
                prop_assert_eq!(days.read(text.as_bytes()), UtcMs::parse_dashed(text).ok(), "{}", text);
            }
        }
    }
}
