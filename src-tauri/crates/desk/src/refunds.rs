//! Refunds: checked, reserved, sent once, and asked about until it is known what became of them. What nobody knows is
//! followed by a question under the same number, never by a new number.

use std::sync::Arc;

use desk_store::{
    Advice, NewRefund, NewRefundObservation, Order, RecordedRefund, Refund, RefundFilter, RefundIntent, RefundList,
    RefundObservation, RefundOrigin, RefundState, Reservation, ReserveRefusal,
};
use wxpay_client::{Exchange, MerchantCertificate};
use wxpay_protocol::ids::OutRefundNo;
use wxpay_protocol::refund::{self, DESC_BYTES_MAX, RefundRequest};
use wxpay_protocol::refund_query::{self, By, PAGE_MAX, RefundReport};
use wxpay_protocol::{Fen, Params, xml};

use crate::asking::with_sub_merchant;
use crate::changes::Tag;
use crate::desk::Inner;
use crate::observing::reached;
use crate::order_rules::check_prose;
use crate::ordering::IN_FLIGHT_MS;
use crate::random::draw;
use crate::refund_observing::{Asking, applied, found, queried, reported};
use crate::signer::Signer;
use crate::{Desk, DeskError, RefundResult};

/// A refund that a person wants.
#[derive(Clone, Debug)]
pub struct RefundWish {
    /// The profile.
    pub profile: String,
    /// The order.
    pub out_trade_no: String,
    /// The amount.
    pub refund_fee: Fen,
    /// A number of the person's own; the same number again is the same refund.
    pub out_refund_no: Option<String>,
    /// What the payer reads.
    pub refund_desc: Option<String>,
}

/// What can be refunded of an order, asked just now: what a person is shown before agreeing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refundable {
    /// The order.
    pub order: Order,
    /// Its refunds, those made elsewhere included.
    pub refunds: Vec<Refund>,
    /// What is left, in fen; nothing while the order is not paid.
    pub left: Fen,
}

/// A refund with its evidence.
#[derive(Clone, Debug)]
pub struct RefundDetail {
    /// The refund.
    pub refund: Refund,
    /// Its evidence, oldest first.
    pub observations: Vec<RefundObservation>,
}

impl Desk {
    /// Asks the gateway about an order and all of its refunds, and says what is left.
    pub async fn refundable(&self, profile: &str, out_trade_no: &str) -> Result<Refundable, DeskError> {
        let asked = self.query_order(profile, out_trade_no).await?;
        let (order, signer) = self.order_and_signer(profile, out_trade_no).await?;
        if asked.state.is_paid() {
            self.find_refunds(&signer, &order).await?;
        }
        self.blocking(move |inner| {
            let refunds = inner.store.refunds_of(order.id)?;
            let order = inner.order(&order.mch_id, order.out_trade_no.as_str())?;
            let held: i64 = refunds.iter().filter(|refund| refund.state.holds()).map(|r| r.refund_fee.get()).sum();
            let left = order.paid_fee.map_or(0, Fen::get).saturating_sub(held).max(0);
            Ok(Refundable { order, refunds, left: Fen::new(left).unwrap_or_default() })
        })
        .await
    }

    /// Refunds an order: asks about it, reserves the amount, sends the request once, and asks what became of it. A person must
    /// have agreed to it; see [`crate::Agreement::refund`].
    pub async fn create_refund(&self, wish: RefundWish) -> Result<RefundResult, DeskError> {
        check_wish(&wish)?;
        let known = self.known_refund(&wish).await?;
        let order = match &known {
            Some(known) => self.order_and_signer(&wish.profile, known.out_trade_no.as_str()).await?.0,
            None => self.refundable(&wish.profile, &wish.out_trade_no).await?.order,
        };
        let (profile, of) = (wish.profile.clone(), order.clone());
        // A missing or expired certificate is found before anything is reserved.
        let (signer, certificate) = self
            .blocking(move |inner| {
                let signer = inner.signer(&profile)?;
                signer.merchant_of(&of)?;
                let certificate = inner.merchant_certificate(&signer.profile)?;
                Ok((Arc::new(signer), certificate))
            })
            .await?;
        let (reserved, of, by) = (wish.clone(), order.clone(), Arc::clone(&signer));
        let reservation = self.blocking(move |inner| inner.reserve(&reserved, &of, &by)).await?;
        self.inner.changes.note(Tag::Refunds, []);
        let (refund, asked_seq) = match reservation {
            Reserved::New(refund, intent) => (refund, intent.asked_seq),
            Reserved::Known(refund) => {
                let again = matches!(refund.state, RefundState::Reserved | RefundState::Unknown);
                if !again || refund.origin != RefundOrigin::Here {
                    return self.query_refund(&wish.profile, refund.out_refund_no.as_str()).await;
                }
                let seq = self.begin_asking_refund(refund.id).await?;
                (refund, seq)
            }
        };
        let applied = self.apply_refund(&signer, certificate.as_ref(), &order, &refund, asked_seq).await?;
        if !applied.was_accepted() {
            return Ok(applied);
        }
        self.follow_order(&order).await;
        Ok(applied)
    }

