//! Fees of a day that are off, as they are kept and read back.

use desk_store::DayRun;
use wxpay_protocol::UtcMs;

use super::AT_ONCE;
use super::matched::file_among;
use crate::desk::Inner;
use crate::reconciling::FeeOff;
use crate::{Cancel, Desk, DeskError, ReconcileFault, Reconciled};

/// A stretch of the fees of a day that are off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeePage {
    /// How many are off.
    pub total: u64,
    /// How many of them are listed one by one.
    pub listed: u64,
    /// In the order of the bills.
    pub rows: Vec<FeeOff>,
    /// The files of the bills, each at the place that [`FeeOff::file`] says; nothing of a bill that is alone.
    pub bill_files: Vec<Option<String>>,
}

impl Desk {
    /// Fees of the run that counts for a day that are off, from the place `start`; none where nothing was run.
    pub async fn day_fees(&self, profile: &str, date: UtcMs, start: u64, limit: usize) -> Result<FeePage, DeskError> {
        let (profile, date) = (profile.to_owned(), date.start_of_day());
        self.blocking(move |inner| match inner.store.current_run(&profile, date)? {
            Some(run) => Ok(FeePage {
                total: run.found.fee_count,
                listed: inner.store.day_fee_count(run.id)?,
                rows: inner.fees_of(&run, start, limit)?,
                bill_files: run.bills.iter().map(|bill| file_among(&run, bill).map(str::to_owned)).collect(),
            }),
            None => Ok(FeePage::default()),
        })
        .await
    }
}

impl Inner {
    /// Fees of a run that are off, from the place `start`.
    pub(super) fn fees_of(&self, run: &DayRun, start: u64, limit: usize) -> Result<Vec<FeeOff>, DeskError> {
        let file = |bill| run.bills.iter().position(|one| one.id == bill).unwrap_or_default();
        let rows = self.store.day_fees(run.id, start, limit)?;
        Ok(rows.into_iter().map(|fee| (file(fee.bill), fee)).map(|(file, fee)| FeeOff::of_kept(fee, file)).collect())
    }

    /// Keeps the fees that are off, of bills with these ids, beside the differences of a run.
    pub(super) fn keep_fees(
        &self,
        run: i64,
        found: &Reconciled,
        bills: &[i64],
        cancel: &Cancel,
    ) -> Result<(), DeskError> {
        if found.verdict.fees.count == 0 {
            return Ok(());
        }
        let (mut place, mut batch, mut failed) = (0, Vec::with_capacity(AT_ONCE), None);
        let each = found.each_fee_off(cancel, |fee| {
            if let Some(bill) = bills.get(fee.file) {
                batch.push(fee.kept(*bill));
            }
            if batch.len() < AT_ONCE {
                return Ok(());
            }
            let (some, from) = (std::mem::take(&mut batch), place);
            place += some.len() as u64;
            self.store.add_fees(run, from, some).map_err(|fault| {
                failed = Some(fault);
                ReconcileFault::Internal
            })
        });
        if let Some(fault) = failed {
            return Err(fault.into());
        }
        each?;
        Ok(self.store.add_fees(run, place, batch)?)
    }
}
