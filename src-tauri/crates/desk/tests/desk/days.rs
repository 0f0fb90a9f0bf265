//! Where days stand, by the clock.

use desk::store::DayMark;
use desk::{Cancel, Import};
use wxpay_protocol::UtcMs;

use crate::shop::{START, Shop, desk_on};

#[tokio::test(start_paused = true)]
async fn a_bill_is_missed_from_ten_of_the_next_day_and_not_before() {
    let shop = Shop::open().await;
    let file = shop.dir.path().join("orders.csv");
    let paid = START.start_of_day().plus_ms(20 * 3_600_000);
    let row = format!("20240102030405001,101,SUCCESS,{}", paid.dashed());
    std::fs::write(&file, format!("out_trade_no,total_fee,state,paid_at\n{row}\n")).unwrap();
    let import = Import::of("shop", &file);
    assert_eq!(shop.desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await.unwrap().added, 1);
    let ten = START.start_of_day().plus_ms(34 * 3_600_000);
    let mark_at = async |now: UtcMs| {
        let (desk, _) = desk_on(shop.dir.path(), &shop.gateway, &shop.keyring, now).await;
        desk.days("shop", START, START).await.unwrap()[0].mark
    };
    assert_eq!(mark_at(ten.plus_ms(-60_000)).await, DayMark::Nothing, "WeChat Pay does not have it yet");
    assert_eq!(mark_at(ten.plus_ms(1)).await, DayMark::MissingBill);
}
