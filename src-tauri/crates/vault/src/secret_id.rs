//! What a record is called, and what may be shown of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::VaultError;

/// What kind of secret a profile has one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// The API v2 key that signs every message (32 characters).
    ApiKey,
    /// The mini program's AppSecret.
    AppSecret,
    /// The merchant's certificate with its private key, in PEM form.
    Certificate,
}

impl SecretKind {
    /// The name in the vault file and in messages; part of the associated data, so it never changes.
    pub fn code(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::AppSecret => "app_secret",
            Self::Certificate => "certificate",
        }
    }
}

impl fmt::Display for SecretKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The identity of one secret: whose, and which. It is no secret itself and stands in the file in the clear.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretId {
    /// The profile's own stable identity, 1 to [`SecretId::PROFILE_BYTES_MAX`] bytes. A profile whose
    /// identity changes needs its secrets put again, because the identity is bound into the encryption.
    pub profile: String,
    /// Which of the profile's secrets.
    pub kind: SecretKind,
}

impl SecretId {
    /// The longest profile identity, in bytes of UTF-8.
    pub const PROFILE_BYTES_MAX: usize = 256;

    /// The API key of a profile.
    pub fn api_key(profile: impl Into<String>) -> Self {
        Self { profile: profile.into(), kind: SecretKind::ApiKey }
    }

    /// The AppSecret of a profile.
    pub fn app_secret(profile: impl Into<String>) -> Self {
        Self { profile: profile.into(), kind: SecretKind::AppSecret }
    }

    /// The certificate of a profile.
    pub fn certificate(profile: impl Into<String>) -> Self {
        Self { profile: profile.into(), kind: SecretKind::Certificate }
    }

    pub(crate) fn check(&self) -> Result<(), VaultError> {
        if self.profile.is_empty() || self.profile.len() > Self::PROFILE_BYTES_MAX {
            return Err(VaultError::ProfileInvalid { bytes: self.profile.len() });
        }
        Ok(())
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of profile {:?}", self.kind, self.profile)
    }
}

/// What may be shown of a secret: enough to recognise it, not to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretView {
    /// The last four characters, or nothing where the secret is shorter than 17.
    pub tail: Option<String>,
    /// Eight hexadecimal digits that tell two secrets apart.
    pub fingerprint: String,
}
