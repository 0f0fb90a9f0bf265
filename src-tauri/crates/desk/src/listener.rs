//! The listener for notifications, on this machine. WeChat cannot reach it: a relay on a public address must pass each
//! message on, byte for byte, and pass our answer back.

mod connections;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, broadcast, oneshot};
use tokio::task::JoinHandle;
use wxpay_protocol::notice::{DEADLINE_MS, REFUSED};
use wxpay_protocol::xml;

use crate::changes::Tag;
use crate::notices::NoticeOutcome;
use crate::relaying::{Forwarded, LoopbackUrl};
use crate::{Desk, DeskError};
use connections::{Connections, Visitor};

/// How long the body of a notice may take.
const BODY: Duration = Duration::from_secs(15);
/// WeChat waits five seconds; an answer that cannot be ready by then is a refusal in time.
const ANSWER_BY: Duration = Duration::from_millis(DEADLINE_MS - 500);
/// Requests of the shop are short.
pub(crate) const SHOP_BYTES_MAX: usize = 16 * 1024;

/// Where to listen, and what with what comes.
#[derive(Clone, Debug)]
pub struct ListenOptions {
    /// A loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The path of the notify_url; without it a random one.
    pub path: Option<String>,
    /// Scheme and host of the relay, such as `https://relay.example.com`.
    pub public_url: Option<String>,
    /// Where every notice is passed on to, on this machine.
    pub forward: Option<String>,
    /// The profile whose notices these are; without it each notice names its merchant.
    pub profile: Option<String>,
    /// Whether the test back end for a mini program is served as well, for this profile.
    pub shop: Option<String>,
}

/// A listener that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenStatus {
    /// Its address, such as `http://127.0.0.1:8120`.
    pub url: String,
    /// What to give as notify_url: the relay's address where there is one.
    pub notify_url: String,
    /// Where notices are passed on to.
    pub forward: Option<String>,
    /// The profile that the test back end places its orders with, while it is served.
    pub shop: Option<String>,
}

/// A notice that came, after it was answered and passed on.
#[derive(Clone, Debug)]
pub struct Heard {
    /// What was found and answered.
    pub outcome: NoticeOutcome,
    /// What became of passing it on, where it was.
    pub forwarded: Option<Result<Forwarded, String>>,
}

/// Room for one running listener.
pub(crate) struct ListenerSlot {
    live: Mutex<Option<Live>>,
    heard: broadcast::Sender<Heard>,
}

impl Default for ListenerSlot {
    fn default() -> Self {
        Self { live: Mutex::default(), heard: broadcast::channel(256).0 }
    }
}

