//! Files of certificates and keys: readable by their owner only, replaced whole.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use der::Decode;
use der::asn1::{Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use time::OffsetDateTime;
use x509_cert::der::oid::ObjectIdentifier;

use super::PkiError;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// One folder of such files.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder if it is not there. Its paths are absolute, so that they can be told to programs that run elsewhere.
    pub(super) fn open(path: &Path) -> Result<Self, PkiError> {
        let file = |source| PkiError::File { path: path.to_owned(), source };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(file)?;
        Ok(Self(std::path::absolute(path).map_err(file)?))
    }

    pub(super) fn folder(&self, name: &str) -> Result<Self, PkiError> {
        Self::open(&self.0.join(name))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The contents of a file, or nothing where there is none.
    pub(super) fn find(&self, name: &str) -> Result<Option<Vec<u8>>, PkiError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(PkiError::File { path, source }),
        }
    }

    /// Writes a file that nobody else may read; a reader finds the old contents or the new ones, never a part.
    pub(super) fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), PkiError> {
        let path = self.path(name);
        let unfinished = self.path(&format!("{name}.new"));
        let write = || {
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&unfinished)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        };
        write().map_err(|source| PkiError::File { path: path.clone(), source })
    }

    pub(super) fn damaged(&self, name: &str, what: &'static str) -> PkiError {
        PkiError::Damaged { path: self.path(name), what }
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, PkiError> {
    fs::read(path).map_err(|source| PkiError::File { path: path.to_owned(), source })
}

/// All certificates of a PEM file; nothing if there is none, or if one is damaged.
pub(super) fn certificates_of(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().ok()?;
    (!found.is_empty()).then_some(found)
}

pub(super) fn key_of(pem: &[u8]) -> Option<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_slice(pem).ok()
}

/// The common name of a certificate's subject.
pub(super) fn common_name(certificate: &CertificateDer<'_>) -> Option<String> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    let subject = certificate.tbs_certificate().subject();
    let value = subject.iter().find(|attribute| attribute.oid == COMMON_NAME)?.value.clone();
    Utf8StringRef::try_from(&value)
        .map(|text| text.as_str().to_owned())
        .or_else(|_| PrintableStringRef::try_from(&value).map(|text| text.as_str().to_owned()))
        .or_else(|_| Ia5StringRef::try_from(&value).map(|text| text.as_str().to_owned()))
        .or_else(|_| TeletexStringRef::try_from(&value).map(|text| text.as_str().to_owned()))
        .ok()
}

/// When a certificate ends.
pub(super) fn not_after(certificate: &CertificateDer<'_>) -> Option<OffsetDateTime> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    let end = certificate.tbs_certificate().validity().not_after.to_unix_duration();
    OffsetDateTime::from_unix_timestamp(i64::try_from(end.as_secs()).ok()?).ok()
}
