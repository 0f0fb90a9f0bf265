//! The control interface: JSON over HTTP under `/_control`, for tests and scripts. It is guarded by a token; requests of web
//! pages are refused by their Origin, and by a Host that is not this machine's (DNS rebinding).

mod asked;
mod clock;
mod faults;
mod json;
mod merchants;
mod notices;
mod orders;
mod refunds;
mod scenarios;
mod traffic;
mod truth;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::json;
use wxpay_protocol::Secret;

use crate::gateway::Gateway;
use crate::ledger::journal::JournalFailed;
use crate::notices::ResendError;
use crate::orders::CustomerError;
use crate::refunds::RefundError;
use crate::tools::StaticCodeError;

/// Where the control interface lives.
pub(crate) const PREFIX: &str = "/_control";

pub(crate) struct Control {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) token: Secret,
    pub(crate) address: SocketAddr,
    /// Where merchants reach the gateway: `http://127.0.0.1:PORT`.
    pub(crate) url: String,
}

type Shared = State<Arc<Control>>;

/// Why a control request is refused, as status and JSON.
struct Refused(StatusCode, &'static str, String);

impl Refused {
    fn missing(sentence: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, "not_found", sentence.into())
    }

    fn impossible(sentence: impl Into<String>) -> Self {
        Self(StatusCode::CONFLICT, "impossible", sentence.into())
    }

    fn invalid(sentence: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, "invalid", sentence.into())
    }
}

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

impl From<ResendError> for Refused {
    fn from(fault: ResendError) -> Self {
        match fault {
            ResendError::NoNotice(_) => Self::missing(fault.to_string()),
            ResendError::Undeliverable(_) => Self::impossible(fault.to_string()),
        }
    }
}

impl From<StaticCodeError> for Refused {
    fn from(fault: StaticCodeError) -> Self {
        match fault {
            StaticCodeError::NoMerchant { .. } => Self::missing(fault.to_string()),
            StaticCodeError::NotACode(_) | StaticCodeError::BadSign | StaticCodeError::NotLoopback(_) => {
                Self::invalid(fault.to_string())
            }
            _ => Self::impossible(fault.to_string()),
        }
    }
}

impl From<RefundError> for Refused {
    fn from(fault: RefundError) -> Self {
        match fault {
            RefundError::NoRefund(_) => Self::missing(fault.to_string()),
            RefundError::Ambiguous { .. } => Self(StatusCode::CONFLICT, "ambiguous", fault.to_string()),
            RefundError::Ended { .. } => Self::impossible(fault.to_string()),
            RefundError::Journal(fault) => fault.into(),
        }
    }
}

impl From<JournalFailed> for Refused {
    fn from(fault: JournalFailed) -> Self {
        CustomerError::from(fault).into()
    }
}

pub(crate) fn router(control: Arc<Control>) -> Router {
    Router::new()
        .route("/orders", get(orders::list))
        .route("/orders/{out_trade_no}", get(orders::show))
        .route("/orders/{out_trade_no}/pay", post(orders::pay))
        .route("/orders/{out_trade_no}/cancel", post(orders::cancel))
        .route("/orders/{out_trade_no}/password", post(orders::password))
        .route("/orders/{out_trade_no}/comment", post(orders::comment))
        .route("/refunds", get(refunds::list))
        .route("/refunds/{out_refund_no}", get(refunds::show))
        .route("/refunds/{out_refund_no}/{end}", post(refunds::end))
        .route("/scenarios", get(scenarios::status).post(scenarios::play).delete(scenarios::stop))
        .route("/scenarios/{name}", get(scenarios::show))
        .route("/scan", post(orders::scan))
        .route("/ledger", get(truth::show))
        .route("/notices", get(notices::list))
        .route("/notices/{id}/resend", post(notices::resend))
        .route("/merchants", get(merchants::list).post(merchants::add))
        .route("/merchants/{mch_id}", delete(merchants::remove))
        .route("/clock", get(clock::show).post(clock::change))
        .route("/traffic", get(traffic::list))
        .route("/traffic/{id}", get(traffic::show))
        .route("/traffic/{id}/curl", get(traffic::curl))
        .route("/faults", get(faults::show).put(faults::put).patch(faults::change))
        .route("/faults/reset", post(faults::reset))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&control), guard))
        .with_state(control)
}

async fn no_such_path() -> Refused {
    Refused::missing("没有这个控制接口 (there is no such control path)")
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

#[cfg(test)]
mod tests;
