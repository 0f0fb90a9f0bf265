//! `wxpay simulator pay`: the customer pays an order of a running gateway.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, StatusCode, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Map, Value, json};
use wxpay_protocol::ids::{MchId, OpenId, OutTradeNo};

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::secrets;

/// The gateway answers within milliseconds; whoever waits longer waits for nothing.
const TIMEOUT: Duration = Duration::from_secs(10);

const AFTER: &str = "\
Example:
  wxpay simulator pay --control http://127.0.0.1:8100/_control --control-token-file token.txt --out-trade-no 2024…";

/// Pay an order of a running simulator as the customer [模拟顾客支付]
///
/// Exit 1 if there is no such order, 4 if it cannot be paid (closed, paid already).
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Pay {
    /// The `control` address that the simulator printed
    #[arg(long, value_name = "URL")]
    control: String,
    /// File with the `control_token` that the simulator printed; - reads standard input
    #[arg(long, value_name = "FILE")]
    control_token_file: Option<PathBuf>,
    /// The authority of a simulator with TLS, in PEM form: the `ca` that it printed
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The merchant's order number [商户单号]
    #[arg(long, value_name = "N", value_parser = |text: &str| OutTradeNo::new(text))]
    out_trade_no: OutTradeNo,
    /// Whose order, where two merchants have the same number
    #[arg(long, value_parser = |text: &str| MchId::new(text))]
    mch_id: Option<MchId>,
    /// Who pays, for orders that do not say so
    #[arg(long, value_parser = |text: &str| OpenId::new(text))]
    openid: Option<OpenId>,
    /// Part of the amount that a coupon pays, in fen
    #[arg(long, value_name = "FEN", value_parser = clap::value_parser!(i64).range(0..=999_999_999_999_999))]
    coupon_fee: Option<i64>,
}

pub(crate) async fn run(command: &Pay, output: &mut Output) -> Result<Exit, Failure> {
    let url = pay_url(command)?;
    let token = secrets::secret(&secrets::CONTROL_TOKEN, command.control_token_file.as_deref())?;
    let mut body = Map::new();
    if let Some(openid) = &command.openid {
        body.insert("openid".to_owned(), json!(openid.as_str()));
    }
    if let Some(coupon_fee) = command.coupon_fee {
        body.insert("coupon_fee".to_owned(), json!(coupon_fee));
    }
    let (status, answer) = post(url, &token, Value::Object(body).to_string(), command).await?;
    if status.is_success() {
        if output.is_json() {
            output.document(&answer)?;
        } else {
            let word = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
            output.verdict(true, &format!("paid [已支付]: {} {}", command.out_trade_no, word("transaction_id")))?;
        }
        return Ok(Exit::Done);
    }
    let sentence = answer.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason given").to_owned();
    if status == StatusCode::NOT_FOUND {
        if output.is_json() {
            output.document(&answer)?;
        } else {
            output.verdict(false, &sentence)?;
        }
        return Ok(Exit::No);
    }
    Err(Failure::ControlRefused(sentence))
}

/// The token goes to a gateway on this machine and nowhere else.
fn pay_url(command: &Pay) -> Result<Url, Failure> {
    let refused = || Failure::ControlAddress(command.control.chars().take(200).collect());
    let mut url = Url::parse(&command.control).map_err(|_| refused())?;
    let host = url.host_str().unwrap_or_default();
    let loopback = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if !matches!(url.scheme(), "http" | "https") || !loopback || url.query().is_some() || !url.username().is_empty() {
        return Err(refused());
    }
    url.path_segments_mut().map_err(|()| refused())?.pop_if_empty().extend([
        "orders",
        command.out_trade_no.as_str(),
        "pay",
    ]);
    if let Some(mch_id) = &command.mch_id {
        url.query_pairs_mut().append_pair("mch_id", mch_id.as_str());
    }
    Ok(url)
}

fn authority(path: &Path) -> Result<Certificate, Failure> {
    let unusable = || Failure::CaFile(path.display().to_string());
    let der = CertificateDer::from_pem_file(path).map_err(|_| unusable())?;
    Certificate::from_der(&der).map_err(|_| unusable())
}

async fn post(
    url: Url,
    token: &wxpay_protocol::Secret,
    body: String,
    command: &Pay,
) -> Result<(StatusCode, Value), Failure> {
    // A second installation keeps the first one, which is the same.
    rustls::crypto::ring::default_provider().install_default().ok();
    let unreachable = || Failure::ControlUnreachable(command.control.chars().take(200).collect());
    let roots = command.ca_file.as_deref().map(authority).transpose()?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .tls_certs_only(roots)
        .build()
        .map_err(|_| unreachable())?;
    let mut bearer = reqwest::header::HeaderValue::from_bytes(&[b"Bearer ".as_slice(), token.expose()].concat())
        .map_err(|_| Failure::ControlRefused("the control token holds characters that no token has".to_owned()))?;
    bearer.set_sensitive(true);
    let sent = client
        .post(url)
        .header(reqwest::header::AUTHORIZATION, bearer)
        .header(reqwest::header::CONTENT_TYPE, "application/json")
        .body(body)
        .send()
        .await;
    let reply = sent.map_err(|fault| if fault.is_connect() { unreachable() } else { Failure::ControlLost })?;
    let status = reply.status();
    let bytes = reply.bytes().await.map_err(|_| Failure::ControlLost)?;
    let answer = serde_json::from_slice(&bytes).map_err(|_| unreachable())?;
    Ok((status, answer))
}
