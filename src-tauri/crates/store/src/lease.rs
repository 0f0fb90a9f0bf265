//! Who polls: of several processes on one store only the holder of the lease does.

use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::params;
use wxpay_protocol::UtcMs;

use crate::db::create_file;
use crate::{Store, StoreError};

const POLLING: &str = "polling";
const LOCK_NAME: &str = "polling.lock";

/// A lock of the operating system beside the lease. It ends with its process, so that a lease whose holder was killed is
/// taken over at once, and not when it has run out; a holder that hangs keeps it, and loses the lease by time.
#[derive(Default)]
pub(crate) struct Presence(Mutex<Option<File>>);

impl Presence {
    /// Whether no other process that polls is alive: the lock is ours, from before or from now on.
    fn is_alone(&self, folder: &Path) -> bool {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            // Where the file system knows no locks, the lease alone decides.
            *held = create_file(&folder.join(LOCK_NAME)).ok().filter(|file| file.try_lock().is_ok());
        }
        held.is_some()
    }

    fn leave(&self) {
        // Closing the file gives the lock back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Store {
    /// Takes or renews the lease on polling for `valid_ms` (30 000 by the design). Whether `owner` holds it now.
    /// One owner for each open store; a lease of a process that is dead is taken over at once.
    ///
    /// A lease that reaches further into the future than any could was written under a wrong clock and counts as run out.
    pub fn hold_poll_lease(&self, owner: &str, now: UtcMs, valid_ms: i64) -> Result<bool, StoreError> {
        let owner = owner.to_owned();
        // Twice as far, because the other's clock may have been read a little later than ours and written earlier.
        let too_far = now.plus_ms(valid_ms.saturating_mul(2));
        let alone = self.path().parent().is_some_and(|folder| self.presence().is_alone(folder));
        self.write(move |connection| {
            let taken = connection
                .prepare_cached(
                    "INSERT INTO lease (name, owner, valid_until) VALUES (?1, ?2, ?4) ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, \
                     valid_until = excluded.valid_until WHERE owner = excluded.owner OR valid_until <= ?3 OR valid_until > ?5 OR ?6",
                )?
                .execute(params![POLLING, owner, now.0, now.plus_ms(valid_ms).0, too_far.0, alone])?;
            Ok(taken > 0)
        })
    }

    /// Gives the lease back, if `owner` holds it.
    pub fn release_poll_lease(&self, owner: &str) -> Result<(), StoreError> {
        let owner = owner.to_owned();
        let released = self.write(move |connection| {
            connection
                .prepare_cached("DELETE FROM lease WHERE name = ?1 AND owner = ?2")?
                .execute(params![POLLING, owner])?;
            Ok(())
        });
        self.presence().leave();
        released
    }
}
