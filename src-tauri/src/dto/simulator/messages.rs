//! What the gateway was sent and has sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use desk::GatewayExchange;
use serde::{Deserialize, Serialize};
use wxpay_simulator::{Attempt, Direction, Exchange, NoticeView, Stretch};

use crate::dto::number::{AtMs, Count};

/// Where a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoticeStatus {
    /// The next attempt is due.
    Pending,
    /// The merchant answered SUCCESS.
    Acknowledged,
    /// The ladder of attempts is at its end.
    GivenUp,
    /// It goes to no address on this machine.
    Undeliverable,
}

/// One attempt to deliver a notice.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct NoticeAttempt {
    pub(crate) at: AtMs,
    pub(crate) http_status: Option<u16>,
    /// What the merchant answered, as received, or why nothing came.
    pub(crate) answer: String,
    pub(crate) acknowledged: bool,
    pub(crate) took_ms: Count,
}

impl From<Attempt> for NoticeAttempt {
    fn from(attempt: Attempt) -> Self {
        Self {
            at: attempt.at.into(),
            http_status: attempt.http_status,
            answer: attempt.answer,
            acknowledged: attempt.acknowledged,
            took_ms: attempt.took_ms.into(),
        }
    }
}

/// A notification.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorNotice {
    pub(crate) id: Count,
    pub(crate) mch_id: String,
    pub(crate) out_trade_no: String,
    /// The refund that it is about; nothing for a payment.
    pub(crate) out_refund_no: Option<String>,
    /// Where it goes.
    pub(crate) notify_url: String,
    pub(crate) status: NoticeStatus,
    pub(crate) next_attempt_at: Option<AtMs>,
    /// What was tried, the oldest first.
    pub(crate) attempts: Vec<NoticeAttempt>,
}

impl From<NoticeView> for SimulatorNotice {
    fn from(view: NoticeView) -> Self {
        use wxpay_simulator::NoticeStatus as Status;
        Self {
            id: view.id.into(),
            next_attempt_at: view.next_attempt_at().map(Into::into),
            status: match view.status {
                Status::Pending { .. } => NoticeStatus::Pending,
                Status::Acknowledged => NoticeStatus::Acknowledged,
                Status::GivenUp => NoticeStatus::GivenUp,
                Status::Undeliverable => NoticeStatus::Undeliverable,
            },
            mch_id: view.mch_id,
            out_trade_no: view.out_trade_no,
            out_refund_no: view.out_refund_no,
            notify_url: view.notify_url,
            attempts: view.attempts.into_iter().map(Into::into).collect(),
        }
    }
}

/// A stretch of a list of notices.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorNotices {
    /// How many there are in all.
    pub(crate) total: Count,
    pub(crate) rows: Vec<SimulatorNotice>,
}

impl From<Stretch<NoticeView>> for SimulatorNotices {
    fn from(found: Stretch<NoticeView>) -> Self {
        Self { total: found.total.into(), rows: found.rows.into_iter().map(Into::into).collect() }
    }
}

mirrored! {
    /// Who asked whom.
    TrafficDirection of Direction {
        /// The gateway was asked.
        Received = "received",
        /// The gateway asked.
        Sent = "sent",
    }
}

/// Which exchanges are wanted.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct TrafficFilter {
    /// In the path, or anywhere in the bytes.
    pub(crate) search: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) outcome: Option<String>,
}

impl TrafficFilter {
    fn passes(&self, exchange: &Exchange) -> bool {
        let is = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
        let search = self.search.trim();
        is(self.endpoint.as_deref(), exchange.endpoint)
            && is(self.outcome.as_deref(), exchange.outcome)
            && (exchange.path.contains(search)
                || [&exchange.request, &exchange.response].into_iter().any(|bytes| holds(bytes, search.as_bytes())))
    }
}

fn holds(bytes: &[u8], sought: &[u8]) -> bool {
    sought.is_empty() || bytes.windows(sought.len()).any(|window| window == sought)
}

