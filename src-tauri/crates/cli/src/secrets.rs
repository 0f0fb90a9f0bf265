//! Where a secret comes from: a file, standard input, or a prompt without echo. Never an option, never the environment.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use wxpay_protocol::Secret;

use crate::exit::Failure;

/// Longer files are somebody's mistake.
const MAX_SECRET_BYTES: usize = 4096;

/// Which secret, and how it is given.
pub(crate) struct Wanted {
    what: &'static str,
    option: &'static str,
}

/// What signs every message.
pub(crate) const API_KEY: Wanted = Wanted { what: "API key", option: "--key-file" };
/// What the simulator's control takes.
pub(crate) const CONTROL_TOKEN: Wanted = Wanted { what: "control token", option: "--control-token-file" };
/// A key that may have been used in the place of the right one.
pub(crate) const OTHER_KEY: Wanted = Wanted { what: "other key", option: "--other-key" };
/// The mini program's secret.
pub(crate) const APP_SECRET: Wanted = Wanted { what: "AppSecret", option: "--app-secret-file" };
/// What a .p12 file opens with.
pub(crate) const P12_PASSWORD: Wanted = Wanted { what: "password of the .p12 file", option: "--p12-password-file" };
/// What opens the vault.
pub(crate) const PASSPHRASE: Wanted = Wanted { what: "passphrase of the vault", option: "--passphrase-file" };
/// What a new vault is to open with.
pub(crate) const NEW_PASSPHRASE: Wanted = Wanted { what: "passphrase for a new vault", option: "--passphrase-file" };
/// The same once more, against slips of the finger.
pub(crate) const PASSPHRASE_AGAIN: Wanted = Wanted { what: "passphrase once more", option: "--passphrase-file" };

#[derive(clap::Args)]
pub(crate) struct KeySource {
    /// File with the API key [API密钥]; one line end and a byte order mark are dropped, nothing else. `-` reads
    /// standard input. Without it the key is asked for on the terminal
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl KeySource {
    /// The file that was named.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.key_file.as_deref()
    }

    /// The merchant's API key.
    pub(crate) fn api_key(&self) -> Result<Secret, Failure> {
        secret(&API_KEY, self.file())
    }
}

/// A secret of any kind, from a file or the terminal.
pub(crate) fn secret(wanted: &Wanted, file: Option<&Path>) -> Result<Secret, Failure> {
    let what = wanted.what;
    let (place, secret) = match file {
        Some(path) if path == Path::new("-") => {
            let place = "standard input".to_owned();
            (place.clone(), read(what, place, std::io::stdin().lock())?)
        }
        Some(path) => {
            let place = path.display().to_string();
            let file =
                File::open(path).map_err(|cause| Failure::SecretUnreadable { what, place: place.clone(), cause })?;
            (place.clone(), read(what, place, file)?)
        }
        None => ("the terminal".to_owned(), ask(wanted)?),
    };
    if secret.is_empty() {
        return Err(Failure::SecretEmpty { what, place });
    }
    Ok(secret)
}

fn read(what: &'static str, place: String, source: impl Read) -> Result<Secret, Failure> {
    // Room for everything at once, so that no outgrown buffer leaves a copy behind.
    let mut bytes = Vec::with_capacity(MAX_SECRET_BYTES + 2);
    let limit = u64::try_from(MAX_SECRET_BYTES + 1).unwrap_or(u64::MAX);
    if let Err(cause) = source.take(limit).read_to_end(&mut bytes) {
        return Err(Failure::SecretUnreadable { what, place, cause });
    }
    let too_long = bytes.len() > MAX_SECRET_BYTES;
    let secret = Secret::from_file_bytes(bytes);
    if too_long {
        return Err(Failure::SecretTooLong { what, place, limit: MAX_SECRET_BYTES });
    }
    Ok(secret)
}

fn ask(wanted: &Wanted) -> Result<Secret, Failure> {
    let missing = || Failure::SecretMissing { what: wanted.what, option: wanted.option };
    if !std::io::stdin().is_terminal() && !std::io::stderr().is_terminal() {
        return Err(missing());
    }
    rpassword::prompt_password(format!("{}: ", wanted.what))
        .map(|typed| Secret::new(typed.into_bytes()))
        .map_err(|_| missing())
}
