//! What the built-in gateway was sent and has sent, byte by byte.

use std::sync::Arc;

use wxpay_simulator::{Exchange, NoticeView, ResendError, Stretch};

use crate::{Desk, DeskError};

/// One exchange, and a command that sends the same bytes again.
#[derive(Clone, Debug)]
pub struct GatewayExchange {
    /// The exchange.
    pub exchange: Arc<Exchange>,
    /// For a POSIX shell.
    pub curl: String,
}

impl Desk {
    /// The gateway's notices about an order or refund whose number contains `search`, the newest first, from the place
    /// `start`.
    pub async fn gateway_notices(
        &self,
        search: &str,
        start: usize,
        limit: usize,
    ) -> Result<Stretch<NoticeView>, DeskError> {
        let (gateway, search) = (self.running_gateway().await?, search.to_owned());
        self.blocking(move |_| Ok(gateway.notices_page(&search, start, limit))).await
    }

    /// Sends a notice once more, now, whatever became of it before.
    pub async fn gateway_resend(&self, id: u64) -> Result<(), DeskError> {
        self.running_gateway().await?.resend_notice(id).map(drop).map_err(|fault| match fault {
            ResendError::NoNotice(id) => {
                DeskError::NotFound { what: "notice in the built-in gateway", name: id.to_string() }
            }
            ResendError::Undeliverable(_) => DeskError::Conflict(fault.to_string()),
        })
    }

    /// All exchanges that the gateway keeps, the newest first.
    pub async fn gateway_traffic(&self) -> Result<Vec<Arc<Exchange>>, DeskError> {
        Ok(self.running_gateway().await?.traffic(usize::MAX))
    }

    /// One exchange, while the gateway keeps it.
    pub async fn gateway_exchange(&self, id: u64) -> Result<GatewayExchange, DeskError> {
        let gateway = self.running_gateway().await?;
        let url = self.gateway_status().await.url.unwrap_or_default();
        let exchange = gateway.exchange(id).ok_or_else(|| DeskError::NotFound {
            what: "exchange among those that the built-in gateway keeps",
            name: id.to_string(),
        })?;
        Ok(GatewayExchange { curl: exchange.as_curl(&url), exchange })
    }
}
