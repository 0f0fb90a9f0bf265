//! How other programs are pointed at the built-in gateway.

use wxpay_simulator::{ClientFiles, GatewayAddress, Snippet, snippets};

use crate::{Desk, DeskError};

impl Desk {
    /// Programs for the common SDKs, filled with where the gateway is and who its own merchant is; never with a key.
    pub async fn gateway_snippets(&self) -> Result<Vec<Snippet>, DeskError> {
        self.running_gateway().await?;
        let status = self.gateway_status().await;
        let Some(identity) = self.blocking(|inner| Ok(inner.store.builtin_gateway()?)).await? else {
            return Err(DeskError::Internal("the built-in gateway runs without an identity"));
        };
        let tls = status.tls.as_ref().and_then(|files| files.merchants.first().map(|(_, own)| (&files.ca, own)));
        let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
        Ok(snippets(&GatewayAddress {
            url: status.url.unwrap_or_default(),
            appid: identity.appid.to_string(),
            mch_id: identity.mch_id.to_string(),
            tls: tls.map(|(ca, own)| ClientFiles {
                ca: text(ca),
                p12: text(&own.p12),
                cert: text(&own.cert),
                key: text(&own.key),
            }),
        }))
    }
}
