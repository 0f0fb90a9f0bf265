//! A client call against the order that it pays for.

use wxpay_protocol::Params;

use super::{Findings, Subject, calls};
use crate::knowledge::{CauseId as Id, Words};

pub(super) fn look(subject: &Subject<'_>, order: &Params, findings: &mut Findings) {
    if !subject.is_client_call() {
        return;
    }
    let call = subject.params;
    let already = findings.list.iter().any(|warning| warning.rule == "pay_sign_is_order_sign");
    if let (Some(pay_sign), Some(sign)) = (call.filled("paySign"), order.filled("sign"))
        && pay_sign == sign
        && !already
    {
        calls::order_sign(findings);
    }
    app_ids(call, order, findings);
    sign_types(call, order, findings);
}

fn app_ids(call: &Params, order: &Params, findings: &mut Findings) {
    let (name, used) = match (call.filled("appId"), call.filled("appid")) {
        (Some(used), _) => ("appId", used),
        (None, Some(used)) => ("appid", used),
        (None, None) => return,
    };
    let (cause, right) = match (order.filled("sub_appid"), order.filled("appid")) {
        (Some(sub), _) => (Id::G5, sub),
        (None, Some(own)) => (Id::G8, own),
        (None, None) => return,
    };
    if used != right {
        findings.error(
            "call_appid",
            cause,
            name,
            Words::new(
                format!("调起支付的 {name} 是 {used}，而订单要用 {right}；两者必须一致，openid 也要属于它"),
                format!("the client call uses {name} {used}, the order wants {right}; they must agree, and the openid must belong to it"),
            ),
        );
    }
}

fn sign_types(call: &Params, order: &Params, findings: &mut Findings) {
    // An order without sign_type is MD5, unless it is an answer, whose sign tells it.
    let of_order = order.filled("sign_type").or_else(|| match order.filled("sign").map(str::len) {
        Some(64) => Some("HMAC-SHA256"),
        Some(32) => Some("MD5"),
        _ => None,
    });
    if let (Some(of_call), Some(of_order)) = (call.filled("signType"), of_order)
        && of_call != of_order
    {
        findings.error(
            "call_sign_type",
            Id::F1,
            "signType",
            Words::new(
                format!("调起支付的 signType 是 {of_call}，下单用的是 {of_order}；两次签名必须用同一种"),
                format!("signType of the call is {of_call}, the order used {of_order}; both signs must be of one type"),
            ),
        );
    }
}
