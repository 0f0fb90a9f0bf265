//! Walks through the main job in the real window, without a display, and leaves pictures and one page about it.
//!
//! The first argument is the folder to write to.

mod report;
mod walk;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use acceptance::window::{WindowError, WindowStart};
use report::Report;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        drop(writeln!(std::io::stderr(), "tour: name the folder for the pictures: tour DIR"));
        return ExitCode::from(2);
    };
    match tour(&folder).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "tour: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn tour(folder: &Path) -> Result<(), WindowError> {
    let mut report = Report::start(folder)?;
    let home = tempfile::tempdir()?;
    let window = WindowStart::over(home.path()).open().await?;
    let walked = walk::main_job(&window, &mut report).await;
    let closed = window.close().await;
    let went = match walked.and(closed) {
        Ok(()) => walk::after_a_restart(home.path(), &mut report).await,
        Err(error) => Err(error),
    };
    report.write(went.as_ref().err().map(ToString::to_string).as_deref())?;
    went
}
