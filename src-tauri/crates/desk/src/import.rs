//! Importing the merchant's own orders from CSV or XLSX: claims, never evidence.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use desk_sheets::{
    Extent, Field, Head, Layout, Mapping, Preview, Row, RowKind, RowKinds, Sheet, SheetError, Table, Unit,
};
use desk_store::{ImportCounts, NewClaim, Profile, RefusedImport};

use crate::changes::Tag;
use crate::claims::Claims;
use crate::desk::Inner;
use crate::progress::{Cancel, Meter, OnProgress};
use crate::refusals::{Refusals, RefusedRow};
use crate::refused_file::RefusedFile;
use crate::row_refusal::RowRefusal;
use crate::{Desk, DeskError};

/// Claims that are read ahead of the store: so many that reading never stands still while a batch is written.
const AHEAD: usize = 32_768;

/// A file to be imported.
#[derive(Clone, Debug)]
pub struct Import {
    /// The profile that the orders belong to.
    pub profile: String,
    /// The file: CSV in any of its encodings, or XLSX.
    pub file: PathBuf,
    /// Which sheet of a workbook, by its name or its number from 1; else as the mapping says.
    pub sheet: Option<String>,
    /// Which column holds what; without one, the mapping saved for the merchant if the file has its columns.
    pub mapping: Option<Mapping>,
    /// What amounts count, where the header does not say.
    pub unit: Option<Unit>,
    /// Where refused rows are written; if not said, beside the file, or in the data folder where that takes none.
    pub refused_file: Option<PathBuf>,
}

impl Import {
    /// A file as it is, everything else as the file or the saved mapping says.
    pub fn of(profile: impl Into<String>, file: impl Into<PathBuf>) -> Self {
        let (profile, file) = (profile.into(), file.into());
        Self { profile, file, sheet: None, mapping: None, unit: None, refused_file: None }
    }
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Orders that are new here.
    pub added: u64,
    /// Orders that were known; the file says something new of them, which is kept beside the evidence.
    pub known: u64,
    /// Orders of which the file says nothing new.
    pub unchanged: u64,
    /// How many rows were not taken.
    pub refused_count: u64,
    /// The first thousand of them, each with its line and reason.
    pub refused: Vec<RefusedRow>,
    /// Where all of them stand with their cells, if there are any.
    pub refused_file: Option<PathBuf>,
    /// Further lines of an order, which say nothing of the order itself.
    pub further_lines: u64,
    /// Lines of totals.
    pub totals_lines: u64,
    /// Whether it was stopped before the end; what was committed stays.
    pub cancelled: bool,
}

/// What a file would be read as, before anything is imported.
#[derive(Debug)]
pub struct ImportPreview {
    /// Its shape, first rows and what is still to be said.
    pub preview: Preview,
    /// `UTF-8`, `UTF-16`, `GBK` or `XLSX`.
    pub encoding: &'static str,
    /// The sheets of a workbook.
    pub sheet_names: Vec<String>,
    /// Whether the mapping is the one that was saved for the merchant.
    pub is_saved_mapping: bool,
}

