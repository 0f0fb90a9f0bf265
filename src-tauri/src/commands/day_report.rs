//! The report of a month: asked, listed and written to a file.

use desk::ReportExport;
use desk::reconcile::Viewpoint;
use desk::sheets::Reader;
use tauri::{State, WebviewWindow, Wry};

use crate::commands::days::{date, in_language};
use crate::commands::differences::ROWS_MAX;
use crate::dto::day_report::{LeftRows, SpanReport};
use crate::dto::days::file_name;
use crate::dto::number::Count;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
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
    let viewpoint = if own_words { Viewpoint::Own } else { Viewpoint::Neutral };
    let title = in_language(&home, "导出月报（.xlsx 或 .csv）", "Export the report (.xlsx or .csv)").await?;
    let choice = Choice { title, suggested: Some("report.xlsx"), kind: Kind::Table };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    let file = if path.extension().is_some() { path } else { path.with_extension("xlsx") };
    let shown = file_name(&file);
    let (from, to) = (date(&from)?, date(&to)?);
    let export = ReportExport { profile, from, to, file, reader: Reader::People, viewpoint };
    home.desk().await?.export_report(export).await?;
    Ok(Some(shown))
}
