//! Refunds: the list, one refund, asking about one, and refunding an order.

use desk::{Agreement, RefundWish};
use tauri::State;
use wxpay_protocol::Fen as Amount;

use crate::dto::number::Count;
use crate::dto::refunds::{RefundDetail, RefundFilter, RefundOutcome, RefundRequest, Refundable, RefundsPage};
use crate::error::IpcError;
use crate::home::Home;

/// The most rows of one stretch.
const ROWS_MAX: u64 = 1000;

/// The refunds `start..start + limit` of the list, the newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn refunds_list(
    home: State<'_, Home>,
    filter: RefundFilter,
    start: Count,
    limit: Count,
) -> Result<RefundsPage, IpcError> {
    let place = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let limit = limit.get().min(ROWS_MAX);
    home.desk().await?.refunds(filter.into(), place(start.get()), place(limit)).await?.try_into()
}

/// One refund with its evidence.
#[tauri::command]
#[specta::specta]
pub(crate) async fn refund_detail(
    home: State<'_, Home>,
    profile: String,
    out_refund_no: String,
) -> Result<RefundDetail, IpcError> {
    Ok(home.desk().await?.refund_detail(&profile, &out_refund_no).await?.into())
}

/// Asks the gateway what became of a refund.
#[tauri::command]
#[specta::specta]
pub(crate) async fn refund_query(
    home: State<'_, Home>,
    profile: String,
    out_refund_no: String,
) -> Result<RefundOutcome, IpcError> {
    let desk = home.desk().await?;
    let result = desk.query_refund(&profile, &out_refund_no).await?;
    let detail = desk.refund_detail(&profile, &out_refund_no).await?;
    Ok(RefundOutcome::of(result, detail))
}

/// Asks the gateway what can be refunded of an order.
#[tauri::command]
#[specta::specta]
pub(crate) async fn refundable(
    home: State<'_, Home>,
    profile: String,
    out_trade_no: String,
) -> Result<Refundable, IpcError> {
    Ok(home.desk().await?.refundable(&profile, &out_trade_no).await?.into())
}

/// Refunds an order, if a person agreed to exactly this amount of exactly this order.
#[tauri::command]
#[specta::specta]
pub(crate) async fn refund_create(
    home: State<'_, Home>,
    request: RefundRequest,
    confirmation: String,
) -> Result<RefundOutcome, IpcError> {
    let desk = home.desk().await?;
    let refund_fee = Amount::new(request.refund_fee.get())
        .ok_or_else(|| IpcError::input("refund_fee", "must be an amount in fen"))?;
    desk.redeem(&confirmation, &Agreement::refund(&request.profile, &request.out_trade_no, refund_fee))?;
    let result = desk
        .create_refund(RefundWish {
            profile: request.profile.clone(),
            out_trade_no: request.out_trade_no,
            refund_fee,
            out_refund_no: None,
            refund_desc: request.refund_desc.filter(|text| !text.trim().is_empty()),
        })
        .await?;
    let detail = desk.refund_detail(&request.profile, &result.out_refund_no).await?;
    Ok(RefundOutcome::of(result, detail))
}
