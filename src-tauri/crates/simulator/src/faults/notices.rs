//! Where a plan meets a notice: when it comes to be, and when it is sent for the first time.

use wxpay_protocol::UtcMs;

use super::catalogue::{Kind, Parameter, Scope};
use super::message::Message;
use super::plan::Subject;
use crate::gateway::Gateway;
use crate::ledger::entry::NewNotice;
use crate::notices::delivery;

impl Gateway {
    /// A notice that comes to be now and goes to `url`; `subject` is what a plan compares, with `notice` or `refund_notice` as
    /// its endpoint. One that is never to be sent is one that cannot be delivered.
    pub(crate) fn new_notice(&self, subject: Subject<'_>, url: &str, now: UtcMs) -> NewNotice {
        let mut notice =
            NewNotice { nonce_str: self.draw.notice_nonce_str(), deliverable: delivery::is_deliverable(url), due: now };
        if let Some(fired) = self.faults.decide(Scope::Notice, subject, now) {
            let most_ms = fired.ms_of_seconds();
            match fired.rule.fault {
                Kind::NoticeNever => notice.deliverable = false,
                Kind::NoticesScrambled => {
                    let drawn = i64::try_from(fired.drawn >> 1).unwrap_or_default();
                    notice.due = now.plus_ms(drawn.checked_rem(most_ms.saturating_add(1)).unwrap_or_default());
                }
                _ => notice.due = now.plus_ms(most_ms),
            }
        }
        notice
    }

    /// What a plan makes of a first attempt: the message, and how many of it are sent at once.
    pub(crate) fn sent_notice(&self, subject: Subject<'_>, body: String) -> (String, u64) {
        let Some(fired) = self.faults.decide(Scope::Sending, subject, self.clock.now()) else { return (body, 1) };
        if fired.rule.fault == Kind::NoticeDuplicated {
            return (body, fired.number(Parameter::Times));
        }
        let spoilt = Message::read(body.as_bytes()).and_then(|mut message| {
            let sign = message.get("sign")?;
            let other = if sign.starts_with('0') { "1" } else { "0" };
            let sign = format!("{other}{}", sign.get(1..)?);
            message.set("sign", &sign);
            Some(message.into_text())
        });
        (spoilt.unwrap_or(body), 1)
    }
}
