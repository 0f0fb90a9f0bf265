//! Orders: lists, one order, asking about one and closing one.

use desk_store::Outcome;
use tauri::State;

use crate::commands::confirm;
use crate::dto::number::{Count, Fen};
use crate::dto::orders::{OrderDetail, OrderFilter, OrderResult, OrderRow, OrderSort, OrdersOpened};
use crate::error::IpcError;
use crate::home::Home;

/// Two screens of rows: what is read before the whole list is known.
const FIRST_ROWS: usize = 60;

/// The first rows of the list for this filter and sort, without taking a snapshot; all of it where there are fewer than sixty.
#[tauri::command]
#[specta::specta]
pub(crate) async fn orders_first(
    home: State<'_, Home>,
    filter: OrderFilter,
    sort: OrderSort,
) -> Result<Vec<OrderRow>, IpcError> {
    let rows = home.desk().await?.orders_first(filter.into(), sort.into(), FIRST_ROWS).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Answers once the texts that searches look through are read, as far as orders are there now: after a start or an import of many.
#[tauri::command]
#[specta::specta]
pub(crate) async fn orders_search_ready(home: State<'_, Home>) -> Result<(), IpcError> {
    Ok(home.desk().await?.prepare_search().await?)
}

/// Takes a snapshot of the list for this filter and sort, with exact totals.
#[tauri::command]
#[specta::specta]
pub(crate) async fn orders_open(
    home: State<'_, Home>,
    filter: OrderFilter,
    sort: OrderSort,
) -> Result<OrdersOpened, IpcError> {
    let opened = home.desk().await?.orders_open(filter.into(), sort.into()).await?;
    let totals = opened.totals;
    Ok(OrdersOpened {
        snapshot: u64::from(opened.snapshot).into(),
        count: totals.count.into(),
        paid_count: totals.paid_count.into(),
        paid_fen: Fen::sum(totals.paid_fen)?,
        refunded_fen: Fen::sum(totals.refunded_fen)?,
        net_fen: Fen::sum(totals.net_fen())?,
        polling: totals.polling.into(),
        next_query_at: totals.next_query_at.map(Into::into),
    })
}

/// The rows `start..end` of a snapshot, as they are now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn orders_rows(
    home: State<'_, Home>,
    snapshot: Count,
    start: Count,
    end: Count,
) -> Result<Vec<OrderRow>, IpcError> {
    let place = |count: Count| usize::try_from(count.get()).unwrap_or(usize::MAX);
    // A number that was never given out is as gone as one that was forgotten.
    let snapshot = u32::try_from(snapshot.get()).unwrap_or_default();
    let rows = home.desk().await?.orders_rows(snapshot, place(start), place(end)).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// One order with its evidence.
#[tauri::command]
#[specta::specta]
pub(crate) async fn order_detail(
    home: State<'_, Home>,
    profile: String,
    out_trade_no: String,
) -> Result<OrderDetail, IpcError> {
    Ok(home.desk().await?.order_detail(&profile, &out_trade_no).await?.into())
}

/// Asks the gateway about an order now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn order_query(
    home: State<'_, Home>,
    profile: String,
    out_trade_no: String,
) -> Result<OrderResult, IpcError> {
    done(home.desk().await?.query_order(&profile, &out_trade_no).await?)
}

/// Closes an unpaid order, if a person agreed to exactly that.
#[tauri::command]
#[specta::specta]
pub(crate) async fn order_close(
    home: State<'_, Home>,
    profile: String,
    out_trade_no: String,
    confirmation: String,
) -> Result<OrderResult, IpcError> {
    let desk = home.desk().await?;
    let order = desk.order_detail(&profile, &out_trade_no).await?.order;
    desk.redeem(&confirmation, &confirm::order_closing(&profile, &order))?;
    done(desk.close_order(&profile, &out_trade_no).await?)
}

/// What was confirmed is an answer; everything else is told as a failure, because nobody may read it as done.
fn done(result: desk::OrderResult) -> Result<OrderResult, IpcError> {
    if result.outcome == Outcome::Confirmed { Ok(result.into()) } else { Err(IpcError::exchange(result)) }
}
