//! The listener for notifications, on this machine. WeChat cannot reach it: a relay on a public address must pass each
//! message on, byte for byte, and pass our answer back.

mod answering;
mod connections;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use desk_store::ShopAddress;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, broadcast, oneshot};
use tokio::task::JoinHandle;
use wxpay_protocol::notice::DEADLINE_MS;
use wxpay_protocol::xml;

use crate::changes::Tag;
use crate::notices::NoticeOutcome;
use crate::relaying::{Forwarded, LoopbackUrl};
use crate::{Desk, DeskError};
pub(crate) use answering::nothing;
use answering::{Door, House};
use connections::{Connections, Visitor};

/// How long the body of a notice may take.
const BODY: Duration = Duration::from_secs(15);
/// WeChat waits five seconds; an answer that cannot be ready by then is a refusal in time.
const ANSWER_BY: Duration = Duration::from_millis(DEADLINE_MS - 500);
/// Requests of the shop are short.
const SHOP_BYTES_MAX: usize = 16 * 1024;

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
    /// An address that others than this machine reach, such as `0.0.0.0:8130`, for the test back end alone.
    pub wide: Option<SocketAddr>,
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
    /// Where others than this machine reach the test back end, such as `http://0.0.0.0:8130`; nothing unless a person said so.
    pub wide: Option<String>,
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
    /// Dropped, it ends what listens.
    stop: Vec<oneshot::Sender<()>>,
    servers: Vec<JoinHandle<()>>,
}

