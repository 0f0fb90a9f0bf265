//! A file that a person chooses in a dialog of the system: no page can name a path.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tauri::{WebviewWindow, Wry};
use tokio::sync::oneshot;

use crate::error::IpcError;

#[cfg(target_os = "linux")]
#[path = "file_choice/gtk_choice.rs"]
mod drawn;
#[cfg(not(target_os = "linux"))]
#[path = "file_choice/system_choice.rs"]
mod drawn;

/// A plan or a scenario is a page of text; what is larger is something else.
const TEXT_BYTES_MAX: u64 = 1 << 20;

/// What a file may be; the dialog offers such files first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A plan of faults, a scenario.
    Toml,
    /// Orders, refunds.
    Table,
    /// A bill of WeChat's.
    Bill,
    /// A merchant's certificate.
    Certificate,
    /// The certificate of an authority.
    Authority,
}

impl Kind {
    /// What it is called, and how such files' names end.
    const fn filter(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Toml => ("TOML", &["toml"]),
            Self::Table => ("CSV, XLSX", &["csv", "xlsx", "txt"]),
            Self::Bill => ("CSV, GZIP", &["csv", "gz", "txt"]),
            Self::Certificate => ("PKCS #12, PEM", &["p12", "pfx", "pem"]),
            Self::Authority => ("PEM", &["pem", "crt"]),
        }
    }
}

/// The file that a person chose for later. The page hears its name and never says its path. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct ChosenFile(Arc<Mutex<Option<PathBuf>>>);

impl ChosenFile {
    pub(crate) fn keep(&self, path: PathBuf) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(path);
    }

    /// Keeps a file once it is shown. One that cannot be shown leaves the former in place, which is still the one on the screen.
    pub(crate) async fn keep_once<T>(
        &self,
        path: PathBuf,
        shown: impl Future<Output = Result<T, IpcError>>,
    ) -> Result<T, IpcError> {
        let shown = shown.await?;
        self.keep(path);
        Ok(shown)
    }

    pub(crate) fn path(&self) -> Result<PathBuf, IpcError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone().ok_or_else(|| IpcError::input("file", "is not chosen yet; choose the file first"))
    }
}

/// What a person is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// What the file is for.
    pub(crate) title: &'static str,
    /// The name that a file to write gets unless another is typed; a file to read has none.
    pub(crate) suggested: Option<String>,
    /// What the file may be.
    pub(crate) kind: Kind,
}

/// The file that was chosen; nothing when the dialog was closed.
///
/// # Errors
/// When the dialog cannot be drawn.
pub(crate) async fn chosen(window: &WebviewWindow<Wry>, choice: Choice) -> Result<Option<PathBuf>, IpcError> {
    let (answer, answered) = oneshot::channel();
    let over = window.clone();
    let drawing = window.run_on_main_thread(move || drawn::draw(&over, &choice, answer));
    drawing.map_err(|_| IpcError::internal("asking for a file"))?;
    Ok(answered.await.unwrap_or(None))
}

/// The text of a file that was chosen.
///
/// # Errors
/// When it cannot be read, is no UTF-8, or is longer than 1 MiB.
pub(crate) async fn text_of(path: PathBuf) -> Result<String, IpcError> {
    let size = tokio::fs::metadata(&path).await.map_err(|fault| unusable(&path, &fault))?;
    if !size.is_file() || size.len() > TEXT_BYTES_MAX {
        return Err(unusable(&path, &io::Error::other("it is no file of at most 1 MiB")));
    }
    tokio::fs::read_to_string(&path).await.map_err(|fault| unusable(&path, &fault))
}

/// Why a file that was chosen is of no use.
pub(crate) fn unusable(path: &Path, fault: &io::Error) -> IpcError {
    let path = path.display();
    let chinese = format!("{path} 不能读写：{fault}；请检查路径和权限");
    IpcError::malformed(
        format!("{path} cannot be read or written: {fault}; check the path and its permissions"),
        Some(chinese),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_cannot_be_shown_leaves_the_one_on_the_screen() {
        let (chosen, [whole, gone]) = (ChosenFile::default(), ["a.csv", "b.csv"].map(PathBuf::from));
        assert_eq!(chosen.keep_once(whole.clone(), async { Ok(7) }).await.unwrap(), 7);
        let refused = async { Err::<(), _>(IpcError::input("file", "is gone")) };
        assert!(chosen.keep_once(gone, refused).await.is_err());
        assert_eq!(chosen.path().unwrap(), whole);
    }
}
