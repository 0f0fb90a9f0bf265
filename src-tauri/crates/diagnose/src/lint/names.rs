//! Names of fields: misspelt, foreign, missing.

use super::distance::nearest;
use super::{Findings, Severity, Subject};
use crate::knowledge::{CauseId as Id, Words};
use crate::rules::{Certainty, Context, Endpoint, Need, SecondSign, known_names};

/// Names that no edit distance finds: the wrong one, the right one, its cause.
const REQUEST_ALIASES: &[(&str, &str, Id)] = &[
    ("appId", "appid", Id::B1),
    ("nonceStr", "nonce_str", Id::B6),
    ("noncestr", "nonce_str", Id::B6),
    ("nonce", "nonce_str", Id::A13),
    ("merchant_id", "mch_id", Id::A13),
    ("merchantId", "mch_id", Id::A13),
    ("ip", "spbill_create_ip", Id::A13),
    ("paySign", "sign", Id::B5),
];

pub(super) fn look(subject: &Subject<'_>, findings: &mut Findings) {
    match subject.context {
        Some(Context::Endpoint(endpoint)) => {
            foreign_names(subject, endpoint, findings);
            missing_names(subject, endpoint, findings);
        }
        None => unknown_anywhere(subject, findings),
        // Client calls have rules of their own, and WeChat may add fields at any time.
        Some(_) => {}
    }
}

fn misspelt(name: &str, right: &str, cause: Id, severity: Severity, findings: &mut Findings) {
    findings.add(
        severity,
        "misspelt_name",
        cause,
        name,
        Words::new(
            format!("没有名为 {name} 的字段，应为 {right}；请改名后重新签名"),
            format!("there is no field {name}; it should be {right}: rename it and sign again"),
        ),
    );
}

fn foreign_names(subject: &Subject<'_>, endpoint: Endpoint, findings: &mut Findings) {
    let rule = endpoint.rule();
    let sure = rule.fields == Certainty::Stated;
    let absent = || endpoint.fields().map(|field| field.name).filter(|name| !subject.has(name));
    for (name, _) in subject.params.iter() {
        if endpoint.field(name).is_some() {
            if name == "op_user_id" && sure {
                findings.hint(
                    "undocumented_field",
                    Id::A5,
                    name,
                    Words::new(
                        "op_user_id 早已不在文档里；网关仍接受，但发送了就必须参与签名",
                        "op_user_id left the documents long ago; the gateway still takes it, but what is sent must be signed",
                    ),
                );
            }
            continue;
        }
        if name == "sign_type" {
            continue;
        }
        let alias = REQUEST_ALIASES.iter().find(|(wrong, _, _)| *wrong == name);
        if let Some((_, own)) = rule.renamed.iter().find(|(foreign, _)| *foreign == name) {
            findings.error(
                "name_of_another_endpoint",
                Id::B7,
                name,
                Words::new(
                    format!("{} 里这个字段叫 {own}，不叫 {name}", endpoint.name()),
                    format!("{} calls this field {own}, not {name}", endpoint.name()),
                ),
            );
        } else if let Some((_, right, cause)) = alias.filter(|(_, right, _)| endpoint.field(right).is_some()) {
            misspelt(name, right, *cause, Severity::Error, findings);
        } else if let Some(right) = nearest(name, absent()) {
            let severity = if sure { Severity::Error } else { Severity::Warning };
            misspelt(name, right, Id::A13, severity, findings);
        } else if sure {
            findings.warn(
                "unknown_field",
                Id::A5,
                name,
                Words::new(
                    format!("{} 没有定义 {name}；不需要就去掉，要发送就必须参与签名", endpoint.name()),
                    format!("{} does not define {name}; leave it out, or sign it if it is sent", endpoint.name()),
                ),
            );
        }
    }
}

fn missing_names(subject: &Subject<'_>, endpoint: Endpoint, findings: &mut Findings) {
    let mut groups: Vec<&str> = Vec::new();
    let has = |name: &str| subject.params.filled(name).is_some();
    for field in endpoint.fields() {
        // A message that is still to be signed has no sign, which is nothing to remark.
        if has(field.name) || matches!(field.name, "sign" | "workwx_sign") {
            continue;
        }
        let words = match field.need {
            Need::Optional => continue,
            Need::Required if field.name == "sign_type" => {
                sign_type_missing(endpoint, findings);
                continue;
            }
            Need::Required => Words::new(
                format!("{} 缺少必填字段 {}，或它的值为空", endpoint.name(), field.name),
                format!("{} needs {}, which is missing or empty", endpoint.name(), field.name),
            ),
            Need::When { name, value } => {
                // In partner mode the customer may be named by sub_openid instead.
                let named_otherwise = field.name == "openid" && has("sub_openid");
                if subject.params.get(name) != Some(value) || named_otherwise {
                    continue;
                }
                Words::new(
                    format!("{name} 为 {value} 时必须传 {}", field.name),
                    format!("{} is required where {name} is {value}", field.name),
                )
            }
            Need::OneOf(group) => {
                if groups.contains(&group) || group.split(" / ").any(has) {
                    continue;
                }
                groups.push(group);
                Words::new(
                    format!("{} 至少要有其中一个：{group}", endpoint.name()),
                    format!("{} needs one of {group}", endpoint.name()),
                )
            }
        };
        let severity = if field.certainty == Certainty::Stated { Severity::Error } else { Severity::Hint };
        findings.add(severity, "required_missing", None, field.name, words);
    }
    if let Some(second) = endpoint.rule().second_sign.filter(|second| !has(second.name)) {
        second_sign_missing(endpoint, second, findings);
    }
}

fn sign_type_missing(endpoint: Endpoint, findings: &mut Findings) {
    findings.error(
        "hmac_only",
        Id::F3,
        "sign_type",
        Words::new(
            format!("{} 只支持 HMAC-SHA256，必须传 sign_type=HMAC-SHA256 并参与签名", endpoint.name()),
            format!("{} takes HMAC-SHA256 only: send and sign sign_type=HMAC-SHA256", endpoint.name()),
        ),
    );
}

fn second_sign_missing(endpoint: Endpoint, second: SecondSign, findings: &mut Findings) {
    let (chinese, english) = second.secret;
    findings.error(
        "second_sign_missing",
        Id::A16,
        second.name,
        Words::new(
            format!("{} 要两个签名：还缺 {}，它的末尾是 {}加上{chinese}", endpoint.name(), second.name, second.suffix),
            format!(
                "{} carries two signs: {} is missing, which ends in {} and {english}",
                endpoint.name(),
                second.name,
                second.suffix
            ),
        ),
    );
}

/// A message of unknown kind: a name that is nowhere known but nearly one that is.
fn unknown_anywhere(subject: &Subject<'_>, findings: &mut Findings) {
    let known = known_names();
    for (name, _) in subject.params.iter() {
        let bare = without_index(name);
        if known.binary_search(&bare).is_ok() || known.binary_search(&name).is_ok() {
            continue;
        }
        let absent = known.iter().copied().filter(|known| !subject.has(known));
        if let Some(right) = nearest(bare, absent) {
            misspelt(name, right, Id::A13, Severity::Warning, findings);
        }
    }
}

/// `coupon_fee_0` and `coupon_refund_fee_0_1` without their indices.
fn without_index(name: &str) -> &str {
    let mut bare = name;
    while let Some((head, tail)) = bare.rsplit_once('_') {
        if tail.is_empty() || !tail.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        bare = head;
    }
    bare
}
