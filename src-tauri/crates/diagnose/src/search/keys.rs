//! The keys, and what happens to a key on its way into the code. No missing character is ever guessed.

use md5::{Digest, Md5};
use zeroize::Zeroizing;

use crate::diagnosis::{KeyRole, KeySlot};
use crate::knowledge::CauseId;

/// One key that is tried.
pub(crate) struct Key {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Which slot it comes from.
    pub(crate) slot: usize,
    /// What its being used means; nothing for the key in use as it is.
    pub(crate) cause: Option<CauseId>,
    /// What may be shown in its place.
    pub(crate) shown: String,
    pub(crate) chinese: String,
    pub(crate) english: String,
    pub(crate) usual: bool,
}

/// All keys: the one in use, its variants, then the other slots with their variants.
pub(crate) fn keys(slots: &[KeySlot<'_>]) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for (slot, given) in slots.iter().enumerate() {
        let bytes = given.secret.expose();
        let mask = format!("••••{}", given.secret.tail());
        let (cause, chinese, english) = meaning(given.role, given.name);
        let from = if slot == 0 { (String::new(), String::new()) } else { (chinese.clone(), english.clone()) };
        push(
            &mut keys,
            Key {
                bytes: Zeroizing::new(bytes.to_vec()),
                slot,
                cause: (slot > 0).then_some(cause),
                shown: mask.clone(),
                chinese,
                english,
                usual: true,
            },
        );
        for (cause, usual, variant, chinese, english) in variants(bytes) {
            let joined = |from: &str, text: &str, glue: &str| {
                if from.is_empty() { text.to_owned() } else { format!("{from}{glue}{text}") }
            };
            push(
                &mut keys,
                Key {
                    bytes: variant,
                    slot,
                    cause: Some(cause),
                    shown: mask.clone(),
                    chinese: joined(&from.0, chinese, "，"),
                    english: joined(&from.1, english, ", and "),
                    usual: usual && slot == 0,
                },
            );
        }
        if slot == 0 {
            for literal in ["", "null", "undefined", "None", "NULL", "nil", "false", "key", "[object Object]"] {
                let shown = if literal.is_empty() { "空串".to_owned() } else { format!("\"{literal}\"") };
                push(
                    &mut keys,
                    Key {
                        bytes: Zeroizing::new(literal.as_bytes().to_vec()),
                        slot,
                        cause: Some(CauseId::E6),
                        shown: literal.to_owned(),
                        chinese: format!("密钥没有加载，用的是{shown}"),
                        english: if literal.is_empty() {
                            "the key was not loaded: it was empty".to_owned()
                        } else {
                            format!("the key was not loaded: it was the text {literal:?}")
                        },
                        usual: matches!(literal, "" | "null" | "undefined" | "None"),
                    },
                );
            }
        }
    }
    keys
}

fn push(keys: &mut Vec<Key>, key: Key) {
    // A slot of another name with the same key says nothing new.
    if !keys.iter().any(|known| known.bytes == key.bytes) {
        keys.push(key);
    }
}

fn meaning(role: KeyRole, name: &str) -> (CauseId, String, String) {
    let of_name = |chinese: &str, english: &str| {
        (format!("签名用的是{chinese}（{name}）"), format!("{english} ({name}) was used"))
    };
    let (cause, (chinese, english)) = match role {
        KeyRole::InUse => (CauseId::E1, of_name("另一把密钥", "another key")),
        KeyRole::OtherMerchant => (CauseId::E7, of_name("另一个商户的密钥", "the key of another merchant")),
        KeyRole::AppSecret => (CauseId::E2, of_name("AppSecret", "the AppSecret")),
        KeyRole::V3 => (CauseId::E3, of_name("APIv3 密钥", "the APIv3 key")),
        KeyRole::Sandbox => (CauseId::H1, of_name("沙箱密钥", "the sandbox key")),
        KeyRole::Previous => (CauseId::E4, of_name("重置前的旧密钥", "the key before the last reset")),
    };
    (cause, chinese, english)
}

/// What stands in front of a key or behind it, and whether that is usual.
#[rustfmt::skip]
const AROUND: &[(bool, &str, &str, &str, &str)] = &[
        (true, "", "\n", "密钥末尾带了换行", "the key had a line feed behind it"),
        (true, "", "\r\n", "密钥末尾带了 CRLF", "the key had a CRLF behind it"),
        (true, "", " ", "密钥末尾带了空格", "the key had a space behind it"),
        (true, " ", "", "密钥开头带了空格", "the key had a space in front"),
        (false, " ", " ", "密钥首尾带了空格", "the key had spaces around it"),
        (true, "\u{FEFF}", "", "密钥开头带了 BOM", "the key had a byte order mark in front"),
        (
            false,
            "\u{FEFF}",
            "\n",
            "密钥开头带了 BOM、末尾带了换行",
            "the key had a byte order mark in front and a line feed behind it",
        ),
        (false, "", "\t", "密钥末尾带了制表符", "the key had a tab behind it"),
        (false, "\t", "", "密钥开头带了制表符", "the key had a tab in front"),
        (false, "", "\r", "密钥末尾带了 CR", "the key had a CR behind it"),
        (false, "\n", "", "密钥开头带了换行", "the key had a line feed in front"),
        (false, "", "\n\n", "密钥末尾带了两个换行", "the key had two line feeds behind it"),
        (false, "", "\u{A0}", "密钥末尾带了不换行空格", "the key had a no-break space behind it"),
        (false, "\u{A0}", "", "密钥开头带了不换行空格", "the key had a no-break space in front"),
        (false, "", "\u{200B}", "密钥末尾带了零宽空格", "the key had a zero-width space behind it"),
        (false, "\u{200B}", "", "密钥开头带了零宽空格", "the key had a zero-width space in front"),
        (false, "", "\u{3000}", "密钥末尾带了全角空格", "the key had a full-width space behind it"),
        (false, "\"", "\"", "密钥连同引号一起用了", "the key was used with quotes around it"),
        (false, "'", "'", "密钥连同单引号一起用了", "the key was used with single quotes around it"),
        (false, "", "\0", "密钥末尾带了 NUL", "the key had a NUL behind it"),
        (false, "", ";", "密钥末尾带了分号", "the key had a semicolon behind it"),
        (false, "", ",", "密钥末尾带了逗号", "the key had a comma behind it"),
];

