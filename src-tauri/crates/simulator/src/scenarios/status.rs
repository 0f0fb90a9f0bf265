//! What a scenario is doing, for the window, the command line and the control interface.

use wxpay_protocol::UtcMs;

use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::scenarios::agenda::{SoFar, Target};
use crate::scenarios::scenario::Scenario;

/// What is played, what is due and what has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioStatus {
    /// The scenario that new orders and refunds meet.
    pub playing: Option<Scenario>,
    /// What came of it since it was begun; all zero while none is played.
    pub so_far: SoFar,
    /// How many orders and refunds have a step that waits.
    pub due_count: usize,
    /// The first of these steps.
    pub due: Vec<StepView>,
    /// How many steps have happened over the gateway's life.
    pub done_count: u64,
    /// The last of these, newest first.
    pub done: Vec<StepView>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepView {
    /// 1, 2, 3 … in the order of planning.
    pub id: u64,
    /// When it is due, or was.
    pub at: UtcMs,
    /// Its word in the scenario: `pay`, `cancel`, `succeed` …
    pub word: &'static str,
    /// Whether it is about a refund and not an order.
    pub is_refund: bool,
    /// out_trade_no, or out_refund_no for a refund.
    pub number: String,
    /// The word of the scenario that planned it.
    pub scenario: String,
    /// Why it did not happen although its time had come.
    pub refused: Option<String>,
}

impl Gateway {
    /// The name of the scenario that is played.
    pub fn playing_scenario(&self) -> Option<String> {
        self.ledger().agenda().playing().map(|(scenario, _)| scenario.name.clone())
    }

    /// What the scenario is doing, with at most `limit` steps of each kind.
    pub fn scenario_status(&self, limit: usize) -> ScenarioStatus {
        self.let_happen();
        let ledger = self.ledger();
        let agenda = ledger.agenda();
        let due = agenda.waiting().take(limit).map(|step| StepView {
            id: step.id,
            at: step.due,
            word: step.act.word(),
            is_refund: matches!(step.target, Target::Refund(_)),
            number: number_of(&ledger, step.target),
            scenario: step.scenario.name.clone(),
            refused: None,
        });
        let done = agenda.done().take(limit).map(|step| StepView {
            id: step.id,
            at: step.at,
            word: step.word,
            is_refund: matches!(step.target, Target::Refund(_)),
            number: number_of(&ledger, step.target),
            scenario: step.scenario.name.clone(),
            refused: step.refused.clone(),
        });
        let playing = agenda.playing();
        ScenarioStatus {
            playing: playing.map(|(scenario, _)| scenario.clone()),
            so_far: playing.map(|(_, so_far)| so_far).unwrap_or_default(),
            due_count: agenda.waiting_count(),
            due: due.collect(),
            done_count: agenda.done_count(),
            done: done.collect(),
        }
    }
}

fn number_of(ledger: &Ledger, target: Target) -> String {
    match target {
        Target::Order(place) => ledger.order_at(place).map(|order| order.out_trade_no().to_owned()),
        Target::Refund(place) => ledger.refund_at(place).map(|refund| refund.out_refund_no.clone()),
    }
    .unwrap_or_default()
}
