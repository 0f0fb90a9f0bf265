//! Bills that came in several files are dropped on the real window at once: those of one day are compared as one, and those of
//! another day wait for its run.

use std::path::Path;

use wxpay_protocol::bill::{BillForm, BillType, FeeRounding, Rate, RefundPart, TradeBill, TradeRow};
use wxpay_protocol::{Fen, UtcMs};

use crate::today::{choose_orders, choose_refunds, counts, drop_on, open_today, say_ordered_amounts};

/// The merchant's number, WeChat's, and the amount in fen.
const PAID: [(&str, &str, i64); 3] = [
    ("SHOP-1", "4200000000202611200000000001", 100),
    ("SHOP-2", "4200000000202611200000000002", 200),
    ("SHOP-3", "4200000000202611200000000003", 300),
];
/// The other side: the second order is kept ten fen short, the third is not kept.
const ORDERS: [(&str, &str); 2] = [("SHOP-1", "1.00"), ("SHOP-2", "1.90")];

fn fen(count: i64) -> Fen {
    Fen::new(count).unwrap()
}

/// The payments of the day, all at noon.
fn payments<'m>(mch_id: &'m str, date: &str) -> [TradeRow<'m>; 3] {
    let noon = UtcMs::parse_dashed(&format!("{date} 12:00:00")).unwrap();
    PAID.map(|(out_trade_no, transaction_id, amount_fen)| TradeRow {
        at: noon,
        appid: "wx0000000000000001",
        mch_id,
        sub_mch_id: None,
        device_info: "",
        transaction_id,
        out_trade_no,
        openid: "o1",
        trade_type: "JSAPI",
        trade_state: "SUCCESS",
        bank_type: "OTHERS",
        fee_type: "CNY",
        settlement_total_fee: fen(amount_fen),
        coupon_fee: Fen::ZERO,
        refund: None,
        body: "T恤",
        attach: "",
        fee: Rate::default().fee_of(fen(amount_fen), FeeRounding::default()),
        rate: Rate::default(),
        total_fee: fen(amount_fen),
        rate_note: "",
    })
}

/// Half a yuan of a payment given back a minute later.
fn given_back<'p>(paid: &TradeRow<'p>) -> TradeRow<'p> {
    let at = paid.at.plus_ms(60_000);
    TradeRow {
        at,
        trade_state: "REFUND",
        settlement_total_fee: Fen::ZERO,
        total_fee: Fen::ZERO,
        refund: Some(RefundPart {
            applied_at: at,
            succeeded_at: Some(at),
            refund_id: "50000000002026112000000000001",
            out_refund_no: "BACK-1",
            settlement_refund_fee: fen(50),
            coupon_refund_fee: Fen::ZERO,
            refund_channel: "ORIGINAL",
            refund_status: "SUCCESS",
            refund_fee: fen(50),
        }),
        fee: Rate::default().fee_of(fen(50), FeeRounding::default()).negated(),
        ..*paid
    }
}

