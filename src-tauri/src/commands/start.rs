//! What the window asks first.

use serde::Serialize;
use tauri::State;

use crate::Home;

/// What this program is and where it keeps its data.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct AppInfo {
    /// The version of the program, as in its manifest.
    version: String,
    /// The data folder, as a person can open it.
    data_dir: String,
}

/// The version and the data folder.
#[tauri::command]
#[specta::specta]
#[expect(clippy::needless_pass_by_value, reason = "Tauri hands states over by value")]
pub(crate) fn app_info(home: State<'_, Home>) -> AppInfo {
    AppInfo { version: env!("CARGO_PKG_VERSION").to_owned(), data_dir: home.data_dir.display().to_string() }
}
