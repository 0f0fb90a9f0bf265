//! `cargo xtask test`: everything that must hold, stopping at the first thing that does not.

use std::time::{Duration, Instant};

use crate::TaskError;
use crate::command::{cargo, npm, run};
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;
use crate::{clients, days, ui};

/// One selection for every task, so that as little as possible is compiled twice with other features.
pub(crate) const SELECTION: [&str; 3] = ["--workspace", "--features", "wxpay-desk/custom-protocol"];

type Stage = (&'static str, fn(&Workspace) -> Result<(), TaskError>);

const STAGES: &[Stage] = &[
    ("what this machine lacks", |_| Ok(setup::ready(Purpose::Test)?)),
    ("formatting", |workspace| Ok(run(cargo(&workspace.root, ["fmt", "--all", "--check"]))?)),
    ("UI packages", |workspace| ui::install_packages(&workspace.ui())),
    ("UI lints and types", |workspace| Ok(run(npm(&workspace.ui(), ["run", "check"]))?)),
    ("UI tests", |workspace| Ok(run(npm(&workspace.ui(), ["test"]))?)),
    ("UI build", |workspace| ui::build(&workspace.ui())),
    ("lints", lints),
    ("build", build),
    ("Rust tests", |workspace| Ok(run(cargo(&workspace.root, ["test"].iter().chain(&SELECTION)))?)),
    ("the real window", the_real_window),
    ("days against their truth", days::few),
    ("real SDKs against the simulator", real_clients),
];

/// Runs every stage and says how long each took.
pub(crate) fn test(workspace: &Workspace) -> Result<(), TaskError> {
    let begin = Instant::now();
    let mut times: Vec<(&str, Duration)> = Vec::new();
    for (number, (name, stage)) in STAGES.iter().enumerate() {
        println!("\n== {}/{} {name} ==", number + 1, STAGES.len());
        let started = Instant::now();
        let done = stage(workspace);
        times.push((name, started.elapsed()));
        if let Err(error) = done {
            print_times(&times, begin.elapsed());
            println!("FAILED at: {name}");
            return Err(error);
        }
    }
    print_times(&times, begin.elapsed());
    println!("All {} stages hold.", STAGES.len());
    Ok(())
}

fn print_times(times: &[(&str, Duration)], total: Duration) {
    println!("\n== times ==");
    for (name, time) in times.iter().chain([&("total", total)]) {
        println!("{:>8.1} s  {name}", time.as_secs_f32());
    }
}

fn lints(workspace: &Workspace) -> Result<(), TaskError> {
    let strict = ["--all-targets", "--", "-D", "warnings"];
    Ok(run(cargo(&workspace.root, ["clippy"].iter().chain(&SELECTION).chain(&strict)))?)
}

fn build(workspace: &Workspace) -> Result<(), TaskError> {
    // With the tests selected too, the programs are compiled with the features that the tests will ask for.
    Ok(run(cargo(&workspace.root, ["build", "--bins", "--tests"].iter().chain(&SELECTION)))?)
}

fn the_real_window(workspace: &Workspace) -> Result<(), TaskError> {
    Ok(run(cargo(&workspace.root, ["test", "--test", "desktop"].iter().chain(&SELECTION)))?)
}

fn real_clients(workspace: &Workspace) -> Result<(), TaskError> {
    if clients::present(workspace) {
        return clients::clients(workspace);
    }
    println!("tests/clients has no run.py: nothing to run.");
    Ok(())
}
