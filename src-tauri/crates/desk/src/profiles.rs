//! Merchants: adding, showing and removing them, and which of them is in use.

use std::path::PathBuf;

use desk_store::{Certificate, Profile, Settings};
use desk_vault::{SecretId, SecretKind, SecretView, State};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::{Secret, SignType};

use crate::changes::Tag;
use crate::desk::Inner;
use crate::signer::destination;
use crate::{Desk, DeskError};

/// API keys have so many characters (protocol page §8).
const KEY_BYTES: usize = 32;

/// A merchant to be added.
pub struct NewProfile {
    /// 1 to 64 characters, unique.
    pub name: String,
    /// The app.
    pub appid: String,
    /// The merchant number.
    pub mch_id: String,
    /// How requests are signed.
    pub sign_type: SignType,
    /// Which gateway.
    pub environment: Environment,
    /// The address of a simulator, loopback only.
    pub base_url: Option<String>,
    /// A certificate authority of a simulator's own.
    pub ca_file: Option<PathBuf>,
    /// Where notifications go unless an order says otherwise.
    pub notify_url: Option<String>,
    /// The sub-merchant, for a service provider.
    pub sub_mch_id: Option<String>,
    /// The sub-merchant's app.
    pub sub_appid: Option<String>,
    /// The API key; goes to the vault.
    pub api_key: Secret,
    /// The mini program's AppSecret; goes to the vault.
    pub app_secret: Option<Secret>,
}

/// What may be shown of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretShown {
    /// Whether there is one.
    pub set: bool,
    /// How to recognise it; nothing while the vault is locked.
    pub view: Option<SecretView>,
}

/// A merchant with what may be shown of its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileShown {
    /// The part that is no secret.
    pub profile: Profile,
    /// The API key.
    pub api_key: SecretShown,
    /// The AppSecret.
    pub app_secret: SecretShown,
    /// The certificate for refunds and other calls under mutual TLS, if one was imported.
    pub certificate: Option<Certificate>,
}

impl Desk {
    /// All merchants.
    pub async fn profiles(&self) -> Result<Vec<ProfileShown>, DeskError> {
        self.blocking(|inner| {
            let profiles = inner.store.profiles()?;
            profiles.into_iter().map(|profile| inner.shown(profile)).collect()
        })
        .await
    }

    /// One merchant.
    pub async fn profile(&self, name: &str) -> Result<ProfileShown, DeskError> {
        let name = name.to_owned();
        self.blocking(move |inner| inner.shown(inner.profile(&name)?)).await
    }

    /// The profile to work with: the named one, else the one in use, else the only one.
    pub async fn choose_profile(&self, name: Option<&str>) -> Result<Profile, DeskError> {
        let name = name.map(str::to_owned);
        self.blocking(move |inner| {
            if let Some(name) = name.or(inner.settings()?.active_profile) {
                return inner.profile(&name);
            }
            let mut profiles = inner.store.profiles()?;
            match (profiles.pop(), profiles.is_empty()) {
                (Some(only), true) => Ok(only),
                (None, _) => Err(DeskError::NotFound { what: "profile", name: "(none added yet)".into() }),
                _ => Err(DeskError::input("profile", "must be named: there are several")),
            }
        })
        .await
    }

    /// The merchant that a window works with: the one in use. Where none is, the first is from now on, so that what is
    /// shown as in use is what everything else takes for it; nothing where there is no merchant.
    pub async fn profile_at_hand(&self) -> Result<Option<String>, DeskError> {
        if let Some(name) = self.settings().await?.active_profile {
            return Ok(Some(name));
        }
        match self.blocking(|inner| Ok(inner.store.profiles()?.into_iter().next())).await? {
            Some(first) => Ok(self.profile_use(&first.name).await?.active_profile),
            None => Ok(None),
        }
    }

    /// Adds a merchant. Its secrets are in the vault, on the disk, before the profile is.
    pub async fn profile_add(&self, new: NewProfile) -> Result<ProfileShown, DeskError> {
        let shown = self.blocking(move |inner| inner.add_profile(&new)).await?;
        self.inner.changes.note(Tag::Profiles, []);
        self.let_into_gateway(&shown.profile).await;
        self.inner.polling.wake();
        Ok(shown)
    }

    /// Removes a merchant and its secrets; its orders and their evidence stay.
    pub async fn profile_remove(&self, name: &str) -> Result<(), DeskError> {
        let name = name.to_owned();
        self.blocking(move |inner| {
            let profile = inner.profile(&name)?;
            if !profile.builtin && inner.vault()?.list()?.iter().any(|id| id.profile == name) {
                inner.vault()?.remove_profile(&name)?;
                inner.remember_vault()?;
            }
            inner.store.remove_profile(&name)?;
            let settings = inner.settings()?;
            if settings.active_profile.as_ref() == Some(&name) {
                inner.store.set_settings(Settings { active_profile: None, ..settings })?;
            }
            Ok(())
        })
        .await?;
        self.inner.changes.note(Tag::Profiles, []);
        self.inner.changes.note(Tag::Settings, []);
        Ok(())
    }

    /// Makes a merchant the one in use.
    pub async fn profile_use(&self, name: &str) -> Result<Settings, DeskError> {
        let name = name.to_owned();
        let settings = self
            .blocking(move |inner| {
                inner.profile(&name)?;
                let settings = Settings { active_profile: Some(name), ..inner.settings()? };
                Ok(inner.store.set_settings(settings)?)
            })
            .await?;
        self.inner.changes.note(Tag::Settings, []);
        Ok(settings)
    }

