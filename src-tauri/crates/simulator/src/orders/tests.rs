use std::collections::HashSet;
use std::sync::{Arc, Barrier};

use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::{Fen, UtcMs};

use crate::trial::*;
use crate::{CustomerError, Event, Gateway, Merchant, Pay, Role, SubMerchant, Switches};

fn pair(code: &str, des: &str) -> (String, String) {
    (code.to_owned(), des.to_owned())
}

fn created(gateway: &Gateway, out_trade_no: &str) -> String {
    let answer = ask(gateway, UNIFIED, &order(out_trade_no).signed());
    field(&answer, "prepay_id").unwrap_or_else(|| panic!("{answer:?}"))
}

#[test]
fn each_trade_type_gets_what_its_payer_needs() {
    let gateway = gateway();
    let native = order("T20240102N").with("trade_type", "NATIVE").with("product_id", "P1").without("openid");
    let answer = ask(&gateway, UNIFIED, &native.signed());
    assert!(field(&answer, "code_url").unwrap().starts_with("weixin://wxpay/bizpayurl?pr="));
    let scene = r#"{"h5_info":{"type":"Wap","wap_url":"https://shop.example.com","wap_name":"测试"}}"#;
    let mweb = order("T20240102M").with("trade_type", "MWEB").with("scene_info", scene);
    let answer = ask(&gateway, UNIFIED, &mweb.signed());
    let prepay_id = field(&answer, "prepay_id").unwrap();
    assert!(field(&answer, "mweb_url").unwrap().contains(&format!("prepay_id={prepay_id}&package=")));
    for (number, trade_type) in [("T20240102A", "APP"), ("T20240102J", "JSAPI")] {
        let answer = ask(&gateway, UNIFIED, &order(number).with("trade_type", trade_type).signed());
        assert_eq!(field(&answer, "trade_type").unwrap(), trade_type);
        assert_eq!((field(&answer, "code_url"), field(&answer, "mweb_url")), (None, None));
        assert_eq!(field(&answer, "prepay_id").unwrap().len(), 36);
    }
}

#[test]
fn values_without_their_format_are_signed_parameter_errors_that_name_the_field() {
    for (name, value) in [
        ("total_fee", "0"),
        ("total_fee", "-1"),
        ("total_fee", "1000000000000000"),
        ("out_trade_no", "12345"),
        ("out_trade_no", "T2024 0102"),
        ("out_trade_no", "单号20240102"),
        ("trade_type", "jsapi"),
        ("fee_type", "USD"),
        ("spbill_create_ip", "localhost"),
        ("notify_url", "shop.example.com/notify"),
        ("notify_url", "ftp://shop.example.com/notify"),
        ("notify_url", "https://shop.example.com/notify?a=1"),
        ("notify_url", "https://shop.example.com/notify?"),
        ("time_start", "2024-01-02"),
        ("time_expire", "20240230000000"),
        ("limit_pay", "credit"),
        ("profit_sharing", "y"),
    ] {
        let answer = ask(&gateway(), UNIFIED, &order("T20240102").with(name, value).signed());
        assert_eq!(refusal(&answer), pair("PARAM_ERROR", &format!("{name}参数格式错误")), "{name}={value}");
    }
    let mweb = order("T20240102").with("trade_type", "MWEB").with("scene_info", "{}");
    assert_eq!(refusal(&ask(&gateway(), UNIFIED, &mweb.signed())), pair("PARAM_ERROR", "scene_info参数格式错误"));
}

#[test]
fn the_same_order_again_gets_the_same_prepay_id_and_after_two_hours_a_new_one() {
    let gateway = gateway();
    let first = created(&gateway, "T20240102");
    let again =
        order("T20240102").with("nonce_str", "another").with("fee_type", "CNY").with("time_start", "20240102030405");
    assert_eq!(field(&ask(&gateway, UNIFIED, &again.signed()), "prepay_id").unwrap(), first);
    gateway.advance_s(7199).unwrap();
    assert_eq!(created(&gateway, "T20240102"), first);
    gateway.advance_s(1).unwrap();
    let second = created(&gateway, "T20240102");
    assert_ne!(second, first);
    assert_eq!(created(&gateway, "T20240102"), second);
}

