//! `cargo xtask causes`: planted mistakes, and what the search called them.

use crate::TaskError;
use crate::command::{cargo, run};
use crate::workspace::Workspace;

/// Runs the planted mistakes of the diagnosis crate in release; nothing of the product is linked into this program.
pub(crate) fn causes(workspace: &Workspace, arguments: &[String]) -> Result<(), TaskError> {
    let fixed = ["run", "--release", "--quiet", "--package", "wxpay-diagnose", "--example", "causes", "--"];
    Ok(run(cargo(&workspace.root, fixed.into_iter().chain(arguments.iter().map(String::as_str))))?)
}
