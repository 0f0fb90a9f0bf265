//! The stages of the search, one after the other, each over its own candidates.

use std::ops::ControlFlow;

use super::Family;
use super::base::Field;
use super::edit::{Edit, Patches};
use super::engine::{Engine, Found, What};
use super::join::RIGHT;
use super::meeting;
use super::order::Order;
use super::press::{Hit, Tag};
use super::recipe::Recipe;
use super::singles::Act;
use super::twice::Written;
use super::values::{Change, How};
use crate::diagnosis::{Progress, Stage};
use crate::knowledge::CauseId;

type Watch<'w> = dyn FnMut(Progress) -> ControlFlow<()> + 'w;

/// Marks in a tag: nothing there.
const NONE: u32 = u32::MAX;
/// Marks in a tag, counted down from here: the object was signed twice, the first sign written in one of ten ways.
const TWICE: u32 = u32::MAX - 1;
/// Marks in a tag: the second edit was made before the first.
const TURNED: u32 = 1 << 31;
/// Marks in a tag: neither edit acted on what the other made.
const APART: u32 = 1 << 30;

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}

fn found(hits: Vec<Hit>) -> Vec<Found> {
    hits.into_iter()
        .map(|hit| {
            let [first, second, third] = hit.tag;
            if let Some(written) = Written::ALL.get(TWICE.wrapping_sub(second) as usize) {
                let variant = (first != NONE).then_some(first as usize);
                return Found { what: What::SignedTwice(variant, *written), key: third as usize, form: hit.form };
            }
            if second != NONE && second & APART != 0 {
                let what = What::Apart(vec![first as usize, (second & !APART) as usize]);
                return Found { what, key: third as usize, form: hit.form };
            }
            let mut variants = Vec::new();
            if first != NONE {
                variants.push(first as usize);
            }
            if second != NONE {
                variants.push((second & !TURNED) as usize);
                if second & TURNED != 0 {
                    variants.reverse();
                }
            }
            Found { what: What::Variants(variants), key: third as usize, form: hit.form }
        })
        .collect()
}

/// The right string, then every single change.
pub(super) fn singles(engine: &mut Engine<'_>, watch: &mut Watch<'_>) -> Vec<Found> {
    let hits = engine.stage(Stage::Singles, |engine| {
        engine.push_recipe(&Recipe::right(), [NONE, NONE, 0]);
        of_one_key(engine, 0);
        signed_twice(engine, None, 0);
        engine.tell(watch, Stage::Singles, 1, 1);
    });
    found(hits)
}

fn of_one_key(engine: &mut Engine<'_>, key: usize) {
    for variant in 0..engine.variants.len() {
        let tag = [number(variant), NONE, number(key)];
        match &engine.single(variant).act {
            Act::Edit(_) => engine.push_patched(variant, None, key, tag),
            Act::Key(other) if key == 0 => {
                let other = *other;
                let recipe = Recipe { key: other, ..Recipe::right() };
                engine.push_recipe(&recipe, [number(variant), NONE, number(other)]);
            }
            Act::Key(_) => {}
            _ => {
                let recipe = engine.recipe(&[variant], key);
                engine.push_recipe(&recipe, tag);
            }
        }
    }
}

/// Every other key as it is, then with every single change.
pub(super) fn key_slots(engine: &mut Engine<'_>, watch: &mut Watch<'_>) -> Vec<Found> {
    let others: Vec<usize> = (0..engine.keys.len()).filter(|key| engine.keys[*key].slot > 0).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let hits = engine.stage(Stage::KeySlots, |engine| {
        for key in &others {
            engine.push_recipe(&Recipe { key: *key, ..Recipe::right() }, [NONE, NONE, number(*key)]);
        }
        for (done, key) in others.iter().enumerate() {
            // A key that was itself changed is one change already; with another one it is a pair of the usual ones.
            if !is_slot_itself(engine, *key) {
                continue;
            }
            of_one_key(engine, *key);
            signed_twice(engine, None, *key);
            if engine.tell(watch, Stage::KeySlots, done, others.len()) {
                break;
            }
        }
    });
    found(hits)
}

