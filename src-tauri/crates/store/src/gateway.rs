//! The built-in gateway's own identity, made once per installation.

use rusqlite::{Connection, OptionalExtension};
use wxpay_protocol::ids::{Appid, MchId};

use crate::columns::id;
use crate::{Store, StoreError};

/// Who the built-in gateway is. Its key protects nothing, is kept in clear and is refused in production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltinGateway {
    /// Its app.
    pub appid: Appid,
    /// Its merchant.
    pub mch_id: MchId,
    /// Its key, 32 characters.
    pub api_key: String,
}

fn stored(connection: &Connection) -> Result<Option<BuiltinGateway>, StoreError> {
    let gateway = connection
        .prepare_cached("SELECT appid, mch_id, api_key FROM builtin_gateway WHERE one = 1")?
        .query_row([], |row| {
            Ok(BuiltinGateway {
                appid: id(row, "appid", Appid::new)?,
                mch_id: id(row, "mch_id", MchId::new)?,
                api_key: row.get("api_key")?,
            })
        })
        .optional()?;
    Ok(gateway)
}

impl Store {
    /// The built-in gateway's identity, if it was made.
    pub fn builtin_gateway(&self) -> Result<Option<BuiltinGateway>, StoreError> {
        self.read(stored)
    }

    /// The identity that is stored; stores `candidate` if there is none. Two processes at once get the same one.
    pub fn builtin_gateway_or(&self, candidate: BuiltinGateway) -> Result<BuiltinGateway, StoreError> {
        self.write(move |connection| {
            connection
                .prepare_cached("INSERT INTO builtin_gateway (one, appid, mch_id, api_key) VALUES (1, ?1, ?2, ?3) ON CONFLICT DO NOTHING")?
                .execute([candidate.appid.as_str(), candidate.mch_id.as_str(), &candidate.api_key])?;
            Ok(stored(connection)?.unwrap_or(candidate))
        })
    }
}
