//! Questions that the core draws by itself, outside of the page, so that no script can answer them. Cancel is the default.

use tauri::{WebviewWindow, Wry};
use tokio::sync::{Mutex, oneshot};

use crate::error::IpcError;

#[cfg(target_os = "linux")]
#[path = "dialog/gtk_dialog.rs"]
mod drawn;
#[cfg(not(target_os = "linux"))]
#[path = "dialog/system_dialog.rs"]
mod drawn;

/// What a person is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The question, in a few words.
    pub(crate) title: String,
    /// What would be done to what, and what that means.
    pub(crate) text: String,
    /// The word on the button that does it.
    pub(crate) agree: String,
    /// The word on the button that does not.
    pub(crate) decline: String,
    /// Whether it takes something away for good.
    pub(crate) destroys: bool,
}

/// One question at a time.
#[derive(Default)]
pub(crate) struct Dialog(Mutex<()>);

impl Dialog {
    /// Whether the person agreed. Closing the dialog in any other way is a no.
    ///
    /// # Errors
    /// When another question is still open, so that a page cannot pile them up.
    pub(crate) async fn agreed(&self, window: &WebviewWindow<Wry>, question: Question) -> Result<bool, IpcError> {
        let Ok(_one) = self.0.try_lock() else {
            return Err(IpcError::conflict("another question is still open; answer that one first"));
        };
        let (answer, answered) = oneshot::channel();
        let over = window.clone();
        let drawing = window.run_on_main_thread(move || drawn::draw(&over, &question, answer));
        drawing.map_err(|_| IpcError::internal("drawing a question"))?;
        Ok(answered.await.unwrap_or(false))
    }
}
