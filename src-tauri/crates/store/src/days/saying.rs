//! Something said to every difference of a day that fits a filter, in one transaction.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use wxpay_protocol::UtcMs;

use super::differences::{FROM, HOLDS, condition, of_run};
use super::{DifferenceFilter, NoteKind, count, notes, runs};
use crate::{Store, StoreError};

/// Places of a run that are gone through between two looks at how far it is.
const AT_ONCE: u64 = 20_000;

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
    /// Those that it was said to. The others need no handling, cannot be read, or stand so already.
    pub said: u64,
}

impl Store {
    /// Says something to every difference of the run that counts for a day that fits a filter: to all that it can be said to,
    /// or, where anything fails, to none. `on_done` is told how many differences of how many were gone through.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] for a day without a run, [`StoreError::Refused`] for a remark without words, a handling on a
    /// closed day, what is said of a day only, and a list
    /// that is another than was shown.
    pub fn say_of_many(
        &self,
        new: NewNotes,
        mut on_done: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<SaidOfMany, StoreError> {
        self.write_alone(move |connection| say_of_many(connection, &new, &mut on_done))
    }
}

fn say_of_many(
    connection: &Connection,
    new: &NewNotes,
    on_done: &mut dyn FnMut(u64, u64),
) -> Result<SaidOfMany, StoreError> {
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
    let matching: i64 = connection
        .prepare_cached(&format!("{} SELECT count(*) {FROM} WHERE {wanted}", of_run()))?
        .query_row(params_from_iter(&values), |row| row.get(0))?;
    if new.shown.is_some_and(|shown| shown != matching.unsigned_abs()) {
        return refused("there are other differences now than were shown [列表已变化]; look at them and say it again");
    }
    let places: i64 = connection
        .prepare_cached("SELECT coalesce(max(place) + 1, 0) FROM day_differences WHERE run = ?1")?
        .query_row([run], |row| row.get(0))?;
    let (mut found, places) = (SaidOfMany { matching: matching.unsigned_abs(), said: 0 }, places.unsigned_abs());
    let mut start = 0;
    while start < places {
        let end = places.min(start + AT_ONCE);
        found.said += say_between(connection, new, run, (&wanted, &values), (start, end))?;
        on_done(end, places);
        start = end;
    }
    Ok(found)
}

/// Says it to those with a place from `start` and below `end`, and answers to how many.
fn say_between(
    connection: &Connection,
    new: &NewNotes,
    run: i64,
    (wanted, values): (&str, &[Value]),
    (start, end): (u64, u64),
) -> Result<u64, StoreError> {
    let can_be_handled = "d.counts = 1 AND d.class <> 'malformed'";
    let fits = match new.kind {
        NoteKind::Remark => "1".to_owned(),
        NoteKind::Reopen => format!("{can_be_handled} AND {HOLDS}"),
        _ => format!("{can_be_handled} AND NOT ({HOLDS} AND h.kind = {})", new.kind.number()),
    };
    // The run is the first parameter, which the filter names by its number; its other ones follow those of the note.
    let sql = format!(
        "INSERT INTO day_notes (profile, date, identity, kind, facts, run, said_by, said_at, text) {} SELECT ?2, ?3, d.identity, ?4, d.facts, d.run, \
         ?5, ?6, ?7 {FROM} WHERE d.place >= ?8 AND d.place < ?9 AND {fits} AND {wanted} ORDER BY d.place",
        of_run()
    );
    let note = [
        Value::Integer(run),
        Value::Text(new.profile.clone()),
        Value::Integer(new.date.0),
        Value::Integer(new.kind.number()),
        Value::Text(new.said_by.clone()),
        Value::Integer(new.said_at.0),
        Value::Text(new.text.trim().to_owned()),
        Value::Integer(count(start)),
        Value::Integer(count(end)),
    ];
    let values = note.into_iter().chain(values.iter().skip(1).cloned());
    Ok(connection.prepare_cached(&sql)?.execute(params_from_iter(values))? as u64)
}
