//! A diagnosis for people: the verdict first, one explanation in full, the others in a line each, what to do last.

use desk::{Examined, RETURN_MSG};
use wxpay_diagnose::diagnosis::{
    Change, Difference, Excluded, Explanation, FieldDifference, Next, Outcome, Proof, Stage,
};
use wxpay_diagnose::knowledge::{CauseId, Language, Severity, Warning, Words};

use crate::diagnose::Fixes;
use crate::diagnose::strings::{self, visible};
use crate::exit::Failure;
use crate::message;
use crate::output::Output;

pub(crate) fn describe(examined: &Examined, fixes: Option<Fixes>, output: &mut Output) -> Result<(), Failure> {
    let diagnosis = &examined.diagnosis;
    message::tell(&notes(examined), output);
    verdict(examined, output)?;
    output.line(&format!("  sign type  {}", diagnosis.sign_type.as_str()))?;
    output.line(&format!("  given      {}", diagnosis.given_sign.as_deref().unwrap_or("(none)")))?;
    output.line(&format!("  expected   {}", diagnosis.expected_sign.as_deref().unwrap_or("(unknown)")))?;
    match diagnosis.explanations.split_first() {
        Some((best, others)) => {
            explain(best, &diagnosis.string_to_sign, fixes, output)?;
            also(others, output)?;
        }
        None => output.line(&format!("  string     {}", visible(&diagnosis.string_to_sign)))?,
    }
    differences(&diagnosis.differences, output)?;
    if let Some(notice) = &examined.notice {
        section("退款通知 refund notice", output)?;
        both("", &notice.words(), output)?;
        // How code stumbles over a key matters to those who hold the right one.
        let stumbling = notice.pitfalls.iter().filter(|_| notice.is_in_use);
        stumbling.take(2).try_for_each(|pitfall| both("", &pitfall.words(), output))?;
    }
    if let Some(reading) = &examined.reading {
        section("返回信息 what the gateway said", output)?;
        both(&ids(&reading.causes), &reading.words, output)?;
    }
    suspicions(&unproven(examined), output)?;
    if diagnosis.verdict == Outcome::Unexplained && diagnosis.excluded.tried > 0 {
        excluded(&diagnosis.excluded, output)?;
        section("如果时好时坏 if it fails now and then", output)?;
        examined.hints.iter().try_for_each(|hint| both(&ids(&hint.causes), &hint.words, output))?;
    }
    section("下一步 next", output)?;
    both("", &diagnosis.next.words(), output)
}

/// What reading changed.
fn notes(examined: &Examined) -> Vec<String> {
    let told = examined.read.repairs.iter();
    told.map(|placed| match &placed.place {
        Some(place) => format!("line {}, column {}: {}", place.line, place.column, placed.repair),
        None => placed.repair.to_string(),
    })
    .collect()
}

fn verdict(examined: &Examined, output: &mut Output) -> Result<(), Failure> {
    let diagnosis = &examined.diagnosis;
    let (chinese, english) = match (diagnosis.verdict, diagnosis.explanations.first()) {
        (Outcome::Valid, _) => ("一致：签名正确".to_owned(), "match: the sign is right".to_owned()),
        (Outcome::Explained, Some(best)) => {
            let details = |language: fn(&Words) -> &str, glue: &str| {
                best.changes.iter().map(|change| language(&change.detail)).collect::<Vec<_>>().join(glue)
            };
            let causes = ids(&best.changes.iter().map(|change| change.cause).collect::<Vec<_>>());
            let proof = match best.proof {
                Proof::Hash => "mismatch, proven by hash",
                Proof::Copy => "mismatch, proven: a copy of another sign",
            };
            (
                format!("不一致：确诊 {causes} {}", details(|words| &words.chinese, "；")),
                format!("{proof}: {causes} {}", details(|words| &words.english, "; and ")),
            )
        }
        _ => unexplained(examined),
    };
    output.verdict(diagnosis.verdict == Outcome::Valid, &chinese)?;
    output.line(&english)
}

