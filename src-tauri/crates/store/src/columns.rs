//! Between rows and types: every id, amount and time of the database as its own type, or a named fault.

use rusqlite::types::Type;
use rusqlite::{Row, RowIndex};
use wxpay_protocol::ids::{IdError, PrepayId, TransactionId};
use wxpay_protocol::{Fen, SignType, TradeState, UtcMs};

use crate::{Asked, Claim, Event, Evidence, NewObservation, OrderState, Report};

fn impossible(row: &Row<'_>, column: impl RowIndex + Copy, detail: impl std::fmt::Display) -> rusqlite::Error {
    let index = column.idx(row.as_ref()).unwrap_or_default();
    let column = row.as_ref().column_name(index).unwrap_or_default();
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, format!("{column}: {detail}").into())
}

/// A text column as an id.
pub(crate) fn id<T>(
    row: &Row<'_>,
    column: impl RowIndex + Copy,
    parse: fn(String) -> Result<T, IdError>,
) -> rusqlite::Result<T> {
    parse(row.get(column)?).map_err(|fault| impossible(row, column, fault))
}

/// A text column as an id, if it is filled.
pub(crate) fn id_if_any<T>(
    row: &Row<'_>,
    column: impl RowIndex + Copy,
    parse: fn(String) -> Result<T, IdError>,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(parse).transpose().map_err(|fault| impossible(row, column, fault))
}

/// A column of fen, if it is filled.
pub(crate) fn fen_if_any(row: &Row<'_>, column: impl RowIndex + Copy) -> rusqlite::Result<Option<Fen>> {
    let fen: Option<i64> = row.get(column)?;
    fen.map(|fen| Fen::new(fen).ok_or_else(|| impossible(row, column, format_args!("{fen} fen")))).transpose()
}

/// A column of fen.
pub(crate) fn fen(row: &Row<'_>, column: impl RowIndex + Copy) -> rusqlite::Result<Fen> {
    fen_if_any(row, column)?.ok_or_else(|| impossible(row, column, "empty"))
}

/// A column of UTC milliseconds.
pub(crate) fn time(row: &Row<'_>, column: impl RowIndex + Copy) -> rusqlite::Result<UtcMs> {
    row.get(column).map(UtcMs)
}

/// A column of UTC milliseconds, if it is filled.
pub(crate) fn time_if_any(row: &Row<'_>, column: impl RowIndex + Copy) -> rusqlite::Result<Option<UtcMs>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(UtcMs))
}

/// A column of a word of the protocol.
pub(crate) fn word<T>(
    row: &Row<'_>,
    column: impl RowIndex + Copy,
    parse: fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| impossible(row, column, format_args!("{text:?}")))
}

/// A column of a sign_type.
pub(crate) fn sign_type(row: &Row<'_>, column: impl RowIndex + Copy) -> rusqlite::Result<SignType> {
    word(row, column, SignType::parse)
}

/// The columns of `observation` that the fold needs, in no particular order.
pub(crate) const EVIDENCE: &str = "received_seq, asked_seq, source, asked_at, received_at, verified, signature, event, trade_state, \
     transaction_id, total_fee, paid_at, err_code, err_code_des, return_msg, prepay_id, code_url, mweb_url, elsewhere";

