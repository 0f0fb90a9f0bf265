//! Asking many orders of one profile: admitted at its pace, several at once, recorded in groups.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use desk_store::{Advice, NewObservation, Order, OrderState, Origin, Recorded};
use tokio::task::JoinSet;
use tokio::time::Instant;
use wxpay_protocol::UtcMs;
use wxpay_protocol::environment::Environment;

use crate::asking::is_closable;
use crate::ordering::IN_FLIGHT_MS;
use crate::pace::{HeldBack, Pace, Pause};
use crate::signer::Signer;
use crate::{Desk, DeskError};

/// The longest that an answer waits to be recorded together with others.
const GROUP_WAIT: Duration = Duration::from_millis(50);
/// The most questions under way, however fast the pace.
const UNDER_WAY_MAX: usize = 128;

/// Which orders are asked.
pub(crate) enum Work {
    /// What is due at this moment; nothing else becomes due meanwhile.
    DueAt(UtcMs),
    /// What is due whenever it is looked.
    DueNow,
    /// These, once each, if they are still open.
    Listed(VecDeque<i64>),
}

/// What is asked beyond the question itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Closing {
    /// Close unpaid orders of ours from this age on, in milliseconds, besides those that have expired.
    pub(crate) after_ms: Option<i64>,
}

/// One order after its exchanges.
struct Asked {
    number: String,
    observations: Result<Vec<NewObservation>, DeskError>,
    /// Never to be asked again by itself: expired, and the settings say not to close it.
    leave: Option<i64>,
}

/// The questions to one profile's gateway that are under way, and the answers that wait to be recorded.
pub(crate) struct Lane {
    desk: Desk,
    profile: String,
    work: Work,
    closing: Closing,
    rate_override: Option<u32>,
    rate_per_s: u32,
    under_way: JoinSet<Asked>,
    answers: Vec<NewObservation>,
    numbers: Vec<String>,
    oldest: Option<Instant>,
    exhausted: bool,
    /// How many orders were asked about, over all lanes of one call.
    asked: Arc<AtomicU64>,
    /// The first order that could not be asked about, such as one of another merchant; the others go on.
    fault: Option<DeskError>,
}

/// What a step of a lane found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Something was asked or recorded.
    Moved,
    /// There is nothing to do before this moment, if one is known.
    Idle(Option<Instant>),
}

impl Lane {
    pub(crate) fn new(desk: Desk, profile: String, work: Work, asked: Arc<AtomicU64>) -> Self {
        Self {
            desk,
            profile,
            work,
            closing: Closing::default(),
            rate_override: None,
            rate_per_s: 1,
            under_way: JoinSet::new(),
            answers: Vec::new(),
            numbers: Vec::new(),
            oldest: None,
            exhausted: false,
            asked,
            fault: None,
        }
    }

    /// Closes what is old enough, and asks no faster than `rate_per_s`.
    pub(crate) fn with(mut self, closing: Closing, rate_per_s: Option<u32>) -> Self {
        (self.closing, self.rate_override) = (closing, rate_per_s);
        self
    }

    /// Asks everything that there is and records it; what is refused on the way ends it after the answers are recorded.
    pub(crate) async fn run_out(&mut self) -> Result<(), DeskError> {
        loop {
            match self.step().await {
                Ok(Step::Moved) => {}
                Ok(Step::Idle(Some(until))) => tokio::time::sleep_until(until).await,
                Ok(Step::Idle(None)) => return self.fault.take().map_or(Ok(()), Err),
                Err(fault) => {
                    self.finish().await?;
                    return Err(fault);
                }
            }
        }
    }

    /// Admits questions, waits for an answer, records a group: whatever is next.
    pub(crate) async fn step(&mut self) -> Result<Step, DeskError> {
        let wait = self.admit().await?;
        if self.under_way.is_empty() && self.answers.is_empty() {
            return Ok(Step::Idle(wait));
        }
        let due = self.oldest.map_or_else(|| Instant::now() + GROUP_WAIT, |oldest| oldest + GROUP_WAIT);
        if !self.under_way.is_empty() {
            tokio::select! {
                Some(joined) = self.under_way.join_next() => self.take(joined).await?,
                () = tokio::time::sleep_until(due), if !self.answers.is_empty() => {}
            }
        }
        let full = self.answers.len() >= Pace::chunk(self.rate_per_s) as usize;
        let late = self.oldest.is_some_and(|oldest| oldest.elapsed() >= GROUP_WAIT);
        if full || late || self.under_way.is_empty() {
            self.flush().await?;
        }
        Ok(Step::Moved)
    }

