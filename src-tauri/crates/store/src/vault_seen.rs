//! Which vault file was seen last.

use rusqlite::{OptionalExtension, params};

use crate::{Store, StoreError};

impl Store {
    /// The identity and the generation of the vault that was seen open last; nothing where none ever was.
    pub fn vault_seen(&self) -> Result<Option<(String, u64)>, StoreError> {
        self.read(|connection| {
            let seen: Option<(String, i64)> = connection
                .prepare_cached("SELECT vault_id, generation FROM vault_seen WHERE one = 1")?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            Ok(seen.map(|(vault_id, generation)| (vault_id, generation.unsigned_abs())))
        })
    }

    /// Remembers a vault that was seen open. An older generation of the same vault changes nothing.
    pub fn remember_vault(&self, vault_id: &str, generation: u64) -> Result<(), StoreError> {
        let vault_id = vault_id.to_owned();
        let generation = i64::try_from(generation).unwrap_or(i64::MAX);
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO vault_seen (one, vault_id, generation) VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE \
                     SET vault_id = excluded.vault_id, generation = excluded.generation \
                     WHERE vault_id <> excluded.vault_id OR generation < excluded.generation",
                )?
                .execute(params![vault_id, generation])?;
            Ok(())
        })
    }
}
