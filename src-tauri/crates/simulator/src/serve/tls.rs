//! The gateway's TLS: what the server shows, good or spoilt on purpose, and what it makes of a client's certificate.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme};
use wxpay_protocol::ids::MchId;

use crate::faults::Kind;
use crate::pki::{self, Authority, Issuing, MerchantFiles, Pki, PkiError, Shown};
use crate::request::ClientCertificate;

/// Where the certificates of a gateway with TLS come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsSource {
    /// The gateway makes its own, once, in `tls/` of the state folder.
    Own,
    /// PEM files that are there already.
    Given {
        /// The server's certificate, then those up to its authority.
        cert: PathBuf,
        /// The server's key.
        key: PathBuf,
        /// Who issues the merchants' certificates; their common name must be the merchant number.
        client_ca: PathBuf,
    },
}

/// The files of a gateway that makes its own certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The authority that clients must trust, in PEM form.
    pub ca: PathBuf,
    /// What each merchant that the gateway knows would get from WeChat.
    pub merchants: Vec<(MchId, MerchantFiles)>,
}

/// A ServerHello in TLS 1.1, with a cipher suite of that time: what follows is the client's refusal.
const TLS_1_1_HELLO: [u8; 47] = [
    0x16, 0x03, 0x02, 0x00, 0x2a, // handshake record of 42 bytes
    0x02, 0x00, 0x00, 0x26, // ServerHello of 38 bytes
    0x03, 0x02, // TLS 1.1
    0x57, 0x78, 0x50, 0x61, 0x79, 0x20, 0x44, 0x65, 0x73, 0x6b, 0x20, 0x73, 0x69, 0x6d, 0x75,
    0x6c, // 32 bytes that
    0x61, 0x74, 0x6f, 0x72, 0x20, 0x69, 0x6e, 0x20, 0x54, 0x4c, 0x53, 0x20, 0x31, 0x2e, 0x31,
    0x21, // should be random
    0x00, // no session
    0x00, 0x2f, // TLS_RSA_WITH_AES_128_CBC_SHA
    0x00, // no compression
];
/// The fatal alert unrecognized_name.
const NAME_REFUSED: [u8; 7] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70];

/// How one handshake is to go.
pub(super) enum Handshake {
    Rustls(Arc<ServerConfig>),
    /// Whoever calls the server by this name finds nobody there.
    Absent(&'static str, Arc<ServerConfig>),
    /// The client hello is answered with these bytes and the end of the connection.
    Refuse(&'static [u8]),
}

/// Who is at the other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    PlainHttp,
    Absent,
    Unverifiable,
    Of(Arc<str>),
}

impl Peer {
    pub(super) fn certificate(&self) -> ClientCertificate<'_> {
        match self {
            Self::PlainHttp => ClientCertificate::PlainHttp,
            Self::Absent => ClientCertificate::Absent,
            Self::Unverifiable => ClientCertificate::Unverifiable,
            Self::Of(mch_id) => ClientCertificate::Of { mch_id },
        }
    }
}

/// Everything that handshakes need.
pub(super) struct Tls {
    good: Arc<ServerConfig>,
    /// What the server shows where a fault says so (K-G15), each made when first needed.
    spoilt: Mutex<HashMap<Kind, Arc<ServerConfig>>>,
    authority: Arc<Authority>,
    clients: Arc<dyn ClientCertVerifier>,
}

/// Makes or reads the certificates. Others can be issued later only where the gateway makes its own.
pub(super) fn open(
    source: &TlsSource,
    state_dir: Option<&Path>,
    merchants: &[MchId],
) -> Result<(Tls, Option<Issuing>), PkiError> {
    match source {
        TlsSource::Own => {
            let (issuing, shown) = Pki::open(state_dir.ok_or(PkiError::NoFolder)?)?.into_parts();
            for mch_id in merchants {
                issuing.merchant(mch_id)?;
            }
            let authority = issuing.authority();
            let roots = pki::roots_of([authority.certificate().clone()])?;
            Ok((Tls::new(shown, roots, authority)?, Some(issuing)))
        }
        TlsSource::Given { cert, key, client_ca } => {
            let (shown, roots) = (pki::given(cert, key)?, pki::given_roots(client_ca)?);
            Ok((Tls::new(shown, roots, Arc::new(Authority::new()?))?, None))
        }
    }
}

impl Tls {
    fn new(shown: Shown, clients: RootCertStore, authority: Arc<Authority>) -> Result<Self, PkiError> {
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(clients), provider())
            .allow_unauthenticated()
            .build()
            .map_err(|fault| PkiError::Unusable(fault.to_string()))?;
        let good = server_config(shown, &clients)?;
        Ok(Self { good, spoilt: Mutex::default(), authority, clients })
    }

    /// How a handshake goes that meets this fault; faults that are none of TLS change nothing.
    pub(super) fn handshake(&self, fault: Option<Kind>) -> io::Result<Handshake> {
        let config = match fault {
            Some(Kind::TlsOldVersion) => return Ok(Handshake::Refuse(&TLS_1_1_HELLO)),
            Some(Kind::TlsNameRefused) => return Ok(Handshake::Refuse(&NAME_REFUSED)),
            Some(Kind::TlsClosed) => return Ok(Handshake::Refuse(&[])),
            Some(Kind::FirstCityDown) => return Ok(Handshake::Absent(pki::FIRST_CITY, Arc::clone(&self.good))),
            Some(kind) => self.spoilt(kind).map_err(io::Error::other)?,
            None => Arc::clone(&self.good),
        };
        Ok(Handshake::Rustls(config))
    }

    fn spoilt(&self, kind: Kind) -> Result<Arc<ServerConfig>, PkiError> {
        let mut made = self.spoilt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = made.get(&kind) {
            return Ok(Arc::clone(config));
        }
        let shown = match kind {
            Kind::TlsSelfSigned => Authority::self_signed(),
            Kind::TlsExpired => self.authority.expired(),
            Kind::TlsRevoked => self.authority.revoked(),
            Kind::TlsWrongHost => self.authority.of_another_host(),
            Kind::TlsUntrustedRoot => Authority::new()?.fresh(),
            _ => return Ok(Arc::clone(&self.good)),
        }?;
        let config = server_config(shown, &self.clients)?;
        made.insert(kind, Arc::clone(&config));
        Ok(config)
    }

    /// What a client's chain is worth. The handshake let everything pass, as nginx does, so that the answer can say what is
    /// wrong with it.
    pub(super) fn judge(&self, chain: Option<&[CertificateDer<'_>]>) -> Peer {
        let Some((own, others)) = chain.and_then(<[_]>::split_first) else {
            return Peer::Absent;
        };
        match self.clients.verify_client_cert(own, others, UnixTime::now()) {
            Ok(_) => pki::mch_id_of(own).map_or(Peer::Unverifiable, |mch_id| Peer::Of(mch_id.as_str().into())),
            Err(fault) => {
                tracing::debug!(%fault, "a client certificate that does not hold");
                Peer::Unverifiable
            }
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn server_config(shown: Shown, clients: &Arc<dyn ClientCertVerifier>) -> Result<Arc<ServerConfig>, PkiError> {
    let unusable = |fault: rustls::Error| PkiError::Unusable(fault.to_string());
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_client_cert_verifier(Arc::new(JudgedLater(Arc::clone(clients))))
        .with_single_cert(shown.chain, shown.key)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Takes every certificate whose key the client has, whoever issued it.
#[derive(Debug)]
struct JudgedLater(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for JudgedLater {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
