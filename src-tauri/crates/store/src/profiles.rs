//! Merchants, without their secrets, and which keys a simulator has seen.

use rusqlite::{ErrorCode, OptionalExtension, Row, named_params};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::{SignType, UtcMs};

use crate::columns::{id, id_if_any, sign_type, time, word};
use crate::{Store, StoreError};

/// The part of a merchant's profile that is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// 1 to 64 characters, unique.
    pub name: String,
    /// The app.
    pub appid: Appid,
    /// The merchant.
    pub mch_id: MchId,
    /// How its requests are signed.
    pub sign_type: SignType,
    /// Which gateway. Only a simulator profile may have `base_url` and `ca_file`.
    pub environment: Environment,
    /// The simulator's address.
    pub base_url: Option<String>,
    /// The certificate authority of a simulator with TLS.
    pub ca_file: Option<String>,
    /// Where notifications go unless an order says otherwise.
    pub notify_url: Option<String>,
    /// The sub-merchant, for a service provider.
    pub sub_mch_id: Option<MchId>,
    /// The sub-merchant's app.
    pub sub_appid: Option<Appid>,
    /// Whether it is the profile of the built-in gateway.
    pub builtin: bool,
    /// When it was added.
    pub created_at: UtcMs,
}

const PROFILE: &str = "name, appid, mch_id, sign_type, environment, base_url, ca_file, notify_url, sub_mch_id, sub_appid, builtin, created_at";

fn profile(row: &Row<'_>) -> rusqlite::Result<Profile> {
    Ok(Profile {
        name: row.get("name")?,
        appid: id(row, "appid", Appid::new)?,
        mch_id: id(row, "mch_id", MchId::new)?,
        sign_type: sign_type(row, "sign_type")?,
        environment: word(row, "environment", Environment::parse)?,
        base_url: row.get("base_url")?,
        ca_file: row.get("ca_file")?,
        notify_url: row.get("notify_url")?,
        sub_mch_id: id_if_any(row, "sub_mch_id", MchId::new)?,
        sub_appid: id_if_any(row, "sub_appid", Appid::new)?,
        builtin: row.get("builtin")?,
        created_at: time(row, "created_at")?,
    })
}

impl Store {
    /// Adds a profile.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the name is taken.
    pub fn add_profile(&self, profile: Profile) -> Result<(), StoreError> {
        self.write(move |connection| {
            let inserted = connection
                .prepare_cached(
                    "INSERT INTO profiles (name, appid, mch_id, sign_type, environment, base_url, ca_file, notify_url, sub_mch_id, sub_appid, \
                     builtin, created_at) VALUES (:name, :appid, :mch_id, :sign_type, :environment, :base_url, :ca_file, :notify_url, \
                     :sub_mch_id, :sub_appid, :builtin, :created_at)",
                )?
                .execute(named_params! {
                    ":name": profile.name,
                    ":appid": profile.appid.as_str(),
                    ":mch_id": profile.mch_id.as_str(),
                    ":sign_type": profile.sign_type.as_str(),
                    ":environment": profile.environment.as_str(),
                    ":base_url": profile.base_url,
                    ":ca_file": profile.ca_file,
                    ":notify_url": profile.notify_url,
                    ":sub_mch_id": profile.sub_mch_id.as_ref().map(MchId::as_str),
                    ":sub_appid": profile.sub_appid.as_ref().map(Appid::as_str),
                    ":builtin": profile.builtin,
                    ":created_at": profile.created_at.0,
                });
            match inserted {
                Ok(_) => Ok(()),
                Err(rusqlite::Error::SqliteFailure(fault, Some(text)))
                    if fault.code == ErrorCode::ConstraintViolation && text.contains("profiles.name") =>
                {
                    Err(StoreError::Exists { what: "profile", name: profile.name })
                }
                Err(error) => Err(error.into()),
            }
        })
    }

