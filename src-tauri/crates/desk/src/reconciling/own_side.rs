//! The merchant's own side of a day: tables, or what the store keeps.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use desk_reconcile::{Basis, Day, LocalSide, Scope, Share};
use desk_sheets::{Mapping, SheetError, Table};
use serde_json::{Value, json};

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

/// One of the tables that a day was compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnTable {
    /// What its rows are.
    pub table: Table,
    /// Where it lay.
    pub file: PathBuf,
    /// How it was read, as far as that was said; nothing of runs from before this was kept.
    pub mapping: Option<Mapping>,
}

/// What is told of the rows of a run's own tables beside their orders and refunds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnRows {
    /// Totals, blank lines and further lines of one order.
    pub passed_over: u64,
    /// Numbers that a spreadsheet damaged in rows that were found by their other number.
    pub damaged_ids: u64,
}

impl OwnRows {
    /// As [`OwnFiles::reading`] kept it; zero of runs from before it did.
    pub(crate) fn kept(kept: &str) -> Self {
        let kept: Value = serde_json::from_str(kept).unwrap_or_default();
        let count = |name: &str| kept.get(name).and_then(Value::as_u64).unwrap_or_default();
        Self { passed_over: count("passed_over"), damaged_ids: count("damaged_ids") }
    }
}

impl OwnFiles {
    /// How these tables were read, for [`OwnFiles::read_as`]: with the sheets that they stood on, also where none was named, and
    /// what [`OwnRows`] tells.
    pub(crate) fn reading(&self, read: &LocalRead) -> Result<String, SheetError> {
        let on = |sheet: &Option<String>, mapping: &Mapping| {
            Mapping { sheet: sheet.clone().or_else(|| mapping.sheet.clone()), ..mapping.clone() }.to_json()
        };
        let orders = on(&read.orders_sheet, &self.mapping)?;
        let refunds = self.refunds_mapping.as_ref().map(|own| on(&read.refunds_sheet, own)).transpose()?;
        let refunds_sheet = read.refunds_sheet.as_ref().or(self.refunds_sheet.as_ref());
        let (passed_over, damaged_ids) = (read.passed_over, read.damaged_ids);
        let kept = json!({
            "orders": orders, "refunds": refunds, "refunds_sheet": refunds_sheet,
            "passed_over": passed_over, "damaged_ids": damaged_ids,
        });
        Ok(kept.to_string())
    }

    /// These tables, read as it was kept.
    pub(crate) fn read_as(orders: Option<PathBuf>, refunds: Option<PathBuf>, kept: &str) -> Result<Self, SheetError> {
        let unreadable = |fault: serde_json::Error| SheetError::Mapping(fault.to_string());
        let kept: Value = serde_json::from_str(kept).map_err(unreadable)?;
        let text = |name: &str| kept.get(name).and_then(Value::as_str);
        let mapping = |name: &str| text(name).map(Mapping::parse).transpose();
        Ok(Self {
            orders,
            refunds,
            mapping: mapping("orders")?.unwrap_or_default(),
            refunds_mapping: mapping("refunds")?,
            refunds_sheet: text("refunds_sheet").map(str::to_owned),
        })
    }

    /// What was said of how a table is read.
    fn mapping_of(&self, table: Table) -> Mapping {
        match (table, &self.refunds_mapping) {
            (Table::Orders, _) => self.mapping.clone(),
            (Table::Refunds, Some(own)) => own.clone(),
            // One mapping serves both tables, and names its sheet for the orders.
            (Table::Refunds, None) => Mapping { sheet: self.refunds_sheet.clone(), ..self.mapping.clone() },
        }
    }

    /// The tables that are there, each with how it is read.
    pub(crate) fn tables(&self) -> Vec<OwnTable> {
        let one = |table, file: &Option<PathBuf>| {
            file.clone().map(|file| OwnTable { table, file, mapping: Some(self.mapping_of(table)) })
        };
        [one(Table::Orders, &self.orders), one(Table::Refunds, &self.refunds)].into_iter().flatten().collect()
    }

    pub(super) fn table(&self, table: Table) -> Option<&Path> {
        if table == Table::Refunds { self.refunds.as_deref() } else { self.orders.as_deref() }
    }
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}
