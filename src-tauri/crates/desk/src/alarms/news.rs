//! Which alarms are news for a message on the desktop: each once, several in one message, and at most one message a minute.
//!
//! What was told of orders, refunds and notices is a region, the counter up to a value and, of what settles itself, the time up
//! to a moment. It only grows, so that whatever comes into it does so once, and nothing need be remembered of what is in it.

use std::collections::HashSet;
use std::time::Duration;

use desk_store::{AlarmFilter, AlarmKey, AlarmMark, AlarmPlace};
use tokio::time::Instant;
use wxpay_protocol::UtcMs;

use super::count::kinds;
use super::{Alarm, AlarmKind};
use crate::desk::Inner;
use crate::told::Told;
use crate::{Desk, DeskError};

/// At most one message in this time.
const APART: Duration = Duration::from_secs(60);
/// What settles itself by a question is told of only when it has lasted so long, in milliseconds.
const SETTLES_WITHIN_MS: i64 = 60_000;
/// So much of a number is told: enough to tell one from another, too little to look anything up.
const DIGITS_TOLD: usize = 4;

/// A message for the desktop: without an amount, a secret or a whole number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// One line.
    pub title: Told,
    /// What happened.
    pub text: Told,
    up_to: Region,
}

/// What is told once a message was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Region {
    /// Evidence up to this value of the counter,
    seq: i64,
    /// of what settles itself only what is from before.
    settled_until: UtcMs,
    /// Days and merchants.
    marks: HashSet<AlarmMark>,
}

impl Region {
    fn holds(&self, kind: AlarmKind, seq: i64, at: UtcMs) -> bool {
        seq <= self.seq && (!settles_itself(kind) || at <= self.settled_until)
    }
}

/// What has been told on the desktop since the program began.
#[derive(Debug, Default)]
pub struct AlarmNews {
    told: Option<Region>,
    last: Option<Instant>,
    is_showing: bool,
}

/// What a look at the alarms found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmLook {
    /// How many of them nobody has seen.
    pub unseen: u64,
    /// The message that is due, if one is.
    pub announcement: Option<Announcement>,
}

/// What is news at a look.
struct News {
    count: u64,
    /// The one that the message names.
    first: Option<Alarm>,
    /// What is told once it was shown.
    up_to: Region,
}

impl AlarmNews {
    /// The message that is due, if one is. What was there when it was asked first is no news; what comes too soon after a message,
    /// or while one is being shown, is told with the next one.
    fn due(&mut self, news: News) -> Option<Announcement> {
        let Some(told) = &mut self.told else {
            self.told = Some(news.up_to);
            return None;
        };
        if self.is_showing {
            return None;
        }
        if news.count == 0 {
            *told = news.up_to;
            return None;
        }
        // One that was settled meanwhile is no reason for a message; the others are still news at the next look.
        let first = news.first?;
        if self.last.is_some_and(|last| last.elapsed() < APART) {
            return None;
        }
        self.last = Some(Instant::now());
        self.is_showing = true;
        Some(announce(&first, news.count, news.up_to))
    }

    /// Notes that the desktop took a message, or that a person wants none: what it tells of is no news any more.
    pub fn was_told(&mut self, announcement: Announcement) {
        self.told = Some(announcement.up_to);
        self.is_showing = false;
    }

    /// Notes that the desktop refused a message: it is told again, a minute after the try.
    pub const fn was_refused(&mut self) {
        self.is_showing = false;
    }
}

impl Desk {
    /// Counts what nobody has seen and says what of it is news.
    pub async fn look_at_alarms(&self, news: &mut AlarmNews) -> Result<AlarmLook, DeskError> {
        let told = news.told.clone();
        let (unseen, found) = self.blocking(move |inner| inner.alarm_news(told.as_ref())).await?;
        Ok(AlarmLook { unseen, announcement: news.due(found) })
    }
}

