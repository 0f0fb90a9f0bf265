//! The life of a vault: created, locked, opened, changed by others.

use std::fs;

use crate::fixture::{Desk, PASSPHRASE, holds, secret};
use crate::{Broken, Mode, SecretId, State, Vault, VaultError};

#[test]
fn a_fresh_folder_is_absent_and_nothing_is_created_by_looking() {
    let desk = Desk::new();
    let vault = desk.open();
    assert_eq!(vault.state().unwrap(), State::Absent);
    assert!(matches!(vault.unlock(&secret(PASSPHRASE)), Err(VaultError::Absent { .. })));
    let put = vault.put(&SecretId::api_key("shop"), &secret("k"));
    assert!(matches!(put, Err(VaultError::Absent { .. })));
    assert!(vault.list().unwrap().is_empty());
    assert!(!desk.path.parent().unwrap().exists());
}

#[test]
fn what_is_put_is_there_after_a_restart_with_the_same_passphrase() {
    let desk = Desk::new();
    drop(desk.filled());
    let vault = desk.open();
    assert_eq!(vault.state().unwrap(), State::Locked(Mode::Passphrase));
    vault.unlock(&secret(PASSPHRASE)).unwrap();
    assert_eq!(vault.state().unwrap(), State::Open(Mode::Passphrase));
    assert!(holds(&vault, &SecretId::api_key("shop"), &"1".repeat(32)));
    assert!(holds(&vault, &SecretId::app_secret("shop"), &"2".repeat(32)));
    assert!(!holds(&vault, &SecretId::api_key("另一家"), &"1".repeat(32)));
}

#[test]
fn a_locked_vault_gives_nothing_takes_nothing_and_still_lists_names() {
    let desk = Desk::new();
    let vault = desk.filled();
    let before = desk.bytes();
    vault.lock();
    let id = SecretId::api_key("shop");
    let locked = |result: Result<(), VaultError>| {
        assert!(matches!(result, Err(VaultError::Locked(Mode::Passphrase))));
    };
    locked(vault.secret(&id).map(drop));
    locked(vault.view(&id).map(drop));
    locked(vault.fingerprints().map(drop));
    locked(vault.same_secret(&id, &secret("x")).map(drop));
    locked(vault.put(&id, &secret("x")));
    locked(vault.remove(&id).map(drop));
    locked(vault.remove_profile("shop").map(drop));
    locked(vault.change_to_passphrase(&secret("x")));
    locked(vault.change_to_keyring());
    assert_eq!(desk.bytes(), before);
    assert_eq!(vault.list().unwrap().len(), 3);
}

#[test]
fn a_wrong_passphrase_is_counted_and_the_next_attempt_is_refused_unseen() {
    let desk = Desk::new();
    drop(desk.filled());
    let vault = desk.open();
    let wrong = vault.unlock(&secret("wrong"));
    assert!(matches!(wrong, Err(VaultError::WrongPassphrase { attempts: 1, retry_after_ms: 1000 })));
    assert_eq!(vault.attempts(), 1);
    // Even the right one: an answer within the delay would be an oracle without a price.
    assert!(matches!(vault.unlock(&secret(PASSPHRASE)), Err(VaultError::TooSoon { retry_after_ms: 1..=1000 })));
    assert_eq!(vault.state().unwrap(), State::Locked(Mode::Passphrase));
    assert!(desk.unlocked().is_ok());
}

#[test]
fn an_existing_vault_is_never_created_over() {
    let desk = Desk::new();
    let vault = desk.filled();
    let before = desk.bytes();
    for other in [&vault, &desk.open()] {
        assert!(matches!(other.create_with_passphrase(&secret("new")), Err(VaultError::AlreadyExists { .. })));
        assert!(matches!(other.create_in_keyring(), Err(VaultError::AlreadyExists { .. })));
    }
    assert_eq!(desk.bytes(), before);
    assert!(desk.keyring.accounts().is_empty());
}

#[test]
fn empty_and_over_long_input_is_refused_and_changes_nothing() {
    let desk = Desk::new();
    assert!(matches!(desk.open().create_with_passphrase(&secret("")), Err(VaultError::PassphraseEmpty)));
    let vault = desk.filled();
    let before = desk.bytes();
    let id = SecretId::api_key("shop");
    for length in [0, Vault::SECRET_BYTES_MAX + 1] {
        let put = vault.put(&id, &secret(&"x".repeat(length)));
        assert!(matches!(put, Err(VaultError::SecretLength { bytes, .. }) if bytes == length));
    }
    for length in [0, SecretId::PROFILE_BYTES_MAX + 1] {
        let put = vault.put(&SecretId::api_key("p".repeat(length)), &secret("x"));
        assert!(matches!(put, Err(VaultError::ProfileInvalid { bytes }) if bytes == length));
    }
    assert!(matches!(vault.change_to_passphrase(&secret("")), Err(VaultError::PassphraseEmpty)));
    assert_eq!(desk.bytes(), before);
}

#[test]
fn a_vault_that_would_not_be_read_back_is_not_written() {
    let desk = Desk::new();
    let vault = desk.filled();
    let long = secret(&"x".repeat(Vault::SECRET_BYTES_MAX));
    let full = (0..100).find_map(|n| {
        let id = SecretId::api_key(format!("profile {n}"));
        vault.put(&id, &long).err().map(|error| (n, error))
    });
    let Some((count, VaultError::Full { .. })) = full else {
        panic!("4 MiB hold no hundred records of 64 KiB");
    };
    let vault = desk.unlocked().unwrap();
    assert_eq!(vault.list().unwrap().len(), 3 + count);
}

