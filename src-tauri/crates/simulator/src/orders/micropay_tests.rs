use std::sync::Arc;

use crate::trial::*;
use crate::{
    Answer, CustomerError, Gateway, PasswordAnswer, PasswordEnd, PasswordTimeout, Pay, ScanOutcome, ScanRefusal,
    Switches,
};

const CODE: &str = "134512345678123456";

fn pair(code: &str, des: &str) -> (String, String) {
    (code.to_owned(), des.to_owned())
}

fn scanned(gateway: &Gateway, request: Message) -> Answer {
    ask(gateway, MICROPAY, &request.signed())
}

fn code(ending: &str) -> String {
    format!("134512345678{ending}")
}

fn waiting() -> Arc<Gateway> {
    let gateway = gateway();
    let answer = scanned(&gateway, micropay("T20240102", &code("900001")));
    assert_eq!(refusal(&answer), pair("USERPAYING", "需要用户输入支付密码"));
    assert_eq!(trade_state(&gateway, "T20240102"), "USERPAYING");
    gateway
}

fn reversed(gateway: &Gateway, out_trade_no: &str) -> Answer {
    ask(gateway, REVERSE, &query(out_trade_no).signed())
}

#[test]
fn a_code_pays_at_once_and_is_not_notified() {
    let gateway = gateway();
    let answer = scanned(&gateway, micropay("T20240102", CODE).with("attach", "a=1").with("device_info", "POS1"));
    for (name, value) in [
        ("trade_type", "MICROPAY"),
        ("total_fee", "101"),
        ("cash_fee", "101"),
        ("bank_type", "OTHERS"),
        ("out_trade_no", "T20240102"),
        ("attach", "a=1"),
        ("device_info", "POS1"),
        ("time_end", "20240102030405"),
        ("is_subscribe", "N"),
    ] {
        assert_eq!(field(&answer, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(trade_state(&gateway, "T20240102"), "SUCCESS");
    assert!(gateway.notices(10).is_empty());
    let queried = ask(&gateway, QUERY, &query("T20240102").signed());
    assert_eq!(field(&queried, "trade_type").as_deref(), Some("MICROPAY"));
    assert_eq!(field(&queried, "transaction_id"), field(&answer, "transaction_id"));
}

#[test]
fn what_is_no_payment_code_is_refused_before_there_is_an_order() {
    let gateway = gateway();
    for (auth_code, err_code) in [
        ("12345", "AUTH_CODE_ERROR"),
        ("13451234567812345x", "AUTH_CODE_ERROR"),
        ("1345123456781234567", "AUTH_CODE_ERROR"),
        ("164512345678123456", "AUTH_CODE_INVALID"),
        ("284512345678123456", "AUTH_CODE_INVALID"),
        (&code("900009"), "AUTHCODEEXPIRE"),
        (&code("900010"), "AUTH_CODE_INVALID"),
        (&code("900016"), "NOAUTH"),
    ] {
        assert_eq!(refusal(&scanned(&gateway, micropay("T20240102", auth_code))).0, err_code, "{auth_code}");
        assert_eq!(refusal(&ask(&gateway, QUERY, &query("T20240102").signed())).0, "ORDERNOTEXIST", "{auth_code}");
    }
    let without = micropay("T20240102", CODE).without("auth_code");
    assert_eq!(return_msg(&scanned(&gateway, without)), "缺少参数");
}

#[test]
fn a_code_pays_once() {
    let gateway = gateway();
    assert_eq!(scanned(&gateway, micropay("T20240102", CODE)).outcome, "SUCCESS");
    let used = pair("AUTH_CODE_INVALID", "101 每个二维码仅限使用一次，请刷新再试");
    assert_eq!(refusal(&scanned(&gateway, micropay("T20240103", CODE))), used);
    assert_eq!(refusal(&scanned(&gateway, micropay("T20240102", CODE))), pair("ORDERPAID", "该订单已支付"));
}

#[test]
fn the_endings_of_codes_do_what_their_table_says() {
    for (ending, err_code, state) in [
        ("900005", "SYSTEMERROR", "SUCCESS"),
        ("900006", "SYSTEMERROR", "NOTPAY"),
        ("900007", "BANKERROR", "SUCCESS"),
        ("900008", "BANKERROR", "PAYERROR"),
        ("900011", "NOTENOUGH", "NOTPAY"),
        ("900012", "NOTSUPORTCARD", "NOTPAY"),
        ("900013", "TRADE_ERROR", "NOTPAY"),
        ("900014", "TRADE_ERROR", "NOTPAY"),
    ] {
        let gateway = gateway();
        assert_eq!(refusal(&scanned(&gateway, micropay("T20240102", &code(ending)))).0, err_code, "{ending}");
        assert_eq!(trade_state(&gateway, "T20240102"), state, "{ending}");
    }
}

#[test]
fn a_password_is_entered_refused_or_cancelled() {
    for (ending, state, desc) in [
        ("900002", "SUCCESS", "支付成功"),
        ("900003", "NOTPAY", "订单未支付"),
        ("900004", "PAYERROR", "支付失败，请撤销订单"),
    ] {
        let gateway = gateway();
        assert_eq!(refusal(&scanned(&gateway, micropay("T20240102", &code(ending)))).0, "USERPAYING");
        gateway.advance_s(9).unwrap();
        assert_eq!(trade_state(&gateway, "T20240102"), "USERPAYING", "{ending}");
        gateway.advance_s(20).unwrap();
        let answer = ask(&gateway, QUERY, &query("T20240102").signed());
        assert_eq!(field(&answer, "trade_state").as_deref(), Some(state), "{ending}");
        assert_eq!(field(&answer, "trade_state_desc").as_deref(), Some(desc), "{ending}");
        if state == "SUCCESS" {
            assert_eq!(field(&answer, "time_end").as_deref(), Some("20240102030415"), "when it was entered");
        }
    }
    for (answer, state) in [
        (PasswordAnswer::Entered, "SUCCESS"),
        (PasswordAnswer::Refused, "PAYERROR"),
        (PasswordAnswer::Cancelled, "NOTPAY"),
    ] {
        let gateway = waiting();
        gateway.answer_password(None, "T20240102", answer).unwrap();
        assert_eq!(trade_state(&gateway, "T20240102"), state);
        let again = gateway.answer_password(None, "T20240102", answer);
        assert!(matches!(again, Err(CustomerError::Impossible { .. })), "{answer:?}");
    }
    let gateway = waiting();
    gateway.cancel(None, "T20240102").unwrap();
    assert_eq!(trade_state(&gateway, "T20240102"), "NOTPAY");
    let gateway = waiting();
    gateway.pay(None, "T20240102", &Pay::default()).unwrap();
    assert_eq!(trade_state(&gateway, "T20240102"), "SUCCESS");
}

#[test]
fn an_unanswered_password_is_taken_back_after_forty_five_seconds() {
    for (switch, state) in [
        (PasswordTimeout::PayError, "PAYERROR"),
        (PasswordTimeout::NotPay, "NOTPAY"),
        (PasswordTimeout::Revoked, "REVOKED"),
    ] {
        let gateway = gateway_with(Switches { password_timeout: switch, ..Switches::default() });
        scanned(&gateway, micropay("T20240102", &code("900001")));
        gateway.advance_s(44).unwrap();
        assert_eq!(trade_state(&gateway, "T20240102"), "USERPAYING");
        gateway.advance_s(1).unwrap();
        assert_eq!(trade_state(&gateway, "T20240102"), state);
    }
}

#[test]
fn an_order_is_scanned_again_with_the_same_data_only_and_by_the_same_payer() {
    let gateway = gateway();
    assert_eq!(refusal(&scanned(&gateway, micropay("T20240102", &code("900013")))).0, "TRADE_ERROR");
    let other_amount = micropay("T20240102", CODE).with("total_fee", "102");
    assert_eq!(refusal(&scanned(&gateway, other_amount)), pair("INVALID_REQUEST", "201 商户订单号重复"));
    let other_payer = micropay("T20240102", &code("900015"));
    assert_eq!(refusal(&scanned(&gateway, other_payer)), pair("BUYER_MISMATCH", "暂不支持同一笔订单更换支付方"));
    assert_eq!(scanned(&gateway, micropay("T20240102", CODE)).outcome, "SUCCESS");
    assert_eq!(scanned(&gateway, micropay("T20240103", &code("900015"))).outcome, "SUCCESS");
}

#[test]
fn an_order_that_waits_for_a_password_answers_so_again() {
    let gateway = waiting();
    for auth_code in [code("900001"), CODE.to_owned()] {
        assert_eq!(refusal(&scanned(&gateway, micropay("T20240102", &auth_code))).0, "USERPAYING");
    }
    let close = ask(&gateway, CLOSE, &query("T20240102").signed());
    assert_eq!(refusal(&close).0, "TRADE_STATE_ERROR");
    let refund = ask(&gateway, REFUND, &refund("T20240102", "R1").signed());
    assert_eq!(refusal(&refund), pair("ORDER_NOT_READY", "订单处理中，暂时无法退款，请稍后再试"));
}

#[test]
fn a_number_of_unifiedorder_is_no_number_of_micropay_nor_the_other_way_round() {
    let gateway = gateway();
    ask(&gateway, UNIFIED, &order("T20240102").signed());
    assert_eq!(refusal(&scanned(&gateway, micropay("T20240102", CODE))).1, "201 商户订单号重复");
    scanned(&gateway, micropay("T20240103", &code("900013")));
    assert_eq!(refusal(&ask(&gateway, UNIFIED, &order("T20240103").signed())).1, "201 商户订单号重复");
    assert!(matches!(gateway.pay(None, "T20240103", &Pay::default()), Err(CustomerError::Impossible { .. })));
}

#[test]
fn time_expire_of_micropay_must_be_a_minute_away() {
    let at = |seconds: i64| START.plus_ms(seconds * 1000).compact();
    let gateway = gateway();
    let soon = micropay("T20240102", CODE).with("time_expire", &at(59));
    assert_eq!(refusal(&scanned(&gateway, soon)), pair("PARAM_ERROR", "time_expire时间过短，刷卡至少1分钟，其他5分钟"));
    assert_eq!(scanned(&gateway, micropay("T20240102", CODE).with("time_expire", &at(60))).outcome, "SUCCESS");
}

#[test]
fn a_planned_scan_comes_to_what_was_planned_whatever_the_code() {
    let gateway = gateway();
    gateway.plan_scan(MCH_ID, "T20240102", ScanOutcome::Password(PasswordEnd::Entered { after_s: 3 })).unwrap();
    gateway.plan_scan(MCH_ID, "T20240103", ScanOutcome::Refused(ScanRefusal::NotEnough)).unwrap();
    assert_eq!(refusal(&scanned(&gateway, micropay("T20240102", CODE))).0, "USERPAYING");
    gateway.advance_s(3).unwrap();
    assert_eq!(trade_state(&gateway, "T20240102"), "SUCCESS");
    assert_eq!(refusal(&scanned(&gateway, micropay("T20240103", &code("000001")))), pair("NOTENOUGH", "余额不足"));
    assert_eq!(scanned(&gateway, micropay("T20240103", &code("000002"))).outcome, "SUCCESS", "a plan holds once");
}

#[test]
fn an_order_is_taken_back_paid_or_not_and_taking_it_back_again_changes_nothing() {
    let gateway = gateway();
    scanned(&gateway, micropay("T20240102", CODE));
    scanned(&gateway, micropay("T20240103", &code("900001")));
    gateway.advance_s(15).unwrap();
    for number in ["T20240102", "T20240103", "T20240102"] {
        let answer = reversed(&gateway, number);
        assert_eq!(field(&answer, "recall").as_deref(), Some("N"), "{answer:?}");
        let queried = ask(&gateway, QUERY, &query(number).signed());
        assert_eq!(field(&queried, "trade_state").as_deref(), Some("REVOKED"));
        assert_eq!(field(&queried, "trade_state_desc").as_deref(), Some("订单已撤销"));
    }
    let again = refusal(&scanned(&gateway, micropay("T20240103", &code("000001"))));
    assert_eq!(again, pair("ORDERREVERSED", "订单已撤销"));
    assert!(matches!(gateway.pay(None, "T20240103", &Pay::default()), Err(CustomerError::Impossible { .. })));
    let refund = ask(&gateway, REFUND, &refund("T20240102", "R1").signed());
    assert_eq!(refusal(&refund), pair("ERROR", "订单已全额退款"));
    let sums = gateway.sums();
    assert_eq!((sums.reversed, sums.reversed_total_fee, sums.paid_total_fee), (2, 101, 0));
}

#[test]
fn what_cannot_be_taken_back_is_refused() {
    let gateway = gateway();
    scanned(&gateway, micropay("T20240102", CODE));
    gateway.advance_s(14).unwrap();
    let early = reversed(&gateway, "T20240102");
    assert_eq!((refusal(&early).0.as_str(), field(&early, "recall").as_deref()), ("INVALID_REQUEST", Some("Y")));
    assert_eq!(refusal(&reversed(&gateway, "T20240199")).0, "TRADE_ERROR");
    let unknown = query_transaction("4200999999202401020000000001").signed();
    assert_eq!(refusal(&ask(&gateway, REVERSE, &unknown)).0, "INVALID_TRANSACTIONID");
    ask(&gateway, UNIFIED, &order("T20240103").signed());
    assert_eq!(refusal(&reversed(&gateway, "T20240103")).0, "INVALID_REQUEST");
    gateway.advance_s(7 * 86_400 - 14).unwrap();
    scanned(&gateway, micropay("T20240104", &code("000001")));
    assert_eq!(ask(&gateway, REFUND, &refund("T20240104", "R1").with("refund_fee", "1").signed()).outcome, "SUCCESS");
    gateway.advance_s(1).unwrap();
    assert_eq!(refusal(&reversed(&gateway, "T20240102")), pair("REVERSE_EXPIRE", "订单无法撤销"));
    gateway.advance_s(60).unwrap();
    assert_eq!(refusal(&reversed(&gateway, "T20240104")).0, "TRADE_ERROR", "partly refunded");
}
