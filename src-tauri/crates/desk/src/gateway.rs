//! The built-in gateway: the simulator inside this process, with a merchant of its own.

mod access;
mod customer;
mod faults;
mod messages;
mod scenarios;
mod time;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Weak};

use desk_store::{BuiltinGateway, Profile};
use tokio::sync::Mutex;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::task::AbortHandle;
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::{Secret, SignType, UtcMs};
use wxpay_simulator::{Config, Event, Gateway, Merchant, Running, StartError, Status, TlsFiles, TlsSource};

pub use messages::GatewayExchange;
pub use time::GatewayClock;

use crate::changes::Tag;
use crate::desk::Inner;
use crate::random::draw;
use crate::{Desk, DeskError};

/// The name of the built-in gateway's profile.
pub const BUILTIN: &str = "builtin";
/// Where it listens first: a port of these by data folder, or the next free one; it is remembered. Gateways of several data
/// folders that come and go then do not take each other's.
const FIRST_PORTS: Range<u16> = 9190..9990;
const PORTS_TRIED: u16 = 20;

/// Room for one running gateway.
#[derive(Default)]
pub(crate) struct GatewaySlot(Mutex<Option<Live>>);

struct Live {
    running: Running,
    watcher: Watcher,
}

/// The task that watches the gateway; it ends with the gateway.
struct Watcher(AbortHandle);

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The built-in gateway at a glance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayStatus {
    /// Its address, while it runs here.
    pub url: Option<String>,
    /// Its counts, while it runs here.
    pub status: Option<Status>,
    /// The pairs of appid and mch_id that may call.
    pub merchants: Vec<(String, String)>,
    /// What a client needs, where it is served over TLS.
    pub tls: Option<TlsFiles>,
    /// When something happens next by itself, in virtual time.
    pub next_due: Option<UtcMs>,
    /// How far its clock is ahead of the real time, in milliseconds.
    pub ahead_ms: i64,
    /// How many rules of faults are in force.
    pub faults: usize,
    /// The name of the scenario that is played.
    pub scenario: Option<String>,
}

/// How the built-in gateway was served last time.
#[derive(Clone, Copy, Default)]
struct Remembered {
    port: Option<u16>,
    tls: bool,
}

impl Desk {
    /// How the built-in gateway stands.
    pub async fn gateway_status(&self) -> GatewayStatus {
        let slot = self.inner.gateway.0.lock().await;
        slot.as_ref().map_or_else(GatewayStatus::default, |live| self.status_of(&live.running))
    }

    /// Starts the built-in gateway, if it does not run, on the port that it had before or the next free one, over TLS if it
    /// was so before. Its state is kept in the data folder.
    pub async fn gateway_start(&self) -> Result<GatewayStatus, DeskError> {
        self.start_gateway(None).await
    }

    /// Serves the built-in gateway over TLS or plain HTTP from now on; one that is running otherwise is started anew.
    pub async fn gateway_tls(&self, on: bool) -> Result<GatewayStatus, DeskError> {
        let now = self.gateway_status().await;
        if now.url.is_some() {
            if now.tls.is_some() == on {
                return Ok(now);
            }
            self.gateway_stop().await;
        }
        self.start_gateway(Some(on)).await
    }

    async fn start_gateway(&self, tls: Option<bool>) -> Result<GatewayStatus, DeskError> {
        let mut slot = self.inner.gateway.0.lock().await;
        if let Some(live) = slot.as_ref() {
            return Ok(self.status_of(&live.running));
        }
        let (identity, before) = self.blocking(Inner::builtin_identity).await?;
        let served = Remembered { tls: tls.unwrap_or(before.tls), ..before };
        let running = self.listen(&identity, served).await?;
        let url = running.url.clone();
        let ca_file = running.gateway.tls_files().map(|files| files.ca.to_string_lossy().into_owned());
        self.blocking(move |inner| inner.keep_builtin_profile(&identity, url, ca_file)).await?;
        let watching = watch(Arc::downgrade(&self.inner), Arc::clone(&running.gateway));
        let watcher = Watcher(tokio::spawn(watching).abort_handle());
        let started = self.status_of(&running);
        *slot = Some(Live { running, watcher });
        drop(slot);
        self.let_others_in().await?;
        self.inner.changes.note(Tag::Simulator, []);
        self.inner.changes.note(Tag::Profiles, []);
        self.resume_builtin().await;
        Ok(started)
    }

