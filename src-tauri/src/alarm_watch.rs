//! Watches what needs a person: counts in the tray what nobody has seen, and says on the desktop what of it is new, in a message
//! of the system's own, never a dialog.

use std::time::Duration;

use desk::{AlarmNews, Announcement, Desk, DeskError};
use tauri::{AppHandle, Manager as _, Wry};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::dto::start::Language;
use crate::home::Home;

/// Looks are at least so far apart, however much changes.
const APART: Duration = Duration::from_secs(2);
/// A certificate comes close to its end, and an outcome stays unknown, without any change.
const LOOK: Duration = Duration::from_secs(30);
/// A desktop that has not taken a message by then takes none.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);

/// Counts alarms in the tray and tells of new ones until the desk is closed.
pub(crate) async fn watch_alarms(app: AppHandle<Wry>, desk: Desk, mut changes: Receiver<desk::Changed>) {
    let mut news = AlarmNews::default();
    let (mut unread, mut silent) = (Complaint::default(), Complaint::default());
    loop {
        match look(&app, &desk, &mut news).await {
            Ok(Some((announcement, words))) => match show(words).await {
                Ok(()) => {
                    news.was_told(announcement);
                    silent.is_over();
                }
                Err(fault) => {
                    silent.say(&fault, "the desktop takes no notifications; alarms are shown in the window only");
                }
            },
            Ok(None) => unread.is_over(),
            Err(fault) => unread.say(&fault, "what needs a person could not be read"),
        }
        tokio::time::sleep(APART).await;
        if let Ok(Err(RecvError::Closed)) = tokio::time::timeout(LOOK, changes.recv()).await {
            return;
        }
        // The next look sees all that changed until then; a burst of changes is no reason for as many looks.
        while !matches!(changes.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
    }
}

/// A message in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    title: String,
    text: String,
}

/// Counts in the tray; the message that is due, in the language of the window, nothing where a person wants none.
async fn look(
    app: &AppHandle<Wry>,
    desk: &Desk,
    news: &mut AlarmNews,
) -> Result<Option<(Announcement, Words)>, DeskError> {
    let alarms = desk.alarms().await?;
    let settings = desk.settings().await?;
    let language = Language::of(&settings);
    let unseen = alarms.iter().filter(|alarm| !alarm.seen).count();
    app.state::<Home>().tray.shows(unseen, language);
    let Some(announcement) = news.due(&alarms, desk.now()) else { return Ok(None) };
    if !settings.notify_alarms {
        // What came while nobody wanted to hear of it is no news later either.
        news.was_told(announcement);
        return Ok(None);
    }
    let words = in_language(&announcement, language);
    Ok(Some((announcement, words)))
}

fn in_language(announcement: &Announcement, language: Language) -> Words {
    let Announcement { title, text, .. } = announcement.clone();
    match language {
        Language::English => Words { title: title.en, text: text.en },
        Language::Chinese => Words { title: title.zh, text: text.zh },
    }
}

/// Why a message was not shown.
#[derive(Debug, thiserror::Error)]
enum NotShown {
    #[error("{0}")]
    Refused(#[from] notify_rust::error::Error),
    #[error("no answer")]
    NoAnswer,
}

async fn show(words: Words) -> Result<(), NotShown> {
    let asked = tauri::async_runtime::spawn_blocking(move || {
        let message = notify_rust::Notification::new()
            .appname("WxPay Desk")
            .icon("wxpay-desk")
            .summary(&words.title)
            .body(&words.text)
            .finalize();
        message.show().map(drop)
    });
    match tokio::time::timeout(TAKEN_WITHIN, asked).await {
        Ok(Ok(shown)) => Ok(shown?),
        Ok(Err(_)) | Err(_) => Err(NotShown::NoAnswer),
    }
}

/// Something that goes wrong at every look is logged once, until it was right again.
#[derive(Default)]
struct Complaint(bool);

impl Complaint {
    fn say(&mut self, fault: &impl std::error::Error, what: &str) {
        if !std::mem::replace(&mut self.0, true) {
            tracing::warn!(%fault, "{what}");
        }
    }

    fn is_over(&mut self) {
        self.0 = false;
    }
}
