//! Rows of the bills read again: those that stand at some places, or all.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Cursor;
use std::path::PathBuf;

use desk_reconcile::BillPlace;
use wxpay_protocol::bill::{BillLine, BillRow};

use super::bills::{each_row, is_compared, open, open_trades};
use super::raw_lines::LinesByOffset;
use super::{ReconcileFault, place};
use crate::progress::Cancel;

/// Bills whose rows are looked up again, which costs least from their front to their back.
pub(super) struct BillRows<'f> {
    files: &'f [PathBuf],
    /// Those that were begun, by their numbers.
    begun: HashMap<usize, LinesByOffset>,
}

impl<'f> BillRows<'f> {
    pub(super) fn new(files: &'f [PathBuf]) -> Self {
        Self { files, begun: HashMap::new() }
    }

    /// Hands out the rows at these places, once each, every file from its front to its back.
    pub(super) fn again(
        &mut self,
        mut wanted: Vec<BillPlace>,
        cancel: &Cancel,
        mut each: impl FnMut(BillPlace, &BillRow<'_>),
    ) -> Result<(), ReconcileFault> {
        wanted.sort_unstable_by_key(|at| (at.file, at.offset));
        wanted.dedup();
        for some in wanted.chunk_by(|one, next| one.file == next.file) {
            let Some((file, path)) = some.first().and_then(|at| Some((at.file, self.files.get(at.file)?))) else {
                continue;
            };
            let unreadable = |cause| ReconcileFault::Unreadable { place: place(path), cause };
            let text = match self.begun.entry(file) {
                Entry::Occupied(text) => text.into_mut(),
                Entry::Vacant(none) => none.insert(LinesByOffset::open(path).map_err(unreadable)?),
            };
            let offsets: Vec<u64> = some.iter().map(|at| at.offset).collect();
            let lines = text.lines(&offsets, cancel).map_err(unreadable)?;
            let refused = |cause| ReconcileFault::Bill { place: place(path), cause };
            let mut bill = open(Cursor::new(lines), path)?;
            for at in some {
                if let Some(BillLine::Row(row)) = bill.next_line().map_err(refused)? {
                    each(*at, &row);
                }
            }
        }
        Ok(())
    }
}

/// Hands out every readable row of the bills whose rows are compared, every file from its front to its back.
pub(super) fn all(
    files: &[PathBuf],
    cancel: &Cancel,
    mut each: impl FnMut(BillPlace, &BillRow<'_>) -> Result<(), ReconcileFault>,
) -> Result<(), ReconcileFault> {
    for (file, path) in files.iter().enumerate() {
        let mut bill = open_trades(path)?;
        if !is_compared(bill.layout().kind()) {
            continue;
        }
        each_row(&mut bill, path, cancel, |row| each(BillPlace { file, line: row.line, offset: row.offset }, row))?;
    }
    Ok(())
}