fn write_bill(file: &Path, kind: BillType, rows: &[TradeRow<'_>]) {
    let mut bill = TradeBill::new(kind, BillForm::default());
    rows.iter().for_each(|row| bill.push(row));
    std::fs::write(file, bill.finish()).unwrap();
}

fn write_tables(dir: &Path, date: &str) {
    let lines = ORDERS.map(|(number, yuan)| format!("{number},{date} 12:00:00,{yuan},支付成功\n"));
    std::fs::write(dir.join("orders.csv"), format!("订单号,支付时间,金额(元),状态\n{}", lines.concat())).unwrap();
    let refund = format!("退款单号,退款金额(元),申请时间\nBACK-1,0.50,{date} 12:01:00\n");
    std::fs::write(dir.join("refunds.csv"), refund).unwrap();
}

#[tokio::test]
async fn bills_of_one_day_that_are_dropped_together_are_compared_as_one_and_none_is_counted_twice() {
    let home = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (window, mch_id, date) = open_today(home.path()).await;
    write_tables(dir.path(), &date);
    let paid = payments(&mch_id, &date);
    let back = given_back(&paid[0]);
    let [all, morning, again, evening, refunds] =
        ["ALL.csv", "SUCCESS 1.csv", "SUCCESS 1 (1).csv", "SUCCESS 2.csv", "REFUND.csv"]
            .map(|name| dir.path().join(name));
    write_bill(&all, BillType::All, &[paid[0], paid[1], paid[2], back]);
    write_bill(&morning, BillType::Success, &paid[..1]);
    std::fs::copy(&morning, &again).unwrap();
    write_bill(&evening, BillType::Success, &paid[1..]);
    write_bill(&refunds, BillType::Refund, &[back]);
    choose_orders(&window, &dir.path().join("orders.csv")).await;
    choose_refunds(&window, &dir.path().join("refunds.csv")).await;
    say_ordered_amounts(&window).await;

    // What one bill holds already would be paid twice with the other.
    drop_on(&window, &[&all, &evening]).await;
    window.count_is("chosen-bill", 2).await.unwrap();
    window.click("day-run").await.unwrap();
    let refused = window.text_when("error-view", |text| text.contains("有相同的交易")).await.unwrap();
    assert!(refused.contains("ALL.csv") && refused.contains("SUCCESS 2.csv"), "{refused}");
    window.click("bills-clear").await.unwrap();
    window.count_is("chosen-bill", 0).await.unwrap();

    drop_on(&window, &[&evening, &refunds, &again, &morning]).await;
    window.count_is("chosen-bill", 4).await.unwrap();
    window.click("day-run").await.unwrap();
    window.find("[data-testid=\"day\"][data-mark=\"open\"]").await.unwrap();
    for class in ["matched", "amount_diff", "bill_only", "refund_matched"] {
        counts(&window, class, 1).await;
    }
    window.count_is("difference-row", 2).await.unwrap();
    let sides = window.text_when("day-sides", |text| text.contains("与汇总行一致")).await.unwrap();
    assert!(sides.contains("4 行"), "{sides}");
    for (item, sums) in [("payments", ["6.00", "2.90", "−3.10"]), ("refunds", ["0.50", "0.50", "0.00"])] {
        let shown = window.text_when(&format!("day-sum-{item}"), |text| !text.is_empty()).await.unwrap();
        let shown = shown.replace('¥', "");
        assert!(shown.split_whitespace().skip(1).eq(sums), "{item}: {shown}");
    }
    // The evidence is in the second of the payments' bills.
    window.press("[data-testid=\"difference-row\"][data-class=\"bill_only\"] .row-button").await.unwrap();
    window.text_when("difference", |text| text.contains("SUCCESS 2.csv") && text.contains("第 3 行")).await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn of_bills_of_two_days_that_are_dropped_together_each_is_compared_on_its_own_day() {
    let home = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (window, mch_id, date) = open_today(home.path()).await;
    let before = UtcMs::parse_dashed(&format!("{date} 12:00:00")).unwrap().plus_ms(-UtcMs::DAY_MS).day();
    let [today, yesterday] = ["ALL.csv", "ALL (1).csv"].map(|name| dir.path().join(name));
    write_bill(&today, BillType::All, &payments(&mch_id, &date));
    let [paid, ..] = payments(&mch_id, &before);
    let paid = TradeRow { out_trade_no: "SHOP-0", transaction_id: "4200000000202611190000000001", ..paid };
    write_bill(&yesterday, BillType::All, &[paid]);

    drop_on(&window, &[&yesterday, &today]).await;
    window.count_is("chosen-bill", 1).await.unwrap();
    window.text_when("waiting-bill", |text| text.contains("ALL (1).csv") && text.contains(&before)).await.unwrap();
    window.click("day-run").await.unwrap();
    counts(&window, "bill_only", 3).await;

    window.click("waiting-day").await.unwrap();
    window.find(&format!("[data-testid=\"day-{before}\"][aria-pressed=\"true\"]")).await.unwrap();
    window.text_when("chosen-bill", |text| text.contains("ALL (1).csv")).await.unwrap();
    window.count_is("waiting-bill", 0).await.unwrap();
    window.click("day-run").await.unwrap();
    counts(&window, "bill_only", 1).await;
    window.count_is("chosen-bill", 0).await.unwrap();
    window.close().await.unwrap();
}
