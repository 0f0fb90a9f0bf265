//! A keyring in memory, for tests of this crate and of those above it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wxpay_protocol::Secret;

use crate::keyring_store::{KeyringAbsence, KeyringError, KeyringStatus, KeyringStore};

/// Behaves as the real one was seen to: locked, it answers reads with "no entry" and refuses writes. Clones share
/// their contents, so that a test can lock, open or empty the keyring that a vault holds.
#[derive(Clone)]
pub struct MemoryKeyring(Arc<Mutex<Contents>>);

struct Contents {
    status: KeyringStatus,
    entries: BTreeMap<String, Secret>,
}

impl MemoryKeyring {
    /// An open, empty keyring.
    pub fn usable() -> Self {
        Self::with_status(KeyringStatus::Usable)
    }

    /// A locked keyring.
    pub fn locked() -> Self {
        Self::with_status(KeyringStatus::Locked)
    }

    /// A system without any.
    pub fn absent() -> Self {
        Self::with_status(KeyringStatus::Absent(KeyringAbsence::NoService))
    }

    fn with_status(status: KeyringStatus) -> Self {
        Self(Arc::new(Mutex::new(Contents { status, entries: BTreeMap::new() })))
    }

    /// Locks, opens or takes away the keyring; what it holds stays.
    pub fn set_status(&self, status: KeyringStatus) {
        self.contents().status = status;
    }

    /// Forgets everything, as a fresh keyring on another computer.
    pub fn clear(&self) {
        self.contents().entries.clear();
    }

    /// The accounts that hold a key, in order.
    pub fn accounts(&self) -> Vec<String> {
        self.contents().entries.keys().cloned().collect()
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyringStore for MemoryKeyring {
    fn set(&self, account: &str, key: &Secret) -> Result<(), KeyringError> {
        let mut contents = self.contents();
        match contents.status {
            KeyringStatus::Usable => {
                let key = Secret::new(key.expose().to_vec());
                contents.entries.insert(account.to_owned(), key);
                Ok(())
            }
            KeyringStatus::Locked => Err(KeyringError::Locked),
            KeyringStatus::Absent(why) => Err(KeyringError::Absent(why)),
        }
    }

    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringError> {
        let contents = self.contents();
        match contents.status {
            KeyringStatus::Usable => Ok(contents.entries.get(account).map(|key| Secret::new(key.expose().to_vec()))),
            KeyringStatus::Locked => Ok(None),
            KeyringStatus::Absent(why) => Err(KeyringError::Absent(why)),
        }
    }

    fn delete(&self, account: &str) -> Result<(), KeyringError> {
        let mut contents = self.contents();
        match contents.status {
            KeyringStatus::Usable => {
                contents.entries.remove(account);
                Ok(())
            }
            KeyringStatus::Locked => Err(KeyringError::Locked),
            KeyringStatus::Absent(why) => Err(KeyringError::Absent(why)),
        }
    }
}