#[test]
fn another_content_under_the_same_number_is_a_duplicate_and_changes_nothing() {
    let gateway = gateway();
    let base = order("T20240102").with("trade_type", "NATIVE").with("product_id", "P1").with("attach", "a");
    assert_eq!(ask(&gateway, UNIFIED, &base.clone().signed()).outcome, "SUCCESS");
    for (name, value) in [
        ("total_fee", "102"),
        ("body", "other"),
        ("attach", "b"),
        ("attach", ""),
        ("detail", "{}"),
        ("trade_type", "JSAPI"),
        ("openid", "oOther"),
        ("goods_tag", "G"),
        ("product_id", "P2"),
        ("limit_pay", "no_credit"),
        ("time_expire", "20240102040405"),
    ] {
        let answer = ask(&gateway, UNIFIED, &base.clone().with(name, value).signed());
        assert_eq!(refusal(&answer), pair("INVALID_REQUEST", "201 商户订单号重复"), "{name}");
        assert!(answer.reason.unwrap().contains(name));
    }
    assert_eq!(gateway.order(None, "T20240102").unwrap().order.total_fee, Fen::new(101).unwrap());
}

#[test]
fn a_paid_or_closed_number_is_never_ordered_again() {
    let gateway = gateway();
    created(&gateway, "T20240102P");
    created(&gateway, "T20240102C");
    gateway.pay(None, "T20240102P", &Pay::default()).unwrap();
    assert_eq!(ask(&gateway, CLOSE, &query("T20240102C").signed()).outcome, "SUCCESS");
    let again = |number| refusal(&ask(&gateway, UNIFIED, &order(number).signed()));
    assert_eq!(again("T20240102P"), pair("ORDERPAID", "该订单已支付"));
    assert_eq!(again("T20240102C"), pair("ORDERCLOSED", "该订单已关闭，请重新下单"));
}

#[test]
fn time_expire_must_be_five_minutes_away_and_ends_the_order() {
    let gateway = gateway();
    let expiring = |at: i64| order("T20240102").with("time_expire", &UtcMs(START.0 + at * 1000).compact()).signed();
    for seconds in [-3600, 0, 299] {
        assert_eq!(
            return_msg(&ask(&gateway, UNIFIED, &expiring(seconds))),
            "time_expire时间过短，刷卡至少1分钟，其他5分钟"
        );
    }
    assert_eq!(ask(&gateway, UNIFIED, &expiring(300)).outcome, "SUCCESS");
    gateway.advance_s(299).unwrap();
    assert_eq!(ask(&gateway, UNIFIED, &expiring(300)).outcome, "SUCCESS", "re-entry does not check the distance again");
    assert_eq!(trade_state(&gateway, "T20240102"), "NOTPAY");
    gateway.advance_s(1).unwrap();
    assert_eq!(trade_state(&gateway, "T20240102"), "CLOSED");
    assert!(matches!(gateway.pay(None, "T20240102", &Pay::default()), Err(CustomerError::Impossible { .. })));
    assert_eq!(ask(&gateway, CLOSE, &query("T20240102").signed()).outcome, "ORDERCLOSED");
    assert_eq!(ask(&gateway, UNIFIED, &expiring(300)).outcome, "ORDERCLOSED");
}

