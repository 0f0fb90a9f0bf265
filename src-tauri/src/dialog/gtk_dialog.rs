//! The question as a GTK dialog.

use std::cell::Cell;

use gtk::prelude::*;
use gtk::{ButtonsType, DialogFlags, MessageDialog, MessageType, ResponseType};
use tauri::{WebviewWindow, Wry};
use tokio::sync::oneshot::Sender;

use super::Question;

/// Draws the question over the window; the main thread goes on meanwhile.
pub(super) fn draw(window: &WebviewWindow<Wry>, question: &Question, answer: Sender<bool>) {
    let parent = window.gtk_window().ok();
    let kind = if question.destroys { MessageType::Warning } else { MessageType::Question };
    let flags = DialogFlags::MODAL | DialogFlags::DESTROY_WITH_PARENT;
    let dialog = MessageDialog::new(parent.as_ref(), flags, kind, ButtonsType::None, &question.title);
    dialog.set_title(&question.title);
    dialog.set_secondary_text(Some(&question.text));
    let decline = dialog.add_button(&question.decline, ResponseType::Cancel);
    let agree = dialog.add_button(&question.agree, ResponseType::Accept);
    if question.destroys {
        agree.style_context().add_class("destructive-action");
    }
    // Whoever was typing when the question came up declines with the next Return or Escape.
    dialog.set_default_response(ResponseType::Cancel);
    decline.grab_focus();
    let answer = Cell::new(Some(answer));
    dialog.connect_response(move |dialog, response| {
        if let Some(answer) = answer.take() {
            // Nobody waits any more when the page was reloaded; then nothing is done.
            answer.send(response == ResponseType::Accept).ok();
            dialog.close();
        }
    });
    dialog.show_all();
}
