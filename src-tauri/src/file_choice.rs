//! A file that a person chooses in a dialog of the system: no page can name a path.

use std::path::PathBuf;

use tauri::{WebviewWindow, Wry};
use tokio::sync::oneshot;

use crate::error::IpcError;

#[cfg(target_os = "linux")]
#[path = "file_choice/gtk_choice.rs"]
mod drawn;
#[cfg(not(target_os = "linux"))]
#[path = "file_choice/system_choice.rs"]
mod drawn;

/// What a person is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    /// What the file is for.
    pub(crate) title: &'static str,
    /// The name that a file to write gets unless another is typed; a file to read has none.
    pub(crate) suggested: Option<&'static str>,
}

/// The file that was chosen; nothing when the dialog was closed.
///
/// # Errors
/// When the dialog cannot be drawn.
pub(crate) async fn chosen(window: &WebviewWindow<Wry>, choice: Choice) -> Result<Option<PathBuf>, IpcError> {
    let (answer, answered) = oneshot::channel();
    let over = window.clone();
    let drawing = window.run_on_main_thread(move || drawn::draw(&over, choice, answer));
    drawing.map_err(|_| IpcError::internal("asking for a file"))?;
    Ok(answered.await.unwrap_or(None))
}
