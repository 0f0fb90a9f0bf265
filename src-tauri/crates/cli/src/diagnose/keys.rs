//! The keys of a diagnosis: the one in use, and others that somebody may have used in its place.

use std::path::{Path, PathBuf};

use desk::KeyAtHand;
use desk::store::Profile;
use wxpay_diagnose::diagnosis::KeyRole;

use crate::desk_options::{self, DeskOptions};
use crate::exit::Failure;
use crate::secrets::{self, API_KEY, OTHER_KEY};

#[derive(clap::Args)]
pub(crate) struct KeyOptions {
    /// File with the API key [API密钥]; one line end and a byte order mark are dropped, nothing else. `-` reads
    /// standard input. Without it and without --profile only what is seen without a key is told
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Another key to try [其他密钥], under a name of yours: appsecret, v3, sandbox and previous say what it is, any other
    /// name is another merchant. May be given several times
    #[arg(long, value_name = "NAME=FILE", value_parser = other_key)]
    other_key: Vec<OtherKey>,
}

#[derive(Clone)]
struct OtherKey {
    name: String,
    file: PathBuf,
}

#[derive(Debug, thiserror::Error)]
enum OtherKeyFault {
    #[error("it must be NAME=FILE, such as appsecret=secret.txt")]
    Form,
    #[error("a name has 1 to 64 characters and none of them invisible")]
    Name,
}

fn other_key(text: &str) -> Result<OtherKey, OtherKeyFault> {
    let (name, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or(OtherKeyFault::Form)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
        return Err(OtherKeyFault::Name);
    }
    Ok(OtherKey { name: name.to_owned(), file: PathBuf::from(file) })
}

impl OtherKey {
    fn role(&self) -> KeyRole {
        match self.name.as_str() {
            "appsecret" => KeyRole::AppSecret,
            "v3" => KeyRole::V3,
            "sandbox" => KeyRole::Sandbox,
            "previous" => KeyRole::Previous,
            _ => KeyRole::OtherMerchant,
        }
    }
}

/// The keys, the one in use first, and the profile if one was named.
pub(crate) struct Merchant {
    pub(crate) keys: Vec<KeyAtHand>,
    pub(crate) profile: Option<Profile>,
}

impl KeyOptions {
    pub(crate) fn files(&self) -> impl Iterator<Item = Option<&Path>> {
        std::iter::once(self.key_file.as_deref()).chain(self.other_key.iter().map(|other| Some(other.file.as_path())))
    }

    /// All keys: of the file or the profile, those that were named, then what else the vault has.
    pub(crate) fn collect(&self, options: &DeskOptions) -> Result<Merchant, Failure> {
        let own = self.key_file.as_deref().map(|file| secrets::secret(&API_KEY, Some(file))).transpose()?;
        let own = own.map(|secret| KeyAtHand { role: KeyRole::InUse, name: "--key-file".to_owned(), secret });
        let mut named = Vec::new();
        for other in &self.other_key {
            let secret = secrets::secret(&OTHER_KEY, Some(&other.file))?;
            named.push(KeyAtHand { role: other.role(), name: other.name.clone(), secret });
        }
        let mut keys: Vec<KeyAtHand> = own.into_iter().collect();
        if options.profile().is_none() {
            keys.extend(named);
            return Ok(Merchant { keys, profile: None });
        }
        let (profile, mut of_vault) = of_profile(options, keys.is_empty())?;
        let of_others = of_vault.split_off(usize::from(keys.is_empty()).min(of_vault.len()));
        keys.extend(of_vault);
        keys.extend(named);
        keys.extend(of_others);
        Ok(Merchant { keys, profile: Some(profile) })
    }
}

/// The profile and the keys of the vault. Where the key in use comes from a file, a vault that stays locked is no fault.
fn of_profile(options: &DeskOptions, own_key: bool) -> Result<(Profile, Vec<KeyAtHand>), Failure> {
    desk_options::block_on(async {
        let (desk, profile) = if own_key || options.passphrase_file().is_some() {
            options.open_profile().await?
        } else {
            let desk = options.open().await?;
            let profile = options.choose(&desk).await?;
            (desk, profile)
        };
        let keys = desk.keys_at_hand(&profile.name, own_key).await?;
        Ok((profile, keys))
    })
}
