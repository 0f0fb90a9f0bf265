//! What is being asked of each merchant's gateway, when the next question comes, and what stands in its way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

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
    /// How many of its refunds become final by asking.
    pub open_refunds: u64,
    /// How many orders and refunds are being asked about at this moment, by this program.
    pub under_way: u32,
    /// The one among them that was asked about last, by the merchant's number.
    pub asking: Option<String>,
    /// When the next question about an order is due; nothing when none is open.
    pub next_query_at: Option<UtcMs>,
    /// When the next question about a refund is due; nothing when none is open.
    pub next_refund_at: Option<UtcMs>,
    /// Why nothing is sent at the moment, if that is so.
    pub held_back: Option<HeldBack>,
    /// Whether WeChat Pay's other city is asked, because the profile's own cannot be reached.
    pub other_city: bool,
}

/// The questions that were sent and are not answered, by profile.
#[derive(Clone, Default)]
pub(crate) struct UnderWay(Arc<Mutex<HashMap<String, Asking>>>);

/// How many there are, and the number of the latest.
#[derive(Clone, Default)]
struct Asking {
    count: u32,
    latest: String,
}

/// One question; it is over when this is dropped, whatever became of it.
pub(crate) struct Question {
    among: UnderWay,
    profile: String,
}

impl UnderWay {
    pub(crate) fn begin(&self, profile: &str, number: &str) -> Question {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asking = all.entry(profile.to_owned()).or_default();
        asking.count = asking.count.saturating_add(1);
        number.clone_into(&mut asking.latest);
        Question { among: self.clone(), profile: profile.to_owned() }
    }

    fn of(&self, profile: &str) -> Asking {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(profile).cloned().unwrap_or_default()
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        let mut all = self.among.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(asking) = all.get_mut(&self.profile) else { return };
        asking.count = asking.count.saturating_sub(1);
        if asking.count == 0 {
            all.remove(&self.profile);
        }
    }
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
                let asking = inner.polling.under_way.of(&profile.name);
                polling.push(PollingNow {
                    under_way: asking.count,
                    asking: Some(asking.latest).filter(|latest| !latest.is_empty()),
                    open: inner.store.open_count(Some(&profile.name))?,
                    open_refunds: inner.store.open_refund_count(Some(&profile.name))?,
                    next_query_at: inner.store.next_due(Some(&profile.name))?,
                    next_refund_at: inner.store.next_refund_due(&profile.name)?,
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
