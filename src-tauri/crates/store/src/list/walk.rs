//! Walks along the index of a sort. Where the index has runs, one walk along each, merged.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::ops::ControlFlow;

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, Rows, params_from_iter};

use super::IdSet;
use super::condition::{Condition, Index, Runs};
use crate::finding::MERCHANTS_SQL;

/// Hands out the ids of all matches, or of those among some, in the order of the sort, until `each` breaks.
pub(super) fn walk(
    connection: &Connection,
    condition: &Condition,
    among: Option<&IdSet>,
    index: &Index,
    descending: bool,
    mut each: impl FnMut(i64) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    let sql = condition.walk_sql(index, descending);
    let runs: Vec<Option<Value>> = match index.runs {
        Runs::One => vec![None],
        Runs::Blocks => blocks(connection)?.into_iter().map(Some).collect(),
        Runs::Merchants => merchants(connection)?.into_iter().map(Some).collect(),
    };
    let mut statements: Vec<CachedStatement<'_>> =
        runs.iter().map(|_| connection.prepare_cached(&sql)).collect::<Result<_, _>>()?;
    let mut walks: Vec<Rows<'_>> = statements
        .iter_mut()
        .zip(&runs)
        .map(|(statement, run)| statement.query(params_from_iter(condition.values.iter().chain(run))))
        .collect::<Result<_, _>>()?;
    let each = |id| {
        if among.is_none_or(|set| set.contains(id)) { each(id) } else { ControlFlow::Continue(()) }
    };
    match &mut walks[..] {
        [one] => alone(one, each),
        many => merged(many, descending, each),
    }
}

fn alone(walk: &mut Rows<'_>, mut each: impl FnMut(i64) -> ControlFlow<()>) -> rusqlite::Result<()> {
    while let Some(row) = walk.next()? {
        if each(row.get(0)?).is_break() {
            break;
        }
    }
    Ok(())
}

fn merged(
    walks: &mut [Rows<'_>],
    descending: bool,
    mut each: impl FnMut(i64) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    let mut heads = BinaryHeap::with_capacity(walks.len());
    for (run, walk) in walks.iter_mut().enumerate() {
        heads.extend(Head::next_of(walk, run, descending)?);
    }
    while let Some(mut head) = heads.peek_mut() {
        if each(head.id).is_break() {
            break;
        }
        let run = head.run;
        match walks.get_mut(run).map(|walk| Head::next_of(walk, run, descending)).transpose()?.flatten() {
            Some(next) => *head = next,
            None => drop(PeekMut::pop(head)),
        }
    }
    Ok(())
}

fn blocks(connection: &Connection) -> rusqlite::Result<Vec<Value>> {
    let last: Option<i64> =
        connection.prepare_cached("SELECT max(id) >> 16 FROM orders")?.query_one([], |row| row.get(0))?;
    Ok(last.map_or_else(Vec::new, |last| (0..=last).map(Value::Integer).collect()))
}

fn merchants(connection: &Connection) -> rusqlite::Result<Vec<Value>> {
    connection.prepare_cached(MERCHANTS_SQL)?.query_map([], |row| row.get(0))?.collect()
}

/// The next order of a run.
struct Head {
    key: Key,
    id: i64,
    run: usize,
    descending: bool,
}

/// What orders of several runs are compared by. One walk has keys of one kind.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Amount(i64),
    Number(String),
}

impl Head {
    fn next_of(walk: &mut Rows<'_>, run: usize, descending: bool) -> rusqlite::Result<Option<Self>> {
        let Some(row) = walk.next()? else { return Ok(None) };
        let key = match row.get(1)? {
            Value::Integer(fen) => Key::Amount(fen),
            Value::Text(number) => Key::Number(number),
            other => return Err(rusqlite::Error::InvalidColumnType(1, "key".to_owned(), other.data_type())),
        };
        Ok(Some(Self { key, id: row.get(0)?, run, descending }))
    }
}

// The greatest comes first out of a heap.
impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        let ascending = (&self.key, self.id).cmp(&(&other.key, other.id));
        if self.descending { ascending } else { ascending.reverse() }
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}
