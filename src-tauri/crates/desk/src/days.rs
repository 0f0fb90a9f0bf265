//! Working with days: bringing one together and keeping what came of it, where days stand, and what people say to them.

mod basis;
mod bills_seen;
mod doubts;
mod draft;
mod exporting;
mod fees;
mod found;
mod matched;
mod remarks;
mod report;
mod report_table;
mod settling;
mod table;
mod viewing;
mod waiting;
mod walk;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use desk_store::{
    BillKept, BillSums, DayBill, DifferenceFilter, NewDayBill, NewDayNote, NewDifference, NewNotes, NewRun, NoteKind,
    RunBegun, RunFindings, SaidOfMany, UnreadSums,
};
use wxpay_protocol::UtcMs;

use crate::changes::Tag;
use crate::desk::Inner;
use crate::progress::{ByteMeter, Cancel, Meter, OnProgress};
use crate::reconciling::{OneBill, Parts, bill_digest, file_digest};
use crate::{DaySides, Desk, DeskError, OwnSide, ReconcileFault, Reconciled, Watch};

pub use basis::{SuggestedBasis, own_rows, own_tables};
pub use doubts::{AskedDifferences, question_about};
pub use exporting::SpanExport;
pub use fees::FeePage;
pub(crate) use found::each_found;
pub use matched::{MatchedPage, MatchedRow};
pub use remarks::{ReadRemarks, RefusedRemark, RemarkRefusal, parse_identity};
pub use report::{LeftDifference, LeftPage, ReportedDay, SideSums, SpanReport, SpanSums};
pub use table::reason_text;
pub(crate) use table::{IDENTITY, OUT_REFUND_NO, UNVERIFIED, class_words, field_words, state_words};
pub use viewing::{AGES_DAYS, Aging, DayView, PeriodView, age_bound_days, days_due};
pub(crate) use waiting::NewBill;
pub use waiting::{BesideFault, SettledBeside};

/// The word for the store, where a file of the merchant could stand.
const STORE: &str = "store";
/// So many differences are read or written at once: few enough that a notice never waits for them.
const AT_ONCE: usize = 2_000;

/// What of a day is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayKept {
    /// Its run; nothing where the day is closed, so that nothing was kept.
    pub run: Option<i64>,
    /// The same inputs gave the same result before.
    pub is_again: bool,
    /// Other bills that WeChat gave for this day: one of them is no longer what it was.
    pub other_bills: Vec<DayBill>,
    /// When WeChat said that there is no such bill any more, which stays an alarm although one was compared.
    pub denied_at: Option<UtcMs>,
    /// The days before and after, where something waited for the bills of this one.
    pub settled_beside: SettledBeside,
}

impl Desk {
    /// Brings a day together and keeps what came of it. Told in bytes of the files. Without a bill it is compared with WeChat's word
    /// that nothing was traded.
    ///
    /// # Errors
    ///
    /// There is neither a bill nor that word, or what [`DaySides::reconcile`] says; nothing is kept then.
    pub async fn reconcile_day(
        &self,
        profile: &str,
        sides: DaySides,
        progress: OnProgress,
        cancel: &Cancel,
    ) -> Result<DayKept, DeskError> {
        let (profile, cancel) = (profile.to_owned(), cancel.clone());
        let kept = self
            .blocking(move |inner| {
                let mut sides = sides;
                let of = inner.profile(&profile)?;
                sides.mch_id = Some(of.mch_id.to_string());
                sides.sub_mch_id = of.sub_mch_id.map(|sub_mch_id| sub_mch_id.to_string());
                if sides.bills.is_empty() {
                    inner.no_trade(&profile, sides.date)?;
                }
                if sides.beside.is_empty() {
                    sides.beside = inner.beside(&profile, sides.date, &cancel)?;
                }
                let meter = ByteMeter::new(sides.bytes()?, progress);
                let (on_bytes, on_more) = (|bytes| meter.add(bytes), |bytes| meter.expect(bytes));
                let found = sides.reconcile(Watch { on_bytes: &on_bytes, on_more: &on_more, cancel: &cancel })?;
                let kept = inner.keep_day(&profile, &sides, &found, &cancel)?;
                meter.finish();
                Ok(kept)
            })
            .await?;
        self.inner.changes.note(Tag::Days, []);
        Ok(kept)
    }

