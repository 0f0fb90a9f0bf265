//! Where the bills of days lie that were seen already, as far as they still are what they were.

use std::path::PathBuf;

use desk_reconcile::Edge;
use desk_store::DayBill;
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::BillType;

use crate::desk::Inner;
use crate::reconciling::bill_digest;
use crate::{Beside, BesideBill, Cancel, Desk, DeskError, ReconcileFault};

impl Desk {
    /// The newest bills of a day: those of the run that counts, unless a newer one is known; else the one with all trades, or
    /// else those of payments and refunds. None where one of them is gone or is not what it was: an older bill would not do.
    pub async fn bills_known(&self, profile: &str, date: UtcMs, cancel: &Cancel) -> Result<Vec<PathBuf>, DeskError> {
        let (profile, cancel) = (profile.to_owned(), cancel.clone());
        self.blocking(move |inner| files(&inner.newest_bills(&profile, date)?, &cancel)).await
    }

    /// Whether a day can be brought together without a bill, because WeChat said that nothing was traded on it.
    ///
    /// # Errors
    ///
    /// WeChat said no such thing, or a bill of the day is known.
    pub async fn expect_no_trade(&self, profile: &str, date: UtcMs) -> Result<(), DeskError> {
        let profile = profile.to_owned();
        self.blocking(move |inner| inner.no_trade(&profile, date).map(drop)).await
    }

    /// What is known of the day before and of the day after: the bills with their payments, that nothing was traded, and the
    /// orders that wait there for the bill of this day.
    pub async fn beside(&self, profile: &str, date: UtcMs, cancel: &Cancel) -> Result<Beside, DeskError> {
        let (profile, cancel) = (profile.to_owned(), cancel.clone());
        self.blocking(move |inner| inner.beside(&profile, date, &cancel)).await
    }
}

impl Inner {
    pub(super) fn beside(&self, profile: &str, date: UtcMs, cancel: &Cancel) -> Result<Beside, DeskError> {
        let mut beside = Beside { waiting: self.waiting_beside(profile, date)?, ..Beside::default() };
        for edge in Edge::BOTH {
            let day = edge.day_beside(date);
            let mut bills = self.newest_bills(profile, day)?;
            bills.retain(has_payments);
            let found = files(&bills, cancel)?.into_iter().zip(&bills);
            beside.bills.extend(found.map(|(file, bill)| BesideBill { file, digest: Some(bill.digest) }));
            if self.is_without_trade(profile, day)? {
                beside.without_trade.push(edge);
            }
        }
        Ok(beside)
    }

    /// Whether the last that was heard of the payments of a day is that there are none.
    fn is_without_trade(&self, profile: &str, date: UtcMs) -> Result<bool, DeskError> {
        let known = self.store.day_bills(profile, date)?;
        let last = known.iter().rfind(|bill| has_payments(bill));
        Ok(last.is_some_and(|bill| bill.columns == 0))
    }

    /// WeChat's word that nothing was traded on a day, which holds as long as no bill of it is known.
    pub(super) fn no_trade(&self, profile: &str, date: UtcMs) -> Result<DayBill, DeskError> {
        let known = self.store.day_bills(profile, date.start_of_day())?;
        let is_of_trades =
            |bill: &DayBill| BillType::parse(&bill.kind).is_some_and(|kind| kind.has_payments() || kind.has_refunds());
        if known.iter().any(|bill| is_of_trades(bill) && !bill.is_none()) {
            return Err(ReconcileFault::BillKnown(date.day()).into());
        }
        let none = known.into_iter().find(|bill| bill.kind == BillType::All.as_str() && bill.is_none());
        none.ok_or_else(|| ReconcileFault::NoBill(date.day()).into())
    }

    /// The newest bills of a day: those of the run that counts, unless a newer one is known.
    pub(crate) fn newest_bills(&self, profile: &str, date: UtcMs) -> Result<Vec<DayBill>, DeskError> {
        let date = date.start_of_day();
        // One without columns stands for a day without trade.
        let known: Vec<DayBill> =
            self.store.day_bills(profile, date)?.into_iter().filter(|bill| bill.columns > 0).collect();
        let run = self.store.current_run(profile, date)?;
        if let Some(run) =
            run.filter(|run| known.last().is_some_and(|newest| run.bills.iter().any(|bill| bill.id == newest.id)))
        {
            return Ok(run.bills.into_iter().filter(|bill| !bill.is_none()).collect());
        }
        let newest = |kind: BillType| known.iter().rev().find(|bill| bill.kind == kind.as_str()).cloned();
        Ok(match newest(BillType::All) {
            Some(all) => vec![all],
            None => [BillType::Success, BillType::Refund].into_iter().filter_map(newest).collect(),
        })
    }
}

/// Whether it has the payments of its day.
fn has_payments(bill: &DayBill) -> bool {
    BillType::parse(&bill.kind).is_some_and(BillType::has_payments)
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
