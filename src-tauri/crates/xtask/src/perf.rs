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
use std::path::PathBuf;

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

/// What can be measured, by name, with the packages that it needs.
const PARTS: [(&str, &[&str], Part); 10] = [
    ("protocol", &["wxpay-protocol"], |run| run.benchmark("signing", &[])),
    ("diagnose", &["wxpay-diagnose"], |run| run.benchmark("search", &[])),
    ("simulator", &["wxpay-simulator"], |run| run.benchmark("gateway", &[])),
    ("store", &["desk-store"], store::measure),
    ("notices", &["desk"], |run| run.benchmark("notices", &[])),
    ("verify", &["wxpay"], messages::measure),
    ("drain", &["wxpay"], drain::measure),
    ("export", &["wxpay"], export::measure),
    ("reconcile", &["wxpay"], reconcile::measure),
    ("window", &["wxpay", WINDOW], window::measure),
];
/// The package of the window.
const WINDOW: &str = "wxpay-desk";
/// Orders in the store that is measured, and rows of the day that is reconciled, unless `--orders N` says otherwise.
const ORDERS: u64 = 1_000_000;

type Part = fn(&Run<'_>) -> Result<Vec<Figure>, TaskError>;

/// What every part measures with.
#[derive(Debug)]
struct Run<'r> {
    workspace: &'r Workspace,
    /// For everything that measuring makes.
    folder: PathBuf,
    orders: u64,
    /// What cargo is told to select, the same for programs and benchmarks: another selection would compile everything again.
    selection: Vec<&'static str>,
}

impl Run<'_> {
    /// Compiles all programs and benchmarks that will be measured, at once.
    fn build(&self) -> Result<(), TaskError> {
        if self.selection.contains(&WINDOW) {
            setup::ready(Purpose::Tour)?;
            ui::install_packages(&self.workspace.ui())?;
            ui::build(&self.workspace.ui())?;
            run(cargo(&self.workspace.root, ["build", "--package", "acceptance", "--bin", "measure"]))?;
        }
        let words = ["build", "--release", "--bins", "--benches"];
        Ok(run(cargo(&self.workspace.root, words.iter().chain(&self.selection)))?)
    }

    /// Runs a benchmark, which prints its own figures, each beside its yardstick.
    fn benchmark(&self, name: &str, arguments: &[&str]) -> Result<Vec<Figure>, TaskError> {
        let mut bench = cargo(&self.workspace.root, ["bench", "--bench", name].iter().chain(&self.selection));
        bench.arg("--").args(arguments);
        run(bench)?;
        Ok(Vec::new())
    }
}

/// Builds in release, measures these parts or all, prints, and keeps the page in `target/perf/figures.md`.
pub(crate) fn perf(workspace: &Workspace, arguments: &[String]) -> Result<(), TaskError> {
    let (names, orders) = match arguments {
        [names @ .., option, count] if option == "--orders" => {
            let count = count.parse().map_err(|_| TaskError::Measuring(format!("{count:?} is no number of orders")))?;
            (names, count)
        }
        names => (names, ORDERS),
    };
    if let Some(unknown) = names.iter().find(|name| PARTS.iter().all(|(part, ..)| part != name)) {
        let known = PARTS.map(|(part, ..)| part).join(", ");
        return Err(TaskError::Measuring(format!("nothing here is called {unknown:?}; there are {known}")));
    }
    let parts: Vec<_> =
        PARTS.iter().filter(|(part, ..)| names.is_empty() || names.iter().any(|name| name == part)).collect();
    let measuring = Run { workspace, folder: workspace.target.join("perf"), orders, selection: selection(&parts) };
    measuring.build()?;
    let folder = &measuring.folder;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|source| file_error(folder, source))?;
    }
    fs::create_dir_all(folder).map_err(|source| file_error(folder, source))?;
    let mut figures = Vec::new();
    for (name, _, part) in parts {
        println!("\n== {name} ==");
        figures.extend(part(&measuring)?);
    }
    let page = page(&machine::description(), &figures);
    println!("\n{page}");
    let file = folder.join("figures.md");
    fs::write(&file, page).map_err(|source| file_error(&file, source))
}

/// The packages of these parts, as cargo wants them told.
fn selection(parts: &[&(&str, &[&'static str], Part)]) -> Vec<&'static str> {
    let mut packages: Vec<&str> = parts.iter().flat_map(|(_, packages, _)| *packages).copied().collect();
    packages.sort_unstable();
    packages.dedup();
    let mut words: Vec<&str> = packages.iter().flat_map(|package| ["--package", package]).collect();
    if packages.contains(&WINDOW) {
        words.extend(["--features", "wxpay-desk/custom-protocol"]);
    }
    words
}

fn page(machine: &str, figures: &[Figure]) -> String {
    let mut page = format!("{machine}\n\n| what | goal | found | of | yardstick |\n|---|---|---|---|---|\n");
    for Figure { what, goal, found, samples, yardstick } in figures {
        // Writing into a String cannot fail.
        writeln!(page, "| {what} | {goal} | {found} | {samples} | {yardstick} |").ok();
    }
    page
}
