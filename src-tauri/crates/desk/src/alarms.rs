//! What needs a person, derived from the evidence each time it is asked for: nothing is kept but what a person has seen, so
//! nothing is forgotten and what was settled is gone. However much it is, it is counted from indexes and listed in pages.

mod count;
mod news;
mod words;

use std::cmp::Reverse;

pub use desk_store::{AlarmFilter, AlarmPlace};
use desk_store::{
    AlarmMark, AlarmRow, BillChange, Certificate, Flags, OrderAlarm, OrphanNotice, Profile, RefundAlarm, RefundState,
};
use wxpay_protocol::UtcMs;

pub use self::count::{AlarmCounts, Counted};
pub use self::news::{AlarmLook, AlarmNews, Announcement};
use self::words::Words;
use crate::changes::Tag;
use crate::desk::Inner;
use crate::told::Told;
use crate::{Desk, DeskError};

/// A certificate is told of so long before it expires, in milliseconds: getting a new one takes days.
const CERTIFICATE_NOTICE_MS: i64 = 30 * 86_400_000;

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlarmKind {
    /// The answers to a merchant do not verify, one after another; nothing is asked any more.
    KeyRefused,
    /// A merchant's certificate is not valid any more.
    CertificateExpired,
    /// A merchant's certificate expires within 30 days.
    CertificateExpires,
    /// A day's bill is not the one that was compared any more, or its fund flow has another text than before.
    BillChanged,
    /// The evidence of an order contradicts itself.
    Conflict,
    /// An order was paid although WeChat Pay had said that it was closed.
    PaidAfterClose,
    /// The outcome of a creation or a closing is not known.
    Unknown,
    /// Several answers in a row about an order could not be verified.
    UnverifiedAnswer,
    /// The evidence of a refund contradicts itself.
    RefundConflict,
    /// A refund's money did not reach the payer (退款异常).
    RefundChange,
    /// The outcome of a refund is not known.
    RefundUnknown,
    /// A genuine notice about an order or a refund that is not known here.
    OrphanNotice,
}

impl AlarmKind {
    /// The word that scripts compare.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyRefused => "key_refused",
            Self::CertificateExpired => "certificate_expired",
            Self::CertificateExpires => "certificate_expires",
            Self::BillChanged => "bill_changed",
            Self::Conflict => "conflict",
            Self::PaidAfterClose => "paid_after_close",
            Self::Unknown => "unknown",
            Self::UnverifiedAnswer => "unverified_answer",
            Self::RefundConflict => "refund_conflict",
            Self::RefundChange => "refund_change",
            Self::RefundUnknown => "refund_unknown",
            Self::OrphanNotice => "orphan_notice",
        }
    }

    /// The kinds that the marks of an order stand for.
    fn of_order(flags: Flags) -> impl Iterator<Item = Self> {
        let marks = [
            (Flags::CONFLICT, Self::Conflict),
            (Flags::PAID_AFTER_CLOSE, Self::PaidAfterClose),
            (Flags::UNKNOWN, Self::Unknown),
            (Flags::UNVERIFIED_ANSWER, Self::UnverifiedAnswer),
        ];
        marks.into_iter().filter(move |(flag, _)| flags.contains(*flag)).map(|(_, kind)| kind)
    }

    const fn of_refund(conflict: bool, state: RefundState) -> Self {
        match (conflict, state) {
            (true, _) => Self::RefundConflict,
            (false, RefundState::Change) => Self::RefundChange,
            (false, _) => Self::RefundUnknown,
        }
    }
}

/// Where the evidence is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AlarmAbout {
    /// The merchant itself: its key or its certificate.
    Merchant,
    /// An order.
    Order {
        /// Its number.
        out_trade_no: String,
    },
    /// A refund.
    Refund {
        /// The number of its order.
        out_trade_no: String,
        /// Its number.
        out_refund_no: String,
    },
    /// A notice that is kept; its order or refund is not known here.
    Notice {
        /// Its id in the store.
        notice: i64,
        /// The order that it names.
        out_trade_no: Option<String>,
        /// The refund that it names.
        out_refund_no: Option<String>,
    },
    /// A day.
    Day {
        /// The first millisecond of the Beijing day.
        date: UtcMs,
        /// What WeChat said of which of its bills.
        change: BillChange,
    },
}

