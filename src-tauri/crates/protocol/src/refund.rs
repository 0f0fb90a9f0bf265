//! refund: giving money of a paid order back (protocol page §4.4). Accepted is not refunded: refundquery tells what became of it.

use crate::close_order::signed_later;
use crate::fen::FenError;
use crate::ids::{Appid, IdError, MchId, NonceStr, OutRefundNo, OutTradeNo, TransactionId};
use crate::{Fen, Params, SignType};

/// Path of the endpoint; it needs the merchant's certificate.
pub const PATH: &str = "/secapi/pay/refund";
/// The most refunds of one order (§8).
pub const COUNT_MAX: usize = 50;
/// How long after its payment an order can be refunded, in milliseconds: one year (§8).
pub const WINDOW_MS: i64 = 365 * 86_400_000;
/// The longest `refund_desc` in bytes of UTF-8.
pub const DESC_BYTES_MAX: usize = 80;

/// Everything of a refund's request but its sign.
#[derive(Clone, Copy, Debug)]
pub struct RefundRequest<'a> {
    /// The app of the order.
    pub appid: &'a Appid,
    /// The merchant.
    pub mch_id: &'a MchId,
    /// The order.
    pub out_trade_no: &'a OutTradeNo,
    /// The merchant's own number; the same number is the same refund, however often it is sent.
    pub out_refund_no: &'a OutRefundNo,
    /// A random text.
    pub nonce_str: &'a NonceStr,
    /// The amount of the order.
    pub total_fee: Fen,
    /// The amount to give back.
    pub refund_fee: Fen,
    /// What the payer reads, up to 80 bytes.
    pub refund_desc: Option<&'a str>,
    /// Where the notice goes; else where the merchant platform says.
    pub notify_url: Option<&'a str>,
    /// How it is signed.
    pub sign_type: SignType,
}

/// The parameters of a refund, without `sign`.
pub fn request(refund: &RefundRequest<'_>) -> Params {
    let (total_fee, refund_fee) = (refund.total_fee.to_string(), refund.refund_fee.to_string());
    let mut fields = vec![
        ("appid", refund.appid.as_str()),
        ("mch_id", refund.mch_id.as_str()),
        ("nonce_str", refund.nonce_str.as_str()),
        ("out_trade_no", refund.out_trade_no.as_str()),
        ("out_refund_no", refund.out_refund_no.as_str()),
        ("total_fee", total_fee.as_str()),
        ("refund_fee", refund_fee.as_str()),
    ];
    fields.extend(refund.refund_desc.map(|text| ("refund_desc", text)));
    fields.extend(refund.notify_url.map(|url| ("notify_url", url)));
    signed_later(&fields, refund.sign_type)
}

/// A verified answer that a refund was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundAnswer {
    /// WeChat's number of the refund (`50…`).
    pub refund_id: String,
    /// WeChat's number of the order.
    pub transaction_id: TransactionId,
    /// The amount that was accepted; the caller compared it with what was asked.
    pub refund_fee: Fen,
    /// The amount less coupons without funds.
    pub settlement_refund_fee: Option<Fen>,
}