    /// Stops the built-in gateway; its orders stay for the next start.
    pub async fn gateway_stop(&self) -> GatewayStatus {
        let live = self.inner.gateway.0.lock().await.take();
        if let Some(Live { running, watcher }) = live {
            running.stop().await;
            drop(watcher);
            self.inner.changes.note(Tag::Simulator, []);
        }
        GatewayStatus::default()
    }

    fn status_of(&self, running: &Running) -> GatewayStatus {
        let gateway = &running.gateway;
        let status = gateway.status();
        GatewayStatus {
            url: Some(running.url.clone()),
            merchants: gateway.merchant_ids(),
            tls: gateway.tls_files(),
            next_due: gateway.next_due(),
            ahead_ms: status.now.0.saturating_sub(self.inner.clock.now().0),
            faults: gateway.faults().plan.rules.len(),
            scenario: gateway.playing_scenario(),
            status: Some(status),
        }
    }

    pub(crate) async fn running_gateway(&self) -> Result<Arc<Gateway>, DeskError> {
        let slot = self.inner.gateway.0.lock().await;
        slot.as_ref().map(|live| Arc::clone(&live.running.gateway)).ok_or_else(|| {
            DeskError::SimulatorUnavailable("the built-in gateway does not run here; start it first".into())
        })
    }

    async fn listen(&self, identity: &BuiltinGateway, served: Remembered) -> Result<Running, DeskError> {
        let first = served.port.unwrap_or_else(|| first_port(&self.inner.data_dir));
        let ports = (first..first.saturating_add(PORTS_TRIED)).chain([0]);
        for port in ports {
            let mut config = Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), vec![merchant_of(identity)]);
            config.state_dir = Some(self.inner.data_dir.join("gateway"));
            config.tls = served.tls.then_some(TlsSource::Own);
            match wxpay_simulator::start(config).await {
                Ok(running) => return Ok(running),
                Err(StartError::Listen { .. }) => {}
                Err(fault) => return Err(DeskError::SimulatorUnavailable(fault.to_string())),
            }
        }
        Err(DeskError::SimulatorUnavailable("no port of this machine can be listened on; check its firewall".into()))
    }

    /// A simulator profile that points at the built-in gateway is known there as well.
    pub(crate) async fn let_into_gateway(&self, profile: &Profile) {
        let Ok(gateway) = self.running_gateway().await else { return };
        let own = self.gateway_status().await.url;
        if profile.builtin
            || own.is_none()
            || profile.base_url.as_deref().map(|url| url.trim_end_matches('/')) != own.as_deref()
        {
            return;
        }
        if let Ok(key) = self.api_key(&profile.name).await {
            let merchant = Merchant::new(profile.appid.clone(), profile.mch_id.clone(), key);
            let added = self.blocking(move |_| {
                gateway.add_merchant(merchant).map_err(|fault| DeskError::SimulatorUnavailable(fault.to_string()))
            });
            if let Err(fault) = added.await {
                tracing::warn!(%fault, "a merchant could not be let into the built-in gateway");
            }
        }
    }

    async fn let_others_in(&self) -> Result<(), DeskError> {
        let profiles = self.blocking(|inner| Ok(inner.store.profiles()?)).await?;
        for profile in profiles.iter().filter(|profile| profile.environment == Environment::Simulator) {
            self.let_into_gateway(profile).await;
        }
        Ok(())
    }

    /// Whatever was paused because the gateway was not there goes on at once.
    async fn resume_builtin(&self) {
        let profiles = self.blocking(|inner| Ok(inner.store.profiles()?)).await.unwrap_or_default();
        for profile in profiles.iter().filter(|profile| profile.environment == Environment::Simulator) {
            self.inner.pace(profile.environment, profile.mch_id.as_str()).resume();
        }
        self.inner.polling.wake();
    }

    async fn hint(&self, paid: Vec<(String, String)>) {
        let hinted = self
            .blocking(move |inner| {
                let now = inner.clock.now();
                for (mch_id, out_trade_no) in &paid {
                    inner.store.hint(mch_id, out_trade_no, now)?;
                    inner.pace(Environment::Simulator, mch_id).resume();
                }
                Ok(())
            })
            .await;
        match hinted {
            Ok(()) => self.inner.polling.wake(),
            Err(fault) => {
                tracing::warn!(%fault, "a payment in the gateway could not be hinted at; polling finds it later");
            }
        }
    }
}

