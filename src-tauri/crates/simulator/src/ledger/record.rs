//! What the gateway remembers of orders, payments and notices.

use serde::{Deserialize, Serialize};
use wxpay_protocol::{CouponType, Fen, SignType, TradeState, UtcMs};

use crate::ledger::fields::Fields;
use crate::ledger::stored;
use crate::switches::Switches;

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What the merchant sent.
    pub fields: Fields,
    /// The amount.
    #[serde(with = "stored::fen")]
    pub total_fee: Fen,
    /// How the order was signed; its notices are signed alike.
    #[serde(with = "stored::sign_type")]
    pub sign_type: SignType,
    /// When unifiedorder or micropay was answered first.
    #[serde(with = "stored::utc_ms")]
    pub created_at: UtcMs,
    /// time_expire, if it was sent.
    #[serde(with = "stored::utc_ms_or_none", default)]
    pub expires_at: Option<UtcMs>,
    /// The session of the payment; an order by payment code has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepay: Option<Box<Prepay>>,
    /// When closeorder closed it.
    #[serde(with = "stored::utc_ms_or_none", default)]
    pub closed_at: Option<UtcMs>,
    /// When the customer last turned away from paying; the order stays payable.
    #[serde(with = "stored::utc_ms_or_none", default)]
    pub cancelled_at: Option<UtcMs>,
    /// The payment, if there is one.
    #[serde(default)]
    pub payment: Option<Box<Payment>>,
    /// The last scan of a payment code, of an order by payment code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<Box<Scan>>,
    /// When reverse took it back (撤销); what was paid went back with it.
    #[serde(with = "stored::utc_ms_or_none", default)]
    pub reversed_at: Option<UtcMs>,
    /// Places of its refunds in the ledger, oldest first.
    #[serde(skip)]
    pub(crate) refunds: Vec<u32>,
    /// The journal entry of this run that changed it last; 0 when it is as it was at start.
    #[serde(skip)]
    pub(crate) changed: u64,
}

impl Order {
    /// The merchant number.
    pub fn mch_id(&self) -> &str {
        self.field("mch_id")
    }

    /// The app.
    pub fn appid(&self) -> &str {
        self.field("appid")
    }

    /// The merchant's number of the order.
    pub fn out_trade_no(&self) -> &str {
        self.field("out_trade_no")
    }

    /// A field of the request; empty where it was not sent.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default()
    }

    /// JSAPI, NATIVE, APP, MWEB or MICROPAY.
    pub fn trade_type(&self) -> &str {
        if self.is_micropay() { "MICROPAY" } else { self.field("trade_type") }
    }

    /// Whether it was made by scanning a payment code.
    pub fn is_micropay(&self) -> bool {
        self.prepay.is_none()
    }

    /// Whether a refund of it was ever accepted.
    pub fn has_refunds(&self) -> bool {
        !self.refunds.is_empty()
    }

    /// When it stops being payable by itself.
    pub(crate) fn ends_at(&self, switches: &Switches) -> Option<UtcMs> {
        self.expires_at.or_else(|| {
            switches.unpaid_closes_after_s.map(|seconds| self.created_at.plus_ms(i64::from(seconds) * 1000))
        })
    }

    /// What orderquery reports at `now` (protocol page §5).
    pub(crate) fn trade_state(&self, now: UtcMs, switches: &Switches) -> TradeState {
        if self.reversed_at.is_some() {
            return TradeState::Revoked;
        }
        if self.payment.is_some() {
            return if self.has_refunds() { TradeState::Refund } else { TradeState::Success };
        }
        if self.closed_at.is_some() {
            return TradeState::Closed;
        }
        match self.scan.as_deref().map(|scan| &scan.state) {
            Some(ScanState::Password(_)) => TradeState::UserPaying,
            Some(ScanState::Failed { .. }) => TradeState::PayError,
            _ if switches.expired_reports_closed && self.is_over(now, switches) => TradeState::Closed,
            _ => TradeState::NotPay,
        }
    }

    /// Whether it can no longer be paid although nobody closed it.
    pub(crate) fn is_over(&self, now: UtcMs, switches: &Switches) -> bool {
        self.ends_at(switches).is_some_and(|end| end <= now)
    }

    /// Whether its payer is being asked for the password.
    pub fn waits_for_password(&self) -> bool {
        self.password().is_some()
    }

    /// The password that is being waited for.
    pub(crate) fn password(&self) -> Option<&Password> {
        match self.scan.as_deref().map(|scan| &scan.state) {
            Some(ScanState::Password(password)) if self.payment.is_none() && self.reversed_at.is_none() => {
                Some(password)
            }
            _ => None,
        }
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
    #[serde(with = "stored::utc_ms")]
    pub issued_at: UtcMs,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredPayment")]
pub struct Payment {
    /// The gateway's number.
    pub transaction_id: String,
    /// Who paid, under the order's appid.
    pub openid: String,
    /// Who paid, under the order's sub_appid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_openid: Option<String>,
    /// From where; `OTHERS` unless told otherwise.
    pub bank_type: String,
    /// What paid for a part of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<Coupon>,
    /// When (time_end).
    #[serde(with = "stored::utc_ms")]
    pub paid_at: UtcMs,
}

/// A coupon that paid for a part of an order (代金券).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupon {
    /// `coupon_id_$n`, at most 20 characters; made up where a customer pays with one that has none.
    #[serde(default)]
    pub id: String,
    /// Who bears its cost.
    #[serde(rename = "type", with = "stored::coupon_type")]
    pub coupon_type: CouponType,
    /// Its part.
    #[serde(with = "stored::fen")]
    pub fee: Fen,
}

