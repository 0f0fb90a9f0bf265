//! The bills of a day: what was chosen, and what fetching them brought.

use desk::{Before, BesideFault, BillFault, BillSpan, FetchedBill, FetchedDay, FetchedDays, SavedBill, SettledBeside};
use serde::{Deserialize, Serialize};
use wxpay_protocol::bill::download::BillKind;
use wxpay_protocol::bill::{AccountType, BillType, FundFlowSums};

use crate::commands::days::date;
use crate::dto::days::file_name;
use crate::dto::number::{Count, Fen};
use crate::dto::refusal::Refusal;
use crate::error::IpcError;

/// What summary lines say beyond the rows that were read.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct UnreadRows {
    pub(crate) rows: Count,
    pub(crate) total_fen: Fen,
    pub(crate) refund_fen: Fen,
}

impl TryFrom<desk_store::UnreadSums> for UnreadRows {
    type Error = IpcError;

    fn try_from(unread: desk_store::UnreadSums) -> Result<Self, IpcError> {
        let [total_fen, refund_fen] = [Fen::sum(unread.total_fen)?, Fen::sum(unread.refund_fen)?];
        Ok(Self { rows: unread.rows.into(), total_fen, refund_fen })
    }
}

/// The bills that were chosen or dropped, and wait.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ChosenBills {
    pub(crate) bills: Vec<ChosenBill>,
    /// So many may wait.
    pub(crate) most: Count,
    /// The first names of those that came last and found no room.
    pub(crate) left_out: Vec<String>,
    /// How many these are.
    pub(crate) left_out_count: Count,
}

/// A bill that was chosen and not yet compared.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ChosenBill {
    /// Its own as long as it waits.
    pub(crate) number: u32,
    pub(crate) file_name: String,
    /// The day of its first row, else the one in its name; nothing where neither tells, or where it cannot be read.
    pub(crate) date: Option<String>,
    /// Why it cannot be compared.
    pub(crate) problem: Option<Refusal>,
}

/// Bills of several days that are wanted.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct BillsWanted {
    /// `2026-11-01`.
    pub(crate) from: String,
    /// The last day.
    pub(crate) to: String,
    pub(crate) kind: BillWord,
    /// As GZIP files.
    pub(crate) packed: bool,
}

/// Which bill of a day; `bill_type` or `account_type` of the wire.
#[derive(Clone, Copy, Debug, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BillWord {
    All,
    Success,
    Refund,
    RechargeRefund,
    FundFlowBasic,
    FundFlowOperation,
    FundFlowFees,
}

impl BillWord {
    const fn kind(self) -> BillKind {
        match self {
            Self::All => BillKind::Trades(BillType::All),
            Self::Success => BillKind::Trades(BillType::Success),
            Self::Refund => BillKind::Trades(BillType::Refund),
            Self::RechargeRefund => BillKind::Trades(BillType::RechargeRefund),
            Self::FundFlowBasic => BillKind::FundFlow(AccountType::Basic),
            Self::FundFlowOperation => BillKind::FundFlow(AccountType::Operation),
            Self::FundFlowFees => BillKind::FundFlow(AccountType::Fees),
        }
    }
}

impl TryFrom<BillsWanted> for BillSpan {
    type Error = IpcError;

    fn try_from(wanted: BillsWanted) -> Result<Self, IpcError> {
        let BillsWanted { from, to, kind, packed } = wanted;
        Ok(Self { from: date(&from)?, to: date(&to)?, kind: kind.kind(), packed })
    }
}

/// What fetching the bills of a span of days brought.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct BillsFetched {
    /// In their order; fewer than were asked for where it ended early.
    pub(crate) days: Vec<BillFetched>,
    /// Where they are kept, as a person can open it.
    pub(crate) folder: String,
    /// Somebody stopped it.
    pub(crate) cancelled: bool,
}

/// What became of the bill of one day.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct BillFetched {
    /// `2026-11-20`.
    pub(crate) date: String,
    pub(crate) outcome: BillOutcome,
}

/// A bill on the disk, or why there is none.
#[derive(Debug, Serialize, specta::Type)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum BillOutcome {
    /// It is on the disk.
    Saved {
        file_name: String,
        rows: Count,
        /// Rows that cannot be read.
        malformed: Count,
        summary_ok: bool,
        /// What came and went, where it is a fund flow.
        flow: Option<FlowSums>,
        /// Whether the answer had the digest of a fund flow, which holds then; bills of trades have none.
        has_digest: Option<bool>,
        /// The same text was there before.
        was_there: bool,
        /// Another text was there before, which bills never do.
        has_changed: bool,
        /// Days of which it settled what had waited for it.
        settled_days: Vec<String>,
        /// Days that still wait for it, and why.
        unsettled_days: Vec<UnsettledDay>,
    },
    /// Nothing was traded on that day.
    NoTrade {
        /// A bill was there before.
        has_changed: bool,
        /// Days that no longer wait for a bill of it.
        settled_days: Vec<String>,
        /// Days that still do, and why.
        unsettled_days: Vec<UnsettledDay>,
    },
    /// There is none, and why.
    Failed {
        /// The word of the fault, such as `bill_too_early`.
        code: String,
        reason_zh: String,
        reason_en: String,
    },
}

