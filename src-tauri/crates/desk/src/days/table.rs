//! A difference as a row of a table, and the words that are written and read back.

use std::fmt;

use desk_reconcile::{Basis, Class, Reason, Viewpoint};
use desk_sheets::{Cell, WriteError};
use desk_store::{DayDifference, DayMark, DayNote, DifferenceState, Handled, NewDifference};
use wxpay_protocol::Fen;

use crate::GatewaySays;
use crate::reconciling::hex;

/// The columns: for programs, for people in Chinese and English, and the width in characters.
pub(super) const COLUMNS: [(&str, &str, &str, u16); 17] = [
    ("class", "类别", "Class", 20),
    ("out_trade_no", "商户订单号", "Order number", 28),
    ("transaction_id", "微信订单号", "Transaction ID", 32),
    ("refund_id", "微信退款单号", "Refund ID", 32),
    ("field", "不同之处", "Field", 12),
    ("bill_value", "账单", "Bill", 20),
    ("local_value", "本地", "Local", 20),
    ("bill_line", "账单行号", "Bill line", 10),
    ("local_line", "本地行号", "Local line", 10),
    ("reason", "原因", "Reason", 60),
    ("date", DATE.0, DATE.1, 12),
    ("state", STATE.0, STATE.1, 12),
    ("remark", REMARK.0, REMARK.1, 40),
    ("said_by", "处理人", "By", 12),
    ("identity", IDENTITY.0, IDENTITY.1, 36),
    ("out_refund_no", OUT_REFUND_NO.0, OUT_REFUND_NO.1, 28),
    ("as_exported", AS_EXPORTED.0, AS_EXPORTED.1, 18),
];

pub(super) const DATE: (&str, &str) = ("日期", "Date");
/// The titles of the columns that are read back.
pub(super) const STATE: (&str, &str) = ("处理", "State");
pub(super) const REMARK: (&str, &str) = ("备注", "Remark");
pub(crate) const OUT_REFUND_NO: (&str, &str) = ("商户退款单号", "Refund number");
/// What was said when the table was written, so that what nobody changed in it undoes nothing that was said since.
pub(super) const AS_EXPORTED: (&str, &str) = ("导出时", "As exported");
/// Also in the workbook of `wxpay reconcile`.
pub(crate) const IDENTITY: (&str, &str) = ("识别码", "Identity");

/// In which words a table is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    Wire,
    Chinese(Viewpoint),
    English(Viewpoint),
}

impl Words {
    pub(super) const fn of<'w>(self, wire: &'w str, chinese: &'w str, english: &'w str) -> &'w str {
        match self {
            Self::Wire => wire,
            Self::Chinese(_) => chinese,
            Self::English(_) => english,
        }
    }
}

/// The words for where a difference stands, Chinese and English.
pub(crate) const fn state_words(state: DifferenceState) -> (&'static str, &'static str) {
    match state {
        DifferenceState::Expected => ("无需处理", "expected"),
        DifferenceState::Open => ("待处理", "open"),
        DifferenceState::Handled(Handled::Resolved) => ("已核销", "resolved"),
        DifferenceState::Handled(Handled::CarriedOver) => ("挂账", "carried over"),
        DifferenceState::Handled(Handled::Ignored) => ("已忽略", "ignored"),
    }
}

/// The reason of a difference in words.
pub fn reason_text(row: &NewDifference, in_english: bool) -> String {
    if let Some(fault) = if in_english { &row.fault_en } else { &row.fault } {
        return fault.clone();
    }
    let Some(reason) = Reason::parse(&row.reason) else { return row.reason.clone() };
    let mut text = if in_english { reason.english() } else { reason.chinese() }.to_owned();
    for basis in row.same_as.iter().flat_map(|words| words.split(',')).filter_map(Basis::parse) {
        text.push_str(if in_english {
            "; the local amount equals the bill's "
        } else {
            "；本地金额等于账单的"
        });
        text.push_str(basis.title(row.field.as_deref() == Some("refund_fee")));
    }
    if row.is_claim {
        text.push_str(if in_english { UNVERIFIED.1 } else { UNVERIFIED.0 });
    }
    text
}

/// What the reason of a difference ends with whose local side was only claimed, Chinese and English.
pub(crate) const UNVERIFIED: (&str, &str) = ("；本地记录未核实", "; the local record is an unverified claim");

/// The remark that stands after these notes: the last one.
pub(super) fn remark(notes: &[DayNote]) -> &str {
    notes.iter().rev().map(|note| note.text.as_str()).find(|text| !text.is_empty()).unwrap_or_default()
}

