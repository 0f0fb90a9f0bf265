//! The plan in force: its counts, and the decision whether a fault happens.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::Serialize;
use wxpay_protocol::UtcMs;

use super::catalogue::{Kind, Parameter, Scope};
use super::plan::{CountBy, FaultPlan, Rule, Subject};
use super::steering::FaultsInForce;
use crate::draw::mix;

/// How often a rule was asked and fired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// Requests, connections or notices that it matched.
    pub seen: u64,
    /// How often its fault happened.
    pub fired: u64,
}

/// 64 even bits for a decision: a function of nothing but these. `rule` and `count` are counted from 1.
///
/// FNV-1a (64 bits) over `endpoint NUL mch_id NUL out_trade_no`, then splitmix64's finaliser four times: over that hash, and over
/// its sum with the seed, the rule and the count in turn.
pub fn draw(seed: u64, rule: u64, endpoint: &str, mch_id: &str, out_trade_no: &str, count: u64) -> u64 {
    let subject = hash(Subject { endpoint, mch_id, out_trade_no });
    [seed, rule, count].into_iter().fold(mix(subject), |state, more| mix(state.wrapping_add(more)))
}

fn hash(subject: Subject<'_>) -> u64 {
    let Subject { endpoint, mch_id, out_trade_no } = subject;
    [endpoint, "\0", mch_id, "\0", out_trade_no]
        .iter()
        .flat_map(|piece| piece.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A fault that happens now.
#[derive(Clone, Debug)]
pub(crate) struct Fired {
    pub(crate) rule: Rule,
    /// Even bits for what the fault itself leaves to chance.
    pub(crate) drawn: u64,
    /// The gateway's time.
    pub(crate) at: UtcMs,
    tally: Arc<Tally>,
}

impl Fired {
    pub(crate) fn number(&self, parameter: Parameter) -> u64 {
        self.rule.number(parameter)
    }

    /// It turned out that the fault could not happen: its rule has not fired.
    pub(crate) fn missed(&self) {
        self.tally.fired.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_sub(1)).ok();
    }

    pub(crate) fn ms_of_seconds(&self) -> i64 {
        i64::try_from(self.number(Parameter::Seconds)).unwrap_or(i64::MAX).saturating_mul(1000)
    }
}

/// What the gateway holds: no plan at all most of the time.
#[derive(Default)]
pub(crate) struct Faults {
    armed: AtomicBool,
    force: RwLock<Arc<Force>>,
}

/// A plan and what has become of it.
#[derive(Default)]
struct Force {
    plan: FaultPlan,
    since: UtcMs,
    tallies: Vec<Arc<Tally>>,
}

/// What has become of one rule; it goes on where a change of the plan leaves the rule as it was.
#[derive(Debug, Default)]
struct Tally {
    since: UtcMs,
    // By subject; only requests that the rule matches are counted.
    counts: Mutex<HashMap<u64, u64>>,
    seen: AtomicU64,
    fired: AtomicU64,
    // frequency_limited goes on until then, whatever is drawn.
    goes_on_until: AtomicI64,
}

impl Faults {
    /// Whether there is any rule: all that a gateway without faults pays.
    pub(crate) fn armed(&self) -> bool {
        self.armed.load(Ordering::Relaxed)
    }

    fn force(&self) -> Arc<Force> {
        Arc::clone(&self.force.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a checked plan into force in place of the one before; counts begin at 0.
    pub(crate) fn put(&self, plan: FaultPlan, now: UtcMs) {
        let mut in_force = self.force.write().unwrap_or_else(PoisonError::into_inner);
        self.replace(&mut in_force, plan, now, Vec::new());
    }

    /// Changes the plan in force: rules that are in both go on counting.
    pub(crate) fn change(&self, plan: FaultPlan, now: UtcMs) {
        let mut in_force = self.force.write().unwrap_or_else(PoisonError::into_inner);
        let kept = in_force.plan.rules.iter().cloned().zip(in_force.tallies.iter().cloned()).collect();
        self.replace(&mut in_force, plan, now, kept);
    }

    fn replace(&self, in_force: &mut Arc<Force>, plan: FaultPlan, now: UtcMs, mut kept: Vec<(Rule, Arc<Tally>)>) {
        let tally_of = |rule: &Rule| match kept.iter().position(|(old, _)| old == rule) {
            // Two rules that are alike keep a tally each.
            Some(place) => kept.remove(place).1,
            None => Arc::new(Tally { since: now, ..Tally::default() }),
        };
        let tallies = plan.rules.iter().map(tally_of).collect();
        self.armed.store(!plan.is_empty(), Ordering::Relaxed);
        *in_force = Arc::new(Force { plan, since: now, tallies });
    }

    /// The plan and its counts.
    pub(crate) fn in_force(&self) -> FaultsInForce {
        let force = self.force();
        let count = |tally: &Arc<Tally>| RuleCount {
            seen: tally.seen.load(Ordering::Relaxed),
            fired: tally.fired.load(Ordering::Relaxed),
        };
        let counts = force.tallies.iter().map(count).collect();
        FaultsInForce { plan: force.plan.clone(), since: force.since, counts }
    }

    /// Whether a fault happens here, and which; every rule that matches counts it.
    pub(crate) fn decide(&self, scope: Scope, subject: Subject<'_>, now: UtcMs) -> Option<Fired> {
        if self.armed() { self.force().decide(scope, subject, now) } else { None }
    }
}

impl Force {
    fn decide(&self, scope: Scope, subject: Subject<'_>, now: UtcMs) -> Option<Fired> {
        let mut chosen = None;
        for (place, (rule, tally)) in self.plan.rules.iter().zip(&self.tallies).enumerate() {
            if !rule.holds_at(now, tally.since) || !rule.matches(scope, subject) {
                continue;
            }
            let seen = tally.seen.fetch_add(1, Ordering::Relaxed) + 1;
            let count = match rule.count {
                CountBy::Rule => seen,
                CountBy::Order => tally.count(subject),
            };
            let number = u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1);
            let drawn = draw(self.plan.seed, number, subject.endpoint, subject.mch_id, subject.out_trade_no, count);
            if chosen.is_none() && tally.goes_on(now) | fires(rule, count, drawn) && tally.take(rule.limit) {
                // Of the other half of the bits, so that what a fault leaves to chance does not hang on the decision.
                chosen = Some(Fired { rule: rule.clone(), drawn: mix(drawn), at: now, tally: Arc::clone(tally) });
                if rule.fault == Kind::FrequencyLimited {
                    tally.begin(now, rule);
                }
            }
        }
        chosen
    }
}

fn fires(rule: &Rule, count: u64, drawn: u64) -> bool {
    match (&rule.positions, rule.probability) {
        (Some(positions), _) => positions.hold(count),
        (None, Some(probability)) => probability.takes(drawn),
        (None, None) => true,
    }
}

impl Tally {
    fn count(&self, subject: Subject<'_>) -> u64 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(hash(subject)).or_default();
        *count += 1;
        *count
    }

    fn take(&self, limit: Option<u64>) -> bool {
        let limit = limit.unwrap_or(u64::MAX);
        self.fired
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |fired| (fired < limit).then_some(fired + 1))
            .is_ok()
    }

    fn goes_on(&self, now: UtcMs) -> bool {
        now.0 < self.goes_on_until.load(Ordering::Relaxed)
    }

    /// The first of them begins the time; those in it do not make it longer.
    fn begin(&self, now: UtcMs, rule: &Rule) {
        if !self.goes_on(now) {
            let ms = i64::try_from(rule.number(Parameter::Seconds)).unwrap_or(i64::MAX).saturating_mul(1000);
            self.goes_on_until.store(now.plus_ms(ms).0, Ordering::Relaxed);
        }
    }
}
