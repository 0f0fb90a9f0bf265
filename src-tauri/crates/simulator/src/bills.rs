//! A day's bill, its fund flow and what payers wrote: read from the ledger by day, never by a scan of it.

mod balance;
pub(crate) mod comment_book;
mod comments;
pub(crate) mod days;
mod download_bill;
mod failure;
mod fund_flow;
mod readiness;
mod rows;
mod sample;
mod switches;

pub use switches::{BillColumns, BillSwitches};

pub(crate) use balance::Balances;
pub(crate) use failure::of_unsigned;

#[cfg(test)]
mod refund_tests;
#[cfg(test)]
mod tests;
