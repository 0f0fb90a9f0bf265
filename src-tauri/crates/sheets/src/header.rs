//! The header row: the first that names what its table needs.

use crate::field::{Field, tidy, unit_of};
use crate::head::{HEADER_ROWS, Head, HeadRow};
use crate::{Mapping, SheetError, Table, Unit};

/// A header row with the place of each field in it.
pub(crate) struct Header {
    pub(crate) line: u64,
    pub(crate) titles: Vec<String>,
    pub(crate) places: [Option<usize>; Field::COUNT],
}

impl Header {
    /// The first of the first rows that names what `table` needs; titles of the mapping go before titles that are known.
    pub(crate) fn find(head: &Head, table: Table, mapping: &Mapping) -> Result<Self, SheetError> {
        let rows = || head.rows.iter().take(HEADER_ROWS);
        let header = rows()
            .map(|row| Self::of(row, mapping))
            .find(|header| table.is_named_by(|field| header.place(field).is_some()))
            .ok_or_else(|| missing(head, table, mapping))?;
        match mapping.columns.iter().find(|(field, _)| header.place(**field).is_none()) {
            Some((field, title)) => Err(SheetError::NoSuchTitle { field: *field, title: title.clone() }),
            None => Ok(header),
        }
    }

    pub(crate) fn of(row: &HeadRow, mapping: &Mapping) -> Self {
        let mut places = [None; Field::COUNT];
        for (place, title) in row.cells.iter().enumerate() {
            let tidied = tidy(title);
            let mut mapped =
                mapping.columns.iter().filter(|(_, own)| tidy(own) == tidied).map(|(field, _)| *field).peekable();
            let known = Field::of_title(title).map(|(field, _)| field);
            let known = known.filter(|field| mapped.peek().is_none() && !mapping.columns.contains_key(field));
            for field in mapped.chain(known) {
                if let Some(slot) = field.of_mut(&mut places) {
                    slot.get_or_insert(place);
                }
            }
        }
        Self { line: row.line, titles: row.cells.clone(), places }
    }

    pub(crate) fn place(&self, field: Field) -> Option<usize> {
        field.of(&self.places)
    }

    pub(crate) fn title(&self, field: Field) -> &str {
        self.place(field).and_then(|place| self.titles.get(place)).map(String::as_str).unwrap_or_default()
    }

    /// What the amounts of a field count: by the title, else by the mapping; nothing if neither says.
    pub(crate) fn unit(&self, field: Field, mapping: &Mapping) -> Result<Option<Unit>, SheetError> {
        let title = self.title(field);
        match (unit_of(title), mapping.unit) {
            (Some(said), Some(given)) if said != given => Err(SheetError::UnitContradicts { title: title.to_owned() }),
            (said, given) => Ok(said.or(given)),
        }
    }
}

fn missing(head: &Head, table: Table, mapping: &Mapping) -> SheetError {
    let has_title = |title: &str| {
        let tidied = tidy(title);
        head.rows.iter().take(HEADER_ROWS).any(|row| row.cells.iter().any(|cell| tidy(cell) == tidied))
    };
    match mapping.columns.iter().find(|(_, title)| !has_title(title)) {
        Some((field, title)) => SheetError::NoSuchTitle { field: *field, title: title.clone() },
        None => SheetError::NoHeader(table),
    }
}
