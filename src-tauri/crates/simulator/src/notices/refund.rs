//! The bytes of refund notices (protocol page §7.2): nothing is signed, what matters is encrypted.

use wxpay_protocol::params::ParamError;
use wxpay_protocol::xml::{self, WriteError};
use wxpay_protocol::{Params, RefundStatus, Secret, req_info};

use crate::answer::Field;
use crate::ledger::record::{Order, Payment};
use crate::ledger::refund::Refund;
use crate::refunds::{DEFAULT_ACCOUNT, settlement_refund_fee};
use crate::switches::Switches;
use crate::text;

/// The message of a refund that has ended: one line around `req_info`.
pub(crate) fn write(
    order: &Order,
    payment: &Payment,
    refund: &Refund,
    nonce_str: &str,
    key: &Secret,
    switches: &Switches,
) -> Result<String, WriteError> {
    let document = document(order, payment, refund, switches)?;
    let mut fields: Vec<Field<'_>> = vec![("appid", order.appid().into()), ("mch_id", order.mch_id().into())];
    for name in Order::SUB_IDS {
        fields.extend(order.fields.get(name).map(|value| (name, value.into())));
    }
    fields.extend([("nonce_str", nonce_str.into()), ("req_info", req_info::seal(&document, key).into())]);
    let written = xml::write(&params(&fields)?, |_| false)?;
    let inside = written.trim_start_matches("<xml>").trim_end_matches("</xml>").replace(">\n<", "><");
    Ok(format!("<xml><return_code>SUCCESS</return_code>{}</xml>", inside.trim_end_matches('\n')))
}

/// What is encrypted: root element `root`, alphabetical, every value in CDATA, each element on a line of its own.
pub(crate) fn document(
    order: &Order,
    payment: &Payment,
    refund: &Refund,
    switches: &Switches,
) -> Result<String, WriteError> {
    let account = refund.refund_account.as_deref().unwrap_or(DEFAULT_ACCOUNT);
    let settlement_refund_fee = settlement_refund_fee(payment, refund).unwrap_or(refund.refund_fee);
    let settlement_total_fee = payment.settlement_total_fee(order.total_fee).unwrap_or(order.total_fee);
    let mut fields: Vec<Field<'_>> = vec![
        ("out_refund_no", refund.out_refund_no.as_str().into()),
        ("out_trade_no", order.out_trade_no().into()),
        ("refund_account", account.into()),
        ("refund_fee", refund.refund_fee.to_string().into()),
        ("refund_id", refund.refund_id.as_str().into()),
        ("refund_recv_accout", text::RECV_ACCOUNT_NOTIFIED.into()),
        ("refund_request_source", "API".into()),
        ("refund_status", refund.status.as_str().into()),
        ("settlement_refund_fee", settlement_refund_fee.to_string().into()),
        ("settlement_total_fee", settlement_total_fee.to_string().into()),
        ("total_fee", order.total_fee.to_string().into()),
        ("transaction_id", payment.transaction_id.as_str().into()),
    ];
    if let (RefundStatus::Success, Some(ended_at)) = (refund.status, refund.ended_at) {
        fields.push(("success_time", ended_at.dashed().into()));
    }
    if switches.refund_notice_has_cash_refund_fee {
        fields.push(("cash_refund_fee", refund.cash_refund_fee.to_string().into()));
    }
    fields.sort_unstable_by_key(|(name, _)| *name);
    let written = xml::write(&params(&fields)?, |_| false)?;
    let inside = written.trim_start_matches("<xml>").trim_end_matches("</xml>");
    Ok(format!("<root>\n{inside}</root>"))
}

fn params(fields: &[Field<'_>]) -> Result<Params, WriteError> {
    let pairs = fields.iter().map(|(name, value)| (*name, value.as_ref()));
    Params::from_pairs(pairs).map_err(|fault: ParamError| WriteError::Value(fault.to_string()))
}
