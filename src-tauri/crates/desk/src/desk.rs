//! The desk itself: what every use case stands on.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use desk_store::{PollPolicy, Settings, Store};
use desk_vault::{KeyringStore, OsKeyring, Revision, Vault};
use tokio::sync::broadcast;
use wxpay_client::{Client, HttpWire, Wire};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::{NonceStr, OutTradeNo};
use wxpay_protocol::{UtcMs, numbers};

use crate::changes::{Changed, Changes};
use crate::clock::{Clock, SystemClock};
use crate::confirmations::{Agreement, Confirmations};
use crate::error::DeskError;
use crate::gateway::GatewaySlot;
use crate::hints::Hints;
use crate::leaps::Leaps;
use crate::listener::ListenerSlot;
use crate::orders::Lists;
use crate::pace::Pace;
use crate::polling::Polling;
use crate::random::{RandomBytes, SystemRandom, draw};
use crate::shop::Shop;

/// File name of the vault in the data folder.
const VAULT_FILE: &str = "vault.json";

/// Everything that the desk takes from outside; tests pass their own.
pub struct Seams {
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn RandomBytes>,
    /// What carries requests.
    pub wire: Arc<dyn Wire>,
    /// The keyring of the system.
    pub keyring: Box<dyn KeyringStore>,
}

impl Seams {
    /// The system's clock, randomness and keyring, and HTTP.
    pub fn of_this_machine() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            wire: Arc::new(HttpWire::default()),
            keyring: Box::new(OsKeyring::new()),
        }
    }
}

/// The use cases over one data folder. Cheap to clone; all clones are the same desk.
#[derive(Clone)]
pub struct Desk {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) data_dir: PathBuf,
    pub(crate) store: Store,
    vault: Result<Vault, String>,
    pub(crate) client: Client,
    pub(crate) clock: Arc<dyn Clock>,
    /// How the clock ran since the desk was opened.
    pub(crate) leaps: Leaps,
    pub(crate) random: Arc<dyn RandomBytes>,
    pub(crate) changes: Changes,
    pub(crate) confirmations: Confirmations,
    pub(crate) lists: Lists,
    pub(crate) polling: Polling,
    pub(crate) hints: Hints,
    pub(crate) gateway: GatewaySlot,
    pub(crate) listener: ListenerSlot,
    pub(crate) shop: Shop,
    /// Tells this desk from others on the same data folder.
    pub(crate) owner: String,
    paces: Mutex<HashMap<String, Pace>>,
}

impl Desk {
    /// Opens the desk of a data folder, creating the folder if there is none. A vault in the keyring is opened as well,
    /// one under a passphrase stays locked.
    pub async fn open(data_dir: &Path, seams: Seams) -> Result<Self, DeskError> {
        let data_dir = data_dir.to_owned();
        let opened = tokio::task::spawn_blocking(move || Inner::open(data_dir, seams)).await;
        let inner = opened.map_err(|_| DeskError::Internal("opening the data folder"))??;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// What the desk's clock shows.
    pub fn now(&self) -> UtcMs {
        self.inner.clock.now()
    }

    /// What changes from now on, told after each commit and at most ten times a second.
    pub fn changes(&self) -> broadcast::Receiver<Changed> {
        self.inner.changes.subscribe()
    }

    /// A one-time token for what a person just agreed to; valid for 60 seconds.
    pub fn confirm(&self, agreement: Agreement) -> Result<String, DeskError> {
        self.inner.confirmations.issue(&*self.inner.random, agreement)
    }

    /// Uses a token up. Nothing may be done without it where a person has to agree.
    pub fn redeem(&self, token: &str, agreement: &Agreement) -> Result<(), DeskError> {
        self.inner.confirmations.redeem(token, agreement)
    }

    /// Runs what blocks (store, vault, files) outside of the async threads. It runs to its end even if nobody waits.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, DeskError> + Send + 'static,
    ) -> Result<T, DeskError> {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || work(&inner))
            .await
            .map_err(|_| DeskError::Internal("a background step broke off"))?
    }
}

impl Inner {
    fn open(data_dir: PathBuf, seams: Seams) -> Result<Self, DeskError> {
        let store = Store::open(&data_dir)?;
        // A damaged vault is kept as it is; orders can be read without it, and whatever needs a secret says so.
        let seen = store.vault_seen()?.map(|(vault_id, generation)| Revision { vault_id, generation });
        let vault = Vault::open(&data_dir.join(VAULT_FILE), seams.keyring)
            .and_then(|vault| match seen {
                Some(seen) => vault.refuse_older_than(seen).map(|()| vault),
                None => Ok(vault),
            })
            .map_err(|fault| fault.to_string());
        let refused = store.refused_keys()?.into_iter();
        let paces = refused.map(|key| (pace_of(&key.environment, &key.mch_id), Pace::of_refused_key())).collect();
        let owner = draw(&*seams.random, |mut random| numbers::nonce_str(&mut random))?.to_string();
        let inner = Self {
            data_dir,
            store,
            vault,
            client: Client::new(seams.wire),
            leaps: Leaps::since(seams.clock.now()),
            clock: seams.clock,
            random: seams.random,
            changes: Changes::new(),
            confirmations: Confirmations::default(),
            lists: Lists::default(),
            polling: Polling::default(),
            hints: Hints::default(),
            gateway: GatewaySlot::default(),
            listener: ListenerSlot::default(),
            shop: Shop::default(),
            owner,
            paces: Mutex::new(paces),
        };
        inner.open_from_keyring();
        Ok(inner)
    }

    /// The vault, unless its file was refused at the start.
    pub(crate) fn vault(&self) -> Result<&Vault, DeskError> {
        self.vault.as_ref().map_err(|fault| DeskError::VaultBroken(fault.clone()))
    }

    pub(crate) fn settings(&self) -> Result<Settings, DeskError> {
        Ok(self.store.settings()?)
    }

    pub(crate) fn poll_policy(&self) -> Result<PollPolicy, DeskError> {
        Ok(PollPolicy { ladder_s: self.settings()?.poll_ladder_s })
    }

    /// The pace towards one merchant number in one environment.
    pub(crate) fn pace(&self, environment: Environment, mch_id: &str) -> Pace {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        paces.entry(pace_of(environment.as_str(), mch_id)).or_default().clone()
    }

    pub(crate) fn nonce(&self) -> Result<NonceStr, DeskError> {
        Ok(draw(&*self.random, |mut random| numbers::nonce_str(&mut random))?)
    }

    pub(crate) fn new_number(&self, prefix: &str, scene: &str) -> Result<OutTradeNo, DeskError> {
        let now = self.clock.now();
        Ok(draw(&*self.random, |mut random| numbers::out_trade_no(now, prefix, scene, &mut random))??)
    }
}

/// One pace for each merchant number in each environment, however many profiles have it.
fn pace_of(environment: &str, mch_id: &str) -> String {
    format!("{environment}/{mch_id}")
}
