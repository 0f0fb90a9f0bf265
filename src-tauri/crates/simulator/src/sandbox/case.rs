//! The cases: total_fee chooses one, and in the newer sandbox the header `Wechatpay-Negative-Test` how it goes wrong
//! (protocol page §1.4).
//!
//! | total_fee in fen | of | what the payer uses beside money |
//! |---|---|---|
//! | 101 | unifiedorder | nothing |
//! | 102 | unifiedorder | a coupon of 0.01 that is funded and one of 0.02 that the merchant bears |
//! | 301 | unifiedorder, NATIVE | nothing |
//! | 551, 552 | unifiedorder | a coupon of 0.01 that the merchant bears |
//! | 1, 2 | micropay | nothing |
//! | 3 | micropay | a coupon of 0.01 that is funded and one of 0.02 that the merchant bears |
//! | 501, 502 | micropay | a coupon of 0.01 that the merchant bears |
//!
//! Every other amount is refused. The header's cases: `MICROPAY_USERPAYING` (the password is entered after 10 s),
//! `MICROPAY_TIMEOUT` (SYSTEMERROR, and paid all the same), `MICROPAY_SYSTEMERROR`, `MICROPAY_BANKERROR` (not paid),
//! `MICROPAY_NOTENOUGH`, `MICROPAY_AUTHCODEEXPIRE`, `MICROPAY_AUTH_CODE_INVALID`, `MICROPAY_NOTSUPORTCARD`, `MICROPAY_TRADE_ERROR`,
//! `MICROPAY_NOAUTH`. Only the first two are attested; the others are named after the err_code in the same way.

use crate::check::{Accepted, Unsigned};
use crate::endpoint::Endpoint;
use crate::gateway::Gateway;
use crate::orders::{PasswordEnd, Pay, ScanOutcome, ScanRefusal};
use crate::text;

/// What an amount stands for.
#[derive(Clone, Copy)]
pub(super) struct Case {
    funded_fen: i64,
    borne_fen: i64,
}

impl Case {
    /// The case of a request, or the refusal of its amount.
    pub(super) fn of(endpoint: Endpoint, accepted: &Accepted) -> Result<Self, Unsigned> {
        let total_fee = accepted.field("total_fee").unwrap_or_default();
        let (funded_fen, borne_fen) = match (endpoint, total_fee) {
            (Endpoint::UnifiedOrder, "101") | (Endpoint::Micropay, "1" | "2") => (0, 0),
            (Endpoint::UnifiedOrder, "301") if accepted.field("trade_type") == Some("NATIVE") => (0, 0),
            (Endpoint::UnifiedOrder, "102") | (Endpoint::Micropay, "3") => (1, 2),
            (Endpoint::UnifiedOrder, "551" | "552") | (Endpoint::Micropay, "501" | "502") => (0, 1),
            (Endpoint::Micropay, _) => {
                return Err(Unsigned::new(text::SANDBOX_AMOUNT, "total_fee belongs to no case"));
            }
            _ => {
                let text = text::sandbox_amount_of_no_case(total_fee);
                return Err(Unsigned::new(text, "total_fee belongs to no case"));
            }
        };
        Ok(Self { funded_fen, borne_fen })
    }

    /// What happens where nothing goes wrong.
    fn paid(self) -> ScanOutcome {
        ScanOutcome::PaidWithCoupons { funded_fen: self.funded_fen, borne_fen: self.borne_fen }
    }

    /// Says beforehand what the scan of a payment code comes to.
    pub(super) fn plan_scan(
        self,
        sandbox: &Gateway,
        accepted: &Accepted,
        negative_test: Option<&str>,
    ) -> Result<(), Unsigned> {
        let unknown = || Unsigned::new(text::SANDBOX_AMOUNT, "Wechatpay-Negative-Test names no case");
        let outcome = match negative_test {
            None => self.paid(),
            Some(name) => scan_outcome(name).ok_or_else(unknown)?,
        };
        let (mch_id, number) = (accepted.merchant.mch_id.as_str(), accepted.field("out_trade_no").unwrap_or_default());
        let planned = sandbox.plan_scan(mch_id, number, outcome);
        planned.map(|_| ()).map_err(|fault| Unsigned::new(text::SYSTEM_ERROR, fault.to_string()))
    }

    /// The payer of a sandbox does not hesitate: the order is paid as soon as it is there, and the notice goes out.
    pub(super) fn pay(self, sandbox: &Gateway, accepted: &Accepted) {
        let (mch_id, number) = (accepted.merchant.mch_id.as_str(), accepted.field("out_trade_no").unwrap_or_default());
        let pay = Pay { coupons: self.paid().coupons(), ..Pay::default() };
        if let Err(refused) = sandbox.pay(Some(mch_id), number, &pay) {
            tracing::debug!(%refused, "the sandbox's payer could not pay");
        }
    }
}

fn scan_outcome(negative_test: &str) -> Option<ScanOutcome> {
    Some(match negative_test.strip_prefix("MICROPAY_")? {
        "USERPAYING" => ScanOutcome::Password(PasswordEnd::Entered { after_s: 10 }),
        "TIMEOUT" => ScanOutcome::SystemError { paid: true },
        "SYSTEMERROR" => ScanOutcome::SystemError { paid: false },
        "BANKERROR" => ScanOutcome::BankError { paid: false },
        "NOTENOUGH" => ScanOutcome::Refused(ScanRefusal::NotEnough),
        "AUTHCODEEXPIRE" => ScanOutcome::Refused(ScanRefusal::AuthCodeExpire),
        "AUTH_CODE_INVALID" => ScanOutcome::Refused(ScanRefusal::AuthCodeInvalid),
        "NOTSUPORTCARD" => ScanOutcome::Refused(ScanRefusal::NotSuportCard),
        "TRADE_ERROR" => ScanOutcome::Refused(ScanRefusal::Cancelled),
        "NOAUTH" => ScanOutcome::Refused(ScanRefusal::NoAuth),
        _ => return None,
    })
}
