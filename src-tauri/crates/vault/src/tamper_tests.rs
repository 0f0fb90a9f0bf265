//! Planted changes to the file, by accident (the checksum is not repaired) and on purpose (it is).

use std::fs;

use crate::document::{Document, Wrap};
use crate::file::BYTES_MAX;
use crate::fixture::{Desk, PASSPHRASE, holds, secret};
use crate::kdf::{Kdf, Limits};
use crate::{Broken, SecretId, Vault, VaultError};

/// One planted change.
type Plant<T> = fn(&mut T);

fn reason<T>(result: Result<T, VaultError>) -> Broken {
    match result.map(drop) {
        Err(VaultError::Broken { reason, .. }) => reason,
        Err(error) => panic!("refused for another reason: {error}"),
        Ok(()) => panic!("accepted"),
    }
}

fn forged(desk: &Desk, forge: impl FnOnce(&mut Document)) {
    let mut document = desk.document();
    forge(&mut document);
    desk.write(&document.forge());
}

#[test]
fn every_flipped_bit_is_refused_without_asking_for_a_passphrase() {
    let desk = Desk::new();
    drop(desk.filled());
    let original = desk.bytes();
    for at in 0..original.len() {
        for bit in 0..8 {
            let mut bytes = original.clone();
            bytes[at] ^= 1 << bit;
            desk.write(&bytes);
            reason(desk.try_open());
            assert_eq!(desk.bytes(), bytes, "the damaged file is kept");
        }
    }
    desk.write(&original);
    assert!(desk.unlocked().is_ok());
}

#[test]
fn every_flipped_bit_under_a_repaired_checksum_opens_nothing() {
    let desk = Desk::new();
    drop(desk.filled());
    let original = desk.bytes();
    let mut tried = 0;
    for at in 0..original.len() {
        for bit in 0..8 {
            let mut bytes = original.clone();
            bytes[at] ^= 1 << bit;
            let Ok(mut document) = serde_json::from_slice::<Document>(&bytes) else {
                continue;
            };
            let bytes = document.forge();
            if bytes == original {
                continue;
            }
            tried += 1;
            desk.write(&bytes);
            assert!(desk.unlocked().is_err(), "byte {at} bit {bit}");
        }
    }
    assert!(tried > 1000, "only {tried} forgeries could be read");
}

#[test]
fn every_truncation_is_refused() {
    let desk = Desk::new();
    drop(desk.filled());
    let original = desk.bytes();
    for length in 0..original.len() {
        desk.write(&original[..length]);
        let expected = if length == 0 { Broken::Empty } else { Broken::Malformed };
        assert_eq!(reason(desk.try_open()), expected, "length {length}");
    }
    let longer = [original.as_slice(), b"\n"].concat();
    desk.write(&longer);
    assert_eq!(reason(desk.try_open()), Broken::Malformed);
}

#[test]
fn a_damaged_file_locks_the_vault_that_had_it_open() {
    let desk = Desk::new();
    let vault = desk.filled();
    let original = desk.bytes();
    desk.write(&original[..original.len() / 2]);
    let id = SecretId::api_key("shop");
    assert_eq!(reason(vault.secret(&id)), Broken::Malformed);
    assert_eq!(reason(vault.put(&id, &secret("x"))), Broken::Malformed);
    assert!(vault.held().key().is_none());
    assert_eq!(desk.bytes(), &original[..original.len() / 2]);
}

#[test]
fn swapped_renamed_doubled_reordered_and_missing_records_are_refused() {
    let desk = Desk::new();
    drop(desk.filled());
    let original = desk.bytes();
    let plants: [(Plant<Document>, Broken); 6] = [
        (|d| d.swap_ciphertexts(0, 1), Broken::Seal),
        (|d| d.rename(2, "shop"), Broken::RecordOrder),
        (|d| d.rename(2, "另二家"), Broken::Seal),
        (|d| d.duplicate(1), Broken::RecordOrder),
        (Document::reverse, Broken::RecordOrder),
        (|d| assert_eq!(d.remove(|id| id.profile == "shop"), 2), Broken::Seal),
    ];
    for (plant, expected) in plants {
        desk.write(&original);
        forged(&desk, plant);
        assert_eq!(reason(desk.unlocked()), expected);
    }
}

#[test]
fn old_records_in_a_new_file_and_records_of_another_vault_are_refused() {
    let desk = Desk::new();
    let vault = desk.filled();
    let old = desk.document();
    vault.put(&SecretId::api_key("shop"), &secret("rotated")).unwrap();
    drop(vault);
    let new = desk.bytes();
    forged(&desk, |document| document.take_records_of(&old));
    assert_eq!(reason(desk.unlocked()), Broken::Seal);
    let other = Desk::new();
    drop(other.filled());
    desk.write(&new);
    forged(&desk, |document| document.take_records_of(&other.document()));
    assert_eq!(reason(desk.unlocked()), Broken::Seal);
    desk.write(&new);
    forged(&desk, |document| document.generation += 1);
    assert_eq!(reason(desk.unlocked()), Broken::Seal);
}

