//! Asking the gateway about what the two sides of a day disagree on. What the store has a record of is asked about as always, and
//! its answer is evidence; of anything else the answer is only told.

mod says;

use desk_reconcile::Class;
use desk_store::{Asked, Event, NewObservation, Order, RefundEvent};
use wxpay_protocol::ids::{OutRefundNo, OutTradeNo, TransactionId};
use wxpay_protocol::{order_query, refund_query};

use crate::asking::with_sub_merchant;
use crate::observing::{observation, reached};
use crate::progress::{Cancel, Meter, OnProgress};
use crate::refund_observing::{Asking, queried};
use crate::signer::Signer;
use crate::{Desk, DeskError};
pub use says::{GatewaySays, Silence};

/// So many questions in a row without an answer end the asking: the gateway, or the key, is not there.
const SILENT_MAX: u32 = 3;

/// WeChat's numbers of refunds are no longer (protocol page §4.5).
const REFUND_ID_MAX: usize = 32;

/// What is to be asked about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Doubtful {
    /// An order by the merchant's number, by orderquery.
    Order(String),
    /// One of the payments of an order that was paid twice, by WeChat's number, by orderquery; its answer is only told.
    Payment(String),
    /// A refund by the merchant's number, by refundquery.
    Refund(String),
    /// A refund of which only WeChat's number is known, by refundquery; its answer is only told.
    RefundId(String),
}

impl Doubtful {
    /// Whether a refund is asked about.
    pub(crate) const fn is_refund(&self) -> bool {
        matches!(self, Self::Refund(_) | Self::RefundId(_))
    }

    /// The question about a difference of this class; nothing where nobody doubts what it is, or it has no number.
    pub(crate) fn about(
        class: Class,
        out_trade_no: Option<&str>,
        transaction_id: Option<&str>,
        out_refund_no: Option<&str>,
        refund_id: Option<&str>,
    ) -> Option<Self> {
        match class {
            Class::BillOnly | Class::LocalOnly | Class::AmountDiff | Class::StateDiff | Class::DayCutLocal => {
                out_trade_no.map(|number| Self::Order(number.to_owned()))
            }
            Class::RefundBillOnly | Class::RefundLocalOnly | Class::RefundAmountDiff | Class::RefundStateDiff => {
                let ours = out_refund_no.map(|number| Self::Refund(number.to_owned()));
                ours.or_else(|| refund_id.map(|number| Self::RefundId(number.to_owned())))
            }
            Class::DuplicatePayment => transaction_id.map(|number| Self::Payment(number.to_owned())),
            Class::Matched | Class::RefundMatched | Class::DayCutBill | Class::DuplicateLocal => None,
        }
    }
}

/// The asking of several: how far it is, and when it ends early.
pub(crate) struct Asker<'a> {
    meter: Meter,
    cancel: &'a Cancel,
    silent: u32,
}

impl<'a> Asker<'a> {
    pub(crate) fn new(count: usize, report: OnProgress, cancel: &'a Cancel) -> Self {
        Self { meter: Meter::new(count as u64, report), cancel, silent: 0 }
    }

    /// Whether nothing more is to be asked.
    pub(crate) fn is_over(&self) -> bool {
        self.cancel.is_cancelled() || self.is_left_alone()
    }

    /// Whether the gateway did not answer several times in a row.
    pub(crate) const fn is_left_alone(&self) -> bool {
        self.silent >= SILENT_MAX
    }
}

impl Desk {
    /// Asks about each in turn, no faster than the gateway is asked anyway. Ends early when it is stopped or the gateway does not
    /// answer several times in a row; the answers are those of the first ones.
    ///
    /// # Errors
    ///
    /// The profile, its key or the store cannot be used.
    pub async fn ask_doubtful(
        &self,
        profile: &str,
        doubtful: &[Doubtful],
        report: OnProgress,
        cancel: &Cancel,
    ) -> Result<Vec<GatewaySays>, DeskError> {
        self.ask_some(profile, doubtful, &mut Asker::new(doubtful.len(), report, cancel)).await
    }

