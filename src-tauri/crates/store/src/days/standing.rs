//! Where days stand: what a calendar shows of each.

use rusqlite::{Connection, params};
use wxpay_protocol::UtcMs;

use super::bills::RECHARGE_REFUND;
use super::notes::{HANDLED, closing};
use super::{DayBill, bills, runs};
use crate::{Store, StoreError};

/// The one mark of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DayMark {
    /// Nothing is known: no payments or refunds here, no bill.
    Nothing,
    /// WeChat says that it has no bill because nothing was traded, and there are no payments or refunds here either.
    NoTrade,
    /// There are payments or refunds, and the bill is not there.
    MissingBill,
    /// A bill is there, or WeChat says that there is none although something is kept here, and nobody compared it.
    NotRun,
    /// Nothing differs.
    Balanced,
    /// Nothing is open, but rows of the bill had nothing to be compared with, as refunds beside a table of orders alone.
    Partly,
    /// Something differs and is open, or a row cannot be read.
    Open,
    /// Something differs, and all of it is handled.
    Handled,
    /// A person closed it.
    Closed,
}

impl DayMark {
    /// The word that leaves the program.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::NoTrade => "no_trade",
            Self::MissingBill => "missing_bill",
            Self::NotRun => "not_run",
            Self::Balanced => "balanced",
            Self::Partly => "partly",
            Self::Open => "open",
            Self::Handled => "handled",
            Self::Closed => "closed",
        }
    }
}

/// Where a day stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayStanding {
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// Its mark.
    pub mark: DayMark,
    /// The run that counts.
    pub run: Option<i64>,
    /// Differences, handled or not.
    pub differences: u64,
    /// Those that nobody has handled.
    pub open: u64,
    /// Those that are carried over.
    pub carried_over: u64,
    /// Rows that cannot be read.
    pub malformed: u64,
    /// The local amounts less those of the bill, in fen.
    pub gap_fen: i128,
    /// Bills of trades that were seen.
    pub bills: u64,
    /// What counts of a kind of bill is not what was compared, or not the first one where nobody compared any.
    pub bill_changed: bool,
    /// When another text was heard than was compared, of the kinds of which it is so; [`Self::denied_at`] tells of none.
    pub changed_at: Option<UtcMs>,
    /// When WeChat said that there is no bill of a kind that it had given, and nothing of that kind since: comparing the old one,
    /// or a copy of it, does not undo this.
    pub denied_at: Option<UtcMs>,
    /// When another bill of refunds out of recharged money was heard, or that there is none, where that is what counts; such bills
    /// are compared with nothing.
    pub recharges_changed_at: Option<UtcMs>,
}

/// What is left to do of a run.
pub(super) struct Left {
    pub(super) differences: u64,
    pub(super) open: u64,
    pub(super) carried_over: u64,
    pub(super) malformed: u64,
    pub(super) balanced: bool,
    /// Rows of the bill that had nothing to be compared with.
    pub(super) not_compared: u64,
    gap_fen: i128,
}

impl Store {
    /// Where every Beijing day of `from` ≤ time < `to` stands, the oldest first.
    pub fn days(&self, profile: &str, from: UtcMs, to: UtcMs) -> Result<Vec<DayStanding>, StoreError> {
        let from = from.start_of_day();
        self.read(|connection| {
            let traded = traded_days(connection, profile, from, to)?;
            let mut days = Vec::new();
            let mut date = from;
            while date < to {
                let is_traded = traded.contains(&((date.0 - from.0) / UtcMs::DAY_MS));
                days.push(standing(connection, profile, date, is_traded)?);
                date = date.plus_ms(UtcMs::DAY_MS);
            }
            Ok(days)
        })
    }

    /// Days with differences that are open or carried over, the oldest first.
    pub fn unsettled_days(&self, profile: &str) -> Result<Vec<DayStanding>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT date FROM day_runs WHERE profile = ?1 AND is_complete = 1 AND differences > 0 ORDER BY date",
            )?;
            let dates: Vec<i64> = statement.query_map([profile], |row| row.get(0))?.collect::<Result<_, _>>()?;
            let mut days = Vec::new();
            for date in dates {
                let day = standing(connection, profile, UtcMs(date), true)?;
                if day.open > 0 || day.carried_over > 0 {
                    days.push(day);
                }
            }
            Ok(days)
        })
    }
}

