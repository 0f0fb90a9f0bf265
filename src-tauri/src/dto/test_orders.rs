//! Test orders and the catalogue of goods.

use serde::{Deserialize, Serialize};

use crate::dto::number::{Count, Fen};
use crate::dto::orders::OrderResult;
use crate::dto::words::TradeType;
use crate::error::IpcError;

/// One article of the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
#[expect(clippy::struct_field_names, reason = "the number of an article is called goods_id everywhere")]
pub(crate) struct Goods {
    /// 1 to 32 characters, unique; sent as product_id.
    pub(crate) goods_id: String,
    pub(crate) name: String,
    pub(crate) price_fen: Fen,
    /// What it is said to cost elsewhere, at least the price.
    pub(crate) market_price_fen: Option<Fen>,
    pub(crate) on_sale: bool,
}

impl From<desk_store::Goods> for Goods {
    fn from(goods: desk_store::Goods) -> Self {
        Self {
            goods_id: goods.goods_id,
            name: goods.name,
            price_fen: Fen::of(goods.price),
            market_price_fen: goods.market_price.map(Fen::of),
            on_sale: goods.on_sale,
        }
    }
}

impl TryFrom<Goods> for desk_store::Goods {
    type Error = IpcError;

    fn try_from(goods: Goods) -> Result<Self, IpcError> {
        let price = amount("price_fen", goods.price_fen)?;
        let market_price = goods.market_price_fen.map(|fen| amount("market_price_fen", fen)).transpose()?;
        Ok(Self { goods_id: goods.goods_id, name: goods.name, price, market_price, on_sale: goods.on_sale })
    }
}

/// An amount from the window as the protocol has them.
pub(crate) fn amount(field: &'static str, fen: Fen) -> Result<wxpay_protocol::Fen, IpcError> {
    wxpay_protocol::Fen::new(fen.get()).ok_or_else(|| IpcError::input(field, "must be at most 999 999 999 999 999 fen"))
}

/// How the amounts of a batch are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Amounts {
    /// All alike.
    Fixed,
}

/// Orders to be created.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct TestOrdersRequest {
    pub(crate) profile: String,
    pub(crate) goods_id: Option<String>,
    pub(crate) body: String,
    pub(crate) total_fee_fen: Fen,
    pub(crate) amounts: Amounts,
    pub(crate) trade_type: TradeType,
    pub(crate) openid: Option<String>,
    pub(crate) product_id: Option<String>,
    pub(crate) attach: Option<String>,
    /// Four digits.
    pub(crate) scene: String,
    pub(crate) count: u32,
    /// Whether an unpaid order of the same payer and goods is used again.
    pub(crate) reuse: bool,
}

/// What became of them.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct TestOrdersResult {
    pub(crate) created: Count,
    pub(crate) reused: Count,
    pub(crate) rejected: Count,
    pub(crate) unknown: Count,
    /// The first hundred.
    pub(crate) orders: Vec<OrderResult>,
    pub(crate) cancelled: bool,
    /// Why it ended early by itself: nothing could be sent.
    pub(crate) stopped: Option<String>,
}

/// How far a piece of work is.
#[derive(Clone, Copy, Debug, Serialize, specta::Type)]
pub(crate) struct Progress {
    /// Names the work for `job_cancel`.
    pub(crate) job: u32,
    pub(crate) done: Count,
    pub(crate) total: Count,
    pub(crate) rate_per_s: Count,
    /// Seconds that the rest will take, if it can be said.
    pub(crate) rest_s: Option<Count>,
}

impl Progress {
    pub(crate) fn of(job: u32, progress: desk::Progress) -> Self {
        Self {
            job,
            done: progress.done.into(),
            total: progress.total.into(),
            rate_per_s: progress.rate_per_s.into(),
            rest_s: progress.rest_s.map(Into::into),
        }
    }
}