impl Inner {
    fn alarm_news(&self, told: Option<&Region>) -> Result<(u64, News), DeskError> {
        let ripe = self.clock.now().plus_ms(-SETTLES_WITHIN_MS);
        let marked = self.alarms_by_mark(&AlarmFilter::default())?;
        let mut tally = Tally::new(told, ripe);
        for alarm in &marked {
            tally.mark(alarm);
        }
        let seq = self.store.each_alarm(|key| tally.key(key))?;
        let Tally { unseen, new, first_mark, newest, settled_until, .. } = tally;
        let first = match (first_mark, newest) {
            (Some(mark), _) => Some(mark),
            (None, Some((place, kind))) => self.alarm_at(place, kind)?,
            (None, None) => None,
        };
        let up_to = Region { seq, settled_until, marks: marked.iter().map(Alarm::mark).collect() };
        Ok((unseen, News { count: new, first, up_to }))
    }

    fn alarm_at(&self, place: AlarmPlace, kind: AlarmKind) -> Result<Option<Alarm>, DeskError> {
        let just_before = AlarmPlace { id: place.id.saturating_add(1), ..place };
        let page = self.alarm_page(&AlarmFilter::default(), Some(just_before), 1)?;
        Ok(page.alarms.into_iter().find(|alarm| alarm.kind == kind && alarm.at == place.at))
    }
}

/// Counts what nobody has seen, and what of it is new.
struct Tally<'t> {
    told: Option<&'t Region>,
    settled_until: UtcMs,
    unseen: u64,
    new: u64,
    first_mark: Option<Alarm>,
    newest: Option<(AlarmPlace, AlarmKind)>,
}

impl<'t> Tally<'t> {
    fn new(told: Option<&'t Region>, ripe: UtcMs) -> Self {
        // A clock that is set back takes nothing out of what was told.
        let settled_until = told.map_or(ripe, |told| told.settled_until.max(ripe));
        Self { told, settled_until, unseen: 0, new: 0, first_mark: None, newest: None }
    }

    fn mark(&mut self, alarm: &Alarm) {
        if alarm.seen {
            return;
        }
        self.unseen += 1;
        if self.told.is_some_and(|told| !told.marks.contains(&alarm.mark())) {
            self.new += 1;
            self.first_mark.get_or_insert_with(|| alarm.clone());
        }
    }

    fn key(&mut self, key: &AlarmKey<'_>) {
        if key.seen {
            return;
        }
        for kind in kinds(key.of) {
            self.unseen += 1;
            let is_ripe = !settles_itself(kind) || key.place.at <= self.settled_until;
            if is_ripe && self.told.is_some_and(|told| !told.holds(kind, key.seq, key.place.at)) {
                self.new += 1;
                if self.newest.is_none_or(|(newest, _)| newest < key.place) {
                    self.newest = Some((key.place, kind));
                }
            }
        }
    }
}

const fn settles_itself(kind: AlarmKind) -> bool {
    matches!(kind, AlarmKind::Unknown | AlarmKind::RefundUnknown | AlarmKind::OrphanNotice)
}

fn announce(first: &Alarm, count: u64, up_to: Region) -> Announcement {
    let number = first.about.out_refund_no().or(first.about.out_trade_no());
    let place = number.and_then(|number| {
        let skipped = number.chars().count().checked_sub(DIGITS_TOLD)?;
        Some(format!(" (…{})", number.chars().skip(skipped).collect::<String>()))
    });
    let place = place.unwrap_or_default();
    let text = Told::new(format!("{}{place}", first.what.zh), format!("{}{place}", first.what.en));
    if count == 1 {
        return Announcement { title: ("需要留意", "Something needs attention").into(), text, up_to };
    }
    let title = Told::new(format!("{count} 件事需要留意"), format!("{count} things need attention"));
    let more = count - 1;
    let text = Told::new(format!("{}；另有 {more} 件", text.zh), format!("{}; and {more} more", text.en));
    Announcement { title, text, up_to }
}

#[cfg(test)]
mod tests {
    use desk_store::{AlarmOf, Flags};

    use super::super::AlarmAbout;
    use super::*;

    const NOW: UtcMs = UtcMs(1_704_135_845_000);

