//! `cargo xtask perf`: the figures that this program promises, measured on this machine in release builds, each beside a
//! yardstick of the same run. A loaded machine gives other figures; it says what it found.

mod drain;
mod export;
mod machine;
mod messages;
mod process;
mod reconcile;
mod store;
mod window;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::TaskError;
use crate::command::{cargo, run};
use crate::setup::{self, Purpose};
use crate::ui::{self, file_error};
use crate::workspace::Workspace;

/// One figure: what, what it should be, what it is, of how many, and beside what.
#[derive(Debug)]
struct Figure {
    what: String,
    goal: &'static str,
    found: String,
    samples: String,
    yardstick: String,
}

impl Figure {
    /// Makes the figures that were found over the same samples.
    fn of(samples: impl Into<String>) -> impl Fn(&str, &'static str, String, String) -> Self {
        let samples = samples.into();
        move |what, goal, found, yardstick| Self {
            what: what.to_owned(),
            goal,
            found,
            samples: samples.clone(),
            yardstick,
        }
    }
}

/// What can be measured, by name.
const PARTS: [(&str, Part); 9] = [
    ("protocol", |workspace, _, _| bench(workspace, "wxpay-protocol")),
    ("simulator", |workspace, _, _| bench(workspace, "wxpay-simulator")),
    ("store", |workspace, _, orders| store::measure(workspace, orders)),
    ("notices", |workspace, _, _| bench(workspace, "desk")),
    ("verify", |workspace, folder, _| messages::measure(workspace, folder)),
    ("drain", |workspace, folder, _| drain::measure(workspace, folder)),
    ("export", export::measure),
    ("reconcile", reconcile::measure),
    (WINDOW, window::measure),
];
/// Parts that are benchmarks of a crate and need no program built.
const BENCHES: [&str; 4] = ["protocol", "simulator", "store", "notices"];
/// The part that needs the window; the others need `wxpay` alone.
const WINDOW: &str = "window";
/// Orders in the store that is measured, and rows of the day that is reconciled, unless `--orders N` says otherwise.
const ORDERS: u64 = 1_000_000;

type Part = fn(&Workspace, &Path, u64) -> Result<Vec<Figure>, TaskError>;

/// Builds in release, measures these parts or all, prints, and keeps the page in `target/perf/figures.md`.
pub(crate) fn perf(workspace: &Workspace, arguments: &[String]) -> Result<(), TaskError> {
    let (names, orders) = match arguments {
        [names @ .., option, count] if option == "--orders" => {
            let count = count.parse().map_err(|_| TaskError::Measuring(format!("{count:?} is no number of orders")))?;
            (names, count)
        }
        names => (names, ORDERS),
    };
    if let Some(unknown) = names.iter().find(|name| PARTS.iter().all(|(part, _)| part != name)) {
        let known = PARTS.map(|(part, _)| part).join(", ");
        return Err(TaskError::Measuring(format!("nothing here is called {unknown:?}; there are {known}")));
    }
    if names.is_empty() || names.iter().any(|name| !BENCHES.contains(&name.as_str())) {
        let with_window = names.is_empty() || names.iter().any(|name| name == WINDOW);
        build_programs(workspace, with_window)?;
    }
    let folder = workspace.target.join("perf");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|source| file_error(&folder, source))?;
    }
    fs::create_dir_all(&folder).map_err(|source| file_error(&folder, source))?;
    let mut figures = Vec::new();
    for (name, part) in PARTS.iter().filter(|(part, _)| names.is_empty() || names.iter().any(|name| name == part)) {
        println!("\n== {name} ==");
        figures.extend(part(workspace, &folder, orders)?);
    }
    let page = page(&machine::description(), &figures);
    println!("\n{page}");
    let file = folder.join("figures.md");
    fs::write(&file, page).map_err(|source| file_error(&file, source))
}

fn build_programs(workspace: &Workspace, with_window: bool) -> Result<(), TaskError> {
    if !with_window {
        return Ok(run(cargo(&workspace.root, ["build", "--release", "--package", "wxpay"]))?);
    }
    setup::ready(Purpose::Tour)?;
    ui::install_packages(&workspace.ui())?;
    ui::build(&workspace.ui())?;
    let programs = ["--package", "wxpay-desk", "--package", "wxpay", "--features", "wxpay-desk/custom-protocol"];
    run(cargo(&workspace.root, ["build", "--release"].iter().chain(&programs)))?;
    run(cargo(&workspace.root, ["build", "--package", "acceptance", "--bin", "measure"]))?;
    Ok(())
}

/// The benchmarks of a package print their own figures, each beside its yardstick.
fn bench(workspace: &Workspace, package: &str) -> Result<Vec<Figure>, TaskError> {
    run(cargo(&workspace.root, ["bench", "--package", package]))?;
    Ok(Vec::new())
}

fn page(machine: &str, figures: &[Figure]) -> String {
    let mut page = format!("{machine}\n\n| what | goal | found | of | yardstick |\n|---|---|---|---|---|\n");
    for Figure { what, goal, found, samples, yardstick } in figures {
        // Writing into a String cannot fail.
        writeln!(page, "| {what} | {goal} | {found} | {samples} | {yardstick} |").ok();
    }
    page
}
