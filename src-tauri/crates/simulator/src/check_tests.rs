use wxpay_protocol::SignType;
use wxpay_protocol::ids::{Appid, MchId};

use crate::check::certificate_page;
use crate::trial::*;
use crate::{ClientCertificate, Endpoint, Merchant, Request, Role, SubMerchant, Switches};

const WRONG_KEY: &str = "ffffffffffffffffffffffffffffffff";

fn refused(path: &str, body: &str) -> String {
    let answer = ask(&gateway(), path, body);
    assert_eq!((answer.status, answer.content_type), (200, "text/plain"));
    assert!(answer.reason.is_some(), "an unsigned refusal must say why");
    return_msg(&answer)
}

#[test]
fn a_wrong_key_is_answered_with_the_words_about_the_sign_on_every_endpoint() {
    for (path, request) in [(UNIFIED, order("T20240102")), (QUERY, query("T20240102")), (CLOSE, query("T20240102"))] {
        assert_eq!(refused(path, &request.signed_as(SignType::Md5, WRONG_KEY)), "签名错误，请检查后再试");
    }
}

#[test]
fn the_method_is_checked_before_the_body() {
    for method in ["GET", "PUT", "HEAD", "DELETE"] {
        assert_eq!(
            return_msg(&gateway().handle(&Request { method, ..Request::post(QUERY, b"not xml") })),
            "require POST method"
        );
    }
}

#[test]
fn the_xml_is_checked_before_the_fields() {
    let doctype = "<!DOCTYPE xml [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><xml><appid>&a;</appid></xml>";
    for body in [
        "not xml",
        "{\"appid\":\"x\"}",
        "<xml>",
        "<xml><appid>x</xml>",
        "<root><appid>x</appid></root>",
        "<xml/>",
        "<xml><a><b>1</b></a></xml>",
        "<xml><appid id=\"1\">x</appid></xml>",
        "<xml><appid>x</appid><appid>y</appid></xml>",
        "<xml><appid>\u{1}</appid></xml>",
        "<xml><appid>x</appid></xml><xml/>",
        doctype,
    ] {
        assert_eq!(refused(QUERY, body), "XML格式错误", "{body}");
    }
}

#[test]
fn an_empty_body_and_another_encoding_have_texts_of_their_own() {
    assert_eq!(refused(QUERY, " \n"), "post数据为空");
    let gbk = b"<xml><body>\xB2\xE2\xCA\xD4</body></xml>";
    assert_eq!(return_msg(&gateway().handle(&Request::post(UNIFIED, gbk))), "编码格式错误");
}

#[test]
fn required_fields_are_checked_before_the_merchant_and_the_sign() {
    for name in [
        "appid",
        "mch_id",
        "nonce_str",
        "body",
        "out_trade_no",
        "total_fee",
        "spbill_create_ip",
        "notify_url",
        "trade_type",
    ] {
        let unknown = order("T20240102").with("mch_id", "1999999999");
        assert_eq!(refused(UNIFIED, &unknown.clone().without(name).signed()), "缺少参数", "{name}");
        assert_eq!(refused(UNIFIED, &unknown.with(name, "").signed()), "缺少参数", "empty {name}");
    }
    assert_eq!(refused(UNIFIED, &order("T20240102").written()), "缺少参数", "sign");
    assert_eq!(refused(QUERY, &query("x").without("out_trade_no").signed()), "缺少参数");
    assert_eq!(refused(CLOSE, &query_transaction("4200").signed()), "缺少参数");
}

#[test]
fn each_trade_type_needs_its_own_field() {
    assert_eq!(refused(UNIFIED, &order("T20240102").without("openid").signed()), "JSAPI支付必须传openid");
    for trade_type in ["NATIVE", "MWEB"] {
        assert_eq!(refused(UNIFIED, &order("T20240102").with("trade_type", trade_type).signed()), "缺少参数");
    }
}

#[test]
fn an_hmac_sign_without_sign_type_is_too_long_for_the_field() {
    let body = order("T20240102").signed_as(SignType::HmacSha256, KEY);
    assert_eq!(
        refused(UNIFIED, &body),
        "输入源“/body/xml/sign”映射到值字段“签名”字符串规则校验失败，字节数 64，大于最大值 32"
    );
}

