//! The key that signs or verifies: of a file, a prompt, or the profile that was named.

use desk::store::Profile;
use wxpay_protocol::{Secret, SignType};

use crate::desk_options::{self, DeskOptions, standard_input_once};
use crate::exit::Failure;
use crate::secrets::KeySource;

/// A key with the profile that it goes with, if one was named.
pub(crate) struct SigningKey {
    pub(crate) key: Secret,
    pub(crate) profile: Option<Profile>,
}

impl SigningKey {
    /// The key file if one is given, else the named profile's key, else a prompt.
    pub(crate) fn find(source: &KeySource, options: &DeskOptions) -> Result<Self, Failure> {
        standard_input_once([source.file(), options.passphrase_file()])?;
        if options.profile().is_none() {
            return Ok(Self { key: source.api_key()?, profile: None });
        }
        desk_options::block_on(async {
            if source.file().is_some() {
                let desk = options.open().await?;
                let profile = options.choose(&desk).await?;
                return Ok(Self { key: source.api_key()?, profile: Some(profile) });
            }
            let (desk, profile) = options.open_profile().await?;
            let key = desk.api_key(&profile.name).await?;
            Ok(Self { key, profile: Some(profile) })
        })
    }

    /// The algorithm of the profile.
    pub(crate) fn recorded(&self) -> Option<SignType> {
        self.profile.as_ref().map(|profile| profile.sign_type)
    }

    /// The appid that was given, else the profile's.
    pub(crate) fn appid<'a>(&'a self, given: Option<&'a str>) -> Option<&'a str> {
        given.or(self.profile.as_ref().map(|profile| profile.appid.as_str()))
    }
}
