//! shorturl (protocol page §4.11): a link short enough for a code that is printed.

use sha1::{Digest, Sha1};
use wxpay_protocol::Params;
use wxpay_protocol::sign::upper_hex;

use crate::answer::{Done, Refusal};
use crate::check::Accepted;
use crate::gateway::Gateway;
use crate::ledger::entry::Entry;
use crate::text;
use crate::tools::static_code::STATIC_CODE;

/// What a short link begins with.
pub(super) const SHORT_LINK: &str = "weixin://wxpay/s/";

impl Gateway {
    /// Only printed codes can be shortened; the same long link always gives the same short one, which holds for good.
    pub(crate) fn short_url<'a>(&self, request: &'a Accepted, nonce_str: &'a str) -> Result<Done<'a>, Refusal> {
        let long_url = request.field("long_url").unwrap_or_default();
        if !long_url.starts_with(STATIC_CODE) {
            return Err(Refusal::signed("URLFORMATERROR", text::URL_FORMAT));
        }
        let mut ledger = self.ledger_mut();
        let digits = upper_hex(&Sha1::digest(long_url.as_bytes()));
        // Should two links share their first digits, the later one gets the next ones.
        let is_free = |token: &&str| ledger.long_url(token).is_none_or(|known| known == long_url);
        let mut tokens = (0..digits.len().saturating_sub(5)).filter_map(|start| digits.get(start..start + 6));
        let token = tokens.find(is_free).ok_or_else(|| Refusal::system_error("no short link is free"))?;
        let durable = if ledger.long_url(token).is_none() {
            let entry = Entry::Shortened { token: token.to_owned(), long_url: long_url.to_owned() };
            Some(self.commit(&mut ledger, entry).map_err(Refusal::system_error)?)
        } else {
            None
        };
        let mut fields = super::signed_head(request, nonce_str);
        fields.push(("short_url", format!("{SHORT_LINK}{token}").into()));
        Ok(Done { fields, durable })
    }
}

/// The request as it was signed by whoever follows the documentation: the raw link is signed and its escaped form is sent.
/// Nothing where the link is not escaped.
pub(crate) fn with_unescaped_long_url(params: &Params) -> Option<Params> {
    let escaped = params.filled("long_url").filter(|link| link.contains('%'))?;
    let url = reqwest::Url::parse(&format!("http://localhost/?long_url={escaped}")).ok()?;
    let (_, raw) = url.query_pairs().next()?;
    let pairs = params.iter().map(|(name, value)| (name, if name == "long_url" { &*raw } else { value }));
    Params::from_pairs(pairs).ok()
}
