//! Importing many orders: claims, as [`Store::claim`] keeps them, written in one go for orders that are new here.

mod first_claims;
mod log;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension};
use wxpay_protocol::ids::OutTradeNo;

use crate::orders::claim;
use crate::record::next_seqs;
use crate::{Claimed, NewClaim, Store, StoreError};
use first_claims::FirstClaims;
use log::Log;

/// Orders that are committed together at most: a page of an index that many of them touch is then written once.
const BATCH: usize = 16_384;
/// And no longer than this, beside the commit itself: whoever has a notice to record is waiting.
const HELD: Duration = Duration::from_millis(120);
/// Orders between two looks at the time.
const PART: usize = 512;
/// Pages of the write-ahead log (of 4 KiB) after which an import has them copied into the file.
const LOG_PAGES_OF_IMPORT: i64 = 50_000;
/// After so many the writer does it itself, should the import not come to it, and after so many without an import.
const LOG_PAGES_AT_MOST: i64 = 500_000;
const LOG_PAGES: i64 = 1_000;

/// What an import has done so far. The four add up to the orders that were taken from the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Orders that are new here.
    pub inserted: u64,
    /// Orders of which the file says nothing new.
    pub same: u64,
    /// Orders that were here; what the file says of them is new and is kept beside the evidence.
    pub changed: u64,
    /// Orders that were not taken, each with a [`RefusedImport`].
    pub refused: u64,
}

impl ImportCounts {
    /// How many orders were taken from the stream.
    pub const fn total(&self) -> u64 {
        self.inserted + self.same + self.changed + self.refused
    }
}

/// An order that was not taken: another profile of the same merchant has its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedImport {
    /// The number.
    pub out_trade_no: OutTradeNo,
    /// The profile that the number belongs to.
    pub profile: String,
    /// Where it stood, as [`NewClaim::raw`] said.
    pub raw: Option<String>,
}

impl Store {
    /// Imports a stream of orders in batches, each one transaction. The same orders again change nothing. After each
    /// commit `committed` hears the counts so far and the refusals of the batch, and may end the import; what was committed
    /// stays.
    ///
    /// # Errors
    /// A batch that cannot be written is not written at all; those before it stand.
    pub fn import(
        &self,
        claims: impl IntoIterator<Item = NewClaim>,
        mut committed: impl FnMut(&ImportCounts, Vec<RefusedImport>) -> ControlFlow<()>,
    ) -> Result<ImportCounts, StoreError> {
        let log = Log::open(self)?;
        self.write(|connection| copy_log_after(connection, LOG_PAGES_AT_MOST))?;
        let imported = self.import_batches(claims.into_iter(), &log, &mut committed);
        // Otherwise the next commit, of a notice perhaps, would have to.
        log.copy_from(LOG_PAGES)?;
        self.write(|connection| copy_log_after(connection, LOG_PAGES))?;
        imported
    }

    fn import_batches(
        &self,
        mut claims: impl Iterator<Item = NewClaim>,
        log: &Log,
        committed: &mut impl FnMut(&ImportCounts, Vec<RefusedImport>) -> ControlFlow<()>,
    ) -> Result<ImportCounts, StoreError> {
        let mut counts = ImportCounts::default();
        let mut waiting = Vec::new();
        loop {
            waiting.extend(claims.by_ref().take(BATCH.saturating_sub(waiting.len())));
            if waiting.is_empty() {
                return Ok(counts);
            }
            let before = counts;
            let refused;
            (counts, refused, waiting) =
                self.write_alone(move |connection| import_batch(connection, waiting, before))?;
            if committed(&counts, refused).is_break() {
                return Ok(counts);
            }
            log.copy_from(LOG_PAGES_OF_IMPORT)?;
        }
    }
}

/// Imports from the front of a batch for as long as others may be kept waiting; what is left comes back.
fn import_batch(
    connection: &Connection,
    mut batch: Vec<NewClaim>,
    mut counts: ImportCounts,
) -> Result<(ImportCounts, Vec<RefusedImport>, Vec<NewClaim>), StoreError> {
    let started = Instant::now();
    let mut refused = Vec::new();
    let mut done = 0;
    while let Some(part) = batch.get(done..).and_then(|rest| rest.chunks(PART).next())
        && (done == 0 || started.elapsed() < HELD)
    {
        import_part(connection, part, &mut counts, &mut refused)?;
        done += part.len();
    }
    batch.drain(..done);
    Ok((counts, refused, batch))
}

fn import_part(
    connection: &Connection,
    part: &[NewClaim],
    counts: &mut ImportCounts,
    refused: &mut Vec<RefusedImport>,
) -> Result<(), StoreError> {
    let mut next_id: i64 =
        connection.prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM orders")?.query_row([], |row| row.get(0))?;
    let first_seq = next_seqs(connection, i64::try_from(part.len()).unwrap_or(i64::MAX))?;
    let mut known = Vec::new();
    without_triggers(connection, |connection| {
        let mut first = FirstClaims::new(connection)?;
        for (new, seq) in part.iter().zip(first_seq..) {
            if first.insert_if_new(new, next_id, seq)? {
                next_id += 1;
            } else {
                known.push(new);
            }
        }
        Ok(())
    })?;
    counts.inserted += (part.len() - known.len()) as u64;
    for new in known {
        match other_profile(connection, new)? {
            Some(profile) => {
                refused.push(RefusedImport { out_trade_no: new.out_trade_no.clone(), profile, raw: new.raw.clone() });
                counts.refused += 1;
            }
            None => match claim(connection, new)? {
                Claimed::Unchanged(_) => counts.same += 1,
                Claimed::Known(_) | Claimed::Added(_) => counts.changed += 1,
            },
        }
    }
    Ok(())
}

fn copy_log_after(connection: &Connection, pages: i64) -> Result<(), StoreError> {
    Ok(connection.pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()))?)
}

// A trigger on the table makes SQLite keep the old contents of every page that a row touches, row by row. What the triggers
// look after on an insert is written out in the statement: the state is the literal of an unverified order.
fn without_triggers<T>(
    connection: &Connection,
    insert: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    let inserted = insert(connection);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true)?;
    inserted
}

fn other_profile(connection: &Connection, new: &NewClaim) -> Result<Option<String>, StoreError> {
    let owner: Option<String> = connection
        .prepare_cached("SELECT profile FROM orders WHERE mch_id = ?1 AND out_trade_no = ?2")?
        .query_row([new.mch_id.as_str(), new.out_trade_no.as_str()], |row| row.get(0))
        .optional()?;
    Ok(owner.filter(|owner| *owner != new.profile))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triggers_guard_again_after_an_import_even_after_one_that_failed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let failed = store.write(|connection| {
            without_triggers(connection, |_| Err::<(), _>(StoreError::Closed)).unwrap_err();
            Ok(())
        });
        failed.unwrap();
        let fault =
            store.write(|connection| Ok(connection.execute("UPDATE counter SET value = value", [])?)).unwrap_err();
        assert!(fault.to_string().contains("the counter only grows"), "{fault}");
    }
}
