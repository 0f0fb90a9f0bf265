//! A plan of faults: which, at whom, when.

use serde::{Deserialize, Serialize};
use wxpay_protocol::UtcMs;

use super::catalogue::{Kind, Parameter, Preset, Scope};
use super::moment::Moment;
use super::when::{Positions, Probability};
use crate::endpoint::Endpoint;
use crate::span::Span;

/// The words for what is no request of a merchant: a payment notice, a refund notice.
const NOTICES: [&str; 2] = ["notice", "refund_notice"];
/// More rules than anybody writes; more are refused, as each costs something at every request.
const MOST_RULES: usize = 256;
/// The most that `bytes` may be: 4 GiB.
const MOST_BYTES: u64 = 4 << 30;
/// The most that `seconds` may be: ten years.
const MOST_SECONDS: u64 = 3_653 * 86_400;

/// Which faults happen. The default is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Decides the draws; the same seed gives the same run. At most 2⁶³−1 in TOML.
    #[serde(default)]
    pub seed: u64,
    /// The rules, `[[rule]]` in TOML; the first that fires decides.
    #[serde(default, alias = "rule")]
    pub rules: Vec<Rule>,
}

/// What a rule's counts count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountBy {
    /// Each order at each endpoint for itself.
    #[default]
    Order,
    /// Everything that the rule matches.
    Rule,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What happens.
    pub fault: Kind,
    /// Only at this endpoint: its name, `notice` or `refund_notice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Only for this order; one that ends in `*` stands for all that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_trade_no: Option<String>,
    /// Only for this merchant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mch_id: Option<String>,
    /// How likely it is each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<Probability>,
    /// At which counts it fires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positions: Option<Positions>,
    /// What is counted.
    #[serde(default)]
    pub count: CountBy,
    /// At most so often over all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Only so long after the plan came into force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Span>,
    /// Only from then on, in virtual time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Moment>,
    /// Only before then, in virtual time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// See [`Parameter::Seconds`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// See [`Parameter::Ms`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// See [`Parameter::Status`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u64>,
    /// See [`Parameter::Bytes`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// See [`Parameter::Times`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// See [`Parameter::ErrCode`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub err_code: Option<String>,
    /// See [`Parameter::TradeState`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trade_state: Option<String>,
    /// See [`Parameter::To`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// Who asks for what: what a rule is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) mch_id: &'a str,
    pub(crate) out_trade_no: &'a str,
}

/// Why a rule cannot be used, and the key that says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub(crate) struct RuleFault {
    pub(crate) key: &'static str,
    sentence: String,
}

impl RuleFault {
    fn new(key: &'static str, sentence: impl Into<String>) -> Self {
        Self { key, sentence: sentence.into() }
    }
}

impl Rule {
    /// A rule that fires every time, everywhere that its fault can.
    pub fn always(fault: Kind) -> Self {
        Self {
            fault,
            endpoint: None,
            out_trade_no: None,
            mch_id: None,
            probability: None,
            positions: None,
            count: CountBy::Order,
            limit: None,
            first: None,
            after: None,
            until: None,
            seconds: None,
            ms: None,
            status: None,
            bytes: None,
            times: None,
            err_code: None,
            trade_state: None,
            to: None,
        }
    }

    /// Whether it is about this subject.
    pub(crate) fn matches(&self, scope: Scope, subject: Subject<'_>) -> bool {
        let named = self.fault.named();
        named.scope == scope
            && (named.endpoints.is_empty() || named.endpoints.contains(&subject.endpoint))
            && self.endpoint.as_deref().is_none_or(|endpoint| endpoint == subject.endpoint)
            && self.mch_id.as_deref().is_none_or(|mch_id| mch_id == subject.mch_id)
            && self.out_trade_no.as_deref().is_none_or(|wanted| match wanted.strip_suffix('*') {
                Some(beginning) => subject.out_trade_no.starts_with(beginning),
                None => subject.out_trade_no == wanted,
            })
    }

    /// Whether it holds at `now`, in a plan in force since `since`.
    pub(crate) fn holds_at(&self, now: UtcMs, since: UtcMs) -> bool {
        self.first.is_none_or(|span| now < since.plus_ms(span.ms))
            && self.after.is_none_or(|after| now >= after.from(since))
            && self.until.is_none_or(|until| now < until.from(since))
    }

    /// The value of a number that the fault takes; its default where the rule gives none, 0 where it takes none.
    pub fn number(&self, parameter: Parameter) -> u64 {
        self.given_number(parameter)
            .or(self.default_of(parameter).map(|value| match value {
                Preset::Number(number) => number,
                Preset::Word(_) => 0,
            }))
            .unwrap_or(0)
    }

    /// The word that the fault takes; its default where the rule gives none, empty where it takes none.
    pub fn word(&self, parameter: Parameter) -> &str {
        self.given_word(parameter)
            .or(self.default_of(parameter).map(|value| match value {
                Preset::Word(word) => word,
                Preset::Number(_) => "",
            }))
            .unwrap_or_default()
    }

    fn default_of(&self, parameter: Parameter) -> Option<Preset> {
        self.fault.named().takes.iter().find(|(taken, _)| *taken == parameter).map(|(_, value)| *value)
    }