#[test]
fn a_record_sealed_for_one_identity_does_not_decrypt_under_another() {
    let desk = Desk::new();
    let vault = desk.filled();
    // Whoever could reseal the file still cannot move a record: its own associated data holds its identity.
    vault
        .change(|document, _| {
            document.swap_ciphertexts(0, 1);
            Ok(())
        })
        .unwrap();
    let vault = desk.unlocked().unwrap();
    assert_eq!(reason(vault.secret(&SecretId::api_key("shop"))), Broken::Record);
    assert_eq!(reason(vault.secret(&SecretId::app_secret("shop"))), Broken::Record);
    assert!(holds(&vault, &SecretId::api_key("另一家"), &"3".repeat(32)));
}

fn with_kdf(desk: &Desk, change: impl FnOnce(&mut Kdf)) {
    forged(desk, |document| {
        let Wrap::Passphrase { kdf, .. } = &mut document.wrap else {
            panic!("a passphrase vault");
        };
        change(kdf);
    });
}

#[test]
fn a_lowered_or_raised_key_derivation_is_refused_before_it_runs() {
    let desk = Desk::new();
    drop(desk.filled());
    let original = desk.bytes();
    let plants: [(Plant<Kdf>, Broken); 6] = [
        (|kdf| kdf.memory_kib = 8, Broken::KdfBelowFloor),
        (|kdf| kdf.passes = 0, Broken::KdfBelowFloor),
        (|kdf| kdf.lanes = 0, Broken::KdfBelowFloor),
        (|kdf| kdf.memory_kib = u32::MAX, Broken::KdfAboveCeiling),
        (|kdf| kdf.passes = u32::MAX, Broken::KdfAboveCeiling),
        (|kdf| kdf.lanes = 1 << 23, Broken::KdfAboveCeiling),
    ];
    for (plant, expected) in plants {
        desk.write(&original);
        with_kdf(&desk, plant);
        assert_eq!(reason(desk.try_open()), expected);
    }
    // Within the limits it runs, and derives a key that opens nothing.
    desk.write(&original);
    with_kdf(&desk, |kdf| kdf.memory_kib = 64);
    assert!(matches!(desk.unlocked().map(drop), Err(VaultError::WrongPassphrase { .. })));
}

#[test]
fn the_shipped_limits_refuse_what_tests_may_use_and_hold_the_documented_numbers() {
    let desk = Desk::new();
    drop(desk.filled());
    let shipped = || Vault::open(&desk.path, Box::new(desk.keyring.clone()));
    assert_eq!(reason(shipped()), Broken::KdfBelowFloor);
    for (memory_kib, passes, expected) in [
        (64 * 1024 - 1, 3, Err(Broken::KdfBelowFloor)),
        (64 * 1024, 2, Err(Broken::KdfBelowFloor)),
        (64 * 1024, 3, Ok(())),
        (256 * 1024, 10, Ok(())),
        (256 * 1024 + 1, 3, Err(Broken::KdfAboveCeiling)),
        (64 * 1024, 11, Err(Broken::KdfAboveCeiling)),
    ] {
        let kdf = Kdf { memory_kib, passes, ..Kdf::fresh(Limits::SHIPPED).unwrap() };
        assert_eq!(Limits::SHIPPED.check(&kdf), expected);
    }
}

#[test]
fn a_header_that_names_the_other_mode_opens_nothing() {
    let desk = Desk::new();
    drop(desk.filled());
    forged(&desk, |document| {
        let Wrap::Passphrase { nonce, key, .. } = document.wrap.clone() else {
            panic!("a passphrase vault");
        };
        document.wrap = Wrap::Keyring { nonce, key };
    });
    let vault = desk.open();
    assert!(matches!(vault.unlock(&secret(PASSPHRASE)), Err(VaultError::OtherMode(_))));
    assert!(matches!(vault.unlock_from_keyring(), Err(VaultError::KeyringKeyMissing { .. })));
}

#[test]
fn a_newer_version_another_format_and_unknown_members_are_refused_by_name() {
    let desk = Desk::new();
    drop(desk.filled());
    let original = String::from_utf8(desk.bytes()).unwrap();
    for (from, to, expected) in [
        ("\"version\": 1", "\"version\": 2", Broken::NewerVersion { found: 2 }),
        ("\"version\": 1", "\"version\": 0", Broken::Malformed),
        ("wxpay-desk vault", "wxpay-desk store", Broken::Malformed),
        ("\"generation\"", "\"extra\": 1, \"generation\"", Broken::Malformed),
        ("  \"vault_id\"", "\"vault_id\"", Broken::Malformed),
        ("api_key", "api_kez", Broken::Malformed),
    ] {
        let changed = original.replacen(from, to, 1);
        assert_ne!(changed, original);
        desk.write(changed.as_bytes());
        assert_eq!(reason(desk.try_open()), expected, "{from} → {to}");
    }
}

#[test]
fn what_is_not_a_regular_file_of_sane_size_is_refused() {
    let desk = Desk::new();
    drop(desk.filled());
    desk.write(&vec![b' '; BYTES_MAX + 1]);
    assert_eq!(reason(desk.try_open()), Broken::TooLarge);
    fs::remove_file(&desk.path).unwrap();
    fs::create_dir(&desk.path).unwrap();
    assert_eq!(reason(desk.try_open()), Broken::NotAFile);
    #[cfg(unix)]
    {
        fs::remove_dir(&desk.path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &desk.path).unwrap();
        assert_eq!(reason(desk.try_open()), Broken::NotAFile);
    }
}