/// Why a verified answer about a refund is still not understood; the refund stays as it is and is asked about again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundFault {
    /// A field that every such answer has is missing.
    #[error("{0} is missing")]
    Missing(String),
    /// A number of the wrong shape.
    #[error(transparent)]
    Id(#[from] IdError),
    /// An amount that is not integer fen.
    #[error("{field} is not an amount in fen: {fault}")]
    Amount {
        /// The wire's name.
        field: String,
        /// What is wrong.
        fault: FenError,
    },
    /// A state that is not on the page.
    #[error("the refund_status {0:?} is not known")]
    Status(String),
    /// A time that is not `yyyy-MM-dd HH:mm:ss`.
    #[error("{0} is not a time of the form yyyy-MM-dd HH:mm:ss")]
    Time(String),
    /// Parts that do not go together.
    #[error("the answer contradicts itself: {0}")]
    Contradiction(&'static str),
}

impl RefundAnswer {
    /// Reads a verified answer to refund.
    pub fn from_params(params: &Params) -> Result<Self, RefundFault> {
        // Accepting must name the number and the amount, or it could be the answer to another refund.
        needed(params, "out_refund_no")?;
        Ok(Self {
            refund_id: needed(params, "refund_id")?.to_owned(),
            transaction_id: TransactionId::new(needed(params, "transaction_id")?)?,
            refund_fee: amount(params, "refund_fee")?.ok_or_else(|| RefundFault::Missing("refund_fee".to_owned()))?,
            settlement_refund_fee: amount(params, "settlement_refund_fee")?,
        })
    }
}

pub(crate) fn needed<'a>(params: &'a Params, name: &str) -> Result<&'a str, RefundFault> {
    params.filled(name).ok_or_else(|| RefundFault::Missing(name.to_owned()))
}

pub(crate) fn amount(params: &Params, name: &str) -> Result<Option<Fen>, RefundFault> {
    let parse = |text| Fen::parse_wire(text).map_err(|fault| RefundFault::Amount { field: name.to_owned(), fault });
    params.filled(name).map(parse).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, sign, xml};

    fn golden(change: &[(&str, &str)]) -> Params {
        let golden = [
            ("out_refund_no", "R20240102030405_001"),
            ("refund_id", "50000000002024010200000000001"),
            ("transaction_id", "4200000000202401020000000001"),
            ("refund_channel", ""),
            ("refund_fee", "101"),
            ("total_fee", "101"),
        ];
        let changed = |name: &&str| change.iter().find(|(of, _)| of == name).map(|(_, value)| *value);
        Params::from_pairs(golden.iter().map(|(name, value)| (*name, changed(name).unwrap_or(value)))).unwrap()
    }

    #[test]
    fn an_answer_without_its_number_amount_or_ids_is_not_taken_for_an_acceptance() {
        for field in ["out_refund_no", "refund_id", "transaction_id", "refund_fee"] {
            assert_eq!(RefundAnswer::from_params(&golden(&[(field, "")])), Err(RefundFault::Missing(field.into())));
        }
        for amount in ["1.01", "-1", "1e2"] {
            let read = RefundAnswer::from_params(&golden(&[("refund_fee", amount)]));
            assert!(matches!(read, Err(RefundFault::Amount { .. })), "{amount}");
        }
        let answer = RefundAnswer::from_params(&golden(&[])).unwrap();
        assert_eq!((answer.refund_fee.get(), answer.settlement_refund_fee), (101, None));
    }

    #[test]
    fn a_request_holds_what_the_page_asks_for_and_survives_its_own_xml() {
        let ids = (Appid::new("wx1").unwrap(), MchId::new("19").unwrap(), OutTradeNo::new("T20240102").unwrap());
        let (number, nonce) = (OutRefundNo::new("R1|*@").unwrap(), NonceStr::new("n").unwrap());
        let params = request(&RefundRequest {
            appid: &ids.0,
            mch_id: &ids.1,
            out_trade_no: &ids.2,
            out_refund_no: &number,
            nonce_str: &nonce,
            total_fee: Fen::new(101).unwrap(),
            refund_fee: Fen::new(1).unwrap(),
            refund_desc: Some("退 <货>"),
            notify_url: None,
            sign_type: SignType::HmacSha256,
        });
        let key = Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec());
        let sign = sign::sign(&params, &key, SignType::HmacSha256);
        let read = xml::read(xml::write_signed(&params, &sign, xml::is_amount).unwrap().as_bytes(), "xml").unwrap();
        sign::verify(&read, &key, SignType::HmacSha256).unwrap();
        assert_eq!((read.get("refund_fee"), read.get("refund_desc")), (Some("1"), Some("退 <货>")));
    }
}
