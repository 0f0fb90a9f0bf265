//! Searches for secrets where none may be: in the files, in messages, and in memory after a lock.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use md5::{Digest as _, Md5};

use crate::fixture::{Desk, PASSPHRASE, secret};
use crate::{SecretId, VaultError};

/// Made up for this test and used nowhere else.
const CANARY: &str = "Canary7Qz3vK9mW2xT5rB8nL4hJ6fD1s";

/// All the forms in which a secret, or what is as good as it, could stand in a file.
fn forms(needle: &[u8]) -> Vec<(String, Vec<u8>)> {
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |hex, b| format!("{hex}{b:02x}"));
    let mut forms = vec![
        ("raw".to_owned(), needle.to_vec()),
        ("first 16".to_owned(), needle[..16].to_vec()),
        ("last 16".to_owned(), needle[needle.len() - 16..].to_vec()),
        ("hex".to_owned(), hex(needle).into_bytes()),
        ("HEX".to_owned(), hex(needle).to_uppercase().into_bytes()),
        ("utf-16".to_owned(), needle.iter().flat_map(|b| [*b, 0]).collect()),
    ];
    let md5 = hex(&Md5::digest(needle));
    forms.push(("MD5".to_owned(), md5.to_uppercase().into_bytes()));
    forms.push(("md5".to_owned(), md5.into_bytes()));
    for offset in 0..3 {
        let mut shifted = vec![0; offset];
        shifted.extend_from_slice(needle);
        let text = STANDARD_NO_PAD.encode(shifted);
        // The first and last characters also depend on the neighbours.
        let text = &text[if offset == 0 { 0 } else { 4 }..text.len() - 4];
        forms.push((format!("base64 at {offset}"), text.as_bytes().to_vec()));
    }
    forms
}

fn found_in(haystack: &[u8], needle: &[u8]) -> Option<String> {
    forms(needle)
        .into_iter()
        .find(|(_, form)| haystack.windows(form.len()).any(|window| window == form))
        .map(|(name, _)| name)
}

#[test]
fn the_search_finds_every_form_when_it_is_planted() {
    for (name, form) in forms(CANARY.as_bytes()) {
        let planted = [b"before ".as_slice(), &form, b" after"].concat();
        assert!(found_in(&planted, CANARY.as_bytes()).is_some(), "{name}");
    }
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("xx{CANARY}yy"));
    assert!(found_in(encoded.as_bytes(), CANARY.as_bytes()).is_some());
}

#[test]
fn no_file_holds_a_secret_a_passphrase_or_what_is_as_good_as_one() {
    for in_keyring in [false, true] {
        let desk = Desk::new();
        let vault = if in_keyring { desk.filled_in_keyring() } else { desk.filled() };
        vault.put(&SecretId::api_key("shop"), &secret(CANARY)).unwrap();
        vault.put(&SecretId::app_secret("other"), &secret(CANARY)).unwrap();
        let data_key = *vault.held().key().unwrap().expose();
        let mut searched = 0;
        for entry in fs::read_dir(desk.path.parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            for needle in [CANARY.as_bytes(), PASSPHRASE.as_bytes(), &data_key] {
                let found = found_in(&bytes, needle);
                assert!(found.is_none(), "{found:?} in {}", path.display());
            }
            searched += 1;
        }
        assert!(searched >= 2, "the vault and its lock file");
    }
}

#[test]
fn equal_secrets_do_not_look_equal_in_the_file() {
    let desk = Desk::new();
    let vault = desk.filled();
    let before = desk.bytes();
    vault.put(&SecretId::api_key("shop"), &secret(&"1".repeat(32))).unwrap();
    let sealed = |bytes: &[u8]| {
        let json: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        let records = json["records"].as_array().unwrap().clone();
        records.iter().map(|r| r["sealed"].to_string()).collect::<Vec<_>>()
    };
    assert_ne!(sealed(&before)[0], sealed(&desk.bytes())[0]);
}

#[test]
fn no_message_repeats_a_secret_or_a_passphrase() {
    let desk = Desk::new();
    drop(desk.filled());
    let vault = desk.open();
    let errors: [Result<(), VaultError>; 4] = [
        vault.unlock(&secret(CANARY)),
        vault.create_with_passphrase(&secret(CANARY)),
        vault.put(&SecretId::api_key("shop"), &secret(CANARY)),
        vault.put(&SecretId::api_key(""), &secret(CANARY)),
    ];
    for error in errors {
        let error = error.unwrap_err();
        let text = format!("{error} {error:?}");
        assert_eq!(found_in(text.as_bytes(), CANARY.as_bytes()), None, "{text}");
    }
}