    /// An order with a mark since then, written at this value of the counter.
    #[derive(Clone, Copy)]
    struct Marked {
        id: i64,
        flags: Flags,
        seq: i64,
        at: UtcMs,
        seen: bool,
    }

    const fn conflict(id: i64, seq: i64) -> Marked {
        Marked { id, flags: Flags::CONFLICT, seq, at: NOW, seen: false }
    }

    /// The message that is due at a time when these are all there are.
    fn due(news: &mut AlarmNews, alarms: &[Marked], now: UtcMs) -> Option<Announcement> {
        let told = news.told.clone();
        let mut tally = Tally::new(told.as_ref(), now.plus_ms(-SETTLES_WITHIN_MS));
        for Marked { id, flags, seq, at, seen } in alarms.iter().copied() {
            let place = AlarmPlace { at, source: 0, id };
            tally.key(&AlarmKey { of: AlarmOf::Order(flags), profile: "shop", place, seq, seen });
        }
        let first = tally.newest.map(|(place, kind)| Alarm {
            kind,
            profile: "shop".into(),
            about: AlarmAbout::Order { out_trade_no: format!("{:014}", place.id) },
            at: place.at,
            what: ("证据互相矛盾", "the evidence contradicts itself").into(),
            next: ("打开", "open").into(),
            seen: false,
        });
        let seq = alarms.iter().map(|alarm| alarm.seq).max().unwrap_or_default();
        let up_to = Region { seq, settled_until: tally.settled_until, marks: HashSet::new() };
        let count = tally.new;
        news.due(News { count, first, up_to })
    }

