//! Lets happen what is due, and sends notices: to this machine only, five seconds each, a few at a time.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use reqwest::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue, PRAGMA, USER_AGENT};
use tokio::task::JoinSet;
use wxpay_protocol::UtcMs;

use crate::gateway::Gateway;
use crate::ledger::record::Attempt;
use crate::notices::delivery;
use crate::notices::queue::Outgoing;
use crate::sandbox::Sandboxes;
use crate::serve::traffic::{Direction, Exchange};

/// Notices on their way at the same time; a merchant that never answers must not hold up the others.
const AT_ONCE: usize = 32;
/// How much of an answer is read; an acknowledgement has less than a hundred bytes.
const ANSWER_BYTES: usize = 64 * 1024;
/// How much of an answer is remembered with the attempt.
const REMEMBERED_CHARS: usize = 500;

/// The client that delivers notices: no proxy, no redirects, `localhost` is this machine whatever a name server says.
pub(crate) fn client(deadline: Duration) -> Result<reqwest::Client, reqwest::Error> {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::trace!("a TLS provider is installed already");
    }
    let local = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (ACCEPT, "*/*"),
        (CONNECTION, "Keep-Alive"),
        (CONTENT_TYPE, "text/xml"),
        (PRAGMA, "no-cache"),
        (USER_AGENT, "Mozilla/4.0"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let builder = || {
        reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(deadline)
            .pool_max_idle_per_host(0)
            .http1_only()
            .http1_title_case_headers()
            .default_headers(headers.clone())
            .resolve_to_addrs("localhost", &local)
    };
    // A machine without a certificate store can still deliver over http.
    builder().build().or_else(|_| builder().tls_certs_only(std::iter::empty()).build())
}

/// Runs until the task is aborted; the sandboxes' notices are sent as well.
pub(crate) async fn run(gateway: Arc<Gateway>, client: reqwest::Client) {
    let mut gateways = JoinSet::new();
    for sandbox in gateway.sandboxes().into_iter().flat_map(Sandboxes::all) {
        gateways.spawn(run_one(Arc::clone(sandbox), client.clone()));
    }
    run_one(gateway, client).await;
}

async fn run_one(gateway: Arc<Gateway>, client: reqwest::Client) {
    let mut on_their_way = JoinSet::new();
    loop {
        while on_their_way.try_join_next().is_some() {}
        for outgoing in gateway.take_due_notices(AT_ONCE.saturating_sub(on_their_way.len())) {
            on_their_way.spawn(deliver(Arc::clone(&gateway), client.clone(), outgoing));
        }
        let is_full = on_their_way.len() >= AT_ONCE;
        let until = |due: Option<UtcMs>| due.and_then(|due| gateway.clock.real_time_until(due));
        let notice = until(gateway.next_notice_due()).filter(|_| !is_full);
        let wait = [notice, until(gateway.wakes_at())].into_iter().flatten().min();
        tokio::select! {
            // An attempt that ends says so here, and so do a payment, a refund, a new merchant and an advanced clock.
            () = gateway.due_changed.notified() => {}
            () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)), if wait.is_some() => gateway.let_happen(),
        }
    }
}

async fn deliver(gateway: Arc<Gateway>, client: reqwest::Client, outgoing: Outgoing) {
    let mut copies = JoinSet::new();
    for _ in 1..outgoing.copies {
        let (client, url, body) = (client.clone(), outgoing.url.clone(), outgoing.body.clone());
        copies.spawn(async move { post(&client, &url, &body).await.is_ok() });
    }
    let started = Instant::now();
    let answer = post(&client, &outgoing.url, &outgoing.body).await;
    let took = started.elapsed();
    let (http_status, response, reason) = match answer {
        Ok((status, body)) => (Some(status), body, None),
        Err(fault) => (None, Bytes::new(), Some(words(&fault))),
    };
    let acknowledged = http_status.is_some_and(|status| delivery::is_acknowledged(status, &response));
    let at = gateway.clock.now();
    gateway.keep_exchange(Exchange {
        id: 0,
        at,
        direction: Direction::Sent,
        method: "POST".to_owned(),
        path: outgoing.url,
        content_type: Some("text/xml".to_owned()),
        request: Bytes::from(outgoing.body),
        status: http_status.unwrap_or(0),
        response: response.clone(),
        took_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        endpoint: outgoing.endpoint,
        outcome: if acknowledged { "ACKNOWLEDGED" } else { "UNACKNOWLEDGED" },
        reason: reason.clone(),
    });
    let attempt = Attempt {
        at,
        http_status,
        answer: reason.unwrap_or_else(|| String::from_utf8_lossy(&response).chars().take(REMEMBERED_CHARS).collect()),
        acknowledged,
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    };
    if let Err(fault) = gateway.record_attempt(outgoing.id, attempt) {
        tracing::error!(%fault, notice = outgoing.id, "an attempt is not written down");
    }
    copies.join_all().await;
}

/// Posts a message to the merchant; the status and at most 64 KiB of its answer.
pub(crate) async fn post(client: &reqwest::Client, url: &str, body: &str) -> Result<(u16, Bytes), reqwest::Error> {
    let mut answer = client.post(url).body(body.to_owned()).send().await?;
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        let room = ANSWER_BYTES.saturating_sub(body.len());
        body.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
        if body.len() >= ANSWER_BYTES {
            break;
        }
    }
    Ok((status, Bytes::from(body)))
}

/// Why there was no answer, in words.
pub(crate) fn words(fault: &reqwest::Error) -> String {
    let text = if fault.is_timeout() {
        "没有在时限内应答 (no answer in time)"
    } else if fault.is_connect() {
        "无法连接 (cannot connect)"
    } else {
        "应答中断 (the answer broke off)"
    };
    text.to_owned()
}
