//! Watches what needs a person: counts in the tray what nobody has seen, and says on the desktop what of it is new, in a message
//! of the system's own, never a dialog.

use std::time::Duration;

use desk::{AlarmLook, AlarmNews, Announcement, Desk, DeskError};
use tauri::{AppHandle, Manager as _, Wry};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::dto::start::Language;
use crate::home::Home;

/// Looks are at least so far apart, however much changes.
const APART: Duration = Duration::from_secs(2);
/// A certificate comes close to its end, and an outcome stays unknown, without any change.
const LOOK: Duration = Duration::from_secs(30);
/// A desktop that has not taken a message by then is waited for beside the looks.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);

/// Counts alarms in the tray and tells of new ones until the desk is closed.
pub(crate) async fn watch_alarms(app: AppHandle<Wry>, desk: Desk, mut changes: Receiver<desk::Changed>) {
    let mut news = AlarmNews::default();
    let mut messages = Messages::new(show);
    let mut unread = Complaint::default();
    loop {
        note(messages.hear(Duration::ZERO).await, &mut news);
        match look(&app, &desk, &mut news).await {
            Ok(Some((announcement, words))) => {
                messages.send(announcement, words);
                note(messages.hear(TAKEN_WITHIN).await, &mut news);
            }
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
    let AlarmLook { unseen, announcement } = desk.look_at_alarms(news).await?;
    let settings = desk.settings().await?;
    let language = Language::of(&settings);
    app.state::<Home>().tray.shows(unseen, language);
    let Some(announcement) = announcement else { return Ok(None) };
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

fn show(words: &Words) -> Result<(), NotShown> {
    let message = notify_rust::Notification::new()
        .appname("WxPay Desk")
        .icon("wxpay-desk")
        .summary(&words.title)
        .body(&words.text)
        .finalize();
    message.show().map(drop).map_err(Into::into)
}

/// What the desktop said to a message.
#[derive(Debug, PartialEq, Eq)]
enum Heard<A> {
    /// Nothing yet, or nothing was handed over.
    Nothing,
    Taken(A),
    Refused,
}

fn note(heard: Heard<Announcement>, news: &mut AlarmNews) {
    match heard {
        Heard::Nothing => {}
        Heard::Taken(announcement) => news.was_told(announcement),
        Heard::Refused => news.was_refused(),
    }
}

/// The messages to the desktop, one at a time: one that was handed over may be shown at any time, so that it counts as told when
/// the desktop says so, however late that is, and is not handed over a second time before.
struct Messages<S, A> {
    show: S,
    under_way: Option<(A, JoinHandle<Result<(), NotShown>>)>,
    silent: Complaint,
}

impl<S: Fn(&Words) -> Result<(), NotShown> + Clone + Send + 'static, A> Messages<S, A> {
    fn new(show: S) -> Self {
        Self { show, under_way: None, silent: Complaint::default() }
    }

    fn send(&mut self, announcement: A, words: Words) {
        let show = self.show.clone();
        self.under_way = Some((announcement, spawn_blocking(move || show(&words))));
    }

    /// Waits so long for what the desktop says to the message that is under way.
    async fn hear(&mut self, within: Duration) -> Heard<A> {
        let Some((announcement, mut asked)) = self.under_way.take() else { return Heard::Nothing };
        let fault = match tokio::time::timeout(within, &mut asked).await {
            Ok(Ok(Ok(()))) => {
                self.silent.is_over();
                return Heard::Taken(announcement);
            }
            Ok(Ok(Err(fault))) => Some(fault),
            Ok(Err(_)) => Some(NotShown::NoAnswer),
            Err(_) => None,
        };
        let refused = fault.is_some();
        let fault = fault.unwrap_or(NotShown::NoAnswer);
        self.silent.say(&fault, "the desktop takes no notifications; alarms are shown in the window only");
        if refused {
            return Heard::Refused;
        }
        self.under_way = Some((announcement, asked));
        Heard::Nothing
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::sync::{Arc, Mutex};

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    /// A desktop that answers each message when the test says what.
    fn slow_desktop() -> (mpsc::Sender<bool>, impl Fn(&Words) -> Result<(), NotShown> + Clone + Send + 'static) {
        let (answers, to_come) = mpsc::channel();
        let to_come = Arc::new(Mutex::new(to_come));
        let show = move |_: &Words| match to_come.lock().unwrap().recv() {
            Ok(true) => Ok(()),
            _ => Err(NotShown::NoAnswer),
        };
        (answers, show)
    }

    fn words() -> Words {
        Words { title: "需要留意".into(), text: "证据互相矛盾".into() }
    }

    #[tokio::test]
    async fn a_message_that_a_slow_desktop_takes_late_counts_as_told() {
        let (desktop, show) = slow_desktop();
        let mut messages = Messages::new(show);
        assert_eq!(messages.hear(LONG).await, Heard::Nothing);
        messages.send("first", words());
        assert_eq!(messages.hear(Duration::from_millis(1)).await, Heard::Nothing);
        assert_eq!(messages.hear(Duration::ZERO).await, Heard::Nothing, "it is still under way");
        desktop.send(true).unwrap();
        assert_eq!(messages.hear(LONG).await, Heard::Taken("first"));
        assert_eq!(messages.hear(LONG).await, Heard::Nothing, "once");
    }

    #[tokio::test]
    async fn a_message_that_the_desktop_refuses_late_is_free_to_be_told_again() {
        let (desktop, show) = slow_desktop();
        let mut messages = Messages::new(show);
        messages.send("first", words());
        assert_eq!(messages.hear(Duration::from_millis(1)).await, Heard::Nothing);
        desktop.send(false).unwrap();
        assert_eq!(messages.hear(LONG).await, Heard::Refused);
        messages.send("again", words());
        desktop.send(true).unwrap();
        assert_eq!(messages.hear(LONG).await, Heard::Taken("again"));
    }
}
