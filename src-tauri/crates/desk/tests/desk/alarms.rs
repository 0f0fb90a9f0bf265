//! What needs a person, and what of it a person has seen.

use desk::{AlarmAbout, AlarmKind};

use crate::refunds::REFUND;
use crate::shop::*;

/// More than fit on any page, and more than were counted once.
const COUNT: u32 = 1100;

async fn kinds(desk: &desk::Desk) -> Vec<(AlarmKind, bool)> {
    desk.alarms().await.unwrap().iter().map(|alarm| (alarm.kind, alarm.seen)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_refund_whose_answer_is_lost_is_an_alarm_that_names_it_until_a_question_settles_it() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    assert_eq!(kinds(&shop.desk).await, []);
    shop.wire.next(REFUND, Fate::LostAfter);
    let lost = shop.refund(&number, 60).await;
    let alarm = shop.desk.alarms().await.unwrap().remove(0);
    assert_eq!(alarm.kind, AlarmKind::RefundUnknown);
    let about = AlarmAbout::Refund { out_trade_no: number, out_refund_no: lost.out_refund_no.clone() };
    assert_eq!(alarm.about, about);
    assert!(alarm.next.zh.contains("同一退款单号") && alarm.next.en.contains("same number"));
    shop.desk.query_refund("shop", &lost.out_refund_no).await.unwrap();
    assert_eq!(kinds(&shop.desk).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_was_seen_is_not_counted_until_it_changes_and_what_came_after_the_list_is_new() {
    let shop = Shop::open().await;
    shop.wire.next(CREATE, Fate::LostAfter);
    let first = shop.create_one().await;
    let listed_at = shop.desk.now();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    shop.wire.next(CREATE, Fate::LostAfter);
    let second = shop.create_one().await;
    let mut told = shop.desk.changes();
    shop.desk.see_alarms(listed_at, None).await.unwrap();
    let (unseen, seen): (Vec<_>, Vec<_>) = shop.desk.alarms().await.unwrap().into_iter().partition(|alarm| !alarm.seen);
    assert_eq!((seen[0].about.out_trade_no(), seen.len()), (Some(first.as_str()), 1));
    assert_eq!((unseen[0].about.out_trade_no(), unseen.len()), (Some(second.as_str()), 1));
    while !told.recv().await.unwrap().tags.contains(&desk::Tag::Alarms) {}
    shop.desk.see_alarms(shop.desk.now(), Some("nobody")).await.unwrap();
    assert_eq!(kinds(&shop.desk).await, [(AlarmKind::Unknown, false), (AlarmKind::Unknown, true)]);
    let (other, _) = shop.second_desk().await;
    other.see_alarms(shop.desk.now(), Some("shop")).await.unwrap();
    assert_eq!(kinds(&shop.desk).await, [(AlarmKind::Unknown, true); 2]);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    for _ in 0..3 {
        shop.wire.next(QUERY, Fate::Changed(|body| body.replace("OK", "Ok")));
        shop.desk.query_order("shop", &second).await.unwrap();
    }
    let again = kinds(&shop.desk).await;
    assert!(again.contains(&(AlarmKind::UnverifiedAnswer, false)), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn every_alarm_is_listed_and_marked_however_many_there_are() {
    let shop = Shop::open().await;
    for _ in 0..COUNT {
        shop.wire.next(CREATE, Fate::LostAfter);
    }
    let order = desk::TestOrder { count: COUNT, ..test_order() };
    shop.desk.create_orders(order, Box::new(|_| {}), &desk::Cancel::new()).await.unwrap();
    assert_eq!(kinds(&shop.desk).await, vec![(AlarmKind::Unknown, false); COUNT as usize]);
    shop.desk.see_alarms(shop.desk.now(), None).await.unwrap();
    assert_eq!(kinds(&shop.desk).await, vec![(AlarmKind::Unknown, true); COUNT as usize]);
}
