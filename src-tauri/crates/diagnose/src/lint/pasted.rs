//! What only the text as it was pasted shows: types of JSON values, addresses, a nonce that stands there twice.

use std::collections::BTreeSet;

use super::{Findings, Subject};
use crate::diagnosis::{KeyRole, KeySlot};
use crate::knowledge::{CauseId as Id, Words};

pub(super) fn look(text: &str, subject: &Subject<'_>, keys: &[KeySlot<'_>], findings: &mut Findings) {
    sandbox(text, subject, keys, findings);
    number_time_stamp(text, findings);
    nonces(text, findings);
}

fn sandbox(text: &str, subject: &Subject<'_>, keys: &[KeySlot<'_>], findings: &mut Findings) {
    let old = text.contains("/sandboxnew/");
    if !old && !text.contains("/xdc/apiv2sandbox/") {
        return;
    }
    if old {
        findings.hint(
            "sandbox_moved",
            Id::H3,
            "",
            Words::new(
                "地址是旧沙箱 sandboxnew；现在的沙箱是 /xdc/apiv2sandbox",
                "the address is the old sandbox sandboxnew; today it is /xdc/apiv2sandbox",
            ),
        );
    }
    if !text.contains("getsignkey") && !keys.iter().any(|slot| slot.role == KeyRole::Sandbox) {
        findings.warn(
            "sandbox_key",
            Id::H1,
            "",
            Words::new(
                "请求发往沙箱；沙箱只认 getsignkey 换来的密钥，正式密钥一律签名错误",
                "the request goes to the sandbox, which takes only the key from getsignkey; the production key always fails there",
            ),
        );
    }
    if subject.params.get("sign_type") == Some("HMAC-SHA256") {
        findings.error(
            "md5_only",
            Id::F4,
            "sign_type",
            Words::new(
                "沙箱只支持 MD5；请去掉 HMAC-SHA256",
                "the sandbox takes MD5 only; do not use HMAC-SHA256 there",
            ),
        );
    }
}

/// `"timeStamp": 1704135845` without quotes.
fn number_time_stamp(text: &str, findings: &mut Findings) {
    for name in ["timeStamp", "timestamp"] {
        let bare = text.match_indices(name).any(|(at, _)| {
            let rest = text.get(at + name.len()..).unwrap_or_default();
            let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest).trim_start();
            rest.strip_prefix(':')
                .is_some_and(|value| value.trim_start().starts_with(|first: char| first.is_ascii_digit()))
        });
        // In a line such as `timestamp: 1704135845` nothing has quotes and nothing can be said.
        if bare && text.contains(['"', '\'']) && text.contains('{') {
            findings.error(
                "time_stamp_number",
                Id::D21,
                name,
                Words::new(
                    format!("{name} 是数字；iOS 接受而 Android 失败，必须写成字符串（加引号）"),
                    format!("{name} is a number, which iOS takes and Android refuses; write it as a string, in quotes"),
                ),
            );
        }
    }
}

/// Different nonces in one text: what was signed and what was sent may each have made its own.
fn nonces(text: &str, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for name in ["nonce_str", "nonceStr", "noncestr"] {
        for (at, _) in text.match_indices(name) {
            let rest = text.get(at + name.len()..).unwrap_or_default();
            let rest = rest.trim_start_matches(['>', '"', '\'', '=', ':', ' ', '[']);
            let rest = rest.strip_prefix("<![CDATA[").or_else(|| rest.strip_prefix("!CDATA[")).unwrap_or(rest);
            let rest = rest.strip_prefix("<![CDATA[").unwrap_or(rest);
            let value: String = rest.chars().take_while(char::is_ascii_alphanumeric).take(64).collect();
            if value.len() >= 8 {
                seen.insert(value);
            }
        }
    }
    // An answer has a nonce of its own, and so has a second signature.
    if seen.len() > 1 && !text.contains("return_code") && !text.contains("paySign") {
        findings.warn(
            "two_nonces",
            Id::A7,
            "nonce_str",
            Words::new(
                "文本里有两个不同的随机串；签名和发送必须用同一个",
                "the text holds two different nonces; the one that is signed must be the one that is sent",
            ),
        );
    }
}
