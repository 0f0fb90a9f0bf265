//! Asking WeChat Pay about a number: read-only, signed, at the merchant's pace, and kept as evidence.

use desk_store::{Asked, Claimed, NewClaim, Order, Origin, Outcome as Known, Profile};
use wxpay_client::{Doubt, Exchange, Outcome, Rejection};
use wxpay_protocol::ids::{OutRefundNo, OutTradeNo, TransactionId};
use wxpay_protocol::order_query::{self, OrderReport};
use wxpay_protocol::{Fen, refund_query};

use super::inquiry::Inquiry;
use super::numbers::{NumberKind, PastedNumber, made_at};
use crate::asking::with_sub_merchant;
use crate::changes::Tag;
use crate::observing::{observation, reached};
use crate::ordering::IN_FLIGHT_MS;
use crate::pace::{HeldBack, Pause};
use crate::signer::Signer;
use crate::{Desk, DeskError, OrderResult};

/// What WeChat Pay has for a number that the store does not know.
pub(super) enum FoundThere {
    /// An order, kept now, by the store's own id.
    Kept(i64),
    /// An order whose amount was not told, so that it cannot be kept.
    Reported(Box<OrderReport>),
    /// Nothing, or nothing that is known.
    Nothing(Inquiry),
}

/// A question that can be asked by a number.
enum Question {
    Order(order_query::By),
    Refund(refund_query::By),
}

impl Question {
    /// The questions for a number, the likeliest first: its prefix is a good guess and no proof.
    fn all_for(number: &PastedNumber) -> Vec<Self> {
        let text = &number.text;
        let order = || OutTradeNo::new(text).ok().map(|n| Self::Order(order_query::By::OutTradeNo(n)));
        let refund = || OutRefundNo::new(text).ok().map(|n| Self::Refund(refund_query::By::OutRefundNo(n)));
        let questions = match number.kind {
            NumberKind::TransactionId => {
                let first = TransactionId::new(text).ok().map(|n| Self::Order(order_query::By::TransactionId(n)));
                [first, order()]
            }
            NumberKind::RefundId => [Some(Self::Refund(refund_query::By::RefundId(text.clone()))), order()],
            NumberKind::OutRefundNo => [refund(), order()],
            _ => [order(), refund()],
        };
        questions.into_iter().flatten().collect()
    }
}

impl Desk {
    /// Asks about an order of the store and, where it is paid, about its refunds.
    ///
    /// # Errors
    ///
    /// See [`Inquiry::of_fault`].
    pub(crate) async fn ask_known(&self, order: &Order) -> Result<Inquiry, DeskError> {
        let asked = async {
            let (of, signer) = self.order_and_signer(&order.profile, order.out_trade_no.as_str()).await?;
            if let Some(held) = self.wait_for_gateway(&signer).await {
                return Ok(held);
            }
            let result = self.query_order(&order.profile, order.out_trade_no.as_str()).await?;
            if result.state.is_paid() {
                self.find_refunds(&signer, &of).await?;
            }
            Ok(of_result(&result))
        };
        let answered: Result<Inquiry, DeskError> = asked.await;
        answered.or_else(Inquiry::of_fault)
    }

    /// Asks a merchant's gateway for whatever a number may be of, and keeps what it has.
    ///
    /// # Errors
    ///
    /// See [`Inquiry::of_fault`].
    pub(super) async fn find_there(&self, profile: &Profile, number: &PastedNumber) -> Result<FoundThere, DeskError> {
        let asked = async {
            let name = profile.name.clone();
            let signer = self.blocking(move |inner| inner.signer(&name)).await?;
            if let Some(held) = self.wait_for_gateway(&signer).await {
                return Ok(FoundThere::Nothing(held));
            }
            for question in Question::all_for(number) {
                let found = match question {
                    Question::Order(by) => self.find_order(&signer, &by, number).await?,
                    Question::Refund(by) => self.find_order_of_refund(&signer, by, number).await?,
                };
                if !matches!(found, FoundThere::Nothing(Inquiry::NotExist)) {
                    return Ok(found);
                }
            }
            Ok(FoundThere::Nothing(Inquiry::NotExist))
        };
        let found: Result<FoundThere, DeskError> = asked.await;
        found.or_else(|fault| Inquiry::of_fault(fault).map(FoundThere::Nothing))
    }

