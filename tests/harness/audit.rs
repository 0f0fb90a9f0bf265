//! Compares what a desk believes of its orders with what the gateway knows.

use std::collections::HashMap;
use std::fmt;

use desk::simulator::{EndpointAnswers, Gateway, OrderView, RefundView};
use desk::store::{Order, OrderFilter, OrderSort, OrderState};
use desk::{Desk, DeskError};
use wxpay_protocol::TradeState;

/// Rows or orders that are read together.
const PAGE: usize = 1000;

/// What is wrong about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The desk shows a payment that never was.
    ShownPaidThatIsNot,
    /// The desk shows a payment with another amount or another transaction_id.
    OtherPayment,
    /// The customer paid, and the desk does not show it; the state that it shows.
    PaidThatIsNotShown(OrderState),
    /// The desk says that it will not ask again, and has not found out.
    GivenUp(OrderState),
    /// The gateway has an order that the desk never meant to place.
    NeverMeant,
    /// The desk takes for placed what the gateway does not have.
    NeverPlaced,
    /// The desk shows it closed, and it can still be paid.
    ShownClosedThatIsOpen,
    /// Two orders of the desk show the same payment.
    PaidTwice,
    /// The desk shows a refund, and nobody has asked for one.
    ShownRefundedThatIsNot,
    /// The gateway itself has given back more than was paid, or from an order that was not: it knows no truth.
    RefundedBeyondItsPayment,
}

/// One order about which something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub out_trade_no: String,
    /// What.
    pub wrong: Wrong,
    /// What the gateway told about it.
    pub told: Vec<EndpointAnswers>,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {:?}, told {:?}", self.out_trade_no, self.wrong, self.told)
    }
}

/// What an audit came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Orders of the gateway.
    pub orders: u64,
    /// Paid ones among them.
    pub paid: u64,
    /// Refunds of the gateway.
    pub refunds: u64,
    /// What the desk believes and is not so.
    pub false_beliefs: Vec<Finding>,
    /// What the desk has not found out yet.
    pub ignorance: Vec<Finding>,
    /// Orders of the desk whose outcome it still does not know.
    pub open: u64,
}

/// Audits all orders of a profile. False beliefs must never be; ignorance must end with a drain without faults.
pub async fn audit(desk: &Desk, profile: &str, gateway: &Gateway) -> Result<Audit, DeskError> {
    let mut believed = rows(desk, profile).await?;
    let mut audit = Audit::default();
    let mut payments = HashMap::new();
    for order in believed.values() {
        if let Some(transaction_id) = &order.transaction_id
            && payments.insert(transaction_id.to_string(), order.out_trade_no.to_string()).is_some()
        {
            audit.false_beliefs.push(finding(order.out_trade_no.to_string(), Wrong::PaidTwice, Vec::new()));
        }
    }
    let refunds = refunds_of(gateway);
    let mut place = 0;
    loop {
        let page = gateway.orders_from(place, PAGE);
        if page.is_empty() {
            break;
        }
        place += page.len();
        for (known, told) in page {
            audit.orders += 1;
            audit.paid += u64::from(known.order.payment.is_some());
            let number = known.order.out_trade_no().to_owned();
            let refunds = refunds.get(&number).map_or(&[][..], Vec::as_slice);
            audit.refunds += u64::try_from(refunds.len()).unwrap_or(u64::MAX);
            audit.compare_refunds(believed.get(&number), &known, refunds);
            match believed.remove(&number) {
                None => audit.false_beliefs.push(finding(number, Wrong::NeverMeant, told)),
                Some(order) => audit.compare(&order, &known, told),
            }
        }
    }
    for (number, order) in believed {
        audit.open += u64::from(order.next_query_at.is_some());
        if !matches!(order.state, OrderState::Creating | OrderState::CreateFailed) {
            audit.false_beliefs.push(finding(number, Wrong::NeverPlaced, Vec::new()));
        }
    }
    Ok(audit)
}

impl Audit {
    /// A desk learns of a refund from the state of its order; it may be late, but it may not dream.
    fn compare_refunds(&mut self, order: Option<&Order>, known: &OrderView, refunds: &[RefundView]) {
        let number = || known.order.out_trade_no().to_owned();
        let given_back: i64 =
            refunds.iter().filter(|view| view.refund.counts()).map(|view| view.refund.refund_fee.get()).sum();
        let paid = known.order.payment.as_ref().map_or(0, |_| known.order.total_fee.get());
        if given_back > paid {
            self.false_beliefs.push(finding(number(), Wrong::RefundedBeyondItsPayment, Vec::new()));
        }
        if refunds.is_empty() && order.is_some_and(|order| order.state == OrderState::Refund) {
            self.false_beliefs.push(finding(number(), Wrong::ShownRefundedThatIsNot, Vec::new()));
        }
    }

    fn compare(&mut self, order: &Order, known: &OrderView, told: Vec<EndpointAnswers>) {
        self.open += u64::from(order.next_query_at.is_some());
        let number = order.out_trade_no.to_string();
        let shown = order.transaction_id.as_ref().map(|id| (id.to_string(), order.paid_fee));
        let truth = known.order.payment.as_ref().map(|paid| (paid.transaction_id.clone(), Some(known.order.total_fee)));
        let false_belief = match (&shown, &truth) {
            (Some(_), None) => Some(Wrong::ShownPaidThatIsNot),
            (Some(shown), Some(truth)) if shown != truth => Some(Wrong::OtherPayment),
            (None, None) if order.state == OrderState::Success => Some(Wrong::ShownPaidThatIsNot),
            (None, None) if order.state == OrderState::Closed && known.trade_state != TradeState::Closed => {
                Some(Wrong::ShownClosedThatIsOpen)
            }
            _ => None,
        };
        if let Some(wrong) = false_belief {
            self.false_beliefs.push(finding(number, wrong, told));
            return;
        }
        let asks_again = order.next_query_at.is_some();
        if truth.is_some() && shown.is_none() {
            self.ignorance.push(finding(number, Wrong::PaidThatIsNotShown(order.state), told));
        } else if truth.is_none() && !asks_again && order.state != OrderState::Closed {
            self.ignorance.push(finding(number, Wrong::GivenUp(order.state), told));
        }
    }
}

fn finding(out_trade_no: String, wrong: Wrong, told: Vec<EndpointAnswers>) -> Finding {
    Finding { out_trade_no, wrong, told }
}

/// Every refund of the gateway, by its order.
fn refunds_of(gateway: &Gateway) -> HashMap<String, Vec<RefundView>> {
    let mut all: HashMap<String, Vec<RefundView>> = HashMap::new();
    let mut place = 0;
    loop {
        let page = gateway.refunds_from(place, PAGE);
        if page.is_empty() {
            return all;
        }
        place += page.len();
        for view in page {
            all.entry(view.out_trade_no.clone()).or_default().push(view);
        }
    }
}

async fn rows(desk: &Desk, profile: &str) -> Result<HashMap<String, Order>, DeskError> {
    let filter = OrderFilter { profile: Some(profile.to_owned()), ..OrderFilter::default() };
    let opened = desk.orders_open(filter, OrderSort::default()).await?;
    let mut all = HashMap::new();
    loop {
        let rows = desk.orders_rows(opened.snapshot, all.len(), all.len() + PAGE).await?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows.into_iter().map(|order| (order.out_trade_no.to_string(), order)));
    }
}
