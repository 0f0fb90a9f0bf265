//! The vault: what state it is in, creating, opening and locking it.

use desk_vault::{KeyringStatus, Mode, State, VaultError};
use wxpay_protocol::Secret;

use crate::changes::Tag;
use crate::{Desk, DeskError};

/// Whether there is a vault, and whether it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultView {
    /// Where it stands.
    pub state: State,
    /// Whether the system's keyring can hold its key; asked only where that matters, since asking may bring up a prompt.
    pub keyring: Option<KeyringStatus>,
}

impl Desk {
    /// How the vault stands.
    pub async fn vault_view(&self) -> Result<VaultView, DeskError> {
        self.blocking(|inner| {
            let state = inner.vault()?.state()?;
            let keyring = match state {
                State::Absent | State::Locked(Mode::Keyring) => Some(inner.vault()?.keyring_status()),
                State::Open(Mode::Keyring) => Some(KeyringStatus::Usable),
                State::Locked(Mode::Passphrase) | State::Open(Mode::Passphrase) => None,
            };
            Ok(VaultView { state, keyring })
        })
        .await
    }

    /// Creates the vault under a passphrase and opens it.
    pub async fn vault_create(&self, passphrase: Secret) -> Result<VaultView, DeskError> {
        self.blocking(move |inner| {
            inner.vault()?.create_with_passphrase(&passphrase)?;
            inner.remember_vault()
        })
        .await?;
        self.vault_changed();
        self.vault_view().await
    }

    /// Opens the vault with its passphrase.
    pub async fn vault_unlock(&self, passphrase: Secret) -> Result<VaultView, DeskError> {
        self.blocking(move |inner| {
            inner.vault()?.unlock(&passphrase)?;
            inner.remember_vault()
        })
        .await?;
        self.vault_changed();
        self.vault_view().await
    }

    /// Opens the vault with a passphrase, creating it under that one if there is none: what `--passphrase-file` does.
    pub async fn vault_open_or_create(&self, passphrase: Secret) -> Result<VaultView, DeskError> {
        self.blocking(move |inner| {
            match inner.vault()?.state()? {
                State::Open(Mode::Passphrase) => {}
                State::Absent => match inner.vault()?.create_with_passphrase(&passphrase) {
                    // Another process was faster; its vault is the one.
                    Err(VaultError::AlreadyExists { .. }) => inner.vault()?.unlock(&passphrase)?,
                    created => created?,
                },
                // One that opens by the keyring refuses: a passphrase that is not needed must not look as if it were.
                State::Locked(_) | State::Open(Mode::Keyring) => inner.vault()?.unlock(&passphrase)?,
            }
            inner.remember_vault()
        })
        .await?;
        self.vault_changed();
        self.vault_view().await
    }

    /// Opens the vault with the key in the system's keyring, if that is how it opens. Whether it is open then.
    pub async fn vault_unlock_from_keyring(&self) -> Result<bool, DeskError> {
        let open = self.blocking(|inner| Ok(inner.open_from_keyring())).await?;
        if open {
            self.vault_changed();
        }
        Ok(open)
    }

    /// Locks the vault: the key in memory is wiped, and polling of profiles whose key it holds pauses.
    pub async fn vault_lock(&self) -> Result<VaultView, DeskError> {
        self.blocking(|inner| {
            inner.vault()?.lock();
            Ok(())
        })
        .await?;
        self.vault_changed();
        self.vault_view().await
    }

    fn vault_changed(&self) {
        self.inner.changes.note(Tag::Vault, []);
        self.inner.polling.wake();
    }
}

impl crate::desk::Inner {
    /// Tries the keyring without an error: a locked one leaves the vault locked, which every use of a secret then says.
    pub(crate) fn open_from_keyring(&self) -> bool {
        let Ok(vault) = self.vault() else { return false };
        match vault.state() {
            Ok(State::Open(_)) => true,
            Ok(State::Locked(Mode::Keyring)) => {
                let open = vault.unlock_from_keyring().is_ok();
                if open && let Err(fault) = self.remember_vault() {
                    tracing::warn!(%fault, "which vault was opened is not remembered");
                }
                open
            }
            _ => false,
        }
    }

    /// Keeps which vault file was seen open, so that an older copy in its place is refused after a restart as well.
    pub(crate) fn remember_vault(&self) -> Result<(), DeskError> {
        if let Some(revision) = self.vault()?.revision()? {
            self.store.remember_vault(&revision.vault_id, revision.generation)?;
        }
        Ok(())
    }

    /// Makes sure that secrets can be kept: an absent vault is created in the keyring where a write probe succeeds.
    pub(crate) fn vault_for_writing(&self) -> Result<(), DeskError> {
        match self.vault()?.state()? {
            State::Open(_) => Ok(()),
            State::Locked(Mode::Keyring) => Ok(self.vault()?.unlock_from_keyring()?),
            State::Locked(Mode::Passphrase) => Err(VaultError::Locked(Mode::Passphrase).into()),
            State::Absent => match self.vault()?.keyring_status() {
                KeyringStatus::Usable => Ok(self.vault()?.create_in_keyring()?),
                KeyringStatus::Locked => Err(DeskError::VaultLocked(
                    "the keyring of the system is locked; unlock it, or choose a passphrase for a vault of its own".into(),
                )),
                KeyringStatus::Absent(_) => Err(DeskError::VaultLocked(
                    "there is no keyring on this system; choose a passphrase for the vault first (--passphrase-file on the command line)".into(),
                )),
            },
        }
    }
}
