//! Spans of time and moments as a plan writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use wxpay_protocol::UtcMs;

/// A span of virtual time: `90s`, `10m`, `24h4m`, `1d`, `500ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Milliseconds, 0 to ten years.
    pub ms: i64,
}

const UNITS_MS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("ms", 1), ("m", 60_000), ("s", 1000)];
const LONGEST_MS: i64 = 3_653 * 86_400_000;

/// Why a text is no span or moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} 不是{wanted}")]
pub struct NoMoment {
    found: String,
    wanted: &'static str,
}

impl FromStr for Span {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        let refused = || NoMoment {
            found: text.chars().take(32).collect(),
            wanted: "时长，例如 90s、10m、24h4m (no span of time, such as 90s, 10m or 24h4m)",
        };
        let (mut rest, mut ms) = (text, 0i64);
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, after) = rest.split_at_checked(digits).ok_or_else(refused)?;
            let (unit, unit_ms) = UNITS_MS.into_iter().find(|(unit, _)| after.starts_with(unit)).ok_or_else(refused)?;
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

/// A moment of the gateway's clock: one of Beijing time, or so long after the plan came into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// `2024-01-02T03:04:05+08:00`.
    At(UtcMs),
    /// `10m`.
    After(Span),
}

impl Moment {
    /// The moment itself, for a plan in force since `since`.
    pub(crate) fn from(self, since: UtcMs) -> UtcMs {
        match self {
            Self::At(at) => at,
            Self::After(span) => since.plus_ms(span.ms),
        }
    }
}

impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        if let Ok(span) = text.parse() {
            return Ok(Self::After(span));
        }
        let civil = text.strip_suffix("+08:00").unwrap_or(text).replacen('T', " ", 1);
        UtcMs::parse_dashed(&civil).map(Self::At).map_err(|_| NoMoment {
            found: text.chars().take(32).collect(),
            wanted: "时刻，例如 2024-01-02T03:04:05+08:00 或 10m \
                     (no moment, such as 2024-01-02T03:04:05+08:00 or 10m after the plan came into force)",
        })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => formatter.write_str(&at.rfc3339()),
            Self::After(span) => span.fmt(formatter),
        }
    }
}

macro_rules! as_text {
    ($($name:ty),*) => {
        $(impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        })*
    };
}

as_text!(Span, Moment);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written_in_their_units() {
        for (text, ms) in [("90s", 90_000), ("24h4m", 86_640_000), ("500ms", 500), ("1d1ms", 86_400_001), ("0s", 0)] {
            assert_eq!(text.parse(), Ok(Span { ms }), "{text}");
        }
        assert_eq!(Span { ms: 86_640_000 }.to_string(), "1d4m");
        for text in ["", "5", "s", "-5s", "1.5s", "5 s", "5x", "9999999999999999999s", "40000d"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_is_beijing_time_or_a_span_after_the_start() {
        let since = UtcMs(1_704_135_845_000);
        let at: Moment = "2024-01-02T03:04:05+08:00".parse().unwrap();
        assert_eq!((at.from(UtcMs(0)), at.to_string()), (since, "2024-01-02T03:04:05+08:00".to_owned()));
        let after: Moment = "10m".parse().unwrap();
        assert_eq!(after.from(since), since.plus_ms(600_000));
        assert!("2024-01-02T03:04:05Z".parse::<Moment>().is_err());
    }
}