    /// Asks about some of them, as long as the asking goes on.
    pub(crate) async fn ask_some(
        &self,
        profile: &str,
        doubtful: &[Doubtful],
        asker: &mut Asker<'_>,
    ) -> Result<Vec<GatewaySays>, DeskError> {
        let mut told = Vec::with_capacity(doubtful.len());
        for one in doubtful {
            if asker.is_over() {
                break;
            }
            let answer = match one {
                Doubtful::Order(number) => self.ask_about_order(profile, number).await?,
                Doubtful::Payment(number) => self.ask_about_payment(profile, number).await?,
                Doubtful::Refund(number) => self.ask_about_refund(profile, number).await?,
                Doubtful::RefundId(number) => self.ask_about_refund_id(profile, number).await?,
            };
            asker.silent = if matches!(answer, GatewaySays::Nothing(_)) { asker.silent + 1 } else { 0 };
            told.push(answer);
            asker.meter.add(1);
        }
        Ok(told)
    }

    async fn ask_about_order(&self, profile: &str, number: &str) -> Result<GatewaySays, DeskError> {
        let Ok(number) = OutTradeNo::new(number) else { return Ok(not_a_number()) };
        let (name, wanted) = (profile.to_owned(), number.clone());
        let (signer, known) = self
            .blocking(move |inner| {
                let signer = inner.signer(&name)?;
                let known = match inner.store.order(signer.profile.mch_id.as_str(), wanted.as_str())? {
                    Some(order) if inner.other_gateway(&order, &signer.profile)?.is_none() => Some(order),
                    _ => None,
                };
                Ok((signer, known))
            })
            .await?;
        self.take_pace(&signer, 1).await?;
        let seen = match known {
            Some(order) => self.ask_known_order(&signer, &order).await?,
            None => self.query_unkept(&signer, order_query::By::OutTradeNo(number)).await?,
        };
        Ok(told_of_order(seen))
    }

    async fn ask_about_payment(&self, profile: &str, number: &str) -> Result<GatewaySays, DeskError> {
        let Ok(number) = TransactionId::new(number) else { return Ok(not_a_number()) };
        let name = profile.to_owned();
        let signer = self.blocking(move |inner| inner.signer(&name)).await?;
        self.take_pace(&signer, 1).await?;
        Ok(told_of_order(self.query_unkept(&signer, order_query::By::TransactionId(number)).await?))
    }

    async fn ask_known_order(&self, signer: &Signer, order: &Order) -> Result<NewObservation, DeskError> {
        let asked_seq = self.begin_asking(order).await?;
        let seen = self.send_query(signer, order, asked_seq).await?;
        self.record(vec![seen.clone()], vec![order.out_trade_no.to_string()]).await?;
        Ok(seen)
    }

    /// Asks for what the store is to keep nothing of.
    async fn query_unkept(&self, signer: &Signer, by: order_query::By) -> Result<NewObservation, DeskError> {
        let profile = &signer.profile;
        let merchant = signer.merchant(profile.appid.as_str(), profile.sign_type);
        let nonce = self.inner.nonce()?;
        let request = order_query::request(&profile.appid, &profile.mch_id, &by, &nonce, profile.sign_type);
        let request = with_sub_merchant(request, signer)?;
        let asked = Asked { seq: 0, at: self.now() };
        let exchange = self.inner.client.query_order(&signer.to, merchant, &request, &[]).await?;
        self.note_pace(signer, reached(&exchange)).await;
        Ok(observation(exchange, 0, asked, self.now()))
    }

    async fn ask_about_refund(&self, profile: &str, number: &str) -> Result<GatewaySays, DeskError> {
        let Ok(number) = OutRefundNo::new(number) else { return Ok(not_a_number()) };
        let (name, wanted) = (profile.to_owned(), number.clone());
        let (signer, known) = self
            .blocking(move |inner| {
                let signer = inner.signer(&name)?;
                let Some(refund) = inner.store.refund(signer.profile.mch_id.as_str(), wanted.as_str())? else {
                    return Ok((signer, None));
                };
                let order = inner.order_of(&refund)?;
                let is_ours = inner.other_gateway(&order, &signer.profile)?.is_none();
                Ok((signer, is_ours.then_some((order, refund))))
            })
            .await?;
        self.take_pace(&signer, 1).await?;
        if let Some((order, refund)) = known {
            let (seen, _) = self.see_refund(&signer, &order, &refund).await?;
            return Ok(told_of_refund(seen.event));
        }
        self.query_unkept_refund(&signer, refund_query::By::OutRefundNo(number)).await
    }

