//! The faults of the built-in gateway.

use wxpay_simulator::faults::{FaultPlan, FaultsInForce, PlanError};

use crate::changes::Tag;
use crate::{Desk, DeskError};

impl Desk {
    /// The faults in force and how often each happened.
    pub async fn gateway_faults(&self) -> Result<FaultsInForce, DeskError> {
        Ok(self.running_gateway().await?.faults())
    }

    /// Changes the faults in force; rules that stay as they are go on counting.
    pub async fn gateway_change_faults(&self, plan: FaultPlan) -> Result<FaultsInForce, DeskError> {
        let gateway = self.running_gateway().await?;
        gateway.change_faults(plan)?;
        self.inner.changes.note(Tag::Simulator, []);
        Ok(gateway.faults())
    }

    /// Puts other faults into force, with counts from 0; an empty plan ends all.
    pub async fn gateway_set_faults(&self, plan: FaultPlan) -> Result<FaultsInForce, DeskError> {
        let gateway = self.running_gateway().await?;
        gateway.set_faults(plan)?;
        self.inner.changes.note(Tag::Simulator, []);
        Ok(gateway.faults())
    }

    /// Begins the faults in force anew, with counts from 0.
    pub async fn gateway_reset_faults(&self) -> Result<FaultsInForce, DeskError> {
        let gateway = self.running_gateway().await?;
        gateway.reset_fault_counts();
        self.inner.changes.note(Tag::Simulator, []);
        Ok(gateway.faults())
    }
}

impl From<PlanError> for DeskError {
    fn from(fault: PlanError) -> Self {
        Self::malformed(fault.to_string())
    }
}
