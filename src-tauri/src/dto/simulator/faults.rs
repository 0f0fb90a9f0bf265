//! The faults of the gateway.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wxpay_simulator::faults::{
    CATALOGUE, CountBy, FaultsInForce, Kind, Moment, Named, Parameter, Positions, Preset, Probability, Rule, Scope,
    Span,
};

use crate::dto::number::{AtMs, Count};
use crate::error::IpcError;

mirrored! {
    /// What a fault meets.
    FaultScope of Scope {
        /// Every connection.
        Connection = "connection",
        /// A merchant's request.
        Request = "request",
        /// A notice.
        Notice = "notice",
        /// A notice, when it is sent for the first time.
        Sending = "sending",
    }
}

/// A number or word that a fault may be given.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct FaultParameter {
    /// Its key in a plan.
    pub(crate) name: String,
    /// Its value where a rule gives none.
    pub(crate) preset: String,
    /// Whether it is a word and no number.
    pub(crate) word: bool,
}

/// A fault that the gateway can do.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct FaultKind {
    /// Its name in a plan.
    pub(crate) name: String,
    /// Its number in the catalogue of faults.
    pub(crate) id: String,
    pub(crate) scope: FaultScope,
    /// The endpoints that it can meet; empty means all.
    pub(crate) endpoints: Vec<String>,
    pub(crate) takes: Vec<FaultParameter>,
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl From<&Named> for FaultKind {
    fn from(named: &Named) -> Self {
        let parameter = |(parameter, preset): &(Parameter, Preset)| FaultParameter {
            name: parameter.as_str().to_owned(),
            preset: match preset {
                Preset::Number(number) => number.to_string(),
                Preset::Word(word) => (*word).to_owned(),
            },
            word: matches!(preset, Preset::Word(_)),
        };
        Self {
            name: named.name.to_owned(),
            id: named.id.to_owned(),
            scope: named.scope.into(),
            endpoints: named.endpoints.iter().map(|endpoint| (*endpoint).to_owned()).collect(),
            takes: named.takes.iter().map(parameter).collect(),
            zh: named.zh.to_owned(),
            en: named.en.to_owned(),
        }
    }
}

impl FaultKind {
    /// All of them, in the order of the catalogue.
    pub(crate) fn all() -> Vec<Self> {
        CATALOGUE.iter().map(Into::into).collect()
    }
}

mirrored! {
    /// What a rule counts.
    FaultCountBy of CountBy {
        /// Each order at each endpoint for itself.
        Order = "order",
        /// Everything that the rule matches.
        Rule = "rule",
    }
}

/// One rule of a plan of faults.
#[derive(Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct FaultRule {
    pub(crate) fault: String,
    pub(crate) endpoint: Option<String>,
    /// One order; with a `*` at the end all that begin so.
    pub(crate) out_trade_no: Option<String>,
    pub(crate) mch_id: Option<String>,
    /// From 0 to 1, at most six decimals.
    pub(crate) probability: Option<String>,
    /// At which counts: `1, 4-6, every 10`.
    pub(crate) positions: Option<String>,
    pub(crate) count: FaultCountBy,
    /// At most so often.
    pub(crate) limit: Option<Count>,
    pub(crate) first: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) until: Option<String>,
    /// What the fault takes, by name.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl From<&Rule> for FaultRule {
    fn from(rule: &Rule) -> Self {
        let numbers = [
            (Parameter::Seconds, rule.seconds),
            (Parameter::Ms, rule.ms),
            (Parameter::Status, rule.status),
            (Parameter::Bytes, rule.bytes),
            (Parameter::Times, rule.times),
        ];
        let words = [
            (Parameter::ErrCode, &rule.err_code),
            (Parameter::TradeState, &rule.trade_state),
            (Parameter::To, &rule.to),
        ];
        let numbers = numbers.into_iter().filter_map(|(name, number)| Some((name, number?.to_string())));
        let words = words.into_iter().filter_map(|(name, word)| Some((name, word.clone()?)));
        Self {
            fault: rule.fault.as_str().to_owned(),
            endpoint: rule.endpoint.clone(),
            out_trade_no: rule.out_trade_no.clone(),
            mch_id: rule.mch_id.clone(),
            probability: rule.probability.map(|probability| probability.to_string()),
            positions: rule.positions.as_ref().map(ToString::to_string),
            count: rule.count.into(),
            limit: rule.limit.map(Into::into),
            first: rule.first.map(|span| span.to_string()),
            after: rule.after.map(|moment| moment.to_string()),
            until: rule.until.map(|moment| moment.to_string()),
            parameters: numbers.chain(words).map(|(name, value)| (name.as_str().to_owned(), value)).collect(),
        }
    }
}

impl TryFrom<FaultRule> for Rule {
    type Error = IpcError;

