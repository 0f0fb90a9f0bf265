use super::*;
use crate::diagnosis::KeyRole;
use crate::input;
use crate::rules::Endpoint;
use wxpay_protocol::Secret;

const GOLDENS: &str = include_str!("../../protocol/tests/goldens.xml");

pub(super) const ORDER: &str = "appid=wx0000000000000001&body=test&mch_id=1900000001&nonce_str=5d2b6c2a8db53831f7eda20af46e531c\
&notify_url=https://shop.example.com/wx/notify&openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o&out_trade_no=T20240102030405_001\
&spbill_create_ip=203.0.113.7&total_fee=101&trade_type=JSAPI";

fn read(text: &str) -> Input {
    input::read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(super) fn remarks(text: &str) -> Vec<Warning> {
    lint(&read(text), None, &[])
}

fn rules(text: &str) -> Vec<&'static str> {
    remarks(text).iter().map(|warning| warning.rule).collect()
}

/// The sound order with one field replaced or added.
pub(super) fn order_with(name: &str, value: &str) -> String {
    let mut fields: Vec<String> =
        ORDER.split('&').filter(|field| !field.starts_with(&format!("{name}="))).map(str::to_owned).collect();
    fields.push(format!("{name}={value}"));
    fields.join("&")
}

#[track_caller]
fn expect(text: &str, rule: &str, cause: Option<CauseId>, field: &str) {
    let found = remarks(text);
    let hit =
        found.iter().find(|warning| warning.rule == rule && warning.field.as_deref().unwrap_or_default() == field);
    let hit = hit.unwrap_or_else(|| panic!("{rule} on {field} is missing for {text}: {found:?}"));
    assert_eq!(hit.cause, cause, "{rule}");
}

#[test]
fn conforming_orders_answers_and_notices_give_no_remark() {
    let mut seen = 0;
    for message in GOLDENS.split("\n\n").map(str::trim).filter(|message| !message.is_empty()) {
        let found = remarks(message);
        // A refusal is told as what it is, and as nothing else.
        let refusal = message.contains("CDATA[FAIL]");
        let allowed: &[&str] = if refusal { &["result_fail", "refused"] } else { &[] };
        assert!(found.iter().all(|warning| allowed.contains(&warning.rule)), "{message}\n{found:?}");
        assert!(!refusal || found.len() == 1, "{message}");
        seen += 1;
    }
    assert!(seen >= 10, "{seen} messages are too few to mean anything");
}

#[test]
fn conforming_client_calls_give_no_remark() {
    for text in [
        "appId=wxd678efh567hg6787&nonceStr=5K8264ILTKCH16CQ2502SI8ZNMTM67VS&package=prepay_id=wx2017033010242291fcfe0db70013231072&signType=MD5&timeStamp=1490840662&paySign=22D9B4E54AB1950F51E0649E8810ACD6",
        "appId=wx0000000000000001&nonceStr=IITRi8Iabbblz1Jc&package=prepay_id=wx0203040506789012abcdef0123456789000&signType=MD5&timeStamp=1704135845",
        r#"{"timeStamp":"1704135845","nonceStr":"IITRi8Iabbblz1Jc","package":"prepay_id=wx0203040506789012abcdef0123456789000","signType":"HMAC-SHA256","paySign":"3C6DF8C82952E84EB77B6ABF2B4021133B75107470294988D3E4A8F60DD9A891"}"#,
        r#"{"timestamp":"1704135845","nonceStr":"IITRi8Iabbblz1Jc","package":"prepay_id=wx0203040506789012abcdef0123456789000","signType":"MD5","paySign":"A4C607DA0A12FF0DB36AF96858A45992"}"#,
        "appid=wx0000000000000002&noncestr=IITRi8Iabbblz1Jc&package=Sign=WXPay&partnerid=1900000001&prepayid=wx0203040506789012abcdef0123456789000&timestamp=1704135845&sign=99931C00EB3FAA3591178183DB97023D",
        "appid=wx0000000000000001&mch_id=1900000001&nonce_str=f6808210402125e30663234f94c87a8c&product_id=SKU-88888&time_stamp=1704135845&sign=6B7A76D9F79E6783DDEDBD23CCD0F408",
        "appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA&sign=9A0A8659F005D6984697E2CA0A9CF3B7",
        "mch_id=1900000001&nonce_str=5K8264ILTKCH16CQ2502SI8ZNMTM67VS&sign=5D216A10CB30A977C83AA558D0B16E99",
        ORDER,
    ] {
        assert_eq!(remarks(text), [], "{text}");
        let pasted =
            Circumstances { pasted: Some(text), now: Some(UtcMs(1_704_135_846_000)), ..Circumstances::default() };
        let found = lint_under(&read(text), &pasted);
        assert!(found.iter().all(|warning| warning.rule == "time_stamp_far"), "{text}: {found:?}");
    }
}

