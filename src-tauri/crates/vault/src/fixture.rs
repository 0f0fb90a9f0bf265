//! A folder of its own for each test, and cheap Argon2 parameters that only this crate's tests can reach.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use wxpay_protocol::Secret;

use crate::document::Document;
use crate::kdf::Limits;
use crate::{MemoryKeyring, SecretId, Vault, VaultError};

pub(crate) const PASSPHRASE: &str = "正确 horse battery staple";

pub(crate) struct Desk {
    _folder: TempDir,
    pub(crate) path: PathBuf,
    pub(crate) keyring: MemoryKeyring,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("data").join("vault.json"), _folder: folder, keyring: MemoryKeyring::usable() }
    }

    /// Another process, as far as the vault can tell.
    pub(crate) fn try_open(&self) -> Result<Vault, VaultError> {
        Vault::open_within(&self.path, Box::new(self.keyring.clone()), Limits::CHEAP)
    }

    pub(crate) fn open(&self) -> Vault {
        self.try_open().unwrap()
    }

    /// A passphrase vault with three secrets, open.
    pub(crate) fn filled(&self) -> Vault {
        let vault = self.open();
        vault.create_with_passphrase(&secret(PASSPHRASE)).unwrap();
        fill(&vault);
        vault
    }

    /// A keyring vault with three secrets, open.
    pub(crate) fn filled_in_keyring(&self) -> Vault {
        let vault = self.open();
        vault.create_in_keyring().unwrap();
        fill(&vault);
        vault
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    pub(crate) fn write(&self, bytes: &[u8]) {
        fs::write(&self.path, bytes).unwrap();
    }

    pub(crate) fn document(&self) -> Document {
        Document::parse(&self.bytes(), Limits::CHEAP).unwrap()
    }

    /// Opens and unlocks as a fresh process would.
    pub(crate) fn unlocked(&self) -> Result<Vault, VaultError> {
        let vault = self.try_open()?;
        vault.unlock(&secret(PASSPHRASE))?;
        Ok(vault)
    }
}

fn fill(vault: &Vault) {
    let key = |digit: &str| secret(&digit.repeat(32));
    vault.put(&SecretId::api_key("shop"), &key("1")).unwrap();
    vault.put(&SecretId::app_secret("shop"), &key("2")).unwrap();
    vault.put(&SecretId::api_key("另一家"), &key("3")).unwrap();
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

/// Compares without putting the secret into a message.
pub(crate) fn holds(vault: &Vault, id: &SecretId, text: &str) -> bool {
    vault.same_secret(id, &secret(text)).unwrap()
}
