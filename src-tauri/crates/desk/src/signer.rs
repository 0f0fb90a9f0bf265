//! In whose name a request is made: the profile, its key from the vault, and where it may go.

use std::path::Path;

use desk_store::{Order, Profile};
use desk_vault::SecretId;
use wxpay_client::{Destination, Merchant};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::{Secret, SignType};

use crate::DeskError;
use crate::desk::Inner;

/// A certificate file larger than this is none.
const CA_BYTES_MAX: u64 = 64 * 1024;

/// A profile with what its requests need. It holds a key: keep it for one round of requests, not longer.
pub(crate) struct Signer {
    pub(crate) profile: Profile,
    pub(crate) key: Secret,
    pub(crate) to: Destination,
}

impl Signer {
    /// The merchant for a request about an order, which keeps the ids and the algorithm that it was made with.
    pub(crate) fn merchant_of<'a>(&'a self, order: &'a Order) -> Result<Merchant<'a>, DeskError> {
        if order.mch_id != self.profile.mch_id {
            return Err(DeskError::Conflict(format!(
                "the order {} belongs to the merchant {}, the profile {:?} is {} now; add a profile for that merchant",
                order.out_trade_no, order.mch_id, self.profile.name, self.profile.mch_id
            )));
        }
        Ok(self.merchant(order.appid.as_str(), order.sign_type))
    }

    pub(crate) fn merchant<'a>(&'a self, appid: &'a str, sign_type: SignType) -> Merchant<'a> {
        Merchant { appid, mch_id: self.profile.mch_id.as_str(), sign_type, key: &self.key }
    }
}

impl Inner {
    pub(crate) fn profile(&self, name: &str) -> Result<Profile, DeskError> {
        self.store.profile(name)?.ok_or_else(|| DeskError::NotFound { what: "profile", name: name.to_owned() })
    }

    /// The API key of a profile: from the vault, for the built-in gateway from the store.
    pub(crate) fn api_key(&self, profile: &Profile) -> Result<Secret, DeskError> {
        if !profile.builtin {
            return Ok(self.vault()?.secret(&SecretId::api_key(&profile.name))?);
        }
        let gateway = self.store.builtin_gateway()?;
        let gateway =
            gateway.ok_or_else(|| DeskError::NotFound { what: "built-in gateway", name: profile.name.clone() })?;
        Ok(Secret::new(gateway.api_key.into_bytes()))
    }

    /// What requests of a profile need. Refuses a key that the other side of the line between money and play has seen.
    pub(crate) fn signer(&self, name: &str) -> Result<Signer, DeskError> {
        let profile = self.profile(name)?;
        let key = self.api_key(&profile)?;
        self.check_key(profile.environment, &key)?;
        let to = destination(&profile)?;
        Ok(Signer { profile, key, to })
    }

    /// A key that a simulator has seen is refused wherever real money moves, for ever.
    pub(crate) fn check_key(&self, environment: Environment, key: &Secret) -> Result<(), DeskError> {
        if environment == Environment::Simulator {
            return Ok(());
        }
        let builtin = self.store.builtin_gateway()?;
        let is_builtin = builtin.is_some_and(|gateway| key.same_as(&Secret::new(gateway.api_key.into_bytes())));
        if is_builtin || self.store.simulator_has_seen(&key.fingerprint())? {
            return Err(DeskError::EnvironmentRefused(format!(
                "this key was used with a simulator and is refused in {}; set a new API key on the merchant platform and use that",
                environment.as_str()
            )));
        }
        Ok(())
    }
}

/// Where a profile's requests go. The CA file is read anew each time, so that a changed one counts.
pub(crate) fn destination(profile: &Profile) -> Result<Destination, DeskError> {
    let root_ca = profile.ca_file.as_deref().map(|path| read_ca(Path::new(path))).transpose()?;
    Ok(Destination::new(profile.environment, profile.base_url.as_deref(), root_ca.as_deref())?)
}

fn read_ca(path: &Path) -> Result<Vec<u8>, DeskError> {
    let fits = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= CA_BYTES_MAX);
    let read = if fits { std::fs::read(path).ok() } else { None };
    read.ok_or_else(|| DeskError::input("ca_file", "cannot be read as a certificate file of at most 64 KiB"))
}
