//! The faults of the gateway, on switches and in files.

use tauri::{State, WebviewWindow, Wry};

use crate::dto::simulator::faults::{FaultKind, FaultPlan, SimulatorFaults};
use crate::dto::start::Language;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
use crate::home::Home;

const FILE_NAME: &str = "faults.toml";

/// Every fault that it can do.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_fault_kinds(home: State<'_, Home>) -> Result<Vec<FaultKind>, IpcError> {
    home.desk().await?;
    Ok(FaultKind::all())
}

/// The faults in force and how often each happened.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_faults(home: State<'_, Home>) -> Result<SimulatorFaults, IpcError> {
    Ok(home.desk().await?.gateway_faults().await?.into())
}

/// Changes the faults in force; rules that stay as they are go on counting.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_faults_set(home: State<'_, Home>, plan: FaultPlan) -> Result<SimulatorFaults, IpcError> {
    let plan = plan.try_into()?;
    Ok(home.desk().await?.gateway_change_faults(plan).await?.into())
}

/// Begins the faults in force anew, with counts from 0.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_faults_reset(home: State<'_, Home>) -> Result<SimulatorFaults, IpcError> {
    Ok(home.desk().await?.gateway_reset_faults().await?.into())
}

/// Reads faults from a TOML file that a person chooses; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_faults_import(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
) -> Result<Option<SimulatorFaults>, IpcError> {
    let desk = home.desk().await?;
    let title = match Language::of(&desk.settings().await?) {
        Language::Chinese => "导入故障计划",
        Language::English => "Import a plan of faults",
    };
    let Some(path) = file_choice::chosen(&window, Choice { title, suggested: None, kind: Kind::Toml }).await? else {
        return Ok(None);
    };
    let plan = wxpay_simulator::faults::FaultPlan::from_toml(&file_choice::text_of(path).await?)
        .map_err(desk::DeskError::from)?;
    Ok(Some(desk.gateway_set_faults(plan).await?.into()))
}

/// Writes the faults in force to a TOML file that a person chooses, and answers its path; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn simulator_faults_export(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
) -> Result<Option<String>, IpcError> {
    let desk = home.desk().await?;
    let title = match Language::of(&desk.settings().await?) {
        Language::Chinese => "导出故障计划",
        Language::English => "Export the plan of faults",
    };
    let text = desk.gateway_faults().await?.plan.to_toml().map_err(desk::DeskError::from)?;
    let choice = Choice { title, suggested: Some(FILE_NAME.to_owned()), kind: Kind::Toml };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    let shown = path.to_string_lossy().into_owned();
    tokio::fs::write(&path, text).await.map_err(|fault| file_choice::unusable(&path, &fault))?;
    Ok(Some(shown))
}
