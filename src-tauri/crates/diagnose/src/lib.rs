//! What was pasted, and each step from its fields to the sign.
//!
//! [`input::read`] finds out what a text is and takes its fields out of it; [`report::examine`] answers how those
//! fields are signed, step by step, and whether the sign that stands there is theirs. Nothing here touches a file, a
//! clock or a network, and nothing here gives a key back.

mod curl;
pub mod diagnosis;
pub mod input;
mod input_error;
pub mod invisible;
mod json;
pub mod knowledge;
pub mod lint;
mod log_line;
mod pairs;
mod repair;
pub mod report;
pub mod req_info;
pub mod rules;
mod search;
mod selection;

pub use diagnosis::{Case, Diagnosis, diagnose};
pub use input::{Format, Input, Kind};
pub use input_error::InputError;
pub use repair::Repair;
pub use report::{Question, Report, ReportError, Verdict};

/// What the bench measures; no part of the library's interface.
#[doc(hidden)]
pub use search::yardstick;