    /// The API key of a profile, for signing and verifying inside this program. It must never leave it.
    pub async fn api_key(&self, profile: &str) -> Result<Secret, DeskError> {
        let name = profile.to_owned();
        self.blocking(move |inner| inner.api_key(&inner.profile(&name)?)).await
    }
}

impl Inner {
    fn add_profile(&self, new: &NewProfile) -> Result<ProfileShown, DeskError> {
        let profile = self.checked(new)?;
        if self.store.profile(&profile.name)?.is_some() {
            return Err(DeskError::Conflict(format!(
                "there is a profile {:?} already; choose another name, or remove that one first",
                profile.name
            )));
        }
        self.vault_for_writing()?;
        self.check_crossing(&profile, &new.api_key)?;
        if profile.environment == Environment::Simulator {
            // Remembered first: whatever happens next, this key is known to a simulator.
            self.store.remember_simulator_key(&new.api_key.fingerprint())?;
        }
        self.vault()?.put(&SecretId::api_key(&profile.name), &new.api_key)?;
        if let Some(app_secret) = &new.app_secret {
            self.vault()?.put(&SecretId::app_secret(&profile.name), app_secret)?;
        }
        self.remember_vault()?;
        self.store.add_profile(profile.clone())?;
        self.shown(profile)
    }

    fn checked(&self, new: &NewProfile) -> Result<Profile, DeskError> {
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            return Err(DeskError::input("name", "must have 1 to 64 characters and none of them invisible"));
        }
        if new.environment != Environment::Simulator && new.api_key.len() != KEY_BYTES {
            return Err(DeskError::input(
                "api_key",
                format!("must have {KEY_BYTES} characters, this one has {}; copy it again", new.api_key.len()),
            ));
        }
        if new.environment == Environment::Sandbox && new.sign_type != SignType::Md5 {
            return Err(DeskError::input("sign_type", "must be MD5: the official sandbox knows no other"));
        }
        if let Some(url) = &new.notify_url {
            check_notify_url(url)?;
        }
        let ca_file = new.ca_file.as_deref().map(|path| {
            std::path::absolute(path)
                .ok()
                .and_then(|path| path.into_os_string().into_string().ok())
                .ok_or_else(|| DeskError::input("ca_file", "is not a path that can be kept"))
        });
        let profile = Profile {
            name: name.to_owned(),
            appid: Appid::new(new.appid.trim())?,
            mch_id: MchId::new(new.mch_id.trim())?,
            sign_type: new.sign_type,
            environment: new.environment,
            base_url: new.base_url.clone(),
            ca_file: ca_file.transpose()?,
            notify_url: new.notify_url.clone(),
            sub_mch_id: new.sub_mch_id.as_deref().map(MchId::new).transpose()?,
            sub_appid: new.sub_appid.as_deref().map(Appid::new).transpose()?,
            builtin: false,
            created_at: self.clock.now(),
        };
        destination(&profile)?;
        Ok(profile)
    }

    /// Keys of real merchants and keys of simulators never meet, whichever came first.
    fn check_crossing(&self, profile: &Profile, key: &Secret) -> Result<(), DeskError> {
        self.check_key(profile.environment, key)?;
        if profile.environment != Environment::Simulator {
            return Ok(());
        }
        for other in self.store.profiles()?.iter().filter(|other| other.environment != Environment::Simulator) {
            let id = SecretId::api_key(&other.name);
            if self.vault()?.list()?.contains(&id) && self.vault()?.same_secret(&id, key)? {
                return Err(DeskError::EnvironmentRefused(format!(
                    "this is the key of the profile {:?} in {}; a simulator must not see it, use another key there",
                    other.name,
                    other.environment.as_str()
                )));
            }
        }
        Ok(())
    }

    pub(crate) fn shown(&self, profile: Profile) -> Result<ProfileShown, DeskError> {
        if profile.builtin {
            let key = self.api_key(&profile)?;
            let tail = Some(key.tail()).filter(|tail| !tail.is_empty());
            let view = Some(SecretView { tail, fingerprint: key.fingerprint() });
            return Ok(ProfileShown {
                profile,
                api_key: SecretShown { set: true, view },
                app_secret: SecretShown::default(),
                certificate: None,
            });
        }
        let vault = self.vault().ok();
        let known = vault.and_then(|vault| vault.list().ok()).unwrap_or_default();
        let open = vault.filter(|vault| matches!(vault.state(), Ok(State::Open(_))));
        let shown = |kind| {
            let id = SecretId { profile: profile.name.clone(), kind };
            let set = known.contains(&id);
            let view = open.filter(|_| set).and_then(|vault| vault.view(&id).ok());
            SecretShown { set, view }
        };
        let (api_key, app_secret) = (shown(SecretKind::ApiKey), shown(SecretKind::AppSecret));
        let certificate = self.store.certificate(&profile.name)?;
        Ok(ProfileShown { profile, api_key, app_secret, certificate })
    }
}

/// Absolute http(s), no query: what the protocol demands of a notify_url.
pub(crate) fn check_notify_url(url: &str) -> Result<(), DeskError> {
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(DeskError::input("notify_url", "must be an absolute http or https address"));
    }
    if url.contains(['?', '#'])
        || url.len() > 256
        || url.chars().any(|found| found.is_whitespace() || found.is_control())
    {
        return Err(DeskError::input("notify_url", "must have at most 256 characters, no spaces and no query string"));
    }
    Ok(())
}
