//! Walks through the main job in the real window, without a display, and leaves pictures and one page about it.
//!
//! The first argument is the folder to write to.

mod filled_day;
mod looks;
mod money_back;
mod report;
mod walk;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use acceptance::window::{DeskWindow, WindowError, WindowStart};
use report::Report;

/// Where the tour ended too early, and why.
#[derive(Debug, thiserror::Error)]
#[error("at the step “{step}”: {source}")]
struct Stopped {
    step: String,
    source: WindowError,
}

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

async fn tour(folder: &Path) -> Result<(), Stopped> {
    let stopped = |step: &str, source: WindowError| Stopped { step: step.to_owned(), source };
    let mut report = Report::start(folder).map_err(|error| stopped("the folder for the pictures", error.into()))?;
    let went = both_windows(&mut report).await.map_err(|error| stopped(report.step(), error));
    let written = report.write(went.as_ref().err().map(ToString::to_string).as_deref());
    went.and(written.map_err(|error| stopped("the summary", error.into())))
}

/// The first start with the whole job, and a second one over the same data.
async fn both_windows(report: &mut Report) -> Result<(), WindowError> {
    report.begin("the first start");
    let home = tempfile::tempdir()?;
    let window = WindowStart::over(home.path()).open().await?;
    let walked = walk::main_job(&window, report, home.path()).await;
    let orders = ended(window, report, walked).await?;
    report.begin("a restart");
    let window = WindowStart::over(home.path()).screen(1920, 1080).open().await?;
    let walked = walk::after_a_restart(&window, report, &orders).await;
    ended(window, report, walked).await
}

/// Closes the window, after a last picture where something went wrong in it.
async fn ended<T>(window: DeskWindow, report: &mut Report, walked: Result<T, WindowError>) -> Result<T, WindowError> {
    if walked.is_err() {
        report.failed(&window).await;
    }
    let closed = window.close().await;
    let found = walked?;
    closed?;
    Ok(found)
}
