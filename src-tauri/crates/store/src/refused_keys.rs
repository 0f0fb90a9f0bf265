//! Merchants whose key is taken to be wrong, because their answers do not verify: kept, so that a restart does not forget it.

use rusqlite::{Connection, OptionalExtension, params};
use wxpay_protocol::UtcMs;

use crate::columns::time;
use crate::{Store, StoreError};

/// A merchant number whose answers do not verify, one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedKey {
    /// The environment, as profiles name it.
    pub environment: String,
    /// The merchant.
    pub mch_id: String,
    /// Since when.
    pub since: UtcMs,
}

impl Store {
    /// Every merchant number whose key is taken to be wrong.
    pub fn refused_keys(&self) -> Result<Vec<RefusedKey>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT environment, mch_id, since FROM refused_keys")?;
            let rows = statement.query_map([], |row| {
                Ok(RefusedKey {
                    environment: row.get("environment")?,
                    mch_id: row.get("mch_id")?,
                    since: time(row, "since")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Notes whether a merchant's key is taken to be wrong; whether that is news. `is_refused` is asked when the note is
    /// written, so that the last note is right in whatever order several of them come.
    pub fn note_refused_key(
        &self,
        environment: &'static str,
        mch_id: &str,
        now: UtcMs,
        is_refused: impl FnOnce() -> bool + Clone + Send + 'static,
    ) -> Result<bool, StoreError> {
        let known = self.read(|connection| is_known(connection, environment, mch_id))?;
        if known == is_refused.clone()() {
            return Ok(false);
        }
        let mch_id = mch_id.to_owned();
        self.write(move |connection| {
            let changed = if is_refused() {
                connection
                    .prepare_cached(
                        "INSERT OR IGNORE INTO refused_keys (environment, mch_id, since) VALUES (?1, ?2, ?3)",
                    )?
                    .execute(params![environment, mch_id, now.0])?
            } else {
                connection
                    .prepare_cached("DELETE FROM refused_keys WHERE environment = ?1 AND mch_id = ?2")?
                    .execute(params![environment, mch_id])?
            };
            Ok(changed > 0)
        })
    }
}

fn is_known(connection: &Connection, environment: &str, mch_id: &str) -> Result<bool, StoreError> {
    let found = connection
        .prepare_cached("SELECT 1 FROM refused_keys WHERE environment = ?1 AND mch_id = ?2")?
        .query_row(params![environment, mch_id], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}
