//! The question as the system's own message box, where there is no GTK.

use rfd::{AsyncMessageDialog, MessageButtons, MessageDialogResult, MessageLevel};
use tauri::{WebviewWindow, Wry};
use tokio::sync::oneshot::Sender;

use super::Question;

/// Draws the question over the window; the main thread goes on meanwhile.
pub(super) fn draw(window: &WebviewWindow<Wry>, question: &Question, answer: Sender<bool>) {
    let agree = question.agree.clone();
    let buttons = MessageButtons::OkCancelCustom(agree.clone(), question.decline.clone());
    let dialog = AsyncMessageDialog::new()
        .set_level(if question.destroys { MessageLevel::Warning } else { MessageLevel::Info })
        .set_title(&question.title)
        .set_description(&question.text)
        .set_buttons(buttons)
        .set_parent(window)
        .show();
    tauri::async_runtime::spawn(async move {
        let agreed = match dialog.await {
            MessageDialogResult::Ok | MessageDialogResult::Yes => true,
            MessageDialogResult::Custom(pressed) => pressed == agree,
            MessageDialogResult::No | MessageDialogResult::Cancel => false,
        };
        // Nobody waits any more when the page was reloaded; then nothing is done.
        answer.send(agreed).ok();
    });
}
