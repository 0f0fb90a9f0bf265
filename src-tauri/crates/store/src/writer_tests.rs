use super::*;

fn start(folder: &std::path::Path) -> Writer {
    Writer::start(crate::db::prepare(folder).unwrap()).unwrap()
}

fn insert(writer: &Writer, key: &'static str) -> Result<(), StoreError> {
    writer.write(move |connection| {
        connection.execute("INSERT INTO simulator_key VALUES (?1)", [key])?;
        Ok(())
    })
}

fn count(writer: &Writer) -> i64 {
    writer
        .write(|connection| Ok(connection.query_row("SELECT count(*) FROM simulator_key", [], |row| row.get(0))?))
        .unwrap()
}

/// Jobs that wait meanwhile share the next transaction.
fn hold(writer: &Writer) {
    writer
        .write(|_| {
            std::thread::sleep(Duration::from_millis(50));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_failed_job_undoes_its_own_writes_only() {
    let folder = tempfile::tempdir().unwrap();
    let writer = start(folder.path());
    std::thread::scope(|scope| {
        scope.spawn(|| hold(&writer));
        let good = scope.spawn(|| insert(&writer, "good"));
        let bad = scope.spawn(|| {
            writer.write(|connection| {
                connection.execute("INSERT INTO simulator_key VALUES ('half')", [])?;
                Err::<(), _>(StoreError::NotFound { what: "order", name: "1".into() })
            })
        });
        assert!(good.join().unwrap().is_ok());
        assert!(matches!(bad.join().unwrap(), Err(StoreError::NotFound { .. })));
    });
    assert_eq!(count(&writer), 1);
}

#[test]
fn a_job_of_its_own_is_undone_as_a_whole_and_its_neighbours_stand() {
    let folder = tempfile::tempdir().unwrap();
    let writer = start(folder.path());
    std::thread::scope(|scope| {
        scope.spawn(|| hold(&writer));
        let before = scope.spawn(|| insert(&writer, "before"));
        let alone = scope.spawn(|| {
            writer.write_alone(|connection| {
                connection.execute("INSERT INTO simulator_key VALUES ('half')", [])?;
                Err::<(), _>(StoreError::NotFound { what: "order", name: "1".into() })
            })
        });
        let after = scope.spawn(|| insert(&writer, "after"));
        assert!(before.join().unwrap().is_ok());
        assert!(matches!(alone.join().unwrap(), Err(StoreError::NotFound { .. })));
        assert!(after.join().unwrap().is_ok());
    });
    assert_eq!(count(&writer), 2);
    writer.write_alone(|connection| Ok(connection.execute("INSERT INTO simulator_key VALUES ('whole')", [])?)).unwrap();
    assert_eq!(count(&writer), 3);
}

#[test]
fn a_full_disk_is_said_and_the_store_goes_on_when_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let writer = start(folder.path());
    let limit = |pages: i64| {
        writer
            .write(move |connection| {
                Ok(connection.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))?)
            })
            .unwrap()
    };
    limit(1); // SQLite takes the present size instead.
    let filled = writer.write(|connection| {
        connection.execute("INSERT INTO simulator_key VALUES (hex(zeroblob(100000)))", [])?;
        Ok(())
    });
    assert!(matches!(filled, Err(StoreError::Full)), "{filled:?}");
    insert(&writer, "small").ok();
    limit(1_000_000);
    insert(&writer, "after").unwrap();
    assert!(count(&writer) >= 1);
}

#[test]
fn a_database_that_somebody_else_holds_is_busy_and_then_free_again() {
    let folder = tempfile::tempdir().unwrap();
    let writer = start(folder.path());
    writer
        .write(|connection| {
            connection.busy_timeout(Duration::from_millis(10))?;
            Ok(())
        })
        .unwrap();
    let stranger = Connection::open(folder.path().join(crate::FILE_NAME)).unwrap();
    stranger.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(insert(&writer, "a"), Err(StoreError::Busy)));
    stranger.execute_batch("COMMIT").unwrap();
    insert(&writer, "a").unwrap();
}

#[test]
fn many_writers_at_once_need_far_fewer_transactions_than_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let writer = start(folder.path());
    let commits = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = commits.clone();
    writer
        .write(move |connection| {
            connection.commit_hook(Some(move || {
                counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                false
            }))?;
            Ok(())
        })
        .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                for _ in 0..10 {
                    writer
                        .write(|connection| {
                            connection.execute("UPDATE counter SET value = value + 1", [])?;
                            Ok(())
                        })
                        .unwrap();
                }
            });
        }
    });
    let commits = commits.load(std::sync::atomic::Ordering::Relaxed);
    assert!(commits < 320, "640 jobs took {commits} transactions");
}

fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
}

#[test]
fn what_is_looked_at_after_a_failed_commit_is_told_from_what_was_before() {
    let folder = tempfile::tempdir().unwrap();
    let writer = start(folder.path());
    let before = writer.look(data_version).unwrap();
    insert(&writer, "own").unwrap();
    assert_eq!(writer.look(data_version).unwrap(), before);
    let failed = writer.write(|connection| {
        connection.commit_hook(Some(|| true))?;
        Ok(connection.execute("INSERT INTO simulator_key VALUES ('lost')", [])?)
    });
    assert!(failed.is_err());
    assert_ne!(writer.look(data_version).unwrap(), before, "the connection is another one, whose numbers begin anew");
    insert(&writer, "after").unwrap();
    assert_eq!(count(&writer), 2);
}
