//! `wxpay simulator faults …`: how a running gateway misbehaves.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};
use wxpay_simulator::faults::{CATALOGUE, FaultPlan};

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::simulator::control::{Ask, ControlOptions, rows, word};

/// Let a simulator misbehave after a plan [故障注入]
///
/// A plan is a TOML file: seed = 7, and rules such as [[rule]] fault = "answer_dropped", endpoint = "unifiedorder",
/// probability = 0.05. The same seed gives the same run.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay simulator faults list\n  wxpay simulator faults set faults.toml --control http://127.0.0.1:8100/_control --control-token-file token.txt\n  wxpay simulator faults get --control … --control-token-file token.txt --json"
)]
pub(crate) struct Faults {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List every fault there is [故障目录]
    #[command(after_help = "Example:\n  wxpay simulator faults list --json")]
    List,
    /// Show the plan in force and how often each rule has fired [当前故障计划]
    #[command(after_help = "Example:\n  wxpay simulator faults get --control http://… --control-token-file token.txt")]
    Get(ControlOptions),
    /// Put another plan into force, with counts from 0 [设置故障计划]
    #[command(
        after_help = "Example:\n  wxpay simulator faults set faults.toml --control http://… --control-token-file token.txt"
    )]
    Set(Set),
    /// Begin the plan in force anew, with counts from 0 [重置计数]
    #[command(
        after_help = "Example:\n  wxpay simulator faults reset --control http://… --control-token-file token.txt"
    )]
    Reset(ControlOptions),
    /// End all faults [清除故障]
    #[command(
        after_help = "Example:\n  wxpay simulator faults clear --control http://… --control-token-file token.txt"
    )]
    Clear(ControlOptions),
}

#[derive(clap::Args)]
struct Set {
    /// The plan, TOML
    #[arg(value_name = "FILE")]
    plan: PathBuf,
    /// Rules that the plan before has as well go on counting [保留未变规则的计数]
    #[arg(long)]
    keep_counts: bool,
    #[command(flatten)]
    control: ControlOptions,
}

pub(crate) async fn run(command: &Faults, output: &mut Output) -> Result<Exit, Failure> {
    match &command.action {
        Action::List => list(output),
        Action::Get(control) => control.settle(Ask::get(&["faults"]), output, show).await,
        Action::Set(set) => {
            let plan = serde_json::to_value(read(&set.plan)?).map_err(|_| Failure::FaultPlanNotSent)?;
            let ask = if set.keep_counts { Ask::patch(&["faults"], plan) } else { Ask::put(&["faults"], plan) };
            set.control.settle(ask, output, show).await
        }
        Action::Reset(control) => control.settle(Ask::post(&["faults", "reset"], json!({})), output, show).await,
        Action::Clear(control) => control.settle(Ask::put(&["faults"], json!({"rules": []})), output, show).await,
    }
}

/// A plan from a file.
pub(crate) fn read(path: &Path) -> Result<FaultPlan, Failure> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|cause| Failure::Unreadable { place: place.clone(), cause })?;
    FaultPlan::from_toml(&text).map_err(|cause| Failure::FaultPlan { place, cause })
}

fn list(output: &mut Output) -> Result<Exit, Failure> {
    if output.is_json() {
        output.document(&json!({"catalogue": CATALOGUE}))?;
        return Ok(Exit::Done);
    }
    for fault in CATALOGUE {
        output.line(&format!("{:<28}  {:<6}  {} ({})", fault.name, fault.id, fault.zh, fault.en))?;
    }
    Ok(Exit::Done)
}

fn show(faults: &Value, output: &mut Output) -> Result<(), Failure> {
    if rows(faults, "counts").next().is_none() {
        return output.line("no faults [没有故障]");
    }
    rows(faults, "counts").try_for_each(|count| {
        let rule = count.get("rule").unwrap_or(&Value::Null);
        output.line(&format!(
            "{:<28}  seen [命中] {}  fired [触发] {}",
            word(rule, "fault"),
            word(count, "seen"),
            word(count, "fired")
        ))
    })
}
