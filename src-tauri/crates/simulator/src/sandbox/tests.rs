//! The sandboxes as an SDK meets them.

use proptest::prelude::*;
use wxpay_protocol::{Params, Secret, SignType, sign, xml};

use crate::trial::*;
use crate::{Answer, Gateway, Request, Switches};

const OLD: &str = "/sandboxnew";
const XDC: &str = "/xdc/apiv2sandbox";
const CODE: &str = "134567890123456789";

/// The key that getsignkey gives out.
fn key_of(gateway: &Gateway, path: &str) -> String {
    let request = common().without("appid").signed();
    let params = xml::read(&ask(gateway, path, &request).body, "xml").unwrap();
    params.get("sandbox_signkey").unwrap().to_owned()
}

struct Sandbox {
    gateway: std::sync::Arc<Gateway>,
    prefix: &'static str,
    key: String,
}

impl Sandbox {
    fn old() -> Self {
        Self::with(Switches::default())
    }

    fn with(switches: Switches) -> Self {
        let gateway = gateway_with(switches);
        let key = key_of(&gateway, "/sandboxnew/pay/getsignkey");
        Self { gateway, prefix: OLD, key }
    }

    fn xdc() -> Self {
        let gateway = gateway();
        let key = key_of(&gateway, "/xdc/apiv2getsignkey/sign/getsignkey");
        Self { gateway, prefix: XDC, key }
    }

    fn raw(&self, path: &str, message: Message, negative_test: Option<&str>) -> Answer {
        let body = message.signed_as(SignType::Md5, &self.key);
        let path = format!("{}{path}", self.prefix);
        self.gateway.handle(&Request { negative_test, ..Request::post(&path, body.as_bytes()) })
    }

    /// The answer's fields, after its sign was verified with the sandbox's key.
    fn ask(&self, path: &str, message: Message) -> Params {
        self.ask_for(path, message, None)
    }

    fn ask_for(&self, path: &str, message: Message, negative_test: Option<&str>) -> Params {
        let answer = self.raw(path, message, negative_test);
        let params = xml::read(&answer.body, "xml").unwrap();
        if params.get("return_code") == Some("SUCCESS") {
            sign::verify(&params, &Secret::new(self.key.clone().into_bytes()), SignType::Md5).unwrap();
        }
        params
    }
}

fn text<'p>(params: &'p Params, name: &str) -> &'p str {
    params.get(name).unwrap_or_else(|| panic!("{name} is missing in {params:?}"))
}

#[test]
fn an_order_of_a_case_is_paid_at_once_and_laid_out_as_the_sandbox_does() {
    let sandbox = Sandbox::old();
    let created = sandbox.ask("/pay/unifiedorder", order("T20240102030405_001"));
    let names: Vec<&str> = created.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "return_code",
            "return_msg",
            "appid",
            "mch_id",
            "device_info",
            "nonce_str",
            "sign",
            "result_code",
            "err_code",
            "err_code_des",
            "prepay_id",
            "trade_type"
        ]
    );
    assert_eq!(
        [text(&created, "device_info"), text(&created, "err_code"), text(&created, "err_code_des")],
        ["sandbox", "SUCCESS", "ok"]
    );
    let queried = sandbox.ask("/pay/orderquery", query("T20240102030405_001"));
    assert_eq!([text(&queried, "trade_state"), text(&queried, "cash_fee")], ["SUCCESS", "101"]);
}

#[test]
fn sandbox_orders_are_in_no_other_ledger() {
    let sandbox = Sandbox::old();
    sandbox.ask("/pay/unifiedorder", order("T20240102030405_001"));
    let real = ask(&sandbox.gateway, QUERY, &query("T20240102030405_001").signed());
    assert_eq!(refusal(&real).0, "ORDERNOTEXIST");
    assert_eq!(sandbox.gateway.status().orders, 0);
    let other = Sandbox {
        prefix: XDC,
        key: key_of(&sandbox.gateway, "/xdc/apiv2getsignkey/sign/getsignkey"),
        gateway: sandbox.gateway.clone(),
    };
    assert_eq!(text(&other.ask("/pay/orderquery", query("T20240102030405_001")), "err_code"), "ORDERNOTEXIST");
}

