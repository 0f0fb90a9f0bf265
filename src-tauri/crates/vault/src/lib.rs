//! Secrets at rest and in memory: API keys and AppSecrets of merchant profiles.
//!
//! One file holds them all. A random data key encrypts each record (XChaCha20-Poly1305, the record's identity as
//! associated data); the data key itself is wrapped by a key that lies in the keyring of the operating system, or by
//! one derived from a passphrase with Argon2id. A seal under the data key covers the whole file, so that records
//! cannot be deleted, swapped, duplicated or put back from an older copy of the file unnoticed while the program
//! remembers the [`Revision`] it saw last. Nothing is ever written in the clear, and no secret leaves this crate
//! except as a [`wxpay_protocol::Secret`].
//!
//! What it does not protect against: programs of the same user while the vault is open, the administrator, and
//! whoever holds an old copy of the file together with the passphrase of that time.
//!
//! Every call blocks (files, the keyring's answer, Argon2): call it from a thread that may wait.

mod attempts;
mod document;
mod encoded;
mod error;
mod file;
mod kdf;
mod keyring_store;
mod memory_keyring;
mod os_keyring;
mod records;
mod sealing;
mod secret_id;
mod vault;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod keyring_tests;
#[cfg(test)]
mod leak_tests;
#[cfg(test)]
mod tamper_tests;
#[cfg(test)]
mod vault_tests;

pub use error::{Broken, VaultError};
pub use keyring_store::{KeyringAbsence, KeyringError, KeyringStatus, KeyringStore};
pub use memory_keyring::MemoryKeyring;
pub use os_keyring::OsKeyring;
pub use secret_id::{SecretId, SecretKind, SecretView};
pub use vault::{Mode, Revision, State, Vault};
