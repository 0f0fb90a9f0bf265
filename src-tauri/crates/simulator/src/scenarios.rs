//! Scenarios: what customers and the gateway do to orders by themselves, as a file says, in virtual time.
//!
//! A scenario is a list of rules; the first one that fits a new order, micropay or refund plans its steps. Plans are a pure
//! function of the journal, the scenario and the seed ([`agenda`]), so they survive a restart and repeat with the seed.

pub(crate) mod agenda;
mod performing;
mod reading;
pub(crate) mod scenario;
mod shipped;
mod status;
mod timing;

pub use agenda::SoFar;
pub use reading::ScenarioError;
pub use scenario::Scenario;
pub use shipped::shipped;
pub use status::{ScenarioStatus, StepView};

#[cfg(test)]
mod reading_tests;
#[cfg(test)]
mod shipped_tests;