#[test]
fn a_conforming_refund_and_other_requests_give_no_remark() {
    for (context, rest) in [
        ("refund", "out_trade_no=T20240102030405_001&out_refund_no=R20240102030405_001&total_fee=101&refund_fee=101"),
        ("orderquery", "transaction_id=4200000000202401020000000001"),
        ("closeorder", "out_trade_no=T20240102030405_001"),
        ("downloadbill", "bill_date=20240102&bill_type=ALL"),
        (
            "micropay",
            "body=test&out_trade_no=T20240102030405_001&total_fee=101&spbill_create_ip=8.8.8.8&auth_code=120061098828009406",
        ),
        ("downloadfundflow", "bill_date=20240102&account_type=Basic&sign_type=HMAC-SHA256"),
    ] {
        let text = format!("appid=wx0000000000000001&mch_id=1900000001&nonce_str=IITRi8Iabbblz1Jc&{rest}");
        let found = lint(&read(&text), Context::parse(context), &[]);
        assert_eq!(found, [], "{context}");
    }
}

#[test]
fn the_shape_of_the_sign_names_the_digest() {
    let hex = "9A0A8659F005D6984697E2CA0A9CF3B7";
    for (sign, rule, cause) in [
        (hex.to_lowercase(), "sign_lower_case", Some(CauseId::F5)),
        (format!("{hex}12345678"), "sign_length", Some(CauseId::F6)),
        (hex[..16].to_owned(), "sign_length", Some(CauseId::F10)),
        (hex[..31].to_owned(), "sign_length", Some(CauseId::F9)),
        ("mgqGWfAF1phGl+LKCpzztw==".to_owned(), "sign_base64", Some(CauseId::F7)),
        ("ab/+".repeat(86), "v3_sign", Some(CauseId::H4)),
        ("not a sign".to_owned(), "sign_malformed", None),
        (format!("{hex}{hex}"), "", None),
    ] {
        if !rule.is_empty() {
            expect(&order_with("sign", &sign), rule, cause, "sign");
        }
    }
    expect(&order_with("sign", &format!("{hex}{hex}")), "hmac_without_sign_type", Some(CauseId::F4), "sign_type");
    expect(&order_with("sign_type", "HMACSHA256"), "sign_type_word", Some(CauseId::D22), "sign_type");
    expect(&order_with("sign_type", "RSA"), "v3_sign_type", Some(CauseId::H4), "sign_type");
    expect(
        &format!("{}&sign={hex}", order_with("sign_type", "HMAC-SHA256")),
        "sign_type_and_length",
        Some(CauseId::F1),
        "sign",
    );
}

#[test]
fn endpoints_with_one_algorithm_refuse_the_other() {
    let hex = "9A0A8659F005D6984697E2CA0A9CF3B7";
    let fund_flow = format!(
        "appid=wx0000000000000001&mch_id=1900000001&nonce_str=IITRi8Iabbblz1Jc&bill_date=20240102&account_type=Basic&sign={hex}"
    );
    expect(&fund_flow, "hmac_only", Some(CauseId::F3), "sign");
    expect(&fund_flow, "hmac_only", Some(CauseId::F3), "sign_type");
    let transfer = format!(
        "mch_appid=wx0000000000000001&mchid=1900000001&nonce_str=IITRi8Iabbblz1Jc&amount=100&sign_type=HMAC-SHA256&sign={hex}{hex}"
    );
    expect(&transfer, "md5_only", Some(CauseId::F4), "sign");
    expect(&transfer, "sign_type_not_allowed", Some(CauseId::A4), "sign_type");
    let coupon = "coupon_stock_id=1&nonce_str=IITRi8Iabbblz1Jc&sign_type=MD5";
    assert!(
        remarks(coupon).iter().all(|warning| warning.severity == Severity::Hint),
        "what is not confirmed is a hint: {:?}",
        remarks(coupon)
    );
}

