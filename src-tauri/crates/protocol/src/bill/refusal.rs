//! Why a bill is refused as a whole, and why a row of it cannot be read: in words, with what to do.

/// Why a file is no bill that may be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillRefusal {
    /// Nothing in it.
    #[error("the file is empty; download the bill again")]
    Empty,
    /// WeChat Pay's answer to a download that it refused.
    #[error("this is no bill but WeChat Pay's answer {return_msg:?} (error_code {error_code}){}", no_bill(.return_msg, "; a day without trade has no bill"))]
    Answer {
        /// `return_msg`.
        return_msg: String,
        /// `error_code`, or what an answer has in its place.
        error_code: String,
    },
    /// A page for people, or XML of another kind.
    #[error("this is a web page or another XML file, not a bill; download the bill again")]
    Markup,
    /// Saved by a program that does not write UTF-8.
    #[error(
        "the file is in {encoding}, not in UTF-8; use the file as it was downloaded, not saved again by a spreadsheet"
    )]
    Encoding {
        /// GBK or UTF-16.
        encoding: &'static str,
    },
    /// A workbook or an archive.
    #[error("this is a ZIP or XLSX file; use the CSV (or GZIP) file as it was downloaded")]
    Archive,
    /// Another text.
    #[error("line 1 is not the header of a bill ({found:?}); use the file as it was downloaded")]
    Header {
        /// How it begins.
        found: String,
    },
    /// A column that a bill cannot be read without.
    #[error("the header has no column {title}; use the file as it was downloaded")]
    TitleMissing {
        /// The title.
        title: &'static str,
    },
    /// Two columns with one meaning.
    #[error("the header has the column {title} twice; use the file as it was downloaded")]
    TitleTwice {
        /// The title.
        title: String,
    },
    /// A line beyond 64 KiB.
    #[error("line {line} is longer than 64 KiB; this is no bill, or it is damaged")]
    LineTooLong {
        /// From 1.
        line: u64,
    },
    /// The rows end without a summary: the file was cut off.
    #[error("the summary after line {line} is missing: the file was cut off; download the bill again")]
    NoSummary {
        /// The last line that is there.
        line: u64,
    },
    /// A summary whose values cannot be read.
    #[error("line {line}: the summary cannot be read ({title}: {found:?}); download the bill again")]
    Summary {
        /// From 1.
        line: u64,
        /// Above the value.
        title: String,
        /// What stands there.
        found: String,
    },
    /// The summary counts other rows than there are.
    #[error(
        "the summary counts {said} rows and the file has {found}; it is incomplete or changed: download the bill again"
    )]
    Count {
        /// 总交易单数.
        said: u64,
        /// Readable and malformed rows.
        found: u64,
    },
    /// Every row was read and a sum differs.
    #[error(
        "the summary says {title} {said} and the rows add up to {found}; the file was changed: download the bill again"
    )]
    Sum {
        /// The summary's title.
        title: &'static str,
        /// In the summary, yuan.
        said: String,
        /// Added up, yuan.
        found: String,
    },
    /// Something follows the summary.
    #[error("line {line} follows the summary; give each bill as a file of its own")]
    AfterSummary {
        /// From 1.
        line: u64,
    },
    /// A row of another merchant, or sub-merchant.
    #[error("line {line} is of merchant {found}, not of {expected}; give the bill of one merchant")]
    OtherMerchant {
        /// From 1.
        line: u64,
        /// Its 商户号, or 特约商户号.
        found: String,
        /// That of the first row, or the one that was asked for.
        expected: String,
    },
    /// The source cannot be read to its end.
    #[error("the file cannot be read to its end: {0}")]
    Unreadable(String),
}

