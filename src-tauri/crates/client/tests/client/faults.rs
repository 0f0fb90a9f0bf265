//! What is known when the network, not the gateway, decides.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use wxpay_client::{Destination, Doubt, LostReason, NotSentReason, Outcome, Rejection, signed_request};
use wxpay_protocol::SignType;
use wxpay_protocol::environment::Environment;

use crate::gateway::*;

fn to(base: &str) -> Destination {
    Destination::new(Environment::Simulator, Some(base), None).unwrap()
}

async fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn a_refused_connection_is_known_not_to_have_been_sent() {
    let exchange = ask(&to(&format!("http://{}", closed_port().await))).await;
    assert!(
        matches!(exchange.outcome, Outcome::Rejected(Rejection::NotSent(NotSentReason::Refused))),
        "{:?}",
        exchange.outcome
    );
    assert_eq!(exchange.http_status, None);
}

#[tokio::test]
async fn a_reset_before_or_after_reading_leaves_the_outcome_unknown() {
    for act in [Act::ResetBeforeReading, Act::ResetAfterReading] {
        let exchange = asked(act).await;
        assert!(
            matches!(exchange.outcome, Outcome::Unknown(Doubt::Lost(LostReason::Broken))),
            "{:?}",
            exchange.outcome
        );
        assert!(!exchange.verified);
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_unknown_and_one_that_never_ends_meets_the_deadline() {
    let good = paid_but(&[]);
    let whole = http("200 OK", "", good.as_bytes());
    let short = asked(Act::Write(whole[..whole.len() - 20].to_vec())).await;
    assert!(matches!(short.outcome, Outcome::Unknown(Doubt::Lost(LostReason::Broken))), "{:?}", short.outcome);

    let longer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{good}", good.len() + 10);
    let hung = asked(Act::WriteAndHang(longer.into_bytes())).await;
    assert!(matches!(hung.outcome, Outcome::Unknown(Doubt::Lost(LostReason::Deadline))), "{:?}", hung.outcome);

    let silent = asked(Act::WriteAndHang(Vec::new())).await;
    assert!(matches!(silent.outcome, Outcome::Unknown(Doubt::Lost(LostReason::Deadline))));
}

#[tokio::test]
async fn a_trickling_answer_meets_the_total_deadline_not_an_idle_one() {
    let started = Instant::now();
    let exchange = asked(Act::Drip).await;
    assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::Lost(LostReason::Deadline))));
    assert!(started.elapsed() < limits().deadline + Duration::from_secs(2));
}

#[tokio::test]
async fn an_answer_of_a_gigabyte_is_cut_at_a_megabyte() {
    let gateway = Gateway::start(Act::Huge(1 << 30)).await;
    let exchange = ask(&gateway.destination()).await;
    assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::TooLarge)), "{:?}", exchange.outcome);
    assert!(exchange.raw.len() <= 64 * 1024);
    // Socket buffers may take a few megabytes more than were read.
    assert!(gateway.written.load(Ordering::SeqCst) < 64 << 20);
}

#[tokio::test]
async fn compressed_answers_are_not_unpacked() {
    let garbage = http("200 OK", "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\x00garbage");
    assert!(matches!(asked(Act::Write(garbage)).await.outcome, Outcome::Unknown(Doubt::Encoded)));
    let lying = http("200 OK", "Content-Encoding: gzip\r\n", paid_but(&[]).as_bytes());
    assert!(matches!(asked(Act::Write(lying)).await.outcome, Outcome::Unknown(Doubt::Encoded)));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let canary = Gateway::start(Act::Write(http("200 OK", "", paid_but(&[]).as_bytes()))).await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let location = format!("Location: {}/pay/orderquery\r\n", canary.base);
        let exchange = asked(Act::Write(http(status, &location, b""))).await;
        assert!(matches!(exchange.outcome, Outcome::Unknown(Doubt::HttpStatus(300..=399))), "{status}");
    }
    assert!(canary.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_refused_before_anything_is_sent() {
    // Speaks no TLS at all, which ends every handshake.
    let gateway = Gateway::start(Act::WriteAtOnce(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())).await;
    let exchange = ask(&to(&gateway.base.replace("http:", "https:"))).await;
    assert!(
        matches!(exchange.outcome, Outcome::Rejected(Rejection::NotSent(NotSentReason::Tls))),
        "{:?}",
        exchange.outcome
    );
}

#[tokio::test]
async fn localhost_is_never_looked_up_and_reaches_this_machine() {
    let gateway = Gateway::start(Act::Write(http("200 OK", "", paid_but(&[]).as_bytes()))).await;
    let exchange = ask(&to(&gateway.base.replace("127.0.0.1", "localhost"))).await;
    assert!(matches!(exchange.outcome, Outcome::Confirmed(_)), "{:?}", exchange.outcome);
}

#[tokio::test]
async fn the_request_is_the_signed_document_and_the_same_fields_give_the_same_bytes() {
    let gateway = Gateway::start(Act::Write(http("200 OK", "", paid_but(&[]).as_bytes()))).await;
    ask(&gateway.destination()).await;
    ask(&gateway.destination()).await;
    let requests = gateway.requests.lock().unwrap().clone();
    let body = signed_request(&query(), &key(), SignType::Md5).unwrap();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert!(request.starts_with("POST /pay/orderquery HTTP/1.1\r\n"), "{request}");
        assert!(request.ends_with(&body), "{request}");
        assert!(!request.contains(&String::from_utf8_lossy(KEY).into_owned()));
    }
}

#[tokio::test]
async fn no_fault_names_the_key_or_the_address() {
    let log = Log::default();
    let sink = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let refused = format!("http://{}", closed_port().await);
    let mut texts = Vec::new();
    let first = ask(&to(&refused)).await;
    // A log line that another test met first, just before this subscriber came, may be taken for one that nobody wants.
    tracing::callsite::rebuild_interest_cache();
    for exchange in [
        first,
        asked(Act::ResetAfterReading).await,
        asked(Act::WriteAndHang(Vec::new())).await,
        answered("<html>").await,
        answered(&paid_but(&[]).replace("101", "102")).await,
    ] {
        texts.push(format!("{:?}", exchange.outcome));
        if let Outcome::Unknown(doubt) = exchange.outcome {
            texts.push(doubt.to_string());
        }
    }
    drop(guard);
    for text in texts {
        assert!(!text.contains("CanaryKey") && !text.contains("6a2dXYZ") && !text.contains("127.0.0.1"), "{text}");
    }
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("asked the gateway"), "nothing was logged");
    assert!(!logged.contains("CanaryKey") && !logged.contains("6a2dXYZ"), "the key is in the log");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