#[test]
fn misspelt_foreign_and_missing_names_are_told_with_the_right_one() {
    expect(&ORDER.replace("out_trade_no", "out_trade_on"), "misspelt_name", Some(CauseId::A13), "out_trade_on");
    expect(&ORDER.replace("out_trade_no", "out_trade_on"), "required_missing", None, "out_trade_no");
    expect(&ORDER.replace("nonce_str", "nonce"), "misspelt_name", Some(CauseId::A13), "nonce");
    expect(&ORDER.replace("appid", "appId"), "misspelt_name", Some(CauseId::B1), "appId");
    expect(&ORDER.replace("nonce_str", "nonceStr"), "misspelt_name", Some(CauseId::B6), "nonceStr");
    expect(&format!("{ORDER}&sgin=1"), "misspelt_name", Some(CauseId::A13), "sgin");
    expect(&ORDER.replace("total_fee", "totalFee"), "misspelt_name", Some(CauseId::A13), "totalFee");
    expect(&format!("{ORDER}&shop_colour=red"), "unknown_field", Some(CauseId::A5), "shop_colour");
    expect(&ORDER.replace("openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o&", ""), "required_missing", None, "openid");
    let transfer = "appid=wx0000000000000001&mchid=1900000001&check_name=NO_CHECK&nonce_str=IITRi8Iabbblz1Jc";
    expect(transfer, "name_of_another_endpoint", Some(CauseId::B7), "appid");
    let wecom = "wxappid=wx0000000000000001&mch_id=1900000001&nonce_str=IITRi8Iabbblz1Jc&agentid=1";
    let found = lint(&read(wecom), Context::parse("sendworkwxredpack"), &[]);
    assert!(found.iter().any(|warning| warning.cause == Some(CauseId::A16)), "{found:?}");
}

#[test]
fn a_message_of_unknown_kind_is_compared_with_every_known_name() {
    let text = "appid=wx0000000000000001&mch_id=1900000001&out_trade_nr=T20240102030405&nonce_str=IITRi8Iabbblz1Jc";
    expect(text, "misspelt_name", Some(CauseId::A13), "out_trade_nr");
    assert_eq!(rules("coupon_refund_fee_0_1=1&coupon_id_10=x&return_code=SUCCESS"), Vec::<&str>::new());
}

#[test]
fn values_that_hash_otherwise_than_they_look_are_told() {
    for (name, value, rule, cause) in [
        ("attach", "", "empty_value", Some(CauseId::A1)),
        ("attach", "null", "null_word", Some(CauseId::D13)),
        ("attach", "undefined", "null_word", Some(CauseId::D13)),
        ("attach", "None", "null_word", Some(CauseId::D13)),
        ("body", "test ", "edge_space", Some(CauseId::D5)),
        ("body", "\u{3000}test", "edge_space", Some(CauseId::D5)),
        ("body", "te\u{200B}st", "invisible_character", Some(CauseId::D18)),
        ("out_trade_no", "T2024010203\u{FF11}", "invisible_character", Some(CauseId::D18)),
        ("attach", "\u{FEFF}x", "invisible_character", Some(CauseId::D18)),
        ("body", "<![CDATA[test]]>", "cdata_in_value", Some(CauseId::D9)),
        ("body", "a &amp; b", "entity_in_value", Some(CauseId::D10)),
        ("body", "帽子😀", "emoji", Some(CauseId::D17)),
        ("body", "锟斤拷", "mojibake", Some(CauseId::D16)),
        ("body", "\u{FFFD}\u{FFFD}", "mojibake", Some(CauseId::D16)),
        ("body", "\u{E6}\u{B5}\u{8B}", "mojibake", Some(CauseId::D16)),
        ("body", "T???", "question_marks", Some(CauseId::D15)),
        ("notify_url", "https%3A%2F%2Fshop.example.com%2Fpay", "percent_encoded", Some(CauseId::D7)),
        ("body", "%E6%B5%8B", "percent_encoded", Some(CauseId::D7)),
        ("device_info", "\u{201C}WEB\u{201D}", "", None),
        ("trade_type", "\"JSAPI\"", "quotes_in_value", Some(CauseId::D24)),
        ("attach", "\\x22a\\x22", "log_escapes", Some(CauseId::D12)),
        ("detail", "{\"a\":\"\\u0026\"}", "json_escapes", Some(CauseId::D11)),
        ("attach", "T20240102030405_001", "", None),
    ] {
        if !rule.is_empty() {
            // XML takes every one of these values; a query would split some.
            let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            expect(&xml_of(&order_with(name, "@"), &escaped), rule, cause, name);
        }
    }
    let text = order_with("attach", "T20240102030405_001");
    assert!(remarks(&text).iter().any(|warning| warning.cause == Some(CauseId::A11)), "{text}");
}

