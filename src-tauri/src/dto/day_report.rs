//! The report of a month: what its days add up to, which are not done, and what is left of them.

use desk::{SideSums as CoreSides, SpanReport as CoreReport, SpanSums as CoreSums, exact_yuan_text};
use serde::Serialize;

use crate::dto::days::{DayAging, DayMark};
use crate::dto::differences::DifferenceRow;
use crate::dto::number::{Count, Fen};
use crate::error::IpcError;

/// Both sides of the payments or of the refunds.
#[derive(Debug, Serialize, specta::Type)]
#[expect(clippy::struct_field_names, reason = "the unit stands last, in every name")]
pub(crate) struct SideSums {
    pub(crate) bill_fen: Fen,
    pub(crate) local_fen: Fen,
    /// The local amounts less those of the bill.
    pub(crate) gap_fen: Fen,
}

impl TryFrom<CoreSides> for SideSums {
    type Error = IpcError;

    fn try_from(side: CoreSides) -> Result<Self, IpcError> {
        Ok(Self {
            bill_fen: Fen::sum(side.bill_fen)?,
            local_fen: Fen::sum(side.local_fen)?,
            gap_fen: Fen::sum(side.gap_fen())?,
        })
    }
}

/// What a run, or the runs of a span, add up to.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SpanSums {
    pub(crate) payments: SideSums,
    pub(crate) refunds: SideSums,
    /// Payments less refunds.
    pub(crate) net: SideSums,
    /// 手续费 of the bills, in yuan with five decimals.
    pub(crate) fee_yuan: String,
    /// Fees that are off.
    pub(crate) fee_count: Count,
    /// All of them less what base and rate give.
    pub(crate) fee_gap_yuan: String,
    /// Rows of the bills without anything to compare them with.
    pub(crate) not_compared: Count,
}

impl TryFrom<&CoreSums> for SpanSums {
    type Error = IpcError;

    fn try_from(sums: &CoreSums) -> Result<Self, IpcError> {
        Ok(Self {
            payments: sums.payments.try_into()?,
            refunds: sums.refunds.try_into()?,
            net: sums.net().try_into()?,
            fee_yuan: exact_yuan_text(sums.fee_milli_fen * 1000),
            fee_count: sums.fee_count.into(),
            fee_gap_yuan: exact_yuan_text(sums.fee_gap_milli_fen * 1000),
            not_compared: sums.not_compared.into(),
        })
    }
}

/// The days that have a mark.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct MarkedDays {
    pub(crate) mark: DayMark,
    /// Such as `2026-11-20`, the oldest first.
    pub(crate) dates: Vec<String>,
}

/// What the days of a span add up to.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SpanReport {
    pub(crate) sums: SpanSums,
    /// Only marks that a day has.
    pub(crate) marks: Vec<MarkedDays>,
    /// Rows that cannot be read.
    pub(crate) malformed: Count,
    pub(crate) aging: Vec<DayAging>,
    /// Differences that are open or carried over.
    pub(crate) left: Count,
}

/// The marks in the order in which they are told: what is to be done first.
const MARKS: [desk_store::DayMark; 9] = [
    desk_store::DayMark::Open,
    desk_store::DayMark::MissingBill,
    desk_store::DayMark::NotRun,
    desk_store::DayMark::Partly,
    desk_store::DayMark::Handled,
    desk_store::DayMark::Balanced,
    desk_store::DayMark::Closed,
    desk_store::DayMark::NoTrade,
    desk_store::DayMark::Nothing,
];

impl TryFrom<CoreReport> for SpanReport {
    type Error = IpcError;

    fn try_from(report: CoreReport) -> Result<Self, IpcError> {
        let marked = |mark| {
            let dates: Vec<String> = report.dates(mark).into_iter().map(wxpay_protocol::UtcMs::day).collect();
            (!dates.is_empty()).then(|| MarkedDays { mark: mark.into(), dates })
        };
        Ok(Self {
            sums: (&report.sums).try_into()?,
            marks: MARKS.into_iter().filter_map(marked).collect(),
            malformed: report.malformed().into(),
            left: report.left().into(),
            aging: report.aging.into_iter().map(Into::into).collect(),
        })
    }
}

/// A difference that is open or carried over.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct LeftRow {
    /// `2026-11-20`.
    pub(crate) date: String,
    /// How many days ago that was.
    pub(crate) age_days: u32,
    pub(crate) row: DifferenceRow,
}

impl TryFrom<desk::LeftDifference> for LeftRow {
    type Error = IpcError;

    fn try_from(left: desk::LeftDifference) -> Result<Self, IpcError> {
        Ok(Self { date: left.found.date.day(), age_days: left.age_days, row: left.found.try_into()? })
    }
}

/// A stretch of what is left.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct LeftRows {
    pub(crate) total: Count,
    pub(crate) rows: Vec<LeftRow>,
}

impl TryFrom<desk::LeftPage> for LeftRows {
    type Error = IpcError;

    fn try_from(page: desk::LeftPage) -> Result<Self, IpcError> {
        let rows = page.rows.into_iter().map(TryInto::try_into).collect::<Result<_, IpcError>>()?;
        Ok(Self { total: page.total.into(), rows })
    }
}