    /// The same, shown at once.
    fn show(news: &mut AlarmNews, alarms: &[Marked], now: UtcMs) -> Option<Announcement> {
        let due = due(news, alarms, now)?;
        news.was_told(due.clone());
        Some(due)
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_there_at_the_start_is_no_news_and_what_comes_later_is_told_once() {
        let mut news = AlarmNews::default();
        let old = conflict(405, 10);
        assert_eq!(show(&mut news, &[old], NOW), None);
        assert_eq!(show(&mut news, &[old], NOW), None);
        let new = conflict(406, 11);
        let told = show(&mut news, &[new, old], NOW).unwrap();
        assert_eq!(told.text.zh, "证据互相矛盾 (…0406)");
        assert!(!told.text.en.contains("00000406"), "{}", told.text.en);
        tokio::time::advance(APART).await;
        assert_eq!(show(&mut news, &[new, old], NOW), None);
        let changed = Marked { seq: 12, ..old };
        assert!(show(&mut news, &[changed], NOW).is_some(), "one that changed is news again");
    }

    #[tokio::test(start_paused = true)]
    async fn several_are_one_message_and_messages_are_a_minute_apart() {
        let mut news = AlarmNews::default();
        assert_eq!(show(&mut news, &[], NOW), None);
        let mut alarms: Vec<Marked> = (1..4).map(|n| conflict(n, n)).collect();
        let told = show(&mut news, &alarms, NOW).unwrap();
        assert_eq!((told.title.zh.as_str(), told.title.en.as_str()), ("3 件事需要留意", "3 things need attention"));
        alarms.push(conflict(409, 4));
        tokio::time::advance(APART / 2).await;
        assert_eq!(show(&mut news, &alarms, NOW), None, "too soon");
        tokio::time::advance(APART / 2).await;
        assert!(show(&mut news, &alarms, NOW).unwrap().text.zh.contains("0409"), "and not forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_question_settles_and_what_was_seen_is_not_told() {
        let mut news = AlarmNews::default();
        assert_eq!(show(&mut news, &[], NOW), None);
        let unknown = Marked { flags: Flags::UNKNOWN, ..conflict(405, 1) };
        assert_eq!(show(&mut news, &[unknown], NOW.plus_ms(59_999)), None);
        let seen = Marked { seen: true, ..conflict(406, 2) };
        assert_eq!(show(&mut news, &[unknown, seen], NOW.plus_ms(59_999)), None);
        assert!(show(&mut news, &[unknown, seen], NOW.plus_ms(60_000)).unwrap().text.zh.contains("0405"));
        tokio::time::advance(APART).await;
        assert_eq!(show(&mut news, &[unknown, seen], NOW.plus_ms(120_000)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_settle_is_told_once_each_in_whatever_order_it_was_written() {
        let mut news = AlarmNews::default();
        assert_eq!(show(&mut news, &[], NOW), None);
        // The later answer was written first.
        let later = Marked { flags: Flags::UNKNOWN, at: NOW.plus_ms(30_000), ..conflict(1, 5) };
        let earlier = Marked { flags: Flags::UNKNOWN, ..conflict(2, 6) };
        assert!(show(&mut news, &[later, earlier], NOW.plus_ms(60_000)).unwrap().text.zh.contains("0002"));
        tokio::time::advance(APART).await;
        let told = show(&mut news, &[later, earlier], NOW.plus_ms(120_000)).unwrap();
        assert_eq!((told.title.zh.as_str(), told.text.zh.contains("0001")), ("需要留意", true));
        tokio::time::advance(APART).await;
        assert_eq!(show(&mut news, &[later, earlier], NOW.plus_ms(180_000)), None);
        assert_eq!(show(&mut news, &[later, earlier], NOW), None, "a clock that is set back makes nothing new");
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_after_the_clock_was_set_back_is_told_all_the_same() {
        let mut news = AlarmNews::default();
        assert_eq!(show(&mut news, &[conflict(1, 1)], NOW), None);
        let late = Marked { at: NOW.plus_ms(-3_600_000), ..conflict(2, 2) };
        assert!(show(&mut news, &[conflict(1, 1), late], NOW.plus_ms(-3_600_000)).unwrap().text.zh.contains("0002"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_the_desktop_did_not_take_is_told_again_a_minute_later() {
        let mut news = AlarmNews::default();
        assert_eq!(due(&mut news, &[], NOW), None);
        let mut alarms = vec![conflict(405, 1)];
        assert!(due(&mut news, &alarms, NOW).is_some());
        news.was_refused();
        assert_eq!(due(&mut news, &alarms, NOW), None, "not at every look");
        alarms.push(conflict(406, 2));
        tokio::time::advance(APART).await;
        let again = show(&mut news, &alarms, NOW).unwrap();
        assert_eq!(again.title.zh, "2 件事需要留意");
        tokio::time::advance(APART).await;
        assert_eq!(due(&mut news, &alarms, NOW), None);
    }

    #[tokio::test(start_paused = true)]
    async fn while_a_slow_desktop_has_not_answered_nothing_is_told_twice_and_what_comes_meanwhile_is_told_after() {
        let mut news = AlarmNews::default();
        assert_eq!(due(&mut news, &[], NOW), None);
        let first = due(&mut news, &[conflict(405, 1)], NOW).unwrap();
        tokio::time::advance(APART * 3).await;
        let both = [conflict(405, 1), conflict(406, 2)];
        assert_eq!(due(&mut news, &both, NOW), None);
        news.was_told(first);
        assert!(due(&mut news, &both, NOW).unwrap().text.zh.ends_with("(…0406)"));
    }

    #[tokio::test(start_paused = true)]
    async fn thousands_of_alarms_are_told_once_also_when_the_newest_of_them_are_settled() {
        let mut news = AlarmNews::default();
        let of = |n: i64| Marked { at: NOW.plus_ms(n), ..conflict(n, n) };
        let at_the_start: Vec<Marked> = (1..=1500).map(of).collect();
        assert_eq!(show(&mut news, &at_the_start, NOW), None);
        let all: Vec<Marked> = (1..=4000).map(of).collect();
        assert_eq!(show(&mut news, &all, NOW).unwrap().title.zh, "2500 件事需要留意");
        tokio::time::advance(APART).await;
        assert_eq!(show(&mut news, &all, NOW), None);
        assert_eq!(show(&mut news, &all[..1000], NOW), None, "what was settled is gone, the rest was told");
    }
}
