//! The texts of all orders, in memory: any part of a number of an order or of its refunds, words of a body, a whole openid are
//! searched for in them, and lists are sorted by those that no index has.
//!
//! Neither of SQLite's full-text tokenizers finds a Chinese word of two characters or the last four digits of a number, and an
//! index that did would cost an import more than the orders themselves. A million orders are some 100 MB of text that one
//! pass of a vectorised search reads in milliseconds. It is read at the first search or list sorted by such a text, and before each one brought up to
//! what is committed: ids and the counter of evidence only grow, so what is new is known without looking at the rest.

mod blocks;
mod keys;
mod pasted;
mod ranks;
mod terms;
mod texts;

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use rusqlite::{Connection, Row};
use wxpay_protocol::UtcMs;

use crate::{Store, StoreError};
use blocks::Blocks;
pub(crate) use keys::{Key, packed};
pub(crate) use pasted::pasted_number;
pub(crate) use terms::Terms;
use texts::{Numbers, Words};

impl Store {
    /// Reads the texts of all orders, a second's work for a million, so that the first search and the first list sorted by them
    /// need not wait for it.
    pub fn prepare_search(&self) -> Result<(), StoreError> {
        self.read(|connection| self.texts().prepare(connection))
    }
}

pub(crate) const NEW_SQL: &str = "SELECT id, out_trade_no, transaction_id, claimed_transaction_id, body, openid, created_at, profile FROM orders \
     WHERE id > ?1 ORDER BY id";
pub(crate) const CHANGED_SQL: &str = "SELECT id, transaction_id, claimed_transaction_id FROM orders WHERE id <= ?2 AND id IN \
     (SELECT order_id FROM observation WHERE received_seq > ?1)";
pub(crate) const REFUND_SQL: &str = "SELECT id, order_id, out_refund_no, refund_id FROM refunds WHERE id > ?1 \
     UNION SELECT id, order_id, out_refund_no, refund_id FROM refunds WHERE id IN \
     (SELECT refund FROM refund_observation WHERE received_seq > ?2) ORDER BY id";

/// The texts of all orders, shared by everybody in the process.
#[derive(Default)]
pub(crate) struct Texts(Mutex<State>);

#[derive(Default)]
struct State {
    last_id: i64,
    last_refund: i64,
    last_seq: i64,
    numbers: Numbers,
    /// Where the merchant's number of each of `ids` stands among them.
    out_trade_nos: Vec<usize>,
    /// WeChat's number of each of `ids`, [`packed`]: the verified one, else the claimed one.
    transaction_ids: Vec<u128>,
    bodies: Words,
    openids: Words,
    profiles: Words,
    ids: Vec<i64>,
    /// When each of `ids` was created, which never changes.
    created_at: Vec<i64>,
    blocks: Blocks,
}

impl Texts {
    /// The ids of the orders that a search finds, ascending.
    pub(crate) fn find(&self, connection: &Connection, terms: &Terms) -> Result<Vec<i64>, StoreError> {
        let seen = last_seen(connection)?;
        let mut state = self.lock();
        state.follow(connection)?;
        let mut found = state.find(terms);
        found.truncate(found.partition_point(|id| *id <= seen));
        Ok(found)
    }

    /// The orders that a search finds and that were created last, or first: at least `count` where there are so many, and every
    /// one of the same moment as the last of them, ascending. Nothing where matches are so rare that all texts are looked
    /// through sooner.
    pub(crate) fn find_newest(
        &self,
        connection: &Connection,
        terms: &Terms,
        count: usize,
        descending: bool,
    ) -> Result<Option<Vec<i64>>, StoreError> {
        let seen = last_seen(connection)?;
        let mut state = self.lock();
        state.follow(connection)?;
        Ok(state.find_newest(terms, seen, count, descending))
    }

    /// Reads what is new and puts it in order, so that the next search or list need not.
    fn prepare(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut state = self.lock();
        state.follow(connection)?;
        state.rank();
        Ok(())
    }

    /// When the first and the last of these orders were created; nothing unless all of them were read.
    pub(crate) fn created_between(&self, ids: &[i64]) -> Option<(UtcMs, UtcMs)> {
        let state = self.lock();
        let mut between: Option<(i64, i64)> = None;
        for id in ids {
            let at = *state.created_at.get(state.place(*id)?)?;
            between = Some(between.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        }
        between.map(|(first, last)| (UtcMs(first), UtcMs(last)))
    }

    /// Those of these orders that were created last, or first: at least `count` where there are so many, and every one of
    /// the same moment as the last of them. Nothing unless all of them were read.
    pub(crate) fn newest(&self, ids: &[i64], count: usize, descending: bool) -> Option<Vec<i64>> {
        let state = self.lock();
        let created = ids.iter().map(|id| Some((*state.created_at.get(state.place(*id)?)?, *id)));
        let created: Vec<(i64, i64)> = created.collect::<Option<_>>()?;
        let mut times: Vec<i64> = created.iter().map(|(at, _)| if descending { -at } else { *at }).collect();
        let last = count.clamp(1, times.len().max(1)) - 1;
        let bound = if times.is_empty() { 0 } else { *times.select_nth_unstable(last).1 };
        let within = |at: i64| if descending { -at <= bound } else { at <= bound };
        Some(created.into_iter().filter(|(at, _)| within(*at)).map(|(_, id)| id).collect())
    }

    /// Whether nobody has to wait for the texts.
    pub(crate) fn are_read(&self) -> bool {
        self.lock_if_read().is_some()
    }

    /// Nothing where waiting for the texts would take longer than doing without them: they are being read, or nobody has yet.
    fn lock_if_read(&self) -> Option<MutexGuard<'_, State>> {
        let state = match self.0.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        (state.last_id > 0).then_some(state)
    }