fn unexplained(examined: &Examined) -> (String, String) {
    let diagnosis = &examined.diagnosis;
    let (chinese, english) = match diagnosis.next {
        Next::GiveTheKey => ("无法比对：没有密钥", "nothing compared: there is no key"),
        Next::GiveTheAppid => ("无法比对：没有 appId", "nothing compared: the appId is missing"),
        Next::DecryptReqInfo => ("无法比对：退款通知没有签名", "nothing compared: a refund notice carries no sign"),
        Next::GiveTheSign => ("没有要比对的签名", "there is no sign to compare"),
        _ if diagnosis.verdict == Outcome::Malformed => {
            ("不一致：签名的样子不是任何摘要", "mismatch: the sign has the shape of no digest")
        }
        Next::SearchOn => ("不一致：搜索中途停止，尚未能复现", "mismatch: stopped before anything gave this sign"),
        _ => ("不一致：未能复现", "mismatch: nothing that was tried gives this sign"),
    };
    let tried = diagnosis.excluded.tried;
    if tried == 0 {
        return (chinese.to_owned(), english.to_owned());
    }
    (format!("{chinese}（已排除 {tried} 种做法）"), format!("{english} ({tried} ways are excluded)"))
}

fn explain(best: &Explanation, right: &str, fixes: Option<Fixes>, output: &mut Output) -> Result<(), Failure> {
    section("怎么回事 what happened", output)?;
    for cause in causes_of(&best.changes) {
        if let Some(text) = cause.text() {
            both(cause.as_str(), &text.sentence, output)?;
        }
    }
    if let Some(key) = &best.key {
        output.line(&format!("  用的密钥 key used: {key}"))?;
    }
    if !best.alternatives.is_empty() {
        output.line("  哈希分不清的另一种说法 what a hash cannot tell from it:")?;
        for changes in &best.alternatives {
            output.line(&format!("    {}", told(changes)))?;
        }
    }
    section("两个待签名串 the two strings", output)?;
    if right == best.string_to_sign {
        output.line(&format!("  两者相同 the same  {}", visible(right)))?;
    } else {
        output.line(&format!("  应签 right   {}", visible(right)))?;
        output.line(&format!("  实签 signed  {}", visible(&best.string_to_sign)))?;
    }
    for line in strings::compare(right, &best.string_to_sign) {
        output.line(&format!("    {line}"))?;
    }
    lines_to_change(best, fixes, output)
}

fn lines_to_change(best: &Explanation, fixes: Option<Fixes>, output: &mut Output) -> Result<(), Failure> {
    let causes = causes_of(&best.changes);
    let lines: Vec<(CauseId, Language, &str)> = causes
        .iter()
        .filter_map(|cause| Some((*cause, cause.text()?)))
        .flat_map(|(cause, text)| text.fixes().map(move |(language, line)| (cause, language, line)))
        .collect();
    let Some(wanted) = fixes else {
        if !lines.is_empty() {
            let words: Vec<&str> = Language::ALL.into_iter().map(Language::as_str).collect();
            output.line(&format!("  要改的代码 the line to change: --fixes {}|all", words.join("|")))?;
        }
        return Ok(());
    };
    section("要改的代码 the line to change", output)?;
    for (cause, language, code) in lines.into_iter().filter(|(_, language, _)| wanted.wants(*language)) {
        output.line(&format!("  {} ({cause})", language.name()))?;
        for line in code.lines() {
            output.line(&format!("    {line}"))?;
        }
    }
    Ok(())
}

fn also(others: &[Explanation], output: &mut Output) -> Result<(), Failure> {
    if others.is_empty() {
        return Ok(());
    }
    section("同样能得到该签名 what gives the same sign too", output)?;
    others.iter().try_for_each(|other| output.line(&format!("  {}", told(&other.changes))))
}

