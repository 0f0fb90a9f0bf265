//! A long ordeal with a little of every fault.

use std::collections::BTreeMap;
use std::path::Path;

use desk::simulator::faults::{CATALOGUE, FaultPlan, Kind, Named, Probability, Rule, Scope};

use crate::audit::Audit;
use crate::ordeal::{Ordeal, OrdealError};

/// What a desk calls.
const CALLED: [&str; 3] = ["unifiedorder", "orderquery", "closeorder"];
/// Orders that are placed together; between two batches the desk asks for two minutes.
const BATCH: u32 = 200;
/// In millionths, for each of some fifty faults: about every fifth request meets one.
const PROBABILITY_PER_MILLION: u32 = 4_000;
/// The same for faults of one endpoint, which fewer requests can meet.
const PROBABILITY_AT_ONE_ENDPOINT: u32 = 20_000;
/// Enough to be cut, and quick to make.
const LARGE_BYTES: u64 = 1_200_000;

/// A fault that a placed order can meet.
pub fn meets_orders(named: &Named) -> bool {
    let called = named.endpoints.is_empty() || named.endpoints.iter().any(|endpoint| CALLED.contains(endpoint));
    called && matches!(named.scope, Scope::Connection | Scope::Request)
}

/// A fault that says something false under a good sign, which nobody can see through before the gateway says the truth.
pub fn is_lie(kind: Kind) -> bool {
    kind == Kind::AnsweredClosed
}

/// The fault every time, with bodies that are large and quick to make.
pub fn rule_of(kind: Kind) -> Rule {
    let large = matches!(kind, Kind::HugeAnswer | Kind::HugeAttach | Kind::GzipBomb);
    Rule { bytes: large.then_some(LARGE_BYTES), ..Rule::always(kind) }
}

/// What a soak came to.
#[derive(Clone, Debug)]
pub struct Soaked {
    /// What was believed while faults went on; the worst of the audits after each batch.
    pub false_beliefs_during: usize,
    /// What is believed after the last drain, without faults.
    pub after: Audit,
    /// How often each fault happened.
    pub fired: BTreeMap<Kind, u64>,
    /// Virtual seconds that passed at the gateway.
    pub virtual_s: i64,
}

/// Places, pays and asks about `orders` orders under every fault at once. The same seed gives the same faults for the same
/// order numbers.
pub async fn soak(dir: &Path, seed: u64, orders: u32) -> Result<Soaked, OrdealError> {
    let ordeal = Ordeal::begin(dir, seed).await?;
    let began = ordeal.gateway.now();
    let kinds = CATALOGUE.iter().filter(|named| meets_orders(named) && !is_lie(named.kind)).map(|named| named.kind);
    let rules = kinds.map(|kind| {
        let anywhere = kind.named().endpoints.is_empty();
        let per_million = if anywhere { PROBABILITY_PER_MILLION } else { PROBABILITY_AT_ONE_ENDPOINT };
        Rule { probability: Probability::new(per_million), ..rule_of(kind) }
    });
    ordeal.suffer(FaultPlan { seed, rules: rules.collect() })?;
    let mut false_beliefs_during = 0;
    let mut placed = 0;
    while placed < orders {
        let from = ordeal.gateway.status().orders;
        let batch = BATCH.min(orders - placed);
        ordeal.place(batch).await?;
        placed += batch;
        ordeal.pay_every_other()?;
        // Twice, as the gateway may refuse everything for a minute.
        ordeal.refund_some(from)?;
        ordeal.drain(120).await?;
        ordeal.refund_some(from)?;
        false_beliefs_during = false_beliefs_during.max(ordeal.audit().await?.false_beliefs.len());
    }
    let in_force = ordeal.gateway.faults();
    let fired =
        in_force.plan.rules.iter().zip(&in_force.counts).map(|(rule, count)| (rule.fault, count.fired)).collect();
    ordeal.suffer(FaultPlan::default())?;
    ordeal.drain(7200).await?;
    let after = ordeal.audit().await?;
    let virtual_s = (ordeal.gateway.now().0 - began.0) / 1000;
    Ok(Soaked { false_beliefs_during, after, fired, virtual_s })
}