fn is_slot_itself(engine: &Engine<'_>, key: usize) -> bool {
    key == 0 || engine.keys[key - 1].slot != engine.keys[key].slot
}

/// Two changes at once: of the usual ones, or all those of which one at least is not usual.
pub(super) fn pairs(engine: &mut Engine<'_>, usual: bool, watch: &mut Watch<'_>) -> Vec<Found> {
    let stage = if usual { Stage::Pairs } else { Stage::FieldPairs };
    let takes = |engine: &Engine<'_>, one: usize, other: usize| {
        (engine.variants[one].usual && engine.variants[other].usual) == usual
    };
    let edits: Vec<usize> = members(engine, usual, |layer| layer == 0);
    let mut others: Vec<usize> = members(engine, usual, |layer| layer > 0);
    // Whoever encodes the whole string does little else, and nothing that is rare.
    others.retain(|other| usual || !engine.is_encoded(*other));
    let hits = engine.stage(stage, |engine| {
        for (at, one) in edits.iter().enumerate() {
            if at % 8 == 0 && engine.tell(watch, stage, at, edits.len()) {
                return;
            }
            for other in &edits[at + 1..] {
                if takes(engine, *one, *other) {
                    two_edits(engine, *one, *other);
                }
            }
            edit_and_others(engine, *one, &others, &takes);
            if !usual {
                signed_twice(engine, Some(*one), 0);
            }
        }
        for (at, one) in others.iter().enumerate() {
            if !usual {
                signed_twice(engine, Some(*one), 0);
            }
            for other in &others[at + 1..] {
                if takes(engine, *one, *other) {
                    two_others(engine, *one, *other);
                }
            }
        }
    });
    found(hits)
}

/// Two changes that are no edits; those of one step exclude each other, but for two changes of the whole string.
fn two_others(engine: &mut Engine<'_>, one: usize, other: usize) {
    let are_of_one_step = engine.variants[one].layer == engine.variants[other].layer;
    let are_wholes = [one, other].into_iter().all(|variant| matches!(engine.single(variant).act, Act::Whole(_)));
    if are_of_one_step && !are_wholes {
        return;
    }
    let recipe = engine.recipe(&[one, other], 0);
    engine.push_recipe(&recipe, [number(one), number(other), number(recipe.key)]);
    if are_wholes {
        let recipe = engine.recipe(&[other, one], 0);
        engine.push_recipe(&recipe, [number(one), number(other) | TURNED, number(recipe.key)]);
    }
}

/// The sign of a first time among the fields of the second: what it is follows from the change and from the key.
fn signed_twice(engine: &mut Engine<'_>, variant: Option<usize>, key: usize) {
    let Some(digest) = engine.first_digest(variant, key) else { return };
    for (mark, written) in Written::ALL.iter().enumerate() {
        // The single changes have the plain ones under the key in use.
        let is_known = variant.is_none() && key == 0 && written.is_plain() && engine.family() != Family::Sha1;
        if is_known || (variant.is_some() && !engine.first_signs.contains(written)) {
            continue;
        }
        let first_sign = engine.with_first_sign(&digest, *written);
        let mut recipe = engine.recipe(variant.as_slice(), key);
        recipe.edits.push(&first_sign);
        let tag = [variant.map_or(NONE, number), TWICE - number(mark), number(recipe.key)];
        engine.push_recipe(&recipe, tag);
    }
}

fn members(engine: &Engine<'_>, usual: bool, layer: impl Fn(u8) -> bool) -> Vec<usize> {
    (0..engine.variants.len())
        .filter(|at| {
            let variant = &engine.variants[*at];
            layer(variant.layer) && !variant.alone && (!usual || variant.usual)
        })
        .collect()
}

