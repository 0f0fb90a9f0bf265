//! Reconciled days: a calendar of them, one of them, and what does not agree.

use desk_store::{DayBill as CoreBill, DayNote as CoreNote, DayRun, DayStanding as CoreStanding, Dimension};
use serde::{Deserialize, Serialize};

use crate::dto::day_bills::{UnreadRows, UnsettledDay};
use crate::dto::day_report::SpanSums;
use crate::dto::number::{AtMs, Count, Fen};
use crate::dto::refusal::Refusal;
use crate::dto::sheets::SheetMapping;
use crate::error::IpcError;

mirrored! {
    /// The one mark of a day.
    DayMark of desk_store::DayMark {
        /// Nothing is known.
        Nothing = "nothing",
        /// WeChat has no bill because nothing was traded.
        NoTrade = "no_trade",
        /// There are payments or refunds, and the bill is not there.
        MissingBill = "missing_bill",
        /// A bill is there, or WeChat says that there is none although something is kept here, and nobody compared it.
        NotRun = "not_run",
        /// Nothing differs.
        Balanced = "balanced",
        /// Nothing is open, but rows of the bill had nothing to be compared with.
        Partly = "partly",
        /// Something differs and is open, or a row cannot be read.
        Open = "open",
        /// Something differs, and all of it is handled.
        Handled = "handled",
        /// A person closed it.
        Closed = "closed",
    }
}

mirrored! {
    /// What is said to a difference or a day.
    DayNoteKind of desk_store::NoteKind {
        /// Words only.
        Remark = "remark",
        /// It is settled.
        Resolve = "resolve",
        /// It is known, and still to be settled.
        CarryOver = "carry_over",
        /// It needs nothing.
        Ignore = "ignore",
        /// It is open again.
        Reopen = "reopen",
        /// The day is closed.
        CloseDay = "close_day",
        /// The day is open again.
        ReopenDay = "reopen_day",
    }
}

mirrored! {
    /// Which of WeChat's amounts the merchant keeps.
    DayBasis of desk::reconcile::Basis {
        /// 订单金额.
        Order = "order",
        /// 应结订单金额.
        Settle = "settle",
        /// What was paid in cash.
        Cash = "cash",
    }
}

mirrored! {
    /// By what differences may concentrate.
    DayDimension of Dimension {
        /// The hour of the day.
        Hour = "hour",
        /// 设备号.
        DeviceInfo = "device_info",
        /// 交易类型.
        TradeType = "trade_type",
        /// 特约商户号.
        SubMchId = "sub_mch_id",
    }
}

mirrored! {
    /// A table of the merchant.
    OwnTable of desk::sheets::Table {
        /// One order per row.
        Orders = "orders",
        /// One refund per row.
        Refunds = "refunds",
    }
}

/// Where a day stands.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayStanding {
    /// `2026-11-20`.
    pub(crate) date: String,
    pub(crate) mark: DayMark,
    pub(crate) differences: Count,
    pub(crate) open: Count,
    pub(crate) carried_over: Count,
    pub(crate) malformed: Count,
    /// The local amounts less those of the bill, refunds taken off.
    pub(crate) gap_fen: Fen,
    /// What was said last of a bill is not what was looked at.
    pub(crate) bill_changed: bool,
    /// When another text of a bill was heard than was looked at.
    pub(crate) changed_at: Option<AtMs>,
    /// When WeChat said that there is no bill any more, although it had given one.
    pub(crate) denied_at: Option<AtMs>,
}

impl TryFrom<CoreStanding> for DayStanding {
    type Error = IpcError;

    fn try_from(day: CoreStanding) -> Result<Self, IpcError> {
        Ok(Self {
            date: day.date.day(),
            mark: day.mark.into(),
            differences: day.differences.into(),
            open: day.open.into(),
            carried_over: day.carried_over.into(),
            malformed: day.malformed.into(),
            gap_fen: Fen::sum(day.gap_fen)?,
            bill_changed: day.bill_changed,
            changed_at: day.changed_at.map(Into::into),
            denied_at: day.denied_at.map(Into::into),
        })
    }
}