    #[cfg(test)]
    pub(crate) fn while_somebody_reads<T>(&self, work: impl FnOnce() -> T) -> T {
        let _reading = self.lock();
        work()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn follow(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let seq: i64 = connection.prepare_cached("SELECT value FROM counter")?.query_row([], |row| row.get(0))?;
        // A reader that began earlier than the one before it sees less, and has nothing to add.
        if seq > self.last_seq && self.last_id > 0 {
            let mut statement = connection.prepare_cached(CHANGED_SQL)?;
            let mut changed = statement.query([self.last_seq, self.last_id])?;
            while let Some(row) = changed.next()? {
                let id = row.get(0)?;
                let (verified, claimed) = (text(row, 1)?, text(row, 2)?);
                for number in verified.into_iter().chain(claimed) {
                    self.numbers.add_if_new(id, number);
                }
                let Some(place) = self.place(id) else { continue };
                if let Some(created_at) = self.created_at.get(place) {
                    self.blocks.add_numbers(self.numbers.len(), *created_at);
                }
                if let Some(key) = self.transaction_ids.get_mut(place) {
                    *key = verified.or(claimed).map_or(0, packed);
                }
            }
        }
        let mut statement = connection.prepare_cached(NEW_SQL)?;
        let mut new = statement.query([self.last_id])?;
        while let Some(row) = new.next()? {
            // Everything that can fail comes before the first push, so that all lists stay equally long.
            let (id, created_at) = (row.get(0)?, row.get(6)?);
            let (out_trade_no, verified, claimed) = (text(row, 1)?, text(row, 2)?, text(row, 3)?);
            let body = row.get_ref(4)?.as_str().unwrap_or_default().to_ascii_lowercase();
            let (openid, profile) = (text(row, 5)?.unwrap_or_default(), text(row, 7)?.unwrap_or_default());
            self.out_trade_nos.push(self.numbers.len());
            for number in out_trade_no.into_iter().chain(verified).chain(claimed) {
                self.numbers.add(id, number);
            }
            self.transaction_ids.push(verified.or(claimed).map_or(0, packed));
            self.bodies.add(&body);
            self.openids.add(openid);
            self.profiles.add(profile);
            self.ids.push(id);
            self.created_at.push(created_at);
            self.blocks.add_order(self.ids.len(), self.numbers.len(), created_at);
            self.last_id = id;
        }
        if seq > self.last_seq {
            self.follow_refunds(connection)?;
        }
        self.last_seq = self.last_seq.max(seq);
        Ok(())
    }

    /// A refund's numbers are its order's too: WeChat tells its own one only once it has accepted it.
    fn follow_refunds(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let mut statement = connection.prepare_cached(REFUND_SQL)?;
        let mut refunds = statement.query([self.last_refund, self.last_seq])?;
        while let Some(row) = refunds.next()? {
            let order_id = row.get(1)?;
            // What belongs to an order that was not read yet waits for it, with all that came after.
            let Some(created_at) = self.place(order_id).and_then(|place| self.created_at.get(place)).copied() else {
                break;
            };
            for number in text(row, 2)?.into_iter().chain(text(row, 3)?) {
                self.numbers.add_if_new(order_id, number);
            }
            self.blocks.add_numbers(self.numbers.len(), created_at);
            self.last_refund = self.last_refund.max(row.get(0)?);
        }
        Ok(())
    }

    /// Where an id stands: ids are dense, so mostly right behind those before it.
    fn place(&self, id: i64) -> Option<usize> {
        let likely = usize::try_from(id).ok()?.checked_sub(1)?;
        if self.ids.get(likely) == Some(&id) { Some(likely) } else { self.ids.binary_search(&id).ok() }
    }

    fn find(&self, terms: &Terms) -> Vec<i64> {
        let mut found = Vec::new();
        if let Some((number, part)) = terms.number.as_ref().zip(terms.part()) {
            found.extend(self.numbers.containing(&part));
            found.extend(self.openids.equal_to(number).filter_map(|place| self.ids.get(place).copied()));
        }
        found.extend(self.bodies.containing(&terms.words).filter_map(|place| self.ids.get(place).copied()));
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The last order that the connection sees; another one may have read more.
fn last_seen(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.prepare_cached("SELECT coalesce(max(id), 0) FROM orders")?.query_row([], |row| row.get(0))?)
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Option<&'r str>> {
    Ok(row.get_ref(column)?.as_str_or_null()?)
}

#[cfg(test)]
#[path = "search_ready_tests.rs"]
mod ready;