/// The pairs as XML, with `@` replaced by the value.
pub(super) fn xml_of(pairs: &str, value: &str) -> String {
    let fields = pairs.split('&').filter_map(|pair| pair.split_once('='));
    let elements: Vec<String> =
        fields.map(|(name, text)| format!("<{name}>{}</{name}>", if text == "@" { value } else { text })).collect();
    format!("<xml>{}</xml>", elements.join("\n"))
}

#[test]
fn amounts_are_whole_fen() {
    for (value, rule, cause) in [
        ("1000.0", "amount_decimals", Some(CauseId::D1)),
        ("1998.9999999999998", "amount_decimals", Some(CauseId::D1)),
        ("1e+06", "amount_exponent", Some(CauseId::D2)),
        ("19.99", "amount_in_yuan", Some(CauseId::D3)),
        ("0", "amount_too_small", None),
        ("-1", "amount_too_small", None),
        ("abc", "amount_form", None),
        ("NaN1", "amount_form", None),
        ("007", "amount_form", None),
    ] {
        expect(&order_with("total_fee", value), rule, cause, "total_fee");
    }
    let refund = "appid=wx0000000000000001&mch_id=1900000001&nonce_str=IITRi8Iabbblz1Jc&out_trade_no=T20240102030405&out_refund_no=R1&total_fee=1990&refund_fee=1989";
    expect(refund, "amounts_off_by_one", Some(CauseId::D4), "refund_fee");
}

#[test]
fn values_are_held_against_the_rule_book() {
    for (name, value, rule) in [
        ("body", "测".repeat(43).as_str(), "too_long"),
        ("trade_type", "jsapi", "unknown_value"),
        ("time_expire", "2024-01-02 03:04:05", "not_a_time"),
        ("scene_info", "{h5_info}", "not_json"),
        ("spbill_create_ip", "[", "address_broken"),
        ("spbill_create_ip", "2001", "address_broken"),
        ("spbill_create_ip", "1.2.3.4:5678", "address_broken"),
        ("notify_url", "shop.example.com/pay", "notify_url"),
        ("notify_url", "https://shop.example.com/pay?a=1", "notify_url"),
        ("out_trade_no", "T2024中文", "number_characters"),
        ("appid", "1900000001", "appid_shape"),
        ("mch_id", "wx0000000000000001", "mch_id_shape"),
        ("openid", "wx0000000000000001", "openid_shape"),
    ] {
        expect(
            &order_with(name, value),
            rule,
            remarks(&order_with(name, value)).iter().find(|one| one.rule == rule).and_then(|one| one.cause),
            name,
        );
    }
    assert!(rules(&order_with("spbill_create_ip", "2001:db8::1")).is_empty());
}

#[test]
fn leftovers_of_a_test_are_hinted_only_on_orders_for_real_money() {
    let real = order_with("notify_url", "https://pay.realshop.cn/wx").replace("total_fee=101", "total_fee=1");
    let real = real.replace("203.0.113.7", "127.0.0.1");
    let found = remarks(&real);
    let names: Vec<&str> = found.iter().map(|warning| warning.rule).collect();
    assert_eq!(names, ["address_loopback", "one_fen"]);
    assert!(found.iter().all(|warning| warning.severity == Severity::Hint));
    assert!(rules(&ORDER.replace("total_fee=101", "total_fee=1").replace("203.0.113.7", "127.0.0.1")).is_empty());
}

