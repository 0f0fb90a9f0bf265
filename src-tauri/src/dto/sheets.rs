//! Files of orders: how one would be read, what a person says about it, and what came of it.

use desk::sheets::{Field, Mapping, TimeForm, Unit};
use serde::{Deserialize, Serialize};

use crate::dto::number::Count;
use crate::dto::orders::AmountUnit;
use crate::dto::refusal::Refusal;
use crate::error::IpcError;

/// Refused rows that are shown one by one; all of them stand in the file beside.
const REFUSED_SHOWN: usize = 100;

mirrored! {
    /// How times are written.
    SheetTime of TimeForm {
        /// Year, month, day.
        Written = "written",
        /// Seconds since 1970.
        UnixSeconds = "unix_seconds",
        /// Milliseconds since 1970.
        UnixMilliseconds = "unix_milliseconds",
        /// Days as a spreadsheet counts them.
        ExcelDays = "excel_days",
    }
}

impl From<Unit> for AmountUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Fen => Self::Fen,
            Unit::Yuan => Self::Yuan,
        }
    }
}

impl From<AmountUnit> for Unit {
    fn from(unit: AmountUnit) -> Self {
        match unit {
            AmountUnit::Fen => Self::Fen,
            AmountUnit::Yuan => Self::Yuan,
        }
    }
}

/// The title that a field stands under.
#[derive(Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct MappedColumn {
    /// WeChat's name, such as out_trade_no.
    pub(crate) field: String,
    pub(crate) title: String,
}

/// A word of the file, and WeChat's word for it.
#[derive(Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct MappedState {
    pub(crate) word: String,
    pub(crate) state: String,
}

/// What a file cannot say by itself.
#[derive(Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct SheetMapping {
    /// The sheet of a workbook, by its name; the first where nothing is said.
    pub(crate) sheet: Option<String>,
    pub(crate) columns: Vec<MappedColumn>,
    pub(crate) unit: Option<AmountUnit>,
    pub(crate) time: SheetTime,
    pub(crate) states: Vec<MappedState>,
}

impl From<Mapping> for SheetMapping {
    fn from(mapping: Mapping) -> Self {
        Self {
            sheet: mapping.sheet,
            columns: mapping
                .columns
                .into_iter()
                .map(|(field, title)| MappedColumn { field: field.name().to_owned(), title })
                .collect(),
            unit: mapping.unit.map(Into::into),
            time: mapping.time.into(),
            states: mapping.states.into_iter().map(|(word, state)| MappedState { word, state }).collect(),
        }
    }
}

impl TryFrom<SheetMapping> for Mapping {
    type Error = IpcError;

    fn try_from(mapping: SheetMapping) -> Result<Self, IpcError> {
        let column = |column: MappedColumn| {
            let field = Field::parse(&column.field);
            let field = field.ok_or_else(|| IpcError::input("mapping", "names a field that there is not"))?;
            Ok((field, column.title))
        };
        Ok(Self {
            sheet: mapping.sheet,
            columns: mapping.columns.into_iter().map(column).collect::<Result<_, IpcError>>()?,
            unit: mapping.unit.map(Into::into),
            time: mapping.time.into(),
            states: mapping.states.into_iter().map(|state| (state.word, state.state)).collect(),
        })
    }
}

/// One column of a file.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ImportColumn {
    pub(crate) title: String,
    /// WeChat's name of what it is read as.
    pub(crate) field: Option<String>,
    /// What its title says about its amounts.
    pub(crate) unit: Option<AmountUnit>,
}

/// One row of a file.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ImportRow {
    pub(crate) line: Count,
    pub(crate) cells: Vec<String>,
    /// The cells that a spreadsheet damaged.
    pub(crate) damaged: Vec<DamagedCell>,
}

/// A cell that a spreadsheet damaged.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DamagedCell {
    /// Its column, from 0.
    pub(crate) place: u32,
    pub(crate) refusal: Refusal,
}

