//! What every request goes through before its business is looked at, in the order of protocol page §10 rule 7: method, XML,
//! required fields, merchant, sign. So a wrong key yields the words about the sign and not about an order.

use std::borrow::Cow;
use std::sync::Arc;

use wxpay_protocol::unified_order::{self, FieldRule};
use wxpay_protocol::xml::{self, XmlFault};
use wxpay_protocol::{Params, SignType, close_order, order_query, sign};

use crate::merchant::{Known, Merchant, Merchants};
use crate::switches::Switches;
use crate::text;

/// What the gateway offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    UnifiedOrder,
    OrderQuery,
    CloseOrder,
}

impl Endpoint {
    pub(crate) fn at(path: &str) -> Option<Self> {
        match path {
            unified_order::PATH => Some(Self::UnifiedOrder),
            order_query::PATH => Some(Self::OrderQuery),
            close_order::PATH => Some(Self::CloseOrder),
            _ => None,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::UnifiedOrder => "unifiedorder",
            Self::OrderQuery => "orderquery",
            Self::CloseOrder => "closeorder",
        }
    }

    /// Fields that must be there besides those of every request.
    const fn required(self) -> &'static [&'static str] {
        match self {
            Self::UnifiedOrder => {
                &["body", "out_trade_no", "total_fee", "spbill_create_ip", "notify_url", "trade_type"]
            }
            Self::OrderQuery => &[],
            Self::CloseOrder => &["out_trade_no"],
        }
    }
}

/// A request that was not accepted: `return_code=FAIL`, unsigned.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unsigned {
    /// The answer's text.
    pub(crate) return_msg: Cow<'static, str>,
    /// What exactly was wrong, for the traffic view; the wire's texts do not say.
    pub(crate) reason: String,
}

impl Unsigned {
    pub(crate) fn new(return_msg: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        Self { return_msg: return_msg.into(), reason: reason.into() }
    }
}

/// A request whose sender and content are certain.
pub(crate) struct Accepted {
    pub(crate) params: Params,
    pub(crate) merchant: Arc<Merchant>,
    pub(crate) sign_type: SignType,
}

impl Accepted {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.params.filled(name)
    }
}

/// Checks a request up to and including its sign.
pub(crate) fn accept(
    merchants: &Merchants,
    switches: &Switches,
    endpoint: Endpoint,
    method: &str,
    body: &[u8],
) -> Result<Accepted, Unsigned> {
    if method != "POST" {
        return Err(Unsigned::new(
            text::REQUIRE_POST,
            format!("the method is {}", method.chars().take(16).collect::<String>()),
        ));
    }
    let params = read(body)?;
    required(endpoint, &params, switches)?;
    let sign_type = formats(endpoint, &params)?;
    let merchant = merchant_of(merchants, &params)?;
    sign::verify(&params, &merchant.key, sign_type)
        .map_err(|fault| Unsigned::new(text::BAD_SIGN, fault.to_string()))?;
    Ok(Accepted { params, merchant, sign_type })
}

fn read(body: &[u8]) -> Result<Params, Unsigned> {
    if body.trim_ascii().is_empty() {
        return Err(Unsigned::new(text::POST_DATA_EMPTY, "the body is empty"));
    }
    xml::read(body, "xml").map_err(|fault| {
        let return_msg = if fault.kind == XmlFault::Encoding { text::NOT_UTF8 } else { text::XML_FORMAT };
        Unsigned::new(return_msg, fault.to_string())
    })
}

fn required(endpoint: Endpoint, params: &Params, switches: &Switches) -> Result<(), Unsigned> {
    let missing = |name: &str| Unsigned::new(text::LACK_PARAMS, format!("{name} is missing or empty"));
    for name in ["appid", "mch_id", "nonce_str", "sign"].iter().chain(endpoint.required()) {
        if params.filled(name).is_none() {
            return Err(missing(name));
        }
    }
    match endpoint {
        Endpoint::OrderQuery
            if params.filled("transaction_id").is_none() && params.filled("out_trade_no").is_none() =>
        {
            Err(missing("out_trade_no or transaction_id"))
        }
        Endpoint::UnifiedOrder => match params.filled("trade_type") {
            Some("JSAPI") if params.filled("openid").is_none() && params.filled("sub_openid").is_none() => {
                Err(Unsigned::new(text::JSAPI_NEEDS_OPENID, "trade_type is JSAPI and openid is missing"))
            }
            Some("NATIVE") if switches.native_needs_product_id && params.filled("product_id").is_none() => {
                Err(missing("product_id (needed for NATIVE)"))
            }
            Some("MWEB") if params.filled("scene_info").is_none() => Err(missing("scene_info (needed for MWEB)")),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Lengths and types; returns the algorithm that the request names (MD5 where it names none).
fn formats(endpoint: Endpoint, params: &Params) -> Result<SignType, Unsigned> {
    let sign_type = match params.filled("sign_type") {
        None => SignType::Md5,
        Some(word) => SignType::parse(word)
            .ok_or_else(|| Unsigned::new(text::BAD_SIGN, "sign_type is neither MD5 nor HMAC-SHA256"))?,
    };
    for (name, value) in params.iter() {
        // A carriage return could not be answered in a way that survives the reader at the other end.
        if value.contains('\r') {
            return Err(Unsigned::new(text::PARAM_FORMAT, format!("{name} holds a carriage return")));
        }
        let Some(most) = longest(name, sign_type) else { continue };
        if value.len() > most {
            let return_msg: Cow<'static, str> = match name {
                "appid" => text::APPID_LENGTH.into(),
                // Any integer of 64 bits fits into 20 characters, so what is longer is none.
                "total_fee" => text::TOTAL_FEE_NOT_INTEGER.into(),
                _ => text::too_long(name, value.len(), most).into(),
            };
            return Err(Unsigned::new(
                return_msg,
                format!("{name} has {} bytes, at most {most} are allowed", value.len()),
            ));
        }
    }
    if endpoint == Endpoint::UnifiedOrder
        && params.filled("total_fee").is_some_and(|text| text.starts_with('+') || text.parse::<i64>().is_err())
    {
        return Err(Unsigned::new(text::TOTAL_FEE_NOT_INTEGER, "total_fee is not an integer in fen"));
    }
    Ok(sign_type)
}

fn longest(name: &str, sign_type: SignType) -> Option<usize> {
    match name {
        "sign" => Some(sign_type.hex_len()),
        "transaction_id" => Some(32),
        "total_fee" => Some(20),
        _ => unified_order::FIELDS.iter().find(|rule| rule.name == name).map(|rule: &FieldRule| rule.max_bytes),
    }
}

fn merchant_of(merchants: &Merchants, params: &Params) -> Result<Arc<Merchant>, Unsigned> {
    let appid = params.filled("appid").unwrap_or_default();
    let mch_id = params.filled("mch_id").unwrap_or_default();
    match merchants.find(appid, mch_id) {
        Known::Merchant(merchant) => Ok(merchant),
        Known::NoSuchAppid => Err(Unsigned::new(text::NO_SUCH_APPID, "no merchant of this gateway has this appid")),
        Known::OtherMerchant => {
            Err(Unsigned::new(text::APPID_MCH_ID_MISMATCH, "this gateway knows the appid under another mch_id"))
        }
    }
}
