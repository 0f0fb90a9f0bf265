//! Why a row is in its class, in words.

/// Why, as far as both records show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The bill has it, the local side does not.
    NotLocal,
    /// The local side has it as paid on this day, the bill does not.
    NotInBill,
    /// The bill has the refund, the local side does not.
    RefundNotLocal,
    /// The local side has the refund as accepted on this day, the bill does not.
    RefundNotInBill,
    /// The amounts differ.
    Amount,
    /// The bill says paid (or reversed), the local side something else.
    State,
    /// Both have it under different numbers of WeChat.
    AnotherTransaction,
    /// The order was paid twice: the local order has the other transaction_id.
    PaidTwice,
    /// The order was paid twice, this one later.
    PaidTwiceLater,
    /// The same transaction_id stands in the bill again.
    RowAgain,
    /// The local file has the number on an earlier line.
    LocalAgain,
    /// Local time of payment in the last minutes of the day before.
    PaidDayBefore,
    /// Local time of payment in the first minutes of the day after.
    PaidDayAfter,
    /// Paid in the last minutes of the day: expected in the next bill.
    InNextBill,
    /// Paid in the first minutes of the day: perhaps in the bill before.
    InBillBefore,
    /// Paid in the last minutes of the day, and in the next bill.
    FoundInNextBill,
    /// Paid in the first minutes of the day, and in the bill before.
    FoundInBillBefore,
    /// Paid in the minutes around midnight, and in neither of the two bills.
    InNeitherBill,
    /// The bill says that the refund succeeded, the local side not yet.
    RefundState,
    /// The refund_id stands in the bill again.
    RefundAgain,
    /// The bill has another refund under the merchant's number, and the local side does not have this one.
    RefundNumberAgain,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 21] = [
        Self::NotLocal,
        Self::NotInBill,
        Self::RefundNotLocal,
        Self::RefundNotInBill,
        Self::Amount,
        Self::State,
        Self::AnotherTransaction,
        Self::PaidTwice,
        Self::PaidTwiceLater,
        Self::RowAgain,
        Self::LocalAgain,
        Self::PaidDayBefore,
        Self::PaidDayAfter,
        Self::InNextBill,
        Self::InBillBefore,
        Self::FoundInNextBill,
        Self::FoundInBillBefore,
        Self::InNeitherBill,
        Self::RefundState,
        Self::RefundAgain,
        Self::RefundNumberAgain,
    ];

    /// The name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotLocal => "not_local",
            Self::NotInBill => "not_in_bill",
            Self::RefundNotLocal => "refund_not_local",
            Self::RefundNotInBill => "refund_not_in_bill",
            Self::Amount => "amount",
            Self::State => "state",
            Self::AnotherTransaction => "another_transaction",
            Self::PaidTwice => "paid_twice",
            Self::PaidTwiceLater => "paid_twice_later",
            Self::RowAgain => "row_again",
            Self::LocalAgain => "local_again",
            Self::PaidDayBefore => "paid_day_before",
            Self::PaidDayAfter => "paid_day_after",
            Self::InNextBill => "in_next_bill",
            Self::InBillBefore => "in_bill_before",
            Self::FoundInNextBill => "found_in_next_bill",
            Self::FoundInBillBefore => "found_in_bill_before",
            Self::InNeitherBill => "in_neither_bill",
            Self::RefundState => "refund_state",
            Self::RefundAgain => "refund_again",
            Self::RefundNumberAgain => "refund_number_again",
        }
    }

    /// The reason of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// The sentence.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::NotLocal => "账单里有，本地没有这个单号：可能漏了通知，或是同一商户号的其他系统的订单",
            Self::NotInBill => "本地记为当天已支付，账单里没有：请查单确认是否真的支付",
            Self::RefundNotLocal => "账单里有这笔退款，本地没有：可能是在商户平台手工退的",
            Self::RefundNotInBill => "本地记为当天受理的退款，账单里没有：请查询退款",
            Self::Amount => "两边金额不同",
            Self::State => "两边状态不同：请查单，以微信支付的应答为准",
            Self::AnotherTransaction => "同一商户单号，两边的微信单号不同",
            Self::PaidTwice => "同一商户单号支付了两次：本地记的是另一笔微信单号，这一笔应退款",
            Self::PaidTwiceLater => "同一商户单号支付了两次：这是较晚的一笔，应退款",
            Self::RowAgain => "同一微信单号在账单里再次出现",
            Self::LocalAgain => "本地文件里这个单号在前面的行已经出现",
            Self::PaidDayBefore => "本地支付时间在前一天的最后几分钟，账单记在当天",
            Self::PaidDayAfter => "本地支付时间在后一天的最初几分钟，账单记在当天",
            Self::InNextBill => "当天最后几分钟支付，预计在次日的账单里",
            Self::InBillBefore => "当天最初几分钟支付，可能在前一天的账单里",
            Self::FoundInNextBill => "当天最后几分钟支付，已在次日的账单里",
            Self::FoundInBillBefore => "当天最初几分钟支付，已在前一天的账单里",
            Self::InNeitherBill => "午夜前后几分钟支付，两天的账单里都没有：请查单确认是否真的支付",
            Self::RefundState => "账单说退款成功，本地不是退款成功：请查询退款",
            Self::RefundAgain => "同一微信退款单号在账单里再次出现",
            Self::RefundNumberAgain => {
                "同一商户退款单号在账单里有两笔微信退款，这是本地没有的一笔：单号可能在多个系统或环境里重复使用，请核对是否多退"
            }
        }
    }

    /// The sentence in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::NotLocal => "in the bill and not local: a lost notice, or another system of the same merchant",
            Self::NotInBill => "paid on this day locally and not in the bill: query the order",
            Self::RefundNotLocal => {
                "the bill has the refund and the local side does not: made by hand on the platform?"
            }
            Self::RefundNotInBill => "accepted on this day locally and not in the bill: query the refund",
            Self::Amount => "the amounts differ",
            Self::State => "the states differ: query the order; the gateway's answer counts",
            Self::AnotherTransaction => "one out_trade_no under two transaction_ids",
            Self::PaidTwice => "paid twice: the local order has the other transaction_id, refund this one",
            Self::PaidTwiceLater => "paid twice: this is the later payment, refund it",
            Self::RowAgain => "the transaction_id stands in the bill again",
            Self::LocalAgain => "the local file has the number on an earlier line",
            Self::PaidDayBefore => "paid in the last minutes of the day before by local time",
            Self::PaidDayAfter => "paid in the first minutes of the day after by local time",
            Self::InNextBill => "paid in the last minutes of the day: expected in the next bill",
            Self::InBillBefore => "paid in the first minutes of the day: perhaps in the bill before",
            Self::FoundInNextBill => "paid in the last minutes of the day: it is in the next bill",
            Self::FoundInBillBefore => "paid in the first minutes of the day: it is in the bill before",
            Self::InNeitherBill => "paid in the minutes around midnight and in neither bill: query the order",
            Self::RefundState => "the bill says the refund succeeded, the local side does not: query the refund",
            Self::RefundAgain => "the refund_id stands in the bill again",
            Self::RefundNumberAgain => {
                "two refunds under one out_refund_no, and this one is not local: several systems with the same numbers, or given back twice?"
            }
        }
    }
}
