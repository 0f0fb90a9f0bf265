//! Values against the rule book: length, enumeration, amounts, times, numbers and addresses.

use std::net::IpAddr;

use wxpay_protocol::UtcMs;

use super::{Findings, Severity, Subject, shown};
use crate::knowledge::{CauseId as Id, Words};
use crate::rules::{Certainty, Context, Field, Shape};

pub(super) fn look(subject: &Subject<'_>, findings: &mut Findings) {
    if let Some(Context::Endpoint(endpoint)) = subject.context {
        for (name, value) in subject.params.iter().filter(|(_, value)| !value.is_empty()) {
            if let Some(field) = endpoint.field(name) {
                length(field, value, findings);
                enumeration(field, value, findings);
                shape(field, value, subject, findings);
            }
        }
    }
    if !subject.is_from_wechat() {
        amounts(subject, findings);
        identities(subject, findings);
    }
}

fn length(field: &Field, value: &str, findings: &mut Findings) {
    let Some(max) = field.max_bytes.filter(|max| value.len() > *max && field.name != "sign") else { return };
    let severity = if field.certainty == Certainty::Stated { Severity::Error } else { Severity::Hint };
    findings.add(
        severity,
        "too_long",
        None,
        field.name,
        Words::new(
            format!("{} 有 {} 字节，最长 {max}（汉字占 3 字节）；请缩短后重新签名", field.name, value.len()),
            format!(
                "{} has {} bytes, at most {max} are allowed (a Chinese character has 3); shorten it and sign again",
                field.name,
                value.len()
            ),
        ),
    );
}

fn enumeration(field: &Field, value: &str, findings: &mut Findings) {
    if field.values.is_empty() || field.values.contains(&value) || field.name == "sign_type" {
        return;
    }
    let severity = if field.certainty == Certainty::Stated { Severity::Error } else { Severity::Hint };
    let list = field.values.join(", ");
    findings.add(
        severity,
        "unknown_value",
        None,
        field.name,
        Words::new(
            format!("{} 不能是“{}”；可用的值：{list}（区分大小写）", field.name, shown(value)),
            format!("{} cannot be {:?}; the values are {list}, letter case counts", field.name, shown(value)),
        ),
    );
}

fn shape(field: &Field, value: &str, subject: &Subject<'_>, findings: &mut Findings) {
    let name = field.name;
    match field.shape {
        // Amounts have rules of their own, for every message.
        Shape::Text | Shape::Fen { .. } => {}
        Shape::Integer => {
            if value.parse::<i64>().is_err() {
                plain(findings, "not_a_number", name, "必须是整数", "must be a whole number", value);
            }
        }
        Shape::Time => {
            if UtcMs::parse_compact(value).is_err() {
                plain(
                    findings,
                    "not_a_time",
                    name,
                    "必须是 14 位北京时间 yyyyMMddHHmmss",
                    "must be yyyyMMddHHmmss, Beijing time",
                    value,
                );
            }
        }
        Shape::Date => {
            if UtcMs::parse_compact(&format!("{value}000000")).is_err() {
                plain(
                    findings,
                    "not_a_date",
                    name,
                    "必须是 8 位日期 yyyyMMdd",
                    "must be a date written as yyyyMMdd",
                    value,
                );
            }
        }
        Shape::Json => {
            if serde_json::from_str::<serde::de::IgnoredAny>(value).is_err() {
                plain(findings, "not_json", name, "必须是合格的 JSON 文本", "must be a valid JSON text", value);
            }
        }
        Shape::Address => address(name, value, subject, findings),
        Shape::NoticeUrl => notice_url(name, value, findings),
        Shape::Number => number(name, value, findings),
    }
}

fn plain(findings: &mut Findings, rule: &'static str, name: &str, chinese: &str, english: &str, value: &str) {
    findings.error(
        rule,
        None,
        name,
        Words::new(
            format!("{name} {chinese}，现在是“{}”", shown(value)),
            format!("{name} {english}, it is {:?}", shown(value)),
        ),
    );
}

