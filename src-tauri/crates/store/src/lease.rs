//! Who polls: of several processes on one store only the holder of the lease does.

use rusqlite::params;
use wxpay_protocol::UtcMs;

use crate::{Store, StoreError};

const POLLING: &str = "polling";

impl Store {
    /// Takes or renews the lease on polling for `valid_ms` (30 000 by the design). Whether `owner` holds it now.
    ///
    /// A lease that reaches further into the future than any could was written under a wrong clock and counts as run out.
    pub fn hold_poll_lease(&self, owner: &str, now: UtcMs, valid_ms: i64) -> Result<bool, StoreError> {
        let owner = owner.to_owned();
        // Twice as far, because the other's clock may have been read a little later than ours and written earlier.
        let too_far = now.plus_ms(valid_ms.saturating_mul(2));
        self.write(move |connection| {
            let taken = connection
                .prepare_cached(
                    "INSERT INTO lease (name, owner, valid_until) VALUES (?1, ?2, ?4) ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, \
                     valid_until = excluded.valid_until WHERE owner = excluded.owner OR valid_until <= ?3 OR valid_until > ?5",
                )?
                .execute(params![POLLING, owner, now.0, now.plus_ms(valid_ms).0, too_far.0])?;
            Ok(taken > 0)
        })
    }

    /// Gives the lease back, if `owner` holds it.
    pub fn release_poll_lease(&self, owner: &str) -> Result<(), StoreError> {
        let owner = owner.to_owned();
        self.write(move |connection| {
            connection
                .prepare_cached("DELETE FROM lease WHERE name = ?1 AND owner = ?2")?
                .execute(params![POLLING, owner])?;
            Ok(())
        })
    }
}