    async fn find_order(
        &self,
        signer: &Signer,
        by: &order_query::By,
        number: &PastedNumber,
    ) -> Result<FoundThere, DeskError> {
        let profile = &signer.profile;
        self.take_pace(signer, 1).await?;
        let seq = self.blocking(|inner| Ok(inner.store.begin_finding()?)).await?;
        let asked = Asked { seq, at: self.now() };
        let request =
            order_query::request(&profile.appid, &profile.mch_id, by, &self.inner.nonce()?, profile.sign_type);
        let request = with_sub_merchant(request, signer)?;
        let merchant = signer.merchant(profile.appid.as_str(), profile.sign_type);
        let exchange = self.inner.client.query_order(&signer.to, merchant, &request, &[]).await?;
        self.note_pace(signer, reached(&exchange)).await;
        let report = match &exchange.outcome {
            Outcome::Confirmed(report) => report.clone(),
            _ => return Ok(FoundThere::Nothing(of_exchange(&exchange))),
        };
        let Some(total_fee) = report.total_fee else { return Ok(FoundThere::Reported(Box::new(report))) };
        let order_id = self.keep_found(profile, &report, total_fee, number).await?;
        let seen = observation(exchange, order_id, asked, self.now());
        self.record(vec![seen], vec![report.out_trade_no.to_string()]).await?;
        if matches!(report.trade_state, wxpay_protocol::TradeState::Success | wxpay_protocol::TradeState::Refund) {
            self.find_refunds_of(signer, order_id).await?;
        }
        Ok(FoundThere::Kept(order_id))
    }

    async fn find_order_of_refund(
        &self,
        signer: &Signer,
        by: refund_query::By,
        number: &PastedNumber,
    ) -> Result<FoundThere, DeskError> {
        let profile = &signer.profile;
        self.take_pace(signer, 1).await?;
        let request =
            refund_query::request(&profile.appid, &profile.mch_id, &by, &self.inner.nonce()?, profile.sign_type);
        let request = with_sub_merchant(request, signer)?;
        let merchant = signer.merchant(profile.appid.as_str(), profile.sign_type);
        let exchange = self.inner.client.query_refund(&signer.to, merchant, &request, &[]).await?;
        self.note_pace(signer, reached(&exchange)).await;
        match &exchange.outcome {
            Outcome::Confirmed(report) => {
                let by = order_query::By::OutTradeNo(report.out_trade_no.clone());
                self.find_order(signer, &by, number).await
            }
            _ => Ok(FoundThere::Nothing(of_exchange(&exchange))),
        }
    }

    /// A lookup is a source of orders: what WeChat Pay reported is kept, first as a claim, so that a crash before the evidence
    /// is recorded leaves an order that is asked about.
    async fn keep_found(
        &self,
        profile: &Profile,
        report: &OrderReport,
        total_fee: Fen,
        number: &PastedNumber,
    ) -> Result<i64, DeskError> {
        let now = self.now();
        let claim = NewClaim {
            profile: profile.name.clone(),
            appid: profile.appid.clone(),
            mch_id: profile.mch_id.clone(),
            out_trade_no: report.out_trade_no.clone(),
            sign_type: profile.sign_type,
            origin: Origin::Lookup,
            total_fee,
            trade_type: report.trade_type.clone(),
            body: String::new(),
            attach: report.attach.clone().filter(|attach| !attach.is_empty()),
            openid: report.openid.clone(),
            created_at: made_at(report.out_trade_no.as_str())
                .filter(|at| *at <= now)
                .or(report.time_end)
                .unwrap_or(now),
            claimed_at: now,
            state: None,
            transaction_id: None,
            paid_at: None,
            next_query_at: Some(now.plus_ms(IN_FLIGHT_MS)),
            raw: Some(format!("lookup {}", number.text)),
        };
        let claimed = self.blocking(move |inner| Ok(inner.store.claim(vec![claim])?)).await?;
        let order_id = match claimed.first() {
            Some(Claimed::Added(id) | Claimed::Known(id) | Claimed::Unchanged(id)) => *id,
            None => return Err(DeskError::Internal("keeping what was found")),
        };
        self.inner.changes.note(Tag::Orders, []);
        Ok(order_id)
    }