fn two_edits(engine: &mut Engine<'_>, one: usize, other: usize) {
    let (Some(left), Some(right)) = (&engine.variants[one].patches, &engine.variants[other].patches) else { return };
    let are_rare = !engine.variants[one].usual && !engine.variants[other].usual;
    if left.is_apart_from(right) {
        // Of two rare changes it is enough that both were made.
        let meet =
            !are_rare && (engine.triggers(one) & right.brought != 0 || engine.triggers(other) & left.brought != 0);
        engine.push_patched(one, Some(other), 0, [number(one), number(other) | APART, 0]);
        if !meet {
            return;
        }
    } else if are_rare && left.touched & right.touched != 0 {
        // Two rare changes of one and the same field are not worth their time.
        return;
    }
    let second = number(other);
    let tags = [second, second | TURNED, second | APART].map(|second| [number(one), second, 0]);
    meeting::push(engine, one, other, tags);
}

fn push_right(engine: &mut Engine<'_>, fields: &[Field], tag: Tag) {
    engine.push_fields(fields, &RIGHT, 0, tag);
}

fn edit_and_others(
    engine: &mut Engine<'_>,
    edit: usize,
    others: &[usize],
    takes: &dyn Fn(&Engine<'_>, usize, usize) -> bool,
) {
    let Act::Edit(change) = &engine.single(edit).act else { return };
    let mut fields = engine.base.fields.clone();
    change.apply(&mut fields);
    Order::Name.sort(&mut fields);
    let Some(patches) = engine.variants[edit].patches.take() else { return };
    let fitting: Vec<usize> = others.iter().copied().filter(|other| takes(engine, edit, *other)).collect();
    with_others(engine, &patches, (&fields, Some(change)), &fitting, &mut |other, key| {
        Some([number(edit), number(other), number(key)])
    });
    engine.variants[edit].patches = Some(patches);
}

/// The charset in which an edit writes all values, and so everything that comes into the string.
pub(super) fn charset_of(edit: &Edit) -> Option<&'static Change> {
    edit.change().filter(|change| matches!((edit, change.how), (Edit::Everywhere(_), How::Bytes(_))))
}

/// Patched fields with each of these changes of another step; `fields` are the same, in the order of their names, and
/// the one edit that they went through. `tag` gives the tag for a change and its key.
pub(super) fn with_others(
    engine: &mut Engine<'_>,
    patches: &Patches,
    (fields, change): (&[Field], Option<&Edit>),
    others: &[usize],
    tag: &mut dyn FnMut(usize, usize) -> Option<Tag>,
) {
    let mut ordered = fields.to_vec();
    let charset = change.and_then(charset_of);
    let is_url_encoded = change.and_then(Edit::change).is_some_and(|change| change.cause == CauseId::D7);
    for other in others {
        let single = engine.single(*other);
        let key = if let Act::Key(key) = single.act { key } else { 0 };
        let Some(tag) = tag(*other, key) else { continue };
        match &single.act {
            Act::Key(key) => engine.push_lists(patches, None, *key, tag),
            Act::Join(join) if join.keeps_fields() => engine.push_joined(patches, *other, tag),
            Act::Join(join) => engine.push_fields(fields, join, 0, tag),
            Act::Order(order) => {
                let is_no_other = *order == Order::AddedLast || engine.keeps_order(*other);
                if patches.entered == 0 && is_no_other {
                    continue;
                }
                ordered.clone_from_slice(fields);
                if patches.entered == 0 {
                    engine.put_in_order(*other, &mut ordered);
                } else {
                    order.sort(&mut ordered);
                }
                if ordered != fields {
                    push_right(engine, &ordered, tag);
                }
            }
            // A value that is encoded and encoded again with the whole string is one mistake and not two.
            Act::Whole(_) if is_url_encoded && engine.is_encoded(*other) => {}
            Act::Whole(whole) => {
                if !engine.push_encoded(patches, *other, tag) {
                    engine.push_whole(fields, *whole, charset, tag);
                }
            }
            Act::Digest(digest) => engine.push_digest(fields, *digest, tag),
            Act::Edit(_) => {}
        }
    }
}

#[cfg(test)]
#[path = "stages_tests.rs"]
mod tests;
