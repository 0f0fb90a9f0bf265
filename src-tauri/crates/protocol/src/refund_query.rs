//! refundquery: what became of refunds (protocol page §4.5).

use crate::close_order::signed_later;
use crate::ids::{Appid, MchId, NonceStr, OutRefundNo, OutTradeNo, TransactionId};
use crate::refund::{RefundFault, amount, needed};
use crate::{CouponType, Fen, Params, RefundStatus, SignType, UtcMs};

/// Path of the endpoint.
pub const PATH: &str = "/pay/refundquery";
/// The most refunds in one answer.
pub const PAGE_MAX: usize = 10;

/// Which refunds are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// One refund, by the merchant's number.
    OutRefundNo(OutRefundNo),
    /// One refund, by WeChat's number (`refund_id`, 32 characters at most).
    RefundId(String),
    /// All refunds of an order, from this place on (0, 10, 20 …).
    OutTradeNo(OutTradeNo, usize),
}

/// The parameters of a query, without `sign`.
pub fn request(appid: &Appid, mch_id: &MchId, by: &By, nonce_str: &NonceStr, sign_type: SignType) -> Params {
    let offset = match by {
        By::OutTradeNo(_, offset) => Some(offset.to_string()),
        By::OutRefundNo(_) | By::RefundId(_) => None,
    };
    let number = match by {
        By::OutRefundNo(number) => ("out_refund_no", number.as_str()),
        By::RefundId(number) => ("refund_id", number.as_str()),
        By::OutTradeNo(number, _) => ("out_trade_no", number.as_str()),
    };
    let mut fields =
        vec![("appid", appid.as_str()), ("mch_id", mch_id.as_str()), ("nonce_str", nonce_str.as_str()), number];
    fields.extend(offset.as_deref().map(|offset| ("offset", offset)));
    signed_later(&fields, sign_type)
}

/// A verified answer to refundquery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundReport {
    /// The order.
    pub out_trade_no: OutTradeNo,
    /// WeChat's number of the order.
    pub transaction_id: TransactionId,
    /// The amount of the order.
    pub total_fee: Fen,
    /// How many refunds the order has in all, where the answer tells it: it may hold ten of them.
    pub total_refund_count: Option<usize>,
    /// The refunds of this answer, at most ten.
    pub refunds: Vec<RefundRecord>,
}

/// One refund as refundquery has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRecord {
    /// The merchant's number.
    pub out_refund_no: OutRefundNo,
    /// WeChat's number.
    pub refund_id: String,
    /// The amount.
    pub refund_fee: Fen,
    /// The amount less coupons without funds.
    pub settlement_refund_fee: Option<Fen>,
    /// Where it stands.
    pub status: RefundStatus,
    /// ORIGINAL, BALANCE, OTHER_BALANCE or OTHER_BANKCARD.
    pub channel: Option<String>,
    /// Where the money goes, in WeChat's words.
    pub recv_account: Option<String>,
    /// From which funds it comes.
    pub account: Option<String>,
    /// When it succeeded.
    pub success_time: Option<UtcMs>,
    /// The coupons that are given back.
    pub coupons: Vec<RefundCoupon>,
}

/// A coupon's part of a refund (`coupon_*_$n_$m`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundCoupon {
    /// `coupon_refund_id_$n_$m`.
    pub id: String,
    /// `coupon_type_$n_$m`.
    pub kind: Option<CouponType>,
    /// `coupon_refund_fee_$n_$m`.
    pub fee: Fen,
}

impl RefundReport {
    /// Reads a verified answer to refundquery.
    pub fn from_params(params: &Params) -> Result<Self, RefundFault> {
        let count = number(params, "refund_count")?.ok_or_else(|| RefundFault::Missing("refund_count".to_owned()))?;
        if count > PAGE_MAX {
            return Err(RefundFault::Contradiction("more than ten refunds in one answer"));
        }
        let total_fee = amount(params, "total_fee")?.ok_or_else(|| RefundFault::Missing("total_fee".to_owned()))?;
        let refunds = (0..count).map(|index| record(params, index)).collect::<Result<Vec<_>, _>>()?;
        let report = Self {
            out_trade_no: OutTradeNo::new(needed(params, "out_trade_no")?)?,
            transaction_id: TransactionId::new(needed(params, "transaction_id")?)?,
            total_fee,
            total_refund_count: number(params, "total_refund_count")?,
            refunds,
        };
        if report.refunds.iter().any(|refund| refund.refund_fee > total_fee) {
            return Err(RefundFault::Contradiction("a refund is larger than its order"));
        }
        Ok(report)
    }

    /// The refund with this number, if the answer has it.
    pub fn refund(&self, out_refund_no: &OutRefundNo) -> Option<&RefundRecord> {
        self.refunds.iter().find(|refund| refund.out_refund_no == *out_refund_no)
    }
}

fn record(params: &Params, index: usize) -> Result<RefundRecord, RefundFault> {
    let name = |field: &str| format!("{field}_{index}");
    let text = |field: &str| params.filled(&name(field)).map(str::to_owned);
    let word = needed(params, &name("refund_status"))?;
    let status =
        RefundStatus::parse(word).ok_or_else(|| RefundFault::Status(word.chars().take(32).collect::<String>()))?;
    let time = name("refund_success_time");
    let success_time = params
        .filled(&time)
        .map(|text| UtcMs::parse_dashed(text).map_err(|_| RefundFault::Time(time.clone())))
        .transpose()?;
    let refund_fee = name("refund_fee");
    Ok(RefundRecord {
        out_refund_no: OutRefundNo::new(needed(params, &name("out_refund_no"))?)?,
        refund_id: needed(params, &name("refund_id"))?.to_owned(),
        refund_fee: amount(params, &refund_fee)?.ok_or(RefundFault::Missing(refund_fee))?,
        settlement_refund_fee: amount(params, &name("settlement_refund_fee"))?,
        status,
        channel: text("refund_channel"),
        recv_account: text("refund_recv_accout"),
        account: text("refund_account"),
        success_time,
        coupons: coupons(params, index)?,
    })
}