    /// Asks the gateway about a refund now and keeps what it answers.
    pub async fn query_refund(&self, profile: &str, out_refund_no: &str) -> Result<RefundResult, DeskError> {
        let (profile, number) = (profile.to_owned(), out_refund_no.trim().to_owned());
        let (refund, order, signer) = self
            .blocking(move |inner| {
                let signer = inner.signer(&profile)?;
                let refund = inner.refund(&signer, &number)?;
                let order = inner.order_of(&refund)?;
                Ok((refund, order, signer))
            })
            .await?;
        self.take_pace(&signer, 1).await?;
        self.ask_refund(&signer, &order, &refund).await
    }

    /// A list of refunds, the newest first.
    pub async fn refunds(&self, filter: RefundFilter, start: usize, limit: usize) -> Result<RefundList, DeskError> {
        self.blocking(move |inner| Ok(inner.store.refunds(&filter, start, limit.min(1000))?)).await
    }

    /// The refunds of an order of a profile, the oldest first.
    pub async fn refunds_of(&self, profile: &str, out_trade_no: &str) -> Result<Vec<Refund>, DeskError> {
        let (profile, number) = (profile.to_owned(), out_trade_no.trim().to_owned());
        self.blocking(move |inner| {
            let order = inner.order(&inner.profile(&profile)?.mch_id, &number)?;
            Ok(inner.store.refunds_of(order.id)?)
        })
        .await
    }

    /// One refund of a profile with its evidence.
    pub async fn refund_detail(&self, profile: &str, out_refund_no: &str) -> Result<RefundDetail, DeskError> {
        let (profile, number) = (profile.to_owned(), out_refund_no.trim().to_owned());
        self.blocking(move |inner| {
            let mch_id = inner.profile(&profile)?.mch_id;
            let refund = inner.store.refund(mch_id.as_str(), &number)?.ok_or_else(|| missing(&number))?;
            let observations = inner.store.refund_observations(refund.id)?;
            Ok(RefundDetail { refund, observations })
        })
        .await
    }

    async fn known_refund(&self, wish: &RefundWish) -> Result<Option<Refund>, DeskError> {
        let Some(number) = wish.out_refund_no.clone() else { return Ok(None) };
        let (profile, wish) = (wish.profile.clone(), wish.clone());
        self.blocking(move |inner| {
            let known = inner.store.refund(inner.profile(&profile)?.mch_id.as_str(), number.trim())?;
            match known {
                Some(known)
                    if known.out_trade_no.as_str() != wish.out_trade_no.trim()
                        || known.refund_fee != wish.refund_fee =>
                {
                    Err(number_taken(number.trim()))
                }
                known => Ok(known),
            }
        })
        .await
    }

    /// Sends a refund's committed request and keeps what comes back. `asked_seq` was taken from the store before.
    pub(crate) async fn apply_refund(
        &self,
        signer: &Signer,
        certificate: Option<&MerchantCertificate>,
        order: &Order,
        refund: &Refund,
        asked_seq: i64,
    ) -> Result<RefundResult, DeskError> {
        let id = refund.id;
        let request = self.blocking(move |inner| inner.committed_refund(id)).await?;
        let merchant = signer.merchant_of(order)?;
        let asking = Asking { refund: refund.id, seq: asked_seq, at: self.now() };
        let exchange = self.inner.client.refund(&signer.to, merchant, certificate, &request).await?;
        self.note_pace(signer, reached(&exchange)).await;
        let observation = applied(exchange, asking, self.now());
        let recorded = self.record_refund(order, observation.clone()).await?;
        Ok(RefundResult::new(refund, refund::PATH, &observation, &recorded))
    }

    /// Asks about one refund by its own number.
    pub(crate) async fn ask_refund(
        &self,
        signer: &Signer,
        order: &Order,
        refund: &Refund,
    ) -> Result<RefundResult, DeskError> {
        let (observation, recorded) = self.see_refund(signer, order, refund).await?;
        Ok(RefundResult::new(refund, refund_query::PATH, &observation, &recorded))
    }

    /// Asks about one refund and keeps what comes back.
    pub(crate) async fn see_refund(
        &self,
        signer: &Signer,
        order: &Order,
        refund: &Refund,
    ) -> Result<(NewRefundObservation, RecordedRefund), DeskError> {
        let seq = self.begin_asking_refund(refund.id).await?;
        let asking = Asking { refund: refund.id, seq, at: self.now() };
        let by = By::OutRefundNo(refund.out_refund_no.clone());
        let exchange = self.send_refund_query(signer, order, &by).await?;
        let observation = queried(exchange, &by, asking, self.now());
        let recorded = self.record_refund(order, observation.clone()).await?;
        if recorded.changed {
            self.follow_order(order).await;
        }
        Ok((observation, recorded))
    }