pub(super) const CALL: &str = "appId=wx0000000000000001&nonceStr=IITRi8Iabbblz1Jc&package=prepay_id=wx0203040506789012abcdef0123456789000&signType=MD5&timeStamp=1704135845";

#[test]
fn each_slip_of_a_client_call_is_told() {
    for (from, to, rule, cause, field) in [
        ("appId=", "appid=", "call_field_name", CauseId::B1, "appid"),
        ("timeStamp", "timestamp", "call_field_name", CauseId::B2, "timestamp"),
        ("nonceStr", "nonce_str", "call_field_name", CauseId::B6, "nonce_str"),
        ("package=", "packageValue=", "call_field_name", CauseId::B4, "packageValue"),
        ("&signType=MD5", "", "call_field_missing", CauseId::A15, "signType"),
        ("appId=wx0000000000000001&", "", "call_field_missing", CauseId::A15, "appId"),
        ("1704135845", "1704135845000", "milliseconds", CauseId::D20, "timeStamp"),
        ("prepay_id=wx", "wx", "package_form", CauseId::G2, "package"),
        ("prepay_id=wx", "prepay_id= wx", "package_form", CauseId::G2, "package"),
        ("wx0203040506789012abcdef0123456789000", "null", "prepay_id_missing", CauseId::G3, "package"),
        ("wx0203040506789012abcdef0123456789000", "", "prepay_id_missing", CauseId::G3, "package"),
        ("prepay_id=wx", "prepay_id%3Dwx", "percent_encoded", CauseId::D23, "package"),
        ("signType=MD5", "signType=RSA", "v3_sign_type", CauseId::H4, "signType"),
    ] {
        let text = CALL.replacen(from, to, 1);
        assert_ne!(text, CALL);
        expect(&text, rule, Some(cause), field);
    }
    let with_sign = format!("{CALL}&paySign=9A0A8659F005D6984697E2CA0A9CF3B7&sign=9A0A8659F005D6984697E2CA0A9CF3B7");
    expect(&with_sign, "pay_sign_is_order_sign", Some(CauseId::G1), "paySign");
    expect(&format!("{CALL}&sign=9A0A8659F005D6984697E2CA0A9CF3B7"), "call_field_name", Some(CauseId::B5), "sign");
}

pub(super) const APP_CALL: &str = "appid=wx0000000000000002&noncestr=IITRi8Iabbblz1Jc&package=Sign=WXPay&partnerid=1900000001&prepayid=wx0203040506789012abcdef0123456789000&timestamp=1704135845";

#[test]
fn each_slip_of_an_app_call_is_told() {
    for (from, to, rule, cause, field) in [
        ("noncestr", "nonceStr", "call_field_name", CauseId::B3, "nonceStr"),
        ("partnerid", "partnerId", "call_field_name", CauseId::B3, "partnerId"),
        ("Sign=WXPay", "prepay_id=wx02", "app_package", CauseId::G4, "package"),
        ("partnerid=1900000001", "partnerid=wx02030405", "partner_id", CauseId::G6, "partnerid"),
        ("&timestamp", "&signType=MD5&timestamp", "app_sign_type", CauseId::B3, "signType"),
        (
            "prepayid=wx0203040506789012abcdef0123456789000",
            "prepayid=undefined",
            "prepay_id_missing",
            CauseId::G3,
            "prepayid",
        ),
    ] {
        expect(&APP_CALL.replacen(from, to, 1), rule, Some(cause), field);
    }
}

#[test]
fn a_time_stamp_of_local_time_is_told_when_the_present_is_known() {
    let now = UtcMs(1_704_135_845_000);
    let found_at = |offset_s: i64| {
        let text = CALL.replace("1704135845", &(1_704_135_845 + offset_s).to_string());
        lint_under(&read(&text), &Circumstances { now: Some(now), ..Circumstances::default() }).into_iter().next()
    };
    let at = |offset_s: i64| found_at(offset_s).map(|warning| warning.rule);
    let away = |offset_s: i64| found_at(offset_s).map(|warning| warning.detail.chinese).unwrap_or_default();
    assert_eq!(at(8 * 3600), Some("time_stamp_local"));
    assert_eq!(at(-86_400), Some("time_stamp_far"));
    assert_eq!(at(-60), None);
    assert!(away(3600).contains("相差 60 分钟"), "{}", away(3600));
    assert!(away(-86_400).contains("相差 24 小时"), "{}", away(-86_400));
    assert!(away(-1054 * 86_400).contains("相差 1054 天"), "{}", away(-1054 * 86_400));
    assert_eq!(rules(&CALL.replace("1704135845", "1704164645")), Vec::<&str>::new(), "without a clock nothing is said");
}

