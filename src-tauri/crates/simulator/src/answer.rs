//! Writing answers the way production does (protocol page §2.2): layout per message, signed with the request's algorithm.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use axum::body::Bytes;
use wxpay_protocol::xml::{self, WriteError};
use wxpay_protocol::{Params, Secret, SignType, sign};

use crate::bills;
use crate::check::{Accepted, Unsigned};
use crate::endpoint::Endpoint;
use crate::faults::{Delivery, Kind};
use crate::merchant::Role;
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
    Signed(Box<SignedRefusal>),
}

/// `result_code=FAIL`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignedRefusal {
    err_code: &'static str,
    err_code_des: Cow<'static, str>,
    reason: Option<String>,
    /// reverse only: whether the merchant shall call again.
    call_again: bool,
    durable: Option<u64>,
}

impl Refusal {
    pub(crate) fn signed(err_code: &'static str, err_code_des: impl Into<Cow<'static, str>>) -> Self {
        Self::Signed(Box::new(SignedRefusal {
            err_code,
            err_code_des: err_code_des.into(),
            reason: None,
            call_again: false,
            durable: None,
        }))
    }

    /// `PARAM_ERROR` for a field whose value has not its format.
    pub(crate) fn format_of(field: &str, reason: &str) -> Self {
        Self::signed("PARAM_ERROR", text::bad_format(field)).because(format!("{field}: {reason}"))
    }

    /// The number is another order's.
    pub(crate) fn duplicate(reason: &str) -> Self {
        Self::signed("INVALID_REQUEST", text::DUPLICATE_NUMBER).because(reason.to_owned())
    }

    /// Says more than the wire does, for the person who debugs.
    pub(crate) fn because(self, reason: String) -> Self {
        self.map(|refusal| refusal.reason = Some(reason))
    }

    /// The refusal reports, or came with, the change of this journal entry.
    pub(crate) fn reporting(self, entry: u64) -> Self {
        self.map(|refusal| refusal.durable = Some(entry))
    }

    /// `recall=Y`.
    pub(crate) fn call_again(self) -> Self {
        self.map(|refusal| refusal.call_again = true)
    }

    fn map(mut self, change: impl FnOnce(&mut SignedRefusal)) -> Self {
        if let Self::Signed(refusal) = &mut self {
            change(refusal);
        }
        self
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
            Ok(done) => write_answer(endpoint, &done.fields, request, switches),
            Err(Refusal::Unsigned(refused)) => return Self::unsigned(endpoint, refused),
            Err(Refusal::Signed(refused)) => {
                write_answer(endpoint, &refusal(endpoint, request, refused, nonce_str, switches), request, switches)
            }
        };
        match (written, result) {
            (Ok(body), Ok(done)) => Self { durable: done.durable, ..Self::new(endpoint, "SUCCESS", body) },
            (Ok(body), Err(Refusal::Signed(refused))) => {
                let SignedRefusal { err_code, err_code_des, reason, durable, .. } = *refused;
                let reason = Some(reason.unwrap_or_else(|| err_code_des.into_owned()));
                Self { reason, durable, ..Self::new(endpoint, err_code, body) }
            }
            (Ok(_), Err(Refusal::Unsigned(refused))) => Self::unsigned(endpoint, &refused),
            (Err(fault), _) => Self::unsigned(endpoint, &Unsigned::new(text::SYSTEM_ERROR, fault.to_string())),
        }
    }
}