    fn given_number(&self, parameter: Parameter) -> Option<u64> {
        match parameter {
            Parameter::Seconds => self.seconds,
            Parameter::Ms => self.ms,
            Parameter::Status => self.status,
            Parameter::Bytes => self.bytes,
            Parameter::Times => self.times,
            Parameter::ErrCode | Parameter::TradeState | Parameter::To => None,
        }
    }

    fn given_word(&self, parameter: Parameter) -> Option<&str> {
        match parameter {
            Parameter::ErrCode => self.err_code.as_deref(),
            Parameter::TradeState => self.trade_state.as_deref(),
            Parameter::To => self.to.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), RuleFault> {
        self.check_subject()?;
        if self.probability.is_some() && self.positions.is_some() {
            return Err(RuleFault::new(
                "positions",
                "probability 和 positions 只能写一个 (take either probability or positions)",
            ));
        }
        for parameter in [
            Parameter::Seconds,
            Parameter::Ms,
            Parameter::Status,
            Parameter::Bytes,
            Parameter::Times,
            Parameter::ErrCode,
            Parameter::TradeState,
            Parameter::To,
        ] {
            self.check_parameter(parameter)?;
        }
        Ok(())
    }

    fn check_subject(&self) -> Result<(), RuleFault> {
        let named = self.fault.named();
        if named.scope == Scope::Connection {
            let given = [
                ("endpoint", self.endpoint.is_some()),
                ("out_trade_no", self.out_trade_no.is_some()),
                ("mch_id", self.mch_id.is_some()),
            ];
            return match given.into_iter().find(|(_, given)| *given) {
                None => Ok(()),
                Some((key, _)) => Err(RuleFault::new(
                    key,
                    format!(
                        "{0} 发生在连接建立时，那时还没有请求，不能写 {key} ({0} meets a connection before its request, so it takes no {key})",
                        self.fault
                    ),
                )),
            };
        }
        let Some(endpoint) = self.endpoint.as_deref() else { return Ok(()) };
        let known = NOTICES.contains(&endpoint) || Endpoint::named(endpoint).is_some();
        let possible = match named.scope {
            Scope::Notice | Scope::Sending => NOTICES.contains(&endpoint),
            _ => !NOTICES.contains(&endpoint),
        } && (named.endpoints.is_empty() || named.endpoints.contains(&endpoint));
        let shown: String = endpoint.chars().take(64).collect();
        if !known {
            return Err(RuleFault::new(
                "endpoint",
                format!(
                    "没有名为 {shown} 的接口，例如 unifiedorder、orderquery、notice (there is no endpoint {shown})"
                ),
            ));
        }
        if !possible {
            return Err(RuleFault::new(
                "endpoint",
                format!("故障 {0} 不会发生在 {shown} (the fault {0} does not happen at {shown})", self.fault),
            ));
        }
        Ok(())
    }

    fn check_parameter(&self, parameter: Parameter) -> Result<(), RuleFault> {
        let (number, word) = (self.given_number(parameter), self.given_word(parameter));
        if number.is_none() && word.is_none() {
            return Ok(());
        }
        let key = parameter.as_str();
        let Some(default) = self.default_of(parameter) else {
            return Err(RuleFault::new(key, format!("故障 {0} 不用 {key} (the fault {0} takes no {key})", self.fault)));
        };
        let range = match parameter {
            Parameter::Seconds => 0..=MOST_SECONDS,
            Parameter::Ms => 1..=600_000,
            // What hyper and every client take for a final status.
            Parameter::Status if default == Preset::Number(302) => 300..=308,
            Parameter::Status => 200..=599,
            Parameter::Bytes => 1..=MOST_BYTES,
            Parameter::Times => 2..=100,
            Parameter::ErrCode | Parameter::TradeState | Parameter::To => 0..=0,
        };
        if let Some(number) = number.filter(|number| !range.contains(number)) {
            return Err(RuleFault::new(
                key,
                format!(
                    "{key} 须在 {} 到 {} 之间，{number} 不在 ({key} must be from {0} to {1})",
                    range.start(),
                    range.end()
                ),
            ));
        }
        // They are written into XML and into a header.
        let printable =
            |word: &str| (1..=512).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_graphic());
        if word.is_some_and(|word| !printable(word)) {
            return Err(RuleFault::new(
                key,
                format!("{key} 须是 1 到 512 个可见的 ASCII 字符 ({key} must be 1 to 512 visible ASCII characters)"),
            ));
        }
        Ok(())
    }
}

impl FaultPlan {
    /// A plan without a fault, which costs nothing.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The first rule that cannot be used, by its place from 0.
    pub(crate) fn check(&self) -> Result<(), (usize, RuleFault)> {
        if self.rules.len() > MOST_RULES {
            let sentence = format!("规则超过 {MOST_RULES} 条 (there are more than {MOST_RULES} rules)");
            return Err((MOST_RULES, RuleFault::new("fault", sentence)));
        }
        self.rules.iter().enumerate().try_for_each(|(place, rule)| rule.check().map_err(|fault| (place, fault)))
    }
}
