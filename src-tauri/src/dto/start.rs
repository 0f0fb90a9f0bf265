//! What the window asks first: the program, the vault, the settings.

use serde::{Deserialize, Serialize};

use crate::dto::profiles::Profile;

/// Everything that the frame of the window shows.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct AppStart {
    /// The version of the program, as in its manifest.
    pub(crate) version: String,
    /// Whether there is a tray that counts what nobody has seen.
    pub(crate) tray: TrayState,
    /// The data folder, as a person can open it.
    pub(crate) data_dir: String,
    /// Whether nothing was ever set here.
    pub(crate) first_start: bool,
    /// How the vault stands.
    pub(crate) vault: Vault,
    /// The settings.
    pub(crate) settings: Settings,
    /// All merchants.
    pub(crate) profiles: Vec<Profile>,
    /// The name of the one in use, else of the first.
    pub(crate) active_profile: Option<String>,
}

/// Whether there is a tray.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TrayState {
    /// There is one.
    Shown,
    /// The library that draws it is not installed.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "other systems need no library for it"))]
    NoLibrary,
    /// The system took none.
    Refused,
}

/// What protects the vault's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VaultMode {
    /// There is no vault.
    None,
    /// The keyring of the system.
    Keyring,
    /// A passphrase.
    Passphrase,
}

/// Whether secrets can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VaultState {
    /// There is no vault.
    Absent,
    /// There is one, and it is locked.
    Locked,
    /// It is open.
    Open,
    /// Its file is damaged, or an older copy than the one seen before; it is kept as it is and not used.
    Broken,
}

/// Whether the keyring of the system can hold the vault's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyringState {
    /// A write probe succeeded.
    Usable,
    /// It is there and locked.
    Locked,
    /// There is none, or nobody asked because it does not matter.
    Absent,
}

/// How the vault stands.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct Vault {
    /// What protects it.
    pub(crate) mode: VaultMode,
    /// Whether it is open.
    pub(crate) state: VaultState,
    /// The keyring.
    pub(crate) keyring: KeyringState,
    /// Why the keyring cannot be used, as a word, or what is wrong with the file; empty where there is nothing to say.
    pub(crate) detail: String,
}

/// The language of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) enum Language {
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The language of these settings; Chinese where a newer version stored one that is not known here.
    pub(crate) fn of(settings: &desk_store::Settings) -> Self {
        if settings.language == Self::English.as_str() { Self::English } else { Self::Chinese }
    }
}

/// The colours of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    /// As the system has it.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of these settings.
    pub(crate) fn of(settings: &desk_store::Settings) -> Self {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == settings.theme).unwrap_or(Self::System)
    }
}

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct Settings {
    /// The language of the window.
    pub(crate) language: Language,
    /// Its colours.
    pub(crate) theme: Theme,
    /// Requests a second per merchant.
    pub(crate) poll_rate_per_s: u32,
    /// Requests a second against a simulator.
    pub(crate) simulator_poll_rate_per_s: u32,
    /// Seconds from one question to the next; the last one repeats.
    pub(crate) poll_ladder_s: Vec<u32>,
    /// Days after which an unpaid order is closed.
    pub(crate) expire_days: u32,
    /// Whether it is closed then.
    pub(crate) close_expired: bool,
    /// What stands before the time in a new out_trade_no.
    pub(crate) out_trade_no_prefix: String,
    /// Four digits that say where an order was placed.
    pub(crate) scene: String,
    /// Whether what newly needs a person is said on the desktop.
    pub(crate) notify_alarms: bool,
    /// The name of the profile in use.
    pub(crate) active_profile: Option<String>,
}

impl From<desk_store::Settings> for Settings {
    fn from(settings: desk_store::Settings) -> Self {
        Self {
            language: Language::of(&settings),
            theme: Theme::of(&settings),
            poll_rate_per_s: settings.poll_rate_per_s,
            simulator_poll_rate_per_s: settings.simulator_poll_rate_per_s,
            poll_ladder_s: settings.poll_ladder_s,
            expire_days: settings.expire_days,
            close_expired: settings.close_expired,
            out_trade_no_prefix: settings.out_trade_no_prefix,
            scene: settings.scene,
            notify_alarms: settings.notify_alarms,
            active_profile: settings.active_profile,
        }
    }
}

impl From<Settings> for desk_store::Settings {
    fn from(settings: Settings) -> Self {
        // Keys that only a newer version knows stay in the store: it merges.
        Self {
            language: settings.language.as_str().to_owned(),
            theme: settings.theme.as_str().to_owned(),
            poll_rate_per_s: settings.poll_rate_per_s,
            simulator_poll_rate_per_s: settings.simulator_poll_rate_per_s,
            poll_ladder_s: settings.poll_ladder_s,
            expire_days: settings.expire_days,
            close_expired: settings.close_expired,
            out_trade_no_prefix: settings.out_trade_no_prefix,
            scene: settings.scene,
            notify_alarms: settings.notify_alarms,
            active_profile: settings.active_profile,
            ..Self::default()
        }
    }
}

impl From<desk::VaultView> for Vault {
    fn from(view: desk::VaultView) -> Self {
        use desk_vault::{KeyringStatus, Mode, State};
        let mode = |mode| match mode {
            Mode::Keyring => VaultMode::Keyring,
            Mode::Passphrase => VaultMode::Passphrase,
        };
        let (mode, state) = match view.state {
            State::Absent => (VaultMode::None, VaultState::Absent),
            State::Locked(found) => (mode(found), VaultState::Locked),
            State::Open(found) => (mode(found), VaultState::Open),
        };
        let (keyring, detail) = match view.keyring {
            Some(KeyringStatus::Usable) => (KeyringState::Usable, String::new()),
            Some(KeyringStatus::Locked) => (KeyringState::Locked, String::new()),
            Some(KeyringStatus::Absent(why)) => (KeyringState::Absent, why.code().to_owned()),
            None => (KeyringState::Absent, String::new()),
        };
        Self { mode, state, keyring, detail }
    }
}

impl Vault {
    /// How the vault stands; one that cannot be used is shown as such, because everything that needs no secret goes on.
    pub(crate) fn of(view: Result<desk::VaultView, desk::DeskError>) -> Result<Self, desk::DeskError> {
        match view {
            Err(desk::DeskError::VaultBroken(detail)) => {
                Ok(Self { mode: VaultMode::None, state: VaultState::Broken, keyring: KeyringState::Absent, detail })
            }
            view => Ok(view?.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_vault_is_shown_and_does_not_keep_the_window_from_opening() {
        let shown = Vault::of(Err(desk::DeskError::VaultBroken("its end is missing".into()))).unwrap();
        assert_eq!((shown.state, shown.detail.as_str()), (VaultState::Broken, "its end is missing"));
        assert!(Vault::of(Err(desk::DeskError::Internal("x"))).is_err());
    }

    #[test]
    fn settings_come_back_as_they_went() {
        let mut stored = desk_store::Settings { language: "en".into(), theme: "dark".into(), ..Default::default() };
        stored.poll_ladder_s = vec![1, 2];
        stored.active_profile = Some("shop".into());
        assert_eq!(desk_store::Settings::from(Settings::from(stored.clone())), stored);
    }

    #[test]
    fn a_language_that_is_not_known_is_chinese_and_a_theme_the_system_s() {
        let stored = desk_store::Settings { language: "fr".into(), theme: "sepia".into(), ..Default::default() };
        assert_eq!(Language::of(&stored), Language::Chinese);
        assert_eq!(Theme::of(&stored), Theme::System);
    }
}
