//! Sign, send, verify, classify: the calls of unifiedorder, orderquery, closeorder, refund and refundquery.

use std::sync::Arc;

use wxpay_protocol::answer::{self, Answer, AnswerFault, Asked, Refusal};
use wxpay_protocol::close_order;
use wxpay_protocol::error_code;
use wxpay_protocol::order_query::{self, OrderReport};
use wxpay_protocol::refund::{self, RefundAnswer};
use wxpay_protocol::refund_query::{self, RefundReport};
use wxpay_protocol::unified_order::{self, UnifiedOrderAnswer};
use wxpay_protocol::xml::{self, WriteError};
use wxpay_protocol::{Params, Secret, SignType, sign};

use crate::cities::Cities;
use crate::outcome::{Doubt, Exchange, Outcome, Rejection};
use crate::wire::{Alone, Wire, WireAnswer, WireCall, WireFault};
use crate::{Destination, MerchantCertificate};

/// In whose name a request is made, and under which key.
#[derive(Clone, Copy)]
pub struct Merchant<'a> {
    /// The appid of the request.
    pub appid: &'a str,
    /// The merchant number of the request.
    pub mch_id: &'a str,
    /// How the request is signed and how its answer must be.
    pub sign_type: SignType,
    /// The API key.
    pub key: &'a Secret,
}

/// Why a request cannot be written. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    /// A field that cannot stand in XML.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A verified success of closeorder; it carries nothing besides its being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseAnswer;

/// The signed document for a request whose fields are complete except for `sign`. The same fields give the same bytes.
pub fn signed_request(params: &Params, key: &Secret, sign_type: SignType) -> Result<String, RequestFault> {
    Ok(xml::write_signed(params, &sign::sign(params, key, sign_type), xml::is_amount)?)
}

/// Calls the gateway's endpoints. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) wire: Arc<dyn Wire>,
    pub(crate) cities: Arc<Cities>,
}

impl Client {
    /// Calls over this wire.
    pub fn new(wire: Arc<dyn Wire>) -> Self {
        Self { wire, cities: Arc::default() }
    }

    /// Whether requests to this destination go to WeChat Pay's other city at the moment, because the one that is meant cannot
    /// be reached.
    pub fn is_away(&self, to: &Destination) -> bool {
        self.cities.is_away(to)
    }

    /// unifiedorder (protocol page §4.1). `request` holds every field except `sign`; sent again it gives the same bytes.
    pub async fn create_order(
        &self,
        to: &Destination,
        merchant: Merchant<'_>,
        request: &Params,
    ) -> Result<Exchange<UnifiedOrderAnswer>, RequestFault> {
        // The answer echoes neither the order number nor the amount, only the trade type.
        let echoes = echoes(request, &["trade_type"]);
        let exchange = self.call(to, merchant, unified_order::PATH, request, &echoes, None).await?;
        Ok(exchange.read_as(|params| UnifiedOrderAnswer::from_params(&params)))
    }

    /// orderquery (protocol page §4.2). `expected` are fields of our own record (total_fee, attach, …) that the answer
    /// must repeat where it has them.
    pub async fn query_order(
        &self,
        to: &Destination,
        merchant: Merchant<'_>,
        request: &Params,
        expected: &[(&str, &str)],
    ) -> Result<Exchange<OrderReport>, RequestFault> {
        let mut echoes = echoes(request, &["out_trade_no", "transaction_id"]);
        echoes.extend_from_slice(expected);
        let exchange = self.call(to, merchant, order_query::PATH, request, &echoes, None).await?;
        Ok(exchange.read_as(|params| OrderReport::from_query(&params)))
    }

    /// closeorder (protocol page §4.3).
    pub async fn close_order(
        &self,
        to: &Destination,
        merchant: Merchant<'_>,
        request: &Params,
    ) -> Result<Exchange<CloseAnswer>, RequestFault> {
        let echoes = echoes(request, &["out_trade_no"]);
        let exchange = self.call(to, merchant, close_order::PATH, request, &echoes, None).await?;
        Ok(exchange.read_as(|_| Ok::<_, std::convert::Infallible>(CloseAnswer)))
    }

    /// refund (protocol page §4.4), over a connection of its own and with the merchant's certificate where there is one. An
    /// acceptance of another amount, as a number that was used before gets, is a [`Doubt::Mismatch`].
    pub async fn refund(
        &self,
        to: &Destination,
        merchant: Merchant<'_>,
        certificate: Option<&MerchantCertificate>,
        request: &Params,
    ) -> Result<Exchange<RefundAnswer>, RequestFault> {
        let echoes = echoes(request, &["out_trade_no", "out_refund_no", "total_fee", "refund_fee"]);
        let alone = Some(Alone { certificate });
        let exchange = self.call(to, merchant, refund::PATH, request, &echoes, alone).await?;
        Ok(exchange.read_as(|params| RefundAnswer::from_params(&params)))
    }

