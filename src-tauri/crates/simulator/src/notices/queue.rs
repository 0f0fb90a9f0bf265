//! Notices that wait for their moment, and how each attempt went.

use wxpay_protocol::UtcMs;
use wxpay_protocol::xml::WriteError;

use crate::event::Event;
use crate::faults::Subject;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::entry::Entry;
use crate::ledger::journal::JournalFailed;
use crate::ledger::record::{About, Attempt, Notice, NoticeStatus};
use crate::merchant::Known;
use crate::notices::{delivery, payment, refund};
use crate::view::NoticeView;

/// A notice that is to be sent now.
pub(crate) struct Outgoing {
    pub(crate) id: u64,
    pub(crate) url: String,
    /// `notice` or `refund_notice`, as the traffic names it.
    pub(crate) endpoint: &'static str,
    pub(crate) body: String,
    /// How many are sent at once; 1 unless a plan of faults wants more.
    pub(crate) copies: u64,
}

/// A notice, written for its merchant.
struct Message {
    url: String,
    endpoint: &'static str,
    body: Result<String, WriteError>,
}

/// Why a notice is not sent once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResendError {
    /// There is none of this id.
    #[error("没有编号为 {0} 的通知；请先列出通知 (no notice of this id; list the notices first)")]
    NoNotice(u64),
    /// Its notify_url does not lead to this machine.
    #[error("通知 {0} 的 notify_url 不在本机，网关不会投递 (the notice goes to no address on this machine)")]
    Undeliverable(u64),
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
            let Some(Message { url, endpoint, body }) = self.message(&ledger, notice) else { continue };
            taken.push((due, notice.id));
            match body {
                Ok(body) => {
                    let (body, copies) = self.as_planned(&ledger, notice, endpoint, body);
                    outgoing.push(Outgoing { id: notice.id, url, endpoint, body, copies });
                }
                Err(fault) => tracing::error!(%fault, notice = notice.id, "a notice cannot be written"),
            }
        }
        for (due, id) in taken {
            ledger.take_due(due, id);
        }
        outgoing
    }

    fn as_planned(&self, ledger: &Ledger, notice: &Notice, endpoint: &str, body: String) -> (String, u64) {
        let Some(order) = ledger.order_of_notice(notice).filter(|_| notice.attempts.is_empty()) else {
            return (body, 1);
        };
        self.sent_notice(Subject { endpoint, mch_id: order.mch_id(), out_trade_no: order.out_trade_no() }, body)
    }

    /// Writes the message of a notice; nothing where the merchant's key is not here.
    fn message(&self, ledger: &Ledger, notice: &Notice) -> Option<Message> {
        let order = ledger.order_of_notice(notice)?;
        let Known::Merchant(merchant) = self.merchants.find(order.appid(), order.mch_id()) else { return None };
        let (paid, nonce_str) = (order.payment.as_deref()?, notice.nonce_str.as_str());
        Some(match notice.about {
            About::Payment(_) => Message {
                url: order.fields.get("notify_url")?.to_owned(),
                endpoint: "notice",
                body: payment::write(order, paid, nonce_str, &merchant.key, &self.switches),
            },
            About::Refund(place) => {
                let refunded = ledger.refund_at(place)?;
                Message {
                    url: refunded.notify_url.clone()?,
                    endpoint: "refund_notice",
                    body: refund::write(order, paid, refunded, nonce_str, &merchant.key, &self.switches),
                }
            }
        })
    }

    /// When the next notice that can be signed is due.
    pub(crate) fn next_notice_due(&self) -> Option<UtcMs> {
        let ledger = self.ledger();
        ledger
            .due()
            .find(|(_, notice)| {
                let order = ledger.order_of_notice(notice);
                order.is_some_and(|order| self.merchants.knows(order.appid(), order.mch_id()))
            })
            .map(|(due, _)| due)
    }

    /// Sends a notice once more, now, whatever became of it before. An acknowledged one stays acknowledged.
    pub fn resend_notice(&self, id: u64) -> Result<NoticeView, ResendError> {
        let now = self.clock.now();
        let mut ledger = self.ledger_mut();
        match ledger.notice(id).map(|notice| notice.status) {
            None => return Err(ResendError::NoNotice(id)),
            Some(NoticeStatus::Undeliverable) => return Err(ResendError::Undeliverable(id)),
            Some(_) => ledger.send_also_at(now, id),
        }
        drop(ledger);
        self.due_changed.notify_one();
        self.notice(id).ok_or(ResendError::NoNotice(id))
    }

    /// Writes down how an attempt went and when the next is due.
    pub(crate) fn record_attempt(&self, id: u64, attempt: Attempt) -> Result<(), JournalFailed> {
        let mut ledger = self.ledger_mut();
        let before = ledger.notice(id).map_or(0, |notice| notice.attempts.len());
        let was_acknowledged = ledger.notice(id).is_some_and(|notice| notice.status == NoticeStatus::Acknowledged);
        let next_due =
            if attempt.acknowledged || was_acknowledged { None } else { delivery::next_due(before + 1, attempt.at) };
        self.commit(&mut ledger, Entry::Attempted { notice: id, attempt, next_due })?;
        drop(ledger);
        self.due_changed.notify_one();
        self.tell(|| Event::NoticeChanged { id });
        Ok(())
    }
}
