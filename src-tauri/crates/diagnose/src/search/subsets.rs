//! "Signed over these 9 of 12": every selection of the fields.

use std::ops::ControlFlow;

use super::engine::{Engine, Found, What};
use super::press::Start;
use crate::diagnosis::{Progress, Stage};

/// With more fields than all selections are tried of, so many are left out or kept at most.
pub(super) const MOST_LEFT_OUT: usize = 4;
/// So many kept.
pub(super) const MOST_KEPT: usize = 3;

/// All selections of up to `most` fields; of more, those that leave out or keep a few. Also under the other keys, where
/// there are few fields.
pub(super) fn subsets(
    engine: &mut Engine<'_>,
    most: usize,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Vec<Found> {
    let count = engine.base.fields.len();
    let slots: Vec<usize> = (0..engine.keys.len())
        .filter(|key| *key == 0 || engine.keys[*key].slot != engine.keys[*key - 1].slot)
        .filter(|key| *key == 0 || count <= 12)
        .collect();
    let hits = engine.stage(Stage::Subsets, |engine| {
        for key in slots {
            if count <= most {
                all(engine, key, watch);
            } else {
                few(engine, key, watch);
            }
        }
    });
    hits.into_iter()
        .map(|hit| Found { what: What::Subset(ids(hit.tag, count)), key: hit.tag[2] as usize, form: hit.form })
        .collect()
}

/// The fields of a tag, in which one bit stands for each of the first 64.
fn ids(tag: [u32; 3], count: usize) -> Vec<u32> {
    let bits = u64::from(tag[1]) << 32 | u64::from(tag[0]);
    (0..u32::try_from(count.min(64)).unwrap_or(64)).filter(|id| bits >> id & 1 == 1).collect()
}

/// Every selection of the front half is hashed as far as whole blocks go, and every selection of the rear half is
/// written once; a candidate is the end of the one and the whole of the other.
fn all(engine: &mut Engine<'_>, key: usize, watch: &mut dyn FnMut(Progress) -> ControlFlow<()>) {
    let count = engine.base.fields.len();
    let rear = count.min(8);
    let front = count - rear;
    let (ends, rears) = selections(engine, front, rear);
    let digester = engine.digester(key).clone();
    let tail = engine.tail(key).get(1..).unwrap_or_default().to_vec();
    let tail = zeroize::Zeroizing::new(tail);
    let mut prefix = Vec::with_capacity(engine.base.text.len());
    for chosen in 0..1u32 << front {
        if chosen % 64 == 0 && engine.tell(watch, Stage::Subsets, chosen as usize, 1 << front) {
            return;
        }
        prefix.clear();
        for field in (0..front).filter(|field| chosen >> field & 1 == 1) {
            prefix.extend_from_slice(segment(engine, field));
        }
        let starts: Vec<Start> = digester.starts(&prefix);
        let Some(start) = starts.last() else { continue };
        let left = &prefix[prefix.len() / 64 * 64..];
        for (number, bounds) in ends.iter().enumerate() {
            let rest = &rears[bounds.0..bounds.1];
            if prefix.is_empty() && rest.is_empty() {
                continue;
            }
            let len = left.len() + rest.len() + tail.len();
            let bits = u64::from(chosen) | (number as u64) << front;
            engine.press.push(&digester, start, len, tag_of(bits, key), |out| {
                let (one, other) = out.split_at_mut(left.len());
                one.copy_from_slice(left);
                let (two, three) = other.split_at_mut(rest.len());
                two.copy_from_slice(rest);
                three.copy_from_slice(&tail);
            });
        }
    }
}

fn tag_of(bits: u64, key: usize) -> [u32; 3] {
    [(bits & 0xFFFF_FFFF) as u32, (bits >> 32) as u32, u32::try_from(key).unwrap_or(0)]
}

fn segment<'e>(engine: &'e Engine<'_>, field: usize) -> &'e [u8] {
    &engine.base.text[engine.base.bounds[field]..engine.base.bounds[field + 1]]
}

/// Every selection of the rear fields, one behind the other, and where each begins and ends.
fn selections(engine: &Engine<'_>, front: usize, rear: usize) -> (Vec<(usize, usize)>, Vec<u8>) {
    let mut bounds = Vec::with_capacity(1 << rear);
    let mut bytes = Vec::new();
    for chosen in 0..1u32 << rear {
        let begin = bytes.len();
        for field in (0..rear).filter(|field| chosen >> field & 1 == 1) {
            bytes.extend_from_slice(segment(engine, front + field));
        }
        bounds.push((begin, bytes.len()));
    }
    (bounds, bytes)
}

/// Up to four fields left out, or up to three kept, of more fields than all selections are tried of.
fn few(engine: &mut Engine<'_>, key: usize, watch: &mut dyn FnMut(Progress) -> ControlFlow<()>) {
    let count = engine.base.fields.len().min(64);
    let everything = if count == 64 { u64::MAX } else { (1 << count) - 1 };
    let mut tried = 0usize;
    for picked in 1..=MOST_LEFT_OUT.min(count - 1) {
        let mut places: Vec<usize> = (0..picked).collect();
        loop {
            let bits = places.iter().fold(0u64, |bits, place| bits | 1 << place);
            push_selection(engine, key, everything & !bits);
            if picked <= MOST_KEPT {
                push_selection(engine, key, bits);
            }
            tried += 1;
            if tried.is_multiple_of(1024) && engine.tell(watch, Stage::Subsets, 0, 1) {
                return;
            }
            if !advance(&mut places, count) {
                break;
            }
        }
    }
}

fn push_selection(engine: &mut Engine<'_>, key: usize, bits: u64) {
    let fields: Vec<usize> =
        (0..engine.base.fields.len()).filter(|field| *field >= 64 || bits >> field & 1 == 1).collect();
    let len: usize = fields.iter().map(|field| segment(engine, *field).len()).sum();
    let digester = engine.digester(key).clone();
    let tail = zeroize::Zeroizing::new(engine.tail(key).get(1..).unwrap_or_default().to_vec());
    let base = engine.base;
    engine.press.push(&digester, &digester.start(), len + tail.len(), tag_of(bits, key), |out| {
        let mut at = 0;
        for field in fields {
            let piece = &base.text[base.bounds[field]..base.bounds[field + 1]];
            out[at..at + piece.len()].copy_from_slice(piece);
            at += piece.len();
        }
        out[at..].copy_from_slice(&tail);
    });
}

/// The next choice of places in order; false after the last one.
fn advance(places: &mut [usize], count: usize) -> bool {
    let picked = places.len();
    for at in (0..picked).rev() {
        if places[at] < count - (picked - at) {
            places[at] += 1;
            for next in at + 1..picked {
                places[next] = places[next - 1] + 1;
            }
            return true;
        }
    }
    false
}
