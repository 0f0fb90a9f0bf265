use std::sync::Arc;

use wxpay_protocol::{CouponType, Fen, RefundStatus, req_info};

use crate::trial::*;
use crate::{Coupon, Gateway, Pay, RefundError, RefundPlan, Switches};

fn pair(code: &str, des: &str) -> (String, String) {
    (code.to_owned(), des.to_owned())
}

fn fen(amount: i64) -> Fen {
    Fen::new(amount).unwrap()
}

fn paid_in(gateway: &Gateway, out_trade_no: &str, pay: &Pay) -> String {
    assert_eq!(ask(gateway, UNIFIED, &order(out_trade_no).signed()).outcome, "SUCCESS");
    gateway.pay(None, out_trade_no, pay).unwrap()
}

fn paid(out_trade_no: &str) -> Arc<Gateway> {
    let gateway = gateway();
    paid_in(&gateway, out_trade_no, &Pay::default());
    gateway
}

fn refunded(gateway: &Gateway, request: Message) -> crate::Answer {
    ask(gateway, REFUND, &request.signed())
}

fn accepted(gateway: &Gateway, out_refund_no: &str, refund_fee: &str) {
    let answer = refunded(gateway, refund("T20240102", out_refund_no).with("refund_fee", refund_fee));
    assert_eq!(answer.outcome, "SUCCESS", "{answer:?}");
}

fn queried(gateway: &Gateway, request: Message) -> crate::Answer {
    ask(gateway, REFUND_QUERY, &request.signed())
}

#[test]
fn what_cannot_be_refunded_is_refused_with_the_words_of_production() {
    let unpaid = gateway();
    ask(&unpaid, UNIFIED, &order("T20240102").signed());
    let not_found = pair("ORDERNOTEXIST", "订单不存在");
    assert_eq!(refusal(&refunded(&unpaid, refund("T20240102", "R1"))), not_found, "unpaid");
    assert_eq!(refusal(&refunded(&unpaid, refund("T20240199", "R1"))), not_found, "unknown");
    let unknown_transaction = refund("T20240102", "R1").with("transaction_id", "4200999999202401020000000001");
    assert_eq!(refusal(&refunded(&paid("T20240102"), unknown_transaction)), not_found, "transaction_id wins");

    let gateway = paid("T20240102");
    let malformed = refund("T20240102", "R1").with("transaction_id", "4200-1");
    assert_eq!(refusal(&refunded(&gateway, malformed)), pair("INVALID_TRANSACTIONID", "无效transaction_id"));
    let wrong_total = refund("T20240102", "R1").with("total_fee", "102");
    let mismatch = pair("REFUND_FEE_MISMATCH", "订单金额或退款金额与之前请求不一致，请核实后再试");
    assert_eq!(refusal(&refunded(&gateway, wrong_total)), mismatch);
    let too_much = refund("T20240102", "R1").with("refund_fee", "102");
    assert_eq!(return_msg(&refunded(&gateway, too_much)), "invalid refund_fee");
    for (name, value) in [
        ("out_refund_no", "R 1"),
        ("refund_fee", "0"),
        ("refund_fee_type", "USD"),
        ("refund_account", "REFUND_SOURCE_ELSEWHERE"),
        ("notify_url", "https://shop.example.com/?a=1"),
    ] {
        let answer = refunded(&gateway, refund("T20240102", "R1").with(name, value));
        assert_eq!(refusal(&answer), pair("PARAM_ERROR", &format!("{name}参数格式错误")), "{name}={value}");
    }
    assert_eq!(
        return_msg(&refunded(&gateway, refund("T20240102", "R1").with("refund_fee", "1.00"))),
        "无法将输入源“/body/xml/refund_fee”映射到目标字段“退款金额”中，此字段需要一个合法的 64 位有符号整数"
    );
    assert!(gateway.refunds("", 10).is_empty(), "a refused refund leaves nothing behind");
}

