//! orderquery: asking for the state of an order (protocol page §4.2).

use crate::fen::FenError;
use crate::ids::{Appid, IdError, MchId, NonceStr, OpenId, OutTradeNo, TransactionId};
use crate::{Fen, Params, SignType, TradeState, UtcMs};

/// Path of the endpoint.
pub const PATH: &str = "/pay/orderquery";

/// Which order is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// By our number.
    OutTradeNo(OutTradeNo),
    /// By WeChat's number, which it prefers.
    TransactionId(TransactionId),
}

/// The parameters of a query, without `sign`.
pub fn request(appid: &Appid, mch_id: &MchId, by: &By, nonce_str: &NonceStr, sign_type: SignType) -> Params {
    let number = match by {
        By::OutTradeNo(number) => ("out_trade_no", number.as_str()),
        By::TransactionId(number) => ("transaction_id", number.as_str()),
    };
    crate::close_order::signed_later(
        &[("appid", appid.as_str()), ("mch_id", mch_id.as_str()), number, ("nonce_str", nonce_str.as_str())],
        sign_type,
    )
}

/// A coupon that was used (`coupon_*_$n`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// `coupon_id_$n`.
    pub id: String,
    /// `coupon_type_$n`: CASH (with funds) or NO_CASH (without).
    pub kind: Option<String>,
    /// `coupon_fee_$n`.
    pub fee: Fen,
}

/// The state of an order as a verified answer gives it. Fields that only exist for paid orders
/// are absent otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderReport {
    /// The state.
    pub trade_state: TradeState,
    /// Its description in WeChat's words.
    pub trade_state_desc: Option<String>,
    /// Our number.
    pub out_trade_no: OutTradeNo,
    /// WeChat's number, when paid.
    pub transaction_id: Option<TransactionId>,
    /// The payer, when paid.
    pub openid: Option<OpenId>,
    /// How it was paid; an open list (MICROPAY, FACE, …), so text.
    pub trade_type: Option<String>,
    /// Bank; an open list, never switched on.
    pub bank_type: Option<String>,
    /// The order's amount.
    pub total_fee: Option<Fen>,
    /// Amount less coupons without funds.
    pub settlement_total_fee: Option<Fen>,
    /// Currency.
    pub fee_type: Option<String>,
    /// What the payer paid.
    pub cash_fee: Option<Fen>,
    /// Currency of `cash_fee`.
    pub cash_fee_type: Option<String>,
    /// Sum of the coupons.
    pub coupon_fee: Option<Fen>,
    /// The coupons.
    pub coupons: Vec<Coupon>,
    /// Our attach, as echoed; may be empty.
    pub attach: Option<String>,
    /// When it was paid.
    pub time_end: Option<UtcMs>,
    /// Terminal.
    pub device_info: Option<String>,
    /// `Y` or `N`.
    pub is_subscribe: Option<String>,
    /// Partner mode: the payer under sub_appid.
    pub sub_openid: Option<String>,
    /// Partner mode: `Y` or `N`.
    pub sub_is_subscribe: Option<String>,
    /// JSON, when the order was made with version=1.0.
    pub promotion_detail: Option<String>,
}

