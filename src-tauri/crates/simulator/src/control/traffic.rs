//! `/_control/traffic`: the last exchanges with their exact bytes.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use crate::control::asked::ListQuery;
use crate::control::json::exchange_json;
use crate::control::{Control, Refused, Shared};
use crate::serve::traffic::Exchange;

pub(super) async fn list(State(control): Shared, Query(query): Query<ListQuery>) -> Json<Value> {
    let traffic = control.gateway.traffic(usize::MAX);
    let found = traffic.iter().filter(|exchange| exchange.path.contains(&query.search)).take(query.limit());
    Json(json!({"traffic": found.map(|exchange| exchange_json(exchange)).collect::<Vec<_>>()}))
}

pub(super) async fn show(State(control): Shared, Path(id): Path<u64>) -> Result<Json<Value>, Refused> {
    Ok(Json(exchange_json(&*find(&control, id)?)))
}

/// The exchange as a curl command that sends the same bytes.
pub(super) async fn curl(State(control): Shared, Path(id): Path<u64>) -> Result<Json<Value>, Refused> {
    let exchange = find(&control, id)?;
    Ok(Json(json!({"id": id, "curl": exchange.as_curl(&control.url)})))
}

fn find(control: &Control, id: u64) -> Result<Arc<Exchange>, Refused> {
    control.gateway.exchange(id).ok_or_else(|| {
        Refused::missing("没有这个编号的报文；只保留最近 500 个 (no such exchange; the last 500 are kept)")
    })
}
