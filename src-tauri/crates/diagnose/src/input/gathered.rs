//! Fields, faults and repairs as they come in from a lenient reader.

use std::ops::Range;

use wxpay_protocol::params::ParamError;

use super::Fields;
use super::fault::{Fault, FaultKind, Place};
use super::names::is_telling;
use super::pasted_key::{role_of, written_in};
use super::traced::Traced;
use crate::Repair;

/// More faults or repairs than anybody reads are counted, not listed.
const MAX_LISTED: usize = 48;

/// A repair and where it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What was done.
    pub repair: Repair,
    /// Where; nothing where it concerns the whole text.
    pub place: Option<Place>,
}

/// A field before it is checked.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) value: Traced,
    /// Name and value, in the pasted text.
    pub(super) origin: Range<usize>,
}

#[derive(Default)]
pub(super) struct Gathered {
    pub(super) fields: Fields,
    faults: Vec<(FaultKind, Option<Range<usize>>)>,
    repairs: Vec<(Repair, Option<Range<usize>>)>,
    more: usize,
    full: bool,
}

impl Gathered {
    /// Adds a field; what cannot be added becomes a fault.
    pub(super) fn add(&mut self, name: &str, value: &str, origin: Range<usize>) {
        let short = || name.chars().filter(|kept| !kept.is_control()).take(64).collect::<String>();
        if let Some(role) = role_of(name) {
            if self.fields.take_key(name, role, value) {
                self.repair(Repair::KeyRemoved, Some(origin));
            } else {
                self.fault(FaultKind::Duplicate(short()), origin);
            }
            return;
        }
        let control = value.chars().find(|found| *found < ' ' && !matches!(found, '\t' | '\n' | '\r'));
        if let Some(found) = control {
            self.fault(FaultKind::ControlCharacter { name: short(), code: u32::from(found) }, origin.clone());
        }
        match self.fields.params.push(name, value) {
            Ok(()) => {}
            Err(ParamError::Duplicate(name)) => self.fault(FaultKind::Duplicate(name), origin),
            Err(ParamError::NoName) => self.fault(FaultKind::NoName, origin),
            Err(ParamError::TooManyFields | ParamError::ValueTooLong(_)) => {
                if !self.full {
                    self.full = true;
                    self.fault(FaultKind::TooMuch, origin);
                }
            }
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.params.get(name).is_some()
    }

    pub(super) fn fault(&mut self, kind: FaultKind, origin: Range<usize>) {
        self.list_fault(kind, Some(origin));
    }

    /// A fault of the whole text.
    pub(super) fn fault_of_all(&mut self, kind: FaultKind) {
        self.list_fault(kind, None);
    }

    fn list_fault(&mut self, kind: FaultKind, origin: Option<Range<usize>>) {
        if self.faults.len() < MAX_LISTED {
            self.faults.push((kind, origin));
        } else {
            self.more += 1;
        }
    }

    pub(super) fn repair(&mut self, repair: Repair, origin: Option<Range<usize>>) {
        if self.repairs.len() < MAX_LISTED {
            self.repairs.push((repair, origin));
        }
    }

    /// Repairs that a strict reader made, whose places it does not tell.
    pub(super) fn take_strict(&mut self, mut fields: Fields, origin: &Range<usize>) {
        for repair in fields.repairs.drain(..) {
            let place = matches!(repair, Repair::BackslashesResolved | Repair::EntitiesResolved | Repair::Decoded);
            self.repair(repair, place.then(|| origin.clone()));
        }
        self.fields = fields;
    }

    /// Takes the fields of another reading, and adds its faults and repairs.
    pub(super) fn absorb(&mut self, other: Self) {
        self.fields = other.fields;
        for (kind, origin) in other.faults {
            self.list_fault(kind, origin);
        }
        self.more += other.more;
        for (repair, origin) in other.repairs {
            self.repair(repair, origin);
        }
    }

    /// How many fields have a name that tells a message.
    pub(super) fn telling(&self) -> usize {
        self.fields.params.iter().filter(|(name, _)| is_telling(name)).count()
    }

    pub(super) fn is_faultless(&self) -> bool {
        self.faults.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.params.is_empty()
    }

    /// Keys that are written down somewhere else than in a field of their own: tried, and hidden wherever they show.
    fn take_written_keys(&mut self, pasted: &str) {
        for (key, place) in written_in(pasted) {
            if self.fields.pasted_keys.iter().any(|known| known.secret.same_as(&key.secret)) {
                continue;
            }
            self.fields.pasted_keys.push(key);
            self.repair(Repair::KeyHidden, Some(place));
        }
    }

    pub(super) fn finish(mut self, pasted: &str) -> (Fields, Vec<Fault>, Vec<Placed>) {
        self.take_written_keys(pasted);
        let places = Places::new(pasted);
        let mut faults: Vec<Fault> = self
            .faults
            .into_iter()
            .map(|(kind, origin)| Fault { kind, place: origin.map(|range| places.of(range)) })
            .collect();
        faults.sort_by_key(|fault| fault.place.as_ref().map_or(0, |place| place.range.start));
        if self.more > 0 {
            faults.push(Fault { kind: FaultKind::More { count: self.more }, place: None });
        }
        let repairs: Vec<Placed> = self
            .repairs
            .into_iter()
            .map(|(repair, origin)| Placed { repair, place: origin.map(|range| places.of(range)) })
            .collect();
        self.fields.repairs.clear();
        for placed in &repairs {
            if !self.fields.repairs.contains(&placed.repair) {
                self.fields.repairs.push(placed.repair.clone());
            }
        }
        (self.fields, faults, repairs)
    }
}

/// Lines of a text, found once.
struct Places<'t> {
    pasted: &'t str,
    line_starts: Vec<usize>,
}

impl<'t> Places<'t> {
    fn new(pasted: &'t str) -> Self {
        let line_starts = std::iter::once(0).chain(pasted.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { pasted, line_starts }
    }

    fn of(&self, range: Range<usize>) -> Place {
        let line = self.line_starts.partition_point(|start| *start <= range.start);
        let line_start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.pasted.get(line_start..range.start).unwrap_or_default().trim_start_matches('\u{FEFF}');
        Place { line, column: before.chars().count() + 1, range }
    }
}
