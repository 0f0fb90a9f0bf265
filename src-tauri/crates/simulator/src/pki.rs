//! The gateway's own certificates: an authority, what the server shows, and what each merchant would get from WeChat.
//!
//! Everything is made once, kept in one folder (`tls/` of the state folder, readable by its owner only) and used again on
//! later starts, so that a client that trusts the authority today still does tomorrow. Validity follows the real clock, not
//! the gateway's, because that is the clock a TLS client looks at.

mod authority;
mod keep;
mod legacy_p12;
mod merchant_files;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use wxpay_protocol::ids::MchId;

pub(crate) use authority::{Authority, FIRST_CITY, Shown};
use keep::Folder;
pub use merchant_files::MerchantFiles;

/// The folder within the state folder.
const FOLDER: &str = "tls";

/// Why certificates cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A file or folder that cannot be read or written.
    #[error("无法读写证书文件 {path}：{source}；请检查目录权限 (cannot read or write; check the folder's permissions)")]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that is there and does not hold what it should.
    #[error(
        "{path} 不是可用的{what}；删除它所在的目录后会重新生成 (is not a usable {what}; remove its folder and a new one is made)"
    )]
    Damaged {
        /// Which one.
        path: PathBuf,
        /// `证书 certificate` or `私钥 private key`.
        what: &'static str,
    },
    /// A given file does not hold what its option asks for.
    #[error("{path} 里没有 PEM 格式的{what} (holds no {what} in PEM form)")]
    Given {
        /// Which one.
        path: PathBuf,
        /// `证书 certificate` or `私钥 private key`.
        what: &'static str,
    },
    /// There is no folder to keep them in.
    #[error(
        "自签证书需要状态目录：加上 --state 目录，或用 --tls-cert、--tls-key、--client-ca 给出现成的证书 (its own certificates need a state folder: add --state DIR, or give certificates with --tls-cert, --tls-key and --client-ca)"
    )]
    NoFolder,
    /// A certificate and a key that do not belong together, or that TLS cannot use.
    #[error("证书与私钥不能用于 TLS：{0} (the certificate and key cannot be used for TLS)")]
    Unusable(String),
    /// The certificate was not signed.
    #[error("无法签发证书：{0} (cannot issue a certificate)")]
    Issue(#[from] rcgen::Error),
    /// The RSA key was not made.
    #[error("无法生成 RSA 私钥：{0} (cannot make an RSA key)")]
    Key(String),
    /// The .p12 file was not made.
    #[error("无法生成 p12 文件：{0} (cannot make the .p12 file)")]
    P12(String),
    /// The system gives no random numbers.
    #[error("系统随机数不可用：{0} (the system's random numbers are not available)")]
    Random(getrandom::Error),
}

/// The certificates of one gateway.
pub(crate) struct Pki {
    issuing: Issuing,
    shown: Shown,
}

/// Makes merchants' certificates for as long as the gateway runs.
pub(crate) struct Issuing {
    folder: Folder,
    authority: Arc<Authority>,
    issued: Mutex<Vec<(MchId, MerchantFiles)>>,
}

impl Pki {
    /// Opens the certificates kept under this state folder, and makes what is missing or about to expire.
    pub(crate) fn open(state_dir: &Path) -> Result<Self, PkiError> {
        let folder = Folder::open(&state_dir.join(FOLDER))?;
        let authority = Authority::open(&folder)?;
        let shown = authority.server(&folder)?;
        authority.keep_revoked(&folder)?;
        let issuing = Issuing { folder, authority: Arc::new(authority), issued: Mutex::default() };
        Ok(Self { issuing, shown })
    }

    /// What issues certificates, and what the server shows.
    pub(crate) fn into_parts(self) -> (Issuing, Shown) {
        (self.issuing, self.shown)
    }
}

impl Issuing {
    /// The certificate of the authority in PEM form; what a client must trust.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.path(authority::CA_FILE)
    }

    pub(crate) fn authority(&self) -> Arc<Authority> {
        Arc::clone(&self.authority)
    }

    /// The certificate and key of a merchant as WeChat would hand them out; made at the first call, which takes a moment of a
    /// processor.
    pub(crate) fn merchant(&self, mch_id: &MchId) -> Result<MerchantFiles, PkiError> {
        // Held while they are made, so that two calls for one merchant do not write over each other.
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, files)) = issued.iter().find(|(known, _)| known == mch_id) {
            return Ok(files.clone());
        }
        let files = merchant_files::open(&self.folder, &self.authority, mch_id)?;
        issued.push((mch_id.clone(), files.clone()));
        Ok(files)
    }

    /// Every merchant that has its files, in the order in which they became known.
    pub(crate) fn issued(&self) -> Vec<(MchId, MerchantFiles)> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A certificate chain and key that somebody gives, in PEM form.
pub(crate) fn given(cert: &Path, key: &Path) -> Result<Shown, PkiError> {
    let chain = certificates(cert)?;
    let read = keep::read(key)?;
    let key =
        keep::key_of(&read).ok_or_else(|| PkiError::Given { path: key.to_owned(), what: "私钥 private key" })?;
    Ok(Shown { chain, key })
}

/// The authorities that somebody gives, in PEM form.
pub(crate) fn given_roots(path: &Path) -> Result<RootCertStore, PkiError> {
    roots_of(certificates(path)?)
}

pub(crate) fn roots_of(
    authorities: impl IntoIterator<Item = CertificateDer<'static>>,
) -> Result<RootCertStore, PkiError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority).map_err(|fault| PkiError::Unusable(fault.to_string()))?;
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, PkiError> {
    let found = keep::certificates_of(&keep::read(path)?);
    found.ok_or_else(|| PkiError::Given { path: path.to_owned(), what: "证书 certificate" })
}

/// The number that a certificate is issued to: its common name, where that is a merchant number.
pub(crate) fn mch_id_of(certificate: &CertificateDer<'_>) -> Option<MchId> {
    MchId::new(&keep::common_name(certificate)?).ok()
}

#[cfg(test)]
mod tests;