/// Whether anything of a day is kept here: an order that was paid on it or is said to have been, or a refund of which the same is
/// true as where days are brought together: it counts from its acceptance, or where that was not seen, from its reservation, and
/// one that was made elsewhere from its success, or from the day in its refund_id where it succeeded on a later one.
pub(crate) const IS_TRADED_SQL: &str = "SELECT EXISTS (SELECT 1 FROM orders WHERE paid_at >= ?1 AND paid_at < ?2 AND profile = ?3) \
     OR EXISTS (SELECT 1 FROM orders WHERE paid_at IS NULL AND claimed_paid_at IS NOT NULL \
       AND (claimed_paid_at + 28800000) / 86400000 = (?1 + 28800000) / 86400000 AND profile = ?3) \
     OR EXISTS (SELECT 1 FROM refund_observation a CROSS JOIN refunds r ON r.id = a.refund WHERE a.verified = 1 AND a.event = 0 \
       AND a.received_at >= ?1 AND a.received_at < ?2 AND r.profile = ?3 AND r.origin = 0 AND r.refund_id IS NOT NULL \
       AND NOT EXISTS (SELECT 1 FROM refund_observation WHERE refund = r.id AND verified = 1 AND event = 0 AND received_at < ?1)) \
     OR EXISTS (SELECT 1 FROM refunds r WHERE r.created_at >= ?1 AND r.created_at < ?2 AND r.profile = ?3 AND r.origin = 0 \
       AND r.refund_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM refund_observation WHERE refund = r.id AND verified = 1 AND event = 0)) \
     OR EXISTS (SELECT 1 FROM refunds r WHERE r.success_at >= ?1 AND r.success_at < ?2 AND r.profile = ?3 AND r.origin = 1 \
       AND r.refund_id IS NOT NULL AND NOT (substr(r.refund_id, 11, 8) GLOB '20[0-9][0-9][0-9][0-9][0-9][0-9]' \
         AND substr(r.refund_id, 11, 8) < strftime('%Y%m%d', (?1 + 28800000) / 1000, 'unixepoch'))) \
     OR EXISTS (SELECT 1 FROM refunds r WHERE substr(r.refund_id, 11, 8) = strftime('%Y%m%d', (?1 + 28800000) / 1000, 'unixepoch') \
       AND r.profile = ?3 AND r.origin = 1 AND r.refund_id IS NOT NULL AND (r.success_at IS NULL OR r.success_at >= ?1))";

/// The days of a span of which anything is kept here, counted from its beginning.
fn traded_days(connection: &Connection, profile: &str, from: UtcMs, to: UtcMs) -> Result<Vec<i64>, StoreError> {
    let mut days = Vec::new();
    let mut statement = connection.prepare_cached(IS_TRADED_SQL)?;
    let mut date = from;
    while date < to {
        let next = date.plus_ms(UtcMs::DAY_MS);
        if statement.query_row(params![date.0, next.0, profile], |row| row.get(0))? {
            days.push((date.0 - from.0) / UtcMs::DAY_MS);
        }
        date = next;
    }
    Ok(days)
}

fn standing(connection: &Connection, profile: &str, date: UtcMs, is_traded: bool) -> Result<DayStanding, StoreError> {
    let seen = bills::of_day(connection, profile, date)?;
    let is_without_trade = seen.iter().any(|bill| bill.kind == "ALL" && bill.is_none());
    // What was heard of one kind of bill, its absence included.
    let heard: Vec<_> = seen.iter().filter(|bill| is_of_trades(&bill.kind)).collect();
    let bills = heard.iter().filter(|bill| !bill.is_none()).count() as u64;
    let run = runs::current(connection, profile, date)?;
    let recharges: Vec<_> = seen.iter().filter(|bill| bill.kind == RECHARGE_REFUND).collect();
    let closed_at = closing(connection, profile, date)?.map(|(note, _)| note.said_at);
    let recharges_changed_at = denied_at(&recharges).or(changed_at(connection, None, None, &recharges)?);
    let (denied_at, changed_at) = (denied_at(&heard), changed_at(connection, run, closed_at, &heard)?);
    let mut day = DayStanding {
        date,
        mark: match (bills, is_without_trade, is_traded) {
            (1.., ..) | (0, true, true) => DayMark::NotRun,
            (0, true, false) => DayMark::NoTrade,
            (0, false, true) => DayMark::MissingBill,
            (0, false, false) => DayMark::Nothing,
        },
        run,
        differences: 0,
        open: 0,
        carried_over: 0,
        malformed: 0,
        gap_fen: 0,
        bills,
        bill_changed: denied_at.is_some() || changed_at.is_some(),
        changed_at,
        denied_at,
        recharges_changed_at,
    };
    let Some(run) = run else { return Ok(day) };
    let left = of_run(connection, profile, date, run)?;
    day.gap_fen = left.gap_fen;
    day.differences = left.differences;
    day.open = left.open;
    day.carried_over = left.carried_over;
    day.malformed = left.malformed;
    day.mark = match left {
        _ if closed_at.is_some() => DayMark::Closed,
        Left { balanced: false, open, malformed, .. } if open + malformed > 0 => DayMark::Open,
        Left { not_compared: 1.., .. } => DayMark::Partly,
        Left { balanced: true, .. } => DayMark::Balanced,
        Left { balanced: false, .. } => DayMark::Handled,
    };
    Ok(day)
}