#[test]
fn required_fields_of_a_refund_are_checked_before_the_sign() {
    for name in ["out_refund_no", "total_fee", "refund_fee", "out_trade_no"] {
        let body = refund("T20240102", "R1").without(name).written();
        assert_eq!(return_msg(&ask(&gateway(), REFUND, &body)), "缺少参数", "{name}");
    }
}

#[test]
fn the_sum_of_refunds_never_exceeds_the_order() {
    let gateway = paid("T20240102");
    accepted(&gateway, "R1", "100");
    let two_more = refund("T20240102", "R2").with("refund_fee", "2");
    assert_eq!(refusal(&refunded(&gateway, two_more)), pair("INVALID_REQUEST", "refund_fee大于可退金额"));
    accepted(&gateway, "R2", "1");
    let third = refund("T20240102", "R3").with("refund_fee", "1");
    assert_eq!(refusal(&refunded(&gateway, third)), pair("ERROR", "订单已全额退款"));
    assert_eq!(gateway.sums().refunding_fee, 101);
}

#[test]
fn the_same_number_is_the_same_refund_however_often_it_is_asked_for() {
    let gateway = paid("T20240102");
    let first = refunded(&gateway, refund("T20240102", "R1").with("refund_fee", "40"));
    gateway.advance_s(10).unwrap();
    let again = refunded(&gateway, refund("T20240102", "R1").with("refund_fee", "40"));
    assert_eq!(field(&first, "refund_id"), field(&again, "refund_id"));
    assert_eq!(gateway.refunds("", 10).len(), 1);
    let mismatch = pair("REFUND_FEE_MISMATCH", "订单金额或退款金额与之前请求不一致，请核实后再试");
    for (name, value) in [("refund_fee", "41"), ("total_fee", "102"), ("out_trade_no", "T20240109")] {
        let other = refund("T20240102", "R1").with("refund_fee", "40").with(name, value);
        assert_eq!(refusal(&refunded(&gateway, other)), mismatch, "{name}");
    }
}

#[test]
fn an_order_is_refunded_for_a_year_and_at_most_fifty_times() {
    let gateway = paid("T20240102");
    for index in 0..50 {
        accepted(&gateway, &format!("R{index}"), "1");
    }
    let next = refund("T20240102", "R50").with("refund_fee", "1");
    assert_eq!(refusal(&refunded(&gateway, next)).0, "INVALID_REQUEST");
    let gateway = paid("T20240102");
    gateway.advance_s(365 * 86_400).unwrap();
    accepted(&gateway, "R1", "1");
    gateway.advance_s(1).unwrap();
    let late = refund("T20240102", "R2").with("refund_fee", "1");
    assert_eq!(refusal(&refunded(&gateway, late)), pair("TRADE_OVERDUE", "订单已经超过退款期限"));
}

#[test]
fn refunds_of_an_order_are_a_minute_apart_where_the_switch_says_so() {
    let gateway = gateway_with(Switches { refunds_need_a_minute: true, ..Switches::default() });
    paid_in(&gateway, "T20240102", &Pay::default());
    accepted(&gateway, "R1", "1");
    gateway.advance_s(59).unwrap();
    assert_eq!(refusal(&refunded(&gateway, refund("T20240102", "R2").with("refund_fee", "1"))).0, "FREQUENCY_LIMITED");
    gateway.advance_s(1).unwrap();
    accepted(&gateway, "R2", "1");
}

#[test]
fn a_merchant_without_money_cannot_refund_until_it_has_some_again() {
    let gateway = paid("T20240102");
    let with = |available| crate::Merchant { available_fen: Some(fen(available)), ..own_merchant() };
    gateway.add_merchant(with(50)).unwrap();
    accepted(&gateway, "R1", "50");
    let more = || refund("T20240102", "R2").with("refund_fee", "1");
    assert_eq!(refusal(&refunded(&gateway, more())), pair("NOTENOUGH", "基本账户余额不足，请充值后重新发起"));
    gateway.end_refund(None, "R1", RefundStatus::RefundClose).unwrap();
    accepted(&gateway, "R2", "1");
}

