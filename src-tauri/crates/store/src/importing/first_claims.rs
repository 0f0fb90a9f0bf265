//! The rows that a claim on a new order ends in, without the detour over an update: one visit to each index instead of two.

use rusqlite::{CachedStatement, Connection};
use wxpay_protocol::ids::{OpenId, TransactionId};

use crate::record::{ChainSeed, FIRST_CLAIM, first_chain};
use crate::{Advice, Claim, Event, Evidence, NewClaim, OrderState, Origin, Signature, Source, StoreError};

// The first eight are alike for all rows of a file and stay bound from one to the next.
const ORDER: &str = "INSERT INTO orders (profile, appid, mch_id, sign_type, origin, changed_at, advice, id, out_trade_no, trade_type, \
     total_fee, body, attach, openid, created_at, claimed_state, claimed_transaction_id, claimed_paid_at, shown_state, last_seq, chain, \
     next_query_at, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, 0) \
     ON CONFLICT (mch_id, out_trade_no) DO NOTHING";
// What a claim never has stays NULL.
const OBSERVATION: &str = "INSERT INTO observation (source, signature, event, effect, reason, received_at, verified, received_seq, order_id, \
     asked_seq, trade_state, transaction_id, paid_at, digest, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?7, ?9, ?10, ?11, ?12, ?13)";

/// Writes orders that are new here, each with the claim that it was made from.
pub(super) struct FirstClaims<'c, 'n> {
    order: CachedStatement<'c>,
    observation: CachedStatement<'c>,
    /// Whose values are bound where rows are alike.
    alike: Option<&'n NewClaim>,
}

impl<'c, 'n> FirstClaims<'c, 'n> {
    pub(super) fn new(connection: &'c Connection) -> Result<Self, StoreError> {
        let order = connection.prepare_cached(ORDER)?;
        let observation = connection.prepare_cached(OBSERVATION)?;
        Ok(Self { order, observation, alike: None })
    }

    /// Whether the number is new; otherwise nothing was written.
    pub(super) fn insert_if_new(&mut self, new: &'n NewClaim, order_id: i64, seq: i64) -> Result<bool, StoreError> {
        if !self.alike.is_some_and(|before| is_alike(before, new)) {
            self.bind_what_is_alike(new)?;
            self.alike = Some(new);
        }
        let evidence = evidence(new, seq);
        let record = ChainSeed {
            mch_id: new.mch_id.as_str(),
            out_trade_no: new.out_trade_no.as_str(),
            total_fee: new.total_fee,
            created_at: new.created_at,
        };
        let chain = first_chain(&record, order_id, &evidence, new.raw.as_deref());
        if !self.insert_order(new, order_id, seq, &chain)? {
            return Ok(false);
        }
        self.insert_observation(new, order_id, seq, &chain)?;
        Ok(true)
    }

    fn bind_what_is_alike(&mut self, new: &NewClaim) -> Result<(), StoreError> {
        let origin = if new.origin == Origin::Lookup { Origin::Lookup } else { Origin::Import };
        let order = &mut self.order;
        order.raw_bind_parameter(1, &new.profile)?;
        order.raw_bind_parameter(2, new.appid.as_str())?;
        order.raw_bind_parameter(3, new.mch_id.as_str())?;
        order.raw_bind_parameter(4, new.sign_type.as_str())?;
        order.raw_bind_parameter(5, origin)?;
        order.raw_bind_parameter(6, new.claimed_at.0)?;
        order.raw_bind_parameter(7, Advice::Query)?;
        let evidence = evidence(new, 0);
        let observation = &mut self.observation;
        observation.raw_bind_parameter(1, evidence.source)?;
        observation.raw_bind_parameter(2, evidence.signature)?;
        observation.raw_bind_parameter(3, evidence.event.number())?;
        observation.raw_bind_parameter(4, FIRST_CLAIM.effect)?;
        observation.raw_bind_parameter(5, FIRST_CLAIM.reason)?;
        observation.raw_bind_parameter(6, new.claimed_at.0)?;
        Ok(())
    }

    fn insert_order(&mut self, new: &NewClaim, order_id: i64, seq: i64, chain: &[u8]) -> Result<bool, StoreError> {
        let order = &mut self.order;
        order.raw_bind_parameter(8, order_id)?;
        order.raw_bind_parameter(9, new.out_trade_no.as_str())?;
        order.raw_bind_parameter(10, new.trade_type.as_deref())?;
        order.raw_bind_parameter(11, new.total_fee.get())?;
        order.raw_bind_parameter(12, &new.body)?;
        order.raw_bind_parameter(13, new.attach.as_deref())?;
        order.raw_bind_parameter(14, new.openid.as_ref().map(OpenId::as_str))?;
        order.raw_bind_parameter(15, new.created_at.0)?;
        order.raw_bind_parameter(16, new.state)?;
        order.raw_bind_parameter(17, new.transaction_id.as_ref().map(TransactionId::as_str))?;
        order.raw_bind_parameter(18, new.paid_at.map(|at| at.0))?;
        order.raw_bind_parameter(19, new.state.unwrap_or(OrderState::Unverified))?;
        order.raw_bind_parameter(20, seq)?;
        order.raw_bind_parameter(21, chain)?;
        order.raw_bind_parameter(22, new.next_query_at.map(|at| at.0))?;
        Ok(order.raw_execute()? == 1)
    }

    fn insert_observation(&mut self, new: &NewClaim, order_id: i64, seq: i64, chain: &[u8]) -> Result<(), StoreError> {
        let observation = &mut self.observation;
        observation.raw_bind_parameter(7, seq)?;
        observation.raw_bind_parameter(8, order_id)?;
        observation.raw_bind_parameter(9, new.state)?;
        observation.raw_bind_parameter(10, new.transaction_id.as_ref().map(TransactionId::as_str))?;
        observation.raw_bind_parameter(11, new.paid_at.map(|at| at.0))?;
        observation.raw_bind_parameter(12, chain)?;
        observation.raw_bind_parameter(13, new.raw.as_deref())?;
        observation.raw_execute()?;
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