/// Changes in one line.
fn told(changes: &[Change]) -> String {
    let one = |change: &Change| format!("{} {} [{}]", change.cause, change.detail.chinese, change.detail.english);
    changes.iter().map(one).collect::<Vec<_>>().join(" + ")
}

fn causes_of(changes: &[Change]) -> Vec<CauseId> {
    let mut causes: Vec<CauseId> = Vec::new();
    for change in changes {
        if !causes.contains(&change.cause) {
            causes.push(change.cause);
        }
    }
    causes
}

fn differences(differences: &[FieldDifference], output: &mut Output) -> Result<(), Failure> {
    if differences.is_empty() {
        return Ok(());
    }
    section("签的与发的不同 what was signed and what was sent", output)?;
    for difference in differences {
        let name = &difference.name;
        match &difference.difference {
            Difference::OnlySigned { signed } => {
                output.line(&format!("  - {name}={}   只签未发 signed, not sent", visible(signed)))?;
            }
            Difference::OnlySent { sent } => {
                output.line(&format!("  + {name}={}   只发未签 sent, not signed", visible(sent)))?;
            }
            Difference::Value { signed, sent, at, .. } => {
                output.line(&format!("  {name}: 从第 {} 个字节起不同 differs from byte {}", at + 1, at + 1))?;
                for line in strings::pair(signed, sent) {
                    output.line(&format!("    {line}"))?;
                }
            }
        }
    }
    Ok(())
}

/// The warnings that say more than what is proven already.
fn unproven(examined: &Examined) -> Vec<&Warning> {
    let changes = examined.diagnosis.explanations.first().map_or([].as_slice(), |best| best.changes.as_slice());
    let proven = |warning: &Warning| {
        changes.iter().any(|change| Some(change.cause) == warning.cause && change.field == warning.field)
    };
    // What the gateway said has a section of its own.
    let listed = examined.diagnosis.warnings.iter().filter(|warning| warning.rule != RETURN_MSG);
    listed.filter(|warning| !proven(warning)).collect()
}

/// What looks wrong without being proven, the gravest first.
pub(crate) fn suspicions(warnings: &[&Warning], output: &mut Output) -> Result<(), Failure> {
    for (title, hints) in [("疑似 suspicions", false), ("提示 hints", true)] {
        let mut listed = warnings.iter().filter(|warning| (warning.severity == Severity::Hint) == hints).peekable();
        if listed.peek().is_none() {
            continue;
        }
        section(title, output)?;
        for warning in listed {
            both(warning.cause.map_or("", CauseId::as_str), &warning.detail, output)?;
        }
    }
    Ok(())
}

fn excluded(excluded: &Excluded, output: &mut Output) -> Result<(), Failure> {
    section("已排除 excluded", output)?;
    for count in &excluded.stages {
        let what = match count.stage {
            Stage::Singles => "一处改动 one change",
            Stage::KeySlots => "其他密钥 other keys",
            Stage::Subsets => "只签部分字段 some of the fields only",
            Stage::Pairs => "两处常见改动 two usual changes",
            Stage::FieldPairs => "任意字段的两处改动 two changes of any field",
            Stage::Triples => "三处改动 three changes",
        };
        output.line(&format!("  {:>10}  {what}", count.tried))?;
    }
    for limit in &excluded.limits {
        both("没有试 not tried:", &limit.words(), output)?;
    }
    output.line(&format!("  试过的密钥 keys tried: {}", excluded.keys.join(", ")))
}

fn section(title: &str, output: &mut Output) -> Result<(), Failure> {
    output.line("")?;
    output.line(title)
}

/// A sentence in both languages, the English one below.
fn both(label: &str, words: &Words, output: &mut Output) -> Result<(), Failure> {
    let front = if label.is_empty() { String::new() } else { format!("{} ", visible(label)) };
    output.line(&format!("  {front}{}", words.chinese))?;
    output.line(&format!("    {}", words.english))
}

fn ids(causes: &[CauseId]) -> String {
    causes.iter().map(|cause| cause.as_str()).collect::<Vec<_>>().join("+")
}
