//! What a run found, gone through a few thousand rows at a time, so that none of it is held.

use std::ops::ControlFlow;

use desk_reconcile::Class;
use desk_store::{NewDifference, Store, StoreError};

use super::AT_ONCE;

/// Gives what a run found in its order, of one class or of all, from the place `from` on, until `take` breaks.
pub(crate) fn each_found<E: From<StoreError>>(
    store: &Store,
    (run, class): (i64, Option<Class>),
    mut from: u64,
    mut take: impl FnMut(NewDifference) -> Result<ControlFlow<()>, E>,
) -> Result<(), E> {
    loop {
        let rows = store.found(run, class.map(Class::name), from, AT_ONCE)?;
        let Some(last) = rows.last() else { return Ok(()) };
        from = last.place + 1;
        for row in rows {
            if take(row)?.is_break() {
                return Ok(());
            }
        }
    }
}
