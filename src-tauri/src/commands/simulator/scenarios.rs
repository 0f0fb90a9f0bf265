//! The scenarios of the gateway: shipped ones, and others as text or from files.

use tauri::{State, WebviewWindow, Wry};
use wxpay_simulator::{Scenario, shipped_scenarios};

use crate::dto::simulator::scenarios::{SimulatorScenario, SimulatorScenarios};
use crate::dto::start::Language;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
use crate::home::Home;

/// The scenarios that come with the gateway.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_scenarios_shipped(home: State<'_, Home>) -> Result<Vec<SimulatorScenario>, IpcError> {
    home.desk().await?;
    Ok(shipped_scenarios().map_err(desk::DeskError::from)?.into_iter().map(Into::into).collect())
}

/// What is played, what is due and what has happened.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_scenarios(home: State<'_, Home>) -> Result<SimulatorScenarios, IpcError> {
    Ok(home.desk().await?.gateway_scenario().await?.into())
}

/// Plays a scenario, given as the text of its file, with what comes from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_scenario_play(
    home: State<'_, Home>,
    toml: String,
) -> Result<SimulatorScenarios, IpcError> {
    let scenario = Scenario::read(&toml).map_err(desk::DeskError::from)?;
    Ok(home.desk().await?.gateway_play(&scenario).await?.into())
}

/// Reads a scenario from a TOML file that a person chooses; nothing when none was chosen. It is not played yet.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_scenario_open(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
) -> Result<Option<SimulatorScenario>, IpcError> {
    let title = match Language::of(&home.desk().await?.settings().await?) {
        Language::Chinese => "打开场景文件",
        Language::English => "Open a scenario file",
    };
    let Some(path) = file_choice::chosen(&window, Choice { title, suggested: None, kind: Kind::Toml }).await? else {
        return Ok(None);
    };
    let scenario = Scenario::read(&file_choice::text_of(path).await?).map_err(desk::DeskError::from)?;
    Ok(Some(scenario.into()))
}

/// Ends the scenario and forgets what is planned.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_scenario_stop(home: State<'_, Home>) -> Result<SimulatorScenarios, IpcError> {
    Ok(home.desk().await?.gateway_stop_scenario().await?.into())
}