fn address(name: &str, value: &str, subject: &Subject<'_>, findings: &mut Findings) {
    match value.parse::<IpAddr>() {
        Err(_) => findings.error(
            "address_broken",
            None,
            name,
            Words::new(
                format!("{name} 的“{}”不是完整的 IP 地址；多半是 IPv6 地址在冒号处被截断，或带了端口", shown(value)),
                format!(
                    "{name} is {:?}, which is no complete IP address; an IPv6 address was probably cut at its first colon, or a port came along",
                    shown(value)
                ),
            ),
        ),
        Ok(address) if address.is_loopback() && looks_productive(subject) => findings.hint(
            "address_loopback",
            None,
            name,
            Words::new(
                format!("{name} 是 {value}，像测试时留下的；应为用户的真实 IP"),
                format!("{name} is {value}, as left over from a test; it should be the customer's address"),
            ),
        ),
        Ok(_) => {}
    }
}

/// Whether a message looks like one for real money: a public https address for the notices.
fn looks_productive(subject: &Subject<'_>) -> bool {
    let Some(host) = subject.params.filled("notify_url").and_then(|url| url.strip_prefix("https://")) else {
        return false;
    };
    let host = host.split(['/', ':']).next().unwrap_or_default();
    let reserved = ["example.com", "example.org", "example.net", "localhost"];
    let inner = [".example", ".test", ".invalid", ".local", ".localhost"];
    host.contains('.')
        && host.parse::<IpAddr>().is_err()
        && !reserved.iter().any(|name| host == *name || host.ends_with(&format!(".{name}")))
        && !inner.iter().any(|name| host.ends_with(name))
}

fn notice_url(name: &str, value: &str, findings: &mut Findings) {
    if !value.starts_with("http://") && !value.starts_with("https://") {
        // An encoded address is remarked as that.
        if !value.contains('%') {
            plain(
                findings,
                "notify_url",
                name,
                "必须是以 http:// 或 https:// 开头的完整地址",
                "must be a complete address that begins with http:// or https://",
                value,
            );
        }
    } else if value.contains(['?', '#']) {
        findings.error(
            "notify_url",
            None,
            name,
            Words::new(
                format!("{name} 不能带参数（?…）；请把参数放进路径或 attach"),
                format!("{name} must not carry a query (?...); put it into the path or into attach"),
            ),
        );
    }
}

fn number(name: &str, value: &str, findings: &mut Findings) {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '|' | '*' | '@');
    if let Some(letter) = value.chars().find(|letter| !allowed(*letter) && !letter.is_whitespace()) {
        findings.error(
            "number_characters",
            None,
            name,
            Words::new(
                format!("{name} 里有“{letter}”；只能用数字、字母和 _ - | *"),
                format!("{name} holds {letter:?}; only digits, letters and _ - | * are allowed"),
            ),
        );
    }
    if name == "out_trade_no" && value.chars().count() < 6 {
        findings.hint(
            "number_short",
            None,
            name,
            Words::new(
                format!("{name} 不到 6 个字符；文档要求 6 到 32 个"),
                format!("{name} has fewer than 6 characters; the documents ask for 6 to 32"),
            ),
        );
    }
}

/// Every amount of the message: whole fen.
fn amounts(subject: &Subject<'_>, findings: &mut Findings) {
    for (name, value) in subject.params.iter() {
        let is_amount = name.ends_with("_fee") || matches!(name, "amount" | "total_amount" | "return_amount");
        if !is_amount || value.is_empty() || value.trim() != value {
            continue;
        }
        amount(name, value, findings);
        if name == "total_fee" && value == "1" && looks_productive(subject) {
            findings.hint(
                "one_fen",
                None,
                name,
                Words::new(
                    "total_fee 是 1 分，像测试时留下的；请确认不是写死的",
                    "total_fee is one fen, as left over from a test; check that it is not a constant",
                ),
            );
        }
    }
    let amount_of = |name: &str| subject.params.get(name).and_then(|value| value.parse::<i64>().ok());
    if let (Some(total), Some(refund)) = (amount_of("total_fee"), amount_of("refund_fee"))
        && total.abs_diff(refund) == 1
    {
        findings.hint(
            "amounts_off_by_one",
            Id::D4,
            "refund_fee",
            Words::new(
                "total_fee 与 refund_fee 只差 1 分；如果本想全额退款，是浮点转分造成的，请用整数计算",
                "total_fee and refund_fee differ by one fen; if this is meant to be a full refund, floating point did it: calculate in whole fen",
            ),
        );
    }
}

