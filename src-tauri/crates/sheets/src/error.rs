//! Why a whole file is refused.

use crate::field::{Field, Table};

/// Why a file, or a mapping for it, cannot be used at all. A single bad row is never one of these.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The medium failed.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Neither text nor a workbook.
    #[error("the file is neither UTF-8, UTF-16 nor GBK text nor an .xlsx workbook; save it as CSV in UTF-8")]
    NotText,
    /// The binary workbook of before 2007.
    #[error("this is an old .xls workbook; save it as .xlsx or CSV and import that")]
    OldWorkbook,
    /// An archive that is no workbook.
    #[error("this is a packed file; unpack it and import the CSV or .xlsx inside")]
    Packed,
    /// A page of the web or an XML document under the name of a table.
    #[error("this is a web page or XML document, not a table; open it in a spreadsheet and save it as .xlsx or CSV")]
    Markup,
    /// A workbook whose parts cannot be read.
    #[error("the workbook cannot be read ({0}); open it, save it again as .xlsx and import that")]
    BrokenWorkbook(String),
    /// A workbook that unpacks to far more than any table of orders.
    #[error("the texts of the workbook unpack to more than 1 GiB; save it as CSV and import that")]
    Bomb,
    /// No row names what is needed.
    #[error("no row among the first {} names {}; add such a header row, or say in a mapping which header holds what", crate::head::HEADER_ROWS, .0.needs())]
    NoHeader(Table),
    /// A header that the mapping names is not in the file.
    #[error("the mapping says that {field} stands under {title:?}, but no header row has that title")]
    NoSuchTitle {
        /// What was to be read.
        field: Field,
        /// The title that is missing.
        title: String,
    },
    /// A sheet that the file does not have.
    #[error(
        "there is no sheet {named:?} [没有这个工作表]; {}",
        if .sheets.is_empty() { "the file is text and has none".to_owned() } else { format!("choose one of {}", .sheets.join(", ")) }
    )]
    NoSuchSheet {
        /// What was asked for.
        named: String,
        /// The names of those that are there.
        sheets: Vec<String>,
    },
    /// Fen or yuan cannot be told.
    #[error("the header {title:?} does not say whether amounts are fen or yuan{}; choose the unit", if *.decimals { "; its amounts have decimals, so they look like yuan" } else { "" })]
    UnitNeeded {
        /// The header of the amounts.
        title: String,
        /// Whether an amount of the first rows has decimals.
        decimals: bool,
    },
    /// The unit that was given is not what the header says.
    #[error("the header {title:?} says the other unit; rename the header or leave the unit out")]
    UnitContradicts {
        /// The header of the amounts.
        title: String,
    },
    /// Orders whose only amount is what was settled or paid in cash.
    #[error(
        "no column is 订单金额 (total_fee): the file has only what was settled or paid in cash, which differs where coupons \
         were used; if the column is the order's amount, say total_fee = its title in the mapping"
    )]
    NoOrderAmount,
    /// A mapping of something that no column holds.
    #[error("it has no column {0:?}; the columns are {names}", names = Field::ALL.iter().map(|field| field.name()).collect::<Vec<_>>().join(", "))]
    NoSuchField(String),
    /// A mapping that is no mapping.
    #[error("the mapping cannot be read: {0}")]
    Mapping(String),
}
