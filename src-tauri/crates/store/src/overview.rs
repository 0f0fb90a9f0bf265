//! The figures of the overview.

use rusqlite::Connection;
use wxpay_protocol::UtcMs;

use crate::{Store, StoreError};

/// One Beijing day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Its first millisecond.
    pub starts_at: UtcMs,
    /// Orders created on it.
    pub orders: u64,
    /// Payments made on it.
    pub paid: u64,
    /// What they brought, in fen.
    pub paid_fen: i128,
}

/// Figures of a span of time. Only verified states count; claims do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Orders created in the span.
    pub orders: u64,
    /// How many of those are paid by now: with `orders`, the rate of success.
    pub orders_paid: u64,
    /// Payments made in the span, whenever the order was created.
    pub paid: u64,
    /// What they brought, in fen.
    pub paid_fen: i128,
    /// What was refunded of them, in fen.
    pub refunded_fen: i128,
    /// Every Beijing day of the span, empty ones included, oldest first.
    pub daily: Vec<Day>,
}

impl Overview {
    /// Paid less refunded, in fen.
    pub const fn net_fen(&self) -> i128 {
        self.paid_fen - self.refunded_fen
    }

    /// How many of a thousand orders of the span are paid; nothing when there are none.
    pub fn success_permille(&self) -> Option<u32> {
        let permille = self.orders_paid.checked_mul(1000)?.checked_div(self.orders)?;
        u32::try_from(permille).ok()
    }
}

pub(crate) const CREATED_SQL: &str = "SELECT (created_at - ?1) / 86400000, count(*), count(*) FILTER (WHERE state IN (6, 7)) FROM orders \
     WHERE created_at >= ?1 AND created_at < ?2 AND (?3 IS NULL OR profile = ?3) GROUP BY 1";
pub(crate) const PAID_SQL: &str = "SELECT (paid_at - ?1) / 86400000, count(*), sum(paid_fee), sum(refunded_fee) FROM orders \
     WHERE paid_at >= ?1 AND paid_at < ?2 AND (?3 IS NULL OR profile = ?3) GROUP BY 1";

impl Store {
    /// The figures of the Beijing days that `from` ≤ time < `to` touches; of one profile, or of all.
    pub fn overview(&self, from: UtcMs, to: UtcMs, profile: Option<&str>) -> Result<Overview, StoreError> {
        let from = from.start_of_day();
        self.read(|connection| {
            let mut overview = Overview { daily: days(from, to), ..Overview::default() };
            count_created(connection, from, to, profile, &mut overview)?;
            count_paid(connection, from, to, profile, &mut overview)?;
            Ok(overview)
        })
    }
}

fn days(from: UtcMs, to: UtcMs) -> Vec<Day> {
    let mut days = Vec::new();
    let mut starts_at = from;
    while starts_at < to {
        days.push(Day { starts_at, ..Day::default() });
        starts_at = starts_at.plus_ms(UtcMs::DAY_MS);
    }
    days
}

fn count_created(
    connection: &Connection,
    from: UtcMs,
    to: UtcMs,
    profile: Option<&str>,
    into: &mut Overview,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(CREATED_SQL)?;
    let mut rows = statement.query(rusqlite::params![from.0, to.0, profile])?;
    while let Some(row) = rows.next()? {
        let orders = row.get::<_, i64>(1)?.unsigned_abs();
        into.orders += orders;
        into.orders_paid += row.get::<_, i64>(2)?.unsigned_abs();
        if let Some(day) = usize::try_from(row.get::<_, i64>(0)?).ok().and_then(|day| into.daily.get_mut(day)) {
            day.orders = orders;
        }
    }
    Ok(())
}

fn count_paid(
    connection: &Connection,
    from: UtcMs,
    to: UtcMs,
    profile: Option<&str>,
    into: &mut Overview,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(PAID_SQL)?;
    let mut rows = statement.query(rusqlite::params![from.0, to.0, profile])?;
    while let Some(row) = rows.next()? {
        let paid = row.get::<_, i64>(1)?.unsigned_abs();
        let paid_fen = i128::from(row.get::<_, i64>(2)?);
        into.paid += paid;
        into.paid_fen += paid_fen;
        into.refunded_fen += i128::from(row.get::<_, i64>(3)?);
        if let Some(day) = usize::try_from(row.get::<_, i64>(0)?).ok().and_then(|day| into.daily.get_mut(day)) {
            day.paid = paid;
            day.paid_fen = paid_fen;
        }
    }
    Ok(())
}
