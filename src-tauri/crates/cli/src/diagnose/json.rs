//! The document of `wxpay diagnose --json`: the contract, and beside it what people read, in both languages.

use desk::{Examined, NoticeProof};
use serde_json::{Map, Value, json};
use wxpay_diagnose::diagnosis::{Change, Explanation};
use wxpay_diagnose::input::{Place, Read};
use wxpay_diagnose::knowledge::{CauseId, Reading, Warning, Words};
use wxpay_diagnose::req_info::KeyProof;
use wxpay_diagnose::rules::Context;

use crate::diagnose::Fixes;
use crate::exit::Failure;

pub(crate) fn document(
    examined: &Examined,
    unreadable: Option<&Failure>,
    fixes: Option<Fixes>,
    report: Option<String>,
) -> Result<Value, Failure> {
    let diagnosis = &examined.diagnosis;
    let mut document = serde_json::to_value(diagnosis).map_err(|fault| Failure::Output(fault.into()))?;
    let Some(fields) = document.as_object_mut() else { return Ok(document) };
    fields.insert("explanations".to_owned(), explanations(&diagnosis.explanations, fixes));
    fields.insert("warnings".to_owned(), warnings(&diagnosis.warnings));
    fields.insert("next_zh".to_owned(), diagnosis.next.chinese().into());
    fields.insert("context".to_owned(), examined.context.map(Context::as_str).into());
    fields.insert("detected".to_owned(), kind(&examined.read));
    fields.insert("repairs".to_owned(), repairs(&examined.read));
    fields.insert("reading".to_owned(), examined.reading.as_ref().map(reading).into());
    fields.insert("hints".to_owned(), examined.hints.iter().map(reading).collect());
    fields.insert("refund_notice".to_owned(), examined.notice.as_ref().map(notice).into());
    if let Some(failure) = unreadable {
        let error = json!({"code": failure.code(), "message": failure.to_string()});
        fields.insert("error".to_owned(), error);
    }
    if let Some(report) = report {
        fields.insert("report".to_owned(), report.into());
    }
    Ok(document)
}

fn explanations(explanations: &[Explanation], fixes: Option<Fixes>) -> Value {
    explanations.iter().map(|explanation| explained(explanation, fixes)).collect()
}

fn explained(explanation: &Explanation, fixes: Option<Fixes>) -> Value {
    let alternatives = explanation.alternatives.iter().map(|changes| changed(changes)).collect::<Vec<Value>>();
    json!({
        "proof": explanation.proof,
        "causes": explanation.causes,
        "changes": changed(&explanation.changes),
        "alternatives": alternatives,
        "key": explanation.key,
        "string_to_sign": explanation.string_to_sign,
        "about": explanation.causes.iter().map(|cause| about(*cause, fixes)).collect::<Vec<Value>>(),
    })
}

fn changed(changes: &[Change]) -> Value {
    let one = |change: &Change| {
        let mut fields = Map::new();
        fields.insert("cause".to_owned(), change.cause.as_str().into());
        fields.insert("field".to_owned(), change.field.clone().into());
        put(&mut fields, "detail", &change.detail);
        Value::Object(fields)
    };
    changes.iter().map(one).collect()
}

/// What the catalogue says about a cause.
fn about(id: CauseId, fixes: Option<Fixes>) -> Value {
    let mut fields = Map::new();
    fields.insert("cause".to_owned(), id.as_str().into());
    if let Some(cause) = id.cause() {
        put(&mut fields, "title", &cause.title);
    }
    if let Some(text) = id.text() {
        put(&mut fields, "sentence", &text.sentence);
        if let Some(wanted) = fixes {
            let lines = text.fixes().filter(|(language, _)| wanted.wants(*language));
            let lines: Map<String, Value> = lines.map(|(name, line)| (name.as_str().to_owned(), line.into())).collect();
            fields.insert("fixes".to_owned(), lines.into());
        }
    }
    Value::Object(fields)
}

pub(crate) fn warnings(warnings: &[Warning]) -> Value {
    let one = |warning: &Warning| {
        let mut fields = Map::new();
        fields.insert("cause".to_owned(), warning.cause.map(CauseId::as_str).into());
        fields.insert("rule".to_owned(), warning.rule.into());
        fields.insert("field".to_owned(), warning.field.clone().into());
        put(&mut fields, "detail", &warning.detail);
        fields.insert("severity".to_owned(), json!(warning.severity));
        Value::Object(fields)
    };
    warnings.iter().map(one).collect()
}

pub(crate) fn kind(read: &Read) -> Value {
    read.input.as_ref().map(|input| input.kind.as_str()).into()
}

pub(crate) fn repairs(read: &Read) -> Value {
    let one = |placed: &wxpay_diagnose::input::Placed| {
        let at = |part: fn(&Place) -> usize| placed.place.as_ref().map(part);
        json!({
            "code": placed.repair.code(),
            "detail": placed.repair.to_string(),
            "detail_zh": placed.repair.chinese(),
            "line": at(|place| place.line),
            "column": at(|place| place.column),
        })
    };
    read.repairs.iter().map(one).collect()
}

fn reading(reading: &Reading) -> Value {
    json!({"detail": reading.words.english, "detail_zh": reading.words.chinese, "causes": reading.causes})
}

fn notice(notice: &NoticeProof) -> Value {
    let opened = match &notice.proof {
        KeyProof::Proven(opened) => Some(opened),
        KeyProof::NotThisKey | KeyProof::Malformed(_) => None,
    };
    let words = notice.words();
    let verdict = match (&notice.proof, notice.is_in_use) {
        (KeyProof::Proven(_), true) => "proven",
        (KeyProof::Proven(_), false) => "other_key",
        (KeyProof::NotThisKey, _) => "not_this_key",
        (KeyProof::Malformed(_), _) => "malformed",
    };
    let decrypted: Option<Map<String, Value>> =
        opened.map(|opened| opened.fields.iter().map(|(name, value)| (name.to_owned(), value.into())).collect());
    let pitfalls = notice.pitfalls.iter().map(|pitfall| {
        let words = pitfall.words();
        json!({"kind": pitfall, "detail": words.english, "detail_zh": words.chinese})
    });
    json!({
        "verdict": verdict,
        "key": notice.key,
        "detail": words.english,
        "detail_zh": words.chinese,
        "aes_key": opened.map(|opened| opened.form),
        "plus_restored": opened.map(|opened| opened.plus_restored),
        "decrypted": decrypted,
        "pitfalls": pitfalls.collect::<Vec<Value>>(),
    })
}

fn put(fields: &mut Map<String, Value>, name: &str, words: &Words) {
    fields.insert(name.to_owned(), words.english.as_str().into());
    fields.insert(format!("{name}_zh"), words.chinese.as_str().into());
}
