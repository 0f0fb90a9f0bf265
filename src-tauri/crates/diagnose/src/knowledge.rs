//! What is known about signature errors: the catalogue of causes, and the sentences and lines of code for each.

mod catalogue;
mod cause_id;
mod hints;
mod readings;
mod texts;
mod warning;
mod words;

pub use catalogue::{Cause, Group, Level, catalogue};
pub use cause_id::CauseId;
pub use hints::hints_for;
pub use readings::{Reading, reading_of};
pub use texts::{CauseText, Language};
pub use warning::{Severity, Warning};
pub use words::Words;