#[test]
fn a_refund_succeeds_by_itself_after_a_while_of_virtual_time() {
    let gateway = paid("T20240102");
    accepted(&gateway, "R1", "101");
    assert_eq!(trade_state(&gateway, "T20240102"), "REFUND");
    let status = || field(&queried(&gateway, query("T20240102")), "refund_status_0").unwrap();
    assert_eq!(status(), "PROCESSING");
    gateway.advance_s(1).unwrap();
    assert_eq!(status(), "PROCESSING");
    gateway.advance_s(3600).unwrap();
    assert_eq!(status(), "SUCCESS");
    let at = field(&queried(&gateway, query("T20240102")), "refund_success_time_0");
    assert_eq!(at.as_deref(), Some("2024-01-02 03:04:07"), "it happened when it was due, not when somebody looked");
}

#[test]
fn a_refund_that_is_told_to_stay_stays_until_somebody_decides() {
    let gateway = paid("T20240102");
    for (number, end) in
        [("R1", RefundStatus::RefundClose), ("R2", RefundStatus::Change), ("R3", RefundStatus::Success)]
    {
        accepted(&gateway, number, "1");
        gateway.plan_refund(None, number, None).unwrap();
        gateway.advance_s(86_400).unwrap();
        assert_eq!(gateway.refund_of(None, number).unwrap().refund.status, RefundStatus::Processing);
        gateway.end_refund(None, number, end).unwrap();
        assert_eq!(gateway.refund_of(None, number).unwrap().refund.status, end);
    }
    gateway.end_refund(None, "R2", RefundStatus::Success).unwrap();
    for number in ["R1", "R2", "R3"] {
        let again = gateway.end_refund(None, number, RefundStatus::Change);
        assert!(matches!(again, Err(RefundError::Ended { .. })), "{number}");
        assert!(matches!(gateway.plan_refund(None, number, None), Err(RefundError::Ended { .. })), "{number}");
    }
    assert_eq!(gateway.end_refund(None, "R9", RefundStatus::Success), Err(RefundError::NoRefund("R9".into())));
    assert_eq!(gateway.sums().refunded_fee, 2);
}

#[test]
fn a_refund_may_be_planned_to_end_in_another_way() {
    let gateway = paid("T20240102");
    accepted(&gateway, "R1", "1");
    let plan = RefundPlan { at: START.plus_ms(86_400_000), status: RefundStatus::Change };
    gateway.plan_refund(None, "R1", Some(plan)).unwrap();
    gateway.advance_s(86_399).unwrap();
    assert_eq!(gateway.refund_of(None, "R1").unwrap().refund.status, RefundStatus::Processing);
    gateway.advance_s(1).unwrap();
    assert_eq!(gateway.refund_of(None, "R1").unwrap().refund.status, RefundStatus::Change);
}

#[test]
fn a_closed_refund_gives_its_amount_back_to_what_can_be_refunded() {
    let gateway = paid("T20240102");
    accepted(&gateway, "R1", "101");
    gateway.end_refund(None, "R1", RefundStatus::RefundClose).unwrap();
    accepted(&gateway, "R2", "101");
    let answer = queried(&gateway, query("T20240102"));
    assert_eq!(field(&answer, "refund_count").as_deref(), Some("2"));
    assert_eq!(field(&answer, "refund_status_0").as_deref(), Some("REFUNDCLOSE"));
    assert_eq!(field(&answer, "refund_success_time_0"), None);
}

