//! A day's bill against the merchant's own orders and refunds: exactly one class for every row of either side.
//!
//! Pure: no clock, no files, no floats. A [`BillSide`] and a [`LocalSide`] are filled row by row, in two threads if you like, with
//! some forty bytes kept of each row, and share by share where that would be too much; [`verdict`] brings them together and hands
//! on what differs while it finds it. Numbers are
//! compared by fingerprints of 96 bits, of which no two among all payments that WeChat Pay ever had are expected to agree; texts
//! are looked up again for what differs.

#![deny(clippy::float_arithmetic, clippy::float_cmp)]

mod class;
mod day;
mod difference;
mod fingerprint;
mod found;
mod heap;
mod kept;
mod neighbour;
mod paired;
mod payments;
mod reason;
mod record;
mod refunds;
mod seen;
mod share;
mod sides;
mod tally;
mod verdict;

pub use class::{Class, Viewpoint};
pub use day::{Basis, Day};
pub use difference::{Difference, ListOrder};
pub use fingerprint::Fingerprint;
pub use found::TakeRows;
pub use neighbour::{Edge, Settled, Waiting};
pub use reason::Reason;
pub use record::{BillPlace, MAX_BILLS};
pub use seen::Seen;
pub use share::Share;
pub use sides::{BillSide, LocalOrder, LocalRefund, LocalSide, Scope};
pub use tally::{Tallies, Tally};
pub use verdict::{FeeMarks, Verdict, verdict};
