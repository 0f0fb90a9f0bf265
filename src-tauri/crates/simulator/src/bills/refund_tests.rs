//! Money that goes back, in bills and fund flows.

use proptest::prelude::*;
use wxpay_protocol::{CouponType, Fen, RefundStatus};

use super::BillSwitches;
use super::tests::{BILL, FLOW, bill, flow, paid, text, with_bills};
use crate::trial::*;
use crate::{ClientCertificate, Coupon, Gateway, Pay, Request, Switches};

fn refunded(gateway: &Gateway, message: Message) {
    let answer = ask(gateway, REFUND, &message.signed());
    assert_eq!(field(&answer, "result_code").as_deref(), Some("SUCCESS"), "{answer:?}");
}

fn today(gateway: &Gateway) -> String {
    text(&ask(gateway, BILL, &bill("20240102").signed()))
}

fn of_kind(gateway: &Gateway, kind: &str) -> String {
    text(&ask(gateway, BILL, &bill("20240102").with("bill_type", kind).signed()))
}

#[test]
fn a_payment_and_its_refund_give_the_sample_of_the_protocol_page() {
    let gateway = gateway();
    let message = order("T20240102030405_001").with("device_info", "WEB").with("attach", "shop=1");
    field(&ask(&gateway, UNIFIED, &message.signed()), "prepay_id").unwrap();
    gateway.advance_s(67).unwrap();
    gateway.pay(None, "T20240102030405_001", &Pay::default()).unwrap();
    gateway.advance_s(50).unwrap();
    refunded(&gateway, refund("T20240102030405_001", "R20240102030405_001"));
    gateway.advance_s(60).unwrap();
    let bill = today(&gateway);
    // Its length and its other lines are those of the page; so is this row.
    assert_eq!(bill.len(), 1154, "{bill}");
    let row = bill.lines().nth(2).unwrap();
    assert_eq!(
        row,
        "`2024-01-02 03:06:02,`wx0000000000000001,`1900000001,`0,`WEB,`4200000000202401020000000001,`T20240102030405_001,`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`50000000002024010200000000001,`R20240102030405_001,`1.01,`0.00,`ORIGINAL,`SUCCESS,`测试商城-T恤,`shop=1,`-0.01000,`0.60%,`0.00,`1.01,`"
    );
    assert!(bill.ends_with("\r\n`2,`1.01,`1.01,`0.00,`0.00000,`1.01,`1.01\r\n"), "{bill}");
}

#[test]
fn each_kind_of_bill_has_its_own_rows() {
    let gateway = gateway();
    paid(&gateway, order("T20240102030405_001"));
    refunded(&gateway, refund("T20240102030405_001", "R20240102030405_001").with("refund_fee", "1"));
    let unsettled = refund("T20240102030405_001", "R20240102030405_002").with("refund_fee", "2");
    refunded(&gateway, unsettled.with("refund_account", "REFUND_SOURCE_UNSETTLED_FUNDS"));
    gateway.advance_s(2).unwrap();
    let count = |kind| of_kind(&gateway, kind).lines().count() - 3;
    assert_eq!([count("ALL"), count("SUCCESS"), count("REFUND"), count("RECHARGE_REFUND")], [3, 1, 2, 1]);
    let refunds = of_kind(&gateway, "REFUND");
    assert!(refunds.contains(",`2024-01-02 03:04:05,`2024-01-02 03:04:07,`50"), "{refunds}");
    assert!(of_kind(&gateway, "RECHARGE_REFUND").contains("R20240102030405_001"));
    assert!(!of_kind(&gateway, "SUCCESS").contains("R20240102030405"));
}

