//! The rule book: what each endpoint takes, how it is signed, and the client calls side by side.
//!
//! Only what the protocol's documents or a public thread state is sure; everything else is marked
//! [`Certainty::Unconfirmed`] and never leads to more than a hint.

mod book;
mod client_call;
mod context;
mod endpoint;
mod field;
mod marketing;
mod payment;
mod tools;

pub use client_call::{CALLS, CallField, ClientCall};
pub use context::Context;
pub use endpoint::{Algorithms, Certainty, Endpoint, Rule, SecondSign, Signing};
pub use field::{Field, Need, Shape};

pub(crate) use book::known_names;
