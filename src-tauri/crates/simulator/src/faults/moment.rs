//! Moments as a plan of faults writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use wxpay_protocol::UtcMs;

use crate::span::Span;

/// Why a text is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} 不是时刻，例如 2024-01-02T03:04:05+08:00 或 10m \
     (no moment, such as 2024-01-02T03:04:05+08:00 or 10m after the plan came into force)"
)]
pub struct NoMoment {
    found: String,
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
        let refused = |_| NoMoment { found: text.chars().take(32).collect() };
        UtcMs::parse_dashed(&civil).map(Self::At).map_err(refused)
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

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
