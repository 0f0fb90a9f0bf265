//! What is known of the merchants' certificates; they themselves are in the vault.

use rusqlite::{OptionalExtension, Row, named_params};
use wxpay_protocol::UtcMs;

use crate::columns::time;
use crate::{Store, StoreError};

/// The part of a merchant's certificate that is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it was issued to; WeChat puts the merchant number here.
    pub common_name: String,
    /// Its serial number, upper-case hexadecimal digits.
    pub serial: String,
    /// From when on it is valid.
    pub not_before: UtcMs,
    /// Until when it is valid.
    pub not_after: UtcMs,
    /// When it was imported.
    pub imported_at: UtcMs,
}

fn certificate(row: &Row<'_>) -> rusqlite::Result<Certificate> {
    Ok(Certificate {
        common_name: row.get("common_name")?,
        serial: row.get("serial")?,
        not_before: time(row, "not_before")?,
        not_after: time(row, "not_after")?,
        imported_at: time(row, "imported_at")?,
    })
}

impl Store {
    /// Notes the certificate of a profile, in place of the one before. It goes with the profile.
    pub fn keep_certificate(&self, profile: &str, certificate: Certificate) -> Result<(), StoreError> {
        let profile = profile.to_owned();
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO certificates (profile, common_name, serial, not_before, not_after, imported_at) \
                     VALUES (:profile, :common_name, :serial, :not_before, :not_after, :imported_at)",
                )?
                .execute(named_params! {
                    ":profile": profile,
                    ":common_name": certificate.common_name,
                    ":serial": certificate.serial,
                    ":not_before": certificate.not_before.0,
                    ":not_after": certificate.not_after.0,
                    ":imported_at": certificate.imported_at.0,
                })?;
            Ok(())
        })
    }

    /// The certificate of a profile, if one was imported.
    pub fn certificate(&self, profile: &str) -> Result<Option<Certificate>, StoreError> {
        self.read(|connection| {
            let sql =
                "SELECT common_name, serial, not_before, not_after, imported_at FROM certificates WHERE profile = ?1";
            Ok(connection.prepare_cached(sql)?.query_row([profile], certificate).optional()?)
        })
    }
}
