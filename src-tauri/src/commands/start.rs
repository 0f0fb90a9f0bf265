//! What the window asks first, and the vault.

use tauri::State;

use crate::dto::profiles::BuiltinStarted;
use crate::dto::secret_text::SecretText;
use crate::dto::start::{AppStart, Settings, Vault};
use crate::error::IpcError;
use crate::home::Home;

/// Everything that the frame of the window shows. Waits until the desk is open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn app_start(home: State<'_, Home>) -> Result<AppStart, IpcError> {
    let desk = home.desk().await?;
    // Before the settings, which name it too.
    let active_profile = desk.profile_at_hand().await?;
    let settings = Settings::from(desk.settings().await?);
    Ok(AppStart {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        tray: home.tray.state(),
        data_dir: home.data_dir().display().to_string(),
        first_start: desk.is_first_start().await?,
        vault: Vault::of(desk.vault_view().await)?,
        profiles: desk.profiles().await?.into_iter().map(Into::into).collect(),
        active_profile,
        settings,
    })
}

/// Creates the vault under a passphrase and opens it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn vault_create(home: State<'_, Home>, passphrase: SecretText) -> Result<Vault, IpcError> {
    Ok(home.desk().await?.vault_create(passphrase.0).await?.into())
}

/// Opens the vault with its passphrase.
#[tauri::command]
#[specta::specta]
pub(crate) async fn vault_unlock(home: State<'_, Home>, passphrase: SecretText) -> Result<Vault, IpcError> {
    Ok(home.desk().await?.vault_unlock(passphrase.0).await?.into())
}

/// Locks the vault.
#[tauri::command]
#[specta::specta]
pub(crate) async fn vault_lock(home: State<'_, Home>) -> Result<Vault, IpcError> {
    Ok(home.desk().await?.vault_lock().await?.into())
}

/// Starts the built-in gateway with its sample merchant, goods and a few orders.
#[tauri::command]
#[specta::specta]
pub(crate) async fn builtin_start(home: State<'_, Home>) -> Result<BuiltinStarted, IpcError> {
    let started = home.desk().await?.try_it().await?;
    Ok(BuiltinStarted { profile: started.profile.into(), orders: u64::from(started.orders).into() })
}
