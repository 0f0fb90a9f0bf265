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
/// After so many orders that were here already their claims are taken, which is slower, before more are looked at.
const KNOWN: usize = 1_024;
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
    let (mut done, mut in_groups) = (0, true);
    while let Some(rest) = batch.get(done..).filter(|rest| !rest.is_empty())
        && (done == 0 || started.elapsed() < HELD)
    {
        let written = write_new(connection, rest, started, in_groups)?;
        counts.inserted += (written.done - written.known.len()) as u64;
        for known in written.known {
            claim_again(connection, known, &mut counts, &mut refused)?;
        }
        done += written.done;
        in_groups = written.in_groups;
    }
    batch.drain(..done);
    Ok((counts, refused, batch))
}

/// The front of a batch once its new orders are written.
struct Written<'n> {
    done: usize,
    known: Vec<&'n NewClaim>,
    in_groups: bool,
}

/// Writes those that are new, until it is time or many are not.
fn write_new<'n>(
    connection: &Connection,
    rest: &'n [NewClaim],
    started: Instant,
    in_groups: bool,
) -> Result<Written<'n>, StoreError> {
    let next_id: i64 =
        connection.prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM orders")?.query_row([], |row| row.get(0))?;
    without_guards(connection, |connection| {
        let mut first = FirstClaims::new(connection, next_id, in_groups)?;
        let mut done = 0;
        for part in rest.chunks(PART) {
            let first_seq = next_seqs(connection, i64::try_from(part.len()).unwrap_or(i64::MAX))?;
            first.insert(part, first_seq)?;
            done += part.len();
            if first.known.len() >= KNOWN || started.elapsed() >= HELD {
                break;
            }
        }
        Ok(Written { done, known: first.known, in_groups: first.in_groups })
    })
}

/// Takes a claim on an order that was here before.
fn claim_again(
    connection: &Connection,
    known: &NewClaim,
    counts: &mut ImportCounts,
    refused: &mut Vec<RefusedImport>,
) -> Result<(), StoreError> {
    if let Some(profile) = other_profile(connection, known)? {
        refused.push(RefusedImport { out_trade_no: known.out_trade_no.clone(), profile, raw: known.raw.clone() });
        counts.refused += 1;
        return Ok(());
    }
    match claim(connection, known)? {
        Claimed::Unchanged(_) => counts.same += 1,
        Claimed::Known(_) | Claimed::Added(_) => counts.changed += 1,
    }
    Ok(())
}

fn copy_log_after(connection: &Connection, pages: i64) -> Result<(), StoreError> {
    Ok(connection.pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()))?)
}

// With triggers, references and checks that call a function SQLite keeps the old contents of every page that a statement
// touches. Here they would find nothing: a state is the literal of an unverified order, a claim is written right after the
// order that it refers to, and every other value is of a type that holds the rule.
fn without_guards<T>(
    connection: &Connection,
    insert: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    const GUARDS: [DbConfig; 2] = [DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY];
    let guard = |guards: bool| {
        GUARDS.iter().try_for_each(|guard| connection.set_db_config(*guard, guards).map(drop))?;
        connection.pragma_update(None, "ignore_check_constraints", !guards)
    };
    guard(false)?;
    let inserted = insert(connection);
    guard(true)?;
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
    fn triggers_references_and_checks_guard_again_after_an_import_even_after_one_that_failed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let failed = store.write(|connection| {
            without_guards(connection, |_| Err::<(), _>(StoreError::Closed)).unwrap_err();
            Ok(())
        });
        failed.unwrap();
        let fault =
            store.write(|connection| Ok(connection.execute("UPDATE counter SET value = value", [])?)).unwrap_err();
        assert!(fault.to_string().contains("the counter only grows"), "{fault}");
        let orphan = "INSERT INTO refund_observation (received_seq, refund, asked_seq, source, asked_at, received_at, verified, \
             signature, event, effect, reason, digest) VALUES (1, 77, 1, 0, 0, 0, 0, 3, 0, 0, 0, zeroblob(32))";
        let fault = store.write(|connection| Ok(connection.execute(orphan, [])?)).unwrap_err();
        assert!(fault.to_string().contains("FOREIGN KEY"), "{fault}");
        let short = orphan.replace("zeroblob(32)", "zeroblob(31)");
        let fault = store.write(move |connection| Ok(connection.execute(&short, [])?)).unwrap_err();
        assert!(fault.to_string().contains("CHECK"), "{fault}");
    }
}