/// Why a verified answer is still not understood; the order stays as it is and is asked for again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    /// A state that is not on the page.
    #[error("the trade_state {0:?} is not known")]
    TradeState(String),
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
    /// A time that is not yyyyMMddHHmmss.
    #[error("time_end is not a time of the form yyyyMMddHHmmss")]
    Time,
    /// A paid order without what every payment has.
    #[error("the order is reported as paid, but {0} is missing")]
    PaidWithout(&'static str),
    /// Parts that do not add up (cash_fee + coupon_fee ≠ total_fee, or a settlement above the total).
    #[error("the amounts do not add up: {0}")]
    Sum(&'static str),
}

impl OrderReport {
    /// Reads a verified orderquery answer.
    pub fn from_query(params: &Params) -> Result<Self, ReportFault> {
        let word = params.filled("trade_state").unwrap_or_default();
        let trade_state =
            TradeState::parse(word).ok_or_else(|| ReportFault::TradeState(word.chars().take(32).collect()))?;
        let text = |name: &str| params.filled(name).map(str::to_owned);
        let report = Self {
            trade_state,
            trade_state_desc: text("trade_state_desc"),
            out_trade_no: OutTradeNo::new(params.filled("out_trade_no").unwrap_or_default())?,
            transaction_id: params.filled("transaction_id").map(TransactionId::new).transpose()?,
            openid: params.filled("openid").map(OpenId::new).transpose()?,
            trade_type: text("trade_type"),
            bank_type: text("bank_type"),
            total_fee: amount(params, "total_fee")?,
            settlement_total_fee: amount(params, "settlement_total_fee")?,
            fee_type: text("fee_type"),
            cash_fee: amount(params, "cash_fee")?,
            cash_fee_type: text("cash_fee_type"),
            coupon_fee: amount(params, "coupon_fee")?,
            coupons: coupons(params)?,
            attach: params.get("attach").map(str::to_owned),
            time_end: params
                .filled("time_end")
                .map(|text| UtcMs::parse_compact(text).map_err(|_| ReportFault::Time))
                .transpose()?,
            device_info: text("device_info"),
            is_subscribe: text("is_subscribe"),
            sub_openid: text("sub_openid"),
            sub_is_subscribe: text("sub_is_subscribe"),
            promotion_detail: text("promotion_detail"),
        };
        report.check()?;
        Ok(report)
    }

    fn check(&self) -> Result<(), ReportFault> {
        if matches!(self.trade_state, TradeState::Success | TradeState::Refund) {
            if self.transaction_id.is_none() {
                return Err(ReportFault::PaidWithout("transaction_id"));
            }
            if self.total_fee.is_none() {
                return Err(ReportFault::PaidWithout("total_fee"));
            }
        }
        let Some(total) = self.total_fee else { return Ok(()) };
        if self.settlement_total_fee.is_some_and(|settlement| settlement > total) {
            return Err(ReportFault::Sum("settlement_total_fee is above total_fee"));
        }
        if let (Some(cash), Some(coupon)) = (self.cash_fee, self.coupon_fee)
            && cash.checked_add(coupon) != Some(total)
        {
            return Err(ReportFault::Sum("cash_fee and coupon_fee are not total_fee"));
        }
        Ok(())
    }
}

fn amount(params: &Params, name: &str) -> Result<Option<Fen>, ReportFault> {
    params
        .filled(name)
        .map(|text| Fen::parse_wire(text).map_err(|fault| ReportFault::Amount { field: name.to_owned(), fault }))
        .transpose()
}

fn coupons(params: &Params) -> Result<Vec<Coupon>, ReportFault> {
    let mut coupons = Vec::new();
    for index in 0..64 {
        let Some(fee) = amount(params, &format!("coupon_fee_{index}"))? else { break };
        coupons.push(Coupon {
            id: params.filled(&format!("coupon_id_{index}")).unwrap_or_default().to_owned(),
            kind: params.filled(&format!("coupon_type_{index}")).map(str::to_owned),
            fee,
        });
    }
    Ok(coupons)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(change: &[(&str, &str)]) -> Result<OrderReport, ReportFault> {
        let paid = [
            ("trade_state", "SUCCESS"),
            ("out_trade_no", "T20240102030405_001"),
            ("transaction_id", "4200000000202401020000000001"),
            ("total_fee", "101"),
            ("cash_fee", "101"),
            ("time_end", "20240102030512"),
            ("attach", ""),
        ];
        let mut params = Params::new();
        for (name, value) in
            paid.iter().filter(|(name, _)| !change.iter().any(|(changed, _)| changed == name)).chain(change)
        {
            params.push(name, value).unwrap();
        }
        OrderReport::from_query(&params)
    }

    #[test]
    fn an_answer_that_is_not_understood_is_an_error_and_never_a_state() {
        assert_eq!(report(&[("trade_state", "PAID")]), Err(ReportFault::TradeState("PAID".into())));
        assert_eq!(report(&[("transaction_id", "")]), Err(ReportFault::PaidWithout("transaction_id")));
        assert_eq!(report(&[("total_fee", "")]), Err(ReportFault::PaidWithout("total_fee")));
        assert!(matches!(report(&[("total_fee", "1.01")]), Err(ReportFault::Amount { .. })));
        assert!(matches!(report(&[("total_fee", "-101")]), Err(ReportFault::Amount { .. })));
        assert_eq!(report(&[("time_end", "2024-01-02")]), Err(ReportFault::Time));
        assert!(matches!(report(&[("cash_fee", "100"), ("coupon_fee", "2")]), Err(ReportFault::Sum(_))));
        assert!(matches!(report(&[("settlement_total_fee", "102")]), Err(ReportFault::Sum(_))));
        assert!(matches!(report(&[("out_trade_no", "")]), Err(ReportFault::Id(_))));
    }

    #[test]
    fn a_paid_order_with_coupons_is_read_in_full() {
        let read = report(&[
            ("cash_fee", "91"),
            ("coupon_fee", "10"),
            ("coupon_fee_0", "7"),
            ("coupon_id_0", "a"),
            ("coupon_type_0", "CASH"),
            ("coupon_fee_1", "3"),
        ])
        .unwrap();
        assert_eq!(read.coupons.iter().map(|coupon| coupon.fee).sum::<i128>(), 10);
        assert_eq!(read.time_end.map(UtcMs::rfc3339).as_deref(), Some("2024-01-02T03:05:12+08:00"));
        assert_eq!(read.attach.as_deref(), Some(""));
    }

    #[test]
    fn an_unpaid_order_needs_no_payment_fields() {
        let params = Params::from_pairs([("trade_state", "NOTPAY"), ("out_trade_no", "T20240102030405_001")]).unwrap();
        assert_eq!(OrderReport::from_query(&params).unwrap().transaction_id, None);
    }
}