fn open(path: &Path) -> Result<Sheet<File>, DeskError> {
    let unreadable = |fault| DeskError::malformed(format!("{} cannot be read: {fault}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(DeskError::malformed(format!("{} is not a file", path.display())));
    }
    Ok(Sheet::open(file)?)
}

/// Whether the file has the columns of a mapping: a saved one is of one export, and a file of another shape is read by its own
/// titles.
fn is_fitting(table: Table, mapping: &Mapping, head: &Head) -> bool {
    !matches!(Layout::new(head, table, mapping), Err(SheetError::NoSuchTitle { .. }))
}

impl Desk {
    /// Shows how a file of orders would be read.
    pub async fn preview_import(&self, import: Import) -> Result<ImportPreview, DeskError> {
        let mut shown = self.preview_table(Table::Orders, import).await?;
        let has_amount = shown.preview.columns.iter().any(|column| column.field == Some(Field::TotalFee));
        if shown.preview.problem.is_none() && !has_amount {
            shown.preview.problem = Some(SheetError::NoOrderAmount);
        }
        Ok(shown)
    }

    /// Shows how a file of orders or refunds would be read.
    pub async fn preview_table(&self, table: Table, import: Import) -> Result<ImportPreview, DeskError> {
        self.blocking(move |inner| {
            let profile = inner.profile(&import.profile)?;
            let mut sheet = open(&import.file)?;
            let (head, mapping, is_saved_mapping) = inner.said_of(&mut sheet, (&profile, table), &import)?;
            Ok(ImportPreview {
                preview: Preview::of(&head, table, &mapping),
                encoding: sheet.form().encoding(),
                sheet_names: sheet.sheet_names().to_vec(),
                is_saved_mapping,
            })
        })
        .await
    }

    /// The mapping that was saved for a profile's merchant, if this file of orders has its columns.
    pub async fn mapping_for(
        &self,
        profile: &str,
        orders: &Path,
        sheet: Option<&str>,
    ) -> Result<Option<Mapping>, DeskError> {
        let import = Import { sheet: sheet.map(str::to_owned), ..Import::of(profile, orders) };
        self.blocking(move |inner| {
            let profile = inner.profile(&import.profile)?;
            let (_, mapping, is_saved) = inner.said_of(&mut open(&import.file)?, (&profile, Table::Orders), &import)?;
            Ok(is_saved.then_some(mapping))
        })
        .await
    }

    /// Imports orders. The same file again changes nothing. What was committed before a failure or a cancel stays.
    pub async fn import_orders(
        &self,
        import: Import,
        progress: OnProgress,
        cancel: &Cancel,
    ) -> Result<Imported, DeskError> {
        let cancel = cancel.clone();
        let imported = self
            .blocking(move |inner| {
                let mut sheet = open(&import.file)?;
                let profile = inner.profile(&import.profile)?;
                let (head, mapping, _) = inner.said_of(&mut sheet, (&profile, Table::Orders), &import)?;
                let layout = Layout::new(&head, Table::Orders, &mapping)?;
                let claims = Claims::new(profile, layout, inner.clock.now())?;
                let refused = RefusedFile::of(&import.file, import.refused_file.as_deref(), &inner.data_dir)?;
                Importing { inner, claims, refusals: Refusals::new(refused), read: Read::default(), cancel }
                    .run(&mut sheet, progress)
            })
            .await;
        self.inner.changes.note(Tag::Orders, []);
        self.inner.polling.wake();
        imported
    }
}

impl Inner {
    /// The first rows of the sheet that is meant, and what is said of it: the mapping that was given, else the saved one if the
    /// file has its columns, which the last answer tells.
    fn said_of(
        &self,
        sheet: &mut Sheet<File>,
        (profile, table): (&Profile, Table),
        import: &Import,
    ) -> Result<(Head, Mapping, bool), DeskError> {
        let given = import.mapping.is_some();
        let mapping = if given { import.mapping.clone() } else { self.saved_mapping(&profile.mch_id, table)? };
        let is_saved = !given && mapping.is_some();
        let mut mapping = mapping.unwrap_or_default();
        if let Some(named) = &import.sheet {
            mapping.sheet = Some(named.clone());
        }
        if let Some(named) = &mapping.sheet {
            match sheet.choose_named(named) {
                // The next file need not have the sheet that was saved with the mapping.
                Err(SheetError::NoSuchSheet { .. }) if !given && import.sheet.is_none() => mapping.sheet = None,
                chosen => chosen?,
            }
        }
        let mut head = sheet.head()?;
        let mut is_taken = !is_saved || is_fitting(table, &mapping, &head);
        if !is_taken && import.sheet.is_none() && mapping.sheet.take().is_some() {
            // Nor need that sheet be the one with the orders.
            sheet.choose_sheet(0);
            head = sheet.head()?;
            is_taken = is_fitting(table, &mapping, &head);
        }
        if !is_taken {
            mapping = Mapping { sheet: mapping.sheet, ..Mapping::default() };
        }
        mapping.unit = import.unit.or(mapping.unit);
        Ok((head, mapping, is_saved && is_taken))
    }
}

/// How far the file was read.
#[derive(Default)]
struct Read {
    rows: AtomicU64,
    at: AtomicU64,
    further_lines: AtomicU64,
    totals_lines: AtomicU64,
}

impl Read {
    /// The rows that the file will have had, at the width of those that were read.
    fn rows_expected(&self, extent: Extent) -> u64 {
        let rows = self.rows.load(Ordering::Relaxed);
        let (Extent::Bytes(all) | Extent::Rows(all)) = extent;
        let at = self.at.load(Ordering::Relaxed).max(1);
        u64::try_from(u128::from(rows) * u128::from(all.max(at)) / u128::from(at)).unwrap_or(rows)
    }
}

struct Importing<'i> {
    inner: &'i Inner,
    claims: Claims,
    refusals: Refusals,
    read: Read,
    cancel: Cancel,
}