    /// refundquery (protocol page §4.5). `expected` are fields of our own record that the answer must repeat where it has
    /// them; which of its refunds is meant is for the caller to find.
    pub async fn query_refund(
        &self,
        to: &Destination,
        merchant: Merchant<'_>,
        request: &Params,
        expected: &[(&str, &str)],
    ) -> Result<Exchange<RefundReport>, RequestFault> {
        let mut echoes = echoes(request, &["out_trade_no"]);
        echoes.extend_from_slice(expected);
        let exchange = self.call(to, merchant, refund_query::PATH, request, &echoes, None).await?;
        Ok(exchange.read_as(|params| RefundReport::from_params(&params)))
    }

    async fn call(
        &self,
        to: &Destination,
        merchant: Merchant<'_>,
        path: &str,
        request: &Params,
        echoes: &[(&str, &str)],
        alone: Option<Alone<'_>>,
    ) -> Result<Exchange<Params>, RequestFault> {
        let body = signed_request(request, merchant.key, merchant.sign_type)?;
        let started = tokio::time::Instant::now();
        let came = self.cities.post(&*self.wire, WireCall { to, path, body: &body, alone }).await;
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let asked = Asked {
            appid: merchant.appid,
            mch_id: merchant.mch_id,
            sign_type: merchant.sign_type,
            key: merchant.key,
            echoes,
        };
        let exchange = judge(came, &asked, path, took_ms);
        tracing::debug!(
            path,
            took_ms,
            status = exchange.http_status,
            verified = exchange.verified,
            doubt = match &exchange.outcome {
                Outcome::Unknown(doubt) => doubt.code(),
                _ => "",
            },
            "asked the gateway"
        );
        Ok(exchange)
    }
}

fn echoes<'a>(request: &'a Params, names: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    names.iter().filter_map(|name| request.filled(name).map(|value| (*name, value))).collect()
}

fn judge(came: Result<WireAnswer, WireFault>, asked: &Asked<'_>, path: &str, took_ms: u64) -> Exchange<Params> {
    let answer = match came {
        Ok(answer) => answer,
        Err(fault) => {
            let outcome = match fault {
                WireFault::NotSent(reason) => Outcome::Rejected(Rejection::NotSent(reason)),
                WireFault::Lost(reason) => Outcome::Unknown(Doubt::Lost(reason)),
            };
            return Exchange { outcome, raw: Vec::new(), http_status: None, took_ms, verified: false };
        }
    };
    let (outcome, verified) = judge_answer(&answer, asked, path);
    let mut raw = answer.body;
    raw.truncate(xml::MAX_BYTES);
    raw.shrink_to_fit();
    Exchange { outcome, raw, http_status: Some(answer.status), took_ms, verified }
}

fn judge_answer(answer: &WireAnswer, asked: &Asked<'_>, path: &str) -> (Outcome<Params>, bool) {
    if answer.status == 400 && asks_for_certificate(&answer.body) {
        return (Outcome::Unknown(Doubt::Certificate), false);
    }
    if answer.status != 200 {
        return (Outcome::Unknown(Doubt::HttpStatus(answer.status)), false);
    }
    if answer.cut || answer.body.len() > xml::MAX_BYTES {
        return (Outcome::Unknown(Doubt::TooLarge), false);
    }
    if answer.encoded {
        return (Outcome::Unknown(Doubt::Encoded), false);
    }
    match answer::read(&answer.body, asked) {
        Ok(Answer::Accepted(params)) => (Outcome::Confirmed(params), true),
        Ok(Answer::Refused(refusal)) => (refused(refusal, path), true),
        Ok(Answer::NotAccepted { return_msg }) => (Outcome::Rejected(Rejection::Unsigned { return_msg }), false),
        Err(AnswerFault::Sign(fault)) => (Outcome::Unknown(Doubt::Unverified(fault)), false),
        Err(AnswerFault::Mismatch { field, asked, answered }) => {
            (Outcome::Unknown(Doubt::Mismatch { field, asked, answered }), false)
        }
        Err(fault) => (Outcome::Unknown(Doubt::Unreadable(fault)), false),
    }
}

/// The gateway's own page for a call that needs another certificate than it was shown (protocol page §1.3). It is unsigned, so
/// it explains and decides nothing.
pub(crate) fn asks_for_certificate(page: &[u8]) -> bool {
    let page = String::from_utf8_lossy(page.get(..xml::MAX_BYTES).unwrap_or(page));
    page.contains("No required SSL certificate was sent") || page.contains("The SSL certificate error")
}

fn refused(refusal: Refusal, path: &str) -> Outcome<Params> {
    match refusal.err_code.as_str() {
        "SYSTEMERROR" => Outcome::Unknown(Doubt::SystemError(refusal)),
        // Refused for being asked too often is a definite no at every endpoint, listed there or not.
        "FREQUENCY_LIMITED" => Outcome::Rejected(Rejection::Refused(refusal)),
        code if error_code::meaning(path, code).is_some() => Outcome::Rejected(Rejection::Refused(refusal)),
        _ => Outcome::Unknown(Doubt::UnknownErrCode(refusal)),
    }
}
