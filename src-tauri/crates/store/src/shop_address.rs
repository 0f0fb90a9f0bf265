//! Where a profile's test back end listened last: its orders are used again only while their notify_url stays the same.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::settings::{keep, stored};
use crate::{Store, StoreError};

/// The key among the settings.
const KEY: &str = "shop_addresses";

/// The path and the port of a test back end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopAddress {
    /// The path of the notify_url, with its leading slash.
    pub path: String,
    /// The port on this machine.
    pub port: u16,
}

impl Store {
    /// Where the profile's test back end listened last, if it ever did.
    pub fn shop_address(&self, profile: &str) -> Result<Option<ShopAddress>, StoreError> {
        let stored = self.read(stored)?;
        let address = stored.get(KEY).and_then(|all| all.get(profile)).cloned();
        Ok(address.map(serde_json::from_value).transpose()?)
    }

    /// Remembers where it listens now.
    pub fn keep_shop_address(&self, profile: &str, address: &ShopAddress) -> Result<(), StoreError> {
        if self.shop_address(profile)?.as_ref() == Some(address) {
            return Ok(());
        }
        let (profile, address) = (profile.to_owned(), serde_json::to_value(address)?);
        self.write(move |connection| {
            let mut merged = stored(connection)?;
            let all = merged.entry(KEY).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(all) = all {
                all.insert(profile, address);
            }
            keep(connection, &merged)
        })
    }
}
