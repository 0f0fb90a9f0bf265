//! What happened to an order, step by step, each with where it is known from.

use desk_store::{
    Effect, Event, Observation, Order, OrderState, Origin, RefundEvent, RefundOrigin, RefundSource, RefundState,
    Signature, Source,
};
use wxpay_protocol::{TradeState, UtcMs};

use super::numbers::made_at;
use crate::told::{Told, yuan};
use crate::{RefundDetail, arrival};

/// From where a step is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepSource {
    /// Our own record, committed before anything was sent.
    Record,
    /// The moment that the number begins with.
    Number,
    /// A file of the merchant.
    Import,
    /// The answer to unifiedorder.
    UnifiedOrder,
    /// The answer to orderquery.
    OrderQuery,
    /// The answer to closeorder.
    CloseOrder,
    /// A payment notification.
    Notice,
    /// The answer to refund.
    Refund,
    /// The answer to refundquery.
    RefundQuery,
    /// A line of a bill, which nobody signs.
    Bill,
    /// The run that counts for its day.
    Reconcile,
}

impl StepSource {
    /// The word that scripts compare: the wire's own name where it is a message.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Number => "number",
            Self::Import => "import",
            Self::UnifiedOrder => "unifiedorder",
            Self::OrderQuery => "orderquery",
            Self::CloseOrder => "closeorder",
            Self::Notice => "notice",
            Self::Refund => "refund",
            Self::RefundQuery => "refundquery",
            Self::Bill => "bill",
            Self::Reconcile => "reconcile",
        }
    }
}

