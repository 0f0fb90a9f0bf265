//! The vault file's contents: header, encrypted records, seal.
//!
//! The text is JSON in exactly one form: a file that parses but is not byte for byte what this module would write is
//! refused, so that there is no byte in it that does not count.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use wxpay_protocol::Secret;

use crate::encoded::{Bytes, Fixed};
use crate::kdf::{Kdf, Limits};
use crate::sealing::{Associated, KEY_BYTES, Key, NONCE_BYTES, TAG_BYTES};
use crate::{Broken, Mode, SecretId, SecretKind, VaultError};

const FORMAT: &str = "wxpay-desk vault";
/// The version of the file that is written and read; part of all associated data.
pub(crate) const VERSION: u32 = 1;

const WRAPPED_BYTES: usize = KEY_BYTES + TAG_BYTES;

/// Read before anything else, so that a newer file is refused by its version and not by its shape.
#[derive(Deserialize)]
struct Preamble {
    format: String,
    version: u32,
}

/// A vault file. Cloning copies ciphertext only.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    format: String,
    version: u32,
    pub(crate) vault_id: Fixed<16>,
    /// Counts the writes of this vault, from 1.
    pub(crate) generation: u64,
    pub(crate) wrap: Wrap,
    /// Strictly ascending by identity.
    records: Vec<Record>,
    seal: Seal,
    /// SHA-256 over everything else: no defence, but it tells damage from a wrong passphrase.
    checksum: Fixed<32>,
}

/// How the data key is wrapped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Wrap {
    Keyring { nonce: Fixed<NONCE_BYTES>, key: Fixed<WRAPPED_BYTES> },
    Passphrase { kdf: Kdf, nonce: Fixed<NONCE_BYTES>, key: Fixed<WRAPPED_BYTES> },
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    profile: String,
    kind: SecretKind,
    nonce: Fixed<NONCE_BYTES>,
    sealed: Bytes,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    nonce: Fixed<NONCE_BYTES>,
    tag: Fixed<TAG_BYTES>,
}

impl Wrap {
    /// Wraps the data key under a key from the keyring.
    pub(crate) fn in_keyring(vault_id: &Fixed<16>, wrapping: &Key, data_key: &Key) -> Result<Self, VaultError> {
        let nonce = Fixed::random()?;
        let associated = wrap_associated(vault_id, None);
        let key = wrap_key(wrapping, &nonce, &associated, data_key)?;
        Ok(Self::Keyring { nonce, key })
    }

    /// Wraps the data key under a key from a passphrase.
    pub(crate) fn with_passphrase(
        vault_id: &Fixed<16>,
        passphrase: &Secret,
        limits: Limits,
        data_key: &Key,
    ) -> Result<Self, VaultError> {
        let kdf = Kdf::fresh(limits)?;
        let nonce = Fixed::random()?;
        let associated = wrap_associated(vault_id, Some(&kdf));
        let key = wrap_key(&kdf.derive(passphrase)?, &nonce, &associated, data_key)?;
        Ok(Self::Passphrase { kdf, nonce, key })
    }

    pub(crate) fn mode(&self) -> Mode {
        match self {
            Self::Keyring { .. } => Mode::Keyring,
            Self::Passphrase { .. } => Mode::Passphrase,
        }
    }

    fn parts(&self) -> (Option<&Kdf>, &Fixed<NONCE_BYTES>, &Fixed<WRAPPED_BYTES>) {
        match self {
            Self::Keyring { nonce, key } => (None, nonce, key),
            Self::Passphrase { kdf, nonce, key } => (Some(kdf), nonce, key),
        }
    }
}

fn wrap_key(
    wrapping: &Key,
    nonce: &Fixed<NONCE_BYTES>,
    associated: &Associated,
    data_key: &Key,
) -> Result<Fixed<WRAPPED_BYTES>, VaultError> {
    let sealed = wrapping.seal(&nonce.0, associated, data_key.expose())?;
    let bytes = sealed.len();
    let sealed = sealed.try_into().map_err(|_| VaultError::Full { bytes })?;
    Ok(Fixed(sealed))
}

