//! Everything of a day that does not agree, in its order: kept in the memory while it is little, else in a file without a name
//! that goes with the program, from which it is read in its order as often as somebody asks. It holds fingerprints of numbers,
//! amounts and places, and no texts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::{env, mem, slice, vec};

use desk_reconcile::{Class, Difference, ListOrder};

use super::{ReconcileFault, place};

/// So many rows are held at once: some 25 MiB.
pub(super) const MOST_HELD_ROWS: usize = 256 * 1024;
/// So many are read at once where they are brought into their order, of all runs together.
const READ_ROWS: usize = 64 * 1024;
const ROW_BYTES: u64 = Difference::BYTES as u64;

/// A list that is being made, of rows that come in no order.
pub(super) struct Listing {
    most_rows: usize,
    held: Vec<Difference>,
    runs: Vec<Run>,
    file: Option<File>,
}

/// Rows in their order, one after the other in the file.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u64,
    rows: u64,
}

impl Listing {
    pub(super) const fn new(most_rows: usize) -> Self {
        Self { most_rows, held: Vec::new(), runs: Vec::new(), file: None }
    }

    pub(super) fn take(&mut self, row: Difference) -> Result<(), ReconcileFault> {
        if self.held.len() >= self.most_rows {
            self.put_down().map_err(unwritable)?;
        }
        self.held.push(row);
        Ok(())
    }

    /// The list, once everything is in it.
    pub(super) fn finish(mut self) -> Result<Listed, ReconcileFault> {
        if self.file.is_some() {
            self.put_down().map_err(unwritable)?;
        }
        self.held.sort_unstable_by_key(Difference::order);
        let file = self.file.map(Mutex::new);
        Ok(Listed { held: self.held, runs: self.runs, file })
    }

    fn put_down(&mut self) -> io::Result<()> {
        let mut held = mem::take(&mut self.held);
        held.sort_unstable_by_key(Difference::order);
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(folder())?),
        };
        let mut written = BufWriter::with_capacity(256 * 1024, file);
        for row in &held {
            written.write_all(&row.to_bytes())?;
        }
        written.flush()?;
        let first = self.runs.last().map_or(0, |run| run.first + run.rows);
        self.runs.push(Run { first, rows: held.len() as u64 });
        held.clear();
        self.held = held;
        Ok(())
    }
}

/// A list that is whole.
#[derive(Debug)]
pub(super) struct Listed {
    held: Vec<Difference>,
    runs: Vec<Run>,
    file: Option<Mutex<File>>,
}

impl Listed {
    pub(super) fn count(&self) -> u64 {
        self.held.len() as u64 + self.runs.iter().map(|run| run.rows).sum::<u64>()
    }

    /// The most rows of it that were held at once while it was made.
    #[cfg(test)]
    pub(super) fn most_held_rows(&self) -> u64 {
        self.runs.iter().map(|run| run.rows).max().unwrap_or_default().max(self.held.len() as u64)
    }

    /// Every row, in the order of the list.
    pub(super) fn rows(&self) -> Rows<'_> {
        match &self.file {
            None => Rows::Held(self.held.iter()),
            Some(file) => Rows::Merged(Merged::new(file, &self.runs)),
        }
    }
}

/// The rows of a list, one after the other; an error is the last of them.
pub(super) enum Rows<'l> {
    Held(slice::Iter<'l, Difference>),
    Merged(Merged<'l>),
}

impl Iterator for Rows<'_> {
    type Item = Result<Difference, ReconcileFault>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Held(rows) => rows.next().map(|row| Ok(*row)),
            Self::Merged(rows) => rows.next().map_err(unreadable).transpose(),
        }
    }
}

/// Runs in the file, brought together.
pub(super) struct Merged<'l> {
    file: &'l Mutex<File>,
    runs: Vec<Reading>,
    /// The next row of each run.
    next: BinaryHeap<Reverse<(ListOrder, usize)>>,
    block_rows: u64,
    is_begun: bool,
}

/// How far a run is read.
struct Reading {
    rest: Run,
    block: vec::IntoIter<Difference>,
    row: Option<Difference>,
}

impl<'l> Merged<'l> {
    fn new(file: &'l Mutex<File>, runs: &[Run]) -> Self {
        let block_rows = (READ_ROWS / runs.len().max(1)).max(64) as u64;
        let runs: Vec<Reading> =
            runs.iter().map(|run| Reading { rest: *run, block: Vec::new().into_iter(), row: None }).collect();
        Self { file, next: BinaryHeap::with_capacity(runs.len()), runs, block_rows, is_begun: false }
    }

    fn next(&mut self) -> io::Result<Option<Difference>> {
        if !self.is_begun {
            self.is_begun = true;
            for run in 0..self.runs.len() {
                self.step(run)?;
            }
        }
        let Some(Reverse((_, run))) = self.next.pop() else { return Ok(None) };
        let row = self.runs.get_mut(run).and_then(|run| run.row.take());
        self.step(run)?;
        Ok(row)
    }

