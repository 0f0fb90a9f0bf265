//! The table of transitions: what a verified report does to a state.

use crate::{OrderState, Reason};
use wxpay_protocol::TradeState;

/// What one cell of the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// The state becomes this one.
    To(OrderState),
    /// The state becomes this one, and a person is needed.
    ToWithConflict(OrderState, Reason),
    /// Nothing new.
    Same,
    /// Older or weaker than what is known; nothing changes.
    Stale(Reason),
    /// The state stays, and a person is needed.
    Conflict(Reason),
    /// SUCCESS reported REVOKED: REVOKED, and a conflict unless we reversed it.
    Revoke,
    /// ORDERNOTEXIST for an order that is being created: wait, then send the same again.
    AwaitCreation,
    /// ORDERNOTEXIST for an order that exists: stale within 60 s of its creation, else a conflict.
    NotExist,
    /// ORDERNOTEXIST for an order that is only claimed.
    LeaveClaim,
}

/// The columns of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// A verified trade_state.
    State(TradeState),
    /// A verified ORDERNOTEXIST.
    NotExist,
}

use Cell::{AwaitCreation, Conflict, LeaveClaim, NotExist, Revoke, Same, Stale, To, ToWithConflict};
use OrderState as S;

const PAID: Cell = Stale(Reason::AlreadyPaid);
const ENDED: Cell = Stale(Reason::AlreadyEnded);
const C: Cell = Conflict(Reason::Contradicts);
const CLOSED_PAID: Cell = Conflict(Reason::ClosedAfterPaid);
const REVOKED_PAID: Cell = Conflict(Reason::RevokedAfterPaid);
const PAID_REVOKED: Cell = Conflict(Reason::PaidAfterRevoke);
const NOTPAY: Cell = To(S::NotPay);
const PAYING: Cell = To(S::UserPaying);
const ACCEPT: Cell = To(S::Accept);
const SUCCESS: Cell = To(S::Success);
const REFUND: Cell = To(S::Refund);
const CLOSED: Cell = To(S::Closed);
const REVOKED: Cell = To(S::Revoked);
const ERROR: Cell = To(S::PayError);

const fn late(state: OrderState) -> Cell {
    ToWithConflict(state, Reason::PaidAfterClose)
}

const fn risen(state: OrderState) -> Cell {
    ToWithConflict(state, Reason::PaidAfterCreateFailed)
}

/// Columns: NOTPAY, USERPAYING, ACCEPT, SUCCESS, REFUND, CLOSED, REVOKED, PAYERROR, ORDERNOTEXIST.
const fn row(state: OrderState) -> [Cell; 9] {
    match state {
        S::Unverified => [NOTPAY, PAYING, ACCEPT, SUCCESS, REFUND, CLOSED, REVOKED, ERROR, LeaveClaim],
        S::Creating => [NOTPAY, PAYING, ACCEPT, SUCCESS, REFUND, CLOSED, REVOKED, ERROR, AwaitCreation],
        S::NotPay => [Same, PAYING, ACCEPT, SUCCESS, REFUND, CLOSED, REVOKED, ERROR, NotExist],
        S::UserPaying => [NOTPAY, Same, ACCEPT, SUCCESS, REFUND, CLOSED, REVOKED, ERROR, NotExist],
        S::Accept => [NOTPAY, PAYING, Same, SUCCESS, REFUND, CLOSED, REVOKED, ERROR, NotExist],
        S::PayError => [NOTPAY, PAYING, C, SUCCESS, REFUND, CLOSED, REVOKED, Same, NotExist],
        S::Success => [PAID, PAID, PAID, Same, REFUND, CLOSED_PAID, Revoke, PAID, NotExist],
        S::Refund => [PAID, PAID, PAID, PAID, Same, CLOSED_PAID, REVOKED_PAID, PAID, NotExist],
        S::Closed => [ENDED, ENDED, ENDED, late(S::Success), late(S::Refund), Same, C, ENDED, NotExist],
        S::Revoked => [ENDED, ENDED, ENDED, PAID_REVOKED, PAID_REVOKED, C, Same, ENDED, NotExist],
        S::CreateFailed => [C, C, C, risen(S::Success), risen(S::Refund), CLOSED, REVOKED, C, Same],
    }
}

/// The cell for a state and a verified report. Payments under another transaction_id are sorted out before.
pub const fn cell(state: OrderState, reported: Reported) -> Cell {
    let [notpay, userpaying, accept, success, refund, closed, revoked, payerror, notexist] = row(state);
    match reported {
        Reported::State(TradeState::NotPay) => notpay,
        Reported::State(TradeState::UserPaying) => userpaying,
        Reported::State(TradeState::Accept) => accept,
        Reported::State(TradeState::Success) => success,
        Reported::State(TradeState::Refund) => refund,
        Reported::State(TradeState::Closed) => closed,
        Reported::State(TradeState::Revoked) => revoked,
        Reported::State(TradeState::PayError) => payerror,
        Reported::NotExist => notexist,
    }
}