#[test]
fn coupons_part_order_settlement_and_refund_in_the_same_way_everywhere() {
    let gateway = gateway();
    field(&ask(&gateway, UNIFIED, &order("T20240102030405_001").with("total_fee", "1000").signed()), "prepay_id")
        .unwrap();
    let coupon = |coupon_type, fen| Coupon { id: String::new(), coupon_type, fee: Fen::new(fen).unwrap() };
    let coupons = vec![coupon(CouponType::Cash, 100), coupon(CouponType::NoCash, 200)];
    gateway.pay(None, "T20240102030405_001", &Pay { coupons, ..Pay::default() }).unwrap();
    refunded(
        &gateway,
        refund("T20240102030405_001", "R20240102030405_001").with("total_fee", "1000").with("refund_fee", "500"),
    );
    gateway.advance_s(2).unwrap();
    let bill = today(&gateway);
    assert!(bill.contains(",`CNY,`8.00,`3.00,`0,`0,`0.00,`0.00,"), "{bill}");
    assert!(bill.contains(",`R20240102030405_001,`4.00,`0.50,`ORIGINAL,`SUCCESS,"), "{bill}");
    assert!(bill.ends_with("`2,`8.00,`4.00,`0.50,`0.03000,`10.00,`5.00\r\n"), "{bill}");
    let flow = text(&ask(&gateway, FLOW, &flow("20240102", "Basic").signed()));
    assert!(flow.contains(",`交易,`交易,`收入,`8.00,`8.00,"), "{flow}");
    assert!(flow.contains(",`退款,`退款,`支出,`4.00,`3.95,"), "{flow}");
    assert!(flow.ends_with("`4,`2,`8.02,`2,`4.05\r\n"), "{flow}");
}

#[test]
fn a_bill_says_how_a_refund_stood_when_the_bill_was_made() {
    let bills = BillSwitches { ready_at_once: false, ..BillSwitches::default() };
    let gateway = gateway_with(Switches { refund_takes_s: None, bills, ..Switches::default() });
    paid(&gateway, order("T20240102030405_001"));
    refunded(&gateway, refund("T20240102030405_001", "R20240102030405_001"));
    gateway.advance_s(86_400 + 7 * 3600).unwrap();
    gateway.end_refund(None, "R20240102030405_001", RefundStatus::Success).unwrap();
    assert!(today(&gateway).contains(",`ORIGINAL,`PROCESSING,"), "{}", today(&gateway));
}

#[test]
fn a_closed_refund_failed_in_the_bill_and_its_money_comes_back_in_the_flow() {
    let gateway = gateway_with(Switches { refund_takes_s: None, ..Switches::default() });
    paid(&gateway, order("T20240102030405_001"));
    refunded(&gateway, refund("T20240102030405_001", "R20240102030405_001"));
    assert!(today(&gateway).contains(",`ORIGINAL,`PROCESSING,"));
    gateway.end_refund(None, "R20240102030405_001", RefundStatus::Change).unwrap();
    assert!(today(&gateway).contains(",`ORIGINAL,`CHANGE,"));
    gateway.end_refund(None, "R20240102030405_001", RefundStatus::RefundClose).unwrap();
    assert!(today(&gateway).contains(",`ORIGINAL,`FAIL,"));
    let flow = text(&ask(&gateway, FLOW, &flow("20240102", "Basic").signed()));
    assert!(flow.contains(",`退款退回,`退款退回,`收入,`1.01,`1.01,"), "{flow}");
    assert!(flow.ends_with("`6,`3,`2.03,`3,`1.03\r\n"), "{flow}");
}

