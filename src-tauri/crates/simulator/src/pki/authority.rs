//! The authority of one gateway, and the certificates that its server shows.

use std::net::{Ipv4Addr, Ipv6Addr};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, NameConstraints,
    RevocationReason, RevokedCertParams, SanType, SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

use super::PkiError;
use super::keep::{self, Folder};

pub(super) const CA_FILE: &str = "ca.pem";
const CA_KEY_FILE: &str = "ca_key.pem";
/// What a client that looks at revocation is given, as none of the certificates says where to fetch it.
pub(super) const REVOKED_FILE: &str = "revoked.crl.pem";
const SERVER_FILE: &str = "server.pem";
const SERVER_KEY_FILE: &str = "server_key.pem";

const CA_LIFE: Duration = Duration::days(3650);
/// Apple's clients refuse server certificates of more than 825 days, browsers of more than 398.
const SERVER_LIFE: Duration = Duration::days(397);
/// A certificate with less than this left is made anew at start.
pub(super) const RENEWED_BEFORE: Duration = Duration::days(30);
/// How far a client's clock may be behind.
const BACKDATED: Duration = Duration::days(1);

/// The hosts of production whose requests a test may send here (protocol page §1.1, §4.14).
const PRODUCTION_NAMES: [&str; 5] = [
    "api.mch.weixin.qq.com",
    "api2.mch.weixin.qq.com",
    "apihk.mch.weixin.qq.com",
    "apius.mch.weixin.qq.com",
    "api.weixin.qq.com",
];
/// The host that is out of reach under K-G33.
pub(crate) const FIRST_CITY: &str = PRODUCTION_NAMES[0];
const LOCAL_NAME: &str = "localhost";

/// The serial number of the one server certificate that the authority has taken back.
const REVOKED_SERIAL: u64 = 0x5265_766f_6b65_6400;

/// What a server shows: its certificate, those up to the authority, and its key.
pub(crate) struct Shown {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// An authority that may vouch for this machine, for WeChat Pay's hosts, and for nothing else.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
}

impl Authority {
    /// Opens the authority of a folder, or makes one.
    pub(super) fn open(folder: &Folder) -> Result<Self, PkiError> {
        let (Some(certificate), Some(key)) = (folder.find(CA_FILE)?, folder.find(CA_KEY_FILE)?) else {
            let made = Self::new()?;
            folder.keep(CA_KEY_FILE, made.issuer.key().serialize_pem().as_bytes())?;
            folder.keep(CA_FILE, made.pem.as_bytes())?;
            return Ok(made);
        };
        let pem = String::from_utf8(certificate).map_err(|_| folder.damaged(CA_FILE, "证书 certificate"))?;
        let certificate = keep::certificates_of(pem.as_bytes())
            .and_then(|found| found.into_iter().next())
            .ok_or_else(|| folder.damaged(CA_FILE, "证书 certificate"))?;
        let key = read_key(&key).ok_or_else(|| folder.damaged(CA_KEY_FILE, "私钥 private key"))?;
        // Clients compare the issuer's name with the authority's subject, and that name is drawn from the key.
        if keep::common_name(&certificate) != Some(name_of(&key)) {
            return Err(folder.damaged(CA_KEY_FILE, "私钥 private key"));
        }
        let issuer = Issuer::new(authority_params(&key), key);
        Ok(Self { issuer, certificate, pem })
    }

    /// An authority that nobody knows yet.
    pub(crate) fn new() -> Result<Self, PkiError> {
        let key = KeyPair::generate()?;
        let params = authority_params(&key);
        let certificate = params.self_signed(&key)?;
        Ok(Self { pem: certificate.pem(), certificate: certificate.der().clone(), issuer: Issuer::new(params, key) })
    }

    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    pub(super) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    /// The server's certificate for all its names, kept in the folder.
    pub(super) fn server(&self, folder: &Folder) -> Result<Shown, PkiError> {
        if let (Some(certificate), Some(key)) = (folder.find(SERVER_FILE)?, folder.find(SERVER_KEY_FILE)?) {
            let chain =
                keep::certificates_of(&certificate).ok_or_else(|| folder.damaged(SERVER_FILE, "证书 certificate"))?;
            let key = keep::key_of(&key).ok_or_else(|| folder.damaged(SERVER_KEY_FILE, "私钥 private key"))?;
            let end = chain.first().and_then(keep::not_after);
            let same_authority = chain.last() == Some(&self.certificate);
            if same_authority && end.is_some_and(|end| end > OffsetDateTime::now_utc() + RENEWED_BEFORE) {
                return Ok(Shown { chain, key });
            }
        }
        let key = KeyPair::generate()?;
        let certificate = server_params(&names(), period(SERVER_LIFE)).signed_by(&key, &self.issuer)?;
        folder.keep(SERVER_KEY_FILE, key.serialize_pem().as_bytes())?;
        folder.keep(SERVER_FILE, format!("{}{}", certificate.pem(), self.pem).as_bytes())?;
        Ok(self.shown(certificate.der(), &key))
    }

