//! Two edits that meet in a field: one after the other, and the other way round.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use super::base::Base;
use super::edit::{Edit, Patch};
use super::engine::Engine;
use super::join::RIGHT;
use super::order::Order;
use super::press::Tag;
use super::singles::Act;
use crate::knowledge::CauseId;

/// Segments of fields that two changes of values went over, so that none is computed twice.
pub(super) type Composed = HashMap<(usize, usize, usize, bool), Rc<[u8]>, BuildHasherDefault<Mixing>>;

/// A hash of places in memory and in the string. Nobody chooses those to collide, and it is asked a million times.
#[derive(Default)]
pub(super) struct Mixing(u64);

impl Hasher for Mixing {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0.rotate_left(5) ^ number as u64).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// Pushes both ways of two edits of which one acts on what the other makes, and where one is wide also the way in which it
/// spares the other's fields; `tags` are for these three.
pub(super) fn push(engine: &mut Engine<'_>, one: usize, other: usize, tags: [Tag; 3]) {
    let (Act::Edit(first), Act::Edit(second)) = (&engine.single(one).act, &engine.single(other).act) else { return };
    let moves = |at: usize| engine.variants[at].patches.as_ref().is_none_or(|patches| patches.entered != 0);
    if moves(one) || moves(other) {
        plainly(engine, first, second, tags);
        return;
    }
    if let (Some(left), Some(right)) = (first.change(), second.change())
        && left.cause == right.cause
    {
        // Two ways to the same mistake are not made at once.
        return;
    }
    let (Some(left), Some(right)) = (engine.variants[one].patches.take(), engine.variants[other].patches.take()) else {
        return;
    };
    let mut composed = std::mem::take(&mut engine.composed);
    let (first_acts, second_acts) = (engine.triggers(one), engine.triggers(other));
    let there = merged(engine.base, (first, &left.list), (second, &right.list, second_acts), &mut composed);
    let back = merged(engine.base, (second, &right.list), (first, &left.list, first_acts), &mut composed);
    for (pieces, tag) in [(&there, tags[0]), (&back, tags[1])] {
        let is_new = *pieces != left.list && *pieces != right.list;
        if is_new && (std::ptr::eq(pieces, &raw const there) || there != back) {
            engine.push_pieces(pieces, tag);
        }
    }
    if let Some((wide, narrow)) = wide_and_narrow((first, &left.list), (second, &right.list)) {
        let spared = spared(wide, narrow);
        if spared != there && spared != back {
            engine.push_pieces(&spared, tags[2]);
        }
    }
    engine.composed = composed;
    engine.variants[one].patches = Some(left);
    engine.variants[other].patches = Some(right);
}

/// Which of two is wide: `<![CDATA[…]]>` around everything, or every amount a float, but for the one value that was
/// written by hand.
fn wide_and_narrow<'p>(
    (first, first_list): (&Edit, &'p [Patch]),
    (second, second_list): (&Edit, &'p [Patch]),
) -> Option<(&'p [Patch], &'p [Patch])> {
    let is_wide = |edit: &Edit| edit.change().is_some_and(|change| matches!(change.cause, CauseId::D9 | CauseId::D1));
    if is_wide(first) && second_list.len() < first_list.len() {
        Some((first_list, second_list))
    } else if is_wide(second) && first_list.len() < second_list.len() {
        Some((second_list, first_list))
    } else {
        None
    }
}

/// The narrow one's patches, and those of the wide one that it leaves.
fn spared<'p>(wide: &'p [Patch], narrow: &'p [Patch]) -> Pieces<'p> {
    let left = wide.iter().filter(|patch| !narrow.iter().any(|other| other.start == patch.start));
    let mut pieces: Vec<Piece<'p>> = left.chain(narrow).map(own).collect();
    pieces.sort_by_key(|piece| piece.start);
    Pieces(pieces)
}

fn own(patch: &Patch) -> Piece<'_> {
    Piece { start: patch.start, end: patch.end, with: With::Own(&patch.with) }
}