impl AlarmAbout {
    /// The order concerned.
    pub fn out_trade_no(&self) -> Option<&str> {
        match self {
            Self::Order { out_trade_no } | Self::Refund { out_trade_no, .. } => Some(out_trade_no),
            Self::Notice { out_trade_no, .. } => out_trade_no.as_deref(),
            Self::Merchant | Self::Day { .. } => None,
        }
    }

    /// The refund concerned.
    pub fn out_refund_no(&self) -> Option<&str> {
        match self {
            Self::Refund { out_refund_no, .. } => Some(out_refund_no),
            Self::Notice { out_refund_no, .. } => out_refund_no.as_deref(),
            Self::Merchant | Self::Order { .. } | Self::Day { .. } => None,
        }
    }

    /// The notice concerned, by its id in the store.
    pub const fn notice(&self) -> Option<i64> {
        match self {
            Self::Notice { notice, .. } => Some(*notice),
            _ => None,
        }
    }

    /// The first millisecond of the Beijing day concerned.
    pub const fn date(&self) -> Option<UtcMs> {
        match self {
            Self::Day { date, .. } => Some(*date),
            _ => None,
        }
    }

    fn subject(&self) -> String {
        match self {
            Self::Merchant => String::new(),
            Self::Order { out_trade_no } => out_trade_no.clone(),
            Self::Refund { out_refund_no, .. } => out_refund_no.clone(),
            Self::Notice { notice, .. } => notice.to_string(),
            Self::Day { date, change: BillChange::OtherBill } => date.day(),
            Self::Day { date, change: BillChange::NoBill } => format!("{} NO_BILL", date.day()),
            Self::Day { date, change: BillChange::FundFlow } => format!("{} FUNDFLOW", date.day()),
            Self::Day { date, change: BillChange::RechargeRefunds } => format!("{} RECHARGE_REFUND", date.day()),
        }
    }
}

/// One thing that needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// What kind of thing.
    pub kind: AlarmKind,
    /// The merchant's profile.
    pub profile: String,
    /// Where the evidence is.
    pub about: AlarmAbout,
    /// Since when; until when a certificate is valid.
    pub at: UtcMs,
    /// What happened.
    pub what: Told,
    /// What to do.
    pub next: Told,
    /// Whether a person has said that they saw it as it is.
    pub seen: bool,
}

impl Alarm {
    fn new(kind: AlarmKind, profile: String, about: AlarmAbout, at: UtcMs, words: Words) -> Self {
        Self { kind, profile, about, at, what: words.what, next: words.next, seen: false }
    }

    fn mark(&self) -> AlarmMark {
        AlarmMark {
            kind: self.kind.as_str(),
            profile: self.profile.clone(),
            subject: self.about.subject(),
            at: self.at,
        }
    }

    /// Whether it was there at a time; that a certificate runs out is known at any time.
    fn was_there(&self, at: UtcMs) -> bool {
        matches!(self.kind, AlarmKind::CertificateExpires | AlarmKind::CertificateExpired) || self.at <= at
    }
}

/// Up to where alarms were listed or counted: what comes or changes afterwards lies behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlarmsAsOf {
    /// The counter of the store; evidence goes by it.
    pub seq: i64,
    /// The time; days and merchants go by it.
    pub at: UtcMs,
}

/// Some of what needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmPage {
    /// On the first page merchants, because nothing goes on without them, and days; then the rest, the newest first.
    pub alarms: Vec<Alarm>,
    /// Where the next page begins; nothing when there is none.
    pub next: Option<AlarmPlace>,
    /// Up to where it was listed.
    pub as_of: AlarmsAsOf,
}

impl Desk {
    /// A page of what needs a person, behind a place; of orders, refunds and notices at most so many, each of which may need a
    /// person for several reasons.
    pub async fn alarms(
        &self,
        wanted: AlarmFilter,
        after: Option<AlarmPlace>,
        limit: usize,
    ) -> Result<AlarmPage, DeskError> {
        self.blocking(move |inner| inner.alarm_page(&wanted, after, limit)).await
    }

    /// Notes that a person has seen everything that was listed so far, of one profile or of all. What changes afterwards is new
    /// again.
    pub async fn see_alarms(&self, as_of: AlarmsAsOf, profile: Option<&str>) -> Result<(), DeskError> {
        let profile = profile.map(str::to_owned);
        self.blocking(move |inner| {
            let wanted = AlarmFilter { profile, unseen: true };
            let listed = inner.alarms_by_mark(&wanted)?;
            let marks = listed.iter().filter(|alarm| alarm.was_there(as_of.at)).map(Alarm::mark);
            inner.store.mark_alarms_seen(marks.collect())?;
            Ok(inner.store.see_alarms_through(as_of.seq, wanted.profile.as_deref())?)
        })
        .await?;
        self.inner.changes.note(Tag::Alarms, []);
        Ok(())
    }
}

