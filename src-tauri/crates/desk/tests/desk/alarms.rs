//! What needs a person, and what of it a person has seen.

use std::collections::HashSet;
use std::time::Duration;

use desk::{AlarmAbout, AlarmFilter, AlarmKind, AlarmNews, AlarmsAsOf, Cancel, Counted, Desk, LookupWish};

use crate::notices::payment;
use crate::refunds::REFUND;
use crate::shop::*;

/// More than anybody would list at once.
const MANY: u64 = 100_000;

async fn kinds(desk: &Desk) -> Vec<(AlarmKind, bool)> {
    all_alarms(desk).await.iter().map(|alarm| (alarm.kind, alarm.seen)).collect()
}

/// Up to where everything is that there is.
async fn now(desk: &Desk) -> AlarmsAsOf {
    desk.alarm_counts(None).await.unwrap().as_of
}

#[tokio::test(start_paused = true)]
async fn a_refund_whose_answer_is_lost_is_an_alarm_that_names_it_until_a_question_settles_it() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    assert_eq!(kinds(&shop.desk).await, []);
    shop.wire.next(REFUND, Fate::LostAfter);
    let lost = shop.refund(&number, 60).await;
    let alarm = all_alarms(&shop.desk).await.remove(0);
    assert_eq!(alarm.kind, AlarmKind::RefundUnknown);
    let about = AlarmAbout::Refund { out_trade_no: number, out_refund_no: lost.out_refund_no.clone() };
    assert_eq!(alarm.about, about);
    assert!(alarm.next.zh.contains("同一退款单号") && alarm.next.en.contains("same number"));
    shop.desk.query_refund("shop", &lost.out_refund_no).await.unwrap();
    assert_eq!(kinds(&shop.desk).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_payment_notice_of_an_unknown_order_is_an_alarm_until_a_lookup_finds_the_order() {
    let shop = Shop::open().await;
    shop.made_elsewhere("SHOP-0000001", true);
    shop.desk.receive_notice(Some(payment("SHOP-0000001", &[])), None, None).await;
    assert_eq!(kinds(&shop.desk).await, [(AlarmKind::OrphanNotice, false)]);
    let wish = LookupWish { text: "SHOP-0000001".into(), ..LookupWish::default() };
    shop.desk.lookup(wish, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    assert_eq!(kinds(&shop.desk).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_was_seen_is_not_counted_until_it_changes_and_what_came_after_the_list_is_new() {
    let shop = Shop::open().await;
    shop.wire.next(CREATE, Fate::LostAfter);
    let first = shop.create_one().await;
    let listed = now(&shop.desk).await;
    shop.wire.next(CREATE, Fate::LostAfter);
    let second = shop.create_one().await;
    let mut told = shop.desk.changes();
    shop.desk.see_alarms(listed, None).await.unwrap();
    let (unseen, seen): (Vec<_>, Vec<_>) = all_alarms(&shop.desk).await.into_iter().partition(|alarm| !alarm.seen);
    assert_eq!((seen[0].about.out_trade_no(), seen.len()), (Some(first.as_str()), 1));
    assert_eq!((unseen[0].about.out_trade_no(), unseen.len()), (Some(second.as_str()), 1));
    while !told.recv().await.unwrap().tags.contains(&desk::Tag::Alarms) {}
    shop.desk.see_alarms(now(&shop.desk).await, Some("nobody")).await.unwrap();
    assert_eq!(kinds(&shop.desk).await, [(AlarmKind::Unknown, false), (AlarmKind::Unknown, true)]);
    let (other, _) = shop.second_desk().await;
    other.see_alarms(now(&shop.desk).await, Some("shop")).await.unwrap();
    assert_eq!(kinds(&shop.desk).await, [(AlarmKind::Unknown, true); 2]);
    for _ in 0..3 {
        shop.wire.next(QUERY, Fate::Changed(|body| body.replace("OK", "Ok")));
        shop.desk.query_order("shop", &second).await.unwrap();
    }
    let again = kinds(&shop.desk).await;
    assert!(again.contains(&(AlarmKind::UnverifiedAnswer, false)), "{again:?}");
}

/// Writes orders that contradict themselves as if as many answers had come, all in the same millisecond.
fn contradicting(shop: &Shop, from: u64, count: u64) {
    let database = rusqlite::Connection::open(shop.dir.path().join(desk::store::FILE_NAME)).unwrap();
    let (last, at) = (from + count - 1, shop.desk.now().0);
    let values = [(":first", from.to_string()), (":last", last.to_string()), (":at", at.to_string())];
    let orders = include_str!("../../../store/tests/store/contradicting.sql").to_owned();
    let orders = values.iter().fold(orders, |sql, (name, value)| sql.replace(name, value));
    database.execute_batch(&orders).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_alarms_are_counted_listed_in_pages_told_once_and_seen() {
    let shop = Shop::open().await;
    let mut news = AlarmNews::default();
    assert_eq!(shop.desk.look_at_alarms(&mut news).await.unwrap().unseen, 0);
    contradicting(&shop, 1, MANY);
    let look = shop.desk.look_at_alarms(&mut news).await.unwrap();
    assert_eq!(look.unseen, MANY);
    let announcement = look.announcement.unwrap();
    assert_eq!(announcement.title.en, "100000 things need attention");
    news.was_told(announcement);

    let first = shop.desk.alarms(AlarmFilter::default(), None, 50).await.unwrap();
    assert_eq!(first.alarms.len(), 50);
    let mut numbers: HashSet<String> = HashSet::new();
    let (mut pages, mut after) = (0, None);
    loop {
        let page = shop.desk.alarms(AlarmFilter::default(), after, 5_000).await.unwrap();
        numbers.extend(page.alarms.iter().filter_map(|alarm| alarm.about.out_trade_no().map(str::to_owned)));
        (pages, after) = (pages + 1, page.next);
        if after.is_none() {
            break;
        }
    }
    assert_eq!((pages, numbers.len() as u64), (20, MANY), "each stands on one page");

    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert_eq!(shop.desk.look_at_alarms(&mut news).await.unwrap().announcement, None);
    contradicting(&shop, MANY + 1, 1);
    let one_more = shop.desk.look_at_alarms(&mut news).await.unwrap().announcement.unwrap();
    assert_eq!((one_more.title.zh.as_str(), one_more.text.zh.contains("0001)")), ("需要留意", true));
    shop.desk.see_alarms(first.as_of, None).await.unwrap();
    let counts = shop.desk.alarm_counts(Some("shop")).await.unwrap();
    assert_eq!(counts.kinds[&AlarmKind::Conflict], Counted { count: MANY + 1, unseen: 1 });
    let unseen = AlarmFilter { profile: Some("shop".into()), unseen: true };
    let left = shop.desk.alarms(unseen, None, 50).await.unwrap();
    assert_eq!((left.alarms.len(), left.next), (1, None), "what came after the list is new");
    assert_eq!(shop.desk.alarm_counts(Some("nobody")).await.unwrap().total(), Counted::default());
}