/// The words for where a day stands, Chinese and English.
pub(super) const fn mark_words(mark: DayMark) -> (&'static str, &'static str) {
    match mark {
        DayMark::Nothing => ("无记录", "nothing known"),
        DayMark::NoTrade => ("无交易", "no trade"),
        DayMark::MissingBill => ("缺账单", "missing bill"),
        DayMark::NotRun => ("未对账", "not run"),
        DayMark::Balanced => ("平", "balanced"),
        DayMark::Partly => ("部分对账", "partly compared"),
        DayMark::Open => ("不平", "not balanced"),
        DayMark::Handled => ("已处理", "handled"),
        DayMark::Closed => ("已关账", "closed"),
    }
}

/// How far a difference was when it was exported: `2 open` is the state after two notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AsExported {
    /// Notes that were there; those that came since stand behind them.
    pub(super) notes: usize,
    pub(super) state: DifferenceState,
}

impl AsExported {
    pub(super) const fn of(row: &DayDifference) -> Self {
        Self { notes: row.notes.len(), state: row.state }
    }

    /// Nothing for a text that is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (notes, word) = text.split_once(' ')?;
        Some(Self { notes: notes.parse().ok()?, state: DifferenceState::parse(word)? })
    }
}

impl fmt::Display for AsExported {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.notes, self.state.as_str())
    }
}

/// The words of a class, Chinese and English.
pub(crate) fn class_words(name: &str, viewpoint: Viewpoint) -> (&'static str, &'static str) {
    Class::parse(name).map_or(("无法读取", "Unreadable"), |class| class.words(viewpoint))
}

/// The word of a class in a table.
pub(super) fn class_word(name: &str, words: Words) -> &str {
    match words {
        Words::Wire => name,
        Words::Chinese(viewpoint) => class_words(name, viewpoint).0,
        Words::English(viewpoint) => class_words(name, viewpoint).1,
    }
}

/// What differs, in words, Chinese and English.
pub(crate) fn field_words(name: &str) -> (&str, &str) {
    match name {
        "total_fee" => ("金额", "amount"),
        "refund_fee" => ("退款金额", "refunded amount"),
        "state" => ("状态", "state"),
        "transaction_id" => ("微信订单号", "transaction ID"),
        "refund_id" => ("微信退款单号", "refund ID"),
        "paid_at" => ("支付时间", "time of payment"),
        other => (other, other),
    }
}

/// Hands a difference over as the cells of [`COLUMNS`].
pub(super) fn cells(
    row: &DayDifference,
    words: Words,
    take: impl FnOnce(&[Cell<'_>]) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let found = &row.found;
    let field = found.field.as_deref().unwrap_or_default();
    let (chinese, english) = state_words(row.state);
    let (field_chinese, field_english) = field_words(field);
    let in_english = matches!(words, Words::English(_));
    let mut reason = reason_text(found, in_english);
    if let Some(answer) = &row.answer {
        let said = GatewaySays::of(answer);
        reason =
            if in_english { format!("{reason}; {}", said.english()) } else { format!("{reason}；{}", said.chinese()) };
    }
    let (date, identity) = (row.date.day(), hex(&found.identity));
    let line = |line: Option<u64>| line.map_or(Cell::Empty, Cell::Count);
    take(&[
        Cell::Text(class_word(&found.class, words)),
        id(found.out_trade_no.as_deref()),
        id(found.transaction_id.as_deref()),
        id(found.refund_id.as_deref()),
        Cell::Text(words.of(field, field_chinese, field_english)),
        value_cell(field, found.bill_value.as_deref(), found.bill_fen),
        value_cell(field, found.local_value.as_deref(), found.local_fen),
        line(found.bill_line),
        line(found.local_line),
        Cell::Text(&reason),
        Cell::Text(&date),
        Cell::Text(words.of(row.state.as_str(), chinese, english)),
        Cell::Text(remark(&row.notes)),
        Cell::Text(row.notes.last().map_or("", |note| &note.said_by)),
        Cell::Id(&identity),
        id(found.out_refund_no.as_deref()),
        Cell::Text(&AsExported::of(row).to_string()),
    ])
}

/// One side of what differs: an amount as money, anything else as it was read.
fn value_cell<'v>(field: &str, text: Option<&'v str>, fen: Option<i64>) -> Cell<'v> {
    if matches!(field, "total_fee" | "refund_fee") {
        fen.and_then(Fen::new).map_or(Cell::Empty, Cell::Amount)
    } else {
        text.map_or(Cell::Empty, Cell::Text)
    }
}

fn id(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Empty, Cell::Id)
}