    /// Waits for what is under way and records it; nothing new is asked.
    pub(crate) async fn finish(&mut self) -> Result<(), DeskError> {
        while let Some(joined) = self.under_way.join_next().await {
            self.take(joined).await?;
        }
        self.flush().await
    }

    /// Sends out as many questions as the pace allows. Returns when it may be worth trying again, if that is known.
    async fn admit(&mut self) -> Result<Option<Instant>, DeskError> {
        let most = usize::try_from(self.rate_per_s / 2).unwrap_or(UNDER_WAY_MAX).clamp(4, UNDER_WAY_MAX);
        let room = most.saturating_sub(self.under_way.len());
        // Small groups would cost a commit each.
        if room < most.div_ceil(2) || self.exhausted {
            return Ok(None);
        }
        if !self.is_anything_due().await? {
            self.exhausted = !matches!(self.work, Work::DueNow) && self.is_worked_off();
            return Ok(None);
        }
        let signer = self.signer().await?;
        self.rate_per_s = self.rate(&signer).await?;
        let pace = self.desk.inner.pace(signer.profile.environment, signer.profile.mch_id.as_str());
        let room = match pace.pause() {
            Pause::None => room,
            // One pass would never end; the background looks again, and draining has a time of its own.
            Pause::Until(_)
                if pace.held_back() == Some(HeldBack::KeyRefused) && matches!(self.work, Work::DueAt(_)) =>
            {
                return Err(key_refused(&signer));
            }
            Pause::Until(until) => return Ok(Some(until)),
            Pause::TryOne if self.under_way.is_empty() => 1,
            Pause::TryOne => return Ok(None),
        };
        let orders = self.next_orders(room).await?;
        if orders.is_empty() {
            self.exhausted = !matches!(self.work, Work::DueNow) && self.is_worked_off();
            return Ok(None);
        }
        let ids: Vec<i64> = orders.iter().map(|order| order.id).collect();
        let seqs = self
            .desk
            .blocking(move |inner| Ok(inner.store.begin_asking(&ids, inner.clock.now(), IN_FLIGHT_MS)?))
            .await?;
        for (order, seq) in orders.into_iter().zip(seqs) {
            let (desk, signer, pace) = (self.desk.clone(), Arc::clone(&signer), pace.clone());
            let (closing, rate_per_s) = (self.closing, self.rate_per_s);
            self.under_way.spawn(async move {
                pace.take(1, rate_per_s).await;
                let number = order.out_trade_no.to_string();
                let _question = desk.inner.polling.under_way.begin(&order.profile, &number);
                let mut leave = None;
                let observations = desk.ask_one(&signer, &order, seq, closing, &mut leave).await;
                Asked { number, observations, leave }
            });
        }
        Ok(None)
    }

    /// A look that finds nothing must cost little: it is made every few seconds for as long as the program runs.
    async fn is_anything_due(&self) -> Result<bool, DeskError> {
        let at = match &self.work {
            Work::Listed(ids) => return Ok(!ids.is_empty()),
            Work::DueAt(at) => *at,
            Work::DueNow => self.desk.now(),
        };
        let profile = self.profile.clone();
        let next = self.desk.blocking(move |inner| Ok(inner.store.next_due(Some(&profile))?)).await?;
        Ok(next.is_some_and(|next| next <= at))
    }

    async fn signer(&self) -> Result<Arc<Signer>, DeskError> {
        let profile = self.profile.clone();
        self.desk.blocking(move |inner| Ok(Arc::new(inner.signer(&profile)?))).await
    }

    async fn rate(&self, signer: &Signer) -> Result<u32, DeskError> {
        let environment = signer.profile.environment;
        let rate = self.desk.blocking(move |inner| inner.rate_per_s(environment)).await?;
        Ok(self.rate_override.map_or(rate, |own| own.clamp(1, rate.max(1))))
    }

    async fn next_orders(&mut self, room: usize) -> Result<Vec<Order>, DeskError> {
        let profile = self.profile.clone();
        let due_at = match &mut self.work {
            Work::DueAt(at) => Some(*at),
            Work::DueNow => None,
            Work::Listed(ids) => {
                while !ids.is_empty() {
                    let next: Vec<i64> = ids.drain(..room.min(ids.len())).collect();
                    let mut rows = self.desk.blocking(move |inner| Ok(inner.store.rows(&next)?)).await?;
                    rows.retain(|order| order.next_query_at.is_some());
                    if !rows.is_empty() {
                        return Ok(rows);
                    }
                }
                return Ok(Vec::new());
            }
        };
        self.desk
            .blocking(move |inner| {
                let at = due_at.unwrap_or_else(|| inner.clock.now());
                Ok(inner.store.due(Some(&profile), at, room)?)
            })
            .await
    }

