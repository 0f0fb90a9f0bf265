//! The rows that a claim on a new order ends in, without the detour over an update: one visit to each index instead of two.

use std::sync::LazyLock;

use rusqlite::{CachedStatement, Connection, ToSql};
use wxpay_protocol::ids::{OpenId, TransactionId};

use crate::record::{ChainSeed, FIRST_CLAIM, first_chain};
use crate::{Advice, Claim, Event, Evidence, NewClaim, OrderState, Origin, Signature, Source, StoreError};

/// Orders of one statement. Its cursors stay where they are from row to row, so that keys that ascend, as times and most
/// numbers do, find their place at the end without a search.
const GROUP: usize = 64;

/// Columns of a row: the first are alike for all rows of a file, then come its own, and the last is 0.
struct Columns {
    names: &'static str,
    alike: usize,
    own: usize,
    tail: &'static str,
}

const ORDER: Columns = Columns {
    names: "orders (profile, appid, mch_id, sign_type, origin, changed_at, advice, id, out_trade_no, trade_type, total_fee, body, \
         attach, openid, created_at, claimed_state, claimed_transaction_id, claimed_paid_at, shown_state, last_seq, chain, \
         next_query_at, state)",
    alike: 7,
    own: 15,
    tail: " ON CONFLICT (mch_id, out_trade_no) DO NOTHING",
};
/// What a claim never has stays NULL.
const OBSERVATION: Columns = Columns {
    names: "observation (source, signature, event, effect, reason, received_at, received_seq, asked_seq, order_id, trade_state, \
         transaction_id, paid_at, digest, raw, verified)",
    alike: 6,
    own: 8,
    tail: "",
};

impl Columns {
    /// A row that breaks a rule undoes the whole transaction, as it should here: to be able to undo a statement alone, SQLite
    /// would keep the old contents of every page that it touches.
    fn insert_sql(&self, rows: usize) -> String {
        let places = |from: usize, count: usize| -> Vec<String> {
            (from..from + count).map(|place| format!("?{place}")).collect()
        };
        let alike = places(1, self.alike).join(", ");
        let rows: Vec<String> = (0..rows)
            .map(|row| format!("({alike}, {}, 0)", places(1 + self.alike + row * self.own, self.own).join(", ")))
            .collect();
        format!("INSERT OR ROLLBACK INTO {} VALUES {}{}", self.names, rows.join(", "), self.tail)
    }
}

static ORDER_SQL: LazyLock<String> = LazyLock::new(|| ORDER.insert_sql(1));
static ORDERS_SQL: LazyLock<String> = LazyLock::new(|| ORDER.insert_sql(GROUP));
static OBSERVATION_SQL: LazyLock<String> = LazyLock::new(|| OBSERVATION.insert_sql(1));
static OBSERVATIONS_SQL: LazyLock<String> = LazyLock::new(|| OBSERVATION.insert_sql(GROUP));

/// One of these statements, and where the values of a row go.
struct Insert<'c> {
    statement: CachedStatement<'c>,
    columns: Columns,
}

impl<'c> Insert<'c> {
    fn new(connection: &'c Connection, sql: &str, columns: Columns) -> Result<Self, StoreError> {
        Ok(Self { statement: connection.prepare_cached(sql)?, columns })
    }

    /// Binds what is alike, which stays bound.
    fn bind_alike(&mut self, values: &[&dyn ToSql]) -> Result<(), StoreError> {
        for (place, value) in (1..).zip(values) {
            self.statement.raw_bind_parameter(place, value)?;
        }
        Ok(())
    }

    /// Binds what is a row's own.
    fn bind_own(&mut self, row: usize, values: &[&dyn ToSql]) -> Result<(), StoreError> {
        for (place, value) in (1 + self.columns.alike + row * self.columns.own..).zip(values) {
            self.statement.raw_bind_parameter(place, value)?;
        }
        Ok(())
    }
}

/// The two statements that write orders, each with the claim that it was made from.
struct Pair<'c, 'n> {
    orders: Insert<'c>,
    observations: Insert<'c>,
    /// Whose values are bound where rows are alike.
    alike: Option<&'n NewClaim>,
}

impl<'n> Pair<'_, 'n> {
    fn bind_alike(&mut self, new: &'n NewClaim) -> Result<(), StoreError> {
        if self.alike.is_some_and(|before| is_alike(before, new)) {
            return Ok(());
        }
        let origin = if new.origin == Origin::Lookup { Origin::Lookup } else { Origin::Import };
        let (sign_type, claimed_at) = (new.sign_type.as_str(), new.claimed_at.0);
        self.orders.bind_alike(&[
            &new.profile,
            &new.appid.as_str(),
            &new.mch_id.as_str(),
            &sign_type,
            &origin,
            &claimed_at,
            &Advice::Query,
        ])?;
        let evidence = evidence(new, 0);
        self.observations.bind_alike(&[
            &evidence.source,
            &evidence.signature,
            &evidence.event.number(),
            &FIRST_CLAIM.effect,
            &FIRST_CLAIM.reason,
            &claimed_at,
        ])?;
        self.alike = Some(new);
        Ok(())
    }

    /// Binds the order and its claim.
    fn bind_own(&mut self, row: usize, new: &NewClaim, order_id: i64, seq: i64) -> Result<(), StoreError> {
        let record = ChainSeed {
            mch_id: new.mch_id.as_str(),
            out_trade_no: new.out_trade_no.as_str(),
            total_fee: new.total_fee,
            created_at: new.created_at,
        };
        let chain = first_chain(&record, order_id, &evidence(new, seq), new.raw.as_deref());
        let transaction_id = new.transaction_id.as_ref().map(TransactionId::as_str);
        let paid_at = new.paid_at.map(|at| at.0);
        self.orders.bind_own(
            row,
            &[
                &order_id,
                &new.out_trade_no.as_str(),
                &new.trade_type,
                &new.total_fee.get(),
                &new.body,
                &new.attach,
                &new.openid.as_ref().map(OpenId::as_str),
                &new.created_at.0,
                &new.state,
                &transaction_id,
                &paid_at,
                &new.state.unwrap_or(OrderState::Unverified),
                &seq,
                &chain,
                &new.next_query_at.map(|at| at.0),
            ],
        )?;
        let raw = &new.raw;
        self.observations.bind_own(row, &[&seq, &seq, &order_id, &new.state, &transaction_id, &paid_at, &chain, raw])
    }
}

