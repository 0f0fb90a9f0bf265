//! The scenarios of the built-in gateway.

use wxpay_simulator::{Scenario, ScenarioError, ScenarioStatus};

use crate::changes::Tag;
use crate::{Desk, DeskError};

/// How many steps of each kind are told.
const STEPS: usize = 100;

impl Desk {
    /// What is played, what is due and what has happened.
    pub async fn gateway_scenario(&self) -> Result<ScenarioStatus, DeskError> {
        Ok(self.running_gateway().await?.scenario_status(STEPS))
    }

    /// Plays a scenario with the orders and refunds that come from now on; what another one has planned stays planned.
    pub async fn gateway_play(&self, scenario: &Scenario) -> Result<ScenarioStatus, DeskError> {
        let gateway = self.running_gateway().await?;
        gateway.play_scenario(scenario)?;
        self.inner.changes.note(Tag::Simulator, []);
        Ok(gateway.scenario_status(STEPS))
    }

    /// Ends the scenario and forgets what is planned.
    pub async fn gateway_stop_scenario(&self) -> Result<ScenarioStatus, DeskError> {
        let gateway = self.running_gateway().await?;
        gateway.stop_scenario()?;
        self.inner.changes.note(Tag::Simulator, []);
        Ok(gateway.scenario_status(STEPS))
    }
}

impl From<ScenarioError> for DeskError {
    fn from(fault: ScenarioError) -> Self {
        Self::malformed(fault.to_string())
    }
}