#[test]
fn the_balance_carries_over_whatever_was_asked_before() {
    let gateway = gateway();
    let balances = |day: &str| -> Vec<String> {
        let flow = text(&ask(&gateway, FLOW, &flow(day, "Basic").signed()));
        let rows = flow.lines().skip(1).take_while(|line| line.starts_with('`'));
        rows.map(|row| row.split(",`").nth(7).unwrap().to_owned()).collect()
    };
    paid(&gateway, order("T20240102030405_001").with("total_fee", "1000"));
    gateway.advance_s(86_400).unwrap();
    paid(&gateway, order("T20240103030405_001").with("total_fee", "2000"));
    assert_eq!(balances("20240103"), ["29.94", "29.82"]);
    // The day before grows after it was counted.
    field(&ask(&gateway, UNIFIED, &order("T20240103030405_002").with("total_fee", "500").signed()), "prepay_id")
        .unwrap();
    gateway.advance_s(86_400).unwrap();
    let yesterday = Pay { at: Some(START.plus_ms(86_400_000)), ..Pay::default() };
    gateway.pay(None, "T20240103030405_002", &yesterday).unwrap();
    refunded(
        &gateway,
        refund("T20240102030405_001", "R20240104030405_001").with("total_fee", "1000").with("refund_fee", "1000"),
    );
    assert_eq!(balances("20240104"), ["24.79", "24.85"]);
    assert_eq!(balances("20240103"), ["29.94", "29.82", "34.82", "34.79"]);
}

#[test]
fn what_a_reverse_gives_back_has_a_row_of_its_own_or_by_switch_that_of_its_payment() {
    let play = |bills| {
        let gateway = with_bills(bills);
        let answer = ask(&gateway, MICROPAY, &micropay("T20240102030405_001", "134567890123456789").signed());
        assert_eq!(field(&answer, "result_code").as_deref(), Some("SUCCESS"), "{answer:?}");
        gateway.advance_s(15).unwrap();
        assert!(field(&ask(&gateway, REVERSE, &query("T20240102030405_001").signed()), "recall").is_some());
        today(&gateway)
    };
    let two = play(BillSwitches::default());
    assert!(two.contains("`2024-01-02 03:04:20,") && two.contains(",`MICROPAY,`SUCCESS,"), "{two}");
    assert!(
        two.contains(",`MICROPAY,`REVOKED,`OTHERS,`CNY,`0.00,`0.00,`0,`0,`1.01,`0.00,`ORIGINAL,`SUCCESS,"),
        "{two}"
    );
    assert!(two.ends_with("`2,`1.01,`1.01,`0.00,`0.00000,`1.01,`1.01\r\n"), "{two}");
    let one = play(BillSwitches { reverse_in_row_of_payment: true, ..BillSwitches::default() });
    assert!(one.contains(",`REVOKED,`OTHERS,`CNY,`1.01,`0.00,`0,`0,`1.01,`0.00,`ORIGINAL,`SUCCESS,"), "{one}");
    assert!(one.ends_with("`1,`1.01,`1.01,`0.00,`0.00000,`1.01,`1.01\r\n"), "{one}");
}

