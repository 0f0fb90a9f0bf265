//! Writing answers the way production does (protocol page §2.2): layout per message, signed with the request's algorithm.

use std::borrow::Cow;

use axum::body::Bytes;
use wxpay_protocol::xml::{self, WriteError};
use wxpay_protocol::{Params, Secret, SignType, sign};

use crate::bills;
use crate::check::{Accepted, Unsigned};
use crate::endpoint::Endpoint;
use crate::faults::{Delivery, Kind};
use crate::switches::Switches;
use crate::text;

/// One field of a message to be written; `sign` stands in its place with an empty value.
pub(crate) type Field<'a> = (&'static str, Cow<'a, str>);

/// An answer of the gateway, as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 200 for every answer of the application; 400 for a missing certificate, 404 for a path that is not offered.
    pub status: u16,
    /// `text/plain`, as captured; `text/html` for nginx's own pages.
    pub content_type: &'static str,
    /// Headers of its own, beside Content-Type and what every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// The exact bytes.
    pub body: Bytes,
    /// The endpoint's name, `-` for none.
    pub endpoint: &'static str,
    /// `SUCCESS`, the err_code, or `FAIL` for an unsigned answer.
    pub outcome: &'static str,
    /// Why it was refused, in more detail than the wire's text; for the person who debugs.
    pub reason: Option<String>,
    /// How it leaves; as HTTP says, unless a plan of faults has it otherwise.
    pub delivery: Delivery,
    /// Which fault made it what it is.
    pub fault: Option<Kind>,
    /// Where the order that it speaks of stands in the ledger.
    pub(crate) order: Option<u32>,
    /// The journal entry that must be on the disk before this is sent; what it reports must not be lost either.
    pub(crate) durable: Option<u64>,
}

/// What an endpoint answers when it does what was asked.
pub(crate) struct Done<'a> {
    pub(crate) fields: Vec<Field<'a>>,
    pub(crate) durable: Option<u64>,
}

/// What an endpoint answers when it does not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unsigned(Unsigned),
    Signed { err_code: &'static str, err_code_des: Cow<'static, str>, reason: Option<String> },
}

impl Refusal {
    pub(crate) fn signed(err_code: &'static str, err_code_des: &'static str) -> Self {
        Self::Signed { err_code, err_code_des: err_code_des.into(), reason: None }
    }

    /// `PARAM_ERROR` for a field whose value has not its format.
    pub(crate) fn format_of(field: &str, reason: &str) -> Self {
        Self::Signed {
            err_code: "PARAM_ERROR",
            err_code_des: text::bad_format(field).into(),
            reason: Some(format!("{field}: {reason}")),
        }
    }

    pub(crate) fn system_error(reason: impl std::fmt::Display) -> Self {
        Self::Unsigned(Unsigned::new(text::SYSTEM_ERROR, reason.to_string()))
    }
}

impl Answer {
    /// The page of nginx for a path that does not exist.
    pub(crate) fn not_found() -> Self {
        const PAGE: &str = "<html>\n<head><title>404 Not Found</title></head>\n<body bgcolor=\"white\">\n<center><h1>404 Not Found</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n";
        Self {
            status: 404,
            content_type: "text/html",
            headers: Vec::new(),
            body: Bytes::from_static(PAGE.as_bytes()),
            endpoint: "-",
            outcome: "NOT_FOUND",
            reason: Some("the gateway does not offer this path".to_owned()),
            delivery: Delivery::Whole,
            fault: None,
            order: None,
            durable: None,
        }
    }

    /// The page of nginx for a call that needs the merchant's certificate and came with none, or with one that nobody here
    /// has issued (protocol page §1.3); `words` stands in its title and text.
    pub(crate) fn bad_certificate(endpoint: Endpoint, words: &str) -> Self {
        let page = format!(
            "<html>\n<head><title>400 {words}</title></head>\n<body bgcolor=\"white\">\n<center><h1>400 Bad Request</h1></center>\n<center>{words}</center>\n<hr><center>nginx</center>\n</body>\n</html>\n"
        );
        Self {
            status: 400,
            content_type: "text/html",
            reason: Some(words.to_owned()),
            ..Self::new(endpoint, "BAD_CERTIFICATE", page)
        }
    }

    /// A web page in place of an answer.
    pub(crate) fn page(endpoint: Endpoint, status: u16, page: String) -> Self {
        Self { status, content_type: "text/html", ..Self::new(endpoint, "PAGE", page) }
    }

