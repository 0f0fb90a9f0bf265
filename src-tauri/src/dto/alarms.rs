//! What needs a person.

use serde::{Deserialize, Serialize};
use wxpay_protocol::UtcMs;

use crate::dto::lookup::Told;
use crate::dto::number::{AtMs, Count};

mirrored! {
    /// What kind of thing needs a person.
    AlarmKind of desk::AlarmKind {
        /// The answers to a merchant do not verify; nothing is asked any more.
        KeyRefused = "key_refused",
        /// A merchant's certificate is not valid any more.
        CertificateExpired = "certificate_expired",
        /// A merchant's certificate expires within 30 days.
        CertificateExpires = "certificate_expires",
        /// A day's bill is not the one that was compared any more, or its fund flow has another text than before.
        BillChanged = "bill_changed",
        /// Evidence disagrees.
        Conflict = "conflict",
        /// Paid although WeChat had said that it was closed.
        PaidAfterClose = "paid_after_close",
        /// An outcome is not known.
        Unknown = "unknown",
        /// Several answers in a row could not be verified and were not believed.
        UnverifiedAnswer = "unverified_answer",
        /// Evidence of a refund disagrees.
        RefundConflict = "refund_conflict",
        /// A refund's money did not reach the payer.
        RefundChange = "refund_change",
        /// The outcome of a refund is not known.
        RefundUnknown = "refund_unknown",
        /// A genuine notice about an order or a refund that is not known here.
        OrphanNotice = "orphan_notice",
    }
}

/// Something that needs a person.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct Alarm {
    pub(crate) kind: AlarmKind,
    pub(crate) profile: String,
    /// The order concerned; null where the merchant itself or a day is.
    pub(crate) out_trade_no: Option<String>,
    /// The refund concerned.
    pub(crate) out_refund_no: Option<String>,
    /// The notice concerned, which names an order or a refund that is not known here.
    pub(crate) notice: Option<Count>,
    /// The day concerned, `2026-11-20`.
    pub(crate) date: Option<String>,
    /// Since when; until when a certificate is valid.
    pub(crate) at: AtMs,
    pub(crate) what: Told,
    pub(crate) next: Told,
    /// Whether a person has seen it as it is.
    pub(crate) seen: bool,
}

impl From<&desk::Alarm> for Alarm {
    fn from(alarm: &desk::Alarm) -> Self {
        Self {
            kind: alarm.kind.into(),
            profile: alarm.profile.clone(),
            out_trade_no: alarm.about.out_trade_no().map(str::to_owned),
            out_refund_no: alarm.about.out_refund_no().map(str::to_owned),
            notice: alarm.about.notice().map(|notice| notice.unsigned_abs().into()),
            date: alarm.about.date().map(UtcMs::day),
            at: alarm.at.into(),
            what: alarm.what.clone().into(),
            next: alarm.next.clone().into(),
            seen: alarm.seen,
        }
    }
}

/// Where something stands in the list of alarms.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct AlarmPlace {
    pub(crate) at: AtMs,
    pub(crate) source: u8,
    pub(crate) id: Count,
}

impl From<desk::AlarmPlace> for AlarmPlace {
    fn from(place: desk::AlarmPlace) -> Self {
        Self { at: place.at.into(), source: place.source, id: place.id.unsigned_abs().into() }
    }
}

impl From<AlarmPlace> for desk::AlarmPlace {
    fn from(place: AlarmPlace) -> Self {
        Self { at: place.at.into(), source: place.source, id: i64::try_from(place.id.get()).unwrap_or(i64::MAX) }
    }
}

/// Some of what needs a person.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct AlarmsListed {
    pub(crate) alarms: Vec<Alarm>,
    /// Where the next ones begin; null when there are none.
    pub(crate) next: Option<AlarmPlace>,
    pub(crate) as_of: AlarmsAsOf,
}

impl From<desk::AlarmPage> for AlarmsListed {
    fn from(page: desk::AlarmPage) -> Self {
        Self {
            alarms: page.alarms.iter().map(Into::into).collect(),
            next: page.next.map(Into::into),
            as_of: page.as_of.into(),
        }
    }
}

/// Up to where alarms were counted or listed, for marking exactly these as seen.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct AlarmsAsOf {
    pub(crate) seq: Count,
    pub(crate) at: AtMs,
}

impl From<desk::AlarmsAsOf> for AlarmsAsOf {
    fn from(as_of: desk::AlarmsAsOf) -> Self {
        Self { seq: as_of.seq.unsigned_abs().into(), at: as_of.at.into() }
    }
}

impl From<AlarmsAsOf> for desk::AlarmsAsOf {
    fn from(as_of: AlarmsAsOf) -> Self {
        Self { seq: i64::try_from(as_of.seq.get()).unwrap_or(i64::MAX), at: as_of.at.into() }
    }
}

/// How much needs a person.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct AlarmsCounted {
    /// How many there are.
    pub(crate) count: Count,
    /// How many of those nobody has seen.
    pub(crate) unseen: Count,
    pub(crate) as_of: AlarmsAsOf,
}

impl From<desk::AlarmCounts> for AlarmsCounted {
    fn from(counts: desk::AlarmCounts) -> Self {
        let desk::Counted { count, unseen } = counts.total();
        Self { count: count.into(), unseen: unseen.into(), as_of: counts.as_of.into() }
    }
}
