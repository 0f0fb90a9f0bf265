//! Notices that wait for their moment, and how each attempt went.

use wxpay_protocol::UtcMs;

use crate::event::Event;
use crate::gateway::Gateway;
use crate::ledger::journal::JournalFailed;
use crate::ledger::record::{Attempt, Entry};
use crate::merchant::Known;
use crate::notices::{delivery, payment};

/// A notice that is to be sent now.
pub(crate) struct Outgoing {
    pub(crate) id: u64,
    pub(crate) url: String,
    pub(crate) body: String,
}

impl Gateway {
    /// Takes at most `limit` notices that are due, and writes their messages. A notice whose merchant's key is not here waits.
    pub(crate) fn take_due_notices(&self, limit: usize) -> Vec<Outgoing> {
        let now = self.clock.now();
        let mut ledger = self.ledger_mut();
        let mut taken = Vec::new();
        let mut outgoing = Vec::new();
        for (due, notice) in ledger.due().take_while(|(due, _)| *due <= now) {
            if outgoing.len() >= limit {
                break;
            }
            let Some(order) = ledger.order_at(notice.order) else { continue };
            let Known::Merchant(merchant) = self.merchants.find(order.appid(), order.mch_id()) else {
                continue;
            };
            let (Some(paid), Some(url)) = (&order.payment, order.fields.get("notify_url")) else { continue };
            taken.push((due, notice.id));
            match payment::write(order, paid, &notice.nonce_str, &merchant.key, &self.switches) {
                Ok(body) => outgoing.push(Outgoing { id: notice.id, url: url.to_owned(), body }),
                Err(fault) => tracing::error!(%fault, notice = notice.id, "a notice cannot be written"),
            }
        }
        for (due, id) in taken {
            ledger.take_due(due, id);
        }
        outgoing
    }

    /// When the next notice that can be signed is due.
    pub(crate) fn next_notice_due(&self) -> Option<UtcMs> {
        let ledger = self.ledger();
        ledger
            .due()
            .find(|(_, notice)| {
                ledger.order_at(notice.order).is_some_and(|order| self.merchants.knows(order.appid(), order.mch_id()))
            })
            .map(|(due, _)| due)
    }

    /// Writes down how an attempt went and when the next is due.
    pub(crate) fn record_attempt(&self, id: u64, attempt: Attempt) -> Result<(), JournalFailed> {
        let mut ledger = self.ledger_mut();
        let before = ledger.notice(id).map_or(0, |notice| notice.attempts.len());
        let next_due = if attempt.acknowledged { None } else { delivery::next_due(before + 1, attempt.at) };
        self.commit(&mut ledger, Entry::Attempted { notice: id, attempt, next_due })?;
        drop(ledger);
        self.due_changed.notify_one();
        self.tell(|| Event::NoticeChanged { id });
        Ok(())
    }
}
