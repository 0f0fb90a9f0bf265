//! The real wire: HTTP over reqwest with rustls, no redirects, deadlines and a size cap.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::wire::{
    Alone, DownloadReply, LostReason, NotSentReason, READ_CAP_BYTES, Wire, WireAnswer, WireCall, WireFault, WireHead,
    WireReply,
};
use crate::{BodySink, Destination, MerchantCertificate, SessionCall};

const USER_AGENT: &str = concat!("wxpay-desk/", env!("CARGO_PKG_VERSION"));

/// How long an exchange may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until the connection stands, TLS included; 5 s by default.
    pub connect_timeout: Duration,
    /// For the whole exchange, however lively the answer trickles; 15 s by default.
    pub deadline: Duration,
    /// How long an unused connection is kept; 30 s by default.
    pub idle: Duration,
    /// Until a download begins, and then for each piece of it; 60 s by default, because a large bill is packed first.
    pub download_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            deadline: Duration::from_secs(15),
            idle: Duration::from_secs(30),
            download_pause: Duration::from_secs(60),
        }
    }
}

/// Why the HTTP client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error(
    "the HTTP client cannot start; check that the system's root certificates are installed (package ca-certificates)"
)]
pub struct HttpWireFault(#[source] reqwest::Error);

// A client trusts one set of roots and reaches one kind of host, so that no connection is ever shared across that line.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Reach {
    WeChat,
    Loopback { root_ca_der: Option<Arc<[u8]>> },
}

/// Sends over HTTP. Cheap to share; connections are kept alive per kind of destination.
pub struct HttpWire {
    limits: Limits,
    clients: Mutex<HashMap<Reach, reqwest::Client>>,
}

impl HttpWire {
    /// A wire with these limits. Installs rustls' ring provider if no other is there yet.
    pub fn new(limits: Limits) -> Self {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Losing the race to another thread leaves the same provider in place.
            rustls::crypto::ring::default_provider().install_default().ok();
        }
        Self { limits, clients: Mutex::new(HashMap::new()) }
    }

    fn client(&self, to: &Destination, alone: Option<Alone<'_>>) -> Result<reqwest::Client, HttpWireFault> {
        let reach =
            if to.is_loopback() { Reach::Loopback { root_ca_der: to.root_ca_der().cloned() } } else { Reach::WeChat };
        if let Some(Alone { certificate }) = alone {
            // Made anew each time: no connection outlives the call, and no private key stays in memory after it.
            return build_alone(&reach, self.limits, certificate).map_err(|fault| HttpWireFault(fault.without_url()));
        }
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&reach) {
            return Ok(client.clone());
        }
        let client = builder(&reach, self.limits)
            .and_then(reqwest::ClientBuilder::build)
            .map_err(|fault| HttpWireFault(fault.without_url()))?;
        clients.insert(reach, client.clone());
        Ok(client)
    }

    async fn exchange(&self, call: WireCall<'_>) -> Result<WireAnswer, WireFault> {
        Self::read(self.send(call).await?).await
    }

    async fn send(&self, call: WireCall<'_>) -> Result<Result<reqwest::Response, reqwest::Error>, WireFault> {
        let client = self.client(call.to, call.alone).map_err(|fault| {
            tracing::warn!(%fault, "no HTTP client");
            WireFault::NotSent(NotSentReason::Build)
        })?;
        let request = client.post(call.to.url(call.path)).header(CONTENT_TYPE, "text/xml; charset=utf-8");
        Ok(request.body(call.body.to_owned()).send().await)
    }

    async fn fetch(&self, call: WireCall<'_>, sink: &mut dyn BodySink) -> Result<WireHead, WireFault> {
        let pause = self.limits.download_pause;
        let late = |_| WireFault::Lost(LostReason::Deadline);
        let sent = tokio::time::timeout(pause, self.send(call)).await.map_err(late)??;
        let mut response = sent.map_err(|fault| classify(&fault.without_url()))?;
        let digest = response.headers().get("Digest").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let head = WireHead { status: response.status().as_u16(), encoded: is_encoded(&response), digest };
        let broken = WireFault::Lost(LostReason::Broken);
        while let Some(piece) =
            tokio::time::timeout(pause, response.chunk()).await.map_err(late)?.map_err(|_| broken)?
        {
            // Whoever takes the body knows why it ends here.
            sink.take(&piece).map_err(|_| broken)?;
        }
        Ok(head)
    }

    async fn ask_session(&self, call: SessionCall<'_>) -> Result<WireAnswer, WireFault> {
        let url = call.url().ok_or(WireFault::NotSent(NotSentReason::Build))?;
        let client = self.client(call.to, None).map_err(|_| WireFault::NotSent(NotSentReason::Build))?;
        Self::read(client.get(url).send().await).await
    }

    async fn read(sent: Result<reqwest::Response, reqwest::Error>) -> Result<WireAnswer, WireFault> {
        let mut response = sent.map_err(|fault| classify(&fault.without_url()))?;
        let status = response.status().as_u16();
        let encoded = is_encoded(&response);
        let mut body = Vec::new();
        let mut cut = false;
        while let Some(piece) = response.chunk().await.map_err(|_| WireFault::Lost(LostReason::Broken))? {
            let room = READ_CAP_BYTES - body.len();
            body.extend_from_slice(piece.get(..room).unwrap_or(&piece));
            if piece.len() > room {
                cut = true;
                break;
            }
        }
        Ok(WireAnswer { status, body, cut, encoded })
    }
}

