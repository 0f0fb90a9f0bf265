//! Why the vault refused, and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::keyring_store::{KeyringAbsence, KeyringError};
use crate::{Mode, SecretId};

/// Why a call was refused. No variant holds a secret or a part of one.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no vault file yet.
    #[error("there is no vault at {path} yet; create one first")]
    Absent {
        /// Where it would be.
        path: PathBuf,
    },
    /// Create was asked for where a vault exists.
    #[error("there is a vault at {path} already; unlock it instead")]
    AlreadyExists {
        /// Where it is.
        path: PathBuf,
    },
    /// The vault exists and is locked.
    #[error("the vault is locked; {}", unlock_hint(*.0))]
    Locked(Mode),
    /// The vault opens in the other way.
    #[error("this vault is not opened that way; {}", unlock_hint(*.0))]
    OtherMode(Mode),
    /// The passphrase does not open the vault.
    #[error("wrong passphrase (attempt {attempts}); the next one is accepted in {retry_after_ms} ms")]
    WrongPassphrase {
        /// Wrong ones in a row, this one included.
        attempts: u32,
        /// From now until the next attempt is looked at, in milliseconds.
        retry_after_ms: u64,
    },
    /// An attempt before the delay after the last wrong one was over; the passphrase was not looked at.
    #[error("too soon after a wrong passphrase; try again in {retry_after_ms} ms")]
    TooSoon {
        /// From now until an attempt is looked at, in milliseconds.
        retry_after_ms: u64,
    },
    /// The record does not exist.
    #[error("{0} is not in the vault; set it first")]
    NotSet(SecretId),
    /// The keyring of the operating system is locked.
    #[error("the keyring of the system is locked; unlock it, then try again")]
    KeyringLocked,
    /// There is no usable keyring.
    #[error("the system has no usable keyring ({}); use a passphrase instead", .0.code())]
    KeyringAbsent(KeyringAbsence),
    /// The keyring is open and does not have the key of this vault.
    #[error(
        "the keyring of the system is open but has no key for {path}: it belongs to another computer, user or \
         keyring; restore that keyring, or move the file away and enter the secrets again"
    )]
    KeyringKeyMissing {
        /// The vault file, which is kept.
        path: PathBuf,
    },
    /// The vault file cannot be trusted. It is kept as it is, and nothing of it was opened.
    #[error("the vault file {path} is refused: {reason}; the file is kept, restore a copy of it")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: Broken,
    },
    /// An empty passphrase was given.
    #[error("the passphrase is empty; choose one")]
    PassphraseEmpty,
    /// An empty or over-long secret was given.
    #[error("a secret has 1 to {max} bytes, this one has {bytes}")]
    SecretLength {
        /// Its length in bytes.
        bytes: usize,
        /// The longest that is taken, in bytes.
        max: usize,
    },
    /// A profile identity that is empty or too long.
    #[error("a profile's identity has 1 to {} bytes, this one has {bytes}", SecretId::PROFILE_BYTES_MAX)]
    ProfileInvalid {
        /// Its length in bytes.
        bytes: usize,
    },
    /// The vault file would grow beyond what is ever read back.
    #[error("the vault is full ({bytes} bytes); remove profiles that are no longer used")]
    Full {
        /// The size it would have.
        bytes: usize,
    },
    /// Another process holds the vault's lock for too long.
    #[error("another program has been writing {path} for {waited_ms} ms; close it and try again")]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// How long was waited, in milliseconds.
        waited_ms: u64,
    },
    /// A file operation failed; the vault on disk is the old one or the new one, whole.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is not enough memory for the key derivation.
    #[error("{memory_kib} KiB of memory for the passphrase's key are not available; close other programs")]
    OutOfMemory {
        /// What the vault's parameters ask for.
        memory_kib: u32,
    },
    /// The system's source of randomness failed.
    #[error("the system gives no random numbers; nothing was written")]
    Randomness,
}

impl VaultError {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::Io { action, path: path.into(), source }
    }
}

impl From<KeyringError> for VaultError {
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::Locked => Self::KeyringLocked,
            KeyringError::Absent(why) => Self::KeyringAbsent(why),
        }
    }
}

fn unlock_hint(mode: Mode) -> &'static str {
    match mode {
        Mode::Keyring => "unlock the keyring of the system",
        Mode::Passphrase => "enter its passphrase",
    }
}

/// What is wrong with a vault file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A folder, a link or a device lies in its place.
    #[error("it is not a regular file")]
    NotAFile,
    /// No bytes at all.
    #[error("it is empty")]
    Empty,
    /// Longer than any vault that this program writes.
    #[error("it is too large")]
    TooLarge,
    /// Not the text that this program writes: cut off, edited, or another kind of file.
    #[error("it is not a vault file, or it was cut off or edited")]
    Malformed,
    /// Written by a newer version of this program.
    #[error("it has version {found}, this program reads version {}", crate::document::VERSION)]
    NewerVersion {
        /// The version in the file.
        found: u32,
    },
    /// The bytes changed since they were written.
    #[error("its checksum does not fit")]
    Checksum,
    /// Key derivation weaker than this program ever writes.
    #[error("its key derivation is weaker than this program writes")]
    KdfBelowFloor,
    /// Key derivation so costly that it would exhaust the machine.
    #[error("its key derivation is costlier than this program accepts")]
    KdfAboveCeiling,
    /// Two records have one identity, or the order is not the one that is written.
    #[error("a record appears twice or out of order")]
    RecordOrder,
    /// The key in the keyring does not open it.
    #[error("the key in the keyring does not open it, or its header was changed")]
    WrappedKey,
    /// Records or header were changed by somebody without the key.
    #[error("its seal does not fit: records or header were changed")]
    Seal,
    /// A record does not decrypt under its own identity.
    #[error("a record does not decrypt")]
    Record,
    /// An older file than the one seen last.
    #[error("it is older (generation {found}) than the one seen last (generation {seen})")]
    RolledBack {
        /// The generation in the file.
        found: u64,
        /// The generation seen last.
        seen: u64,
    },
}
