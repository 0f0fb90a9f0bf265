//! The choice as the system's own dialog, where there is no GTK.

use std::path::PathBuf;

use rfd::AsyncFileDialog;
use tauri::{WebviewWindow, Wry};
use tokio::sync::oneshot::Sender;

use super::Choice;

/// Draws the choice over the window; the main thread goes on meanwhile.
pub(super) fn draw(window: &WebviewWindow<Wry>, choice: &Choice, answer: Sender<Option<PathBuf>>) {
    let (name, extensions) = choice.kind.filter();
    let dialog = AsyncFileDialog::new().set_title(choice.title).set_parent(window).add_filter(name, extensions);
    let writing = choice.suggested.as_ref().map(|name| dialog.clone().set_file_name(name).save_file());
    tauri::async_runtime::spawn(async move {
        let file = match writing {
            Some(writing) => writing.await,
            None => dialog.pick_file().await,
        };
        answer.send(file.map(|file| file.path().to_owned())).ok();
    });
}
