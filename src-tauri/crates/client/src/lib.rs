//! Requests to the gateway over the wire, and what is known after each: it was [`Confirmed`](Outcome::Confirmed), it was
//! [`Rejected`](Outcome::Rejected), or the outcome is [`Unknown`](Outcome::Unknown).
//!
//! The way there is short on purpose: a [`Destination`] that can only be a compiled-in host or a loopback address, a [`Wire`]
//! that knows nothing of signatures, and [`Client`] which signs, sends and classifies. Nothing is repeated here: whoever
//! calls keeps the order number and decides what follows an unknown outcome.
//!
//! Connections are kept alive, so a request may meet a connection that the gateway has just closed. The HTTP library
//! sends such a request again only when not a single byte of it was written; otherwise the outcome is
//! [`Doubt::Lost`]. The queries, unifiedorder and closeorder are safe under both: a query changes nothing, the other two
//! are idempotent by order number. A refund goes over a connection of its own, which no other request has used
//! and which is closed after it, so that nothing can replay it.

mod call;
mod certificate;
mod cities;
mod destination;
mod download;
mod http_wire;
mod masked;
mod outcome;
mod session;
mod wire;

pub use call::{Client, CloseAnswer, Merchant, RequestFault, signed_request};
pub use certificate::{CERTIFICATE_BYTES_MAX, CertificateFacts, CertificateFault, MerchantCertificate};
pub use destination::{Destination, DestinationFault};
pub use download::{BillBody, BodySink, DownloadFault};
pub use http_wire::{HttpWire, HttpWireFault, Limits};
pub use masked::{MASK, masked_json};
pub use outcome::{Doubt, Exchange, Outcome, Rejection};
pub use session::{SessionCall, SessionExchange, SessionFault};
pub use wire::{
    Alone, DownloadReply, LostReason, NotSentReason, Wire, WireAnswer, WireCall, WireFault, WireHead, WireReply,
};
