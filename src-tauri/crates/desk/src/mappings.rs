//! Mappings kept per merchant, as TOML files that a person can read and pass on.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use desk_sheets::{Mapping, Table};
use wxpay_protocol::ids::MchId;

use crate::desk::Inner;
use crate::{Desk, DeskError};

/// The folder inside the data folder.
const FOLDER: &str = "mappings";
/// More than any mapping has.
const BYTES_MAX: u64 = 1024 * 1024;

/// Reads a mapping, TOML or JSON: field names of the protocol with the titles of the file, `sheet`, `unit`, `time` and `states`.
pub fn parse_mapping(document: &[u8]) -> Result<Mapping, DeskError> {
    let text = std::str::from_utf8(document).map_err(|_| DeskError::malformed("the mapping is not UTF-8 text"))?;
    Ok(Mapping::parse(text)?)
}

/// Reads a mapping from a file.
pub async fn read_mapping(path: &Path) -> Result<Mapping, DeskError> {
    let shown = path.display().to_string();
    let unreadable = |fault| DeskError::malformed(format!("{shown} cannot be read: {fault}"));
    if tokio::fs::metadata(path).await.map_err(unreadable)?.len() > BYTES_MAX {
        return Err(DeskError::malformed(format!("{shown} is larger than 1 MiB and no mapping")));
    }
    parse_mapping(&tokio::fs::read(path).await.map_err(unreadable)?)
}

impl Desk {
    /// The mapping that was saved for the merchant of a profile.
    pub async fn saved_mapping(&self, profile: &str) -> Result<Option<Mapping>, DeskError> {
        let profile = profile.to_owned();
        self.blocking(move |inner| inner.saved_mapping(&inner.profile(&profile)?.mch_id, Table::Orders)).await
    }

    /// Saves the mapping for the orders of the merchant of a profile, in place of the one before.
    pub async fn save_mapping(&self, profile: &str, mapping: &Mapping) -> Result<(), DeskError> {
        self.save_mapping_of(profile, Table::Orders, mapping).await
    }

    /// Saves the mapping for a table of the merchant of a profile, in place of the one before.
    pub async fn save_mapping_of(&self, profile: &str, table: Table, mapping: &Mapping) -> Result<(), DeskError> {
        let (profile, toml) = (profile.to_owned(), mapping.to_toml()?);
        self.blocking(move |inner| {
            let path = inner.mapping_path(&inner.profile(&profile)?.mch_id, table);
            let failed = |fault| DeskError::malformed(format!("{} cannot be written: {fault}", path.display()));
            fs::create_dir_all(inner.data_dir.join(FOLDER)).map_err(failed)?;
            // Whole or not at all: a half-written mapping would send amounts into the wrong column.
            let draft = path.with_extension("new");
            fs::write(&draft, toml).and_then(|()| fs::rename(&draft, &path)).map_err(failed)
        })
        .await
    }
}

impl Inner {
    pub(crate) fn saved_mapping(&self, mch_id: &MchId, table: Table) -> Result<Option<Mapping>, DeskError> {
        let path = self.mapping_path(mch_id, table);
        match fs::read_to_string(&path) {
            Ok(text) => Mapping::parse(&text)
                .map(Some)
                .map_err(|fault| DeskError::malformed(format!("{}: {fault}; correct or delete it", path.display()))),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(DeskError::malformed(format!("{} cannot be read: {fault}", path.display()))),
        }
    }

    // A merchant number has digits only, so it is safe in a path.
    fn mapping_path(&self, mch_id: &MchId, table: Table) -> PathBuf {
        let of = if table == Table::Refunds { ".refunds" } else { "" };
        self.data_dir.join(FOLDER).join(format!("{mch_id}{of}.toml"))
    }
}
