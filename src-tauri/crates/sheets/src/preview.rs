//! What a file would be read as, and what a person still has to say: shown before anything is taken.

use std::collections::BTreeSet;

use crate::field::unit_of;
use crate::head::{HEADER_ROWS, HeadRow};
use crate::header::Header;
use crate::layout::amounts_have_decimals;
use crate::moment::{form_of_digits, moment};
use crate::state_words::{refund_status, trade_state};
use crate::{Field, Head, Layout, Mapping, SheetError, Table, TimeForm, Unit};

/// Rows below the header that are shown.
const ROWS: usize = 20;

/// A file as a mapping makes it look.
#[derive(Debug)]
pub struct Preview {
    /// The row that is taken for the header; the likeliest one where none has all that is needed.
    pub header_line: u64,
    /// Its columns.
    pub columns: Vec<PreviewColumn>,
    /// At most twenty rows below it.
    pub rows: Vec<HeadRow>,
    /// The mapping with what the data says beyond doubt: how its times are written.
    pub mapping: Mapping,
    /// Words of the state column that nothing is known of.
    pub unknown_states: Vec<String>,
    /// Whether the unit has to be asked for.
    pub needs_unit: bool,
    /// What its amounts look like: with decimals or a currency sign they can only be yuan.
    pub likely_unit: Option<Unit>,
    /// Why it cannot be read yet.
    pub problem: Option<SheetError>,
}

/// One column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewColumn {
    /// Its title.
    pub title: String,
    /// What it is read as.
    pub field: Option<Field>,
    /// What its title says about its amounts.
    pub unit: Option<Unit>,
}

impl Preview {
    /// Looks at the first rows with a mapping, which may be empty.
    pub fn of(head: &Head, table: Table, mapping: &Mapping) -> Self {
        let mut mapping = mapping.clone();
        let header = Header::find(head, table, &mapping).ok().or_else(|| likeliest(head, &mapping));
        let Some(header) = header else { return Self::nothing(table, mapping) };
        let below: Vec<&HeadRow> = head.rows.iter().filter(|row| row.line > header.line).collect();
        if mapping.time == TimeForm::Written {
            mapping.time = time_form(&header, &below).unwrap_or_default();
        }
        let fault = Layout::new(head, table, &mapping).err();
        let amount = Field::ALL.iter().filter(|field| field.is_amount()).find_map(|field| header.place(*field));
        Self {
            header_line: header.line,
            columns: header
                .titles
                .iter()
                .enumerate()
                .map(|(place, title)| PreviewColumn {
                    title: title.clone(),
                    field: Field::ALL.iter().copied().find(|field| header.place(*field) == Some(place)),
                    unit: unit_of(title),
                })
                .collect(),
            unknown_states: unknown_states(&header, &below, table, &mapping),
            needs_unit: matches!(fault, Some(SheetError::UnitNeeded { .. })),
            likely_unit: amount
                .is_some_and(|place| amounts_have_decimals(head, header.line, place))
                .then_some(Unit::Yuan),
            problem: fault,
            rows: below.into_iter().take(ROWS).cloned().collect(),
            mapping,
        }
    }

    fn nothing(table: Table, mapping: Mapping) -> Self {
        Self {
            header_line: 0,
            columns: Vec::new(),
            rows: Vec::new(),
            mapping,
            unknown_states: Vec::new(),
            needs_unit: false,
            likely_unit: None,
            problem: Some(SheetError::NoHeader(table)),
        }
    }
}

/// The row that names most fields, else the first that has at least two cells.
fn likeliest(head: &Head, mapping: &Mapping) -> Option<Header> {
    let rows = || head.rows.iter().take(HEADER_ROWS);
    let named = |header: &Header| Field::ALL.iter().filter(|field| header.place(**field).is_some()).count();
    let best = rows().map(|row| Header::of(row, mapping)).rev().max_by_key(&named).filter(|header| named(header) > 0);
    best.or_else(|| {
        let has_cells = |row: &&HeadRow| row.cells.iter().filter(|cell| !cell.is_empty()).count() > 1;
        rows().find(has_cells).map(|row| Header::of(row, mapping))
    })
}

fn cells<'c>(rows: &'c [&HeadRow], place: usize) -> impl Iterator<Item = &'c str> {
    rows.iter().filter_map(move |row| row.cells.get(place)).map(String::as_str).filter(|cell| !cell.is_empty())
}

/// The form of times that are digits, where every one of them is read by the same form.
fn time_form(header: &Header, rows: &[&HeadRow]) -> Option<TimeForm> {
    let places: Vec<usize> =
        Field::ALL.iter().filter(|field| field.is_moment()).filter_map(|field| header.place(*field)).collect();
    let times: Vec<&str> = places.iter().flat_map(|place| cells(rows, *place)).collect();
    let form = form_of_digits(times.first()?.as_bytes())?;
    times.iter().all(|time| moment(time.as_bytes(), form).is_some()).then_some(form)
}

fn unknown_states(header: &Header, rows: &[&HeadRow], table: Table, mapping: &Mapping) -> Vec<String> {
    let is_known = |word: &str| match table {
        Table::Orders => trade_state(word, &mapping.states).is_some(),
        Table::Refunds => refund_status(word, &mapping.states).is_some(),
    };
    let field = match table {
        Table::Refunds if header.place(Field::RefundStatus).is_some() => Field::RefundStatus,
        _ => Field::State,
    };
    let Some(place) = header.place(field) else { return Vec::new() };
    let unknown: BTreeSet<&str> = cells(rows, place).filter(|word| !is_known(word)).collect();
    unknown.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::Sheet;

    fn preview(text: &str, mapping: &str) -> Preview {
        let head = Sheet::open(Cursor::new(text.as_bytes())).unwrap().head().unwrap();
        Preview::of(&head, Table::Orders, &Mapping::parse(mapping).unwrap())
    }

    #[test]
    fn a_file_of_unknown_titles_is_shown_with_what_is_missing() {
        let shown = preview("店铺导出\n单号,实收,进度\nT20240102,19.90,已完成\n", "");
        assert_eq!(shown.header_line, 2);
        assert_eq!(shown.columns.iter().map(|column| column.field).collect::<Vec<_>>(), [None, None, None]);
        assert_eq!(shown.problem.unwrap().code(), "sheet_no_header");
        assert!(preview("", "").problem.is_some());
    }

    #[test]
    fn a_mapping_leaves_only_the_unit_and_the_words_to_be_asked_for() {
        let mapping = "out_trade_no = \"单号\"\ntotal_fee = \"实收\"\nstate = \"进度\"";
        let text = "单号,实收,进度,支付时间\nT20240102,19.90,已完成,45293.5\nT20240103,20,SUCCESS,45294\n";
        let shown = preview(text, mapping);
        assert!(shown.needs_unit && shown.likely_unit == Some(Unit::Yuan));
        assert_eq!((shown.unknown_states, shown.mapping.time), (vec!["已完成".to_owned()], TimeForm::ExcelDays));
        let said = format!("unit = \"yuan\"\n{mapping}\n[states]\n\"已完成\" = \"SUCCESS\"");
        let shown = preview(text, &said);
        assert!(shown.problem.is_none() && shown.unknown_states.is_empty());
        assert_eq!(shown.columns[1].field, Some(Field::TotalFee));
    }

    #[test]
    fn twenty_rows_are_shown() {
        let text = format!("out_trade_no,total_fee\n{}", "T20240102,1\n".repeat(30));
        assert_eq!(preview(&text, "").rows.len(), 20);
    }
}
