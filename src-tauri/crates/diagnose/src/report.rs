//! Every step from the fields of an input to its sign, for a screen and for programs.

use serde::Serialize;
use wxpay_protocol::params::ParamError;
use wxpay_protocol::sign::{self, SignFault};
use wxpay_protocol::{Secret, SignType};

use crate::diagnosis::{KeyRole, KeySlot, key_ranges, without_keys};
use crate::input::pasted_key::{PastedKey, written_in};
use crate::invisible::{self, Invisible};
use crate::selection::Selection;
pub use crate::selection::{Reason, SignTypeFrom};
use crate::{Input, Repair};

/// What is asked about an input.
#[derive(Clone, Copy, Default)]
pub struct Question<'q> {
    /// Make the sign instead of checking the one that is there.
    pub sign: bool,
    /// The API key, if it is known.
    pub key: Option<&'q Secret>,
    /// The algorithm that the user insists on.
    pub chosen: Option<SignType>,
    /// The algorithm of the merchant's profile or of the order's record.
    pub recorded: Option<SignType>,
    /// The appId that a client call signs and does not carry.
    pub appid: Option<&'q str>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// A client call without its appId.
    #[error(
        "this is a wx.requestPayment call; it signs an appId that it does not carry: give the appId of the order (--appid wx…)"
    )]
    AppidNeeded,
    /// No field that would be signed.
    #[error("the message has no field to sign: apart from the sign itself everything is empty; give the whole message")]
    NothingToSign,
    /// The message names an algorithm that does not exist.
    #[error(
        "the message says sign_type {0:?}; WeChat Pay v2 knows exactly MD5 and HMAC-SHA256, write one of them or leave the field out"
    )]
    UnknownSignType(String),
    /// The fields do not go together, which reading should have found.
    #[error(transparent)]
    Field(#[from] ParamError),
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The sign is right.
    Match,
    /// The sign is not that of this content under this key, or the message names another algorithm.
    Mismatch,
    /// There is no sign.
    MissingSign,
    /// The sign has the wrong length, lower-case letters or other characters.
    MalformedSign,
    /// Without a key nothing can be compared.
    NoKey,
    /// A sign was made.
    Signed,
}

/// A field as it stood in the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldStep {
    /// Its name.
    pub name: String,
    /// Its value; masked where it is the key.
    pub value: String,
    /// Whether it is part of the string.
    pub included: bool,
    /// Why it is not.
    pub reason: Option<Reason>,
}

/// What may be shown of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyView {
    /// Length in bytes.
    pub length: usize,
    /// Eight hexadecimal digits that tell keys apart.
    pub fingerprint: String,
    /// The last four characters; empty where the key is too short to show any.
    pub tail: String,
}

/// What looks wrong about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyWarning {
    /// White space in front, behind or within.
    WhiteSpace,
    /// A byte that is not visible ASCII.
    NotAscii,
    /// Not 32 bytes.
    Length(usize),
    /// The text carries a `key=` that is another one.
    OtherThanPasted,
}

impl KeyWarning {
    /// The sentence in Chinese.
    pub fn chinese(self) -> String {
        match self {
            Self::WhiteSpace => "密钥里有空格或换行，多半是复制时带上的；请检查".to_owned(),
            Self::NotAscii => "密钥里有不可见或非 ASCII 字符，多半是复制时带上的；请检查".to_owned(),
            Self::Length(length) => {
                format!("密钥是 {length} 字节；API 密钥固定 32 个字符，请确认不是 AppSecret、APIv3 密钥或被截断")
            }
            Self::OtherThanPasted => "文本里的 key= 与所用的密钥不同".to_owned(),
        }
    }
}

/// The sentence in English.
impl std::fmt::Display for KeyWarning {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::WhiteSpace => {
                formatter.write_str("the key holds white space, probably copied along with it; check the key")
            }
            Self::NotAscii => formatter.write_str(
                "the key holds invisible or non-ASCII characters, probably copied along with it; check the key",
            ),
            Self::Length(length) => write!(
                formatter,
                "the key has {length} bytes; an API key [API密钥] has 32: check that it is complete and neither AppSecret nor another key"
            ),
            Self::OtherThanPasted => formatter.write_str("the text carries a key= that is not the key in use"),
        }
    }
}

/// The short answer, for one message of very many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// In one word.
    pub verdict: Verdict,
    /// What is wrong, where something is.
    pub fault: Option<SignFault>,
    /// The algorithm that was used.
    pub sign_type: SignType,
    /// Where it comes from.
    pub sign_type_from: SignTypeFrom,
}

