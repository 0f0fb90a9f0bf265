//! Passing a notice on to a program on this machine, byte for byte, and keeping what it answers.

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::CONTENT_TYPE;
use tokio::time::Instant;

use crate::changes::Tag;
use crate::{Desk, DeskError};

/// How long a local program may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// So much of its answer is kept, in bytes.
const ANSWER_BYTES: usize = 4 * 1024;

/// An address on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopbackUrl(Url);

impl LoopbackUrl {
    /// Reads an address; every other machine is refused.
    pub fn parse(text: &str) -> Result<Self, DeskError> {
        let refused = |rule: &str| DeskError::input("url", rule);
        let url = Url::parse(text.trim()).map_err(|_| refused("must look like http://127.0.0.1:8080/notify"))?;
        let plain = url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
        let host = url.host_str().unwrap_or_default();
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let here = bare.parse::<std::net::IpAddr>().map_or(host == "localhost", |address| address.is_loopback());
        if plain && here {
            Ok(Self(url))
        } else {
            Err(refused(
                "must be an http address of this machine (127.0.0.1, [::1] or localhost); notices go nowhere else",
            ))
        }
    }
}

impl fmt::Display for LoopbackUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a local program answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// Its HTTP status.
    pub status: u16,
    /// The beginning of its answer, at most 4 KiB.
    pub answer: String,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
}

impl Desk {
    /// Sends bytes to a program on this machine as WeChat would, and says what it answered.
    pub async fn send_notice(&self, to: &LoopbackUrl, body: Vec<u8>) -> Result<Forwarded, DeskError> {
        let unsent = |fault: reqwest::Error| {
            let why = fault.without_url();
            DeskError::Conflict(format!("{to} did not answer ({why}); check that the program runs there"))
        };
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(DEADLINE)
            .tls_certs_only([])
            .build()
            .map_err(unsent)?;
        let started = Instant::now();
        let sent = client.post(to.0.clone()).header(CONTENT_TYPE, "text/xml").body(body).send().await;
        let mut response = sent.map_err(unsent)?;
        let status = response.status().as_u16();
        let mut answer = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(unsent)? {
            answer.extend_from_slice(&piece);
            if answer.len() >= ANSWER_BYTES {
                answer.truncate(ANSWER_BYTES);
                break;
            }
        }
        let took_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        Ok(Forwarded { status, answer: String::from_utf8_lossy(&answer).into_owned(), took_ms })
    }

    /// Sends a kept notice once more, byte for byte, to a program on this machine.
    pub async fn notice_replay(&self, id: i64, url: &str) -> Result<Forwarded, DeskError> {
        let to = LoopbackUrl::parse(url)?;
        let detail = self.notice_detail(id).await?;
        if detail.is_cut {
            return Err(DeskError::Conflict(
                "only the beginning of this refused notice was kept, so it cannot be sent again byte for byte; let it be sent anew".into(),
            ));
        }
        self.forward_notice(Some(id), &to, detail.body).await.map_err(DeskError::Conflict)
    }

    /// Passes a notice on and keeps what came of it beside the notice.
    pub(crate) async fn forward_notice(
        &self,
        id: Option<i64>,
        to: &LoopbackUrl,
        body: Vec<u8>,
    ) -> Result<Forwarded, String> {
        let sent = self.send_notice(to, body).await.map_err(|fault| fault.to_string());
        if let Some(id) = id {
            let (url, status, answer, took_ms) = match &sent {
                Ok(said) => (to.to_string(), Some(i64::from(said.status)), said.answer.clone(), Some(said.took_ms)),
                Err(fault) => (to.to_string(), None, fault.clone(), None),
            };
            let forward = desk_store::NoticeForward { url, status, answer, took_ms };
            let noted = self.blocking(move |inner| Ok(inner.store.notice_forwarded(id, forward)?)).await;
            if let Err(fault) = noted {
                tracing::warn!(%fault, "what became of passing a notice on was not kept");
            }
            self.inner.changes.note(Tag::Notices, []);
        }
        sent
    }
}
