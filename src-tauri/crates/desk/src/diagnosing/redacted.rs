//! A report that may be shown to strangers: what was found, without keys, people and merchants.
//!
//! The rule: names, lengths, signs, signs of punctuation, invisible characters and the kind of every other character stay;
//! no letter and no digit of a value does, except words of the protocol such as `JSAPI` and digests. It holds for every
//! field alike, wherever its value stands.

mod shape;

use std::collections::BTreeSet;
use std::fmt::Write;

use wxpay_diagnose::Input;
use wxpay_diagnose::diagnosis::{Explanation, KeyRole, KeySlot, Outcome, without_keys};
use wxpay_diagnose::knowledge::Severity;

use self::shape::shape;
use super::{Evidence, Examined, all_keys};

/// Shorter values stand in sentences for other things too, and tell nothing.
const SHORTEST_CHARS: usize = 2;

/// Longer numbers in a sentence are somebody's.
const LONGEST_NUMBER: usize = 3;

/// The report as Markdown, in Chinese with English verdict words.
pub fn redacted_report(evidence: &Evidence, examined: &Examined) -> String {
    let masks = Masks::of(evidence, examined);
    let mut text = String::new();
    write_report(&mut text, evidence, examined, &masks).ok();
    masks.without_tails(text)
}

fn write_report(text: &mut String, evidence: &Evidence, examined: &Examined, masks: &Masks<'_>) -> std::fmt::Result {
    let diagnosis = &examined.diagnosis;
    let verdict = match diagnosis.verdict {
        Outcome::Valid => "一致 valid",
        Outcome::Explained => "不一致：确诊 explained",
        Outcome::Unexplained => "不一致：未能复现 unexplained",
        Outcome::Malformed => "没有可比对的签名 malformed",
    };
    let sign = |sign: &Option<String>, none: &str| sign.as_ref().map_or(none.to_owned(), |sign| masks.sign(sign));
    writeln!(text, "# 签名诊断 WxPay Desk {}\n", env!("CARGO_PKG_VERSION"))?;
    writeln!(text, "- 结论 verdict: {verdict}")?;
    writeln!(text, "- 报文 message: {}", examined.context.map_or("未识别 unknown", |context| context.as_str()))?;
    writeln!(text, "- 算法 sign_type: {}", diagnosis.sign_type.as_str())?;
    writeln!(text, "- 给出的签名 given: {}", sign(&diagnosis.given_sign, "无 none"))?;
    writeln!(text, "- 应为 expected: {}", sign(&diagnosis.expected_sign, "未知 unknown"))?;
    // Keys that had no part in the answer are nobody else's business, not even by their length.
    let told = |place: usize, key: &KeySlot<'_>| place == 0 || examined.names(key.name);
    for (_, key) in masks.keys.iter().enumerate().filter(|(place, key)| told(*place, key)) {
        let (length, print) = (key.secret.len(), key.secret.fingerprint());
        writeln!(text, "- 密钥 key {}: {length} 字节 bytes, 指纹 fingerprint {print}", role(key.role))?;
    }
    if let Some(said) = &evidence.return_msg {
        writeln!(text, "- 返回信息 return_msg: {}", masks.sentence(said))?;
    }
    if let Some(notice) = &examined.notice {
        writeln!(text, "- 退款通知 refund notice: {}", masks.sentence(&notice.words().chinese))?;
    }
    for (place, explanation) in (1..).zip(&diagnosis.explanations) {
        explained(text, place, explanation, masks)?;
    }
    if let Some(input) = &examined.read.input {
        fields(text, "字段 fields", input, masks)?;
    }
    if let Some(input) = examined.sent.as_ref().and_then(|sent| sent.input.as_ref()) {
        fields(text, "发出的字段 sent", input, masks)?;
    }
    if !diagnosis.warnings.is_empty() {
        writeln!(text, "\n## 疑似 suspicions\n")?;
    }
    for warning in &diagnosis.warnings {
        let weight = if warning.severity == Severity::Hint { "提示 hint" } else { "疑似 suspicion" };
        let cause = warning.cause.map_or(warning.rule, |cause| cause.as_str());
        writeln!(text, "- {weight} {cause}: {}", masks.sentence(&warning.detail.chinese))?;
    }
    writeln!(text, "\n## 已排除 excluded\n\n- 候选 candidates: {}", diagnosis.excluded.tried)?;
    writeln!(text, "- 下一步 next: {}", diagnosis.next.chinese())
}

fn explained(text: &mut String, place: usize, explanation: &Explanation, masks: &Masks<'_>) -> std::fmt::Result {
    let causes: Vec<&str> = explanation.causes.iter().map(|cause| cause.as_str()).collect();
    writeln!(text, "\n## 解释 explanation {place}: {}\n", causes.join(" "))?;
    for change in &explanation.changes {
        writeln!(text, "- {}: {}", change.cause, masks.sentence(&change.detail.chinese))?;
    }
    if let Some(name) = &explanation.key {
        let key = masks.keys.iter().find(|key| key.name == name);
        writeln!(text, "- 密钥 key: {}", key.map_or("", |key| role(key.role)))?;
    }
    writeln!(text, "- 实际签的串 hashed: `{}`", masks.shape(&explanation.string_to_sign))
}

