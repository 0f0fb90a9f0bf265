//! The built-in gateway, from its own side: how it stands, its clock, and how programs are pointed at it.

pub(crate) mod faults;
pub(crate) mod messages;
pub(crate) mod orders;
pub(crate) mod scenarios;

use tauri::State;

use crate::dto::simulator::{ClockChange, SimulatorSnippet, SimulatorStatus};
use crate::error::IpcError;
use crate::home::Home;

/// The most entries of one answer.
const LIMIT_MAX: u32 = 1000;

fn limited(limit: u32) -> usize {
    place(limit.min(LIMIT_MAX))
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// How the gateway stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_status(home: State<'_, Home>) -> Result<SimulatorStatus, IpcError> {
    Ok(home.desk().await?.gateway_status().await.into())
}

/// Starts it, if it does not run.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_start(home: State<'_, Home>) -> Result<SimulatorStatus, IpcError> {
    Ok(home.desk().await?.gateway_start().await?.into())
}

/// Stops it; its orders stay for the next start.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_stop(home: State<'_, Home>) -> Result<SimulatorStatus, IpcError> {
    Ok(home.desk().await?.gateway_stop().await.into())
}

/// Serves it over TLS or plain HTTP from now on; a running one is started anew.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_tls(home: State<'_, Home>, on: bool) -> Result<SimulatorStatus, IpcError> {
    Ok(home.desk().await?.gateway_tls(on).await?.into())
}

/// Moves its clock, or lets it run at another speed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_clock(home: State<'_, Home>, change: ClockChange) -> Result<SimulatorStatus, IpcError> {
    Ok(home.desk().await?.gateway_clock(change.try_into()?).await?.into())
}

/// Programs that point the common SDKs at it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_snippets(home: State<'_, Home>) -> Result<Vec<SimulatorSnippet>, IpcError> {
    Ok(home.desk().await?.gateway_snippets().await?.into_iter().map(Into::into).collect())
}