/// How much of a key may be left.
const FRONTS: &[(usize, &str, &str)] = &[
    (32, "密钥只用了前 32 位", "only the first 32 characters of the key were used"),
    (31, "密钥只用了前 31 位", "only the first 31 characters of the key were used"),
    (30, "密钥只用了前 30 位", "only the first 30 characters of the key were used"),
    (24, "密钥只用了前 24 位", "only the first 24 characters of the key were used"),
    (16, "密钥只用了前 16 位", "only the first 16 characters of the key were used"),
];

type Variant = (CauseId, bool, Zeroizing<Vec<u8>>, &'static str, &'static str);

fn variants(key: &[u8]) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::new();
    let mut add = |cause, usual, parts: &[&[u8]], chinese, english| {
        variants.push((cause, usual, Zeroizing::new(parts.concat()), chinese, english));
    };
    let text = std::str::from_utf8(key).unwrap_or_default();
    let trimmed = text.trim_matches(|found: char| found.is_whitespace() || found == '\u{FEFF}');
    add(CauseId::E10, true, &[trimmed.as_bytes()], "签名时去掉了密钥首尾空白", "the key was trimmed when it was used");
    for (usual, front, behind, chinese, english) in AROUND {
        add(CauseId::E10, *usual, &[front.as_bytes(), key, behind.as_bytes()], chinese, english);
    }
    let unquoted = trimmed.trim_matches(['"', '\'']);
    add(CauseId::E10, false, &[unquoted.as_bytes()], "密钥去掉了引号", "the key was used without its quotes");
    if key.len() <= 80 {
        for at in 0..key.len() {
            // A key that is one too long is the usual case; that the code lost one is rarer.
            add(
                CauseId::E5,
                key.len() > 32,
                &[&key[..at], &key[at + 1..]],
                "密钥少了一个字符",
                "the key was used with one character less",
            );
        }
    }
    for (length, chinese, english) in FRONTS {
        if let Some(front) = key.get(..*length) {
            add(CauseId::E5, false, &[front], chinese, english);
        }
    }
    if key.len() > 32 {
        add(
            CauseId::E5,
            true,
            &[&key[key.len() - 32..]],
            "密钥只用了后 32 位",
            "only the last 32 characters of the key were used",
        );
    }
    if key.len().is_multiple_of(2) && key.len() >= 32 {
        add(
            CauseId::E5,
            false,
            &[&key[..key.len() / 2]],
            "密钥只用了前一半",
            "only the first half of the key was used",
        );
    }
    if let (Some(first), Some(last)) = (key.first(), key.last()) {
        add(
            CauseId::E5,
            true,
            &[key, &[*last]],
            "密钥末位重复了一次",
            "the last character of the key stood there twice",
        );
        add(
            CauseId::E5,
            false,
            &[&[*first], key],
            "密钥首位重复了一次",
            "the first character of the key stood there twice",
        );
    }
    add(CauseId::E5, false, &[key, key], "密钥粘贴了两遍", "the key was pasted twice");
    let [lower, upper] = md5_of(key);
    add(
        CauseId::E1,
        true,
        &[&lower[..]],
        "签名用的是 md5(密钥)（小写；只有解密退款通知才用它）",
        "md5 of the key in lower case was used as the key (only the req_info of a refund notice is decrypted with it)",
    );
    add(
        CauseId::E1,
        false,
        &[&upper[..]],
        "签名用的是 md5(密钥)（大写）",
        "md5 of the key in upper case was used as the key",
    );
    add(
        CauseId::E1,
        true,
        &[Zeroizing::new(key.to_ascii_lowercase()).as_slice()],
        "密钥成了小写",
        "the key was in lower case",
    );
    add(
        CauseId::E1,
        true,
        &[Zeroizing::new(key.to_ascii_uppercase()).as_slice()],
        "密钥成了大写",
        "the key was in upper case",
    );
    variants.retain(|(_, _, variant, _, _)| variant.as_slice() != key && !variant.is_empty());
    variants
}

/// The MD5 of a key in lower and in upper case.
fn md5_of(key: &[u8]) -> [Zeroizing<[u8; 32]>; 2] {
    let digest: Zeroizing<[u8; 16]> = Zeroizing::new(Md5::digest(key).into());
    [b"0123456789abcdef", b"0123456789ABCDEF"].map(|digits| {
        let mut written = Zeroizing::new([0; 32]);
        for (pair, byte) in written.as_chunks_mut::<2>().0.iter_mut().zip(digest.iter()) {
            *pair = [byte >> 4, byte & 15].map(|digit| digits[usize::from(digit)]);
        }
        written
    })
}

/// The bytes that hexadecimal digits say.
pub(super) fn from_hex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.len().is_multiple_of(2) && !text.is_empty())?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    for at in (0..text.len()).step_by(2) {
        bytes.push(u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?);
    }
    Some(bytes)
}
