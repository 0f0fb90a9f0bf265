//! The tools as a merchant calls them; every refusal has its case.

use crate::Switches;
use crate::trial::*;

const REPORT: &str = "/payitil/report";

fn report() -> Message {
    common()
        .with("interface_url", "https://api.mch.weixin.qq.com/pay/unifiedorder")
        .with("execute_time", "120")
        .with("return_code", "SUCCESS")
        .with("result_code", "SUCCESS")
        .with("user_ip", "127.0.0.1")
}

fn batch(trades: &str) -> Message {
    common()
        .with("interface_url", "https://api.mch.weixin.qq.com/pay/batchreport/micropay/total")
        .with("user_ip", "127.0.0.1")
        .with("trades", trades)
}

#[test]
fn a_report_is_answered_without_a_sign_or_by_switch_with_one() {
    let thanks = "<xml><return_code><![CDATA[SUCCESS]]></return_code>\n<return_msg><![CDATA[OK]]></return_msg>\n<result_code><![CDATA[SUCCESS]]></result_code>\n</xml>";
    let trades = r#"[{"out_trade_no":"T1","begin_time":"20240102030405","end_time":"20240102030406","state":"OK","err_msg":""}]"#;
    for message in [report(), batch(trades)] {
        assert_eq!(ask(&gateway(), REPORT, &message.signed()).body, thanks);
    }
    let signed = gateway_with(Switches { report_is_signed: true, ..Switches::default() });
    assert_eq!(field(&ask(&signed, REPORT, &report().signed()), "result_code").as_deref(), Some("SUCCESS"));
}

#[test]
fn reports_that_cannot_be_read_are_refused() {
    for (message, words) in [
        (report().without("execute_time"), "缺少参数"),
        (report().without("result_code"), "缺少参数"),
        (report().without("user_ip"), "缺少参数"),
        (report().with("execute_time", "0.1"), "参数格式校验错误"),
        (batch("{}"), "参数格式校验错误"),
        (batch(r#"[{"out_trade_no":"T1"}]"#), "参数格式校验错误"),
        (batch(r#"[{"out_trade_no":"T1","begin_time":"1","end_time":"2","state":"?"}]"#), "参数格式校验错误"),
    ] {
        let request = message.signed();
        assert_eq!(return_msg(&ask(&gateway(), REPORT, &request)), words, "{request}");
    }
    let unsigned = report().with("sign", &"0".repeat(32)).written();
    assert_eq!(return_msg(&ask(&gateway(), REPORT, &unsigned)), "签名错误，请检查后再试");
}
