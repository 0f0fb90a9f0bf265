//! The sequence between a mini program and the test back end, step by step with its bytes; no secret and no js_code among them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::header;
use axum::http::request::Parts;
use desk_store::{Observation, Order, Source};
use serde_json::{Map, Value};
use wxpay_protocol::{UtcMs, order_query, unified_order};

use crate::changes::Tag;
use crate::{Desk, DeskError};

/// So many steps are remembered.
const STEPS: usize = 200;
/// So much of a request is shown, in characters.
const SHOWN_CHARS: usize = 4_096;
/// What stands where somebody's login or a secret was.
const MASK: &str = "…";

/// One step of the sequence between a mini program and this back end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopStep {
    /// Ascending.
    pub id: u64,
    /// When it happened.
    pub at: UtcMs,
    /// `login`, `prepay`, `params` or `state`.
    pub kind: &'static str,
    /// The order, once there is one, even where placing it failed.
    pub out_trade_no: Option<String>,
    /// What came, as it was received; of js_code and of secrets only that they were there.
    pub request: String,
    /// What was answered, whole.
    pub answer: String,
    /// What WeChat Pay was asked for it and said.
    pub exchanges: Vec<ShopExchange>,
    /// Whether it went well.
    pub ok: bool,
}

/// A question to the gateway behind a step, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopExchange {
    /// Where it went, such as `/pay/unifiedorder`.
    pub path: &'static str,
    /// The signed request; nothing where only the answer was kept.
    pub request: Option<String>,
    /// The answer as received; nothing where none came.
    pub answer: Option<String>,
}

/// A step before it has its place and time.
pub(super) struct NewStep<'a> {
    pub(super) kind: &'static str,
    pub(super) out_trade_no: Option<&'a str>,
    pub(super) request: String,
    pub(super) answer: String,
    pub(super) exchanges: Vec<ShopExchange>,
    pub(super) ok: bool,
}

/// The latest steps.
#[derive(Default)]
pub(super) struct Steps(Mutex<(u64, VecDeque<ShopStep>)>);

impl Steps {
    fn add(&self, at: UtcMs, step: NewStep<'_>) {
        let mut steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        steps.0 += 1;
        let NewStep { kind, out_trade_no, request, answer, exchanges, ok } = step;
        let out_trade_no = out_trade_no.map(str::to_owned);
        let id = steps.0;
        steps.1.push_back(ShopStep { id, at, kind, out_trade_no, request, answer, exchanges, ok });
        if steps.1.len() > STEPS {
            steps.1.pop_front();
        }
    }
}

impl Desk {
    /// The steps of the test back end, the newest first.
    pub fn shop_steps(&self) -> Vec<ShopStep> {
        let steps = self.inner.shop.steps.0.lock().unwrap_or_else(PoisonError::into_inner);
        steps.1.iter().rev().cloned().collect()
    }

    pub(super) fn shop_step(&self, step: NewStep<'_>) {
        self.inner.shop.steps.add(self.now(), step);
        self.inner.changes.note(Tag::Notices, []);
    }

    /// How an order was placed last: the signed request, and the gateway's answer if one came.
    pub(super) async fn placing_exchange(&self, profile: &str, number: &str) -> Result<ShopExchange, DeskError> {
        let (order, signer) = self.order_and_signer(profile, number).await?;
        self.blocking(move |inner| {
            let request = inner.committed_request(&order)?;
            let request = wxpay_client::signed_request(&request, &signer.key, order.sign_type)?;
            let answer = last_of(inner.store.observations(order.id)?, Source::Create).and_then(|last| last.raw);
            Ok(ShopExchange { path: unified_order::PATH, request: Some(request), answer })
        })
        .await
    }

    /// The last that orderquery said of an order, if it was asked.
    pub(super) async fn query_exchange(&self, order: &Order) -> Result<Vec<ShopExchange>, DeskError> {
        let order_id = order.id;
        let mut observations = self.blocking(move |inner| Ok(inner.store.observations(order_id)?)).await?;
        observations.retain(|seen| seen.raw.is_some());
        let answer = last_of(observations, Source::Query).and_then(|last| last.raw);
        let exchange =
            answer.map(|answer| ShopExchange { path: order_query::PATH, request: None, answer: Some(answer) });
        Ok(exchange.into_iter().collect())
    }
}

