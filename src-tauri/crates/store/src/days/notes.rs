//! What people say to a difference or to a day: append-only, and where things stand follows from the last of it.

use rusqlite::{Connection, Row, named_params, params};
use wxpay_protocol::UtcMs;

use super::{differences, runs, standing};
use crate::coded::coded;
use crate::columns::time;
use crate::{Store, StoreError};

coded! {
    /// What was said.
    NoteKind {
        /// Words only.
        Remark = 0 "remark",
        /// It is settled.
        Resolve = 1 "resolve",
        /// It is known, and still to be settled.
        CarryOver = 2 "carry_over",
        /// It needs nothing.
        Ignore = 3 "ignore",
        /// It is open again.
        Reopen = 4 "reopen",
        /// The day is closed.
        CloseDay = 5 "close_day",
        /// The day is open again.
        ReopenDay = 6 "reopen_day",
    }
}

coded! {
    /// How a difference was handled.
    Handled {
        /// 已核销.
        Resolved = 1 "resolved",
        /// 挂账.
        CarriedOver = 2 "carried_over",
        /// 已忽略.
        Ignored = 3 "ignored",
    }
}

/// Something to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDayNote {
    /// Whose day.
    pub profile: String,
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// The difference; nothing for what is said of the day.
    pub identity: Option<[u8; 16]>,
    /// What is said.
    pub kind: NoteKind,
    /// By whom.
    pub said_by: String,
    /// When.
    pub said_at: UtcMs,
    /// In which words; may be empty except in a remark and when a day is opened again.
    pub text: String,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayNote {
    /// The store's own id, ascending.
    pub id: i64,
    /// The difference; nothing for what was said of the day.
    pub identity: Option<[u8; 16]>,
    /// What was said.
    pub kind: NoteKind,
    /// By whom.
    pub said_by: String,
    /// When.
    pub said_at: UtcMs,
    /// In which words.
    pub text: String,
}

/// What was said last of each difference of a day, where it is a handling.
/// The day stands outside as well and the plus before the id, so that the notes of one difference are found by their index
/// and not looked for among all.
pub(super) const HANDLED: &str = "WITH handled AS (SELECT identity, facts, kind FROM day_notes WHERE {day} AND identity IS NOT NULL AND +id IN (SELECT max(id) \
     FROM day_notes WHERE {day} AND identity IS NOT NULL AND kind <> 0 GROUP BY identity) AND kind IN (1, 2, 3))";

const NOTE: &str = "id, identity, kind, said_by, said_at, text";

fn note(row: &Row<'_>) -> rusqlite::Result<DayNote> {
    Ok(DayNote {
        id: row.get("id")?,
        identity: row.get("identity")?,
        kind: row.get("kind")?,
        said_by: row.get("said_by")?,
        said_at: time(row, "said_at")?,
        text: row.get("text")?,
    })
}

impl Store {
    /// Says something to differences or a day; all of it or nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] for a difference that the run of the day does not have, [`StoreError::Refused`] where it is
    /// not to be said: something to a closed day, a handling of what needs none or cannot be read, closing a day with open
    /// differences, opening one again without saying why.
    pub fn say(&self, notes: Vec<NewDayNote>) -> Result<(), StoreError> {
        self.write(move |connection| notes.iter().try_for_each(|new| say(connection, new)))
    }

    /// What was said of a day itself, the oldest first.
    pub fn day_notes(&self, profile: &str, date: UtcMs) -> Result<Vec<DayNote>, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "SELECT {NOTE} FROM day_notes WHERE profile = ?1 AND date = ?2 AND identity IS NULL ORDER BY id"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![profile, date.0], note)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// What was said of one difference, the oldest first.
