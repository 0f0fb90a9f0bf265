//! `/_control/notices`.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use crate::control::asked::ListQuery;
use crate::control::json::notice_json;
use crate::control::{Refused, Shared};

pub(super) async fn list(State(control): Shared, Query(query): Query<ListQuery>) -> Json<Value> {
    let notices = control.gateway.notices(usize::MAX);
    let found = notices.iter().filter(|notice| notice.out_trade_no.contains(&query.search)).take(query.limit());
    Json(json!({"notices": found.map(notice_json).collect::<Vec<_>>()}))
}

/// Sends a notice once more, now, whatever became of it before.
pub(super) async fn resend(State(control): Shared, Path(id): Path<u64>) -> Result<Json<Value>, Refused> {
    let notice = control.gateway.resend_notice(id)?;
    Ok(Json(notice_json(&notice)))
}
