//! Tells the window when days may stand otherwise than they did: orders and refunds change far more often than anybody looks at a
//! calendar, and a bill becomes due, and what is left grows older, by the time alone.

use std::time::Duration;

use desk::{Clock as _, SystemClock, Tag, days_due};
use tauri::{AppHandle, Wry};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use wxpay_protocol::UtcMs;

use crate::ipc::Changed;

/// The window is told at most this often, however many orders change.
const APART: Duration = Duration::from_secs(3);
/// The clock is looked at this often: a machine that slept through an hour does not say so.
const LOOK: Duration = Duration::from_secs(60);

/// Tells it until the desk is closed.
pub(crate) async fn watch_standings(app: AppHandle<Wry>, changes: Receiver<desk::Changed>) {
    let tell = || {
        if let Err(error) = Changed::standings().tell(&app) {
            tracing::warn!(%error, "the window could not be told where days stand");
        }
    };
    follow(changes, || SystemClock.now(), tell).await;
}

async fn follow(mut changes: Receiver<desk::Changed>, now: impl Fn() -> UtcMs + Send, tell: impl Fn() + Send) {
    let mut due = days_due(now());
    loop {
        let mut is_moved = match tokio::time::timeout(LOOK, changes.recv()).await {
            Ok(Ok(told)) => moves_days(&told),
            // What was missed may have been anything.
            Ok(Err(RecvError::Lagged(_))) => true,
            Ok(Err(RecvError::Closed)) => return,
            Err(_) => false,
        };
        // One message stands for all that changed until now.
        loop {
            match changes.try_recv() {
                Ok(told) => is_moved |= moves_days(&told),
                Err(TryRecvError::Lagged(_)) => is_moved = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        let due_now = days_due(now());
        if is_moved || due_now != due {
            due = due_now;
            tell();
            tokio::time::sleep(APART).await;
        }
    }
}

/// Whether the mark of a day may follow: something was paid or given back. Runs, bills and notes are told as such.
fn moves_days(changed: &desk::Changed) -> bool {
    changed.tags.contains(&Tag::Orders) || changed.tags.contains(&Tag::Refunds)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

    use tokio::sync::broadcast::{Sender, channel};
    use tokio::task::JoinHandle;
    use tokio::time::sleep;

    use super::*;

    /// A desk whose clock stands where the test puts it.
    struct Followed {
        changes: Sender<desk::Changed>,
        clock: Arc<AtomicI64>,
        told: Arc<AtomicU32>,
        following: JoinHandle<()>,
    }

    impl Followed {
        fn at(moment: &str) -> Self {
            let (changes, receiver) = channel(64);
            let (clock, told) = (Arc::new(AtomicI64::new(at(moment))), Arc::<AtomicU32>::default());
            let (read, count) = (Arc::clone(&clock), Arc::clone(&told));
            let now = move || UtcMs(read.load(Ordering::Relaxed));
            let tell = move || {
                count.fetch_add(1, Ordering::Relaxed);
            };
            Self { changes, clock, told, following: tokio::spawn(follow(receiver, now, tell)) }
        }

        fn changed(&self, tag: Tag) {
            self.changes.send(desk::Changed { tags: BTreeSet::from([tag]), ids: BTreeSet::new() }).unwrap();
        }

        /// How often the window was told, once it has been so late for so long.
        async fn told_after(&self, moment: &str, wait: Duration) -> u32 {
            self.clock.store(at(moment), Ordering::Relaxed);
            sleep(wait).await;
            self.told.load(Ordering::Relaxed)
        }
    }

    fn at(moment: &str) -> i64 {
        UtcMs::parse_dashed(moment).unwrap().0
    }

    #[tokio::test(start_paused = true)]
    async fn however_many_orders_change_the_calendar_is_asked_for_every_few_seconds_and_once_more_at_the_end() {
        let desk = Followed::at("2026-11-20 12:00:00");
        for _ in 0..300 {
            desk.changed(Tag::Orders);
            sleep(Duration::from_millis(100)).await;
        }
        let meanwhile = desk.told.load(Ordering::Relaxed);
        assert!((8..=11).contains(&meanwhile), "{meanwhile} times in 30 s");
        desk.changed(Tag::Refunds);
        let settled = desk.told_after("2026-11-20 12:00:30", APART * 3).await;
        assert!(settled > meanwhile && settled <= meanwhile + 2, "{settled} times in the end");
        drop(desk.changes);
        desk.following.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_no_day_depends_on_tells_nothing() {
        let desk = Followed::at("2026-11-20 12:00:00");
        for tag in [Tag::Polling, Tag::Days, Tag::Notices, Tag::Settings] {
            desk.changed(tag);
        }
        assert_eq!(desk.told_after("2026-11-20 12:05:00", LOOK * 5).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bill_is_due_at_ten_and_a_day_is_over_at_midnight_without_any_change() {
        let desk = Followed::at("2026-11-20 09:59:00");
        assert_eq!(desk.told_after("2026-11-20 09:59:59", LOOK * 2).await, 0);
        assert_eq!(desk.told_after("2026-11-20 10:00:00", LOOK * 2).await, 1);
        assert_eq!(desk.told_after("2026-11-20 23:59:59", LOOK * 2).await, 1);
        assert_eq!(desk.told_after("2026-11-21 00:00:00", LOOK * 2).await, 2);
    }
}
