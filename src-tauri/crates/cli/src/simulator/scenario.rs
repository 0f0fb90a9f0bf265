//! `wxpay simulator scenario …`: what customers and the gateway do by themselves.

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};
use wxpay_simulator::{Scenario, shipped_scenarios};

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::simulator::control::{Ask, ControlOptions, rows, word};

/// Let customers pay, cancel and refunds arrive by themselves, in virtual time [场景]
///
/// A scenario is a TOML file of rules: which orders, and what happens to them when. `scenario show NAME` prints one to
/// start from.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay simulator scenario list\n  wxpay simulator scenario show day-cut > mine.toml\n  wxpay simulator scenario run paid-after-3s --control http://127.0.0.1:8100/_control --control-token-file token.txt\n  wxpay simulator scenario run mine.toml --control … --control-token-file token.txt"
)]
pub(crate) struct Scenarios {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the scenarios that come with the program [内置场景]
    #[command(after_help = "Example:\n  wxpay simulator scenario list --json")]
    List,
    /// Print a scenario's file, or check one of your own [查看场景]
    #[command(
        after_help = "Examples:\n  wxpay simulator scenario show day-cut\n  wxpay simulator scenario show mine.toml"
    )]
    Show(Choice),
    /// Play a scenario with the orders that come from now on [运行场景]
    #[command(
        after_help = "Example:\n  wxpay simulator scenario run paid-after-3s --control http://… --control-token-file token.txt"
    )]
    Run(Run),
    /// End the scenario and forget what it has planned [停止场景]
    #[command(
        after_help = "Example:\n  wxpay simulator scenario stop --control http://… --control-token-file token.txt"
    )]
    Stop(ControlOptions),
    /// Show what is played, what is due and what has happened [场景进度]
    #[command(
        after_help = "Example:\n  wxpay simulator scenario status --control http://… --control-token-file token.txt"
    )]
    Status(ControlOptions),
}

#[derive(clap::Args)]
struct Choice {
    /// The word of a shipped scenario, or a file that ends in .toml
    #[arg(value_name = "NAME|FILE")]
    scenario: String,
}

#[derive(clap::Args)]
struct Run {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    control: ControlOptions,
}

pub(crate) async fn run(command: &Scenarios, output: &mut Output) -> Result<Exit, Failure> {
    match &command.action {
        Action::List => list(output),
        Action::Show(choice) => {
            let scenario = find(&choice.scenario)?;
            if output.is_json() {
                output.document(&json!(scenario))?;
            } else {
                output.raw(&scenario.source)?;
            }
            Ok(Exit::Done)
        }
        Action::Run(run) => {
            let scenario = find(&run.choice.scenario)?;
            let ask = Ask::post(&["scenarios"], json!({"toml": scenario.source}));
            run.control.settle(ask, output, show_status).await
        }
        Action::Stop(control) => control.settle(Ask::delete(&["scenarios"]), output, show_status).await,
        Action::Status(control) => control.settle(Ask::get(&["scenarios"]), output, show_status).await,
    }
}

/// A shipped scenario by its word, or one from a file.
pub(crate) fn find(choice: &str) -> Result<Scenario, Failure> {
    let path = Path::new(choice);
    if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("toml")) {
        let all = shipped_scenarios().map_err(|cause| Failure::Scenario { place: choice.to_owned(), cause })?;
        let words = all.iter().map(|scenario| scenario.name.as_str()).collect::<Vec<_>>().join(", ");
        let unknown = || Failure::NoScenario { given: choice.chars().take(80).collect(), words };
        return all.into_iter().find(|scenario| scenario.name == choice).ok_or_else(unknown);
    }
    let source =
        std::fs::read_to_string(path).map_err(|cause| Failure::Unreadable { place: choice.to_owned(), cause })?;
    Scenario::read(&source).map_err(|cause| Failure::Scenario { place: choice.to_owned(), cause })
}

fn list(output: &mut Output) -> Result<Exit, Failure> {
    let all =
        shipped_scenarios().map_err(|cause| Failure::Scenario { place: "the shipped scenarios".to_owned(), cause })?;
    if output.is_json() {
        output.document(&json!({"scenarios": all}))?;
        return Ok(Exit::Done);
    }
    for scenario in &all {
        output.line(&format!("{:<28}  {} ({})", scenario.name, scenario.title, scenario.title_en))?;
        output.line(&format!("{:<28}  {}", "", scenario.about))?;
    }
    Ok(Exit::Done)
}

fn show_status(status: &Value, output: &mut Output) -> Result<(), Failure> {
    output.line(&format!("playing [正在运行]: {}", word(status, "playing")))?;
    if let Some(so_far) = status.get("so_far") {
        output.line(&format!(
            "so far [运行以来]: taken [接手] {}  steps [步骤] {}  refused [未能执行] {}",
            word(so_far, "taken"),
            word(so_far, "steps"),
            word(so_far, "refused")
        ))?;
    }
    output.line(&format!(
        "due [待执行]: {}  done [已执行]: {}",
        word(status, "due_count"),
        word(status, "done_count")
    ))?;
    for (name, sign) in [("due", "…"), ("done", "✓")] {
        for step in rows(status, name) {
            let refused = match step.get("refused").and_then(Value::as_str) {
                Some(sentence) => format!("  ✗ {sentence}"),
                None => String::new(),
            };
            output.line(&format!(
                "{sign} {}  {:<8}  {}{refused}",
                word(step, "at"),
                word(step, "do"),
                word(step, "number"),
            ))?;
        }
    }
    Ok(())
}
