//! Why a table is refused: the code, and the sentence in Chinese; the English one is the error's own.

use crate::{Field, SheetError, Table};

impl SheetError {
    /// The word that scripts and the window compare.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "sheet_unreadable",
            Self::NotText => "sheet_not_text",
            Self::OldWorkbook => "sheet_old_workbook",
            Self::Packed => "sheet_packed",
            Self::Markup => "sheet_markup",
            Self::BrokenWorkbook(_) => "sheet_broken",
            Self::Bomb => "sheet_too_large",
            Self::NoHeader(_) => "sheet_no_header",
            Self::NoSuchTitle { .. } => "sheet_no_such_title",
            Self::NoSuchSheet { .. } => "sheet_no_such_sheet",
            Self::UnitNeeded { .. } => "sheet_unit_needed",
            Self::UnitContradicts { .. } => "sheet_unit_contradicts",
            Self::NoOrderAmount => "sheet_no_order_amount",
            Self::NoSuchField(_) => "sheet_no_such_field",
            Self::Mapping(_) => "sheet_mapping",
        }
    }

    /// What is wrong with the table and what to do, in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::Io(cause) => format!("文件无法读取（{cause}）；请检查文件名和权限"),
            Self::NotText => {
                "文件不是 UTF-8、UTF-16 或 GBK 文本，也不是 .xlsx 工作簿；请另存为 UTF-8 的 CSV".to_owned()
            }
            Self::OldWorkbook => "这是旧的 .xls 工作簿；请另存为 .xlsx 或 CSV".to_owned(),
            Self::Packed => "这是压缩包；请先解压，再选里面的 CSV 或 .xlsx".to_owned(),
            Self::Markup => "这是网页或 XML 文件，不是表格；请用表格软件打开后另存为 .xlsx 或 CSV".to_owned(),
            Self::BrokenWorkbook(detail) => {
                format!("工作簿无法读取（{detail}）；请用表格软件打开后重新另存为 .xlsx")
            }
            Self::Bomb => "工作簿的文字解开后超过 1 GiB；请另存为 CSV".to_owned(),
            Self::NoHeader(table) => format!(
                "前 {} 行里没有表头写明 {}；请加上这样的表头，或指定哪一列是什么",
                crate::head::HEADER_ROWS,
                match table {
                    Table::Orders => "商户订单号和金额",
                    Table::Refunds => "退款单号和退款金额",
                }
            ),
            Self::NoSuchTitle { field, title } => {
                format!("设定 {field} 在“{title}”列，但没有一行表头有这个标题；请重新指定这一列")
            }
            Self::NoSuchSheet { named, sheets } if sheets.is_empty() => {
                format!("没有工作表“{named}”：这个文件是文本，没有工作表；请不要指定")
            }
            Self::NoSuchSheet { named, sheets } => {
                format!("没有工作表“{named}”；请从这些里选：{}", sheets.join("、"))
            }
            Self::UnitNeeded { title, decimals } => {
                let likely = if *decimals { "；金额有小数，看起来是元" } else { "" };
                format!("表头“{title}”没有写明金额是分还是元{likely}；请选择单位")
            }
            Self::UnitContradicts { title } => {
                format!("表头“{title}”写的是另一个单位；请修改表头，或不要指定单位")
            }
            Self::NoOrderAmount => {
                "没有订单金额列：文件里只有应结金额或现金金额，用过优惠券时与订单金额不同；如果某一列就是订单金额，请把它指定为订单金额（total_fee）"
                    .to_owned()
            }
            Self::NoSuchField(name) => {
                let known = Field::ALL.iter().map(|field| field.name()).collect::<Vec<_>>().join("、");
                format!("没有“{name}”这一项；可以指定的有：{known}")
            }
            Self::Mapping(detail) => format!("列的设定无法读取：{detail}；请重新指定"),
        }
    }
}