fn amount(name: &str, value: &str, findings: &mut Findings) {
    if let Ok(fen) = value.parse::<i64>() {
        if fen < 0 || (fen == 0 && matches!(name, "total_fee" | "refund_fee")) {
            plain(findings, "amount_too_small", name, "至少为 1 分", "must be at least 1 fen", value);
        } else if value.starts_with(['0', '+']) && value.len() > 1 {
            plain(findings, "amount_form", name, "不要写前导的 0 或 +", "has no leading 0 or +", value);
        }
        return;
    }
    if !value.parse::<f64>().is_ok_and(f64::is_finite) {
        return plain(findings, "amount_form", name, "必须是以分为单位的整数", "must be a whole number of fen", value);
    }
    if value.contains(['e', 'E']) {
        return findings.error(
            "amount_exponent",
            Id::D2,
            name,
            Words::new(
                format!("{name} 写成了科学计数法“{}”；请用整数类型输出", shown(value)),
                format!("{name} was written with an exponent, {:?}; print it from an integer type", shown(value)),
            ),
        );
    }
    let decimals = value.split_once('.').map_or(0, |(_, tail)| tail.len());
    let zeros = value.split_once('.').is_some_and(|(_, tail)| tail.bytes().all(|byte| byte == b'0'));
    if decimals == 2 && !zeros {
        findings.error(
            "amount_in_yuan",
            Id::D3,
            name,
            Words::new(
                format!("{name} 是“{}”，像以元为单位；单位是分，请乘以 100 并写成整数", shown(value)),
                format!(
                    "{name} is {:?}, as in yuan; the unit is fen: multiply by 100 and write a whole number",
                    shown(value)
                ),
            ),
        );
    } else {
        findings.error(
            "amount_decimals",
            Id::D1,
            name,
            Words::new(
                format!("{name} 带小数“{}”，多半经过了浮点数；请写成以分为单位的整数", shown(value)),
                format!("{name} has decimals, {:?}, probably from a float; write a whole number of fen", shown(value)),
            ),
        );
    }
}

/// Shapes of appid, mch_id and openid.
fn identities(subject: &Subject<'_>, findings: &mut Findings) {
    for (name, value) in subject.params.iter().filter(|(_, value)| !value.is_empty() && value.trim() == *value) {
        match name {
            "appid" | "appId" | "sub_appid" | "mch_appid" | "wxappid" => appid(name, value, findings),
            "mch_id" | "mchid" | "sub_mch_id" => merchant(name, value, findings),
            "openid" | "sub_openid" | "re_openid" => openid(name, value, findings),
            _ => {}
        }
    }
}

fn appid(name: &str, value: &str, findings: &mut Findings) {
    let known = value.starts_with("wx") || value.starts_with("ww");
    if known && value.len() == 18 && value.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return;
    }
    findings.warn(
        "appid_shape",
        None,
        name,
        Words::new(
            format!("{name} 的“{}”不像 appid；应为 wx 开头的 18 个字符", shown(value)),
            format!("{name} is {:?}, which is no appid: 18 characters that begin with wx", shown(value)),
        ),
    );
}

fn merchant(name: &str, value: &str, findings: &mut Findings) {
    if value.bytes().all(|byte| byte.is_ascii_digit()) && (8..=10).contains(&value.len()) {
        return;
    }
    findings.warn(
        "mch_id_shape",
        Id::E9,
        name,
        Words::new(
            format!("{name} 的“{}”不像商户号；应为 8 到 10 位数字", shown(value)),
            format!("{name} is {:?}, which is no merchant number: 8 to 10 digits", shown(value)),
        ),
    );
}

fn openid(name: &str, value: &str, findings: &mut Findings) {
    let letters = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if value.starts_with('o') && value.len() == 28 && letters {
        return;
    }
    findings.warn(
        "openid_shape",
        Id::G8,
        name,
        Words::new(
            format!("{name} 不像 openid；应为 o 开头的 28 个字符，并且属于下单的那个 appid"),
            format!("{name} is no openid: 28 characters that begin with o, of the very appid that places the order"),
        ),
    );
}
