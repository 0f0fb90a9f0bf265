//! The desk of this run: opened beside the window, waited for by every command.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use desk::{Desk, Seams};
use tauri::{AppHandle, Wry};
use tokio::sync::OnceCell;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tracing_appender::non_blocking::WorkerGuard;

use crate::alarm_watch::watch_alarms;
use crate::commands::lookup::LookupAnswers;
use crate::day_files::DayFiles;
use crate::dialog::Dialog;
use crate::error::IpcError;
use crate::file_choice::ChosenFile;
use crate::ipc::Changed;
use crate::jobs::{Jobs, Newest};
use crate::standings_watch::watch_standings;
use crate::tray::Tray;

/// How long closing may take; what is not done by then is done at the next start.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);

/// Where this run keeps its data, and what works on it.
pub(crate) struct Home {
    data_dir: PathBuf,
    app: AppHandle<Wry>,
    /// Whether to begin on the built-in gateway where nothing was ever set.
    try_at_once: bool,
    desk: OnceCell<Desk>,
    /// Questions that the core asks by itself.
    pub(crate) dialog: Dialog,
    /// Long work.
    pub(crate) jobs: Jobs,
    /// What is being imported.
    pub(crate) import_file: ChosenFile,
    /// The files of a day that is to be reconciled.
    pub(crate) day_files: DayFiles,
    /// The certificate that is being imported.
    pub(crate) certificate_file: ChosenFile,
    /// The answers of the last lookups.
    pub(crate) lookup_answers: LookupAnswers,
    /// The tray, where the system has one.
    pub(crate) tray: Tray,
    /// The search that follows what is typed.
    pub(crate) typing: Newest,
    /// Writes what is still to be logged when the program ends.
    log: Mutex<Option<WorkerGuard>>,
}

impl Home {
    /// A home that is not open yet.
    pub(crate) fn new(data_dir: PathBuf, app: AppHandle<Wry>, try_at_once: bool) -> Self {
        // Without a log the program still works; there is nobody to tell.
        let log = crate::logging::start(&data_dir).ok();
        tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
        Self {
            data_dir,
            app,
            try_at_once,
            desk: OnceCell::new(),
            dialog: Dialog::default(),
            jobs: Jobs::default(),
            import_file: ChosenFile::default(),
            day_files: DayFiles::default(),
            certificate_file: ChosenFile::default(),
            lookup_answers: LookupAnswers::default(),
            tray: Tray::default(),
            typing: Newest::default(),
            log: Mutex::new(log),
        }
    }

    /// The data folder.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The desk, as soon as it is open. Where opening failed, it is tried again by whoever asks next.
    pub(crate) async fn desk(&self) -> Result<&Desk, IpcError> {
        self.desk.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<Desk, IpcError> {
        let desk = Desk::open(&self.data_dir, Seams::of_this_machine()).await?;
        tauri::async_runtime::spawn(tell_changes(self.app.clone(), desk.changes()));
        let builtin = desk.profiles().await?.iter().any(|shown| shown.profile.builtin);
        let started = if self.try_at_once && desk.is_first_start().await? {
            desk.try_it().await.map(drop)
        } else if builtin {
            desk.gateway_start().await.map(drop)
        } else {
            Ok(())
        };
        if let Err(error) = started {
            // Its orders wait; the simulator screen shows that it stands still and offers to start it.
            IpcError::only_logged(error);
        }
        // After the gateway: a question that finds nobody there is not asked again for a while.
        desk.start_polling();
        tauri::async_runtime::spawn(watch_alarms(self.app.clone(), desk.clone(), desk.changes()));
        tauri::async_runtime::spawn(watch_standings(self.app.clone(), desk.changes()));
        let following = desk.clone();
        tauri::async_runtime::spawn(async move { following.follow_others().await });
        let searched = desk.clone();
        tauri::async_runtime::spawn(async move {
            if let Err(error) = searched.prepare_search().await {
                IpcError::only_logged(error);
            }
        });
        Ok(desk)
    }

    /// Ends polling and the gateway, so that another program can go on at once, and writes what is still to be logged.
    pub(crate) fn close(&self) {
        if let Some(desk) = self.desk.get() {
            Self::close_desk(desk);
        }
        tracing::info!("ended");
        // Nothing is dropped when the event loop ends the process.
        drop(self.log.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn close_desk(desk: &Desk) {
        let closing = async {
            if let Err(error) = desk.stop_polling().await {
                IpcError::only_logged(error);
            }
            desk.gateway_stop().await;
        };
        let closed = tauri::async_runtime::block_on(async { tokio::time::timeout(CLOSE_LIMIT, closing).await });
        if closed.is_err() {
            tracing::warn!("closing took too long and was cut short");
        }
    }
}

/// Passes on what changed; the desk tells it after the commit, at most ten times a second.
async fn tell_changes(app: AppHandle<Wry>, mut told: Receiver<desk::Changed>) {
    loop {
        let changed = match told.recv().await {
            Ok(changed) => Changed::from(changed),
            // Whoever missed a message must read everything again.
            Err(RecvError::Lagged(_)) => Changed::anything(),
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = changed.tell(&app) {
            tracing::warn!(%error, "the window could not be told what changed");
        }
    }
}