#[test]
fn coupon_cases_part_total_settlement_and_cash() {
    let sandbox = Sandbox::old();
    for (total, coupons, settled, cash) in
        [("102", "3", "100", "99"), ("551", "1", "550", "550"), ("552", "1", "551", "551")]
    {
        let number = format!("T20240102030405_{total}");
        sandbox.ask("/pay/unifiedorder", order(&number).with("total_fee", total));
        let queried = sandbox.ask("/pay/orderquery", query(&number));
        let amounts = ["coupon_fee", "settlement_total_fee", "cash_fee"].map(|name| text(&queried, name));
        assert_eq!(amounts, [coupons, settled, cash], "{total}");
    }
    for (total, coupons, settled, cash) in
        [("3", "3", "1", "0"), ("501", "1", "500", "500"), ("502", "1", "501", "501")]
    {
        let code = format!("134567890123456{total:0>3}");
        let paid =
            sandbox.ask("/pay/micropay", micropay(&format!("T20240102030405_{total}"), &code).with("total_fee", total));
        let amounts = ["coupon_fee", "settlement_total_fee", "cash_fee"].map(|name| text(&paid, name));
        assert_eq!(amounts, [coupons, settled, cash], "{total}");
    }
}

#[test]
fn amounts_of_no_case_are_refused_in_the_sandboxes_words() {
    let sandbox = Sandbox::old();
    for (path, message, words) in [
        (
            "/pay/unifiedorder",
            order("T20240102030405_001").with("total_fee", "5000"),
            "沙箱支付金额(5000)无效，请检查需要验收的case",
        ),
        (
            "/pay/unifiedorder",
            order("T20240102030405_001").with("total_fee", "301"),
            "沙箱支付金额(301)无效，请检查需要验收的case",
        ),
        (
            "/pay/micropay",
            micropay("T20240102030405_001", CODE).with("total_fee", "101"),
            "沙箱支付金额不正确，请确认验收case",
        ),
    ] {
        assert_eq!(return_msg(&sandbox.raw(path, message, None)), words);
    }
    let native =
        order("T20240102030405_001").with("total_fee", "301").with("trade_type", "NATIVE").with("product_id", "1");
    assert_eq!(text(&sandbox.ask("/pay/unifiedorder", native), "result_code"), "SUCCESS");
}

#[test]
fn the_merchants_own_key_and_hmac_are_refused_in_a_sandbox() {
    let sandbox = Sandbox::old();
    let words = "沙箱验证签名失败，请确认沙箱签名key是否正确（通过getsignkey调用生成）";
    for (path, body) in [
        ("/pay/unifiedorder", order("T20240102030405_001").signed()),
        (
            "/pay/unifiedorder",
            order("T20240102030405_001").with("sign_type", "HMAC-SHA256").signed_as(SignType::HmacSha256, &sandbox.key),
        ),
        (
            "/pay/downloadfundflow",
            common().with("bill_date", "20240102").with("account_type", "Basic").signed_as(SignType::Md5, &sandbox.key),
        ),
    ] {
        assert_eq!(return_msg(&ask(&sandbox.gateway, &format!("{OLD}{path}"), &body)), words, "{path}");
    }
    let real = ask(&sandbox.gateway, UNIFIED, &order("T20240102030405_001").signed_as(SignType::Md5, &sandbox.key));
    assert_eq!(return_msg(&real), "签名错误，请检查后再试");
}

