//! What a desktop answers on its bus.

#![expect(
    clippy::too_many_arguments,
    clippy::needless_pass_by_value,
    clippy::used_underscore_binding,
    clippy::unused_self,
    reason = "the interfaces of the desktop are what they are"
)]

use std::collections::HashMap;

use tokio::sync::mpsc::UnboundedSender;
use zbus::message::Header;
use zbus::names::OwnedUniqueName;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::Shown;

/// The messages that programs have it show.
pub(super) struct Notifications(pub(super) UnboundedSender<Shown>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    fn notify(
        &self,
        app_name: String,
        _replaces_id: u32,
        _app_icon: String,
        summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        // The test that asked may be over.
        drop(self.0.send(Shown { program: app_name, title: summary, text: body }));
        1
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("recorder".to_owned(), "tests".to_owned(), "1".to_owned(), "1.2".to_owned())
    }
}

/// Where a program has its icon.
pub(super) struct TrayItem {
    pub(super) program: OwnedUniqueName,
    pub(super) path: OwnedObjectPath,
}

/// The icons that programs place in the tray.
pub(super) struct Watcher(pub(super) UnboundedSender<TrayItem>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let (Some(sender), Ok(path)) = (header.sender(), OwnedObjectPath::try_from(service)) else { return };
        drop(self.0.send(TrayItem { program: sender.to_owned().into(), path }));
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}
