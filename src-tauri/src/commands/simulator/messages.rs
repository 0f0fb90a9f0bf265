//! What the gateway was sent and has sent.

use tauri::State;

use super::{limited, place};
use crate::dto::number::Count;
use crate::dto::simulator::messages::{SimulatorExchange, SimulatorNotices, SimulatorTraffic, TrafficFilter};
use crate::error::IpcError;
use crate::home::Home;

/// Its notices about orders or refunds whose number contains `search`, the newest first, from the place `start`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_notices(
    home: State<'_, Home>,
    search: String,
    start: u32,
    limit: u32,
) -> Result<SimulatorNotices, IpcError> {
    Ok(home.desk().await?.gateway_notices(search.trim(), place(start), limited(limit)).await?.into())
}

/// Sends a notice once more, now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_notice_resend(home: State<'_, Home>, id: Count) -> Result<(), IpcError> {
    Ok(home.desk().await?.gateway_resend(id.get()).await?)
}

/// Its newest exchanges that pass the filter.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_traffic(
    home: State<'_, Home>,
    filter: TrafficFilter,
    limit: u32,
) -> Result<SimulatorTraffic, IpcError> {
    let all = home.desk().await?.gateway_traffic().await?;
    Ok(SimulatorTraffic::of(&all, &filter, limited(limit)))
}

/// One exchange with its exact bytes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_exchange(home: State<'_, Home>, id: Count) -> Result<SimulatorExchange, IpcError> {
    Ok(home.desk().await?.gateway_exchange(id.get()).await?.into())
}
