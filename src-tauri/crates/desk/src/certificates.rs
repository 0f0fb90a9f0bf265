//! Merchants' certificates: read from WeChat's files, checked, sealed in the vault, and taken out for calls that need them.

use desk_store::{Certificate, Profile};
use desk_vault::{SecretId, SecretKind};
use wxpay_client::{CertificateFault, MerchantCertificate};
use wxpay_protocol::Secret;
use wxpay_protocol::environment::Environment;

use crate::changes::Tag;
use crate::desk::Inner;
use crate::profiles::ProfileShown;
use crate::{Desk, DeskError};

/// The contents of a certificate's file or files.
pub enum CertificateFile {
    /// `apiclient_cert.p12`; without a password it is the merchant number, as WeChat makes them.
    P12 {
        /// The file.
        bytes: Secret,
        /// What it opens with.
        password: Option<Secret>,
    },
    /// `apiclient_cert.pem` and `apiclient_key.pem`.
    Pem {
        /// The certificate.
        certificate: Vec<u8>,
        /// Its private key.
        key: Secret,
    },
}

impl Desk {
    /// Imports the certificate of a merchant: it must be this merchant's, valid now, and hold its own private key. It takes
    /// the place of the one before.
    pub async fn certificate_import(&self, profile: &str, file: CertificateFile) -> Result<ProfileShown, DeskError> {
        let name = profile.to_owned();
        let shown = self.blocking(move |inner| inner.import_certificate(&name, &file)).await?;
        self.inner.changes.note(Tag::Profiles, []);
        Ok(shown)
    }
}

impl Inner {
    fn import_certificate(&self, name: &str, file: &CertificateFile) -> Result<ProfileShown, DeskError> {
        let profile = self.profile(name)?;
        if profile.builtin {
            return Err(DeskError::Conflict("the built-in gateway's merchant needs no certificate of its own".into()));
        }
        let certificate = read(&profile, file)?;
        let facts = certificate.facts();
        if facts.common_name != profile.mch_id.as_str() {
            return Err(DeskError::input(
                "certificate",
                format!(
                    "was issued to {:?} and not to the merchant {}; choose the file of this merchant",
                    facts.common_name, profile.mch_id
                ),
            ));
        }
        let now = self.clock.now();
        if now >= facts.not_after || now < facts.not_before {
            return Err(DeskError::input(
                "certificate",
                format!(
                    "is valid from {} to {} and not now; download a new one, and check the clock",
                    facts.not_before.rfc3339(),
                    facts.not_after.rfc3339()
                ),
            ));
        }
        self.vault_for_writing()?;
        self.vault()?.put(&SecretId::certificate(&profile.name), certificate.kept())?;
        self.remember_vault()?;
        let kept = Certificate {
            common_name: facts.common_name.clone(),
            serial: facts.serial.clone(),
            not_before: facts.not_before,
            not_after: facts.not_after,
            imported_at: now,
        };
        self.store.keep_certificate(&profile.name, kept)?;
        self.shown(profile)
    }

    /// What a call under mutual TLS shows: nothing for a simulator that was given none, because over plain http there is no
    /// handshake to show it in.
    ///
    /// # Errors
    /// A missing or expired one, found out before anything is sent.
    pub(crate) fn merchant_certificate(&self, profile: &Profile) -> Result<Option<MerchantCertificate>, DeskError> {
        let id = SecretId::certificate(&profile.name);
        let Some(known) = self.store.certificate(&profile.name)? else {
            if profile.environment == Environment::Simulator {
                return Ok(None);
            }
            return Err(DeskError::SecretMissing { profile: id.profile, kind: SecretKind::Certificate });
        };
        if self.clock.now() >= known.not_after {
            return Err(DeskError::Conflict(format!(
                "the certificate of {} ended on {}; nothing was sent, download a new one and import it",
                profile.name,
                known.not_after.rfc3339()
            )));
        }
        let kept = self.vault()?.secret(&id)?;
        let certificate = MerchantCertificate::from_kept(&kept);
        certificate.map(Some).map_err(|_| DeskError::Internal("reading the kept certificate back"))
    }
}

fn read(profile: &Profile, file: &CertificateFile) -> Result<MerchantCertificate, DeskError> {
    let read = match file {
        CertificateFile::P12 { bytes, password: Some(password) } => {
            MerchantCertificate::from_p12(bytes.expose(), password)
        }
        CertificateFile::P12 { bytes, password: None } => {
            let mch_id = Secret::new(profile.mch_id.as_str().as_bytes().to_vec());
            MerchantCertificate::from_p12(bytes.expose(), &mch_id)
        }
        CertificateFile::Pem { certificate, key } => MerchantCertificate::from_pem(certificate, key.expose()),
    };
    read.map_err(|fault| {
        let field = if fault == CertificateFault::Password { "p12_password" } else { "certificate" };
        DeskError::input(field, fault.to_string())
    })
}
