//! Importing orders from a file and exporting a list, both chosen in dialogs of the system.

use desk::sheets::Reader;
use desk::{Desk, Export, Import, OnProgress};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow, Wry};

use crate::dto::days::file_name;
use crate::dto::orders::{OrderFilter, OrderSort};
use crate::dto::sheets::{ExportResult, ImportPreview, ImportRequest, ImportResult, SheetMapping};
use crate::dto::start::Language;
use crate::dto::test_orders::Progress;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
use crate::home::Home;

/// Asks for a file and shows how it would be read; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_choose(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    profile: String,
) -> Result<Option<ImportPreview>, IpcError> {
    let title = match Language::of(&home.desk().await?.settings().await?) {
        Language::Chinese => "导入订单（CSV 或 XLSX）",
        Language::English => "Import orders (CSV or XLSX)",
    };
    let Some(path) = file_choice::chosen(&window, Choice { title, suggested: None, kind: Kind::Table }).await? else {
        return Ok(None);
    };
    let shown = preview(home.desk().await?, Import::of(profile, path.clone()));
    Ok(Some(home.import_file.keep_once(path, shown).await?))
}

/// Shows how the chosen file would be read with this mapping.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_preview(
    home: State<'_, Home>,
    profile: String,
    mapping: SheetMapping,
) -> Result<ImportPreview, IpcError> {
    let mut import = Import::of(profile, home.import_file.path()?);
    import.mapping = Some(mapping.try_into()?);
    preview(home.desk().await?, import).await
}

/// Imports the chosen file; progress is told while it goes on, and `job_cancel` stops it after the batch under way.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_run(
    home: State<'_, Home>,
    request: ImportRequest,
    progress: Channel<Progress>,
) -> Result<ImportResult, IpcError> {
    let desk = home.desk().await?;
    let mapping = request.mapping.try_into()?;
    if request.keep_mapping {
        desk.save_mapping(&request.profile, &mapping).await?;
    }
    let mut import = Import::of(request.profile, home.import_file.path()?);
    import.mapping = Some(mapping);
    let job = home.jobs.begin();
    Ok(desk.import_orders(import, told(job.number, progress), &job.cancel).await?.into())
}

/// Writes the list of this filter and sort to a file that a person chooses; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn orders_export(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    filter: OrderFilter,
    sort: OrderSort,
    progress: Channel<Progress>,
) -> Result<Option<ExportResult>, IpcError> {
    let desk = home.desk().await?;
    let title = match Language::of(&desk.settings().await?) {
        Language::Chinese => "导出订单（.xlsx 或 .csv）",
        Language::English => "Export orders (.xlsx or .csv)",
    };
    let choice = Choice { title, suggested: Some("orders.xlsx".to_owned()), kind: Kind::Table };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    // Whoever types a name alone gets the workbook that was suggested.
    let file = if path.extension().is_some() { path } else { path.with_extension("xlsx") };
    let shown = file.to_string_lossy().into_owned();
    let export = Export { filter: filter.into(), sort: sort.into(), file, reader: Reader::People };
    let job = home.jobs.begin();
    let exported = desk.export_orders(export, told(job.number, progress), &job.cancel).await?;
    Ok(Some(ExportResult { orders: exported.rows.into(), file: shown, cancelled: exported.cancelled }))
}

async fn preview(desk: &Desk, import: Import) -> Result<ImportPreview, IpcError> {
    let name = file_name(&import.file);
    Ok(ImportPreview::of(name, desk.preview_import(import).await?))
}

// A page that was reloaded no longer listens; the work is done all the same.
pub(crate) fn told(job: u32, progress: Channel<Progress>) -> OnProgress {
    Box::new(move |found| drop(progress.send(Progress::of(job, found))))
}