impl Importing<'_> {
    /// Another thread reads and checks rows while this one writes.
    fn run(self, sheet: &mut Sheet<File>, progress: OnProgress) -> Result<Imported, DeskError> {
        let extent = sheet.extent();
        let (sender, receiver) = sync_channel(AHEAD);
        let (counts, read) = std::thread::scope(|scope| {
            let this = &self;
            // The sender ends with the reading, and with it the stream of claims.
            let reading = scope.spawn(move || this.read_rows(sheet, &sender));
            let counts = self.write(receiver, extent, progress);
            (counts, reading.join().map_err(|_| DeskError::Internal("reading the file")))
        });
        let counts = counts?;
        read??;
        let refused = self.refusals.finish(!self.cancel.is_cancelled())?;
        Ok(Imported {
            added: counts.inserted,
            known: counts.changed,
            unchanged: counts.same,
            refused_count: refused.count,
            refused: refused.first,
            refused_file: refused.file,
            further_lines: self.read.further_lines.load(Ordering::Relaxed),
            totals_lines: self.read.totals_lines.load(Ordering::Relaxed),
            cancelled: self.cancel.is_cancelled(),
        })
    }
    /// Sends the claims of the file until it ends, somebody cancels, or nobody takes them any more.
    fn read_rows(&self, sheet: &mut Sheet<File>, sender: &SyncSender<NewClaim>) -> Result<(), DeskError> {
        let (mut failed, mut kinds) = (None, RowKinds::default());
        sheet.each(|row| {
            if self.cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
            self.read.rows.fetch_add(1, Ordering::Relaxed);
            self.read.at.store(row.at(), Ordering::Relaxed);
            if row.line() <= self.claims.layout().header_line() {
                return ControlFlow::Continue(());
            }
            match self.take(kinds.next(self.claims.layout(), row), row) {
                Ok(None) => ControlFlow::Continue(()),
                // The other side takes no more when it was cancelled or failed; it says so itself.
                Ok(Some(claim)) => sender.send(claim).map_or(ControlFlow::Break(()), ControlFlow::Continue),
                Err(fault) => {
                    failed = Some(fault);
                    ControlFlow::Break(())
                }
            }
        })?;
        failed.map_or(Ok(()), Err)
    }

    fn take(&self, kind: RowKind, row: &Row<'_>) -> Result<Option<NewClaim>, DeskError> {
        let why = match kind {
            RowKind::Blank => return Ok(None),
            RowKind::Continuation => {
                self.read.further_lines.fetch_add(1, Ordering::Relaxed);
                return Ok(None);
            }
            RowKind::Total => {
                self.read.totals_lines.fetch_add(1, Ordering::Relaxed);
                return Ok(None);
            }
            RowKind::Broken(fault) => RowRefusal::Broken(fault),
            RowKind::Shifted => RowRefusal::Shifted,
            RowKind::Entry => match self.claims.claim(row) {
                Ok(claim) => return Ok(Some(claim)),
                Err(why) => why,
            },
        };
        self.refusals.refuse(row, why).map(|()| None)
    }

    fn write(
        &self,
        receiver: Receiver<NewClaim>,
        extent: Extent,
        progress: OnProgress,
    ) -> Result<ImportCounts, DeskError> {
        let mut meter = Meter::new(0, progress);
        let mut failed = None;
        let counts = self.inner.store.import(receiver, |counts, refused| {
            let done = counts.total() + self.refusals.count_of_rows();
            meter.set(done, self.read.rows_expected(extent).max(done));
            self.inner.changes.note(Tag::Orders, []);
            match refused.into_iter().try_for_each(|order| self.refuse_taken(&order)) {
                Ok(()) if self.cancel.is_cancelled() => ControlFlow::Break(()),
                Ok(()) => ControlFlow::Continue(()),
                Err(fault) => {
                    failed = Some(fault);
                    ControlFlow::Break(())
                }
            }
        })?;
        let done = counts.total() + self.refusals.count_of_rows();
        meter.set(done, done);
        failed.map_or(Ok(counts), Err)
    }

    fn refuse_taken(&self, order: &RefusedImport) -> Result<(), DeskError> {
        let line = order.raw.as_deref().and_then(|raw| raw.strip_prefix("line ")).and_then(|line| line.parse().ok());
        self.refusals.refuse_number(
            line.unwrap_or(0),
            order.out_trade_no.as_str(),
            RowRefusal::OtherProfile(order.profile.clone()),
        )
    }
}
