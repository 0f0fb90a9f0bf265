//! The merchant's certificate with its private key, for the calls that need mutual TLS (protocol page §1.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use wxpay_protocol::{Secret, UtcMs};
use x509_cert::der::Decode;
use x509_cert::der::oid::ObjectIdentifier;
use zeroize::Zeroizing;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// The largest file that is read as a certificate, in bytes; WeChat's have about 3 KiB.
pub const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;

/// What a certificate says of itself; no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Whom it was issued to: the common name, which WeChat makes the merchant number.
    pub common_name: String,
    /// The serial number, upper-case hexadecimal digits, as the merchant platform shows it.
    pub serial: String,
    /// From when on it is valid.
    pub not_before: UtcMs,
    /// Until when it is valid.
    pub not_after: UtcMs,
}

/// Why a file cannot be used as the merchant's certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Too long to be one.
    #[error("is larger than 64 KiB; choose apiclient_cert.p12 or the pair of .pem files")]
    TooLarge,
    /// The password of the .p12 file is another one.
    #[error("does not open with this password; WeChat's files open with the merchant number")]
    Password,
    /// Not a PKCS#12 file.
    #[error("is not a .p12 file that can be read; download the certificate again")]
    NotP12,
    /// A PEM file without a certificate, or a damaged one.
    #[error("holds no certificate in PEM form; choose apiclient_cert.pem")]
    NoCertificate,
    /// No private key where one must be.
    #[error("holds no private key; choose apiclient_cert.p12 or apiclient_key.pem")]
    NoKey,
    /// Key and certificate are of two pairs.
    #[error("holds a private key that does not belong to the certificate; choose two files of the same download")]
    OtherKey,
}

/// A certificate chain with its private key. There is deliberately no `Debug` and no `Clone`.
pub struct MerchantCertificate {
    pem: Secret,
    facts: CertificateFacts,
}

impl MerchantCertificate {
    /// Reads `apiclient_cert.p12`, in WeChat's ciphers (RC2-40, 3DES) or newer ones (AES).
    pub fn from_p12(file: &[u8], password: &Secret) -> Result<Self, CertificateFault> {
        if file.len() > CERTIFICATE_BYTES_MAX {
            return Err(CertificateFault::TooLarge);
        }
        let password = std::str::from_utf8(password.expose()).map_err(|_| CertificateFault::Password)?;
        let store =
            KeyStore::from_pkcs12(file, password, Pkcs12ImportPolicy::Relaxed).map_err(|fault| match fault {
                p12_keystore::error::Error::MacError(_) => CertificateFault::Password,
                _ => CertificateFault::NotP12,
            })?;
        let (_, chain) = store.private_key_chain().ok_or(CertificateFault::NoKey)?;
        let certificates = chain.certs().iter().map(p12_keystore::Certificate::as_der);
        Self::of(chain.key().as_der(), certificates)
    }

    /// Reads `apiclient_cert.pem` and `apiclient_key.pem`; both may also be the same file.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, CertificateFault> {
        if certificate.len() > CERTIFICATE_BYTES_MAX || key.len() > CERTIFICATE_BYTES_MAX {
            return Err(CertificateFault::TooLarge);
        }
        let chain = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| CertificateFault::NoCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| CertificateFault::NoKey)?;
        let PrivateKeyDer::Pkcs8(_) = &key else {
            // An older key form stays under its own label, which is how a reader knows it.
            return Self::checked(&key, &chain, label(&key));
        };
        Self::of(key.secret_der(), chain.iter().map(AsRef::as_ref))
    }

    /// Reads back what [`MerchantCertificate::kept`] gave.
    pub fn from_kept(kept: &Secret) -> Result<Self, CertificateFault> {
        Self::from_pem(kept.expose(), kept.expose())
    }

    /// Everything in one text, for the vault.
    pub fn kept(&self) -> &Secret {
        &self.pem
    }

    /// What may be shown.
    pub fn facts(&self) -> &CertificateFacts {
        &self.facts
    }

    fn of<'a>(pkcs8: &[u8], certificates: impl Iterator<Item = &'a [u8]>) -> Result<Self, CertificateFault> {
        let chain: Vec<CertificateDer<'static>> = certificates.map(|der| CertificateDer::from(der.to_vec())).collect();
        let key = PrivateKeyDer::Pkcs8(pkcs8.to_vec().into());
        Self::checked(&key, &chain, "PRIVATE KEY")
    }

    fn checked(
        key: &PrivateKeyDer<'static>,
        chain: &[CertificateDer<'static>],
        label: &str,
    ) -> Result<Self, CertificateFault> {
        let first = chain.first().ok_or(CertificateFault::NoCertificate)?;
        let facts = facts(first).ok_or(CertificateFault::NoCertificate)?;
        let signing = rustls::crypto::ring::sign::any_supported_type(key).map_err(|_| CertificateFault::NoKey)?;
        CertifiedKey::new(chain.to_vec(), signing).keys_match().map_err(|_| CertificateFault::OtherKey)?;
        let mut pem = Zeroizing::new(String::new());
        push_pem(&mut pem, label, key.secret_der());
        for certificate in chain {
            push_pem(&mut pem, "CERTIFICATE", certificate);
        }
        Ok(Self { pem: Secret::new(pem.as_bytes().to_vec()), facts })
    }
}

fn label(key: &PrivateKeyDer<'_>) -> &'static str {
    match key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    }
}

fn push_pem(text: &mut String, label: &str, der: &[u8]) {
    let encoded = Zeroizing::new(STANDARD.encode(der));
    // Room at once, so that no outgrown buffer leaves a copy behind.
    text.reserve(encoded.len() + encoded.len() / 64 + 2 * label.len() + 64);
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
}

fn facts(certificate: &CertificateDer<'_>) -> Option<CertificateFacts> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    let signed = certificate.tbs_certificate();
    let name = signed.subject().iter().find(|attribute| attribute.oid == COMMON_NAME)?;
    let time = |at: x509_cert::time::Time| i64::try_from(at.to_unix_duration().as_millis()).ok().map(UtcMs);
    Some(CertificateFacts {
        common_name: std::str::from_utf8(name.value.value()).ok()?.to_owned(),
        serial: wxpay_protocol::sign::upper_hex(signed.serial_number().as_bytes()),
        not_before: time(signed.validity().not_before)?,
        not_after: time(signed.validity().not_after)?,
    })
}
