//! Orders: made, asked for, closed, paid, taken back.

mod amounts;
mod asked;
mod close_order;
mod customer;
mod micropay;
mod order_query;
mod password;
mod promotions;
mod reverse;
mod scan;
mod unified_order;

pub use customer::{CustomerError, Pay};
pub use scan::{PasswordEnd, ScanOutcome, ScanRefusal};

pub(crate) use amounts::MAX_COUPONS;
pub(crate) use asked::{amount, check_notify_url};
pub(crate) use customer::{SOMEBODY_OF_SUB_APP, known, merchant_of};
pub(crate) use order_query::order_named;
pub(crate) use scan::{SOMEBODY, check_code, payer_of_code};

#[cfg(test)]
mod micropay_tests;
#[cfg(test)]
mod tests;
