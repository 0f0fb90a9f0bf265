//! Reading a plan from TOML or JSON, with the line and column of what is wrong.

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::plan::{FaultPlan, RuleFault};

/// Why a text is no plan of faults. Nothing was changed by it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// In a place of a text.
    #[error("故障计划第 {line} 行第 {column} 列：{message} (fault plan, line {line}, column {column})")]
    At {
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// In a rule that was not written in lines.
    #[error("故障计划第 {rule} 条规则：{message} (fault plan, rule {rule})")]
    Rule {
        /// From 1.
        rule: usize,
        /// What is wrong there.
        message: String,
    },
    /// TOML has no way to write it: a seed above 2⁶³−1.
    #[error("故障计划不能写成 TOML：{0} (the plan cannot be written as TOML)")]
    Unwritable(String),
}

impl FaultPlan {
    /// Reads a plan from TOML: `seed = 7` and any number of `[[rule]]`.
    pub fn from_toml(text: &str) -> Result<Self, PlanError> {
        let plan: Self = toml::from_str(text).map_err(|fault| {
            let at = fault.span().map_or(0, |span| span.start);
            place(text, at, fault.message().to_owned())
        })?;
        plan.check().map_err(|(rule, fault)| place(text, place_in(text, rule, &fault), fault.to_string()))?;
        Ok(plan)
    }

    /// The plan as TOML, which [`FaultPlan::from_toml`] reads back.
    pub fn to_toml(&self) -> Result<String, PlanError> {
        toml::to_string_pretty(self).map_err(|fault| PlanError::Unwritable(fault.to_string()))
    }

    /// Reads a plan from JSON: `{"seed": 7, "rules": [{"fault": "answer_dropped"}]}`.
    pub fn from_json(bytes: &[u8]) -> Result<Self, PlanError> {
        let plan: Self = serde_json::from_slice(bytes).map_err(|fault| PlanError::At {
            line: fault.line(),
            column: fault.column(),
            message: fault.to_string(),
        })?;
        plan.checked()
    }

    /// The plan itself if every rule of it can be used.
    pub fn checked(self) -> Result<Self, PlanError> {
        match self.check() {
            Ok(()) => Ok(self),
            Err((rule, fault)) => Err(PlanError::Rule { rule: rule + 1, message: fault.to_string() }),
        }
    }
}

/// Where the rule of this place has the key that is wrong; the rule's own beginning where it has not.
fn place_in(text: &str, rule: usize, fault: &RuleFault) -> usize {
    #[derive(Deserialize)]
    struct Rules {
        #[serde(alias = "rules")]
        rule: Vec<Spanned<IgnoredAny>>,
    }
    let Ok(rules) = toml::from_str::<Rules>(text) else { return 0 };
    let Some(start) = rules.rule.get(rule).map(|rule| rule.span().start) else { return 0 };
    let end = rules.rule.get(rule + 1).map_or(text.len(), |next| next.span().start);
    let mut at = start;
    for line in text.get(start..end).unwrap_or_default().split_inclusive('\n') {
        let trimmed = line.trim_start();
        if trimmed.strip_prefix(fault.key).is_some_and(|rest| rest.trim_start().starts_with('=')) {
            return at + (line.len() - trimmed.len());
        }
        at += line.len();
    }
    start
}

fn place(text: &str, at: usize, message: String) -> PlanError {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    PlanError::At { line, column, message }
}
