//! The captured messages of payment codes and refunds, byte for byte.

use wxpay_protocol::Secret;

use crate::golden_tests::{Captured, body, paid};
use crate::ledger::refund::Refund;
use crate::notices::refund as refund_notice;
use crate::trial::*;
use crate::{Gateway, Switches};

const REFUNDED: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<nonce_str><![CDATA[NfsMFbUFpdbEhPXP]]></nonce_str>
<sign><![CDATA[A3ECE7ED8F7914429BEA85529479E6A5]]></sign>
<result_code><![CDATA[SUCCESS]]></result_code>
<transaction_id><![CDATA[4200000000202401020000000001]]></transaction_id>
<out_trade_no><![CDATA[T20240102030405_001]]></out_trade_no>
<out_refund_no><![CDATA[R20240102030405_001]]></out_refund_no>
<refund_id><![CDATA[50000000002024010200000000001]]></refund_id>
<refund_channel><![CDATA[]]></refund_channel>
<refund_fee>101</refund_fee>
<coupon_refund_fee>0</coupon_refund_fee>
<total_fee>101</total_fee>
<cash_fee>101</cash_fee>
<coupon_refund_count>0</coupon_refund_count>
<cash_refund_fee>101</cash_refund_fee>
</xml>";

const MISMATCH: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<nonce_str><![CDATA[KGUWO8LLO2BGbvJb]]></nonce_str>
<sign><![CDATA[9CED36A27A8814E2F8F1753B17EE9657]]></sign>
<result_code><![CDATA[FAIL]]></result_code>
<err_code><![CDATA[REFUND_FEE_MISMATCH]]></err_code>
<err_code_des><![CDATA[订单金额或退款金额与之前请求不一致，请核实后再试]]></err_code_des>
</xml>";

const QUERIED: &str = "<xml><appid><![CDATA[wx0000000000000001]]></appid>
<cash_fee><![CDATA[101]]></cash_fee>
<mch_id><![CDATA[1900000001]]></mch_id>
<nonce_str><![CDATA[50JfBKPiYRbFdKn4]]></nonce_str>
<out_refund_no_0><![CDATA[R20240102030405_001]]></out_refund_no_0>
<out_trade_no><![CDATA[T20240102030405_001]]></out_trade_no>
<refund_account_0><![CDATA[REFUND_SOURCE_RECHARGE_FUNDS]]></refund_account_0>
<refund_channel_0><![CDATA[ORIGINAL]]></refund_channel_0>
<refund_count>1</refund_count>
<refund_fee>101</refund_fee>
<refund_fee_0>101</refund_fee_0>
<refund_id_0><![CDATA[50000000002024010200000000001]]></refund_id_0>
<refund_recv_accout_0><![CDATA[支付用户的零钱]]></refund_recv_accout_0>
<refund_status_0><![CDATA[SUCCESS]]></refund_status_0>
<refund_success_time_0><![CDATA[2024-01-02 03:06:07]]></refund_success_time_0>
<result_code><![CDATA[SUCCESS]]></result_code>
<return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<sign><![CDATA[928A9B1C48D87E55B29F249F8591CEDD]]></sign>
<total_fee>101</total_fee>
<transaction_id><![CDATA[4200000000202401020000000001]]></transaction_id>
</xml>";

const QUERIED_NOTHING: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<nonce_str><![CDATA[FFuwiefZTeDrYiY9]]></nonce_str>
<sign><![CDATA[95F3A4103B2E710ACC068E2F9476EFCB]]></sign>
<result_code><![CDATA[FAIL]]></result_code>
<err_code><![CDATA[REFUNDNOTEXIST]]></err_code>
<err_code_des><![CDATA[not exist]]></err_code_des>
</xml>";

const CODE_EXPIRED: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<result_code><![CDATA[FAIL]]></result_code>
<err_code_des><![CDATA[101 付款码已过期，请退出重试]]></err_code_des>
<err_code><![CDATA[AUTH_CODE_INVALID]]></err_code>
<appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<device_info><![CDATA[POS1]]></device_info>
<nonce_str><![CDATA[TN55wO9Pba5yENl8]]></nonce_str>
<sign><![CDATA[8354552632CA71FB1BDA40C5B51D4AF3]]></sign>
</xml>";

