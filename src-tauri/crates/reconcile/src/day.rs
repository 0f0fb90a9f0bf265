//! The day, and the minutes around its midnights.

use wxpay_protocol::bill::BillRow;
use wxpay_protocol::{Fen, UtcMs};

use crate::Edge;

const DAY_S: i64 = 86_400;

/// A day of Beijing time, whatever the machine's own zone is (reconcile invariant C6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    midnight: UtcMs,
    cut_s: i32,
}

impl Day {
    /// The day that holds a moment; its edges are `cut_s` seconds wide, 0 ..= 43 200.
    pub fn of(moment: UtcMs, cut_s: u32) -> Self {
        Self { midnight: moment.start_of_day(), cut_s: i32::try_from(cut_s.min(43_200)).unwrap_or(43_200) }
    }

    /// Its first millisecond.
    pub const fn midnight(self) -> UtcMs {
        self.midnight
    }

    /// Whole seconds from its beginning; far off moments stay at the ends of the range.
    #[inline]
    pub(crate) fn seconds(self, moment: UtcMs) -> i32 {
        let seconds = moment.0.saturating_sub(self.midnight.0).div_euclid(1000);
        // One below the largest, which stands for no time at all.
        i32::try_from(seconds.clamp(i64::from(i32::MIN), i64::from(i32::MAX - 1))).unwrap_or(i32::MIN)
    }

    /// Whether a moment lies in the day.
    pub fn holds(self, moment: UtcMs) -> bool {
        in_day(self.seconds(moment))
    }

    /// Which of the two days beside it holds a moment; nothing for the day itself and for days farther off.
    pub fn edge_of(self, moment: UtcMs) -> Option<Edge> {
        match i64::from(self.seconds(moment)).div_euclid(DAY_S) {
            -1 => Some(Edge::Before),
            1 => Some(Edge::After),
            _ => None,
        }
    }

    /// Whether seconds lie in the last minutes of the day before or the first of the day after.
    pub(crate) fn is_just_outside(self, seconds: i32) -> bool {
        let seconds = i64::from(seconds);
        (-i64::from(self.cut_s)..0).contains(&seconds) || (DAY_S..DAY_S + i64::from(self.cut_s)).contains(&seconds)
    }

    /// Whether seconds lie in the last minutes of the day.
    pub(crate) fn is_late(self, seconds: i32) -> bool {
        in_day(seconds) && i64::from(seconds) >= DAY_S - i64::from(self.cut_s)
    }

    /// Whether seconds lie in the first minutes of the day.
    pub(crate) fn is_early(self, seconds: i32) -> bool {
        in_day(seconds) && seconds < self.cut_s
    }
}

/// Whether seconds from a midnight lie in the day that it begins.
pub(crate) fn in_day(seconds: i32) -> bool {
    (0..DAY_S).contains(&i64::from(seconds))
}

/// Which of WeChat's amounts the merchant keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// 订单金额.
    #[default]
    Order,
    /// 应结订单金额.
    Settle,
    /// What the payer paid in cash: 订单金额 less 代金券金额.
    Cash,
}

impl Basis {
    /// Every amount.
    pub const ALL: [Self; 3] = [Self::Order, Self::Settle, Self::Cash];

    /// The name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Settle => "settle",
            Self::Cash => "cash",
        }
    }

    /// The amount of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.name() == name)
    }

    /// This amount of a payment. A reverse that has a row of its own has only what it gave back.
    pub fn of_payment(self, row: &BillRow<'_>) -> Fen {
        let gave_back_only = row.total_fee == Fen::ZERO && row.settlement_total_fee == Fen::ZERO;
        match self {
            _ if gave_back_only => self.of_refund(row),
            Self::Order => row.total_fee,
            Self::Settle => row.settlement_total_fee,
            Self::Cash => row.total_fee.checked_sub(row.coupon_fee).unwrap_or(row.total_fee),
        }
    }

    /// This amount of a refund: what was asked for, what the settlement loses, or what the payer gets back in cash, which is
    /// the latter less what goes back to whoever funded the coupons (充值券退款金额).
    pub fn of_refund(self, row: &BillRow<'_>) -> Fen {
        match self {
            Self::Order => row.refund_fee,
            Self::Settle => row.settlement_refund_fee,
            Self::Cash => {
                row.settlement_refund_fee.checked_sub(row.coupon_refund_fee).unwrap_or(row.settlement_refund_fee)
            }
        }
    }

    /// The bill's title of it, of a payment or of a refund.
    pub const fn title(self, is_refund: bool) -> &'static str {
        match (self, is_refund) {
            (Self::Order, false) => "订单金额",
            (Self::Settle, false) => "应结订单金额",
            (Self::Cash, false) => "现金金额",
            (Self::Order, true) => "申请退款金额",
            (Self::Settle, true) => "退款金额",
            (Self::Cash, true) => "现金退款金额",
        }
    }
}
