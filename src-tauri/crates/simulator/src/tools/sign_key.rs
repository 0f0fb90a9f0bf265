//! getsignkey (protocol page §4.13): the key that signs in a sandbox.

use axum::body::Bytes;
use wxpay_protocol::{Params, Secret, SignType, sign, xml};

use crate::answer::Answer;
use crate::check::{self, Unsigned};
use crate::endpoint::{Endpoint, Realm};
use crate::gateway::Gateway;
use crate::request::Request;
use crate::text;

/// The key of a merchant in a sandbox: the first 32 digits, in lower case, of the HMAC-SHA256 sign that the merchant's key
/// makes over the one field `sandbox`. It stays the same for a key, and leads back to none.
pub(crate) fn sandbox_key(key: &Secret, realm: Realm) -> Secret {
    let generation = if realm == Realm::SandboxXdc { "xdc" } else { "sandboxnew" };
    let params = Params::from_pairs([("sandbox", generation)]).unwrap_or_default();
    let digits = sign::sign(&params, key, SignType::HmacSha256);
    Secret::new(digits.bytes().take(32).map(|digit| digit.to_ascii_lowercase()).collect())
}

impl Gateway {
    pub(crate) fn sign_key(&self, request: &Request<'_>, realm: Realm) -> Answer {
        let accepted = match check::accept(&self.merchants, &self.switches, Endpoint::GetSignKey, request) {
            Ok(accepted) => accepted,
            Err(refused) => return self.sign_key_refused(request, realm, &refused),
        };
        let key = sandbox_key(&accepted.merchant.key, realm);
        let body = format!(
            "<xml>\n<return_code><![CDATA[SUCCESS]]></return_code>\n<return_msg><![CDATA[ok]]></return_msg>\n<sandbox_signkey><![CDATA[{}]]></sandbox_signkey>\n</xml>",
            String::from_utf8_lossy(key.expose())
        );
        Answer::new(Endpoint::GetSignKey, "SUCCESS", body)
    }

    /// The newer sandbox names every missing field; the older one has `retmsg` for what it cannot read.
    fn sign_key_refused(&self, request: &Request<'_>, realm: Realm, refused: &Unsigned) -> Answer {
        let params = xml::read(request.body, "xml").unwrap_or_default();
        let mch_id = params.filled("mch_id");
        let reason = refused.reason.clone();
        let return_msg = match &*refused.return_msg {
            text::BAD_SIGN => text::SANDBOX_KEY_REFUSED.to_owned(),
            text::LACK_PARAMS if realm == Realm::SandboxXdc => missing_fields(&params),
            text::LACK_PARAMS => return sandbox_refused(Endpoint::GetSignKey, "param invalid", reason),
            _ if realm == Realm::SandboxNew
                && mch_id.is_some_and(|mch_id| self.merchants.of_mch_id(mch_id).is_none()) =>
            {
                let what = format!("merchant invalid mch_id({})", mch_id.unwrap_or_default());
                return sandbox_refused(Endpoint::GetSignKey, &what, reason);
            }
            other => other.to_owned(),
        };
        Answer::unsigned(Endpoint::GetSignKey, &Unsigned::new(return_msg, reason))
    }
}

/// How the older sandbox says that it cannot use a request: with `retmsg` and `retcode` in place of `return_msg`.
pub(crate) fn sandbox_refused(endpoint: Endpoint, what: &str, reason: String) -> Answer {
    // What was sent is repeated inside of CDATA, which it must not end.
    let what = what.replace("]]>", "");
    let body = format!(
        "<xml>\n<return_code><![CDATA[FAIL]]></return_code>\n<retmsg><![CDATA[请确认请求参数是否正确{what}]]></retmsg>\n<retcode><![CDATA[1]]></retcode>\n</xml>"
    );
    Answer { reason: Some(reason), ..Answer::new(endpoint, "FAIL", body) }
}

/// `"mch_id" is required. "sign" is required. "nonce_str" is required`, for the fields that are.
fn missing_fields(params: &Params) -> String {
    let missing = ["mch_id", "sign", "nonce_str"].into_iter().filter(|name| params.filled(name).is_none());
    missing.map(|name| format!("\"{name}\" is required")).collect::<Vec<_>>().join(". ")
}

/// The answer as it may be shown and kept: a sandbox's key signs, so it is a secret like the merchant's own.
pub(crate) fn without_sandbox_key(body: Bytes) -> Bytes {
    const BEGIN: &str = "<sandbox_signkey><![CDATA[";
    let masked = std::str::from_utf8(&body).ok().and_then(|text| {
        let (before, rest) = text.split_once(BEGIN)?;
        let (_, after) = rest.split_once("]]>")?;
        Some(Bytes::from(format!("{before}{BEGIN}••••]]>{after}")))
    });
    masked.unwrap_or(body)
}
