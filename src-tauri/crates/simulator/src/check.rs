//! What every request goes through before its business is looked at, in the order of protocol page §10 rule 7: method, XML,
//! required fields, merchant, sign. So a wrong key yields the words about the sign and not about an order.

use std::borrow::Cow;
use std::sync::Arc;

use wxpay_protocol::unified_order::{self, FieldRule};
use wxpay_protocol::xml::{self, XmlFault};
use wxpay_protocol::{Params, SignType, sign};

use crate::answer::Answer;
use crate::endpoint::{Algorithms, Endpoint, Place};
use crate::ledger::record::Order;
use crate::merchant::{Known, Merchant, Merchants, Role};
use crate::request::{ClientCertificate, Request};
use crate::switches::Switches;
use crate::text;
use crate::tools;

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
    /// Whether it came to the variant of an endpoint that speaks of single-product offers.
    pub(crate) single_product: bool,
}

impl Accepted {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.params.filled(name)
    }

    /// Whether an order of this merchant number is the sender's to see: a service provider's is one merchant's.
    pub(crate) fn speaks_for(&self, order: &Order) -> bool {
        self.merchant.role == Role::Direct || self.field("sub_mch_id") == order.fields.get("sub_mch_id")
    }
}

/// nginx's page where a call needs the merchant's certificate and the connection has none that holds (protocol page §1.3);
/// nginx says so before it has read the request.
pub(crate) fn certificate_page(
    endpoint: Endpoint,
    certificate: ClientCertificate<'_>,
    switches: &Switches,
) -> Option<Answer> {
    let words = match certificate {
        _ if !endpoint.needs_certificate() => return None,
        ClientCertificate::Of { .. } => return None,
        ClientCertificate::PlainHttp if !switches.plain_http_needs_certificate => return None,
        ClientCertificate::PlainHttp | ClientCertificate::Absent => "No required SSL certificate was sent",
        ClientCertificate::Unverifiable => "The SSL certificate error",
    };
    Some(Answer::bad_certificate(endpoint, words))
}

/// Checks a request up to and including its sign.
pub(crate) fn accept(
    merchants: &Merchants,
    switches: &Switches,
    endpoint: Endpoint,
    request: &Request<'_>,
) -> Result<Accepted, Unsigned> {
    if request.method != "POST" {
        return Err(Unsigned::new(
            text::REQUIRE_POST,
            format!("the method is {}", request.method.chars().take(16).collect::<String>()),
        ));
    }
    let params = read(request.body)?;
    required(endpoint, &params, switches)?;
    let sign_type = formats(endpoint, &params)?;
    let merchant = merchant_of(endpoint, merchants, &params)?;
    certificate_is_its_own(endpoint, &merchant, request.certificate)?;
    speaks_for(endpoint, &merchant, &params)?;
    let single_product = Place::of(request.path).is_some_and(|place| place.single_product);
    let verify = |params: &Params| sign::verify(params, &merchant.key, sign_type);
    if let Err(fault) = verify(&params) {
        let unescaped = if endpoint == Endpoint::ShortUrl { tools::with_unescaped_long_url(&params) } else { None };
        return match unescaped.filter(|params| verify(params).is_ok()) {
            Some(params) => Ok(Accepted { params, merchant, sign_type, single_product }),
            None => Err(Unsigned::new(text::BAD_SIGN, fault.to_string())),
        };
    }
    Ok(Accepted { params, merchant, sign_type, single_product })
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
    let appid = endpoint.has_appid().then_some(&"appid");
    for name in appid.into_iter().chain(&["mch_id", "nonce_str", "sign"]).chain(endpoint.required()) {
        if params.filled(name).is_none() {
            return Err(missing(name));
        }
    }
    let one_of = endpoint.one_of();
    if !one_of.is_empty() && one_of.iter().all(|name| params.filled(name).is_none()) {
        return Err(missing(&one_of.join(" or ")));
    }
    match endpoint {
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
        let Some(most) = longest(endpoint, name, sign_type) else { continue };
        if value.len() > most {
            let return_msg: Cow<'static, str> = match name {
                "appid" => text::APPID_LENGTH.into(),
                // Any integer of 64 bits fits into 20 characters, so what is longer is none.
                "total_fee" | "refund_fee" => text::not_integer(name).into(),
                _ => text::too_long(name, value.len(), most).into(),
            };
            return Err(Unsigned::new(
                return_msg,
                format!("{name} has {} bytes, at most {most} are allowed", value.len()),
            ));
        }
    }
    if !endpoint.algorithms().allow(sign_type) {
        return Err(Unsigned::new(text::BAD_SIGN, format!("{} takes HMAC-SHA256 only", endpoint.name())));
    }
    let amounts: &[&str] = match endpoint {
        Endpoint::UnifiedOrder | Endpoint::Micropay => &["total_fee"],
        Endpoint::Refund => &["total_fee", "refund_fee"],
        _ => &[],
    };
    for name in amounts {
        if params.filled(name).is_some_and(|text| text.starts_with('+') || text.parse::<i64>().is_err()) {
            return Err(Unsigned::new(text::not_integer(name), format!("{name} is not an integer in fen")));
        }
    }
    Ok(sign_type)
}

