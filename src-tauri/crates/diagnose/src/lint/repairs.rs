//! What had to be repaired while reading, where that itself is a cause of the catalogue.

use super::{Findings, Severity, Subject};
use crate::knowledge::{CauseId as Id, Words};

/// By [`crate::Repair::code`]: the rule, its weight and its cause. Repairs that any paste may need are not here.
const REPAIRS: &[(&str, Severity, Id)] = &[
    ("html_entity_damage", Severity::Warning, Id::D8),
    ("null_read", Severity::Warning, Id::D13),
    ("charset_missing", Severity::Warning, Id::D15),
    ("byte_order_mark", Severity::Hint, Id::D18),
    ("smart_quotes", Severity::Hint, Id::D24),
    ("full_width_signs", Severity::Hint, Id::D24),
    ("spaces_dropped", Severity::Hint, Id::D24),
];

pub(super) fn look(subject: &Subject<'_>, findings: &mut Findings) {
    for repair in &subject.input.repairs {
        if let Some((rule, severity, cause)) = REPAIRS.iter().find(|(code, _, _)| *code == repair.code()) {
            findings.add(*severity, rule, *cause, "", Words::new(repair.chinese(), repair.to_string()));
        }
    }
}
