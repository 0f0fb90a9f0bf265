//! The two sandboxes (protocol page §1.4): the merchants of the gateway under the key that getsignkey gives, amounts that choose
//! a case, and orders of their own.
//!
//! Each sandbox is a gateway behind the gateway, with the same clock and endpoints and a ledger that nothing else sees. It is
//! kept in memory: a case is played through in one go. What it says is laid out anew, as the sandboxes do.

mod case;
mod layout;

use std::sync::Arc;

use wxpay_protocol::{Params, SignType, xml};

use crate::answer::Answer;
use crate::check::{self, Accepted, Unsigned};
use crate::clock::{Clock, TimeScale};
use crate::draw::Dice;
use crate::endpoint::{Endpoint, Realm};
use crate::gateway::{Gateway, Parts};
use crate::ledger::Ledger;
use crate::ledger::journal::Journal;
use crate::merchant::{Known, Merchant, Merchants};
use crate::request::{ClientCertificate, Request};
use crate::switches::Switches;
use crate::text;
use crate::tools::{sandbox_key, sandbox_refused};
use case::Case;

/// The gateways behind the gateway.
pub(crate) struct Sandboxes {
    older: Arc<Gateway>,
    newer: Arc<Gateway>,
}

impl Sandboxes {
    /// Both, with no orders yet. Their numbers come from the clock, so that a later run does not give the same ones again.
    pub(crate) fn behind(gateway: &Gateway) -> Self {
        let behind = |salt: u64| {
            let seed = gateway.clock.now().0.unsigned_abs().wrapping_mul(2).wrapping_add(salt);
            let switches = Switches { plain_http_needs_certificate: false, ..gateway.switches.clone() };
            let mut sandbox = Gateway::without_sandboxes(Parts {
                clock: Clock::new(gateway.now(), TimeScale::FROZEN),
                draw: Box::new(Dice::new(seed, 0)),
                merchants: Vec::new(),
                switches,
                ledger: Ledger::default(),
                journal: Journal::none(),
                issuing: None,
            });
            // There is one time, and one list of what was said.
            sandbox.clock = Arc::clone(&gateway.clock);
            sandbox.traffic = Arc::clone(&gateway.traffic);
            Arc::new(sandbox)
        };
        Self { older: behind(0), newer: behind(1) }
    }

    /// Both.
    pub(crate) fn all(&self) -> [&Arc<Gateway>; 2] {
        [&self.older, &self.newer]
    }

    /// Wakes what waits for the clock.
    pub(crate) fn wake(&self) {
        for sandbox in self.all() {
            sandbox.due_changed.notify_one();
        }
    }

    /// Answers a request under a sandbox's prefix; `merchants` are those of the gateway in front.
    pub(crate) fn handle(
        &self,
        merchants: &Merchants,
        realm: Realm,
        endpoint: Endpoint,
        request: &Request<'_>,
    ) -> Answer {
        let gateway = if realm == Realm::SandboxXdc { &self.newer } else { &self.older };
        // The sandboxes never ask for a certificate, and their orders are nobody's money.
        let inside = Request { path: endpoint.path(), certificate: ClientCertificate::PlainHttp, ..*request };
        let params = xml::read(request.body, "xml").unwrap_or_default();
        let is_known = let_in(gateway, merchants, &params, realm);
        let accepted = check::accept(&gateway.merchants, &gateway.switches, endpoint, &inside);
        let accepted = match accepted {
            Ok(accepted) if accepted.sign_type == SignType::Md5 => accepted,
            Ok(_) => return refuse(endpoint, text::SANDBOX_BAD_SIGN, "the sandboxes know MD5 only"),
            Err(refused) => return not_accepted(endpoint, &params, is_known, &refused),
        };
        match endpoint {
            Endpoint::DownloadBill => return gateway.sample_bill(&accepted),
            // The sandboxes know orders by the merchant's number only (§9 #16).
            Endpoint::OrderQuery | Endpoint::RefundQuery if names_transaction_only(&accepted) => {
                let reason = "the sandbox finds orders by out_trade_no".to_owned();
                return sandbox_refused(endpoint, "param out_trade_no invalid", reason);
            }
            _ => {}
        }
        match gateway.play(realm, endpoint, &accepted, &inside) {
            Ok(answer) => layout::repaint(answer, &accepted.merchant.key, &gateway.switches),
            Err(refused) => Answer::unsigned(endpoint, &refused),
        }
    }
}

