//! Two edits that meet in a field: one after the other, and the other way round.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use super::base::Base;
use super::edit::{Edit, Patch};
use super::engine::Engine;
use super::join::RIGHT;
use super::order::Order;
use super::press::Tag;
use super::singles::Act;

/// Segments of fields that two changes of values went over, so that none is computed twice.
pub(super) type Composed = HashMap<(usize, usize, usize), Rc<[u8]>>;

/// Pushes both ways of two edits that are not apart; `tags` are for the one way and for the other.
pub(super) fn push(engine: &mut Engine<'_>, one: usize, other: usize, tags: [Tag; 2]) {
    let (Act::Edit(first), Act::Edit(second)) = (&engine.single(one).act, &engine.single(other).act) else { return };
    let moves = |at: usize| engine.variants[at].patches.as_ref().is_none_or(|patches| patches.entered != 0);
    if moves(one) || moves(other) {
        plainly(engine, first, second, tags);
        return;
    }
    if let (Edit::Change(_, left), Edit::Change(_, right)) = (first, second)
        && left.cause == right.cause
    {
        // Two ways to the same mistake are not made at once.
        return;
    }
    let (Some(left), Some(right)) = (engine.variants[one].patches.take(), engine.variants[other].patches.take()) else {
        return;
    };
    let mut composed = std::mem::take(&mut engine.composed);
    let there = merged(engine.base, (first, &left.list), (second, &right.list), &mut composed);
    let back = merged(engine.base, (second, &right.list), (first, &left.list), &mut composed);
    for (pieces, tag) in [(&there, tags[0]), (&back, tags[1])] {
        let is_new = *pieces != left.list && *pieces != right.list;
        if is_new && (std::ptr::eq(pieces, &raw const there) || there != back) {
            engine.push_pieces(pieces, tag);
        }
    }
    engine.composed = composed;
    engine.variants[one].patches = Some(left);
    engine.variants[other].patches = Some(right);
}

fn plainly(engine: &mut Engine<'_>, first: &Edit, second: &Edit, tags: [Tag; 2]) {
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

fn merged<'p>(
    base: &Base,
    (first, first_list): (&Edit, &'p [Patch]),
    (second, second_list): (&Edit, &'p [Patch]),
    composed: &mut Composed,
) -> Pieces<'p> {
    let own = |patch: &'p Patch| Piece { start: patch.start, end: patch.end, with: With::Own(&patch.with) };
    let (mut left, mut right) = (first_list, second_list);
    let mut pieces = Vec::with_capacity(left.len() + right.len());
    loop {
        match (left, right) {
            ([], rest) | (rest, []) => {
                pieces.extend(rest.iter().map(own));
                return Pieces(pieces);
            }
            ([one, left_rest @ ..], [other, right_rest @ ..]) => match one.start.cmp(&other.start) {
                Ordering::Equal => {
                    let with = With::Composed(both(base, (first, one), (second, other), composed));
                    pieces.push(Piece { start: one.start, end: one.end, with });
                    (left, right) = (left_rest, right_rest);
                }
                Ordering::Less => {
                    pieces.push(own(one));
                    left = left_rest;
                }
                Ordering::Greater => {
                    pieces.push(own(other));
                    right = right_rest;
                }
            },
        }
    }
}

/// The segment of one field after both.
fn both(
    base: &Base,
    (first, one): (&Edit, &Patch),
    (second, other): (&Edit, &Patch),
    composed: &mut Composed,
) -> Rc<[u8]> {
    if one.with.is_empty() || other.with.is_empty() {
        return Rc::from(Vec::new());
    }
    let Edit::Change(_, change) = second else { return Rc::from(other.with.clone()) };
    let compute = || {
        let slot = base.bounds.partition_point(|bound| *bound <= one.start).saturating_sub(1);
        let name_len = base.fields.get(slot).map_or(0, |field| field.name.len()) + 1;
        let value = one.with.get(name_len..one.with.len() - 1).unwrap_or_default();
        match change.of(value) {
            Some(changed) if changed.is_empty() => Rc::from(Vec::new()),
            Some(changed) => Rc::from([&one.with[..name_len], &changed, b"&"].concat()),
            None => Rc::from(one.with.clone()),
        }
    };
    match first {
        Edit::Change(_, earlier) => {
            let place = |change: &super::values::Change| std::ptr::from_ref(change).addr();
            Rc::clone(composed.entry((place(earlier), place(change), one.start)).or_insert_with(compute))
        }
        _ => compute(),
    }
}