    /// A certificate that ended yesterday.
    pub(crate) fn expired(&self) -> Result<Shown, PkiError> {
        let now = OffsetDateTime::now_utc();
        self.issue(&names(), (now - SERVER_LIFE, now - BACKDATED))
    }

    /// A certificate for the names of production only, which is none of those that this gateway is called by.
    pub(crate) fn of_another_host(&self) -> Result<Shown, PkiError> {
        let elsewhere = SanType::DnsName(PRODUCTION_NAMES[2].try_into()?);
        self.issue(&[elsewhere], period(SERVER_LIFE))
    }

    /// A certificate that is good in itself, and on the list of those taken back.
    pub(crate) fn revoked(&self) -> Result<Shown, PkiError> {
        let key = KeyPair::generate()?;
        let mut params = server_params(&names(), period(SERVER_LIFE));
        params.serial_number = Some(SerialNumber::from(REVOKED_SERIAL));
        Ok(self.shown(params.signed_by(&key, &self.issuer)?.der(), &key))
    }

    /// Keeps the list of certificates that this authority has taken back, anew at each start.
    pub(super) fn keep_revoked(&self, folder: &Folder) -> Result<(), PkiError> {
        let (this_update, next_update) = period(SERVER_LIFE);
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(REVOKED_SERIAL),
            revocation_time: this_update,
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update,
            next_update,
            crl_number: SerialNumber::from(this_update.unix_timestamp().unsigned_abs()),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        folder.keep(REVOKED_FILE, list.signed_by(&self.issuer)?.pem()?.as_bytes())
    }

    /// A good certificate that is not kept.
    pub(crate) fn fresh(&self) -> Result<Shown, PkiError> {
        self.issue(&names(), period(SERVER_LIFE))
    }

    /// A certificate that vouches for itself.
    pub(crate) fn self_signed() -> Result<Shown, PkiError> {
        let key = KeyPair::generate()?;
        let certificate = server_params(&names(), period(SERVER_LIFE)).self_signed(&key)?;
        Ok(Shown { chain: vec![certificate.der().clone()], key: der_key(&key) })
    }

    fn issue(&self, names: &[SanType], period: (OffsetDateTime, OffsetDateTime)) -> Result<Shown, PkiError> {
        let key = KeyPair::generate()?;
        let certificate = server_params(names, period).signed_by(&key, &self.issuer)?;
        Ok(self.shown(certificate.der(), &key))
    }

    fn shown(&self, certificate: &CertificateDer<'static>, key: &KeyPair) -> Shown {
        Shown { chain: vec![certificate.clone(), self.certificate.clone()], key: der_key(key) }
    }
}

fn der_key(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(key.serialize_der()).into()
}

fn read_key(pem: &[u8]) -> Option<KeyPair> {
    KeyPair::from_pem(std::str::from_utf8(pem).ok()?).ok()
}

/// From yesterday on, for so long.
pub(super) fn period(life: Duration) -> (OffsetDateTime, OffsetDateTime) {
    let now = OffsetDateTime::now_utc();
    (now - BACKDATED, now + life)
}

/// Each gateway's authority has its own name, so that two of them in one trust store are told apart.
fn name_of(key: &KeyPair) -> String {
    let digest = Sha256::digest(key.public_key_raw());
    let mark = digest.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    format!("WxPay Desk simulator CA {mark:08x}")
}

fn authority_params(key: &KeyPair) -> CertificateParams {
    let mut params = CertificateParams::default();
    (params.not_before, params.not_after) = period(CA_LIFE);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name_of(key));
    params.distinguished_name.push(DnType::OrganizationName, "WxPay Desk simulator");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // Whoever trusts this authority must not have to trust it, and the key in a folder, with the rest of the web.
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: PRODUCTION_NAMES
            .into_iter()
            .chain([LOCAL_NAME])
            .map(|name| GeneralSubtree::DnsName(name.to_owned()))
            .chain([
                GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix(Ipv4Addr::LOCALHOST.octets(), 8)),
                GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix(Ipv6Addr::LOCALHOST.octets(), 128)),
            ])
            .collect(),
        excluded_subtrees: Vec::new(),
    });
    params
}

fn names() -> Vec<SanType> {
    PRODUCTION_NAMES
        .into_iter()
        .chain([LOCAL_NAME])
        .filter_map(|name| name.try_into().ok().map(SanType::DnsName))
        .chain([SanType::IpAddress(Ipv4Addr::LOCALHOST.into()), SanType::IpAddress(Ipv6Addr::LOCALHOST.into())])
        .collect()
}

fn server_params(names: &[SanType], (not_before, not_after): (OffsetDateTime, OffsetDateTime)) -> CertificateParams {
    let mut params = CertificateParams::default();
    (params.not_before, params.not_after) = (not_before, not_after);
    params.subject_alt_names = names.to_vec();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, LOCAL_NAME);
    params.distinguished_name.push(DnType::OrganizationName, "WxPay Desk simulator");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params
}
