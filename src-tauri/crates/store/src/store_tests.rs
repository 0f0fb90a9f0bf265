use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::*;

#[test]
fn readers_that_begin_together_see_one_moment_however_often_others_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let other = Store::open(folder.path()).unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            // Without an end of its own it would go on for ever where a reader fails.
            for _ in 0..1_000_000 {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                other.write(|connection| Ok(connection.execute("UPDATE counter SET value = value + 1", [])?)).unwrap();
            }
        });
        let seen: Vec<Vec<i64>> = (0..2_000).map(|_| counters_of_three(&store)).collect();
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(seen.iter().find(|seen| seen.iter().any(|one| *one != seen[0])), None, "of different moments");
        assert!(seen.iter().any(|seen| seen.len() == 3), "no three ever saw the same moment");
    });
}

fn counters_of_three(store: &Store) -> Vec<i64> {
    let readers = store.begin_reading(3).unwrap();
    let counter = |reader: &Connection| reader.query_row("SELECT value FROM counter", [], |row| row.get(0));
    let seen = readers.iter().map(counter).collect::<Result<_, _>>().unwrap();
    for reader in readers {
        store.end_reading(reader).unwrap();
    }
    seen
}

#[test]
fn commits_of_others_are_told_from_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let [store, other] = [0; 2].map(|_| Store::open(folder.path()).unwrap());
    let commit = |store: &Store, key: &'static str| {
        store.write(move |connection| Ok(connection.execute("INSERT INTO simulator_key VALUES (?1)", [key])?)).unwrap();
    };
    let seen = store.commits_of_others().unwrap();
    commit(&store, "own");
    assert_eq!(store.commits_of_others().unwrap(), seen);
    commit(&other, "another's");
    assert_ne!(store.commits_of_others().unwrap(), seen);
}