#[test]
fn the_pasted_text_tells_numbers_sandboxes_and_two_nonces() {
    let under = |text: &str| {
        let circumstances = Circumstances { pasted: Some(text), ..Circumstances::default() };
        lint_under(&read(text), &circumstances).into_iter().filter_map(|warning| warning.cause).collect::<Vec<_>>()
    };
    let number = r#"{"timeStamp":1704135845,"nonceStr":"IITRi8Iabbblz1Jc","package":"prepay_id=wx0203040506789012abcdef0123456789000","signType":"MD5","paySign":"A4C607DA0A12FF0DB36AF96858A45992"}"#;
    assert!(under(number).contains(&CauseId::D21));
    let sandbox = format!("curl https://api.mch.weixin.qq.com/sandboxnew/pay/unifiedorder -d '{}'", xml_of(ORDER, ""));
    let causes = under(&sandbox);
    assert!(causes.contains(&CauseId::H1) && causes.contains(&CauseId::H3), "{causes:?}");
    let line = format!("signed nonce_str=aaaaaaaaaaaaaaaa sent {}", xml_of(ORDER, ""));
    let circumstances = Circumstances { pasted: Some(&line), ..Circumstances::default() };
    let found = lint_under(&read(&xml_of(ORDER, "")), &circumstances);
    assert!(found.iter().any(|warning| warning.cause == Some(CauseId::A7)), "{found:?}");
}

#[test]
fn a_call_is_held_against_the_order_that_it_pays_for() {
    let order = read(&format!("{ORDER}&sub_appid=wx0000000000000009&sign_type=HMAC-SHA256"));
    let call = read(CALL);
    let found = lint_under(&call, &Circumstances { order: Some(&order), ..Circumstances::default() });
    let causes: Vec<CauseId> = found.iter().filter_map(|warning| warning.cause).collect();
    assert_eq!(causes, [CauseId::G5, CauseId::F1]);
}

#[test]
fn notices_are_told_apart() {
    let notice = "appid=wx0000000000000001&mch_id=1900000001&req_info=abc&return_code=SUCCESS";
    let as_payment = lint(&read(notice), Some(Context::PayNotify), &[]);
    assert_eq!(as_payment.first().and_then(|warning| warning.cause), Some(CauseId::A17));
    let as_refund = lint(&read("appid=wx0000000000000001&return_code=SUCCESS"), Some(Context::RefundNotify), &[]);
    assert_eq!(as_refund.first().and_then(|warning| warning.cause), Some(CauseId::A17));
    let failed = lint(&read("return_code=FAIL&return_msg=x"), Some(Context::RefundNotify), &[]);
    assert!(failed.iter().all(|warning| warning.cause != Some(CauseId::A17)), "a FAIL has no req_info");
    let order = lint(&read(ORDER), Some(Context::PayNotify), &[]);
    assert!(order.iter().any(|warning| warning.cause == Some(CauseId::A14)), "{order:?}");
    expect(
        "req_info=abc&return_code=SUCCESS&sign=9A0A8659F005D6984697E2CA0A9CF3B7",
        "refund_notice_with_sign",
        Some(CauseId::A17),
        "sign",
    );
}

