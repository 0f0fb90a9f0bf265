//! The control interface of a running gateway, as every action of `wxpay simulator` asks it.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, Method, StatusCode, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::secrets;

/// The gateway answers within milliseconds; whoever waits longer waits for nothing.
const TIMEOUT: Duration = Duration::from_secs(10);
/// A ledger of many orders takes longer to write than anything else.
const LEDGER_TIMEOUT: Duration = Duration::from_secs(600);

#[derive(clap::Args)]
pub(crate) struct ControlOptions {
    /// The `control` address that the simulator printed
    #[arg(long, value_name = "URL")]
    control: String,
    /// File with the `control_token` that the simulator printed; - reads standard input
    #[arg(long, value_name = "FILE")]
    control_token_file: Option<PathBuf>,
    /// The authority of a simulator with TLS, in PEM form: the `ca` that it printed
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// What the gateway said.
pub(crate) enum Reply {
    Done(Value),
    /// There is no such thing; the gateway's sentence.
    Missing(Value),
}

/// One question.
pub(crate) struct Ask<'a> {
    method: Method,
    path: Vec<&'a str>,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl<'a> Ask<'a> {
    pub(crate) fn get(path: &[&'a str]) -> Self {
        Self { method: Method::GET, path: path.to_vec(), query: Vec::new(), body: None }
    }

    pub(crate) fn post(path: &[&'a str], body: Value) -> Self {
        Self { method: Method::POST, path: path.to_vec(), query: Vec::new(), body: Some(body) }
    }

    pub(crate) fn put(path: &[&'a str], body: Value) -> Self {
        Self { method: Method::PUT, ..Self::post(path, body) }
    }

    pub(crate) fn patch(path: &[&'a str], body: Value) -> Self {
        Self { method: Method::PATCH, ..Self::post(path, body) }
    }

    pub(crate) fn delete(path: &[&'a str]) -> Self {
        Self { method: Method::DELETE, ..Self::get(path) }
    }

    /// A parameter of the question, where there is one.
    pub(crate) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }
}

impl ControlOptions {
    /// Asks and shows the answer: the document with `--json`, else what `show` writes for people.
    pub(crate) async fn settle(
        &self,
        ask: Ask<'_>,
        output: &mut Output,
        show: impl FnOnce(&Value, &mut Output) -> Result<(), Failure>,
    ) -> Result<Exit, Failure> {
        let (answer, exit) = match self.ask(ask).await? {
            Reply::Done(answer) => (answer, Exit::Done),
            Reply::Missing(answer) => (answer, Exit::No),
        };
        if output.is_json() {
            output.document(&answer)?;
        } else if exit == Exit::Done {
            show(&answer, output)?;
        } else {
            output.verdict(false, &sentence(&answer))?;
        }
        Ok(exit)
    }

    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<Reply, Failure> {
        let url = self.url(&ask)?;
        let token = secrets::secret(&secrets::CONTROL_TOKEN, self.control_token_file.as_deref())?;
        let timeout = if ask.path == ["ledger"] { LEDGER_TIMEOUT } else { TIMEOUT };
        let mut bearer = reqwest::header::HeaderValue::from_bytes(&[b"Bearer ".as_slice(), token.expose()].concat())
            .map_err(|_| Failure::ControlRefused("the control token holds characters that no token has".to_owned()))?;
        bearer.set_sensitive(true);
        let mut request = self
            .client(timeout)?
            .request(ask.method, url)
            .header(reqwest::header::AUTHORIZATION, bearer)
            .header(reqwest::header::CONTENT_TYPE, "application/json");
        if let Some(body) = ask.body {
            request = request.body(body.to_string());
        }
        let reply = request
            .send()
            .await
            .map_err(|fault| if fault.is_connect() { self.unreachable() } else { Failure::ControlLost })?;
        let status = reply.status();
        let bytes = reply.bytes().await.map_err(|_| Failure::ControlLost)?;
        let answer: Value = serde_json::from_slice(&bytes).map_err(|_| self.unreachable())?;
        match status {
            _ if status.is_success() => Ok(Reply::Done(answer)),
            StatusCode::NOT_FOUND => Ok(Reply::Missing(answer)),
            _ => Err(Failure::ControlRefused(sentence(&answer))),
        }
    }

    /// The token goes to a gateway on this machine and nowhere else.
    fn url(&self, ask: &Ask<'_>) -> Result<Url, Failure> {
        let refused = || Failure::ControlAddress(self.control.chars().take(200).collect());
        let mut url = Url::parse(&self.control).map_err(|_| refused())?;
        let host = url.host_str().unwrap_or_default();
        let loopback = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if !matches!(url.scheme(), "http" | "https") || !loopback || url.query().is_some() || !url.username().is_empty()
        {
            return Err(refused());
        }
        url.path_segments_mut().map_err(|()| refused())?.pop_if_empty().extend(&ask.path);
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&ask.query);
        }
        Ok(url)
    }

    fn unreachable(&self) -> Failure {
        Failure::ControlUnreachable(self.control.chars().take(200).collect())
    }

    fn client(&self, timeout: Duration) -> Result<reqwest::Client, Failure> {
        // A second installation keeps the first one, which is the same.
        rustls::crypto::ring::default_provider().install_default().ok();
        let roots = self.ca_file.as_deref().map(authority).transpose()?;
        reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(timeout)
            .tls_certs_only(roots)
            .build()
            .map_err(|_| self.unreachable())
    }
}

fn authority(path: &Path) -> Result<Certificate, Failure> {
    let unusable = || Failure::CaFile(path.display().to_string());
    let der = CertificateDer::from_pem_file(path).map_err(|_| unusable())?;
    Certificate::from_der(&der).map_err(|_| unusable())
}

fn sentence(answer: &Value) -> String {
    answer.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason given").to_owned()
}

/// A member of an answer as text; `-` where there is none.
pub(crate) fn word(answer: &Value, name: &str) -> String {
    match answer.get(name) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The members of a list in an answer.
pub(crate) fn rows<'v>(answer: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    answer.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// How much of a list is asked for.
#[derive(clap::Args)]
pub(crate) struct ListOptions {
    /// Only what contains this text
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// At most so many, the newest first
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

impl ListOptions {
    pub(crate) fn ask<'a>(&self, path: &[&'a str]) -> Ask<'a> {
        Ask::get(path).with("search", self.search.as_deref()).with("limit", Some(self.limit))
    }
}
