//! What of a day does not agree, row by row, and what the gateway said about it.

use std::path::Path;

use desk::{AskedDifferences, GatewaySays, question_about, reason_text};
use desk_store::{DayAnswer, DayDifference, DifferenceState, SaidOfMany};
use serde::{Deserialize, Serialize};

use crate::dto::days::{DayDimension, DayNote, DayNoteKind, file_name, hex};
use crate::dto::number::{AtMs, Count, Fen};
use crate::error::IpcError;

/// Which differences of a day.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub(crate) struct DifferenceFilter {
    pub(crate) class: Option<String>,
    /// `open`, `resolved`, `carried_over`, `ignored` or `expected`.
    pub(crate) state: Option<String>,
    /// The beginning of a number.
    pub(crate) search: String,
    /// The one with this identity, 32 hexadecimal digits; all where it is empty.
    pub(crate) identity: String,
    pub(crate) dimension: Option<DayDimension>,
    /// The value in that dimension.
    pub(crate) value: String,
}

impl From<DifferenceFilter> for desk_store::DifferenceFilter {
    fn from(filter: DifferenceFilter) -> Self {
        Self {
            class: filter.class,
            state: filter.state.as_deref().and_then(DifferenceState::parse),
            search: filter.search,
            identity: filter.identity,
            of: filter.dimension.map(|dimension| (dimension.into(), filter.value)),
            ..Self::default()
        }
    }
}

/// A row that does not agree, both sides in one.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DifferenceRow {
    pub(crate) identity: String,
    pub(crate) class: String,
    pub(crate) state: String,
    /// It was handled when it said something else.
    pub(crate) has_changed: bool,
    pub(crate) reason_zh: String,
    pub(crate) reason_en: String,
    pub(crate) out_trade_no: Option<String>,
    pub(crate) transaction_id: Option<String>,
    pub(crate) refund_id: Option<String>,
    pub(crate) out_refund_no: Option<String>,
    pub(crate) field: Option<String>,
    pub(crate) bill_value: Option<String>,
    pub(crate) local_value: Option<String>,
    pub(crate) bill_fen: Option<Fen>,
    pub(crate) local_fen: Option<Fen>,
    /// The file of the bill, where a day has several.
    pub(crate) bill_file: Option<String>,
    pub(crate) bill_line: Option<Count>,
    pub(crate) local_line: Option<Count>,
    pub(crate) device_info: Option<String>,
    pub(crate) trade_type: Option<String>,
    pub(crate) attach: Option<String>,
    /// What the gateway said when it was asked last.
    pub(crate) answer: Option<DifferenceAnswer>,
    /// Whether the gateway can be asked about it.
    pub(crate) can_ask: bool,
    pub(crate) notes: Vec<DayNote>,
}

impl TryFrom<DayDifference> for DifferenceRow {
    type Error = IpcError;

    fn try_from(row: DayDifference) -> Result<Self, IpcError> {
        let can_ask = question_about(&row).is_some();
        let found = row.found;
        let bill_file = row.bill_file.as_deref().map(Path::new).map(file_name);
        let fen = |fen: Option<i64>| fen.map(|fen| Fen::sum(fen.into())).transpose();
        Ok(Self {
            identity: hex(&found.identity),
            state: row.state.as_str().to_owned(),
            has_changed: row.has_changed,
            reason_zh: reason_text(&found, false),
            reason_en: reason_text(&found, true),
            class: found.class,
            out_trade_no: found.out_trade_no,
            transaction_id: found.transaction_id,
            refund_id: found.refund_id,
            out_refund_no: found.out_refund_no,
            field: found.field,
            bill_value: found.bill_value,
            local_value: found.local_value,
            bill_fen: fen(found.bill_fen)?,
            local_fen: fen(found.local_fen)?,
            bill_file,
            bill_line: found.bill_line.map(Into::into),
            local_line: found.local_line.map(Into::into),
            device_info: found.device_info,
            trade_type: found.trade_type,
            attach: found.attach,
            answer: row.answer.map(Into::into),
            can_ask,
            notes: row.notes.into_iter().map(Into::into).collect(),
        })
    }
}

/// Something to be said to every difference of a day that fits a filter.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct DayManySaying {
    pub(crate) profile: String,
    /// `2026-11-20`.
    pub(crate) date: String,
    pub(crate) filter: DifferenceFilter,
    /// Those of them with these identities, 32 hexadecimal digits each; all where there are none.
    pub(crate) among: Vec<String>,
    /// How many are shown: of another list nothing is said. Not looked at where it is not given.
    pub(crate) shown: Option<u32>,
    pub(crate) kind: DayNoteKind,
    pub(crate) text: String,
}