fn last_of(observations: Vec<Observation>, source: Source) -> Option<Observation> {
    let of_source = observations.into_iter().filter(|seen| seen.evidence.source == source);
    of_source.max_by_key(|seen| seen.evidence.received_seq)
}

/// A request as it came, for the window: a js_code is somebody's login.
pub(super) fn received(head: &Parts, body: &Bytes) -> String {
    let query = head.uri.query().map_or_else(String::new, |query| format!("?{}", masked_pairs(query)));
    let mut lines = vec![format!("{} {}{query} HTTP/1.1", head.method, head.uri.path())];
    for name in [header::HOST, header::CONTENT_TYPE] {
        if let Some(value) = head.headers.get(&name).and_then(|value| value.to_str().ok()) {
            lines.push(format!("{name}: {value}"));
        }
    }
    if !body.is_empty() {
        lines.extend([String::new(), masked_body(body)]);
    }
    lines.join("\n").chars().take(SHOWN_CHARS).collect()
}

fn masked_body(body: &Bytes) -> String {
    let unreadable = || format!("({} bytes)", body.len());
    let Ok(text) = std::str::from_utf8(body) else { return unreadable() };
    if !text.trim_start().starts_with('{') {
        return masked_pairs(text);
    }
    let Ok(mut read) = serde_json::from_str::<Map<String, Value>>(text) else { return unreadable() };
    let Some(code) = read.get_mut("js_code").map(|code| std::mem::replace(code, MASK.into())) else {
        return text.to_owned();
    };
    let as_sent = text.replace(&code.to_string(), &Value::from(MASK).to_string());
    let bare = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
    // Written with escapes it is not found in the text, which is then written anew.
    if bare.is_empty() || (as_sent != text && !as_sent.contains(&bare)) {
        as_sent
    } else {
        Value::Object(read).to_string()
    }
}

fn masked_pairs(text: &str) -> String {
    let shown = text.split('&').map(|pair| {
        let url = reqwest::Url::parse(&format!("http://localhost/?{pair}")).ok();
        let is_code = url.is_none_or(|url| url.query_pairs().any(|(name, _)| name == "js_code"));
        if is_code { format!("js_code={MASK}") } else { pair.to_owned() }
    });
    shown.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(method: &str, uri: &str, body: &str) -> String {
        let request = axum::http::Request::builder().method(method).uri(uri).header("host", "127.0.0.1:8120");
        let (head, ()) = request.body(()).unwrap().into_parts();
        received(&head, &Bytes::from(body.to_owned()))
    }

    #[test]
    fn a_request_is_shown_as_it_came_and_a_login_never_is() {
        for (uri, body, expected) in [
            ("/wechat/prepay?goods_id=tea&js_code=0a1B%2B", "", "POST /wechat/prepay?goods_id=tea&js_code=… HTTP/1.1"),
            ("/wechat/prepay", "goods_id=tea&js%5Fcode=0a1B", "goods_id=tea&js_code=…"),
            (
                "/wechat/prepay",
                "{ \"js_code\" : \"0a1B\",\n \"goods_id\": 7 }",
                "{ \"js_code\" : \"…\",\n \"goods_id\": 7 }",
            ),
            (
                "/wechat/prepay",
                "{\"goods_id\":\"tea\",\"js_code\":\"0a\\u0031B\"}",
                "{\"goods_id\":\"tea\",\"js_code\":\"…\"}",
            ),
            ("/wechat/prepay", "{\"js_code\":\"0a1B\"", "(17 bytes)"),
        ] {
            let shown = shown("POST", uri, body);
            assert!(shown.contains(expected), "{shown}");
            assert!(!shown.contains("0a1B"), "{shown}");
        }
        assert_eq!(
            shown("GET", "/wechat/orders/T1?a=%20", ""),
            "GET /wechat/orders/T1?a=%20 HTTP/1.1\nhost: 127.0.0.1:8120"
        );
    }
}