#[test]
fn with_its_switch_off_an_expired_order_stays_notpay_but_cannot_be_paid() {
    let gateway = gateway_with(Switches { expired_reports_closed: false, ..Switches::default() });
    let body = order("T20240102").with("time_expire", &UtcMs(START.0 + 600_000).compact()).signed();
    ask(&gateway, UNIFIED, &body);
    gateway.advance_s(600).unwrap();
    assert_eq!(trade_state(&gateway, "T20240102"), "NOTPAY");
    assert!(matches!(gateway.pay(None, "T20240102", &Pay::default()), Err(CustomerError::Impossible { .. })));
    assert_eq!(ask(&gateway, UNIFIED, &body).outcome, "ORDERCLOSED");
}

#[test]
fn a_payment_is_found_by_both_numbers_with_all_its_fields() {
    let gateway = gateway();
    ask(&gateway, UNIFIED, &order("T20240102").with("attach", "a=1&b=2").with("device_info", "WEB").signed());
    let pay = Pay::default().with_coupon(Fen::new(30).unwrap());
    let transaction_id = gateway.pay(None, "T20240102", &pay).unwrap();
    assert!(transaction_id.starts_with("4200") && transaction_id.len() == 28);
    for request in
        [query("T20240102"), query_transaction(&transaction_id), query("other").with("transaction_id", &transaction_id)]
    {
        let answer = ask(&gateway, QUERY, &request.signed());
        for (name, value) in [
            ("trade_state", "SUCCESS"),
            ("transaction_id", transaction_id.as_str()),
            ("out_trade_no", "T20240102"),
            ("total_fee", "101"),
            ("cash_fee", "71"),
            ("coupon_fee", "30"),
            ("coupon_count", "1"),
            ("coupon_fee_0", "30"),
            ("coupon_type_0", "CASH"),
            ("attach", "a=1&b=2"),
            ("device_info", "WEB"),
            ("bank_type", "OTHERS"),
            ("time_end", "20240102030405"),
            ("is_subscribe", "N"),
        ] {
            assert_eq!(field(&answer, name).as_deref(), Some(value), "{name}");
        }
    }
}

#[test]
fn an_order_of_another_merchant_does_not_exist() {
    let gateway = gateway();
    created(&gateway, "T20240102");
    let transaction_id = gateway.pay(None, "T20240102", &Pay::default()).unwrap();
    gateway.add_merchant(merchant(APPID, "1900000002", KEY)).unwrap();
    for request in [query("T20240102"), query_transaction(&transaction_id)] {
        let theirs = request.with("mch_id", "1900000002").signed();
        assert_eq!(refusal(&ask(&gateway, QUERY, &theirs)), pair("ORDERNOTEXIST", "order not exist"));
    }
    let theirs = order("T20240102").with("mch_id", "1900000002").signed();
    assert_eq!(ask(&gateway, UNIFIED, &theirs).outcome, "SUCCESS", "a number is unique per merchant");
    assert!(
        matches!(gateway.cancel(None, "T20240102"), Err(CustomerError::Ambiguous { merchants, .. }) if merchants.len() == 2)
    );
    gateway.cancel(Some("1900000002"), "T20240102").unwrap();
}

#[test]
fn closing_says_what_the_order_has_become() {
    let gateway = gateway();
    let close = |number: &str| ask(&gateway, CLOSE, &query(number).signed());
    assert_eq!(refusal(&close("T20240102")), pair("ORDERNOTEXIST", "order not exist"));
    created(&gateway, "T20240102");
    assert_eq!(field(&close("T20240102"), "result_code").unwrap(), "SUCCESS");
    assert_eq!(trade_state(&gateway, "T20240102"), "CLOSED");
    assert_eq!(refusal(&close("T20240102")), pair("ORDERCLOSED", "订单已关闭，无法重复关闭"));
    created(&gateway, "T20240102P");
    gateway.pay(None, "T20240102P", &Pay::default()).unwrap();
    assert_eq!(refusal(&close("T20240102P")), pair("ORDERPAID", "order paid"));
    assert_eq!(trade_state(&gateway, "T20240102P"), "SUCCESS");
}