#[test]
fn lengths_are_counted_in_bytes_and_named() {
    let forty_three_characters = "商".repeat(43);
    assert_eq!(
        refused(UNIFIED, &order("T20240102").with("body", &forty_three_characters).signed()),
        "输入源“/body/xml/body”映射到值字段“商品描述”字符串规则校验失败，字节数 129，大于最大值 128"
    );
    assert_eq!(refused(UNIFIED, &order("T20240102").with("appid", &"w".repeat(33)).signed()), "appid参数长度有误");
    for (name, length) in
        [("out_trade_no", 33), ("attach", 128), ("nonce_str", 33), ("notify_url", 257), ("detail", 6145)]
    {
        let message = refused(UNIFIED, &order("T20240102").with(name, &"x".repeat(length)).signed());
        assert!(message.contains(name) && message.contains(&length.to_string()), "{message}");
    }
    assert_eq!(
        field(&ask(&gateway(), UNIFIED, &order("T20240102").with("attach", &"x".repeat(127)).signed()), "result_code")
            .unwrap(),
        "SUCCESS"
    );
}

#[test]
fn an_amount_that_is_no_integer_is_refused_as_the_mapping_that_failed() {
    for amount in ["1.00", "1e3", "１", "abc", "+1", " 1", "9223372036854775808", "111111111111111111111"] {
        assert_eq!(
            refused(UNIFIED, &order("T20240102").with("total_fee", amount).signed()),
            "无法将输入源“/body/xml/total_fee”映射到目标字段“标价金额”中，此字段需要一个合法的 64 位有符号整数",
            "{amount}"
        );
    }
}

#[test]
fn ids_are_checked_before_the_sign() {
    let unknown_appid = query("T20240102").with("appid", "wx9999999999999999").signed_as(SignType::Md5, WRONG_KEY);
    assert_eq!(refused(QUERY, &unknown_appid), "AppID不存在，请检查后再试");
    let unknown_mch_id = query("T20240102").with("mch_id", "1900000009").signed_as(SignType::Md5, WRONG_KEY);
    assert_eq!(refused(QUERY, &unknown_mch_id), "appid和mch_id不匹配");
}

fn provider() -> Merchant {
    let sub_merchant = SubMerchant {
        sub_mch_id: MchId::new("1900000109").unwrap(),
        sub_appids: vec![Appid::new("wx0000000000000109").unwrap()],
    };
    Merchant { role: Role::ServiceProvider(vec![sub_merchant]), ..own_merchant() }
}

#[test]
fn a_service_provider_speaks_for_its_own_merchants_only_and_always_for_one() {
    let gateway = gateway();
    gateway.add_merchant(provider()).unwrap();
    let asked = |request: Message| ask(&gateway, QUERY, &request.signed_as(SignType::Md5, WRONG_KEY));
    let query = query("T20240102");
    assert_eq!(return_msg(&asked(query.clone())), "受理机构必须传入sub_mch_id");
    assert_eq!(return_msg(&asked(query.clone().with("sub_mch_id", "1900000110"))), "受理关系不存在");
    let own = query.with("sub_mch_id", "1900000109");
    let foreign_app = own.clone().with("sub_appid", "wx0000000000000110");
    assert_eq!(return_msg(&asked(foreign_app)), "sub_mch_id与sub_appid不匹配");
    assert_eq!(return_msg(&asked(own.clone())), "签名错误，请检查后再试");
    for request in [own.clone(), own.with("sub_appid", "wx0000000000000109")] {
        assert_eq!(ask(&gateway, QUERY, &request.signed()).outcome, "ORDERNOTEXIST");
    }
}

#[test]
fn a_sub_mch_id_of_a_merchant_that_is_no_service_provider_is_ignored() {
    let query = query("T20240102").with("sub_mch_id", "1900000109").signed();
    assert_eq!(ask(&gateway(), QUERY, &query).outcome, "ORDERNOTEXIST");
}

#[test]
fn nginx_asks_for_the_certificate_before_anything_is_read_and_only_where_money_moves() {
    let page = |endpoint, certificate, switches: &Switches| certificate_page(endpoint, certificate, switches);
    let (switches, strict) =
        (Switches::default(), Switches { plain_http_needs_certificate: true, ..Switches::default() });
    let absent = page(Endpoint::Refund, ClientCertificate::Absent, &switches).unwrap();
    assert_eq!((absent.status, absent.content_type), (400, "text/html"));
    assert_eq!(absent.body, NO_CERTIFICATE);
    let unverifiable = page(Endpoint::Reverse, ClientCertificate::Unverifiable, &switches).unwrap();
    assert_eq!(
        unverifiable.body,
        NO_CERTIFICATE.replace("No required SSL certificate was sent", "The SSL certificate error")
    );
    assert_eq!(page(Endpoint::Refund, ClientCertificate::Of { mch_id: MCH_ID }, &switches), None);
    assert_eq!(page(Endpoint::Refund, ClientCertificate::PlainHttp, &switches), None);
    assert!(page(Endpoint::Refund, ClientCertificate::PlainHttp, &strict).is_some());
    assert_eq!(page(Endpoint::UnifiedOrder, ClientCertificate::Absent, &strict), None);
}

