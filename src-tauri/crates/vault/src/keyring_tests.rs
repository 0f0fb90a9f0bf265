//! A keyring that is open, locked, gone, empty, or that lies.

use wxpay_protocol::Secret;

use crate::fixture::{Desk, PASSPHRASE, holds, secret};
use crate::kdf::Limits;
use crate::{
    Broken, KeyringAbsence, KeyringError, KeyringStatus, KeyringStore, MemoryKeyring, Mode, SecretId, State, Vault,
    VaultError,
};

const ABSENT: KeyringStatus = KeyringStatus::Absent(KeyringAbsence::NoService);

#[test]
fn a_keyring_vault_opens_by_itself_after_a_restart() {
    let desk = Desk::new();
    drop(desk.filled_in_keyring());
    let vault = desk.open();
    assert_eq!(vault.state().unwrap(), State::Locked(Mode::Keyring));
    vault.unlock_from_keyring().unwrap();
    assert_eq!(vault.state().unwrap(), State::Open(Mode::Keyring));
    assert!(holds(&vault, &SecretId::api_key("shop"), &"1".repeat(32)));
    assert!(matches!(vault.unlock(&secret(PASSPHRASE)), Err(VaultError::OtherMode(Mode::Keyring))));
}

#[test]
fn a_locked_keyring_is_a_locked_vault_and_never_a_first_run() {
    let desk = Desk::new();
    drop(desk.filled_in_keyring());
    desk.keyring.set_status(KeyringStatus::Locked);
    let vault = desk.open();
    assert!(matches!(vault.unlock_from_keyring(), Err(VaultError::KeyringLocked)));
    assert_eq!(vault.state().unwrap(), State::Locked(Mode::Keyring));
    assert_eq!(vault.keyring_status(), KeyringStatus::Locked);
    assert!(matches!(vault.create_in_keyring(), Err(VaultError::AlreadyExists { .. })));
    desk.keyring.set_status(KeyringStatus::Usable);
    vault.unlock_from_keyring().unwrap();
}

#[test]
fn a_missing_keyring_and_a_foreign_keyring_are_told_apart() {
    let desk = Desk::new();
    drop(desk.filled_in_keyring());
    let vault = desk.open();
    desk.keyring.set_status(ABSENT);
    assert!(matches!(vault.unlock_from_keyring(), Err(VaultError::KeyringAbsent(KeyringAbsence::NoService))));
    desk.keyring.set_status(KeyringStatus::Usable);
    desk.keyring.clear();
    assert!(matches!(vault.unlock_from_keyring(), Err(VaultError::KeyringKeyMissing { .. })));
    assert_eq!(vault.state().unwrap(), State::Locked(Mode::Keyring));
}

#[test]
fn a_changed_key_in_the_keyring_opens_nothing() {
    let desk = Desk::new();
    drop(desk.filled_in_keyring());
    let accounts = desk.keyring.accounts();
    let [account] = accounts.as_slice() else {
        panic!("one vault has one entry: {accounts:?}");
    };
    for foreign in ["x".repeat(32), "x".repeat(31)] {
        desk.keyring.set(account, &secret(&foreign)).unwrap();
        let Err(VaultError::Broken { reason, .. }) = desk.open().unlock_from_keyring() else {
            panic!("opened with a foreign key");
        };
        assert_eq!(reason, Broken::WrappedKey);
    }
}

#[test]
fn without_a_usable_keyring_no_file_appears() {
    let desk = Desk::new();
    let vault = desk.open();
    desk.keyring.set_status(KeyringStatus::Locked);
    assert!(matches!(vault.create_in_keyring(), Err(VaultError::KeyringLocked)));
    desk.keyring.set_status(ABSENT);
    assert!(matches!(vault.create_in_keyring(), Err(VaultError::KeyringAbsent(_))));
    assert_eq!(vault.state().unwrap(), State::Absent);
    assert!(!desk.path.exists());
    // The way out: a passphrase.
    vault.create_with_passphrase(&secret(PASSPHRASE)).unwrap();
    assert_eq!(vault.state().unwrap(), State::Open(Mode::Passphrase));
}

#[test]
fn the_probe_writes_and_leaves_nothing_behind() {
    let keyring = MemoryKeyring::usable();
    assert_eq!(keyring.probe(), KeyringStatus::Usable);
    assert!(keyring.accounts().is_empty());
    assert_eq!(MemoryKeyring::locked().probe(), KeyringStatus::Locked);
    assert_eq!(MemoryKeyring::absent().probe(), ABSENT);
}

/// Takes every key and forgets it at once.
struct Forgetful;

impl KeyringStore for Forgetful {
    fn set(&self, _: &str, _: &Secret) -> Result<(), KeyringError> {
        Ok(())
    }
    fn get(&self, _: &str) -> Result<Option<Secret>, KeyringError> {
        Ok(None)
    }
    fn delete(&self, _: &str) -> Result<(), KeyringError> {
        Ok(())
    }
}

#[test]
fn a_keyring_that_loses_what_it_took_is_not_usable_and_gets_no_vault() {
    let desk = Desk::new();
    let vault = Vault::open_within(&desk.path, Box::new(Forgetful), Limits::CHEAP).unwrap();
    let failed = KeyringStatus::Absent(KeyringAbsence::Failed);
    assert_eq!(vault.keyring_status(), failed);
    assert!(matches!(vault.create_in_keyring(), Err(VaultError::KeyringAbsent(KeyringAbsence::Failed))));
    assert!(!desk.path.exists());
}

#[test]
fn two_vaults_in_one_keyring_never_meet() {
    let one = Desk::new();
    let mut two = Desk::new();
    two.keyring = one.keyring.clone();
    drop(one.filled_in_keyring());
    let second = two.open();
    second.create_in_keyring().unwrap();
    assert_eq!(one.keyring.accounts().len(), 2);
    // Not even when one file is copied over the other.
    let vault = one.open();
    vault.unlock_from_keyring().unwrap();
    one.write(&two.bytes());
    assert_eq!(vault.state().unwrap(), State::Locked(Mode::Keyring));
    vault.unlock_from_keyring().unwrap();
    assert!(vault.list().unwrap().is_empty());
}

#[test]
fn changing_how_it_opens_keeps_the_records_and_clears_the_keyring() {
    let desk = Desk::new();
    let vault = desk.filled_in_keyring();
    vault.change_to_passphrase(&secret(PASSPHRASE)).unwrap();
    assert!(desk.keyring.accounts().is_empty());
    let vault = desk.unlocked().unwrap();
    vault.change_to_keyring().unwrap();
    vault.change_to_keyring().unwrap();
    assert_eq!(desk.keyring.accounts().len(), 1);
    let vault = desk.open();
    vault.unlock_from_keyring().unwrap();
    assert!(holds(&vault, &SecretId::app_secret("shop"), &"2".repeat(32)));
}

#[test]
fn a_change_to_a_locked_keyring_leaves_the_passphrase_in_force() {
    let desk = Desk::new();
    let vault = desk.filled();
    let before = desk.bytes();
    desk.keyring.set_status(KeyringStatus::Locked);
    assert!(matches!(vault.change_to_keyring(), Err(VaultError::KeyringLocked)));
    assert_eq!(desk.bytes(), before);
    assert!(desk.unlocked().is_ok());
}
