//! The main job, walked through without a display.

use crate::TaskError;
use crate::command::{command, run};
use crate::workspace::Workspace;

/// Runs the tour over the built window; its pictures and summary are in `target/tour/`.
pub(crate) fn tour(workspace: &Workspace) -> Result<(), TaskError> {
    let folder = workspace.target.join("tour");
    let walked = run(command(&workspace.root, workspace.program("tour"), [&folder]));
    let summary = folder.join("summary.md");
    if let Ok(text) = std::fs::read_to_string(&summary) {
        println!("\n{text}");
        println!("Pictures and summary: {}", workspace.shown(&folder));
    }
    Ok(walked?)
}