/// One exchange of messages, without them.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorTrafficRow {
    pub(crate) id: Count,
    pub(crate) at: AtMs,
    pub(crate) direction: TrafficDirection,
    pub(crate) path: String,
    pub(crate) endpoint: String,
    pub(crate) outcome: String,
    /// Why it was refused, in more detail than the wire says.
    pub(crate) reason: Option<String>,
    pub(crate) status: u16,
    pub(crate) took_us: Count,
    /// The order that it is about.
    pub(crate) out_trade_no: Option<String>,
}

impl From<&Exchange> for SimulatorTrafficRow {
    fn from(exchange: &Exchange) -> Self {
        Self {
            id: exchange.id.into(),
            at: exchange.at.into(),
            direction: exchange.direction.into(),
            path: exchange.path.clone(),
            endpoint: exchange.endpoint.to_owned(),
            outcome: exchange.outcome.to_owned(),
            reason: exchange.reason.clone(),
            status: exchange.status,
            took_us: exchange.took_us.into(),
            out_trade_no: order_of(&exchange.request).or_else(|| order_of(&exchange.response)),
        }
    }
}

/// The number that a message names, in CDATA or not; messages that are no XML are shown as well, so nothing is parsed.
fn order_of(message: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(message);
    let (_, rest) = text.split_once("<out_trade_no>")?;
    let (value, _) = rest.split_once("</out_trade_no>")?;
    let value = value.trim();
    let value = value.strip_prefix("<![CDATA[").and_then(|inner| inner.strip_suffix("]]>")).unwrap_or(value);
    let is_number = !value.is_empty() && value.len() <= 64 && !value.contains('<');
    is_number.then(|| value.to_owned())
}

/// The newest exchanges.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorTraffic {
    /// How many passed the filter.
    pub(crate) found: Count,
    /// How many are kept.
    pub(crate) kept: Count,
    /// What can be filtered by.
    pub(crate) endpoints: Vec<String>,
    pub(crate) outcomes: Vec<String>,
    pub(crate) rows: Vec<SimulatorTrafficRow>,
}

impl SimulatorTraffic {
    /// Those of all that pass, at most `limit`.
    pub(crate) fn of(all: &[Arc<Exchange>], filter: &TrafficFilter, limit: usize) -> Self {
        let words = |word: fn(&Exchange) -> &'static str| {
            let words: BTreeSet<&str> = all.iter().map(|exchange| word(exchange)).collect();
            words.into_iter().map(str::to_owned).collect()
        };
        let found: Vec<&Exchange> = all.iter().map(AsRef::as_ref).filter(|exchange| filter.passes(exchange)).collect();
        Self {
            found: found.len().into(),
            kept: all.len().into(),
            endpoints: words(|exchange| exchange.endpoint),
            outcomes: words(|exchange| exchange.outcome),
            rows: found.into_iter().take(limit).map(Into::into).collect(),
        }
    }
}

/// One exchange with its exact bytes.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorExchange {
    pub(crate) row: SimulatorTrafficRow,
    pub(crate) request: String,
    pub(crate) response: String,
    /// A command that sends the same bytes again.
    pub(crate) curl: String,
}

impl From<GatewayExchange> for SimulatorExchange {
    fn from(found: GatewayExchange) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            row: found.exchange.as_ref().into(),
            request: text(&found.exchange.request),
            response: text(&found.exchange.response),
            curl: found.curl,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_is_about_the_order_that_its_message_names_in_cdata_or_not() {
        let order = |text: &str| order_of(text.as_bytes());
        assert_eq!(order("<xml><out_trade_no>2026-A_1</out_trade_no></xml>").as_deref(), Some("2026-A_1"));
        assert_eq!(order("<xml><out_trade_no><![CDATA[2026]]></out_trade_no></xml>").as_deref(), Some("2026"));
        for none in ["<xml><out_trade_no></out_trade_no></xml>", "<out_trade_no><a/></out_trade_no>", "", "<xml/>"] {
            assert_eq!(order(none), None, "{none}");
        }
    }

    #[test]
    fn a_search_finds_what_stands_anywhere_in_the_bytes() {
        assert!(holds(b"abc", b"") && holds(b"abc", b"bc") && !holds(b"abc", b"abcd") && !holds(b"", b"a"));
    }
}