fn plainly(engine: &mut Engine<'_>, first: &Edit, second: &Edit, tags: [Tag; 3]) {
    let mut fields = engine.base.fields.clone();
    first.apply(&mut fields);
    second.apply(&mut fields);
    Order::Name.sort(&mut fields);
    let mut turned = engine.base.fields.clone();
    second.apply(&mut turned);
    first.apply(&mut turned);
    Order::Name.sort(&mut turned);
    engine.push_fields(&fields, &RIGHT, 0, tags[0]);
    if turned != fields {
        engine.push_fields(&turned, &RIGHT, 0, tags[1]);
    }
}

/// What stands in the place of a field.
#[derive(Clone, PartialEq)]
pub(super) struct Piece<'p> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) with: With<'p>,
}

/// Its bytes, borrowed or composed.
#[derive(Clone, PartialEq)]
pub(super) enum With<'p> {
    Own(&'p [u8]),
    Composed(Rc<[u8]>),
}

impl Piece<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match &self.with {
            With::Own(bytes) => bytes,
            With::Composed(bytes) => bytes,
        }
    }
}

impl PartialEq<Vec<Patch>> for Pieces<'_> {
    fn eq(&self, list: &Vec<Patch>) -> bool {
        self.0.len() == list.len()
            && self.0.iter().zip(list).all(|(piece, patch)| piece.start == patch.start && piece.bytes() == patch.with)
    }
}

impl PartialEq for Pieces<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self.0.iter().zip(&other.0).all(|(one, other)| one.start == other.start && one.bytes() == other.bytes())
    }
}

/// All places that two edits change, in the order of the string.
pub(super) struct Pieces<'p>(pub(super) Vec<Piece<'p>>);

/// Both lists as one, the second edit made on what the first made, also on fields that it leaves alone in the right string,
/// where its triggers stand in them.
fn merged<'p>(
    base: &Base,
    (first, first_list): (&Edit, &'p [Patch]),
    (second, second_list, triggers): (&Edit, &'p [Patch], u128),
    composed: &mut Composed,
) -> Pieces<'p> {
    let (mut left, mut right) = (first_list, second_list);
    let mut pieces = Vec::with_capacity(left.len() + right.len());
    loop {
        let order = match (left.first(), right.first()) {
            (None, None) => return Pieces(pieces),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.start.cmp(&other.start),
        };
        if let (Ordering::Greater, [other, rest @ ..]) = (order, right) {
            pieces.push(own(other));
            right = rest;
        } else if let [one, rest @ ..] = left {
            let other = right.first().filter(|_| order == Ordering::Equal);
            let acts = other.is_some() || triggers & one.brought != 0;
            let with = acts.then(|| both(base, (first, one), (second, other), composed)).flatten();
            let with = with.map_or(With::Own(&one.with), With::Composed);
            pieces.push(Piece { start: one.start, end: one.end, with });
            left = rest;
            right = other.and_then(|_| right.get(1..)).unwrap_or(right);
        }
    }
}

/// The segment of one field after both, `other` being what the second makes of the right value; nothing where the first
/// one's stays.
fn both(
    base: &Base,
    (first, one): (&Edit, &Patch),
    (second, other): (&Edit, Option<&Patch>),
    composed: &mut Composed,
) -> Option<Rc<[u8]>> {
    let change = match (second, other) {
        _ if one.with.is_empty() => return None,
        (Edit::Everywhere(change), _) | (Edit::Change(_, change), Some(_)) => change,
        (_, Some(other)) => return Some(Rc::from(other.with.clone())),
        (_, None) => return None,
    };
    let is_everywhere = matches!(second, Edit::Everywhere(_));
    let compute = || {
        let slot = base.bounds.partition_point(|bound| *bound <= one.start).saturating_sub(1);
        let name = base.fields.get(slot).map_or("", |field| &field.name);
        let front = name.len() + 1;
        let value = one.with.get(front..one.with.len() - 1).unwrap_or_default();
        let takes = !is_everywhere || change.scope.takes(name, value);
        match takes.then(|| change.of(value)).flatten() {
            Some(changed) if changed.is_empty() => Rc::from(Vec::new()),
            Some(changed) => Rc::from([&one.with[..front], &changed, b"&"].concat()),
            None => Rc::from(one.with.clone()),
        }
    };
    Some(match first.change() {
        Some(earlier) => {
            let place = |change: &super::values::Change| std::ptr::from_ref(change).addr();
            let place = (place(earlier), place(change), one.start, is_everywhere);
            Rc::clone(composed.entry(place).or_insert_with(compute))
        }
        None => compute(),
    })
}