fn purpose(purpose: &str, vault_id: &Fixed<16>) -> Associated {
    Associated::of(purpose).bytes(FORMAT.as_bytes()).number(VERSION.into()).bytes(&vault_id.0)
}

/// Mode and key derivation are bound to the wrapped key: a changed header opens nothing.
fn wrap_associated(vault_id: &Fixed<16>, kdf: Option<&Kdf>) -> Associated {
    let associated = purpose("wrapped data key", vault_id);
    match kdf {
        None => associated.bytes(b"keyring"),
        Some(kdf) => kdf.authenticate(associated.bytes(b"passphrase")),
    }
}

fn record_associated(vault_id: &Fixed<16>, profile: &str, kind: SecretKind) -> Associated {
    purpose("record", vault_id).bytes(profile.as_bytes()).bytes(kind.code().as_bytes())
}

impl Document {
    /// An empty vault, not sealed yet.
    pub(crate) fn new(vault_id: Fixed<16>, wrap: Wrap) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            vault_id,
            generation: 0,
            wrap,
            records: Vec::new(),
            seal: Seal { nonce: Fixed([0; NONCE_BYTES]), tag: Fixed([0; TAG_BYTES]) },
            checksum: Fixed([0; 32]),
        }
    }

    /// Reads a file and refuses whatever can be seen to be wrong without the key.
    pub(crate) fn parse(bytes: &[u8], limits: Limits) -> Result<Self, Broken> {
        let preamble: Preamble = serde_json::from_slice(bytes).map_err(|_| Broken::Malformed)?;
        if preamble.format != FORMAT || preamble.version == 0 {
            return Err(Broken::Malformed);
        }
        if preamble.version != VERSION {
            return Err(Broken::NewerVersion { found: preamble.version });
        }
        let document: Self = serde_json::from_slice(bytes).map_err(|_| Broken::Malformed)?;
        if document.to_bytes() != bytes {
            return Err(Broken::Malformed);
        }
        if document.digest() != document.checksum {
            return Err(Broken::Checksum);
        }
        if let (Some(kdf), ..) = document.wrap.parts() {
            limits.check(kdf)?;
        }
        let ascending = document.records.is_sorted_by(|one, next| one.key() < next.key());
        if !ascending {
            return Err(Broken::RecordOrder);
        }
        Ok(document)
    }

    /// The file. Serialising cannot fail here (no maps, no foreign types); the empty text would not parse.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Unwraps the data key, or nothing where the wrapping key or the header is not the one it was wrapped with.
    pub(crate) fn unwrap_key(&self, wrapping: &Key) -> Option<Key> {
        let (kdf, nonce, key) = self.wrap.parts();
        let associated = wrap_associated(&self.vault_id, kdf);
        let plain = wrapping.open(&nonce.0, &associated, &key.0)?;
        Key::copied_from(&plain)
    }

    /// Proves with the data key that header, generation and the list of records are the ones that were written.
    pub(crate) fn verify(&self, data_key: &Key) -> Result<(), Broken> {
        data_key.open(&self.seal.nonce.0, &self.sealed_parts(), &self.seal.tag.0).map(drop).ok_or(Broken::Seal)
    }

    /// Counts the generation up and seals the whole; to be called after every change.
    pub(crate) fn reseal(&mut self, data_key: &Key) -> Result<(), VaultError> {
        self.generation = self.generation.saturating_add(1);
        self.seal.nonce = Fixed::random()?;
        let tag = data_key.seal(&self.seal.nonce.0, &self.sealed_parts(), b"")?;
        let bytes = tag.len();
        let tag = tag.try_into().map_err(|_| VaultError::Full { bytes })?;
        self.seal.tag = Fixed(tag);
        self.checksum = self.digest();
        Ok(())
    }

    /// Everything that the seal stands for.
    fn sealed_parts(&self) -> Associated {
        let (kdf, nonce, key) = self.wrap.parts();
        let mut parts = purpose("whole file", &self.vault_id)
            .number(self.generation)
            .bytes(wrap_associated(&self.vault_id, kdf).as_bytes())
            .bytes(&nonce.0)
            .bytes(&key.0)
            .number(self.records.len() as u64);
        for record in &self.records {
            parts = parts
                .bytes(record.profile.as_bytes())
                .bytes(record.kind.code().as_bytes())
                .bytes(&record.nonce.0)
                .bytes(&record.sealed.0);
        }
        parts
    }

    fn digest(&self) -> Fixed<32> {
        let mut hash = Sha256::new();
        hash.update(self.sealed_parts().as_bytes());
        hash.update(self.seal.nonce.0);
        hash.update(self.seal.tag.0);
        Fixed(hash.finalize().into())
    }

    /// The identities of all records, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = SecretId> {
        self.records.iter().map(Record::id)
    }

    fn position(&self, id: &SecretId) -> Result<usize, usize> {
        self.records.binary_search_by(|record| record.key().cmp(&(id.profile.as_str(), id.kind)))
    }

    /// Decrypts one record, or nothing where there is none.
    pub(crate) fn secret(&self, id: &SecretId, data_key: &Key) -> Option<Result<Secret, Broken>> {
        let record = self.records.get(self.position(id).ok()?)?;
        let associated = record_associated(&self.vault_id, &id.profile, id.kind);
        let plain = data_key.open(&record.nonce.0, &associated, &record.sealed.0);
        // The buffer moves into the secret, so that there is no second one.
        Some(match plain {
            Some(mut plain) => Ok(Secret::new(std::mem::take(&mut *plain))),
            None => Err(Broken::Record),
        })
    }

    /// Encrypts one record under its identity, in place of the one that was there.
    pub(crate) fn put(&mut self, id: &SecretId, secret: &Secret, data_key: &Key) -> Result<(), VaultError> {
        let nonce = Fixed::random()?;
        let associated = record_associated(&self.vault_id, &id.profile, id.kind);
        let sealed = data_key.seal(&nonce.0, &associated, secret.expose())?;
        let record = Record { profile: id.profile.clone(), kind: id.kind, nonce, sealed: Bytes(sealed) };
        match self.position(id) {
            Ok(at) => self.records.splice(at..=at, [record]).for_each(drop),
            Err(at) => self.records.insert(at, record),
        }
        Ok(())
    }

    /// Drops the records that `doomed` names; the answer is how many there were.
    pub(crate) fn remove(&mut self, doomed: impl Fn(&SecretId) -> bool) -> usize {
        let before = self.records.len();
        self.records.retain(|record| !doomed(&record.id()));
        before - self.records.len()
    }
}

