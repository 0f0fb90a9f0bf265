//! Misbehaving on demand: a plan names faults, whom they meet and when; the same seed gives the same run.
//!
//! A rule of a [`FaultPlan`] counts the requests (connections, notices) that it matches, each order and endpoint for itself, and
//! decides for each whether its fault happens:
//!
//! - `positions` fires at the counts that it names;
//! - `probability` fires where `draw(seed, rule, endpoint, mch_id, out_trade_no, count) × 10⁶ / 2⁶⁴` is below the probability in
//!   millionths; `rule` is the rule's place in the plan from 1, `count` the count of matching requests of that order at that
//!   endpoint from 1. So several connections that ask about different orders meet the same faults whatever their order of
//!   arrival.
//! - neither: fires every time.
//!
//! Of the rules that would fire at one request, the first in the plan does. `limit` and `count = "rule"` count over all orders,
//! so there the order of arrival plays a part.

mod catalogue;
mod delivery;
mod force;
mod gzip;
mod message;
mod misbehaving;
mod moment;
mod notices;
mod plan;
mod reading;
mod spoiling;
mod steering;
mod when;

pub use catalogue::{CATALOGUE, Fate, Kind, Named, Parameter, Preset, Scope};
pub use delivery::Delivery;
pub(crate) use force::Faults;
pub use force::{RuleCount, draw};
pub use moment::{Moment, NoMoment};
pub(crate) use plan::Subject;
pub use plan::{CountBy, FaultPlan, Rule};
pub use reading::PlanError;
pub use steering::FaultsInForce;
pub use when::{Positions, Probability};

pub use crate::span::{NoSpan, Span};

#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod request_tests;
