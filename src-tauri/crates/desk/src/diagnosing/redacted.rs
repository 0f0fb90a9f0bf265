//! A report that may be shown to strangers: what was found, without keys and without people.

use std::fmt::Write;

use wxpay_diagnose::Input;
use wxpay_diagnose::diagnosis::{Explanation, KeySlot, Outcome, without_keys};
use wxpay_diagnose::knowledge::Severity;
use wxpay_diagnose::rules::Endpoint;

use super::{Evidence, Examined, KeyAtHand};

/// Fields of the protocol that name a person, a device or an account, or that the merchant fills as it likes.
const PERSONAL: &[&str] = &[
    "openid",
    "sub_openid",
    "re_openid",
    "openId",
    "auth_code",
    "user_name",
    "re_user_name",
    "truename",
    "name",
    "attach",
    "body",
    "desc",
    "remark",
    "wishing",
    "act_name",
    "send_name",
    "detail",
    "scene_info",
    "device_info",
    "spbill_create_ip",
    "client_ip",
    "receivers",
    "receiver",
    "account",
    "refund_recv_accout",
    "bank_no",
    "bank_card_no",
    "enc_bank_no",
    "enc_true_name",
    "id_card",
    "cert_no",
    "identity",
    "phone",
    "mobile",
    "code",
    "session_key",
    "req_info",
    "workwx_sign",
];

/// Names of answers, notices and client calls whose values tell nothing about anybody; those of requests are in the rule
/// book.
const HARMLESS: &[&str] = &[
    "key",
    "sign",
    "paySign",
    "signType",
    "appId",
    "timeStamp",
    "timestamp",
    "nonceStr",
    "noncestr",
    "package",
    "partnerid",
    "partnerId",
    "prepayid",
    "prepayId",
    "prepay_id",
    "mweb_url",
    "code_url",
    "return_code",
    "return_msg",
    "result_code",
    "err_code",
    "err_code_des",
    "retcode",
    "retmsg",
    "is_subscribe",
    "bank_type",
    "cash_fee",
    "cash_fee_type",
    "settlement_total_fee",
    "time_end",
    "time_stamp",
    "trade_state",
    "trade_state_desc",
    "recall",
];

/// Shorter values are too common to be replaced wherever they stand.
const SHORTEST_CHARS: usize = 4;

/// The report as Markdown, in Chinese with English verdict words: fields with personal values by their shape only (letters as x, digits as 0, Han as
/// 某, everything else as it is, so that spaces and signs can still be seen), each key by its length and fingerprint.
pub fn redacted_report(evidence: &Evidence, examined: &Examined) -> String {
    let masks = Masks::of(evidence, examined);
    let mut text = String::new();
    write_report(&mut text, evidence, examined, &masks).ok();
    let keys: Vec<KeySlot<'_>> = evidence.keys.iter().map(KeyAtHand::slot).collect();
    without_phones(&masks.apply(&without_keys(&masks.apply(&text), &keys)))
}

/// Eleven digits that begin as mobile numbers do give way to zeros, wherever they stand.
fn without_phones(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let (digits, after) = from.split_at(from.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(from.len()));
        hidden.push_str(before);
        let is_phone = digits.len() == 11 && digits.starts_with('1') && digits.as_bytes().get(1) >= Some(&b'3');
        hidden.push_str(if is_phone { "00000000000" } else { digits });
        rest = after;
    }
    hidden + rest
}

fn write_report(text: &mut String, evidence: &Evidence, examined: &Examined, masks: &Masks) -> std::fmt::Result {
    let diagnosis = &examined.diagnosis;
    let verdict = match diagnosis.verdict {
        Outcome::Valid => "一致 valid",
        Outcome::Explained => "不一致：确诊 explained",
        Outcome::Unexplained => "不一致：未能复现 unexplained",
        Outcome::Malformed => "没有可比对的签名 malformed",
    };
    writeln!(text, "# 签名诊断 WxPay Desk {}\n", env!("CARGO_PKG_VERSION"))?;
    writeln!(text, "- 结论 verdict: {verdict}")?;
    writeln!(text, "- 报文 message: {}", examined.context.map_or("未识别 unknown", |context| context.as_str()))?;
    writeln!(text, "- 算法 sign_type: {}", diagnosis.sign_type.as_str())?;
    writeln!(text, "- 给出的签名 given: {}", diagnosis.given_sign.as_deref().unwrap_or("无 none"))?;
    writeln!(text, "- 应为 expected: {}", diagnosis.expected_sign.as_deref().unwrap_or("未知 unknown"))?;
    // Keys that had no part in the answer are nobody else's business, not even by name.
    let told = |place: usize, name: &str| place == 0 || examined.names(name);
    for (_, key) in evidence.keys.iter().enumerate().filter(|(place, key)| told(*place, &key.name)) {
        let (length, print) = (key.secret.len(), key.secret.fingerprint());
        writeln!(text, "- 密钥 key {}: {length} 字节 bytes, 指纹 fingerprint {print}", key.name)?;
    }
    if let Some(said) = &evidence.return_msg {
        writeln!(text, "- 返回信息 return_msg: {}", one_line(said))?;
    }
    if let Some(notice) = &examined.notice {
        writeln!(text, "- 退款通知 refund notice: {}", notice.words().chinese)?;
    }
    for (place, explanation) in (1..).zip(&diagnosis.explanations) {
        explained(text, place, explanation, masks)?;
    }
    if let Some(input) = &examined.read.input {
        fields(text, "字段 fields", input)?;
    }
    if let Some(input) = examined.sent.as_ref().and_then(|sent| sent.input.as_ref()) {
        fields(text, "发出的字段 sent", input)?;
    }
    if !diagnosis.warnings.is_empty() {
        writeln!(text, "\n## 疑似 suspicions\n")?;
    }
    for warning in &diagnosis.warnings {
        let weight = if warning.severity == Severity::Hint { "提示 hint" } else { "疑似 suspicion" };
        let cause = warning.cause.map_or(warning.rule, |cause| cause.as_str());
        writeln!(text, "- {weight} {cause}: {}", one_line(&warning.detail.chinese))?;
    }
    writeln!(text, "\n## 已排除 excluded\n\n- 候选 candidates: {}", diagnosis.excluded.tried)?;
    writeln!(text, "- 下一步 next: {}", diagnosis.next.chinese())
}

