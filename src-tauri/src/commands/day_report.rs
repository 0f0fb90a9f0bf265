//! The report of a month: asked, listed and written to a file.

use tauri::{State, WebviewWindow, Wry};

use crate::commands::days::{date, in_language, span_export};
use crate::commands::differences::ROWS_MAX;
use crate::dto::day_report::{LeftRows, SpanReport};
use crate::dto::days::file_name;
use crate::dto::number::Count;
use crate::error::IpcError;
use crate::home::Home;

/// What the days from one to another add up to, and which of them are not done.
#[tauri::command]
#[specta::specta]
pub(crate) async fn days_report(
    home: State<'_, Home>,
    profile: String,
    from: String,
    to: String,
) -> Result<SpanReport, IpcError> {
    home.desk().await?.span_report(&profile, date(&from)?, date(&to)?).await?.try_into()
}

/// What is open or carried over of the days from one to another.
#[tauri::command]
#[specta::specta]
pub(crate) async fn days_left(
    home: State<'_, Home>,
    profile: String,
    from: String,
    to: String,
    start: Count,
    limit: Count,
) -> Result<LeftRows, IpcError> {
    let limit = usize::try_from(limit.get().min(ROWS_MAX)).unwrap_or_default();
    let span = (date(&from)?, date(&to)?);
    home.desk().await?.span_left(&profile, span, start.get(), limit).await?.try_into()
}

/// Writes the report to a file that a person chooses, and answers its name; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn days_report_export(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    profile: String,
    from: String,
    to: String,
    own_words: bool,
) -> Result<Option<String>, IpcError> {
    let title = in_language(&home, "导出月报（.xlsx 或 .csv）", "Export the report (.xlsx or .csv)").await?;
    let span = (profile, date(&from)?, date(&to)?);
    let Some(export) = span_export(&window, (title, "report"), span, own_words).await? else { return Ok(None) };
    let shown = file_name(&export.file);
    home.desk().await?.export_report(export).await?;
    Ok(Some(shown))
}
