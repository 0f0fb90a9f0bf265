//! Merchants.

use desk::{Desk, NewProfile, ProfileShown};
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
    Ok(add(desk, new).await?.into())
}

/// Removes a merchant and its secrets, if a person agreed to exactly that.
#[tauri::command]
#[specta::specta]
pub(crate) async fn profile_remove(home: State<'_, Home>, name: String, confirmation: String) -> Result<(), IpcError> {
    let desk = home.desk().await?;
    desk.redeem(&confirmation, &confirm::profile_removal(&name))?;
    remove(desk, &name).await
}

/// Makes a merchant the one in use.
#[tauri::command]
#[specta::specta]
pub(crate) async fn profile_use(home: State<'_, Home>, name: String) -> Result<Settings, IpcError> {
    Ok(home.desk().await?.profile_use(&name).await?.into())
}

async fn add(desk: &Desk, new: NewProfile) -> Result<ProfileShown, IpcError> {
    let is_first = desk.profile_at_hand().await?.is_none();
    let added = desk.profile_add(new).await?;
    if is_first {
        desk.profile_use(&added.profile.name).await?;
    }
    Ok(added)
}

async fn remove(desk: &Desk, name: &str) -> Result<(), IpcError> {
    desk.profile_remove(name).await?;
    // Where it was the one in use, another one is.
    desk.profile_at_hand().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_desk::{desk_in, merchant};

    /// The merchant in use, and the one that is taken where none is named.
    async fn in_use(desk: &Desk) -> (Option<String>, String) {
        (desk.settings().await.unwrap().active_profile, desk.choose_profile(None).await.unwrap().name)
    }

    #[tokio::test]
    async fn when_the_merchant_in_use_is_removed_the_first_of_the_others_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk_in(folder.path()).await;
        for name in ["north", "shop", "west"] {
            add(&desk, merchant(name)).await.unwrap();
        }
        assert_eq!(in_use(&desk).await, (Some("north".to_owned()), "north".to_owned()));
        remove(&desk, "west").await.unwrap();
        assert_eq!(in_use(&desk).await.1, "north", "another one was removed");
        add(&desk, merchant("west")).await.unwrap();
        remove(&desk, "north").await.unwrap();
        assert_eq!(in_use(&desk).await, (Some("shop".to_owned()), "shop".to_owned()));
    }

    #[tokio::test]
    async fn a_merchant_that_the_command_line_added_stays_in_use_when_the_window_adds_another() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk_in(folder.path()).await;
        desk.profile_add(merchant("shop")).await.unwrap();
        add(&desk, merchant("east")).await.unwrap();
        assert_eq!(in_use(&desk).await, (Some("shop".to_owned()), "shop".to_owned()));
    }

    #[tokio::test]
    async fn the_last_merchant_leaves_none_in_use_and_the_next_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk_in(folder.path()).await;
        add(&desk, merchant("shop")).await.unwrap();
        remove(&desk, "shop").await.unwrap();
        assert_eq!(desk.settings().await.unwrap().active_profile, None);
        add(&desk, merchant("west")).await.unwrap();
        assert_eq!(in_use(&desk).await.0.as_deref(), Some("west"));
    }
}
