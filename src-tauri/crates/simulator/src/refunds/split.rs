//! How a refund is made up of money and coupons.
//!
//! Each refund takes from what is left of each coupon and of the money in proportion to it, in whole fen, and exactly in sum:
//! with the parts in a row (coupons first, money last) the first k of them together get `floor(left of these × refund ÷ left of
//! all)`. So no part ever gives more than it has, nothing is lost by rounding, and the refund that takes the rest takes exactly
//! the rest of every part. No source documents production's own rule.

use wxpay_protocol::{CouponType, Fen};

use crate::ledger::record::Payment;
use crate::ledger::refund::Refund;

/// The parts of a refund.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) cash: Fen,
    /// One per coupon of the payment, in its order.
    pub(crate) coupons: Box<[Fen]>,
}

/// Divides a refund of `refund_fee`; `earlier` are the refunds that count. The caller has checked that it fits into what is left.
pub(crate) fn split(payment: &Payment, total_fee: Fen, earlier: &[&Refund], refund_fee: Fen) -> Split {
    let gone = |part: &dyn Fn(&Refund) -> Fen| earlier.iter().map(|refund| part(refund).get()).sum::<i64>();
    let left_of_coupon = |(index, coupon): (usize, &crate::Coupon)| {
        coupon.fee.get() - gone(&|refund| refund.coupon_refund_fees.get(index).copied().unwrap_or(Fen::ZERO))
    };
    let left_of_coupons: Vec<i64> = payment.coupons.iter().enumerate().map(left_of_coupon).collect();
    let left_of_cash = payment.cash_fee(total_fee).get() - gone(&|refund| refund.cash_refund_fee);
    let left = i128::from(left_of_coupons.iter().sum::<i64>() + left_of_cash);
    let (mut through, mut given) = (0i128, 0i128);
    let coupons: Box<[Fen]> = left_of_coupons
        .iter()
        .map(|of_coupon| {
            through += i128::from(*of_coupon);
            let together = (through * i128::from(refund_fee.get())).checked_div(left).unwrap_or(0);
            let part = together - given;
            given = together;
            i64::try_from(part).ok().and_then(Fen::new).unwrap_or(Fen::ZERO)
        })
        .collect();
    let of_coupons = i64::try_from(given).ok().and_then(Fen::new).unwrap_or(Fen::ZERO);
    Split { cash: refund_fee.checked_sub(of_coupons).unwrap_or(Fen::ZERO), coupons }
}

/// What the merchant gives of a refund where it bore a coupon's cost itself (免充值): the refund less those coupons' parts.
pub(crate) fn settlement_refund_fee(payment: &Payment, refund: &Refund) -> Option<Fen> {
    let unfunded = || {
        payment
            .coupons
            .iter()
            .zip(&refund.coupon_refund_fees)
            .filter(|(coupon, _)| coupon.coupon_type == CouponType::NoCash)
    };
    unfunded().next()?;
    let parts: i64 = unfunded().map(|(_, part)| part.get()).sum();
    Some(Fen::new(refund.refund_fee.get() - parts).unwrap_or(Fen::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Coupon;
    use wxpay_protocol::{RefundStatus, UtcMs};

    fn fen(amount: i64) -> Fen {
        Fen::new(amount).unwrap()
    }

    fn payment(coupons: &[i64]) -> Payment {
        let coupon = |fee: &i64| Coupon { id: String::new(), coupon_type: CouponType::NoCash, fee: fen(*fee) };
        Payment {
            transaction_id: String::new(),
            openid: String::new(),
            sub_openid: None,
            bank_type: String::new(),
            coupons: coupons.iter().map(coupon).collect(),
            paid_at: UtcMs(0),
        }
    }

    fn refund(refund_fee: i64, parts: Split) -> Refund {
        Refund {
            out_refund_no: String::new(),
            refund_id: String::new(),
            refund_fee: fen(refund_fee),
            cash_refund_fee: parts.cash,
            coupon_refund_fees: parts.coupons,
            refund_desc: None,
            notify_url: None,
            refund_account: None,
            accepted_at: UtcMs(0),
            status: RefundStatus::Processing,
            ended_at: None,
            plan: None,
            order: 0,
            changed: 0,
        }
    }

    #[test]
    fn every_way_to_refund_in_pieces_gives_each_part_back_exactly() {
        for (total, coupons) in [
            (100, &[50, 50][..]),
            (100, &[33, 33, 33]),
            (101, &[]),
            (101, &[1]),
            (97, &[10, 20, 30]),
            (10, &[1, 1, 1, 1, 1, 1, 1, 1, 1]),
            (999_999_999_999_999, &[333_333_333_333_333, 1]),
        ] {
            let payment = payment(coupons);
            for pieces in 1..=7.min(total) {
                let mut done: Vec<Refund> = Vec::new();
                let mut left = total;
                for piece in 0..pieces {
                    let fee = if piece + 1 == pieces { left } else { (total / pieces).max(1) };
                    let parts = split(&payment, fen(total), &done.iter().collect::<Vec<_>>(), fen(fee));
                    let sum: i64 = parts.cash.get() + parts.coupons.iter().map(|part| part.get()).sum::<i64>();
                    assert_eq!(sum, fee, "a refund is the sum of its parts");
                    assert!(parts.cash >= Fen::ZERO && parts.coupons.iter().all(|part| *part >= Fen::ZERO));
                    left -= fee;
                    done.push(refund(fee, parts));
                }
                let cash: i64 = done.iter().map(|refund| refund.cash_refund_fee.get()).sum();
                assert_eq!(cash, total - coupons.iter().sum::<i64>(), "{total} {coupons:?} in {pieces}");
                for (index, coupon) in coupons.iter().enumerate() {
                    let back: i64 = done.iter().map(|refund| refund.coupon_refund_fees[index].get()).sum();
                    assert_eq!(back, *coupon, "{total} {coupons:?} in {pieces}");
                }
            }
        }
    }

    #[test]
    fn what_the_merchant_gives_is_less_by_the_coupons_it_bore() {
        let mut payment = payment(&[20, 10]);
        payment.coupons[1].coupon_type = CouponType::Cash;
        let parts = split(&payment, fen(100), &[], fen(50));
        assert_eq!(parts, Split { cash: fen(35), coupons: Box::new([fen(10), fen(5)]) });
        assert_eq!(settlement_refund_fee(&payment, &refund(50, parts)), Some(fen(40)));
        payment.coupons.truncate(0);
        assert_eq!(settlement_refund_fee(&payment, &refund(50, Split { cash: fen(50), coupons: Box::new([]) })), None);
    }
}
