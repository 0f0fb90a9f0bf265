//! The test back end for a mini program: what every tutorial builds first, so that a mini program can be developed against
//! this desk. It is for testing: whoever reaches it can place unpaid orders.

mod received;
mod sequence;
mod steps;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use desk_store::{Order, Outcome};
use desk_vault::SecretId;
use serde_json::{Map, Value, json};
use wxpay_client::{SessionCall, SessionExchange, SessionFault};
use wxpay_protocol::{Secret, TradeType, UtcMs, js_code};

use crate::desk::Inner;
use crate::progress::Cancel;
use crate::test_orders::TestOrder;
use crate::{Desk, DeskError};
use received::received;
use steps::{NewStep, Steps};
pub use steps::{ShopExchange, ShopOrder, ShopStep};

/// So many payers are remembered by a uid of their own.
const PAYERS: usize = 1_000;

/// What the back end remembers while it runs.
#[derive(Default)]
pub(crate) struct Shop {
    steps: Steps,
    /// uid to openid, from logins that named both.
    payers: Mutex<HashMap<String, String>>,
    /// One order at a time for the same payer and goods, so that two calls at once place one.
    placing: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// Why a request is not served, as the mini program is told.
struct Refusal {
    errcode: i64,
    msg: String,
    /// The order that was committed before it failed; the window shows how that was placed.
    out_trade_no: Option<String>,
}

impl Refusal {
    fn new(errcode: i64, msg: impl Into<String>) -> Self {
        Self { errcode, msg: msg.into(), out_trade_no: None }
    }

    fn bad(msg: impl Into<String>) -> Self {
        Self::new(400, msg)
    }

    fn about(self, out_trade_no: &str) -> Self {
        Self { out_trade_no: Some(out_trade_no.to_owned()), ..self }
    }

    fn of(fault: &DeskError) -> Self {
        let errcode = match fault {
            DeskError::NotFound { .. } => 404,
            DeskError::Input { .. } => 400,
            _ => 500,
        };
        if errcode < 500 {
            return Self::new(errcode, fault.to_string());
        }
        // Other devices may be asking: what this machine is like stays on it.
        tracing::warn!(code = fault.code(), "the test back end could not answer");
        Self::new(errcode, format!("this desk could not answer [本机未能处理]: {}", fault.code()))
    }
}

impl From<DeskError> for Refusal {
    fn from(fault: DeskError) -> Self {
        Self::of(&fault)
    }
}

/// Answers a request below `/wechat/`.
pub(crate) async fn answer(desk: &Desk, profile: &str, notify_url: &str, head: &Parts, body: &Bytes) -> Response {
    if !is_of_the_mini_program(head) {
        return crate::listener::nothing();
    }
    let path = head.uri.path();
    let document = if path == "/wechat/prepay" && matches!(head.method, Method::GET | Method::POST) {
        serve_prepay(desk, profile, notify_url, head, body).await
    } else if let Some(number) = path.strip_prefix("/wechat/orders/").filter(|_| head.method == Method::GET) {
        serve_state(desk, profile, number, head, body).await
    } else {
        return crate::listener::nothing();
    };
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    ([kind], document).into_response()
}

/// A page of a browser elsewhere may not place orders here; a mini program sends WeChat's own origin, or none. A page that asks
/// for a picture sends none either, and its browser says that it is another site's.
fn is_of_the_mini_program(head: &Parts) -> bool {
    let Some(origin) = head.headers.get(header::ORIGIN) else {
        let site = head.headers.get("sec-fetch-site");
        return site.is_none_or(|site| site == "none" || site == "same-origin");
    };
    let origin = origin.to_str().unwrap_or_default();
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost" | "servicewechat.com")
}

/// The fields of a query, of a form or of JSON.
fn fields(head: &Parts, body: &Bytes) -> Result<HashMap<String, String>, Refusal> {
    let mut found = HashMap::new();
    let pairs = |text: &str, into: &mut HashMap<String, String>| {
        let url = reqwest::Url::parse(&format!("http://localhost/?{text}")).ok();
        into.extend(url.iter().flat_map(|url| url.query_pairs().into_owned()));
    };
    pairs(head.uri.query().unwrap_or_default(), &mut found);
    let text = std::str::from_utf8(body).map_err(|_| Refusal::bad("the body is not UTF-8"))?;
    if text.trim_start().starts_with('{') {
        let read: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| Refusal::bad("the body is not a JSON object"))?;
        found.extend(read.into_iter().filter_map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            Value::Number(number) => Some((name, number.to_string())),
            _ => None,
        }));
    } else if !text.trim().is_empty() {
        pairs(text.trim(), &mut found);
    }
    found.retain(|_, value| !value.is_empty());
    Ok(found)
}

