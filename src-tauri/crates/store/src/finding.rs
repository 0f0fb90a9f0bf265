//! Finding whatever a number may be of: an order by either number, a refund by either number, over all merchants or one.

use rusqlite::params;

use crate::record::next_seq;
use crate::{Store, StoreError};

/// The most that one number is looked for in: it is one merchant's own, and several merchants may have used the same.
const FOUND_MAX: i64 = 16;

/// What a number belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberFound {
    /// The order, by the store's own id.
    pub order_id: i64,
    /// The refund, by the store's own id, where it is the number of one.
    pub refund: Option<i64>,
}

/// Every merchant that has orders, by one look into the index of numbers for each, and a NULL behind them.
macro_rules! with_merchants {
    ($sql:literal) => {
        concat!(
            "WITH RECURSIVE merchants (mch_id) AS (SELECT min(mch_id) FROM orders UNION ALL \
             SELECT (SELECT min(mch_id) FROM orders WHERE mch_id > merchants.mch_id) FROM merchants WHERE mch_id IS NOT NULL) ",
            $sql
        )
    };
}

pub(crate) const MERCHANTS_SQL: &str = with_merchants!("SELECT mch_id FROM merchants WHERE mch_id IS NOT NULL");
/// The index of claimed numbers leaves out what they begin with.
pub(crate) const FIND_SQL: &str = with_merchants!(
    "SELECT order_id, refund FROM ( \
     SELECT id AS order_id, NULL AS refund, mch_id FROM orders WHERE mch_id IN (SELECT mch_id FROM merchants) AND out_trade_no = ?1 \
     UNION SELECT id, NULL, mch_id FROM orders WHERE transaction_id = ?1 \
     UNION SELECT id, NULL, mch_id FROM orders WHERE substr(claimed_transaction_id, 11) = substr(?1, 11) AND claimed_transaction_id = ?1 \
     UNION SELECT order_id, id, mch_id FROM refunds WHERE out_refund_no = ?1 \
     UNION SELECT order_id, id, mch_id FROM refunds WHERE refund_id = ?1) \
     WHERE ?2 IS NULL OR mch_id = ?2 ORDER BY refund IS NOT NULL, order_id LIMIT ?3"
);

impl Store {
    /// The orders and refunds that have this number, whole; orders first. Of one merchant, or of all.
    pub fn find_number(&self, number: &str, mch_id: Option<&str>) -> Result<Vec<NumberFound>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(FIND_SQL)?;
            let rows = statement.query_map(params![number, mch_id, FOUND_MAX], |row| {
                Ok(NumberFound { order_id: row.get(0)?, refund: row.get(1)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// A number from the counter for a question about an order that the store does not have yet.
    pub fn begin_finding(&self) -> Result<i64, StoreError> {
        self.write(next_seq)
    }
}
