//! What a payment code comes to. A real code says nothing about it, so the last six digits of a code decide here, unless
//! somebody planned the scan ([`Gateway::plan_scan`](crate::Gateway::plan_scan)):
//!
//! | code ends in | micropay answers | and then |
//! |---|---|---|
//! | anything else | SUCCESS | paid |
//! | 900001 | USERPAYING | waits for the password until somebody enters, refuses or cancels it |
//! | 900002 | USERPAYING | the payer enters it after 10 s |
//! | 900003 | USERPAYING | the payer cancels after 10 s: NOTPAY |
//! | 900004 | USERPAYING | the bank refuses after 10 s: PAYERROR |
//! | 900005, 900006 | SYSTEMERROR | paid; not paid |
//! | 900007, 900008 | BANKERROR | paid; PAYERROR |
//! | 900009 | AUTHCODEEXPIRE | no order |
//! | 900010 | AUTH_CODE_INVALID, expired | no order |
//! | 900011 | NOTENOUGH | NOTPAY |
//! | 900012 | NOTSUPORTCARD | NOTPAY |
//! | 900013, 900014 | TRADE_ERROR: cancelled; no way to pay | NOTPAY |
//! | 900015 | SUCCESS, and the code is another payer's | paid; BUYER_MISMATCH where the order knows a payer |
//! | 900016 | NOAUTH | no order |

use serde::{Deserialize, Serialize};
use wxpay_protocol::{CouponType, Fen};

use crate::ledger::record::Coupon;
use crate::text;

/// Who pays where neither the order nor the caller says.
pub(crate) const SOMEBODY: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
/// The other payer, of codes that end in 900015.
const SOMEBODY_ELSE: &str = "oUpF8uKp3Wd0vZr7c5YtQxLeB2Ms";

/// How long a payer who does something by himself takes.
const PAYER_TAKES_S: u32 = 10;

/// What a scan comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ScanOutcome {
    /// Paid at once.
    Paid,
    /// Paid at once, in part with a funded coupon and with one whose cost the merchant bears (免充值); 0 for none.
    PaidWithCoupons {
        /// In fen.
        funded_fen: i64,
        /// In fen.
        borne_fen: i64,
    },
    /// USERPAYING: the payer is asked for the password.
    Password(PasswordEnd),
    /// SYSTEMERROR, with the outcome unknown to the merchant.
    SystemError {
        /// Whether it was paid all the same.
        paid: bool,
    },
    /// BANKERROR, likewise; what is not paid is PAYERROR.
    BankError {
        /// Whether it was paid all the same.
        paid: bool,
    },
    /// Refused for good.
    Refused(ScanRefusal),
}

/// What the payer does about the password by himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PasswordEnd {
    /// Nothing: whoever drives the gateway decides, or the question is taken back after 45 seconds.
    Waits,
    /// Enters it.
    Entered {
        /// So many virtual seconds later.
        after_s: u32,
    },
    /// Enters it, and the bank refuses.
    Refused {
        /// So many virtual seconds later.
        after_s: u32,
    },
    /// Turns away.
    Cancelled {
        /// So many virtual seconds later.
        after_s: u32,
    },
}

/// Why a scan is refused for good (protocol page §6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanRefusal {
    /// AUTHCODEEXPIRE.
    AuthCodeExpire,
    /// AUTH_CODE_INVALID, because it has expired.
    AuthCodeInvalid,
    /// NOTENOUGH: the payer's balance.
    NotEnough,
    /// NOTSUPORTCARD, WeChat's own spelling.
    NotSuportCard,
    /// TRADE_ERROR: the payer turned away.
    Cancelled,
    /// TRADE_ERROR: the payer has no way to pay.
    NoWayToPay,
    /// NOAUTH: the product is not open.
    NoAuth,
}

impl ScanRefusal {
    /// err_code and err_code_des.
    pub(crate) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::AuthCodeExpire => ("AUTHCODEEXPIRE", text::CODE_EXPIRED),
            Self::AuthCodeInvalid => ("AUTH_CODE_INVALID", text::CODE_TOO_OLD),
            Self::NotEnough => ("NOTENOUGH", text::PAYER_NOT_ENOUGH),
            Self::NotSuportCard => ("NOTSUPORTCARD", text::CARD_NOT_SUPPORTED),
            Self::Cancelled => ("TRADE_ERROR", text::PAYER_CANCELLED),
            Self::NoWayToPay => ("TRADE_ERROR", text::NO_WAY_TO_PAY),
            Self::NoAuth => ("NOAUTH", text::NO_AUTH),
        }
    }

    /// Whether the order is there afterwards: a code that is none is refused before there is an order (§4.2).
    pub(crate) const fn leaves_order(self) -> bool {
        matches!(self, Self::NotEnough | Self::NotSuportCard | Self::Cancelled | Self::NoWayToPay)
    }
}

impl ScanOutcome {
    /// What pays for a part of it.
    pub(crate) fn coupons(self) -> Vec<Coupon> {
        let Self::PaidWithCoupons { funded_fen, borne_fen } = self else { return Vec::new() };
        let parts = [(CouponType::Cash, funded_fen), (CouponType::NoCash, borne_fen)].into_iter();
        let coupon = |(coupon_type, fen)| {
            let fee = Fen::new(fen).filter(|fee| *fee > Fen::ZERO)?;
            Some(Coupon { id: String::new(), coupon_type, fee })
        };
        parts.filter_map(coupon).collect()
    }

    /// What the code itself says, by the table of this module.
    pub(crate) fn of_code(auth_code: &str) -> Self {
        let after_s = PAYER_TAKES_S;
        match ending(auth_code) {
            "900001" => Self::Password(PasswordEnd::Waits),
            "900002" => Self::Password(PasswordEnd::Entered { after_s }),
            "900003" => Self::Password(PasswordEnd::Cancelled { after_s }),
            "900004" => Self::Password(PasswordEnd::Refused { after_s }),
            "900005" => Self::SystemError { paid: true },
            "900006" => Self::SystemError { paid: false },
            "900007" => Self::BankError { paid: true },
            "900008" => Self::BankError { paid: false },
            "900009" => Self::Refused(ScanRefusal::AuthCodeExpire),
            "900010" => Self::Refused(ScanRefusal::AuthCodeInvalid),
            "900011" => Self::Refused(ScanRefusal::NotEnough),
            "900012" => Self::Refused(ScanRefusal::NotSuportCard),
            "900013" => Self::Refused(ScanRefusal::Cancelled),
            "900014" => Self::Refused(ScanRefusal::NoWayToPay),
            "900016" => Self::Refused(ScanRefusal::NoAuth),
            _ => Self::Paid,
        }
    }
}

/// Whose code it is.
pub(crate) fn payer_of_code(auth_code: &str) -> &'static str {
    if ending(auth_code) == "900015" { SOMEBODY_ELSE } else { SOMEBODY }
}

fn ending(auth_code: &str) -> &str {
    auth_code.len().checked_sub(6).and_then(|start| auth_code.get(start..)).unwrap_or_default()
}

/// Why a text is no payment code: 18 digits, the first two from 10 to 15 (protocol page §4.8).
pub(crate) fn check_code(auth_code: &str) -> Result<(), (&'static str, &'static str)> {
    if auth_code.len() != 18 || !auth_code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(("AUTH_CODE_ERROR", text::CODE_MALFORMED));
    }
    match auth_code.as_bytes() {
        [b'1', b'0'..=b'5', ..] => Ok(()),
        _ => Err(("AUTH_CODE_INVALID", text::CODE_NOT_WECHAT)),
    }
}