    /// Moves a simulator profile to another loopback address, with the authority to trust there over https: the built-in
    /// gateway may get another port at each start.
    pub fn move_simulator_profile(&self, name: &str, base_url: &str, ca_file: Option<&str>) -> Result<(), StoreError> {
        let (name, base_url, ca_file) = (name.to_owned(), base_url.to_owned(), ca_file.map(str::to_owned));
        self.write(move |connection| {
            let changed = connection
                .prepare_cached(
                    "UPDATE profiles SET base_url = ?2, ca_file = ?3 WHERE name = ?1 AND environment = 'simulator'",
                )?
                .execute((&name, &base_url, &ca_file))?;
            if changed == 0 { Err(StoreError::NotFound { what: "simulator profile", name }) } else { Ok(()) }
        })
    }

    /// Removes a profile; its orders and their evidence stay, and so does the knowledge of the gateway and the
    /// sub-merchant that they went to.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub fn remove_profile(&self, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO removed_profiles (name, mch_id, environment, sub_mch_id) \
                     SELECT name, mch_id, environment, coalesce(sub_mch_id, '') FROM profiles WHERE name = ?1 \
                     ON CONFLICT (name, mch_id) DO UPDATE SET environment = excluded.environment, sub_mch_id = excluded.sub_mch_id",
                )?
                .execute([&name])?;
            let removed = connection.prepare_cached("DELETE FROM profiles WHERE name = ?1")?.execute([&name])?;
            if removed == 0 { Err(StoreError::NotFound { what: "profile", name }) } else { Ok(()) }
        })
    }

    /// All profiles, in the order in which they were added.
    pub fn profiles(&self) -> Result<Vec<Profile>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {PROFILE} FROM profiles ORDER BY created_at, name"))?;
            let rows = statement.query_map([], profile)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The profile of this name, if there is one.
    pub fn profile(&self, name: &str) -> Result<Option<Profile>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {PROFILE} FROM profiles WHERE name = ?1");
            Ok(connection.prepare_cached(&sql)?.query_row([name], profile).optional()?)
        })
    }

    /// The gateway that a profile of this name and merchant speaks to, or did until it was removed; nothing where nobody knows,
    /// as of one that was removed before this was kept.
    pub fn environment_of(&self, name: &str, mch_id: &MchId) -> Result<Option<Environment>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT environment, 0 AS is_removed FROM profiles WHERE name = ?1 AND mch_id = ?2 UNION ALL \
                       SELECT environment, 1 FROM removed_profiles WHERE name = ?1 AND mch_id = ?2 ORDER BY is_removed LIMIT 1";
            let environment = |row: &Row<'_>| word(row, "environment", Environment::parse);
            Ok(connection.prepare_cached(sql)?.query_row([name, mch_id.as_str()], environment).optional()?)
        })
    }

    /// Whether there is another profile of a merchant than the one of this name, or was before it was removed.
    pub fn has_namesakes(&self, name: &str, mch_id: &MchId) -> Result<bool, StoreError> {
        self.read(|connection| {
            let sql = "SELECT 1 FROM profiles WHERE mch_id = ?2 AND name <> ?1 UNION ALL \
                       SELECT 1 FROM removed_profiles WHERE mch_id = ?2 AND name <> ?1";
            Ok(connection.prepare_cached(sql)?.exists([name, mch_id.as_str()])?)
        })
    }

    /// Remembers, for ever, that a simulator has seen the key with this fingerprint.
    pub fn remember_simulator_key(&self, fingerprint: &str) -> Result<(), StoreError> {
        let fingerprint = fingerprint.to_owned();
        self.write(move |connection| {
            connection
                .prepare_cached("INSERT INTO simulator_key (fingerprint) VALUES (?1) ON CONFLICT DO NOTHING")?
                .execute([fingerprint])?;
            Ok(())
        })
    }

    /// Whether a simulator has seen the key with this fingerprint: then production must refuse it.
    pub fn simulator_has_seen(&self, fingerprint: &str) -> Result<bool, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT 1 FROM simulator_key WHERE fingerprint = ?1")?
                .exists([fingerprint])?)
        })
    }
}
