//! What only processes of their own can show: several writers, writers that are killed, a real Secret Service.
#![allow(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]

#[cfg(target_os = "linux")]
mod secret_service;
#[cfg(unix)]
mod writers;

use std::process::Command;

/// Where a child finds the folder it works in. A path, no secret.
const FOLDER: &str = "DESK_VAULT_TEST_FOLDER";

/// This same test binary, running one of the ignored tests as a child with a task.
fn child_arguments(test: &str) -> [&str; 4] {
    [test, "--exact", "--ignored", "--nocapture"]
}

fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(child_arguments(test));
    command
}
