//! The choice as a GTK dialog, which asks the desktop's own where there is one.

use std::cell::Cell;
use std::path::PathBuf;

use gtk::prelude::*;
use gtk::{FileChooserAction, FileChooserNative, FileFilter, ResponseType};
use tauri::{WebviewWindow, Wry};
use tokio::sync::oneshot::Sender;

use super::Choice;

/// Draws the choice over the window; the main thread goes on meanwhile.
pub(super) fn draw(window: &WebviewWindow<Wry>, choice: &Choice, answer: Sender<Option<PathBuf>>) {
    let parent = window.gtk_window().ok();
    let action = if choice.suggested.is_some() { FileChooserAction::Save } else { FileChooserAction::Open };
    let dialog = FileChooserNative::new(Some(choice.title), parent.as_ref(), action, None, None);
    let filter = FileFilter::new();
    let (name, extensions) = choice.kind.filter();
    filter.set_name(Some(name));
    for extension in extensions {
        filter.add_pattern(&format!("*.{extension}"));
        filter.add_pattern(&format!("*.{}", extension.to_uppercase()));
    }
    dialog.add_filter(filter);
    if let Some(name) = &choice.suggested {
        dialog.set_current_name(name);
        dialog.set_do_overwrite_confirmation(true);
    }
    let answer = Cell::new(Some(answer));
    // A native dialog lives only as long as somebody holds it: this closure does, until the person has answered.
    let held = Cell::new(Some(dialog.clone()));
    dialog.connect_response(move |dialog, response| {
        let file = if response == ResponseType::Accept { dialog.filename() } else { None };
        if let Some(answer) = answer.take() {
            answer.send(file).ok();
        }
        if let Some(dialog) = held.take() {
            dialog.destroy();
        }
    });
    dialog.show();
}
