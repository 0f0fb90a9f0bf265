//! The gateway's orders and refunds, and the customer's side of them.

use tauri::State;

use super::{limited, place};
use crate::dto::simulator::orders::{
    CustomerPays, OrderKey, PasswordAnswer, RefundEnd, RefundKey, SimulatorOrders, SimulatorRefunds,
};
use crate::error::IpcError;
use crate::home::Home;

/// Its orders that contain `search`, the newest first, from the place `start`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_orders(
    home: State<'_, Home>,
    search: String,
    start: u32,
    limit: u32,
) -> Result<SimulatorOrders, IpcError> {
    Ok(home.desk().await?.gateway_orders(search.trim(), place(start), limited(limit)).await?.into())
}

/// Pays an order as the customer would.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_pay(home: State<'_, Home>, order: OrderKey, pay: CustomerPays) -> Result<(), IpcError> {
    let pay = pay.try_into()?;
    home.desk().await?.gateway_pay(order.mch_id.as_deref(), &order.out_trade_no, &pay).await?;
    Ok(())
}

/// Turns away from paying as the customer would; the order stays payable.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_cancel(home: State<'_, Home>, order: OrderKey) -> Result<(), IpcError> {
    Ok(home.desk().await?.gateway_cancel(order.mch_id.as_deref(), &order.out_trade_no).await?)
}

/// Does about the password what the payer of an order by payment code would.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_password(
    home: State<'_, Home>,
    order: OrderKey,
    answer: PasswordAnswer,
) -> Result<(), IpcError> {
    let desk = home.desk().await?;
    Ok(desk.gateway_password(order.mch_id.as_deref(), &order.out_trade_no, answer.into()).await?)
}

/// Its refunds that contain `search`, the newest first, from the place `start`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_refunds(
    home: State<'_, Home>,
    search: String,
    start: u32,
    limit: u32,
) -> Result<SimulatorRefunds, IpcError> {
    Ok(home.desk().await?.gateway_refunds(search.trim(), place(start), limited(limit)).await?.into())
}

/// Ends a refund now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_refund_end(
    home: State<'_, Home>,
    refund: RefundKey,
    end: RefundEnd,
) -> Result<(), IpcError> {
    let desk = home.desk().await?;
    Ok(desk.gateway_refund_end(refund.mch_id.as_deref(), &refund.out_refund_no, end.into()).await?)
}