/// Every step. Holds values of the message, never the key.
#[derive(Clone, Debug)]
pub struct Report {
    /// What the input was ([`crate::Kind::as_str`]).
    pub detected: &'static str,
    /// What was changed or decided while reading.
    pub repairs: Vec<Repair>,
    /// Whether the sign is right; nothing where there is nothing to compare.
    pub valid: Option<bool>,
    /// The answer in one word.
    pub verdict: Verdict,
    /// What is wrong, where something is.
    pub fault: Option<SignFault>,
    /// The algorithm that was used.
    pub sign_type: SignType,
    /// Where it comes from.
    pub sign_type_from: SignTypeFrom,
    /// The message's own sign_type, where it is another one than that which was used.
    pub other_sign_type: Option<String>,
    /// `sign`, or `paySign` for a client call.
    pub sign_name: &'static str,
    /// The sign that stands in the input.
    pub given_sign: Option<String>,
    /// The sign that belongs there; nothing without a key.
    pub expected_sign: Option<String>,
    /// All fields in the order of the input.
    pub fields: Vec<FieldStep>,
    /// The names that are signed, sorted.
    pub sorted: Vec<String>,
    /// The string with the key masked: `…&key=••••6a2d`.
    pub string_to_sign: String,
    /// Length in bytes of the string that is hashed, with the key.
    pub bytes: usize,
    /// The bytes of the string up to `&key=`, sixteen a line; the key's own bytes are never in it.
    pub hexdump: String,
    /// Invisible and deceptive characters, by byte of the string.
    pub invisible: Vec<Invisible>,
    /// The key as far as it may be shown.
    pub key: Option<KeyView>,
    /// What looks wrong about the key.
    pub key_warning: Option<KeyWarning>,
}

/// Verifies without describing, as [`examine`] would answer.
pub fn check(input: &Input, key: &Secret, question: &Question<'_>) -> Result<Checked, ReportError> {
    let selection = Selection::of(input, question.appid)?;
    if !selection.message.iter().any(|(name, value)| name != "sign" && !value.is_empty()) {
        return Err(ReportError::NothingToSign);
    }
    let (sign_type, sign_type_from) = selection.sign_type(question);
    let (verdict, fault) = compare(&selection, key, sign_type);
    Ok(Checked { verdict, fault, sign_type, sign_type_from })
}

/// Answers every step of signing or verifying an input.
pub fn examine(input: &Input, question: &Question<'_>) -> Result<Report, ReportError> {
    let selection = Selection::of(input, question.appid)?;
    let (sign_type, sign_type_from) = selection.sign_type(question);
    let other_sign_type = selection.named.clone().filter(|named| named != sign_type.as_str());
    if question.sign
        && question.chosen.is_none()
        && let Some(named) = selection.named.as_deref().filter(|named| SignType::parse(named).is_none())
    {
        return Err(ReportError::UnknownSignType(named.chars().take(32).collect()));
    }
    let joined = sign::string_to_sign(&selection.message);
    if joined.is_empty() {
        return Err(ReportError::NothingToSign);
    }
    let (verdict, fault) = match question.key {
        None => (Verdict::NoKey, None),
        Some(_) if question.sign => (Verdict::Signed, None),
        Some(key) => compare(&selection, key, sign_type),
    };
    let valid = match verdict {
        Verdict::NoKey | Verdict::Signed => None,
        Verdict::Match => Some(true),
        Verdict::Mismatch | Verdict::MissingSign | Verdict::MalformedSign => Some(false),
    };
    let own = question.key.map(|secret| KeySlot { role: KeyRole::InUse, name: "", secret });
    let written = written_keys(input);
    let pasted = input.pasted_keys().chain(written.iter().map(PastedKey::slot));
    let keys: Vec<KeySlot<'_>> = own.into_iter().chain(pasted).collect();
    let mut repairs = input.repairs.clone();
    if selection.timestamp_renamed {
        repairs.push(Repair::TimestampRenamed);
    }
    if selection.appid_supplied {
        repairs.push(Repair::AppidSupplied);
    }
    Ok(Report {
        detected: input.kind.as_str(),
        repairs,
        valid,
        verdict,
        fault,
        sign_type,
        sign_type_from,
        other_sign_type,
        sign_name: selection.sign_name,
        given_sign: selection.given().map(|sign| without_keys(sign, &keys)),
        expected_sign: question.key.map(|key| sign::sign(&selection.message, key, sign_type)),
        fields: field_steps(input, &selection, &keys),
        sorted: sorted_names(&selection),
        string_to_sign: format!("{}&key={}", without_keys(&joined, &keys), question.key.map_or_else(String::new, mask)),
        bytes: joined.len() + "&key=".len() + question.key.map_or(0, Secret::len),
        hexdump: hexdump(&format!("{joined}&key="), &keys),
        invisible: invisible_in(&joined, &selection),
        key: question.key.map(|key| KeyView { length: key.len(), fingerprint: key.fingerprint(), tail: key.tail() }),
        key_warning: question.key.and_then(|key| key_warning(input, key)),
    })
}

