//! When an order is asked about next, and why then.

use serde::Serialize;

use crate::dto::number::AtMs;
use crate::dto::overview::HeldBack;

/// Why a question is due when it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhyThen {
    /// An imported file says that the order is open.
    Claimed,
    /// The first question after the creation was sent.
    FirstAfterCreation,
    /// Nobody knows whether the creation arrived.
    CreationUnknown,
    /// The creation is sent again, unchanged.
    SendAgain,
    /// Something hints that it changed.
    Hinted,
    /// What came in last needs an answer to be explained.
    ToExplain,
    /// The order expires then.
    Expiry,
    /// Nothing was final yet; the pauses get longer.
    Ladder,
}

/// The next question about an order.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct NextQuestion {
    pub(crate) at: AtMs,
    pub(crate) why: WhyThen,
    /// Which question of the ladder it is, 1 or more; null where the ladder is not why.
    pub(crate) question: Option<u32>,
    /// Seconds between the last answer and the question; null where the ladder is not why.
    pub(crate) gap_s: Option<u32>,
    /// Why nothing is sent at the moment.
    pub(crate) held_back: Option<HeldBack>,
}

impl From<desk::NextQuestion> for NextQuestion {
    fn from(next: desk::NextQuestion) -> Self {
        use desk::WhyThen as Core;
        let (why, question, gap_s) = match next.why {
            Core::Claimed => (WhyThen::Claimed, None, None),
            Core::FirstAfterCreation => (WhyThen::FirstAfterCreation, None, None),
            Core::CreationUnknown => (WhyThen::CreationUnknown, None, None),
            Core::SendAgain => (WhyThen::SendAgain, None, None),
            Core::Hinted => (WhyThen::Hinted, None, None),
            Core::ToExplain => (WhyThen::ToExplain, None, None),
            Core::Expiry => (WhyThen::Expiry, None, None),
            Core::Ladder { question, gap_s } => (WhyThen::Ladder, Some(question), Some(gap_s)),
        };
        Self { at: next.at.into(), why, question, gap_s, held_back: next.held_back.map(Into::into) }
    }
}
