//! The classes, by the names that programs read.

/// From where the classes are named. 长款 and 短款 are used with opposite meanings, so they are a choice, and each says whose
/// money is more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Viewpoint {
    /// 微信有·本地无 and 本地有·微信无.
    #[default]
    Neutral,
    /// The merchant's books: 长款 where WeChat has more money for the merchant than they say, 短款 where it has less.
    Own,
}

/// What a row is: exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// One payment of the bill and one paid order, same amount, states agree.
    Matched,
    /// A payment of the bill, no such order.
    BillOnly,
    /// A paid order of the day that the bill does not have.
    LocalOnly,
    /// Both, amounts differ.
    AmountDiff,
    /// Both, states do not agree, or another transaction_id.
    StateDiff,
    /// A second payment of one out_trade_no.
    DuplicatePayment,
    /// A number that the local file has more than once: the lines after the first.
    DuplicateLocal,
    /// In this bill, while the order was paid in the last minutes of the day before or the first of the day after.
    DayCutBill,
    /// Paid in the last or first minutes of the day, expected in the bill beside it.
    DayCutLocal,
    /// A refund that both have.
    RefundMatched,
    /// A refund of the bill that is not in the local file.
    RefundBillOnly,
    /// A refund accepted on the day that the bill does not have.
    RefundLocalOnly,
    /// Both, amounts differ.
    RefundAmountDiff,
    /// Both; the bill says SUCCESS and the local refund says something else, or another refund_id.
    RefundStateDiff,
}

impl Class {
    /// Every class, in the order in which they are shown.
    pub const ALL: [Self; 14] = [
        Self::Matched,
        Self::BillOnly,
        Self::LocalOnly,
        Self::AmountDiff,
        Self::StateDiff,
        Self::DuplicatePayment,
        Self::DuplicateLocal,
        Self::DayCutBill,
        Self::DayCutLocal,
        Self::RefundMatched,
        Self::RefundBillOnly,
        Self::RefundLocalOnly,
        Self::RefundAmountDiff,
        Self::RefundStateDiff,
    ];

    /// The name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::BillOnly => "bill_only",
            Self::LocalOnly => "local_only",
            Self::AmountDiff => "amount_diff",
            Self::StateDiff => "state_diff",
            Self::DuplicatePayment => "duplicate_payment",
            Self::DuplicateLocal => "duplicate_local",
            Self::DayCutBill => "day_cut_bill",
            Self::DayCutLocal => "day_cut_local",
            Self::RefundMatched => "refund_matched",
            Self::RefundBillOnly => "refund_bill_only",
            Self::RefundLocalOnly => "refund_local_only",
            Self::RefundAmountDiff => "refund_amount_diff",
            Self::RefundStateDiff => "refund_state_diff",
        }
    }

    /// The class of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The name for people.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Matched => "一致",
            Self::BillOnly => "微信有·本地无",
            Self::LocalOnly => "本地有·微信无",
            Self::AmountDiff => "金额不一致",
            Self::StateDiff => "状态不一致",
            Self::DuplicatePayment => "重复支付",
            Self::DuplicateLocal => "本地重复",
            Self::DayCutBill => "跨日（账单）",
            Self::DayCutLocal => "跨日待匹配",
            Self::RefundMatched => "退款一致",
            Self::RefundBillOnly => "退款：微信有·本地无",
            Self::RefundLocalOnly => "退款：本地有·微信无",
            Self::RefundAmountDiff => "退款金额不一致",
            Self::RefundStateDiff => "退款状态不一致",
        }
    }

    /// The name for people in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::Matched => "Agrees",
            Self::BillOnly => "WeChat only",
            Self::LocalOnly => "Local only",
            Self::AmountDiff => "Amounts differ",
            Self::StateDiff => "States differ",
            Self::DuplicatePayment => "Paid twice",
            Self::DuplicateLocal => "Twice in local",
            Self::DayCutBill => "Day cut (bill)",
            Self::DayCutLocal => "Day cut, awaited",
            Self::RefundMatched => "Refund agrees",
            Self::RefundBillOnly => "Refund: WeChat only",
            Self::RefundLocalOnly => "Refund: local only",
            Self::RefundAmountDiff => "Refund amounts differ",
            Self::RefundStateDiff => "Refund states differ",
        }
    }

    /// The name for people as one looks at it, Chinese and English.
    pub const fn words(self, viewpoint: Viewpoint) -> (&'static str, &'static str) {
        match (viewpoint, self) {
            (Viewpoint::Own, Self::BillOnly) => ("长款（微信多）", "Surplus (more at WeChat)"),
            (Viewpoint::Own, Self::LocalOnly) => ("短款（微信少）", "Shortfall (less at WeChat)"),
            (Viewpoint::Own, Self::RefundBillOnly) => {
                ("退款短款（微信多退）", "Refund shortfall (WeChat gave back more)")
            }
            (Viewpoint::Own, Self::RefundLocalOnly) => {
                ("退款长款（微信少退）", "Refund surplus (WeChat gave back less)")
            }
            _ => (self.chinese(), self.english()),
        }
    }

    /// Whether it keeps a day from being balanced.
    pub const fn is_difference(self) -> bool {
        !matches!(self, Self::Matched | Self::RefundMatched | Self::DayCutBill | Self::DayCutLocal)
    }

    /// Whether it is about refunds; else it is about payments.
    pub const fn is_refund(self) -> bool {
        matches!(
            self,
            Self::RefundMatched
                | Self::RefundBillOnly
                | Self::RefundLocalOnly
                | Self::RefundAmountDiff
                | Self::RefundStateDiff
        )
    }

    /// Whether its rows are shown one by one: everything but what agrees.
    pub const fn is_listed(self) -> bool {
        !matches!(self, Self::Matched | Self::RefundMatched)
    }

    /// Its place in [`Class::ALL`].
    pub(crate) const fn place(self) -> usize {
        self as usize
    }
}
