//! A day brought together share by share, as often as the memory that it may take demands: the files are read again for each.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use desk_reconcile::{BillSide, Day, Difference, LocalSide, Scope, Seen, Share, Verdict, verdict};

use super::bills::Bills;
use super::listed::Collected;
use super::own_side::OwnReading;
use super::{
    BillsRead, DaySides, LocalRead, MalformedLine, OwnSide, ReconcileFault, Reconciled, Watch, neighbours, places,
};

/// Has the bills of a share read beside, and says where they come.
type OfBills<'b> = dyn Fn(&Arc<Share>) -> Option<&'b Receiver<Result<BillsOfShare, ReconcileFault>>> + 'b;
/// What was read of the bills of a share.
type BillsOfShare = (BillsRead, BillSide, Vec<MalformedLine>);

/// What a day may take of the memory.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// For the rows of both sides.
    pub(super) kept_bytes: usize,
    /// Rows that differ.
    pub(super) held_rows: usize,
}

/// What came of a share, but for what differs.
struct OfShare {
    bills: BillsRead,
    local: LocalRead,
    verdict: Verdict,
    malformed: Vec<MalformedLine>,
}

impl DaySides {
    /// As often as so much memory takes, the files are read again.
    pub(super) fn reconcile_within(&self, bounds: Bounds, watch: Watch<'_>) -> Result<Reconciled, ReconcileFault> {
        let day = Day::of(self.date, self.day_cut_s);
        let bills = Bills::find(self, watch.cancel)?;
        let scope = self.scope(&bills)?;
        let collected = Mutex::new(Collected::new(bounds.held_rows));
        let whole = thread::scope(|threads| {
            let (shares, wanted) = sync_channel::<Arc<Share>>(1);
            let (read, sides) = sync_channel(1);
            let bills = &bills;
            // The same thread for every share: what one gives back of its memory, another could not use.
            let reader = threads.spawn(move || {
                for share in wanted {
                    if read.send(bills.read(day, share, scope, watch)).is_err() {
                        break;
                    }
                }
            });
            let of_bills = |share: &Arc<Share>| shares.send(share.clone()).is_ok().then_some(&sides);
            let whole = self.by_shares(bounds, &of_bills, (day, scope), &collected, watch);
            drop(shares);
            // Where it panicked, no side came, which is told.
            reader.join().ok();
            whole
        });
        let OfShare { bills: read, local, mut verdict, malformed } = whole?;
        let (mut listing, waiting) = collected.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
        let settling = neighbours::Settling { sides: self, mch_id: read.mch_id.as_deref(), day, watch };
        settling.settle(bounds.held_rows, &waiting, &mut verdict, &mut listing)?;
        let differences = Arc::new(listing.finish()?);
        Ok(Reconciled { bills: read, local, verdict, differences, malformed, told: BTreeMap::new() })
    }

    fn by_shares(
        &self,
        bounds: Bounds,
        of_bills: &OfBills<'_>,
        (day, scope): (Day, Scope),
        collected: &Mutex<Collected>,
        watch: Watch<'_>,
    ) -> Result<OfShare, ReconcileFault> {
        let mut whole: Option<(OfShare, [Seen; 2])> = None;
        let mut next = Some(Share::first(bounds.kept_bytes));
        while let Some(share) = next {
            if !share.is_first() {
                (watch.on_more)(self.bytes()?);
            }
            let (found, seen) = self.share((day, scope), of_bills, &share, collected, watch)?;
            match &mut whole {
                None => whole = Some((found, seen)),
                Some((_, first)) if seen[0] != first[0] => {
                    return Err(ReconcileFault::Changed(places(self.bills.iter())));
                }
                // What the store says goes on changing; each of its orders counts once, as it was when its share was read.
                Some((_, first)) if seen[1] != first[1] && matches!(self.own, OwnSide::Files(_)) => {
                    return Err(ReconcileFault::Changed(places(self.own.files())));
                }
                Some((whole, _)) => whole.verdict.add(found.verdict),
            }
            next = share.next();
        }
        whole.map(|(whole, _)| whole).ok_or(ReconcileFault::Internal)
    }

    /// Reads both sides of one share and brings them together; what differs is collected.
    fn share(
        &self,
        (day, scope): (Day, Scope),
        of_bills: &OfBills<'_>,
        share: &Arc<Share>,
        collected: &Mutex<Collected>,
        watch: Watch<'_>,
    ) -> Result<(OfShare, [Seen; 2]), ReconcileFault> {
        let sides = of_bills(share).ok_or(ReconcileFault::Internal)?;
        let ours = self.own.read(&OwnReading { day, share: share.clone(), scope, basis: self.basis }, watch);
        let (bills, side, mut malformed) = sides.recv().map_err(|_| ReconcileFault::Internal)??;
        let (local, mut ours, ours_malformed): (LocalRead, LocalSide, Vec<MalformedLine>) = ours?;
        // The store has the orders of every day.
        if scope.payments && matches!(self.own, OwnSide::Files(_)) {
            self.beside.carry_over(day, &mut ours)?;
        }
        malformed.extend(ours_malformed);
        let seen = [side.seen(), ours.seen()];
        let list = || collected.lock().unwrap_or_else(PoisonError::into_inner);
        let take = |rows: Vec<Difference>| list().take(rows);
        let is_stopped = || watch.cancel.is_cancelled() || list().is_broken();
        match verdict(side, ours, &take, &is_stopped) {
            Some(verdict) => Ok((OfShare { bills, local, verdict, malformed }, seen)),
            None => Err(list().take_fault().unwrap_or(ReconcileFault::Cancelled)),
        }
    }
}