    async fn send_refund_query(
        &self,
        signer: &Signer,
        order: &Order,
        by: &By,
    ) -> Result<Exchange<RefundReport>, DeskError> {
        let merchant = signer.merchant_of(order)?;
        let request = refund_query::request(&order.appid, &order.mch_id, by, &self.inner.nonce()?, order.sign_type);
        let request = with_sub_merchant(request, signer)?;
        let total_fee = order.proven_fee().map(|fee| fee.to_string());
        let mut expected = vec![("out_trade_no", order.out_trade_no.as_str())];
        expected.extend(total_fee.as_deref().map(|total_fee| ("total_fee", total_fee)));
        let exchange = self.inner.client.query_refund(&signer.to, merchant, &request, &expected).await?;
        self.note_pace(signer, reached(&exchange)).await;
        Ok(exchange)
    }

    /// All refunds that the gateway has of an order, those made elsewhere included; each page is asked for at the merchant's pace.
    pub(crate) async fn find_refunds(&self, signer: &Signer, order: &Order) -> Result<(), DeskError> {
        let mut offset = 0;
        while offset < refund::COUNT_MAX {
            let id = order.id;
            self.take_pace(signer, 1).await?;
            let seq = self.begin_asking(order).await?;
            let at = self.now();
            let by = By::OutTradeNo(order.out_trade_no.clone(), offset);
            let exchange = self.send_refund_query(signer, order, &by).await?;
            let Some(page) = found(exchange)? else { return Ok(()) };
            let (count, total) = (page.refunds.len(), page.total_refund_count);
            for record in page.refunds {
                let (number, fee) = (record.out_refund_no.clone(), record.refund_fee);
                let refund = self
                    .blocking(move |inner| Ok(inner.store.find_refund(id, &number, fee, inner.clock.now())?))
                    .await?;
                let observation = reported(record, Asking { refund, seq, at }, self.now());
                self.record_refund(order, observation).await?;
            }
            offset += PAGE_MAX;
            if count < PAGE_MAX || total.is_some_and(|total| total <= offset) {
                return Ok(());
            }
        }
        Ok(())
    }

    pub(crate) async fn begin_asking_refund(&self, refund: i64) -> Result<i64, DeskError> {
        self.blocking(move |inner| Ok(inner.store.begin_asking_refund(refund, inner.clock.now(), IN_FLIGHT_MS)?)).await
    }

    async fn record_refund(
        &self,
        order: &Order,
        observation: NewRefundObservation,
    ) -> Result<RecordedRefund, DeskError> {
        let recorded = self
            .blocking(move |inner| {
                let policy = inner.poll_policy()?;
                Ok(inner.store.record_refund(observation, &policy)?)
            })
            .await?;
        if recorded.changed {
            self.inner.changes.note(Tag::Refunds, []);
            // The order's own figures follow from its refunds.
            self.inner.changes.note(Tag::Orders, [order.out_trade_no.to_string()]);
        }
        Ok(recorded)
    }

    /// The order's own state follows its refunds; only a query says it, and polling asks it.
    async fn follow_order(&self, order: &Order) {
        let id = order.id;
        let asked = self
            .blocking(move |inner| {
                let now = inner.clock.now();
                Ok(inner.store.ask_at(id, Some(now))?)
            })
            .await;
        match asked {
            Ok(()) => self.inner.polling.wake(),
            Err(fault) => tracing::warn!(%fault, "an order with a refund is not asked about now"),
        }
    }
}

/// A reservation with its refund.
enum Reserved {
    New(Box<Refund>, RefundIntent),
    Known(Box<Refund>),
}

impl Inner {
    fn reserve(&self, wish: &RefundWish, order: &Order, signer: &Signer) -> Result<Reserved, DeskError> {
        let out_refund_no = match &wish.out_refund_no {
            Some(number) => OutRefundNo::new(number.trim())?,
            None => self.new_refund_no()?,
        };
        let request = refund::request(&RefundRequest {
            appid: &order.appid,
            mch_id: &order.mch_id,
            out_trade_no: &order.out_trade_no,
            out_refund_no: &out_refund_no,
            nonce_str: &self.nonce()?,
            total_fee: order.total_fee,
            refund_fee: wish.refund_fee,
            refund_desc: wish.refund_desc.as_deref(),
            notify_url: self.refund_notify_url(order)?.as_deref(),
            sign_type: order.sign_type,
        });
        let request = with_sub_merchant(request, signer)?;
        let text = xml::write(&request, xml::is_amount)
            .map_err(|fault| DeskError::malformed(format!("the request cannot be written: {fault}")))?;
        let now = self.clock.now();
        let reservation = self.store.reserve_refund(NewRefund {
            order_id: order.id,
            profile: wish.profile.clone(),
            out_refund_no: out_refund_no.clone(),
            refund_fee: wish.refund_fee,
            refund_desc: wish.refund_desc.clone(),
            request: text,
            created_at: now,
            first_query_at: now.plus_ms(IN_FLIGHT_MS),
        })?;
        match reservation {
            Reservation::New(intent) => {
                let refund = self.store.refund_by_id(intent.refund)?;
                let refund = refund.ok_or(DeskError::Internal("reading a reservation back"))?;
                Ok(Reserved::New(Box::new(refund), intent))
            }
            Reservation::Known(refund) => Ok(Reserved::Known(refund)),
            Reservation::Refused(refusal) => Err(refused(&refusal, order, out_refund_no.as_str())),
        }
    }

