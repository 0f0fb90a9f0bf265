//! Watches what needs a person, and says on the desktop what of it is new: a message of the system's own, never a dialog.

use std::time::Duration;

use desk::{ALARMS_MAX, AlarmNews, Announcement, Desk, DeskError};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// Looks are at least so far apart, however much changes.
const APART: Duration = Duration::from_secs(2);
/// A certificate comes close to its end, and an outcome stays unknown, without any change.
const LOOK: Duration = Duration::from_secs(30);
/// A desktop that has not taken a message by then takes none.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);

/// Tells of new alarms until the desk is closed.
pub(crate) async fn tell_of_alarms(desk: Desk, mut changes: Receiver<desk::Changed>) {
    let mut news = AlarmNews::default();
    let (mut unread, mut silent) = (Complaint::default(), Complaint::default());
    loop {
        match due(&desk, &mut news).await {
            Ok(Some((title, text))) => match show(title, text).await {
                Ok(()) => silent.is_over(),
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
    }
}

/// Title and text of the message that is due, in the language of the window; nothing where a person wants none.
async fn due(desk: &Desk, news: &mut AlarmNews) -> Result<Option<(String, String)>, DeskError> {
    let alarms = desk.alarms(ALARMS_MAX).await?;
    let Some(Announcement { title, text }) = news.take(&alarms, desk.now()) else { return Ok(None) };
    let settings = desk.settings().await?;
    let words = if settings.language == "en" { (title.en, text.en) } else { (title.zh, text.zh) };
    Ok(settings.notify_alarms.then_some(words))
}

/// Why a message was not shown.
#[derive(Debug, thiserror::Error)]
enum NotShown {
    #[error("{0}")]
    Refused(#[from] notify_rust::error::Error),
    #[error("no answer")]
    NoAnswer,
}

async fn show(title: String, text: String) -> Result<(), NotShown> {
    let asked = tauri::async_runtime::spawn_blocking(move || {
        let message = notify_rust::Notification::new()
            .appname("WxPay Desk")
            .icon("wxpay-desk")
            .summary(&title)
            .body(&text)
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
