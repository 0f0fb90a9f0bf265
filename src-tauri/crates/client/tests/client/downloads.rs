//! Bills: a body of any length goes on piece by piece, and everything that is none is told apart.

use std::io;

use wxpay_client::{BillBody, BodySink, DownloadFault, LostReason, WireFault};
use wxpay_protocol::SignType;
use wxpay_protocol::bill::download::{BillKind, NoBillMeaning};
use wxpay_protocol::bill::{AccountType, BillType};
use wxpay_protocol::sign;
use wxpay_protocol::xml;

use crate::gateway::*;

const TRADES: BillKind = BillKind::Trades(BillType::All);
const FLOW: BillKind = BillKind::FundFlow(AccountType::Basic);

/// Keeps what it takes, up to a limit.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    most: usize,
    /// How often it took something, and the most at once.
    pieces: usize,
    largest: usize,
}

impl BodySink for Kept {
    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.bytes.len() + piece.len() > self.most {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(piece);
        self.pieces += 1;
        self.largest = self.largest.max(piece.len());
        Ok(())
    }
}

async fn download(gateway: &Gateway, kind: BillKind, most: usize) -> (Result<BillBody, DownloadFault>, Kept) {
    let mut kept = Kept { most, ..Kept::default() };
    let (client, key) = (client(), key());
    let by = (kind, merchant(&key));
    let body = client.download_bill(&gateway.destination(), by, None, &query(), &mut kept).await;
    (body, kept)
}

async fn answered(status: &str, headers: &str, body: &[u8]) -> (Result<BillBody, DownloadFault>, Kept) {
    download(&Gateway::start(Act::Write(http(status, headers, body))).await, TRADES, usize::MAX).await
}

#[tokio::test]
async fn an_answer_that_is_no_bill_is_named_and_nothing_of_it_is_kept() {
    let refusal = "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[No Bill Exist]]></return_msg>\n<error_code><![CDATA[20002]]></error_code>\n</xml>";
    let (found, kept) = answered("200 OK", "", refusal.as_bytes()).await;
    assert!(matches!(&found, Err(DownloadFault::NoBill(no)) if no.meaning() == NoBillMeaning::NoTrade), "{found:?}");
    assert!(kept.bytes.is_empty());
    let (found, kept) = answered("200 OK", "", b"\r\n<html>a portal</html>").await;
    assert!(matches!(found, Err(DownloadFault::NotABill(_))) && kept.bytes.is_empty());
    let (found, _) = answered("200 OK", "", b"").await;
    assert!(matches!(found, Err(DownloadFault::NotABill(_))), "{found:?}");
    let (found, _) = answered("502 Bad Gateway", "", b"<html>").await;
    assert!(matches!(found, Err(DownloadFault::HttpStatus(502))), "{found:?}");
    let page = b"<html>400 No required SSL certificate was sent</html>";
    let (found, _) = answered("400 Bad Request", "", page).await;
    assert!(matches!(found, Err(DownloadFault::Certificate)), "{found:?}");
    let (found, _) = answered("200 OK", "Content-Encoding: br\r\n", b"packed").await;
    assert!(matches!(found, Err(DownloadFault::Encoded)), "{found:?}");
}

#[tokio::test]
async fn a_body_that_breaks_off_hangs_or_cannot_be_kept_is_no_bill() {
    let whole = http("200 OK", "", &b"x".repeat(5000));
    let cut = Gateway::start(Act::Write(whole[..4000].to_vec())).await;
    let (found, _) = download(&cut, TRADES, usize::MAX).await;
    assert!(matches!(found, Err(DownloadFault::Wire(WireFault::Lost(LostReason::Broken)))), "{found:?}");
    let hung = Gateway::start(Act::WriteAndHang(whole[..4000].to_vec())).await;
    let (found, _) = download(&hung, TRADES, usize::MAX).await;
    assert!(matches!(found, Err(DownloadFault::Wire(WireFault::Lost(LostReason::Deadline)))), "{found:?}");
    let full = Gateway::start(Act::Write(whole)).await;
    let (found, _) = download(&full, TRADES, 100).await;
    assert!(
        matches!(&found, Err(DownloadFault::Sink(fault)) if fault.kind() == io::ErrorKind::StorageFull),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_bill_of_any_length_goes_on_as_it_comes_and_a_fund_flow_is_signed_with_hmac() {
    const LENGTH: usize = 3 * 1024 * 1024;
    let gateway = Gateway::start(Act::Huge(LENGTH)).await;
    let (found, kept) = download(&gateway, TRADES, usize::MAX).await;
    assert_eq!((found.unwrap().bytes, kept.bytes.len()), (LENGTH as u64, LENGTH));
    assert!(kept.pieces > 1 && kept.largest < LENGTH / 2, "{} pieces, {} at once", kept.pieces, kept.largest);

    let digest = "Digest: SHA=e8eeb9fb13d6545e906b0e20c9dfda6a68b74736\r\n";
    let gateway = Gateway::start(Act::Write(http("200 OK", digest, b"flow"))).await;
    let (found, _) = download(&gateway, FLOW, usize::MAX).await;
    assert_eq!(found.unwrap().digest.as_deref(), Some("SHA=e8eeb9fb13d6545e906b0e20c9dfda6a68b74736"));
    let sent = gateway.requests.lock().unwrap().remove(0);
    let (head, body) = sent.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /pay/downloadfundflow "), "{head}");
    let params = xml::read(body.as_bytes(), "xml").unwrap();
    assert_eq!(params.filled("sign"), Some(sign::sign(&query(), &key(), SignType::HmacSha256).as_str()));
}
