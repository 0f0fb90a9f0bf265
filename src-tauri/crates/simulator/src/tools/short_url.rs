//! shorturl (protocol page §4.11): a link short enough for a code that is printed.

use sha1::{Digest, Sha1};
use wxpay_protocol::Params;
use wxpay_protocol::sign::upper_hex;

use crate::answer::{Done, Refusal};
use crate::check::Accepted;
use crate::text;
use crate::tools::static_code::STATIC_CODE;

/// Only printed codes can be shortened; the same long link always gives the same short one.
pub(crate) fn short_url<'a>(request: &'a Accepted, nonce_str: &'a str) -> Result<Done<'a>, Refusal> {
    let long_url = request.field("long_url").unwrap_or_default();
    if !long_url.starts_with(STATIC_CODE) {
        return Err(Refusal::signed("URLFORMATERROR", text::URL_FORMAT));
    }
    let token: String = upper_hex(&Sha1::digest(long_url.as_bytes())).chars().take(6).collect();
    let mut fields = super::signed_head(request, nonce_str);
    fields.push(("short_url", format!("weixin://wxpay/s/{token}").into()));
    Ok(Done { fields, durable: None })
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
