//! The control interface: JSON over HTTP under `/_control`, for tests and scripts. It is guarded by a token; requests of web
//! pages are refused by their Origin, and by a Host that is not this machine's (DNS rebinding).

mod faults;
mod json;
mod truth;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wxpay_protocol::{Fen, Secret, UtcMs};

use crate::control::json::{exchange_json, notice_json, order_json};
use crate::gateway::Gateway;
use crate::ledger::record::Coupon;
use crate::orders::{CustomerError, Pay};

/// Where the control interface lives.
pub(crate) const PREFIX: &str = "/_control";
/// The most that one list answers with unless more is asked for.
const DEFAULT_LIMIT: usize = 1000;

pub(crate) struct Control {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) token: Secret,
    pub(crate) address: SocketAddr,
}

type Shared = State<Arc<Control>>;

/// Why a control request is refused, as status and JSON.
struct Refused(StatusCode, &'static str, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": {"code": self.1, "message": self.2}}))).into_response()
    }
}

impl From<CustomerError> for Refused {
    fn from(fault: CustomerError) -> Self {
        let (status, code) = match &fault {
            CustomerError::NoOrder(_) => (StatusCode::NOT_FOUND, "not_found"),
            CustomerError::Ambiguous { .. } => (StatusCode::CONFLICT, "ambiguous"),
            CustomerError::Impossible { .. } => (StatusCode::CONFLICT, "impossible"),
            CustomerError::Invalid { .. } => (StatusCode::BAD_REQUEST, "invalid"),
            CustomerError::Journal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "journal"),
        };
        Self(status, code, fault.to_string())
    }
}

pub(crate) fn router(control: Arc<Control>) -> Router {
    Router::new()
        .route("/orders", get(orders))
        .route("/orders/{out_trade_no}", get(order))
        .route("/orders/{out_trade_no}/pay", post(pay))
        .route("/orders/{out_trade_no}/cancel", post(cancel))
        .route("/ledger", get(truth::show))
        .route("/notices", get(notices))
        .route("/clock", get(clock).post(advance))
        .route("/traffic", get(traffic))
        .route("/faults", get(faults::show).put(faults::put))
        .route("/faults/reset", post(faults::reset))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&control), guard))
        .with_state(control)
}

async fn no_such_path() -> Refused {
    Refused(StatusCode::NOT_FOUND, "not_found", "没有这个控制接口 (there is no such control path)".to_owned())
}

async fn no_such_method() -> Refused {
    Refused(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        "这个控制接口不支持该方法 (this control path does not take this method)".to_owned(),
    )
}

async fn guard(State(control): Shared, request: Request, next: Next) -> Response {
    match check(&control, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(message) => Refused(StatusCode::FORBIDDEN, "forbidden", message.to_owned()).into_response(),
    }
}

fn check(control: &Control, headers: &HeaderMap) -> Result<(), &'static str> {
    if headers.contains_key(header::ORIGIN) {
        return Err("控制接口不接受网页的请求 (requests of web pages are refused)");
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(|host| is_own_host(host, control.address)) {
        return Err("Host 不是本机地址 (the Host is not this machine's)");
    }
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match given {
        Some(given) if Secret::new(given.trim().as_bytes().to_vec()).same_as(&control.token) => Ok(()),
        _ => Err(
            "控制令牌缺失或不对；它在启动时输出的 control_token 里 (the token is missing or wrong; it is printed at start as control_token)",
        ),
    }
}

fn is_own_host(host: &str, address: SocketAddr) -> bool {
    let port = address.port();
    host == address.to_string()
        || [format!("localhost:{port}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}")]
            .contains(&host.to_owned())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default)]
    search: String,
    limit: Option<usize>,
}

