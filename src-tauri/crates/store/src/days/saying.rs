//! Something said to every difference of a day that fits a filter: in batches, each whole, so that it can be stopped between two.

use std::ops::ControlFlow;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use wxpay_protocol::UtcMs;

use super::differences::{FROM, HOLDS, condition, of_run};
use super::{DifferenceFilter, NoteKind, notes, runs};
use crate::{Store, StoreError};

/// Differences that are said to at once: few enough that a notice never waits for them.
const AT_ONCE: usize = 2_000;

/// Something to be said to many differences of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotes {
    /// Whose day.
    pub profile: String,
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// To which of its differences.
    pub filter: DifferenceFilter,
    /// How many these were when they were shown, if they were: of another list nothing is said.
    pub shown: Option<u64>,
    /// What is said: a remark or a handling.
    pub kind: NoteKind,
    /// By whom.
    pub said_by: String,
    /// When.
    pub said_at: UtcMs,
    /// In which words; may be empty except in a remark.
    pub text: String,
}

/// What became of saying something to many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SaidOfMany {
    /// Differences that fit the filter.
    pub matching: u64,
    /// Those of them that were gone through.
    pub gone_through: u64,
    /// Those that it was said to. The others that were gone through need no handling, cannot be read, or stand so already.
    pub said: u64,
    /// Why it ended.
    pub end: SaidEnd,
}

/// Why saying something to many ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaidEnd {
    /// All of them were gone through.
    #[default]
    All,
    /// Somebody stopped it; what was said stays.
    Stopped,
    /// The day was closed or brought together anew meanwhile; what was said stays.
    Overtaken,
}

impl Store {
    /// Says something to every difference of the run that counts for a day that fits a filter and that it can be said to, in the
    /// order of the run. `on_done` is told how many of how many were gone through, and stops it between two batches; what was
    /// said by then stays, also where a later batch fails.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] for a day without a run, [`StoreError::Refused`] for a remark without words, a handling on a
    /// closed day, what is said of a day only, and a list that is another than was shown: then nothing is said.
    pub fn say_of_many(
        &self,
        new: &NewNotes,
        mut on_done: impl FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<SaidOfMany, StoreError> {
        let (run, places) = self.read(|connection| begin(connection, new))?;
        let mut found = SaidOfMany { matching: places.len() as u64, ..SaidOfMany::default() };
        for some in places.chunks(AT_ONCE) {
            if on_done(found.gone_through, found.matching).is_break() {
                return Ok(SaidOfMany { end: SaidEnd::Stopped, ..found });
            }
            let (batch, some_places) = (new.clone(), some.to_vec());
            match self.write(move |connection| say_at(connection, &batch, run, &some_places))? {
                Some(said) => found.said += said,
                None => return Ok(SaidOfMany { end: SaidEnd::Overtaken, ..found }),
            }
            found.gone_through += some.len() as u64;
        }
        // Nothing is left that could be stopped.
        let _told = on_done(found.gone_through, found.matching);
        Ok(found)
    }
}

/// Whether it may be said at all; the run, and the places in it of those that fit.
fn begin(connection: &Connection, new: &NewNotes) -> Result<(i64, Vec<i64>), StoreError> {
    let run = runs::current(connection, &new.profile, new.date)?
        .ok_or_else(|| StoreError::NotFound { what: "reconciled day", name: new.date.day() })?;
    let refused = |rule: &'static str| Err(StoreError::Refused { what: new.date.day(), rule });
    match new.kind {
        NoteKind::CloseDay | NoteKind::ReopenDay => {
            return refused("a day is closed, not a difference [关账是对整天的操作]");
        }
        NoteKind::Remark if new.text.trim().is_empty() => {
            return refused("a remark without words says nothing [备注不能为空]");
        }
        NoteKind::Remark => {}
        _ if notes::is_closed(connection, &new.profile, new.date)? => {
            return refused("the day is closed [当天已关账]; reopen it first");
        }
        _ => {}
    }
    let (wanted, values) = condition(run, &new.filter);
    let sql = format!("{} SELECT d.place {FROM} WHERE {wanted} ORDER BY d.place", of_run());
    let mut statement = connection.prepare_cached(&sql)?;
    let places = statement.query_map(params_from_iter(&values), |row| row.get(0))?;
    let places: Vec<i64> = places.collect::<Result<_, _>>()?;
    if new.shown.is_some_and(|shown| shown != places.len() as u64) {
        return refused("there are other differences now than were shown [列表已变化]; look at them and say it again");
    }
    Ok((run, places))
}

/// Each difference with what was said of it last, where that is a handling: looked up for each by the index of its notes, so that
/// a batch takes as long as it is large, however much was said of the day.
const FROM_ONE_BY_ONE: &str = "FROM day_differences d JOIN day_runs r ON r.id = d.run LEFT JOIN day_notes h ON h.id = (SELECT m.id FROM day_notes m \
     WHERE m.profile = ?2 AND m.date = ?3 AND m.identity = d.identity AND m.kind <> 0 ORDER BY m.id DESC LIMIT 1) AND h.kind IN (1, 2, 3)";

/// Says it to those of these places that it can be said to and that still fit, and answers to how many; nothing where another
/// run counts by now, or the day was closed.
fn say_at(connection: &Connection, new: &NewNotes, run: i64, places: &[i64]) -> Result<Option<u64>, StoreError> {
    let is_closed = || notes::is_closed(connection, &new.profile, new.date);
    if runs::current(connection, &new.profile, new.date)? != Some(run) || new.kind != NoteKind::Remark && is_closed()? {
        return Ok(None);
    }
    let can_be_handled = "d.counts = 1 AND d.class <> 'malformed'";
    let fits = match new.kind {
        NoteKind::Remark => "1".to_owned(),
        NoteKind::Reopen => format!("{can_be_handled} AND {HOLDS}"),
        _ => format!("{can_be_handled} AND NOT ({HOLDS} AND h.kind = {})", new.kind.number()),
    };
    let (wanted, values) = condition(run, &new.filter);
    // The run is the first parameter, which the filter names by its number; its other ones follow those of the note.
    let sql = format!(
        "INSERT INTO day_notes (profile, date, identity, kind, facts, run, said_by, said_at, text) SELECT ?2, ?3, d.identity, ?4, d.facts, d.run, \
         ?5, ?6, ?7 {FROM_ONE_BY_ONE} WHERE d.place IN (SELECT value FROM json_each(?8)) AND {fits} AND {wanted} ORDER BY d.place",
    );
    let listed = places.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let note = [
        Value::Integer(run),
        Value::Text(new.profile.clone()),
        Value::Integer(new.date.0),
        Value::Integer(new.kind.number()),
        Value::Text(new.said_by.clone()),
        Value::Integer(new.said_at.0),
        Value::Text(new.text.trim().to_owned()),
        Value::Text(format!("[{listed}]")),
    ];
    let values = note.into_iter().chain(values.into_iter().skip(1));
    Ok(Some(connection.prepare_cached(&sql)?.execute(params_from_iter(values))? as u64))
}
