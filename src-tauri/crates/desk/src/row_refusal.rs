//! Why a row of a merchant's own table is not taken: the code, and the sentence in both languages.

use desk_sheets::{CellFault, Field, RowFault};

/// Why a row of orders or refunds is not taken, whoever reads the table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowRefusal {
    /// Nothing stands where every row needs something.
    #[error("{0} is missing")]
    Missing(Field),
    /// A cell that cannot be read as what its column holds.
    #[error("{0}")]
    Cell(CellFault),
    /// It cannot be split into cells.
    #[error("{0}")]
    Broken(RowFault),
    /// It has cells behind the last column of the header.
    #[error(
        "the row has more cells than the header has titles, so they may be shifted; put quotes around cells that hold a comma"
    )]
    Shifted,
    /// Its number belongs to another profile of the same merchant.
    #[error("the number belongs to the profile {0:?} of the same merchant; import it there")]
    OtherProfile(String),
}

impl RowRefusal {
    /// The word that scripts and the window compare.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "row_value_missing",
            Self::Cell(fault) => fault.problem.code(),
            Self::Broken(fault) => fault.code(),
            Self::Shifted => "row_shifted",
            Self::OtherProfile(_) => "row_of_other_profile",
        }
    }

    /// The sentence in Chinese. Remarks on rows that cannot be read hang on it, so it stays as it is.
    pub fn chinese(&self) -> String {
        match self {
            Self::Missing(field) => format!("{field} 为空"),
            Self::Cell(fault) => fault.chinese(),
            Self::Broken(fault) => fault.chinese().to_owned(),
            Self::Shifted => "这一行的单元格比表头多，可能错位；含逗号的单元格要加引号".to_owned(),
            Self::OtherProfile(profile) => format!("这个单号属于同一商户的另一个商户配置“{profile}”；请在那里导入"),
        }
    }
}

impl From<CellFault> for RowRefusal {
    fn from(fault: CellFault) -> Self {
        Self::Cell(fault)
    }
}