    fn try_from(asked: FaultRule) -> Result<Self, IpcError> {
        let fault =
            Kind::parse(&asked.fault).ok_or_else(|| IpcError::input("fault", "is none that the gateway can do"))?;
        let mut rule = Self::always(fault);
        rule.endpoint = asked.endpoint;
        rule.out_trade_no = asked.out_trade_no;
        rule.mch_id = asked.mch_id;
        rule.probability = read("probability", asked.probability.as_deref(), str::parse::<Probability>)?;
        rule.positions = read("positions", asked.positions.as_deref(), str::parse::<Positions>)?;
        rule.count = asked.count.into();
        rule.limit = asked.limit.map(Count::get);
        rule.first = read("first", asked.first.as_deref(), str::parse::<Span>)?;
        rule.after = read("after", asked.after.as_deref(), str::parse::<Moment>)?;
        rule.until = read("until", asked.until.as_deref(), str::parse::<Moment>)?;
        let number = |parameter: Parameter| {
            let value = asked.parameters.get(parameter.as_str()).map(String::as_str);
            read(parameter.as_str(), value, str::parse::<u64>)
        };
        rule.seconds = number(Parameter::Seconds)?;
        rule.ms = number(Parameter::Ms)?;
        rule.status = number(Parameter::Status)?;
        rule.bytes = number(Parameter::Bytes)?;
        rule.times = number(Parameter::Times)?;
        let word = |parameter: Parameter| asked.parameters.get(parameter.as_str()).cloned();
        rule.err_code = word(Parameter::ErrCode);
        rule.trade_state = word(Parameter::TradeState);
        rule.to = word(Parameter::To);
        Ok(rule)
    }
}

fn read<T, E: ToString>(
    field: &'static str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, IpcError> {
    text.map(|text| parse(text).map_err(|fault| IpcError::input(field, &fault.to_string()))).transpose()
}

/// A plan of faults.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct FaultPlan {
    /// Decides the draws: a whole number.
    pub(crate) seed: String,
    pub(crate) rules: Vec<FaultRule>,
}

impl TryFrom<FaultPlan> for wxpay_simulator::faults::FaultPlan {
    type Error = IpcError;

    fn try_from(asked: FaultPlan) -> Result<Self, IpcError> {
        let seed = asked.seed.parse().map_err(|_| IpcError::input("seed", "must be a whole number"))?;
        let rules = asked.rules.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        Ok(Self { seed, rules })
    }
}

/// A rule in force.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct FaultRuleInForce {
    pub(crate) rule: FaultRule,
    /// How often it could have happened.
    pub(crate) seen: Count,
    /// How often it happened.
    pub(crate) fired: Count,
}

/// The faults in force.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorFaults {
    pub(crate) seed: String,
    /// Since when, by the gateway's clock.
    pub(crate) since: AtMs,
    pub(crate) rules: Vec<FaultRuleInForce>,
}

impl From<FaultsInForce> for SimulatorFaults {
    fn from(found: FaultsInForce) -> Self {
        let rules = found.plan.rules.iter().zip(&found.counts).map(|(rule, count)| FaultRuleInForce {
            rule: rule.into(),
            seen: count.seen.into(),
            fired: count.fired.into(),
        });
        Self { seed: found.plan.seed.to_string(), since: found.since.into(), rules: rules.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> FaultRule {
        FaultRule {
            fault: "html_page".into(),
            endpoint: Some("orderquery".into()),
            out_trade_no: Some("T*".into()),
            mch_id: None,
            probability: None,
            positions: Some("1, 4-6, every 10".into()),
            count: FaultCountBy::Rule,
            limit: Some(3_u64.into()),
            first: Some("1d4m".into()),
            after: Some("10m".into()),
            until: Some("2024-01-02T03:04:05+08:00".into()),
            parameters: BTreeMap::from([("status".to_owned(), "504".to_owned())]),
        }
    }

    #[test]
    fn a_rule_comes_back_from_the_gateway_as_the_window_wrote_it() {
        let written = serde_json::to_value(full()).unwrap();
        let rule = Rule::try_from(full()).unwrap();
        assert_eq!((rule.status, rule.limit), (Some(504), Some(3)));
        assert_eq!(serde_json::to_value(FaultRule::from(&rule)).unwrap(), written);
        for probability in ["0.05", "1", "0"] {
            let asked = FaultRule { probability: Some(probability.into()), positions: None, ..full() };
            let rule = Rule::try_from(asked).unwrap();
            assert_eq!(FaultRule::from(&rule).probability.as_deref(), Some(probability));
        }
    }

    #[test]
    fn what_a_rule_cannot_be_is_refused_by_the_name_of_its_field() {
        let refused = |asked: FaultRule| Rule::try_from(asked).unwrap_err().field;
        assert_eq!(refused(FaultRule { fault: "x".into(), ..full() }).as_deref(), Some("fault"));
        assert_eq!(refused(FaultRule { probability: Some("1.5".into()), ..full() }).as_deref(), Some("probability"));
        assert_eq!(refused(FaultRule { positions: Some("0".into()), ..full() }).as_deref(), Some("positions"));
        let parameters = BTreeMap::from([("status".to_owned(), "x".to_owned())]);
        assert_eq!(refused(FaultRule { parameters, ..full() }).as_deref(), Some("status"));
        let plan = FaultPlan { seed: "-1".into(), rules: vec![] };
        assert_eq!(wxpay_simulator::faults::FaultPlan::try_from(plan).unwrap_err().field.as_deref(), Some("seed"));
    }

    #[test]
    fn every_fault_crosses_with_its_number_and_both_sentences() {
        let kinds = FaultKind::all();
        assert_eq!(kinds.len(), CATALOGUE.len());
        for kind in kinds {
            assert!(kind.id.starts_with("K-G") && !kind.zh.is_empty() && !kind.en.is_empty(), "{}", kind.name);
        }
    }
}