/// Makes the merchant who asks known to the sandbox, under its key there; one that the gateway has forgotten is forgotten there.
fn let_in(sandbox: &Gateway, merchants: &Merchants, params: &Params, realm: Realm) -> bool {
    let field = |name| params.filled(name).unwrap_or_default();
    let (appid, mch_id) = (field("appid"), field("mch_id"));
    let Known::Merchant(merchant) = merchants.find(appid, mch_id) else {
        sandbox.merchants.remove(appid, mch_id);
        return false;
    };
    sandbox.merchants.add(Merchant {
        appid: merchant.appid.clone(),
        mch_id: merchant.mch_id.clone(),
        key: sandbox_key(&merchant.key, realm),
        app_secret: None,
        role: merchant.role.clone(),
        refund_notify_url: merchant.refund_notify_url.clone(),
        available_fen: None,
        native_notify_url: None,
        fee_rate: merchant.fee_rate,
    });
    true
}

fn refuse(endpoint: Endpoint, return_msg: impl Into<std::borrow::Cow<'static, str>>, reason: &str) -> Answer {
    Answer::unsigned(endpoint, &Unsigned::new(return_msg, reason))
}

/// What a request is told that did not get past its sign.
fn not_accepted(endpoint: Endpoint, params: &Params, is_known: bool, refused: &Unsigned) -> Answer {
    let reason = refused.reason.clone();
    match &*refused.return_msg {
        _ if endpoint == Endpoint::DownloadBill => Answer::unsigned(endpoint, refused),
        text::BAD_SIGN => refuse(endpoint, text::SANDBOX_BAD_SIGN, &reason),
        text::LACK_PARAMS => {
            let names = ["appid", "mch_id", "nonce_str", "sign"];
            let mut names = names.iter().chain(endpoint.required());
            let missing = names.find(|name| params.filled(name).is_none()).unwrap_or(&"out_trade_no");
            sandbox_refused(endpoint, &format!("param {missing} invalid"), reason)
        }
        text::NO_SUCH_APPID | text::APPID_MCH_ID_MISMATCH if !is_known => {
            let mch_id = params.filled("mch_id").unwrap_or_default();
            sandbox_refused(endpoint, &format!("merchant invalid mch_id({mch_id})"), reason)
        }
        _ => Answer::unsigned(endpoint, refused),
    }
}

impl Gateway {
    /// Plays a request through, as its amount and its header say.
    fn play(
        &self,
        realm: Realm,
        endpoint: Endpoint,
        accepted: &Accepted,
        inside: &Request<'_>,
    ) -> Result<Answer, Unsigned> {
        let case = match endpoint {
            Endpoint::UnifiedOrder if realm == Realm::SandboxXdc => {
                let reason = "the newer sandbox has payments by code only";
                return Err(Unsigned::new(text::SANDBOX_NOT_SERVED, reason));
            }
            Endpoint::UnifiedOrder | Endpoint::Micropay => Some(Case::of(endpoint, accepted)?),
            _ => None,
        };
        if let (Some(case), Endpoint::Micropay) = (case, endpoint) {
            case.plan_scan(self, accepted, inside.negative_test)?;
        }
        let answer = self.behave(inside);
        if let (Some(case), Endpoint::UnifiedOrder, "SUCCESS") = (case, endpoint, answer.outcome) {
            case.pay(self, accepted);
        }
        Ok(answer)
    }
}

fn names_transaction_only(accepted: &Accepted) -> bool {
    ["out_trade_no", "out_refund_no", "refund_id"].iter().all(|name| accepted.field(name).is_none())
}

#[cfg(test)]
mod tests;