    /// Keeps what came of a day that was brought together already. Stopped before the end it keeps no run.
    pub async fn keep_day(
        &self,
        profile: &str,
        sides: &DaySides,
        found: &Arc<Reconciled>,
        cancel: &Cancel,
    ) -> Result<DayKept, DeskError> {
        let (profile, sides, found) = (profile.to_owned(), sides.clone(), Arc::clone(found));
        let cancel = cancel.clone();
        let kept = self.blocking(move |inner| inner.keep_day(&profile, &sides, &found, &cancel)).await?;
        self.inner.changes.note(Tag::Days, []);
        Ok(kept)
    }

    /// Says something to differences of a day, or, without any, to the day itself; all of it or nothing.
    pub async fn say_of_day(
        &self,
        profile: &str,
        date: UtcMs,
        identities: &[[u8; 16]],
        kind: NoteKind,
        text: &str,
    ) -> Result<(), DeskError> {
        let about: Vec<Option<[u8; 16]>> =
            if identities.is_empty() { vec![None] } else { identities.iter().copied().map(Some).collect() };
        let (said_by, said_at) = (operator(), self.now());
        let notes = about
            .into_iter()
            .map(|identity| NewDayNote {
                profile: profile.to_owned(),
                date: date.start_of_day(),
                identity,
                kind,
                said_by: said_by.clone(),
                said_at,
                text: text.to_owned(),
            })
            .collect();
        self.blocking(move |inner| Ok(inner.store.say(notes)?)).await?;
        self.inner.changes.note(Tag::Days, []);
        Ok(())
    }
}

impl Desk {
    /// Says something to every difference of the run that counts for a day that fits a filter and that it can be said to, and to
    /// none where these are not as many as were `shown`. Told in differences. Stopped, or closed or run anew meanwhile, what was
    /// said by then stays.
    pub async fn say_of_many(
        &self,
        (profile, date): (&str, UtcMs),
        filter: DifferenceFilter,
        (kind, text): (NoteKind, &str),
        shown: Option<u64>,
        progress: OnProgress,
        cancel: &Cancel,
    ) -> Result<SaidOfMany, DeskError> {
        let new = NewNotes {
            profile: profile.to_owned(),
            date: date.start_of_day(),
            filter,
            shown,
            kind,
            said_by: operator(),
            said_at: self.now(),
            text: text.to_owned(),
        };
        let (mut meter, cancel) = (Meter::new(0, progress), cancel.clone());
        let on_done = move |done, total| {
            meter.set(done, total);
            if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let said = self.blocking(move |inner| Ok(inner.store.say_of_many(&new, on_done)?)).await;
        // Also where it failed, some of it may have been said.
        self.inner.changes.note(Tag::Days, []);
        said
    }
}

/// Who works at this machine, by the name that the system gives.
pub(crate) fn operator() -> String {
    let name = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "—".to_owned())
}

