//! Argon2id: from a passphrase to the key that wraps the data key.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use wxpay_protocol::Secret;
use zeroize::Zeroizing;

use crate::encoded::Fixed;
use crate::sealing::{Associated, KEY_BYTES, Key};
use crate::{Broken, VaultError};

/// The one algorithm; a name of its own in the file, so that another one is refused by name.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KdfAlgorithm {
    Argon2id,
}

/// Parameters as they stand in the file. They are authenticated with the wrapped key and bounded before use.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kdf {
    pub(crate) algorithm: KdfAlgorithm,
    /// Working memory in KiB.
    pub(crate) memory_kib: u32,
    /// Passes over the memory.
    pub(crate) passes: u32,
    /// Lanes (degree of parallelism).
    pub(crate) lanes: u32,
    pub(crate) salt: Fixed<16>,
}

/// What is written, and what is accepted when read: a changed file can neither weaken the key nor exhaust the machine.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    memory_kib: (u32, u32),
    passes: (u32, u32),
    lanes: (u32, u32),
}

impl Limits {
    /// The floor is what new vaults get: 64 MiB, three passes, one lane.
    pub(crate) const SHIPPED: Self = Self { memory_kib: (64 * 1024, 256 * 1024), passes: (3, 10), lanes: (1, 4) };

    /// Cheap enough to try thousands of changed files.
    #[cfg(test)]
    pub(crate) const CHEAP: Self = Self { memory_kib: (16, 64), passes: (1, 3), lanes: (1, 1) };

    /// Refuses parameters outside the limits.
    pub(crate) fn check(self, kdf: &Kdf) -> Result<(), Broken> {
        let pairs = [(kdf.memory_kib, self.memory_kib), (kdf.passes, self.passes), (kdf.lanes, self.lanes)];
        if pairs.iter().any(|(found, (floor, _))| found < floor) {
            return Err(Broken::KdfBelowFloor);
        }
        if pairs.iter().any(|(found, (_, ceiling))| found > ceiling) {
            return Err(Broken::KdfAboveCeiling);
        }
        Ok(())
    }
}

impl Kdf {
    /// Parameters for a new passphrase, with a salt of its own.
    pub(crate) fn fresh(limits: Limits) -> Result<Self, VaultError> {
        Ok(Self {
            algorithm: KdfAlgorithm::Argon2id,
            memory_kib: limits.memory_kib.0,
            passes: limits.passes.0,
            lanes: limits.lanes.0,
            salt: Fixed::random()?,
        })
    }

    /// Derives the wrapping key. The parameters must have passed [`Limits::check`].
    pub(crate) fn derive(&self, passphrase: &Secret) -> Result<Key, VaultError> {
        let KdfAlgorithm::Argon2id = self.algorithm;
        let out_of_memory = VaultError::OutOfMemory { memory_kib: self.memory_kib };
        let Ok(params) = Params::new(self.memory_kib, self.passes, self.lanes, Some(KEY_BYTES)) else {
            return Err(out_of_memory);
        };
        // Our own memory instead of the library's: it is wiped, and its absence is an error instead of an abort.
        let mut memory = Zeroizing::new(Vec::new());
        if memory.try_reserve_exact(params.block_count()).is_err() {
            return Err(out_of_memory);
        }
        memory.resize_with(params.block_count(), Block::default);
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Key::filled_by(|key| {
            argon2
                .hash_password_into_with_memory(passphrase.expose(), &self.salt.0, key, memory.as_mut_slice())
                .map_err(|_| out_of_memory)
        })
    }

    pub(crate) fn authenticate(&self, associated: Associated) -> Associated {
        let KdfAlgorithm::Argon2id = self.algorithm;
        associated
            .bytes(b"argon2id")
            .number(self.memory_kib.into())
            .number(self.passes.into())
            .number(self.lanes.into())
            .bytes(&self.salt.0)
    }
}
