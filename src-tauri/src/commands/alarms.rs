//! What needs a person, and what of it a person has seen.

use desk::AlarmFilter;
use tauri::State;

use crate::dto::alarms::{AlarmPlace, AlarmsAsOf, AlarmsCounted, AlarmsListed};
use crate::dto::number::Count;
use crate::error::IpcError;
use crate::home::Home;

/// Counts what needs a person, over all merchants.
#[tauri::command]
#[specta::specta]
pub(crate) async fn alarms_count(home: State<'_, Home>) -> Result<AlarmsCounted, IpcError> {
    Ok(home.desk().await?.alarm_counts(None).await?.into())
}

/// What needs a person, over all merchants: `limit` orders, refunds and notices behind a place of the list.
#[tauri::command]
#[specta::specta]
pub(crate) async fn alarms_list(
    home: State<'_, Home>,
    after: Option<AlarmPlace>,
    limit: Count,
) -> Result<AlarmsListed, IpcError> {
    let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
    Ok(home.desk().await?.alarms(AlarmFilter::default(), after.map(Into::into), limit).await?.into())
}

/// Marks everything as seen that was counted or listed by then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn alarms_see(home: State<'_, Home>, as_of: AlarmsAsOf) -> Result<(), IpcError> {
    Ok(home.desk().await?.see_alarms(as_of.into(), None).await?)
}
