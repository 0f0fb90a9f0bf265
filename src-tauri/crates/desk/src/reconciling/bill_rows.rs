//! Rows of the bills read again: those that stand at some places, or all.

use std::io::Cursor;
use std::path::PathBuf;

use desk_reconcile::BillPlace;
use wxpay_protocol::bill::{BillLine, BillRow};

use super::bills::{each_row, is_compared, open, open_trades};
use super::{ReconcileFault, place, raw_lines};
use crate::progress::Cancel;

/// Hands out the rows at these places, once each, every file from its front to its back.
pub(super) fn again(
    files: &[PathBuf],
    mut wanted: Vec<BillPlace>,
    cancel: &Cancel,
    mut each: impl FnMut(BillPlace, &BillRow<'_>),
) -> Result<(), ReconcileFault> {
    wanted.sort_unstable_by_key(|at| (at.file, at.offset));
    wanted.dedup();
    for some in wanted.chunk_by(|one, next| one.file == next.file) {
        let Some(path) = some.first().and_then(|at| files.get(at.file)) else { continue };
        let offsets: Vec<u64> = some.iter().map(|at| at.offset).collect();
        let lines = raw_lines::at_offsets(path, &offsets, cancel)
            .map_err(|cause| ReconcileFault::Unreadable { place: place(path), cause })?;
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
