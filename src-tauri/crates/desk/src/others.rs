//! Other programs on the same data folder: the command line beside the window, or two windows.

use std::time::Duration;

use crate::{Desk, DeskError};

/// So often it is looked whether somebody else committed.
const LOOK: Duration = Duration::from_secs(2);

impl Desk {
    /// Tells everything as changed whenever another program has committed to the data folder; never ends by itself.
    pub async fn follow_others(&self) {
        let mut seen = None;
        let mut is_told = false;
        loop {
            match self.commits_of_others().await {
                Ok(commits) => {
                    if seen.replace(commits).is_some_and(|before| before != commits) {
                        self.inner.changes.note_anything();
                    }
                    is_told = false;
                }
                Err(error) if !is_told => {
                    is_told = true;
                    tracing::warn!(%error, "it cannot be seen what other programs change in the data folder");
                }
                Err(_) => {}
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn commits_of_others(&self) -> Result<(u64, i64), DeskError> {
        self.blocking(|inner| Ok(inner.store.commits_of_others()?)).await
    }
}
