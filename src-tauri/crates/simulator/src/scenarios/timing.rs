//! Spans of virtual time as scenarios write them: `3s`, `1h30m`, `1s..10s`, `23:59:59`.

use wxpay_protocol::UtcMs;

const DAY_MS: i64 = 86_400_000;
/// Nothing that a customer does takes longer than a leap year.
const LONGEST_MS: i64 = 366 * DAY_MS;

/// Why a text is no span of time or time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TimingError {
    #[error(
        "时长须写作 3s、1h30m、1d，或范围 1s..10s（单位 ms、s、m、h、d；最长 366d） (a span such as 3s, 1h30m, 1d or 1s..10s)"
    )]
    Span,
    #[error("时刻须写作 23:59:59（北京时间） (a Beijing time of day such as 23:59:59)")]
    TimeOfDay,
}

/// A span of virtual time, or a range from which the seed draws one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    least_ms: i64,
    most_ms: i64,
}

impl Span {
    pub(crate) const ZERO: Self = Self { least_ms: 0, most_ms: 0 };

    pub(crate) fn parse(text: &str) -> Result<Self, TimingError> {
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        let (least_ms, most_ms) = (parse_ms(least)?, parse_ms(most)?);
        if least_ms <= most_ms { Ok(Self { least_ms, most_ms }) } else { Err(TimingError::Span) }
    }

    /// The span that `lot` (any 64 bits) draws, in milliseconds.
    pub(crate) fn drawn_ms(self, lot: u64) -> i64 {
        let width = u64::try_from(self.most_ms - self.least_ms).unwrap_or_default();
        self.least_ms + i64::try_from(lot % (width + 1)).unwrap_or_default()
    }
}

fn parse_ms(text: &str) -> Result<i64, TimingError> {
    let mut rest = text.trim();
    if rest == "0" {
        return Ok(0);
    }
    let (mut total_ms, mut last_unit_ms) = (0i64, i64::MAX);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, next) = after.split_at(letters);
        let unit_ms = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => DAY_MS,
            _ => return Err(TimingError::Span),
        };
        // `1h30m`, never `30m1h` or `1m1m`.
        if unit_ms >= last_unit_ms || digits == 0 || digits > 9 {
            return Err(TimingError::Span);
        }
        last_unit_ms = unit_ms;
        let number: i64 = number.parse().map_err(|_| TimingError::Span)?;
        total_ms = number.checked_mul(unit_ms).and_then(|ms| total_ms.checked_add(ms)).ok_or(TimingError::Span)?;
        rest = next;
    }
    if last_unit_ms == i64::MAX || total_ms > LONGEST_MS { Err(TimingError::Span) } else { Ok(total_ms) }
}

/// A time of day in Beijing, as milliseconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeOfDay(i64);

impl TimeOfDay {
    pub(crate) fn parse(text: &str) -> Result<Self, TimingError> {
        let number = |part: &str, below: i64| {
            let is_two_digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|value: &i64| is_two_digits && *value < below).ok_or(TimingError::TimeOfDay)
        };
        let mut parts = text.split(':');
        let (Some(hours), Some(minutes), Some(seconds), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TimingError::TimeOfDay);
        };
        let seconds = number(hours, 24)? * 3600 + number(minutes, 60)? * 60 + number(seconds, 60)?;
        Ok(Self(seconds * 1000))
    }

    /// The first such moment that is not before `from`.
    pub(crate) fn next(self, from: UtcMs) -> UtcMs {
        let today = from.start_of_day().plus_ms(self.0);
        if today >= from { today } else { today.plus_ms(DAY_MS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_their_units_from_the_largest_to_the_smallest() {
        for (text, ms) in [
            ("3s", 3000),
            ("500ms", 500),
            ("1h30m", 5_400_000),
            ("1d", DAY_MS),
            ("0", 0),
            ("0s", 0),
            ("366d", LONGEST_MS),
        ] {
            assert_eq!(Span::parse(text).map(|span| span.drawn_ms(u64::MAX)), Ok(ms), "{text}");
        }
        for text in
            ["", "3", "s", "3 s", "-3s", "3S", "30m1h", "1m1m", "367d", "9999999999s", "1.5s", "5s..3s", "..", "３s"]
        {
            assert_eq!(Span::parse(text), Err(TimingError::Span), "{text}");
        }
    }

    #[test]
    fn a_range_draws_each_of_its_milliseconds_and_nothing_else() {
        let span = Span::parse("1ms..3ms").unwrap();
        let drawn: std::collections::BTreeSet<i64> = (0..100).map(|lot| span.drawn_ms(lot)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn a_time_of_day_is_the_next_one_in_beijing() {
        let before_midnight = TimeOfDay::parse("23:59:59").unwrap();
        let after_midnight = TimeOfDay::parse("00:00:01").unwrap();
        let from = UtcMs::parse_dashed("2024-01-02 03:04:05").unwrap();
        assert_eq!(before_midnight.next(from).dashed(), "2024-01-02 23:59:59");
        assert_eq!(after_midnight.next(from).dashed(), "2024-01-03 00:00:01");
        assert_eq!(before_midnight.next(before_midnight.next(from)).dashed(), "2024-01-02 23:59:59");
        for text in ["", "24:00:00", "1:02:03", "23:60:00", "23:59", "23:59:59:00", "+1:00:00"] {
            assert_eq!(TimeOfDay::parse(text), Err(TimingError::TimeOfDay), "{text}");
        }
    }
}
