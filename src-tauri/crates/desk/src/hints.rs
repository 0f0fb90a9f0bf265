//! What a notice about a refund sets off: a signed question, at most once a minute for each refund and each order. The notice itself
//! moves no money.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use desk_store::Order;
use tokio::time::{Instant, sleep_until};

use crate::{Desk, DeskError, Inquiry};

/// Because of notices a refund, or all refunds of an order, are asked about at most once in this time.
const APART: Duration = Duration::from_secs(60);
const APART_MS: i64 = 60_000;

/// For each order whose refunds are asked about because of notices, when that was or will be last.
#[derive(Default)]
pub(crate) struct Hints(Mutex<HashMap<i64, Instant>>);

impl Hints {
    /// When a notice that came now may have the refunds of an order asked about; nothing where a question is still to come, which
    /// is about that notice's refund too.
    fn next(&self, order_id: i64, now: Instant) -> Option<Instant> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.retain(|_, at| *at + APART > now);
        let at = match last.get(&order_id) {
            Some(at) if *at > now => return None,
            Some(at) => *at + APART,
            None => now,
        };
        last.insert(order_id, at);
        Some(at)
    }
}

impl Desk {
    /// A notice about a refund that is known: its next question is due now.
    pub(crate) async fn hint_known_refund(&self, profile: String, out_refund_no: String) {
        let hinted = self
            .blocking(move |inner| {
                let mch_id = inner.profile(&profile)?.mch_id;
                Ok(inner.store.hint_refund(mch_id.as_str(), &out_refund_no, inner.clock.now(), APART_MS)?)
            })
            .await;
        match hinted {
            Ok(true) => self.inner.polling.wake(),
            Ok(false) => {}
            Err(fault) => tracing::warn!(%fault, "a refund is not asked about because of its notice"),
        }
    }

    /// A notice about a refund that is not known, as one made on the merchant platform is: where its order is known, that order's
    /// refunds are asked about. Until a question finds the refund, the notice stays an alarm.
    pub(crate) async fn hint_unknown_refund(&self, profile: String, out_trade_no: String, out_refund_no: String) {
        let asked = async {
            let order = self
                .blocking(move |inner| {
                    let mch_id = inner.profile(&profile)?.mch_id;
                    Ok(inner.store.order(mch_id.as_str(), &out_trade_no)?)
                })
                .await?;
            let Some(order) = order else { return Ok(()) };
            let now = Instant::now();
            let Some(at) = self.inner.hints.next(order.id, now) else { return Ok(()) };
            // A question that waited is also about the refunds of the notices that came meanwhile.
            if at == now && self.is_known(&order, out_refund_no).await? {
                return Ok(());
            }
            sleep_until(at).await;
            self.ask_hinted(&order).await
        };
        if let Err(fault) = asked.await {
            tracing::warn!(%fault, "the refunds of an order are not asked about because of a notice");
        }
    }

    async fn is_known(&self, order: &Order, out_refund_no: String) -> Result<bool, DeskError> {
        let mch_id = order.mch_id.clone();
        let known = self.blocking(move |inner| Ok(inner.store.refund(mch_id.as_str(), &out_refund_no)?)).await?;
        Ok(known.is_some())
    }

    async fn ask_hinted(&self, order: &Order) -> Result<(), DeskError> {
        // The payment first: a notice of the refund may have overtaken that of the payment.
        match self.ask_known(order).await? {
            Inquiry::Answered => {}
            inquiry => {
                let said = inquiry.as_str();
                tracing::warn!(order = %order.out_trade_no, said, "a notice told of a refund, and asking did not find it");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_asked_about_once_a_minute_however_many_notices_come_and_the_last_of_them_is_not_forgotten() {
        let hints = Hints::default();
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        assert_eq!(hints.next(1, at(0)), Some(at(0)));
        assert_eq!(hints.next(2, at(0)), Some(at(0)), "another order");
        assert_eq!(hints.next(1, at(10)), Some(at(60)), "it may tell of another refund");
        assert_eq!(hints.next(1, at(20)), None, "the question that is to come covers it");
        assert_eq!(hints.next(1, at(61)), Some(at(120)));
        assert_eq!(hints.next(1, at(500)), Some(at(500)));
        assert_eq!(hints.0.lock().unwrap().len(), 1, "what is over is forgotten");
    }
}
