//! WeChat Pay v2 (XML over HTTPS) as pure functions and types: no clock, no files, no sockets, no async, no floats.
//!
//! Everything that varies – time, randomness, keys – is passed in. The one place where a message is read is [`xml::read`];
//! signing reads the ordered [`Params`] that it returns, never a typed struct, so unknown fields stay in the signature.

#![deny(clippy::float_arithmetic, clippy::float_cmp)]

pub mod answer;
pub mod beijing;
pub mod bill;
pub mod close_order;
pub mod environment;
pub mod error_code;
pub mod fen;
pub mod ids;
pub mod js_code;
pub mod notice;
pub mod notice_check;
pub mod numbers;
pub mod order_query;
pub mod params;
pub mod pay_params;
pub mod refund;
pub mod refund_query;
pub mod req_info;
pub mod secret;
pub mod sign;
pub mod trade;
pub mod unified_order;
pub mod xml;

pub use beijing::UtcMs;
pub use fen::Fen;
pub use params::Params;
pub use secret::Secret;
pub use sign::SignType;
pub use trade::{CouponType, RefundStatus, TradeState, TradeType};