/// What became of it.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DaySaid {
    /// Differences that fit the filter.
    pub(crate) matching: Count,
    /// Those that were gone through.
    pub(crate) gone_through: Count,
    /// Those that it was said to.
    pub(crate) said: Count,
    pub(crate) end: DaySaidEnd,
}

mirrored! {
    /// Why saying something to many ended.
    DaySaidEnd of desk_store::SaidEnd {
        /// All were gone through.
        All = "all",
        /// Stopped; what was said stays.
        Stopped = "stopped",
        /// The day was closed or run anew meanwhile; what was said stays.
        Overtaken = "overtaken",
    }
}

impl From<SaidOfMany> for DaySaid {
    fn from(found: SaidOfMany) -> Self {
        Self {
            matching: found.matching.into(),
            gone_through: found.gone_through.into(),
            said: found.said.into(),
            end: found.end.into(),
        }
    }
}

/// A stretch of the differences of a day.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DifferenceRows {
    pub(crate) total: Count,
    pub(crate) rows: Vec<DifferenceRow>,
}

/// What the gateway said about a difference.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DifferenceAnswer {
    /// A state of an order or of a refund, `NOTEXIST`, or `UNKNOWN` where no answer can be believed.
    pub(crate) word: String,
    pub(crate) asked_at: AtMs,
    pub(crate) sentence_zh: String,
    pub(crate) sentence_en: String,
}

impl From<DayAnswer> for DifferenceAnswer {
    fn from(answer: DayAnswer) -> Self {
        let said = GatewaySays::of(&answer);
        Self {
            sentence_zh: said.chinese(),
            sentence_en: said.english(),
            asked_at: answer.asked_at.into(),
            word: answer.word,
        }
    }
}

/// What became of asking about differences.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct DayAsked {
    /// Questions that were to be asked.
    pub(crate) questions: Count,
    /// Those that were asked; their answers are kept.
    pub(crate) asked: Count,
    /// Doubtful ones beyond what is asked at once.
    pub(crate) rest: Count,
    /// Somebody stopped it.
    pub(crate) cancelled: bool,
    /// The gateway did not answer several times in a row.
    pub(crate) left_alone: bool,
}

impl From<AskedDifferences> for DayAsked {
    fn from(asked: AskedDifferences) -> Self {
        Self {
            questions: asked.questions.into(),
            asked: asked.asked.into(),
            rest: asked.rest.into(),
            cancelled: asked.cancelled,
            left_alone: asked.left_alone,
        }
    }
}

/// A row of the bill that agrees.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct MatchedRow {
    pub(crate) out_trade_no: String,
    pub(crate) transaction_id: String,
    /// Empty of a payment.
    pub(crate) refund_id: String,
    pub(crate) amount_fen: Fen,
    pub(crate) at: AtMs,
    pub(crate) trade_type: String,
    pub(crate) bill_line: Count,
    /// The file of the bill, where a day has several.
    pub(crate) bill_file: Option<String>,
}

impl From<desk::MatchedRow> for MatchedRow {
    fn from(row: desk::MatchedRow) -> Self {
        Self {
            out_trade_no: row.out_trade_no,
            transaction_id: row.transaction_id,
            refund_id: row.refund_id,
            amount_fen: Fen::of(row.amount),
            at: row.at.into(),
            trade_type: row.trade_type,
            bill_line: row.line.into(),
            bill_file: row.bill_file.as_deref().map(Path::new).map(file_name),
        }
    }
}

/// A stretch of the rows that agree.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct MatchedRows {
    pub(crate) total: Count,
    pub(crate) rows: Vec<MatchedRow>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_agrees_names_the_file_of_its_bill_without_the_folder() {
        let row = desk::MatchedRow {
            is_refund: false,
            out_trade_no: "T1".to_owned(),
            transaction_id: "4200000000000000000000000001".to_owned(),
            refund_id: String::new(),
            out_refund_no: String::new(),
            amount: wxpay_protocol::Fen::ZERO,
            at: wxpay_protocol::UtcMs(0),
            trade_type: "JSAPI".to_owned(),
            line: 2,
            bill_file: Some("/bills/evening.csv".to_owned()),
        };
        assert_eq!(MatchedRow::from(row.clone()).bill_file.as_deref(), Some("evening.csv"));
        assert_eq!(MatchedRow::from(desk::MatchedRow { bill_file: None, ..row }).bill_file, None);
    }
}
