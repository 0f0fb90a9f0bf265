//! The bills of a day: fetched from WeChat Pay, chosen in a dialog, or dropped on the window.

use tauri::ipc::Channel;
use tauri::{State, WebviewWindow, Wry};

use crate::commands::days::in_language;
use crate::commands::sheets::told;
use crate::day_files::DayFiles;
use crate::dto::day_bills::{BillsFetched, BillsWanted, ChosenBills};
use crate::dto::test_orders::Progress;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
use crate::home::Home;

/// Fetches one kind of bill of every day of a span; progress is told in days, and `job_cancel` stops it and keeps what is done.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_bills_fetch(
    home: State<'_, Home>,
    profile: String,
    wanted: BillsWanted,
    progress: Channel<Progress>,
) -> Result<BillsFetched, IpcError> {
    let span = wanted.try_into()?;
    let desk = home.desk().await?;
    let job = home.jobs.begin();
    desk.fetch_bills(&profile, span, told(job.number, progress), &job.cancel).await?.try_into()
}

/// The bills that were chosen or dropped and wait to be compared.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_bills(home: State<'_, Home>) -> Result<ChosenBills, IpcError> {
    home.day_files.reading(DayFiles::look).await
}

/// Asks for a bill, to be compared with those that were chosen before.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_bill_choose(home: State<'_, Home>, window: WebviewWindow<Wry>) -> Result<bool, IpcError> {
    let title = in_language(&home, "选择对账单（CSV，可为 GZIP）", "A bill (CSV, plain or GZIP)").await?;
    let choice = Choice { title, suggested: None, kind: Kind::Bill };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(false) };
    home.day_files.add_bills([path]);
    Ok(true)
}

/// Forgets the chosen bills with these numbers.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_bills_clear(home: State<'_, Home>, numbers: Vec<u32>) -> Result<(), IpcError> {
    home.day_files.clear_bills(&numbers);
    Ok(())
}
