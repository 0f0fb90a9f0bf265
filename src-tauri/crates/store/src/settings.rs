//! Settings: typed, with defaults in code; keys that this version does not know are kept.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{PollPolicy, Store, StoreError};

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `zh-CN` or `en`.
    pub language: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Requests a second per merchant.
    pub poll_rate_per_s: u32,
    /// Requests a second against a simulator.
    pub simulator_poll_rate_per_s: u32,
    /// Seconds from one question to the next; the last one repeats.
    pub poll_ladder_s: Vec<u32>,
    /// Days after which an unpaid order of ours is queried and closed.
    pub expire_days: u32,
    /// Whether it is closed then.
    pub close_expired: bool,
    /// What stands before the time in a new out_trade_no.
    pub out_trade_no_prefix: String,
    /// Four digits that say where an order was placed.
    pub scene: String,
    /// Whether what newly needs a person is said on the desktop.
    pub notify_alarms: bool,
    /// The profile in use.
    pub active_profile: Option<String>,
    /// What another version of the program has stored.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: "zh-CN".into(),
            theme: "system".into(),
            poll_rate_per_s: 10,
            simulator_poll_rate_per_s: 2_000,
            poll_ladder_s: PollPolicy::default().ladder_s,
            expire_days: 7,
            close_expired: true,
            out_trade_no_prefix: String::new(),
            scene: "0001".into(),
            notify_alarms: true,
            active_profile: None,
            unknown: Map::new(),
        }
    }
}

pub(crate) fn stored(connection: &Connection) -> Result<Map<String, Value>, StoreError> {
    let json: Option<String> = connection
        .prepare_cached("SELECT json FROM settings WHERE one = 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(json.map_or_else(|| Ok(Map::new()), |json| serde_json::from_str(&json))?)
}

pub(crate) fn keep(connection: &Connection, settings: &Map<String, Value>) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO settings (one, json) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET json = excluded.json",
        )?
        .execute([serde_json::to_string(settings)?])?;
    Ok(())
}

impl Store {
    /// The settings; defaults where nothing was set.
    pub fn settings(&self) -> Result<Settings, StoreError> {
        let stored = self.read(stored)?;
        Ok(serde_json::from_value(Value::Object(stored))?)
    }

    /// Stores the settings and returns them as stored. Keys that are stored already and that `settings` lacks stay.
    pub fn set_settings(&self, settings: Settings) -> Result<Settings, StoreError> {
        self.write(move |connection| {
            let mut merged = stored(connection)?;
            if let Value::Object(fields) = serde_json::to_value(&settings)? {
                merged.extend(fields);
            }
            keep(connection, &merged)?;
            Ok(serde_json::from_value(Value::Object(merged))?)
        })
    }
}