/// Whether rows of this kind of bill are compared.
fn is_of_trades(kind: &str) -> bool {
    !matches!(kind, "FUNDFLOW" | RECHARGE_REFUND)
}

/// What counts of each kind: what WeChat said last, or without its word what was heard last.
fn heard_last<'h>(heard: &'h [&DayBill]) -> impl Iterator<Item = &'h DayBill> {
    heard.iter().copied().filter(move |bill| !heard.iter().any(|later| later.is_after(bill)))
}

fn denied_at(heard: &[&DayBill]) -> Option<UtcMs> {
    let is_denial = |last: &&DayBill| last.is_none() && heard.iter().any(|known| last.is_later_than(known));
    heard_last(heard).filter(is_denial).map(|last| last.heard_at).max()
}

/// When the text that counts of a kind of bill was heard, where it is not what the run was made with; without a run, not the first.
/// Somebody's copy of the only bill that WeChat ever gave is no change, except on a day that was closed before it came: nobody has
/// looked at it.
fn changed_at(
    connection: &Connection,
    run: Option<i64>,
    closed_at: Option<UtcMs>,
    heard: &[&DayBill],
) -> Result<Option<UtcMs>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT bill FROM day_run_bills WHERE run = ?1")?;
    let used: Vec<i64> = statement.query_map([run], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let is_news = |last: &DayBill, known: &DayBill| {
        last.place > known.place || heard.iter().any(|before| before.fetched && last.is_after(before))
    };
    let differs = |last: &DayBill, known: &DayBill| match run {
        Some(_) => used.contains(&known.id) && !used.contains(&last.id) && is_news(last, known),
        None => !known.is_none() && known.id < last.id,
    };
    let has_changed =
        |last: &&DayBill| !last.is_none() && heard.iter().any(|known| known.kind == last.kind && differs(last, known));
    let is_used = |bill: &DayBill| used.contains(&bill.id);
    let came_too_late = |bill: &&DayBill| {
        let is_late = closed_at.is_some_and(|closed_at| bill.heard_at > closed_at) && !bill.is_none();
        is_late && !is_used(bill) && heard.iter().any(|known| is_used(known) && bill.is_later_than(known))
    };
    let late = heard.iter().copied().filter(came_too_late);
    Ok(heard_last(heard).filter(has_changed).chain(late).map(|bill| bill.heard_at).max())
}

/// What is left to do of the run that counts for a day.
pub(super) fn of_run(connection: &Connection, profile: &str, date: UtcMs, run: i64) -> Result<Left, StoreError> {
    let (differences, malformed, balanced, not_compared, gap): (i64, i64, bool, i64, i64) = connection
        .prepare_cached(
            "SELECT differences, malformed, balanced, not_compared, payments_gap_fen - refunds_gap_fen FROM day_runs WHERE id = ?1",
        )?
        .query_row([run], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    let sql = format!(
        "{} SELECT count(*), count(*) FILTER (WHERE h.kind = 2) FROM handled h JOIN day_differences d ON d.identity = h.identity \
         WHERE d.run = ?3 AND d.facts = h.facts AND d.counts = 1",
        HANDLED.replace("{day}", "profile = ?1 AND date = ?2")
    );
    let (handled, carried_over): (i64, i64) = connection
        .prepare_cached(&sql)?
        .query_row(params![profile, date.0, run], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Left {
        differences: differences.unsigned_abs(),
        open: (differences - handled).max(0).unsigned_abs(),
        carried_over: carried_over.unsigned_abs(),
        malformed: malformed.unsigned_abs(),
        balanced,
        not_compared: not_compared.unsigned_abs(),
        gap_fen: gap.into(),
    })
}
