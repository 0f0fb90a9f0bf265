//! The built-in gateway, from its own side.

use tauri::State;

use crate::dto::number::Fen;
use crate::dto::simulator::{SimulatorNotice, SimulatorOrder, SimulatorStatus, SimulatorTraffic};
use crate::dto::test_orders::amount;
use crate::error::IpcError;
use crate::home::Home;

/// The most entries of one answer.
const LIMIT_MAX: u32 = 1000;

fn limited(limit: u32) -> usize {
    usize::try_from(limit.min(LIMIT_MAX)).unwrap_or_default()
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

/// Its newest orders that contain `search`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_orders(
    home: State<'_, Home>,
    search: String,
    limit: u32,
) -> Result<Vec<SimulatorOrder>, IpcError> {
    let orders = home.desk().await?.gateway_orders(search.trim(), limited(limit)).await?;
    Ok(orders.into_iter().map(Into::into).collect())
}

/// Pays an order as the customer would.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_pay(
    home: State<'_, Home>,
    out_trade_no: String,
    coupon_fee_fen: Option<Fen>,
) -> Result<(), IpcError> {
    let coupon_fee = coupon_fee_fen.map(|fen| amount("coupon_fee_fen", fen)).transpose()?;
    home.desk().await?.gateway_pay(&out_trade_no, coupon_fee.unwrap_or_default()).await?;
    Ok(())
}

/// Its newest notices.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_notices(home: State<'_, Home>, limit: u32) -> Result<Vec<SimulatorNotice>, IpcError> {
    let notices = home.desk().await?.gateway_notices(limited(limit)).await?;
    Ok(notices.into_iter().map(Into::into).collect())
}

/// Its newest exchanges.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_traffic(home: State<'_, Home>, limit: u32) -> Result<Vec<SimulatorTraffic>, IpcError> {
    let traffic = home.desk().await?.gateway_traffic(limited(limit)).await?;
    Ok(traffic.into_iter().map(Into::into).collect())
}
