//! How an amount is made up: what the customer paid, what coupons paid, what the merchant gets. Everything that shows amounts
//! takes them from here, so that the sums tie out everywhere.

use wxpay_protocol::{CouponType, Fen};

use crate::answer::{Field, indexed};
use crate::ledger::record::{Coupon, Order, Payment};

/// Coupons of one payment; the longest refundquery then stays within the fields that a message may have.
pub(crate) const MAX_COUPONS: usize = 10;

fn sum<'c>(coupons: impl Iterator<Item = &'c Coupon>) -> Fen {
    coupons.fold(Fen::ZERO, |sum, coupon| sum.checked_add(coupon.fee).unwrap_or(Fen::MAX))
}

impl Payment {
    /// What the coupons paid.
    pub fn coupon_fee(&self) -> Fen {
        sum(self.coupons.iter())
    }

    /// What the customer paid beside the coupons, of an order of `total_fee`.
    pub fn cash_fee(&self, total_fee: Fen) -> Fen {
        total_fee.checked_sub(self.coupon_fee()).unwrap_or(Fen::ZERO)
    }

    /// What the merchant gets where it bears a coupon's cost itself (免充值): the amount less those coupons (应结订单金额).
    pub fn settlement_total_fee(&self, total_fee: Fen) -> Option<Fen> {
        let unfunded = || self.coupons.iter().filter(|coupon| coupon.coupon_type == CouponType::NoCash);
        unfunded().next()?;
        Some(total_fee.checked_sub(sum(unfunded())).unwrap_or(Fen::ZERO))
    }

    /// Who paid, under each of the order's apps.
    pub(crate) fn payer_fields(&self) -> Vec<Field<'_>> {
        let mut fields: Vec<Field<'_>> = vec![("openid", self.openid.as_str().into()), ("is_subscribe", "N".into())];
        if let Some(sub_openid) = &self.sub_openid {
            fields.extend([("sub_openid", sub_openid.as_str().into()), ("sub_is_subscribe", "N".into())]);
        }
        fields
    }

    /// `coupon_fee`, `coupon_count` and each coupon with its index (protocol page §4.2); nothing without coupons.
    pub(crate) fn coupon_fields(&self) -> Vec<Field<'_>> {
        if self.coupons.is_empty() {
            return Vec::new();
        }
        let mut fields: Vec<Field<'_>> = vec![
            ("coupon_fee", self.coupon_fee().to_string().into()),
            ("coupon_count", self.coupons.len().to_string().into()),
        ];
        for (index, coupon) in self.coupons.iter().enumerate() {
            fields.extend([
                (indexed("coupon_type", &[index]), coupon.coupon_type.as_str().into()),
                (indexed("coupon_id", &[index]), coupon.id.as_str().into()),
                (indexed("coupon_fee", &[index]), coupon.fee.to_string().into()),
            ]);
        }
        fields
    }
}

impl Order {
    /// The fields that say for whom a service provider made the order.
    pub(crate) const SUB_IDS: [&'static str; 2] = ["sub_appid", "sub_mch_id"];
}
