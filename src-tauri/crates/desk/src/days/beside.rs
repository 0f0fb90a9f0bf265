//! The bills of the days beside a day, as far as they were seen and still are what they were.

use std::path::PathBuf;

use wxpay_protocol::UtcMs;

use crate::desk::Inner;
use crate::reconciling::bill_digest;
use crate::{Cancel, Desk, DeskError, ReconcileFault};

const DAY_MS: i64 = 86_400_000;

impl Desk {
    /// The bills with the payments of the day before and of the day after: what was paid around midnight is looked up in them.
    pub async fn bills_beside(&self, profile: &str, date: UtcMs, cancel: &Cancel) -> Result<Vec<PathBuf>, DeskError> {
        let (profile, cancel) = (profile.to_owned(), cancel.clone());
        self.blocking(move |inner| inner.bills_beside(&profile, date, &cancel)).await
    }
}

impl Desk {
    /// The newest bills that are known of a day and whose files are there: the one with all trades, else one of each kind.
    pub async fn bills_known(&self, profile: &str, date: UtcMs) -> Result<Vec<PathBuf>, DeskError> {
        let profile = profile.to_owned();
        self.blocking(move |inner| {
            let bills = inner.store.day_bills(&profile, date.start_of_day())?;
            let newest = |kind: &str| {
                let bill = bills.iter().rev().find(|bill| bill.kind == kind && bill.columns > 0)?;
                bill.file.as_ref().map(PathBuf::from).filter(|file| file.is_file())
            };
            Ok(newest("ALL")
                .map_or_else(|| ["SUCCESS", "REFUND"].into_iter().filter_map(newest).collect(), |all| vec![all]))
        })
        .await
    }
}

impl Inner {
    pub(super) fn bills_beside(&self, profile: &str, date: UtcMs, cancel: &Cancel) -> Result<Vec<PathBuf>, DeskError> {
        let mut beside = Vec::new();
        for days in [-1, 1] {
            let bills = self.store.day_bills(profile, date.start_of_day().plus_ms(days * DAY_MS))?;
            // The newest one that says what it said when it was seen.
            let found =
                bills.iter().rev().filter(|bill| matches!(bill.kind.as_str(), "ALL" | "SUCCESS")).find_map(|bill| {
                    let file = PathBuf::from(bill.file.as_ref()?);
                    bill_digest(&file, cancel).is_ok_and(|digest| digest == bill.digest).then_some(file)
                });
            if cancel.is_cancelled() {
                return Err(ReconcileFault::Cancelled.into());
            }
            beside.extend(found);
        }
        Ok(beside)
    }
}
