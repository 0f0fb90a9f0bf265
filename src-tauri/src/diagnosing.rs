//! What was found out about a sign, in the words and shapes of the window.

use desk::{Evidence, Examined, NoticeProof};
use wxpay_diagnose::diagnosis::{Context, KeySlot, Outcome, without_keys};
use wxpay_diagnose::input::Read;
use wxpay_diagnose::knowledge::{CauseId, Reading, Warning};
use wxpay_diagnose::req_info::KeyProof;
use wxpay_diagnose::rules::{CALLS, ClientCall};
use wxpay_diagnose::{Input, ReportError};

use crate::dto::diagnosis::{
    CallFieldView, CauseView, ClientCallView, DiagnosisView, ExcludedView, ExplanationView, KeyProofView, ReadingView,
    WarningView, in_words, sentence,
};
use crate::dto::reading::notes_of;
use crate::dto::start::Language;
use crate::error::IpcError;

/// The answer in the language of the window.
///
/// # Errors
/// When nothing at all could be read of one of the texts.
pub(crate) fn view_of(evidence: &Evidence, examined: &Examined, language: Language) -> Result<DiagnosisView, IpcError> {
    let Some(input) = &examined.read.input else { return Err(unreadable(&examined.read)) };
    if let Some(sent) = examined.sent.as_ref().filter(|sent| sent.input.is_none()) {
        return Err(unreadable(sent));
    }
    let diagnosis = &examined.diagnosis;
    let right = diagnosis.string_to_sign.as_str();
    let open = diagnosis.verdict == Outcome::Unexplained && diagnosis.expected_sign.is_some();
    let hints: &[Reading] = if open { &examined.hints } else { &[] };
    let said = examined.reading.iter().chain(hints);
    let named = diagnosis.explanations.iter().flat_map(|one| one.causes.iter().copied());
    let named = named.chain(diagnosis.warnings.iter().filter_map(|one| one.cause));
    let named = named.chain(said.flat_map(|one| one.causes.iter().copied()));
    let keys = desk::all_keys(evidence, examined);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(DiagnosisView {
        verdict: diagnosis.verdict.into(),
        sign_type: diagnosis.sign_type.into(),
        given_sign: diagnosis.given_sign.clone(),
        expected_sign: diagnosis.expected_sign.clone(),
        string_to_sign: diagnosis.string_to_sign.clone(),
        context: examined.context.map(|context| context.as_str().to_owned()),
        explanations: diagnosis.explanations.iter().map(|one| ExplanationView::of(one, right, language)).collect(),
        warnings: warnings(examined, language),
        causes: causes_once(named, language),
        differences: diagnosis.differences.iter().map(Into::into).collect(),
        excluded: ExcludedView::new(&diagnosis.excluded, language),
        next: diagnosis.next.into(),
        next_sentence: sentence(&diagnosis.next.words(), language),
        reading: examined.reading.as_ref().map(|one| ReadingView::of(one, language)),
        hints: hints.iter().map(|one| ReadingView::of(one, language)).collect(),
        calls: examined.context.map(|context| calls(evidence, input, context, &keys, language)).unwrap_or_default(),
        key_proof: examined.notice.as_ref().map(|proof| key_proof(proof, language)),
        notes: notes_of(&examined.read, &text(&evidence.pasted), language),
        sent_notes: examined
            .sent
            .as_ref()
            .zip(evidence.sent.as_ref())
            .map(|(read, sent)| notes_of(read, &text(sent), language))
            .unwrap_or_default(),
        redacted_report: desk::redacted_report(evidence, examined),
    })
}

/// The suspicions. What reading found stands beside the pasted text already; here only what it means is told, where the
/// catalogue knows it.
fn warnings(examined: &Examined, language: Language) -> Vec<WarningView> {
    let mut told: Vec<CauseId> = Vec::new();
    let mut view = |warning: &Warning| {
        if !examined.is_of_reading(warning) {
            return Some(WarningView::of(warning, language));
        }
        let id = warning.cause.filter(|id| !told.contains(id))?;
        told.push(id);
        let title = in_words(&id.cause()?.title, language);
        let detail = match language {
            Language::Chinese => format!("左侧标出的位置：{title}"),
            Language::English => format!("{title}, at the place that is marked on the left"),
        };
        Some(WarningView { detail, ..WarningView::of(warning, language) })
    };
    examined.diagnosis.warnings.iter().filter_map(&mut view).collect()
}

/// The calls of this kind, each with the values of the message under its own names.
fn calls(
    evidence: &Evidence,
    input: &Input,
    context: Context,
    keys: &[KeySlot<'_>],
    language: Language,
) -> Vec<ClientCallView> {
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let value = |signed_as: &str| {
        let found = input.params.iter().find(|(name, value)| plain(name) == plain(signed_as) && !value.is_empty());
        let appid = evidence.appid.as_deref().filter(|_| plain(signed_as) == "appid");
        found.map(|(_, value)| value).or(appid).map(|value| without_keys(value, keys))
    };
    let view = |call: &ClientCall| ClientCallView {
        title: call.title.to_owned(),
        fields: call
            .fields
            .iter()
            .map(|field| CallFieldView {
                signed_as: field.signed_as.to_owned(),
                passed_as: field.passed_as.map(str::to_owned),
                value: value(field.signed_as),
                meaning: if language == Language::Chinese { field.chinese } else { field.english }.to_owned(),
            })
            .collect(),
        sign_name: call.sign_name.to_owned(),
    };
    CALLS.iter().filter(|call| context.is_client_call() && call.kind == context.as_str()).map(view).collect()
}

fn key_proof(notice: &NoticeProof, language: Language) -> KeyProofView {
    KeyProofView {
        proven: match notice.proof {
            KeyProof::Proven(_) => Some(true),
            KeyProof::NotThisKey => Some(false),
            KeyProof::Malformed(_) => None,
        },
        key: notice.key.clone(),
        sentence: sentence(&notice.words(), language),
        pitfalls: notice.pitfalls.iter().map(|one| sentence(&one.words(), language)).collect(),
    }
}

/// A text of which nothing could be read.
pub(crate) fn unreadable(read: &Read) -> IpcError {
    match read.faults.first() {
        Some(fault) => IpcError::malformed(fault.to_string(), Some(fault.chinese())),
        None => IpcError::malformed("the text holds no field".to_owned(), Some("文本里一个字段也没有".to_owned())),
    }
}

/// Why a message that could be read has no answer.
pub(crate) fn unanswerable(fault: &ReportError) -> IpcError {
    let chinese = match fault {
        ReportError::AppidNeeded => {
            "这是调起支付的参数：appId 参与签名但不在参数里；请在 appId 一栏填写下单所用的 appid".to_owned()
        }
        ReportError::NothingToSign => "没有可签名的字段：除签名本身外都是空的；请粘贴完整报文".to_owned(),
        ReportError::UnknownSignType(named) => {
            format!("报文写的 sign_type 是“{named}”；微信支付 v2 只有 MD5 和 HMAC-SHA256，请改成其中之一或去掉这个字段")
        }
        ReportError::Field(fault) => fault.chinese(),
    };
    IpcError::malformed(fault.to_string(), Some(chinese))
}

fn causes_once(ids: impl Iterator<Item = CauseId>, language: Language) -> Vec<CauseView> {
    let mut seen: Vec<CauseId> = Vec::new();
    for id in ids {
        if !seen.contains(&id) {
            seen.push(id);
        }
    }
    seen.into_iter().filter_map(|id| CauseView::of(id, language)).collect()
}

#[cfg(test)]
#[path = "diagnosing_tests.rs"]
mod tests;