fn longest(endpoint: Endpoint, name: &str, sign_type: SignType) -> Option<usize> {
    match name {
        // Where only MD5 is taken, a longer sign is too long for the field whatever sign_type says (§4.10).
        "sign" if endpoint.algorithms() == Algorithms::Md5Only => Some(SignType::Md5.hex_len()),
        "sign" => Some(sign_type.hex_len()),
        "transaction_id" | "refund_id" => Some(32),
        "total_fee" | "refund_fee" => Some(20),
        "out_refund_no" => Some(64),
        "refund_fee_type" => Some(8),
        "refund_desc" => Some(80),
        "refund_account" => Some(30),
        "auth_code" => Some(128),
        _ => unified_order::FIELDS.iter().find(|rule| rule.name == name).map(|rule: &FieldRule| rule.max_bytes),
    }
}

/// A good certificate of another merchant is a failure of the application, not of nginx (§1.3).
fn certificate_is_its_own(
    endpoint: Endpoint,
    merchant: &Merchant,
    certificate: ClientCertificate<'_>,
) -> Result<(), Unsigned> {
    match certificate {
        ClientCertificate::Of { mch_id } if endpoint.needs_certificate() && mch_id != merchant.mch_id.as_str() => {
            Err(Unsigned::new(text::CERTIFICATE, format!("the client certificate belongs to merchant {mch_id}")))
        }
        _ => Ok(()),
    }
}

/// A service provider names one of its merchants (§4, common request fields). What another merchant names is signed and
/// otherwise ignored: no source says that production refuses it.
fn speaks_for(endpoint: Endpoint, merchant: &Merchant, params: &Params) -> Result<(), Unsigned> {
    let (sub_mch_id, sub_appid) = (params.filled("sub_mch_id"), params.filled("sub_appid"));
    let Role::ServiceProvider(merchants) = &merchant.role else { return Ok(()) };
    if sub_mch_id.is_none() && endpoint.is_for_whole_provider() {
        return Ok(());
    }
    if sub_mch_id.is_none() {
        return Err(Unsigned::new(text::NEEDS_SUB_MCH_ID, "the merchant is a service provider"));
    }
    let Some(sub_merchant) = merchants.iter().find(|known| Some(known.sub_mch_id.as_str()) == sub_mch_id) else {
        return Err(Unsigned::new(text::NOT_ITS_SUB_MCH_ID, "mch_id does not speak for this sub_mch_id"));
    };
    match sub_appid {
        Some(appid) if sub_merchant.sub_appids.iter().all(|known| known.as_str() != appid) => {
            Err(Unsigned::new(text::SUB_APPID_MISMATCH, "sub_mch_id does not have this sub_appid"))
        }
        _ => Ok(()),
    }
}

fn merchant_of(endpoint: Endpoint, merchants: &Merchants, params: &Params) -> Result<Arc<Merchant>, Unsigned> {
    let appid = params.filled("appid").unwrap_or_default();
    let mch_id = params.filled("mch_id").unwrap_or_default();
    if !endpoint.has_appid() {
        return merchants
            .of_mch_id(mch_id)
            .ok_or_else(|| Unsigned::new(text::APPID_MCH_ID_MISMATCH, "no merchant of this gateway has this mch_id"));
    }
    match merchants.find(appid, mch_id) {
        Known::Merchant(merchant) => Ok(merchant),
        Known::NoSuchAppid => Err(Unsigned::new(text::NO_SUCH_APPID, "no merchant of this gateway has this appid")),
        Known::OtherMerchant => {
            Err(Unsigned::new(text::APPID_MCH_ID_MISMATCH, "this gateway knows the appid under another mch_id"))
        }
    }
}
