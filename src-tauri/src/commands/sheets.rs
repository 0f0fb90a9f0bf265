//! Importing orders from a file and exporting a list, both chosen in dialogs of the system.

use std::path::Path;

use desk::sheets::Reader;
use desk::{Desk, Export, Import, OnProgress};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow, Wry};

use crate::dto::orders::{OrderFilter, OrderSort};
use crate::dto::sheets::{ExportResult, ImportPreview, ImportRequest, ImportResult, SheetMapping};
use crate::dto::start::Language;
use crate::dto::test_orders::Progress;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, ChosenFile, Kind};
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
    Ok(Some(take(home.desk().await?, &home.import_file, Import::of(profile, path)).await?))
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

/// Shows how a file would be read and keeps it for the import. One that cannot be shown leaves the former in place,
/// which is still the one on the screen.
async fn take(desk: &Desk, chosen: &ChosenFile, import: Import) -> Result<ImportPreview, IpcError> {
    let file = import.file.clone();
    let shown = preview(desk, import).await?;
    chosen.keep(file);
    Ok(shown)
}

async fn preview(desk: &Desk, import: Import) -> Result<ImportPreview, IpcError> {
    let name = import.file.file_name().map(Path::new).map(|name| name.display().to_string()).unwrap_or_default();
    Ok(ImportPreview::of(name, desk.preview_import(import).await?))
}

// A page that was reloaded no longer listens; the work is done all the same.
pub(crate) fn told(job: u32, progress: Channel<Progress>) -> OnProgress {
    Box::new(move |found| drop(progress.send(Progress::of(job, found))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_desk::{desk_in, merchant};

    #[tokio::test]
    async fn a_file_that_cannot_be_shown_leaves_the_one_on_the_screen_to_be_imported() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk_in(folder.path()).await;
        desk.profile_add(merchant("shop")).await.unwrap();
        let (chosen, [whole, gone]) = (ChosenFile::default(), ["a.csv", "b.csv"].map(|name| folder.path().join(name)));
        std::fs::write(&whole, "out_trade_no,total_fee\nSHOP-000001,100\n").unwrap();
        take(&desk, &chosen, Import::of("shop", &whole)).await.unwrap();
        assert!(take(&desk, &chosen, Import::of("shop", gone)).await.is_err());
        assert_eq!(chosen.path().unwrap(), whole);
    }
}
