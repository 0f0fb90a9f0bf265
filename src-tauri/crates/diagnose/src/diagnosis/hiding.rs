//! No key stands in an answer, also where somebody pasted one as a value, a name or a sign.

use std::ops::Range;

use zeroize::Zeroizing;

use super::{Diagnosis, Difference, Explanation, KeySlot};
use crate::knowledge::Words;

/// Shorter keys are words that stand everywhere.
const SHORTEST_BYTES: usize = 8;

/// A text without the keys: each form of one that a mistake makes of it gives way to `••••` and its tail.
pub fn without_keys(text: &str, keys: &[KeySlot<'_>]) -> String {
    let mut text = text.to_owned();
    for slot in keys {
        let Ok(key) = std::str::from_utf8(slot.secret.expose()) else { continue };
        for form in forms(key) {
            if form.len() >= SHORTEST_BYTES && text.contains(form.as_str()) {
                text = text.replace(form.as_str(), &format!("••••{}", slot.secret.tail()));
            }
        }
    }
    text
}

/// Where keys stand in a text, in any form that [`without_keys`] hides.
pub(crate) fn key_ranges(text: &str, keys: &[KeySlot<'_>]) -> Vec<Range<usize>> {
    let texts = keys.iter().filter_map(|slot| std::str::from_utf8(slot.secret.expose()).ok());
    texts
        .flat_map(forms)
        .filter(|form| form.len() >= SHORTEST_BYTES)
        .flat_map(|form| text.match_indices(form.as_str()).map(|(at, found)| at..at + found.len()).collect::<Vec<_>>())
        .collect()
}

/// The key as it is, in other cases, turned round, without the white space around it, and one character shorter at either end.
fn forms(key: &str) -> Vec<Zeroizing<String>> {
    let trimmed = key.trim();
    let shorter = |from: usize, to: usize| trimmed.get(from..to).unwrap_or_default().to_owned();
    let last = trimmed.len().saturating_sub(1);
    let mut turned = String::with_capacity(key.len());
    turned.extend(key.chars().rev());
    [
        key.to_owned(),
        key.to_lowercase(),
        key.to_uppercase(),
        turned,
        trimmed.to_owned(),
        shorter(1, trimmed.len()),
        shorter(0, last),
    ]
    .map(Zeroizing::new)
    .into()
}

impl Diagnosis {
    /// Takes the keys out of every text of the answer.
    pub fn hide_keys(&mut self, keys: &[KeySlot<'_>]) {
        let hide = |text: &mut String| *text = without_keys(text, keys);
        self.given_sign.as_mut().map(hide);
        hide(&mut self.string_to_sign);
        for explanation in &mut self.explanations {
            hide_in(explanation, &hide);
        }
        for warning in &mut self.warnings {
            warning.field.as_mut().map(hide);
            hide_words(&mut warning.detail, &hide);
        }
        for differing in &mut self.differences {
            hide(&mut differing.name);
            match &mut differing.difference {
                Difference::OnlySigned { signed } => hide(signed),
                Difference::OnlySent { sent } => hide(sent),
                Difference::Value { signed, sent, .. } => {
                    hide(signed);
                    hide(sent);
                }
            }
        }
    }
}

fn hide_in(explanation: &mut Explanation, hide: &impl Fn(&mut String)) {
    hide(&mut explanation.string_to_sign);
    for change in explanation.changes.iter_mut().chain(explanation.alternatives.iter_mut().flatten()) {
        change.field.as_mut().map(hide);
        hide_words(&mut change.detail, hide);
    }
}

fn hide_words(words: &mut Words, hide: &impl Fn(&mut String)) {
    hide(&mut words.chinese);
    hide(&mut words.english);
}
