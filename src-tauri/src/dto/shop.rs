//! What the test back end served: its orders, and the sequence of each.

use desk::{ShopExchange, ShopOrder, ShopStep};
use serde::Serialize;

use crate::dto::number::{AtMs, Count};

/// An order that the test back end served lately.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ShopOrderView {
    pub(crate) profile: String,
    /// Null stands for the requests that led to no order.
    pub(crate) out_trade_no: Option<String>,
    /// When the mini program asked for it last.
    pub(crate) at: AtMs,
}

impl From<ShopOrder> for ShopOrderView {
    fn from(order: ShopOrder) -> Self {
        Self { profile: order.profile, out_trade_no: order.out_trade_no, at: order.at.into() }
    }
}

/// A question to the gateway, and its answer.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ShopExchangeView {
    /// Such as `/pay/unifiedorder`.
    pub(crate) path: &'static str,
    /// Null where it left another process, or before this one was started.
    pub(crate) request: Option<String>,
    /// Null where none came.
    pub(crate) answer: Option<String>,
}

impl From<ShopExchange> for ShopExchangeView {
    fn from(exchange: ShopExchange) -> Self {
        Self { path: exchange.path, request: exchange.request, answer: exchange.answer }
    }
}

/// One step between a mini program and the test back end.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ShopStepView {
    /// Ascending among the steps of its kind.
    pub(crate) id: Count,
    pub(crate) at: AtMs,
    /// `login`, `prepay`, `params`, `notify`, `query` or `state`.
    pub(crate) kind: &'static str,
    pub(crate) out_trade_no: Option<String>,
    /// Null where this desk asked.
    pub(crate) request: Option<String>,
    pub(crate) answer: Option<String>,
    /// What WeChat Pay was asked for it and said.
    pub(crate) exchanges: Vec<ShopExchangeView>,
    pub(crate) ok: bool,
}

impl From<ShopStep> for ShopStepView {
    fn from(step: ShopStep) -> Self {
        Self {
            id: step.id.into(),
            at: step.at.into(),
            kind: step.kind,
            out_trade_no: step.out_trade_no,
            request: step.request,
            answer: step.answer,
            exchanges: step.exchanges.into_iter().map(Into::into).collect(),
            ok: step.ok,
        }
    }
}