/// Writes orders that are new here, and says which are not.
pub(super) struct FirstClaims<'c, 'n> {
    connection: &'c Connection,
    single: Pair<'c, 'n>,
    group: Option<Pair<'c, 'n>>,
    next_id: i64,
    /// Orders that were here already; nothing was written of them.
    pub(super) known: Vec<&'n NewClaim>,
    /// Whether the last group was written as one: a group with known orders takes longer than its orders one by one.
    pub(super) in_groups: bool,
}

impl<'c, 'n> FirstClaims<'c, 'n> {
    pub(super) fn new(connection: &'c Connection, next_id: i64, in_groups: bool) -> Result<Self, StoreError> {
        let single = Pair {
            orders: Insert::new(connection, &ORDER_SQL, ORDER)?,
            observations: Insert::new(connection, &OBSERVATION_SQL, OBSERVATION)?,
            alike: None,
        };
        Ok(Self { connection, single, group: None, next_id, known: Vec::new(), in_groups })
    }

    /// Writes those that are new, with the values of the counter from `first_seq` on.
    pub(super) fn insert(&mut self, part: &'n [NewClaim], first_seq: i64) -> Result<(), StoreError> {
        let mut seq = first_seq;
        for group in part.chunks(GROUP) {
            let is_whole = group.len() == GROUP && group.windows(2).all(|two| matches!(two, [a, b] if is_alike(a, b)));
            if self.in_groups && is_whole {
                self.insert_group(group, seq)?;
            } else {
                self.insert_singly(group, seq)?;
            }
            seq += i64::try_from(group.len()).unwrap_or_default();
        }
        Ok(())
    }

    fn insert_singly(&mut self, claims: &'n [NewClaim], first_seq: i64) -> Result<(), StoreError> {
        let known_before = self.known.len();
        for (new, seq) in claims.iter().zip(first_seq..) {
            self.single.bind_alike(new)?;
            self.single.bind_own(0, new, self.next_id, seq)?;
            if self.single.orders.statement.raw_execute()? == 1 {
                self.single.observations.statement.raw_execute()?;
                self.next_id += 1;
            } else {
                self.known.push(new);
            }
        }
        self.in_groups = self.known.len() == known_before;
        Ok(())
    }

    fn insert_group(&mut self, claims: &'n [NewClaim], first_seq: i64) -> Result<(), StoreError> {
        let Some(first) = claims.first() else { return Ok(()) };
        let mut group = match self.group.take() {
            Some(group) => group,
            None => Pair {
                orders: Insert::new(self.connection, &ORDERS_SQL, ORDER)?,
                observations: Insert::new(self.connection, &OBSERVATIONS_SQL, OBSERVATION)?,
                alike: None,
            },
        };
        group.bind_alike(first)?;
        for (row, ((new, order_id), seq)) in claims.iter().zip(self.next_id..).zip(first_seq..).enumerate() {
            group.bind_own(row, new, order_id, seq)?;
        }
        if group.orders.statement.raw_execute()? == claims.len() {
            group.observations.statement.raw_execute()?;
            self.next_id += i64::try_from(claims.len()).unwrap_or_default();
        } else {
            self.claim_those_written(claims, first_seq)?;
        }
        self.group = Some(group);
        Ok(())
    }

    /// Writes the claims of those orders of a group that were written.
    fn claim_those_written(&mut self, claims: &'n [NewClaim], first_seq: i64) -> Result<(), StoreError> {
        let mut at = self.connection.prepare_cached("SELECT id FROM orders WHERE mch_id = ?1 AND out_trade_no = ?2")?;
        let first_id = self.next_id;
        for ((new, order_id), seq) in claims.iter().zip(first_id..).zip(first_seq..) {
            let found: i64 = at.query_one([new.mch_id.as_str(), new.out_trade_no.as_str()], |row| row.get(0))?;
            if found == order_id {
                self.single.bind_alike(new)?;
                self.single.bind_own(0, new, order_id, seq)?;
                self.single.observations.statement.raw_execute()?;
                self.next_id = order_id + 1;
            } else {
                self.known.push(new);
            }
        }
        self.in_groups = false;
        Ok(())
    }
}

fn is_alike(one: &NewClaim, other: &NewClaim) -> bool {
    one.profile == other.profile
        && one.appid == other.appid
        && one.mch_id == other.mch_id
        && one.sign_type == other.sign_type
        && one.origin == other.origin
        && one.claimed_at == other.claimed_at
}

fn evidence(new: &NewClaim, seq: i64) -> Evidence {
    Evidence {
        asked_seq: seq,
        received_seq: seq,
        asked_at: None,
        received_at: new.claimed_at,
        source: Source::Import,
        verified: false,
        signature: Signature::Unsigned,
        event: Event::Claim(Claim {
            state: new.state,
            transaction_id: new.transaction_id.clone(),
            paid_at: new.paid_at,
            total_fee: None,
        }),
        elsewhere: false,
    }
}