impl From<Source> for StepSource {
    fn from(source: Source) -> Self {
        match source {
            Source::Create => Self::UnifiedOrder,
            Source::Query => Self::OrderQuery,
            Source::Close => Self::CloseOrder,
            Source::Notice => Self::Notice,
            Source::Import => Self::Import,
        }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When it happened, or when we learnt of it.
    pub at: UtcMs,
    /// What happened.
    pub what: Told,
    /// From where it is known.
    pub source: StepSource,
    /// Whether its signature was verified; our own record counts as verified.
    pub is_verified: bool,
}

impl Step {
    pub(super) fn new(at: UtcMs, what: impl Into<Told>, source: StepSource) -> Self {
        Self { at, what: what.into(), source, is_verified: true }
    }
}

/// The steps of an order and its refunds, oldest first.
pub(crate) fn timeline(order: &Order, observations: &[Observation], refunds: &[RefundDetail]) -> Vec<Step> {
    let mut steps: Vec<Step> = began(order).into_iter().collect();
    steps.extend(paid(order, observations));
    let mut seen = None;
    for observation in observations {
        steps.extend(step_of(observation, &mut seen));
    }
    steps.extend(refunds.iter().flat_map(steps_of_refund));
    steps.sort_by_key(|step| step.at);
    steps
}

fn began(order: &Order) -> Option<Step> {
    match order.origin {
        Origin::Test => Some(Step::new(order.created_at, ("下单", "order placed"), StepSource::Record)),
        Origin::Import => Some(Step {
            is_verified: false,
            ..Step::new(order.created_at, ("导入的记录：下单", "imported record: ordered"), StepSource::Import)
        }),
        // Whoever placed it, only its number says when.
        Origin::Lookup => made_at(order.out_trade_no.as_str()).map(|at| Step {
            is_verified: false,
            ..Step::new(at, ("下单（按单号推断）", "ordered (by its number)"), StepSource::Number)
        }),
    }
}

/// The payment stands at the moment that WeChat names, told by whatever said so first.
fn paid(order: &Order, observations: &[Observation]) -> Option<Step> {
    let first = observations.iter().find(|seen| {
        let evidence = &seen.evidence;
        evidence.verified && matches!(&evidence.event, Event::TradeState(report) if report.paid_at.is_some() && report.paid_at == order.paid_at)
    })?;
    let amount = order.paid_fee.map(yuan).unwrap_or_default();
    let what = Told::new(format!("支付成功 {amount}"), format!("paid {amount}"));
    Some(Step::new(order.paid_at?, what, first.evidence.source.into()))
}

/// A step for what is news; `seen` is the state that was told last.
fn step_of(observation: &Observation, seen: &mut Option<TradeState>) -> Option<Step> {
    let evidence = &observation.evidence;
    let (at, source) = (evidence.received_at, StepSource::from(evidence.source));
    if matches!(evidence.signature, Signature::Invalid | Signature::Missing) {
        let what = ("收到签名不成立的消息，未采信", "a message whose signature does not hold; not believed");
        return Some(Step { is_verified: false, ..Step::new(at, what, source) });
    }
    if observation.effect == Effect::Conflict {
        let what = Told::new(
            format!("与已知情况矛盾（{}），需人工核对", observation.reason),
            format!("contradicts what is known ({}); a person must look", observation.reason),
        );
        return Some(Step::new(at, what, source));
    }
    if !evidence.verified {
        return None;
    }
    match &evidence.event {
        Event::Created { .. } => Some(Step::new(at, ("微信支付受理了下单", "WeChat Pay accepted the order"), source)),
        Event::CloseAccepted => Some(Step::new(at, ("微信支付受理了关单", "WeChat Pay accepted the closing"), source)),
        Event::TradeState(_) if evidence.source == Source::Notice => {
            Some(Step::new(at, ("收到支付通知", "payment notification received"), source))
        }
        Event::TradeState(report) if seen.replace(report.trade_state) != Some(report.trade_state) => {
            let (zh, en) = report.trade_state.meaning();
            Some(Step::new(at, Told::new(format!("查询得知：{zh}"), format!("asked: {en}")), source))
        }
        Event::OrderNotExist { .. } => {
            Some(Step::new(at, ("查询得知：没有这笔订单", "asked: there is no such order"), source))
        }
        Event::Refused { err_code, err_code_des } => Some(Step::new(
            at,
            Told::new(format!("{err_code} {err_code_des}"), format!("{err_code} {err_code_des}")),
            source,
        )),
        _ => None,
    }
}

fn steps_of_refund(detail: &RefundDetail) -> Vec<Step> {
    let refund = &detail.refund;
    let amount = yuan(refund.refund_fee);
    let number = &refund.out_refund_no;
    let mut steps = Vec::new();
    if refund.origin == RefundOrigin::Here {
        let what =
            Told::new(format!("申请退款 {amount}（{number}）"), format!("refund of {amount} asked for ({number})"));
        steps.push(Step::new(refund.created_at, what, StepSource::Record));
    }
    let accepted = detail
        .observations
        .iter()
        .find(|seen| seen.evidence.verified && matches!(seen.evidence.event, RefundEvent::Accepted { .. }));
    if let Some(accepted) = accepted {
        let what =
            Told::new(format!("退款 {amount} 已受理（{number}）"), format!("refund of {amount} accepted ({number})"));
        steps.push(Step::new(accepted.evidence.received_at, what, StepSource::Refund));
    }
    let told = detail.observations.iter().rev().find(|seen| {
        seen.evidence.verified
            && matches!(&seen.evidence.event, RefundEvent::Reported(report) if report.status.as_str() == refund.state.as_str())
    });
    if let Some(told) = told {
        let (zh, en) = arrival(refund.state, refund.refund_channel.as_deref(), refund.recv_account.as_deref());
        let account = refund.recv_account.as_deref().map(|account| format!(" {account}")).unwrap_or_default();
        let what = Told::new(format!("退款 {amount}{account}：{zh}"), format!("refund of {amount}{account}: {en}"));
        let at = refund.success_at.filter(|_| refund.state == RefundState::Success);
        steps.push(Step::new(at.unwrap_or(told.evidence.received_at), what, StepSource::RefundQuery));
    }
    if refund.conflict {
        let what = Told::new(
            format!("退款 {number} 的资料互相矛盾"),
            format!("what is known of refund {number} contradicts itself"),
        );
        steps.push(Step::new(refund.changed_at, what, StepSource::RefundQuery));
    }
    for seen in &detail.observations {
        if matches!(seen.evidence.signature, Signature::Invalid | Signature::Missing) {
            let source =
                if seen.evidence.source == RefundSource::Apply { StepSource::Refund } else { StepSource::RefundQuery };
            let what = ("收到签名不成立的消息，未采信", "a message whose signature does not hold; not believed");
            steps.push(Step { is_verified: false, ..Step::new(seen.evidence.received_at, what, source) });
        }
    }
    steps
}

/// How often a state was reported and verified.
pub(crate) fn reports_of(observations: &[Observation], state: OrderState) -> usize {
    let reported =
        |event: &Event| matches!(event, Event::TradeState(report) if OrderState::from(report.trade_state) == state);
    observations.iter().filter(|seen| seen.evidence.verified && reported(&seen.evidence.event)).count()
}
