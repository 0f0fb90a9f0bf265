//! Orders: lists, one order, and what an operation on one did.

use serde::{Deserialize, Serialize};
use wxpay_protocol::Fen as Amount;

use crate::dto::evidence::Observation;
use crate::dto::next_question::NextQuestion;
use crate::dto::number::{AtMs, Count, Fen};
use crate::dto::words::{OrderState, Outcome, SignType, TradeType};

/// A mark that a list can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FilterFlag {
    /// Something of it is unknown.
    Unknown,
    /// Evidence disagrees.
    Conflict,
    /// Nothing of it is verified.
    Unverified,
}

/// Which orders. Empty lists and null do not restrict.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct OrderFilter {
    pub(crate) states: Vec<OrderState>,
    pub(crate) flags: Vec<FilterFlag>,
    /// Created at or after.
    pub(crate) created_from: Option<AtMs>,
    /// Created before.
    pub(crate) created_to: Option<AtMs>,
    pub(crate) amount_min_fen: Option<Fen>,
    pub(crate) amount_max_fen: Option<Fen>,
    pub(crate) trade_types: Vec<TradeType>,
    pub(crate) profile: Option<String>,
    /// The beginning of a number, a whole openid, or a part of the body.
    pub(crate) search: String,
}

impl From<OrderFilter> for desk_store::OrderFilter {
    fn from(filter: OrderFilter) -> Self {
        use desk_store::Flags;
        let mut states: Vec<desk_store::OrderState> = filter.states.into_iter().map(Into::into).collect();
        let mut flags = Vec::new();
        for flag in filter.flags {
            match flag {
                FilterFlag::Unknown => flags.push(Flags::UNKNOWN),
                FilterFlag::Conflict => flags.push(Flags::CONFLICT),
                FilterFlag::Unverified => states.push(desk_store::OrderState::Unverified),
            }
        }
        Self {
            states,
            flags,
            created_from: filter.created_from.map(Into::into),
            created_to: filter.created_to.map(Into::into),
            amount_min_fen: filter.amount_min_fen.map(Fen::get),
            amount_max_fen: filter.amount_max_fen.map(Fen::get),
            trade_types: filter.trade_types.into_iter().map(Into::into).collect(),
            profile: filter.profile,
            search: filter.search,
        }
    }
}

mirrored! {
    /// The column that a list is sorted by.
    OrderSortBy of desk_store::SortBy {
        /// When it was created.
        CreatedAt = "created_at",
        /// When it was paid.
        PaidAt = "paid_at",
        /// The amount.
        TotalFee = "total_fee",
        /// The shown state.
        State = "state",
        /// How it is paid.
        TradeType = "trade_type",
        /// The merchant's number.
        OutTradeNo = "out_trade_no",
        /// WeChat's number, verified or claimed.
        TransactionId = "transaction_id",
        /// What was bought.
        Body = "body",
        /// The merchant, by the name of its profile.
        Profile = "profile",
    }
}

/// A sort.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct OrderSort {
    pub(crate) by: OrderSortBy,
    pub(crate) descending: bool,
}

impl From<OrderSort> for desk_store::OrderSort {
    fn from(sort: OrderSort) -> Self {
        Self { by: sort.by.into(), descending: sort.descending }
    }
}

/// A list as it was at one moment, with its exact totals.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct OrdersOpened {
    /// Names the snapshot for `orders_rows`.
    pub(crate) snapshot: Count,
    pub(crate) count: Count,
    pub(crate) paid_count: Count,
    pub(crate) paid_fen: Fen,
    pub(crate) refunded_fen: Fen,
    pub(crate) net_fen: Fen,
    /// How many of them are polled.
    pub(crate) polling: Count,
    /// The next question to any of them.
    pub(crate) next_query_at: Option<AtMs>,
}

/// A mark beside the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderFlag {
    /// A creation or a closing has no verified outcome.
    Unknown,
    /// Evidence disagrees; a person is needed.
    Conflict,
    /// A query agreed with a notice about the payment.
    Confirmed,
    /// Paid although WeChat had said that it was closed.
    PaidAfterClose,
}

fn flags(found: desk_store::Flags) -> Vec<OrderFlag> {
    use desk_store::Flags;
    [
        (Flags::UNKNOWN, OrderFlag::Unknown),
        (Flags::CONFLICT, OrderFlag::Conflict),
        (Flags::CONFIRMED, OrderFlag::Confirmed),
        (Flags::PAID_AFTER_CLOSE, OrderFlag::PaidAfterClose),
    ]
    .into_iter()
    .filter_map(|(flag, word)| found.contains(flag).then_some(word))
    .collect()
}

mirrored! {
    /// Where an order comes from.
    OrderSource of desk_store::Origin {
        /// Placed by this program.
        Test = "test",
        /// Imported from a file.
        Import = "import",
        /// Found by a lookup.
        Lookup = "lookup",
    }
}

/// An order as a list shows it.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct OrderRow {
    pub(crate) out_trade_no: String,
    pub(crate) profile: String,
    /// The verified state.
    pub(crate) state: OrderState,
    /// What an import says, never verified.
    pub(crate) claimed_state: Option<OrderState>,
    pub(crate) flags: Vec<OrderFlag>,
    pub(crate) total_fee: Fen,
    pub(crate) paid_fee: Option<Fen>,
    pub(crate) refunded_fee: Fen,
    pub(crate) trade_type: Option<String>,
    pub(crate) body: String,
    pub(crate) transaction_id: Option<String>,
    pub(crate) openid: Option<String>,
    pub(crate) created_at: AtMs,
    pub(crate) paid_at: Option<AtMs>,
    /// When it is asked about next; null when it is not polled.
    pub(crate) next_query_at: Option<AtMs>,
    pub(crate) source: OrderSource,
}