#[test]
fn the_five_minute_rule_of_closing_holds_when_it_is_switched_on() {
    let gateway = gateway_with(Switches { close_needs_five_minutes: true, ..Switches::default() });
    created(&gateway, "T20240102");
    let close = || ask(&gateway, CLOSE, &query("T20240102").signed()).outcome;
    gateway.advance_s(299).unwrap();
    assert_eq!(close(), "INVALID_REQUEST");
    gateway.advance_s(1).unwrap();
    assert_eq!(close(), "SUCCESS");
}

#[test]
fn a_customer_who_turns_away_can_still_pay_and_one_who_paid_cannot_turn_away() {
    let gateway = gateway();
    created(&gateway, "T20240102");
    gateway.cancel(None, "T20240102").unwrap();
    assert_eq!(trade_state(&gateway, "T20240102"), "NOTPAY");
    gateway.pay(None, "T20240102", &Pay::default()).unwrap();
    assert!(matches!(gateway.cancel(None, "T20240102"), Err(CustomerError::Impossible { .. })));
    assert_eq!(gateway.cancel(None, "nothing"), Err(CustomerError::NoOrder("nothing".into())));
}

#[test]
fn a_payment_that_could_not_have_happened_is_refused_and_changes_nothing() {
    let gateway = gateway();
    created(&gateway, "T20240102");
    let fen = |amount| Fen::new(amount).unwrap();
    for pay in [
        Pay::default().with_coupon(fen(102)),
        Pay::default().with_coupon(fen(-1)),
        Pay { openid: Some("oSomebodyElse".into()), ..Pay::default() },
        Pay { at: Some(UtcMs(START.0 + 1000)), ..Pay::default() },
        Pay { at: Some(UtcMs(START.0 - 1000)), ..Pay::default() },
    ] {
        assert!(matches!(gateway.pay(None, "T20240102", &pay), Err(CustomerError::Invalid { .. })), "{pay:?}");
    }
    assert_eq!(trade_state(&gateway, "T20240102"), "NOTPAY");
    assert!(gateway.notices(10).is_empty());
}

#[test]
fn a_thousand_payments_at_once_of_one_order_make_one_transaction() {
    let gateway = gateway();
    created(&gateway, "T20240102");
    let start = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (gateway, start) = (Arc::clone(&gateway), Arc::clone(&start));
            std::thread::spawn(move || {
                start.wait();
                (0..125).filter_map(|_| gateway.pay(None, "T20240102", &Pay::default()).ok()).collect::<Vec<_>>()
            })
        })
        .collect();
    let paid: Vec<String> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!(paid.len(), 1);
    assert_eq!(gateway.notices(10).len(), 1);
    assert_eq!(gateway.sums().paid_total_fee, 101);
}

#[test]
fn orders_made_at_once_under_one_number_are_one_order_with_one_prepay_id() {
    let gateway = gateway();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let gateway = Arc::clone(&gateway);
            std::thread::spawn(move || (0..50).map(|_| created(&gateway, "T20240102")).collect::<HashSet<_>>())
        })
        .collect();
    let ids: HashSet<String> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!((ids.len(), gateway.status().orders), (1, 1));
}

#[test]
fn watchers_hear_of_every_change_once() {
    let gateway = gateway();
    let mut events = gateway.events();
    created(&gateway, "T20240102");
    created(&gateway, "T20240102");
    gateway.pay(None, "T20240102", &Pay::default()).unwrap();
    let (mch_id, out_trade_no) = (MCH_ID.to_owned(), "T20240102".to_owned());
    assert_eq!(
        events.try_recv(),
        Ok(Event::OrderCreated { mch_id: mch_id.clone(), out_trade_no: out_trade_no.clone() })
    );
    assert_eq!(events.try_recv(), Ok(Event::OrderPaid { mch_id, out_trade_no }));
    assert!(events.try_recv().is_err());
}

