//! Signing and verifying, step by step.

use serde::{Deserialize, Serialize};
use wxpay_diagnose::input::Read;
use wxpay_diagnose::{Format, Repair, Report};

use crate::dto::number::Count;
use crate::dto::reading::{ReadingNote, note_of, notes_of};
use crate::dto::secret_text::SecretText;
use crate::dto::start::Language;
use crate::dto::words::SignType;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignatureMode {
    /// Whether the sign is right.
    Verify,
    /// What the sign is.
    Sign,
}

/// What the pasted text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignatureFormat {
    /// To be found out.
    Auto,
    /// WeChat's XML.
    Xml,
    /// JSON, or a JavaScript object.
    Json,
    /// `name=value` lines or `&`-joined pairs, taken literally.
    Pairs,
    /// The same, percent-encoded.
    Query,
    /// A cURL command.
    Curl,
    /// A line of a log with a message inside.
    Log,
}

impl From<SignatureFormat> for Option<Format> {
    fn from(format: SignatureFormat) -> Self {
        Some(match format {
            SignatureFormat::Auto => return None,
            SignatureFormat::Xml => Format::Xml,
            SignatureFormat::Json => Format::Json,
            SignatureFormat::Pairs => Format::Pairs,
            SignatureFormat::Query => Format::Query,
            SignatureFormat::Curl => Format::Curl,
            SignatureFormat::Log => Format::Log,
        })
    }
}

/// Where the API key comes from.
#[derive(Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum SignatureKey {
    /// A merchant's, from the vault.
    Profile {
        /// Its name.
        name: String,
    },
    /// Typed in; kept nowhere.
    Typed {
        /// The key.
        key: SecretText,
    },
    /// There is none; only the string is shown.
    None,
}

/// A question about a signature.
#[derive(Deserialize, specta::Type)]
pub(crate) struct SignatureRequest {
    pub(crate) mode: SignatureMode,
    /// As pasted.
    pub(crate) input: String,
    pub(crate) format: SignatureFormat,
    /// The algorithm that the user insists on.
    pub(crate) sign_type: Option<SignType>,
    pub(crate) key: SignatureKey,
    /// Takes the place of the sign in the text.
    pub(crate) given_sign: Option<String>,
    /// The appId that a client call signs and does not carry.
    pub(crate) appid: Option<String>,
}

mirrored! {
    /// The answer in one word.
    CheckVerdict of wxpay_diagnose::Verdict {
        /// The sign is right.
        Match = "match",
        /// It is another one.
        Mismatch = "mismatch",
        /// There is none.
        MissingSign = "missing_sign",
        /// It has not the shape of a sign.
        MalformedSign = "malformed_sign",
        /// Nothing to compare without a key.
        NoKey = "no_key",
        /// A sign was made.
        Signed = "signed",
    }
}

mirrored! {
    /// Why a field is not signed.
    LeftOut of wxpay_diagnose::report::Reason {
        /// It is the sign itself.
        Sign = "sign",
        /// It is empty.
        Empty = "empty",
        /// It is the key, which is no field.
        Key = "key",
        /// The client call takes it and does not sign it.
        NotSigned = "not_signed",
    }
}

/// A field as pasted.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SignatureField {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) included: bool,
    pub(crate) reason: Option<LeftOut>,
}

/// A character that nobody sees.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct InvisibleCharacter {
    /// Byte of the string to sign, from 0.
    pub(crate) at: Count,
    /// `U+200B`.
    pub(crate) code: String,
    pub(crate) name: String,
}

/// What may be shown of a key.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct KeyShown {
    /// In bytes.
    pub(crate) length: Count,
    pub(crate) fingerprint: String,
    pub(crate) tail: String,
}

/// Every step from the fields to the sign. It holds no key.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SignatureReport {
    /// What the text is, in the language of the window.
    pub(crate) detected: String,
    /// What was left out, changed or decided while reading.
    pub(crate) notes: Vec<ReadingNote>,
    /// Null where there is nothing to compare.
    pub(crate) valid: Option<bool>,
    pub(crate) verdict: CheckVerdict,
    pub(crate) sign_type: SignType,
    /// Where the algorithm comes from: chosen, profile, message, length or default.
    pub(crate) sign_type_from: String,
    pub(crate) given_sign: Option<String>,
    pub(crate) expected_sign: Option<String>,
    /// In the order pasted.
    pub(crate) fields: Vec<SignatureField>,
    /// The names that are signed, sorted.
    pub(crate) sorted: Vec<String>,
    /// With the key masked: `…&key=••••6a2d`.
    pub(crate) string_to_sign: String,
    /// Length of what is hashed, in bytes, with the key.
    pub(crate) bytes: Count,
    pub(crate) hexdump: String,
    pub(crate) invisible: Vec<InvisibleCharacter>,
    pub(crate) key: Option<KeyShown>,
    pub(crate) key_warning: Option<String>,
}

impl SignatureReport {
    /// The report about a text that was read, in the language of the window.
    pub(crate) fn of(report: Report, read: &Read, text: &str, language: Language) -> Self {
        let chinese = language == Language::Chinese;
        let kind = read.input.as_ref().map(|input| if chinese { input.kind.chinese() } else { input.kind.english() });
        let placed = |repair: &Repair| read.repairs.iter().any(|placed| placed.repair == *repair);
        let mut notes = notes_of(read, text, language);
        notes.extend(report.repairs.iter().filter(|repair| !placed(repair)).map(|repair| note_of(repair, language)));
        Self {
            detected: kind.unwrap_or(report.detected).to_owned(),
            notes,
            valid: report.valid,
            verdict: report.verdict.into(),
            sign_type: report.sign_type.into(),
            sign_type_from: sign_type_from(report.sign_type_from).to_owned(),
            given_sign: report.given_sign,
            expected_sign: report.expected_sign,
            fields: report
                .fields
                .into_iter()
                .map(|field| SignatureField {
                    name: field.name,
                    value: field.value,
                    included: field.included,
                    reason: field.reason.map(Into::into),
                })
                .collect(),
            sorted: report.sorted,
            string_to_sign: report.string_to_sign,
            bytes: report.bytes.into(),
            hexdump: report.hexdump,
            invisible: report
                .invisible
                .into_iter()
                .map(|found| InvisibleCharacter {
                    at: found.at.into(),
                    code: found.code,
                    name: if chinese { found.name_zh } else { found.name }.to_owned(),
                })
                .collect(),
            key: report.key.map(|key| KeyShown {
                length: key.length.into(),
                fingerprint: key.fingerprint,
                tail: key.tail,
            }),
            key_warning: report.key_warning.map(|found| if chinese { found.chinese() } else { found.to_string() }),
        }
    }
}

const fn sign_type_from(from: wxpay_diagnose::report::SignTypeFrom) -> &'static str {
    use wxpay_diagnose::report::SignTypeFrom;
    match from {
        SignTypeFrom::Chosen => "chosen",
        SignTypeFrom::Profile => "profile",
        SignTypeFrom::Message => "message",
        SignTypeFrom::Length => "length",
        SignTypeFrom::Default => "default",
    }
}
