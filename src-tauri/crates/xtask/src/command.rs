//! Programs that a task starts and waits for.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// Why a program did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("`{program}` could not be started: {source}")]
    NotStarted { program: String, source: std::io::Error },
    #[error("`{line}` ended with {status}")]
    Failed { line: String, status: ExitStatus },
}

/// A program with its arguments, to be run in `folder`.
pub(crate) fn command(
    folder: &Path,
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

/// The cargo that runs this task.
pub(crate) fn cargo(folder: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut cargo = command(folder, std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments);
    // What cargo says of this very package is no business of other packages' build scripts: some compile anew when it changes.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// npm in `folder`; on Windows it is a script with another name.
pub(crate) fn npm(folder: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    command(folder, if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments)
}

/// Runs it, showing what it prints, and insists on success.
pub(crate) fn run(mut command: Command) -> Result<(), CommandError> {
    let line = line(&command);
    let status = command.status().map_err(|source| not_started(&command, source))?;
    if status.success() { Ok(()) } else { Err(CommandError::Failed { line, status }) }
}

/// Runs it silently and says whether it succeeded; a missing program did not.
pub(crate) fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What it prints, as text; `None` when it is missing or fails.
pub(crate) fn printed(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as a person would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut line = program.to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

pub(crate) fn not_started(command: &Command, source: std::io::Error) -> CommandError {
    CommandError::NotStarted { program: command.get_program().to_string_lossy().into_owned(), source }
}
