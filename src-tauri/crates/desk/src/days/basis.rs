//! Which of WeChat's amounts a merchant seems to keep, and a day brought together again from what it was made of.

use std::path::PathBuf;

use desk_reconcile::{Basis, Class};
use desk_sheets::Table;
use desk_store::{DayRun, RunFindings};
use wxpay_protocol::UtcMs;

use super::STORE;
use crate::desk::Inner;
use crate::reconciling::fitting;
use crate::{Desk, DeskError, OwnFiles, OwnRows, OwnSide, OwnTable};

/// Another amount than the compared one, which most of the local amounts equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuggestedBasis {
    /// The amount.
    pub basis: Basis,
    /// Differing amounts that equal it.
    pub equal: u64,
    /// Differing amounts.
    pub differing: u64,
}

/// The amount that at least four fifths of the differing local amounts equal.
fn suggested(same_amounts: &[(Option<String>, u64)]) -> Option<SuggestedBasis> {
    let differing: u64 = same_amounts.iter().map(|(_, count)| count).sum();
    let equals = |basis: Basis| -> u64 {
        let has = |words: &Option<String>| {
            words.as_deref().is_some_and(|words| words.split(',').any(|word| word == basis.name()))
        };
        same_amounts.iter().filter(|(words, _)| has(words)).map(|(_, count)| count).sum()
    };
    fitting(equals, differing).map(|(basis, equal)| SuggestedBasis { basis, equal, differing })
}

impl Inner {
    /// What a run suggests; nothing where the store was compared, which has 订单金额 only.
    pub(super) fn suggested_basis(&self, run: &DayRun) -> Result<Option<SuggestedBasis>, DeskError> {
        if run.found.orders.as_deref().is_none_or(|orders| orders == STORE) {
            return Ok(None);
        }
        Ok(suggested(&self.store.same_amounts(run.id, Class::AmountDiff.name())?))
    }
}

impl Desk {
    /// The merchant's own side that a day was compared with last: the same files, read the same way. Of a run from before that was
    /// kept they are read by the mappings that are saved for the merchant.
    ///
    /// # Errors
    ///
    /// The day was never brought together.
    pub async fn own_side_before(&self, profile: &str, date: UtcMs) -> Result<OwnSide, DeskError> {
        let (profile, date) = (self.profile(profile).await?.profile, date.start_of_day());
        let kept = self.kept_side(&profile);
        self.blocking(move |inner| {
            let run = inner.store.current_run(&profile.name, date)?;
            let run = run.ok_or_else(|| DeskError::NotFound { what: "run of the day", name: date.day() })?;
            if [&run.found.orders, &run.found.refunds].into_iter().any(|side| side.as_deref() == Some(STORE)) {
                return Ok(OwnSide::Kept(kept));
            }
            let (orders, refunds) = (run.found.orders.map(Into::into), run.found.refunds.map(Into::into));
            if let Some(kept) = &run.found.own_reading {
                return Ok(OwnSide::Files(OwnFiles::read_as(orders, refunds, kept)?));
            }
            let mapping = |table| inner.saved_mapping(&profile.mch_id, table);
            let (orders_mapping, refunds_mapping) = (mapping(Table::Orders)?, mapping(Table::Refunds)?);
            Ok(OwnSide::Files(OwnFiles {
                orders,
                refunds,
                mapping: orders_mapping.unwrap_or_default(),
                refunds_mapping,
                refunds_sheet: None,
            }))
        })
        .await
    }
}

/// The tables that a run was compared with, each with how it was read; none where that was the store.
pub fn own_tables(run: &RunFindings) -> Vec<OwnTable> {
    let file = |side: &Option<String>| side.clone().filter(|name| name != STORE).map(PathBuf::from);
    let (orders, refunds) = (file(&run.orders), file(&run.refunds));
    let kept = run.own_reading.as_ref();
    // What cannot be read back was written by a newer version: the files alone are told.
    let read = kept.and_then(|kept| OwnFiles::read_as(orders.clone(), refunds.clone(), kept).ok());
    let unsaid = || {
        let plain = OwnFiles { orders: orders.clone(), refunds: refunds.clone(), ..OwnFiles::default() };
        plain.tables().into_iter().map(|table| OwnTable { mapping: None, ..table }).collect()
    };
    read.map_or_else(unsaid, |files| files.tables())
}

/// What is told of the rows of these tables beside their orders and refunds.
pub fn own_rows(run: &RunFindings) -> OwnRows {
    run.own_reading.as_deref().map(OwnRows::kept).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_suggested_only_where_most_of_what_differs_equals_it() {
        let of = |rows: &[(&str, u64)]| {
            let rows: Vec<_> =
                rows.iter().map(|(words, count)| ((!words.is_empty()).then(|| (*words).to_owned()), *count)).collect();
            suggested(&rows).map(|found| (found.basis, found.equal, found.differing))
        };
        assert_eq!(of(&[("settle", 4), ("", 1)]), Some((Basis::Settle, 4, 5)));
        assert_eq!(of(&[("settle", 3), ("", 1)]), None, "three of four are too few");
        assert_eq!(of(&[("cash", 1)]), None, "one row says nothing");
        assert_eq!(of(&[("cash", 5), ("settle,cash", 5)]), Some((Basis::Cash, 10, 10)));
        assert_eq!(of(&[("settle,cash", 3)]), Some((Basis::Settle, 3, 3)));
        assert_eq!(of(&[]), None);
    }
}
