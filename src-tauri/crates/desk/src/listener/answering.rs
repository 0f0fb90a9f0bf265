//! What comes over a connection of the listener: let in or turned away, and answered.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{ConnectInfo, FromRequest, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::oneshot;
use wxpay_protocol::notice::REFUSED;

use super::connections::Visitor;
use super::{ANSWER_BY, BODY, Heard, SHOP_BYTES_MAX};
use crate::Desk;
use crate::relaying::LoopbackUrl;

/// What a request is judged by.
pub(super) struct House {
    pub(super) desk: Desk,
    pub(super) path: String,
    pub(super) public_host: Option<String>,
    pub(super) forward: Option<LoopbackUrl>,
    pub(super) profile: Option<String>,
    pub(super) shop: Option<String>,
    pub(super) notify_url: String,
}

/// One of the addresses that are listened on.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) house: Arc<House>,
    /// Whether others than this machine reach it: then nothing but the shop is behind it.
    pub(super) is_wide: bool,
}

/// What a request is about.
enum Wanted {
    Notice,
    Shop(String),
    Nothing,
}

/// Why a body is not there.
enum Unread {
    TooLong,
    /// Not there in time, or broken off: nobody knows what it would have said.
    Late,
}

pub(super) async fn answer(
    State(door): State<Door>,
    ConnectInfo(visitor): ConnectInfo<Visitor>,
    request: Request,
) -> Response {
    visitor.head_is_complete();
    let (head, body) = request.into_parts();
    let house = &door.house;
    let mut response = match door.wanted(&head) {
        Wanted::Nothing => {
            visitor.has_spoken();
            nothing()
        }
        Wanted::Shop(profile) => match read(head.clone(), body, &visitor).await {
            Ok(body) if body.len() <= SHOP_BYTES_MAX => {
                crate::shop::answer(&house.desk, &profile, &house.notify_url, &head, &body).await
            }
            _ => nothing(),
        },
        Wanted::Notice => {
            let body = read(head, body, &visitor).await;
            notice(Arc::clone(house), body, visitor.from).await
        }
    };
    // One exchange per connection, so that none is kept by somebody who has nothing to say.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

impl Door {
    fn wanted(&self, head: &Parts) -> Wanted {
        let house = &self.house;
        if !self.knows_host(&head.headers) {
            return Wanted::Nothing;
        }
        if let Some(profile) = house.shop.as_ref().filter(|_| head.uri.path().starts_with("/wechat/")) {
            return Wanted::Shop(profile.clone());
        }
        let is_notice = !self.is_wide
            && head.method == Method::POST
            && head.uri.path() == house.path
            && head.uri.query().is_none()
            && !head.headers.contains_key(header::ORIGIN);
        if is_notice { Wanted::Notice } else { Wanted::Nothing }
    }

    /// This machine's names, and the relay's; where others may come in any address, because only a name can be made to lead
    /// a browser's page here.
    fn knows_host(&self, headers: &HeaderMap) -> bool {
        let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
        let host = host.to_ascii_lowercase();
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host.as_str(),
        };
        let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
        matches!(name, "127.0.0.1" | "localhost" | "[::1]")
            || self.house.public_host.as_deref() == Some(host.as_str())
            || (self.is_wide && bare.parse::<IpAddr>().is_ok())
    }
}

/// A wrong path, method or host learns nothing.
pub(crate) fn nothing() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// The whole body, in time and within the limit that the router sets. Until it is there a newcomer may take its place.
async fn read(head: Parts, body: Body, visitor: &Visitor) -> Result<Bytes, Unread> {
    let body = Bytes::from_request(Request::from_parts(head, body), &());
    let read = tokio::time::timeout(BODY, body).await.map_err(|_| Unread::Late)?;
    visitor.has_spoken();
    read.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => Unread::TooLong,
        _ => Unread::Late,
    })
}

async fn notice(house: Arc<House>, body: Result<Bytes, Unread>, from: SocketAddr) -> Response {
    let body = match body {
        Ok(body) => Some(body.to_vec()),
        Err(Unread::TooLong) => None,
        Err(Unread::Late) => return acknowledgement(REFUSED),
    };
    let (answered, said) = oneshot::channel();
    // It runs to its end whether or not anybody still waits for it.
    tokio::spawn(async move {
        let peer = Some(from.ip().to_string());
        let outcome = house.desk.receive_notice(body.clone(), house.profile.as_deref(), peer).await;
        // Nobody waiting any more means that the refusal in time was sent.
        answered.send(outcome.answer).ok();
        let forwarded = match (&house.forward, body) {
            (Some(forward), Some(body)) => Some(house.desk.forward_notice(outcome.id, forward, body).await),
            _ => None,
        };
        // Nobody listening is no fault.
        house.desk.inner.listener.heard.send(Heard { outcome, forwarded }).ok();
    });
    match tokio::time::timeout(ANSWER_BY, said).await {
        Ok(Ok(answer)) => acknowledgement(answer),
        _ => acknowledgement(REFUSED),
    }
}

fn acknowledgement(answer: &'static str) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"))], answer).into_response()
}