/// Unsettled differences of one age.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayAging {
    /// Up to so many days old; nothing for those that are older.
    pub(crate) up_to_days: Option<u32>,
    pub(crate) open: Count,
    pub(crate) carried_over: Count,
}

impl From<desk::Aging> for DayAging {
    fn from(age: desk::Aging) -> Self {
        Self { up_to_days: age.up_to_days, open: age.open.into(), carried_over: age.carried_over.into() }
    }
}

/// The days of a span, and what is left of all days.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayCalendar {
    pub(crate) days: Vec<DayStanding>,
    pub(crate) aging: Vec<DayAging>,
}

impl TryFrom<desk::PeriodView> for DayCalendar {
    type Error = IpcError;

    fn try_from(period: desk::PeriodView) -> Result<Self, IpcError> {
        Ok(Self {
            days: period.days.into_iter().map(TryInto::try_into).collect::<Result<_, IpcError>>()?,
            aging: period.aging.into_iter().map(Into::into).collect(),
        })
    }
}

/// A bill that was seen.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayBill {
    /// `ALL`, `SUCCESS`, `REFUND`, `RECHARGE_REFUND` or `FUNDFLOW`.
    pub(crate) kind: String,
    pub(crate) rows: Count,
    pub(crate) summary_ok: bool,
    pub(crate) total_fen: Fen,
    pub(crate) refund_fen: Fen,
    /// In thousandths of a fen.
    pub(crate) fee_milli_fen: Fen,
    /// The beginning of the digest of its text.
    pub(crate) digest: String,
    pub(crate) seen_at: AtMs,
    pub(crate) file_name: Option<String>,
    /// It stands for WeChat's word that there is none.
    pub(crate) is_none: bool,
}

impl TryFrom<CoreBill> for DayBill {
    type Error = IpcError;

    fn try_from(bill: CoreBill) -> Result<Self, IpcError> {
        let digest = hex(bill.digest.get(..6).unwrap_or_default());
        Ok(Self {
            is_none: bill.is_none(),
            kind: bill.kind,
            rows: bill.sums.rows.into(),
            summary_ok: bill.sums.summary_ok,
            total_fen: Fen::sum(bill.sums.total_fen)?,
            refund_fen: Fen::sum(bill.sums.refund_fen)?,
            fee_milli_fen: Fen::sum(bill.sums.fee_milli_fen)?,
            digest,
            seen_at: bill.seen_at.into(),
            file_name: bill.file.map(|file| file_name(std::path::Path::new(&file))),
        })
    }
}

/// Something that was said.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayNote {
    pub(crate) kind: DayNoteKind,
    pub(crate) said_by: String,
    pub(crate) said_at: AtMs,
    pub(crate) text: String,
}

impl From<CoreNote> for DayNote {
    fn from(note: CoreNote) -> Self {
        Self { kind: note.kind.into(), said_by: note.said_by, said_at: note.said_at.into(), text: note.text }
    }
}

/// What a class adds up to.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayClass {
    /// `matched`, `bill_only`, … or `malformed`.
    pub(crate) class: String,
    pub(crate) count: Count,
    pub(crate) open: Count,
    pub(crate) bill_fen: Fen,
    pub(crate) local_fen: Fen,
}

/// How many differences share a value.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayConcentration {
    pub(crate) dimension: DayDimension,
    pub(crate) value: String,
    pub(crate) count: Count,
}

/// An amount that most of the differing local amounts equal.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SuggestedBasis {
    pub(crate) basis: DayBasis,
    pub(crate) equal: Count,
    pub(crate) differing: Count,
}

