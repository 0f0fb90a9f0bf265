//! PKCS#12 (RFC 7292) in the ciphers of WeChat's `apiclient_cert.p12`: certificates under RC2-40, the key under 3DES, a SHA-1
//! MAC. All are broken or weak; the file's password is the merchant number anyway, and what matters is that a program
//! meets here what it will meet in production.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherEncrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use cms::cert::x509::attr::{Attribute, AttributeValue, Attributes};
use cms::cert::x509::spki::AlgorithmIdentifierOwned;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::encrypted_data::EncryptedData;
use cms::enveloped_data::EncryptedContentInfo;
use der::asn1::{Any, BmpString, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode};
use des::TdesEde3;
use hmac::{Hmac, Mac};
use pkcs12::kdf::{self, Pkcs12KeyType};
use pkcs12::pbe_params::{EncryptedPrivateKeyInfo, Pkcs12PbeParams};
use pkcs12::pfx::{Pfx, Version};
use pkcs12::safe_bag::SafeBag;
use pkcs12::{CertBag, DigestInfo, MacData};
use rc2::Rc2;
use sha1::{Digest, Sha1};

/// As OpenSSL writes it unless told otherwise.
const ITERATIONS: i32 = 2048;
const SALT_BYTES: usize = 8;
const MAC_KEY_BYTES: usize = 20;
const IV_BYTES: usize = 8;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERT_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

/// Why no file was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum LegacyP12Error {
    #[error(transparent)]
    Der(#[from] der::Error),
    #[error(transparent)]
    Random(#[from] getrandom::Error),
    #[error("a key of the wrong length")]
    KeyLength,
}

/// One of the two ciphers that such a file uses.
#[derive(Clone, Copy)]
enum Pbe {
    /// pbeWithSHAAnd40BitRC2-CBC.
    Rc2,
    /// pbeWithSHAAnd3-KeyTripleDES-CBC.
    TripleDes,
}

/// The file: the key in PKCS#8, its certificate first in `chain`, then those above it.
pub(super) fn write(
    pkcs8: &[u8],
    chain: &[&[u8]],
    friendly_name: &str,
    password: &str,
) -> Result<Vec<u8>, LegacyP12Error> {
    let key_id = chain.first().map(|certificate| Sha1::digest(certificate).to_vec()).unwrap_or_default();
    let named = attributes(friendly_name, &key_id)?;
    let mut certificates = Vec::new();
    for (place, certificate) in chain.iter().enumerate() {
        let bag = CertBag { cert_id: X509_CERTIFICATE, cert_value: OctetString::new(*certificate)? };
        let bag_attributes = (place == 0).then(|| named.clone());
        certificates.push(SafeBag { bag_id: CERT_BAG, bag_value: bag.to_der()?, bag_attributes });
    }
    let (encryption_algorithm, encrypted) = Pbe::TripleDes.encrypt(pkcs8, password)?;
    let key = EncryptedPrivateKeyInfo { encryption_algorithm, encrypted_data: OctetString::new(encrypted)? };
    let key = SafeBag { bag_id: SHROUDED_KEY_BAG, bag_value: key.to_der()?, bag_attributes: Some(named) };
    let safes = vec![encrypted_safe(&certificates.to_der()?, password)?, plain_safe(&vec![key].to_der()?)?];
    let contents = safes.to_der()?;
    let pfx =
        Pfx { version: Version::V3, auth_safe: plain_safe(&contents)?, mac_data: Some(mac(&contents, password)?) };
    Ok(pfx.to_der()?)
}

fn attributes(friendly_name: &str, key_id: &[u8]) -> Result<Attributes, LegacyP12Error> {
    let one = |oid, value: Vec<u8>| {
        let values = SetOfVec::<AttributeValue>::from_iter([Any::from_der(&value)?])?;
        Ok::<_, der::Error>(Attribute { oid, values })
    };
    let mut attributes = Attributes::new();
    attributes.insert(one(FRIENDLY_NAME, BmpString::from_utf8(friendly_name)?.to_der()?)?)?;
    attributes.insert(one(LOCAL_KEY_ID, OctetString::new(key_id)?.to_der()?)?)?;
    Ok(attributes)
}

fn plain_safe(contents: &[u8]) -> Result<ContentInfo, LegacyP12Error> {
    let content = Any::from_der(&OctetString::new(contents)?.to_der()?)?;
    Ok(ContentInfo { content_type: DATA, content })
}

fn encrypted_safe(contents: &[u8], password: &str) -> Result<ContentInfo, LegacyP12Error> {
    let (content_enc_alg, encrypted) = Pbe::Rc2.encrypt(contents, password)?;
    let data = EncryptedData {
        version: CmsVersion::V0,
        enc_content_info: EncryptedContentInfo {
            content_type: DATA,
            content_enc_alg,
            encrypted_content: Some(OctetString::new(encrypted)?),
        },
        unprotected_attrs: None,
    };
    Ok(ContentInfo { content_type: ENCRYPTED_DATA, content: Any::from_der(&data.to_der()?)? })
}

fn mac(contents: &[u8], password: &str) -> Result<MacData, LegacyP12Error> {
    let salt = salt()?;
    let key = kdf::derive_key_utf8::<Sha1>(password, &salt, Pkcs12KeyType::Mac, ITERATIONS, MAC_KEY_BYTES)?;
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).map_err(|_| LegacyP12Error::KeyLength)?;
    mac.update(contents);
    let digest = OctetString::new(mac.finalize().into_bytes().to_vec())?;
    let algorithm = AlgorithmIdentifierOwned { oid: SHA1, parameters: Some(Any::null()) };
    Ok(MacData { mac: DigestInfo { algorithm, digest }, mac_salt: OctetString::new(salt)?, iterations: ITERATIONS })
}

fn salt() -> Result<[u8; SALT_BYTES], getrandom::Error> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt)?;
    Ok(salt)
}

impl Pbe {
    fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Rc2 => ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6"),
            Self::TripleDes => ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3"),
        }
    }

    fn encrypt(self, plain: &[u8], password: &str) -> Result<(AlgorithmIdentifierOwned, Vec<u8>), LegacyP12Error> {
        let salt = salt()?;
        let encrypted = match self {
            Self::Rc2 => cbc_encrypt::<Rc2>(plain, password, &salt, 5),
            Self::TripleDes => cbc_encrypt::<TdesEde3>(plain, password, &salt, 24),
        }?;
        let params = Pkcs12PbeParams { salt: OctetString::new(salt)?, iterations: ITERATIONS };
        let parameters = Some(Any::from_der(&params.to_der()?)?);
        Ok((AlgorithmIdentifierOwned { oid: self.oid(), parameters }, encrypted))
    }
}

fn cbc_encrypt<C: KeyInit + BlockCipherEncrypt>(
    plain: &[u8],
    password: &str,
    salt: &[u8],
    key_bytes: usize,
) -> Result<Vec<u8>, LegacyP12Error> {
    let key = kdf::derive_key_utf8::<Sha1>(password, salt, Pkcs12KeyType::EncryptionKey, ITERATIONS, key_bytes)?;
    let iv = kdf::derive_key_utf8::<Sha1>(password, salt, Pkcs12KeyType::Iv, ITERATIONS, IV_BYTES)?;
    let cipher = cbc::Encryptor::<C>::new_from_slices(&key, &iv).map_err(|_| LegacyP12Error::KeyLength)?;
    Ok(cipher.encrypt_padded_vec::<Pkcs7>(plain))
}
