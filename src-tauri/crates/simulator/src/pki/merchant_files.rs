//! `apiclient_cert.p12` and the PEM pair of a merchant (protocol page §1.3), as WeChat's tool leaves them in a folder.

use std::path::PathBuf;

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rustls::pki_types::PrivatePkcs8KeyDer;
use time::{Duration, OffsetDateTime};
use wxpay_protocol::ids::MchId;

use super::authority::{Authority, RENEWED_BEFORE, period};
use super::keep::{self, Folder};
use super::{PkiError, legacy_p12};

const P12: &str = "apiclient_cert.p12";
const P12_MODERN: &str = "apiclient_cert_modern.p12";
const CERT: &str = "apiclient_cert.pem";
const KEY: &str = "apiclient_key.pem";

const RSA_BITS: usize = 2048;
const LIFE: Duration = Duration::days(5 * 365);
/// What the bags of WeChat's files are called.
const FRIENDLY_NAME: &str = "Tenpay Certificate";

/// Where the files of one merchant are. The password of both .p12 files is the merchant number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantFiles {
    /// `apiclient_cert.p12` in WeChat's own ciphers: RC2-40 for the certificates, 3DES for the key, a SHA-1 MAC.
    pub p12: PathBuf,
    /// The same in AES-256 and SHA-256, for programs on OpenSSL 3, which reads RC2 with its legacy provider only.
    pub p12_modern: PathBuf,
    /// `apiclient_cert.pem`.
    pub cert: PathBuf,
    /// `apiclient_key.pem`, PKCS#8.
    pub key: PathBuf,
}

pub(super) fn open(folder: &Folder, authority: &Authority, mch_id: &MchId) -> Result<MerchantFiles, PkiError> {
    let folder = folder.folder(mch_id.as_str())?;
    if !complete(&folder, authority, mch_id)? {
        make(&folder, authority, mch_id)?;
    }
    Ok(MerchantFiles {
        p12: folder.path(P12),
        p12_modern: folder.path(P12_MODERN),
        cert: folder.path(CERT),
        key: folder.path(KEY),
    })
}

/// Whether the folder holds files of this authority that are good for a while.
fn complete(folder: &Folder, authority: &Authority, mch_id: &MchId) -> Result<bool, PkiError> {
    for name in [P12, P12_MODERN, KEY] {
        if folder.find(name)?.is_none() {
            return Ok(false);
        }
    }
    let Some(pem) = folder.find(CERT)? else {
        return Ok(false);
    };
    let chain = keep::certificates_of(&pem).ok_or_else(|| folder.damaged(CERT, "证书 certificate"))?;
    let Some(certificate) = chain.first() else {
        return Ok(false);
    };
    let lasts = keep::not_after(certificate).is_some_and(|end| end > OffsetDateTime::now_utc() + RENEWED_BEFORE);
    let same_authority = chain.last() == Some(authority.certificate());
    Ok(lasts && same_authority && keep::common_name(certificate).as_deref() == Some(mch_id.as_str()))
}

fn make(folder: &Folder, authority: &Authority, mch_id: &MchId) -> Result<(), PkiError> {
    let key = new_key()?;
    let certificate = certificate_params(mch_id).signed_by(&key, authority.issuer())?;
    let pkcs8 = key.serialized_der();
    let chain = [certificate.der().as_ref(), authority.certificate().as_ref()];
    let legacy = legacy_p12::write(pkcs8, &chain, FRIENDLY_NAME, mch_id.as_str())
        .map_err(|fault| PkiError::P12(fault.to_string()))?;
    let modern = modern_p12(pkcs8, &chain, mch_id.as_str()).map_err(|fault| PkiError::P12(fault.to_string()))?;
    folder.keep(KEY, key.serialize_pem().as_bytes())?;
    folder.keep(P12, &legacy)?;
    folder.keep(P12_MODERN, &modern)?;
    // Last, because its presence says that the others belong to it.
    folder.keep(CERT, format!("{}{}", certificate.pem(), authority.pem()).as_bytes())
}

/// WeChat's merchants have RSA keys, and some SDKs know no others.
fn new_key() -> Result<KeyPair, PkiError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(PkiError::Random)?;
    let made =
        RsaPrivateKey::new(&mut StdRng::from_seed(seed), RSA_BITS).map_err(|fault| PkiError::Key(fault.to_string()))?;
    let pkcs8 = made.to_pkcs8_der().map_err(|fault| PkiError::Key(fault.to_string()))?;
    Ok(KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(pkcs8.as_bytes()), &rcgen::PKCS_RSA_SHA256)?)
}

/// The subject as WeChat writes it: the merchant number is the common name.
fn certificate_params(mch_id: &MchId) -> CertificateParams {
    let mut params = CertificateParams::default();
    (params.not_before, params.not_after) = period(LIFE);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, mch_id.as_str());
    params.distinguished_name.push(DnType::OrganizationName, "微信商户系统");
    params.distinguished_name.push(DnType::OrganizationalUnitName, "WxPay Desk simulator");
    params.distinguished_name.push(DnType::LocalityName, "Shenzhen");
    params.distinguished_name.push(DnType::CountryName, "CN");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    params
}

fn modern_p12(pkcs8: &[u8], chain: &[&[u8]], password: &str) -> p12_keystore::Result<Vec<u8>> {
    let certificates = chain.iter().map(|der| Certificate::from_der(der)).collect::<p12_keystore::Result<Vec<_>>>()?;
    let chain = PrivateKeyChain::new(FRIENDLY_NAME, PrivateKey::from_der(pkcs8)?, certificates);
    let mut store = KeyStore::new();
    store.add_entry(FRIENDLY_NAME, KeyStoreEntry::PrivateKeyChain(chain));
    store.writer(password).write()
}