impl Inner {
    fn keep_day(
        &self,
        profile: &str,
        sides: &DaySides,
        found: &Reconciled,
        cancel: &Cancel,
    ) -> Result<DayKept, DeskError> {
        let digests = bill_digests(found, cancel)?;
        let parts = digests
            .iter()
            .fold(Parts::new().add(profile).add(sides.date.day()), Parts::add)
            .add(sides.basis.name())
            .number(sides.day_cut_s);
        let parts = match &sides.own {
            OwnSide::Files(files) => {
                side(side(parts, files.orders.as_deref(), cancel)?, files.refunds.as_deref(), cancel)?
            }
            // What is verified since is told as such, so it is another run.
            OwnSide::Kept(_) => parts.add(STORE).number(found.local.claims),
        };
        let (mut bills, other_bills) = self.keep_bills(profile, sides.date.start_of_day(), found, &digests)?;
        let denied = self.denied(profile, sides.date.start_of_day(), &bills)?;
        let parts = denied.iter().fold(parts, |parts, none| parts.add("none").add(&none.kind));
        let denied_at = denied.iter().map(|none| none.heard_at).max();
        bills.extend(denied);
        let ids: Vec<i64> = bills.iter().map(|bill| bill.id).collect();
        let new = self.new_run(profile, sides, found, &ids, found.add_to(parts)?)?;
        let (run, is_again) = match self.store.begin_run(new)? {
            RunBegun::Again(run) => (Some(run), true),
            RunBegun::Closed => (None, false),
            RunBegun::New(run) => {
                let kept = self.keep_differences(run, (sides, found), &ids, cancel);
                if let Err(fault) = kept.and_then(|()| self.keep_fees(run, found, &ids, cancel)) {
                    self.store.abandon_run(run)?;
                    return Err(fault);
                }
                self.store.complete_run(run)?;
                (Some(run), false)
            }
        };
        if run.is_some() {
            self.keep_told(profile, sides, found, cancel)?;
        }
        let read = found.bills.files.iter().zip(&found.bills.each).zip(digests);
        let payments = read.filter(|((_, bill), _)| bill.kind.has_payments());
        let payments: Vec<NewBill<'_>> = payments.map(|((file, _), digest)| NewBill { file, digest }).collect();
        let settled_beside = if payments.is_empty() {
            SettledBeside::default()
        } else {
            self.settle_beside(profile, sides.date, &payments, cancel)
        };
        Ok(DayKept { run, is_again, other_bills, denied_at, settled_beside })
    }

    /// Notes the bills; gives them in the order of the files, and the other ones that are known for the day.
    fn keep_bills(
        &self,
        profile: &str,
        date: UtcMs,
        found: &Reconciled,
        digests: &[[u8; 32]],
    ) -> Result<(Vec<DayBill>, Vec<DayBill>), DeskError> {
        let (mut bills, mut others) = (Vec::new(), Vec::new());
        for ((path, bill), digest) in found.bills.files.iter().zip(&found.bills.each).zip(digests) {
            let kept = self.keep_bill(profile, date, bill, *digest, path, false)?;
            bills.push(kept.bill);
            others.extend(kept.others);
        }
        if bills.is_empty() {
            bills.push(self.no_trade(profile, date)?);
        }
        others.retain(|other| bills.iter().all(|bill| bill.id != other.id));
        Ok((bills, others))
    }

    /// WeChat's word that there is no such bill, which it gave last and which counts more than these: whoever compares them all the
    /// same knew it.
    fn denied(&self, profile: &str, date: UtcMs, bills: &[DayBill]) -> Result<Vec<DayBill>, DeskError> {
        let known = self.store.day_bills(profile, date)?;
        let denies = |none: &&DayBill| {
            none.is_none()
                && bills.iter().any(|bill| none.is_after(bill))
                && known.iter().any(|before| none.is_later_than(before))
                && !known.iter().any(|later| later.is_after(none))
        };
        Ok(known.iter().filter(denies).cloned().collect())
    }

    /// Notes one bill of a day, which WeChat gave just now or somebody's file says.
    pub(crate) fn keep_bill(
        &self,
        profile: &str,
        date: UtcMs,
        bill: &OneBill,
        digest: [u8; 32],
        path: &Path,
        fetched: bool,
    ) -> Result<BillKept, DeskError> {
        let (sums, unread) = (bill.totals.sums, bill.totals.unread);
        Ok(self.store.keep_bill(NewDayBill {
            profile: profile.to_owned(),
            date: date.start_of_day(),
            kind: bill.kind.as_str(),
            columns: u32::try_from(bill.columns).unwrap_or(u32::MAX),
            digest,
            sums: BillSums {
                rows: sums.rows,
                payments: bill.totals.payments,
                refunds: bill.totals.refunds,
                malformed: bill.totals.malformed,
                summary_ok: bill.totals.summary_ok,
                total_fen: sums.total_fee,
                settle_fen: sums.settlement_total_fee,
                refund_fen: sums.settlement_refund_fee,
                fee_milli_fen: sums.fee_milli_fen,
                unread: (unread.rows > 0).then_some(UnreadSums {
                    rows: unread.rows,
                    total_fen: unread.total_fee,
                    refund_fen: unread.settlement_refund_fee,
                }),
            },
            seen_at: self.clock.now(),
            fetched,
            file: std::path::absolute(path).ok().map(|path| path.display().to_string()),
        })?)
    }

