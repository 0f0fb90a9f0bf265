//! Walks in the order of a key that ascends in no index: the keys of all matches are read once and put in order in memory.

use std::ops::ControlFlow;

use rusqlite::Rows;

use super::id_set::IdSet;
use crate::OrderSort;

/// So many are put in order at first; whoever wants only the first rows need not wait for the rest.
const FIRST: usize = 256;
/// How much larger each further part is.
const GROWTH: usize = 16;

/// Orders by a text, as it is in bytes: that is by code point, and equal ones by id.
#[derive(Default)]
struct Keyed {
    /// The keys, one behind the other.
    texts: Vec<u8>,
    orders: Vec<Place>,
}

/// An order and where its key lies.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    end: usize,
    id: i64,
}

/// Hands out the ids of all matches, or of those among some, in the order of the sort, until `each` breaks.
pub(super) fn walk_by_keys(
    rows: Rows<'_>,
    among: Option<&IdSet>,
    sort: OrderSort,
    each: impl FnMut(i64) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    Keyed::read(rows, among)?.hand_out(sort.descending, each);
    Ok(())
}

impl Keyed {
    fn read(mut rows: Rows<'_>, among: Option<&IdSet>) -> rusqlite::Result<Self> {
        let mut keyed = Self::default();
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            if among.is_none_or(|set| set.contains(id)) {
                let start = keyed.texts.len();
                keyed.texts.extend_from_slice(row.get_ref(1)?.as_bytes().map_err(rusqlite::Error::from)?);
                keyed.orders.push(Place { start, end: keyed.texts.len(), id });
            }
        }
        Ok(keyed)
    }

    fn hand_out(&mut self, descending: bool, mut each: impl FnMut(i64) -> ControlFlow<()>) {
        let text = |place: &Place| self.texts.get(place.start..place.end).unwrap_or_default();
        let compare = |one: &Place, other: &Place| {
            let ascending = (text(one), one.id).cmp(&(text(other), other.id));
            if descending { ascending.reverse() } else { ascending }
        };
        let mut rest = self.orders.as_mut_slice();
        let mut part = FIRST;
        while !rest.is_empty() {
            let end = part.min(rest.len());
            if end < rest.len() {
                rest.select_nth_unstable_by(end, compare);
            }
            let (next, later) = rest.split_at_mut(end);
            next.sort_unstable_by(compare);
            if next.iter().any(|place| each(place.id).is_break()) {
                return;
            }
            rest = later;
            part = part.saturating_mul(GROWTH);
        }
    }
}