async fn prepay(
    desk: &Desk,
    profile: &str,
    notify_url: &str,
    head: &Parts,
    body: &Bytes,
    login: &mut Option<u64>,
) -> Result<(String, Value), Refusal> {
    let fields = fields(head, body)?;
    let goods_id = fields.get("goods_id").ok_or_else(|| Refusal::bad("goods_id is missing"))?;
    let openid = payer(desk, profile, &fields, login).await?;
    place(desk, profile, notify_url, goods_id, openid).await
}

/// Answers a prepay, and draws it and what the mini program then hands to wx.requestPayment.
async fn serve_prepay(desk: &Desk, profile: &str, notify_url: &str, head: &Parts, body: &Bytes) -> String {
    let request = received(head, body);
    let mut login = None;
    let placed = prepay(desk, profile, notify_url, head, body, &mut login).await;
    let number = match &placed {
        Ok((number, _)) => Some(number.clone()),
        Err(refusal) => refusal.out_trade_no.clone(),
    };
    let params = placed.as_ref().ok().map(|(_, data)| data["data"].to_string());
    let (answer, ok) = envelope(placed.map(|(_, data)| data));
    let mut exchanges = Vec::new();
    if let Some(number) = &number {
        if let Some(login) = login {
            desk.inner.shop.steps.led_to(login, number);
        }
        match desk.placing_exchange(profile, number).await {
            Ok(exchange) => exchanges.push(exchange),
            Err(fault) => tracing::debug!(%fault, "how an order was placed is not drawn"),
        }
    }
    let out_trade_no = number.as_deref();
    let (request, said) = (Some(request), Some(answer.clone()));
    desk.shop_step(profile, NewStep { kind: "prepay", out_trade_no, request, answer: said, exchanges, ok });
    if params.is_some() {
        let (request, exchanges) = (Some("wx.requestPayment".to_owned()), Vec::new());
        desk.shop_step(profile, NewStep { kind: "params", out_trade_no, request, answer: params, exchanges, ok });
    }
    answer
}

