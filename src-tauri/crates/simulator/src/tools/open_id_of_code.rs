//! authcodetoopenid (protocol page §4.10): whose payment code it is. From then on the code pays this merchant and no other.

use wxpay_protocol::UtcMs;

use crate::answer::{Done, Refusal};
use crate::check::Accepted;
use crate::gateway::Gateway;
use crate::ledger::entry::Entry;
use crate::orders::{SOMEBODY_OF_SUB_APP, ScanOutcome, ScanRefusal, check_code, payer_of_code};
use crate::text;

/// How long a payment code lives (protocol page §8).
const CODE_LIFE_MS: i64 = 60_000;

/// The merchant that a code was bound to, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BoundCode {
    pub(crate) mch_id: String,
    pub(crate) at: UtcMs,
}

impl BoundCode {
    /// Why a merchant cannot use the code any more, if it cannot.
    pub(crate) fn check(&self, mch_id: &str, now: UtcMs) -> Result<(), Refusal> {
        if self.mch_id != mch_id {
            return Err(Refusal::signed("AUTH_CODE_INVALID", text::CODE_NOT_WECHAT));
        }
        if now.0.saturating_sub(self.at.0) > CODE_LIFE_MS {
            return Err(Refusal::signed("AUTH_CODE_INVALID", text::CODE_TOO_OLD));
        }
        Ok(())
    }
}

impl Gateway {
    pub(crate) fn open_id_of_code<'a>(
        &self,
        request: &'a Accepted,
        nonce_str: &'a str,
        now: UtcMs,
    ) -> Result<Done<'a>, Refusal> {
        let auth_code = request.field("auth_code").unwrap_or_default();
        check_code(auth_code).map_err(|(code, words)| Refusal::signed(code, words))?;
        if let ScanOutcome::Refused(refusal @ (ScanRefusal::AuthCodeExpire | ScanRefusal::AuthCodeInvalid)) =
            ScanOutcome::of_code(auth_code)
        {
            let (code, words) = refusal.words();
            return Err(Refusal::signed(code, words));
        }
        let mch_id = request.merchant.mch_id.as_str();
        let mut ledger = self.ledger_mut();
        if ledger.order_of_code(auth_code).is_some() {
            return Err(Refusal::signed("AUTH_CODE_INVALID", text::CODE_USED));
        }
        let durable = if let Some(bound) = ledger.bound_code(auth_code) {
            bound.check(mch_id, now)?;
            None
        } else {
            let entry = Entry::CodeBound { mch_id: mch_id.to_owned(), auth_code: auth_code.to_owned(), at: now };
            Some(self.commit(&mut ledger, entry).map_err(Refusal::system_error)?)
        };
        let mut fields = super::signed_head(request, nonce_str);
        fields.push(("openid", payer_of_code(auth_code).into()));
        fields.extend(request.field("sub_appid").map(|_| ("sub_openid", SOMEBODY_OF_SUB_APP.into())));
        Ok(Done { fields, durable })
    }
}
