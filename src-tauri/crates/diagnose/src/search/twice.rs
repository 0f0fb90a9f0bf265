//! A2: an object that is signed, and then signed again with its first sign among its fields.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use wxpay_protocol::sign::upper_hex;
use zeroize::Zeroizing;

use super::Family;
use super::base::Base;
use super::edit::Edit;
use super::engine::Engine;
use super::keys::from_hex;
use super::recipe::{Digest, Recipe};
use super::singles::first_sign;
use super::target::Form;
use crate::knowledge::CauseId;

/// How the first of two signs was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Upper,
    Lower,
    /// As code writes it that loses the zeros in front of the whole digest.
    ShortUpper,
    ShortLower,
    /// As code writes it that loses the zero in front of a byte.
    UnpaddedUpper,
    UnpaddedLower,
    MiddleUpper,
    MiddleLower,
    Base64,
    Base64OfHex,
}

/// Both cases are seen with any second sign; the other ways only where the second sign was written so.
const BOTH_CASES: [Written; 2] = [Written::Upper, Written::Lower];

impl Written {
    /// Every way, in a fixed order.
    pub(crate) const ALL: [Self; 10] = [
        Self::Upper,
        Self::Lower,
        Self::ShortUpper,
        Self::ShortLower,
        Self::UnpaddedUpper,
        Self::UnpaddedLower,
        Self::MiddleUpper,
        Self::MiddleLower,
        Self::Base64,
        Self::Base64OfHex,
    ];

    /// What comes into question beside a second sign of one of these forms.
    pub(crate) fn beside(forms: &[Form]) -> Vec<Self> {
        let odd = forms.iter().flat_map(|form| match form {
            Form::Upper | Form::Lower => &[][..],
            Form::LeadingZeros => &[Self::ShortUpper, Self::ShortLower],
            Form::Unpadded => &[Self::UnpaddedUpper, Self::UnpaddedLower],
            Form::Middle => &[Self::MiddleUpper, Self::MiddleLower],
            Form::Base64 => &[Self::Base64],
            Form::Base64OfHex => &[Self::Base64OfHex],
        });
        BOTH_CASES.iter().chain(odd).copied().collect()
    }

    /// Whether it is one of those that the single changes try already.
    pub(crate) fn is_plain(self) -> bool {
        BOTH_CASES.contains(&self)
    }

    /// What is wrong with this way to write a sign, besides its case.
    pub(crate) fn cause(self) -> Option<CauseId> {
        match self {
            Self::Upper | Self::Lower => None,
            Self::ShortUpper | Self::ShortLower | Self::UnpaddedUpper | Self::UnpaddedLower => Some(CauseId::F9),
            Self::MiddleUpper | Self::MiddleLower => Some(CauseId::F10),
            Self::Base64 | Self::Base64OfHex => Some(CauseId::F7),
        }
    }

    fn write(self, digest: &[u8]) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        let upper = upper_hex(digest);
        let unpadded = || {
            let bytes = upper.as_bytes().chunks(2).map(String::from_utf8_lossy);
            bytes.map(|pair| pair.strip_prefix('0').unwrap_or(&pair).to_owned()).collect::<String>()
        };
        let middle = || upper.get(8..24).unwrap_or(&upper).to_owned();
        match self {
            Self::Upper => upper,
            Self::Lower => upper.to_lowercase(),
            Self::ShortUpper => upper.trim_start_matches('0').to_owned(),
            Self::ShortLower => upper.trim_start_matches('0').to_lowercase(),
            Self::UnpaddedUpper => unpadded(),
            Self::UnpaddedLower => unpadded().to_lowercase(),
            Self::MiddleUpper => middle(),
            Self::MiddleLower => middle().to_lowercase(),
            Self::Base64 => STANDARD.encode(digest),
            Self::Base64OfHex => STANDARD.encode(upper),
        }
    }
}

impl Engine<'_> {
    /// The digest of a first time, made with a change or under a key; nothing where that cannot be computed.
    pub(super) fn first_digest(&self, variant: Option<usize>, key: usize) -> Option<Vec<u8>> {
        let recipe = self.recipe(variant.as_slice(), key);
        digest_of(&recipe, self.base, self.family(), &self.keys.get(recipe.key)?.bytes)
    }

    /// The sign of a first time as a field of the second time.
    pub(super) fn with_first_sign(&self, digest: &[u8], written: Written) -> Edit {
        Edit::Add(vec![first_sign(self.base, self.sign_name(), &written.write(digest))])
    }
}

/// What a candidate's digest is, computed the plain way.
pub(super) fn digest_of(recipe: &Recipe<'_>, base: &Base, family: Family, key: &[u8]) -> Option<Vec<u8>> {
    let message = |key: &[u8]| recipe.message(base, key);
    match recipe.digest {
        Digest::Usual => match family {
            Family::Md5 => Some(Md5::digest(message(key)).to_vec()),
            Family::Sha1 => Some(Sha1::digest(message(key)).to_vec()),
            Family::HmacSha256 => hmac(key, &message(key)),
        },
        Digest::PlainSha256 => Some(Sha256::digest(message(key)).to_vec()),
        Digest::EmptyMacKey => hmac(b"", &message(key)),
        Digest::Swapped => {
            let whole: Zeroizing<Vec<u8>> = message(b"");
            hmac(whole.strip_suffix(b"&key=").unwrap_or(&whole), key)
        }
        Digest::SwappedWithKey => hmac(&message(key), key),
        Digest::HexMacKey => hmac(&from_hex(key)?, &message(key)),
    }
}

pub(super) fn hmac(key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac.finalize().into_bytes().to_vec())
}
