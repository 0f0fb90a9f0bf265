//! Lists, searches and imports over a million orders, in a store that is made once and kept beside the builds.

use super::Figure;
use crate::TaskError;
use crate::command::{cargo, run};
use crate::workspace::Workspace;

/// The benchmark prints its own figures, each beside its yardstick.
pub(super) fn measure(workspace: &Workspace, orders: u64) -> Result<Vec<Figure>, TaskError> {
    let folder = workspace.target.join(format!("perf-store-{orders}"));
    let mut bench = cargo(&workspace.root, ["bench", "--package", "desk-store", "--bench", "orders", "--", "--orders"]);
    bench.arg(orders.to_string()).arg("--folder").arg(folder);
    run(bench)?;
    Ok(Vec::new())
}