pub(super) fn of_difference(
    connection: &Connection,
    profile: &str,
    date: UtcMs,
    identity: &[u8; 16],
) -> Result<Vec<DayNote>, StoreError> {
    let sql = format!("SELECT {NOTE} FROM day_notes WHERE profile = ?1 AND date = ?2 AND identity = ?3 ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![profile, date.0, identity], note)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The note that a day was closed with, if it is closed.
pub(super) fn closing(
    connection: &Connection,
    profile: &str,
    date: UtcMs,
) -> Result<Option<(DayNote, i64)>, StoreError> {
    let sql = format!(
        "SELECT {NOTE}, run FROM day_notes WHERE profile = ?1 AND date = ?2 AND identity IS NULL AND kind IN (5, 6) ORDER BY id DESC LIMIT 1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let last = statement.query_map(params![profile, date.0], |row| Ok((note(row)?, row.get("run")?)))?.next();
    Ok(last.transpose()?.filter(|(note, _)| note.kind == NoteKind::CloseDay))
}

pub(super) fn is_closed(connection: &Connection, profile: &str, date: UtcMs) -> Result<bool, StoreError> {
    Ok(closing(connection, profile, date)?.is_some())
}

fn say(connection: &Connection, new: &NewDayNote) -> Result<(), StoreError> {
    let day = new.date.day();
    let is_closed = is_closed(connection, &new.profile, new.date)?;
    let run = runs::current(connection, &new.profile, new.date)?
        .ok_or_else(|| StoreError::NotFound { what: "reconciled day", name: day.clone() })?;
    let refused = |rule: &'static str| Err(StoreError::Refused { what: day.clone(), rule });
    let facts = match (new.identity, new.kind) {
        (_, NoteKind::Remark) if new.text.trim().is_empty() => {
            return refused("a remark without words says nothing [备注不能为空]");
        }
        (None, NoteKind::ReopenDay) if is_closed && new.text.trim().is_empty() => {
            return refused("a closed day is opened for a reason [重新打开要写原因]; say why");
        }
        (Some(_), NoteKind::CloseDay | NoteKind::ReopenDay) => {
            return refused("a day is closed, not a difference [关账是对整天的操作]");
        }
        (None, NoteKind::CloseDay) if is_closed => return refused("the day is closed already [当天已关账]"),
        (None, NoteKind::ReopenDay) if !is_closed => return refused("the day is not closed [当天没有关账]"),
        (None, NoteKind::CloseDay) => {
            let standing = standing::of_run(connection, &new.profile, new.date, run)?;
            if standing.malformed > 0 {
                return refused(
                    "rows cannot be read [有无法读取的行]; mend the file and run the day again before closing it",
                );
            }
            if standing.open > 0 {
                return refused(
                    "differences are open [还有未处理的差异]; resolve, carry over or ignore each before closing the day",
                );
            }
            None
        }
        (None, NoteKind::Remark | NoteKind::ReopenDay) => None,
        (None, _) => return refused("only a difference is handled [只能处理某一条差异]; name one"),
        (Some(identity), kind) => {
            let found = differences::by_identity(connection, &new.profile, &identity)?
                .filter(|found| found.run == run)
                .ok_or_else(|| StoreError::NotFound { what: "difference", name: crate::chain::hex(&identity) })?;
            if kind != NoteKind::Remark {
                if is_closed {
                    return refused("the day is closed [当天已关账]; reopen it first");
                }
                if !found.found.counts {
                    return refused("what is expected on another day needs no handling [跨日的记录无需处理]");
                }
                if found.found.class == "malformed" {
                    return refused(
                        "a row that cannot be read is mended [无法读取的行请在文件里改正] in its file, and the day run again",
                    );
                }
            }
            Some(found.found.facts)
        }
    };
    connection
        .prepare_cached(
            "INSERT INTO day_notes (profile, date, identity, kind, facts, run, said_by, said_at, text) VALUES (:profile, :date, :identity, :kind, \
             :facts, :run, :said_by, :said_at, :text)",
        )?
        .execute(named_params! {
            ":profile": new.profile,
            ":date": new.date.0,
            ":identity": new.identity,
            ":kind": new.kind,
            ":facts": facts,
            ":run": run,
            ":said_by": new.said_by,
            ":said_at": new.said_at.0,
            ":text": new.text.trim(),
        })?;
    Ok(())
}