    /// Where the notice of a refund goes: where the order's went, or where the profile says.
    fn refund_notify_url(&self, order: &Order) -> Result<Option<String>, DeskError> {
        Ok(self.store.profile(&order.profile)?.and_then(|profile| profile.notify_url))
    }

    /// 80 random bits behind the desk's own prefix: two desks of one merchant never meet.
    fn new_refund_no(&self) -> Result<OutRefundNo, DeskError> {
        let mut bytes = [0u8; 10];
        draw(&*self.random, |random| random(&mut bytes))?;
        let digits = wxpay_protocol::sign::upper_hex(&bytes).to_lowercase();
        let desk: String = self.owner.chars().take(6).collect();
        Ok(OutRefundNo::new(format!("R{}{desk}{digits}", self.clock.now().compact()))?)
    }

    fn committed_refund(&self, refund: i64) -> Result<Params, DeskError> {
        let request = self.store.refund_request(refund)?.ok_or_else(|| {
            DeskError::Conflict("this refund was not made here, so it cannot be sent from here".to_owned())
        })?;
        xml::read(request.as_bytes(), "xml").map_err(|_| DeskError::Internal("reading a committed request back"))
    }

    fn refund(&self, signer: &Signer, out_refund_no: &str) -> Result<Refund, DeskError> {
        let found = self.store.refund(signer.profile.mch_id.as_str(), out_refund_no)?;
        found.ok_or_else(|| missing(out_refund_no))
    }

    pub(crate) fn order_of(&self, refund: &Refund) -> Result<Order, DeskError> {
        self.store.order_by_id(refund.order_id)?.ok_or(DeskError::Internal("the order of a refund"))
    }
}

fn check_wish(wish: &RefundWish) -> Result<(), DeskError> {
    if wish.refund_fee <= Fen::ZERO {
        return Err(DeskError::input("refund_fee", "must be at least 1 fen"));
    }
    if let Some(text) = &wish.refund_desc {
        check_prose("refund_desc", text)?;
        if text.len() > DESC_BYTES_MAX {
            return Err(DeskError::input(
                "refund_desc",
                "must have at most 80 bytes (a Chinese character counts as three)",
            ));
        }
    }
    Ok(())
}

fn missing(out_refund_no: &str) -> DeskError {
    DeskError::NotFound { what: "refund", name: out_refund_no.chars().take(64).collect() }
}

fn number_taken(out_refund_no: &str) -> DeskError {
    DeskError::Conflict(format!(
        "the number {out_refund_no} belongs to another refund; leave it out, and a new one is made"
    ))
}

fn refused(refusal: &ReserveRefusal, order: &Order, out_refund_no: &str) -> DeskError {
    let number = &order.out_trade_no;
    let sentence = match refusal {
        ReserveRefusal::NumberTaken => return number_taken(out_refund_no),
        ReserveRefusal::NotPaid(state) => {
            format!("the order {number} is {state}; only a paid order can be refunded")
        }
        ReserveRefusal::TooMuch { left } => return too_much(*left),
        ReserveRefusal::TooMany => format!("the order {number} has 50 refunds, which is the most that WeChat allows"),
        ReserveRefusal::TooOld => {
            format!(
                "the order {number} was paid more than a year ago; WeChat refunds it no more, pay the money back otherwise"
            )
        }
        ReserveRefusal::Open { out_refund_no } => format!(
            "nobody knows yet what became of the refund {out_refund_no} of this order; ask about it first (refund query), \
             nothing was sent"
        ),
    };
    DeskError::Conflict(sentence)
}

fn too_much(left: Fen) -> DeskError {
    DeskError::input("refund_fee", format!("is more than what is left of the payment: {left} fen; nothing was sent"))
}

/// Whether a refund is due to be sent again, unchanged.
pub(crate) fn is_resend(refund: &Refund) -> bool {
    refund.advice == Advice::Resend && refund.origin == RefundOrigin::Here
}