fn no_bill(return_msg: &str, words: &'static str) -> &'static str {
    if return_msg.eq_ignore_ascii_case("No Bill Exist") { words } else { "" }
}

impl BillRefusal {
    /// The word that scripts and the window compare.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "bill_empty",
            Self::Answer { .. } => "bill_is_answer",
            Self::Markup => "bill_is_markup",
            Self::Encoding { .. } => "bill_encoding",
            Self::Archive => "bill_is_archive",
            Self::Header { .. } => "bill_header",
            Self::TitleMissing { .. } => "bill_title_missing",
            Self::TitleTwice { .. } => "bill_title_twice",
            Self::LineTooLong { .. } => "bill_line_too_long",
            Self::NoSummary { .. } => "bill_no_summary",
            Self::Summary { .. } => "bill_summary_unreadable",
            Self::Count { .. } => "bill_count",
            Self::Sum { .. } => "bill_sum",
            Self::AfterSummary { .. } => "bill_after_summary",
            Self::OtherMerchant { .. } => "bill_other_merchant",
            Self::Unreadable(_) => "bill_unreadable",
        }
    }

    /// The sentence in Chinese: what, where, what to do.
    pub fn chinese(&self) -> String {
        match self {
            Self::Empty => "文件是空的；请重新下载账单".to_owned(),
            Self::Answer { return_msg, error_code } => {
                let no_trade = no_bill(return_msg, "；没有交易的日子没有账单");
                format!("这不是账单，而是微信支付的应答“{return_msg}”（error_code {error_code}）{no_trade}")
            }
            Self::Markup => "这是网页或其他 XML 文件，不是账单；请重新下载账单".to_owned(),
            Self::Encoding { encoding } => {
                format!("文件是 {encoding} 编码，不是 UTF-8；请使用下载的原文件，不要用表格软件另存")
            }
            Self::Archive => "这是 ZIP 或 XLSX 文件；请使用下载的 CSV（或 GZIP）原文件".to_owned(),
            Self::Header { found } => format!("第 1 行不是账单的表头（“{found}”）；请使用下载的原文件"),
            Self::TitleMissing { title } => format!("表头缺少“{title}”列；请使用下载的原文件"),
            Self::TitleTwice { title } => format!("表头有两个“{title}”列；请使用下载的原文件"),
            Self::LineTooLong { line } => format!("第 {line} 行超过 64 KiB；这不是账单，或文件已损坏"),
            Self::NoSummary { line } => format!("第 {line} 行之后缺少汇总行：文件不完整；请重新下载账单"),
            Self::Summary { line, title, found } => {
                format!("第 {line} 行：汇总无法读取（{title}：“{found}”）；请重新下载账单")
            }
            Self::Count { said, found } => {
                format!("汇总写 {said} 笔，文件里有 {found} 笔；文件不完整或被改动：请重新下载账单")
            }
            Self::Sum { title, said, found } => {
                format!("汇总的{title}是 {said}，各行相加是 {found}；文件被改动：请重新下载账单")
            }
            Self::AfterSummary { line } => format!("第 {line} 行在汇总之后；请每份账单单独一个文件"),
            Self::OtherMerchant { line, found, expected } => {
                format!("第 {line} 行是商户 {found} 的，不是 {expected} 的；请只给一个商户的账单")
            }
            Self::Unreadable(cause) => format!("文件无法读完：{cause}"),
        }
    }
}

/// Why a row cannot be read. Its values are never guessed and never shifted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// A comma and a back-tick inside of a text, or a row that was broken or cut.
    #[error("the row has {found} values under {expected} titles, so none of them can be told apart")]
    Values {
        /// In the row.
        found: usize,
        /// In the header.
        expected: usize,
    },
    /// Text where a row should begin with a back-tick.
    #[error("the line does not begin with a back-tick")]
    NoTick,
    /// A value of another form.
    #[error("{title} is {found:?}, not {expected}")]
    Value {
        /// The column.
        title: &'static str,
        /// What stands there, its beginning.
        found: String,
        /// What should.
        expected: Expected,
    },
}

/// The forms of a bill's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Expected {
    /// 交易时间.
    #[error("a time such as 2024-01-02 03:04:05")]
    Time,
    /// 交易状态.
    #[error("SUCCESS, REFUND or REVOKED")]
    State,
    /// Any amount but fees.
    #[error("yuan with up to two decimals")]
    Yuan,
    /// 手续费.
    #[error("yuan with up to five decimals")]
    Fee,
    /// 费率.
    #[error("a percentage such as 0.60%")]
    Rate,
    /// A number that identifies something.
    #[error("a number")]
    Number,
    /// 收支类型.
    #[error("收入 or 支出")]
    Direction,
}

impl RowFault {
    /// A value of another form, as much of it as a message should show.
    pub(super) fn value(title: &'static str, found: &[u8], expected: Expected) -> Self {
        Self::Value { title, found: shown(found), expected }
    }

    /// The word that scripts and the window compare.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Values { .. } => "bill_row_values",
            Self::NoTick => "bill_row_no_tick",
            Self::Value { .. } => "bill_row_value",
        }
    }

    /// The sentence in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::Values { found, expected } => {
                format!("这一行有 {found} 个值，表头有 {expected} 列，无法确定各值属于哪一列")
            }
            Self::NoTick => "这一行不以反引号开头".to_owned(),
            Self::Value { title, found, expected } => format!("{title}“{found}”不是{}", expected.chinese()),
        }
    }
}

impl Expected {
    const fn chinese(self) -> &'static str {
        match self {
            Self::Time => "时间（如 2024-01-02 03:04:05）",
            Self::State => " SUCCESS、REFUND 或 REVOKED",
            Self::Yuan => "最多两位小数的元",
            Self::Fee => "最多五位小数的元",
            Self::Rate => "百分比（如 0.60%）",
            Self::Number => "单号",
            Self::Direction => "“收入”或“支出”",
        }
    }
}

/// The beginning of a text, readable whatever its bytes are.
pub(super) fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().take(40).collect()
}
