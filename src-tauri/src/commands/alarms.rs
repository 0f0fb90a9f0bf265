//! What needs a person, and what of it a person has seen.

use tauri::State;

use crate::dto::alarms::AlarmsListed;
use crate::dto::number::{AtMs, Count};
use crate::error::IpcError;
use crate::home::Home;

/// What needs a person, over all merchants: the first `limit`, and how many there are in all.
#[tauri::command]
#[specta::specta]
pub(crate) async fn alarms_list(home: State<'_, Home>, limit: Count) -> Result<AlarmsListed, IpcError> {
    let desk = home.desk().await?;
    let listed_at = desk.now();
    let alarms = desk.alarms().await?;
    let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
    let unseen = alarms.iter().filter(|alarm| !alarm.seen).count();
    Ok(AlarmsListed {
        alarms: alarms.iter().take(limit).map(Into::into).collect(),
        count: (alarms.len() as u64).into(),
        unseen: (unseen as u64).into(),
        listed_at: listed_at.into(),
    })
}

/// Marks everything as seen that was listed at that time.
#[tauri::command]
#[specta::specta]
pub(crate) async fn alarms_see(home: State<'_, Home>, listed_at: AtMs) -> Result<(), IpcError> {
    Ok(home.desk().await?.see_alarms(listed_at.into(), None).await?)
}
