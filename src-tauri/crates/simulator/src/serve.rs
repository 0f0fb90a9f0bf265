//! The gateway on a port: HTTP/1.1 with keep-alive, plain or over TLS, on this machine only unless told otherwise.

mod door;
mod leaving;
mod line;
pub(crate) mod port;
pub(crate) mod tls;
pub(crate) mod traffic;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{self, ConnectInfo, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Response, header};
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wxpay_protocol::notice::DEADLINE_MS;
use wxpay_protocol::{Secret, UtcMs, xml};

use crate::answer::Answer;
use crate::check::Unsigned;
use crate::clock::{Clock, TimeScale, wall};
use crate::control::{self, Control};
use crate::draw::Dice;
use crate::endpoint::Place;
use crate::faults::{Delivery, FaultPlan, PlanError};
use crate::gateway::{self, Gateway};
use crate::ledger::entry::Entry;
use crate::ledger::journal::{Journal, JournalError, Opened};
use crate::ledger::{JOURNAL_VERSION, Ledger};
use crate::merchant::Merchant;
use crate::notices::notifier;
use crate::pki::{Issuing, PkiError};
use crate::request::Request;
use crate::scenarios::Scenario;
use crate::switches::Switches;
use crate::text;
use crate::tools;
use door::{Door, Visitor};
use port::Port;
use tls::{Tls, TlsSource};
use traffic::{Direction, Exchange};

/// A body above the cap is read up to here before it is refused, so that the sender sees the answer and not a reset.
const DRAINED_BYTES: usize = 1024 * 1024;
/// How long requests under way may take when the gateway stops.
const STOP_GRACE: Duration = Duration::from_secs(2);

/// How a gateway is started.
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Lets `listen` be an address that other machines reach. Off by default: the gateway has no protection but signatures.
    pub allow_remote: bool,
    /// Who may call.
    pub merchants: Vec<Merchant>,
    /// Where the journal is kept; without it nothing survives the process.
    pub state_dir: Option<PathBuf>,
    /// The seed of nonces and ids; a random one, or the earlier run's, when absent.
    pub seed: Option<u64>,
    /// Virtual seconds per real second.
    pub time_scale: TimeScale,
    /// Where the clock starts; the wall's time when absent, and never before what the journal holds.
    pub start_at: Option<UtcMs>,
    /// The token of the control interface; a random one when absent.
    pub control_token: Option<String>,
    /// What the documentation leaves open.
    pub switches: Switches,
    /// What happens to orders by themselves; what the state folder remembers goes on when absent.
    pub scenario: Option<Scenario>,
    /// How it misbehaves from the start.
    pub faults: FaultPlan,
    /// Serves https instead of http; the control interface too.
    pub tls: Option<TlsSource>,
}

