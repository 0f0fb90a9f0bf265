//! A change of the fields, and the bytes of the right string that it replaces.

use std::rc::Rc;

use super::base::{Base, Field};
use super::values::Change;

/// A change of the set of fields, of their names or of their values.
#[derive(Clone)]
pub(crate) enum Edit {
    /// These fields are not signed.
    Drop(Vec<u32>),
    /// These are signed too.
    Add(Vec<Field>),
    /// These have another name.
    Rename(Vec<(u32, Rc<str>)>),
    /// These go through a function; a field that becomes empty is not signed.
    Change(Vec<u32>, &'static Change),
    /// This one has another value.
    Set(u32, Rc<[u8]>),
    /// All fields are these.
    Replace(Rc<[Field]>),
}

impl Edit {
    /// Applies it; fields that it does not find stay as they are.
    pub(crate) fn apply(&self, fields: &mut Vec<Field>) {
        match self {
            Self::Drop(ids) => fields.retain(|field| !ids.contains(&field.id)),
            Self::Add(added) => {
                for field in added {
                    if !fields.iter().any(|found| found.name == field.name) {
                        fields.push(field.clone());
                    }
                }
            }
            Self::Rename(renames) => {
                for field in fields.iter_mut() {
                    if let Some((_, name)) = renames.iter().find(|(id, _)| *id == field.id) {
                        field.name = Rc::clone(name);
                    }
                }
            }
            Self::Change(ids, change) => {
                for field in fields.iter_mut().filter(|field| ids.contains(&field.id)) {
                    if let Some(changed) = change.of(&field.value) {
                        field.value = changed.into();
                    }
                }
                fields.retain(|field| !field.value.is_empty() || !ids.contains(&field.id));
            }
            Self::Set(id, value) => {
                if let Some(field) = fields.iter_mut().find(|field| field.id == *id) {
                    field.value = Rc::clone(value);
                }
            }
            Self::Replace(all) => *fields = all.to_vec(),
        }
    }
}

/// Bytes of the right string that are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Patch {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) with: Vec<u8>,
}

/// What an edit does to the right string, in the order of the string.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Patches {
    pub(crate) list: Vec<Patch>,
    /// One bit for each field that it touches; fields from the 127th on share the last one.
    pub(crate) touched: u128,
    /// One bit for each place between fields where some come in; two that come in at one place must be put in order.
    pub(crate) entered: u128,
    /// The new length minus the old.
    pub(crate) growth: isize,
}

impl Patches {
    /// Of the right string; none where the edit changes nothing.
    pub(crate) fn of(base: &Base, edit: &Edit) -> Option<Self> {
        let mut fields = base.fields.clone();
        edit.apply(&mut fields);
        let mut patches = Self::default();
        let mut arriving: Vec<&Field> = Vec::new();
        for (index, old) in base.fields.iter().enumerate() {
            let new = fields.iter().find(|field| field.id == old.id);
            let with = match new {
                Some(new) if new.name == old.name && new.value == old.value => continue,
                Some(new) if new.name == old.name => segment(new),
                Some(new) => {
                    arriving.push(new);
                    Vec::new()
                }
                None => Vec::new(),
            };
            patches.touched |= bit(index);
            patches.list.push(Patch { start: base.bounds[index], end: base.bounds[index + 1], with });
        }
        arriving.extend(fields.iter().filter(|field| !base.fields.iter().any(|old| old.id == field.id)));
        arriving.sort_by(|left, right| (&left.name, left.id).cmp(&(&right.name, right.id)));
        for field in arriving {
            let before = base.fields.partition_point(|old| (&old.name, old.id) < (&field.name, field.id));
            let at = base.bounds[before];
            patches.entered |= bit(before);
            match patches.list.iter_mut().find(|patch| patch.start == at && patch.end == at) {
                Some(patch) => patch.with.extend(segment(field)),
                None => patches.list.push(Patch { start: at, end: at, with: segment(field) }),
            }
        }
        patches.list.sort_by_key(|patch| (patch.start, patch.end));
        patches.growth = patches
            .list
            .iter()
            .map(|patch| patch.with.len().cast_signed() - (patch.end - patch.start).cast_signed())
            .sum();
        (!patches.list.is_empty()).then_some(patches)
    }

    /// Whether both can be made on the right string without regard to each other.
    pub(crate) fn is_apart_from(&self, other: &Self) -> bool {
        self.touched & other.touched == 0 && self.entered & other.entered == 0
    }
}

fn bit(index: usize) -> u128 {
    1 << index.min(127)
}

fn segment(field: &Field) -> Vec<u8> {
    [field.name.as_bytes(), b"=", &field.value, b"&"].concat()
}

/// Writes as much of the patched string as fits, from byte `from` of the right string on, where no patch begins before.
/// Both lists are sorted and touch different fields.
#[inline]
pub(crate) fn splice(text: &[u8], from: usize, one: &[Patch], other: &[Patch], out: &mut [u8]) -> usize {
    let (mut at, mut written) = (from, 0);
    let (mut one, mut other) = (one, other);
    loop {
        let next = match (one, other) {
            ([], []) => break,
            ([first, rest @ ..], []) => {
                one = rest;
                first
            }
            ([], [first, rest @ ..]) => {
                other = rest;
                first
            }
            ([left, left_rest @ ..], [right, right_rest @ ..]) => {
                if (left.start, left.end) <= (right.start, right.end) {
                    one = left_rest;
                    left
                } else {
                    other = right_rest;
                    right
                }
            }
        };
        written += put(&text[at..next.start], &mut out[written..]);
        written += put(&next.with, &mut out[written..]);
        at = next.end;
    }
    written + put(&text[at..], &mut out[written..])
}

/// Copies as much as fits; gives how much that was.
#[inline]
pub(crate) fn put(piece: &[u8], out: &mut [u8]) -> usize {
    let count = piece.len().min(out.len());
    out[..count].copy_from_slice(&piece[..count]);
    count
}
