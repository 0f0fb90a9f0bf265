//! Importing many orders: claims, as [`Store::claim`] keeps them, written in one go for orders that are new here.

use std::ops::ControlFlow;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, params};
use wxpay_protocol::ids::{OpenId, OutTradeNo, TransactionId};

use crate::orders::claim;
use crate::record::{ChainSeed, append_first, first_chain, next_seqs};
use crate::{Advice, Claimed, Evidence, NewClaim, OrderState, Origin, Store, StoreError};

/// Orders that are committed together: many enough that a page of an index that all of them touch is written once, few
/// enough that whoever writes beside an import waits a fraction of a second.
const BATCH: usize = 20_000;
/// Pages of the write-ahead log (of 4 KiB) after which an import lets them be copied into the file, and everybody else.
const LOG_PAGES_OF_IMPORT: i64 = 50_000;
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
        self.write(|connection| copy_log_after(connection, LOG_PAGES_OF_IMPORT))?;
        let imported = self.import_batches(claims.into_iter(), &mut committed);
        self.write(|connection| copy_log_after(connection, LOG_PAGES))?;
        imported
    }

    fn import_batches(
        &self,
        mut claims: impl Iterator<Item = NewClaim>,
        committed: &mut impl FnMut(&ImportCounts, Vec<RefusedImport>) -> ControlFlow<()>,
    ) -> Result<ImportCounts, StoreError> {
        let mut counts = ImportCounts::default();
        loop {
            let batch: Vec<NewClaim> = claims.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(counts);
            }
            let before = counts;
            let (after, refused) = self.write(move |connection| import_batch(connection, &batch, before))?;
            counts = after;
            if committed(&counts, refused).is_break() {
                return Ok(counts);
            }
        }
    }
}

fn copy_log_after(connection: &Connection, pages: i64) -> Result<(), StoreError> {
    Ok(connection.pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()))?)
}

fn import_batch(
    connection: &Connection,
    batch: &[NewClaim],
    mut counts: ImportCounts,
) -> Result<(ImportCounts, Vec<RefusedImport>), StoreError> {
    let mut refused = Vec::new();
    let mut next_id: i64 =
        connection.prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM orders")?.query_row([], |row| row.get(0))?;
    let first_seq = next_seqs(connection, i64::try_from(batch.len()).unwrap_or(i64::MAX))?;
    let mut known = Vec::new();
    without_triggers(connection, |connection| {
        for (new, seq) in batch.iter().zip(first_seq..) {
            if insert_if_new(connection, new, next_id, seq)? {
                next_id += 1;
            } else {
                known.push(new);
            }
        }
        Ok(())
    })?;
    counts.inserted += (batch.len() - known.len()) as u64;
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
    Ok((counts, refused))
}

// A trigger on the table makes SQLite keep the old contents of every page that a row touches, row by row. What the triggers
// look after on an insert is written out below: the state is the literal of an unverified order.
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

// The row that a claim on a new order ends in, without the detour over an update: one visit to each index instead of two.
fn insert_if_new(connection: &Connection, new: &NewClaim, order_id: i64, seq: i64) -> Result<bool, StoreError> {
    let observation = new.observation(order_id, None);
    let evidence = observation.evidence(seq, false);
    let record = ChainSeed {
        mch_id: new.mch_id.as_str(),
        out_trade_no: new.out_trade_no.as_str(),
        total_fee: new.total_fee,
        created_at: new.created_at,
    };
    let chain = first_chain(&record, order_id, &evidence, new.raw.as_deref());
    if !insert(connection, new, order_id, &evidence, &chain)? {
        return Ok(false);
    }
    append_first(connection, &observation, &evidence, &chain)?;
    Ok(true)
}

fn insert(
    connection: &Connection,
    new: &NewClaim,
    order_id: i64,
    evidence: &Evidence,
    chain: &[u8],
) -> Result<bool, StoreError> {
    let origin = if new.origin == Origin::Lookup { Origin::Lookup } else { Origin::Import };
    let inserted = connection
        .prepare_cached(
            "INSERT INTO orders (id, profile, appid, mch_id, out_trade_no, origin, sign_type, trade_type, total_fee, body, attach, openid, \
             created_at, claimed_state, claimed_transaction_id, claimed_paid_at, shown_state, advice, changed_at, last_seq, chain, \
             next_query_at, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, \
             ?22, 0) ON CONFLICT (mch_id, out_trade_no) DO NOTHING",
        )?
        .execute(params![
            order_id,
            new.profile,
            new.appid.as_str(),
            new.mch_id.as_str(),
            new.out_trade_no.as_str(),
            origin,
            new.sign_type.as_str(),
            new.trade_type,
            new.total_fee.get(),
            new.body,
            new.attach,
            new.openid.as_ref().map(OpenId::as_str),
            new.created_at.0,
            new.state,
            new.transaction_id.as_ref().map(TransactionId::as_str),
            new.paid_at.map(|at| at.0),
            new.state.unwrap_or(OrderState::Unverified),
            Advice::Query,
            new.claimed_at.0,
            evidence.received_seq,
            chain,
            new.next_query_at.map(|at| at.0),
        ])?;
    Ok(inserted == 1)
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
