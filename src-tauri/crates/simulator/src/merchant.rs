//! The merchants that the gateway knows, each with its key.

use std::sync::{Arc, PoisonError, RwLock};

use wxpay_protocol::bill::{FeeRounding, Rate};
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::{Fen, Secret};

/// One merchant number, one app bound to it, and the API key that signs for them. A merchant with several apps is given once
/// per app.
pub struct Merchant {
    /// The app (`appid`).
    pub appid: Appid,
    /// The merchant number (`mch_id`).
    pub mch_id: MchId,
    /// The API key; it stays in memory and is never part of the journal.
    pub key: Secret,
    /// The app's AppSecret, for `jscode2session`.
    pub app_secret: Option<Secret>,
    /// Whom the number may speak for.
    pub role: Role,
    /// Where refund notices go when the refund names no address: the setting of the merchant platform.
    pub refund_notify_url: Option<String>,
    /// What all its refunds together may take out of its account; without a figure it never runs dry.
    pub available_fen: Option<Fen>,
    /// Where the gateway asks for an order when a customer scans a printed code (NATIVE mode 1).
    pub native_notify_url: Option<String>,
    /// What WeChat Pay takes of each payment; 0.60 % unless told otherwise.
    pub fee_rate: Rate,
}

/// Whom a merchant number may speak for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Itself.
    #[default]
    Direct,
    /// These merchants and no others (受理机构, a service provider); never itself.
    ServiceProvider(Vec<SubMerchant>),
}

/// A merchant behind a service provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubMerchant {
    /// Its number (`sub_mch_id`).
    pub sub_mch_id: MchId,
    /// The apps that it may name as `sub_appid`.
    pub sub_appids: Vec<Appid>,
}

impl Merchant {
    /// A merchant that speaks for itself, without AppSecret, with an account that never runs dry.
    pub fn new(appid: Appid, mch_id: MchId, key: Secret) -> Self {
        Self {
            appid,
            mch_id,
            key,
            app_secret: None,
            role: Role::Direct,
            refund_notify_url: None,
            available_fen: None,
            native_notify_url: None,
            fee_rate: Rate::default(),
        }
    }

    /// What WeChat Pay takes of an amount that is settled, in whole fen, half a fen up: what a fund flow says, whatever decimals
    /// a bill keeps.
    pub(crate) fn fee_of(&self, settled: Fen) -> Fen {
        Fen::new(self.fee_rate.fee_of(settled, FeeRounding::HalfUpToFen).get() / 1000).unwrap_or(Fen::ZERO)
    }

    /// Whether it speaks for other merchants.
    pub(crate) fn is_service_provider(&self) -> bool {
        self.role != Role::Direct
    }
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

    /// A merchant by its number alone; any of its apps.
    pub(crate) fn of_mch_id(&self, mch_id: &str) -> Option<Arc<Merchant>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|known| known.mch_id.as_str() == mch_id).map(Arc::clone)
    }

    /// A merchant by its app alone; any of its numbers.
    pub(crate) fn of_appid(&self, appid: &str) -> Option<Arc<Merchant>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|known| known.appid.as_str() == appid).map(Arc::clone)
    }

    pub(crate) fn knows(&self, appid: &str, mch_id: &str) -> bool {
        matches!(self.find(appid, mch_id), Known::Merchant(_))
    }

    pub(crate) fn ids(&self) -> Vec<(String, String)> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|known| (known.appid.to_string(), known.mch_id.to_string())).collect()
    }
}
