//! `cargo xtask soak faults`: a long run of a desk against a gateway that misbehaves in every way.

use crate::TaskError;
use crate::command::{cargo, run};
use crate::workspace::Workspace;

/// Runs the soak of the acceptance tests in release; nothing of the product is linked into this program. `arguments` are
/// those after `faults`: `--seed N` and `--orders N`.
pub(crate) fn faults(workspace: &Workspace, arguments: &[String]) -> Result<(), TaskError> {
    let value = |name: &str, default: &str| {
        let given = arguments.iter().position(|argument| argument == name).and_then(|place| arguments.get(place + 1));
        given.map_or_else(|| default.to_owned(), Clone::clone)
    };
    let (seed, orders) = (value("--seed", "2026"), value("--orders", "100000"));
    let fixed = ["run", "--release", "--quiet", "--package", "acceptance", "--bin", "soak", "--"];
    Ok(run(cargo(&workspace.root, fixed.into_iter().chain([seed.as_str(), orders.as_str()])))?)
}