    async fn ask_about_refund_id(&self, profile: &str, number: &str) -> Result<GatewaySays, DeskError> {
        let is_length = (1..=REFUND_ID_MAX).contains(&number.len());
        if !is_length || !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(not_a_number());
        }
        let name = profile.to_owned();
        let signer = self.blocking(move |inner| inner.signer(&name)).await?;
        self.take_pace(&signer, 1).await?;
        self.query_unkept_refund(&signer, refund_query::By::RefundId(number.to_owned())).await
    }

    /// Asks about a refund that the store is to keep nothing of.
    async fn query_unkept_refund(&self, signer: &Signer, by: refund_query::By) -> Result<GatewaySays, DeskError> {
        let profile = &signer.profile;
        let merchant = signer.merchant(profile.appid.as_str(), profile.sign_type);
        let nonce = self.inner.nonce()?;
        let request = refund_query::request(&profile.appid, &profile.mch_id, &by, &nonce, profile.sign_type);
        let request = with_sub_merchant(request, signer)?;
        let asking = Asking { refund: 0, seq: 0, at: self.now() };
        let exchange = self.inner.client.query_refund(&signer.to, merchant, &request, &[]).await?;
        self.note_pace(signer, reached(&exchange)).await;
        Ok(told_of_refund(queried(exchange, &by, asking, self.now()).event))
    }
}

fn not_a_number() -> GatewaySays {
    GatewaySays::Nothing(Silence::NotANumber)
}

fn told_of_order(seen: NewObservation) -> GatewaySays {
    let silence = match seen.event {
        Event::TradeState(report) if seen.verified => {
            return GatewaySays::Order {
                state: report.trade_state,
                total_fee: report.total_fee,
                transaction_id: report.transaction_id.map(|id| id.to_string()),
                paid_at: report.paid_at,
            };
        }
        Event::OrderNotExist { .. } if seen.verified => return GatewaySays::Absent,
        Event::Refused { err_code, err_code_des } => Silence::Refused(format!("{err_code} {err_code_des}")),
        Event::UnsignedFail { return_msg } => Silence::Unsigned(return_msg),
        Event::NotDone { why } => Silence::NotSent(why),
        Event::Unknown { why } => Silence::Lost(why),
        Event::TradeState(_)
        | Event::OrderNotExist { .. }
        | Event::Created { .. }
        | Event::CloseAccepted
        | Event::Claim(_) => Silence::Unverified,
    };
    GatewaySays::Nothing(silence)
}

fn told_of_refund(event: RefundEvent) -> GatewaySays {
    let silence = match event {
        RefundEvent::Reported(seen) => {
            return GatewaySays::Refund { status: seen.status, refund_fee: seen.refund_fee, refund_id: seen.refund_id };
        }
        RefundEvent::NotExist { .. } => return GatewaySays::Absent,
        RefundEvent::Refused { err_code, err_code_des, .. } => Silence::Refused(format!("{err_code} {err_code_des}")),
        RefundEvent::UnsignedFail { return_msg } => Silence::Unsigned(return_msg),
        RefundEvent::NotSent { why } => Silence::NotSent(why),
        RefundEvent::Unknown { why } => Silence::Lost(why),
        RefundEvent::Accepted { .. } => Silence::Unverified,
    };
    GatewaySays::Nothing(silence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_is_asked_about_by_the_merchants_number_and_where_that_is_missing_by_wechats() {
        let about = |ours: Option<&str>, theirs: Option<&str>| {
            Doubtful::about(Class::RefundBillOnly, Some("T1"), Some("421"), ours, theirs)
        };
        assert_eq!(about(Some("R1"), Some("501")), Some(Doubtful::Refund("R1".into())));
        assert_eq!(about(None, Some("501")), Some(Doubtful::RefundId("501".into())));
        assert_eq!(about(None, None), None);
    }
}
