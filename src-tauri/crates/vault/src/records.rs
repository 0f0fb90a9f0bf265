//! The secrets in an open vault.

use wxpay_protocol::Secret;

use crate::document::Document;
use crate::sealing::Key;
use crate::{SecretId, SecretView, Vault, VaultError, file};

impl Vault {
    /// The longest secret, in bytes; a certificate with its password fits.
    pub const SECRET_BYTES_MAX: usize = 64 * 1024;

    /// Keeps a secret, in place of the one of the same identity; it is on the disk when this returns.
    pub fn put(&self, id: &SecretId, secret: &Secret) -> Result<(), VaultError> {
        id.check()?;
        if secret.is_empty() || secret.len() > Self::SECRET_BYTES_MAX {
            return Err(VaultError::SecretLength { bytes: secret.len(), max: Self::SECRET_BYTES_MAX });
        }
        self.change(|document, key| document.put(id, secret, key))
    }

    /// The secret itself, for the signer. It is wiped when dropped; hold it no longer than needed.
    pub fn secret(&self, id: &SecretId) -> Result<Secret, VaultError> {
        self.read(|document, key| self.decrypt(document, key, id))
    }

    /// What may be shown of a secret.
    pub fn view(&self, id: &SecretId) -> Result<SecretView, VaultError> {
        self.secret(id).map(|secret| view(&secret))
    }

    /// What may be shown of every secret: also for comparing fingerprints across profiles.
    pub fn fingerprints(&self) -> Result<Vec<(SecretId, SecretView)>, VaultError> {
        self.read(|document, key| {
            document
                .ids()
                .map(|id| {
                    let secret = self.decrypt(document, key, &id)?;
                    Ok((id, view(&secret)))
                })
                .collect()
        })
    }

    /// Whether the stored secret is this one, compared in constant time.
    pub fn same_secret(&self, id: &SecretId, other: &Secret) -> Result<bool, VaultError> {
        self.secret(id).map(|secret| secret.same_as(other))
    }

    /// Removes one secret; the answer is whether there was one.
    pub fn remove(&self, id: &SecretId) -> Result<bool, VaultError> {
        let removed = self.change(|document, _| Ok(document.remove(|other| other == id)))?;
        Ok(removed > 0)
    }

    /// Removes all secrets of a profile; the answer is how many there were.
    pub fn remove_profile(&self, profile: &str) -> Result<usize, VaultError> {
        self.change(|document, _| Ok(document.remove(|id| id.profile == profile)))
    }

    /// Which secrets there are, in order. Identities are no secrets: they can be listed while the vault is locked,
    /// but only those of an open one are proven.
    pub fn list(&self) -> Result<Vec<SecretId>, VaultError> {
        match self.document() {
            Ok(document) => Ok(document.ids().collect()),
            Err(VaultError::Absent { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    fn decrypt(&self, document: &Document, key: &Key, id: &SecretId) -> Result<Secret, VaultError> {
        match document.secret(id, key) {
            Some(secret) => secret.map_err(|reason| file::broken(self.path(), reason)),
            None => Err(VaultError::NotSet(id.clone())),
        }
    }
}

fn view(secret: &Secret) -> SecretView {
    let tail = secret.tail();
    SecretView { tail: (!tail.is_empty()).then_some(tail), fingerprint: secret.fingerprint() }
}
