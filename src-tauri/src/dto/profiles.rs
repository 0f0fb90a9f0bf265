//! Merchants, with what may be shown of their secrets.

use desk::{NewProfile, ProfileShown, SecretShown};
use serde::{Deserialize, Serialize};

use crate::dto::number::AtMs;
use crate::dto::secret_text::SecretText;
use crate::dto::words::{Environment, SignType};

/// What may be shown of a secret.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SecretView {
    /// Whether there is one.
    pub(crate) set: bool,
    /// Its last four characters; nothing while the vault is locked.
    pub(crate) tail: Option<String>,
    /// Eight hexadecimal digits that tell two secrets apart.
    pub(crate) fingerprint: Option<String>,
}

impl From<SecretShown> for SecretView {
    fn from(shown: SecretShown) -> Self {
        let (tail, fingerprint) = shown.view.map_or((None, None), |view| (view.tail, Some(view.fingerprint)));
        Self { set: shown.set, tail, fingerprint }
    }
}

/// What is known of a merchant's certificate.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct CertificateView {
    /// Upper-case hexadecimal digits.
    pub(crate) serial: String,
    /// Until when it is valid.
    pub(crate) not_after: AtMs,
}

/// A merchant.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct Profile {
    /// 1 to 64 characters, unique.
    pub(crate) name: String,
    /// The app.
    pub(crate) appid: String,
    /// The merchant number.
    pub(crate) mch_id: String,
    /// How its requests are signed.
    pub(crate) sign_type: SignType,
    /// Which gateway.
    pub(crate) environment: Environment,
    /// The address of a simulator.
    pub(crate) base_url: Option<String>,
    /// Where notifications go.
    pub(crate) notify_url: Option<String>,
    /// The sub-merchant, for a service provider.
    pub(crate) sub_mch_id: Option<String>,
    /// The sub-merchant's app.
    pub(crate) sub_appid: Option<String>,
    /// The API key.
    pub(crate) api_key: SecretView,
    /// The AppSecret.
    pub(crate) app_secret: SecretView,
    /// The certificate for refunds, if one was imported.
    pub(crate) certificate: Option<CertificateView>,
    /// Whether it is the merchant of the built-in gateway.
    pub(crate) builtin: bool,
    /// When it was added.
    pub(crate) created_at: AtMs,
}

impl From<ProfileShown> for Profile {
    fn from(shown: ProfileShown) -> Self {
        let profile = shown.profile;
        Self {
            name: profile.name,
            appid: profile.appid.to_string(),
            mch_id: profile.mch_id.to_string(),
            sign_type: profile.sign_type.into(),
            environment: profile.environment.into(),
            base_url: profile.base_url,
            notify_url: profile.notify_url,
            sub_mch_id: profile.sub_mch_id.map(|id| id.to_string()),
            sub_appid: profile.sub_appid.map(|id| id.to_string()),
            api_key: shown.api_key.into(),
            app_secret: shown.app_secret.into(),
            certificate: shown.certificate.map(|certificate| CertificateView {
                serial: certificate.serial,
                not_after: certificate.not_after.into(),
            }),
            builtin: profile.builtin,
            created_at: profile.created_at.into(),
        }
    }
}

/// A merchant to be added.
#[derive(Deserialize, specta::Type)]
pub(crate) struct ProfileInput {
    pub(crate) name: String,
    pub(crate) appid: String,
    pub(crate) mch_id: String,
    pub(crate) api_key: SecretText,
    pub(crate) app_secret: Option<SecretText>,
    pub(crate) sign_type: SignType,
    pub(crate) environment: Environment,
    pub(crate) base_url: Option<String>,
    pub(crate) notify_url: Option<String>,
    pub(crate) sub_mch_id: Option<String>,
    pub(crate) sub_appid: Option<String>,
}

impl From<ProfileInput> for NewProfile {
    fn from(input: ProfileInput) -> Self {
        Self {
            name: input.name,
            appid: input.appid,
            mch_id: input.mch_id,
            sign_type: input.sign_type.into(),
            environment: input.environment.into(),
            base_url: input.base_url,
            ca_file: None,
            notify_url: input.notify_url,
            sub_mch_id: input.sub_mch_id,
            sub_appid: input.sub_appid,
            api_key: input.api_key.0,
            app_secret: input.app_secret.map(|secret| secret.0),
        }
    }
}

/// What the first try made.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct BuiltinStarted {
    /// The sample merchant.
    pub(crate) profile: Profile,
    /// How many orders there are for it.
    pub(crate) orders: crate::dto::number::Count,
}
