//! Tables of orders and refunds as merchants keep them, CSV and XLSX, in and out. Pure: no store, no clock, no paths.
//!
//! A [`Sheet`] hands out its rows one by one, borrowed and each with its line; a [`Mapping`] says which column holds what; the
//! [`Layout`] that is made of both reads a cell as money, time or state, exactly or not at all.

#![deny(clippy::float_arithmetic, clippy::float_cmp)]

mod amount;
mod cell;
mod cell_fault;
mod csv_table;
mod error;
mod error_words;
mod field;
mod head;
mod header;
mod layout;
mod mapping;
mod moment;
mod preview;
mod row;
mod row_kinds;
mod sheet;
mod state_words;
mod text;
mod workbook;
mod xlsx_book;

pub use amount::{AmountFault, Unit};
pub use cell::{Cell, Reader, WriteError};
pub use cell_fault::{CellFault, CellProblem};
pub use csv_table::{CsvRows, CsvTable};
pub use error::SheetError;
pub use field::{Field, Table};
pub use head::{Head, HeadRow};
pub use layout::Layout;
pub use mapping::Mapping;
pub use moment::TimeForm;
pub use preview::{Preview, PreviewColumn};
pub use row::{Damage, Row, RowFault};
pub use row_kinds::{RowKind, RowKinds};
pub use sheet::{Extent, Form, Sheet};
pub use xlsx_book::{Column, XlsxBook};
