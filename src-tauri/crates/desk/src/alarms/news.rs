//! Which alarms are news for a message on the desktop: each once, several in one message, and at most one message a minute.

use std::collections::HashSet;
use std::time::Duration;

use desk_store::AlarmMark;
use tokio::time::Instant;
use wxpay_protocol::UtcMs;

use super::{Alarm, AlarmKind};
use crate::told::Told;

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
    of: Vec<AlarmMark>,
}

/// What has been told on the desktop since the program began.
#[derive(Debug, Default)]
pub struct AlarmNews {
    told: Option<HashSet<AlarmMark>>,
    last: Option<Instant>,
}

impl AlarmNews {
    /// The message that is due for these alarms, which are all there are, if one is. What was there when it was asked first is no
    /// news; what comes too soon after a message, or after a try to show one, is told with the next one.
    pub fn due(&mut self, alarms: &[Alarm], now: UtcMs) -> Option<Announcement> {
        let Some(told) = &mut self.told else {
            self.told = Some(alarms.iter().filter(|alarm| is_ripe(alarm, now)).map(Alarm::mark).collect());
            return None;
        };
        let current: HashSet<AlarmMark> = alarms.iter().map(Alarm::mark).collect();
        told.retain(|mark| current.contains(mark));
        let is_new = |alarm: &&Alarm| !alarm.seen && is_ripe(alarm, now) && !told.contains(&alarm.mark());
        let new: Vec<&Alarm> = alarms.iter().filter(is_new).collect();
        let first = new.first()?;
        if self.last.is_some_and(|last| last.elapsed() < APART) {
            return None;
        }
        self.last = Some(Instant::now());
        Some(announce(first, new.iter().map(|alarm| alarm.mark()).collect()))
    }

    /// Notes that the desktop took a message, or that a person wants none: what it tells of is no news any more.
    pub fn was_told(&mut self, announcement: Announcement) {
        self.told.get_or_insert_default().extend(announcement.of);
    }
}

fn is_ripe(alarm: &Alarm, now: UtcMs) -> bool {
    let settles = matches!(alarm.kind, AlarmKind::Unknown | AlarmKind::RefundUnknown);
    !settles || alarm.at.plus_ms(SETTLES_WITHIN_MS) <= now
}

fn announce(first: &Alarm, of: Vec<AlarmMark>) -> Announcement {
    let count = of.len();
    let number = first.about.out_refund_no().or(first.about.out_trade_no());
    let place = number.and_then(|number| {
        let skipped = number.chars().count().checked_sub(DIGITS_TOLD)?;
        Some(format!(" (…{})", number.chars().skip(skipped).collect::<String>()))
    });
    let place = place.unwrap_or_default();
    let text = Told::new(format!("{}{place}", first.what.zh), format!("{}{place}", first.what.en));
    if count == 1 {
        return Announcement { title: ("需要留意", "Something needs attention").into(), text, of };
    }
    let title = Told::new(format!("{count} 件事需要留意"), format!("{count} things need attention"));
    let more = count - 1;
    let text = Told::new(format!("{}；另有 {more} 件", text.zh), format!("{}; and {more} more", text.en));
    Announcement { title, text, of }
}

#[cfg(test)]
mod tests {
    use super::super::AlarmAbout;
    use super::*;

    const NOW: UtcMs = UtcMs(1_704_135_845_000);

    fn alarm(kind: AlarmKind, number: &str, at: UtcMs) -> Alarm {
        Alarm {
            kind,
            profile: "shop".into(),
            about: AlarmAbout::Order { out_trade_no: number.into() },
            at,
            what: ("证据互相矛盾", "the evidence contradicts itself").into(),
            next: ("打开", "open").into(),
            seen: false,
        }
    }

