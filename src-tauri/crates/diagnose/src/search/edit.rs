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
    /// Every field goes through a function that takes it, also what an earlier edit made; one that becomes empty is not signed.
    Everywhere(&'static Change),
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
            Self::Everywhere(change) => fields.retain_mut(|field| {
                let taken = change.scope.takes(&field.name, &field.value);
                let Some(changed) = taken.then(|| change.of(&field.value)).flatten() else { return true };
                field.value = changed.into();
                !field.value.is_empty()
            }),
            Self::Set(id, value) => {
                if let Some(field) = fields.iter_mut().find(|field| field.id == *id) {
                    field.value = Rc::clone(value);
                }
            }
            Self::Replace(all) => *fields = all.to_vec(),
        }
    }

    /// The function that values go through, where there is one.
    pub(crate) fn change(&self) -> Option<&'static Change> {
        match self {
            Self::Change(_, change) | Self::Everywhere(change) => Some(change),
            _ => None,
        }
    }

    /// The same on all fields of the right string but these, where it changes values.
    pub(crate) fn sparing(&self, base: &Base, spared: &[u32]) -> Option<Self> {
        let ids: Vec<u32> = match self {
            Self::Change(ids, _) => ids.clone(),
            Self::Everywhere(change) => {
                let takes = |field: &&Field| change.scope.takes(&field.name, &field.value);
                base.fields.iter().filter(takes).map(|field| field.id).collect()
            }
            _ => return None,
        };
        Some(Self::Change(ids.into_iter().filter(|id| !spared.contains(id)).collect(), self.change()?))
    }
}

/// Bytes of the right string that are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Patch {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) with: Vec<u8>,
    /// Which bytes stand in the value that comes, as [`byte_bits`] has them; those of all where several come in.
    pub(crate) brought: u128,
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
    /// Which bytes stand in the values that it brings, as [`byte_bits`] has them.
    pub(crate) brought: u128,
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
            let mut brought = 0;
            let with = match new {
                Some(new) if new.name == old.name && new.value == old.value => continue,
                Some(new) if new.name == old.name => {
                    brought = byte_bits(&new.value);
                    segment(new)
                }
                Some(new) => {
                    arriving.push(new);
                    Vec::new()
                }
                None => Vec::new(),
            };
            patches.touched |= bit(index);
            patches.list.push(Patch { start: base.bounds[index], end: base.bounds[index + 1], with, brought });
        }
        arriving.extend(fields.iter().filter(|field| !base.fields.iter().any(|old| old.id == field.id)));
        arriving.sort_by(|left, right| (&left.name, left.id).cmp(&(&right.name, right.id)));
        for field in arriving {
            let before = base.fields.partition_point(|old| (&old.name, old.id) < (&field.name, field.id));
            let at = base.bounds[before];
            patches.entered |= bit(before);
            // A value that only moved is what it was.
            let moved = base.fields.iter().any(|old| old.id == field.id && old.value == field.value);
            let brought = if moved { 0 } else { byte_bits(&field.value) };
            match patches.list.iter_mut().find(|patch| patch.start == at && patch.end == at) {
                Some(patch) => {
                    patch.with.extend(segment(field));
                    patch.brought |= brought;
                }
                None => patches.list.push(Patch { start: at, end: at, with: segment(field), brought }),
            }
        }
        patches.list.sort_by_key(|patch| (patch.start, patch.end));
        patches.brought = patches.list.iter().fold(0, |brought, patch| brought | patch.brought);
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

/// One bit for each ASCII byte of a value, the last one for all others, the first one for a value without any.
pub(crate) fn byte_bits(value: &[u8]) -> u128 {
    if value.is_empty() {
        return 1;
    }
    value.iter().fold(0, |bits, byte| bits | 1 << (*byte).min(127))
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