impl Inner {
    fn alarm_page(
        &self,
        wanted: &AlarmFilter,
        after: Option<AlarmPlace>,
        limit: usize,
    ) -> Result<AlarmPage, DeskError> {
        let at = self.clock.now();
        let mut alarms = if after.is_none() { self.alarms_by_mark(wanted)? } else { Vec::new() };
        let found = self.store.alarm_rows(wanted, after, limit)?;
        let mut evidence: Vec<(AlarmPlace, Alarm)> = found.orders.into_iter().flat_map(of_order).collect();
        evidence.extend(found.refunds.into_iter().map(of_refund));
        evidence.extend(found.notices.into_iter().map(of_orphan));
        evidence.sort_by_key(|(place, _)| Reverse(*place));
        alarms.extend(evidence.into_iter().map(|(_, alarm)| alarm));
        Ok(AlarmPage { alarms, next: found.next, as_of: AlarmsAsOf { seq: found.seq, at } })
    }

    /// The few that have marks of their own: merchants, and days whose bill changed.
    fn alarms_by_mark(&self, wanted: &AlarmFilter) -> Result<Vec<Alarm>, DeskError> {
        let mut alarms = self.alarms_of_merchants()?;
        let mut bills = self.store.changed_bills()?;
        bills.sort_by_key(|bill| Reverse(bill.at));
        alarms.extend(bills.into_iter().map(|bill| {
            let about = AlarmAbout::Day { date: bill.date, change: bill.change };
            Alarm::new(AlarmKind::BillChanged, bill.profile, about, bill.at, words::of_bill(bill.date, bill.change))
        }));
        alarms.retain(|alarm| wanted.profile.as_ref().is_none_or(|profile| *profile == alarm.profile));
        let marks: Vec<AlarmMark> = alarms.iter().map(Alarm::mark).collect();
        for (alarm, seen) in alarms.iter_mut().zip(self.store.alarms_seen(&marks)?) {
            alarm.seen = seen;
        }
        alarms.retain(|alarm| !(wanted.unseen && alarm.seen));
        Ok(alarms)
    }

    fn alarms_of_merchants(&self) -> Result<Vec<Alarm>, DeskError> {
        let now = self.clock.now();
        let refused = self.store.refused_keys()?;
        let mut alarms = Vec::new();
        for profile in self.store.profiles()? {
            let is_of = |profile: &Profile, environment: &str, mch_id: &str| {
                profile.environment.as_str() == environment && profile.mch_id.as_str() == mch_id
            };
            if let Some(key) = refused.iter().find(|key| is_of(&profile, &key.environment, &key.mch_id)) {
                let (name, about) = (profile.name.clone(), AlarmAbout::Merchant);
                alarms.push(Alarm::new(AlarmKind::KeyRefused, name, about, key.since, words::of_key()));
            }
            let certificate = self.store.certificate(&profile.name)?;
            alarms.extend(certificate.and_then(|certificate| expiring(profile.name, &certificate, now)));
        }
        Ok(alarms)
    }
}

fn of_order(row: AlarmRow<OrderAlarm>) -> impl Iterator<Item = (AlarmPlace, Alarm)> {
    AlarmKind::of_order(row.of.flags).map(move |kind| {
        let about = AlarmAbout::Order { out_trade_no: row.of.out_trade_no.to_string() };
        let alarm = Alarm::new(kind, row.profile.clone(), about, row.place.at, words::of_order(kind));
        (row.place, Alarm { seen: row.seen, ..alarm })
    })
}

fn of_refund(row: AlarmRow<RefundAlarm>) -> (AlarmPlace, Alarm) {
    let kind = AlarmKind::of_refund(row.of.conflict.is_some(), row.of.state);
    let words = words::of_refund(kind, &row.of);
    let about = AlarmAbout::Refund {
        out_trade_no: row.of.out_trade_no.to_string(),
        out_refund_no: row.of.out_refund_no.to_string(),
    };
    (row.place, Alarm { seen: row.seen, ..Alarm::new(kind, row.profile, about, row.place.at, words) })
}

