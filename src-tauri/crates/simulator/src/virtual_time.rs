//! Moving the gateway's clock, and what is due next on it.

use wxpay_protocol::UtcMs;

use crate::clock::{TimeScale, wall};
use crate::gateway::Gateway;
use crate::ledger::entry::Entry;
use crate::ledger::journal::JournalFailed;

impl Gateway {
    /// Moves the clock forward and returns what it shows then; what became due happens at once.
    pub fn advance_s(&self, seconds: u32) -> Result<UtcMs, JournalFailed> {
        self.move_clock(u64::from(seconds) * 1000)
    }

    /// Moves the clock to the next moment at which something is due, and returns what it shows then; nothing is due: none.
    pub fn advance_to_next(&self) -> Result<Option<UtcMs>, JournalFailed> {
        let Some(due) = self.next_due() else { return Ok(None) };
        let missing_ms = u64::try_from(due.0.saturating_sub(self.clock.now().0)).unwrap_or(0);
        self.move_clock(missing_ms).map(Some)
    }

    /// From now on so many virtual seconds per real second; [`TimeScale::FROZEN`] stops the clock until it is advanced.
    pub fn set_time_scale(&self, scale: TimeScale) -> Result<(), JournalFailed> {
        self.clock.set_scale(scale);
        self.move_clock(0).map(|_| ())
    }

    /// When something is due next: a notice, the end of a refund, a payer's answer. None when nothing waits.
    pub fn next_due(&self) -> Option<UtcMs> {
        [self.next_notice_due(), self.wakes_at()].into_iter().flatten().min()
    }

    /// Moves the clock and writes down where it stands, so that a restart goes on from there.
    fn move_clock(&self, forward_ms: u64) -> Result<UtcMs, JournalFailed> {
        let mut ledger = self.ledger_mut();
        let now = self.clock.advance_ms(forward_ms);
        self.commit(&mut ledger, Entry::Clock { real: wall(), now })?;
        drop(ledger);
        self.let_happen();
        self.due_changed.notify_one();
        if let Some(sandboxes) = self.sandboxes() {
            sandboxes.wake();
        }
        Ok(now)
    }
}
