//! A session bus of its own, with a desktop on it that takes down what programs show: messages, and icons in the tray.

mod desktop;

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};
use zbus::{Connection, Proxy};

use self::desktop::{Notifications, TrayItem, Watcher};
use crate::leash::Leash;

/// How long something may take to arrive; a busy machine is slow, a program that says nothing must not hang us.
const ARRIVES_WITHIN: Duration = Duration::from_secs(60);
/// How often a property is read that nobody tells the changes of.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const MENU: &str = "com.canonical.dbusmenu";

/// Why the bus or what is on it was not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The bus could not be started.
    #[error("the bus: {0}")]
    Io(#[from] io::Error),
    /// The bus or a program on it refused something.
    #[error("on the bus: {0}")]
    Bus(#[from] zbus::Error),
    /// Nothing came.
    #[error("waited {seconds} s for {what}")]
    TooLong {
        /// What was waited for, and what was there instead.
        what: String,
        /// The limit in seconds.
        seconds: u64,
    },
}

/// A message that a program had the desktop show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The program, as it calls itself.
    pub program: String,
    /// The one line.
    pub title: String,
    /// What stands below.
    pub text: String,
}

/// A bus with a desktop. Dropped, it ends.
#[derive(Debug)]
pub struct SessionBus {
    address: String,
    desktop: Connection,
    shown: UnboundedReceiver<Shown>,
    placed: UnboundedReceiver<TrayItem>,
    _daemon: Leash,
}

impl SessionBus {
    /// Starts a bus whose socket is in this folder; nothing where the machine has no `dbus-daemon`.
    pub async fn start(folder: &Path) -> Result<Option<Self>, BusError> {
        let address = format!("unix:path={}", folder.join("bus").display());
        let mut program = Command::new("dbus-daemon");
        program.args(["--session", "--nofork", "--nopidfile", "--print-address=1", "--address", &address]);
        let (daemon, output) = Leash::start_and_read(&program)?;
        let mut said = String::new();
        // It says its address when it listens.
        if BufReader::new(output).read_line(&mut said)? == 0 {
            return Ok(None);
        }
        let (to_shown, shown) = unbounded_channel();
        let (to_placed, placed) = unbounded_channel();
        let desktop = zbus::connection::Builder::address(address.as_str())?
            .serve_at("/org/freedesktop/Notifications", Notifications(to_shown))?
            .serve_at("/StatusNotifierWatcher", Watcher(to_placed))?
            .name("org.freedesktop.Notifications")?
            .name("org.kde.StatusNotifierWatcher")?
            .build()
            .await?;
        Ok(Some(Self { address, desktop, shown, placed, _daemon: daemon }))
    }

    /// The address that programs find in `DBUS_SESSION_BUS_ADDRESS`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The next message that a program has the desktop show.
    pub async fn next_shown(&mut self) -> Result<Shown, BusError> {
        let next = timeout(ARRIVES_WITHIN, self.shown.recv()).await;
        next.ok().flatten().ok_or_else(|| too_long("a message for the desktop".to_owned()))
    }

    /// The next icon that a program places in the tray.
    pub async fn next_placed(&mut self) -> Result<TrayIcon, BusError> {
        let next = timeout(ARRIVES_WITHIN, self.placed.recv()).await;
        let TrayItem { program, path } =
            next.ok().flatten().ok_or_else(|| too_long("an icon in the tray".to_owned()))?;
        let item = Proxy::new(&self.desktop, program.clone(), path, "org.kde.StatusNotifierItem").await?;
        let menu: OwnedObjectPath = item.get_property("Menu").await?;
        let menu = Proxy::new(&self.desktop, program, menu, MENU).await?;
        Ok(TrayIcon { item, menu })
    }
}

/// A program's icon in the tray.
#[derive(Debug)]
pub struct TrayIcon {
    item: Proxy<'static>,
    menu: Proxy<'static>,
}

impl TrayIcon {
    /// Waits until this stands beside the icon.
    pub async fn label_is(&self, wanted: &str) -> Result<(), BusError> {
        let mut last = String::new();
        let seen = timeout(ARRIVES_WITHIN, async {
            loop {
                last = self.property("XAyatanaLabel").await?;
                if last == wanted {
                    return Ok::<_, BusError>(());
                }
                sleep(LOOK_AGAIN).await;
            }
        });
        seen.await.map_err(|_| too_long(format!("{wanted:?} beside the icon, where {last:?} is")))?
    }

    /// The picture.
    pub async fn picture(&self) -> Result<PathBuf, BusError> {
        Ok(PathBuf::from(self.property("IconName").await?))
    }

    /// The entries of the menu, by number and label; a line between them has none.
    pub async fn entries(&self) -> Result<Vec<(i32, String)>, BusError> {
        type Layout = (u32, (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>));
        let (_, (_, _, children)): Layout = self.menu.call("GetLayout", &(0_i32, 1_i32, vec!["label"])).await?;
        Ok(children.iter().filter_map(entry).collect())
    }

    /// Clicks the entry whose label begins so.
    pub async fn click(&self, label: &str) -> Result<(), BusError> {
        let entries = self.entries().await?;
        let chosen = entries.iter().find(|(_, of)| of.starts_with(label));
        let (number, _) = chosen.ok_or_else(|| too_long(format!("{label:?} among {entries:?}")))?;
        self.menu.call::<_, _, ()>("Event", &(*number, "clicked", Value::from(0_i32), 0_u32)).await.map_err(Into::into)
    }

    async fn property(&self, name: &str) -> Result<String, BusError> {
        let fresh = Proxy::new(
            self.item.connection(),
            self.item.destination().to_owned(),
            self.item.path().to_owned(),
            "org.freedesktop.DBus.Properties",
        );
        let value: OwnedValue = fresh.await?.call("Get", &(self.item.interface().as_str(), name)).await?;
        Ok(String::try_from(value).map_err(zbus::Error::from)?)
    }
}

fn entry(child: &OwnedValue) -> Option<(i32, String)> {
    let child = child.downcast_ref::<Structure<'_>>().ok()?;
    let [number, properties, _] = child.fields() else { return None };
    let properties = properties.downcast_ref::<zbus::zvariant::Dict<'_, '_>>().ok()?;
    let label: Option<String> = properties.get(&"label").ok()?;
    // An underscore marks the letter of a key.
    Some((number.downcast_ref::<i32>().ok()?, label?.replace('_', "")))
}

fn too_long(what: String) -> BusError {
    BusError::TooLong { what, seconds: ARRIVES_WITHIN.as_secs() }
}
