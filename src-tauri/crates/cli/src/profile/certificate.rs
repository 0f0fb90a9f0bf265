//! `wxpay profile import-cert`: the merchant's certificate, from WeChat's files into the vault.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use desk::{CertificateFile, DeskError};
use wxpay_protocol::Secret;

use crate::desk_options::{DeskOptions, standard_input_once};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::profile::{describe, document};
use crate::secrets::{self, P12_PASSWORD};

const AFTER: &str = "\
Refunds need it [退款需要商户证书]. apiclient_cert.p12 opens with the merchant number unless somebody changed that; then \
give --p12-password-file, or type the password when asked. The certificate is kept in the vault; the files stay where they \
are, delete them afterwards: such a .p12 is as good as unprotected.

Exit 3 if the file is none, is another merchant's, or is not valid now · 6 if there is no place to keep it.

Examples:
  wxpay profile import-cert shop apiclient_cert.p12
  wxpay profile import-cert shop --pem-cert apiclient_cert.pem --pem-key apiclient_key.pem";

/// Import the certificate of a merchant [商户证书], for refunds
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct ImportCert {
    /// The merchant
    name: String,
    /// apiclient_cert.p12
    #[arg(required_unless_present = "pem_cert", conflicts_with_all = ["pem_cert", "pem_key"])]
    p12: Option<PathBuf>,
    /// File with the password of the .p12 file, - for standard input; else the merchant number is tried
    #[arg(long, value_name = "FILE", requires = "p12")]
    p12_password_file: Option<PathBuf>,
    /// apiclient_cert.pem
    #[arg(long, value_name = "FILE", requires = "pem_key")]
    pem_cert: Option<PathBuf>,
    /// apiclient_key.pem
    #[arg(long, value_name = "FILE", requires = "pem_cert")]
    pem_key: Option<PathBuf>,
}

pub(crate) async fn run(import: &ImportCert, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    standard_input_once([import.p12_password_file.as_deref(), options.passphrase_file()])?;
    let desk = options.open().await?;
    desk.profile(&import.name).await?;
    options.unlock_for_writing(&desk).await?;
    let imported = desk.certificate_import(&import.name, file(import, import.p12_password_file.as_deref())?).await;
    let shown = match imported {
        // Somebody gave the file another password: whoever sits at the terminal is asked for it once.
        Err(DeskError::Input { field: "p12_password", .. }) if import.p12_password_file.is_none() => {
            let password = Some(secrets::secret(&P12_PASSWORD, None)?);
            desk.certificate_import(&import.name, CertificateFile::P12 { bytes: p12(import)?, password }).await?
        }
        imported => imported?,
    };
    if output.is_json() {
        output.document(&document(&shown))?;
    } else {
        output.verdict(true, &format!("imported [已导入] the certificate of {}", shown.profile.name))?;
        describe(&shown, output)?;
    }
    Ok(Exit::Done)
}

fn file(import: &ImportCert, password_file: Option<&Path>) -> Result<CertificateFile, Failure> {
    if let (Some(certificate), Some(key)) = (&import.pem_cert, &import.pem_key) {
        let certificate = read(certificate)?.expose().to_vec();
        return Ok(CertificateFile::Pem { certificate, key: read(key)? });
    }
    let password = password_file.map(|file| secrets::secret(&P12_PASSWORD, Some(file))).transpose()?;
    Ok(CertificateFile::P12 { bytes: p12(import)?, password })
}

fn p12(import: &ImportCert) -> Result<Secret, Failure> {
    read(import.p12.as_deref().unwrap_or(Path::new("")))
}

/// Reads one byte more than a certificate may have, so that the desk can say that it is too long.
fn read(path: &Path) -> Result<Secret, Failure> {
    let place = || path.display().to_string();
    let most = desk::client::CERTIFICATE_BYTES_MAX + 1;
    let mut bytes = Vec::with_capacity(most);
    File::open(path)
        .and_then(|file| file.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut bytes))
        .map_err(|cause| Failure::Unreadable { place: place(), cause })?;
    Ok(Secret::new(bytes))
}
