//! What is kept of a bill that was fetched, or of WeChat's word that there is none: that it was seen, and what was seen before.

use desk_store::{BillSums, DayBill, DayFlow, NewDayBill, NewDayFlow};
use sha2::{Digest, Sha256};
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::download::BillKind;
use wxpay_protocol::bill::{AccountType, BillType};

use super::{BillWish, SavedBill};
use crate::days::{NewBill, SettledBeside};
use crate::desk::Inner;
use crate::{Cancel, DeskError};

/// Another text of a bill, seen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherBill {
    /// When it was seen first.
    pub seen_at: UtcMs,
    /// Its rows.
    pub rows: u64,
    /// Where it was found last.
    pub file: Option<String>,
}

impl From<DayBill> for OtherBill {
    fn from(bill: DayBill) -> Self {
        Self { seen_at: bill.seen_at, rows: bill.sums.rows, file: bill.file }
    }
}

impl From<DayFlow> for OtherBill {
    fn from(flow: DayFlow) -> Self {
        Self { seen_at: flow.seen_at, rows: flow.rows, file: flow.file }
    }
}

/// WeChat's word that it has no bill of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoTrade {
    /// Bills of that day and kind that it gave before, which is an alarm.
    pub others: Vec<OtherBill>,
    /// The days before and after, where something waited for this bill.
    pub settled_beside: SettledBeside,
}

impl Inner {
    /// Notes a bill that is on the disk now: the others of its day and kind, and the days beside that waited for it.
    pub(super) fn keep_fetched(
        &self,
        wish: &BillWish,
        saved: &SavedBill,
        cancel: &Cancel,
    ) -> Result<(Vec<OtherBill>, SettledBeside), DeskError> {
        let (file, sound) = (&saved.file, &saved.soundness);
        if let BillKind::FundFlow(account) = wish.kind {
            let place = std::path::absolute(file).ok().map(|path| path.display().to_string());
            let flow =
                NewDayFlow { digest: sound.digest, rows: sound.rows, file: place, ..self.no_flow(wish, account) };
            return Ok((self.keep_flow(NewDayFlow { is_none: false, ..flow })?, SettledBeside::default()));
        }
        let Some(bill) = sound.trades else { return Ok((Vec::new(), SettledBeside::default())) };
        let others = self.keep_bill(&wish.profile, wish.day, &bill, sound.digest, file, true)?.others;
        let settled_beside = if bill.kind.has_payments() {
            self.settle_beside(&wish.profile, wish.day, &[NewBill { file, digest: sound.digest }], cancel)
        } else {
            SettledBeside::default()
        };
        Ok((others.into_iter().map(Into::into).collect(), settled_beside))
    }

    /// Notes that WeChat has no such bill of a day. Without trade nothing waits for its bill any more.
    pub(super) fn keep_none(&self, wish: &BillWish, cancel: &Cancel) -> Result<NoTrade, DeskError> {
        match wish.kind {
            BillKind::Trades(kind) => self.keep_no_trade(wish, kind, cancel),
            BillKind::FundFlow(account) => {
                let others = self.keep_flow(self.no_flow(wish, account))?;
                Ok(NoTrade { others, ..NoTrade::default() })
            }
        }
    }

    fn keep_no_trade(&self, wish: &BillWish, kind: BillType, cancel: &Cancel) -> Result<NoTrade, DeskError> {
        let kept = self.store.keep_bill(NewDayBill {
            profile: wish.profile.clone(),
            date: wish.day.start_of_day(),
            kind: kind.as_str(),
            columns: 0,
            digest: Sha256::digest([]).into(),
            sums: BillSums { summary_ok: true, ..BillSums::default() },
            seen_at: self.clock.now(),
            fetched: true,
            file: None,
        })?;
        let settled_beside = if kind.has_payments() {
            self.settle_beside(&wish.profile, wish.day, &[], cancel)
        } else {
            SettledBeside::default()
        };
        Ok(NoTrade { others: kept.others.into_iter().map(Into::into).collect(), settled_beside })
    }

    fn no_flow(&self, wish: &BillWish, account: AccountType) -> NewDayFlow {
        NewDayFlow {
            profile: wish.profile.clone(),
            date: wish.day.start_of_day(),
            account: account.as_str(),
            is_none: true,
            digest: Sha256::digest([]).into(),
            rows: 0,
            seen_at: self.clock.now(),
            file: None,
        }
    }

    fn keep_flow(&self, flow: NewDayFlow) -> Result<Vec<OtherBill>, DeskError> {
        Ok(self.store.keep_flow(flow)?.into_iter().map(Into::into).collect())
    }
}
