//! The one window: its size, its colour before the first paint, and where it may navigate.

use std::path::PathBuf;

use tauri::utils::config::Color;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, DragDropEvent, Manager, Theme, Url, WebviewUrl, WebviewWindowBuilder, WindowEvent, Wry};

use crate::home::Home;
use crate::ipc::Changed;

/// The label that the capability file names.
pub(crate) const LABEL: &str = "main";
/// The canvas of the light and the dark theme, as the stylesheet has them.
const CANVAS_LIGHT: Color = Color(0xF6, 0xF7, 0xF8, 0xFF);
const CANVAS_DARK: Color = Color(0x14, 0x17, 0x1A, 0xFF);

/// Opens the window. `webview_dir` keeps the web view's own files beside the data when somebody named a data folder.
pub(crate) fn open(app: &AppHandle<Wry>, webview_dir: Option<PathBuf>) -> tauri::Result<()> {
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("WxPay Desk 微信支付商户台")
        .inner_size(1280.0, 860.0)
        .min_inner_size(960.0, 640.0)
        .background_color(CANVAS_LIGHT)
        .visible(false)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    if let Some(directory) = webview_dir {
        builder = builder.data_directory(directory);
    }
    let window = builder.build()?;
    let handle = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
            take_dropped(&handle, paths.clone());
        }
    });
    // The theme is known only once the window exists; it is shown after its canvas has the right colour.
    if window.theme().is_ok_and(|theme| theme == Theme::Dark) {
        window.set_background_color(Some(CANVAS_DARK))?;
    }
    window.show()
}

/// Files that were dropped where the window shows days are bills that wait to be compared; elsewhere nothing takes them.
fn take_dropped(app: &AppHandle<Wry>, paths: Vec<PathBuf>) {
    let app = app.clone();
    // The address is asked of the main thread, which is the one that tells of the drop.
    tauri::async_runtime::spawn(async move {
        let address = app.get_webview_window(LABEL).and_then(|window| window.url().ok());
        if !address.as_ref().is_some_and(shows_days) {
            return;
        }
        app.state::<Home>().day_files.add_bills(paths);
        if let Err(error) = Changed::days().tell(&app) {
            tracing::warn!(%error, "the window could not be told of the files that were dropped");
        }
    });
}

/// Whether the page at this address is the one of days.
fn shows_days(address: &Url) -> bool {
    let screen = address.fragment().and_then(|rest| rest.split(['?', '/']).find(|part| !part.is_empty()));
    screen == Some("days")
}

/// Brings the window to the front when the program is started a second time.
pub(crate) fn raise(app: &AppHandle<Wry>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let raised = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(error) = raised {
            tracing::warn!(%error, "the window could not be raised");
        }
    }
}

/// Whether a page may be loaded at all: ours, and nothing that a message or a bill could name.
fn is_own_page(url: &Url) -> bool {
    let own = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost") && url.port().is_none(),
        _ => false,
    };
    own && url.username().is_empty() && url.password().is_none() || is_development_page(url)
}

/// The development server of the UI; a build that serves its own pages has none.
fn is_development_page(url: &Url) -> bool {
    cfg!(all(debug_assertions, not(feature = "custom-protocol")))
        && url.scheme() == "http"
        && url.host_str() == Some("localhost")
        && url.port() == Some(5173)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_pages_are_refused() {
        for foreign in [
            "http://example.com/",
            "https://pay.weixin.qq.com/",
            "file:///etc/passwd",
            "data:text/html,<script>1</script>",
            "javascript:alert(1)",
            "about:blank",
            "blob:tauri://localhost/1",
            "http://tauri.evil.com/",
            "http://tauri.localhost.evil.com/",
            "http://tauri.localhost:8080/",
            "tauri://evil/index.html",
            "tauri://user:password@localhost/",
            "http://127.0.0.1:8080/",
            "ipc://localhost/",
        ] {
            assert!(!is_own_page(&Url::parse(foreign).unwrap()), "{foreign} was let in");
        }
    }

    #[test]
    fn dropped_files_are_taken_where_days_are_shown_and_nowhere_else() {
        let shows = |address: &str| shows_days(&Url::parse(address).unwrap());
        assert!(shows("tauri://localhost/#/days") && shows("tauri://localhost/index.html#/days?date=2026-11-20"));
        for other in ["tauri://localhost/", "tauri://localhost/#/orders?search=days", "tauri://localhost/#/daysout"] {
            assert!(!shows(other), "{other}");
        }
    }

    #[test]
    fn our_own_pages_are_let_in_on_every_system() {
        for own in
            ["tauri://localhost/", "tauri://localhost/index.html#/orders?state=NOTPAY", "http://tauri.localhost/"]
        {
            assert!(is_own_page(&Url::parse(own).unwrap()), "{own} was refused");
        }
    }
}
