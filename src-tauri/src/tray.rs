//! The tray: how many things need a person and nobody has seen, a way to them, to the window, and out of the program.

#[cfg(target_os = "linux")]
mod indicator;
mod look;

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};

use crate::dto::start::{Language, TrayState};
use crate::ipc::AlarmsWanted;
use crate::window;

const OPEN: &str = "open";
const ALARMS: &str = "alarms";
const QUIT: &str = "quit";

/// Why there is no tray.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoTray {
    /// The library that draws it is not installed here; the tray's own crate would panic.
    #[cfg(target_os = "linux")]
    #[error(transparent)]
    NoLibrary(#[from] indicator::NoLibrary),
    /// The system did not take it.
    #[error("the system took no tray icon: {0}")]
    Refused(#[from] tauri::Error),
    /// The program was built without its icon.
    #[error("the program has no icon")]
    NoIcon,
}

/// The tray of this run, or why there is none.
#[derive(Default)]
pub(crate) struct Tray {
    placed: OnceLock<Result<Placed, NoTray>>,
}

struct Placed {
    icon: TrayIcon<Wry>,
    plain: Image<'static>,
    open: MenuItem<Wry>,
    alarms: MenuItem<Wry>,
    quit: MenuItem<Wry>,
    shown: Mutex<Option<(u64, Language)>>,
    /// What the tray's own crate loads once more stays where it is.
    #[cfg(target_os = "linux")]
    _library: indicator::Indicator,
}

impl Tray {
    /// Places the tray, on the main thread, with its pictures in a folder of its own; where there can be none, that is logged once.
    pub(crate) fn place(&self, app: &AppHandle<Wry>, pictures: &Path) {
        self.placed.get_or_init(|| {
            let placed = place(app, pictures);
            if let Err(why) = &placed {
                tracing::warn!(%why, "there is no tray; what nobody has seen is counted at the bell of the window");
            }
            placed
        });
    }

    /// What is said about it in the settings.
    pub(crate) fn state(&self) -> TrayState {
        match self.placed.get() {
            Some(Ok(_)) => TrayState::Shown,
            #[cfg(target_os = "linux")]
            Some(Err(NoTray::NoLibrary(_))) => TrayState::NoLibrary,
            Some(Err(_)) | None => TrayState::Refused,
        }
    }

    /// Shows how many things nobody has seen, in the language of the window.
    pub(crate) fn shows(&self, unseen: u64, language: Language) {
        let Some(Ok(placed)) = self.placed.get() else { return };
        let mut shown = placed.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if *shown == Some((unseen, language)) {
            return;
        }
        let was_marked = shown.map(|(unseen, _)| unseen > 0);
        match placed.show(unseen, language, was_marked) {
            Ok(()) => *shown = Some((unseen, language)),
            Err(error) => tracing::warn!(%error, "the tray could not be changed"),
        }
    }
}

impl Placed {
    fn show(&self, unseen: u64, language: Language, was_marked: Option<bool>) -> tauri::Result<()> {
        let words = look::words(unseen, language);
        let marked = unseen > 0;
        if was_marked != Some(marked) {
            let picture = if marked { look::marked(&self.plain) } else { self.plain.clone() };
            self.icon.set_icon(Some(picture))?;
        }
        self.icon.set_title(words.count.as_deref())?;
        self.icon.set_tooltip(Some(&words.tooltip))?;
        self.alarms.set_text(&words.alarms)?;
        self.open.set_text(words.open)?;
        self.quit.set_text(words.quit)
    }
}

fn place(app: &AppHandle<Wry>, pictures: &Path) -> Result<Placed, NoTray> {
    #[cfg(target_os = "linux")]
    let library = indicator::Indicator::load(indicator::NAMES)?;
    let plain = app.default_window_icon().ok_or(NoTray::NoIcon)?.clone().to_owned();
    let words = look::words(0, Language::Chinese);
    let item = |id: &str, text: &str| MenuItem::with_id(app, id, text, true, None::<&str>);
    let (alarms, open, quit) = (item(ALARMS, &words.alarms)?, item(OPEN, words.open)?, item(QUIT, words.quit)?);
    let menu = Menu::with_items(app, &[&alarms, &open, &PredefinedMenuItem::separator(app)?, &quit])?;
    let icon = TrayIconBuilder::with_id("desk")
        .icon(plain.clone())
        .tooltip(&words.tooltip)
        .temp_dir_path(pictures)
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| follow(app, event.id().as_ref()))
        .on_tray_icon_event(|icon, event| {
            if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } = event {
                follow(icon.app_handle(), ALARMS);
            }
        })
        .build(app)?;
    Ok(Placed {
        icon,
        plain,
        open,
        alarms,
        quit,
        shown: Mutex::default(),
        #[cfg(target_os = "linux")]
        _library: library,
    })
}

fn follow(app: &AppHandle<Wry>, wish: &str) {
    match wish {
        OPEN => window::raise(app),
        ALARMS => {
            window::raise(app);
            if let Err(error) = AlarmsWanted.tell(app) {
                tracing::warn!(%error, "the window could not be told to show what needs attention");
            }
        }
        QUIT => app.exit(0),
        _ => {}
    }
}
