//! The built-in gateway, from its own side.

use std::sync::Arc;

use serde::Serialize;
use specta_typescript::Number;
use wxpay_simulator::{Attempt, Exchange, NoticeView, OrderView};

use crate::dto::number::{AtMs, Count, Fen};

/// The gateway at a glance.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorStatus {
    pub(crate) running: bool,
    pub(crate) url: Option<String>,
    pub(crate) orders: Count,
    pub(crate) notices_pending: Count,
    /// Virtual seconds per real second.
    #[specta(type = Number)]
    pub(crate) time_scale: f64,
    /// Exchanges since it was started.
    pub(crate) requests: Count,
}

impl From<desk::GatewayStatus> for SimulatorStatus {
    fn from(found: desk::GatewayStatus) -> Self {
        let none = || Count::from(0_u64);
        match found.status {
            None => Self {
                running: false,
                url: None,
                orders: none(),
                notices_pending: none(),
                time_scale: 1.0,
                requests: none(),
            },
            Some(status) => Self {
                running: true,
                url: found.url,
                orders: status.orders.into(),
                notices_pending: status.notices_pending.into(),
                time_scale: f64::from(status.time_scale_per_mille) / 1000.0,
                requests: status.requests.into(),
            },
        }
    }
}

/// An order as the gateway knows it.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorOrder {
    pub(crate) out_trade_no: String,
    pub(crate) mch_id: String,
    pub(crate) trade_type: String,
    pub(crate) total_fee: Fen,
    pub(crate) trade_state: String,
    pub(crate) body: String,
    pub(crate) created_at: AtMs,
    pub(crate) paid_at: Option<AtMs>,
    pub(crate) notify_url: String,
    pub(crate) transaction_id: Option<String>,
}

impl From<OrderView> for SimulatorOrder {
    fn from(view: OrderView) -> Self {
        let order = view.order;
        let field = |name| order.fields.get(name).unwrap_or_default().to_owned();
        Self {
            out_trade_no: order.out_trade_no().to_owned(),
            mch_id: order.mch_id().to_owned(),
            trade_type: field("trade_type"),
            total_fee: Fen::of(order.total_fee),
            trade_state: view.trade_state.as_str().to_owned(),
            body: field("body"),
            created_at: order.created_at.into(),
            paid_at: order.payment.as_ref().map(|payment| payment.paid_at.into()),
            notify_url: field("notify_url"),
            transaction_id: order.payment.as_ref().map(|payment| payment.transaction_id.clone()),
        }
    }
}

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

/// A payment notification.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorNotice {
    pub(crate) id: Count,
    pub(crate) out_trade_no: String,
    /// Where it goes.
    pub(crate) notify_url: String,
    /// How many attempts were made.
    pub(crate) attempt: Count,
    pub(crate) next_attempt_at: Option<AtMs>,
    pub(crate) last_at: Option<AtMs>,
    pub(crate) status: NoticeStatus,
    pub(crate) http_status: Option<u16>,
    /// What the merchant answered, as received.
    pub(crate) answer: Option<String>,
}

impl From<NoticeView> for SimulatorNotice {
    fn from(view: NoticeView) -> Self {
        use wxpay_simulator::NoticeStatus as Status;
        let last: Option<&Attempt> = view.attempts.last();
        Self {
            id: view.id.into(),
            attempt: view.attempts.len().into(),
            next_attempt_at: view.next_attempt_at().map(Into::into),
            last_at: last.map(|attempt| attempt.at.into()),
            status: match view.status {
                Status::Pending { .. } => NoticeStatus::Pending,
                Status::Acknowledged => NoticeStatus::Acknowledged,
                Status::GivenUp => NoticeStatus::GivenUp,
                Status::Undeliverable => NoticeStatus::Undeliverable,
            },
            http_status: last.and_then(|attempt| attempt.http_status),
            answer: last.map(|attempt| attempt.answer.clone()),
            out_trade_no: view.out_trade_no,
            notify_url: view.notify_url,
        }
    }
}

/// One exchange of messages.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorTraffic {
    pub(crate) id: Count,
    pub(crate) at: AtMs,
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) took_us: Count,
    pub(crate) request: String,
    pub(crate) response: String,
    /// One line for a list.
    pub(crate) summary: String,
}

impl From<Arc<Exchange>> for SimulatorTraffic {
    fn from(exchange: Arc<Exchange>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            id: exchange.id.into(),
            at: exchange.at.into(),
            path: exchange.path.clone(),
            status: exchange.status,
            took_us: exchange.took_us.into(),
            request: text(&exchange.request),
            response: text(&exchange.response),
            summary: exchange.summary(),
        }
    }
}
