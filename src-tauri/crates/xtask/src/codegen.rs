//! `cargo xtask codegen`: the TypeScript side of the window's commands.

use std::fs;

use crate::TaskError;
use crate::command::{cargo, run};
use crate::ui::file_error;
use crate::workspace::Workspace;

/// Writes `ui/src/ipc/bindings.ts`: the test that compares it writes it when asked to.
pub(crate) fn codegen(workspace: &Workspace) -> Result<(), TaskError> {
    // The program holds the pages, and their build needs what is written here: in a fresh clone an empty page stands for them.
    let page = workspace.ui().join("dist").join("index.html");
    if !page.exists() {
        fs::create_dir_all(page.with_file_name("")).map_err(|source| file_error(&page, source))?;
        fs::write(&page, "").map_err(|source| file_error(&page, source))?;
    }
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
