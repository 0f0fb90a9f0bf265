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

#[test]
fn what_was_seen_of_the_alarms_before_their_places_stays_seen_and_the_rest_is_new() {
    const BEFORE_PLACES: usize = 13;
    let folder = tempfile::tempdir().unwrap();
    let mut connection = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    MIGRATIONS.to_version(&mut connection, BEFORE_PLACES).unwrap();
    connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    let orders = "INSERT INTO orders (id, profile, appid, mch_id, out_trade_no, origin, sign_type, total_fee, body, created_at, state, \
         shown_state, flags, advice, changed_at, last_seq) VALUES (?1, 'shop', 'wx0000000000000001', '1900000001', 'N' || ?1, 1, 'MD5', 1, 'T', \
         0, 0, 0, 2, 2, 100, ?1)";
    for id in 1..=3 {
        connection.execute(orders, [id]).unwrap();
    }
    // The first was seen as it is, the second before it changed, the third never.
    connection
        .execute_batch(
            "INSERT INTO alarm_seen (kind, profile, subject, at) VALUES ('conflict', 'shop', 'N1', 100), ('conflict', 'shop', 'N2', 99), \
             ('bill_changed', 'shop', '2026-11-20', 100); \
             INSERT INTO notices (id, received_at, kind, profile, mch_id, out_trade_no, verdict, checks, attempt, digest, body) \
             SELECT n, 100, 'payment', 'shop', '1900000001', 'X' || n, 3, '[]', 1, zeroblob(32), x'' FROM (SELECT 1 AS n UNION SELECT 2); \
             INSERT INTO alarm_seen (kind, profile, subject, at) VALUES ('orphan_notice', 'shop', '1', 100)",
        )
        .unwrap();
    drop(connection);
    let store = Store::open(folder.path()).unwrap();
    let mut found = Vec::new();
    store.each_alarm(|key| found.push((key.place.source, key.place.id, key.seen))).unwrap();
    found.sort_unstable();
    assert_eq!(found, [(0, 1, true), (0, 2, false), (0, 3, false), (2, 1, true), (2, 2, false)]);
    let of_day = crate::AlarmMark {
        kind: "bill_changed",
        profile: "shop".into(),
        subject: "2026-11-20".into(),
        at: wxpay_protocol::UtcMs(100),
    };
    assert_eq!(store.alarms_seen(&[of_day]).unwrap(), [true]);
}

#[test]
fn an_older_folder_keeps_its_alarms_about_bills_and_what_was_seen_of_them() {
    const BEFORE_HEARING: usize = 18;
    let folder = tempfile::tempdir().unwrap();
    let mut connection = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    MIGRATIONS.to_version(&mut connection, BEFORE_HEARING).unwrap();
    connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    let date = wxpay_protocol::UtcMs::parse_dashed("2026-11-20 00:00:00").unwrap();
    let day = |days: i64| date.plus_ms(days * wxpay_protocol::UtcMs::DAY_MS);
    let bill = "INSERT INTO day_bills (profile, date, kind, columns, digest, rows, payments, refunds, malformed, summary_ok, total_fen, \
         settle_fen, refund_fen, fee_milli_fen, seen_at) VALUES ('shop', ?1, 'ALL', ?2, ?3, 0, 0, 0, 0, 1, 0, 0, 0, 0, ?4)";
    let flow = "INSERT INTO day_flows (profile, date, account, is_none, digest, rows, seen_at) VALUES ('shop', ?1, 'Basic', 0, ?2, 1, ?3)";
    // A bill that changed, one that is denied now, one that came later; fund flows that changed, of the first day and of a day alone.
    for (days, columns, at) in [(0, 27, 1_u8), (0, 24, 2), (1, 27, 3), (1, 0, 4), (2, 0, 5), (2, 27, 6)] {
        connection.execute(bill, (day(days).0, columns, [at; 32], i64::from(at))).unwrap();
    }
    for (days, at) in [(0, 7_u8), (0, 8), (3, 9), (3, 10)] {
        connection.execute(flow, (day(days).0, [at; 32], i64::from(at))).unwrap();
    }
    // The first day was seen when its fund flow had changed as well, which nobody was told; the denied and the last one as they are.
    let seen = "INSERT INTO alarm_seen (kind, profile, subject, at) VALUES ('bill_changed', 'shop', ?1, ?2)";
    for (days, at) in [(0, 8), (1, 4), (3, 10)] {
        connection.execute(seen, (day(days).day(), at)).unwrap();
    }
    // A build before the last step wrote the mark of the denial under its new name already.
    connection.execute(seen, (format!("{} NO_BILL", day(1).day()), 4)).unwrap();
    drop(connection);
    let store = Store::open(folder.path()).unwrap();
    let changed = store.changed_bills().unwrap();
    let told = |one: &crate::ChangedBill| {
        let what = match one.change {
            crate::BillChange::FundFlow => " FUNDFLOW",
            crate::BillChange::NoBill => " NO_BILL",
            _ => "",
        };
        let subject = format!("{}{what}", one.date.day());
        let mark = crate::AlarmMark { kind: "bill_changed", profile: one.profile.clone(), subject, at: one.at };
        (one.date, one.change, one.at.0, store.alarms_seen(&[mark]).unwrap()[0])
    };
    assert_eq!(
        changed.iter().map(told).collect::<Vec<_>>(),
        [
            (day(0), crate::BillChange::OtherBill, 2, true),
            (day(1), crate::BillChange::NoBill, 4, true),
            (day(0), crate::BillChange::FundFlow, 8, false),
            (day(3), crate::BillChange::FundFlow, 10, true),
        ]
    );
}
