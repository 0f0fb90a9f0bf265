//! `/_control/refunds`: what becomes of them.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};
use wxpay_protocol::RefundStatus;

use crate::control::asked::{ListQuery, Whose};
use crate::control::json::refund_json;
use crate::control::{Refused, Shared};

pub(super) async fn list(State(control): Shared, Query(query): Query<ListQuery>) -> Json<Value> {
    let refunds = control.gateway.refunds(&query.search, query.limit());
    Json(json!({"refunds": refunds.iter().map(refund_json).collect::<Vec<_>>()}))
}

pub(super) async fn show(
    State(control): Shared,
    Path(out_refund_no): Path<String>,
    Query(whose): Query<Whose>,
) -> Result<Json<Value>, Refused> {
    Ok(Json(refund_json(&control.gateway.refund_of(whose.mch_id(), &out_refund_no)?)))
}

/// `succeed`, `fail` (REFUNDCLOSE) or `change`.
pub(super) async fn end(
    State(control): Shared,
    Path((out_refund_no, end)): Path<(String, String)>,
    Query(whose): Query<Whose>,
) -> Result<Json<Value>, Refused> {
    let status = match end.as_str() {
        "succeed" => RefundStatus::Success,
        "fail" => RefundStatus::RefundClose,
        "change" => RefundStatus::Change,
        _ => return Err(Refused::missing("退款只能 succeed、fail 或 change (a refund succeeds, fails or changes)")),
    };
    let entry = control.gateway.end_refund(whose.mch_id(), &out_refund_no, status)?;
    control.gateway.entry_durable(entry).await?;
    Ok(Json(refund_json(&control.gateway.refund_of(whose.mch_id(), &out_refund_no)?)))
}
