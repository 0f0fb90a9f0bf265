//! What is being asked of each merchant's gateway, when the next question comes, and what stands in its way.

use wxpay_client::Destination;
use wxpay_protocol::UtcMs;

use crate::pace::HeldBack;
use crate::{Desk, DeskError};

/// The questions to one merchant's gateway as they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollingNow {
    /// The profile.
    pub profile: String,
    /// How many of its orders are open.
    pub open: u64,
    /// When the next of them is due; nothing when none is open.
    pub next_query_at: Option<UtcMs>,
    /// Why nothing is sent at the moment, if that is so.
    pub held_back: Option<HeldBack>,
    /// Whether WeChat Pay's other city is asked, because the profile's own cannot be reached.
    pub other_city: bool,
}

impl Desk {
    /// How the questions stand, of one profile or of all, by name.
    pub async fn polling_now(&self, only: Option<&str>) -> Result<Vec<PollingNow>, DeskError> {
        let only = only.map(str::to_owned);
        self.blocking(move |inner| {
            let mut polling = Vec::new();
            for profile in inner.store.profiles()? {
                if only.as_ref().is_some_and(|only| *only != profile.name) {
                    continue;
                }
                // Only what has its host built in has another city.
                let to = Destination::new(profile.environment, None, None);
                polling.push(PollingNow {
                    open: inner.store.open_count(Some(&profile.name))?,
                    next_query_at: inner.store.next_due(Some(&profile.name))?,
                    held_back: inner.pace(profile.environment, profile.mch_id.as_str()).held_back(),
                    other_city: to.is_ok_and(|to| inner.client.is_away(&to)),
                    profile: profile.name,
                });
            }
            Ok(polling)
        })
        .await
    }
}
