//! The bills of the days beside a day, read for what waits at its edges.

use std::path::Path;

use desk_reconcile::{Day, Difference, Edge, Verdict, Waiting};
use sha2::{Digest, Sha256};
use wxpay_protocol::bill::BillRow;

use super::beside::BesideBill;
use super::bills::{each_row, open, text};
use super::listed::{Listed, Listing};
use super::{DaySides, ReconcileFault, Watch, place};
use crate::bill_files::Hashed;
use crate::progress::Cancel;

/// What settles the edges of a day.
#[derive(Clone, Copy)]
pub(super) struct Settling<'s> {
    pub(super) sides: &'s DaySides,
    pub(super) mch_id: Option<&'s str>,
    pub(super) day: Day,
    pub(super) watch: Watch<'s>,
}

impl Settling<'_> {
    /// Looks for every order that waits at midnight in the bills of the days before and after, where those are there, and lists
    /// it as what it then is; `most_rows` at once.
    pub(super) fn settle(
        self,
        most_rows: usize,
        waiting: &Listed,
        verdict: &mut Verdict,
        listing: &mut Listing,
    ) -> Result<(), ReconcileFault> {
        let mut rows = waiting.rows();
        loop {
            let mut some: Vec<Difference> = rows.by_ref().take(most_rows).collect::<Result<_, _>>()?;
            if some.is_empty() {
                return Ok(());
            }
            self.settle_some(&mut some, verdict)?;
            some.into_iter().try_for_each(|row| listing.take(row))?;
        }
    }

    fn settle_some(self, rows: &mut [Difference], verdict: &mut Verdict) -> Result<(), ReconcileFault> {
        let mut edges = Edge::BOTH.map(|edge| Edged { waiting: Waiting::of(rows, edge), whole: None });
        for bill in &self.sides.beside.bills {
            self.read(bill, &mut edges)?;
        }
        for (beside, edge) in edges.iter().zip(Edge::BOTH) {
            let has_no_bill = || self.sides.beside.without_trade.contains(&edge).then_some(true);
            let Some(is_whole) = beside.whole.or_else(has_no_bill) else { continue };
            for row in &mut *rows {
                if let Some(settled) = beside.waiting.settled(row.class, row.reason, row.number, is_whole) {
                    verdict.settle(row, settled);
                }
            }
        }
        Ok(())
    }
}

/// Looks for what waits in the bill of the day that it waits for; says whether every row of that could be read.
///
/// # Errors
///
/// The bill cannot be read, its text is no longer the one of this digest, or somebody stopped it.
pub(crate) fn settled_by(
    path: &Path,
    digest: [u8; 32],
    waiting: &mut Waiting,
    cancel: &Cancel,
) -> Result<bool, ReconcileFault> {
    let mut sum = Sha256::new();
    let mut bill = open(Hashed::new(text(path)?, Some(&mut sum)), path)?;
    each_row(&mut bill, path, cancel, |row| {
        waiting.push(row);
        Ok(())
    })?;
    let is_whole = bill.totals().malformed == 0;
    drop(bill);
    if <[u8; 32]>::from(sum.finalize()) == digest { Ok(is_whole) } else { Err(ReconcileFault::Changed(place(path))) }
}

/// One of the days beside.
struct Edged {
    waiting: Waiting,
    /// Whether a bill with its payments was there that has rows of this merchant, and whether all rows of it could be read.
    whole: Option<bool>,
}

impl Settling<'_> {
    fn read(
        self,
        BesideBill { file: path, digest }: &BesideBill,
        edges: &mut [Edged; 2],
    ) -> Result<(), ReconcileFault> {
        let mut sum = digest.map(|_| Sha256::new());
        let mut bill = open(Hashed::new(text(path)?, sum.as_mut()), path)?;
        let has_payments = bill.layout().kind().has_payments();
        if let Some(mch_id) = self.mch_id {
            bill.expect_merchant(mch_id);
        }
        let (mut edge, mut has_own) = (None, false);
        each_row(&mut bill, path, self.watch.cancel, |row| match self.day.edge_of(row.at) {
            Some(found) if *edge.get_or_insert(found) == found => {
                if self.is_own(row) {
                    has_own = true;
                    of_edge(edges, found).waiting.push(row);
                }
                Ok(())
            }
            _ => {
                let (line, at, date) = (row.line, row.at.dashed(), self.day.midnight().day());
                Err(ReconcileFault::NotBeside { place: place(path), line, at, date })
            }
        })?;
        let is_whole = bill.totals().malformed == 0;
        drop(bill);
        if sum.map(|sum| sum.finalize().into()) != *digest {
            return Err(ReconcileFault::Changed(place(path)));
        }
        // Without a readable row nobody knows whose day it is, and the bill of another sub-merchant says nothing of this one.
        if let Some(edge) = edge.filter(|_| has_payments && has_own) {
            let beside = of_edge(edges, edge);
            beside.whole = Some(beside.whole.unwrap_or(true) && is_whole);
        }
        Ok(())
    }

    /// Whether it is of the sub-merchant whose day it is; a row that names none is of the merchant itself.
    fn is_own(self, row: &BillRow<'_>) -> bool {
        self.sides.sub_mch_id.as_deref().zip(row.sub_mch_id()).is_none_or(|(own, of)| own.as_bytes() == of)
    }
}

const fn of_edge([before, after]: &mut [Edged; 2], edge: Edge) -> &mut Edged {
    match edge {
        Edge::Before => before,
        Edge::After => after,
    }
}
