//! The file: where it lies, how it is opened, checked, backed up and brought to the newest schema.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};

use crate::StoreError;

/// The database inside the data folder.
pub const FILE_NAME: &str = "desk.sqlite3";
/// The folder of the copies made before migrations, inside the data folder.
pub const BACKUPS: &str = "backups";
const LOCK_NAME: &str = "desk.lock";
const KEPT_BACKUPS: usize = 3;
/// Marks a file as ours: "WxPD".
const APPLICATION_ID: i64 = 0x5778_5044;
/// Up to this size the whole file is checked at every start; a larger one only as far as it is read.
const QUICK_CHECK_BYTES: u64 = 32 * 1024 * 1024;

/// What the writer may keep of the file in memory: an import touches pages all over its indexes.
const WRITER_CACHE_KIB: i64 = 128 * 1024;

const STEPS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001_orders_and_evidence.sql")),
    M::up(include_str!("../migrations/0002_search_in_memory.sql")),
    M::up(include_str!("../migrations/0003_certificates.sql")),
    M::up(include_str!("../migrations/0004_refunds.sql")),
    M::up(include_str!("../migrations/0005_notices.sql")),
    M::up(include_str!("../migrations/0006_days.sql")),
    M::up(include_str!("../migrations/0007_market_price.sql")),
    M::up(include_str!("../migrations/0008_indexes_in_runs.sql")),
    M::up(include_str!("../migrations/0009_alarms.sql")),
    M::up(include_str!("../migrations/0010_claims_in_days.sql")),
    M::up(include_str!("../migrations/0011_day_answers.sql")),
    M::up(include_str!("../migrations/0012_day_fees.sql")),
    M::up(include_str!("../migrations/0013_day_own_side.sql")),
    M::up(include_str!("../migrations/0014_alarm_places.sql")),
    M::up(include_str!("../migrations/0015_refunds_in_days.sql")),
    M::up(include_str!("../migrations/0016_day_flows.sql")),
    M::up(include_str!("../migrations/0017_claimed_amounts.sql")),
    M::up(include_str!("../migrations/0018_found_refunds_by_number.sql")),
    M::up(include_str!("../migrations/0019_bills_heard_last.sql")),
    M::up(include_str!("../migrations/0020_removed_profiles.sql")),
    M::up(include_str!("../migrations/0021_removed_sub_merchants.sql")),
    M::up(include_str!("../migrations/0022_unread_sums.sql")),
    M::up(include_str!("../migrations/0023_denied_bills_seen.sql")),
];
const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_path_buf();
    move |source| StoreError::Io { path, source }
}

/// Creates the folder for its owner alone; an existing folder is left as it is.
fn create_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(io(folder))
}

#[cfg(unix)]
fn owner_only(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(io(path))
}

#[cfg(not(unix))]
fn owner_only(_path: &Path) -> Result<(), StoreError> {
    Ok(())
}

pub(crate) fn create_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(io(path))
}

/// Makes the file ready for use: creates it if there was none, refuses what is damaged, foreign or newer, migrates.
///
/// # Errors
/// Every variant of [`StoreError`] that speaks of files; nothing is changed in a file that is refused.
pub(crate) fn prepare(folder: &Path) -> Result<PathBuf, StoreError> {
    create_folder(folder)?;
    // Two processes that start at once take turns here, so that only one creates or migrates.
    let lock_path = folder.join(LOCK_NAME);
    let lock = create_file(&lock_path)?;
    lock.lock().map_err(io(&lock_path))?;
    let path = folder.join(FILE_NAME);
    if !path.exists() {
        create(folder, &path)?;
    }
    check_shape(&path)?;
    let mut connection = connect(&path, Access::Write)?;
    check_contents(&connection, &path)?;
    if MIGRATIONS.pending_migrations(&connection)? > 0 {
        back_up(&connection, folder)?;
        MIGRATIONS.to_latest(&mut connection)?;
    }
    check_schema(&connection, &path)?;
    drop(connection);
    owner_only(&path)?;
    lock.unlock().map_err(io(&lock_path))?;
    Ok(path)
}

// A new database is finished under another name first: a crash can never leave a half-made one under the real name.
fn create(folder: &Path, path: &Path) -> Result<(), StoreError> {
    for suffix in ["-wal", "-journal"] {
        let orphan = folder.join(format!("{FILE_NAME}{suffix}"));
        if fs::metadata(&orphan).is_ok_and(|meta| meta.len() > 0) {
            let detail = format!("it is gone although {} is still there", orphan.display());
            return Err(StoreError::Corrupt { path: path.to_path_buf(), detail });
        }
    }
    let draft = folder.join(format!("{FILE_NAME}.new"));
    for leftover in
        [draft.clone(), folder.join(format!("{FILE_NAME}.new-wal")), folder.join(format!("{FILE_NAME}.new-shm"))]
    {
        if leftover.exists() {
            fs::remove_file(&leftover).map_err(io(&leftover))?;
        }
    }
    drop(create_file(&draft)?);
    let mut connection = connect(&draft, Access::Write)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    MIGRATIONS.to_latest(&mut connection)?;
    connection.close().map_err(|(_, error)| StoreError::from(error))?;
    fs::rename(&draft, path).map_err(io(path))?;
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io(folder))
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<(), StoreError> {
    Ok(())
}

