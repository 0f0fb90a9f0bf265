//! One remark about a message.

use serde::Serialize;

use super::{CauseId, Words};

/// How much a remark weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The gateway or the client refuses this, or reads something else than was meant.
    Error,
    /// Often the cause of a refused sign.
    Warning,
    /// Worth a look; usual in messages that are fine, too.
    Hint,
}

/// Something about a message that may be the cause; never a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The cause of the catalogue, where there is one.
    pub cause: Option<CauseId>,
    /// A stable name of the rule, for programs: `empty_value`.
    pub rule: &'static str,
    /// The field that it is about.
    pub field: Option<String>,
    /// What, where, and what to do.
    pub detail: Words,
    /// How much it weighs.
    pub severity: Severity,
}