fn of_orphan(row: AlarmRow<OrphanNotice>) -> (AlarmPlace, Alarm) {
    let words = words::of_orphan(row.of.out_refund_no.is_some());
    let OrphanNotice { out_trade_no, out_refund_no } = row.of;
    let about = AlarmAbout::Notice { notice: row.place.id, out_trade_no, out_refund_no };
    let alarm = Alarm::new(AlarmKind::OrphanNotice, row.profile, about, row.place.at, words);
    (row.place, Alarm { seen: row.seen, ..alarm })
}

fn expiring(profile: String, certificate: &Certificate, now: UtcMs) -> Option<Alarm> {
    let until = certificate.not_after;
    if until > now.plus_ms(CERTIFICATE_NOTICE_MS) {
        return None;
    }
    let kind = if until <= now { AlarmKind::CertificateExpired } else { AlarmKind::CertificateExpires };
    Some(Alarm::new(kind, profile, AlarmAbout::Merchant, until, words::of_certificate(kind, certificate)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use desk_store::RefundReason;
    use wxpay_protocol::ids::{OutRefundNo, OutTradeNo};

    use super::*;

    const NOW: UtcMs = UtcMs(1_704_135_845_000);

    fn of(days: i64) -> Option<AlarmKind> {
        let certificate = Certificate {
            common_name: "1900000001".into(),
            serial: "0A".into(),
            not_before: UtcMs(0),
            not_after: NOW.plus_ms(days * UtcMs::DAY_MS),
            imported_at: UtcMs(0),
        };
        expiring("shop".into(), &certificate, NOW).map(|alarm| alarm.kind)
    }

    #[test]
    fn a_certificate_is_told_of_thirty_days_before_it_expires_and_after() {
        assert_eq!(of(31), None);
        assert_eq!(of(30), Some(AlarmKind::CertificateExpires));
        assert_eq!(of(1), Some(AlarmKind::CertificateExpires));
        assert_eq!(of(0), Some(AlarmKind::CertificateExpired));
        assert_eq!(of(-400), Some(AlarmKind::CertificateExpired));
    }

    #[test]
    fn each_change_of_a_days_bills_is_seen_by_itself() {
        use BillChange::{FundFlow, NoBill, OtherBill, RechargeRefunds};
        let subject = |change| AlarmAbout::Day { date: NOW, change }.subject();
        let subjects: BTreeSet<String> = [OtherBill, NoBill, FundFlow, RechargeRefunds].map(subject).into();
        assert_eq!(subjects.len(), 4, "{subjects:?}");
    }

    #[test]
    fn every_mark_of_an_order_has_its_words_and_its_next_step() {
        for flag in [Flags::CONFLICT, Flags::PAID_AFTER_CLOSE, Flags::UNKNOWN, Flags::UNVERIFIED_ANSWER] {
            let kind = AlarmKind::of_order(flag).next().unwrap();
            let Words { what, next } = words::of_order(kind);
            assert!([what.zh, what.en, next.zh, next.en].iter().all(|text| !text.is_empty()), "{}", kind.as_str());
            assert!(flag.words().contains(&kind.as_str()));
        }
    }

    #[test]
    fn what_contradicts_about_a_refund_is_said_in_words_of_its_own() {
        let said = |state, conflict| {
            let of = RefundAlarm {
                out_trade_no: OutTradeNo::new("20240102030405").unwrap(),
                out_refund_no: OutRefundNo::new("R1").unwrap(),
                state,
                conflict,
            };
            let place = AlarmPlace { at: NOW, source: 1, id: 1 };
            let (_, alarm) = of_refund(AlarmRow { of, profile: "shop".into(), place, seen: false });
            (alarm.kind, alarm.what.zh)
        };
        let reasons = [
            RefundReason::AmountMismatch,
            RefundReason::OtherRefundId,
            RefundReason::NotExistContradicts,
            RefundReason::SuccessAfterEnd,
            RefundReason::Contradicts,
        ];
        let mut sentences: Vec<String> = Vec::new();
        for reason in reasons {
            let (kind, what) = said(RefundState::Success, Some(reason));
            assert_eq!(kind, AlarmKind::RefundConflict);
            assert!(!sentences.contains(&what), "{what}");
            sentences.push(what);
        }
        assert_eq!(said(RefundState::Change, None).0, AlarmKind::RefundChange);
        assert_eq!(said(RefundState::Unknown, None).0, AlarmKind::RefundUnknown);
    }
}
