//! XChaCha20-Poly1305 with associated data that cannot be read in two ways, and keys that wipe themselves.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::VaultError;

pub(crate) const KEY_BYTES: usize = 32;
pub(crate) const NONCE_BYTES: usize = 24;
pub(crate) const TAG_BYTES: usize = 16;

/// A symmetric key. It is filled in place on the heap and never moved, so that wiping it leaves no second copy.
pub(crate) struct Key(Box<Zeroizing<[u8; KEY_BYTES]>>);

impl Key {
    /// Fills a key in place; whatever `fill` left is wiped when it fails.
    pub(crate) fn filled_by(
        fill: impl FnOnce(&mut [u8; KEY_BYTES]) -> Result<(), VaultError>,
    ) -> Result<Self, VaultError> {
        let mut key = Box::new(Zeroizing::new([0; KEY_BYTES]));
        fill(&mut key)?;
        Ok(Self(key))
    }

    pub(crate) fn random() -> Result<Self, VaultError> {
        Self::filled_by(|bytes| getrandom::fill(bytes).map_err(|_| VaultError::Randomness))
    }

    /// Takes a key from bytes that somebody else keeps, or nothing where there are not exactly 32.
    pub(crate) fn copied_from(bytes: &[u8]) -> Option<Self> {
        let mut key = Box::new(Zeroizing::new([0; KEY_BYTES]));
        if bytes.len() != key.len() {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Self(key))
    }

    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Encrypts, or says that the text is too long for the cipher.
    pub(crate) fn seal(
        &self,
        nonce: &[u8; NONCE_BYTES],
        associated: &Associated,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let payload = Payload { msg: plaintext, aad: &associated.0 };
        XChaCha20Poly1305::new(self.expose().into())
            .encrypt(<&XNonce>::from(nonce), payload)
            .map_err(|_| VaultError::Full { bytes: plaintext.len() })
    }

    /// Decrypts, or nothing where key, nonce, associated data or ciphertext are not the ones that were sealed.
    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE_BYTES],
        associated: &Associated,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload { msg: sealed, aad: &associated.0 };
        XChaCha20Poly1305::new(self.expose().into()).decrypt(<&XNonce>::from(nonce), payload).ok().map(Zeroizing::new)
    }
}

/// Associated data: a purpose, then parts that each carry their length, so that no two lists of parts collide.
pub(crate) struct Associated(Vec<u8>);

impl Associated {
    pub(crate) fn of(purpose: &str) -> Self {
        Self(Vec::new()).bytes(purpose.as_bytes())
    }

    pub(crate) fn bytes(mut self, part: &[u8]) -> Self {
        self.0.extend_from_slice(&(part.len() as u64).to_le_bytes());
        self.0.extend_from_slice(part);
        self
    }

    pub(crate) fn number(self, part: u64) -> Self {
        self.bytes(&part.to_le_bytes())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
