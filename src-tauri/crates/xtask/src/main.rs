//! Everyday tasks of this repository: `cargo xtask run`, `test`, `codegen`, `tidy`, `seed`, `perf`, `causes`, `soak`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to the person at the terminal")]

mod causes;
mod clients;
mod codegen;
mod command;
mod days;
mod orders;
mod perf;
mod run;
mod setup;
mod soak;
mod test;
mod tidy;
mod tour;
mod ui;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

const USAGE: &str = "\
cargo xtask run [-- ARGUMENT…]  build the window and open it on the built-in gateway with a sample merchant;
                                without a display: walk through the main job and leave pictures in target/tour/
cargo xtask test                install what is missing and run everything that must hold
cargo xtask codegen             write ui/src/ipc/bindings.ts from the commands of the window
cargo xtask tidy                check the rules of the house only
cargo xtask perf [NAME…] [--orders N]
                                build for release and print figures: protocol, simulator, store (of a million orders, or N), verify,
                                drain, export (N orders to CSV and XLSX, beside sqlite3 and XlsxWriter), reconcile, notices, window
                                (under Xvfb; its list over N orders is moved by script three rows a frame and by jumps, and each
                                frame is timed and looked at for rows without their order in the moment in which it is drawn)
cargo xtask seed FOLDER [--orders N] [--seed S]
                                fill a new data folder with a million made-up orders, to try the window and the command line with
cargo xtask causes [--tries N] [--seed S] [--write]
                                plant every mistake that a digest can show and print what the search called it
cargo xtask soak faults [--seed N] [--orders N]
                                place orders at a gateway with every fault at once and audit what the desk believes
cargo xtask soak reconcile [--seed N] [--days N]
                                reconcile a thousand made-up days and compare every class, number and wrong fee with their truth
";

/// Why a task ended early; printed as it is.
#[derive(Debug, thiserror::Error)]
enum TaskError {
    #[error(transparent)]
    Command(#[from] command::CommandError),
    #[error(transparent)]
    Setup(#[from] setup::SetupError),
    #[error(transparent)]
    Workspace(#[from] workspace::WorkspaceError),
    #[error("{what}: {source}")]
    File { what: String, source: std::io::Error },
    #[error("{0}")]
    Measuring(String),
    #[error("{0} finding(s) against the rules of the house")]
    Untidy(usize),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let done = Workspace::read().map_err(TaskError::from).and_then(|workspace| {
        Ok(match arguments.first().map(String::as_str) {
            Some("run") => Some(run::run(&workspace, rest)?),
            Some("test") => Some(test::test(&workspace)?),
            Some("codegen") => Some(codegen::codegen(&workspace)?),
            Some("tidy") => Some(tidy::tidy(&workspace)?),
            Some("causes") => Some(causes::causes(&workspace, rest)?),
            Some("soak") if rest.first().is_some_and(|what| what == "faults") => {
                Some(soak::faults(&workspace, rest.get(1..).unwrap_or_default())?)
            }
            Some("soak") if rest.first().is_some_and(|what| what == "reconcile") => {
                Some(days::many(&workspace, rest.get(1..).unwrap_or_default())?)
            }
            Some("seed") => Some(orders::seed(&workspace, rest)?),
            Some("perf") => Some(perf::perf(&workspace, rest)?),
            _ => None,
        })
    });
    match done {
        Ok(Some(())) => ExitCode::SUCCESS,
        Ok(None) => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
