//! What needs a person, and what of it a person has seen.

use desk::ALARMS_MAX;
use tauri::State;

use crate::dto::alarms::AlarmsListed;
use crate::dto::number::AtMs;
use crate::error::IpcError;
use crate::home::Home;

/// So many are shown; the lists of orders and refunds have them all.
const SHOWN: usize = 50;

/// What needs a person, over all merchants.
#[tauri::command]
#[specta::specta]
pub(crate) async fn alarms_list(home: State<'_, Home>) -> Result<AlarmsListed, IpcError> {
    let desk = home.desk().await?;
    let listed_at = desk.now();
    let alarms = desk.alarms(ALARMS_MAX).await?;
    let unseen = alarms.iter().filter(|alarm| !alarm.seen).count();
    Ok(AlarmsListed {
        alarms: alarms.iter().take(SHOWN).map(Into::into).collect(),
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
