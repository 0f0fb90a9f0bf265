//! Time: Beijing civil time on the wire (fixed UTC+8, no summer time), UTC milliseconds everywhere else.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcMs(pub i64);

/// Why a text is not a time of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Other characters than digits and the form's own separators, or too few or too many.
    #[error("a time must be written as yyyyMMddHHmmss or yyyy-MM-dd HH:mm:ss, Beijing time")]
    Shape,
    /// Digits that name no moment, such as the 30th of February.
    #[error("there is no such date or time of day")]
    NoSuchMoment,
}

const OFFSET_MS: i64 = 8 * 3_600_000;

fn offset() -> Offset {
    Offset::constant(8)
}

impl UtcMs {
    /// A day, in milliseconds: Beijing has no summer time.
    pub const DAY_MS: i64 = 86_400_000;

    /// Reads `yyyyMMddHHmmss` (time_start, time_expire, time_end; protocol page §5).
    pub fn parse_compact(text: &str) -> Result<Self, TimeError> {
        Self::parse(text, "00000000000000", "%Y%m%d%H%M%S")
    }

    /// Reads `yyyy-MM-dd HH:mm:ss` (refund_success_time_$n, bills; protocol page §5).
    pub fn parse_dashed(text: &str) -> Result<Self, TimeError> {
        Self::parse(text, "0000-00-00 00:00:00", "%Y-%m-%d %H:%M:%S")
    }

    /// The day that stands in a number at a place as `20yyMMdd`: transaction_id and refund_id have one at 10.
    pub fn day_in(number: &str, start: usize) -> Option<Self> {
        let day = number.get(start..start + 8).filter(|day| day.starts_with("20"))?;
        Self::parse_compact(&format!("{day}000000")).ok()
    }

    // strptime alone is too kind: it takes signs, missing zeros and any white space, and a leap second for the one before.
    fn parse(text: &str, shape: &str, format: &str) -> Result<Self, TimeError> {
        let fits = |(found, wanted): (u8, u8)| if wanted == b'0' { found.is_ascii_digit() } else { found == wanted };
        if text.len() != shape.len() || !text.bytes().zip(shape.bytes()).all(fits) {
            return Err(TimeError::Shape);
        }
        if text.ends_with("60") {
            return Err(TimeError::NoSuchMoment);
        }
        let civil = DateTime::strptime(format, text).map_err(|_| TimeError::NoSuchMoment)?;
        let moment = offset().to_timestamp(civil).map_err(|_| TimeError::NoSuchMoment)?;
        Ok(Self(moment.as_millisecond()))
    }

    fn format(self, pattern: &str) -> String {
        // The range of i64 milliseconds is wider than the calendar's; what lies outside was never a time of an order.
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        });
        moment.to_zoned(TimeZone::fixed(offset())).strftime(pattern).to_string()
    }

    /// `yyyyMMddHHmmss`, Beijing time.
    pub fn compact(self) -> String {
        self.format("%Y%m%d%H%M%S")
    }

    /// `yyyy-MM-dd HH:mm:ss`, Beijing time.
    pub fn dashed(self) -> String {
        self.format("%Y-%m-%d %H:%M:%S")
    }

    /// `yyyy-MM-dd`, the Beijing day.
    pub fn day(self) -> String {
        self.format("%Y-%m-%d")
    }

    /// RFC 3339 with `+08:00`, to the second, as the command line prints it.
    pub fn rfc3339(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%S+08:00")
    }

    /// Whole seconds since 1970, as `timeStamp` and `timestamp` carry it (protocol page §3.4).
    pub fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment and `ms` milliseconds more; stays at the end of the range instead of wrapping.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The Beijing day that holds this moment, counted from 1970-01-01.
    pub fn beijing_day(self) -> i64 {
        self.0.saturating_add(OFFSET_MS).div_euclid(Self::DAY_MS)
    }

    /// The first millisecond of the Beijing day that holds this moment.
    #[must_use]
    pub fn start_of_day(self) -> Self {
        Self(self.beijing_day().saturating_mul(Self::DAY_MS).saturating_sub(OFFSET_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn beijing_text_is_eight_hours_ahead_of_utc() {
        let moment = UtcMs::parse_compact("20240102030405").unwrap();
        assert_eq!(moment, UtcMs(1_704_135_845_000));
        assert_eq!(moment.rfc3339(), "2024-01-02T03:04:05+08:00");
        assert_eq!(moment.dashed(), "2024-01-02 03:04:05");
        assert_eq!(UtcMs::parse_dashed("2024-01-02 03:04:05"), Ok(moment));
        assert_eq!(moment.unix_seconds(), 1_704_135_845);
        assert_eq!(moment.start_of_day().dashed(), "2024-01-02 00:00:00");
        assert_eq!(moment.start_of_day().plus_ms(-1).beijing_day() + 1, moment.beijing_day());
        assert_eq!(UtcMs::parse_compact("19700102000000").map(UtcMs::beijing_day), Ok(1));
    }

    #[test]
    fn moments_that_do_not_exist_are_refused() {
        for text in [
            "20240230000000",
            "20241301000000",
            "20240101250000",
            "20240102030460",
            "20241231235960",
            "2024010203040",
            "２0240102030405",
            "20240102 30405",
            "",
            "+2024010203040",
        ] {
            assert!(UtcMs::parse_compact(text).is_err(), "{text:?}");
        }
        for text in [
            "2024-02-30 00:00:00",
            "2024-01-02 03:04:60",
            "2024-1-02  03:04:05",
            "2024-1-2   03:04:05",
            "+2024-1-02 03:04:05",
            "-2024-1-02 03:04:05",
            "2024-01- 2 03:04:05",
            "2024-01-02\n03:04:05",
            "2024-01-02T03:04:05",
            "2024-01-02 03:04:0５",
        ] {
            assert!(UtcMs::parse_dashed(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn times_outside_the_calendar_do_not_panic() {
        assert!(!UtcMs(i64::MAX).compact().is_empty());
        assert!(!UtcMs(i64::MIN).compact().is_empty());
        assert!(UtcMs(i64::MAX).start_of_day() > UtcMs(0));
        assert!(UtcMs(i64::MIN).start_of_day() < UtcMs(0));
    }

    proptest! {
        #[test]
        fn whole_seconds_survive_the_wire(seconds in 0i64..4_000_000_000) {
            let moment = UtcMs(seconds * 1000);
            prop_assert_eq!(UtcMs::parse_compact(&moment.compact()), Ok(moment));
        }
    }
}