/// A payment as any version of the journal has it: the first had one coupon at most, and of that the amount only.
#[derive(Deserialize)]
struct StoredPayment {
    transaction_id: String,
    openid: String,
    #[serde(default)]
    sub_openid: Option<String>,
    bank_type: String,
    #[serde(default)]
    coupons: Vec<Coupon>,
    #[serde(with = "stored::fen", default)]
    coupon_fee: Fen,
    #[serde(with = "stored::utc_ms")]
    paid_at: UtcMs,
}

impl From<StoredPayment> for Payment {
    fn from(stored: StoredPayment) -> Self {
        let StoredPayment { transaction_id, openid, sub_openid, bank_type, mut coupons, coupon_fee, paid_at } = stored;
        if coupons.is_empty() && coupon_fee > Fen::ZERO {
            let id = transaction_id.chars().skip(8).take(20).collect();
            coupons.push(Coupon { id, coupon_type: CouponType::Cash, fee: coupon_fee });
        }
        Self { transaction_id, openid, sub_openid, bank_type, coupons, paid_at }
    }
}

/// A scan of a payment code (付款码) for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// What was scanned.
    pub auth_code: String,
    /// Whose code it is.
    pub openid: String,
    /// When micropay asked for the money.
    #[serde(with = "stored::utc_ms")]
    pub at: UtcMs,
    /// What came of it.
    pub state: ScanState,
}

/// What came of a scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanState {
    /// Nothing is waited for: it was paid, refused, or the payer turned away.
    Over,
    /// The payer is asked for the password.
    Password(Password),
    /// The payment failed (PAYERROR).
    Failed {
        /// When.
        #[serde(with = "stored::utc_ms")]
        at: UtcMs,
    },
}

/// A payer who is asked for the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Password {
    /// When the question is taken back.
    #[serde(with = "stored::utc_ms")]
    pub until: UtcMs,
    /// What the payer will do by himself before that, if anything.
    pub then: Option<PasswordPlan>,
}

/// What a payer will do about the password, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPlan {
    /// When.
    #[serde(with = "stored::utc_ms")]
    pub at: UtcMs,
    /// What.
    pub answer: PasswordAnswer,
}

/// What a payer does about the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordAnswer {
    /// Enters it: the order is paid.
    Entered,
    /// Enters it, and the bank refuses: PAYERROR.
    Refused,
    /// Turns away: NOTPAY.
    Cancelled,
}

impl Password {
    /// When something happens by itself.
    pub(crate) fn wakes_at(&self) -> UtcMs {
        self.then.map_or(self.until, |plan| plan.at.min(self.until))
    }
}

/// A notice that is due, was sent, or never can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// 1, 2, 3 … over the gateway's life.
    pub id: u64,
    /// What it is about.
    pub(crate) about: About,
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

/// What a notice is about, by its place in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The payment of this order.
    Payment(u32),
    /// The end of this refund.
    Refund(u32),
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
    #[serde(with = "stored::utc_ms")]
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
