//! What each fault makes of a request and its answer, without sockets.

use wxpay_protocol::sign::SignFault;
use wxpay_protocol::{Params, Secret, SignType, sign, xml};

use super::*;
use crate::trial::*;
use crate::{Answer, Gateway, Pay};

fn with(gateway: &Gateway, rules: &[Rule]) {
    gateway.set_faults(FaultPlan { seed: 7, rules: rules.to_vec() }).unwrap();
}

fn always(gateway: &Gateway, kind: Kind) {
    with(gateway, &[Rule::always(kind)]);
}

fn fired(gateway: &Gateway) -> u64 {
    gateway.faults().counts[0].fired
}

fn create(gateway: &Gateway, number: &str) -> Answer {
    ask(gateway, UNIFIED, &order(number).signed())
}

fn ask_for(gateway: &Gateway, number: &str) -> Answer {
    ask(gateway, QUERY, &query(number).signed())
}

/// A gateway with one paid order, and the rule in force.
fn paid(rule: Rule) -> std::sync::Arc<Gateway> {
    let gateway = gateway();
    create(&gateway, "T2024010101");
    create(&gateway, "T2024010102");
    gateway.pay(None, "T2024010102", &Pay::default()).unwrap();
    with(&gateway, &[rule]);
    gateway
}

fn read(answer: &Answer) -> Params {
    xml::read(&answer.body, "xml").unwrap()
}

fn verified(answer: &Answer) -> Result<(), SignFault> {
    sign::verify(&read(answer), &Secret::new(KEY.as_bytes().to_vec()), SignType::Md5)
}

fn spoilt(kind: Kind) -> Answer {
    let gateway = paid(Rule::always(kind));
    let answer = ask_for(&gateway, "T2024010102");
    assert_eq!((answer.fault, fired(&gateway)), (Some(kind), 1), "{kind}");
    answer
}

#[test]
fn a_dropped_answer_has_been_carried_out_and_a_reset_request_has_not() {
    for (kind, delivery, exists) in [
        (Kind::AnswerDropped, Delivery::Reset, true),
        (Kind::ResetBefore, Delivery::Reset, false),
        (Kind::BlackHole, Delivery::Silent { hold_ms: 60_000 }, false),
        (Kind::HtmlPage, Delivery::Whole, true),
        (Kind::HtmlInstead, Delivery::Whole, false),
        (Kind::SystemErrorDone, Delivery::Whole, true),
        (Kind::SystemErrorNotDone, Delivery::Whole, false),
        (Kind::FrequencyLimited, Delivery::Whole, false),
        (Kind::UnknownErrCode, Delivery::Whole, false),
        (Kind::KeyRotated, Delivery::Whole, false),
        (Kind::ProxyPage, Delivery::Whole, false),
        (Kind::CaptivePortal, Delivery::Whole, false),
        (Kind::Redirect, Delivery::Whole, true),
    ] {
        let gateway = gateway();
        always(&gateway, kind);
        let answer = create(&gateway, "T2024010101");
        assert_eq!((answer.delivery, answer.fault), (delivery, Some(kind)), "{kind}");
        assert_eq!(gateway.status().orders, usize::from(exists), "{kind}");
    }
}

#[test]
fn system_errors_of_both_kinds_look_alike_and_half_of_them_were_carried_out() {
    let gateway = gateway();
    always(&gateway, Kind::SystemError);
    for number in 0..200 {
        assert_eq!(refusal(&create(&gateway, &format!("T20240101{number}"))).0, "SYSTEMERROR");
    }
    assert!((70..130).contains(&gateway.status().orders), "{}", gateway.status().orders);
}

#[test]
fn spoilt_signs_do_not_verify_and_nothing_else_is_changed() {
    let genuine = read(&ask_for(&paid(Rule { limit: Some(0), ..Rule::always(Kind::NoSign) }), "T2024010102"));
    for (kind, fault) in [
        (Kind::WrongSign, SignFault::Mismatch),
        (Kind::NoSign, SignFault::Missing),
        (Kind::OtherSignType, SignFault::Malformed { expected: 32 }),
    ] {
        let answer = spoilt(kind);
        assert_eq!(verified(&answer), Err(fault), "{kind}");
        let params = read(&answer);
        for (name, value) in genuine.iter().filter(|(name, _)| !matches!(*name, "sign" | "nonce_str")) {
            assert_eq!(params.get(name), Some(value), "{kind}");
        }
    }
    let other = read(&spoilt(Kind::OtherSignType));
    sign::verify(&other, &Secret::new(KEY.as_bytes().to_vec()), SignType::HmacSha256).unwrap();
}

