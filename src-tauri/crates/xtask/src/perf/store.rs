//! Lists, searches and imports over a million orders, in a store that is made once and kept beside the builds.

use super::{Figure, Run};
use crate::TaskError;

pub(super) fn measure(run: &Run<'_>) -> Result<Vec<Figure>, TaskError> {
    let folder = run.workspace.target.join(format!("perf-store-{}", run.orders));
    run.benchmark("orders", &["--orders", &run.orders.to_string(), "--folder", &folder.to_string_lossy()])
}
