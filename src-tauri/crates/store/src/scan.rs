//! What a merchant's bill is compared with: orders and refunds handed out one by one, borrowed, in one pass over the tables.

use std::ops::ControlFlow;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, ToSql};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::MchId;
use wxpay_protocol::{Fen, UtcMs};

use crate::columns::word;
use crate::{OrderState, RefundState, Store, StoreError};

/// Whose orders and refunds. A bill is a merchant's, whatever the app; what went to another gateway under the same
/// number is in no bill of this one, and what is another sub-merchant's is in no bill that was asked for with this one's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantRows {
    /// The merchant.
    pub mch_id: MchId,
    /// Its gateway.
    pub environment: Environment,
    /// The sub-merchant of its bills; without one they have the orders of all.
    pub sub_mch_id: Option<MchId>,
}

/// An order, borrowed until the next row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScannedOrder<'r> {
    /// The store's own id.
    pub id: i64,
    /// The merchant's number.
    pub out_trade_no: &'r str,
    /// WeChat's number: the verified one, else the claimed one.
    pub transaction_id: Option<&'r str>,
    /// The amount.
    pub total_fee: Fen,
    /// The verified state, else the claimed one.
    pub shown_state: OrderState,
    /// When it was paid: verified, else claimed.
    pub paid_at: Option<UtcMs>,
    /// Whether all of this is only claimed, and nothing of it verified.
    pub is_claim: bool,
}

/// A refund, borrowed until the next row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScannedRefund<'r> {
    /// The store's own id.
    pub id: i64,
    /// The merchant's number.
    pub out_refund_no: &'r str,
    /// WeChat's number; nothing while nobody knows whether it was accepted.
    pub refund_id: Option<&'r str>,
    /// The number of its order.
    pub out_trade_no: &'r str,
    /// WeChat's number of its order.
    pub transaction_id: Option<&'r str>,
    /// The amount.
    pub refund_fee: Fen,
    /// Where it stands.
    pub state: RefundState,
    /// When WeChat accepted it, as near as evidence has it: the verified answer that accepted it, else its reservation; of
    /// a refund that was made elsewhere, its success, or noon of the day in its refund_id where it succeeded on a later one.
    pub accepted_at: Option<UtcMs>,
    /// Of the acceptance only the day is known.
    pub is_day_only: bool,
}

/// A row of either table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scanned<'r> {
    /// An order.
    Order(ScannedOrder<'r>),
    /// A refund.
    Refund(ScannedRefund<'r>),
}

const ORDER: &str = "id, out_trade_no, coalesce(transaction_id, claimed_transaction_id), coalesce(claimed_total_fee, total_fee), shown_state, \
     coalesce(paid_at, claimed_paid_at), state";
const REFUND: &str = "r.id, r.out_refund_no, r.refund_id, o.out_trade_no, o.transaction_id, r.refund_fee, r.state, \
     CASE WHEN r.refund_id IS NULL THEN NULL WHEN r.origin = 1 THEN r.success_at ELSE coalesce( \
       (SELECT min(received_at) FROM refund_observation WHERE refund = r.id AND verified = 1 AND event = 0), r.created_at) END, \
     r.origin = 1";

impl Store {
    /// Hands out a merchant's orders and then its refunds, all as they are at one moment, until `each` breaks. By the order of
    /// the table, because a look-up per row costs several times as much.
    pub fn scan(
        &self,
        of: &MerchantRows,
        mut each: impl FnMut(Scanned<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|connection| {
            let elsewhere = profiles_elsewhere(connection, of)?;
            let names = vec!["?"; elsewhere.len()].join(", ");
            let but = |column: &str| {
                if elsewhere.is_empty() { String::new() } else { format!(" AND {column} NOT IN ({names})") }
            };
            let mch_id = of.mch_id.as_str();
            let mut values: Vec<&dyn ToSql> = vec![&mch_id];
            values.extend(elsewhere.iter().map(|name| name as &dyn ToSql));
            let orders = format!("SELECT {ORDER} FROM orders NOT INDEXED WHERE mch_id = ?{}", but("profile"));
            let refunds = format!(
                "SELECT {REFUND} FROM refunds r NOT INDEXED JOIN orders o ON o.id = r.order_id WHERE r.mch_id = ?{}",
                but("r.profile")
            );
            if rows(connection, &orders, &values, |row| Ok(each(Scanned::Order(order(row)?))))? {
                rows(connection, &refunds, &values, |row| Ok(each(Scanned::Refund(refund(row)?))))?;
            }
            Ok(())
        })
    }

    /// Hands out the orders and refunds with these ids, in this order; ids that are not there are passed over.
    pub fn rescan(&self, orders: &[i64], refunds: &[i64], mut each: impl FnMut(Scanned<'_>)) -> Result<(), StoreError> {
        self.read(|connection| {
            let (of_order, of_refund) = (
                format!("SELECT {ORDER} FROM orders WHERE id = ?"),
                format!("SELECT {REFUND} FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.id = ?"),
            );
            for id in orders {
                rows(connection, &of_order, &[id], |row| {
                    each(Scanned::Order(order(row)?));
                    Ok(ControlFlow::Continue(()))
                })?;
            }
            for id in refunds {
                rows(connection, &of_refund, &[id], |row| {
                    each(Scanned::Refund(refund(row)?));
                    Ok(ControlFlow::Continue(()))
                })?;
            }
            Ok(())
        })
    }

    /// About how many orders there are, of all merchants; costs nothing.
    pub fn about_orders(&self) -> Result<u64, StoreError> {
        self.read(|connection| {
            let last: Option<i64> =
                connection.prepare_cached("SELECT max(id) FROM orders")?.query_one([], |row| row.get(0))?;
            Ok(last.map_or(0, i64::unsigned_abs))
        })
    }
}

/// The profiles of the same merchant number that speak to another gateway or for another sub-merchant, or did until they were
/// removed. What has a name now is what the name means.
fn profiles_elsewhere(connection: &Connection, of: &MerchantRows) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT name, environment, coalesce(sub_mch_id, '') AS sub_mch_id FROM profiles WHERE mch_id = ?1 UNION ALL \
         SELECT name, environment, sub_mch_id FROM removed_profiles WHERE mch_id = ?1 \
         AND name NOT IN (SELECT name FROM profiles WHERE mch_id = ?1)",
    )?;
    let mut rows = statement.query([of.mch_id.as_str()])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        let is_other_gateway = !word(row, "environment", Environment::parse)?.has_the_data_of(of.environment);
        let is_other_sub =
            |sub: &MchId| Ok::<_, rusqlite::Error>(text_if_any(row, 2)?.is_some_and(|of| of != sub.as_str()));
        if is_other_gateway || of.sub_mch_id.as_ref().map_or(Ok(false), is_other_sub)? {
            names.push(row.get(0)?);
        }
    }
    Ok(names)
}

