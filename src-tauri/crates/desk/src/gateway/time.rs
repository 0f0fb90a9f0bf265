//! The clock of the built-in gateway.

use wxpay_simulator::{JournalFailed, TimeScale};

use crate::changes::Tag;
use crate::gateway::GatewayStatus;
use crate::{Desk, DeskError};

/// What is to be done with the gateway's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayClock {
    /// Moves it forward by so many seconds; what became due happens at once.
    Advance(u32),
    /// Moves it to the next moment at which something is due.
    NextDue,
    /// Lets it run at another speed.
    Scale(TimeScale),
}

impl Desk {
    /// Moves the gateway's clock, or lets it run at another speed.
    pub async fn gateway_clock(&self, change: GatewayClock) -> Result<GatewayStatus, DeskError> {
        let gateway = self.running_gateway().await?;
        match change {
            GatewayClock::Advance(seconds) => gateway.advance_s(seconds).map(drop)?,
            GatewayClock::NextDue => gateway.advance_to_next().map(drop)?,
            GatewayClock::Scale(scale) => gateway.set_time_scale(scale)?,
        }
        self.inner.changes.note(Tag::Simulator, []);
        Ok(self.gateway_status().await)
    }
}

impl From<JournalFailed> for DeskError {
    fn from(fault: JournalFailed) -> Self {
        Self::SimulatorUnavailable(fault.to_string())
    }
}
