//! When a day's bill can be fetched (protocol page §8: made from 09:00 of the next day, complete at 10:00, kept for three months).

use wxpay_protocol::UtcMs;

use super::switches::BillSwitches;

const HOUR_MS: i64 = 3_600_000;

/// A day that a request names with `bill_date`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BillDay {
    start: UtcMs,
}

/// What can be said of a day's bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// It can be read; what it says is as it was at this moment.
    AsOf(UtcMs),
    /// It is being made.
    Creating,
    /// The day is not over, or its bill is not begun.
    NotYet,
    /// More than three months ago.
    TooOld,
}

impl BillDay {
    /// Reads `yyyyMMdd`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        UtcMs::parse_compact(&format!("{text}000000")).ok().map(|start| Self { start })
    }

    /// Its number, as the ledger counts days.
    pub(super) fn number(self) -> i64 {
        self.start.beijing_day()
    }

    /// Its first moment.
    pub(super) fn start(self) -> UtcMs {
        self.start
    }

    /// Whether its bill can be read at `now`.
    pub(super) fn readiness(self, now: UtcMs, switches: &BillSwitches) -> Readiness {
        if self.start > now {
            return Readiness::NotYet;
        }
        if is_older_than_three_months(self.start, now) {
            return Readiness::TooOld;
        }
        if switches.ready_at_once {
            return Readiness::AsOf(now);
        }
        let begun = self.start.plus_ms(UtcMs::DAY_MS + 9 * HOUR_MS);
        if now < begun {
            Readiness::NotYet
        } else if now < begun.plus_ms(HOUR_MS) {
            Readiness::Creating
        } else {
            Readiness::AsOf(begun)
        }
    }
}

/// Whether a moment lies before the same day of the month three months ago.
pub(super) fn is_older_than_three_months(at: UtcMs, now: UtcMs) -> bool {
    let month_and_day = |at: UtcMs| {
        let text = at.compact();
        let number =
            |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<i64>().ok()).unwrap_or(0);
        (number(0, 4) * 12 + number(4, 6), number(6, 8))
    };
    let (month, day) = month_and_day(now);
    month_and_day(at) < (month - 3, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UtcMs {
        UtcMs::parse_compact(text).unwrap()
    }

    #[test]
    fn days_that_do_not_exist_are_no_days() {
        for text in ["", "2024010", "20240230", "2024-01-02", "２0240102", "202401020"] {
            assert_eq!(BillDay::parse(text), None, "{text}");
        }
        assert_eq!(BillDay::parse("20240102").unwrap().start().dashed(), "2024-01-02 00:00:00");
    }

    #[test]
    fn by_default_every_day_up_to_today_is_ready_at_once() {
        let now = at("20240102030405");
        let ready = |day: &str| BillDay::parse(day).unwrap().readiness(now, &BillSwitches::default());
        assert_eq!(ready("20240103"), Readiness::NotYet);
        assert_eq!(ready("20240102"), Readiness::AsOf(now));
        assert_eq!(ready("20240101"), Readiness::AsOf(now));
        assert_eq!(ready("20231002"), Readiness::AsOf(now));
        assert_eq!(ready("20231001"), Readiness::TooOld);
    }

    #[test]
    fn in_production_hours_a_bill_is_begun_at_nine_and_complete_at_ten() {
        let switches = BillSwitches { ready_at_once: false, ..BillSwitches::default() };
        let ready = |now: &str| BillDay::parse("20240101").unwrap().readiness(at(now), &switches);
        assert_eq!(ready("20240101235959"), Readiness::NotYet);
        assert_eq!(ready("20240102085959"), Readiness::NotYet);
        assert_eq!(ready("20240102090000"), Readiness::Creating);
        assert_eq!(ready("20240102095959"), Readiness::Creating);
        assert_eq!(ready("20240102100000"), Readiness::AsOf(at("20240102090000")));
    }

    #[test]
    fn three_months_are_counted_in_the_calendar() {
        assert!(!is_older_than_three_months(at("20240229000000"), at("20240529120000")));
        assert!(is_older_than_three_months(at("20240228235959"), at("20240529000000")));
        assert!(!is_older_than_three_months(at("20231231000000"), at("20240331000000")));
    }
}
