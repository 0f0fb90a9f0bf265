//! `GET|PUT /_control/faults`: the plan of faults with its counts, and what there is to choose from.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Value, json};

use super::{Refused, Shared};
use crate::Gateway;
use crate::faults::{CATALOGUE, FaultPlan, PlanError};

impl From<PlanError> for Refused {
    fn from(fault: PlanError) -> Self {
        Self::invalid(fault.to_string())
    }
}

/// The plan, its counts and the catalogue.
pub(super) async fn show(State(control): Shared) -> Json<Value> {
    Json(faults_json(&control.gateway))
}

/// Puts another plan into force, with counts from 0; `{"rules": []}` ends all faults.
pub(super) async fn put(State(control): Shared, body: Bytes) -> Result<Json<Value>, Refused> {
    control.gateway.set_faults(FaultPlan::from_json(&body)?)?;
    Ok(Json(faults_json(&control.gateway)))
}

/// Changes the plan: rules that are in both keep their counts.
pub(super) async fn change(State(control): Shared, body: Bytes) -> Result<Json<Value>, Refused> {
    control.gateway.change_faults(FaultPlan::from_json(&body)?)?;
    Ok(Json(faults_json(&control.gateway)))
}

/// Begins the plan in force anew, with counts from 0.
pub(super) async fn reset(State(control): Shared) -> Json<Value> {
    control.gateway.reset_fault_counts();
    Json(faults_json(&control.gateway))
}

fn faults_json(gateway: &Gateway) -> Value {
    let in_force = gateway.faults();
    let rules: Vec<Value> = in_force
        .plan
        .rules
        .iter()
        .zip(&in_force.counts)
        .map(|(rule, count)| json!({"rule": rule, "seen": count.seen, "fired": count.fired}))
        .collect();
    json!({
        "plan": in_force.plan,
        "since": in_force.since.rfc3339(),
        "counts": rules,
        "catalogue": CATALOGUE,
    })
}