impl Record {
    /// What the records are ordered by, as identities are.
    fn key(&self) -> (&str, SecretKind) {
        (&self.profile, self.kind)
    }

    fn id(&self) -> SecretId {
        SecretId { profile: self.profile.clone(), kind: self.kind }
    }
}

/// What somebody can do who has the file and no key; the checksum is no obstacle to him.
#[cfg(test)]
impl Document {
    pub(crate) fn forge(&mut self) -> Vec<u8> {
        self.checksum = self.digest();
        self.to_bytes()
    }

    pub(crate) fn swap_ciphertexts(&mut self, one: usize, other: usize) {
        let (left, right) = self.records.split_at_mut(other);
        std::mem::swap(&mut left[one].sealed, &mut right[0].sealed);
        std::mem::swap(&mut left[one].nonce, &mut right[0].nonce);
    }

    pub(crate) fn duplicate(&mut self, at: usize) {
        let record = self.records[at].clone();
        self.records.insert(at, record);
    }

    pub(crate) fn reverse(&mut self) {
        self.records.reverse();
    }

    pub(crate) fn rename(&mut self, at: usize, profile: &str) {
        profile.clone_into(&mut self.records[at].profile);
    }

    pub(crate) fn take_records_of(&mut self, other: &Self) {
        self.records.clone_from(&other.records);
    }
}