#[test]
fn requests_that_cannot_be_used_are_told_so_in_retmsg() {
    let sandbox = Sandbox::old();
    let retmsg = |path: &str, message: Message| {
        let params = sandbox.ask(path, message);
        let names: Vec<&str> = params.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["return_code", "retmsg", "retcode"]);
        text(&params, "retmsg").to_owned()
    };
    assert_eq!(
        retmsg("/pay/orderquery", query_transaction("4200000000202401020000000001")),
        "请确认请求参数是否正确param out_trade_no invalid"
    );
    assert_eq!(
        retmsg("/pay/unifiedorder", order("T20240102030405_001").without("body")),
        "请确认请求参数是否正确param body invalid"
    );
    assert_eq!(
        retmsg("/pay/orderquery", query("T20240102030405_001").with("mch_id", "1600000090")),
        "请确认请求参数是否正确merchant invalid mch_id(1600000090)"
    );
}

#[test]
fn refunds_are_taken_under_both_paths_and_an_unknown_one_is_an_unknown_order() {
    let sandbox = Sandbox::old();
    for (path, number) in [("/secapi/pay/refund", "R20240102030405_001"), ("/pay/refund", "R20240102030405_002")] {
        sandbox.ask("/pay/unifiedorder", order("T20240102030405_001"));
        let refunded = sandbox.ask(path, refund("T20240102030405_001", number).with("refund_fee", "50"));
        assert_eq!([text(&refunded, "result_code"), text(&refunded, "err_code")], ["SUCCESS", "SUCCESS"]);
    }
    let queried = sandbox.ask("/pay/refundquery", query("T20240102030405_001"));
    assert_eq!(text(&queried, "refund_count"), "2");
    let unknown = sandbox.ask("/pay/refundquery", query("T20240102030405_009"));
    assert_eq!([text(&unknown, "result_code"), text(&unknown, "err_code")], ["FAIL", "ORDERNOTEXIST"]);
}

#[test]
fn the_notice_of_a_case_goes_out_at_once_under_the_sandboxes_key() {
    let sandbox = Sandbox::old();
    sandbox.ask("/pay/unifiedorder", order("T20240102030405_001"));
    let behind = sandbox.gateway.sandboxes().unwrap().all()[0];
    let notice = behind.take_due_notices(10).pop().unwrap();
    let params = xml::read(notice.body.as_bytes(), "xml").unwrap();
    sign::verify(&params, &Secret::new(sandbox.key.clone().into_bytes()), SignType::Md5).unwrap();
    assert_eq!(params.get("out_trade_no"), Some("T20240102030405_001"));
    assert!(sandbox.gateway.take_due_notices(10).is_empty());
}

#[test]
fn the_newer_sandbox_plays_payments_by_code_and_how_they_go_wrong() {
    let sandbox = Sandbox::xdc();
    let scan = |number: u32, case: Option<&str>| {
        let message = micropay(&format!("T20240102030405_{number:03}"), &format!("134567890123456{number:03}"))
            .with("total_fee", "1");
        sandbox.ask_for("/pay/micropay", message, case)
    };
    assert_eq!(text(&scan(1, None), "result_code"), "SUCCESS");
    for (number, case, err_code) in [
        (2, "MICROPAY_USERPAYING", "USERPAYING"),
        (3, "MICROPAY_TIMEOUT", "SYSTEMERROR"),
        (4, "MICROPAY_SYSTEMERROR", "SYSTEMERROR"),
        (5, "MICROPAY_BANKERROR", "BANKERROR"),
        (6, "MICROPAY_NOTENOUGH", "NOTENOUGH"),
        (7, "MICROPAY_AUTHCODEEXPIRE", "AUTHCODEEXPIRE"),
        (8, "MICROPAY_AUTH_CODE_INVALID", "AUTH_CODE_INVALID"),
        (9, "MICROPAY_NOTSUPORTCARD", "NOTSUPORTCARD"),
        (10, "MICROPAY_TRADE_ERROR", "TRADE_ERROR"),
        (11, "MICROPAY_NOAUTH", "NOAUTH"),
    ] {
        assert_eq!(text(&scan(number, Some(case)), "err_code"), err_code, "{case}");
    }
    let state = |number: &str| text(&sandbox.ask("/pay/orderquery", query(number)), "trade_state").to_owned();
    assert_eq!([state("T20240102030405_002"), state("T20240102030405_003")], ["USERPAYING", "SUCCESS"]);
    sandbox.gateway.advance_s(10).unwrap();
    assert_eq!(state("T20240102030405_002"), "SUCCESS");
    assert_eq!(text(&scan(12, Some("REFUND_SOMETHING")), "return_msg"), "沙箱支付金额不正确，请确认验收case");
    let order = sandbox.ask("/pay/unifiedorder", order("T20240102030405_020"));
    assert_eq!(text(&order, "return_msg"), "沙箱环境不支持该接口");
}

