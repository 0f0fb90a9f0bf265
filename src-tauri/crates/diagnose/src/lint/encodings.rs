//! Values that carry traces of an encoding which the string to sign must not have.

use super::values::is_prose;
use super::{Findings, Severity, Subject, shown};
use crate::knowledge::{CauseId as Id, Words};

pub(super) fn look(subject: &Subject<'_>, findings: &mut Findings) {
    for (name, value) in subject.params.iter() {
        damaged_text(name, value, findings);
        if subject.is_from_wechat() {
            continue;
        }
        if looks_percent_encoded(value) {
            percent(name, value, subject, findings);
        }
        markup(name, value, findings);
        html_entity(name, value, findings);
        escapes(name, value, findings);
        if value.chars().any(|letter| u32::from(letter) > 0xFFFF) {
            findings.warn(
                "emoji",
                Id::D17,
                name,
                Words::new(
                    format!("{name} 里有 emoji 等 4 字节字符；协议只支持 1 到 3 字节的 UTF-8 字符，请先去掉"),
                    format!("{name} holds an emoji or another character of four bytes; the protocol takes one to three, remove it first"),
                ),
            );
        }
    }
}

/// Whether a text holds `%XX` and nothing that encoding would have changed, so that it is encoded as a whole.
fn looks_percent_encoded(value: &str) -> bool {
    let unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'%' | b'+' | b'*');
    if value.to_ascii_lowercase().contains("%3a%2f%2f") {
        return true;
    }
    let mut triples = 0;
    for (at, _) in value.match_indices('%') {
        let digits = value.as_bytes().get(at + 1..at + 3).unwrap_or_default();
        if digits.len() < 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        triples += 1;
    }
    triples > 0 && value.bytes().all(unreserved)
}

fn percent(name: &str, value: &str, subject: &Subject<'_>, findings: &mut Findings) {
    let cause = if subject.is_client_call() { Id::D23 } else { Id::D7 };
    // A single %20 in somebody's own text may well be meant, and attach is often encoded on purpose.
    let meant = name == "attach" || (is_prose(name) && value.matches('%').count() < 2);
    let severity = if meant { Severity::Hint } else { Severity::Warning };
    findings.add(
        severity,
        "percent_encoded",
        cause,
        name,
        Words::new(
            format!("{name} 的值像经过 URL 编码：{}；待签名串与报文都用原始值", shown(value)),
            format!("{name} looks URL-encoded: {}; sign and send the raw value", shown(value)),
        ),
    );
}

fn markup(name: &str, value: &str, findings: &mut Findings) {
    if value.contains("<![CDATA[") || value.contains("]]>") {
        findings.error(
            "cdata_in_value",
            Id::D9,
            name,
            Words::new(
                format!("{name} 的值里有 <![CDATA[ 字样；那只是 XML 的写法，签名用里面的原始值"),
                format!(
                    "{name} holds the marks <![CDATA[ ]]>; they belong to the XML, the value inside is what is signed"
                ),
            ),
        );
    }
}

fn html_entity(name: &str, value: &str, findings: &mut Findings) {
    let broken = ["¬ify_url", "×tamp", "¬ify", "¤cy"];
    if broken.iter().any(|part| value.contains(part) || name.contains(part)) {
        findings.error(
            "html_damage",
            Id::D8,
            name,
            Words::new(
                "文本经过了 HTML：&notify_url 变成 ¬ify_url，&timestamp 变成 ×tamp；请对原文做摘要",
                "the text passed through HTML: &notify_url became \u{AC}ify_url, &timestamp became \u{D7}tamp; hash the text itself",
            ),
        );
    }
    let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#39;", "&#34;", "&nbsp;"];
    if let Some(entity) = entities.iter().find(|entity| value.contains(**entity)) {
        findings.warn(
            "entity_in_value",
            Id::D10,
            name,
            Words::new(
                format!("{name} 的值里有 {entity}，多半转义了两次；签名用原始字符，写 XML 时只转义一次"),
                format!("{name} holds {entity}, probably escaped twice; sign the raw character and escape once when writing the XML"),
            ),
        );
    }
}

