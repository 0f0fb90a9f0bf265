//! Sending an order's committed request: the first time and, unchanged, again.

use desk_store::{Asked, NewObservation, Order, Recorded};
use wxpay_protocol::{Params, xml};

use crate::changes::Tag;
use crate::desk::Inner;
use crate::observing::{Reached, observation, reached};
use crate::pace::{HeldBack, Pace};
use crate::signer::Signer;
use crate::{Desk, DeskError};

/// How long an order whose answer never comes is left alone before it is asked about again; longer than the deadline of
/// an exchange.
pub(crate) const IN_FLIGHT_MS: i64 = 20_000;

impl Desk {
    /// Sends an order's committed request. `asked_seq` was taken from the store before.
    pub(crate) async fn send_create(
        &self,
        signer: &Signer,
        order: &Order,
        request: &Params,
        asked_seq: i64,
    ) -> Result<NewObservation, DeskError> {
        let merchant = signer.merchant_of(order)?;
        let asked = Asked { seq: asked_seq, at: self.now() };
        let exchange = self.inner.client.create_order(&signer.to, merchant, request).await?;
        self.note_pace(signer, reached(&exchange)).await;
        Ok(observation(exchange, order.id, asked, self.now()))
    }

    /// Records observations in one commit and tells what changed.
    pub(crate) async fn record(
        &self,
        observations: Vec<NewObservation>,
        numbers: Vec<String>,
    ) -> Result<Vec<Recorded>, DeskError> {
        let recorded = self
            .blocking(move |inner| {
                let policy = inner.poll_policy()?;
                Ok(inner.store.record(observations, &policy)?)
            })
            .await?;
        let changed = recorded.iter().zip(numbers).filter(|(recorded, _)| recorded.changed);
        let ids: Vec<String> = changed.map(|(_, number)| number).collect();
        if !ids.is_empty() {
            self.inner.changes.note(Tag::Orders, ids);
        }
        self.inner.changes.note(Tag::Polling, []);
        Ok(recorded)
    }

    /// Keeps the pace: a gateway that is asked too often, or is not there, is left alone for a while.
    pub(crate) async fn note_pace(&self, signer: &Signer, reached: Reached) {
        let inner = &self.inner;
        let pace = inner.pace(signer.profile.environment, signer.profile.mch_id.as_str());
        match reached {
            Reached::Answered | Reached::Verified => {
                let is_verified = reached == Reached::Verified;
                let is_over = pace.answered(is_verified);
                if is_over {
                    inner.changes.note(Tag::Polling, []);
                }
                if is_verified && (is_over || pace.is_time_to_look()) {
                    self.note_refused_key(signer, &pace).await;
                }
            }
            Reached::KeyInDoubt => {
                if pace.doubt_key() {
                    tracing::warn!(
                        profile = signer.profile.name,
                        "answers do not verify; the key seems to be another one"
                    );
                    inner.changes.note(Tag::Polling, []);
                    self.note_refused_key(signer, &pace).await;
                }
            }
            Reached::LeaveAlone(why) => {
                let mut jitter = [0u8; 1];
                // Without randomness all wait the same time, which only costs evenness.
                inner.random.fill(&mut jitter).ok();
                pace.leave_alone(why, jitter[0]);
                inner.changes.note(Tag::Polling, []);
            }
            Reached::Lost => {}
        }
    }

    /// Keeps whether the key is taken to be wrong, so that a restart and other processes know it.
    async fn note_refused_key(&self, signer: &Signer, pace: &Pace) {
        let (environment, mch_id) = (signer.profile.environment.as_str(), signer.profile.mch_id.clone());
        let pace = pace.clone();
        let noted = self
            .blocking(move |inner| {
                let is_refused = move || pace.held_back() == Some(HeldBack::KeyRefused);
                Ok(inner.store.note_refused_key(environment, mch_id.as_str(), inner.clock.now(), is_refused)?)
            })
            .await;
        match noted {
            Ok(true) => self.inner.changes.note(Tag::Alarms, []),
            Ok(false) => {}
            Err(fault) => tracing::warn!(%fault, "whether a key is refused was not kept"),
        }
    }
}

impl Inner {
    /// The request as it was committed, read back field by field: sent again it gives the same bytes.
    pub(crate) fn committed_request(&self, order: &Order) -> Result<Params, DeskError> {
        let request = self.store.request(order.id)?.ok_or_else(|| {
            DeskError::Conflict(format!(
                "the order {} was not placed here, so it cannot be sent again",
                order.out_trade_no
            ))
        })?;
        xml::read(request.as_bytes(), "xml").map_err(|_| DeskError::Internal("reading a committed request back"))
    }
}
