//! The plan of a running gateway: read, changed, counted.

use wxpay_protocol::UtcMs;

use super::force::RuleCount;
use super::plan::FaultPlan;
use super::reading::PlanError;
use crate::gateway::Gateway;

/// The plan in force and how often its rules fired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultsInForce {
    /// The plan.
    pub plan: FaultPlan,
    /// Since when, in virtual time.
    pub since: UtcMs,
    /// In the order of the plan's rules.
    pub counts: Vec<RuleCount>,
}

impl Gateway {
    /// Puts a plan into force in place of the one before, with counts from 0; an empty one ends all faults.
    pub fn set_faults(&self, plan: FaultPlan) -> Result<(), PlanError> {
        self.faults.put(plan.checked()?, self.clock.now());
        Ok(())
    }

    /// Changes the plan in force: a rule that is in both, word for word, goes on with its counts and its time, whatever else was
    /// added or taken out. Draws follow the new seed and the rule's new place.
    pub fn change_faults(&self, plan: FaultPlan) -> Result<(), PlanError> {
        self.faults.change(plan.checked()?, self.clock.now());
        Ok(())
    }

    /// The plan in force and its counts.
    pub fn faults(&self) -> FaultsInForce {
        self.faults.in_force()
    }

    /// Begins the plan in force anew: counts from 0, and so the same faults again.
    pub fn reset_fault_counts(&self) {
        let plan = self.faults.in_force().plan;
        self.faults.put(plan, self.clock.now());
    }
}