#[test]
fn changed_fields_are_under_a_good_sign() {
    for (kind, name, value) in [
        (Kind::OtherOrder, "out_trade_no", Some("T2024010101")),
        (Kind::NoTransactionId, "transaction_id", None),
        (Kind::AmountsAsYuan, "total_fee", Some("1.01")),
        (Kind::UnknownTradeState, "trade_state", Some("ARRIVED")),
        (Kind::AnsweredClosed, "trade_state", Some("CLOSED")),
        (Kind::AnsweredClosed, "transaction_id", None),
        (Kind::ExtraFields, "coupon_fee_19", Some("0")),
        (Kind::UnicodeNames, "备注", Some("多一个字段")),
    ] {
        let answer = spoilt(kind);
        assert_eq!(verified(&answer), Ok(()), "{kind}");
        assert_eq!(read(&answer).get(name), value, "{kind}");
    }
}

#[test]
fn bytes_are_spoilt_in_the_ways_that_clients_must_refuse() {
    assert_eq!(spoilt(Kind::EmptyBody).body.len(), 0);
    assert_eq!(spoilt(Kind::NoContent).status, 204);
    assert_eq!(spoilt(Kind::TruncatedXml).body.len(), 40);
    assert!(spoilt(Kind::Bom).body.starts_with("\u{FEFF}<xml>".as_bytes()));
    assert!(std::str::from_utf8(&spoilt(Kind::Gbk).body).is_err());
    assert!(spoilt(Kind::Utf16).body.starts_with(&[0xFF, 0xFE, b'<', 0]));
    let huge = spoilt(Kind::HugeAttach);
    assert!((5 << 20..6 << 20).contains(&huge.body.len()), "{}", huge.body.len());
    let bomb = spoilt(Kind::GzipBomb);
    assert_eq!(bomb.headers, [("content-encoding", "gzip".to_owned())]);
    assert!(bomb.body.len() < 2 << 20);
    let redirect = spoilt(Kind::Redirect);
    assert_eq!((redirect.status, redirect.headers[0].0), (302, "location"));
    let date = spoilt(Kind::DateShifted);
    assert_eq!(date.headers, [("date", "Tue, 02 Jan 2024 19:04:05 GMT".to_owned())]);
    assert_eq!(read(&date).get("time_end"), Some("20240103030405"));
    assert_eq!(verified(&date), Ok(()));
}

#[test]
fn every_fault_of_a_request_can_meet_every_endpoint_and_nothing_breaks() {
    for named in CATALOGUE.iter().filter(|named| named.scope == Scope::Request) {
        let mut rule = Rule::always(named.kind);
        // A full one would be made 1 000 times too large for a test.
        rule.bytes = named.takes.iter().any(|(parameter, _)| *parameter == Parameter::Bytes).then_some(1000);
        let gateway = paid(rule);
        for (path, body) in [
            (UNIFIED, order("T2024010103").signed()),
            (QUERY, query("T2024010101").signed()),
            (QUERY, query("T2024010102").signed()),
            (CLOSE, query("T2024010101").signed()),
            (CLOSE, query("T2024019999").signed()),
            (QUERY, "<xml>".to_owned()),
            (QUERY, String::new()),
            ("/secapi/pay/refund", query("T2024010102").signed()),
            ("/nowhere", String::new()),
        ] {
            let answer = ask(&gateway, path, &body);
            assert!((200..600).contains(&answer.status), "{} at {path}", named.name);
        }
        let count = gateway.faults().counts[0];
        assert!(count.fired <= count.seen, "{}", named.name);
    }
}

#[test]
fn a_fault_that_finds_nothing_to_spoil_has_not_happened() {
    let gateway = paid(Rule { limit: Some(1), ..Rule::always(Kind::NoTransactionId) });
    let unpaid = ask_for(&gateway, "T2024010101");
    assert_eq!((unpaid.fault, fired(&gateway)), (None, 0));
    assert_eq!(verified(&unpaid), Ok(()));
    assert_eq!(read(&ask_for(&gateway, "T2024010102")).get("transaction_id"), None);
    assert!(read(&ask_for(&gateway, "T2024010102")).get("transaction_id").is_some());
}

#[test]
fn a_late_answer_says_what_was_true_before_the_customer_paid() {
    let gateway = paid(Rule::always(Kind::LateNotPay));
    let answer = ask_for(&gateway, "T2024010101");
    assert_eq!(field(&answer, "trade_state").as_deref(), Some("NOTPAY"));
    assert_eq!(answer.delivery, Delivery::At(START.plus_ms(5000)));
    with(&gateway, &[]);
    assert_eq!(trade_state(&gateway, "T2024010101"), "SUCCESS");
}

#[test]
fn the_customer_pays_just_before_the_order_would_be_closed() {
    let gateway = paid(Rule::always(Kind::PaidBefore));
    assert_eq!(refusal(&ask(&gateway, CLOSE, &query("T2024010101").signed())).0, "ORDERPAID");
    assert_eq!(gateway.sums().paid, 2);
}

#[test]
fn the_customer_pays_before_the_order_is_answered() {
    let gateway = gateway();
    always(&gateway, Kind::NoticeBeforeAnswer);
    let answer = create(&gateway, "T2024010101");
    assert_eq!(answer.delivery, Delivery::AfterNotice(1));
    assert!(field(&answer, "prepay_id").is_some());
    assert_eq!(gateway.sums().paid, 1);
}