    /// Reads the next row of a run, where it has one more.
    fn step(&mut self, place: usize) -> io::Result<()> {
        let Some(run) = self.runs.get_mut(place) else { return Ok(()) };
        if run.block.as_slice().is_empty() && run.rest.rows > 0 {
            let some = Run { rows: run.rest.rows.min(self.block_rows), ..run.rest };
            run.block = read(self.file, some)?.into_iter();
            run.rest = Run { first: some.first + some.rows, rows: run.rest.rows - some.rows };
        }
        run.row = run.block.next();
        if let Some(row) = &run.row {
            self.next.push(Reverse((row.order(), place)));
        }
        Ok(())
    }
}

fn read(file: &Mutex<File>, rows: Run) -> io::Result<Vec<Difference>> {
    let mut bytes = Vec::new();
    {
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(rows.first * ROW_BYTES))?;
        (&mut *file).take(rows.rows * ROW_BYTES).read_to_end(&mut bytes)?;
    }
    let (whole, _) = bytes.as_chunks::<{ Difference::BYTES }>();
    let read: Option<Vec<Difference>> = whole.iter().map(Difference::from_bytes).collect();
    read.filter(|read| read.len() as u64 == rows.rows).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Where long lists lie: what many systems call temporary is memory, which they are there to spare.
fn folder() -> PathBuf {
    let on_disk = PathBuf::from("/var/tmp");
    if env::var_os("TMPDIR").is_none() && on_disk.is_dir() { on_disk } else { env::temp_dir() }
}

fn unwritable(cause: io::Error) -> ReconcileFault {
    ReconcileFault::Unwritable { place: place(&folder()), cause: cause.into() }
}

fn unreadable(cause: io::Error) -> ReconcileFault {
    ReconcileFault::Unreadable { place: place(&folder()), cause }
}

/// What is found of a day share by share: orders that wait at midnight apart, because the bills beside the day may say of them
/// what they are.
pub(super) struct Collected {
    listing: Listing,
    waiting: Listing,
    fault: Option<ReconcileFault>,
}

impl Collected {
    pub(super) const fn new(most_rows: usize) -> Self {
        Self { listing: Listing::new(most_rows), waiting: Listing::new(most_rows), fault: None }
    }

    /// Whether it can take no more.
    pub(super) const fn is_broken(&self) -> bool {
        self.fault.is_some()
    }

    /// Why it can take no more.
    pub(super) const fn take_fault(&mut self) -> Option<ReconcileFault> {
        self.fault.take()
    }

    pub(super) fn take(&mut self, rows: Vec<Difference>) {
        for row in rows {
            if self.fault.is_none() {
                let list = if row.class == Class::DayCutLocal { &mut self.waiting } else { &mut self.listing };
                self.fault = list.take(row).err();
            }
        }
    }

    /// The list that everything goes into, and those that wait.
    pub(super) fn finish(self) -> Result<(Listing, Listed), ReconcileFault> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok((self.listing, self.waiting.finish()?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use desk_reconcile::{BillPlace, Fingerprint, Reason};

    use super::*;

    fn row(place: u64) -> Difference {
        Difference {
            class: Class::ALL[usize::try_from(place % 3).unwrap() + 1],
            reason: Reason::NotLocal,
            number: Fingerprint::of(&place.to_le_bytes()),
            nth: 1,
            bill: (!place.is_multiple_of(5)).then_some(BillPlace {
                file: 0,
                line: place * 7919 % 10_007,
                offset: place,
            }),
            is_refund: false,
            local_line: Some(place),
            bill_fen: 1,
            local_fen: 2,
            is_counted_beside: false,
        }
    }

    #[test]
    fn a_list_comes_out_in_its_order_however_little_of_it_is_held() {
        let rows: Vec<Difference> = (0..10_000).map(row).collect();
        let mut ordered = rows.clone();
        ordered.sort_unstable_by_key(Difference::order);
        for most_rows in [1, 700, 9999, 10_000, 20_000] {
            let rows = if most_rows == 1 { &rows[..300] } else { &rows[..] };
            let mut listing = Listing::new(most_rows);
            for row in rows {
                listing.take(*row).unwrap();
            }
            let listed = listing.finish().unwrap();
            let held = most_rows.min(rows.len()) as u64;
            assert_eq!((listed.count(), listed.most_held_rows()), (rows.len() as u64, held));
            let expected: Vec<Difference> = ordered.iter().filter(|row| rows.contains(row)).copied().collect();
            for _ in 0..2 {
                assert!(listed.rows().collect::<Result<Vec<_>, _>>().unwrap() == expected, "{most_rows} at once");
            }
            assert_eq!(listed.file.is_some(), rows.len() > most_rows);
        }
    }

    #[test]
    fn a_list_whose_file_was_cut_off_is_no_shorter_list() {
        let mut listing = Listing::new(100);
        for place in 0..1000 {
            listing.take(row(place)).unwrap();
        }
        let listed = listing.finish().unwrap();
        listed.file.as_ref().unwrap().lock().unwrap().set_len(60 * 500).unwrap();
        let last = listed.rows().find(Result::is_err).unwrap();
        assert!(matches!(last, Err(ReconcileFault::Unreadable { .. })), "{last:?}");
    }
}