    pub(crate) fn new(endpoint: Endpoint, outcome: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status: 200,
            content_type: "text/plain",
            headers: Vec::new(),
            body: body.into(),
            endpoint: endpoint.name(),
            outcome,
            reason: None,
            delivery: Delivery::Whole,
            fault: None,
            order: None,
            durable: None,
        }
    }

    /// `return_code=FAIL`: two fields, no sign.
    pub(crate) fn unsigned(endpoint: Endpoint, refused: &Unsigned) -> Self {
        if let Some(answer) = bills::of_unsigned(endpoint, refused) {
            return answer;
        }
        let body = format!(
            "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[{}]]></return_msg>\n</xml>",
            refused.return_msg
        );
        Self { reason: Some(refused.reason.clone()), ..Self::new(endpoint, "FAIL", body) }
    }

    /// The signed answer to a request that was done or refused for business reasons.
    pub(crate) fn to_request(
        endpoint: Endpoint,
        request: &Accepted,
        result: Result<Done<'_>, Refusal>,
        nonce_str: &str,
        switches: &Switches,
    ) -> Self {
        let written = match &result {
            Ok(done) => write_answer(&done.fields, request, switches),
            Err(Refusal::Unsigned(refused)) => return Self::unsigned(endpoint, refused),
            Err(Refusal::Signed { err_code, err_code_des, .. }) => write_answer(
                &refusal(endpoint, request, err_code, err_code_des, nonce_str, switches),
                request,
                switches,
            ),
        };
        match (written, result) {
            (Ok(body), Ok(done)) => Self { durable: done.durable, ..Self::new(endpoint, "SUCCESS", body) },
            (Ok(body), Err(Refusal::Signed { err_code, err_code_des, reason })) => {
                let reason = Some(reason.unwrap_or_else(|| err_code_des.into_owned()));
                Self { reason, ..Self::new(endpoint, err_code, body) }
            }
            (Ok(_), Err(Refusal::Unsigned(refused))) => Self::unsigned(endpoint, &refused),
            (Err(fault), _) => Self::unsigned(endpoint, &Unsigned::new(text::SYSTEM_ERROR, fault.to_string())),
        }
    }
}

/// The older layout, in which refusals were captured.
fn refusal<'a>(
    endpoint: Endpoint,
    request: &'a Accepted,
    err_code: &'a str,
    err_code_des: &'a str,
    nonce_str: &'a str,
    switches: &Switches,
) -> Vec<Field<'a>> {
    let mut fields: Vec<Field<'a>> = vec![
        ("return_code", "SUCCESS".into()),
        ("return_msg", "OK".into()),
        ("appid", request.merchant.appid.as_str().into()),
        ("mch_id", request.merchant.mch_id.as_str().into()),
    ];
    if endpoint == Endpoint::CloseOrder && switches.close_refusal_has_sub_mch_id {
        fields.push(("sub_mch_id", "".into()));
    }
    if let Some(device_info) = request.field("device_info") {
        fields.push(("device_info", device_info.into()));
    }
    fields.extend([
        ("nonce_str", nonce_str.into()),
        ("sign", "".into()),
        ("result_code", "FAIL".into()),
        ("err_code", err_code.into()),
        ("err_code_des", err_code_des.into()),
    ]);
    fields
}

fn write_answer(fields: &[Field<'_>], request: &Accepted, switches: &Switches) -> Result<String, WriteError> {
    let key = &request.merchant.key;
    if switches.answer_has_sign_type {
        let mut fields = fields.to_vec();
        let place = fields.iter().position(|(name, _)| *name == "sign").unwrap_or(fields.len());
        fields.insert(place, ("sign_type", request.sign_type.as_str().into()));
        return write_signed(&fields, key, request.sign_type, xml::is_amount);
    }
    write_signed(fields, key, request.sign_type, xml::is_amount)
}

/// Writes a message with the sign in the place where `sign` stands.
pub(crate) fn write_signed(
    fields: &[Field<'_>],
    key: &Secret,
    sign_type: SignType,
    bare: impl Fn(&str) -> bool,
) -> Result<String, WriteError> {
    let collect = |sign: &str| {
        let mut params = Params::with_capacity(1024);
        for (name, value) in fields {
            let value = if *name == "sign" { sign } else { value };
            params.push(name, value).map_err(|fault| WriteError::Value(fault.to_string()))?;
        }
        Ok(params)
    };
    let sign = sign::sign(&collect("")?, key, sign_type);
    xml::write(&collect(&sign)?, bare)
}
