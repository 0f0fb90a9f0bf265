//! Where the bills of days lie that were seen already, as far as they still are what they were.

use std::path::PathBuf;

use desk_store::DayBill;
use wxpay_protocol::UtcMs;

use crate::desk::Inner;
use crate::reconciling::bill_digest;
use crate::{Cancel, Desk, DeskError, ReconcileFault};

const DAY_MS: i64 = 86_400_000;

impl Desk {
    /// The newest bills of a day: those of the run that counts, unless a newer one is known; else the one with all trades, or
    /// else those of payments and refunds. None where one of them is gone or is not what it was: an older bill would not do.
    pub async fn bills_known(&self, profile: &str, date: UtcMs, cancel: &Cancel) -> Result<Vec<PathBuf>, DeskError> {
        let (profile, cancel) = (profile.to_owned(), cancel.clone());
        self.blocking(move |inner| files(&inner.newest_bills(&profile, date)?, &cancel)).await
    }

    /// The bills with the payments of the day before and of the day after: what was paid around midnight is looked up in them.
    pub async fn bills_beside(&self, profile: &str, date: UtcMs, cancel: &Cancel) -> Result<Vec<PathBuf>, DeskError> {
        let (profile, cancel) = (profile.to_owned(), cancel.clone());
        self.blocking(move |inner| inner.bills_beside(&profile, date, &cancel)).await
    }
}

impl Inner {
    pub(super) fn bills_beside(&self, profile: &str, date: UtcMs, cancel: &Cancel) -> Result<Vec<PathBuf>, DeskError> {
        let mut beside = Vec::new();
        for days in [-1, 1] {
            let mut bills = self.newest_bills(profile, date.start_of_day().plus_ms(days * DAY_MS))?;
            bills.retain(|bill| matches!(bill.kind.as_str(), "ALL" | "SUCCESS"));
            beside.extend(files(&bills, cancel)?);
        }
        Ok(beside)
    }

    fn newest_bills(&self, profile: &str, date: UtcMs) -> Result<Vec<DayBill>, DeskError> {
        let date = date.start_of_day();
        // One without columns stands for a day without trade.
        let known: Vec<DayBill> =
            self.store.day_bills(profile, date)?.into_iter().filter(|bill| bill.columns > 0).collect();
        let run = self.store.current_run(profile, date)?;
        if let Some(run) =
            run.filter(|run| known.last().is_some_and(|newest| run.bills.iter().any(|bill| bill.id == newest.id)))
        {
            return Ok(run.bills);
        }
        let newest = |kind: &str| known.iter().rev().find(|bill| bill.kind == kind).cloned();
        Ok(match newest("ALL") {
            Some(all) => vec![all],
            None => ["SUCCESS", "REFUND"].into_iter().filter_map(newest).collect(),
        })
    }
}

/// Where these bills lie; nothing unless each of them still says what it said when it was seen.
fn files(bills: &[DayBill], cancel: &Cancel) -> Result<Vec<PathBuf>, DeskError> {
    let file = |bill: &DayBill| {
        let file = PathBuf::from(bill.file.as_ref()?);
        bill_digest(&file, cancel).is_ok_and(|digest| digest == bill.digest).then_some(file)
    };
    let found = bills.iter().map(file).collect::<Option<Vec<_>>>().unwrap_or_default();
    if cancel.is_cancelled() { Err(ReconcileFault::Cancelled.into()) } else { Ok(found) }
}
