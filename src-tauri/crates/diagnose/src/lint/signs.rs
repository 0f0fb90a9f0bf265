//! The shape of the sign, and whether the algorithm is one that the endpoint takes.

use super::{Findings, Severity, Subject};
use crate::knowledge::{CauseId as Id, Words};
use crate::rules::{Algorithms, Certainty, Context};

pub(super) fn look(subject: &Subject<'_>, findings: &mut Findings) {
    for name in ["sign", "paySign", "workwx_sign"] {
        if let Some(sign) = subject.params.filled(name) {
            shape(name, sign, findings);
        }
    }
    sign_type_word(subject, findings);
    length_and_word(subject, findings);
    if let Some(Context::Endpoint(_)) = subject.context {
        endpoint_algorithm(subject, findings);
    }
}

fn is_hex(sign: &str) -> bool {
    sign.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_base64(sign: &str) -> bool {
    sign.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_'))
}

fn shape(name: &str, sign: &str, findings: &mut Findings) {
    let length = sign.chars().count();
    if !is_hex(sign) {
        return other_letters(name, sign, length, findings);
    }
    match length {
        32 | 64 if sign.bytes().any(|byte| byte.is_ascii_lowercase()) => findings.error(
            "sign_lower_case",
            Id::F5,
            name,
            Words::new(
                format!("{name} 含小写字母；v2 的签名是大写十六进制，请转成大写"),
                format!("{name} has lower-case letters; in v2 it is upper-case hexadecimal: turn it to upper case"),
            ),
        ),
        32 | 64 => {}
        40 => findings.error(
            "sign_length",
            Id::F6,
            name,
            Words::new(
                format!("{name} 是 40 位，像 SHA-1；支付签名只用 MD5（32 位）或 HMAC-SHA256（64 位）"),
                format!("{name} has 40 digits, as SHA-1 has; payments use MD5 (32) or HMAC-SHA256 (64)"),
            ),
        ),
        16 => findings.error(
            "sign_length",
            Id::F10,
            name,
            Words::new(
                format!("{name} 是 16 位，像截短的 MD5；请用完整的 32 位"),
                format!("{name} has 16 digits, as a shortened MD5 has; use all 32"),
            ),
        ),
        17..=31 | 49..=63 => findings.error(
            "sign_length",
            Id::F9,
            name,
            Words::new(
                format!("{name} 只有 {length} 位，多半是转十六进制时丢了前导 0；每个字节都要输出两位"),
                format!(
                    "{name} has {length} digits; leading zeros were probably lost: write two digits for every byte"
                ),
            ),
        ),
        _ => malformed(name, length, findings),
    }
}

fn other_letters(name: &str, sign: &str, length: usize, findings: &mut Findings) {
    if length >= 300 && is_base64(sign) {
        findings.error(
            "v3_sign",
            Id::H4,
            name,
            Words::new(
                format!("{name} 是 {length} 位 base64，是 v3 的 RSA 签名；v2 的签名是 32 或 64 位十六进制"),
                format!(
                    "{name} is {length} characters of base64, an RSA sign of v3; v2 has 32 or 64 hexadecimal digits"
                ),
            ),
        );
    } else if matches!(length, 22 | 24 | 43 | 44) && is_base64(sign) {
        findings.error(
            "sign_base64",
            Id::F7,
            name,
            Words::new(
                format!("{name} 像 base64；摘要要转成十六进制大写，不是 base64"),
                format!("{name} looks like base64; write the digest as upper-case hexadecimal"),
            ),
        );
    } else {
        malformed(name, length, findings);
    }
}

fn malformed(name: &str, length: usize, findings: &mut Findings) {
    findings.error(
        "sign_malformed",
        None,
        name,
        Words::new(
            format!("{name} 有 {length} 个字符，不是 v2 的签名；应为 32 位（MD5）或 64 位（HMAC-SHA256）大写十六进制"),
            format!("{name} has {length} characters and is no sign of v2: 32 (MD5) or 64 (HMAC-SHA256) upper-case hexadecimal digits"),
        ),
    );
}

/// `sign_type` or `signType` with another spelling than the two that exist.
fn sign_type_word(subject: &Subject<'_>, findings: &mut Findings) {
    for name in ["sign_type", "signType"] {
        let Some(word) = subject.params.filled(name) else { continue };
        match word {
            "MD5" | "HMAC-SHA256" => {}
            "RSA" | "SHA256-RSA2048" | "WECHATPAY2-SHA256-RSA2048" => findings.error(
                "v3_sign_type",
                Id::H4,
                name,
                Words::new(
                    format!("{name} 是 {word}，那是 v3 的签名方式；v2 只有 MD5 与 HMAC-SHA256"),
                    format!("{name} says {word}, which belongs to v3; v2 knows MD5 and HMAC-SHA256"),
                ),
            ),
            _ => findings.error(
                "sign_type_word",
                Id::D22,
                name,
                Words::new(
                    format!("{name} 写成了“{}”；只能一字不差地写 MD5 或 HMAC-SHA256", super::shown(word)),
                    format!("{name} says {:?}; it must be exactly MD5 or HMAC-SHA256", super::shown(word)),
                ),
            ),
        }
    }
}

/// The number of digits against the word for the algorithm.
fn length_and_word(subject: &Subject<'_>, findings: &mut Findings) {
    for (sign_name, type_name) in [("sign", "sign_type"), ("paySign", "signType")] {
        let Some(sign) = subject.params.filled(sign_name).filter(|sign| is_hex(sign)) else { continue };
        let word = subject.params.filled(type_name);
        let cause = if subject.is_from_wechat() { Id::F2 } else { Id::F1 };
        match (sign.len(), word) {
            (32, Some("HMAC-SHA256")) => findings.error(
                "sign_type_and_length",
                cause,
                sign_name,
                Words::new(
                    format!("{type_name} 写的是 HMAC-SHA256，而 {sign_name} 是 32 位（MD5）；两者要一致"),
                    format!("{type_name} says HMAC-SHA256 but {sign_name} has 32 digits (MD5); make them agree"),
                ),
            ),
            (64, Some("MD5")) => findings.error(
                "sign_type_and_length",
                cause,
                sign_name,
                Words::new(
                    format!("{type_name} 写的是 MD5，而 {sign_name} 是 64 位（HMAC-SHA256）；两者要一致"),
                    format!("{type_name} says MD5 but {sign_name} has 64 digits (HMAC-SHA256); make them agree"),
                ),
            ),
            _ => {}
        }
    }
}

fn endpoint_algorithm(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(Context::Endpoint(endpoint)) = subject.context else { return };
    let signing = endpoint.rule().signing;
    let digits = subject.params.filled("sign").filter(|sign| is_hex(sign)).map(str::len);
    let word = subject.params.filled("sign_type");
    let severity = |sure| match signing.certainty {
        Certainty::Stated => sure,
        Certainty::Unconfirmed => Severity::Hint,
    };
    let name = endpoint.name();
    if !signing.sign_type_field && subject.has("sign_type") {
        findings.add(
            severity(Severity::Error),
            "sign_type_not_allowed",
            Id::A4,
            "sign_type",
            Words::new(
                format!("{name} 没有 sign_type 字段；请不要发送，也不要参与签名"),
                format!("{name} has no field sign_type; neither send nor sign it"),
            ),
        );
    }
    match signing.algorithms {
        Algorithms::HmacOnly if digits == Some(32) || word == Some("MD5") => findings.add(
            severity(Severity::Error),
            "hmac_only",
            Id::F3,
            "sign",
            Words::new(
                format!("{name} 只支持 HMAC-SHA256，这里用的是 MD5；请传 sign_type=HMAC-SHA256 并用它签名"),
                format!("{name} takes HMAC-SHA256 only, this is MD5; send sign_type=HMAC-SHA256 and sign with it"),
            ),
        ),
        Algorithms::Md5Only if digits == Some(64) || word == Some("HMAC-SHA256") => findings.add(
            severity(Severity::Error),
            "md5_only",
            Id::F4,
            "sign",
            Words::new(
                format!("{name} 只支持 MD5，这里用的是 HMAC-SHA256；请改用 MD5（32 位）"),
                format!("{name} takes MD5 only, this is HMAC-SHA256; sign with MD5 (32 digits)"),
            ),
        ),
        Algorithms::Both if digits == Some(64) && word.is_none() => findings.error(
            "hmac_without_sign_type",
            Id::F4,
            "sign_type",
            Words::new(
                "sign 是 64 位（HMAC-SHA256），但报文没有 sign_type，网关会按 MD5 校验；请传 sign_type=HMAC-SHA256 并参与签名",
                "the sign has 64 digits (HMAC-SHA256) but there is no sign_type, so the gateway expects MD5; send and sign sign_type=HMAC-SHA256",
            ),
        ),
        _ => {}
    }
}
