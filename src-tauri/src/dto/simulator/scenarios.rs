//! The scenarios of the gateway.

use serde::Serialize;
use wxpay_simulator::{Scenario, ScenarioStatus, StepView};

use crate::dto::number::{AtMs, Count};

/// A scenario, in words and as its file.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorScenario {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) title_en: String,
    pub(crate) about: String,
    pub(crate) about_en: String,
    /// The text of its file.
    pub(crate) toml: String,
}

impl From<Scenario> for SimulatorScenario {
    fn from(scenario: Scenario) -> Self {
        let Scenario { name, title, title_en, about, about_en, source, .. } = scenario;
        Self { name, title, title_en, about, about_en, toml: source }
    }
}

/// A step that waits, or that has happened.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ScenarioStep {
    /// Its own among all steps.
    pub(crate) id: Count,
    pub(crate) at: AtMs,
    /// Its word in the file: `pay`, `cancel`, `succeed` …
    pub(crate) word: String,
    /// Whether `number` is an `out_refund_no`; it is an `out_trade_no` otherwise.
    pub(crate) is_refund: bool,
    pub(crate) number: String,
    /// The name of the scenario that planned it.
    pub(crate) scenario: String,
    /// Why it did not happen although its time had come.
    pub(crate) refused: Option<String>,
}

impl From<StepView> for ScenarioStep {
    fn from(step: StepView) -> Self {
        let StepView { id, at, word, is_refund, number, scenario, refused } = step;
        Self { id: id.into(), at: at.into(), word: word.to_owned(), is_refund, number, scenario, refused }
    }
}

/// What is played, what is due and what has happened.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorScenarios {
    /// The one that new orders and refunds meet.
    pub(crate) playing: Option<SimulatorScenario>,
    /// Orders and refunds that it has taken.
    pub(crate) taken: Count,
    /// Its steps whose time has come.
    pub(crate) steps: Count,
    /// Those among them that were impossible by then.
    pub(crate) refused: Count,
    /// How many orders and refunds have a step that waits, whichever scenario planned it.
    pub(crate) due_count: Count,
    /// The first of these, by time.
    pub(crate) due: Vec<ScenarioStep>,
    /// The last steps, the newest first.
    pub(crate) done: Vec<ScenarioStep>,
}

impl From<ScenarioStatus> for SimulatorScenarios {
    fn from(found: ScenarioStatus) -> Self {
        Self {
            playing: found.playing.map(Into::into),
            taken: found.so_far.taken.into(),
            steps: found.so_far.steps.into(),
            refused: found.so_far.refused.into(),
            due_count: found.due_count.into(),
            due: found.due.into_iter().map(Into::into).collect(),
            done: found.done.into_iter().map(Into::into).collect(),
        }
    }
}
