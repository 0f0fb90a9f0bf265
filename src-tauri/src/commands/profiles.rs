//! Merchants.

use tauri::State;

use crate::commands::confirm;
use crate::dto::profiles::{Profile, ProfileInput};
use crate::dto::start::Settings;
use crate::error::IpcError;
use crate::home::Home;

/// Adds a merchant; its secrets go to the vault.
#[tauri::command]
#[specta::specta]
pub(crate) async fn profile_add(home: State<'_, Home>, input: ProfileInput) -> Result<Profile, IpcError> {
    Ok(home.desk().await?.profile_add(input.into()).await?.into())
}

/// Removes a merchant and its secrets, if a person agreed to exactly that.
#[tauri::command]
#[specta::specta]
pub(crate) async fn profile_remove(home: State<'_, Home>, name: String, confirmation: String) -> Result<(), IpcError> {
    let desk = home.desk().await?;
    desk.redeem(&confirmation, &confirm::profile_removal(&name))?;
    Ok(desk.profile_remove(&name).await?)
}

/// Makes a merchant the one in use.
#[tauri::command]
#[specta::specta]
pub(crate) async fn profile_use(home: State<'_, Home>, name: String) -> Result<Settings, IpcError> {
    Ok(home.desk().await?.profile_use(&name).await?.into())
}
