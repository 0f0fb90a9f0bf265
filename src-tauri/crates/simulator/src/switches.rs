//! What the documentation leaves open, each with the default that this gateway takes.

use serde::{Deserialize, Serialize};

use crate::bills::BillSwitches;

/// Behaviour that is not confirmed by a source, or that differs between years; see each field for its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // Each is an independent yes or no of the documentation.
pub struct Switches {
    /// closeorder within five minutes of unifiedorder is refused. Off: tests would have to wait.
    pub close_needs_five_minutes: bool,
    /// An unpaid order reports CLOSED from the moment of time_expire. On; when off it stays NOTPAY, but cannot be paid.
    pub expired_reports_closed: bool,
    /// Unpaid orders without time_expire close after so many seconds. None: they stay NOTPAY.
    pub unpaid_closes_after_s: Option<u32>,
    /// time_expire must be at least so many seconds away. 300, as the gateway's own text says.
    pub time_expire_min_s: u32,
    /// Re-entry with the same data within two hours gives the same prepay_id. On.
    pub reentry_keeps_prepay_id: bool,
    /// The fields that must be the same on re-entry.
    pub reentry_compares: Vec<String>,
    /// NATIVE orders need a product_id, as the documentation says. On.
    pub native_needs_product_id: bool,
    /// Notices of HMAC-SHA256 orders carry (and sign) `sign_type`. On: two widespread SDKs need it.
    pub hmac_notice_has_sign_type: bool,
    /// Notices of MD5 orders carry (and sign) `sign_type`. Off.
    pub md5_notice_has_sign_type: bool,
    /// How long a refund is under way before it succeeds by itself, in virtual seconds. 2; with none it stays PROCESSING until
    /// somebody decides.
    pub refund_takes_s: Option<u32>,
    /// Two refunds of an order within a minute are refused (FREQUENCY_LIMITED). Off: tests would have to wait.
    pub refunds_need_a_minute: bool,
    /// A refund notice carries `cash_refund_fee` inside. Off: it was seen only sometimes.
    pub refund_notice_has_cash_refund_fee: bool,
    /// reverse within 15 seconds of the scan is refused, with `recall=Y`. On, as documented.
    pub reverse_needs_fifteen_seconds: bool,
    /// Where an order goes when the payer lets 45 seconds pass without a password. PAYERROR.
    pub password_timeout: PasswordTimeout,
    /// Calls that need the merchant's certificate are refused over plain HTTP, where nobody can show one. Off, so that a shop
    /// can be tried without TLS; over TLS the certificate is always needed.
    pub plain_http_needs_certificate: bool,
    /// Answers carry (and sign) the `sign_type` of the request. Off: production does not.
    pub answer_has_sign_type: bool,
    /// report is answered with a sign, for SDKs that take no SUCCESS without one. Off: production does not sign it.
    pub report_is_signed: bool,
    /// A cash_fee of 0 is left out of what a sandbox signs, as one report has it. Off: no SDK would verify it.
    pub sandbox_leaves_zero_cash_fee_unsigned: bool,
    /// What is open about bills.
    pub bills: BillSwitches,
    /// An orderquery answer for an order that is not paid repeats device_info and attach. Off, as captured.
    pub unpaid_query_echoes: bool,
    /// A refused closeorder carries an empty `sub_mch_id`. On, as captured.
    pub close_refusal_has_sub_mch_id: bool,
}

/// Where an order by payment code goes when nobody enters the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasswordTimeout {
    /// PAYERROR: `支付失败，请撤销订单`.
    #[serde(rename = "PAYERROR")]
    PayError,
    /// NOTPAY: another code may be scanned.
    #[serde(rename = "NOTPAY")]
    NotPay,
    /// REVOKED: as if it had been reversed.
    #[serde(rename = "REVOKED")]
    Revoked,
}

impl Default for Switches {
    fn default() -> Self {
        const COMPARED: [&str; 11] = [
            "total_fee",
            "fee_type",
            "body",
            "attach",
            "detail",
            "trade_type",
            "openid",
            "goods_tag",
            "product_id",
            "limit_pay",
            "time_expire",
        ];
        Self {
            close_needs_five_minutes: false,
            expired_reports_closed: true,
            unpaid_closes_after_s: None,
            time_expire_min_s: 300,
            reentry_keeps_prepay_id: true,
            reentry_compares: COMPARED.map(str::to_owned).to_vec(),
            native_needs_product_id: true,
            hmac_notice_has_sign_type: true,
            md5_notice_has_sign_type: false,
            refund_takes_s: Some(2),
            refunds_need_a_minute: false,
            refund_notice_has_cash_refund_fee: false,
            reverse_needs_fifteen_seconds: true,
            password_timeout: PasswordTimeout::PayError,
            plain_http_needs_certificate: false,
            answer_has_sign_type: false,
            report_is_signed: false,
            sandbox_leaves_zero_cash_fee_unsigned: false,
            bills: BillSwitches::default(),
            unpaid_query_echoes: false,
            close_refusal_has_sub_mch_id: true,
        }
    }
}
