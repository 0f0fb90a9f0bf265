//! The overview.

use tauri::State;

use crate::dto::overview::Overview;
use crate::error::IpcError;
use crate::home::Home;

/// The figures of the last days, today included, over all merchants.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overview(home: State<'_, Home>, days: u32) -> Result<Overview, IpcError> {
    let desk = home.desk().await?;
    let asked = match desk.profile_at_hand().await? {
        Some(profile) => desk.polling_now(Some(&profile)).await?,
        None => Vec::new(),
    };
    Overview::of(desk.overview(days, None).await?, asked.first())
}
