//! The keyring of the operating system, as narrow as the vault needs it.

use wxpay_protocol::Secret;

use crate::encoded::Fixed;

/// Whether the keyring can keep a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyringStatus {
    /// A key was written, read back and deleted.
    Usable,
    /// It is there and locked (or has no default collection, or the prompt was dismissed).
    Locked,
    /// There is none that works.
    Absent(KeyringAbsence),
}

/// Why there is no keyring that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyringAbsence {
    /// Nobody offers one: no session bus, or no Secret Service on it.
    NoService,
    /// It answered with a failure of its own, or lost what was written.
    Failed,
    /// This operating system has none that is known.
    Unsupported,
}

impl KeyringAbsence {
    /// A stable code for messages and for the window to translate.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoService => "no_keyring_service",
            Self::Failed => "keyring_failed",
            Self::Unsupported => "keyring_unsupported",
        }
    }
}

/// Why the keyring refused. The system's own text is left out, because some systems put the value into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// It is locked.
    #[error("the keyring is locked")]
    Locked,
    /// It does not work.
    #[error("there is no usable keyring ({})", .0.code())]
    Absent(KeyringAbsence),
}

/// A place outside our own files for one small key per vault. Calls block, for as long as a prompt of the system is
/// on the screen.
pub trait KeyringStore: Send + Sync {
    /// Keeps `key` under `account`, in place of what was there.
    fn set(&self, account: &str, key: &Secret) -> Result<(), KeyringError>;

    /// Gives the key back. `None` means that it cannot be seen, and that does not mean that it does not exist: a
    /// locked Secret Service answers the same. Only [`KeyringStore::probe`] tells the two apart.
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringError>;

    /// Forgets the key; one that is not there is no error.
    fn delete(&self, account: &str) -> Result<(), KeyringError>;

    /// Finds out by writing: reading would take a locked keyring for an empty one. May bring up the system's prompt.
    fn probe(&self) -> KeyringStatus {
        const LOST: KeyringStatus = KeyringStatus::Absent(KeyringAbsence::Failed);
        let (Ok(number), Ok(value)) = (Fixed::<8>::random(), Fixed::<16>::random()) else {
            return LOST;
        };
        let account = format!("probe-{}", number.hex());
        let value = Secret::new(value.0.to_vec());
        let status = match self.set(&account, &value) {
            Err(KeyringError::Locked) => return KeyringStatus::Locked,
            Err(KeyringError::Absent(why)) => return KeyringStatus::Absent(why),
            Ok(()) => match self.get(&account) {
                Ok(Some(found)) if found.same_as(&value) => KeyringStatus::Usable,
                Err(KeyringError::Locked) => KeyringStatus::Locked,
                Err(KeyringError::Absent(why)) => KeyringStatus::Absent(why),
                Ok(_) => LOST,
            },
        };
        match self.delete(&account) {
            Ok(()) => status,
            Err(KeyringError::Locked) => KeyringStatus::Locked,
            Err(KeyringError::Absent(why)) => KeyringStatus::Absent(why),
        }
    }
}
