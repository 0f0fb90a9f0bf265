//! What happens by itself: a refund that comes to its end, a payer who enters the password or never does, a step of a scenario. Each happens at its
//! own moment of virtual time, however late somebody looks.

use std::sync::atomic::Ordering;

use wxpay_protocol::UtcMs;

use crate::gateway::Gateway;
use crate::ledger::{Ledger, Waiting};

impl Gateway {
    /// Lets everything happen whose moment has come. Nothing waits in most gateways, so this is one comparison for a request.
    pub(crate) fn let_happen(&self) {
        if self.wakes_at.load(Ordering::Acquire) == i64::MAX {
            return;
        }
        let now = self.clock.now();
        if self.wakes_at.load(Ordering::Acquire) > now.0 {
            return;
        }
        let mut ledger = self.ledger_mut();
        while let Some((at, waiting)) = ledger.first_waiting().filter(|(at, _)| *at <= now) {
            let done = match waiting {
                Waiting::Password(place) => self.password_is_due(&mut ledger, place, at),
                Waiting::Refund(place) => self.refund_is_due(&mut ledger, place, at),
                Waiting::Step(_) => self.step_is_due(&mut ledger),
            };
            // Without the change the same thing would be due for ever.
            if done.is_err() || ledger.first_waiting() == Some((at, waiting)) {
                tracing::error!(?waiting, "what was due could not be written down");
                self.wakes_at.store(i64::MAX, Ordering::Release);
                break;
            }
        }
        drop(ledger);
        self.due_changed.notify_one();
    }

    /// When something happens by itself next.
    pub(crate) fn wakes_at(&self) -> Option<UtcMs> {
        Some(self.wakes_at.load(Ordering::Acquire)).filter(|at| *at != i64::MAX).map(UtcMs)
    }

    /// Keeps the moment of the next thing that waits where requests can see it without a lock.
    pub(crate) fn note_wake(&self, ledger: &Ledger) {
        let at = ledger.first_waiting().map_or(i64::MAX, |(at, _)| at.0);
        self.wakes_at.store(at, Ordering::Release);
    }
}