#[test]
fn a_search_finds_orders_by_number_text_and_payer_newest_first() {
    let gateway = gateway();
    for number in ["T20240102A", "T20240102B", "X20240102C"] {
        created(&gateway, number);
    }
    let numbers = |search: &str, limit| -> Vec<String> {
        gateway.orders(search, limit).iter().map(|view| view.order.out_trade_no().to_owned()).collect()
    };
    assert_eq!(numbers("", 2), ["X20240102C", "T20240102B"]);
    assert_eq!(numbers("T2024", 10), ["T20240102B", "T20240102A"]);
    assert_eq!(numbers("T恤", 10).len(), 3);
    assert!(numbers("nothing", 10).is_empty());
}

/// A service provider, one of its merchants, and an order for it.
fn providers_order() -> (Arc<Gateway>, Message) {
    let sub_merchant = SubMerchant {
        sub_mch_id: MchId::new("1900000109").unwrap(),
        sub_appids: vec![Appid::new("wx0000000000000109").unwrap()],
    };
    let gateway = gateway();
    gateway.add_merchant(Merchant { role: Role::ServiceProvider(vec![sub_merchant]), ..own_merchant() }).unwrap();
    let ids = |message: Message| message.with("sub_appid", "wx0000000000000109").with("sub_mch_id", "1900000109");
    let made = order("T20240102").with("sub_openid", "oSubscriber").without("openid");
    assert_eq!(ask(&gateway, UNIFIED, &ids(made).signed()).outcome, "SUCCESS");
    (gateway, ids(query("T20240102")))
}

#[test]
fn an_order_of_a_service_provider_names_its_merchant_everywhere() {
    let (gateway, query) = providers_order();
    gateway.pay(None, "T20240102", &Pay::default()).unwrap();
    let answer = ask(&gateway, QUERY, &query.clone().signed());
    let notice = gateway.take_due_notices(1).remove(0).body;
    let notice = wxpay_protocol::xml::read(notice.as_bytes(), "xml").unwrap();
    for (name, value) in [
        ("sub_appid", "wx0000000000000109"),
        ("sub_mch_id", "1900000109"),
        ("sub_openid", "oSubscriber"),
        ("sub_is_subscribe", "N"),
        ("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
    ] {
        assert_eq!(field(&answer, name).as_deref(), Some(value), "{name}");
        assert_eq!(notice.get(name), Some(value), "{name} in the notice");
    }
    let names: Vec<&str> = notice.iter().map(|(name, _)| name).collect();
    assert!(names.is_sorted(), "{names:?}");
    let asked = query.with("out_refund_no", "R1").with("total_fee", "101").with("refund_fee", "1");
    let refunded = ask(&gateway, REFUND, &asked.with("notify_url", "http://127.0.0.1:9/refund").signed());
    assert_eq!(field(&refunded, "sub_mch_id").as_deref(), Some("1900000109"));
    gateway.advance_s(2).unwrap();
    let notice = gateway.take_due_notices(1).remove(0).body;
    let notice = wxpay_protocol::xml::read(notice.as_bytes(), "xml").unwrap();
    assert_eq!(notice.get("sub_mch_id"), Some("1900000109"));
}

#[test]
fn a_service_provider_sees_the_orders_of_the_merchant_that_it_names() {
    let (gateway, own) = providers_order();
    let other = SubMerchant { sub_mch_id: MchId::new("1900000110").unwrap(), sub_appids: Vec::new() };
    gateway.add_merchant(Merchant { role: Role::ServiceProvider(vec![other]), ..own_merchant() }).unwrap();
    let other = query("T20240102").with("sub_mch_id", "1900000110");
    for path in [QUERY, CLOSE] {
        assert_eq!(ask(&gateway, path, &other.clone().signed()).outcome, "ORDERNOTEXIST");
    }
    assert_eq!(ask(&gateway, REFUND_QUERY, &other.signed()).outcome, "REFUNDNOTEXIST");
    assert_eq!(return_msg(&ask(&gateway, QUERY, &own.signed())), "受理关系不存在");
}
