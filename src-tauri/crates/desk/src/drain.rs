//! Draining: all open orders and refunds are asked about in turn until none is open or the time is out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use wxpay_protocol::UtcMs;

use crate::lane::{Closing, Work};
use crate::progress::{Cancel, Meter, OnProgress};
use crate::{Desk, DeskError};

/// Seconds from the start of one round to the start of the next; the last one repeats.
const ROUND_GAPS_S: [u64; 4] = [1, 2, 5, 10];
/// The lease is renewed at least this often while a round runs.
const RENEW: Duration = Duration::from_secs(10);

/// How to drain.
#[derive(Clone, Debug)]
pub struct Drain {
    /// Only this profile's orders.
    pub profile: Option<String>,
    /// After this time it ends with what is open then; 600 s on the command line.
    pub timeout: Duration,
    /// Close our own unpaid orders from this age on; nothing is closed without it, except what has expired.
    pub close_after: Option<Duration>,
    /// Requests a second, if fewer than the settings allow.
    pub rate_per_s: Option<u32>,
}

/// What draining came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// How many orders were open at the start.
    pub total: u64,
    /// How many are still open.
    pub open: u64,
    /// How many refunds were open at the start; those that wait for a person (CHANGE) do not count.
    pub refunds: u64,
    /// How many of them are still open.
    pub refunds_open: u64,
    /// Open orders of merchants that were removed, at the start: nobody can ask about them, so that they count nowhere else.
    pub removed_orders: u64,
    /// Open refunds of these.
    pub removed_refunds: u64,
    /// How many questions were asked and recorded.
    pub asked: u64,
    /// Whether another process polled all the time, so that this one only watched.
    pub polled_elsewhere: bool,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

impl Drained {
    /// Whether nothing is open any more.
    pub const fn all_final(&self) -> bool {
        self.open == 0 && self.refunds_open == 0
    }

    const fn left(&self) -> u64 {
        self.open + self.refunds_open
    }
}

impl Desk {
    /// Asks about all open orders and refunds in turn until all are final, the time is out, or it is cancelled.
    pub async fn drain(&self, drain: Drain, progress: OnProgress, cancel: &Cancel) -> Result<Drained, DeskError> {
        let deadline = Instant::now() + drain.timeout;
        let profile = drain.profile.as_deref();
        let mut drained = Drained { polled_elsewhere: true, ..Drained::default() };
        self.count_open(profile, &mut drained).await?;
        if profile.is_none() {
            self.count_removed(&mut drained).await?;
        }
        (drained.total, drained.refunds) = (drained.open, drained.refunds_open);
        let total = drained.left();
        let mut meter = Meter::new(total, progress);
        let mut round = 0;
        let asked = Arc::new(AtomicU64::new(0));
        while !drained.all_final() && Instant::now() < deadline && !cancel.is_cancelled() {
            let started = Instant::now();
            if self.hold_lease().await? {
                drained.polled_elsewhere = false;
                self.drain_round(&drain, deadline, &mut meter, cancel, &asked).await?;
            }
            self.count_open(profile, &mut drained).await?;
            let total = total.max(drained.left());
            meter.set(total - drained.left(), total);
            let gap = ROUND_GAPS_S.get(round).or(ROUND_GAPS_S.last()).copied().unwrap_or(1);
            round += 1;
            if !drained.all_final() {
                tokio::time::sleep_until((started + Duration::from_secs(gap)).min(deadline)).await;
            }
        }
        drained.asked = asked.load(Ordering::Relaxed);
        drained.cancelled = cancel.is_cancelled();
        self.release_lease().await?;
        Ok(drained)
    }

    async fn count_open(&self, profile: Option<&str>, drained: &mut Drained) -> Result<(), DeskError> {
        let profile = profile.map(str::to_owned);
        (drained.open, drained.refunds_open) = self
            .blocking(move |inner| {
                let names = match profile {
                    Some(name) => vec![name],
                    None => inner.store.profiles()?.into_iter().map(|profile| profile.name).collect(),
                };
                let (mut orders, mut refunds) = (0, 0);
                for name in &names {
                    orders += inner.store.open_count(Some(name))?;
                    refunds += inner.store.open_refund_count(Some(name))?;
                }
                Ok((orders, refunds))
            })
            .await?;
        Ok(())
    }

    /// What the store has more of than all profiles have.
    async fn count_removed(&self, drained: &mut Drained) -> Result<(), DeskError> {
        let (orders, refunds) =
            self.blocking(|inner| Ok((inner.store.open_count(None)?, inner.store.open_refund_count(None)?))).await?;
        drained.removed_orders = orders.saturating_sub(drained.open);
        drained.removed_refunds = refunds.saturating_sub(drained.refunds_open);
        Ok(())
    }

    /// Every order and refund that is open now, once. Lanes that run out of time or are cancelled are dropped; the store keeps what was
    /// recorded, and what was under way is asked again.
    async fn drain_round(
        &self,
        drain: &Drain,
        deadline: Instant,
        meter: &mut Meter,
        cancel: &Cancel,
        asked: &Arc<AtomicU64>,
    ) -> Result<(), DeskError> {
        let closing =
            Closing { after_ms: drain.close_after.map(|after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX)) };
        let mut works = Vec::new();
        for name in self.profile_names(drain.profile.as_deref()).await? {
            let of = name.clone();
            let ids = self
                .blocking(move |inner| {
                    let open = inner.store.due(Some(&of), UtcMs(i64::MAX), usize::MAX)?;
                    Ok(open.iter().map(|order| order.id).collect())
                })
                .await?;
            works.push((name, Work::Listed(ids)));
        }
        let profile = drain.profile.as_deref();
        let mut work = std::pin::pin!(async {
            let lanes = self.run_lanes(works, closing, drain.rate_per_s, asked);
            let (orders, refunds) = tokio::join!(lanes, self.ask_open_refunds(profile, asked));
            orders.and(refunds)
        });
        let mut renew = Instant::now() + RENEW;
        let mut look = tokio::time::interval(Duration::from_millis(250));
        loop {
            tokio::select! {
                ended = &mut work => return ended,
                _ = look.tick() => {}
            }
            if Instant::now() >= deadline || cancel.is_cancelled() {
                return Ok(());
            }
            if Instant::now() >= renew {
                self.hold_lease().await?;
                renew = Instant::now() + RENEW;
            }
            let mut now = Drained::default();
            self.count_open(profile, &mut now).await?;
            meter.set_open(now.left());
        }
    }
}