struct Live {
    status: ListenStatus,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What a request is judged by.
struct House {
    desk: Desk,
    path: String,
    public_host: Option<String>,
    forward: Option<LoopbackUrl>,
    profile: Option<String>,
    shop: Option<String>,
    notify_url: String,
}

impl Desk {
    /// Starts listening for notifications; one listener at a time.
    pub async fn listen_start(&self, options: ListenOptions) -> Result<ListenStatus, DeskError> {
        let mut slot = self.inner.listener.live.lock().await;
        if slot.as_ref().is_some_and(|live| !live.server.is_finished()) {
            return Err(DeskError::Conflict("the listener runs already; stop it first".into()));
        }
        if !options.listen.ip().is_loopback() {
            return Err(DeskError::EnvironmentRefused(format!(
                "{} is not an address of this machine alone; listen on 127.0.0.1 or [::1] and let a relay pass notices on",
                options.listen
            )));
        }
        let path = self.listening_path(options.path.as_deref())?;
        let public = options.public_url.as_deref().map(public_base).transpose()?;
        let forward = options.forward.as_deref().map(LoopbackUrl::parse).transpose()?;
        for profile in options.profile.iter().chain(&options.shop) {
            self.profile(profile).await?;
        }
        let unbound = |fault: std::io::Error| {
            DeskError::Conflict(format!("{} cannot be listened on: {fault}; choose another port", options.listen))
        };
        let listener = TcpListener::bind(options.listen).await.map_err(unbound)?;
        let url = format!("http://{}", listener.local_addr().map_err(unbound)?);
        let base = public.as_ref().map_or(url.as_str(), |(base, _)| base.as_str());
        let notify_url = format!("{base}{path}");
        let status = ListenStatus {
            url,
            notify_url: notify_url.clone(),
            forward: forward.as_ref().map(ToString::to_string),
            shop: options.shop.clone(),
        };
        let house = Arc::new(House {
            desk: self.clone(),
            path,
            public_host: public.map(|(_, host)| host),
            forward,
            profile: options.profile,
            shop: options.shop,
            notify_url,
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().fallback(answer).with_state(house);
        let service = router.into_make_service_with_connect_info::<Visitor>();
        let server = tokio::spawn(async move {
            let until = async move {
                // A dropped sender ends it as well.
                stopped.await.ok();
            };
            let served = axum::serve(Connections::new(listener), service).with_graceful_shutdown(until).await;
            if let Err(fault) = served {
                tracing::warn!(%fault, "the listener ended");
            }
        });
        *slot = Some(Live { status: status.clone(), stop: Some(stop), server });
        self.inner.changes.note(Tag::Notices, []);
        Ok(status)
    }

    /// Stops listening; what is being answered is answered.
    pub async fn listen_stop(&self) {
        let live = self.inner.listener.live.lock().await.take();
        if let Some(mut live) = live {
            if live.stop.take().is_some_and(|stop| stop.send(()).is_err()) {
                tracing::debug!("the listener had ended by itself");
            }
            if tokio::time::timeout(ANSWER_BY, &mut live.server).await.is_err() {
                tracing::debug!("a connection of the listener was cut off");
            }
            self.inner.changes.note(Tag::Notices, []);
        }
    }

    /// The listener, while it runs.
    pub async fn listen_status(&self) -> Option<ListenStatus> {
        let slot = self.inner.listener.live.lock().await;
        slot.as_ref().filter(|live| !live.server.is_finished()).map(|live| live.status.clone())
    }

    /// The notices that come from now on.
    pub fn heard(&self) -> broadcast::Receiver<Heard> {
        self.inner.listener.heard.subscribe()
    }

    fn listening_path(&self, given: Option<&str>) -> Result<String, DeskError> {
        let path = match given {
            Some(path) => path.to_owned(),
            // Nobody guesses 128 bits.
            None => format!("/{}", self.inner.nonce()?),
        };
        let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte));
        if !path.starts_with('/') || path.len() < 2 || path.len() > 200 || !plain || path.starts_with("/wechat/") {
            return Err(DeskError::input(
                "path",
                "must begin with / and have letters, digits and - _ . ~ only, and not begin with /wechat/",
            ));
        }
        Ok(path)
    }
}

/// Scheme and host of a relay, and its host alone.
fn public_base(url: &str) -> Result<(String, String), DeskError> {
    let refused =
        || DeskError::input("public_url", "must look like https://relay.example.com, with nothing after the host");
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or_else(refused)?;
    let host = rest.trim_end_matches('/');
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    if host.is_empty() || !plain {
        return Err(refused());
    }
    Ok((url.trim_end_matches('/').to_owned(), host.to_ascii_lowercase()))
}

async fn answer(
    State(house): State<Arc<House>>,
    ConnectInfo(visitor): ConnectInfo<Visitor>,
    request: Request,
) -> Response {
    visitor.has_spoken();
    let (head, body) = request.into_parts();
    let mut response = if !house.knows_host(&head.headers) {
        nothing()
    } else if let Some(profile) = house.shop.as_deref().filter(|_| head.uri.path().starts_with("/wechat/")) {
        match tokio::time::timeout(BODY, to_bytes(body, SHOP_BYTES_MAX)).await {
            Ok(Ok(body)) => crate::shop::answer(&house.desk, profile, &house.notify_url, &head, &body).await,
            _ => nothing(),
        }
    } else if head.method == Method::POST
        && head.uri.path() == house.path
        && head.uri.query().is_none()
        && !head.headers.contains_key(header::ORIGIN)
    {
        notice(house, body, visitor.from).await
    } else {
        nothing()
    };
    // One exchange per connection, so that none is kept by somebody who has nothing to say.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

impl House {
    /// This machine's names, and the relay's.
    fn knows_host(&self, headers: &HeaderMap) -> bool {
        let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
        let host = host.to_ascii_lowercase();
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host.as_str(),
        };
        matches!(name, "127.0.0.1" | "localhost" | "[::1]") || self.public_host.as_deref() == Some(host.as_str())
    }
}

/// A wrong path, method or host learns nothing.
pub(crate) fn nothing() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

async fn notice(house: Arc<House>, body: Body, from: SocketAddr) -> Response {
    // One byte more than may be, to tell a long message from one that fits.
    let read = tokio::time::timeout(BODY, to_bytes(body, xml::MAX_BYTES)).await;
    let body = match read {
        Ok(Ok(body)) => Some(body.to_vec()),
        Ok(Err(_)) => None,
        Err(_) => return acknowledgement(REFUSED),
    };
    let (answered, said) = oneshot::channel();
    // It runs to its end whether or not anybody still waits for it.
    tokio::spawn(async move {
        let peer = Some(from.ip().to_string());
        let outcome = house.desk.receive_notice(body.clone(), house.profile.as_deref(), peer).await;
        // Nobody waiting any more means that the refusal in time was sent.
        answered.send(outcome.answer).ok();
        let forwarded = match (&house.forward, body) {
            (Some(forward), Some(body)) => Some(house.desk.forward_notice(outcome.id, forward, body).await),
            _ => None,
        };
        // Nobody listening is no fault.
        house.desk.inner.listener.heard.send(Heard { outcome, forwarded }).ok();
    });
    match tokio::time::timeout(ANSWER_BY, said).await {
        Ok(Ok(answer)) => acknowledgement(answer),
        _ => acknowledgement(REFUSED),
    }
}

fn acknowledgement(answer: &'static str) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"))], answer).into_response()
}