/// What came of a day when it was run last.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayOutcome {
    pub(crate) basis: String,
    pub(crate) day_cut_s: u32,
    /// The tables that it was compared with; none where that was the store.
    pub(crate) own_tables: Vec<OwnTableUsed>,
    pub(crate) bill_rows: Count,
    pub(crate) bill_total_fen: Fen,
    pub(crate) bill_refund_fen: Fen,
    pub(crate) local_orders: Count,
    pub(crate) local_refunds: Count,
    /// Rows of the tables that are totals, blank or further lines of one order.
    pub(crate) passed_over: Count,
    /// Numbers that a spreadsheet damaged in rows that were found by their other number.
    pub(crate) damaged_ids: Count,
    pub(crate) summary_ok: bool,
    /// What the rows that cannot be read would have to hold, where the bills tell.
    pub(crate) unread: Option<UnreadRows>,
    /// Both sides of the rows that were compared, and the fees.
    pub(crate) sums: SpanSums,
    pub(crate) classes: Vec<DayClass>,
    pub(crate) ran_at: AtMs,
    pub(crate) ran_by: String,
}

/// A table of the merchant that a day was compared with.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct OwnTableUsed {
    pub(crate) table: OwnTable,
    pub(crate) file_name: String,
    /// What was said of how it is read; nothing of runs from before this was kept.
    pub(crate) mapping: Option<SheetMapping>,
}

impl From<desk::OwnTable> for OwnTableUsed {
    fn from(own: desk::OwnTable) -> Self {
        let file_name = file_name(&own.file);
        Self { table: own.table.into(), file_name, mapping: own.mapping.map(Into::into) }
    }
}

/// A day.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayDetail {
    pub(crate) standing: DayStanding,
    pub(crate) outcome: Option<DayOutcome>,
    pub(crate) bills: Vec<DayBill>,
    pub(crate) notes: Vec<DayNote>,
    pub(crate) concentrations: Vec<DayConcentration>,
    /// Another amount that the merchant seems to keep.
    pub(crate) suggested: Option<SuggestedBasis>,
    /// The amount that the merchant's own tables were compared by last, on whichever day.
    pub(crate) own_basis: Option<DayBasis>,
}

impl TryFrom<desk::DayView> for DayDetail {
    type Error = IpcError;

    fn try_from(view: desk::DayView) -> Result<Self, IpcError> {
        let malformed = view.standing.malformed;
        let outcome = view.run.map(|run| outcome(run, &view.open, malformed)).transpose()?;
        let concentrations = view.concentrations.into_iter().map(|most| DayConcentration {
            dimension: most.dimension.into(),
            value: most.value,
            count: most.count.into(),
        });
        Ok(Self {
            standing: view.standing.try_into()?,
            outcome,
            bills: view.bills.into_iter().map(TryInto::try_into).collect::<Result<_, IpcError>>()?,
            notes: view.notes.into_iter().map(Into::into).collect(),
            concentrations: concentrations.collect(),
            suggested: view.suggested.map(|suggested| SuggestedBasis {
                basis: suggested.basis.into(),
                equal: suggested.equal.into(),
                differing: suggested.differing.into(),
            }),
            own_basis: view.own_basis.map(Into::into),
        })
    }
}

fn outcome(
    run: DayRun,
    open: &std::collections::BTreeMap<String, u64>,
    malformed: u64,
) -> Result<DayOutcome, IpcError> {
    let sum = |of: fn(&desk_store::BillSums) -> i128| Fen::sum(run.compared_bills().map(|bill| of(&bill.sums)).sum());
    let mut classes = Vec::new();
    for tally in &run.found.classes {
        classes.push(DayClass {
            open: open.get(&tally.class).copied().unwrap_or_default().into(),
            class: tally.class.clone(),
            count: tally.count.into(),
            bill_fen: Fen::sum(tally.bill_fen)?,
            local_fen: Fen::sum(tally.local_fen)?,
        });
    }
    if malformed > 0 {
        let (count, zero) = (Count::from(malformed), Fen::sum(0)?);
        let class = "malformed".to_owned();
        classes.push(DayClass { class, count, open: count, bill_fen: zero, local_fen: zero });
    }
    let own_tables = desk::own_tables(&run.found).into_iter().map(Into::into).collect();
    let own_rows = desk::own_rows(&run.found);
    Ok(DayOutcome {
        bill_rows: run.compared_bills().map(|bill| bill.sums.rows).sum::<u64>().into(),
        bill_total_fen: sum(|sums| sums.total_fen)?,
        bill_refund_fen: sum(|sums| sums.refund_fen)?,
        summary_ok: run.bills.iter().all(|bill| bill.sums.summary_ok),
        unread: run.unread().map(UnreadRows::try_from).transpose()?,
        day_cut_s: run.found.day_cut_s,
        sums: (&desk::SpanSums::of(&run)).try_into()?,
        basis: run.found.basis,
        own_tables,
        local_orders: run.found.local_orders.into(),
        local_refunds: run.found.local_refunds.into(),
        passed_over: own_rows.passed_over.into(),
        damaged_ids: own_rows.damaged_ids.into(),
        classes,
        ran_at: run.found.ran_at.into(),
        ran_by: run.found.ran_by,
    })
}