#[test]
fn a_carriage_return_is_refused_because_it_could_not_be_echoed() {
    let body = order("T20240102").with("attach", "AB").signed().replace("<![CDATA[AB]]>", "A&#13;B");
    assert_eq!(refused(UNIFIED, &body), "参数格式校验错误");
}

#[test]
fn a_sign_that_is_lower_case_or_under_an_unknown_algorithm_is_wrong() {
    let signed = query("T20240102").signed();
    let sign = signed.split("<sign><![CDATA[").nth(1).unwrap().split("]]>").next().unwrap().to_owned();
    assert_eq!(refused(QUERY, &signed.replace(&sign, &sign.to_lowercase())), "签名错误，请检查后再试");
    for sign_type in ["SHA1", "md5", "HMAC-MD5"] {
        let body = query("T20240102").with("sign_type", sign_type).signed_as(SignType::Md5, KEY);
        assert_eq!(refused(QUERY, &body), "签名错误，请检查后再试", "{sign_type}");
    }
}

#[test]
fn every_received_field_is_part_of_the_sign() {
    let gateway = gateway();
    let body = order("T20240102").with("op_user_id", "1900000001").with("version", "1.0").signed();
    assert_eq!(field(&ask(&gateway, UNIFIED, &body), "result_code").unwrap(), "SUCCESS");
    let added = query("T20240102").signed().replace("</xml>", "<extra>1</extra></xml>");
    assert_eq!(return_msg(&ask(&gateway, QUERY, &added)), "签名错误，请检查后再试");
    let empty_added = query("T20240102").signed().replace("</xml>", "<extra></extra>\n</xml>");
    assert_eq!(field(&ask(&gateway, QUERY, &empty_added), "trade_state").unwrap(), "NOTPAY");
}

#[test]
fn any_spelling_of_a_good_request_is_accepted() {
    let gateway = gateway();
    let signed = order("T20240102").signed();
    for body in [
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{signed}"),
        signed.replace('\n', ""),
        signed.replace(">\n<", ">\n    <"),
        signed.replace("<![CDATA[101]]>", "101"),
        signed.replace("<![CDATA[JSAPI]]>", "JSAPI"),
        signed.replace("<total_fee>101</total_fee>", "<total_fee><![CDATA[101]]></total_fee>"),
    ] {
        assert_eq!(field(&ask(&gateway, UNIFIED, &body), "result_code").unwrap(), "SUCCESS", "{body}");
    }
}

#[test]
fn answers_are_signed_with_the_algorithm_of_the_request_and_do_not_name_it() {
    let gateway = gateway();
    for (sign_type, length) in [("MD5", 32), ("HMAC-SHA256", 64)] {
        let answer = ask(&gateway, QUERY, &query("T20240102").with("sign_type", sign_type).signed());
        assert_eq!(field(&answer, "sign").unwrap().len(), length);
        assert_eq!(field(&answer, "sign_type"), None);
    }
}

#[test]
fn a_path_that_is_not_offered_is_nginx_s_404() {
    let answer = gateway().handle(&Request::post("/pay/nothing", b""));
    assert_eq!((answer.status, answer.content_type), (404, "text/html"));
}

#[test]
fn a_removed_merchant_is_unknown_and_an_added_one_has_its_own_key() {
    let gateway = gateway();
    gateway.add_merchant(merchant("wx0000000000000002", "1900000002", WRONG_KEY)).unwrap();
    let theirs = query("T20240102").with("appid", "wx0000000000000002").with("mch_id", "1900000002");
    let answer = ask(&gateway, QUERY, &theirs.clone().signed_as(SignType::Md5, WRONG_KEY));
    assert_eq!(answer.outcome, "ORDERNOTEXIST");
    assert_eq!(return_msg(&ask(&gateway, QUERY, &theirs.clone().signed())), "签名错误，请检查后再试");
    assert!(gateway.remove_merchant("wx0000000000000002", "1900000002"));
    assert_eq!(return_msg(&ask(&gateway, QUERY, &theirs.signed())), "AppID不存在，请检查后再试");
}