    /// The message that is due, shown at once.
    fn show(news: &mut AlarmNews, alarms: &[Alarm], now: UtcMs) -> Option<Announcement> {
        let due = news.due(alarms, now)?;
        news.was_told(due.clone());
        Some(due)
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_there_at_the_start_is_no_news_and_what_comes_later_is_told_once() {
        let mut news = AlarmNews::default();
        let old = alarm(AlarmKind::Conflict, "20240102030405", NOW);
        assert_eq!(show(&mut news, std::slice::from_ref(&old), NOW), None);
        assert_eq!(show(&mut news, std::slice::from_ref(&old), NOW), None);
        let new = alarm(AlarmKind::Conflict, "20240102030406", NOW);
        let told = show(&mut news, &[new.clone(), old.clone()], NOW).unwrap();
        assert_eq!(told.text.zh, "证据互相矛盾 (…0406)");
        assert!(!told.text.en.contains("20240102030406"), "{}", told.text.en);
        tokio::time::advance(APART).await;
        assert_eq!(show(&mut news, &[new, old.clone()], NOW), None);
        let changed = Alarm { at: NOW.plus_ms(1), ..old };
        assert!(show(&mut news, &[changed], NOW).is_some(), "one that changed is news again");
    }

    #[tokio::test(start_paused = true)]
    async fn several_are_one_message_and_messages_are_a_minute_apart() {
        let mut news = AlarmNews::default();
        assert_eq!(show(&mut news, &[], NOW), None);
        let mut alarms: Vec<Alarm> =
            (0..3).map(|n| alarm(AlarmKind::Conflict, &format!("2024010203040{n}"), NOW)).collect();
        let told = show(&mut news, &alarms, NOW).unwrap();
        assert_eq!((told.title.zh.as_str(), told.title.en.as_str()), ("3 件事需要留意", "3 things need attention"));
        alarms.push(alarm(AlarmKind::PaidAfterClose, "20240102030409", NOW));
        tokio::time::advance(APART / 2).await;
        assert_eq!(show(&mut news, &alarms, NOW), None, "too soon");
        tokio::time::advance(APART / 2).await;
        assert!(show(&mut news, &alarms, NOW).unwrap().text.zh.contains("0409"), "and not forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_question_settles_and_what_was_seen_is_not_told() {
        let mut news = AlarmNews::default();
        assert_eq!(show(&mut news, &[], NOW), None);
        let unknown = alarm(AlarmKind::Unknown, "20240102030405", NOW);
        assert_eq!(show(&mut news, std::slice::from_ref(&unknown), NOW.plus_ms(59_999)), None);
        let seen = Alarm { seen: true, ..alarm(AlarmKind::Conflict, "20240102030406", NOW) };
        assert_eq!(show(&mut news, &[unknown.clone(), seen], NOW.plus_ms(59_999)), None);
        assert!(show(&mut news, &[unknown], NOW.plus_ms(60_000)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_the_desktop_did_not_take_is_told_again_a_minute_later() {
        let mut news = AlarmNews::default();
        assert_eq!(news.due(&[], NOW), None);
        let mut alarms = vec![alarm(AlarmKind::Conflict, "20240102030405", NOW)];
        assert!(news.due(&alarms, NOW).is_some());
        assert_eq!(news.due(&alarms, NOW), None, "not at every look");
        alarms.push(alarm(AlarmKind::Conflict, "20240102030406", NOW));
        tokio::time::advance(APART).await;
        let again = show(&mut news, &alarms, NOW).unwrap();
        assert_eq!(again.title.zh, "2 件事需要留意");
        tokio::time::advance(APART).await;
        assert_eq!(news.due(&alarms, NOW), None);
    }

    #[tokio::test(start_paused = true)]
    async fn thousands_of_alarms_are_told_once_also_when_the_newest_of_them_are_settled() {
        let mut news = AlarmNews::default();
        let of = |n: i64| alarm(AlarmKind::Conflict, &format!("2024010203{n:06}"), NOW.plus_ms(n));
        let at_the_start: Vec<Alarm> = (0..1500).rev().map(of).collect();
        assert_eq!(show(&mut news, &at_the_start, NOW), None);
        let all: Vec<Alarm> = (0..4000).rev().map(of).collect();
        assert_eq!(show(&mut news, &all, NOW).unwrap().title.zh, "2500 件事需要留意");
        tokio::time::advance(APART).await;
        assert_eq!(show(&mut news, &all, NOW), None);
        assert_eq!(show(&mut news, &all[3000..], NOW), None, "what was settled is gone, the rest was told");
    }
}
