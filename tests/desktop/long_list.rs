//! A list that is longer than what is in memory of it.

use std::fmt::Write as _;

use acceptance::built::wxpay_desk;
use acceptance::moving::{jump, lacking_while_scrolled, open_over};

#[tokio::test]
async fn a_long_list_shows_its_orders_after_jumps_that_follow_each_other_at_once_and_while_it_scrolls() {
    let home = tempfile::tempdir().unwrap();
    let orders = home.path().join("orders.csv");
    let mut text = String::from("out_trade_no,state,total_fee,body,created_at\n");
    for order in 1..=5_000 {
        let (minute, second) = (order / 60 % 60, order % 60);
        writeln!(text, "L{order:08},CLOSED,{order},美式咖啡,2026-11-20 08:{minute:02}:{second:02}").unwrap();
    }
    std::fs::write(&orders, text).unwrap();
    let window = open_over(&home.path().join("desk"), &wxpay_desk().unwrap(), &orders).await.unwrap();
    for jumps in 1..=8 {
        let place = f64::from(jumps) * 0.618_034 % 1.0;
        let jumped = jump(&window, place).await.unwrap();
        assert!(jumped.filled_ms.is_some(), "jump {jumps}, to {place:.3} of the list, stayed blank");
        assert_eq!(jumped.bare, 0, "frames without rows after jump {jumps}, to {place:.3} of the list: {jumped:?}");
    }
    jump(&window, 0.0).await.unwrap();
    // A machine with other work may be late once; a list that is always late is so three times.
    let mut lacking = Vec::new();
    for _ in 0..3 {
        lacking.push(lacking_while_scrolled(&window).await.unwrap());
    }
    assert!(lacking.contains(&0), "frames with a blank row, of sixty three times: {lacking:?}");
    window.close().await.unwrap();
}