/// Whether all rows were taken.
fn rows(
    connection: &Connection,
    sql: &str,
    values: &[&dyn ToSql],
    mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<ControlFlow<()>>,
) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        if each(row)?.is_break() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn text<'r>(row: &'r Row<'_>, place: usize) -> rusqlite::Result<&'r str> {
    Ok(row.get_ref(place)?.as_str()?)
}

fn text_if_any<'r>(row: &'r Row<'_>, place: usize) -> rusqlite::Result<Option<&'r str>> {
    Ok(row.get_ref(place)?.as_str_or_null()?)
}

fn fen(row: &Row<'_>, place: usize) -> rusqlite::Result<Fen> {
    let fen: i64 = row.get(place)?;
    Fen::new(fen).ok_or(rusqlite::Error::IntegralValueOutOfRange(place, fen))
}

fn time_if_any(row: &Row<'_>, place: usize) -> rusqlite::Result<Option<UtcMs>> {
    Ok(match row.get_ref(place)? {
        ValueRef::Null => None,
        value => Some(UtcMs(value.as_i64()?)),
    })
}

fn order<'r>(row: &'r Row<'_>) -> rusqlite::Result<ScannedOrder<'r>> {
    Ok(ScannedOrder {
        id: row.get(0)?,
        out_trade_no: text(row, 1)?,
        transaction_id: text_if_any(row, 2)?,
        total_fee: fen(row, 3)?,
        shown_state: row.get(4)?,
        paid_at: time_if_any(row, 5)?,
        is_claim: row.get::<_, OrderState>(6)? == OrderState::Unverified,
    })
}

fn refund<'r>(row: &'r Row<'_>) -> rusqlite::Result<ScannedRefund<'r>> {
    let (known_at, is_elsewhere) = (time_if_any(row, 7)?, row.get(8)?);
    let accepted_at = if is_elsewhere { accepted_elsewhere(text_if_any(row, 2)?, known_at) } else { known_at };
    Ok(ScannedRefund {
        id: row.get(0)?,
        out_refund_no: text(row, 1)?,
        refund_id: text_if_any(row, 2)?,
        out_trade_no: text(row, 3)?,
        transaction_id: text_if_any(row, 4)?,
        refund_fee: fen(row, 5)?,
        state: row.get(6)?,
        accepted_at,
        is_day_only: accepted_at != known_at,
    })
}

/// A refund to a card succeeds days after the day whose bill has it, which is the one in its number.
fn accepted_elsewhere(refund_id: Option<&str>, success_at: Option<UtcMs>) -> Option<UtcMs> {
    let noon = refund_id.and_then(|number| UtcMs::day_in(number, 10)).map(|day| day.plus_ms(UtcMs::DAY_MS / 2));
    let is_of_an_earlier_day = |noon: &UtcMs| success_at.is_none_or(|at| noon.beijing_day() < at.beijing_day());
    noon.filter(is_of_an_earlier_day).or(success_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_that_was_made_elsewhere_is_of_the_day_in_its_number() {
        let at = |text: &str| Some(UtcMs::parse_dashed(text).unwrap());
        let number = Some("50300806962026112012345678901");
        for (refund_id, success_at, accepted_at) in [
            (number, at("2026-11-22 09:00:00"), at("2026-11-20 12:00:00")),
            (number, at("2026-11-20 23:59:59"), at("2026-11-20 23:59:59")),
            (number, None, at("2026-11-20 12:00:00")),
            (number, at("2026-11-19 09:00:00"), at("2026-11-19 09:00:00")),
            (Some("50001"), at("2026-11-22 09:00:00"), at("2026-11-22 09:00:00")),
            (None, None, None),
        ] {
            assert_eq!(accepted_elsewhere(refund_id, success_at), accepted_at, "{refund_id:?} {success_at:?}");
        }
    }
}
