//! Which data folder, which merchant and how the vault opens: options that every command takes.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use desk::store::Profile;
use desk::vault::{KeyringStatus, Mode, State};
use desk::{Desk, DeskError, Seams};
use wxpay_protocol::Secret;

use crate::exit::Failure;
use crate::secrets::{self, PASSPHRASE};

/// The variable that names the data folder, for the window and the command line alike.
const HOME_VARIABLE: &str = "WXPAY_DESK_HOME";
/// The folder's name below the platform's own folder for data: the identifier of the window.
const FOLDER: &str = "io.github.wxpay-desk";

#[derive(clap::Args)]
pub(crate) struct DeskOptions {
    /// Folder with orders, merchants and the vault [数据目录]; else $WXPAY_DESK_HOME, else the folder of the window
    #[arg(long, global = true, value_name = "DIR", help_heading = "Desk options")]
    data_dir: Option<PathBuf>,
    /// The merchant profile [商户配置]; else the one in use, or the only one. sign, verify and pay-params take its key
    #[arg(long, global = true, value_name = "NAME", help_heading = "Desk options")]
    profile: Option<String>,
    /// File with the passphrase of the vault [密钥库口令], - for standard input; a vault is made if there is none
    #[arg(long, global = true, value_name = "FILE", help_heading = "Desk options")]
    passphrase_file: Option<PathBuf>,
}

impl DeskOptions {
    /// The profile that was named.
    pub(crate) fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// Where the passphrase comes from, if it was said.
    pub(crate) fn passphrase_file(&self) -> Option<&Path> {
        self.passphrase_file.as_deref()
    }

    /// Opens the desk, its vault as it is.
    pub(crate) async fn open(&self) -> Result<Desk, Failure> {
        Ok(Desk::open(&self.data_dir()?, Seams::of_this_machine()).await?)
    }

    /// Opens the desk and the profile, with the vault open if the profile's key is in it.
    pub(crate) async fn open_profile(&self) -> Result<(Desk, Profile), Failure> {
        let desk = self.open().await?;
        let profile = self.choose(&desk).await?;
        if !profile.builtin {
            self.unlock(&desk).await?;
        }
        Ok((desk, profile))
    }

    /// The profile to work with.
    pub(crate) async fn choose(&self, desk: &Desk) -> Result<Profile, Failure> {
        choose(desk, self.profile()).await
    }

    /// Opens the vault, by its passphrase where that is how it opens. Without a vault there is nothing to open, and the
    /// use of a secret then says so.
    pub(crate) async fn unlock(&self, desk: &Desk) -> Result<(), Failure> {
        if let Some(file) = self.passphrase_file() {
            desk.vault_open_or_create(secrets::secret(&PASSPHRASE, Some(file))?).await?;
            return Ok(());
        }
        if desk.vault_view().await?.state == State::Locked(Mode::Passphrase) {
            desk.vault_unlock(secrets::secret(&PASSPHRASE, None)?).await?;
        }
        Ok(())
    }

    /// Opens the vault so that a secret can be kept; where there is neither a vault nor a keyring, a person is asked for
    /// the passphrase of a new one.
    pub(crate) async fn unlock_for_writing(&self, desk: &Desk) -> Result<(), Failure> {
        self.unlock(desk).await?;
        let view = desk.vault_view().await?;
        let without_keyring = !matches!(view.keyring, Some(KeyringStatus::Usable));
        if view.state == State::Absent && without_keyring && std::io::stdin().is_terminal() {
            desk.vault_create(new_passphrase()?).await?;
        }
        Ok(())
    }

    fn data_dir(&self) -> Result<PathBuf, Failure> {
        let named = self
            .data_dir
            .clone()
            .or_else(|| std::env::var_os(HOME_VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from));
        named.or_else(|| dirs::data_dir().map(|folder| folder.join(FOLDER))).ok_or(Failure::NoDataFolder)
    }
}

/// The profile of this name, else the one in use, else the only one.
pub(crate) async fn choose(desk: &Desk, name: Option<&str>) -> Result<Profile, Failure> {
    match desk.choose_profile(name).await {
        Err(DeskError::NotFound { .. }) if name.is_none() => Err(Failure::NoProfile),
        chosen => Ok(chosen?),
    }
}

fn new_passphrase() -> Result<Secret, Failure> {
    let first = secrets::secret(&secrets::NEW_PASSPHRASE, None)?;
    let second = secrets::secret(&secrets::PASSPHRASE_AGAIN, None)?;
    if first.same_as(&second) { Ok(first) } else { Err(Failure::PassphrasesDiffer) }
}

/// Standard input has one content; two secrets, or a secret and a message, cannot share it.
pub(crate) fn standard_input_once<'p>(files: impl IntoIterator<Item = Option<&'p Path>>) -> Result<(), Failure> {
    let claims = files.into_iter().flatten().filter(|file| *file == Path::new("-")).count();
    if claims > 1 { Err(Failure::StandardInputTwice) } else { Ok(()) }
}

/// Runs a command that talks to the desk.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)?;
    runtime.block_on(work)
}
