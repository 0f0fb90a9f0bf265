//! What a scenario says: which orders it is about, and what the customer and the gateway do to them when.

use serde::Serialize;
use wxpay_protocol::Fen;

use crate::scenarios::timing::{SpanRange, TimeOfDay};

/// A story that the gateway plays with the orders that it is given; read from TOML by [`Scenario::read`]. As JSON it is its
/// name, its words in both languages, and its text as `toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// Its word on the command line: lower-case letters, digits and hyphens.
    pub name: String,
    /// What it is called in Chinese.
    pub title: String,
    /// What it is called in English.
    pub title_en: String,
    /// What happens, in a sentence or two, in Chinese.
    pub about: String,
    /// The same in English.
    pub about_en: String,
    /// The text that it was read from.
    #[serde(rename = "toml")]
    pub source: String,
    #[serde(skip)]
    pub(crate) rules: Vec<Rule>,
}

/// The first rule that fits an order or a refund plans its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) on: Trigger,
    pub(crate) fits: Fits,
    pub(crate) steps: Vec<Step>,
}

/// What starts a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// unifiedorder made a new order.
    Order,
    /// micropay showed a code; the customer is asked for the password.
    Micropay,
    /// A refund was accepted.
    Refund,
}

/// Which orders: all conditions that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fits {
    pub(crate) mch_id: Option<String>,
    pub(crate) out_trade_no: Option<String>,
    pub(crate) out_trade_no_prefix: Option<String>,
    /// A part of `body`.
    pub(crate) body: Option<String>,
    pub(crate) trade_type: Option<String>,
    pub(crate) total_fee: Option<Fen>,
    pub(crate) refund_fee: Option<Fen>,
    pub(crate) nth: Option<Nth>,
    pub(crate) counted: Counted,
    /// Of a hundred such orders the seed takes about so many.
    pub(crate) percent: Option<u8>,
}

/// Which of the orders that fit otherwise, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Nth {
    /// Exactly these.
    These(Vec<u64>),
    /// Every `step`-th, beginning with `first`.
    Every { step: u64, first: u64 },
}

impl Nth {
    pub(crate) fn takes(&self, position: u64) -> bool {
        match self {
            Self::These(positions) => positions.contains(&position),
            Self::Every { step, first } => position >= *first && (position - first).is_multiple_of(*step),
        }
    }
}

/// Among which orders `nth` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Counted {
    /// All that fit the rule.
    #[default]
    All,
    /// Those of the same merchant, payer, goods (`body`) and amount.
    SameGoods,
}

/// Something that happens, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) when: When,
    pub(crate) act: Act,
}

/// When a step happens, in virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// So long after the step before, or after what started the rule.
    After(SpanRange),
    /// At the next such time of day.
    At(TimeOfDay),
}

/// What happens in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// The customer pays; for micropay the password is entered.
    Pay { openid: Option<String>, coupons: Vec<CouponWish>, notice: NoticeWish },
    /// The customer turns away; for micropay the password is refused.
    Cancel,
    /// The customer leaves without a word; no later step happens.
    Leave,
    /// The gateway closes the unpaid order by itself.
    Expire,
    /// The refund arrives.
    Succeed { notice: NoticeWish },
    /// The refund is closed (REFUNDCLOSE).
    Fail { notice: NoticeWish },
    /// The refund cannot be credited (CHANGE).
    Change { notice: NoticeWish },
    /// Nothing, for so long.
    Stay(SpanRange),
    /// The gateway's clock is moved forward.
    Advance { ms: i64 },
}

impl Act {
    /// Its word in a scenario file.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Pay { .. } => "pay",
            Self::Cancel => "cancel",
            Self::Leave => "leave",
            Self::Expire => "expire",
            Self::Succeed { .. } => "succeed",
            Self::Fail { .. } => "fail",
            Self::Change { .. } => "change",
            Self::Stay(_) => "stay",
            Self::Advance { .. } => "advance",
        }
    }
}

/// What becomes of the notice of a payment or a refund.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum NoticeWish {
    /// It is sent at once.
    #[default]
    Normal,
    /// It is never sent.
    Never,
    /// The answer to the merchant's request waits until the notice was attempted.
    BeforeAnswer,
    /// It is first sent so much later.
    Late(SpanRange),
}

/// A coupon of a payment, before the order's amount is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CouponWish {
    pub(crate) amount: CouponAmount,
    /// NO_CASH coupons reduce what the merchant is settled (免充值券).
    pub(crate) is_no_cash: bool,
}

/// How much a coupon is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CouponAmount {
    /// Exactly.
    Fee(Fen),
    /// A part of the order's amount, rounded down to whole fen.
    Percent(u8),
}

impl CouponAmount {
    /// The amount for an order of `total_fee`.
    pub(crate) fn of(self, total_fee: Fen) -> Fen {
        match self {
            Self::Fee(fee) => fee,
            Self::Percent(percent) => {
                // Exact in 128 bits, and never more than the order's amount.
                let part = i128::from(total_fee.get()) * i128::from(percent) / 100;
                i64::try_from(part).ok().and_then(Fen::new).unwrap_or(Fen::ZERO)
            }
        }
    }
}
