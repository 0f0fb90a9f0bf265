//! Rows of days that are gone through: how far that is, until somebody stops it.

use crate::progress::{Cancel, Meter, OnProgress};
use crate::{DeskError, ReconcileFault};

/// Counts the rows that were gone through.
pub(super) struct Walk<'w> {
    meter: Meter,
    rows: u64,
    total: u64,
    cancel: &'w Cancel,
}

impl<'w> Walk<'w> {
    /// Of how many rows is not known yet.
    pub(super) fn new(progress: OnProgress, cancel: &'w Cancel) -> Self {
        Self { meter: Meter::new(0, progress), rows: 0, total: 0, cancel }
    }

    /// Who may stop it.
    pub(super) const fn cancel(&self) -> &'w Cancel {
        self.cancel
    }

    /// So many rows are to be gone through.
    pub(super) fn expect(&mut self, rows: u64) -> Result<(), DeskError> {
        self.total = rows;
        self.step(0)
    }

    /// So many more were gone through.
    pub(super) fn step(&mut self, rows: u64) -> Result<(), DeskError> {
        self.rows += rows;
        self.meter.set(self.rows.min(self.total), self.total);
        if self.cancel.is_cancelled() { Err(ReconcileFault::Cancelled.into()) } else { Ok(()) }
    }

    /// All of it is done.
    pub(super) fn finish(&mut self) {
        self.meter.set(self.total, self.total);
    }
}
