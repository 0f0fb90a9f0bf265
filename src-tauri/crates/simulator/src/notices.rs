//! What the gateway tells the merchant unasked: payments, and refunds that have ended, on the same ladder of attempts.

pub(crate) mod delivery;
pub(crate) mod notifier;
pub(crate) mod payment;
mod queue;
pub(crate) mod refund;

pub use queue::ResendError;