#[test]
fn a_reverse_without_payment_is_in_no_bill() {
    let gateway = gateway();
    ask(&gateway, MICROPAY, &micropay("T20240102030405_001", "134567890123900001").signed());
    gateway.advance_s(15).unwrap();
    assert!(field(&ask(&gateway, REVERSE, &query("T20240102030405_001").signed()), "recall").is_some());
    let answer = ask(&gateway, BILL, &bill("20240102").signed());
    assert!(String::from_utf8_lossy(&answer.body).contains("No Bill Exist"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// However orders are paid and refunded, what the bill sums up is what the ledger knows.
    #[test]
    fn bills_tie_out_with_the_ledger(
        orders in proptest::collection::vec((1i64..100_000, 0i64..50, 0i64..50, 0i64..100), 1..8),
    ) {
        let gateway = gateway();
        let (mut total, mut settled, mut asked) = (0, 0, 0);
        for (place, (fee, funded, borne, percent)) in orders.iter().enumerate() {
            let number = format!("T20240102030405_{place:03}");
            field(&ask(&gateway, UNIFIED, &order(&number).with("total_fee", &fee.to_string()).signed()), "prepay_id").unwrap();
            let coupons: Vec<Coupon> = [(CouponType::Cash, funded), (CouponType::NoCash, borne)]
                .into_iter()
                .map(|(coupon_type, fen)| Coupon { id: String::new(), coupon_type, fee: Fen::new((*fen).min(fee / 2)).unwrap() })
                .filter(|coupon| coupon.fee > Fen::ZERO)
                .collect();
            settled += fee - borne.min(&(fee / 2));
            gateway.pay(None, &number, &Pay { coupons, ..Pay::default() }).unwrap();
            let back = fee * percent / 100;
            if back > 0 {
                let message = refund(&number, &format!("R20240102030405_{place:03}"));
                refunded(&gateway, message.with("total_fee", &fee.to_string()).with("refund_fee", &back.to_string()));
            }
            (total, asked) = (total + fee, asked + back);
        }
        let bill = today(&gateway);
        let last: Vec<&str> = bill.lines().last().unwrap().trim_start_matches('`').split(",`").collect();
        let yuan = |fen: i64| Fen::new(fen).unwrap().yuan_text();
        prop_assert_eq!(last[1], yuan(settled));
        prop_assert_eq!(last[5], yuan(total));
        prop_assert_eq!(last[6], yuan(asked));
    }
}

#[test]
fn flows_and_comments_are_for_the_holder_of_the_merchants_certificate() {
    let gateway = gateway();
    let comments = common().with("begin_time", "20240102000000").with("end_time", "20240102235959").with("offset", "0");
    for (path, message) in [
        (FLOW, flow("20240102", "Basic")),
        ("/billcommentsp/batchquerycomment", comments.with("sign_type", "HMAC-SHA256")),
    ] {
        let body = message.signed();
        let with = |certificate| gateway.handle(&Request { certificate, ..Request::post(path, body.as_bytes()) });
        assert_eq!(with(ClientCertificate::Absent).status, 400, "{path}");
        assert_eq!(return_msg(&with(ClientCertificate::Of { mch_id: "1900000002" })), "证书验证失败", "{path}");
        assert_eq!(with(ClientCertificate::Of { mch_id: MCH_ID }).status, 200, "{path}");
    }
    let plain = gateway.handle(&Request {
        certificate: ClientCertificate::Absent,
        ..Request::post(BILL, bill("20240102").signed().as_bytes())
    });
    assert_eq!(plain.status, 200, "a bill of trades needs none");
}

#[test]
fn the_fees_of_the_ledger_are_those_of_the_fund_flow() {
    let gateway = gateway();
    for number in ["T20240102030405_001", "T20240102030405_002", "T20240102030405_003"] {
        ask(&gateway, UNIFIED, &order(number).with("total_fee", "12345").signed());
        gateway.pay(None, number, &Pay::default()).unwrap();
    }
    let part = |order, no, fee| refund(order, no).with("total_fee", "12345").with("refund_fee", fee);
    refunded(&gateway, part("T20240102030405_001", "R20240102030405_001", "5000"));
    refunded(&gateway, part("T20240102030405_002", "R20240102030405_002", "12345"));
    gateway.end_refund(None, "R20240102030405_002", RefundStatus::RefundClose).unwrap();
    let sums = gateway.sums();
    // 0.60 % of 123.45 yuan is 74.07 fen, of 50.00 yuan 30; a refund that was closed gave nothing back.
    assert_eq!((sums.service_fee, sums.service_fee_returned), (3 * 74, 30));
    let flow = text(&ask(&gateway, FLOW, &flow("20240102", "Basic").signed()));
    let sum_of = |business: &str| {
        let lines = flow.lines().filter(|line| line.contains(&format!("`{business},")));
        lines.map(|line| line.split(",`").nth(6).unwrap().replace('.', "").parse::<i128>().unwrap()).sum::<i128>()
    };
    let (taken, given) = (sum_of("扣除交易手续费"), sum_of("退还手续费"));
    assert_eq!(taken - given, sums.service_fee - sums.service_fee_returned, "{flow}");
}
