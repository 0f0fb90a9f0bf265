//! Orders and refunds as the gateway knows them, and the customer's side of them.

use serde::{Deserialize, Serialize};
use wxpay_protocol::RefundStatus;
use wxpay_simulator::{Coupon, OrderView, Pay, RefundView, Stretch};

use crate::dto::number::{AtMs, Count, Fen};
use crate::dto::test_orders::amount;
use crate::error::IpcError;

/// Which order: several merchants may have the same number.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct OrderKey {
    /// Needed only where several have the number.
    pub(crate) mch_id: Option<String>,
    pub(crate) out_trade_no: String,
}

/// Which refund.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct RefundKey {
    /// Needed only where several have the number.
    pub(crate) mch_id: Option<String>,
    pub(crate) out_refund_no: String,
}

mirrored! {
    /// Whether money stands behind a coupon.
    CouponType of wxpay_protocol::CouponType {
        /// It does (充值券).
        Cash = "cash",
        /// It does not (免充值券): the merchant settles less.
        NoCash = "no_cash",
    }
}

/// How the customer pays.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct CustomerPays {
    /// Who pays, where the order does not say.
    pub(crate) openid: Option<String>,
    /// What a coupon pays of it; 0 for none.
    pub(crate) coupon_fee_fen: Fen,
    pub(crate) coupon_type: CouponType,
}

impl TryFrom<CustomerPays> for Pay {
    type Error = IpcError;

    fn try_from(pays: CustomerPays) -> Result<Self, IpcError> {
        let fee = amount("coupon_fee_fen", pays.coupon_fee_fen)?;
        let coupon = Coupon { id: String::new(), coupon_type: pays.coupon_type.into(), fee };
        let coupons = if fee == wxpay_protocol::Fen::ZERO { Vec::new() } else { vec![coupon] };
        Ok(Self { openid: pays.openid, coupons, ..Self::default() })
    }
}

mirrored! {
    /// What the payer does when asked for the password.
    PasswordAnswer of wxpay_simulator::PasswordAnswer {
        /// Enters it.
        Entered = "entered",
        /// Enters it, and the bank refuses.
        Refused = "refused",
        /// Turns away.
        Cancelled = "cancelled",
    }
}

/// How a refund ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundEnd {
    /// The money is back.
    Success,
    /// It is closed.
    Close,
    /// The payer's account takes no money (退款异常).
    Change,
}

impl From<RefundEnd> for RefundStatus {
    fn from(end: RefundEnd) -> Self {
        match end {
            RefundEnd::Success => Self::Success,
            RefundEnd::Close => Self::RefundClose,
            RefundEnd::Change => Self::Change,
        }
    }
}

/// An order as the gateway knows it.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorOrder {
    pub(crate) out_trade_no: String,
    pub(crate) mch_id: String,
    pub(crate) trade_type: String,
    pub(crate) total_fee: Fen,
    /// What the customer paid beside coupons.
    pub(crate) cash_fee: Option<Fen>,
    /// What coupons paid.
    pub(crate) coupon_fee: Option<Fen>,
    pub(crate) trade_state: String,
    /// Whether its payer is being asked for the password.
    pub(crate) waits_for_password: bool,
    /// Who pays, where that is known.
    pub(crate) openid: Option<String>,
    pub(crate) body: String,
    pub(crate) created_at: AtMs,
    pub(crate) paid_at: Option<AtMs>,
    pub(crate) transaction_id: Option<String>,
}

impl From<OrderView> for SimulatorOrder {
    fn from(view: OrderView) -> Self {
        let cash_fee = view.cash_fee().map(Fen::of);
        let order = view.order;
        let payment = order.payment.as_deref();
        let paid_by = payment.map(|payment| payment.openid.as_str());
        Self {
            out_trade_no: order.out_trade_no().to_owned(),
            mch_id: order.mch_id().to_owned(),
            trade_type: order.trade_type().to_owned(),
            total_fee: Fen::of(order.total_fee),
            cash_fee,
            coupon_fee: payment.map(|payment| Fen::of(payment.coupon_fee())),
            trade_state: view.trade_state.as_str().to_owned(),
            waits_for_password: order.waits_for_password(),
            openid: paid_by.or_else(|| order.fields.get("openid")).map(str::to_owned),
            body: order.fields.get("body").unwrap_or_default().to_owned(),
            created_at: order.created_at.into(),
            paid_at: payment.map(|payment| payment.paid_at.into()),
            transaction_id: payment.map(|payment| payment.transaction_id.clone()),
        }
    }
}

/// A stretch of a list of orders.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorOrders {
    /// How many there are in all.
    pub(crate) total: Count,
    pub(crate) rows: Vec<SimulatorOrder>,
}

impl From<Stretch<OrderView>> for SimulatorOrders {
    fn from(found: Stretch<OrderView>) -> Self {
        Self { total: found.total.into(), rows: found.rows.into_iter().map(Into::into).collect() }
    }
}

/// A refund as the gateway knows it.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorRefund {
    pub(crate) out_refund_no: String,
    pub(crate) refund_id: String,
    pub(crate) mch_id: String,
    pub(crate) out_trade_no: String,
    pub(crate) refund_fee: Fen,
    pub(crate) total_fee: Fen,
    /// The part that goes back to coupons.
    pub(crate) coupon_refund_fee: Fen,
    pub(crate) status: String,
    pub(crate) accepted_at: AtMs,
    pub(crate) ended_at: Option<AtMs>,
    /// When it ends by itself, and how.
    pub(crate) planned_at: Option<AtMs>,
    pub(crate) planned_status: Option<String>,
}

impl From<RefundView> for SimulatorRefund {
    fn from(view: RefundView) -> Self {
        let refund = view.refund;
        let plan = refund.plan.filter(|_| refund.ended_at.is_none());
        Self {
            coupon_refund_fee: Fen::of(refund.coupon_refund_fee()),
            out_refund_no: refund.out_refund_no,
            refund_id: refund.refund_id,
            mch_id: view.mch_id,
            out_trade_no: view.out_trade_no,
            refund_fee: Fen::of(refund.refund_fee),
            total_fee: Fen::of(view.total_fee),
            status: refund.status.as_str().to_owned(),
            accepted_at: refund.accepted_at.into(),
            ended_at: refund.ended_at.map(Into::into),
            planned_at: plan.map(|plan| plan.at.into()),
            planned_status: plan.map(|plan| plan.status.as_str().to_owned()),
        }
    }
}

/// A stretch of a list of refunds.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorRefunds {
    /// How many there are in all.
    pub(crate) total: Count,
    pub(crate) rows: Vec<SimulatorRefund>,
}

impl From<Stretch<RefundView>> for SimulatorRefunds {
    fn from(found: Stretch<RefundView>) -> Self {
        Self { total: found.total.into(), rows: found.rows.into_iter().map(Into::into).collect() }
    }
}
