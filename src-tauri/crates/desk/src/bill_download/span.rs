//! The bills of a span of days, kept in the data folder under the names of merchant, day and kind.

use std::path::PathBuf;

use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::download::BillKind;

use super::{BillFault, BillWish, FetchedBill};
use crate::progress::{Cancel, Meter, OnProgress};
use crate::reconciling::Watch;
use crate::{Desk, DeskError};

/// The folder inside the data folder.
const FOLDER: &str = "bills";

/// Bills of several days that are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillSpan {
    /// Any moment of the first day, Beijing time.
    pub from: UtcMs,
    /// Of the last one.
    pub to: UtcMs,
    /// Which bill of each.
    pub kind: BillKind,
    /// As gzip files.
    pub packed: bool,
}

impl BillSpan {
    /// The most days of a span: WeChat Pay gives bills of three months (protocol page §4.6).
    pub const DAYS_MAX: u32 = 93;
}

/// What became of the bill of one day.
#[derive(Debug)]
pub struct FetchedDay {
    /// The first millisecond of the Beijing day.
    pub day: UtcMs,
    /// Its bill, or why there is none.
    pub bill: Result<FetchedBill, BillFault>,
}

/// What became of a span of days.
#[derive(Debug)]
pub struct FetchedDays {
    /// In their order; shorter than the span where it ended early.
    pub days: Vec<FetchedDay>,
    /// Where they are kept.
    pub folder: PathBuf,
    /// Somebody stopped it.
    pub cancelled: bool,
}

impl Desk {
    /// Fetches one kind of bill of every day of a span into the data folder. Told in days. Ends early when it is stopped, or at what
    /// every further day would meet as well.
    ///
    /// # Errors
    ///
    /// The desk cannot ask at all, or the span is none or longer than three months.
    pub async fn fetch_bills(
        &self,
        profile: &str,
        span: BillSpan,
        report: OnProgress,
        cancel: &Cancel,
    ) -> Result<FetchedDays, DeskError> {
        let BillSpan { from, to, kind, packed } = span;
        let count = to.beijing_day() - from.beijing_day() + 1;
        if !(1..=i64::from(BillSpan::DAYS_MAX)).contains(&count) {
            return Err(DeskError::input("to", "must be the first day or up to three months later"));
        }
        let folder = self.data_dir().join(FOLDER);
        let unwritable = |fault| DeskError::malformed(format!("{} cannot be made: {fault}", folder.display()));
        tokio::fs::create_dir_all(&folder).await.map_err(unwritable)?;
        let mut meter = Meter::new(count.unsigned_abs(), report);
        let mut fetched = FetchedDays { days: Vec::new(), folder, cancelled: false };
        for after in 0..count {
            let day = from.start_of_day().plus_ms(after * UtcMs::DAY_MS);
            let wish = BillWish { profile: profile.to_owned(), day, kind, packed, to: fetched.folder.clone() };
            match self.fetch_bill(&wish, Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel }).await {
                Err(BillFault::Desk(error)) if fetched.days.is_empty() => return Err(error),
                Err(BillFault::Cancelled) => fetched.cancelled = true,
                bill => fetched.days.push(FetchedDay { day, bill }),
            }
            meter.add(1);
            let met = fetched.days.last().and_then(|last| last.bill.as_ref().err());
            if fetched.cancelled || cancel.is_cancelled() || met.is_some_and(BillFault::is_of_every_day) {
                fetched.cancelled |= cancel.is_cancelled() && (fetched.days.len() as u64) < count.unsigned_abs();
                break;
            }
        }
        Ok(fetched)
    }
}