/// Keys that are written down inside of values.
fn written_keys(input: &Input) -> Vec<PastedKey> {
    input.params.iter().flat_map(|(_, value)| written_in(value)).map(|(key, _)| key).collect()
}

fn compare(selection: &Selection<'_>, key: &Secret, sign_type: SignType) -> (Verdict, Option<SignFault>) {
    let fault = if selection.given().is_none() {
        Some(SignFault::Missing)
    } else if selection.named.as_deref().is_some_and(|named| named != sign_type.as_str()) {
        Some(SignFault::OtherSignType)
    } else {
        sign::verify(&selection.message, key, sign_type).err()
    };
    let verdict = match fault {
        None => Verdict::Match,
        Some(SignFault::Missing) => Verdict::MissingSign,
        Some(SignFault::Malformed { .. }) => Verdict::MalformedSign,
        Some(SignFault::OtherSignType | SignFault::Mismatch) => Verdict::Mismatch,
    };
    (verdict, fault)
}

/// What may stand on a screen in the place of a key.
fn mask(key: &Secret) -> String {
    format!("••••{}", key.tail())
}

fn field_steps(input: &Input, selection: &Selection<'_>, keys: &[KeySlot<'_>]) -> Vec<FieldStep> {
    let mut steps: Vec<FieldStep> = input
        .params
        .iter()
        .map(|(name, value)| {
            let reason = selection.reason(name, value);
            FieldStep {
                name: without_keys(name, keys),
                value: without_keys(value, keys),
                included: reason.is_none(),
                reason,
            }
        })
        .collect();
    for (before, pasted) in input.pasted_keys.iter().filter(|pasted| pasted.position.is_some()).enumerate() {
        let at = pasted.position.unwrap_or_default() + before;
        let (name, value) = (pasted.name.clone(), mask(&pasted.secret));
        steps.insert(at.min(steps.len()), FieldStep { name, value, included: false, reason: Some(Reason::Key) });
    }
    if selection.appid_supplied
        && let Some(appid) = selection.message.get("appId")
    {
        steps.retain(|step| step.name != "appId");
        steps.push(FieldStep { name: "appId".to_owned(), value: appid.to_owned(), included: true, reason: None });
    }
    steps
}

fn sorted_names(selection: &Selection<'_>) -> Vec<String> {
    let mut names: Vec<String> = selection
        .message
        .iter()
        .filter(|(name, value)| *name != "sign" && !value.is_empty())
        .map(|(name, _)| name.to_owned())
        .collect();
    names.sort_unstable();
    names
}

fn invisible_in(joined: &str, selection: &Selection<'_>) -> Vec<Invisible> {
    let mut found = invisible::scan(joined);
    let mut at = 0;
    for name in sorted_names(selection) {
        let value = selection.message.get(&name).unwrap_or_default();
        let value_at = at + name.len() + 1;
        found.extend(invisible::edge_spaces(value, value_at));
        at = value_at + value.len() + 1;
    }
    found.sort_by_key(|one| one.at);
    found
}

fn key_warning(input: &Input, key: &Secret) -> Option<KeyWarning> {
    let bytes = key.expose();
    if bytes.iter().any(u8::is_ascii_whitespace) {
        Some(KeyWarning::WhiteSpace)
    } else if !bytes.iter().all(u8::is_ascii_graphic) {
        Some(KeyWarning::NotAscii)
    } else if bytes.len() != 32 {
        Some(KeyWarning::Length(bytes.len()))
    } else if input.pasted_key_differs(key) == Some(true) {
        Some(KeyWarning::OtherThanPasted)
    } else {
        None
    }
}

/// `00000010  61 70 70 69 64 3d 77 78  30 … |appid=wx0…|`; bytes of a key that stands in a value are `••`.
fn hexdump(text: &str, keys: &[KeySlot<'_>]) -> String {
    let hidden = key_ranges(text, keys);
    let bytes: Vec<(u8, bool)> =
        text.bytes().enumerate().map(|(at, byte)| (byte, hidden.iter().any(|range| range.contains(&at)))).collect();
    let lines = bytes.chunks(16).enumerate().map(|(index, line)| {
        let hex: Vec<String> = line
            .iter()
            .enumerate()
            .map(|(column, (byte, hidden))| {
                let gap = if column == 8 { " " } else { "" };
                if *hidden { format!("{gap}••") } else { format!("{gap}{byte:02x}") }
            })
            .collect();
        let shown: String = line
            .iter()
            .map(|(byte, hidden)| {
                if *hidden {
                    '•'
                } else if byte.is_ascii_graphic() || *byte == b' ' {
                    char::from(*byte)
                } else {
                    '.'
                }
            })
            .collect();
        format!("{:08x}  {:<48}  |{shown}|\n", index * 16, hex.join(" "))
    });
    lines.collect()
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