impl Inner {
    /// Who the built-in gateway is, made at its first start, and how it was served.
    fn builtin_identity(&self) -> Result<(BuiltinGateway, Remembered), DeskError> {
        let mut digits = [0u8; 8];
        let mut letters = [0u8; 8];
        let candidate = draw(&*self.random, |random| {
            random(&mut digits);
            random(&mut letters);
            let number = u64::from_le_bytes(digits) % 100_000_000;
            (format!("wx{:016x}", u64::from_le_bytes(letters)), format!("19{number:08}"))
        })?;
        let candidate = BuiltinGateway {
            appid: Appid::new(candidate.0)?,
            mch_id: MchId::new(candidate.1)?,
            api_key: self.nonce()?.to_string(),
        };
        let identity = self.store.builtin_gateway_or(candidate)?;
        let key = Secret::new(identity.api_key.clone().into_bytes());
        self.store.remember_simulator_key(&key.fingerprint())?;
        let url = self.store.profile(BUILTIN)?.and_then(|profile| profile.base_url).unwrap_or_default();
        let port = url.rsplit(':').next().and_then(|port| port.parse().ok());
        Ok((identity, Remembered { port, tls: url.starts_with("https:") }))
    }

    fn keep_builtin_profile(
        &self,
        identity: &BuiltinGateway,
        url: String,
        ca_file: Option<String>,
    ) -> Result<(), DeskError> {
        match self.store.profile(BUILTIN)? {
            Some(profile) if profile.builtin => {
                Ok(self.store.move_simulator_profile(BUILTIN, &url, ca_file.as_deref())?)
            }
            Some(_) => Err(DeskError::Conflict(format!(
                "a profile of your own is called {BUILTIN:?}, which is the built-in gateway's name; rename it"
            ))),
            None => Ok(self.store.add_profile(Profile {
                name: BUILTIN.to_owned(),
                appid: identity.appid.clone(),
                mch_id: identity.mch_id.clone(),
                sign_type: SignType::Md5,
                environment: Environment::Simulator,
                base_url: Some(url),
                ca_file,
                notify_url: None,
                sub_mch_id: None,
                sub_appid: None,
                builtin: true,
                created_at: self.clock.now(),
            })?),
        }
    }
}

fn first_port(data_dir: &Path) -> u16 {
    let mut hasher = DefaultHasher::new();
    data_dir.hash(&mut hasher);
    let offset = hasher.finish() % u64::from(FIRST_PORTS.end - FIRST_PORTS.start);
    u16::try_from(offset).map_or(FIRST_PORTS.start, |offset| FIRST_PORTS.start + offset)
}

fn merchant_of(identity: &BuiltinGateway) -> Merchant {
    let key = || Secret::new(identity.api_key.clone().into_bytes());
    // The built-in merchant's AppSecret is no more of a secret than its key, and need not be another text.
    let app_secret = Some(key());
    Merchant { app_secret, ..Merchant::new(identity.appid.clone(), identity.mch_id.clone(), key()) }
}

/// Turns what happens in the gateway into changes of its screen, and payments into hints.
async fn watch(inner: Weak<Inner>, gateway: Arc<Gateway>) {
    let mut events = gateway.events();
    drop(gateway);
    loop {
        let mut hints = Vec::new();
        match events.recv().await {
            Ok(event) => hints.extend(hinted(event)),
            // Missed events cost a hint; the schedule finds the payment anyway.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
        loop {
            match events.try_recv() {
                Ok(event) => hints.extend(hinted(event)),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        // The gateway lives in the desk; without it nobody is left to tell.
        let Some(inner) = inner.upgrade() else { return };
        let desk = Desk { inner };
        desk.inner.changes.note(Tag::Simulator, []);
        if !hints.is_empty() {
            desk.hint(hints).await;
        }
    }
}

fn hinted(event: Event) -> Option<(String, String)> {
    match event {
        Event::OrderPaid { mch_id, out_trade_no } | Event::OrderClosed { mch_id, out_trade_no } => {
            Some((mch_id, out_trade_no))
        }
        _ => None,
    }
}
