//! What the gateway tells the merchant unasked.

pub(crate) mod delivery;
pub(crate) mod notifier;
pub(crate) mod payment;
mod queue;