impl Default for HttpWire {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

fn is_encoded(response: &reqwest::Response) -> bool {
    let encoding = response.headers().get(CONTENT_ENCODING);
    encoding.is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

impl Wire for HttpWire {
    fn download<'a>(&'a self, call: WireCall<'a>, sink: &'a mut dyn BodySink) -> DownloadReply<'a> {
        Box::pin(self.fetch(call, sink))
    }

    fn post<'a>(&'a self, call: WireCall<'a>) -> WireReply<'a> {
        Box::pin(async move {
            tokio::time::timeout(self.limits.deadline, self.exchange(call))
                .await
                .unwrap_or(Err(WireFault::Lost(LostReason::Deadline)))
        })
    }

    fn session<'a>(&'a self, call: SessionCall<'a>) -> WireReply<'a> {
        Box::pin(async move {
            tokio::time::timeout(self.limits.deadline, self.ask_session(call))
                .await
                .unwrap_or(Err(WireFault::Lost(LostReason::Deadline)))
        })
    }
}

fn build_alone(
    reach: &Reach,
    limits: Limits,
    certificate: Option<&MerchantCertificate>,
) -> Result<reqwest::Client, reqwest::Error> {
    let mut builder = builder(reach, limits)?.pool_max_idle_per_host(0).http1_only();
    if let Some(certificate) = certificate {
        builder = builder.identity(reqwest::Identity::from_pem(certificate.kept().expose())?);
    }
    builder.build()
}

fn builder(reach: &Reach, limits: Limits) -> Result<reqwest::ClientBuilder, reqwest::Error> {
    let builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .tls_version_min(reqwest::tls::Version::TLS_1_2)
        .connect_timeout(limits.connect_timeout)
        .pool_idle_timeout(limits.idle);
    let Reach::Loopback { root_ca_der } = reach else {
        return Ok(builder.https_only(true));
    };
    // Only the given root counts: a simulator's certificate is never one that the public roots know.
    let roots = root_ca_der.iter().map(|der| reqwest::Certificate::from_der(der)).collect::<Result<Vec<_>, _>>()?;
    Ok(builder
        .no_proxy()
        .http1_only()
        .tls_certs_only(roots)
        // Whatever the system's resolver says about this name, it stays on this machine.
        .resolve_to_addrs(
            "localhost",
            &[SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))],
        ))
}

/// Only a failure before the connection stood is proof that nothing was sent.
fn classify(fault: &reqwest::Error) -> WireFault {
    if fault.is_builder() {
        return WireFault::NotSent(NotSentReason::Build);
    }
    if !fault.is_connect() {
        return WireFault::Lost(if fault.is_timeout() { LostReason::Deadline } else { LostReason::Broken });
    }
    WireFault::NotSent(if fault.is_timeout() { NotSentReason::ConnectTimeout } else { connect_reason(fault) })
}

fn connect_reason(fault: &reqwest::Error) -> NotSentReason {
    let mut cause: Option<&(dyn StdError + 'static)> = fault.source();
    while let Some(inner) = cause {
        if inner.is::<rustls::Error>() {
            return NotSentReason::Tls;
        }
        if let Some(reason) = inner.downcast_ref::<io::Error>().and_then(io_reason) {
            return reason;
        }
        // The HTTP library has no type for a failed look-up, only this text.
        if inner.to_string().starts_with("dns error") {
            return NotSentReason::Dns;
        }
        cause = inner.source();
    }
    NotSentReason::Connect
}

/// An I/O error hides what it wraps from `source`, and the TLS connector wraps twice.
fn io_reason(fault: &io::Error) -> Option<NotSentReason> {
    if let Some(wrapped) = fault.get_ref() {
        if wrapped.is::<rustls::Error>() {
            return Some(NotSentReason::Tls);
        }
        if let Some(reason) = wrapped.downcast_ref::<io::Error>().and_then(io_reason) {
            return Some(reason);
        }
    }
    match fault.kind() {
        io::ErrorKind::ConnectionRefused => Some(NotSentReason::Refused),
        io::ErrorKind::TimedOut => Some(NotSentReason::ConnectTimeout),
        // A handshake that the other side breaks off ends in one of these.
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::InvalidData
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => Some(NotSentReason::Tls),
        _ => None,
    }
}