#[test]
fn a_merchant_that_was_removed_is_no_merchant_of_the_sandbox_either() {
    let sandbox = Sandbox::old();
    sandbox.ask("/pay/unifiedorder", order("T20240102030405_001"));
    sandbox.gateway.remove_merchant(APPID, MCH_ID);
    let refused = sandbox.ask("/pay/orderquery", query("T20240102030405_001"));
    assert_eq!(text(&refused, "retmsg"), "请确认请求参数是否正确merchant invalid mch_id(1900000001)");
}

#[test]
fn every_day_has_the_same_bill() {
    let sandbox = Sandbox::old();
    let bill = |kind: &str| {
        let answer =
            sandbox.raw("/pay/downloadbill", common().with("bill_date", "20240101").with("bill_type", kind), None);
        String::from_utf8(answer.body.to_vec()).unwrap()
    };
    assert!(bill("ALL").ends_with("`2,`1.01,`1.01,`0.00,`0.00000,`1.01,`1.01\r\n"), "{}", bill("ALL"));
    assert_eq!([bill("SUCCESS").lines().count(), bill("REFUND").lines().count()], [4, 4]);
    assert!(bill("REVOKED").contains("invalid bill_type"));
    let forged = common().with("bill_date", "20240101").signed();
    let answer = ask(&sandbox.gateway, "/sandboxnew/pay/downloadbill", &forged);
    assert!(String::from_utf8_lossy(&answer.body).contains("<error_code><![CDATA[20001]]></error_code>"));
}

#[test]
fn a_cash_fee_of_nothing_is_left_out_of_the_sign_by_switch() {
    let sandbox = Sandbox::with(Switches { sandbox_leaves_zero_cash_fee_unsigned: true, ..Switches::default() });
    let answer = sandbox.raw("/pay/micropay", micropay("T20240102030405_001", CODE).with("total_fee", "3"), None);
    let params = xml::read(&answer.body, "xml").unwrap();
    let key = Secret::new(sandbox.key.clone().into_bytes());
    assert!(sign::verify(&params, &key, SignType::Md5).is_err());
    let without = Params::from_pairs(params.iter().filter(|(name, _)| *name != "cash_fee")).unwrap();
    sign::verify(&without, &key, SignType::Md5).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_request_to_a_sandbox_panics_the_gateway(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        value in "\\PC{0,30}",
        case in "\\PC{0,20}",
    ) {
        let sandbox = Sandbox::old();
        for path in ["/pay/unifiedorder", "/pay/micropay", "/pay/orderquery", "/secapi/pay/refund", "/pay/downloadbill", "/payitil/report"] {
            let raw = format!("{OLD}{path}");
            prop_assert_eq!(sandbox.gateway.handle(&Request::post(&raw, &bytes)).status, 200);
            let message = order("T20240102030405_001").with("body", &value).with("total_fee", &value).with("bill_date", &value);
            prop_assert_eq!(sandbox.raw(path, message, Some(&case)).status, 200);
        }
    }
}