fn damaged(path: &Path, detail: impl Into<String>) -> StoreError {
    StoreError::Corrupt { path: path.to_path_buf(), detail: detail.into() }
}

// What can be seen without SQLite, which would take an empty file for a new database.
fn check_shape(path: &Path) -> Result<(), StoreError> {
    let mut header = [0u8; 100];
    let mut file = File::open(path).map_err(io(path))?;
    let bytes = file.metadata().map_err(io(path))?.len();
    if file.read_exact(&mut header).is_err() {
        return Err(damaged(path, format!("it has only {bytes} bytes")));
    }
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(damaged(path, "it is not an SQLite database"));
    }
    let big_endian = |at: usize, len: usize| {
        header.get(at..at + len).unwrap_or_default().iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let page_bytes = match big_endian(16, 2) {
        1 => 65_536,
        page_bytes => page_bytes,
    };
    let wal_bytes = fs::metadata(path.with_file_name(format!("{FILE_NAME}-wal"))).map_or(0, |meta| meta.len());
    if wal_bytes == 0 && bytes < page_bytes * big_endian(28, 4) {
        return Err(damaged(path, format!("its end is missing: {bytes} bytes are left")));
    }
    Ok(())
}

fn check_contents(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if pragma("application_id").map_err(|error| name_file(error, path))? != APPLICATION_ID {
        return Err(StoreError::Foreign { path: path.to_path_buf(), detail: "another program made it".into() });
    }
    let found = pragma("user_version")?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { path: path.to_path_buf(), found, known });
    }
    if fs::metadata(path).map_err(io(path))?.len() <= QUICK_CHECK_BYTES {
        let verdict = connection
            .pragma_query_value(None, "quick_check", |row| row.get::<_, String>(0))
            .map_err(|error| name_file(error, path))?;
        if verdict != "ok" {
            return Err(damaged(path, verdict));
        }
    }
    Ok(())
}

fn name_file(error: rusqlite::Error, path: &Path) -> StoreError {
    match StoreError::from(error) {
        StoreError::Corrupt { detail, .. } => damaged(path, detail),
        other => other,
    }
}

// A trigger or view that is missing, changed or added would undermine the evidence, so the schema must be ours to the letter.
fn check_schema(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let mut ours = Connection::open_in_memory()?;
    MIGRATIONS.to_latest(&mut ours)?;
    if schema(connection)? == schema(&ours)? {
        Ok(())
    } else {
        Err(StoreError::Foreign { path: path.to_path_buf(), detail: "its tables or triggers were altered".into() })
    }
}

fn schema(connection: &Connection) -> Result<Vec<(String, String, Option<String>)>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn back_up(connection: &Connection, folder: &Path) -> Result<(), StoreError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let backups = folder.join(BACKUPS);
    create_folder(&backups)?;
    let draft = backups.join("unfinished");
    if draft.exists() {
        fs::remove_file(&draft).map_err(io(&draft))?;
    }
    drop(create_file(&draft)?);
    connection.execute("VACUUM INTO ?1", [draft.to_string_lossy()])?;
    let copy = backups.join(format!("desk-schema-{version:04}.sqlite3"));
    fs::rename(&draft, &copy).map_err(io(&copy))?;
    let mut copies: Vec<PathBuf> = fs::read_dir(&backups)
        .map_err(io(&backups))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "sqlite3"))
        .collect();
    copies.sort();
    let surplus = copies.len().saturating_sub(KEPT_BACKUPS);
    for old in copies.iter().take(surplus) {
        fs::remove_file(old).map_err(io(old))?;
    }
    Ok(())
}

/// Whether a connection may write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Write,
    Read,
}

/// Opens a connection with all safety switches set.
pub(crate) fn connect(path: &Path, access: Access) -> Result<Connection, StoreError> {
    let flags = match access {
        Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // Sorting a list, and what a savepoint keeps to undo, otherwise go through files.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    if access == Access::Write {
        let mode: String = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
            .map_err(|error| name_file(error, path))?;
        if !mode.eq_ignore_ascii_case("wal") {
            let detail = "the file system does not allow a write-ahead log; use a local disk".to_owned();
            return Err(StoreError::Foreign { path: path.to_path_buf(), detail });
        }
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    }
    Ok(connection)
}

#[cfg(test)]
#[path = "db_tests.rs"]
mod tests;