#[test]
fn numbers_of_a_refund_query_have_an_order_of_rank() {
    let gateway = paid("T20240102");
    let other = paid_in(&gateway, "T20240103", &Pay::default());
    accepted(&gateway, "R1", "1");
    accepted(&gateway, "R2", "2");
    let refund_id = gateway.refund_of(None, "R2").unwrap().refund.refund_id;
    let first = |request| field(&queried(&gateway, request), "out_refund_no_0").unwrap();
    assert_eq!(first(query("T20240103").with("refund_id", &refund_id).with("out_refund_no", "R1")), "R2");
    assert_eq!(first(query("T20240103").with("out_refund_no", "R1").with("transaction_id", &other)), "R1");
    let not_exist = pair("REFUNDNOTEXIST", "not exist");
    assert_eq!(refusal(&queried(&gateway, query("T20240102").with("transaction_id", &other))), not_exist);
    assert_eq!(refusal(&queried(&gateway, query("T20240199"))), not_exist);
    assert_eq!(refusal(&queried(&gateway, query("T20240102").with("out_refund_no", "R9"))), not_exist);
    assert_eq!(field(&queried(&gateway, query("T20240102")), "refund_fee").as_deref(), Some("3"));
}

#[test]
fn more_than_ten_refunds_are_paged_through_by_offset() {
    let gateway = paid("T20240102");
    for index in 0..23 {
        accepted(&gateway, &format!("R{index}"), "1");
    }
    let plain = queried(&gateway, query("T20240102"));
    assert_eq!(field(&plain, "refund_count").as_deref(), Some("10"));
    assert_eq!(field(&plain, "total_refund_count"), None);
    for (offset, count, first) in [("0", "10", "R0"), ("10", "10", "R10"), ("20", "3", "R20"), ("22", "1", "R22")] {
        let answer = queried(&gateway, query("T20240102").with("offset", offset));
        assert_eq!(field(&answer, "refund_count").as_deref(), Some(count), "{offset}");
        assert_eq!(field(&answer, "total_refund_count").as_deref(), Some("23"), "{offset}");
        assert_eq!(field(&answer, "out_refund_no_0").as_deref(), Some(first), "{offset}");
    }
    for offset in ["23", "24", "-1", "+1", "x", "99999999999999999999"] {
        let answer = queried(&gateway, query("T20240102").with("offset", offset));
        assert_eq!(refusal(&answer), pair("PARAM_ERROR", "offset参数格式错误"), "{offset}");
    }
}