impl ListQuery {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    mch_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PayBody {
    openid: Option<String>,
    coupon_fee: Option<i64>,
    coupons: Vec<Coupon>,
    bank_type: Option<String>,
    at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvanceBody {
    advance_s: u32,
}

async fn orders(State(control): Shared, Query(query): Query<ListQuery>) -> Json<Value> {
    let orders = control.gateway.orders(&query.search, query.limit());
    Json(json!({"total": control.gateway.status().orders, "orders": orders.iter().map(order_json).collect::<Vec<_>>()}))
}

async fn order(
    State(control): Shared,
    Path(out_trade_no): Path<String>,
    Query(whose): Query<Whose>,
) -> Result<Json<Value>, Refused> {
    Ok(Json(order_json(&control.gateway.order(whose.mch_id.as_deref(), &out_trade_no)?)))
}

async fn pay(
    State(control): Shared,
    Path(out_trade_no): Path<String>,
    Query(whose): Query<Whose>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let asked: PayBody = read(&body)?;
    let coupon_fee = Fen::new(asked.coupon_fee.unwrap_or(0))
        .ok_or(CustomerError::Invalid { field: "coupon_fee", rule: "金额超出范围 (out of range)" })?;
    let at = asked.at.as_deref().map(moment).transpose()?;
    let pay = Pay { openid: asked.openid, coupons: asked.coupons, bank_type: asked.bank_type, at };
    let pay = pay.with_coupon(coupon_fee);
    let (_, entry) = control.gateway.pay_entry(whose.mch_id.as_deref(), &out_trade_no, &pay)?;
    control.gateway.entry_durable(entry).await.map_err(CustomerError::from)?;
    Ok(Json(order_json(&control.gateway.order(whose.mch_id.as_deref(), &out_trade_no)?)))
}

async fn cancel(
    State(control): Shared,
    Path(out_trade_no): Path<String>,
    Query(whose): Query<Whose>,
) -> Result<Json<Value>, Refused> {
    let entry = control.gateway.cancel_entry(whose.mch_id.as_deref(), &out_trade_no)?;
    control.gateway.entry_durable(entry).await.map_err(CustomerError::from)?;
    Ok(Json(order_json(&control.gateway.order(whose.mch_id.as_deref(), &out_trade_no)?)))
}

async fn notices(State(control): Shared, Query(query): Query<ListQuery>) -> Json<Value> {
    let notices = control.gateway.notices(query.limit());
    let found = notices.iter().filter(|notice| notice.out_trade_no.contains(&query.search));
    Json(json!({"notices": found.map(notice_json).collect::<Vec<_>>()}))
}

async fn clock(State(control): Shared) -> Json<Value> {
    let status = control.gateway.status();
    Json(clock_json(status.now, status.time_scale_per_mille))
}

async fn advance(State(control): Shared, body: Bytes) -> Result<Json<Value>, Refused> {
    let asked: AdvanceBody = read(&body)?;
    let now = control.gateway.advance_s(asked.advance_s).map_err(CustomerError::from)?;
    Ok(Json(clock_json(now, control.gateway.status().time_scale_per_mille)))
}

async fn traffic(State(control): Shared, Query(query): Query<ListQuery>) -> Json<Value> {
    let traffic = control.gateway.traffic(query.limit());
    let found = traffic.iter().filter(|exchange| exchange.path.contains(&query.search));
    Json(json!({"traffic": found.map(|exchange| exchange_json(exchange)).collect::<Vec<_>>()}))
}

fn clock_json(now: UtcMs, per_mille: u32) -> Value {
    json!({"now": now.rfc3339(), "now_ms": now.0, "time_scale_per_mille": per_mille})
}

/// An empty body means an empty object, so that `POST …/pay` needs none.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|fault| {
        Refused(
            StatusCode::BAD_REQUEST,
            "invalid",
            format!("请求体不是所需的 JSON：{fault} (the body is not the JSON that is needed)"),
        )
    })
}

/// `2024-01-02T03:04:05+08:00`, `2024-01-02 03:04:05` or `20240102030405`, all Beijing time.
fn moment(text: &str) -> Result<UtcMs, CustomerError> {
    let civil = text.strip_suffix("+08:00").unwrap_or(text).replacen('T', " ", 1);
    UtcMs::parse_dashed(&civil).or_else(|_| UtcMs::parse_compact(text)).map_err(|_| CustomerError::Invalid {
        field: "at",
        rule: "须为北京时间，例如 2024-01-02T03:04:05+08:00 (Beijing time, for instance 2024-01-02T03:04:05+08:00)",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_host_is_not_taken_for_this_machine() {
        let address: SocketAddr = "127.0.0.1:8100".parse().unwrap();
        for host in ["127.0.0.1:8100", "localhost:8100", "[::1]:8100"] {
            assert!(is_own_host(host, address), "{host}");
        }
        for host in ["evil.example:8100", "127.0.0.1", "127.0.0.1:8101", "localhost.evil.example:8100", ""] {
            assert!(!is_own_host(host, address), "{host}");
        }
    }

    #[test]
    fn moments_are_beijing_time_in_three_spellings() {
        for text in ["2024-01-02T03:04:05+08:00", "2024-01-02 03:04:05", "20240102030405"] {
            assert_eq!(moment(text), Ok(UtcMs(1_704_135_845_000)), "{text}");
        }
        for text in ["", "yesterday", "2024-01-02T03:04:05Z", "2024-02-30 00:00:00"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }
}
