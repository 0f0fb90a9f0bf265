//! The shape of the keys at hand. Nothing of a key but its length is ever said.

use wxpay_protocol::{Secret, SignType, sign};

use super::{Findings, Severity, Subject};
use crate::diagnosis::{KeyRole, KeySlot};
use crate::knowledge::{CauseId as Id, Words};

pub(super) fn look(subject: &Subject<'_>, slots: &[KeySlot<'_>], findings: &mut Findings) {
    let Some(in_use) = slots.iter().find(|slot| slot.role == KeyRole::InUse) else { return };
    let key = in_use.secret;
    // A key that makes this very sign is right, whatever it looks like.
    if [SignType::Md5, SignType::HmacSha256].into_iter().any(|kind| sign::verify(subject.params, key, kind).is_ok()) {
        return;
    }
    shape(key, findings);
    for other in slots.iter().filter(|slot| slot.role != KeyRole::InUse && slot.secret.same_as(key)) {
        twin(other.role, findings);
    }
    if subject.input.pasted_key_differs(key) == Some(true) {
        add(
            findings,
            Severity::Warning,
            "other_key_pasted",
            Id::E1,
            "文本里的 key= 与所用的密钥不同；请确认用的是哪一把",
            "the text carries a key= that is not the key in use; find out which one is meant",
        );
    }
}

fn add(findings: &mut Findings, severity: Severity, rule: &'static str, cause: Id, chinese: &str, english: &str) {
    findings.add(severity, rule, cause, "key", Words::new(chinese, english));
}

fn shape(key: &Secret, findings: &mut Findings) {
    let bytes = key.expose();
    let trimmed = bytes.trim_ascii();
    let text = std::str::from_utf8(trimmed).unwrap_or_default();
    if trimmed.is_empty() || matches!(text, "null" | "undefined" | "None" | "nil" | "NULL") {
        return add(
            findings,
            Severity::Error,
            "key_empty",
            Id::E6,
            "密钥是空的，或是文字 null；请检查配置项的名字",
            "the key is empty or the word null; check the name of the setting",
        );
    }
    if trimmed.len() != bytes.len() || bytes.starts_with(b"\xEF\xBB\xBF") {
        add(
            findings,
            Severity::Error,
            "key_edge_space",
            Id::E10,
            "密钥首尾有空格、换行或 BOM，会参与摘要；请去掉",
            "the key has blanks, a line end or a byte order mark at its edge, which are hashed; strip them",
        );
    } else if !bytes.iter().all(u8::is_ascii_graphic) {
        add(
            findings,
            Severity::Error,
            "key_characters",
            Id::E5,
            "密钥里有空格、不可见或非 ASCII 字符，多半是复制时带上的；请重新取得密钥",
            "the key holds blanks, invisible or non-ASCII characters, probably copied along; take the key again",
        );
    }
    if trimmed.len() != 32 {
        findings.warn(
            "key_length",
            Id::E5,
            "key",
            Words::new(
                format!("密钥有 {} 个字节，API 密钥是 32 个；请确认没有多抄或少抄", trimmed.len()),
                format!(
                    "the key has {} bytes, an API key has 32; check that nothing is missing or too many",
                    trimmed.len()
                ),
            ),
        );
    } else if trimmed.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        add(
            findings,
            Severity::Hint,
            "key_like_app_secret",
            Id::E2,
            "密钥是 32 位小写十六进制，与 AppSecret 同形；如果它来自公众平台而不是商户平台，就用错了",
            "the key is 32 lower-case hexadecimal digits, as an AppSecret is; if it comes from the app's console and not from the merchant platform, it is the wrong one",
        );
    }
}

fn twin(role: KeyRole, findings: &mut Findings) {
    match role {
        KeyRole::AppSecret => add(
            findings,
            Severity::Error,
            "key_is_app_secret",
            Id::E2,
            "所用的密钥就是 AppSecret；签名要用商户平台的 API 密钥",
            "the key in use is the AppSecret; sign with the API key of the merchant platform",
        ),
        KeyRole::V3 => add(
            findings,
            Severity::Warning,
            "key_is_v3",
            Id::E3,
            "所用的密钥与 APIv3 密钥相同；两把是分开设置的，请确认 v2 的 API 密钥",
            "the key in use is the same as the APIv3 key; the two are set apart, check the API key of v2",
        ),
        KeyRole::Previous => add(
            findings,
            Severity::Warning,
            "key_is_previous",
            Id::E4,
            "所用的密钥是重置前的旧密钥；请加载新密钥",
            "the key in use is the one from before the reset; load the new one",
        ),
        KeyRole::OtherMerchant => add(
            findings,
            Severity::Warning,
            "key_of_other_merchant",
            Id::E7,
            "所用的密钥与另一个商户号的相同；请确认没有配错商户",
            "the key in use is also that of another merchant; check that the merchants were not mixed up",
        ),
        KeyRole::Sandbox | KeyRole::InUse => {}
    }
}
