//! Asking about refunds until they are final, and sending again, unchanged, what verifiably never arrived.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use desk_store::Refund;
use wxpay_protocol::UtcMs;

use crate::refunds::is_resend;
use crate::{Desk, DeskError};

/// The most refunds of one look.
const BATCH: usize = 100;
/// The longest sleep: what another process wrote, and a clock that jumped, are noticed after this.
const LOOK_MS: u64 = 5_000;

impl Desk {
    /// Asks once about every refund that is due now; how many were asked about. The caller holds the lease on polling.
    pub(crate) async fn poll_refunds(&self, profile: Option<&str>) -> Result<u64, DeskError> {
        let due = self.blocking(|inner| Ok(inner.store.refunds_due(inner.clock.now(), BATCH)?)).await?;
        let asked = AtomicU64::new(0);
        let due = due.into_iter().filter(|refund| profile.is_none_or(|profile| profile == refund.profile));
        self.follow_refunds(due, &asked).await?;
        Ok(asked.into_inner())
    }

    /// Asks once about every refund that becomes final by asking, whenever it is due; a request is sent again only when it is.
    pub(crate) async fn ask_open_refunds(&self, profile: Option<&str>, asked: &AtomicU64) -> Result<(), DeskError> {
        let profile = profile.map(str::to_owned);
        let open = self.blocking(move |inner| Ok(inner.store.open_refunds(profile.as_deref())?)).await?;
        let now = self.now();
        let open = open.into_iter().filter(|refund| !is_resend(refund) || refund.next_query_at <= Some(now));
        self.follow_refunds(open, asked).await
    }

    async fn follow_refunds(&self, refunds: impl Iterator<Item = Refund>, asked: &AtomicU64) -> Result<(), DeskError> {
        let mut failed = None;
        for refund in refunds {
            match self.follow_refund(&refund).await {
                Ok(()) => {
                    asked.fetch_add(1, Ordering::Relaxed);
                }
                Err(fault) => {
                    tracing::warn!(refund = %refund.out_refund_no, %fault, "a refund was not asked about");
                    failed.get_or_insert(fault);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn follow_refund(&self, refund: &Refund) -> Result<(), DeskError> {
        let of = refund.clone();
        let resend = is_resend(refund);
        let (signer, order, certificate) = self
            .blocking(move |inner| {
                let signer = inner.signer(&of.profile)?;
                let certificate = if resend { inner.merchant_certificate(&signer.profile)? } else { None };
                Ok((signer, inner.order_of(&of)?, certificate))
            })
            .await?;
        self.take_pace(&signer, 1).await?;
        let _question = self.inner.polling.under_way.begin(&refund.profile, refund.out_refund_no.as_str());
        if resend {
            let seq = self.begin_asking_refund(refund.id).await?;
            self.apply_refund(&signer, certificate.as_ref(), &order, refund, seq).await?;
        } else {
            self.ask_refund(&signer, &order, refund).await?;
        }
        Ok(())
    }

    /// Background polling of refunds: asks while this desk holds the lease on polling, sleeps until something is due.
    pub(crate) async fn keep_polling_refunds(self) {
        let mut complained = None;
        loop {
            let mut woken = std::pin::pin!(self.inner.polling.woken());
            woken.as_mut().enable();
            let mut wait_ms = self.ms_to_next_refund().await;
            if wait_ms == 0 {
                wait_ms = match self.poll_refunds_with_lease().await {
                    Ok(true) => 0,
                    // Another process asks, and this one looks again later.
                    Ok(false) => LOOK_MS,
                    Err(fault) => {
                        // A locked vault is said once, not at every look.
                        if complained != Some(fault.code()) {
                            tracing::warn!(%fault, "polling of refunds waits");
                            complained = Some(fault.code());
                        }
                        LOOK_MS
                    }
                };
            }
            if wait_ms > 0 {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
                    () = woken => {}
                }
            }
        }
    }

    async fn poll_refunds_with_lease(&self) -> Result<bool, DeskError> {
        Ok(self.hold_lease().await? && self.poll_refunds(None).await? > 0)
    }

    /// 0 where one is due.
    async fn ms_to_next_refund(&self) -> u64 {
        let next = self.blocking(|inner| Ok(inner.store.next_refund_due(None)?)).await;
        match next {
            Ok(Some(UtcMs(due))) => u64::try_from(due.saturating_sub(self.now().0)).unwrap_or(0).min(LOOK_MS),
            _ => LOOK_MS,
        }
    }
}
