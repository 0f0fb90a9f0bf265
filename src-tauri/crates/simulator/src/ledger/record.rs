//! What the gateway remembers: orders, payments, notices, and the entries of the journal that lead to them.

use serde::{Deserialize, Serialize};
use wxpay_protocol::{Fen, Params, SignType, TradeState, UtcMs};

use crate::ledger::answers::AnswerCount;
use crate::switches::Switches;

/// The fields of the request that made an order, in the order of the request, without nonce and sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(String, String)>", into = "Vec<(String, String)>")]
pub struct Fields(
    // `name NUL value NUL …` in one piece: a million orders then cost one allocation each, and XML cannot hold a NUL.
    Box<str>,
);

impl Fields {
    pub(crate) fn of_request(params: &Params) -> Self {
        Self::pack(params.iter().filter(|(name, value)| !value.is_empty() && !matches!(*name, "nonce_str" | "sign")))
    }

    fn pack<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut packed = String::new();
        for (name, value) in pairs {
            for piece in [name, "\0", value, "\0"] {
                packed.push_str(piece);
            }
        }
        Self(packed.into_boxed_str())
    }

    /// The value of a field; absent and empty are the same.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All fields in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut pieces = self.0.split_terminator('\0');
        std::iter::from_fn(move || Some((pieces.next()?, pieces.next()?)))
    }
}

impl From<Vec<(String, String)>> for Fields {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self::pack(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

impl From<Fields> for Vec<(String, String)> {
    fn from(fields: Fields) -> Self {
        fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What the merchant sent.
    pub fields: Fields,
    /// The amount.
    #[serde(with = "fen")]
    pub total_fee: Fen,
    /// How the order was signed; its notices are signed alike.
    #[serde(with = "sign_type")]
    pub sign_type: SignType,
    /// When unifiedorder was answered first.
    #[serde(with = "utc_ms")]
    pub created_at: UtcMs,
    /// time_expire, if it was sent.
    #[serde(with = "utc_ms_or_none", default)]
    pub expires_at: Option<UtcMs>,
    /// The session of the payment.
    pub prepay: Prepay,
    /// When closeorder closed it.
    #[serde(with = "utc_ms_or_none", default)]
    pub closed_at: Option<UtcMs>,
    /// When the customer last turned away from paying; the order stays payable.
    #[serde(with = "utc_ms_or_none", default)]
    pub cancelled_at: Option<UtcMs>,
    /// The payment, if there is one.
    #[serde(default)]
    pub payment: Option<Box<Payment>>,
    /// The journal entry of this run that changed it last; 0 when it is as it was at start.
    #[serde(skip)]
    pub(crate) changed: u64,
}

impl Order {
    /// The merchant number.
    pub fn mch_id(&self) -> &str {
        self.fields.get("mch_id").unwrap_or_default()
    }

    /// The app.
    pub fn appid(&self) -> &str {
        self.fields.get("appid").unwrap_or_default()
    }

    /// The merchant's number of the order.
    pub fn out_trade_no(&self) -> &str {
        self.fields.get("out_trade_no").unwrap_or_default()
    }

    /// When it stops being payable by itself.
    pub(crate) fn ends_at(&self, switches: &Switches) -> Option<UtcMs> {
        self.expires_at.or_else(|| {
            switches.unpaid_closes_after_s.map(|seconds| self.created_at.plus_ms(i64::from(seconds) * 1000))
        })
    }

    /// What orderquery reports at `now`.
    pub(crate) fn trade_state(&self, now: UtcMs, switches: &Switches) -> TradeState {
        if self.payment.is_some() {
            TradeState::Success
        } else if self.closed_at.is_some() || (switches.expired_reports_closed && self.is_over(now, switches)) {
            TradeState::Closed
        } else {
            TradeState::NotPay
        }
    }

    /// Whether it can no longer be paid although nobody closed it.
    pub(crate) fn is_over(&self, now: UtcMs, switches: &Switches) -> bool {
        self.ends_at(switches).is_some_and(|end| end <= now)
    }
}

/// What the payer's device starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepay {
    /// The session; valid for two hours.
    pub prepay_id: String,
    /// NATIVE only: the contents of the QR code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_url: Option<String>,
    /// MWEB only: where the browser is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mweb_url: Option<String>,
    /// When it was issued.
    #[serde(with = "utc_ms")]
    pub issued_at: UtcMs,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The gateway's number.
    pub transaction_id: String,
    /// Who paid.
    pub openid: String,
    /// From where; `OTHERS` unless told otherwise.
    pub bank_type: String,
    /// The part that a coupon paid.
    #[serde(with = "fen")]
    pub coupon_fee: Fen,
    /// When (time_end).
    #[serde(with = "utc_ms")]
    pub paid_at: UtcMs,
}

/// A payment notice that is due, was sent, or never can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// 1, 2, 3 … over the gateway's life.
    pub id: u64,
    /// Place of the order in the ledger.
    pub(crate) order: usize,
    /// Its `nonce_str`, the same in every attempt.
    pub nonce_str: String,
    /// What has been tried.
    pub attempts: Vec<Attempt>,
    /// What is next.
    pub status: NoticeStatus,
}

impl Notice {
    /// Whether something became of it: a first attempt, or the end of all.
    pub(crate) fn is_settled(&self) -> bool {
        !self.attempts.is_empty() || !matches!(self.status, NoticeStatus::Pending { .. })
    }
}

/// Where a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeStatus {
    /// The next attempt is due then.
    Pending {
        /// In virtual time.
        next_due: UtcMs,
    },
    /// The merchant answered SUCCESS.
    Acknowledged,
    /// Sixteen attempts, none acknowledged.
    GivenUp,
    /// notify_url does not lead to this machine (未投递).
    Undeliverable,
}