fn fields(text: &mut String, title: &str, input: &Input, masks: &Masks<'_>) -> std::fmt::Result {
    writeln!(text, "\n## {title}\n")?;
    for (name, value) in input.params.iter() {
        let shown = if matches!(name, "sign" | "paySign") { masks.sign(value) } else { masks.shape(value) };
        let (chars, bytes) = (value.chars().count(), value.len());
        writeln!(text, "- `{}` = `{shown}` ({chars} 字符 chars, {bytes} 字节 bytes)", masks.name(name))?;
    }
    Ok(())
}

/// What a key is; its name may be somebody's.
const fn role(role: KeyRole) -> &'static str {
    match role {
        KeyRole::InUse => "当前 in use",
        KeyRole::OtherMerchant => "另一商户 another merchant",
        KeyRole::AppSecret => "AppSecret",
        KeyRole::V3 => "APIv3",
        KeyRole::Sandbox => "沙箱 sandbox",
        KeyRole::Previous => "重置前 previous",
    }
}

/// What must not be told, and what stands in its place.
struct Masks<'e> {
    keys: Vec<KeySlot<'e>>,
    names: BTreeSet<&'e str>,
    /// Values and names of keys that a sentence may hold, the longest first.
    values: Vec<(String, String)>,
}

impl<'e> Masks<'e> {
    fn of(evidence: &'e Evidence, examined: &'e Examined) -> Self {
        let inputs = [Some(&examined.read), examined.sent.as_ref()].into_iter().flatten();
        let inputs: Vec<&Input> = inputs.filter_map(|read| read.input.as_ref()).collect();
        let names = inputs.iter().flat_map(|input| input.params.iter()).map(|(name, _)| name);
        let keys = all_keys(evidence, examined);
        let mut masks = Self { keys, names: names.filter(|name| is_plain(name)).collect(), values: Vec::new() };
        let mut values: Vec<(String, String)> = inputs
            .iter()
            .flat_map(|input| input.params.iter())
            .chain(evidence.appid.iter().map(|appid| ("", appid.as_str())))
            .flat_map(|(_, value)| {
                // Sentences hold the first 40 characters of a long value, and values as code changes them.
                let cut: String = value.chars().take(40).collect();
                [value.trim().to_owned(), value.to_lowercase(), value.to_uppercase(), value.to_owned(), cut]
            })
            .map(|value| (masks.shape(&value), value))
            .map(|(shaped, value)| (value, shaped))
            .filter(|(value, shaped)| value.chars().count() >= SHORTEST_CHARS && value != shaped)
            .collect();
        values.extend(masks.keys.iter().map(|key| (key.name.to_owned(), role(key.role).to_owned())));
        values.sort_by(|(one, _), (other, _)| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        values.dedup();
        masks.values = values;
        masks
    }

    /// A value, or a string of fields and values.
    fn shape(&self, text: &str) -> String {
        shape(&self.without_tails(text.to_owned()), &|word| self.names.contains(word))
    }

    /// A digest as it is; what only stands in its place, by its shape.
    fn sign(&self, sign: &str) -> String {
        let is_digest = (28..=64).contains(&sign.len()) && sign.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_digest { without_keys(sign, &self.keys) } else { self.shape(sign) }
    }

    /// A name as it is, unless it seems to be a value that was read as one.
    fn name(&self, name: &str) -> String {
        if is_plain(name) { without_keys(name, &self.keys) } else { self.shape(name) }
    }

    /// A sentence of the program, which may quote values.
    fn sentence(&self, text: &str) -> String {
        let mut masked = without_keys(text, &self.keys);
        for (value, shaped) in &self.values {
            masked = replaced_alone(&masked, value, shaped);
        }
        let masked = without_numbers(&masked);
        masked.chars().map(|letter| if letter.is_control() { '·' } else { letter }).collect()
    }

    /// The last characters of a key tell it apart on one's own screen, which nobody else needs.
    fn without_tails(&self, mut text: String) -> String {
        for tail in self.keys.iter().map(|key| key.secret.tail()).filter(|tail| !tail.is_empty()) {
            text = text.replace(&format!("••••{tail}"), "••••");
        }
        text
    }
}

/// Whether it can be nothing but a name: no letters of a language, no long number.
fn is_plain(name: &str) -> bool {
    name.len() <= 40 && name.is_ascii() && without_numbers(name) == name && !name.contains(char::is_control)
}

/// Replaces a value where no letter or digit joins it to something longer.
fn replaced_alone(text: &str, value: &str, instead: &str) -> String {
    let joins = |inner: Option<char>, outer: Option<char>| {
        inner.zip(outer).is_some_and(|(inner, outer)| inner.is_ascii_alphanumeric() && outer.is_ascii_alphanumeric())
    };
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(value) {
        let (before, found) = rest.split_at(at);
        let after = found.get(value.len()..).unwrap_or_default();
        let last = before.chars().next_back().or_else(|| replaced.chars().next_back());
        let joined = joins(value.chars().next(), last) || joins(value.chars().next_back(), after.chars().next());
        replaced.push_str(before);
        replaced.push_str(if joined { value } else { instead });
        rest = after;
    }
    replaced + rest
}

/// Numbers that are longer than a count give way to zeros, but for code points.
fn without_numbers(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let (digits, after) = from.split_at(from.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(from.len()));
        shown.push_str(before);
        let stays = digits.len() <= LONGEST_NUMBER || before.ends_with("U+");
        if stays {
            shown.push_str(digits);
        } else {
            shown.extend(digits.chars().map(|_| '0'));
        }
        rest = after;
    }
    shown + rest
}