fn coupons(params: &Params, index: usize) -> Result<Vec<RefundCoupon>, RefundFault> {
    let mut coupons = Vec::new();
    for place in 0..64 {
        let name = |field: &str| format!("{field}_{index}_{place}");
        let Some(fee) = amount(params, &name("coupon_refund_fee"))? else { break };
        coupons.push(RefundCoupon {
            id: params.filled(&name("coupon_refund_id")).unwrap_or_default().to_owned(),
            kind: params.filled(&name("coupon_type")).and_then(CouponType::parse),
            fee,
        });
    }
    Ok(coupons)
}

fn number(params: &Params, name: &str) -> Result<Option<usize>, RefundFault> {
    let Some(text) = params.filled(name) else { return Ok(None) };
    let digits = text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits => Ok(Some(number)),
        _ => Err(RefundFault::Contradiction("a count of refunds is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: [(&str, &str); 13] = [
        ("out_refund_no_0", "R20240102030405_001"),
        ("out_trade_no", "T20240102030405_001"),
        ("refund_account_0", "REFUND_SOURCE_RECHARGE_FUNDS"),
        ("refund_channel_0", "ORIGINAL"),
        ("refund_count", "1"),
        ("refund_fee", "101"),
        ("refund_fee_0", "101"),
        ("refund_id_0", "50000000002024010200000000001"),
        ("refund_recv_accout_0", "支付用户的零钱"),
        ("refund_status_0", "SUCCESS"),
        ("refund_success_time_0", "2024-01-02 03:06:07"),
        ("total_fee", "101"),
        ("transaction_id", "4200000000202401020000000001"),
    ];

    fn report(change: &[(&str, &str)]) -> Result<RefundReport, RefundFault> {
        let kept = GOLDEN.iter().filter(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
        RefundReport::from_params(&Params::from_pairs(kept.chain(change).copied()).unwrap())
    }

    #[test]
    fn an_answer_that_is_not_understood_is_an_error_and_never_a_state() {
        for status in ["FAIL", "NOTSURE", "success"] {
            assert_eq!(report(&[("refund_status_0", status)]), Err(RefundFault::Status(status.into())));
        }
        for field in ["refund_count", "out_refund_no_0", "refund_id_0", "refund_fee_0", "total_fee", "transaction_id"] {
            assert_eq!(report(&[(field, "")]), Err(RefundFault::Missing(field.into())), "{field}");
        }
        assert!(matches!(report(&[("refund_fee_0", "102")]), Err(RefundFault::Contradiction(_))));
        assert!(matches!(report(&[("refund_count", "11")]), Err(RefundFault::Contradiction(_))));
        assert!(matches!(report(&[("refund_count", "-1")]), Err(RefundFault::Contradiction(_))));
        assert!(matches!(report(&[("refund_count", "2")]), Err(RefundFault::Missing(_))), "counted and not there");
        assert!(matches!(report(&[("refund_success_time_0", "20240102030607")]), Err(RefundFault::Time(_))));
    }

    #[test]
    fn every_indexed_field_is_read() {
        let read = report(&[
            ("total_refund_count", "36"),
            ("settlement_refund_fee_0", "91"),
            ("coupon_refund_fee_0", "10"),
            ("coupon_refund_fee_0_0", "7"),
            ("coupon_refund_id_0_0", "a"),
            ("coupon_type_0_0", "NO_CASH"),
            ("coupon_refund_fee_0_1", "3"),
        ])
        .unwrap();
        assert_eq!(read.total_refund_count, Some(36));
        let refund = read.refund(&OutRefundNo::new("R20240102030405_001").unwrap()).unwrap();
        assert_eq!(refund.coupons.iter().map(|coupon| coupon.fee).sum::<i128>(), 10);
        assert_eq!(refund.coupons[0].kind, Some(CouponType::NoCash));
        assert_eq!(refund.success_time.map(UtcMs::rfc3339).as_deref(), Some("2024-01-02T03:06:07+08:00"));
        assert_eq!(refund.recv_account.as_deref(), Some("支付用户的零钱"));
        assert_eq!(read.refund(&OutRefundNo::new("R2").unwrap()), None);
    }

    #[test]
    fn all_refunds_of_an_order_are_asked_for_page_by_page() {
        let ids = (Appid::new("wx1").unwrap(), MchId::new("19").unwrap(), NonceStr::new("n").unwrap());
        let by = By::OutTradeNo(OutTradeNo::new("T20240102").unwrap(), 10);
        let params = request(&ids.0, &ids.1, &by, &ids.2, SignType::Md5);
        assert_eq!((params.get("out_trade_no"), params.get("offset")), (Some("T20240102"), Some("10")));
        let by = By::OutRefundNo(OutRefundNo::new("R1").unwrap());
        let params = request(&ids.0, &ids.1, &by, &ids.2, SignType::HmacSha256);
        assert_eq!((params.get("out_refund_no"), params.get("offset")), (Some("R1"), None));
        let by = By::RefundId("50000000002024010200000000001".to_owned());
        let params = request(&ids.0, &ids.1, &by, &ids.2, SignType::Md5);
        assert_eq!(
            (params.get("refund_id"), params.get("out_trade_no")),
            (Some("50000000002024010200000000001"), None)
        );
    }
}
