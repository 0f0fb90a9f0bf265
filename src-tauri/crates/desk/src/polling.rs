//! Polling: one process of several asks what is due, for as long as it holds the lease.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio::time::Instant;
use wxpay_protocol::UtcMs;

use crate::lane::{Closing, Lane, Step, Work};
use crate::ordering::IN_FLIGHT_MS;
use crate::polling_now::UnderWay;
use crate::{Desk, DeskError};

/// How long the lease on polling holds without being renewed, in milliseconds.
const LEASE_MS: i64 = 30_000;
/// How often it is renewed.
const RENEW: Duration = Duration::from_secs(10);
/// The longest sleep: what another process wrote, and a clock that jumped, are noticed after this.
const LOOK: Duration = Duration::from_secs(5);

/// The background work of a desk.
#[derive(Default)]
pub(crate) struct Polling {
    pub(crate) under_way: UnderWay,
    woken: Notify,
    running: Mutex<Option<JoinHandle<()>>>,
}

impl Polling {
    /// Something may be due earlier than was known.
    pub(crate) fn wake(&self) {
        self.woken.notify_waiters();
    }

    /// Ends with the next wake.
    pub(crate) fn woken(&self) -> Notified<'_> {
        self.woken.notified()
    }

    fn set(&self, task: Option<JoinHandle<()>>) -> Option<JoinHandle<()>> {
        std::mem::replace(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner), task)
    }
}

/// What one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// How many orders and refunds were asked about.
    pub asked: u64,
    /// How many are still open.
    pub open: u64,
    /// Whether nothing was asked because another process polls.
    pub polled_elsewhere: bool,
}

impl Desk {
    /// Starts polling in the background; where it runs already nothing changes. Another process that polls the same data
    /// folder goes on, and this one takes over when that one ends. The desk stays open until [`Desk::stop_polling`] or the
    /// end of the runtime.
    pub fn start_polling(&self) {
        let mut running = self.inner.polling.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.as_ref().is_none_or(JoinHandle::is_finished) {
            *running = Some(tokio::spawn(self.clone().poll()));
        }
    }

    /// Stops polling in the background and gives the lease back. Questions under way are dropped; their orders are asked again.
    pub async fn stop_polling(&self) -> Result<(), DeskError> {
        if let Some(task) = self.inner.polling.set(None) {
            task.abort();
            // An aborted task ends with an error that says so.
            task.await.ok();
        }
        self.blocking(|inner| Ok(inner.store.release_poll_lease(&inner.owner)?)).await
    }

    /// Asks once about everything that is due now, of one profile or of all.
    pub async fn poll_once(&self, profile: Option<&str>, rate_per_s: Option<u32>) -> Result<Pass, DeskError> {
        if !self.hold_lease().await? {
            return Ok(Pass { polled_elsewhere: true, open: self.open_count(profile).await?, asked: 0 });
        }
        let now = self.now();
        let works = self.profile_names(profile).await?.into_iter().map(|name| (name, Work::DueAt(now))).collect();
        let asked = Arc::new(AtomicU64::new(0));
        let ended = self.run_lanes(works, Closing::default(), rate_per_s, &asked).await;
        let refunds = self.poll_refunds(profile).await;
        self.release_lease().await?;
        ended?;
        let asked = asked.load(Ordering::Relaxed) + refunds?;
        Ok(Pass { asked, open: self.open_count(profile).await?, polled_elsewhere: false })
    }

    /// Runs one lane for each profile side by side. A profile whose key is missing or locked fails the whole, after the
    /// others are done.
    pub(crate) async fn run_lanes(
        &self,
        works: Vec<(String, Work)>,
        closing: Closing,
        rate_per_s: Option<u32>,
        asked: &Arc<AtomicU64>,
    ) -> Result<(), DeskError> {
        let mut lanes = JoinSet::new();
        for (profile, work) in works {
            let mut lane = Lane::new(self.clone(), profile, work, Arc::clone(asked)).with(closing, rate_per_s);
            lanes.spawn(async move { lane.run_out().await });
        }
        all_ended(lanes).await
    }

    pub(crate) async fn hold_lease(&self) -> Result<bool, DeskError> {
        self.blocking(|inner| Ok(inner.store.hold_poll_lease(&inner.owner, inner.clock.now(), LEASE_MS)?)).await
    }

    pub(crate) async fn release_lease(&self) -> Result<(), DeskError> {
        // The background polling of this very desk goes on under the same lease.
        let own = self.inner.polling.running.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if own {
            return Ok(());
        }
        self.blocking(|inner| Ok(inner.store.release_poll_lease(&inner.owner)?)).await
    }

    /// How many orders are open, of one profile or of all.
    pub async fn open_count(&self, profile: Option<&str>) -> Result<u64, DeskError> {
        let profile = profile.map(str::to_owned);
        self.blocking(move |inner| Ok(inner.store.open_count(profile.as_deref())?)).await
    }

