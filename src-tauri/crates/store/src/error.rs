//! What can go wrong with the store.

use std::path::PathBuf;
use std::sync::Arc;

/// A failure of the store. Nothing was written unless the text says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer version of the program wrote the file.
    #[error("{path} was written by a newer version of the program (schema {found}, this one knows {known}); install the newer version, nothing was changed", path = path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest version that is known here.
        known: i64,
    },
    /// The file is damaged. It is kept as it is, never replaced.
    #[error("{path} is damaged: {detail}; it was left as it is, restore a copy from the backups folder beside it", path = path.display())]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A database, but not one of this program.
    #[error("{path} is not a database of this program: {detail}; choose another data folder", path = path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// Another program held the database for longer than five seconds.
    #[error("the database is held by another program; nothing was written, try again")]
    Busy,
    /// No space left.
    #[error("the disk is full; nothing was written, free some space and try again")]
    Full,
    /// The database or its folder cannot be written.
    #[error("the database is read-only; check the permissions of the data folder")]
    ReadOnly,
    /// A file could not be created, read or moved.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// The system's own error.
        source: std::io::Error,
    },
    /// The merchant has an order with this number already.
    #[error("out_trade_no {out_trade_no} exists already for mch_id {mch_id}; use another number")]
    DuplicateNumber {
        /// The merchant.
        mch_id: String,
        /// The number.
        out_trade_no: String,
    },
    /// The store has no such thing.
    #[error("there is no {what} {name:?} in the store")]
    NotFound {
        /// order, profile, goods.
        what: &'static str,
        /// Its number or name.
        name: String,
    },
    /// It must not be done as things stand; nothing was written.
    #[error("{what}: {rule}")]
    Refused {
        /// What it was about.
        what: String,
        /// Why not, and what to do.
        rule: &'static str,
    },
    /// Another window or command began the same run of a day since: this one is gone, and the result of the other one counts.
    #[error(
        "run {run}: another window or command compared the same day in the same way since; look at the day, its result counts"
    )]
    TakenOver {
        /// The run that is gone.
        run: i64,
    },
    /// Something with this name is there already.
    #[error("there is a {what} {name:?} already")]
    Exists {
        /// profile.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A stored value that the program cannot have written.
    #[error(
        "the database holds a value that is not possible in {column}: {detail}; restore a copy from the backups folder"
    )]
    Impossible {
        /// Table and column, or the table.
        column: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The settings are not readable as settings.
    #[error("the stored settings cannot be read: {0}")]
    Settings(#[from] serde_json::Error),
    /// The group of writes that this one was part of could not be committed.
    #[error("the write could not be committed, nothing was written: {0}")]
    Commit(Arc<rusqlite::Error>),
    /// The writing thread has ended.
    #[error("the store is closed")]
    Closed,
    /// A migration failed; the file is as it was.
    #[error("the database could not be brought to the new version, it is as it was: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    /// Anything else that SQLite reports.
    #[error("the database refused: {0}")]
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt { path: PathBuf::from(crate::db::FILE_NAME), detail: error.to_string() }
            }
            _ => Self::Sql(error),
        }
    }
}
