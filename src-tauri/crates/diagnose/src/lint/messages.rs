//! Notices and answers: which kind it is, and what it says beside its sign.

use super::{Findings, Subject, shown};
use crate::knowledge::{CauseId as Id, Words, reading_of};
use crate::rules::Context;

/// Fields of an order that no notice holds.
const ORDER_ONLY: [&str; 4] = ["notify_url", "spbill_create_ip", "body", "goods_tag"];

pub(super) fn look(subject: &Subject<'_>, findings: &mut Findings) {
    match subject.context {
        Some(Context::PayNotify) => pay_notice(subject, findings),
        Some(Context::RefundNotify) => refund_notice(subject, findings),
        Some(Context::Answer) => {}
        _ => return,
    }
    if subject.told.is_some_and(Context::is_from_wechat)
        && let Some(name) = ORDER_ONLY.into_iter().find(|name| subject.has(name))
    {
        findings.error(
            "order_instead_of_notice",
            Id::A14,
            name,
            Words::new(
                format!("这里有 {name}，那是下单的字段；验签要用通知或应答自己的全部字段"),
                format!("{name} is a field of the order; verify the notice or answer over its own fields, all of them"),
            ),
        );
    }
    refusals(subject, findings);
}

fn refused(subject: &Subject<'_>) -> bool {
    subject.params.get("return_code") == Some("FAIL")
}

fn pay_notice(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.has("req_info") {
        return findings.error(
            "refund_notice_as_payment",
            Id::A17,
            "req_info",
            Words::new(
                "这里有 req_info，是退款通知：没有 sign 可验，要用密钥解密 req_info",
                "there is a req_info, so this is a refund notice: it has no sign, decrypt req_info with the key",
            ),
        );
    }
    if refused(subject) {
        return;
    }
    if subject.params.filled("sign").is_none() {
        findings.error(
            "notice_without_sign",
            None,
            "sign",
            Words::new(
                "支付通知没有 sign，不能相信；请拒绝，并用 orderquery 查询订单",
                "the payment notice has no sign and cannot be trusted; refuse it and ask by orderquery",
            ),
        );
    }
    for name in ["transaction_id", "time_end", "out_trade_no", "total_fee"] {
        if subject.params.filled(name).is_none() {
            findings.warn(
                "notice_incomplete",
                Id::A8,
                name,
                Words::new(
                    format!("支付通知缺少 {name}；多半在解析时丢了，请用原始报文的全部字段验签"),
                    format!("the payment notice lacks {name}, probably lost in parsing; verify over every field of the raw body"),
                ),
            );
        }
    }
}

fn refund_notice(subject: &Subject<'_>, findings: &mut Findings) {
    if refused(subject) {
        return;
    }
    if !subject.has("req_info") {
        findings.error(
            "payment_notice_as_refund",
            Id::A17,
            "",
            Words::new(
                "没有 req_info，不是退款通知；支付通知要验 sign",
                "there is no req_info, so this is no refund notice; a payment notice is verified by its sign",
            ),
        );
    } else if subject.params.filled("sign").is_some() {
        findings.warn(
            "refund_notice_with_sign",
            Id::A17,
            "sign",
            Words::new(
                "退款通知没有 sign；有 req_info 又有 sign，不像微信发来的",
                "a refund notice has no sign; one with both req_info and sign was hardly made by WeChat",
            ),
        );
    }
}

/// What a refusal says; not a fault of the message.
fn refusals(subject: &Subject<'_>, findings: &mut Findings) {
    let text = |name: &str| subject.params.filled(name).unwrap_or_default();
    if refused(subject) {
        let message = if text("return_msg").is_empty() { text("retmsg") } else { text("return_msg") };
        let reading = reading_of(message);
        let meaning =
            reading.as_ref().map_or(Words::new("请求没有被受理", "the request was not accepted"), |reading| {
                reading.words.clone()
            });
        findings.hint(
            "refused",
            reading.and_then(|reading| reading.causes.first().copied()),
            "return_code",
            Words::new(
                format!("return_code 是 FAIL（{}），这样的应答没有签名：{}", shown(message), meaning.chinese),
                format!("return_code is FAIL ({}); such an answer is not signed: {}", shown(message), meaning.english),
            ),
        );
    } else if text("return_code") == "SUCCESS" && text("result_code") == "FAIL" {
        findings.hint(
            "result_fail",
            None,
            "result_code",
            Words::new(
                format!(
                    "return_code 是 SUCCESS，但 result_code 是 FAIL（{} {}）：业务被拒绝，没有 prepay_id 等结果；不能只看 return_code",
                    shown(text("err_code")),
                    shown(text("err_code_des"))
                ),
                format!(
                    "return_code is SUCCESS but result_code is FAIL ({} {}): the business was refused and there is no prepay_id; return_code alone says nothing",
                    shown(text("err_code")),
                    shown(text("err_code_des"))
                ),
            ),
        );
    }
}