impl NoticeStatus {
    /// `pending`, `acknowledged`, `given_up`, `undeliverable`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Acknowledged => "acknowledged",
            Self::GivenUp => "given_up",
            Self::Undeliverable => "undeliverable",
        }
    }
}

/// One attempt to deliver a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended, in virtual time.
    #[serde(with = "utc_ms")]
    pub at: UtcMs,
    /// Status of the merchant's answer; none when there was no answer.
    pub http_status: Option<u16>,
    /// The beginning of the answer, or what went wrong instead.
    pub answer: String,
    /// Whether the answer acknowledged the notice.
    pub acknowledged: bool,
    /// How long it took, in real milliseconds.
    pub took_ms: u64,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    /// A run of the gateway begins.
    Opened {
        version: u32,
        seed: u64,
        #[serde(with = "utc_ms")]
        real: UtcMs,
        #[serde(with = "utc_ms")]
        now: UtcMs,
    },
    /// The clock was advanced, or stopped with the gateway.
    Clock {
        #[serde(with = "utc_ms")]
        real: UtcMs,
        #[serde(with = "utc_ms")]
        now: UtcMs,
    },
    Created(Box<Order>),
    Reissued {
        mch_id: String,
        out_trade_no: String,
        prepay: Prepay,
    },
    Paid {
        mch_id: String,
        out_trade_no: String,
        payment: Box<Payment>,
        nonce_str: String,
        deliverable: bool,
        #[serde(with = "utc_ms")]
        due: UtcMs,
    },
    Cancelled {
        mch_id: String,
        out_trade_no: String,
        #[serde(with = "utc_ms")]
        at: UtcMs,
    },
    Closed {
        mch_id: String,
        out_trade_no: String,
        #[serde(with = "utc_ms")]
        at: UtcMs,
    },
    /// What was told since the last such entry.
    Answers(Vec<AnswerCount>),
    Attempted {
        notice: u64,
        attempt: Attempt,
        #[serde(with = "utc_ms_or_none", default)]
        next_due: Option<UtcMs>,
    },
}

mod fen {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use wxpay_protocol::Fen;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(amount: &Fen, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(amount.get())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fen, D::Error> {
        Fen::new(i64::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("amount out of range"))
    }
}

mod utc_ms {
    use serde::{Deserialize, Deserializer, Serializer};
    use wxpay_protocol::UtcMs;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(moment: &UtcMs, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(moment.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UtcMs, D::Error> {
        i64::deserialize(deserializer).map(UtcMs)
    }
}

mod utc_ms_or_none {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use wxpay_protocol::UtcMs;

    #[expect(clippy::ref_option, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(moment: &Option<UtcMs>, serializer: S) -> Result<S::Ok, S::Error> {
        moment.map(|moment| moment.0).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UtcMs>, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map(UtcMs))
    }
}

mod sign_type {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use wxpay_protocol::SignType;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(sign_type: &SignType, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(sign_type.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SignType, D::Error> {
        let word = String::deserialize(deserializer)?;
        SignType::parse(&word).ok_or_else(|| D::Error::custom("unknown sign_type"))
    }
}
