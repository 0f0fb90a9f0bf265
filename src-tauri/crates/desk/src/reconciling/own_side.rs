//! The merchant's own side of a day: tables, or what the store keeps.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use desk_reconcile::{Basis, Day, LocalSide, Scope, Share};
use desk_sheets::{Mapping, Table};

use super::differences::MalformedLine;
use super::kept::KeptSide;
use super::{LocalRead, ROW_BYTES_OF_ORDERS, ReconcileFault, Watch};

/// Where the merchant's orders and refunds are.
#[derive(Clone)]
pub enum OwnSide {
    /// In tables.
    Files(OwnFiles),
    /// In the store.
    Kept(KeptSide),
}

/// Tables of the merchant.
#[derive(Clone, Debug, Default)]
pub struct OwnFiles {
    /// Orders, CSV or XLSX.
    pub orders: Option<PathBuf>,
    /// Refunds, CSV or XLSX.
    pub refunds: Option<PathBuf>,
    /// Which column holds what, for both unless the refunds have their own.
    pub mapping: Mapping,
    /// Which column of the refunds holds what.
    pub refunds_mapping: Option<Mapping>,
    /// Which sheet of the refunds, by its name or its number from 1, where they have no mapping of their own.
    pub refunds_sheet: Option<String>,
}

/// What is to be read of it.
pub(super) struct OwnReading {
    pub(super) day: Day,
    pub(super) share: Arc<Share>,
    pub(super) scope: Scope,
    pub(super) basis: Basis,
}

impl OwnSide {
    pub(super) const fn has_orders(&self) -> bool {
        match self {
            Self::Files(files) => files.orders.is_some(),
            Self::Kept(_) => true,
        }
    }

    pub(super) const fn has_refunds(&self) -> bool {
        match self {
            Self::Files(files) => files.refunds.is_some(),
            Self::Kept(_) => true,
        }
    }

    /// The bytes that are read.
    pub(super) fn bytes(&self) -> Result<u64, ReconcileFault> {
        match self {
            Self::Files(_) => Ok(self.files().map(|file| length(file)).sum()),
            Self::Kept(kept) => Ok(kept.orders()? * ROW_BYTES_OF_ORDERS),
        }
    }

    /// Its tables; the store has none.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let files = match self {
            Self::Files(files) => [files.orders.as_ref(), files.refunds.as_ref()],
            Self::Kept(_) => [None, None],
        };
        files.into_iter().flatten()
    }

    /// Reads what the bills can be compared with.
    pub(super) fn read(
        &self,
        wanted: &OwnReading,
        watch: Watch<'_>,
    ) -> Result<(LocalRead, LocalSide, Vec<MalformedLine>), ReconcileFault> {
        match self {
            Self::Files(files) => files.read(wanted, watch),
            Self::Kept(kept) => kept.read(wanted, watch).map(|(read, side)| (read, side, Vec::new())),
        }
    }
}

impl OwnFiles {
    pub(super) fn table(&self, table: Table) -> Option<&Path> {
        if table == Table::Refunds { self.refunds.as_deref() } else { self.orders.as_deref() }
    }
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}