/// What a fund flow adds up to.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct FlowSums {
    pub(crate) incomes: Count,
    pub(crate) income_fen: Fen,
    pub(crate) expenses: Count,
    pub(crate) expense_fen: Fen,
}

impl TryFrom<FundFlowSums> for FlowSums {
    type Error = IpcError;

    fn try_from(sums: FundFlowSums) -> Result<Self, IpcError> {
        let FundFlowSums { incomes, income, expenses, expense } = sums;
        let (income_fen, expense_fen) = (Fen::sum(income)?, Fen::sum(expense)?);
        Ok(Self { incomes: incomes.into(), income_fen, expenses: expenses.into(), expense_fen })
    }
}

/// A day beside that could not be settled: it stays as it was.
#[derive(Debug, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct UnsettledDay {
    /// `2026-11-20`.
    pub(crate) date: String,
    pub(crate) refusal: Refusal,
}

/// The days beside that were settled, and those that could not be.
pub(crate) fn told_beside(beside: &SettledBeside) -> (Vec<String>, Vec<UnsettledDay>) {
    let unsettled = |fault: &BesideFault| UnsettledDay { date: fault.day.day(), refusal: fault.into() };
    (beside.days.iter().map(|day| day.day()).collect(), beside.faults.iter().map(unsettled).collect())
}

impl TryFrom<FetchedDays> for BillsFetched {
    type Error = IpcError;

    fn try_from(fetched: FetchedDays) -> Result<Self, IpcError> {
        let days = fetched.days.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        Ok(Self { days, folder: fetched.folder.display().to_string(), cancelled: fetched.cancelled })
    }
}

impl TryFrom<FetchedDay> for BillFetched {
    type Error = IpcError;

    fn try_from(fetched: FetchedDay) -> Result<Self, IpcError> {
        let outcome = match fetched.bill {
            Ok(FetchedBill::Saved(saved)) => BillOutcome::of_saved(&saved)?,
            Ok(FetchedBill::NoTrade(none)) => {
                let (settled_days, unsettled_days) = told_beside(&none.settled_beside);
                BillOutcome::NoTrade { has_changed: !none.others.is_empty(), settled_days, unsettled_days }
            }
            Err(fault) => BillOutcome::of_fault(&fault),
        };
        Ok(Self { date: fetched.day.day(), outcome })
    }
}

impl BillOutcome {
    fn of_saved(saved: &SavedBill) -> Result<Self, IpcError> {
        let (settled_days, unsettled_days) = told_beside(&saved.settled_beside);
        Ok(Self::Saved {
            file_name: file_name(&saved.file),
            rows: saved.soundness.rows.into(),
            malformed: saved.soundness.malformed.into(),
            summary_ok: saved.soundness.summary_ok,
            flow: saved.soundness.flow.map(TryInto::try_into).transpose()?,
            has_digest: saved.digest_held,
            was_there: saved.before == Before::Same,
            has_changed: matches!(saved.before, Before::Changed(_)) || !saved.others.is_empty(),
            settled_days,
            unsettled_days,
        })
    }

    fn of_fault(fault: &BillFault) -> Self {
        Self::Failed { code: fault.code().to_owned(), reason_zh: fault.chinese(), reason_en: fault.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::NoTrade;
    use wxpay_protocol::UtcMs;

    #[test]
    fn a_bill_that_is_not_there_says_why_in_both_languages() {
        let day = UtcMs::parse_dashed("2026-11-20 00:00:00").unwrap();
        let fault = BillFault::TooEarly { day: day.day(), from: "2026-11-21 10:00:00".into() };
        let shown = BillFetched::try_from(FetchedDay { day, bill: Err(fault) }).unwrap();
        assert_eq!(shown.date, "2026-11-20");
        let BillOutcome::Failed { code, reason_zh, reason_en } = shown.outcome else { panic!("it failed") };
        assert_eq!(code, "bill_too_early");
        assert!(reason_zh.contains("2026-11-21 10:00:00") && reason_zh.contains("没有发出请求"), "{reason_zh}");
        assert!(reason_en.contains("2026-11-21 10:00:00") && reason_en.is_ascii(), "{reason_en}");
    }

    #[test]
    fn a_day_without_trade_tells_which_days_it_settled_and_which_still_wait() {
        let day = UtcMs::parse_dashed("2026-11-20 00:00:00").unwrap();
        let (before, after) = (day.plus_ms(-UtcMs::DAY_MS), day.plus_ms(UtcMs::DAY_MS));
        let fault = BesideFault { day: after, code: "store_unavailable", cause: "full".into(), chinese: "满".into() };
        let beside = SettledBeside { days: vec![before], faults: vec![fault] };
        let none = NoTrade { settled_beside: beside, ..NoTrade::default() };
        let shown = BillFetched::try_from(FetchedDay { day, bill: Ok(FetchedBill::NoTrade(none)) }).unwrap();
        let BillOutcome::NoTrade { has_changed, settled_days, unsettled_days } = shown.outcome else {
            panic!("nothing was traded")
        };
        assert_eq!((has_changed, &*settled_days), (false, &["2026-11-19".to_owned()][..]));
        let refusal = Refusal { code: "store_unavailable".into(), reason_zh: "满".into(), reason_en: "full".into() };
        assert_eq!(unsettled_days, [UnsettledDay { date: "2026-11-21".into(), refusal }]);
    }
}
