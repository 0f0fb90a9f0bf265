//! downloadbill and downloadfundflow: a body of any length, handed on piece by piece.

use std::io;

use wxpay_protocol::Params;
use wxpay_protocol::bill::BillRefusal;
use wxpay_protocol::bill::download::{BillKind, NoBill};
use wxpay_protocol::xml;

use crate::call::{Client, Merchant, RequestFault, asks_for_certificate, signed_request};
use crate::wire::{Alone, WireCall, WireFault};
use crate::{Destination, MerchantCertificate};

/// What takes a body while it comes.
pub trait BodySink: Send {
    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// They cannot be kept, or nobody wants them any more; the download ends here.
    fn take(&mut self, piece: &[u8]) -> io::Result<()>;
}

/// What the gateway sent as a bill. Whether it is one, and whole, is for the reader to find out: it is not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillBody {
    /// How long it is.
    pub bytes: u64,
    /// The header `Digest`, which fund flows have (`SHA=` and 40 hexadecimal digits).
    pub digest: Option<String>,
}

/// Why there is no body to keep.
#[derive(Debug, thiserror::Error)]
pub enum DownloadFault {
    /// The request cannot be written.
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// Not sent, or the connection broke.
    #[error(transparent)]
    Wire(#[from] WireFault),
    /// Another HTTP status than 200.
    #[error("the answer was HTTP {0} instead of a bill; check the proxy and try again later")]
    HttpStatus(u16),
    /// The gateway asks for another certificate than it was shown.
    #[error("the gateway did not take the merchant's certificate; import the one of this merchant that is valid now")]
    Certificate,
    /// Compressed by the transport although that was not asked for.
    #[error("the answer is compressed by a proxy although that was not asked for; download it without the proxy")]
    Encoded,
    /// WeChat Pay gives no bill.
    #[error("WeChat Pay answers {return_msg:?} (error_code {error_code}): {means}", return_msg = .0.return_msg, error_code = .0.error_code, means = .0.meaning().sentences().1)]
    NoBill(NoBill),
    /// Neither a bill nor a refusal of one.
    #[error(transparent)]
    NotABill(BillRefusal),
    /// Whoever took the body could not keep it.
    #[error("the bill cannot be kept: {0}; check the folder and the space on the disk")]
    Sink(io::Error),
}

impl Client {
    /// Fetches a bill and hands its bytes to `sink` as they come, packed where `request` asks for that. Nothing reaches the sink
    /// of an answer that is no text of a bill.
    ///
    /// # Errors
    ///
    /// See [`DownloadFault`]; what the sink took before is not a bill.
    pub async fn download_bill(
        &self,
        to: &Destination,
        (kind, merchant): (BillKind, Merchant<'_>),
        certificate: Option<&MerchantCertificate>,
        request: &Params,
        sink: &mut dyn BodySink,
    ) -> Result<BillBody, DownloadFault> {
        let body = signed_request(request, merchant.key, kind.sign_type(merchant.sign_type))?;
        // A download follows where the other requests go; it is no reason to change the city by itself.
        let other = to.other_city().filter(|_| self.cities.is_away(to));
        let to = other.as_ref().unwrap_or(to);
        let alone = matches!(kind, BillKind::FundFlow(_)).then_some(Alone { certificate });
        let mut text = Sorted { sink, answer: None, failed: None, bytes: 0 };
        let came = self.wire.download(WireCall { to, path: kind.path(), body: &body, alone }, &mut text).await;
        if let Some(fault) = text.failed {
            return Err(DownloadFault::Sink(fault));
        }
        let head = came?;
        let answer = text.answer;
        if head.status == 400 && answer.as_deref().is_some_and(asks_for_certificate) {
            return Err(DownloadFault::Certificate);
        }
        if head.status != 200 {
            return Err(DownloadFault::HttpStatus(head.status));
        }
        if head.encoded {
            return Err(DownloadFault::Encoded);
        }
        match answer {
            None if text.bytes > 0 => Ok(BillBody { bytes: text.bytes, digest: head.digest }),
            answer => match NoBill::read(&answer.unwrap_or_default()) {
                Ok(no_bill) => Err(DownloadFault::NoBill(no_bill)),
                Err(refusal) => Err(DownloadFault::NotABill(refusal)),
            },
        }
    }
}

/// Tells a bill from an answer in XML by its first bytes; only a bill goes on.
struct Sorted<'s> {
    sink: &'s mut dyn BodySink,
    /// What begins like XML, as much of it as an answer may have.
    answer: Option<Vec<u8>>,
    failed: Option<io::Error>,
    bytes: u64,
}

impl BodySink for Sorted<'_> {
    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.bytes == 0 && self.answer.is_none() && piece.trim_ascii_start().starts_with(b"<") {
            self.answer = Some(Vec::new());
        }
        if let Some(answer) = &mut self.answer {
            let room = xml::MAX_BYTES - answer.len();
            answer.extend_from_slice(piece.get(..room).unwrap_or(piece));
            return Ok(());
        }
        self.bytes += piece.len() as u64;
        self.sink.take(piece).map_err(|fault| {
            let kind = fault.kind();
            self.failed = Some(fault);
            kind.into()
        })
    }
}