/// What is to be said.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct DaySaying {
    pub(crate) profile: String,
    /// `2026-11-20`.
    pub(crate) date: String,
    /// Of differences; without any, of the day.
    pub(crate) identities: Vec<String>,
    pub(crate) kind: DayNoteKind,
    pub(crate) text: String,
}

/// The merchant's own side of a day.
#[derive(Debug, Deserialize, specta::Type)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum DayOwn {
    /// The orders and refunds that are kept here.
    Store,
    /// What the day was compared with last.
    AsBefore,
    /// The tables that were chosen, each with how it is read.
    Tables { orders: Option<SheetMapping>, refunds: Option<SheetMapping> },
}

/// How a day is to be brought together.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct DayRequest {
    pub(crate) profile: String,
    /// `2026-11-20`.
    pub(crate) date: String,
    pub(crate) own: DayOwn,
    pub(crate) basis: DayBasis,
    pub(crate) day_cut_s: u32,
}

/// What became of a run.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayRunResult {
    /// Stopped; nothing was kept.
    pub(crate) cancelled: bool,
    /// The day is closed; nothing was kept.
    pub(crate) closed: bool,
    /// The same inputs gave the same result before.
    pub(crate) again: bool,
    /// Other bills of WeChat for the same day.
    pub(crate) other_bills: Count,
    /// Other days of which these bills settled what had waited for them.
    pub(crate) settled_days: Vec<String>,
    /// Other days that still wait for them, and why.
    pub(crate) unsettled_days: Vec<UnsettledDay>,
}

impl DayRunResult {
    /// A run that somebody stopped.
    pub(crate) fn stopped() -> Self {
        Self {
            cancelled: true,
            closed: false,
            again: false,
            other_bills: Count::from(0_u64),
            settled_days: Vec::new(),
            unsettled_days: Vec::new(),
        }
    }
}

/// What an export of differences did.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DaysExported {
    pub(crate) file_name: String,
    /// Stopped: there is no file.
    pub(crate) cancelled: bool,
}

/// What reading remarks back did.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct RemarksRead {
    pub(crate) rows: Count,
    pub(crate) remarks: Count,
    pub(crate) handled: Count,
    /// The first hundred rows that were not taken.
    pub(crate) refused: Vec<RefusedRemarkRow>,
    pub(crate) refused_count: Count,
    /// Somebody stopped it.
    pub(crate) cancelled: bool,
}

/// A row whose remark was not taken.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct RefusedRemarkRow {
    pub(crate) line: Count,
    pub(crate) refusal: Refusal,
}

const REFUSED_SHOWN: usize = 100;

impl From<desk::ReadRemarks> for RemarksRead {
    fn from(read: desk::ReadRemarks) -> Self {
        Self {
            rows: read.rows.into(),
            remarks: read.remarks.into(),
            handled: read.handled.into(),
            refused_count: read.refused.len().into(),
            cancelled: read.cancelled,
            refused: read
                .refused
                .into_iter()
                .take(REFUSED_SHOWN)
                .map(|row| RefusedRemarkRow { line: row.line.into(), refusal: (&row.why).into() })
                .collect(),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    wxpay_protocol::sign::upper_hex(bytes).to_lowercase()
}

/// The name of a file without its folder.
pub(crate) fn file_name(path: &std::path::Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
