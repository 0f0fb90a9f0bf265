//! `promotion_detail` (protocol page §4.1, §4.2, §4.4, §7.1): the coupons of an order once more, as JSON, for merchants who asked
//! for single-product offers with `version=1.0`. The page names the field and says that it is JSON; its inner names are those
//! that SDKs read, with every coupon as one for the whole order (GLOBAL), UNCONFIRMED.

use serde::Serialize;
use wxpay_protocol::{CouponType, Fen};

use crate::answer::Field;
use crate::ledger::record::{Coupon, Order, Payment};
use crate::ledger::refund::Refund;

const NAME: &str = "promotion_detail";
/// What a request says that wants it.
const VERSION: &str = "1.0";

#[derive(Serialize)]
struct Promotions<P> {
    promotion_detail: Vec<P>,
}

#[derive(Serialize)]
struct Paid<'a> {
    promotion_id: &'a str,
    name: &'static str,
    scope: &'static str,
    r#type: &'static str,
    amount: i64,
    activity_id: &'a str,
    wxpay_contribute: i64,
    merchant_contribute: i64,
    other_contribute: i64,
}

#[derive(Serialize)]
struct Refunded<'a> {
    promotion_id: &'a str,
    scope: &'static str,
    r#type: &'static str,
    amount: i64,
    refund_amount: i64,
}

/// COUPON where somebody hands the money in, DISCOUNT where the merchant settles less.
const fn type_of(coupon: &Coupon) -> &'static str {
    match coupon.coupon_type {
        CouponType::Cash => "COUPON",
        CouponType::NoCash => "DISCOUNT",
    }
}

fn field<'f, P: Serialize>(promotion_detail: Vec<P>) -> Option<Field<'f>> {
    if promotion_detail.is_empty() {
        return None;
    }
    // Names and numbers alone cannot fail to be written.
    let text = serde_json::to_string(&Promotions { promotion_detail }).ok()?;
    Some((NAME, text.into()))
}

impl Order {
    /// What the coupons of a payment were, where the order asked for it.
    pub(crate) fn promotions<'f>(&self, payment: &Payment) -> Option<Field<'f>> {
        if self.field("version") != VERSION {
            return None;
        }
        let paid = payment.coupons.iter().map(|coupon| {
            let fee = coupon.fee.get();
            let (wxpay_contribute, merchant_contribute) = match coupon.coupon_type {
                CouponType::Cash => (fee, 0),
                CouponType::NoCash => (0, fee),
            };
            Paid {
                promotion_id: &coupon.id,
                name: "代金券",
                scope: "GLOBAL",
                r#type: type_of(coupon),
                amount: fee,
                activity_id: &coupon.id,
                wxpay_contribute,
                merchant_contribute,
                other_contribute: 0,
            }
        });
        field(paid.collect())
    }
}

impl Refund {
    /// What went back to each coupon of the payment.
    pub(crate) fn promotions<'f>(&self, payment: &Payment) -> Option<Field<'f>> {
        let parts = payment.coupons.iter().zip(&self.coupon_refund_fees).filter(|(_, part)| **part > Fen::ZERO);
        let refunded = parts.map(|(coupon, part)| Refunded {
            promotion_id: &coupon.id,
            scope: "GLOBAL",
            r#type: type_of(coupon),
            amount: coupon.fee.get(),
            refund_amount: part.get(),
        });
        field(refunded.collect())
    }
}
