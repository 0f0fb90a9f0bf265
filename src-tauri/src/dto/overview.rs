//! The figures of the overview.

use serde::Serialize;

use crate::dto::lookup::Told;
use crate::dto::number::{AtMs, Count, Fen};
use crate::error::IpcError;

mirrored! {
    /// What kind of thing needs a person.
    AlarmKind of desk::AlarmKind {
        /// The answers to a merchant do not verify; nothing is asked any more.
        KeyRefused = "key_refused",
        /// A merchant's certificate is not valid any more.
        CertificateExpired = "certificate_expired",
        /// A merchant's certificate expires within 30 days.
        CertificateExpires = "certificate_expires",
        /// Evidence disagrees.
        Conflict = "conflict",
        /// Paid although WeChat had said that it was closed.
        PaidAfterClose = "paid_after_close",
        /// An outcome is not known.
        Unknown = "unknown",
        /// Several answers in a row could not be verified and were not believed.
        UnverifiedAnswer = "unverified_answer",
    }
}

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

/// Something that needs a person.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct Alarm {
    pub(crate) kind: AlarmKind,
    pub(crate) profile: String,
    /// The order that holds the evidence; null where the merchant itself is concerned.
    pub(crate) out_trade_no: Option<String>,
    /// Since when; until when a certificate is valid.
    pub(crate) at: AtMs,
    pub(crate) what: Told,
    pub(crate) next: Told,
}

impl From<desk::Alarm> for Alarm {
    fn from(alarm: desk::Alarm) -> Self {
        Self {
            kind: alarm.kind.into(),
            profile: alarm.profile,
            out_trade_no: alarm.out_trade_no,
            at: alarm.at.into(),
            what: alarm.what.into(),
            next: alarm.next.into(),
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
    pub(crate) next_query_at: Option<AtMs>,
    /// Why the merchant in use is not asked about its orders at the moment.
    pub(crate) held_back: Option<HeldBack>,
    /// Whether the merchant in use is asked about at WeChat Pay's other city, because its own cannot be reached.
    pub(crate) other_city: bool,
    pub(crate) alarms: Vec<Alarm>,
    pub(crate) daily: Vec<OverviewDay>,
}

impl Overview {
    pub(crate) fn of(
        found: desk_store::Overview,
        asked: Option<&desk::PollingNow>,
        alarms: Vec<desk::Alarm>,
    ) -> Result<Self, IpcError> {
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
            polling: found.polling.into(),
            next_query_at: found.next_query_at.map(Into::into),
            held_back: asked.and_then(|asked| asked.held_back).map(Into::into),
            other_city: asked.is_some_and(|asked| asked.other_city),
            alarms: alarms.into_iter().map(Into::into).collect(),
            daily: found.daily.into_iter().map(day).collect::<Result<_, IpcError>>()?,
        })
    }
}
