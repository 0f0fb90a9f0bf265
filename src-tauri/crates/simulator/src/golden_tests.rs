//! The messages that were captured or worked out by hand, byte for byte.

use std::sync::Mutex;

use wxpay_protocol::{Secret, UtcMs};

use crate::notices::payment as payment_notice;
use crate::trial::*;
use crate::{Draw, Gateway, Pay, Switches};

/// Gives out what the captured messages hold.
pub(crate) struct Captured(Mutex<Vec<&'static str>>);

impl Captured {
    pub(crate) fn gateway(nonces: &[&'static str]) -> std::sync::Arc<Gateway> {
        drawing(Box::new(Self(Mutex::new(nonces.iter().rev().copied().collect()))), Switches::default())
    }
}

impl Draw for Captured {
    fn nonce_str(&self) -> String {
        self.0.lock().unwrap().pop().unwrap().to_owned()
    }
    fn notice_nonce_str(&self) -> String {
        "5d6d0aa3930135d6d0aa393013".to_owned()
    }
    fn prepay_id(&self, _: u64, _: UtcMs) -> String {
        "wx0203040506789012abcdef0123456789000".to_owned()
    }
    fn code_token(&self, _: u64) -> String {
        "XL8favn".to_owned()
    }
    fn transaction_id(&self, _: u64, _: UtcMs) -> String {
        "4200000000202401020000000001".to_owned()
    }
    fn refund_id(&self, _: u64, _: UtcMs) -> String {
        "50000000002024010200000000001".to_owned()
    }
}

const REQUEST: &str = r#"<xml><appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<device_info><![CDATA[WEB]]></device_info>
<nonce_str><![CDATA[5d2b6c2a8db53831f7eda20af46e531c]]></nonce_str>
<body><![CDATA[测试商城-T恤 & "帽子"]]></body>
<attach><![CDATA[a=1&b=2+3%20]]></attach>
<out_trade_no><![CDATA[T20240102030405_001]]></out_trade_no>
<total_fee>101</total_fee>
<spbill_create_ip><![CDATA[127.0.0.1]]></spbill_create_ip>
<notify_url><![CDATA[https://shop.example.com/wx/notify]]></notify_url>
<trade_type><![CDATA[JSAPI]]></trade_type>
<openid><![CDATA[oUpF8uMuAJO_M2pxb1Q9zNjWeS6o]]></openid>
<sign><![CDATA[652E14CC3AC936C310CC802F8FE8A5AA]]></sign>
</xml>"#;

const CREATED: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<result_code><![CDATA[SUCCESS]]></result_code>
<mch_id><![CDATA[1900000001]]></mch_id>
<appid><![CDATA[wx0000000000000001]]></appid>
<device_info><![CDATA[WEB]]></device_info>
<nonce_str><![CDATA[IITRi8Iabbblz1Jc]]></nonce_str>
<sign><![CDATA[1B62299BAF1EE690B691F2FE5A96BA1D]]></sign>
<prepay_id><![CDATA[wx0203040506789012abcdef0123456789000]]></prepay_id>
<trade_type><![CDATA[JSAPI]]></trade_type>
</xml>";

const BAD_SIGN: &str = "<xml><return_code><![CDATA[FAIL]]></return_code>
<return_msg><![CDATA[签名错误，请检查后再试]]></return_msg>
</xml>";

const DUPLICATE: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<device_info><![CDATA[WEB]]></device_info>
<nonce_str><![CDATA[TN55wO9Pba5yENl8]]></nonce_str>
<sign><![CDATA[5217CBB8B49BA3AE387EEC312B53768E]]></sign>
<result_code><![CDATA[FAIL]]></result_code>
<err_code><![CDATA[INVALID_REQUEST]]></err_code>
<err_code_des><![CDATA[201 商户订单号重复]]></err_code_des>
</xml>";

const QUERIED_PAID: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<result_code><![CDATA[SUCCESS]]></result_code>
<mch_id><![CDATA[1900000001]]></mch_id>
<appid><![CDATA[wx0000000000000001]]></appid>
<openid><![CDATA[oUpF8uMuAJO_M2pxb1Q9zNjWeS6o]]></openid>
<is_subscribe><![CDATA[N]]></is_subscribe>
<device_info><![CDATA[WEB]]></device_info>
<trade_type><![CDATA[JSAPI]]></trade_type>
<trade_state><![CDATA[SUCCESS]]></trade_state>
<bank_type><![CDATA[OTHERS]]></bank_type>
<total_fee>101</total_fee>
<fee_type><![CDATA[CNY]]></fee_type>
<cash_fee>101</cash_fee>
<cash_fee_type><![CDATA[CNY]]></cash_fee_type>
<transaction_id><![CDATA[4200000000202401020000000001]]></transaction_id>
<out_trade_no><![CDATA[T20240102030405_001]]></out_trade_no>
<attach><![CDATA[a=1&b=2+3%20]]></attach>
<time_end><![CDATA[20240102030512]]></time_end>
<trade_state_desc><![CDATA[支付成功]]></trade_state_desc>
<nonce_str><![CDATA[50JfBKPiYRbFdKn4]]></nonce_str>
<sign><![CDATA[E4B6DC3AA30C700DA0FC06EC189BBB1F]]></sign>
</xml>";

const QUERIED_UNPAID: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<result_code><![CDATA[SUCCESS]]></result_code>
<mch_id><![CDATA[1900000001]]></mch_id>
<appid><![CDATA[wx0000000000000001]]></appid>
<device_info><![CDATA[]]></device_info>
<trade_state><![CDATA[NOTPAY]]></trade_state>
<total_fee>101</total_fee>
<out_trade_no><![CDATA[T20240102030405_001]]></out_trade_no>
<trade_state_desc><![CDATA[订单未支付]]></trade_state_desc>
<nonce_str><![CDATA[50JfBKPiYRbFdKn4]]></nonce_str>
<sign><![CDATA[552D72C51DEC5CE42E56021538F8CA3F]]></sign>
</xml>";

const QUERIED_NOTHING: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<nonce_str><![CDATA[TN55wO9Pba5yENl8]]></nonce_str>
<sign><![CDATA[346D8CA28D7DA18A6094373F75483D19]]></sign>
<result_code><![CDATA[FAIL]]></result_code>
<err_code><![CDATA[ORDERNOTEXIST]]></err_code>
<err_code_des><![CDATA[order not exist]]></err_code_des>
</xml>";

const CLOSED: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<nonce_str><![CDATA[BFK89FC6rxKCOjLX]]></nonce_str>
<sign><![CDATA[B843C87C7ADB7FAFD0952B2AAD2A7F52]]></sign>
<result_code><![CDATA[SUCCESS]]></result_code>
</xml>";

const CLOSE_REFUSED: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<sub_mch_id><![CDATA[]]></sub_mch_id>
<nonce_str><![CDATA[TvSALXgRmIbKCfZj]]></nonce_str>
<sign><![CDATA[36719FD223E75AB6ABB1DB75760CC935]]></sign>
<result_code><![CDATA[FAIL]]></result_code>
<err_code><![CDATA[ORDERPAID]]></err_code>
<err_code_des><![CDATA[order paid]]></err_code_des>
</xml>";

const NOTICE: &str = "<xml><appid><![CDATA[wx0000000000000001]]></appid>
<attach><![CDATA[a=1&b=2+3%20]]></attach>
<bank_type><![CDATA[OTHERS]]></bank_type>
<cash_fee><![CDATA[101]]></cash_fee>
<device_info><![CDATA[WEB]]></device_info>
<fee_type><![CDATA[CNY]]></fee_type>
<is_subscribe><![CDATA[N]]></is_subscribe>
<mch_id><![CDATA[1900000001]]></mch_id>
<nonce_str><![CDATA[5d6d0aa3930135d6d0aa393013]]></nonce_str>
<openid><![CDATA[oUpF8uMuAJO_M2pxb1Q9zNjWeS6o]]></openid>
<out_trade_no><![CDATA[T20240102030405_001]]></out_trade_no>
<result_code><![CDATA[SUCCESS]]></result_code>
<return_code><![CDATA[SUCCESS]]></return_code>
<sign><![CDATA[7EE7D30995147EC40E9D4F2C87E01A78]]></sign>
<time_end><![CDATA[20240102030512]]></time_end>
<total_fee>101</total_fee>
<trade_type><![CDATA[JSAPI]]></trade_type>
<transaction_id><![CDATA[4200000000202401020000000001]]></transaction_id>
</xml>";

pub(crate) fn body(gateway: &Gateway, path: &str, request: &str) -> String {
    String::from_utf8(ask(gateway, path, request).body.to_vec()).unwrap()
}

pub(crate) fn paid(nonces: &[&'static str]) -> std::sync::Arc<Gateway> {
    let gateway = Captured::gateway(nonces);
    ask(&gateway, UNIFIED, REQUEST);
    gateway.advance_s(67).unwrap();
    gateway.pay(None, "T20240102030405_001", &Pay::default()).unwrap();
    gateway
}

#[test]
fn unifiedorder_answers_as_captured() {
    let gateway = Captured::gateway(&["IITRi8Iabbblz1Jc", "TN55wO9Pba5yENl8"]);
    assert_eq!(body(&gateway, UNIFIED, REQUEST), CREATED);
    assert_eq!(body(&gateway, UNIFIED, &REQUEST.replace("WEB", "APP")), BAD_SIGN);
    let other = order("T20240102030405_001").with("device_info", "WEB").signed();
    assert_eq!(body(&gateway, UNIFIED, &other), DUPLICATE);
}

#[test]
fn orderquery_answers_as_captured() {
    let gateway = Captured::gateway(&["IITRi8Iabbblz1Jc", "50JfBKPiYRbFdKn4", "TN55wO9Pba5yENl8"]);
    ask(&gateway, UNIFIED, REQUEST);
    assert_eq!(body(&gateway, QUERY, &query("T20240102030405_001").signed()), QUERIED_UNPAID);
    assert_eq!(body(&gateway, QUERY, &query("T20240102030405_002").signed()), QUERIED_NOTHING);
    let gateway = paid(&["IITRi8Iabbblz1Jc", "50JfBKPiYRbFdKn4"]);
    assert_eq!(body(&gateway, QUERY, &query("T20240102030405_001").signed()), QUERIED_PAID);
}

#[test]
fn closeorder_answers_as_captured() {
    let gateway = Captured::gateway(&["IITRi8Iabbblz1Jc", "BFK89FC6rxKCOjLX"]);
    ask(&gateway, UNIFIED, REQUEST);
    assert_eq!(body(&gateway, CLOSE, &query("T20240102030405_001").signed()), CLOSED);
    let gateway = paid(&["IITRi8Iabbblz1Jc", "TvSALXgRmIbKCfZj"]);
    assert_eq!(body(&gateway, CLOSE, &query("T20240102030405_001").signed()), CLOSE_REFUSED);
}

#[test]
fn the_notice_is_as_captured_and_names_its_algorithm_only_for_hmac() {
    let gateway = paid(&["IITRi8Iabbblz1Jc"]);
    let mut order = gateway.order(None, "T20240102030405_001").unwrap().order;
    let payment = order.payment.clone().unwrap();
    let key = Secret::new(KEY.as_bytes().to_vec());
    let nonce = "5d6d0aa3930135d6d0aa393013";
    let write =
        |order: &crate::Order| payment_notice::write(order, &payment, nonce, &key, &Switches::default()).unwrap();
    assert_eq!(write(&order), NOTICE);
    order.sign_type = wxpay_protocol::SignType::HmacSha256;
    let hmac = NOTICE.replace(
        "<sign><![CDATA[7EE7D30995147EC40E9D4F2C87E01A78]]></sign>\n",
        "<sign><![CDATA[EEB18273054458ECDBE3B7CC3110884659A5770642EA813600F5BD478FEECC1F]]></sign>\n<sign_type><![CDATA[HMAC-SHA256]]></sign_type>\n",
    );
    assert_eq!(write(&order), hmac);
}

#[test]
fn a_notice_to_another_machine_is_not_delivered() {
    let gateway = paid(&["IITRi8Iabbblz1Jc"]);
    assert_eq!(gateway.notices(1)[0].status.as_str(), "undeliverable");
    assert!(gateway.take_due_notices(10).is_empty());
}