/// How a file would be read.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ImportPreview {
    pub(crate) file_name: String,
    /// `UTF-8`, `UTF-16`, `GBK` or `XLSX`.
    pub(crate) encoding: String,
    pub(crate) sheet_names: Vec<String>,
    pub(crate) header_line: Count,
    pub(crate) columns: Vec<ImportColumn>,
    /// At most twenty.
    pub(crate) rows: Vec<ImportRow>,
    pub(crate) mapping: SheetMapping,
    /// Words for states that have to be explained.
    pub(crate) unknown_states: Vec<String>,
    pub(crate) needs_unit: bool,
    /// What the amounts look like.
    pub(crate) likely_unit: Option<AmountUnit>,
    /// Why it cannot be read yet.
    pub(crate) problem: Option<Refusal>,
    /// Whether the mapping is the one kept for the merchant.
    pub(crate) is_saved_mapping: bool,
}

impl ImportPreview {
    pub(crate) fn of(file_name: String, shown: desk::ImportPreview) -> Self {
        let preview = shown.preview;
        Self {
            file_name,
            encoding: shown.encoding.to_owned(),
            sheet_names: shown.sheet_names,
            header_line: preview.header_line.into(),
            columns: preview
                .columns
                .into_iter()
                .map(|column| ImportColumn {
                    title: column.title,
                    field: column.field.map(|field| field.name().to_owned()),
                    unit: column.unit.map(Into::into),
                })
                .collect(),
            rows: preview
                .rows
                .into_iter()
                .map(|row| ImportRow {
                    line: row.line.into(),
                    cells: row.cells,
                    damaged: row
                        .damage
                        .iter()
                        .filter_map(|(place, damage)| {
                            Some(DamagedCell { place: u32::try_from(*place).ok()?, refusal: damage.into() })
                        })
                        .collect(),
                })
                .collect(),
            mapping: preview.mapping.into(),
            unknown_states: preview.unknown_states,
            needs_unit: preview.needs_unit,
            likely_unit: preview.likely_unit.map(Into::into),
            problem: preview.problem.as_ref().map(Into::into),
            is_saved_mapping: shown.is_saved_mapping,
        }
    }
}

/// The file that was chosen, to be imported.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct ImportRequest {
    pub(crate) profile: String,
    pub(crate) mapping: SheetMapping,
    /// Whether the mapping is kept for the merchant's next files.
    pub(crate) keep_mapping: bool,
}

/// A row that was not taken.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ImportRefused {
    pub(crate) line: Count,
    pub(crate) refusal: Refusal,
}

/// What an import did.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ImportResult {
    pub(crate) added: Count,
    pub(crate) known: Count,
    pub(crate) unchanged: Count,
    pub(crate) refused_count: Count,
    /// The first hundred.
    pub(crate) refused: Vec<ImportRefused>,
    /// Where all of them stand.
    pub(crate) refused_file: Option<String>,
    /// Further lines of an order, and lines of totals.
    pub(crate) passed_over: Count,
    pub(crate) cancelled: bool,
}

impl From<desk::Imported> for ImportResult {
    fn from(imported: desk::Imported) -> Self {
        let refused = imported.refused.into_iter().take(REFUSED_SHOWN);
        Self {
            added: imported.added.into(),
            known: imported.known.into(),
            unchanged: imported.unchanged.into(),
            refused_count: imported.refused_count.into(),
            refused: refused.map(|row| ImportRefused { line: row.line.into(), refusal: (&row.why).into() }).collect(),
            refused_file: imported.refused_file.map(|path| path.to_string_lossy().into_owned()),
            passed_over: (imported.further_lines + imported.totals_lines).into(),
            cancelled: imported.cancelled,
        }
    }
}

/// What an export did.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ExportResult {
    pub(crate) orders: Count,
    pub(crate) file: String,
    /// Stopped: there is no file.
    pub(crate) cancelled: bool,
}