    /// The profiles that have open orders; the named one only, if one is named.
    pub(crate) async fn profile_names(&self, only: Option<&str>) -> Result<Vec<String>, DeskError> {
        let only = only.map(str::to_owned);
        self.blocking(move |inner| {
            let mut names = Vec::new();
            for profile in inner.store.profiles()? {
                let meant = only.as_ref().is_none_or(|only| *only == profile.name);
                if meant && inner.store.open_count(Some(&profile.name))? > 0 {
                    names.push(profile.name);
                }
            }
            Ok(names)
        })
        .await
    }

    /// Background polling: holds the lease and keeps the lanes of each profile alive.
    async fn poll(self) {
        let mut lanes = JoinSet::new();
        let mut alive: HashMap<String, AbortHandle> = HashMap::new();
        let mut held_until = Instant::now();
        loop {
            match self.hold_lease().await {
                Ok(true) => held_until = Instant::now() + Duration::from_millis(LEASE_MS.unsigned_abs()) - RENEW,
                Ok(false) => held_until = Instant::now(),
                Err(fault) => tracing::warn!(%fault, "the lease on polling was not renewed"),
            }
            if held_until > Instant::now() {
                self.follow_clock().await;
                self.keep_lanes(&mut lanes, &mut alive).await;
            } else if !alive.is_empty() {
                lanes.abort_all();
                alive.clear();
            }
            let pause = if alive.is_empty() { LOOK } else { RENEW };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.inner.polling.woken.notified() => {}
                Some(ended) = lanes.join_next() => {
                    if ended.is_err_and(|fault| fault.is_panic()) {
                        tracing::error!("polling of a profile broke off; it is started again");
                    }
                }
            }
        }
    }

    /// A clock that was set back leaves questions behind that are due only when it is where it was.
    async fn follow_clock(&self) {
        // Looked at here as well, so that a leap is noticed while nothing is asked.
        self.inner.leaps.may_expire(self.now());
        let pulled = self.blocking(|inner| {
            let horizon_ms = inner.poll_policy()?.longest_ms() + 2 * IN_FLIGHT_MS;
            Ok(inner.store.pull_forward(inner.clock.now(), horizon_ms)?)
        });
        match pulled.await {
            Ok(0) => {}
            Ok(open) => tracing::warn!(open, "the clock was set back; their next question is due now"),
            Err(fault) => tracing::warn!(%fault, "the schedule was not compared with the clock"),
        }
    }

    async fn keep_lanes(&self, lanes: &mut JoinSet<()>, alive: &mut HashMap<String, AbortHandle>) {
        let names = self.blocking(|inner| Ok(inner.store.profiles()?)).await;
        let names: Vec<String> = match names {
            Ok(profiles) => profiles.into_iter().map(|profile| profile.name).collect(),
            Err(fault) => {
                tracing::warn!(%fault, "the profiles cannot be read");
                return;
            }
        };
        alive.retain(|name, lane| {
            let wanted = names.contains(name) && !lane.is_finished();
            if !wanted {
                lane.abort();
            }
            wanted
        });
        for name in names {
            if let Entry::Vacant(place) = alive.entry(name) {
                let orders = self.clone().poll_profile(place.key().clone());
                let refunds = self.clone().poll_refunds_of(place.key().clone());
                place.insert(lanes.spawn(async move {
                    tokio::join!(orders, refunds);
                }));
            }
        }
    }

    /// One profile's orders: asks what is due, sleeps until something is.
    async fn poll_profile(self, profile: String) {
        let mut lane = Lane::new(self.clone(), profile.clone(), Work::DueNow, Arc::default());
        let mut complained = None;
        loop {
            // Registered before looking, so that a wake in between is not missed.
            let mut woken = std::pin::pin!(self.inner.polling.woken.notified());
            woken.as_mut().enable();
            let until = match lane.step().await {
                Ok(Step::Moved) => continue,
                Ok(Step::Idle(Some(until))) => until,
                Ok(Step::Idle(None)) => self.next_look(&profile).await,
                Err(fault) => {
                    // A locked vault or a full disk is said once, not at every look.
                    if complained != Some(fault.code()) {
                        tracing::warn!(profile, %fault, "polling waits");
                        complained = Some(fault.code());
                    }
                    Instant::now() + LOOK
                }
            };
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = woken => {}
            }
        }
    }

    async fn next_look(&self, profile: &str) -> Instant {
        let profile = profile.to_owned();
        let next = self.blocking(move |inner| Ok(inner.store.next_due(Some(&profile))?)).await;
        let wait = match next {
            Ok(Some(UtcMs(due))) => {
                let ms = u64::try_from(due.saturating_sub(self.now().0)).unwrap_or(0);
                // Never at once: what is due and was not taken must not be looked for in a tight loop.
                Duration::from_millis(ms.max(10)).min(LOOK)
            }
            _ => LOOK,
        };
        Instant::now() + wait
    }
}

/// Waits until all lanes are done; the first fault of any.
pub(crate) async fn all_ended(mut lanes: JoinSet<Result<(), DeskError>>) -> Result<(), DeskError> {
    let mut failed = None;
    while let Some(ended) = lanes.join_next().await {
        let ended = ended.map_err(|_| DeskError::Internal("polling a profile"))?;
        failed = failed.or(ended.err());
    }
    failed.map_or(Ok(()), Err)
}