#[test]
fn what_is_shown_is_a_tail_and_a_fingerprint() {
    let desk = Desk::new();
    let vault = desk.filled();
    let id = SecretId::api_key("shop");
    vault.put(&id, &secret("192006250b4c09247ec02edce69f6a2d")).unwrap();
    let view = vault.view(&id).unwrap();
    assert_eq!(view.tail.as_deref(), Some("6a2d"));
    assert_eq!(view.fingerprint.len(), 8);
    vault.put(&id, &secret("short")).unwrap();
    assert_eq!(vault.view(&id).unwrap().tail, None);
    let all = vault.fingerprints().unwrap();
    assert_eq!(all.len(), 3);
    assert!(all.contains(&(id.clone(), vault.view(&id).unwrap())));
    assert!(matches!(
        vault.view(&SecretId::app_secret("另一家")),
        Err(VaultError::NotSet(missing)) if missing == SecretId::app_secret("另一家")
    ));
}

#[test]
fn removing_a_profile_leaves_the_others() {
    let desk = Desk::new();
    let vault = desk.filled();
    assert_eq!(vault.remove_profile("shop").unwrap(), 2);
    assert_eq!(vault.remove_profile("shop").unwrap(), 0);
    assert_eq!(vault.list().unwrap(), [SecretId::api_key("另一家")]);
    assert!(vault.remove(&SecretId::api_key("另一家")).unwrap());
    assert!(!vault.remove(&SecretId::api_key("另一家")).unwrap());
    assert!(desk.unlocked().unwrap().list().unwrap().is_empty());
}

#[test]
fn a_new_passphrase_replaces_the_old_one_and_keeps_the_records() {
    let desk = Desk::new();
    let vault = desk.filled();
    vault.change_to_passphrase(&secret("another")).unwrap();
    assert!(matches!(desk.unlocked().map(drop), Err(VaultError::WrongPassphrase { .. })));
    let again = desk.open();
    again.unlock(&secret("another")).unwrap();
    assert!(holds(&again, &SecretId::api_key("shop"), &"1".repeat(32)));
}

#[test]
fn each_process_sees_what_the_other_wrote_and_keeps_its_own_lock() {
    let desk = Desk::new();
    let window = desk.open();
    let cli = desk.filled();
    assert_eq!(window.state().unwrap(), State::Locked(Mode::Passphrase));
    window.unlock(&secret(PASSPHRASE)).unwrap();
    let id = SecretId::api_key("third");
    cli.put(&id, &secret("from the command line")).unwrap();
    assert!(holds(&window, &id, "from the command line"));
    window.put(&id, &secret("from the window")).unwrap();
    assert!(holds(&cli, &id, "from the window"));
    cli.change_to_keyring().unwrap();
    cli.lock();
    assert_eq!(window.state().unwrap(), State::Open(Mode::Keyring));
    assert_eq!(cli.state().unwrap(), State::Locked(Mode::Keyring));
}

#[test]
fn a_vault_whose_file_disappears_or_is_another_one_is_no_longer_open() {
    let desk = Desk::new();
    let vault = desk.filled();
    fs::remove_file(&desk.path).unwrap();
    assert_eq!(vault.state().unwrap(), State::Absent);
    let other = desk.open();
    other.create_with_passphrase(&secret("another")).unwrap();
    assert_eq!(vault.state().unwrap(), State::Locked(Mode::Passphrase));
    fs::remove_file(&desk.path).unwrap();
    desk.open().create_with_passphrase(&secret("third")).unwrap();
    assert_eq!(other.state().unwrap(), State::Locked(Mode::Passphrase));
    assert!(matches!(other.secret(&SecretId::api_key("shop")), Err(VaultError::Locked(_))));
}

#[test]
fn a_file_put_back_from_an_older_copy_is_refused_and_locks() {
    let desk = Desk::new();
    let vault = desk.filled();
    let old = desk.bytes();
    let id = SecretId::api_key("shop");
    vault.put(&id, &secret("rotated key")).unwrap();
    let seen = vault.revision().unwrap().unwrap();
    let new = desk.bytes();
    desk.write(&old);
    let rolled_back = |result: Result<(), VaultError>| {
        let Err(VaultError::Broken { reason, .. }) = result else {
            panic!("the older copy was taken");
        };
        assert_eq!(reason, Broken::RolledBack { found: 4, seen: 5 });
    };
    rolled_back(vault.secret(&id).map(drop));
    rolled_back(vault.put(&id, &secret("x")));
    assert_eq!(desk.bytes(), old);
    // A fresh process that was told what was seen refuses as well; one that was not cannot know.
    let fresh = desk.open();
    rolled_back(fresh.refuse_older_than(seen.clone()));
    rolled_back(fresh.unlock(&secret(PASSPHRASE)));
    desk.write(&new);
    assert_eq!(vault.state().unwrap(), State::Locked(Mode::Passphrase));
    let fresh = desk.open();
    fresh.refuse_older_than(seen).unwrap();
    fresh.unlock(&secret(PASSPHRASE)).unwrap();
    assert!(holds(&fresh, &id, "rotated key"));
}

#[test]
fn a_path_that_cannot_be_a_file_names_the_place() {
    let desk = Desk::new();
    let vault = desk.filled();
    let below = desk.path.join("vault.json");
    let error = Vault::open(&below, Box::new(desk.keyring.clone())).map(drop);
    let Err(error @ VaultError::Io { .. }) = error else {
        panic!("a file was taken for a folder");
    };
    assert!(error.to_string().contains("vault.json"));
    drop(vault);
}
