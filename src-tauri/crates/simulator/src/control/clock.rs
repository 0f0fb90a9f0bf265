//! `/_control/clock`: virtual time.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use wxpay_protocol::UtcMs;

use crate::clock::TimeScale;
use crate::control::asked::read;
use crate::control::{Refused, Shared};
use crate::gateway::Gateway;

/// Exactly one of these.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Change {
    advance_s: Option<u32>,
    to_next: Option<bool>,
    time_scale: Option<String>,
    freeze: Option<bool>,
}

pub(super) async fn show(State(control): Shared) -> Json<Value> {
    shown(&control.gateway)
}

pub(super) async fn change(State(control): Shared, body: Bytes) -> Result<Json<Value>, Refused> {
    let gateway = &control.gateway;
    match read(&body)? {
        Change { advance_s: Some(seconds), to_next: None, time_scale: None, freeze: None } => {
            gateway.advance_s(seconds)?;
        }
        Change { to_next: Some(true), advance_s: None, time_scale: None, freeze: None } => {
            if gateway.advance_to_next()?.is_none() {
                return Err(Refused::impossible("没有待发生的事件 (nothing is due)"));
            }
        }
        Change { freeze: Some(true), advance_s: None, to_next: None, time_scale: None } => {
            gateway.set_time_scale(TimeScale::FROZEN)?;
        }
        Change { time_scale: Some(text), advance_s: None, to_next: None, freeze: None } => {
            let scale = TimeScale::parse(&text).map_err(|fault| Refused::invalid(fault.to_string()))?;
            gateway.set_time_scale(scale)?;
        }
        _ => {
            return Err(Refused::invalid(
                "须为以下之一：{\"advance_s\":3600}、{\"to_next\":true}、{\"time_scale\":\"60\"}、{\"freeze\":true} (give exactly one of these)",
            ));
        }
    }
    Ok(shown(gateway))
}

fn shown(gateway: &Gateway) -> Json<Value> {
    let status = gateway.status();
    Json(json!({
        "now": status.now.rfc3339(),
        "now_ms": status.now.0,
        "time_scale_per_mille": status.time_scale_per_mille,
        "next_due_at": gateway.next_due().map(UtcMs::rfc3339),
    }))
}