#[cfg(unix)]
#[test]
fn folder_and_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let vault = desk.filled();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let folder = desk.path.parent().unwrap();
    assert_eq!(mode(folder), 0o700);
    let check = || {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    };
    check();
    // A file that somebody opened up is closed again by the next write.
    fs::set_permissions(&desk.path, fs::Permissions::from_mode(0o644)).unwrap();
    vault.put(&SecretId::api_key("shop"), &secret("x")).unwrap();
    check();
}

/// Our own memory, searched for a value that the search itself only holds masked.
#[cfg(target_os = "linux")]
mod memory {
    use std::fs::{self, File};
    use std::os::unix::fs::FileExt as _;

    use super::{Desk, PASSPHRASE, SecretId, secret};
    use wxpay_protocol::Secret;

    struct Masked {
        value: [u8; 32],
        mask: [u8; 32],
    }

    impl Masked {
        fn random() -> Self {
            let (mut value, mut mask) = ([0; 32], [0; 32]);
            getrandom::fill(&mut value).unwrap();
            getrandom::fill(&mut mask).unwrap();
            Self { value, mask }
        }

        fn of(secret: &[u8; 32]) -> Self {
            let mut masked = Self::random();
            for (at, byte) in secret.iter().enumerate() {
                masked.value[at] = byte ^ masked.mask[at];
            }
            masked
        }

        fn secret(&self) -> Secret {
            Secret::new(self.value.iter().zip(self.mask).map(|(v, m)| v ^ m).collect())
        }

        fn is_at(&self, window: &[u8]) -> bool {
            let pairs = self.value.iter().zip(self.mask);
            window.iter().zip(pairs).all(|(byte, (v, m))| byte ^ m == *v)
        }

        /// How often the value stands in the memory of this process.
        fn occurrences(&self) -> usize {
            const CHUNK: usize = 1 << 20;
            let memory = File::open("/proc/self/mem").unwrap();
            let maps = fs::read_to_string("/proc/self/maps").unwrap();
            let first = self.value[0] ^ self.mask[0];
            let mut buffer = vec![0; CHUNK + 31];
            let mut count = 0;
            for line in maps.lines() {
                let mut words = line.split_whitespace();
                let (range, rights) = (words.next().unwrap(), words.next().unwrap());
                if !rights.starts_with("rw") {
                    continue;
                }
                let (from, to) = range.split_once('-').unwrap();
                let mut at = u64::from_str_radix(from, 16).unwrap();
                let end = u64::from_str_radix(to, 16).unwrap();
                while at < end {
                    let length = buffer.len().min(usize::try_from(end - at).unwrap());
                    buffer.fill(0);
                    // Another test's thread may have unmapped it meanwhile.
                    if let Ok(read) = memory.read_at(&mut buffer[..length], at) {
                        count += buffer[..read]
                            .windows(32)
                            .filter(|window| window[0] == first && self.is_at(window))
                            .count();
                    }
                    at += CHUNK as u64;
                }
            }
            buffer.fill(0);
            count
        }
    }

    #[test]
    fn a_secret_is_in_memory_while_it_is_held_and_gone_afterwards() {
        let desk = Desk::new();
        let vault = desk.filled();
        let canary = Masked::random();
        let id = SecretId::api_key("shop");
        vault.put(&id, &canary.secret()).unwrap();
        let held = vault.secret(&id).unwrap();
        assert!(canary.occurrences() > 0, "the search finds nothing at all");
        drop(held);
        vault.view(&id).unwrap();
        vault.fingerprints().unwrap();
        assert!(vault.same_secret(&id, &canary.secret()).unwrap());
        assert_eq!(canary.occurrences(), 0);
    }

    #[test]
    fn the_data_key_is_gone_after_a_lock_and_after_the_vault_is_dropped() {
        let desk = Desk::new();
        let vault = desk.filled();
        let data_key = Masked::of(vault.held().key().unwrap().expose());
        assert!(data_key.occurrences() > 0);
        vault.lock();
        assert_eq!(data_key.occurrences(), 0, "after the lock");
        vault.unlock(&secret(PASSPHRASE)).unwrap();
        assert!(data_key.occurrences() > 0);
        vault.secret(&SecretId::api_key("shop")).unwrap();
        drop(vault);
        assert_eq!(data_key.occurrences(), 0, "after the drop");
    }
}
