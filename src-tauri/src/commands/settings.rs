//! Settings.

use tauri::State;

use crate::dto::start::Settings;
use crate::error::IpcError;
use crate::home::Home;

/// Keeps the settings and answers them as kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn settings_set(home: State<'_, Home>, settings: Settings) -> Result<Settings, IpcError> {
    Ok(home.desk().await?.settings_set(settings.into()).await?.into())
}