fn escapes(name: &str, value: &str, findings: &mut Findings) {
    let is_json = value.starts_with(['{', '[']);
    let hex_digits = |prefix: &str, count: usize| {
        value.match_indices(prefix).any(|(at, _)| {
            let digits = value.as_bytes().get(at + prefix.len()..at + prefix.len() + count).unwrap_or_default();
            digits.len() == count && digits.iter().all(u8::is_ascii_hexdigit)
        })
    };
    if is_json && (hex_digits("\\u", 4) || value.contains("\\/")) {
        findings.hint(
            "json_escapes",
            Id::D11,
            name,
            Words::new(
                format!("{name} 的 JSON 里有 \\uXXXX 或 \\/ 转义；没有错，但签名与发送必须是同一段文字"),
                format!("the JSON in {name} has escapes such as \\uXXXX or \\/; fine, as long as the very same text is signed and sent"),
            ),
        );
    } else if !is_json && (hex_digits("\\x", 2) || hex_digits("\\u", 4) || value.contains("\\\"")) {
        findings.warn(
            "log_escapes",
            Id::D12,
            name,
            Words::new(
                format!("{name} 里有日志的转义（\\x22、\\\" 等）；请先还原成原始报文"),
                format!("{name} holds escapes of a log (\\x22, \\\"); restore the original message first"),
            ),
        );
    }
}

/// Text that was decoded in the wrong charset, wherever it came from.
fn damaged_text(name: &str, value: &str, findings: &mut Findings) {
    let replaced = value.contains('\u{FFFD}') || value.contains("锟斤拷") || value.contains("烫烫烫");
    if replaced || is_latin_mojibake(value) {
        findings.warn(
            "mojibake",
            Id::D16,
            name,
            Words::new(
                format!("{name} 是乱码：{}；文字被按错误的字符集转换过，请全程使用 UTF-8", shown(value)),
                format!(
                    "{name} is garbled: {}; it was converted in the wrong charset, use UTF-8 throughout",
                    shown(value)
                ),
            ),
        );
    } else if value.contains("???") && is_prose(name) {
        findings.hint(
            "question_marks",
            Id::D15,
            name,
            Words::new(
                format!("{name} 里有连续的问号；可能是中文被按 ISO-8859-1 写出，请用 UTF-8"),
                format!("{name} holds a run of question marks; Chinese may have been written as ISO-8859-1, use UTF-8"),
            ),
        );
    }
}

/// Whether a text is UTF-8 that was read as ISO-8859-1: every letter fits a byte, and the bytes are UTF-8 again.
fn is_latin_mojibake(value: &str) -> bool {
    if value.is_ascii() {
        return false;
    }
    let bytes: Option<Vec<u8>> = value.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    bytes.is_some_and(|bytes| std::str::from_utf8(&bytes).is_ok())
        || value.contains("ï¼")
        || value.contains("â€")
        || value.contains("Ã¤")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_encoded_only_if_encoding_it_would_change_nothing() {
        for value in ["http%3A%2F%2Fshop.cn%2Fpay", "%E6%B5%8B%E8%AF%95", "prepay_id%3Dwx1", "a+b%21"] {
            assert!(looks_percent_encoded(value), "{value}");
        }
        for value in ["a=1&b=2+3%20", "100%", "50%off", "5% 20", "测试%20", "a+b", ""] {
            assert!(!looks_percent_encoded(value), "{value}");
        }
    }

    #[test]
    fn utf_8_read_as_latin_1_is_known_and_real_words_are_not() {
        for value in ["æµ\u{8B}è¯\u{95}", "CafÃ©"] {
            assert!(is_latin_mojibake(value), "{value}");
        }
        for value in ["Café", "naïve", "测试", "£5", "plain"] {
            assert!(!is_latin_mojibake(value), "{value}");
        }
    }
}
