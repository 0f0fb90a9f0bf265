//! The real keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.

use keyring::{Entry, Error};
use wxpay_protocol::Secret;

use crate::keyring_store::{KeyringAbsence, KeyringError, KeyringStore};

/// The name under which all our entries stand in the system's own list.
const SERVICE: &str = "wxpay-desk";

/// The keyring of the operating system. The connection is made once per process: a service that starts later is
/// seen after a restart of the program.
#[derive(Clone, Copy, Default)]
pub struct OsKeyring;

impl OsKeyring {
    /// Does nothing yet; the connection is made by the first call.
    pub fn new() -> Self {
        Self
    }
}

impl KeyringStore for OsKeyring {
    fn set(&self, account: &str, key: &Secret) -> Result<(), KeyringError> {
        let entry = Entry::new(SERVICE, account).map_err(refusal)?;
        entry.set_secret(key.expose()).map_err(refusal)
    }

    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringError> {
        let entry = Entry::new(SERVICE, account).map_err(refusal)?;
        match entry.get_secret() {
            Ok(bytes) => Ok(Some(Secret::new(bytes))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refusal(error)),
        }
    }

    fn delete(&self, account: &str) -> Result<(), KeyringError> {
        let entry = Entry::new(SERVICE, account).map_err(refusal)?;
        match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(refusal(error)),
        }
    }
}

fn refusal(error: Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(_) => KeyringError::Locked,
        Error::NoDefaultStore => match Entry::store_status() {
            Err(Error::Invalid(..)) => KeyringError::Absent(KeyringAbsence::Unsupported),
            _ => KeyringError::Absent(KeyringAbsence::NoService),
        },
        // Some variants carry the raw value; it goes no further and is wiped here.
        Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _) => {
            drop(Secret::new(bytes));
            KeyringError::Absent(KeyringAbsence::Failed)
        }
        _ => KeyringError::Absent(KeyringAbsence::Failed),
    }
}