impl Config {
    /// The defaults for one address and these merchants: no state, real time.
    pub fn new(listen: SocketAddr, merchants: Vec<Merchant>) -> Self {
        Self {
            listen,
            allow_remote: false,
            merchants,
            state_dir: None,
            seed: None,
            time_scale: TimeScale::REAL,
            start_at: None,
            control_token: None,
            switches: Switches::default(),
            scenario: None,
            faults: FaultPlan::default(),
            tls: None,
        }
    }
}

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Other machines could reach it.
    #[error(
        "模拟网关只监听本机地址，{0} 不是；请用 127.0.0.1:端口 (the simulator listens on this machine only; use 127.0.0.1:PORT)"
    )]
    NotLoopback(SocketAddr),
    /// The port is taken, or may not be used.
    #[error("无法监听 {address}：{source}；请换一个端口 (cannot listen; take another port)")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The state folder.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal was opened and cannot be written.
    #[error(transparent)]
    JournalFailed(#[from] crate::ledger::journal::JournalFailed),
    /// The plan of faults has a rule that cannot be used.
    #[error(transparent)]
    Faults(#[from] PlanError),
    /// The client that delivers notices.
    #[error("无法准备通知发送端：{0} (cannot prepare the sender of notices)")]
    Notifier(reqwest::Error),
    /// The certificates of its TLS.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The system gives no random numbers.
    #[error("系统随机数不可用：{0} (the system's random numbers are not available)")]
    Random(getrandom::Error),
}

/// A gateway that is listening. Dropping it stops it without waiting; [`Running::stop`] waits.
pub struct Running {
    /// `http://127.0.0.1:PORT`; `https://…` with TLS.
    pub url: String,
    /// The same, with `/_control` behind it.
    pub control_url: String,
    /// The bearer token of the control interface.
    pub control_token: String,
    /// The gateway itself.
    pub gateway: Arc<Gateway>,
    /// Bytes of an unfinished last journal line that were cut off at start; 0 after a clean stop.
    pub torn_bytes: u64,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
    notifier: JoinHandle<()>,
}

/// Starts a gateway on the current tokio runtime.
pub async fn start(config: Config) -> Result<Running, StartError> {
    if !config.listen.ip().is_loopback() && !config.allow_remote {
        return Err(StartError::NotLoopback(config.listen));
    }
    let (tls, issuing) = open_tls(&config).await?;
    let control_token = match config.control_token {
        Some(token) => token,
        None => format!("{:016x}{:016x}", random()?, random()?),
    };
    let opened = match &config.state_dir {
        Some(dir) => Journal::open(dir)?,
        None => Opened { journal: Journal::none(), ledger: Ledger::default(), torn_bytes: 0 },
    };
    if opened.torn_bytes > 0 {
        tracing::warn!(bytes = opened.torn_bytes, "an unfinished last line of the journal was cut off");
    }
    let seed = match config.seed.or(opened.ledger.seed()) {
        Some(seed) => seed,
        None => random()?,
    };
    let now = opened.ledger.resume_at(config.start_at, wall());
    let gateway = Gateway::from_parts(gateway::Parts {
        clock: Clock::new(now, config.time_scale),
        draw: Box::new(Dice::new(seed, opened.ledger.entries())),
        merchants: config.merchants,
        switches: config.switches,
        ledger: opened.ledger,
        journal: opened.journal,
        issuing,
    });
    gateway.set_faults(config.faults)?;
    let begun = Entry::Opened { version: JOURNAL_VERSION, seed, real: wall(), now };
    gateway.commit(&mut gateway.ledger_mut(), begun)?;
    if let Some(scenario) = &config.scenario {
        // The one that the journal plays goes on with its counts.
        let is_playing = gateway.ledger().agenda().playing().is_some_and(|(playing, _)| playing == scenario);
        if !is_playing {
            gateway.play_scenario(scenario)?;
        }
    }
    let gateway = Arc::new(gateway);

    let client = notifier::client(Duration::from_millis(DEADLINE_MS)).map_err(StartError::Notifier)?;
    let listening = |source| StartError::Listen { address: config.listen, source };
    let listener = TcpListener::bind(config.listen).await.map_err(listening)?;
    let address = listener.local_addr().map_err(listening)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}", reachable(address));
    let control = Control {
        gateway: Arc::clone(&gateway),
        token: Secret::new(control_token.clone().into_bytes()),
        address,
        url: url.clone(),
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let door = Door::new(Port::new(listener, address, Arc::clone(&gateway)), tls);
    let server = tokio::spawn(serve(door, router(&gateway, control), stopped));
    let notifier = tokio::spawn(notifier::run(Arc::clone(&gateway), client));
    Ok(Running {
        control_url: format!("{url}{}", control::PREFIX),
        url,
        control_token,
        gateway,
        torn_bytes: opened.torn_bytes,
        stop: Some(stop),
        server,
        notifier,
    })
}

/// Making keys takes a moment of a processor, so it happens where it holds up nobody.
async fn open_tls(config: &Config) -> Result<(Option<Arc<Tls>>, Option<Issuing>), PkiError> {
    let Some(source) = config.tls.clone() else {
        return Ok((None, None));
    };
    let state_dir = config.state_dir.clone();
    let mut merchants: Vec<_> = config.merchants.iter().map(|merchant| merchant.mch_id.clone()).collect();
    merchants.dedup();
    let opened = tokio::task::spawn_blocking(move || tls::open(&source, state_dir.as_deref(), &merchants)).await;
    let (tls, issuing) = opened.map_err(|fault| PkiError::Unusable(fault.to_string()))??;
    Ok((Some(Arc::new(tls)), issuing))
}

impl Running {
    /// Stops listening, lets requests under way end, and writes the journal to its end.
    pub async fn stop(mut self) {
        self.notifier.abort();
        if self.stop.take().is_some_and(|stop| stop.send(()).is_err()) {
            tracing::debug!("the server had ended by itself");
        }
        if tokio::time::timeout(STOP_GRACE, &mut self.server).await.is_err() {
            self.server.abort();
        }
        self.gateway.close();
    }

    /// Waits until the server ends, which it does when it is stopped.
    pub async fn ended(&mut self) {
        if (&mut self.server).await.is_err() {
            tracing::debug!("the server was aborted");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.notifier.abort();
        self.server.abort();
        self.gateway.close();
    }
}

/// The address to call for one that listens everywhere.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            IpAddr::V6(Ipv6Addr::LOCALHOST)
        });
    }
    address
}

