//! What can be seen on a message without hashing anything: 疑似, never 确诊.
//!
//! A conforming message gives no remark at all; what is only unusual is a [`Severity::Hint`]. Messages that WeChat made
//! may hold any field and empty values, so that the rules for requests leave them alone.

mod calls;
mod companion;
mod distance;
mod encodings;
mod keys;
mod messages;
mod names;
mod pasted;
mod repairs;
mod schema;
mod signs;
mod values;

pub use crate::knowledge::{Severity, Warning};

use wxpay_protocol::{Params, UtcMs};

use crate::Input;
use crate::diagnosis::KeySlot;
use crate::knowledge::{CauseId, Words};
use crate::rules::Context;

/// What is known beside the message; everything is optional.
#[derive(Clone, Copy, Default)]
pub struct Circumstances<'c> {
    /// What the message is; without it the names of its fields decide.
    pub context: Option<Context>,
    /// The keys at hand.
    pub keys: &'c [KeySlot<'c>],
    /// The present moment, for time stamps.
    pub now: Option<UtcMs>,
    /// The text as it was pasted: it tells JSON numbers from texts, and a sandbox by its address.
    pub pasted: Option<&'c str>,
    /// For a client call, the order that it pays for or the answer to that order.
    pub order: Option<&'c Input>,
}

/// Every remark about a message, the gravest first.
pub fn lint(input: &Input, context: Option<Context>, keys: &[KeySlot<'_>]) -> Vec<Warning> {
    lint_under(input, &Circumstances { context, keys, ..Circumstances::default() })
}

/// As [`lint`], with everything that is known beside the message.
pub fn lint_under(input: &Input, circumstances: &Circumstances<'_>) -> Vec<Warning> {
    let context = circumstances.context.or_else(|| Context::detect(input));
    let subject = Subject { input, params: &input.params, context, told: circumstances.context };
    let mut findings = Findings::default();
    repairs::look(&subject, &mut findings);
    signs::look(&subject, &mut findings);
    names::look(&subject, &mut findings);
    schema::look(&subject, &mut findings);
    values::look(&subject, &mut findings);
    encodings::look(&subject, &mut findings);
    calls::look(&subject, circumstances.now, &mut findings);
    messages::look(&subject, &mut findings);
    keys::look(&subject, circumstances.keys, &mut findings);
    if let Some(text) = circumstances.pasted {
        pasted::look(text, &subject, circumstances.keys, &mut findings);
    }
    if let Some(order) = circumstances.order {
        companion::look(&subject, &order.params, &mut findings);
    }
    findings.list.sort_by_key(|warning| warning.severity);
    findings.list
}

/// The message that is looked at.
struct Subject<'i> {
    input: &'i Input,
    params: &'i Params,
    /// Told or detected.
    context: Option<Context>,
    /// What the user said it is.
    told: Option<Context>,
}

impl Subject<'_> {
    fn is_from_wechat(&self) -> bool {
        self.context.is_some_and(Context::is_from_wechat)
    }

    fn is_client_call(&self) -> bool {
        self.context.is_some_and(Context::is_client_call)
    }

    fn has(&self, name: &str) -> bool {
        self.params.get(name).is_some()
    }
}

#[derive(Default)]
struct Findings {
    list: Vec<Warning>,
}

impl Findings {
    fn add(
        &mut self,
        severity: Severity,
        rule: &'static str,
        cause: impl Into<Option<CauseId>>,
        field: &str,
        words: Words,
    ) {
        let field = (!field.is_empty()).then(|| field.to_owned());
        self.list.push(Warning { cause: cause.into(), rule, field, detail: words, severity });
    }

    fn error(&mut self, rule: &'static str, cause: impl Into<Option<CauseId>>, field: &str, words: Words) {
        self.add(Severity::Error, rule, cause, field, words);
    }

    fn warn(&mut self, rule: &'static str, cause: impl Into<Option<CauseId>>, field: &str, words: Words) {
        self.add(Severity::Warning, rule, cause, field, words);
    }

    fn hint(&mut self, rule: &'static str, cause: impl Into<Option<CauseId>>, field: &str, words: Words) {
        self.add(Severity::Hint, rule, cause, field, words);
    }
}

/// A value as a sentence can hold it: at most 40 characters, nothing that breaks the line.
fn shown(value: &str) -> String {
    let mut text: String =
        value.chars().take(40).map(|letter| if letter.is_control() { '·' } else { letter }).collect();
    if value.chars().nth(40).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
#[path = "lint_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "lint/fuzz_tests.rs"]
mod fuzz_tests;

#[cfg(test)]
#[path = "lint/catalogue_tests.rs"]
mod catalogue_tests;
