//! What needs a person, derived from the evidence each time it is asked for: nothing is kept, so nothing is forgotten and what
//! was settled is gone.

use desk_store::{Certificate, Flags};
use wxpay_protocol::UtcMs;

use crate::desk::Inner;
use crate::pace::HeldBack;
use crate::told::{Told, minute};
use crate::{Desk, DeskError};

/// A certificate is told of so long before it expires, in milliseconds: getting a new one takes days.
const CERTIFICATE_NOTICE_MS: i64 = 30 * 86_400_000;

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// The answers to a merchant do not verify, one after another; nothing is asked any more.
    KeyRefused,
    /// A merchant's certificate is not valid any more.
    CertificateExpired,
    /// A merchant's certificate expires within 30 days.
    CertificateExpires,
    /// The evidence of an order contradicts itself.
    Conflict,
    /// An order was paid although WeChat Pay had said that it was closed.
    PaidAfterClose,
    /// The outcome of a creation or a closing is not known.
    Unknown,
    /// Several answers in a row about an order could not be verified.
    UnverifiedAnswer,
}

impl AlarmKind {
    /// The word that scripts compare.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyRefused => "key_refused",
            Self::CertificateExpired => "certificate_expired",
            Self::CertificateExpires => "certificate_expires",
            Self::Conflict => "conflict",
            Self::PaidAfterClose => "paid_after_close",
            Self::Unknown => "unknown",
            Self::UnverifiedAnswer => "unverified_answer",
        }
    }

    fn of(flag: Flags) -> Self {
        if flag.contains(Flags::CONFLICT) {
            Self::Conflict
        } else if flag.contains(Flags::PAID_AFTER_CLOSE) {
            Self::PaidAfterClose
        } else if flag.contains(Flags::UNVERIFIED_ANSWER) {
            Self::UnverifiedAnswer
        } else {
            Self::Unknown
        }
    }

    /// What happened, and what to do, of an alarm about an order.
    fn of_order(self) -> (Told, Told) {
        let (what, next) = match self {
            Self::Conflict => (
                ("证据互相矛盾，状态保持不变", "the evidence contradicts itself; the state stays as it was"),
                (
                    "打开订单核对证据，并在商户平台查这笔交易",
                    "open the order, go through its evidence, and look the trade up on the merchant platform",
                ),
            ),
            Self::PaidAfterClose => (
                ("关单之后收到了付款", "paid although it had been closed"),
                ("决定发货还是退款", "decide whether to deliver or to refund"),
            ),
            Self::UnverifiedAnswer => (
                (
                    "连续收到签名不成立的应答，没有采信",
                    "answers in a row whose signature does not hold; none was believed",
                ),
                (
                    "核对 API 密钥和签名类型；用签名调试看收到的报文",
                    "compare the API key and the sign type; look at the message in the signature workbench",
                ),
            ),
            _ => (
                ("下单或关单的结果未知", "it is not known what became of a creation or a closing"),
                (
                    "程序在用同一单号查询，不要换单号重下",
                    "it is asked about under the same number; do not order again under another one",
                ),
            ),
        };
        (what.into(), next.into())
    }
}

/// One thing that needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// What kind of thing.
    pub kind: AlarmKind,
    /// The merchant's profile.
    pub profile: String,
    /// The order that holds the evidence; nothing where the merchant itself is concerned.
    pub out_trade_no: Option<String>,
    /// Since when; until when a certificate is valid.
    pub at: UtcMs,
    /// What happened.
    pub what: Told,
    /// What to do.
    pub next: Told,
}

impl Desk {
    /// What needs a person: merchants first, because nothing goes on without them, then orders, the newest first.
    pub async fn alarms(&self, limit: usize) -> Result<Vec<Alarm>, DeskError> {
        self.blocking(move |inner| {
            let now = inner.clock.now();
            let mut alarms = Vec::new();
            for profile in inner.store.profiles()? {
                let held = inner.pace(profile.environment, profile.mch_id.as_str()).held_back();
                if held == Some(HeldBack::KeyRefused) {
                    alarms.push(key_refused(profile.name.clone(), now));
                }
                let certificate = inner.store.certificate(&profile.name)?;
                alarms.extend(certificate.and_then(|certificate| expiring(profile.name, &certificate, now)));
            }
            alarms.extend(inner.alarms_of_orders(limit)?);
            alarms.truncate(limit);
            Ok(alarms)
        })
        .await
    }
}

impl Inner {
    fn alarms_of_orders(&self, limit: usize) -> Result<Vec<Alarm>, DeskError> {
        let found = self.store.alarms(limit)?;
        Ok(found
            .into_iter()
            .map(|alarm| {
                let kind = AlarmKind::of(alarm.flag);
                let (what, next) = kind.of_order();
                let out_trade_no = Some(alarm.out_trade_no.to_string());
                Alarm { kind, profile: alarm.profile, out_trade_no, at: alarm.at, what, next }
            })
            .collect())
    }
}

fn key_refused(profile: String, at: UtcMs) -> Alarm {
    Alarm {
        kind: AlarmKind::KeyRefused,
        profile,
        out_trade_no: None,
        at,
        what: Told::new(
            "应答验签一直不过，已停止查询，订单状态不变",
            "its answers do not verify, one after another: nothing is asked and no order changes",
        ),
        next: Told::new(
            "与商户平台核对 API 密钥，更换后再试",
            "compare the API key with the merchant platform, replace it, then try again",
        ),
    }
}

fn expiring(profile: String, certificate: &Certificate, now: UtcMs) -> Option<Alarm> {
    let until = certificate.not_after;
    if until > now.plus_ms(CERTIFICATE_NOTICE_MS) {
        return None;
    }
    let day = minute(until);
    let (kind, what) = if until <= now {
        let what = Told::new(
            format!("商户证书已于 {day} 过期，退款和撤销发不出去"),
            format!("the merchant's certificate expired on {day}; refunds and reversals cannot be sent"),
        );
        (AlarmKind::CertificateExpired, what)
    } else {
        let what =
            Told::new(format!("商户证书将于 {day} 过期"), format!("the merchant's certificate expires on {day}"));
        (AlarmKind::CertificateExpires, what)
    };
    let next = Told::new(
        "在商户平台更新 API 证书，再到设置里导入",
        "renew the API certificate on the merchant platform, then import it in the settings",
    );
    Some(Alarm { kind, profile, out_trade_no: None, at: until, what, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;
    const NOW: UtcMs = UtcMs(1_704_135_845_000);

    fn of(days: i64) -> Option<AlarmKind> {
        let certificate = Certificate {
            common_name: "1900000001".into(),
            serial: "0A".into(),
            not_before: UtcMs(0),
            not_after: NOW.plus_ms(days * DAY_MS),
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
    fn every_mark_of_an_order_has_its_words_and_its_next_step() {
        for flag in [Flags::CONFLICT, Flags::PAID_AFTER_CLOSE, Flags::UNKNOWN, Flags::UNVERIFIED_ANSWER] {
            let kind = AlarmKind::of(flag);
            let (what, next) = kind.of_order();
            assert!([what.zh, what.en, next.zh, next.en].iter().all(|text| !text.is_empty()), "{}", kind.as_str());
            assert!(flag.words().contains(&kind.as_str()));
        }
    }
}