#[test]
fn an_order_is_not_found_for_a_while_and_then_is() {
    let gateway = paid(Rule::always(Kind::OrderNotExist));
    assert_eq!(refusal(&ask_for(&gateway, "T2024010102")).0, "ORDERNOTEXIST");
    gateway.advance_s(30).unwrap();
    assert_eq!(trade_state(&gateway, "T2024010102"), "SUCCESS");
    assert_eq!(fired(&gateway), 1);
}

#[test]
fn an_unpaid_order_goes_on_being_paid_for() {
    let gateway = paid(Rule::always(Kind::UserPaying));
    assert_eq!(trade_state(&gateway, "T2024010101"), "USERPAYING");
    assert_eq!(trade_state(&gateway, "T2024010102"), "SUCCESS");
}

#[test]
fn a_refused_request_is_told_its_own_mistake_and_not_the_fault() {
    let gateway = gateway();
    always(&gateway, Kind::SystemErrorNotDone);
    let wrong = order("T2024010101").signed_as(SignType::Md5, "another-key-0123456789abcdef0123");
    assert_eq!(return_msg(&ask(&gateway, UNIFIED, &wrong)), crate::text::BAD_SIGN);
}

#[test]
fn an_order_named_by_its_transaction_is_the_same_order_to_a_rule() {
    let rule = Rule { out_trade_no: Some("T2024010102".to_owned()), ..Rule::always(Kind::NoSign) };
    let gateway = paid(rule);
    let transaction_id = gateway.order(None, "T2024010102").unwrap().order.payment.unwrap().transaction_id;
    let answer = ask(&gateway, QUERY, &query_transaction(&transaction_id).signed());
    assert_eq!(answer.fault, Some(Kind::NoSign));
}

#[test]
fn notices_come_late_scrambled_or_never_and_other_rules_leave_them_alone() {
    let due_after_s = |rule: Rule| {
        let gateway = gateway();
        with(&gateway, &[Rule::always(Kind::NoSign), rule]);
        let mut found = Vec::new();
        for number in 0..20 {
            let number = format!("T20240101{number:02}");
            create(&gateway, &number);
            gateway.pay(None, &number, &Pay::default()).unwrap();
        }
        for notice in gateway.notices_from(0, 100) {
            found.push(notice.next_attempt_at().map(|at| (at.0 - START.0) / 1000));
        }
        found
    };
    assert_eq!(due_after_s(Rule { limit: Some(0), ..Rule::always(Kind::NoticeNever) }), [Some(0); 20]);
    assert_eq!(due_after_s(Rule::always(Kind::NoticeNever)), [None; 20]);
    assert_eq!(due_after_s(Rule::always(Kind::NoticeLate)), [Some(86_640); 20]);
    let scrambled = due_after_s(Rule::always(Kind::NoticesScrambled));
    assert!(scrambled.iter().all(|after| after.is_some_and(|after| (0..=60).contains(&after))), "{scrambled:?}");
    assert!(!scrambled.is_sorted(), "{scrambled:?}");
}

#[test]
fn an_accepted_refund_is_closed_or_changed_later() {
    for (kind, status) in [(Kind::RefundLaterClosed, "REFUNDCLOSE"), (Kind::RefundLaterChanged, "CHANGE")] {
        let gateway = paid(Rule::always(kind));
        let accepted = ask(&gateway, REFUND, &refund("T2024010102", "R1").signed());
        assert_eq!((field(&accepted, "result_code").as_deref(), accepted.fault), (Some("SUCCESS"), Some(kind)));
        let status_now = || {
            let answer = ask(&gateway, REFUND_QUERY, &common().with("out_refund_no", "R1").signed());
            field(&answer, "refund_status_0").unwrap()
        };
        assert_eq!(status_now(), "PROCESSING");
        gateway.advance_s(60).unwrap();
        assert_eq!(status_now(), status);
    }
}

#[test]
fn a_refund_answers_with_an_old_amount_and_pages_hold_one_refund() {
    let gateway = paid(Rule::always(Kind::RefundOldAmount));
    let part = |number| refund("T2024010102", number).with("refund_fee", "40").signed();
    let answer = ask(&gateway, REFUND, &part("R1"));
    assert_eq!(field(&answer, "refund_fee").as_deref(), Some("20"));
    assert_eq!(gateway.refund_of(None, "R1").unwrap().refund.refund_fee.get(), 40);

    gateway.advance_s(60).unwrap();
    ask(&gateway, REFUND, &part("R2"));
    always(&gateway, Kind::OneRefundPerPage);
    let page = ask(&gateway, REFUND_QUERY, &query("T2024010102").signed());
    let of = |name| field(&page, name);
    assert_eq!((of("refund_count").as_deref(), of("total_refund_count").as_deref()), (Some("1"), Some("2")));
    assert_eq!([of("out_refund_no_0").is_some(), of("out_refund_no_1").is_some()], [true, false]);
    assert!(of("refund_status_0").is_some() && of("refund_status_1").is_none());
}