#[test]
fn the_shape_of_a_key_is_told_without_the_key() {
    let told = |bytes: &[u8], others: &[(KeyRole, &[u8])]| {
        let secrets: Vec<(KeyRole, Secret)> = [(KeyRole::InUse, bytes)]
            .iter()
            .chain(others)
            .map(|(role, bytes)| (*role, Secret::new(bytes.to_vec())))
            .collect();
        let slots: Vec<KeySlot<'_>> =
            secrets.iter().map(|(role, secret)| KeySlot { role: *role, name: "key", secret }).collect();
        let found = lint(&read(ORDER), None, &slots);
        let text = String::from_utf8_lossy(bytes).into_owned();
        if bytes.len() > 8 {
            assert!(found.iter().all(|one| !one.detail.chinese.contains(&text) && !one.detail.english.contains(&text)));
        }
        found.into_iter().map(|warning| (warning.rule, warning.cause)).collect::<Vec<_>>()
    };
    let good = b"0123456789abcdef0123456789ABCDEF";
    assert_eq!(told(good, &[]), []);
    assert_eq!(told(b"", &[]), [("key_empty", Some(CauseId::E6))]);
    assert_eq!(told(b"null", &[]), [("key_empty", Some(CauseId::E6))]);
    assert_eq!(told(b"0123456789abcdef0123456789ABCDE", &[]), [("key_length", Some(CauseId::E5))]);
    assert_eq!(told(b"0123456789abcdef0123456789ABCDEF\n", &[]), [("key_edge_space", Some(CauseId::E10))]);
    assert_eq!(told(b"0123456789abcdef0123456789abcdef", &[]), [("key_like_app_secret", Some(CauseId::E2))]);
    assert_eq!(told(good, &[(KeyRole::AppSecret, good)]), [("key_is_app_secret", Some(CauseId::E2))]);
    assert_eq!(told(good, &[(KeyRole::V3, good)]), [("key_is_v3", Some(CauseId::E3))]);
}

#[test]
fn a_key_that_makes_the_sign_is_right_whatever_it_looks_like() {
    let text = "appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA&sign=9A0A8659F005D6984697E2CA0A9CF3B7";
    let secret = Secret::new(b"192006250b4c09247ec02edce69f6a2d".to_vec());
    let slots = [KeySlot { role: KeyRole::InUse, name: "key", secret: &secret }];
    assert_eq!(lint(&read(text), None, &slots), []);
}

#[test]
fn a_repair_that_is_a_cause_is_remarked_and_an_ordinary_one_is_not() {
    let marked = format!("\u{FEFF}{ORDER}");
    assert_eq!(remarks(&marked).iter().map(|one| one.cause).collect::<Vec<_>>(), [Some(CauseId::D18)]);
    assert_eq!(remarks(&format!("{ORDER}&key=0123456789abcdef0123456789ABCDEF")), []);
}

#[test]
fn remarks_stand_with_the_gravest_first_and_speak_both_languages() {
    let text = xml_of(&format!("{}&sgin=1", order_with("attach", "@")), "");
    let found = remarks(&text);
    assert!(found.is_sorted_by_key(|warning| warning.severity) && found.len() >= 2, "{found:?}");
    for warning in found {
        assert!(!warning.detail.chinese.is_ascii() && !warning.detail.english.is_empty());
    }
}

#[test]
fn no_endpoint_of_the_book_remarks_a_message_of_its_own_required_fields() {
    for endpoint in Endpoint::all() {
        let mut pairs = Vec::new();
        for field in endpoint.fields().filter(|field| field.name != "sign") {
            let value = match field.name {
                "appid" | "mch_appid" | "wxappid" => "wx0000000000000001",
                "mch_id" | "mchid" => "1900000001",
                "nonce_str" => "IITRi8Iabbblz1Jc",
                "workwx_sign" => "9A0A8659F005D6984697E2CA0A9CF3B7",
                "notify_url" => "https://shop.example.com/wx/notify",
                "spbill_create_ip" => "203.0.113.7",
                "openid" => "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
                "bill_date" => "20240102",
                "offset" => "0",
                name if field.need == crate::rules::Need::Optional => {
                    let _ = name;
                    continue;
                }
                name if name.ends_with("_fee") => "101",
                _ => field.values.first().copied().unwrap_or("T20240102"),
            };
            pairs.push(format!("{}={value}", field.name));
        }
        let found = lint(&read(&pairs.join("&")), Some(Context::Endpoint(endpoint)), &[]);
        let grave: Vec<&Warning> = found.iter().filter(|warning| warning.severity != Severity::Hint).collect();
        assert!(grave.is_empty(), "{endpoint:?}: {grave:?}");
    }
}