    /// Looks for the refunds of an order that was found.
    ///
    /// # Errors
    ///
    /// See [`Inquiry::of_fault`].
    async fn find_refunds_of(&self, signer: &Signer, order_id: i64) -> Result<(), DeskError> {
        let order = self.blocking(move |inner| Ok(inner.store.order_by_id(order_id)?)).await?;
        let order = order.ok_or(DeskError::Internal("reading an order back"))?;
        if let Err(fault) = self.find_refunds(signer, &order).await {
            // The payment is known all the same; the answer says that its refunds are not.
            tracing::warn!(%fault, "the refunds of an order that was looked up are not known");
            Inquiry::of_fault(fault)?;
        }
        Ok(())
    }

    /// Waits while the gateway wants to be left alone; why nothing is asked, where the key is refused.
    async fn wait_for_gateway(&self, signer: &Signer) -> Option<Inquiry> {
        let pace = self.inner.pace(signer.profile.environment, signer.profile.mch_id.as_str());
        match (pace.pause(), pace.held_back()) {
            (Pause::Until(_), Some(HeldBack::KeyRefused)) => Some(Inquiry::Failed {
                why: format!(
                    "the answers to merchant {} do not verify, so nothing is asked: compare the API key of profile {:?} with the merchant platform",
                    signer.profile.mch_id, signer.profile.name
                ),
            }),
            (Pause::Until(until), Some(HeldBack::TooOften)) => {
                tokio::time::sleep_until(until).await;
                None
            }
            _ => None,
        }
    }
}

fn of_result(result: &OrderResult) -> Inquiry {
    match (&result.err_code, result.outcome) {
        (Some(code), _) if code == "ORDERNOTEXIST" => Inquiry::NotExist,
        (Some(code), _) => {
            Inquiry::Refused { err_code: code.clone(), err_code_des: result.err_code_des.clone().unwrap_or_default() }
        }
        (None, Known::Confirmed) => Inquiry::Answered,
        (None, _) => Inquiry::Failed { why: result.return_msg.clone().unwrap_or_else(|| result.detail.clone()) },
    }
}

fn of_exchange<T>(exchange: &Exchange<T>) -> Inquiry {
    match &exchange.outcome {
        Outcome::Confirmed(_) => Inquiry::Answered,
        Outcome::Rejected(Rejection::Refused(refusal)) | Outcome::Unknown(Doubt::UnknownErrCode(refusal)) => {
            match refusal.err_code.as_str() {
                "ORDERNOTEXIST" | "REFUNDNOTEXIST" | "INVALID_TRANSACTIONID" => Inquiry::NotExist,
                _ => {
                    Inquiry::Refused { err_code: refusal.err_code.clone(), err_code_des: refusal.err_code_des.clone() }
                }
            }
        }
        Outcome::Rejected(Rejection::NotSent(reason)) => Inquiry::Failed { why: reason.to_string() },
        Outcome::Rejected(Rejection::Unsigned { return_msg }) => Inquiry::Failed { why: return_msg.clone() },
        Outcome::Unknown(doubt) => Inquiry::Failed { why: doubt.to_string() },
    }
}
