//! The first rows of a file, kept: to find its header, to suggest a mapping, and to show.

use crate::row::{Damage, Row};

/// Rows among which the header may stand.
pub(crate) const HEADER_ROWS: usize = 50;
/// Rows that are kept: the header's and enough below it to show.
pub(crate) const HEAD_ROWS: usize = HEADER_ROWS + 50;

/// The first rows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// At most a hundred.
    pub rows: Vec<HeadRow>,
}

/// One of the first rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Its cells, tidied as they will be read; what is no text is shown with marks in the place of its bytes.
    pub cells: Vec<String>,
    /// The cells that a spreadsheet damaged.
    pub damage: Vec<(usize, Damage)>,
}

impl HeadRow {
    pub(crate) fn of(row: &Row<'_>) -> Self {
        let cells = (0..row.len()).map(|place| row.shown(place)).collect();
        let damage = (0..row.len()).filter_map(|place| Some((place, row.damage(place)?))).collect();
        Self { line: row.line(), cells, damage }
    }
}
