//! `/_control/scenarios`: what happens to orders by themselves.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::asked::read;
use crate::control::{Refused, Shared};
use crate::gateway::Gateway;
use crate::scenarios::{Scenario, ScenarioError, StepView, shipped};

/// How many steps of each kind are shown.
const SHOWN: usize = 100;

/// One of these.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PlayBody {
    name: Option<String>,
    toml: Option<String>,
}

impl From<ScenarioError> for Refused {
    fn from(fault: ScenarioError) -> Self {
        Self::invalid(fault.to_string())
    }
}

pub(super) async fn status(State(control): Shared) -> Result<Json<Value>, Refused> {
    shown(&control.gateway)
}

pub(super) async fn show(Path(name): Path<String>) -> Result<Json<Value>, Refused> {
    Ok(Json(json!(find(&name)?)))
}

pub(super) async fn play(State(control): Shared, body: Bytes) -> Result<Json<Value>, Refused> {
    let scenario = match read(&body)? {
        PlayBody { name: Some(name), toml: None } => find(&name)?,
        PlayBody { name: None, toml: Some(source) } => Scenario::read(&source)?,
        _ => return Err(Refused::invalid("须给出 name 或 toml 之一 (give either name or toml)")),
    };
    let entry = control.gateway.play_scenario(&scenario)?;
    control.gateway.entry_durable(entry).await?;
    shown(&control.gateway)
}

pub(super) async fn stop(State(control): Shared) -> Result<Json<Value>, Refused> {
    let entry = control.gateway.stop_scenario()?;
    control.gateway.entry_durable(entry).await?;
    shown(&control.gateway)
}

fn find(name: &str) -> Result<Scenario, Refused> {
    let found = shipped()?.into_iter().find(|scenario| scenario.name == name);
    found.ok_or_else(|| Refused::missing("没有这个内置场景 (there is no shipped scenario of this name)"))
}

fn shown(gateway: &Gateway) -> Result<Json<Value>, Refused> {
    let status = gateway.scenario_status(SHOWN);
    Ok(Json(json!({
        "playing": status.playing.as_ref().map(|scenario| scenario.name.as_str()),
        "so_far": {
            "taken": status.so_far.taken,
            "steps": status.so_far.steps,
            "refused": status.so_far.refused,
        },
        "due_count": status.due_count,
        "due": status.due.iter().map(step_json).collect::<Vec<_>>(),
        "done_count": status.done_count,
        "done": status.done.iter().map(step_json).collect::<Vec<_>>(),
        "shipped": shipped()?,
    })))
}

fn step_json(step: &StepView) -> Value {
    json!({
        "at": step.at.rfc3339(),
        "do": step.word,
        "number": step.number,
        "scenario": step.scenario,
        "refused": step.refused,
    })
}
