//! Asking about one order, and closing it.

use desk_store::{Asked, Event, NewObservation, Order, OrderState, Profile};
use wxpay_client::signed_request;
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::order_query::{self, By};
use wxpay_protocol::{Params, close_order};

use crate::desk::Inner;
use crate::observing::{observation, reached};
use crate::ordering::IN_FLIGHT_MS;
use crate::results::OrderResult;
use crate::signer::Signer;
use crate::{Desk, DeskError};

impl Desk {
    /// Asks the gateway about an order now and keeps what it answers.
    pub async fn query_order(&self, profile: &str, out_trade_no: &str) -> Result<OrderResult, DeskError> {
        let (order, signer) = self.order_and_signer(profile, out_trade_no).await?;
        self.take_pace(&signer, 1).await?;
        self.query_and_record(&order, &signer).await
    }

    /// Closes an unpaid order: asks first, closes it if it is still unpaid, and asks again, because only a query says the
    /// state. WeChat closes no order that is younger than five minutes.
    pub async fn close_order(&self, profile: &str, out_trade_no: &str) -> Result<OrderResult, DeskError> {
        let (order, signer) = self.order_and_signer(profile, out_trade_no).await?;
        self.inner.may_close(&signer, &order)?;
        self.take_pace(&signer, 3).await?;
        let before = self.query_and_record(&order, &signer).await?;
        if !is_closable(before.state) {
            return Ok(before);
        }
        let asked_seq = self.begin_asking(&order).await?;
        let closing = self.send_close(&signer, &order, asked_seq).await?;
        let recorded = self.record(vec![closing.clone()], vec![order.out_trade_no.to_string()]).await?;
        let recorded = recorded.first().ok_or(DeskError::Internal("recording an answer"))?;
        let closed = OrderResult::new(&order, close_order::PATH, &closing, recorded);
        let after = self.query_and_record(&order, &signer).await?;
        // A refused or unknown closing is what the caller must hear about, with the state as it is now.
        let settled = after.state.is_final() || matches!(closing.event, Event::CloseAccepted);
        Ok(if settled { after } else { OrderResult { state: after.state, ..closed } })
    }

    /// An order and who signs for it.
    ///
    /// # Errors
    ///
    /// [`DeskError::NotFound`] for an unknown order; [`DeskError::EnvironmentRefused`] for one of another gateway, whose answers
    /// would be taken for this one's; the key cannot be had.
    pub(crate) async fn order_and_signer(
        &self,
        profile: &str,
        out_trade_no: &str,
    ) -> Result<(Order, Signer), DeskError> {
        let (profile, number) = (profile.to_owned(), out_trade_no.trim().to_owned());
        self.blocking(move |inner| {
            let signer = inner.signer(&profile)?;
            let order = inner.order(&signer.profile.mch_id, &number)?;
            if let Some(theirs) = inner.other_gateway(&order, &signer.profile)? {
                return Err(DeskError::EnvironmentRefused(format!(
                    "order {} is of {} (profile {:?}), and profile {:?} asks {}, which knows nothing of it; use the order's own profile",
                    order.out_trade_no,
                    theirs.as_str(),
                    order.profile,
                    signer.profile.name,
                    signer.profile.environment.as_str()
                )));
            }
            Ok((order, signer))
        })
        .await
    }

    pub(crate) async fn take_pace(&self, signer: &Signer, count: u32) -> Result<(), DeskError> {
        let environment = signer.profile.environment;
        let rate = self.blocking(move |inner| inner.rate_per_s(environment)).await?;
        self.inner.pace(environment, signer.profile.mch_id.as_str()).take(count, rate).await;
        Ok(())
    }

    pub(crate) async fn begin_asking(&self, order: &Order) -> Result<i64, DeskError> {
        let id = order.id;
        let seqs =
            self.blocking(move |inner| Ok(inner.store.begin_asking(&[id], inner.clock.now(), IN_FLIGHT_MS)?)).await?;
        seqs.first().copied().ok_or(DeskError::Internal("numbering a question"))
    }

    async fn query_and_record(&self, order: &Order, signer: &Signer) -> Result<OrderResult, DeskError> {
        let asked_seq = self.begin_asking(order).await?;
        let observation = self.send_query(signer, order, asked_seq).await?;
        let recorded = self.record(vec![observation.clone()], vec![order.out_trade_no.to_string()]).await?;
        let recorded = recorded.first().ok_or(DeskError::Internal("recording an answer"))?;
        Ok(OrderResult::new(order, order_query::PATH, &observation, recorded))
    }