/// What is known of an order: paid only by a verified notice or query that agrees in amount.
async fn serve_state(desk: &Desk, profile: &str, number: &str, head: &Parts, body: &Bytes) -> String {
    let order = desk.order_detail(profile, number).await.map(|detail| detail.order);
    let exchanges = match &order {
        Ok(order) => desk.query_exchange(order).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let (answer, ok) = envelope(order.as_ref().map(state).map_err(Refusal::of));
    let out_trade_no = order.is_ok().then_some(number);
    let (request, said) = (Some(received(head, body)), Some(answer.clone()));
    desk.shop_step(profile, NewStep { kind: "state", out_trade_no, request, answer: said, exchanges, ok });
    answer
}

/// The whole answer, and whether it went well.
fn envelope(answered: Result<Value, Refusal>) -> (String, bool) {
    let ok = answered.is_ok();
    let document = match answered {
        Ok(data) => json!({"errcode": 200, "msg": "SUCCESS", "data": data}),
        Err(refusal) => json!({"errcode": refusal.errcode, "msg": refusal.msg, "data": null}),
    };
    (document.to_string(), ok)
}

/// The payer: by openid, by a login, or by a uid that logged in before. In a simulator a uid is somebody by itself.
async fn payer(
    desk: &Desk,
    profile: &str,
    fields: &HashMap<String, String>,
    login: &mut Option<u64>,
) -> Result<String, Refusal> {
    let uid = fields.get("uid");
    if let Some(openid) = fields.get("openid") {
        return Ok(openid.clone());
    }
    if let Some(code) = fields.get("js_code") {
        let openid = log_in(desk, profile, code, login).await?;
        if let Some(uid) = uid {
            let mut payers = desk.inner.shop.payers.lock().unwrap_or_else(PoisonError::into_inner);
            if payers.len() < PAYERS {
                payers.insert(uid.clone(), openid.clone());
            }
        }
        return Ok(openid);
    }
    let uid = uid.ok_or_else(|| Refusal::bad("give one of js_code, openid and uid"))?;
    let known = desk.inner.shop.payers.lock().unwrap_or_else(PoisonError::into_inner).get(uid).cloned();
    match known {
        Some(openid) => Ok(openid),
        None if desk.profile(profile).await?.profile.environment.host().is_none() => {
            let code = format!("uid:{uid}-{}", desk.inner.nonce()?);
            log_in(desk, profile, &code, login).await
        }
        None => Err(Refusal::bad("this uid has not logged in yet; send its js_code along once")),
    }
}

/// `login` becomes the step that is drawn of it, so that it can be told which order it led to.
async fn log_in(desk: &Desk, profile: &str, code: &str, login: &mut Option<u64>) -> Result<String, Refusal> {
    let name = profile.to_owned();
    let (signer, app_secret) = desk
        .blocking(move |inner| {
            let signer = inner.signer(&name)?;
            let app_secret = inner.login_secret(&signer.profile)?;
            Ok((signer, app_secret))
        })
        .await?;
    let appid = signer.profile.appid.as_str();
    let call = SessionCall { to: &signer.to, appid, app_secret: &app_secret, js_code: code };
    let SessionExchange { request, answer, outcome } = desk.inner.client.session(call).await;
    let step = NewStep {
        kind: "login",
        out_trade_no: None,
        request: None,
        answer: None,
        exchanges: vec![ShopExchange { path: js_code::PATH, request: Some(request), answer }],
        ok: outcome.is_ok(),
    };
    *login = Some(desk.shop_step(profile, step));
    match outcome {
        Ok(openid) => Ok(openid.to_string()),
        Err(SessionFault::Refused { errcode, errmsg }) => {
            let (zh, en) = js_code::meaning(errcode);
            Err(Refusal::new(errcode, format!("{zh} ({en}) [{errmsg}]")))
        }
        Err(other) => Err(Refusal::new(502, other.to_string())),
    }
}

async fn place(
    desk: &Desk,
    profile: &str,
    notify_url: &str,
    goods_id: &str,
    openid: String,
) -> Result<(String, Value), Refusal> {
    let turn = {
        let mut placing = desk.inner.shop.placing.lock().unwrap_or_else(PoisonError::into_inner);
        placing.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(placing.entry(format!("{profile}/{openid}/{goods_id}")).or_default())
    };
    let _turn = turn.lock().await;
    let goods = desk.goods().await?;
    let goods = goods
        .into_iter()
        .find(|goods| goods.goods_id == goods_id)
        .ok_or_else(|| Refusal::new(404, format!("there are no goods {goods_id:?} in the catalogue")))?;
    let order = TestOrder {
        profile: profile.to_owned(),
        goods_id: Some(goods.goods_id.clone()),
        body: goods.name,
        total_fee: goods.price,
        trade_type: TradeType::Jsapi,
        openid: Some(openid),
        product_id: None,
        attach: None,
        notify_url: Some(notify_url.to_owned()),
        scene: None,
        out_trade_no: None,
        count: 1,
        reuse: true,
    };
    let created = desk.create_orders(order, Box::new(|_| {}), &Cancel::new()).await?;
    let result = created.orders.into_iter().next().ok_or(DeskError::Internal("placing an order"))?;
    if result.outcome != Outcome::Confirmed {
        return Err(Refusal::new(502, result.detail).about(&result.out_trade_no));
    }
    let params = desk.pay_params(profile, &result.out_trade_no).await;
    let params = params.and_then(|params| params.ok_or(DeskError::Internal("the parameters of an order")));
    let params = params.map_err(|fault| Refusal::of(&fault).about(&result.out_trade_no))?;
    let params: Map<String, Value> = params.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    let data = json!({
        "status": 1,
        "result": "success",
        "out_trade_no": result.out_trade_no,
        "reused": result.reused,
        "data": params,
    });
    Ok((result.out_trade_no, data))
}

fn state(order: &Order) -> Value {
    json!({
        "out_trade_no": order.out_trade_no.as_str(),
        "trade_state": order.state.as_str(),
        "paid": order.state.is_paid(),
        "total_fee": order.total_fee.get(),
        "paid_at": order.paid_at.map(UtcMs::rfc3339),
    })
}

impl Inner {
    fn login_secret(&self, profile: &desk_store::Profile) -> Result<Secret, DeskError> {
        if profile.builtin {
            // The built-in gateway's merchant has its key for an AppSecret.
            return self.api_key(profile);
        }
        Ok(self.vault()?.secret(&SecretId::app_secret(&profile.name))?)
    }
}