    fn new_run(
        &self,
        profile: &str,
        sides: &DaySides,
        found: &Reconciled,
        bills: &[i64],
        digest: [u8; 32],
    ) -> Result<NewRun, DeskError> {
        // A file is found again from any folder.
        let name = |path: &Option<PathBuf>| {
            path.as_ref().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string())
        };
        let (orders, refunds, own_reading) = match &sides.own {
            OwnSide::Files(files) => (name(&files.orders), name(&files.refunds), Some(files.reading(&found.local)?)),
            OwnSide::Kept(_) => (Some(STORE.to_owned()), Some(STORE.to_owned()), None),
        };
        let [payments_gap_fen, refunds_gap_fen] = found.verdict.gaps_fen;
        let verdict = &found.verdict;
        Ok(NewRun {
            profile: profile.to_owned(),
            date: sides.date.start_of_day(),
            digest,
            bills: bills.to_vec(),
            found: RunFindings {
                basis: sides.basis.name().to_owned(),
                day_cut_s: sides.day_cut_s,
                orders,
                refunds,
                own_reading,
                balanced: found.is_balanced(),
                differences: found.difference_count(),
                malformed: found.malformed_count(),
                local_orders: found.local.orders,
                local_refunds: found.local.refunds,
                out_of_scope: verdict.out_of_scope,
                not_compared: verdict.not_compared,
                time_marked: verdict.time_marked,
                fee_count: verdict.fees.count,
                fee_milli_fen: found.fee_difference().milli_fen(),
                payments_gap_fen,
                refunds_gap_fen,
                classes: found.tallies(),
                ran_at: self.clock.now(),
                ran_by: operator(),
            },
        })
    }

    fn keep_differences(
        &self,
        run: i64,
        (sides, found): (&DaySides, &Reconciled),
        bills: &[i64],
        cancel: &Cancel,
    ) -> Result<(), DeskError> {
        let mut batch: Vec<NewDifference> = Vec::with_capacity(AT_ONCE);
        let mut failed = None;
        let each = found.each_kept(sides, bills, cancel, |row| {
            batch.push(row);
            if batch.len() < AT_ONCE {
                return Ok(());
            }
            self.store.add_differences(run, std::mem::take(&mut batch)).map_err(|fault| {
                failed = Some(fault);
                ReconcileFault::Internal
            })
        });
        if let Some(fault) = failed {
            return Err(fault.into());
        }
        each?;
        Ok(self.store.add_differences(run, batch)?)
    }
}

/// Adds the merchant's own side to a digest.
fn side(parts: Parts, path: Option<&Path>, cancel: &Cancel) -> Result<Parts, ReconcileFault> {
    Ok(match path {
        None => parts.add("none"),
        Some(path) => parts.add(file_digest(path, cancel).map_err(|cause| unreadable(path, cause, cancel))?),
    })
}

/// SHA-256 of each bill's text: as it was when it was read, or read now where nobody knew yet that the day would be kept.
fn bill_digests(found: &Reconciled, cancel: &Cancel) -> Result<Vec<[u8; 32]>, ReconcileFault> {
    let files = &found.bills.files;
    if found.bills.digests.len() == files.len() {
        return Ok(found.bills.digests.clone());
    }
    files.iter().map(|path| bill_digest(path, cancel).map_err(|cause| unreadable(path, cause, cancel))).collect()
}

fn unreadable(path: &Path, cause: std::io::Error, cancel: &Cancel) -> ReconcileFault {
    if cancel.is_cancelled() {
        return ReconcileFault::Cancelled;
    }
    ReconcileFault::Unreadable { place: path.display().to_string(), cause }
}
