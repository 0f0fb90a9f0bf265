//! Orders: made, asked for, closed, paid.

mod close_order;
mod customer;
mod order_query;
mod unified_order;

pub use customer::{CustomerError, Pay};

pub(crate) use customer::{known, merchant_of};

#[cfg(test)]
mod tests;