#[test]
fn coupons_are_in_every_answer_and_the_sums_tie_out() {
    let gateway = gateway();
    let coupon = |id: &str, coupon_type, fee_fen| Coupon { id: id.to_owned(), coupon_type, fee: fen(fee_fen) };
    let coupons = vec![coupon("C1", CouponType::Cash, 20), coupon("", CouponType::NoCash, 11)];
    let transaction_id = paid_in(&gateway, "T20240102", &Pay { coupons, ..Pay::default() });
    let paid = ask(&gateway, QUERY, &query("T20240102").signed());
    for (name, value) in [
        ("total_fee", "101"),
        ("settlement_total_fee", "90"),
        ("cash_fee", "70"),
        ("coupon_fee", "31"),
        ("coupon_count", "2"),
        ("coupon_type_0", "CASH"),
        ("coupon_id_0", "C1"),
        ("coupon_fee_0", "20"),
        ("coupon_type_1", "NO_CASH"),
        ("coupon_id_1", &format!("01{}", &transaction_id[10..])),
        ("coupon_fee_1", "11"),
    ] {
        assert_eq!(field(&paid, name).as_deref(), Some(value), "{name}");
    }
    let half = refunded(&gateway, refund("T20240102", "R1").with("refund_fee", "50"));
    for (name, value) in [
        ("refund_fee", "50"),
        ("settlement_refund_fee", "44"),
        ("coupon_refund_fee", "15"),
        ("cash_refund_fee", "35"),
        ("coupon_refund_count", "2"),
        ("coupon_type_0", "CASH"),
        ("coupon_refund_id_0", "C1"),
        ("coupon_refund_fee_0", "9"),
        ("coupon_refund_fee_1", "6"),
        ("total_fee", "101"),
        ("settlement_total_fee", "90"),
        ("cash_fee", "70"),
    ] {
        assert_eq!(field(&half, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(refunded(&gateway, refund("T20240102", "R2").with("refund_fee", "51")).outcome, "SUCCESS");
    let both = queried(&gateway, query("T20240102"));
    let amount = |name: &str| field(&both, name).unwrap().parse::<i64>().unwrap();
    for (whole, parts) in [
        (20, ["coupon_refund_fee_0_0", "coupon_refund_fee_1_0"]),
        (11, ["coupon_refund_fee_0_1", "coupon_refund_fee_1_1"]),
        (31, ["coupon_refund_fee_0", "coupon_refund_fee_1"]),
        (90, ["settlement_refund_fee_0", "settlement_refund_fee_1"]),
        (101, ["refund_fee_0", "refund_fee_1"]),
    ] {
        assert_eq!(parts.into_iter().map(amount).sum::<i64>(), whole, "{parts:?}");
    }
    assert_eq!(field(&both, "coupon_type_1_1").as_deref(), Some("NO_CASH"));
    assert_eq!(field(&both, "coupon_refund_id_1_0").as_deref(), Some("C1"));
    assert_eq!(field(&both, "coupon_refund_count_1").as_deref(), Some("2"));
}

#[test]
fn the_longest_refundquery_still_fits_into_a_message() {
    let gateway = gateway();
    let coupon = |fee_fen| Coupon { id: String::new(), coupon_type: CouponType::NoCash, fee: fen(fee_fen) };
    paid_in(&gateway, "T20240102", &Pay { coupons: (0..10).map(|_| coupon(10)).collect(), ..Pay::default() });
    for index in 0..10 {
        accepted(&gateway, &format!("R{index}"), "10");
    }
    let answer = queried(&gateway, query("T20240102").with("offset", "0"));
    assert_eq!(field(&answer, "refund_count").as_deref(), Some("10"));
    let too_many = Pay { coupons: (0..11).map(|_| coupon(1)).collect(), ..Pay::default() };
    ask(&gateway, UNIFIED, &order("T20240103").signed());
    assert!(gateway.pay(None, "T20240103", &too_many).is_err());
}

#[test]
fn a_refund_is_notified_where_the_request_or_else_the_merchant_says() {
    let gateway = gateway();
    let default = "http://127.0.0.1:9/platform".to_owned();
    gateway.add_merchant(crate::Merchant { refund_notify_url: Some(default.clone()), ..own_merchant() }).unwrap();
    paid_in(&gateway, "T20240102", &Pay::default());
    for message in gateway.take_due_notices(10) {
        assert_eq!(message.endpoint, "notice");
    }
    accepted(&gateway, "R1", "1");
    let own = "http://127.0.0.1:9/own";
    refunded(&gateway, refund("T20240102", "R2").with("refund_fee", "1").with("notify_url", own));
    assert!(gateway.take_due_notices(10).is_empty(), "a refund under way is not notified");
    gateway.advance_s(2).unwrap();
    let messages = gateway.take_due_notices(10);
    let urls: Vec<&str> = messages.iter().map(|message| message.url.as_str()).collect();
    assert_eq!(urls, [default.as_str(), own]);
    for (message, number) in messages.iter().zip(["R1", "R2"]) {
        assert_eq!(message.endpoint, "refund_notice");
        let outer = wxpay_protocol::xml::read(message.body.as_bytes(), "xml").unwrap();
        assert_eq!((outer.get("appid"), outer.get("sign")), (Some(APPID), None));
        let key = wxpay_protocol::Secret::new(KEY.as_bytes().to_vec());
        let inner = req_info::open(outer.get("req_info").unwrap(), &key).unwrap();
        assert_eq!((inner.get("out_refund_no"), inner.get("refund_status")), (Some(number), Some("SUCCESS")));
    }
    let view = &gateway.notices(1)[0];
    assert_eq!((view.out_refund_no.as_deref(), view.out_trade_no.as_str()), (Some("R2"), "T20240102"));
}

#[test]
fn a_refund_without_an_address_is_not_notified() {
    let gateway = paid("T20240102");
    accepted(&gateway, "R1", "1");
    gateway.advance_s(60).unwrap();
    assert_eq!(gateway.notices(10).len(), 1, "the payment's");
}

#[test]
fn another_merchant_sees_neither_the_refund_nor_its_number() {
    let gateway = paid("T20240102");
    accepted(&gateway, "R1", "1");
    let theirs = |request: Message| request.with("appid", "wx0000000000000002").with("mch_id", "1900000002").signed();
    gateway.add_merchant(merchant("wx0000000000000002", "1900000002", KEY)).unwrap();
    let answer = ask(&gateway, REFUND_QUERY, &theirs(query("T20240102").with("out_refund_no", "R1")));
    assert_eq!(refusal(&answer).0, "REFUNDNOTEXIST");
    let answer = ask(&gateway, REFUND, &theirs(refund("T20240102", "R1")));
    assert_eq!(refusal(&answer).0, "ORDERNOTEXIST");
}

#[test]
fn coupons_are_told_once_more_as_json_to_who_asked_for_single_product_offers() {
    let coupons = vec![
        Coupon { id: "7000000001".to_owned(), coupon_type: CouponType::Cash, fee: fen(10) },
        Coupon { id: "7000000002".to_owned(), coupon_type: CouponType::NoCash, fee: fen(20) },
    ];
    let pay = Pay { coupons, ..Pay::default() };
    let (asked, unasked) = (gateway(), gateway());
    ask(&asked, UNIFIED, &order("T20240102").with("version", "1.0").signed());
    ask(&unasked, UNIFIED, &order("T20240102").signed());
    for gateway in [&asked, &unasked] {
        gateway.pay(None, "T20240102", &pay).unwrap();
    }
    let told = |gateway: &Gateway| field(&ask(gateway, QUERY, &query("T20240102").signed()), "promotion_detail");
    assert_eq!(told(&unasked), None);
    let detail: serde_json::Value = serde_json::from_str(&told(&asked).unwrap()).unwrap();
    let all = detail["promotion_detail"].as_array().unwrap();
    assert_eq!(all[0]["promotion_id"], "7000000001");
    assert_eq!((&all[0]["type"], &all[1]["type"]), (&"COUPON".into(), &"DISCOUNT".into()));
    assert_eq!((&all[0]["wxpay_contribute"], &all[1]["merchant_contribute"]), (&10.into(), &20.into()));

    let whole = || refund("T20240102", "R1").with("version", "1.0").with("detail", "{\"goods_detail\":[]}");
    let plain = refunded(&unasked, whole());
    assert_eq!(field(&plain, "promotion_detail"), None, "the plain endpoint has no such field");
    let answer = ask(&asked, "/secapi/pay/refundv2", &whole().signed());
    let detail: serde_json::Value = serde_json::from_str(&field(&answer, "promotion_detail").unwrap()).unwrap();
    assert_eq!(detail["promotion_detail"][1]["refund_amount"], 20);
    let by_number = || query("T20240102").without("out_trade_no").with("out_refund_no", "R1").signed();
    let again = ask(&asked, "/pay/refundqueryv2", &by_number());
    assert_eq!(field(&again, "promotion_detail"), field(&answer, "promotion_detail"));
    assert_eq!(field(&again, "refund_status_0").as_deref(), Some("PROCESSING"));
    assert_eq!(field(&ask(&asked, REFUND_QUERY, &by_number()), "promotion_detail"), None);
}
