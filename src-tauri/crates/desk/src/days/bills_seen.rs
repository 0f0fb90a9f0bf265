//! Where the bills of days lie that were seen already, as far as they still are what they were.

use std::path::PathBuf;

use desk_store::DayBill;
use wxpay_protocol::UtcMs;

use crate::desk::Inner;
use crate::reconciling::bill_digest;
use crate::{Cancel, Desk, DeskError, ReconcileFault};

const DAY_MS: i64 = 86_400_000;

impl Desk {
    /// The newest bills of a day, each trade in one of them: ALL, or else SUCCESS and REFUND.
    pub async fn bills_known(&self, profile: &str, date: UtcMs, cancel: &Cancel) -> Result<Vec<PathBuf>, DeskError> {
        let (profile, cancel) = (profile.to_owned(), cancel.clone());
        self.blocking(move |inner| {
            let bills = inner.store.day_bills(&profile, date.start_of_day())?;
            if let Some(whole) = newest(&bills, &["ALL"], &cancel)? {
                return Ok(vec![whole]);
            }
            let parts = [newest(&bills, &["SUCCESS"], &cancel)?, newest(&bills, &["REFUND"], &cancel)?];
            Ok(parts.into_iter().flatten().collect())
        })
        .await
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
            let bills = self.store.day_bills(profile, date.start_of_day().plus_ms(days * DAY_MS))?;
            beside.extend(newest(&bills, &["ALL", "SUCCESS"], cancel)?);
        }
        Ok(beside)
    }
}

/// The newest bill of these kinds that says what it said when it was seen.
fn newest(bills: &[DayBill], kinds: &[&str], cancel: &Cancel) -> Result<Option<PathBuf>, DeskError> {
    let found =
        bills.iter().rev().filter(|bill| bill.columns > 0 && kinds.contains(&bill.kind.as_str())).find_map(|bill| {
            let file = PathBuf::from(bill.file.as_ref()?);
            bill_digest(&file, cancel).is_ok_and(|digest| digest == bill.digest).then_some(file)
        });
    if cancel.is_cancelled() { Err(ReconcileFault::Cancelled.into()) } else { Ok(found) }
}
