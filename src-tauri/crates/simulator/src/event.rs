//! What the gateway tells those who watch it.

/// Something happened. A lagging watcher loses events and reads the state again instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// unifiedorder made a new order.
    OrderCreated {
        /// The merchant.
        mch_id: String,
        /// The order.
        out_trade_no: String,
    },
    /// The customer paid. For a client of the gateway this is a hint to query, never a fact.
    OrderPaid {
        /// The merchant.
        mch_id: String,
        /// The order.
        out_trade_no: String,
    },
    /// The customer turned away; the order stays payable.
    OrderCancelled {
        /// The merchant.
        mch_id: String,
        /// The order.
        out_trade_no: String,
    },
    /// closeorder closed it.
    OrderClosed {
        /// The merchant.
        mch_id: String,
        /// The order.
        out_trade_no: String,
    },
    /// reverse took it back.
    OrderReversed {
        /// The merchant.
        mch_id: String,
        /// The order.
        out_trade_no: String,
    },
    /// A refund was accepted or came to an end.
    RefundChanged {
        /// The merchant.
        mch_id: String,
        /// The refund.
        out_refund_no: String,
    },
    /// A notice was attempted.
    NoticeChanged {
        /// The notice.
        id: u64,
    },
    /// A step of a scenario happened or was refused.
    ScenarioStepped,
    /// A request was answered or a notice sent.
    Traffic {
        /// The exchange.
        id: u64,
    },
}