fn random() -> Result<u64, StartError> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).map_err(StartError::Random)?;
    Ok(u64::from_le_bytes(bytes))
}

fn router(gateway: &Arc<Gateway>, control: Control) -> Router {
    Router::new()
        .fallback(exchange)
        .with_state(Arc::clone(gateway))
        .nest(control::PREFIX, control::router(Arc::new(control)))
        .layer(middleware::map_response(say_nginx))
}

async fn say_nginx<B>(mut response: Response<B>) -> Response<B> {
    response.headers_mut().insert(header::SERVER, HeaderValue::from_static("nginx"));
    response
}

async fn serve(door: Door, router: Router, stopped: oneshot::Receiver<()>) {
    let until = async move {
        if stopped.await.is_err() {
            tracing::debug!("the gateway's owner went away");
        }
    };
    let service = router.into_make_service_with_connect_info::<Visitor>();
    if let Err(fault) = axum::serve(door, service).with_graceful_shutdown(until).await {
        tracing::error!(%fault, "the gateway's server ended");
    }
}

async fn exchange(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(Visitor { grip, peer }): ConnectInfo<Visitor>,
    request: extract::Request,
) -> Response<Body> {
    if gateway.faults.armed() && gateway.closing.is_closed() {
        grip.take();
        grip.reset();
        return Response::new(Body::empty());
    }
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let read = axum::body::to_bytes(body, DRAINED_BYTES).await;
    let started = Instant::now();
    let (body, mut answer) = match read {
        Ok(body) if body.len() <= xml::MAX_BYTES => {
            let text_of = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
            let answer = gateway.handle(&Request {
                method,
                path,
                query: parts.uri.query().unwrap_or_default(),
                body: &body,
                negative_test: text_of("wechatpay-negative-test"),
                certificate: peer.certificate(),
            });
            (body, answer)
        }
        _ => (Bytes::new(), too_large(method, path)),
    };
    answer = confirmed(&gateway, path, answer).await;
    if answer.delivery != Delivery::Whole && !Box::pin(leaving::leave(&gateway, &answer, &grip)).await {
        keep(&gateway, &parts, body, answer, started);
        // The connection is in other hands, so this goes nowhere.
        return Response::new(Body::empty());
    }
    let mut response = Response::new(Body::from(answer.body.clone()));
    *response.status_mut() = axum::http::StatusCode::from_u16(answer.status).unwrap_or_default();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(*name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    keep(&gateway, &parts, body, answer, started);
    response
}

/// The answer once what it reports is on the disk; a system error where that failed, because the change may be lost with the
/// process and must not be confirmed.
async fn confirmed(gateway: &Gateway, path: &str, answer: Answer) -> Answer {
    match (gateway.durable(&answer).await, Place::of(path)) {
        (Err(fault), Some(Place { endpoint, .. })) => {
            Answer::unsigned(endpoint, &Unsigned::new(text::SYSTEM_ERROR, fault.to_string()))
        }
        _ => answer,
    }
}

fn keep(gateway: &Gateway, parts: &Parts, request: Bytes, answer: Answer, started: Instant) {
    let reason = match answer.fault {
        None => answer.reason,
        Some(fault) => Some(format!("故障 {fault} (the fault {fault})")),
    };
    gateway.keep_exchange(Exchange {
        id: 0,
        at: gateway.now(),
        direction: Direction::Received,
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        content_type: parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned),
        request,
        status: answer.status,
        response: tools::without_sandbox_key(answer.body),
        took_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        endpoint: answer.endpoint,
        outcome: answer.outcome,
        reason,
    });
}

fn too_large(method: &str, path: &str) -> Answer {
    match Place::of(path) {
        None => Answer::not_found(),
        Some(Place { endpoint, .. }) if method != "POST" => {
            Answer::unsigned(endpoint, &Unsigned::new(text::REQUIRE_POST, "the method is not POST"))
        }
        Some(Place { endpoint, .. }) => {
            Answer::unsigned(endpoint, &Unsigned::new(text::XML_FORMAT, "the body is longer than 64 KiB"))
        }
    }
}

#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
