//! Why a cell is not taken: the rule that it breaks, in English and in Chinese.

use std::fmt;

use crate::amount::AmountFault;
use crate::row::Damage;

/// What is wrong with a cell, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellProblem {
    /// A spreadsheet spoilt it.
    #[error("{0}")]
    Damaged(Damage),
    /// It is no amount in the unit of its column.
    #[error("{0}")]
    Amount(AmountFault),
    /// Digits that Excel keeps in the place of a date.
    #[error(
        "is the number of days that a spreadsheet keeps in the place of a date; format the column as a date, or say time = excel_days in the mapping"
    )]
    ExcelDays,
    /// Digits that count from 1970.
    #[error(
        "looks like seconds or milliseconds since 1970; say time = unix_seconds or unix_milliseconds in the mapping"
    )]
    UnixTime,
    /// No time at all.
    #[error("is not a time such as 2024-01-02 03:04:05 (Beijing time)")]
    NotATime,
    /// A word for a state of orders that nobody knows.
    #[error("is not known; say in the mapping which of WeChat's states it is, or leave it empty")]
    UnknownState,
    /// A word for a state of refunds that nobody knows.
    #[error("is not known; say in the mapping which of WeChat's refund states it is, or leave it empty")]
    UnknownRefundState,
    /// An order of less than nothing.
    #[error("an order's amount is 0 or more; refunds are not orders")]
    NegativeOrder,
    /// No way of signing.
    #[error("is neither MD5 nor HMAC-SHA256")]
    UnknownSignType,
    /// Another merchant's row.
    #[error("is another merchant; this profile is {0}")]
    OtherMerchant(String),
    /// It has not the shape of the number that its column holds.
    #[error("must be {rule}")]
    NotTheShape {
        /// What is allowed, in words.
        rule: &'static str,
        /// The same in Chinese.
        rule_zh: &'static str,
    },
}

impl CellProblem {
    /// The word that scripts and the window compare.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Damaged(damage) => damage.code(),
            Self::Amount(fault) => fault.code(),
            Self::ExcelDays => "cell_excel_days",
            Self::UnixTime => "cell_unix_time",
            Self::NotATime => "cell_not_a_time",
            Self::UnknownState => "cell_unknown_state",
            Self::UnknownRefundState => "cell_unknown_refund_state",
            Self::NegativeOrder => "cell_negative_order",
            Self::UnknownSignType => "cell_unknown_sign_type",
            Self::OtherMerchant(_) => "cell_other_merchant",
            Self::NotTheShape { .. } => "cell_not_the_shape",
        }
    }

    /// The sentence in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::Damaged(damage) => damage.chinese().to_owned(),
            Self::Amount(fault) => fault.chinese().to_owned(),
            Self::ExcelDays => {
                "是表格软件用来表示日期的天数；请把这一列设为日期格式，或在映射里写 time = excel_days".to_owned()
            }
            Self::UnixTime => {
                "像是 1970 年以来的秒数或毫秒数；请在映射里写 time = unix_seconds 或 unix_milliseconds".to_owned()
            }
            Self::NotATime => "不是时间；请写成 2024-01-02 03:04:05（北京时间）".to_owned(),
            Self::UnknownState => "不是已知的状态；请在映射里说明它对应微信支付的哪个交易状态，或留空".to_owned(),
            Self::UnknownRefundState => "不是已知的状态；请在映射里说明它对应微信支付的哪个退款状态，或留空".to_owned(),
            Self::NegativeOrder => "订单金额不能小于 0；退款不是订单".to_owned(),
            Self::UnknownSignType => "既不是 MD5 也不是 HMAC-SHA256".to_owned(),
            Self::OtherMerchant(mch_id) => format!("是另一个商户；这个商户配置的商户号是 {mch_id}"),
            Self::NotTheShape { rule_zh, .. } => format!("应为 {rule_zh}"),
        }
    }
}

/// Why a cell is not taken, with its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFault {
    /// The title of the column.
    pub title: String,
    /// The cell, at most 64 characters of it.
    pub found: String,
    /// What is wrong and what to do.
    pub problem: CellProblem,
}

impl CellFault {
    /// The sentence in Chinese.
    pub fn chinese(&self) -> String {
        format!("{}“{}”：{}", self.title, self.found, self.problem.chinese())
    }
}

impl fmt::Display for CellFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?}: {}", self.title, self.found, self.problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_code_and_is_told_in_both_languages_of_which_neither_holds_words_of_the_other() {
        let is_chinese = |text: &str| text.chars().any(|found| ('\u{4E00}'..='\u{9FFF}').contains(&found));
        let damages =
            [Damage::PrecisionLost, Damage::TooNarrow, Damage::FormulaError, Damage::BecameDate, Damage::NotText];
        let amounts = [
            AmountFault::NotAnAmount,
            AmountFault::NotWhole,
            AmountFault::NotFen,
            AmountFault::LeadingZero,
            AmountFault::TooLarge,
        ];
        let problems = [
            CellProblem::ExcelDays,
            CellProblem::UnixTime,
            CellProblem::NotATime,
            CellProblem::UnknownState,
            CellProblem::UnknownRefundState,
            CellProblem::NegativeOrder,
            CellProblem::UnknownSignType,
            CellProblem::OtherMerchant("1900000001".to_owned()),
            CellProblem::NotTheShape { rule: "6 to 32 characters", rule_zh: "6 到 32 位字符" },
        ];
        let mut codes = std::collections::BTreeSet::new();
        let all = damages.map(CellProblem::Damaged).into_iter().chain(amounts.map(CellProblem::Amount)).chain(problems);
        for problem in all {
            assert!(codes.insert(problem.code()), "{} stands for two", problem.code());
            let fault = CellFault { title: "金额".to_owned(), found: "x".to_owned(), problem };
            assert!(is_chinese(&fault.problem.chinese()), "{}", fault.chinese());
            assert!(!is_chinese(&fault.problem.to_string()), "{fault}");
            assert!(fault.chinese().starts_with("金额“x”："), "{}", fault.chinese());
        }
    }
}
