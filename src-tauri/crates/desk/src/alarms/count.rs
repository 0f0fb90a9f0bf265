//! How many alarms of each kind there are, and how many of those nobody has seen, without reading what they say.

use std::collections::BTreeMap;

use desk_store::{AlarmFilter, AlarmKey, AlarmOf};

use super::{AlarmKind, AlarmsAsOf};
use crate::desk::Inner;
use crate::{Desk, DeskError};

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// All of them.
    pub count: u64,
    /// Those that nobody has seen as they are.
    pub unseen: u64,
}

impl Counted {
    pub(super) const fn add(&mut self, seen: bool) {
        self.count += 1;
        self.unseen += (!seen) as u64;
    }
}

/// How many alarms of each kind there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmCounts {
    /// By kind; a kind that does not occur is not in it.
    pub kinds: BTreeMap<AlarmKind, Counted>,
    /// Up to where they were counted.
    pub as_of: AlarmsAsOf,
}

impl AlarmCounts {
    /// Over all kinds.
    pub fn total(&self) -> Counted {
        let sum = |of: fn(&Counted) -> u64| self.kinds.values().map(of).sum();
        Counted { count: sum(|counted| counted.count), unseen: sum(|counted| counted.unseen) }
    }
}

/// The kinds that an alarm's key stands for.
pub(super) fn kinds(of: AlarmOf) -> impl Iterator<Item = AlarmKind> {
    let (of_order, other) = match of {
        AlarmOf::Order(flags) => (Some(AlarmKind::of_order(flags)), None),
        AlarmOf::Refund { conflict, state } => (None, Some(AlarmKind::of_refund(conflict, state))),
        AlarmOf::Notice => (None, Some(AlarmKind::OrphanNotice)),
    };
    of_order.into_iter().flatten().chain(other)
}

impl Desk {
    /// Counts what needs a person, of one profile or of all.
    pub async fn alarm_counts(&self, profile: Option<&str>) -> Result<AlarmCounts, DeskError> {
        let wanted = AlarmFilter { profile: profile.map(str::to_owned), unseen: false };
        self.blocking(move |inner| inner.alarm_counts(&wanted)).await
    }
}

impl Inner {
    fn alarm_counts(&self, wanted: &AlarmFilter) -> Result<AlarmCounts, DeskError> {
        let at = self.clock.now();
        let mut found: BTreeMap<AlarmKind, Counted> = BTreeMap::new();
        for alarm in self.alarms_by_mark(wanted)? {
            found.entry(alarm.kind).or_default().add(alarm.seen);
        }
        let seq = self.store.each_alarm(|key: &AlarmKey<'_>| {
            if wanted.profile.as_ref().is_none_or(|profile| profile == key.profile) {
                for kind in kinds(key.of) {
                    found.entry(kind).or_default().add(key.seen);
                }
            }
        })?;
        Ok(AlarmCounts { kinds: found, as_of: AlarmsAsOf { seq, at } })
    }
}
