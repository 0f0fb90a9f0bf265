//! Why something is refused, as the window tells it.

use desk::sheets::{Damage, SheetError};
use desk::{BillProblem, RemarkRefusal, RowRefusal};
use serde::Serialize;

/// Why something is refused: a code of its own, and what, where and what to do in both languages.
#[derive(Debug, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct Refusal {
    /// Such as `bill_header`.
    pub(crate) code: String,
    pub(crate) reason_zh: String,
    pub(crate) reason_en: String,
}

impl From<&BillProblem> for Refusal {
    fn from(problem: &BillProblem) -> Self {
        Self { code: problem.code().to_owned(), reason_zh: problem.chinese(), reason_en: problem.to_string() }
    }
}

impl From<&SheetError> for Refusal {
    fn from(error: &SheetError) -> Self {
        Self { code: error.code().to_owned(), reason_zh: error.chinese(), reason_en: error.to_string() }
    }
}

impl From<&RowRefusal> for Refusal {
    fn from(why: &RowRefusal) -> Self {
        Self { code: why.code().to_owned(), reason_zh: why.chinese(), reason_en: why.to_string() }
    }
}

impl From<&RemarkRefusal> for Refusal {
    fn from(why: &RemarkRefusal) -> Self {
        Self { code: why.code().to_owned(), reason_zh: why.chinese(), reason_en: why.to_string() }
    }
}

impl From<&Damage> for Refusal {
    fn from(damage: &Damage) -> Self {
        let (code, chinese) = (damage.code().to_owned(), damage.chinese().to_owned());
        Self { code, reason_zh: chinese, reason_en: damage.to_string() }
    }
}

impl From<&desk::BesideFault> for Refusal {
    fn from(fault: &desk::BesideFault) -> Self {
        Self { code: fault.code.to_owned(), reason_zh: fault.chinese.clone(), reason_en: fault.cause.clone() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io;

    use desk::sheets::{AmountFault, CellFault, CellProblem, Field, RowFault, Table};
    use wxpay_protocol::bill::BillRefusal as Bill;

    use super::*;

    fn sheet_errors() -> Vec<SheetError> {
        use SheetError as Error;
        vec![
            Error::Io(io::Error::other("gone")),
            Error::NotText,
            Error::OldWorkbook,
            Error::Packed,
            Error::Markup,
            Error::BrokenWorkbook("no sheet".into()),
            Error::Bomb,
            Error::NoHeader(Table::Refunds),
            Error::NoSuchTitle { field: Field::TotalFee, title: "x".into() },
            Error::NoSuchSheet { named: "x".into(), sheets: vec!["y".into()] },
            Error::UnitNeeded { title: "x".into(), decimals: true },
            Error::UnitContradicts { title: "x".into() },
            Error::NoOrderAmount,
            Error::NoSuchField("x".into()),
            Error::Mapping("x".into()),
        ]
    }

    fn bill_problems() -> Vec<BillProblem> {
        let refusals = [
            Bill::Empty,
            Bill::Answer { return_msg: "No Bill Exist".into(), error_code: "20002".into() },
            Bill::Markup,
            Bill::Encoding { encoding: "GBK" },
            Bill::Archive,
            Bill::Header { found: "x".into() },
            Bill::TitleMissing { title: "x" },
            Bill::TitleTwice { title: "x".into() },
            Bill::LineTooLong { line: 3 },
            Bill::NoSummary { line: 3 },
            Bill::Summary { line: 3, title: "x".into(), found: "y".into() },
            Bill::Count { said: 3, found: 2 },
            Bill::Sum { title: "x", said: "1.00".into(), found: "2.00".into() },
            Bill::AfterSummary { line: 3 },
            Bill::OtherMerchant { line: 3, found: "x".into(), expected: "y".into() },
            Bill::Unreadable("gone".into()),
        ];
        let others = [BillProblem::FundFlow, BillProblem::Unreadable(io::Error::other("gone"))];
        refusals.into_iter().map(BillProblem::Refused).chain(others).collect()
    }

    fn row_refusals() -> Vec<RowRefusal> {
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
            CellProblem::OtherMerchant("1900000001".into()),
            CellProblem::NotTheShape { rule: "6 to 32 characters", rule_zh: "6 到 32 位字符" },
        ];
        let all = damages.map(CellProblem::Damaged).into_iter().chain(amounts.map(CellProblem::Amount)).chain(problems);
        let cell = |problem| RowRefusal::Cell(CellFault { title: "amount".into(), found: "x".into(), problem });
        let broken = [RowFault::Quote, RowFault::TooLong, RowFault::TooManyCells].map(RowRefusal::Broken);
        let others =
            [RowRefusal::Missing(Field::OutTradeNo), RowRefusal::Shifted, RowRefusal::OtherProfile("shop".into())];
        all.map(cell).chain(broken).chain(others).collect()
    }

    /// That each has a code that no other has, and a sentence in either language.
    fn are_told_in_both_languages(told: &[Refusal]) {
        let is_chinese = |text: &str| text.chars().any(|letter| ('\u{4E00}'..='\u{9FFF}').contains(&letter));
        let mut codes = BTreeSet::new();
        for Refusal { code, reason_zh, reason_en } in told {
            assert!(codes.insert(code), "{code} stands for two");
            assert!(is_chinese(reason_zh), "{code}: {reason_zh}");
            assert!(!reason_en.is_empty() && reason_en != reason_zh, "{code}: {reason_en}");
        }
    }

    #[test]
    fn every_refusal_of_a_chosen_bill_or_table_has_a_code_and_both_sentences_of_its_own() {
        let (bills, sheets) = (bill_problems(), sheet_errors());
        let told: Vec<Refusal> = bills.iter().map(Refusal::from).chain(sheets.iter().map(Refusal::from)).collect();
        are_told_in_both_languages(&told);
        assert_eq!(told.len(), 33);
    }

    #[test]
    fn every_refusal_of_a_remark_has_a_code_and_both_sentences_of_its_own() {
        use RemarkRefusal as Why;
        let all = [
            Why::NoIdentity("x".into()),
            Why::Gone,
            Why::UnknownState("x".into()),
            Why::TooLong,
            Why::Expected,
            Why::Malformed,
            Why::Closed,
        ];
        are_told_in_both_languages(&all.iter().map(Refusal::from).collect::<Vec<_>>());
    }

    #[test]
    fn every_refusal_of_a_row_has_a_code_and_both_sentences_of_its_own() {
        let told: Vec<Refusal> = row_refusals().iter().map(Refusal::from).collect();
        are_told_in_both_languages(&told);
        assert_eq!(told.len(), 25);
    }
}
