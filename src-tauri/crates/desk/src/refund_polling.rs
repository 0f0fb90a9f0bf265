//! Asking about refunds until they are final, and sending again, unchanged, what verifiably never arrived: one lane for each
//! profile, as for orders, so that one that cannot be signed for keeps no other waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use desk_store::Refund;
use tokio::task::JoinSet;
use wxpay_protocol::UtcMs;

use crate::polling::all_ended;
use crate::refunds::is_resend;
use crate::signer::Signer;
use crate::{Desk, DeskError};

/// The most refunds of one look.
const BATCH: usize = 100;
/// The longest sleep: what another process wrote, and a clock that jumped, are noticed after this.
const LOOK_MS: u64 = 5_000;

/// Which refunds of a profile are asked about.
#[derive(Clone, Copy)]
enum Which {
    /// Those that are due now.
    Due,
    /// Those that become final by asking, whenever they are due; a request is sent again only when it is.
    Open,
}

impl Desk {
    /// Asks once about the refunds that are due now, of one profile or of all; how many were asked about. The caller holds the
    /// lease on polling.
    pub(crate) async fn poll_refunds(&self, only: Option<&str>) -> Result<u64, DeskError> {
        let asked = Arc::<AtomicU64>::default();
        self.run_refund_lanes(only, Which::Due, &asked).await?;
        Ok(asked.load(Ordering::Relaxed))
    }

    /// Asks once about every refund that becomes final by asking.
    pub(crate) async fn ask_open_refunds(&self, only: Option<&str>, asked: &Arc<AtomicU64>) -> Result<(), DeskError> {
        self.run_refund_lanes(only, Which::Open, asked).await
    }

    /// Runs one lane for each profile side by side. A profile whose key is missing or locked fails the whole, after the
    /// others are done.
    async fn run_refund_lanes(
        &self,
        only: Option<&str>,
        which: Which,
        asked: &Arc<AtomicU64>,
    ) -> Result<(), DeskError> {
        let mut lanes = JoinSet::new();
        for profile in self.blocking(|inner| Ok(inner.store.profiles()?)).await? {
            if only.is_none_or(|only| only == profile.name) {
                let (desk, asked) = (self.clone(), Arc::clone(asked));
                lanes.spawn(async move { desk.run_refund_lane(&profile.name, which, &asked).await });
            }
        }
        all_ended(lanes).await
    }

    /// The refunds of one profile, one after another. One that cannot be asked about fails the lane after the others are done;
    /// a key that is missing or locked ends it at once.
    async fn run_refund_lane(&self, profile: &str, which: Which, asked: &AtomicU64) -> Result<(), DeskError> {
        let name = profile.to_owned();
        let refunds = self.blocking(move |inner| {
            let now = inner.clock.now();
            Ok(match which {
                Which::Due => inner.store.refunds_due(&name, now, BATCH)?,
                Which::Open => {
                    let mut open = inner.store.open_refunds(&name)?;
                    open.retain(|refund| !is_resend(refund) || refund.next_query_at <= Some(now));
                    open
                }
            })
        });
        let mut failed = None;
        for refund in refunds.await? {
            let name = profile.to_owned();
            let signer = self.blocking(move |inner| inner.signer(&name)).await?;
            match self.follow_refund(&signer, &refund).await {
                Ok(()) => {
                    asked.fetch_add(1, Ordering::Relaxed);
                }
                Err(fault) => {
                    tracing::debug!(refund = %refund.out_refund_no, %fault, "a refund was not asked about");
                    failed.get_or_insert(fault);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn follow_refund(&self, signer: &Signer, refund: &Refund) -> Result<(), DeskError> {
        let of = refund.clone();
        let order = self.blocking(move |inner| inner.order_of(&of)).await?;
        self.take_pace(signer, 1).await?;
        let _question = self.inner.polling.under_way.begin(&refund.profile, refund.out_refund_no.as_str());
        if is_resend(refund) {
            // Before the certificate is looked for: one that is missing must not make the refund due at every look.
            let seq = self.begin_asking_refund(refund.id).await?;
            let profile = signer.profile.clone();
            let certificate = self.blocking(move |inner| inner.merchant_certificate(&profile)).await?;
            self.apply_refund(signer, certificate.as_ref(), &order, refund, seq).await?;
        } else {
            self.ask_refund(signer, &order, refund).await?;
        }
        Ok(())
    }

    /// One profile's refunds in the background, while this desk holds the lease: asks what is due, sleeps until something is.
    pub(crate) async fn poll_refunds_of(self, profile: String) {
        let mut complained = None;
        loop {
            // Registered before looking, so that a wake in between is not missed.
            let mut woken = std::pin::pin!(self.inner.polling.woken());
            woken.as_mut().enable();
            let mut wait_ms = self.ms_to_next_refund(&profile).await;
            if wait_ms == 0 {
                let asked = AtomicU64::new(0);
                match self.run_refund_lane(&profile, Which::Due, &asked).await {
                    Ok(()) if asked.load(Ordering::Relaxed) > 0 => {}
                    Ok(()) => wait_ms = LOOK_MS,
                    Err(fault) => {
                        // A locked vault is said once, not at every look.
                        if complained != Some(fault.code()) {
                            tracing::warn!(profile, %fault, "polling of refunds waits");
                            complained = Some(fault.code());
                        }
                        wait_ms = LOOK_MS;
                    }
                }
            }
            if wait_ms > 0 {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
                    () = woken => {}
                }
            }
        }
    }

    /// 0 where one is due.
    async fn ms_to_next_refund(&self, profile: &str) -> u64 {
        let name = profile.to_owned();
        let next = self.blocking(move |inner| Ok(inner.store.next_refund_due(&name)?)).await;
        match next {
            Ok(Some(UtcMs(due))) => u64::try_from(due.saturating_sub(self.now().0)).unwrap_or(0).min(LOOK_MS),
            _ => LOOK_MS,
        }
    }
}
