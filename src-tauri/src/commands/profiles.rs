//! Merchants.

use desk::NewProfile;
use tauri::{State, WebviewWindow, Wry};

use crate::commands::confirm;
use crate::dto::profiles::{Profile, ProfileInput};
use crate::dto::start::{Language, Settings};
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
use crate::home::Home;

/// Adds a merchant, the one in use if there was none; its secrets go to the vault. For a simulator behind TLS a dialog asks for the certificate of its authority,
/// without which nothing vouches for it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn profile_add(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    input: ProfileInput,
) -> Result<Profile, IpcError> {
    let desk = home.desk().await?;
    let mut new = NewProfile::from(input);
    if new.base_url.as_deref().is_some_and(|base| base.starts_with("https://")) {
        let title = match Language::of(&desk.settings().await?) {
            Language::Chinese => "选择模拟网关的 CA 证书（tls/ca.pem）",
            Language::English => "The certificate of the simulator's authority (tls/ca.pem)",
        };
        new.ca_file = file_choice::chosen(&window, Choice { title, suggested: None, kind: Kind::Authority }).await?;
    }
    let added = desk.profile_add(new).await?;
    if desk.settings().await?.active_profile.is_none() {
        desk.profile_use(&added.profile.name).await?;
    }
    Ok(added.into())
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
