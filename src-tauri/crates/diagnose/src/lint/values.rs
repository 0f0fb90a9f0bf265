//! Values that are hashed otherwise than they look: empty, blank, invisible, null, quoted, twice the same.

use super::{Findings, Severity, Subject, shown};
use crate::invisible;
use crate::knowledge::{CauseId as Id, Words};

/// Fields that hold words of people, where full-width letters and quotes are ordinary.
const PROSE: &[&str] = &[
    "body",
    "attach",
    "detail",
    "scene_info",
    "refund_desc",
    "desc",
    "description",
    "wishing",
    "act_name",
    "remark",
    "send_name",
    "sender_name",
    "re_user_name",
    "user_truename",
    "receivers",
    "receiver",
    "trades",
    "goods_tag",
    "device_info",
    "err_code_des",
    "return_msg",
];

pub(super) fn look(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.is_from_wechat() {
        return;
    }
    for (name, value) in subject.params.iter() {
        if value.is_empty() {
            empty(name, subject, findings);
        } else if is_null_word(value) {
            null_word(name, value, findings);
        } else {
            edges(name, value, findings);
            hidden(name, value, findings);
            quoted(name, value, findings);
        }
    }
    equal_values(subject, findings);
}

pub(super) fn is_prose(name: &str) -> bool {
    PROSE.contains(&name)
}

fn empty(name: &str, subject: &Subject<'_>, findings: &mut Findings) {
    if matches!(name, "sign" | "paySign") {
        findings.warn(
            "sign_empty",
            None,
            name,
            Words::new(format!("{name} 是空的；报文没有签名"), format!("{name} is empty; the message is not signed")),
        );
    } else if !subject.is_client_call() {
        findings.warn(
            "empty_value",
            Id::A1,
            name,
            Words::new(
                format!("{name} 的值为空；空值不参与签名，最好也不要发送"),
                format!("{name} is empty; it is not signed and is best not sent"),
            ),
        );
    }
}

fn is_null_word(value: &str) -> bool {
    matches!(
        value,
        "null"
            | "NULL"
            | "Null"
            | "undefined"
            | "None"
            | "nil"
            | "<nil>"
            | "NaN"
            | "Array"
            | "[object Object]"
            | "(null)"
    )
}

fn null_word(name: &str, value: &str, findings: &mut Findings) {
    findings.warn(
        "null_word",
        Id::D13,
        name,
        Words::new(
            format!("{name} 的值是文字“{value}”，多半是空对象变来的；没有值就不要签名也不要发送"),
            format!("{name} holds the word {value:?}, probably a missing value; a field without a value is neither signed nor sent"),
        ),
    );
}

fn edges(name: &str, value: &str, findings: &mut Findings) {
    if value.trim() != value {
        findings.warn(
            "edge_space",
            Id::D5,
            name,
            Words::new(
                format!("{name} 的值首尾有空白；签名与发送必须用同一个值，最好先去掉"),
                format!("{name} has blanks at its edge; sign and send the same value, best without them"),
            ),
        );
    }
    if value.contains('\r') {
        findings.warn(
            "carriage_return",
            Id::D19,
            name,
            Words::new(
                format!("{name} 里有回车 CR；XML 会把 CRLF 读成 LF，请先统一成 \\n 再签名"),
                format!("{name} holds a carriage return; XML reads CRLF as LF: turn it into \\n before signing"),
            ),
        );
    }
}

fn hidden(name: &str, value: &str, findings: &mut Findings) {
    let inner = value.trim_matches([' ', '\t', '\r', '\n']);
    let found = invisible::scan(inner);
    // Line ends and damaged text have remarks of their own.
    let mut rest = found.iter().filter(|one| !matches!(one.code.as_str(), "U+000A" | "U+000D" | "U+0009" | "U+FFFD"));
    let Some(first) = rest.next() else { return };
    // Full-width letters and signs pass in prose; joiners and variation selectors are how emoji are written.
    let usual = |code: &str| {
        code.starts_with("U+FF") && code != "U+FEFF"
            || code.starts_with("U+FE0")
            || code == "U+3000"
            || code == "U+200D"
    };
    if is_prose(name) && usual(&first.code) && rest.all(|one| usual(&one.code)) {
        return;
    }
    let severity = if is_prose(name) { Severity::Warning } else { Severity::Error };
    findings.add(
        severity,
        "invisible_character",
        Id::D18,
        name,
        Words::new(
            format!("{name} 里有{}（{}），看不出来但参与摘要；请清除后再签名和发送", first.name_zh, first.code),
            format!(
                "{name} holds {} ({}), which cannot be seen and is hashed; remove it before signing and sending",
                first.name, first.code
            ),
        ),
    );
}

fn quoted(name: &str, value: &str, findings: &mut Findings) {
    let pairs = [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’'), ('”', '”'), ('“', '“')];
    let wrapped = pairs
        .iter()
        .any(|(left, right)| value.len() > 2 && value.strip_prefix(*left).is_some_and(|rest| rest.ends_with(*right)));
    let curly = !is_prose(name) && value.contains(['“', '”', '‘', '’']);
    if (wrapped && !is_prose(name)) || curly {
        findings.warn(
            "quotes_in_value",
            Id::D24,
            name,
            Words::new(
                format!("{name} 的值带着引号：{}；多半是复制时带上的，请去掉", shown(value)),
                format!(
                    "the value of {name} has quotes around it: {}; they were probably copied along, remove them",
                    shown(value)
                ),
            ),
        );
    }
}

/// Two fields of the same value, one of which a structure keyed by value would swallow.
fn equal_values(subject: &Subject<'_>, findings: &mut Findings) {
    // Amounts, codes, dates and short values agree in sound messages, too.
    let counts = |name: &str, value: &str| {
        value.len() >= 6
            && !name.ends_with("_fee")
            && !name.contains("time")
            && !matches!(name, "sign" | "paySign" | "return_code" | "result_code" | "fee_type")
            && value != "SUCCESS"
    };
    let fields: Vec<(&str, &str)> = subject.params.iter().filter(|(name, value)| counts(name, value)).collect();
    for (index, (name, value)) in fields.iter().enumerate() {
        if let Some((other, _)) = fields.iter().skip(index + 1).find(|(_, other)| other == value) {
            findings.hint(
                "equal_values",
                Id::A11,
                name,
                Words::new(
                    format!("{name} 与 {other} 的值相同；若程序以值为键（如 array_flip），会丢掉其中一个"),
                    format!("{name} and {other} have the same value; a structure keyed by value (array_flip) loses one of them"),
                ),
            );
        }
    }
}
