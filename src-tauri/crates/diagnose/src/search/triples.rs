//! Three changes at once, and fields left out with another change besides. Seconds of work: only when asked for, and
//! always under watch.

use std::ops::ControlFlow;

use super::edit::{Edit, Patches};
use super::engine::{Engine, Found, What};
use super::press::Tag;
use super::stages::with_others;
use crate::diagnosis::{Progress, Stage};

type Watch<'w> = dyn FnMut(Progress) -> ControlFlow<()> + 'w;

/// Of more fields than this, two and not three are left out.
const MOST_FIELDS: usize = 20;

/// All triples of usual changes, then every change with some fields left out.
pub(super) fn triples(engine: &mut Engine<'_>, watch: &mut Watch<'_>) -> Vec<Found> {
    let found = usual_triples(engine, watch);
    if !found.is_empty() || engine.stopped {
        return found;
    }
    left_out(engine, watch)
}

fn usual_triples(engine: &mut Engine<'_>, watch: &mut Watch<'_>) -> Vec<Found> {
    let usual = |engine: &Engine<'_>, edits: bool| -> Vec<usize> {
        let takes = |at: &usize| {
            let variant = &engine.variants[*at];
            variant.usual && !variant.alone && (variant.layer == 0) == edits
        };
        (0..engine.variants.len()).filter(takes).collect()
    };
    let (edits, others) = (usual(engine, true), usual(engine, false));
    let hits = engine.stage(Stage::Triples, |engine| {
        for (at, one) in edits.iter().enumerate() {
            for (next, two) in edits.iter().enumerate().skip(at + 1) {
                if engine.tell(watch, Stage::Triples, at, edits.len() * 2) {
                    return;
                }
                let Some((both, fields)) = engine.together(*one, *two) else { continue };
                for three in &edits[next + 1..] {
                    if engine.is_apart(*three, &both) {
                        engine.push_lists(&both, Some(*three), 0, [number(*one), number(*two), number(*three)]);
                    }
                }
                with_others(engine, &both, (&fields, None), &others, &mut |other, _| {
                    Some([number(*one), number(*two), number(other)])
                });
            }
        }
    });
    hits.into_iter()
        .map(|hit| {
            let variants: Vec<usize> = hit.tag.iter().map(|number| *number as usize).collect();
            let key = engine.recipe(&variants, 0).key;
            Found { what: What::Apart(variants), key, form: hit.form }
        })
        .collect()
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// One, two or three fields left out, and any single change of the others.
fn left_out(engine: &mut Engine<'_>, watch: &mut Watch<'_>) -> Vec<Found> {
    let count = engine.base.fields.len();
    let mut choices: Vec<Vec<u32>> = Vec::new();
    let ids = 0..u32::try_from(count).unwrap_or(0);
    for first in ids.clone() {
        for second in first + 1..ids.end {
            choices.push(vec![first, second]);
            for third in second + 1..if count <= MOST_FIELDS { ids.end } else { 0 } {
                choices.push(vec![first, second, third]);
            }
        }
    }
    let edits: Vec<usize> = (0..engine.variants.len())
        .filter(|at| engine.variants[*at].layer == 0 && !engine.variants[*at].alone)
        .collect();
    let others: Vec<usize> =
        (0..engine.variants.len()).filter(|at| engine.variants[*at].layer > 0 && !engine.variants[*at].alone).collect();
    let hits = engine.stage(Stage::Triples, |engine| {
        for (at, choice) in choices.iter().enumerate() {
            if engine.tell(watch, Stage::Triples, choices.len() + at, choices.len() * 2) {
                return;
            }
            let drop = Edit::Drop(choice.clone());
            let Some(dropped) = Patches::of(engine.base, &drop) else { continue };
            let mut fields = engine.base.fields.clone();
            drop.apply(&mut fields);
            let tag = |variant: usize, key: usize| -> Tag { [number(at), number(variant), number(key)] };
            for edit in &edits {
                if engine.is_apart(*edit, &dropped) {
                    engine.push_lists(&dropped, Some(*edit), 0, tag(*edit, 0));
                }
            }
            with_others(engine, &dropped, (&fields, None), &others, &mut |other, key| Some(tag(other, key)));
        }
    });
    hits.into_iter()
        .map(|hit| {
            let left: Vec<u32> = choices.get(hit.tag[0] as usize).cloned().unwrap_or_default();
            let kept = (0..number(count)).filter(|id| !left.contains(id)).collect();
            Found { what: What::SubsetAnd(kept, hit.tag[1] as usize), key: hit.tag[2] as usize, form: hit.form }
        })
        .collect()
}
