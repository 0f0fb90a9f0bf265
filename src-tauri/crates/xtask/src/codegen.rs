//! `cargo xtask codegen`: the TypeScript side of the window's commands.

use crate::TaskError;
use crate::command::{cargo, run};
use crate::workspace::Workspace;

/// Writes `ui/src/ipc/bindings.ts`: the test that compares it writes it when asked to.
pub(crate) fn codegen(workspace: &Workspace) -> Result<(), TaskError> {
    let mut test = cargo(
        &workspace.root,
        [
            "test",
            "--quiet",
            "--package",
            "wxpay-desk",
            "--features",
            "custom-protocol",
            "--lib",
            "bindings",
            "--",
            "--include-ignored",
        ],
    );
    test.env("WXPAY_DESK_WRITE_BINDINGS", "1");
    run(test)?;
    println!("ui/src/ipc/bindings.ts is written.");
    Ok(())
}
