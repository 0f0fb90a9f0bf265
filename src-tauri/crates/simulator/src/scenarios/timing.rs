//! When a step of a scenario happens: `3s`, `1h30m`, `1s..10s`, `23:59:59`.

use std::str::FromStr;

use wxpay_protocol::UtcMs;

use crate::span::Span;

/// Why a text is no range of spans or time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TimingError {
    #[error(
        "时长须写作 3s、1h30m、1d，或范围 1s..10s（单位 ms、s、m、h、d；最长十年） (a span such as 3s, 1h30m, 1d or 1s..10s, up to ten years)"
    )]
    Span,
    #[error("时刻须写作 23:59:59（北京时间） (a Beijing time of day such as 23:59:59)")]
    TimeOfDay,
}

/// A span of virtual time, or two between which the seed draws one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpanRange {
    least: Span,
    most: Span,
}

impl SpanRange {
    pub(crate) const ZERO: Self = Self { least: Span::ZERO, most: Span::ZERO };

    /// The span that `lot` (any 64 bits) draws, in milliseconds.
    pub(crate) fn drawn_ms(self, lot: u64) -> i64 {
        let width = u64::try_from(self.most.ms - self.least.ms).unwrap_or_default();
        self.least.ms + i64::try_from(lot % (width + 1)).unwrap_or_default()
    }
}

impl FromStr for SpanRange {
    type Err = TimingError;

    fn from_str(text: &str) -> Result<Self, TimingError> {
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        let span = |text: &str| text.trim().parse::<Span>().map_err(|_| TimingError::Span);
        let (least, most) = (span(least)?, span(most)?);
        if least <= most { Ok(Self { least, most }) } else { Err(TimingError::Span) }
    }
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
        if today >= from { today } else { today.plus_ms(UtcMs::DAY_MS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_draws_each_of_its_milliseconds_and_nothing_else() {
        let range: SpanRange = "1ms..3ms".parse().unwrap();
        let drawn: std::collections::BTreeSet<i64> = (0..100).map(|lot| range.drawn_ms(lot)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!("1h30m".parse::<SpanRange>().map(|range| range.drawn_ms(u64::MAX)), Ok(5_400_000));
        for text in ["", "..", "3", "5s..3s", "1s..", "1s..2s..3s"] {
            assert_eq!(text.parse::<SpanRange>(), Err(TimingError::Span), "{text}");
        }
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