impl Live {
    fn is_finished(&self) -> bool {
        self.servers.iter().any(JoinHandle::is_finished)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

impl Desk {
    /// Starts listening for notifications; one listener at a time. While the test back end is served its profile keeps the
    /// path and, where any is free to choose, the port of the last time, so that its orders can be used again.
    pub async fn listen_start(&self, options: ListenOptions) -> Result<ListenStatus, DeskError> {
        let mut slot = self.inner.listener.live.lock().await;
        if slot.as_ref().is_some_and(|live| !live.is_finished()) {
            return Err(DeskError::Conflict("the listener runs already; stop it first".into()));
        }
        check_addresses(&options)?;
        let public = options.public_url.as_deref().map(public_base).transpose()?;
        let forward = options.forward.as_deref().map(LoopbackUrl::parse).transpose()?;
        for profile in options.profile.iter().chain(&options.shop) {
            self.profile(profile).await?;
        }
        let kept = self.shop_address(options.shop.as_deref()).await?;
        let path = self.listening_path(options.path.as_deref(), kept.as_ref())?;
        let listener = bind(options.listen, kept.as_ref().map(|kept| kept.port)).await?;
        let wide = match options.wide {
            Some(wide) => Some(bind(wide, None).await?),
            None => None,
        };
        let url = url_of(&listener)?;
        let base = public.as_ref().map_or(url.as_str(), |(base, _)| base.as_str());
        let notify_url = format!("{base}{path}");
        let status = ListenStatus {
            url,
            notify_url: notify_url.clone(),
            forward: forward.as_ref().map(ToString::to_string),
            shop: options.shop.clone(),
            wide: wide.as_ref().map(url_of).transpose()?,
        };
        let port = listener.local_addr().map_or(options.listen.port(), |address| address.port());
        self.keep_shop_address(options.shop.as_deref(), ShopAddress { path: path.clone(), port }).await?;
        let house = Arc::new(House {
            desk: self.clone(),
            path,
            public_host: public.map(|(_, host)| host),
            forward,
            profile: options.profile,
            shop: options.shop,
            notify_url,
        });
        let doors = [(Some(listener), false), (wide, true)];
        let doors = doors.into_iter().filter_map(|(listener, is_wide)| {
            listener.map(|listener| serve(listener, Door { house: Arc::clone(&house), is_wide }))
        });
        let (stop, servers) = doors.unzip();
        *slot = Some(Live { status: status.clone(), stop, servers });
        self.inner.changes.note(Tag::Notices, []);
        Ok(status)
    }

    /// Stops listening; what is being answered is answered.
    pub async fn listen_stop(&self) {
        let live = self.inner.listener.live.lock().await.take();
        if let Some(mut live) = live {
            live.stop.clear();
            let until = tokio::time::Instant::now() + ANSWER_BY;
            for server in &mut live.servers {
                if tokio::time::timeout_at(until, server).await.is_err() {
                    tracing::debug!("a connection of the listener was cut off");
                }
            }
            self.inner.changes.note(Tag::Notices, []);
        }
    }

    /// The listener, while it runs.
    pub async fn listen_status(&self) -> Option<ListenStatus> {
        let slot = self.inner.listener.live.lock().await;
        slot.as_ref().filter(|live| !live.is_finished()).map(|live| live.status.clone())
    }

    /// The notices that come from now on.
    pub fn heard(&self) -> broadcast::Receiver<Heard> {
        self.inner.listener.heard.subscribe()
    }

    async fn shop_address(&self, shop: Option<&str>) -> Result<Option<ShopAddress>, DeskError> {
        let Some(shop) = shop.map(str::to_owned) else { return Ok(None) };
        self.blocking(move |inner| Ok(inner.store.shop_address(&shop)?)).await
    }

    async fn keep_shop_address(&self, shop: Option<&str>, address: ShopAddress) -> Result<(), DeskError> {
        let Some(shop) = shop.map(str::to_owned) else { return Ok(()) };
        self.blocking(move |inner| Ok(inner.store.keep_shop_address(&shop, &address)?)).await
    }

    fn listening_path(&self, given: Option<&str>, kept: Option<&ShopAddress>) -> Result<String, DeskError> {
        let path = match (given, kept) {
            (Some(path), _) => path.to_owned(),
            (None, Some(kept)) => kept.path.clone(),
            // Nobody guesses 128 bits.
            (None, None) => format!("/{}", self.inner.nonce()?),
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

/// Notices come to this machine only; what others reach is the test back end, and only where somebody said so.
fn check_addresses(options: &ListenOptions) -> Result<(), DeskError> {
    if !options.listen.ip().is_loopback() {
        return Err(DeskError::EnvironmentRefused(format!(
            "{} is not an address of this machine alone; listen on 127.0.0.1 or [::1] and let a relay pass notices on",
            options.listen
        )));
    }
    let Some(wide) = options.wide else { return Ok(()) };
    if options.shop.is_none() {
        return Err(DeskError::EnvironmentRefused(
            "only the test back end may be reached from elsewhere, never the notices; serve it as well (--shop)".into(),
        ));
    }
    if wide.ip().is_loopback() {
        return Err(DeskError::input(
            "listen_wide",
            "is an address of this machine alone, which is listened on anyway",
        ));
    }
    Ok(())
}

/// Takes an address; where any port will do, the one of the last time if it is free.
async fn bind(address: SocketAddr, last_port: Option<u16>) -> Result<TcpListener, DeskError> {
    if let Some(port) = last_port.filter(|_| address.port() == 0)
        && let Ok(listener) = TcpListener::bind(SocketAddr::new(address.ip(), port)).await
    {
        return Ok(listener);
    }
    TcpListener::bind(address).await.map_err(|fault| unbound(address, &fault))
}

fn unbound(address: SocketAddr, fault: &std::io::Error) -> DeskError {
    DeskError::Conflict(format!("{address} cannot be listened on: {fault}; choose another port"))
}

fn url_of(listener: &TcpListener) -> Result<String, DeskError> {
    let address = listener.local_addr().map_err(|_| DeskError::Internal("reading an address back"))?;
    Ok(format!("http://{address}"))
}

fn serve(listener: TcpListener, door: Door) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let router =
        Router::new().fallback(answering::answer).layer(DefaultBodyLimit::max(xml::MAX_BYTES)).with_state(door);
    let service = router.into_make_service_with_connect_info::<Visitor>();
    let server = tokio::spawn(async move {
        let until = async move {
            // Nothing is ever sent: it ends when the sender is dropped.
            stopped.await.ok();
        };
        let served = axum::serve(Connections::new(listener), service).with_graceful_shutdown(until).await;
        if let Err(fault) = served {
            tracing::warn!(%fault, "the listener ended");
        }
    });
    (stop, server)
}
