//! A list that is longer than what is in memory of it.

use std::fmt::Write as _;

use acceptance::built::wxpay_desk;
use acceptance::moving::{jump, open_over};

#[tokio::test]
async fn every_jump_in_a_long_list_shows_its_orders_however_soon_it_follows_another() {
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
        assert!(jump(&window, place).await.unwrap().is_some(), "jump {jumps}, to {place:.3} of the list, stayed blank");
    }
    window.close().await.unwrap();
}