/// A row of `observation` as evidence.
pub(crate) fn evidence(row: &Row<'_>) -> rusqlite::Result<Evidence> {
    Ok(Evidence {
        asked_seq: row.get("asked_seq")?,
        received_seq: row.get("received_seq")?,
        asked_at: time_if_any(row, "asked_at")?,
        received_at: time(row, "received_at")?,
        source: row.get("source")?,
        verified: row.get("verified")?,
        signature: row.get("signature")?,
        event: event(row)?,
        elsewhere: row.get("elsewhere")?,
    })
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let text = |column: &str| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
    let number: i64 = row.get("event")?;
    Ok(match number {
        0 => Event::Created {
            prepay_id: id(row, "prepay_id", PrepayId::new)?,
            code_url: row.get("code_url")?,
            mweb_url: row.get("mweb_url")?,
        },
        1 => Event::Refused { err_code: text("err_code")?, err_code_des: text("err_code_des")? },
        2 => Event::NotDone { why: text("return_msg")? },
        3 => Event::CloseAccepted,
        4 => {
            let state: OrderState = row.get("trade_state")?;
            let trade_state = TradeState::parse(state.as_str())
                .ok_or_else(|| impossible(row, "trade_state", format_args!("{state} is no trade_state")))?;
            Event::TradeState(Report {
                trade_state,
                transaction_id: id_if_any(row, "transaction_id", TransactionId::new)?,
                total_fee: fen_if_any(row, "total_fee")?,
                paid_at: time_if_any(row, "paid_at")?,
            })
        }
        5 => Event::OrderNotExist { err_code_des: text("err_code_des")? },
        6 => Event::UnsignedFail { return_msg: text("return_msg")? },
        7 => Event::Unknown { why: text("return_msg")? },
        8 => Event::Claim(Claim {
            state: row.get("trade_state")?,
            transaction_id: id_if_any(row, "transaction_id", TransactionId::new)?,
            paid_at: time_if_any(row, "paid_at")?,
            total_fee: fen_if_any(row, "total_fee")?,
        }),
        other => return Err(impossible(row, "event", other)),
    })
}

/// The columns that an event fills; the rest stay empty.
#[derive(Default)]
pub(crate) struct EventColumns<'a> {
    pub(crate) trade_state: Option<OrderState>,
    pub(crate) transaction_id: Option<&'a str>,
    pub(crate) total_fee: Option<i64>,
    pub(crate) paid_at: Option<i64>,
    pub(crate) err_code: Option<&'a str>,
    pub(crate) err_code_des: Option<&'a str>,
    pub(crate) return_msg: Option<&'a str>,
    pub(crate) prepay_id: Option<&'a str>,
    pub(crate) code_url: Option<&'a str>,
    pub(crate) mweb_url: Option<&'a str>,
}

impl<'a> From<&'a Event> for EventColumns<'a> {
    fn from(event: &'a Event) -> Self {
        match event {
            Event::Created { prepay_id, code_url, mweb_url } => Self {
                prepay_id: Some(prepay_id.as_str()),
                code_url: code_url.as_deref(),
                mweb_url: mweb_url.as_deref(),
                ..Self::default()
            },
            Event::Refused { err_code, err_code_des } => {
                Self { err_code: Some(err_code), err_code_des: Some(err_code_des), ..Self::default() }
            }
            Event::NotDone { why } | Event::Unknown { why } => Self { return_msg: Some(why), ..Self::default() },
            Event::CloseAccepted => Self::default(),
            Event::TradeState(report) => Self {
                trade_state: Some(report.trade_state.into()),
                transaction_id: report.transaction_id.as_ref().map(TransactionId::as_str),
                total_fee: report.total_fee.map(Fen::get),
                paid_at: report.paid_at.map(|at| at.0),
                ..Self::default()
            },
            Event::OrderNotExist { err_code_des } => {
                Self { err_code: Some("ORDERNOTEXIST"), err_code_des: Some(err_code_des), ..Self::default() }
            }
            Event::UnsignedFail { return_msg } => Self { return_msg: Some(return_msg), ..Self::default() },
            Event::Claim(claim) => Self {
                trade_state: claim.state,
                transaction_id: claim.transaction_id.as_ref().map(TransactionId::as_str),
                total_fee: claim.total_fee.map(Fen::get),
                paid_at: claim.paid_at.map(|at| at.0),
                ..Self::default()
            },
        }
    }
}

impl NewObservation {
    /// The observation as evidence, once it has its place in the counter.
    pub(crate) fn evidence(&self, received_seq: i64, elsewhere: bool) -> Evidence {
        let (asked_seq, asked_at) = match self.asked {
            Some(Asked { seq, at }) => (seq, Some(at)),
            None => (received_seq, None),
        };
        Evidence {
            asked_seq,
            received_seq,
            asked_at,
            received_at: self.received_at,
            source: self.source,
            verified: self.verified,
            signature: self.signature,
            event: self.event.clone(),
            elsewhere,
        }
    }
}
