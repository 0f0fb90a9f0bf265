//! What the gateway said about differences when it was asked: append-only, the last one is shown.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use wxpay_protocol::UtcMs;

use crate::columns::time;
use crate::{Store, StoreError};

/// What was said about a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayAnswer {
    /// When it was asked.
    pub asked_at: UtcMs,
    /// It was asked about a refund, else about an order.
    pub is_refund: bool,
    /// A state of an order or of a refund, `NOTEXIST`, or `UNKNOWN` where no answer can be believed.
    pub word: String,
    /// The amount, in fen, where the answer has it.
    pub fee_fen: Option<i64>,
    /// WeChat's number.
    pub wechat_id: Option<String>,
    /// When an order was paid.
    pub paid_at: Option<UtcMs>,
    /// Why nothing is known, as a word; there with `UNKNOWN` only.
    pub silence: Option<String>,
    /// What was said beside it.
    pub detail: Option<String>,
}

/// An answer to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDayAnswer {
    /// Whose day.
    pub profile: String,
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// The difference.
    pub identity: [u8; 16],
    /// What was said.
    pub answer: DayAnswer,
}

impl Store {
    /// Keeps answers; all of them or none.
    pub fn keep_answers(&self, answers: Vec<NewDayAnswer>) -> Result<(), StoreError> {
        self.write(move |connection| answers.iter().try_for_each(|new| keep(connection, new)))
    }
}

fn keep(connection: &Connection, new: &NewDayAnswer) -> Result<(), StoreError> {
    let NewDayAnswer { profile, date, identity, answer } = new;
    connection
        .prepare_cached(
            "INSERT INTO day_answers (profile, date, identity, asked_at, is_refund, word, fee_fen, wechat_id, paid_at, silence, detail) \
             VALUES (:profile, :date, :identity, :asked_at, :is_refund, :word, :fee_fen, :wechat_id, :paid_at, :silence, :detail)",
        )?
        .execute(named_params! {
            ":profile": profile,
            ":date": date.0,
            ":identity": identity,
            ":asked_at": answer.asked_at.0,
            ":is_refund": answer.is_refund,
            ":word": answer.word,
            ":fee_fen": answer.fee_fen,
            ":wechat_id": answer.wechat_id,
            ":paid_at": answer.paid_at.map(|at| at.0),
            ":silence": answer.silence,
            ":detail": answer.detail,
        })?;
    Ok(())
}

/// The last answer about a difference.
pub(super) fn last_of(
    connection: &Connection,
    profile: &str,
    date: UtcMs,
    identity: &[u8; 16],
) -> Result<Option<DayAnswer>, StoreError> {
    let sql = "SELECT asked_at, is_refund, word, fee_fen, wechat_id, paid_at, silence, detail FROM day_answers \
               WHERE profile = ?1 AND date = ?2 AND identity = ?3 ORDER BY id DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![profile, date.0, identity], answer).optional()?)
}

fn answer(row: &Row<'_>) -> rusqlite::Result<DayAnswer> {
    Ok(DayAnswer {
        asked_at: time(row, "asked_at")?,
        is_refund: row.get("is_refund")?,
        word: row.get("word")?,
        fee_fen: row.get("fee_fen")?,
        wechat_id: row.get("wechat_id")?,
        paid_at: row.get::<_, Option<i64>>("paid_at")?.map(UtcMs),
        silence: row.get("silence")?,
        detail: row.get("detail")?,
    })
}
