//! Refunds: asked for, accepted, ended, asked about.

mod end;
mod refund;
mod refund_query;
mod split;

pub use end::RefundError;

pub(crate) use end::{RefundEnding, known, merchant_of_refund};

pub(crate) use refund::DEFAULT_ACCOUNT;
pub(crate) use split::settlement_refund_fee;

#[cfg(test)]
mod tests;
