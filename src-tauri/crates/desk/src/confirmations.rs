//! One-time tokens for what a person agreed to in a dialog that the core drew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use desk_store::Profile;
use tokio::time::Instant;
use wxpay_protocol::Fen;

use crate::DeskError;
use crate::random::{RandomBytes, draw};

/// How long a token can be used.
const VALID: Duration = Duration::from_secs(60);

/// What was agreed to: the operation, what it is done to, and the amount where money is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The operation, such as `close_order`.
    pub action: String,
    /// What it is done to: an order as `profile/out_trade_no`, or a profile.
    pub subject: String,
    /// The amount that the dialog named.
    pub amount: Option<Fen>,
}

impl Agreement {
    /// What is agreed to when an order is refunded: which, and exactly how much.
    pub fn refund(profile: &str, out_trade_no: &str, refund_fee: Fen) -> Self {
        Self {
            action: "create_refund".to_owned(),
            subject: format!("{profile}/{}", out_trade_no.trim()),
            amount: Some(refund_fee),
        }
    }

    /// What is agreed to when a merchant's key is probed. It names where the question goes and in whose name, so that a
    /// profile which is another one by then is not asked about.
    pub fn key_probe(profile: &Profile) -> Self {
        Self {
            action: "probe_key".to_owned(),
            subject: format!("{}/{}/{}", profile.name, profile.mch_id, profile.environment.as_str()),
            amount: None,
        }
    }
}

/// The tokens that are out.
#[derive(Default)]
pub(crate) struct Confirmations(Mutex<HashMap<String, (Agreement, Instant)>>);

impl Confirmations {
    pub(crate) fn issue(&self, random: &dyn RandomBytes, agreement: Agreement) -> Result<String, DeskError> {
        let token = draw(random, |mut random| wxpay_protocol::numbers::nonce_str(&mut random))?.to_string();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        open.retain(|_, (_, until)| *until > now);
        open.insert(token.clone(), (agreement, now + VALID));
        Ok(token)
    }

    /// Uses a token up. It must be there, in time, and for exactly this; otherwise nothing may be done, and the token is gone.
    pub(crate) fn redeem(&self, token: &str, agreement: &Agreement) -> Result<(), DeskError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match open.remove(token) {
            Some((agreed, until)) if until > Instant::now() && agreed == *agreement => Ok(()),
            _ => Err(DeskError::ConfirmationRequired),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn agreement(subject: &str) -> Agreement {
        Agreement { action: "close_order".into(), subject: subject.into(), amount: Fen::new(101) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_works_once_in_time_and_for_what_was_agreed() {
        let open = Confirmations::default();
        let issue = || open.issue(&SystemRandom, agreement("shop/T1")).unwrap();

        let token = issue();
        assert!(open.redeem(&token, &agreement("shop/T1")).is_ok());
        assert!(open.redeem(&token, &agreement("shop/T1")).is_err(), "used twice");

        let token = issue();
        assert!(open.redeem(&token, &agreement("shop/T2")).is_err(), "another order");
        assert!(open.redeem(&token, &agreement("shop/T1")).is_err(), "a wrong use takes it away");

        let token = issue();
        let other = Agreement { amount: Fen::new(102), ..agreement("shop/T1") };
        assert!(open.redeem(&token, &other).is_err(), "another amount");

        let token = issue();
        tokio::time::sleep(VALID).await;
        assert!(open.redeem(&token, &agreement("shop/T1")).is_err(), "too late");
        assert!(open.redeem("", &agreement("shop/T1")).is_err());
    }
}
