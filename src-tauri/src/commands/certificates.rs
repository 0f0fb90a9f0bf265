//! A merchant's certificate: chosen in a dialog of the system, sealed in the vault.

use std::path::{Path, PathBuf};

use desk::CertificateFile;
use desk::client::CERTIFICATE_BYTES_MAX;
use tauri::{State, WebviewWindow, Wry};
use tokio::io::AsyncReadExt;
use wxpay_protocol::Secret;

use crate::dto::profiles::Profile;
use crate::dto::secret_text::SecretText;
use crate::dto::start::Language;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
use crate::home::Home;

/// Asks for the certificate's file, and answers its name; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn certificate_choose(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
) -> Result<Option<String>, IpcError> {
    let title = match Language::of(&home.desk().await?.settings().await?) {
        Language::Chinese => "选择商户证书（apiclient_cert.p12，或 .pem）",
        Language::English => "The merchant's certificate (apiclient_cert.p12, or .pem)",
    };
    let choice = Choice { title, suggested: None, kind: Kind::Certificate };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    home.certificate_file.keep(path);
    Ok(Some(name))
}

/// Imports the chosen certificate. Without a password a .p12 is opened with the merchant number, as WeChat makes them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn certificate_import(
    home: State<'_, Home>,
    name: String,
    password: Option<SecretText>,
) -> Result<Profile, IpcError> {
    let file = read(&home.certificate_file.path()?, password.map(|password| password.0)).await?;
    Ok(home.desk().await?.certificate_import(&name, file).await?.into())
}

/// A .pem comes with its key in the file beside it that WeChat's tool names so.
async fn read(path: &Path, password: Option<Secret>) -> Result<CertificateFile, IpcError> {
    let is_pem = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pem"));
    if !is_pem {
        return Ok(CertificateFile::P12 { bytes: secret_of(path.to_owned()).await?, password });
    }
    let certificate = secret_of(path.to_owned()).await?.expose().to_vec();
    let key = secret_of(path.with_file_name("apiclient_key.pem")).await?;
    Ok(CertificateFile::Pem { certificate, key })
}

/// One byte more than a certificate may have, so that the desk can say that it is too long.
async fn secret_of(path: PathBuf) -> Result<Secret, IpcError> {
    let most = CERTIFICATE_BYTES_MAX + 1;
    let mut bytes = Vec::with_capacity(most);
    let unusable = |fault| file_choice::unusable(&path, &fault);
    let file = tokio::fs::File::open(&path).await.map_err(unusable)?;
    let mut file = file.take(u64::try_from(most).unwrap_or(u64::MAX));
    file.read_to_end(&mut bytes).await.map_err(unusable)?;
    Ok(Secret::new(bytes))
}
