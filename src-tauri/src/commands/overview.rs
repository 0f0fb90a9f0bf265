//! The overview.

use desk::Desk;
use tauri::State;

use crate::dto::overview::Overview;
use crate::error::IpcError;
use crate::home::Home;

/// The figures of the last days, today included, over all merchants.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overview(home: State<'_, Home>, days: u32) -> Result<Overview, IpcError> {
    of(home.desk().await?, days).await
}

async fn of(desk: &Desk, days: u32) -> Result<Overview, IpcError> {
    let asked = match desk.settings().await?.active_profile {
        Some(profile) => desk.polling_now(Some(&profile)).await?,
        None => Vec::new(),
    };
    Overview::of(desk.overview(days, None).await?, asked.first())
}
