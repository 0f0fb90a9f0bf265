//! What changed, told after the commit, at most ten times a second.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;

/// At most one message in this time.
const GAP: Duration = Duration::from_millis(100);
/// More ids than this are not worth listing: everything is read again.
const IDS_MAX: usize = 200;

/// What a list or a form depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// Orders and their evidence.
    Orders,
    /// Refunds and their evidence.
    Refunds,
    /// Notices and the listener for them.
    Notices,
    /// Merchants.
    Profiles,
    /// Settings.
    Settings,
    /// The built-in gateway.
    Simulator,
    /// The goods catalogue.
    Goods,
    /// Whether the vault is open.
    Vault,
    /// What is asked and when.
    Polling,
    /// Reconciled days.
    Days,
    /// What a person has seen of the alarms, and merchants whose key is refused.
    Alarms,
}

impl Tag {
    /// Every tag.
    pub const ALL: [Self; 11] = [
        Self::Orders,
        Self::Refunds,
        Self::Notices,
        Self::Profiles,
        Self::Settings,
        Self::Simulator,
        Self::Goods,
        Self::Vault,
        Self::Polling,
        Self::Days,
        Self::Alarms,
    ];

    /// The word that the window uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Refunds => "refunds",
            Self::Notices => "notices",
            Self::Profiles => "profiles",
            Self::Settings => "settings",
            Self::Simulator => "simulator",
            Self::Goods => "goods",
            Self::Vault => "vault",
            Self::Polling => "polling",
            Self::Days => "days",
            Self::Alarms => "alarms",
        }
    }
}

/// Several changes in one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What is no longer as it was.
    pub tags: BTreeSet<Tag>,
    /// The numbers of the orders concerned; empty means any.
    pub ids: BTreeSet<String>,
}

#[derive(Default)]
struct Pending {
    tags: BTreeSet<Tag>,
    ids: BTreeSet<String>,
    any: bool,
    scheduled: bool,
    last: Option<Instant>,
}

/// Gathers changes and tells them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Changes {
    sender: broadcast::Sender<Changed>,
    pending: Arc<Mutex<Pending>>,
}

impl Changes {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::channel(64).0, pending: Arc::default() }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Changed> {
        self.sender.subscribe()
    }

    /// Notes a change that is committed. Without ids it concerns any. Must be called within a tokio runtime.
    pub(crate) fn note(&self, tag: Tag, ids: impl IntoIterator<Item = String>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.tags.insert(tag);
        let mut named = false;
        for id in ids {
            named = true;
            pending.ids.insert(id);
        }
        pending.any |= (tag == Tag::Orders && !named) || pending.ids.len() > IDS_MAX;
        if pending.scheduled {
            return;
        }
        pending.scheduled = true;
        let due = pending.last.map_or_else(Instant::now, |last| last + GAP);
        drop(pending);
        let this = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep_until(due).await;
            this.tell();
        });
    }

    /// Notes that everything may be other than it was.
    pub(crate) fn note_anything(&self) {
        for tag in Tag::ALL {
            self.note(tag, []);
        }
    }

    fn tell(&self) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let any = std::mem::take(&mut pending.any);
        let ids = std::mem::take(&mut pending.ids);
        let changed = Changed { tags: std::mem::take(&mut pending.tags), ids: if any { BTreeSet::new() } else { ids } };
        pending.scheduled = false;
        pending.last = Some(Instant::now());
        drop(pending);
        // Nobody listening is no fault: the command line never does.
        self.sender.send(changed).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_of_changes_is_told_at_most_ten_times_a_second() {
        let changes = Changes::new();
        let mut told = changes.subscribe();
        let started = Instant::now();
        for number in 0..1000 {
            changes.note(Tag::Orders, [format!("{number}")]);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(GAP * 2).await;
        let mut messages = 0;
        let mut ids = BTreeSet::new();
        while let Ok(message) = told.try_recv() {
            messages += 1;
            assert_eq!(message.tags, BTreeSet::from([Tag::Orders]));
            ids.extend(message.ids);
        }
        assert!(messages <= 12, "{messages} messages in {:?}", started.elapsed());
        assert_eq!(ids.len(), 1000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_of_very_many_orders_concerns_any() {
        let changes = Changes::new();
        let mut told = changes.subscribe();
        changes.note(Tag::Orders, (0..300).map(|number| number.to_string()));
        changes.note(Tag::Polling, []);
        let message = told.recv().await.unwrap();
        assert!(message.ids.is_empty());
        assert_eq!(message.tags, BTreeSet::from([Tag::Orders, Tag::Polling]));
    }
}