/// The older layout, in which refusals were captured; micropay's were captured in the newer one (§4.8).
fn refusal<'a>(
    endpoint: Endpoint,
    request: &'a Accepted,
    refused: &'a SignedRefusal,
    nonce_str: &'a str,
    switches: &Switches,
) -> Vec<Field<'a>> {
    let mut fields: Vec<Field<'a>> = vec![("return_code", "SUCCESS".into()), ("return_msg", "OK".into())];
    let (err_code, err_code_des) = (("err_code", refused.err_code.into()), refused.err_code_des.as_ref());
    if endpoint == Endpoint::Micropay {
        fields.extend([("result_code", "FAIL".into()), ("err_code_des", err_code_des.into()), err_code.clone()]);
    }
    fields.extend([
        ("appid", request.merchant.appid.as_str().into()),
        ("mch_id", request.merchant.mch_id.as_str().into()),
    ]);
    let sub_ids = request.sub_ids();
    if sub_ids.is_empty() && endpoint == Endpoint::CloseOrder && switches.close_refusal_has_sub_mch_id {
        fields.push(("sub_mch_id", "".into()));
    }
    fields.extend(sub_ids);
    if let Some(device_info) = request.field("device_info") {
        fields.push(("device_info", device_info.into()));
    }
    fields.extend([("nonce_str", nonce_str.into()), ("sign", "".into())]);
    if endpoint != Endpoint::Micropay {
        fields.extend([("result_code", "FAIL".into()), err_code, ("err_code_des", err_code_des.into())]);
    }
    if endpoint == Endpoint::Reverse {
        fields.push(("recall", if refused.call_again { "Y" } else { "N" }.into()));
    }
    fields
}

impl Accepted {
    /// How an answer begins in the layout of 2022 and later (§2.2).
    pub(crate) fn envelope(&self) -> Vec<Field<'_>> {
        let mut fields: Vec<Field<'_>> = Vec::with_capacity(32);
        fields.extend([
            ("return_code", Cow::Borrowed("SUCCESS")),
            ("return_msg", "OK".into()),
            ("result_code", "SUCCESS".into()),
            ("mch_id", self.merchant.mch_id.as_str().into()),
            ("appid", self.merchant.appid.as_str().into()),
        ]);
        fields.extend(self.sub_ids());
        fields
    }

    /// How an answer begins in the layout until 2021; nonce_str, sign and result_code follow.
    pub(crate) fn old_envelope(&self) -> Vec<Field<'_>> {
        let mut fields: Vec<Field<'_>> = Vec::with_capacity(32);
        fields.extend([
            ("return_code", Cow::Borrowed("SUCCESS")),
            ("return_msg", "OK".into()),
            ("appid", self.merchant.appid.as_str().into()),
            ("mch_id", self.merchant.mch_id.as_str().into()),
        ]);
        fields.extend(self.sub_ids());
        fields
    }

    /// The merchant behind a service provider, as the request names it.
    fn sub_ids(&self) -> Vec<Field<'_>> {
        if self.merchant.role == Role::Direct {
            return Vec::new();
        }
        let named = |name| self.field(name).map(|value| (name, value.into()));
        named("sub_appid").into_iter().chain(named("sub_mch_id")).collect()
    }
}

/// A field that outlives the ledger's lock.
pub(crate) fn owned<'a>((name, value): Field<'_>) -> Field<'a> {
    (name, value.into_owned().into())
}

/// A name with its indexes, such as `coupon_fee_0` and `coupon_fee_0_1`. Each is made once and kept: an answer has at most ten
/// refunds of ten coupons, so there are never many.
pub(crate) fn indexed(stem: &'static str, at: &[usize]) -> &'static str {
    type Names = HashMap<(&'static str, Vec<usize>), &'static str>;
    static KNOWN: LazyLock<RwLock<Names>> = LazyLock::new(RwLock::default);
    let key = (stem, at.to_vec());
    if let Some(name) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return name;
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.entry(key).or_insert_with_key(|(stem, at)| {
        let name = at.iter().fold((*stem).to_owned(), |name, index| format!("{name}_{index}"));
        Box::leak(name.into_boxed_str())
    })
}

fn write_answer(
    endpoint: Endpoint,
    fields: &[Field<'_>],
    request: &Accepted,
    switches: &Switches,
) -> Result<String, WriteError> {
    let key = &request.merchant.key;
    // One amount is in CDATA there, for whatever reason (§2.2).
    let is_bare = |name: &str| xml::is_amount(name) && !(endpoint == Endpoint::RefundQuery && name == "cash_fee");
    if switches.answer_has_sign_type {
        let mut fields = fields.to_vec();
        let place = fields.iter().position(|(name, _)| *name == "sign").unwrap_or(fields.len());
        fields.insert(place, ("sign_type", request.sign_type.as_str().into()));
        return write_signed(&fields, key, request.sign_type, is_bare);
    }
    write_signed(fields, key, request.sign_type, is_bare)
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
