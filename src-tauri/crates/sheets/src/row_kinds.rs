//! What the rows below a header are, told from the first to the last.

use crate::Layout;
use crate::row::{Row, RowFault};

/// What a row below the header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// An order or a refund.
    Entry,
    /// A further line of the entry above: its number is empty or the same, and it has no amount.
    Continuation,
    /// 合计 and the like.
    Total,
    /// Nothing stands in it.
    Blank,
    /// It cannot be split, or has more cells than the header.
    Broken(RowFault),
    /// It has cells behind the last column of the header, so its cells may be shifted.
    Shifted,
}

/// Tells the rows of one file one after another; it remembers the entry above, whose further lines may repeat its number.
#[derive(Debug, Default)]
pub struct RowKinds {
    number: Vec<u8>,
}

impl RowKinds {
    /// What the next row below the header is.
    pub fn next(&mut self, layout: &Layout, row: &Row<'_>) -> RowKind {
        let kind = layout.kind(row);
        let (RowKind::Entry, Some(number)) = (kind, layout.entry_number(row)) else { return kind };
        if number == self.number {
            // The same number with an amount is the entry again, which is for the reader to judge.
            return if layout.has_amount(row) { kind } else { RowKind::Continuation };
        }
        self.number.clear();
        self.number.extend_from_slice(number);
        kind
    }
}
