//! The merchants that the gateway knows, each with its key.

use std::sync::{Arc, PoisonError, RwLock};

use wxpay_protocol::Secret;
use wxpay_protocol::ids::{Appid, MchId};

/// One merchant number, one app bound to it, and the API key that signs for them.
pub struct Merchant {
    /// The app (`appid`).
    pub appid: Appid,
    /// The merchant number (`mch_id`).
    pub mch_id: MchId,
    /// The API key; it stays in memory and is never part of the journal.
    pub key: Secret,
}

/// Who a request says it comes from, as far as the gateway knows.
pub(crate) enum Known {
    Merchant(Arc<Merchant>),
    NoSuchAppid,
    OtherMerchant,
}

/// All merchants; may grow while the gateway runs.
#[derive(Default)]
pub(crate) struct Merchants(RwLock<Vec<Arc<Merchant>>>);

impl Merchants {
    pub(crate) fn new(merchants: Vec<Merchant>) -> Self {
        let known = Self::default();
        for merchant in merchants {
            known.add(merchant);
        }
        known
    }

    /// Adds a merchant, or gives a known pair of ids a new key.
    pub(crate) fn add(&self, merchant: Merchant) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| known.mch_id != merchant.mch_id || known.appid != merchant.appid);
        all.push(Arc::new(merchant));
    }

    /// Forgets a merchant; returns whether it was known. Its orders stay in the ledger.
    pub(crate) fn remove(&self, appid: &str, mch_id: &str) -> bool {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = all.len();
        all.retain(|known| known.mch_id.as_str() != mch_id || known.appid.as_str() != appid);
        all.len() < before
    }

    pub(crate) fn find(&self, appid: &str, mch_id: &str) -> Known {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut of_appid = all.iter().filter(|known| known.appid.as_str() == appid).peekable();
        if of_appid.peek().is_none() {
            return Known::NoSuchAppid;
        }
        match of_appid.find(|known| known.mch_id.as_str() == mch_id) {
            Some(merchant) => Known::Merchant(Arc::clone(merchant)),
            None => Known::OtherMerchant,
        }
    }

    pub(crate) fn knows(&self, appid: &str, mch_id: &str) -> bool {
        matches!(self.find(appid, mch_id), Known::Merchant(_))
    }

    pub(crate) fn ids(&self) -> Vec<(String, String)> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|known| (known.appid.to_string(), known.mch_id.to_string())).collect()
    }
}
