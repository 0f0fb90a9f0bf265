//! What carries one request and brings its answer back, as bytes.

use std::future::Future;
use std::pin::Pin;

use crate::{BodySink, Destination, MerchantCertificate, SessionCall};

/// Answers are read up to this size only to say how large they are; what is used of them ends at
/// [`wxpay_protocol::xml::MAX_BYTES`].
pub(crate) const READ_CAP_BYTES: usize = 1024 * 1024;

/// One request: a signed XML document for a path of the gateway.
#[derive(Clone, Copy)]
pub struct WireCall<'a> {
    /// Which gateway.
    pub to: &'a Destination,
    /// The documented path, such as `/pay/orderquery`; the destination adds what its environment needs.
    pub path: &'a str,
    /// The signed document.
    pub body: &'a str,
    /// Set for what must never be replayed: a connection of its own, with the merchant's certificate where there is one.
    pub alone: Option<Alone<'a>>,
}

/// A call that moves money.
#[derive(Clone, Copy)]
pub struct Alone<'a> {
    /// What the merchant shows in the handshake.
    pub certificate: Option<&'a MerchantCertificate>,
}

/// What came back, whatever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireAnswer {
    /// The HTTP status, 100..=599.
    pub status: u16,
    /// The body, at most 1 MiB of it.
    pub body: Vec<u8>,
    /// Whether the body went on beyond what was read.
    pub cut: bool,
    /// Whether the answer claims a `Content-Encoding`; none was asked for.
    pub encoded: bool,
}

/// What stands before a body that was handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireHead {
    /// The HTTP status, 100..=599.
    pub status: u16,
    /// Whether the answer claims a `Content-Encoding`; none was asked for.
    pub encoded: bool,
    /// The header `Digest`.
    pub digest: Option<String>,
}

/// Why no byte of the request can have reached the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSentReason {
    /// The name has no address, or cannot be looked up.
    #[error("the gateway's name could not be looked up; check the network and the DNS settings")]
    Dns,
    /// Nobody listens there.
    #[error("the gateway refused the connection; check that it runs and that no firewall is in between")]
    Refused,
    /// No connection in time.
    #[error("no connection to the gateway came about in time; check the network, the proxy and the firewall")]
    ConnectTimeout,
    /// The certificate or the handshake was refused. There is no switch that would accept it.
    #[error(
        "the gateway's TLS certificate or handshake was refused; check the system's clock, its root certificates and the proxy"
    )]
    Tls,
    /// Anything else before the connection stood.
    #[error("the connection to the gateway could not be made; check the network and the proxy")]
    Connect,
    /// The request itself could not be built.
    #[error("the request could not be built")]
    Build,
}

/// Why nothing certain is known although the request may have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LostReason {
    /// The deadline for the whole exchange passed.
    #[error("no complete answer came within the deadline")]
    Deadline,
    /// The connection broke, or the answer ended before it was complete.
    #[error("the connection broke before a complete answer was there")]
    Broken,
}

/// Why there is no answer. Texts hold neither the address nor anything of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireFault {
    /// Certainly not sent.
    #[error("not sent: {0}")]
    NotSent(NotSentReason),
    /// Possibly arrived and done.
    #[error("lost: {0}")]
    Lost(LostReason),
}

/// The pending answer of a [`Wire`].
pub type WireReply<'a> = Pin<Box<dyn Future<Output = Result<WireAnswer, WireFault>> + Send + 'a>>;

/// The pending head of a [`Wire`]'s download.
pub type DownloadReply<'a> = Pin<Box<dyn Future<Output = Result<WireHead, WireFault>> + Send + 'a>>;

/// Carries requests. [`HttpWire`](crate::HttpWire) is the real one; tests pass their own.
pub trait Wire: Send + Sync + 'static {
    /// Sends one request and waits for its whole answer, a fault or the deadline.
    fn post<'a>(&'a self, call: WireCall<'a>) -> WireReply<'a>;

    /// Asks whose login a js_code is. A wire of tests that knows no logins sends nothing.
    fn session<'a>(&'a self, _call: SessionCall<'a>) -> WireReply<'a> {
        Box::pin(async { Err(WireFault::NotSent(NotSentReason::Build)) })
    }

    /// Sends one request and hands the body of its answer on while it comes, however long it is. A wire of tests that knows no
    /// bills sends nothing.
    fn download<'a>(&'a self, _call: WireCall<'a>, _sink: &'a mut dyn BodySink) -> DownloadReply<'a> {
        Box::pin(async { Err(WireFault::NotSent(NotSentReason::Build)) })
    }
}
