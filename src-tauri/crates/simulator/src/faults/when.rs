//! How often a rule fires: a probability in whole millionths, or the counts at which it does.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error, SeqAccess, Unexpected, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A probability in millionths, 0 to 1 000 000. A plan writes it as `0.05`; at most six decimals, so nothing is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probability {
    per_million: u32,
}

/// 10⁶, of which a probability says how many.
const MILLION: u32 = 1_000_000;

impl Probability {
    /// So many millionths; nothing above a million.
    pub const fn new(per_million: u32) -> Option<Self> {
        if per_million <= MILLION { Some(Self { per_million }) } else { None }
    }

    /// In millionths.
    pub const fn per_million(self) -> u32 {
        self.per_million
    }

    /// Whether this draw of 64 even bits falls into it.
    pub(crate) fn takes(self, drawn: u64) -> bool {
        (u128::from(drawn) * u128::from(MILLION)) >> 64 < u128::from(self.per_million)
    }

    /// Reads `0.05`, `1`.
    fn parse(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.len() <= 6 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) {
            return None;
        }
        let millionths: u32 = format!("{decimals:0<6}").parse().ok()?;
        whole.parse::<u32>().ok()?.checked_mul(MILLION)?.checked_add(millionths).and_then(Self::new)
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:06}", self.per_million % MILLION);
        let decimals = decimals.trim_end_matches('0');
        let point = if decimals.is_empty() { "" } else { "." };
        write!(formatter, "{}{point}{decimals}", self.per_million / MILLION)
    }
}

impl Serialize for Probability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The shortest decimal of a double this size is the one with at most six decimals, so it reads back the same.
        serializer.serialize_f64(self.to_string().parse().unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Probability;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter
                    .write_str("0 到 1 之间、至多六位小数的概率 (a probability from 0 to 1 with at most six decimals)")
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Probability, E> {
                Probability::parse(&number.to_string())
                    .ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Probability, E> {
                Probability::parse(&number.to_string())
                    .ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Probability, E> {
                Probability::parse(&number.to_string())
                    .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
            }
        }
        deserializer.deserialize_any(Number)
    }
}

/// The counts at which a rule fires, from 1: single ones, ranges, every n-th.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Positions(Vec<Position>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    One(u64),
    Range(u64, u64),
    Every(u64),
}

impl FromStr for Probability {
    type Err = NoCondition;

    fn from_str(text: &str) -> Result<Self, NoCondition> {
        Self::parse(text).ok_or_else(|| NoCondition {
            found: text.chars().take(32).collect(),
            wanted: "0 到 1 之间、至多六位小数的概率 (no probability from 0 to 1 with at most six decimals)",
        })
    }
}

/// Why a text is no probability and no list of counts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} 不是{wanted}")]
pub struct NoCondition {
    found: String,
    wanted: &'static str,
}

/// `1, 4-6, every 10`.
impl FromStr for Positions {
    type Err = NoCondition;

    fn from_str(text: &str) -> Result<Self, NoCondition> {
        let read: Option<Vec<Position>> = text.split(',').map(Position::parse).collect();
        read.map(Self).ok_or_else(|| NoCondition {
            found: text.chars().take(32).collect(),
            wanted: "第几次的列表，例如 1, 4-6, every 10 (no list of counts such as 1, 4-6, every 10)",
        })
    }
}

impl fmt::Display for Positions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, position) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(formatter, "{comma}{position}")?;
        }
        Ok(())
    }
}

impl Positions {
    /// Whether the rule fires at this count, from 1.
    pub fn hold(&self, count: u64) -> bool {
        self.0.iter().any(|position| match *position {
            Position::One(at) => count == at,
            Position::Range(from, to) => (from..=to).contains(&count),
            Position::Every(gap) => count.is_multiple_of(gap),
        })
    }
}

impl Position {
    fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| text.trim().parse::<u64>().ok().filter(|number| *number >= 1);
        if let Some(gap) = text.trim().strip_prefix("every") {
            return number(gap).map(Self::Every);
        }
        match text.split_once('-') {
            Some((from, to)) => {
                let (from, to) = (number(from)?, number(to)?);
                (from <= to).then_some(Self::Range(from, to))
            }
            None => number(text).map(Self::One),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(at) => at.fmt(formatter),
            Self::Range(from, to) => write!(formatter, "{from}-{to}"),
            Self::Every(gap) => write!(formatter, "every {gap}"),
        }
    }
}

impl Serialize for Positions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for position in &self.0 {
            match position {
                Position::One(at) => list.serialize_element(at)?,
                other => list.serialize_element(&other.to_string())?,
            }
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;
        impl Visitor<'_> for One {
            type Value = Position;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter
                    .write_str("第几次，例如 3、\"2-5\"、\"every 10\" (a count such as 3, \"2-5\" or \"every 10\")")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Position, E> {
                Position::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Position, E> {
                Position::parse(&number.to_string()).ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Position, E> {
                Position::parse(&number.to_string())
                    .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
            }
        }
        deserializer.deserialize_any(One)
    }
}

impl<'de> Deserialize<'de> for Positions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Positions;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("第几次的列表，例如 [1, \"3-5\", \"every 10\"] (a list of counts)")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Positions, A::Error> {
                let mut positions = Vec::new();
                while let Some(position) = items.next_element()? {
                    positions.push(position);
                }
                if positions.is_empty() { Err(A::Error::invalid_length(0, &self)) } else { Ok(Positions(positions)) }
            }
        }
        deserializer.deserialize_seq(List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_read_exactly_and_written_the_same() {
        for (text, per_million) in
            [("0.05", 50_000), ("1", 1_000_000), ("0", 0), ("0.000001", 1), ("0.1", 100_000), ("0.3", 300_000)]
        {
            let read: Probability = serde_json::from_str(text).unwrap();
            assert_eq!(read.per_million(), per_million, "{text}");
            let again: Probability = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
            assert_eq!(again, read);
        }
        for text in ["1.1", "-0.1", "0.0000001", "2", "\"0.5\"", "1e300", "null"] {
            assert!(serde_json::from_str::<Probability>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn never_takes_nothing_and_always_takes_everything() {
        let (never, always) = (Probability::new(0).unwrap(), Probability::new(MILLION).unwrap());
        for drawn in [0, 1, u64::MAX / 2, u64::MAX] {
            assert!(!never.takes(drawn) && always.takes(drawn));
        }
        assert!(Probability::new(1).unwrap().takes(0));
        assert!(!Probability::new(MILLION - 1).unwrap().takes(u64::MAX));
    }

    #[test]
    fn positions_hold_at_single_counts_ranges_and_every_so_many() {
        let read: Positions = serde_json::from_str("[1, \"4-6\", \"every 10\"]").unwrap();
        let held: Vec<u64> = (1..=30).filter(|count| read.hold(*count)).collect();
        assert_eq!(held, [1, 4, 5, 6, 10, 20, 30]);
        assert_eq!(serde_json::to_string(&read).unwrap(), "[1,\"4-6\",\"every 10\"]");
        let typed: Positions = "1, 4-6,every 10".parse().unwrap();
        assert_eq!((typed.to_string().as_str(), typed), ("1, 4-6, every 10", read));
        for text in ["", "0", "1,", "6-4", "every", "x"] {
            assert!(text.parse::<Positions>().is_err(), "{text}");
        }
        for text in ["[]", "[0]", "[-1]", "[\"6-4\"]", "[\"every 0\"]", "[\"x\"]", "3"] {
            assert!(serde_json::from_str::<Positions>(text).is_err(), "{text}");
        }
    }
}