const USERPAYING: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<result_code><![CDATA[FAIL]]></result_code>
<err_code_des><![CDATA[需要用户输入支付密码]]></err_code_des>
<err_code><![CDATA[USERPAYING]]></err_code>
<appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<nonce_str><![CDATA[TN55wO9Pba5yENl8]]></nonce_str>
<sign><![CDATA[7ABB67B5D121A9F83C5E00249C13A019]]></sign>
</xml>";

const REVERSED: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code>
<return_msg><![CDATA[OK]]></return_msg>
<appid><![CDATA[wx0000000000000001]]></appid>
<mch_id><![CDATA[1900000001]]></mch_id>
<nonce_str><![CDATA[o5bAKF3o2ypC8hwa]]></nonce_str>
<sign><![CDATA[9B81B0B55E421D96E7EC9176520EEAE2]]></sign>
<result_code><![CDATA[SUCCESS]]></result_code>
<recall><![CDATA[N]]></recall>
</xml>";

/// What is encrypted in the notice below.
const INSIDE: &str = "<root>
<out_refund_no><![CDATA[R20240102030405_001]]></out_refund_no>
<out_trade_no><![CDATA[T20240102030405_001]]></out_trade_no>
<refund_account><![CDATA[REFUND_SOURCE_RECHARGE_FUNDS]]></refund_account>
<refund_fee><![CDATA[101]]></refund_fee>
<refund_id><![CDATA[50000000002024010200000000001]]></refund_id>
<refund_recv_accout><![CDATA[支付用户零钱]]></refund_recv_accout>
<refund_request_source><![CDATA[API]]></refund_request_source>
<refund_status><![CDATA[SUCCESS]]></refund_status>
<settlement_refund_fee><![CDATA[101]]></settlement_refund_fee>
<settlement_total_fee><![CDATA[101]]></settlement_total_fee>
<success_time><![CDATA[2024-01-02 03:06:07]]></success_time>
<total_fee><![CDATA[101]]></total_fee>
<transaction_id><![CDATA[4200000000202401020000000001]]></transaction_id>
</root>";

const NOTICE: &str = "<xml><return_code>SUCCESS</return_code><appid><![CDATA[wx0000000000000001]]></appid><mch_id><![CDATA[190000000\
    1]]></mch_id><nonce_str><![CDATA[3737625762e0e2432850fa23c452903e]]></nonce_str><req_info><![CDATA[ntuJZa4yz+F\
    8s6STuiToomvjEkxZu81D+j0NONkPReNdkDyo+X7AtDzyTn7S5BAjQl8yVONMsM6TXNVIu6Bga283jGKvysl9twsqRzhpiNNJTKD+L/SSJmMpM\
    x4hQMotRU4cYkaYQoWT36hQfsCgOIjec09XqCyv8H151UzsTmqG8rtSsP69zTVxVSG1nia9K2bLFhMeJxJfZu3i3QpOev/xnLCuA4GjRxaAtL/\
    DgdwuADFgkSNDkuXjKaJw8uh1DHFirMxkGD6Yrv1I395PWREyFFaFI3Ak6hvsqfojOvs0IfE0Z6KBufY4mXGBcf7TbfpfD8raiZQq8/1/Bj2b7\
    70iHjvRQdSbAK7+98ktDNjZO73QOdBRy9DrVWwoAqzdYkck91EiPR4VypvNVJGDepI4YHpNT/4Ezy7RZgA6+f1A7cHbzmF7AESF4LVuTUS10TH\
    plSkLTfl2FFRy4urxSdiykm2grF7MeCoiRbgF9mJqf5vAIz/NyvMnLTQVz4KvLfcRib8kkHjn62gsD4t93O+9pFaH1SW/F4i3rDEwpFB+apyhX\
    1YEvQysT7s5i2Bmd1D16ahViLL6sZSLJRJv/zm858NYtjFuMZ8mrXvkB8hcPM0WwDBUDhCi5gfI28YUWM58a0fJoxBgNiSCKRTI63VuC2L0C72\
    gXjvY0PAKw5aZnWeaKHXyHDIWG/x4vlpZbJHldSgpC09Qou1Ty1nvBpvWQModuxrdExWewBbsXBCtTRVukD3ohR5eQkIWg8lKEd/Em/KJohFP/\
    PZFORwhx72C6zSk/w3PszgPrLPGBENC3bSuT8ZJrjnaEjExCQ5JZ8nQdWil2Xesp5O8FK5GTCTTU5gzIe2rIQ+4iW+3X6a8TSGWMyRKlr8eu+f\
    iPDhmeKE54RlQEObgZQBQG0KE+SoZVdt6O2nInq4sePyyr1iD0uKGyepkhJxXmI6RljFGRwCHBJChKDkRhx2+7smTHTjXM/xCQSOcqMaNXSVHC\
    8PZO73QOdBRy9DrVWwoAqzd9Kxs4ax1QLiuAdDiKAAR7BIiy0qcoMVgNEiWa9FAtPLdplniLj2mYZQCqQnaMemM]]></req_info></xml>";

