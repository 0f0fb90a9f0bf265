//! The figures of the overview.

use serde::Serialize;

use crate::dto::number::{AtMs, Count, Fen};
use crate::error::IpcError;

/// Why no questions are sent at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HeldBack {
    /// Nobody is there.
    Unreachable,
    /// The gateway says that it is asked too often.
    TooOften,
    /// Its answers do not verify, one after another: the key was changed, or is not this merchant's.
    KeyRefused,
}

impl From<desk::HeldBack> for HeldBack {
    fn from(found: desk::HeldBack) -> Self {
        match found {
            desk::HeldBack::Unreachable => Self::Unreachable,
            desk::HeldBack::TooOften => Self::TooOften,
            desk::HeldBack::KeyRefused => Self::KeyRefused,
        }
    }
}

/// One Beijing day.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct OverviewDay {
    /// `2026-11-20`.
    pub(crate) day: String,
    pub(crate) orders: Count,
    pub(crate) paid: Count,
    pub(crate) paid_fen: Fen,
}

/// Figures of a span of days; only verified states count.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct Overview {
    pub(crate) orders: Count,
    pub(crate) paid: Count,
    pub(crate) paid_fen: Fen,
    pub(crate) refunded_fen: Fen,
    pub(crate) net_fen: Fen,
    /// Paid orders of a thousand; null when there are none.
    pub(crate) success_permille: Option<u32>,
    pub(crate) polling: Count,
    /// How many refunds of the merchant in use become final by asking.
    pub(crate) polling_refunds: Count,
    /// How many orders and refunds of the merchant in use are being asked about at this moment.
    pub(crate) under_way: u32,
    /// The one among them that was asked about last.
    pub(crate) asking: Option<String>,
    pub(crate) next_query_at: Option<AtMs>,
    /// When the next question about one of those refunds is due.
    pub(crate) next_refund_at: Option<AtMs>,
    /// Why the merchant in use is not asked about its orders at the moment.
    pub(crate) held_back: Option<HeldBack>,
    /// Whether the merchant in use is asked about at WeChat Pay's other city, because its own cannot be reached.
    pub(crate) other_city: bool,
    pub(crate) daily: Vec<OverviewDay>,
}

impl Overview {
    pub(crate) fn of(found: desk_store::Overview, asked: Option<&desk::PollingNow>) -> Result<Self, IpcError> {
        let day = |day: desk_store::Day| {
            Ok(OverviewDay {
                day: day.starts_at.day(),
                orders: day.orders.into(),
                paid: day.paid.into(),
                paid_fen: Fen::sum(day.paid_fen)?,
            })
        };
        Ok(Self {
            orders: found.orders.into(),
            paid: found.paid.into(),
            paid_fen: Fen::sum(found.paid_fen)?,
            refunded_fen: Fen::sum(found.refunded_fen)?,
            net_fen: Fen::sum(found.net_fen())?,
            success_permille: found.success_permille(),
            // All that is told of polling is of the merchant in use.
            polling: asked.map_or(0, |asked| asked.open).into(),
            under_way: asked.map_or(0, |asked| asked.under_way),
            asking: asked.and_then(|asked| asked.asking.clone()),
            next_query_at: asked.and_then(|asked| asked.next_query_at).map(Into::into),
            polling_refunds: asked.map_or(0, |asked| asked.open_refunds).into(),
            next_refund_at: asked.and_then(|asked| asked.next_refund_at).map(Into::into),
            held_back: asked.and_then(|asked| asked.held_back).map(Into::into),
            other_city: asked.is_some_and(|asked| asked.other_city),
            daily: found.daily.into_iter().map(day).collect::<Result<_, IpcError>>()?,
        })
    }
}
