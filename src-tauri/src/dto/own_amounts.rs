//! Which of WeChat's amounts a chosen table holds, as far as the bill shows it.

use desk::reconcile::Basis;
use serde::Serialize;

use crate::dto::days::DayBasis;
use crate::dto::number::Count;

/// How many amounts of the table equal each of WeChat's, of the orders that the bill has too.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct OwnAmounts {
    /// Orders that both have, as far as they were looked at.
    pub(crate) compared: Count,
    pub(crate) equal: Vec<EqualAmounts>,
    /// What the merchant seems to keep; nothing where the bill does not tell the amounts apart.
    pub(crate) suggested: Option<DayBasis>,
}

/// How many equal one of WeChat's amounts.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct EqualAmounts {
    pub(crate) basis: DayBasis,
    pub(crate) count: Count,
}

impl From<desk::OwnAmounts> for OwnAmounts {
    fn from(seen: desk::OwnAmounts) -> Self {
        let equal = |basis: Basis| EqualAmounts { basis: basis.into(), count: seen.equal(basis).into() };
        Self {
            compared: seen.compared.into(),
            equal: Basis::ALL.map(equal).into(),
            suggested: seen.suggested().map(Into::into),
        }
    }
}
