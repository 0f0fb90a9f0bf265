//! `--from` and `--to` of the lists.

use wxpay_protocol::UtcMs;

use crate::reconcile::date;

/// The days on which something was placed or found, Beijing time.
#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Created {
    /// Only from this day on, such as 2026-11-20 or 20261120
    #[arg(long, value_name = "D", value_parser = date)]
    from: Option<UtcMs>,
    /// Only up to this day, itself included
    #[arg(long, value_name = "D", value_parser = date)]
    to: Option<UtcMs>,
}

impl Created {
    /// The first millisecond.
    pub(crate) const fn from(self) -> Option<UtcMs> {
        self.from
    }

    /// The first millisecond that is too late.
    pub(crate) fn before(self) -> Option<UtcMs> {
        self.to.map(|day| day.plus_ms(UtcMs::DAY_MS))
    }
}