    /// Sends the question and judges the answer against our own record. Nothing is stored yet.
    pub(crate) async fn send_query(
        &self,
        signer: &Signer,
        order: &Order,
        asked_seq: i64,
    ) -> Result<NewObservation, DeskError> {
        let merchant = signer.merchant_of(order)?;
        let request = self.inner.query_request(signer, order)?;
        let total_fee = order.proven_fee().map(|fee| fee.to_string());
        let expected = [("total_fee", total_fee.as_deref()), ("attach", order.proven_attach())];
        let expected: Vec<_> = expected.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let asked = Asked { seq: asked_seq, at: self.now() };
        self.inner.shop.note_question(order, asked_seq, || signed_request(&request, merchant.key, merchant.sign_type));
        let exchange = self.inner.client.query_order(&signer.to, merchant, &request, &expected).await?;
        self.note_pace(signer, reached(&exchange)).await;
        Ok(observation(exchange, order.id, asked, self.now()))
    }

    pub(crate) async fn send_close(
        &self,
        signer: &Signer,
        order: &Order,
        asked_seq: i64,
    ) -> Result<NewObservation, DeskError> {
        let merchant = signer.merchant_of(order)?;
        let nonce = self.inner.nonce()?;
        let request = close_order::request(&order.appid, &order.mch_id, &order.out_trade_no, &nonce, order.sign_type);
        let request = with_sub_merchant(request, signer)?;
        let asked = Asked { seq: asked_seq, at: self.now() };
        let exchange = self.inner.client.close_order(&signer.to, merchant, &request).await?;
        self.note_pace(signer, reached(&exchange)).await;
        Ok(observation(exchange, order.id, asked, self.now()))
    }
}

impl Inner {
    pub(crate) fn order(&self, mch_id: &MchId, out_trade_no: &str) -> Result<Order, DeskError> {
        let found = self.store.order(mch_id.as_str(), out_trade_no)?;
        found.ok_or_else(|| DeskError::NotFound { what: "order", name: out_trade_no.chars().take(64).collect() })
    }

    /// The gateway that an order is of, where that is another one than a profile's: neither knows anything of the other's orders.
    pub(crate) fn other_gateway(&self, order: &Order, ours: &Profile) -> Result<Option<Environment>, DeskError> {
        if order.profile == ours.name {
            return Ok(None);
        }
        let theirs = self.store.environment_of(&order.profile, &order.mch_id)?;
        Ok(theirs.filter(|theirs| !theirs.has_the_data_of(ours.environment)))
    }

    pub(crate) fn query_request(&self, signer: &Signer, order: &Order) -> Result<Params, DeskError> {
        let by = By::OutTradeNo(order.out_trade_no.clone());
        let request = order_query::request(&order.appid, &order.mch_id, &by, &self.nonce()?, order.sign_type);
        with_sub_merchant(request, signer)
    }

    /// Requests a second towards a gateway.
    pub(crate) fn rate_per_s(&self, environment: Environment) -> Result<u32, DeskError> {
        let settings = self.settings()?;
        Ok(match environment {
            Environment::Simulator => settings.simulator_poll_rate_per_s,
            _ => settings.poll_rate_per_s,
        })
    }

    /// Whether the gateway would close the order at its age.
    pub(crate) fn may_close(&self, signer: &Signer, order: &Order) -> Result<(), DeskError> {
        let from = order.created_at.plus_ms(close_order::MIN_AGE_MS);
        if signer.profile.environment != Environment::Simulator && from > self.clock.now() {
            return Err(DeskError::Conflict(format!(
                "WeChat closes no order that is younger than five minutes; this one can be closed from {} on",
                from.rfc3339()
            )));
        }
        Ok(())
    }
}

/// States in which closing makes sense. A claim counts as unpaid once a query said so.
pub(crate) fn is_closable(state: OrderState) -> bool {
    matches!(state, OrderState::NotPay | OrderState::UserPaying | OrderState::Accept)
}

pub(crate) fn with_sub_merchant(mut request: Params, signer: &Signer) -> Result<Params, DeskError> {
    let sub = [
        ("sub_mch_id", signer.profile.sub_mch_id.as_ref().map(MchId::as_str)),
        ("sub_appid", signer.profile.sub_appid.as_ref().map(Appid::as_str)),
    ];
    for (name, value) in sub {
        if let Some(value) = value {
            request.push(name, value)?;
        }
    }
    Ok(request)
}
