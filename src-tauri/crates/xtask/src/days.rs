//! Days of bills and orders with a known truth: `tests/days`.

use std::path::PathBuf;

use crate::TaskError;
use crate::clients;
use crate::command::{cargo, command, run};
use crate::workspace::Workspace;

/// What `cargo xtask test` judges.
const FEW: &str = "10";
/// What `cargo xtask soak reconcile` judges.
const MANY: &str = "1000";

/// Ten days, judged by the `wxpay` that was just built.
pub(crate) fn few(workspace: &Workspace) -> Result<(), TaskError> {
    check(workspace, workspace.program("wxpay"), FEW, "1")
}

/// A thousand days, judged by a release build. `arguments` are those after `reconcile`: `--seed N` and `--days N`.
pub(crate) fn many(workspace: &Workspace, arguments: &[String]) -> Result<(), TaskError> {
    let value = |name: &str, default: &'static str| {
        let given = arguments.iter().position(|argument| argument == name).and_then(|place| arguments.get(place + 1));
        given.map_or(default, |given| given.as_str()).to_owned()
    };
    run(cargo(&workspace.root, ["build", "--release", "--package", "wxpay"]))?;
    check(workspace, workspace.release_program("wxpay"), &value("--days", MANY), &value("--seed", "1"))
}

/// The Python that makes days, and measures the yardstick.
pub(crate) fn python(workspace: &Workspace) -> Result<PathBuf, TaskError> {
    let folder = workspace.root.join("tests").join("days");
    clients::python(workspace, &folder.join(".venv"), &folder.join("requirements.txt"))
}

fn check(workspace: &Workspace, wxpay: PathBuf, days: &str, seed: &str) -> Result<(), TaskError> {
    let folder = workspace.root.join("tests").join("days");
    let mut judge = command(&folder, python(workspace)?, ["check.py", "--days", days, "--seed", seed, "--wxpay"]);
    judge.arg(wxpay);
    Ok(run(judge)?)
}
