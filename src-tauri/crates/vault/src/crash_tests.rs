//! Writers that die half way, and writers that write at once.

use std::fs;
use std::mem;
use std::thread;

use crate::SecretId;
use crate::file::WriteLock;
use crate::fixture::{Desk, holds, secret};

#[test]
fn a_writer_that_dies_before_the_rename_leaves_the_old_vault() {
    let desk = Desk::new();
    drop(desk.filled());
    let old = desk.bytes();
    {
        let lock = WriteLock::acquire(&desk.path).unwrap();
        // Forgotten, not dropped: nobody cleans up after a killed process.
        mem::forget(lock.stage(b"half of a new vault").unwrap());
    }
    let left_over = desk.path.with_file_name("vault.json.new");
    assert!(left_over.exists());
    assert_eq!(desk.bytes(), old);
    let vault = desk.unlocked().unwrap();
    vault.put(&SecretId::api_key("next"), &secret("next")).unwrap();
    assert!(!left_over.exists());
    assert!(holds(&desk.unlocked().unwrap(), &SecretId::api_key("next"), "next"));
}

#[test]
fn a_writer_that_gives_up_removes_what_it_staged() {
    let desk = Desk::new();
    drop(desk.filled());
    let old = desk.bytes();
    let lock = WriteLock::acquire(&desk.path).unwrap();
    drop(lock.stage(b"never committed").unwrap());
    assert!(!desk.path.with_file_name("vault.json.new").exists());
    assert_eq!(desk.bytes(), old);
}

#[test]
fn a_write_that_fails_says_so_and_keeps_the_old_vault() {
    let desk = Desk::new();
    let vault = desk.filled();
    let old = desk.bytes();
    // A folder in the place of the temporary file can be neither removed as a file nor written.
    fs::create_dir(desk.path.with_file_name("vault.json.new")).unwrap();
    let id = SecretId::api_key("next");
    let error = vault.put(&id, &secret("next")).unwrap_err();
    assert!(error.to_string().contains("vault.json.new"), "{error}");
    assert_eq!(desk.bytes(), old);
    assert!(vault.list().unwrap().len() == 3 && vault.secret(&id).is_err());
}

#[test]
fn two_writers_of_200_records_each_lose_none() {
    let desk = Desk::new();
    drop(desk.filled());
    thread::scope(|scope| {
        for writer in ["window", "cli"] {
            let vault = desk.unlocked().unwrap();
            scope.spawn(move || {
                for n in 0..200 {
                    let id = SecretId::api_key(format!("{writer} {n}"));
                    vault.put(&id, &secret(&format!("key {n} of {writer}"))).unwrap();
                }
            });
        }
    });
    let vault = desk.unlocked().unwrap();
    assert_eq!(vault.list().unwrap().len(), 403);
    assert_eq!(vault.revision().unwrap().unwrap().generation, 404);
    for writer in ["window", "cli"] {
        for n in 0..200 {
            let id = SecretId::api_key(format!("{writer} {n}"));
            assert!(holds(&vault, &id, &format!("key {n} of {writer}")));
        }
    }
}

#[test]
fn two_threads_that_share_one_vault_lose_nothing_either() {
    let desk = Desk::new();
    let vault = desk.filled();
    thread::scope(|scope| {
        for writer in 0..2 {
            let vault = &vault;
            scope.spawn(move || {
                for n in 0..25 {
                    let id = SecretId::app_secret(format!("{writer}-{n}"));
                    vault.put(&id, &secret("x")).unwrap();
                    assert!(holds(vault, &id, "x"));
                }
            });
        }
    });
    assert_eq!(desk.unlocked().unwrap().list().unwrap().len(), 53);
}

#[test]
fn of_two_that_create_at_once_one_wins_and_the_other_opens_nothing_of_its_own() {
    for _ in 0..20 {
        let desk = Desk::new();
        let results = thread::scope(|scope| {
            let create = || desk.open().create_with_passphrase(&secret("same")).is_ok();
            let other = scope.spawn(create);
            [create(), other.join().unwrap()]
        });
        assert_eq!(results.iter().filter(|created| **created).count(), 1);
        desk.open().unlock(&secret("same")).unwrap();
    }
}
