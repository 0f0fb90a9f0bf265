use super::*;
use crate::Store;

fn made() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = prepare(folder.path()).unwrap();
    (folder, path)
}

fn refused_untouched(folder: &Path) -> StoreError {
    let path = folder.join(FILE_NAME);
    let before = fs::read(&path).ok();
    let error = Store::open(folder).err().unwrap();
    assert_eq!(fs::read(&path).ok(), before, "the file was touched");
    error
}

#[test]
fn the_migrations_are_valid_and_the_switches_are_set() {
    MIGRATIONS.validate().unwrap();
    let (_folder, path) = made();
    let connection = connect(&path, Access::Write).unwrap();
    let pragma = |name| {
        connection
            .pragma_query_value(None, name, |row| {
                row.get::<_, String>(0).or_else(|_| row.get::<_, i64>(0).map(|n| n.to_string()))
            })
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), "wal");
    assert_eq!(pragma("synchronous"), "2", "FULL");
    assert_eq!(pragma("foreign_keys"), "1");
    assert_eq!(pragma("trusted_schema"), "0");
    assert_eq!(pragma("busy_timeout"), "5000");
    assert!(rusqlite::version_number() >= 3_051_003, "older ones can lose committed writes");
    assert!(connect(&path, Access::Read).unwrap().execute_batch("DELETE FROM goods").is_err());
}

#[test]
#[cfg(unix)]
fn only_the_owner_can_read_the_folder_and_its_files() {
    use std::os::unix::fs::PermissionsExt;
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("data/desk");
    let store = Store::open(&folder).unwrap();
    store.remember_simulator_key("ab").unwrap();
    back_up(&connect(store.path(), Access::Write).unwrap(), &folder).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join(BACKUPS))), (0o700, 0o700));
    for entry in fs::read_dir(&folder).unwrap().chain(fs::read_dir(folder.join(BACKUPS)).unwrap()) {
        let path = entry.unwrap().path();
        assert!(path.is_dir() || mode(&path) == 0o600, "{} has {:o}", path.display(), mode(&path));
    }
}

#[test]
fn a_newer_schema_is_refused_and_not_written_to() {
    let (folder, path) = made();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "DELETE").unwrap();
    let error = refused_after_reading(folder.path());
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
}

// Opening in WAL mode may write the header's mode bytes, so contents are compared instead of bytes.
fn refused_after_reading(folder: &Path) -> StoreError {
    let dump = || {
        let connection = Connection::open(folder.join(FILE_NAME)).unwrap();
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        (version, schema(&connection).unwrap())
    };
    let before = dump();
    let error = Store::open(folder).err().unwrap();
    assert_eq!(dump(), before);
    error
}

#[test]
fn damaged_files_are_refused_and_kept() {
    let (folder, path) = made();
    let whole = fs::read(&path).unwrap();
    let mut torn = whole.clone();
    torn[8_192..12_288].fill(0xA5);
    let cases: [(&str, Vec<u8>); 5] = [
        ("empty", Vec::new()),
        ("ninety bytes", whole[..90].to_vec()),
        ("its end is missing", whole[..whole.len() / 2].to_vec()),
        ("text", b"a text that somebody saved under this name. ".repeat(10)),
        ("a torn page", torn),
    ];
    for (name, bytes) in cases {
        fs::write(&path, &bytes).unwrap();
        let error = refused_untouched(folder.path());
        assert!(matches!(error, StoreError::Corrupt { .. }), "{name}: {error}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
    fs::write(&path, &whole).unwrap();
    Store::open(folder.path()).unwrap();
}

#[test]
fn a_database_that_vanished_is_not_made_anew() {
    let (folder, path) = made();
    fs::remove_file(&path).unwrap();
    fs::write(folder.path().join(format!("{FILE_NAME}-wal")), b"left over").unwrap();
    let error = Store::open(folder.path()).err().unwrap();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert!(!path.exists());
}

#[test]
fn a_database_of_another_program_or_with_altered_triggers_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Connection::open(folder.path().join(FILE_NAME)).unwrap().execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    assert!(matches!(refused_after_reading(folder.path()), StoreError::Foreign { .. }));
    for alteration in [
        "DROP TRIGGER observation_is_never_changed",
        "CREATE TRIGGER planted AFTER INSERT ON goods BEGIN DELETE FROM goods; END",
        "CREATE VIEW planted AS SELECT 1",
    ] {
        let (folder, path) = made();
        Connection::open(&path).unwrap().execute_batch(alteration).unwrap();
        let error = refused_after_reading(folder.path());
        assert!(matches!(error, StoreError::Foreign { .. }), "{alteration}: {error}");
    }
}

#[test]
fn a_crash_while_making_the_database_leaves_nothing_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(format!("{FILE_NAME}.new")), b"half").unwrap();
    Store::open(folder.path()).unwrap();
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = Store::open(&file.join("data")).err().unwrap();
    assert!(matches!(&error, StoreError::Io { path, .. } if path.starts_with(&file)), "{error}");
}

#[test]
fn three_backups_are_kept_and_each_can_be_opened() {
    let (folder, path) = made();
    let connection = connect(&path, Access::Write).unwrap();
    for version in 1..=6 {
        connection.pragma_update(None, "user_version", version).unwrap();
        back_up(&connection, folder.path()).unwrap();
    }
    back_up(&connection, folder.path()).unwrap();
    let mut names: Vec<_> =
        fs::read_dir(folder.path().join(BACKUPS)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["desk-schema-0004.sqlite3", "desk-schema-0005.sqlite3", "desk-schema-0006.sqlite3"]);
    let copy = Connection::open(folder.path().join(BACKUPS).join("desk-schema-0004.sqlite3")).unwrap();
    assert_eq!(schema(&copy).unwrap(), schema(&connection).unwrap());
}