    fn is_worked_off(&self) -> bool {
        match &self.work {
            Work::Listed(ids) => ids.is_empty(),
            Work::DueAt(_) => self.under_way.is_empty(),
            Work::DueNow => false,
        }
    }

    async fn take(&mut self, joined: Result<Asked, tokio::task::JoinError>) -> Result<(), DeskError> {
        let asked = joined.map_err(|_| DeskError::Internal("asking about an order"))?;
        let observations = match asked.observations {
            Ok(observations) => observations,
            Err(fault) => {
                tracing::warn!(profile = self.profile, %fault, "an order was not asked about");
                self.fault.get_or_insert(fault);
                return Ok(());
            }
        };
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.numbers.extend(observations.iter().map(|_| asked.number.clone()));
        self.answers.extend(observations);
        self.oldest.get_or_insert_with(Instant::now);
        if let Some(order_id) = asked.leave {
            self.flush().await?;
            self.desk.blocking(move |inner| Ok(inner.store.ask_at(order_id, None)?)).await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), DeskError> {
        self.oldest = None;
        let (answers, numbers) = (std::mem::take(&mut self.answers), std::mem::take(&mut self.numbers));
        if answers.is_empty() {
            return Ok(());
        }
        let recorded: Vec<Recorded> = self.desk.record(answers, numbers).await?;
        tracing::debug!(profile = self.profile, recorded = recorded.len(), "recorded answers");
        Ok(())
    }
}

impl Desk {
    /// One due order: sent again, asked, or asked, closed and asked again. A question that could not be sent leaves no
    /// evidence, because there is none; the order is due again once the time of a lost answer is over.
    async fn ask_one(
        &self,
        signer: &Signer,
        order: &Order,
        seq: i64,
        closing: Closing,
        leave: &mut Option<i64>,
    ) -> Result<Vec<NewObservation>, DeskError> {
        if order.advice == Advice::Resend && order.origin == Origin::Test {
            let of = order.clone();
            let request = self.blocking(move |inner| inner.committed_request(&of)).await?;
            return Ok(worth_keeping(self.send_create(signer, order, &request, seq).await?));
        }
        let first = self.send_query(signer, order, seq).await?;
        let state = reported(&first);
        let mut observations = worth_keeping(first);
        let now = self.now();
        let believed = self.inner.leaps.may_expire(now);
        let expired = believed && order.origin == Origin::Test && order.expires_at.is_some_and(|at| at <= now);
        let closable = state.is_some_and(is_closable);
        if !closable || !(expired || self.is_old_enough(signer, order, closing)) {
            return Ok(observations);
        }
        let close_expired = self.blocking(|inner| Ok(inner.settings()?.close_expired)).await?;
        if closing.after_ms.is_none() && !close_expired {
            *leave = Some(order.id);
            return Ok(observations);
        }
        let seq = self.begin_asking(order).await?;
        observations.extend(worth_keeping(self.send_close(signer, order, seq).await?));
        let seq = self.begin_asking(order).await?;
        observations.extend(worth_keeping(self.send_query(signer, order, seq).await?));
        Ok(observations)
    }

    fn is_old_enough(&self, signer: &Signer, order: &Order, closing: Closing) -> bool {
        let Some(after_ms) = closing.after_ms else { return false };
        order.origin == Origin::Test
            && order.created_at.plus_ms(after_ms) <= self.now()
            && (signer.profile.environment == Environment::Simulator || self.inner.may_close(signer, order).is_ok())
    }
}

fn key_refused(signer: &Signer) -> DeskError {
    DeskError::Conflict(format!(
        "the answers to merchant {} do not verify, one after another, so nothing more is asked and no order changes: compare \
         the API key of profile {:?} with the merchant platform, then try again",
        signer.profile.mch_id, signer.profile.name
    ))
}

fn worth_keeping(observation: NewObservation) -> Vec<NewObservation> {
    match observation.event {
        desk_store::Event::NotDone { .. } => Vec::new(),
        _ => vec![observation],
    }
}

fn reported(observation: &NewObservation) -> Option<OrderState> {
    match &observation.event {
        desk_store::Event::TradeState(report) if observation.verified => Some(report.trade_state.into()),
        _ => None,
    }
}