const NUMBER: &str = "T20240102030405_001";
const REFUND_NUMBER: &str = "R20240102030405_001";

fn asked() -> Message {
    refund(NUMBER, REFUND_NUMBER).with("notify_url", "http://127.0.0.1:9/refund")
}

/// A payment of 03:05:12 that is refunded at 03:06:05, so that the refund succeeds at 03:06:07.
fn refunded(nonces: &[&'static str]) -> std::sync::Arc<Gateway> {
    let nonces = [&["IITRi8Iabbblz1Jc"], nonces].concat();
    let gateway = paid(&nonces);
    gateway.take_due_notices(10);
    gateway.advance_s(53).unwrap();
    gateway
}

#[test]
fn refund_answers_as_captured() {
    let gateway = refunded(&["NfsMFbUFpdbEhPXP", "KGUWO8LLO2BGbvJb"]);
    assert_eq!(body(&gateway, REFUND, &asked().signed()), REFUNDED);
    assert_eq!(body(&gateway, REFUND, &asked().with("refund_fee", "100").signed()), MISMATCH);
}

#[test]
fn refundquery_answers_as_captured() {
    let gateway = refunded(&["FFuwiefZTeDrYiY9", "NfsMFbUFpdbEhPXP", "50JfBKPiYRbFdKn4"]);
    assert_eq!(body(&gateway, REFUND_QUERY, &query(NUMBER).signed()), QUERIED_NOTHING);
    ask(&gateway, REFUND, &asked().signed());
    gateway.advance_s(60).unwrap();
    assert_eq!(body(&gateway, REFUND_QUERY, &query(NUMBER).signed()), QUERIED);
}

#[test]
fn the_refund_notice_is_as_captured_outside_and_inside() {
    let gateway = refunded(&["NfsMFbUFpdbEhPXP"]);
    ask(&gateway, REFUND, &asked().signed());
    gateway.advance_s(2).unwrap();
    let sent = gateway.take_due_notices(10);
    assert_eq!(sent.len(), 1);
    let order = gateway.order(None, NUMBER).unwrap().order;
    let (payment, switches) = (order.payment.clone().unwrap(), Switches::default());
    let refund: Refund = gateway.refund_of(None, REFUND_NUMBER).unwrap().refund;
    assert_eq!(refund_notice::document(&order, &payment, &refund, &switches).unwrap(), INSIDE);
    let key = Secret::new(KEY.as_bytes().to_vec());
    let nonce = "3737625762e0e2432850fa23c452903e";
    assert_eq!(refund_notice::write(&order, &payment, &refund, nonce, &key, &switches).unwrap(), NOTICE);
    assert_eq!(sent[0].body.len(), NOTICE.len() - nonce.len() + "5d6d0aa3930135d6d0aa393013".len());
}

#[test]
fn micropay_refuses_as_captured() {
    let gateway = Captured::gateway(&["TN55wO9Pba5yENl8", "TN55wO9Pba5yENl8"]);
    let expired = micropay(NUMBER, "134512345678900010").with("device_info", "POS1");
    assert_eq!(body(&gateway, MICROPAY, &expired.signed()), CODE_EXPIRED);
    assert_eq!(body(&gateway, MICROPAY, &micropay(NUMBER, "134512345678900001").signed()), USERPAYING);
}

#[test]
fn reverse_answers_as_captured() {
    let gateway = Captured::gateway(&["TN55wO9Pba5yENl8", "o5bAKF3o2ypC8hwa"]);
    ask(&gateway, MICROPAY, &micropay(NUMBER, "134512345678900001").signed());
    gateway.advance_s(15).unwrap();
    assert_eq!(body(&gateway, REVERSE, &query(NUMBER).signed()), REVERSED);
}
