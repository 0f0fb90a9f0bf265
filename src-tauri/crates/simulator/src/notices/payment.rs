//! The bytes of payment notices (protocol page §7.1).

use wxpay_protocol::xml::{self, WriteError};
use wxpay_protocol::{Secret, SignType};

use crate::answer::{Field, write_signed};
use crate::ledger::record::{Order, Payment};
use crate::switches::Switches;

/// The message of a payment, alphabetical, signed as the order was.
pub(crate) fn write(
    order: &Order,
    payment: &Payment,
    nonce_str: &str,
    key: &Secret,
    switches: &Switches,
) -> Result<String, WriteError> {
    let mut fields: Vec<Field<'_>> = vec![
        ("appid", order.appid().into()),
        ("bank_type", payment.bank_type.as_str().into()),
        ("cash_fee", payment.cash_fee(order.total_fee).to_string().into()),
        ("fee_type", "CNY".into()),
        ("mch_id", order.mch_id().into()),
        ("nonce_str", nonce_str.into()),
        ("out_trade_no", order.out_trade_no().into()),
        ("result_code", "SUCCESS".into()),
        ("return_code", "SUCCESS".into()),
        ("sign", "".into()),
        ("time_end", payment.paid_at.compact().into()),
        ("total_fee", order.total_fee.to_string().into()),
        ("trade_type", order.trade_type().into()),
        ("transaction_id", payment.transaction_id.as_str().into()),
    ];
    for name in ["attach", "device_info"].into_iter().chain(Order::SUB_IDS) {
        fields.extend(order.fields.get(name).map(|value| (name, value.into())));
    }
    fields.extend(payment.payer_fields());
    let settlement = payment.settlement_total_fee(order.total_fee);
    fields.extend(settlement.map(|fee| ("settlement_total_fee", fee.to_string().into())));
    fields.extend(payment.coupon_fields());
    fields.extend(order.promotions(payment));
    let names_sign_type = match order.sign_type {
        SignType::Md5 => switches.md5_notice_has_sign_type,
        SignType::HmacSha256 => switches.hmac_notice_has_sign_type,
    };
    if names_sign_type {
        fields.push(("sign_type", order.sign_type.as_str().into()));
    }
    fields.sort_unstable_by_key(|(name, _)| *name);
    write_signed(&fields, key, order.sign_type, |name| name != "cash_fee" && xml::is_amount(name))
}
