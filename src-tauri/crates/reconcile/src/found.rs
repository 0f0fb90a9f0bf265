//! What is found while a share is judged: its sums, and the rows that differ, handed on a few thousand at a time.

use std::mem;

use crate::verdict::Verdict;
use crate::{Class, Difference, Tally};

/// So many rows that differ are kept by each core before they are handed on.
pub(crate) const PIECE_ROWS: usize = 8192;

/// Who takes the rows that differ, from every core and in no order.
pub type TakeRows<'t> = dyn Fn(Vec<Difference>) + Sync + 't;

pub(crate) struct Found<'t> {
    pub(crate) verdict: Verdict,
    rows: Vec<Difference>,
    take: &'t TakeRows<'t>,
}

impl<'t> Found<'t> {
    pub(crate) fn new(verdict: Verdict, take: &'t TakeRows<'t>) -> Self {
        Self { verdict, rows: Vec::new(), take }
    }

    /// Lists a row that differs.
    pub(crate) fn list(&mut self, row: Difference) {
        if let Some(gap_fen) = self.verdict.gaps_fen.get_mut(usize::from(row.is_refund)) {
            *gap_fen += row.gap_fen();
        }
        self.rows.push(row);
        if self.rows.len() == PIECE_ROWS {
            (self.take)(mem::take(&mut self.rows));
        }
    }

    pub(crate) fn count(
        &mut self,
        class: Class,
        (bill_rows, local_rows): (u64, u64),
        (bill_fen, local_fen): (i64, i64),
    ) {
        let (bill_fen, local_fen) = (bill_fen.into(), local_fen.into());
        self.verdict.tallies.add(class, Tally { count: 1, bill_rows, local_rows, bill_fen, local_fen });
    }

    /// Hands on what is left, and gives the sums.
    pub(crate) fn finish(self) -> Verdict {
        if !self.rows.is_empty() {
            (self.take)(self.rows);
        }
        self.verdict
    }
}