impl From<desk_store::Order> for OrderRow {
    fn from(order: desk_store::Order) -> Self {
        Self {
            out_trade_no: order.out_trade_no.to_string(),
            profile: order.profile,
            state: order.state.into(),
            claimed_state: order.claimed_state.map(Into::into),
            flags: flags(order.flags),
            total_fee: Fen::of(order.total_fee),
            paid_fee: order.paid_fee.map(Fen::of),
            refunded_fee: Fen::of(order.refunded_fee),
            trade_type: order.trade_type,
            body: order.body,
            // A claimed number is shown like a claimed state: the row says that nothing of it is verified.
            transaction_id: order.transaction_id.or(order.claimed_transaction_id).map(|id| id.to_string()),
            openid: order.openid.map(|id| id.to_string()),
            created_at: order.created_at.into(),
            paid_at: order.paid_at.or(order.claimed_paid_at).map(Into::into),
            next_query_at: order.next_query_at.map(Into::into),
            source: order.origin.into(),
        }
    }
}

/// An order with everything that its record holds.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct OrderFacts {
    #[serde(flatten)]
    pub(crate) row: OrderRow,
    pub(crate) appid: String,
    pub(crate) mch_id: String,
    pub(crate) sign_type: SignType,
    pub(crate) attach: Option<String>,
    pub(crate) product_id: Option<String>,
    pub(crate) notify_url: Option<String>,
    pub(crate) prepay_id: Option<String>,
    pub(crate) code_url: Option<String>,
    pub(crate) mweb_url: Option<String>,
    /// When an unpaid order is closed.
    pub(crate) expires_at: Option<AtMs>,
    /// The amount that an imported file claims, where WeChat Pay says another one.
    pub(crate) claimed_total_fee: Option<Fen>,
}

impl From<desk_store::Order> for OrderFacts {
    fn from(order: desk_store::Order) -> Self {
        Self {
            appid: order.appid.to_string(),
            mch_id: order.mch_id.to_string(),
            sign_type: order.sign_type.into(),
            attach: order.attach.clone(),
            product_id: order.product_id.clone(),
            notify_url: order.notify_url.clone(),
            prepay_id: order.prepay_id.as_ref().map(ToString::to_string),
            code_url: order.code_url.clone(),
            mweb_url: order.mweb_url.clone(),
            claimed_total_fee: order.claimed_total_fee.map(Fen::of),
            expires_at: order.expires_at.map(Into::into),
            row: order.into(),
        }
    }
}

/// One parameter for the client's call.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct PayParam {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// What the program does about an order now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Doing {
    /// It is asked about by schedule.
    Polling,
    /// The same request will be sent again: WeChat verifiably does not have the order.
    ResendWait,
    /// Evidence disagrees; a person has to look.
    HumanNeeded,
    /// The state is final.
    Done,
    /// Its time is over: the next question is followed by closing it.
    ClosePending,
}

impl From<desk::Doing> for Doing {
    fn from(doing: desk::Doing) -> Self {
        match doing {
            desk::Doing::Polling => Self::Polling,
            desk::Doing::ResendWait => Self::ResendWait,
            desk::Doing::HumanNeeded => Self::HumanNeeded,
            desk::Doing::ClosePending => Self::ClosePending,
            desk::Doing::Done => Self::Done,
        }
    }
}

/// Everything about one order.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct OrderDetail {
    pub(crate) order: OrderFacts,
    /// The parameters of wx.requestPayment or the app, signed anew; null when there is no prepay_id, or no key to sign with.
    pub(crate) pay_params: Option<Vec<PayParam>>,
    /// What the program does about it.
    pub(crate) doing: Option<Doing>,
    /// When it is asked about next and why then; null when it is not.
    pub(crate) next_question: Option<NextQuestion>,
    /// The evidence, oldest first.
    pub(crate) timeline: Vec<Observation>,
    /// The orderquery as a cURL command, with its sign and never with the key.
    pub(crate) curl: Option<String>,
}

impl From<desk::OrderDetail> for OrderDetail {
    fn from(detail: desk::OrderDetail) -> Self {
        let param = |(name, value)| PayParam { name, value };
        Self {
            order: detail.order.into(),
            pay_params: detail.pay_params.map(|params| params.into_iter().map(param).collect()),
            doing: Some(detail.doing.into()),
            next_question: detail.next_question.map(Into::into),
            timeline: detail.observations.into_iter().map(Into::into).collect(),
            curl: detail.curl,
        }
    }
}

/// What an operation on an order did.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct OrderResult {
    pub(crate) out_trade_no: String,
    /// The state after it.
    pub(crate) state: OrderState,
    pub(crate) outcome: Outcome,
    /// One sentence for a person.
    pub(crate) detail: String,
    pub(crate) err_code: Option<String>,
    pub(crate) err_code_des: Option<String>,
}

impl From<desk::OrderResult> for OrderResult {
    fn from(result: desk::OrderResult) -> Self {
        Self {
            out_trade_no: result.out_trade_no,
            state: result.state.into(),
            outcome: result.outcome.into(),
            detail: result.detail,
            err_code: result.err_code,
            err_code_des: result.err_code_des,
        }
    }
}

/// What a typed amount counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AmountUnit {
    /// 元, up to two decimals.
    Yuan,
    /// 分, whole numbers.
    Fen,
}

/// An amount that was read from text.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct AmountParsed {
    pub(crate) fen: Fen,
}

impl From<Amount> for AmountParsed {
    fn from(amount: Amount) -> Self {
        Self { fen: Fen::of(amount) }
    }
}
