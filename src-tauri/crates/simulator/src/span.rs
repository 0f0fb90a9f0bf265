//! Spans of virtual time as plans of faults and scenarios write them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// From the largest to the smallest; `ms` is tried before `m`, of which it would else be a part.
const UNITS_MS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("ms", 1), ("m", 60_000), ("s", 1000)];
const LONGEST_MS: i64 = 3_653 * 86_400_000;

/// A span of virtual time: `90s`, `10m`, `24h4m`, `1d`, `500ms`; its units stand from the largest to the smallest, each once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Milliseconds, 0 to ten years.
    pub ms: i64,
}

/// Why a text is no span.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} 不是时长，例如 90s、10m、24h4m、1d，最长十年 (no span of time, such as 90s, 10m, 24h4m or 1d, up to ten years)"
)]
pub struct NoSpan {
    found: String,
}

impl Span {
    pub(crate) const ZERO: Self = Self { ms: 0 };
}

impl FromStr for Span {
    type Err = NoSpan;

    fn from_str(text: &str) -> Result<Self, NoSpan> {
        let refused = || NoSpan { found: text.chars().take(32).collect() };
        if text == "0" {
            return Ok(Self::ZERO);
        }
        let (mut rest, mut ms, mut last_unit_ms) = (text, 0i64, i64::MAX);
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, after) = rest.split_at_checked(digits).ok_or_else(refused)?;
            let (unit, unit_ms) = UNITS_MS.into_iter().find(|(unit, _)| after.starts_with(unit)).ok_or_else(refused)?;
            if unit_ms >= last_unit_ms {
                return Err(refused());
            }
            last_unit_ms = unit_ms;
            let count: i64 = number.parse().map_err(|_| refused())?;
            ms = count.checked_mul(unit_ms).and_then(|more| ms.checked_add(more)).ok_or_else(refused)?;
            rest = after.strip_prefix(unit).ok_or_else(refused)?;
        }
        if text.is_empty() || ms > LONGEST_MS { Err(refused()) } else { Ok(Self { ms }) }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.ms;
        if rest == 0 {
            return formatter.write_str("0s");
        }
        for (unit, unit_ms) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
            if rest >= unit_ms {
                write!(formatter, "{}{unit}", rest / unit_ms)?;
                rest %= unit_ms;
            }
        }
        Ok(())
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written_in_their_units_from_the_largest_to_the_smallest() {
        for (text, ms) in [
            ("3s", 3000),
            ("90s", 90_000),
            ("500ms", 500),
            ("1h30m", 5_400_000),
            ("24h4m", 86_640_000),
            ("1d1ms", 86_400_001),
            ("366d", 366 * 86_400_000),
            ("0s", 0),
            ("0", 0),
        ] {
            assert_eq!(text.parse(), Ok(Span { ms }), "{text}");
        }
        assert_eq!(Span { ms: 86_640_000 }.to_string(), "1d4m");
        for text in
            ["", "3", "s", "-5s", "1.5s", "3 s", "5x", "3S", "30m1h", "1m1m", "40000d", "9999999999999999999s", "３s"]
        {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