fn explained(text: &mut String, place: usize, explanation: &Explanation, masks: &Masks) -> std::fmt::Result {
    let causes: Vec<&str> = explanation.causes.iter().map(|cause| cause.as_str()).collect();
    writeln!(text, "\n## 解释 explanation {place}: {}\n", causes.join(" "))?;
    for change in &explanation.changes {
        writeln!(text, "- {}: {}", change.cause, one_line(&change.detail.chinese))?;
    }
    if let Some(key) = &explanation.key {
        writeln!(text, "- 密钥 key: {key}")?;
    }
    match masks.shaped_string(&explanation.string_to_sign) {
        Some(shaped) => writeln!(text, "- 实际签的串 hashed: `{shaped}`"),
        None => writeln!(text, "- 实际签的串 hashed: （可能含个人信息，已省略 left out）"),
    }
}

fn fields(text: &mut String, title: &str, input: &Input) -> std::fmt::Result {
    writeln!(text, "\n## {title}\n")?;
    for (name, value) in input.params.iter() {
        let shown = if is_personal(name) { shape(value) } else { value.to_owned() };
        writeln!(text, "- `{}` = `{}` ({} 字节 bytes)", one_line(name), one_line(&shown), value.len())?;
    }
    Ok(())
}

/// Whether a field is shown by its shape only: it names somebody, or nobody knows what it holds.
fn is_personal(name: &str) -> bool {
    let is_of_protocol = |name: &str| {
        HARMLESS.contains(&name)
            || ["coupon_", "refund_", "settlement_"].iter().any(|front| name.starts_with(front))
            || Endpoint::all().any(|endpoint| endpoint.field(name).is_some())
    };
    PERSONAL.iter().any(|known| known.eq_ignore_ascii_case(name)) || !is_of_protocol(name)
}

/// The shape of a value: which kind of character stands where.
fn shape(value: &str) -> String {
    value
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' => 'x',
            '0'..='9' => '0',
            letter if letter.is_alphanumeric() => '某',
            letter => letter,
        })
        .collect()
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '·' } else { letter }).collect()
}

/// What must not be told, and what stands in its place.
struct Masks {
    values: Vec<(String, String)>,
    tails: Vec<String>,
}

impl Masks {
    fn of(evidence: &Evidence, examined: &Examined) -> Self {
        let inputs = [Some(&examined.read), examined.sent.as_ref()];
        let inputs = inputs.into_iter().flatten().filter_map(|read| read.input.as_ref());
        let mut values: Vec<(String, String)> = inputs
            .flat_map(|input| input.params.iter())
            .filter(|(name, value)| is_personal(name) && value.chars().count() >= SHORTEST_CHARS)
            .flat_map(|(_, value)| {
                // Sentences hold the first 40 characters of a long value.
                let cut: String = value.chars().take(40).collect();
                [(value.to_owned(), shape(value)), (shape(&cut), shape(&cut)), (cut.clone(), shape(&cut))]
            })
            .filter(|(value, shaped)| value != shaped)
            .collect();
        values.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        values.dedup();
        let tails = evidence.keys.iter().map(|key| key.secret.tail()).filter(|tail| !tail.is_empty());
        Self { values, tails: tails.map(|tail| format!("••••{tail}")).collect() }
    }

    fn apply(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for (value, shaped) in &self.values {
            masked = masked.replace(value.as_str(), shaped);
        }
        for tail in &self.tails {
            masked = masked.replace(tail.as_str(), "••••");
        }
        masked
    }

    /// A string to sign with personal fields by their shape; nothing where values stand without their names.
    fn shaped_string(&self, text: &str) -> Option<String> {
        if self.values.is_empty() {
            return Some(one_line(text));
        }
        // First as a whole: a value may hold what looks like the next field.
        let text = &self.apply(text);
        let named = text.split('&').filter(|pair| pair.split_once('=').is_some_and(|(name, _)| !name.is_empty()));
        if named.count() < 2 {
            return None;
        }
        let mut personal = false;
        let pairs = text.split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or(("", pair));
            // A piece without a name goes on with the value before it.
            if pair.contains('=') {
                personal = is_personal(name.trim());
            }
            match (personal, pair.contains('=')) {
                (true, true) => format!("{name}={}", shape(value)),
                (true, false) => shape(pair),
                (false, _) => pair.to_owned(),
            }
        });
        Some(one_line(&pairs.collect::<Vec<_>>().join("&")))
    }
}
