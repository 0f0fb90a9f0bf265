//! The JSON shapes of the control interface: amounts in fen, times RFC 3339 with +08:00.

use serde_json::{Map, Value, json};
use wxpay_protocol::{Fen, UtcMs};

use crate::serve::traffic::Exchange;
use crate::view::{NoticeView, OrderView, RefundView};

pub(crate) fn order_json(view: &OrderView) -> Value {
    let order = &view.order;
    let payment = order.payment.as_deref();
    let field = |name| order.fields.get(name);
    let time = |moment: Option<UtcMs>| moment.map(UtcMs::rfc3339);
    json!({
        "mch_id": order.mch_id(),
        "appid": order.appid(),
        "out_trade_no": order.out_trade_no(),
        "trade_type": order.trade_type(),
        "trade_state": view.trade_state.as_str(),
        "total_fee": order.total_fee.get(),
        "body": field("body"),
        "attach": field("attach"),
        "notify_url": field("notify_url"),
        "sign_type": order.sign_type.as_str(),
        "prepay_id": order.prepay.as_ref().map(|prepay| prepay.prepay_id.as_str()),
        "code_url": order.prepay.as_ref().and_then(|prepay| prepay.code_url.as_deref()),
        "mweb_url": order.prepay.as_ref().and_then(|prepay| prepay.mweb_url.as_deref()),
        "created_at": order.created_at.rfc3339(),
        "expires_at": time(order.expires_at),
        "closed_at": time(order.closed_at),
        "cancelled_at": time(order.cancelled_at),
        "transaction_id": payment.map(|payment| payment.transaction_id.as_str()),
        "openid": payment.map(|payment| payment.openid.as_str()).or_else(|| field("openid")),
        "bank_type": payment.map(|payment| payment.bank_type.as_str()),
        "cash_fee": view.cash_fee().map(Fen::get),
        "coupon_fee": payment.map(|payment| payment.coupon_fee().get()),
        "coupons": payment.map(|payment| json!(payment.coupons)),
        "settlement_total_fee":
            payment.and_then(|payment| payment.settlement_total_fee(order.total_fee)).map(Fen::get),
        "reversed_at": time(order.reversed_at),
        "waits_for_password": order.waits_for_password(),
        "paid_at": payment.map(|payment| payment.paid_at.rfc3339()),
        "request": order.fields.iter().map(|(name, value)| (name.to_owned(), value.into())).collect::<Map<_, _>>(),
    })
}

pub(crate) fn refund_json(view: &RefundView) -> Value {
    let refund = &view.refund;
    json!({
        "mch_id": view.mch_id,
        "out_refund_no": refund.out_refund_no,
        "refund_id": refund.refund_id,
        "out_trade_no": view.out_trade_no,
        "transaction_id": view.transaction_id,
        "refund_status": refund.status.as_str(),
        "refund_fee": refund.refund_fee.get(),
        "total_fee": view.total_fee.get(),
        "cash_refund_fee": refund.cash_refund_fee.get(),
        "coupon_refund_fee": refund.coupon_refund_fee().get(),
        "refund_desc": refund.refund_desc,
        "notify_url": refund.notify_url,
        "accepted_at": refund.accepted_at.rfc3339(),
        "ended_at": refund.ended_at.map(UtcMs::rfc3339),
        "ends_at": refund.plan.map(|plan| plan.at.rfc3339()),
        "ends_as": refund.plan.map(|plan| plan.status.as_str()),
    })
}

pub(crate) fn notice_json(notice: &NoticeView) -> Value {
    let attempts: Vec<Value> = notice
        .attempts
        .iter()
        .map(|attempt| {
            json!({
                "at": attempt.at.rfc3339(),
                "http_status": attempt.http_status,
                "answer": attempt.answer,
                "acknowledged": attempt.acknowledged,
                "took_ms": attempt.took_ms,
            })
        })
        .collect();
    json!({
        "id": notice.id,
        "mch_id": notice.mch_id,
        "out_trade_no": notice.out_trade_no,
        "out_refund_no": notice.out_refund_no,
        "notify_url": notice.notify_url,
        "status": notice.status.as_str(),
        "next_attempt_at": notice.next_attempt_at().map(UtcMs::rfc3339),
        "attempts": attempts,
    })
}

pub(crate) fn exchange_json(exchange: &Exchange) -> Value {
    let mut value = json!({
        "id": exchange.id,
        "at": exchange.at.rfc3339(),
        "direction": exchange.direction.as_str(),
        "method": exchange.method,
        "path": exchange.path,
        "content_type": exchange.content_type,
        "status": exchange.status,
        "took_us": exchange.took_us,
        "endpoint": exchange.endpoint,
        "outcome": exchange.outcome,
        "reason": exchange.reason,
        "summary": exchange.summary(),
    });
    if let Some(fields) = value.as_object_mut() {
        insert_bytes(fields, "request", &exchange.request);
        insert_bytes(fields, "response", &exchange.response);
    }
    value
}

/// Text where the bytes are UTF-8, so that it reads well; hexadecimal under another name where they are not.
fn insert_bytes(fields: &mut Map<String, Value>, name: &str, bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        fields.insert(name.to_owned(), text.into());
        return;
    }
    let hex = wxpay_protocol::sign::upper_hex(bytes).to_lowercase();
    fields.insert(format!("{name}_hex"), hex.into());
}
