//! The candidates of every stage, made from the right string by patching it, and pressed through the hash.

use std::collections::HashMap;
use std::ops::ControlFlow;

use zeroize::Zeroizing;

use super::Family;
use super::base::{Base, Field, Given};
use super::edit::{Edit, Patch, Patches, put, splice};
use super::encoded::EncodedText;
use super::join::{Join, RIGHT};
use super::keys::{Key, from_hex};
use super::meeting::{Composed, Pieces};
use super::order::Order;
use super::press::{Digester, Hit, Mac, Press, Start, Tag};
use super::recipe::{self, Digest, Recipe};
use super::singles::{self, Act, Single};
use super::stages::charset_of;
use super::target::{Form, Target};
use super::twice::Written;
use super::values::{Change, triggers};
use super::whole::Whole;
use crate::diagnosis::{Progress, Stage, StageCount};

/// Changes that do the very same; the one that stands for them is tried.
pub(crate) struct Variant {
    /// Numbers of the changes.
    pub(crate) singles: Vec<usize>,
    /// What it does to the right string, where it is an edit.
    pub(crate) patches: Option<Patches>,
    pub(crate) layer: u8,
    pub(crate) usual: bool,
    pub(crate) alone: bool,
    /// On which bytes of a value it acts wherever they stand.
    pub(crate) triggers: u128,
}

/// What gave the given sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) what: What,
    /// The key under which it did.
    pub(crate) key: usize,
    pub(crate) form: Form,
}

/// The changes that were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// These variants; edits in this order.
    Variants(Vec<usize>),
    /// These variants, none of whose edits acts on what another one makes; where two change one field, it is that of the edit
    /// of fewer fields.
    Apart(Vec<usize>),
    /// Only these fields were signed.
    Subset(Vec<u32>),
    /// Only these fields were signed, and this variant besides.
    SubsetAnd(Vec<u32>, usize),
    /// The object with this edit or under this key was signed twice, the first sign among the fields.
    SignedTwice(Option<usize>, Written),
}

/// Everything that a search needs, and its hits.
pub(crate) struct Engine<'s> {
    pub(crate) base: &'s Base,
    pub(crate) keys: &'s [Key],
    pub(crate) singles: &'s [Single],
    pub(crate) variants: Vec<Variant>,
    pub(crate) press: Press<'s>,
    pub(crate) counts: Vec<StageCount>,
    pub(crate) stopped: bool,
    /// How the first of two signs may have been written, where an object was signed twice.
    pub(crate) first_signs: Vec<Written>,
    family: Family,
    sign_name: &'static str,
    digesters: Vec<Digester>,
    /// `&key=` and the key, per key.
    tails: Vec<Zeroizing<Vec<u8>>>,
    /// States of the right string, per key.
    starts: Vec<Vec<Start>>,
    scratch: Zeroizing<Vec<u8>>,
    pub(super) composed: Composed,
    frames: Vec<Frame>,
}

/// What a change of the joining or of the order needs for every candidate, made once.
#[derive(Default)]
struct Frame {
    front: Zeroizing<Vec<u8>>,
    tail: Zeroizing<Vec<u8>>,
    /// The place of each field in the order; empty where the order depends on values.
    ranks: Vec<u32>,
    encoded: Option<EncodedText>,
}

/// The changes of a message and a family of digests.
pub(crate) fn singles_of(base: &Base, given: &Given<'_>, keys: &[Key], family: Family) -> Vec<Single> {
    singles::all(base, given, keys, family)
}

impl<'s> Engine<'s> {
    pub(crate) fn new(
        base: &'s Base,
        keys: &'s [Key],
        singles: &'s [Single],
        family: Family,
        sign_name: &'static str,
        target: &'s Target,
    ) -> Self {
        let digesters: Vec<Digester> = keys
            .iter()
            .map(|key| match family {
                Family::Md5 => Digester::Md5,
                Family::Sha1 => Digester::Sha1,
                Family::HmacSha256 => Digester::HmacSha256(Mac::new(&key.bytes)),
            })
            .collect();
        let tails = keys.iter().map(|key| filled(|out| RIGHT.tail(&key.bytes, out), key.bytes.len())).collect();
        let starts = match digesters.first() {
            // Only an HMAC starts from its key.
            Some(first) if family != Family::HmacSha256 => vec![first.starts(&base.text)],
            _ => digesters.iter().map(|digester| digester.starts(&base.text)).collect(),
        };
        let variants = variants_of(base, keys, singles);
        let first = digesters.first();
        let frames = variants.iter().map(|variant| frame(base, keys, first, &singles[variant.singles[0]])).collect();
        Self {
            base,
            keys,
            singles,
            variants,
            composed: Composed::default(),
            frames,
            press: Press::new(target),
            counts: Vec::new(),
            stopped: false,
            first_signs: Written::beside(&target.forms()),
            family,
            sign_name,
            digesters,
            tails,
            starts,
            scratch: Zeroizing::default(),
        }
    }

    /// Runs one stage, counts it and gives its hits.
    pub(crate) fn stage(&mut self, stage: Stage, run: impl FnOnce(&mut Self)) -> Vec<Hit> {
        let before = self.press.tried();
        run(self);
        let hits = self.press.take_hits();
        self.counts.push(StageCount { stage, tried: self.press.tried() - before });
        hits
    }

    /// Tells how far it is; true when the search is to stop.
    pub(crate) fn tell(
        &mut self,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
        stage: Stage,
        done: usize,
        all: usize,
    ) -> bool {
        let share = u8::try_from(done * 100 / all.max(1)).unwrap_or(100).min(100);
        if !self.stopped && watch(Progress { tried: self.press.tried(), stage, share: Some(share) }).is_break() {
            self.stopped = true;
        }
        self.stopped
    }

    pub(crate) fn family(&self) -> Family {
        self.family
    }

    /// The name of the field that holds the sign.
    pub(crate) fn sign_name(&self) -> &'static str {
        self.sign_name
    }

    pub(crate) fn digester(&self, key: usize) -> &Digester {
        &self.digesters[key]
    }

    pub(crate) fn tail(&self, key: usize) -> &[u8] {
        &self.tails[key]
    }

    /// The first change of a variant, which stands for all.
    pub(crate) fn single(&self, variant: usize) -> &'s Single {
        &self.singles[self.variants[variant].singles[0]]
    }

    /// On which bytes of a value a variant acts wherever they stand.
    pub(crate) fn triggers(&self, variant: usize) -> u128 {
        self.variants.get(variant).map_or(0, |variant| variant.triggers)
    }

    /// Takes the right string with one or two variants' patches under a key, joined as it should be.
    #[inline]
    pub(crate) fn push_patched(&mut self, one: usize, other: Option<usize>, key: usize, tag: Tag) {
        let Some(patches) = self.variants[one].patches.take() else { return };
        self.push_lists(&patches, other, key, tag);
        self.variants[one].patches = Some(patches);
    }

    /// The same with patches that are no variant's.
    #[inline]
    pub(crate) fn push_lists(&mut self, patches: &Patches, other: Option<usize>, key: usize, tag: Tag) {
        let list = patches.list.as_slice();
        let (other_list, other_growth) = match other.and_then(|other| self.variants[other].patches.as_ref()) {
            Some(patches) => (patches.list.as_slice(), patches.growth),
            None => (&[][..], 0),
        };
        let text = &self.base.text;
        let whole = text.len().cast_signed() + patches.growth + other_growth;
        if whole <= 1 {
            return;
        }
        // Without the last &, which belongs to the tail.
        let body = whole.unsigned_abs() - 1;
        let end = text.len().saturating_sub(1);
        let first_of = |list: &[Patch]| list.first().map_or(end, |patch| patch.start);
        let first = first_of(list).min(first_of(other_list)).min(end);
        let starts = self.starts.get(key).or(self.starts.first()).map(Vec::as_slice).unwrap_or_default();
        let from = first.min(body) / 64 * 64;
        let Some(start) = starts.get(from / 64) else { return };
        let tail = &self.tails[key];
        let body = body - from;
        self.press.push(&self.digesters[key], start, body + tail.len(), tag, |out| {
            let (fields, behind) = out.split_at_mut(body);
            splice(text, from, list, other_list, fields);
            behind.copy_from_slice(tail);
        });
    }

    /// Whether a variant is an edit that can be made besides these patches.
    pub(crate) fn is_apart(&self, variant: usize, patches: &Patches) -> bool {
        self.variants[variant].patches.as_ref().is_some_and(|own| own.is_apart_from(patches))
    }

    /// Two edits that are apart, as one: their patches, and the fields in the order of their names.
    pub(crate) fn together(&self, one: usize, other: usize) -> Option<(Patches, Vec<Field>)> {
        let (left, right) = (self.variants[one].patches.as_ref()?, self.variants[other].patches.as_ref()?);
        if !left.is_apart_from(right) {
            return None;
        }
        let mut list = [left.list.as_slice(), &right.list].concat();
        list.sort_by_key(|patch| (patch.start, patch.end));
        let patches = Patches {
            list,
            touched: left.touched | right.touched,
            entered: left.entered | right.entered,
            growth: left.growth + right.growth,
            brought: left.brought | right.brought,
        };
        let mut fields = self.base.fields.clone();
        for variant in [one, other] {
            if let Act::Edit(edit) = &self.single(variant).act {
                edit.apply(&mut fields);
            }
        }
        Order::Name.sort(&mut fields);
        Some((patches, fields))
    }

    /// Whether a change of the order leaves the right string's fields where they are.
    pub(crate) fn keeps_order(&self, variant: usize) -> bool {
        let ranks = &self.frames[variant].ranks;
        !ranks.is_empty() && ranks.is_sorted()
    }

    /// Puts fields of the right string in the order of a variant.
    pub(crate) fn put_in_order(&self, variant: usize, fields: &mut [Field]) {
        let ranks = &self.frames[variant].ranks;
        match &self.single(variant).act {
            Act::Order(order) if ranks.is_empty() => order.sort(fields),
            _ => fields.sort_by_key(|field| ranks.get(field.id as usize).copied().unwrap_or(u32::MAX)),
        }
    }

    /// Takes patched fields with another way to bring the key in use in.
    pub(crate) fn push_joined(&mut self, patches: &Patches, variant: usize, tag: Tag) {
        let text = &self.base.text;
        let whole = text.len().cast_signed() + patches.growth;
        if whole <= 1 {
            return;
        }
        let body = whole.unsigned_abs() - 1;
        let Frame { front, tail, .. } = &self.frames[variant];
        let digester = &self.digesters[0];
        self.press.push(digester, &digester.start(), front.len() + body + tail.len(), tag, |out| {
            let (before, rest) = out.split_at_mut(front.len());
            let (fields, behind) = rest.split_at_mut(body);
            before.copy_from_slice(front);
            splice(text, 0, &patches.list, &[], fields);
            behind.copy_from_slice(tail);
        });
    }

    /// Whether a variant URL-encodes the whole string.
    pub(crate) fn is_encoded(&self, variant: usize) -> bool {
        self.frames.get(variant).is_some_and(|frame| frame.encoded.is_some())
    }

    /// Takes patched fields that are URL-encoded as a whole; false where the variant is another change of the whole string.
    pub(crate) fn push_encoded(&mut self, patches: &Patches, variant: usize, tag: Tag) -> bool {
        let Some(encoded) = self.frames.get(variant).and_then(|frame| frame.encoded.as_ref()) else { return false };
        encoded.press(self.base, &patches.list, &self.digesters[0], &mut self.press, tag);
        true
    }

    /// Takes the right string with pieces in the place of fields, under the key in use.
    pub(super) fn push_pieces(&mut self, pieces: &Pieces<'_>, tag: Tag) {
        let text = &self.base.text;
        let growth: isize = pieces
            .0
            .iter()
            .map(|piece| piece.bytes().len().cast_signed() - (piece.end - piece.start).cast_signed())
            .sum();
        let whole = text.len().cast_signed() + growth;
        if whole <= 1 {
            return;
        }
        let body = whole.unsigned_abs() - 1;
        let first = pieces.0.first().map_or(0, |piece| piece.start).min(body);
        let from = first / 64 * 64;
        let Some(start) = self.starts.first().and_then(|starts| starts.get(from / 64)) else { return };
        let tail = &self.tails[0];
        self.press.push(&self.digesters[0], start, body - from + tail.len(), tag, |out| {
            let (fields, behind) = out.split_at_mut(body - from);
            let (mut at, mut written) = (from, 0);
            for piece in &pieces.0 {
                written += put(&text[at..piece.start], &mut fields[written..]);
                written += put(piece.bytes(), &mut fields[written..]);
                at = piece.end;
            }
            put(&text[at..], &mut fields[written..]);
            behind.copy_from_slice(tail);
        });
    }

    /// Takes fields that are in their order, joined in any way.
    pub(crate) fn push_fields(&mut self, fields: &[Field], join: &Join, key: usize, tag: Tag) {
        let mut text = std::mem::take(&mut self.scratch);
        recipe::write(fields, join, &self.keys[key].bytes, &mut text);
        self.press.push_whole(&self.digesters[key], &text, tag);
        self.scratch = text;
    }

    /// Takes any candidate, the plain way.
    pub(crate) fn push_recipe(&mut self, recipe: &Recipe<'_>, tag: Tag) {
        let message = |key: &[u8]| recipe.message(self.base, key);
        self.press_message(recipe.digest, recipe.key, &message, tag);
    }

    /// Takes fields that are in their order, of which the whole string is changed, in this charset.
    pub(crate) fn push_whole(&mut self, fields: &[Field], whole: Whole, charset: Option<&Change>, tag: Tag) {
        let message = |key: &[u8]| {
            let mut text = Zeroizing::default();
            recipe::write(fields, &RIGHT, key, &mut text);
            whole.apply(text, key, charset)
        };
        self.press_message(Digest::Usual, 0, &message, tag);
    }

    /// Takes fields that are in their order, hashed in another way.
    pub(crate) fn push_digest(&mut self, fields: &[Field], digest: Digest, tag: Tag) {
        let message = |key: &[u8]| {
            let mut text = Zeroizing::default();
            recipe::write(fields, &RIGHT, key, &mut text);
            text
        };
        self.press_message(digest, 0, &message, tag);
    }

    fn press_message(&mut self, digest: Digest, key: usize, message: &dyn Fn(&[u8]) -> Zeroizing<Vec<u8>>, tag: Tag) {
        let bytes = &self.keys[key].bytes;
        let mac = |key: &[u8]| Digester::HmacSha256(Mac::new(key));
        match digest {
            Digest::Usual => self.press.push_whole(&self.digesters[key], &message(bytes), tag),
            Digest::PlainSha256 => self.press.push_whole(&Digester::Sha256, &message(bytes), tag),
            Digest::EmptyMacKey => self.press.push_whole(&mac(b""), &message(bytes), tag),
            Digest::Swapped => {
                let whole = message(b"");
                let body = whole.strip_suffix(b"&key=").unwrap_or(&whole);
                self.press.push_whole(&mac(body), bytes, tag);
            }
            Digest::SwappedWithKey => self.press.push_whole(&mac(&message(bytes)), bytes, tag),
            Digest::HexMacKey => {
                if let Some(decoded) = from_hex(bytes) {
                    self.press.push_whole(&mac(&decoded), &message(bytes), tag);
                }
            }
        }
    }

    /// The candidate of these variants under a key.
    pub(crate) fn recipe(&self, variants: &[usize], key: usize) -> Recipe<'s> {
        let mut recipe = Recipe { key, ..Recipe::right() };
        for variant in variants {
            self.single(*variant).put_into(&mut recipe);
        }
        recipe
    }
}

fn frame(base: &Base, keys: &[Key], digester: Option<&Digester>, single: &Single) -> Frame {
    let mut frame = Frame::default();
    match &single.act {
        Act::Join(join) => {
            if let Some(key) = keys.first() {
                frame.front = filled(|out| join.front(&key.bytes, out), key.bytes.len());
                frame.tail = filled(|out| join.tail(&key.bytes, out), key.bytes.len());
            }
        }
        Act::Order(order) if *order != Order::Value => {
            let mut fields = base.fields.clone();
            order.sort(&mut fields);
            frame.ranks = vec![0; fields.len()];
            for (rank, field) in (0..).zip(&fields) {
                if let Some(place) = frame.ranks.get_mut(field.id as usize) {
                    *place = rank;
                }
            }
        }
        Act::Whole(whole) => {
            let encoded = keys.first().and_then(|key| EncodedText::of(base, *whole, &key.bytes));
            frame.encoded = encoded.zip(digester).map(|(encoded, digester)| encoded.hashed_by(digester));
        }
        _ => {}
    }
    frame
}

fn filled(fill: impl FnOnce(&mut Vec<u8>), key_len: usize) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(2 * key_len + 64));
    fill(&mut out);
    out
}

fn variants_of(base: &Base, keys: &[Key], singles: &[Single]) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::with_capacity(singles.len());
    let mut known: HashMap<(Patches, Option<Vec<u8>>), usize> = HashMap::with_capacity(singles.len());
    let mut known_encodings: Vec<(EncodedText, usize)> = Vec::new();
    for (number, single) in singles.iter().enumerate() {
        let patches = match &single.act {
            Act::Edit(edit) => match Patches::of(base, edit) {
                Some(patches) => Some(patches),
                None => continue,
            },
            _ => None,
        };
        let encoded = match (&single.act, keys.first()) {
            (Act::Whole(whole), Some(key)) => EncodedText::of(base, *whole, &key.bytes),
            _ => None,
        };
        let same_encoding = encoded
            .as_ref()
            .and_then(|encoded| known_encodings.iter().find(|(other, _)| other.same_as(encoded)))
            .map(|(_, at)| *at);
        // A charset does something of its own to what comes into the string later.
        let later = match &single.act {
            Act::Edit(edit) => charset_of(edit).and_then(|charset| charset.of("¬×".as_bytes())),
            _ => None,
        };
        let fingerprint = patches.clone().map(|patches| (patches, later));
        let same_patches = fingerprint.as_ref().and_then(|fingerprint| known.get(fingerprint)).copied();
        if let Some(variant) = same_patches.or(same_encoding).and_then(|at| variants.get_mut(at)) {
            variant.singles.push(number);
            variant.usual |= single.usual;
            variant.alone &= single.alone;
            continue;
        }
        known.extend(fingerprint.map(|fingerprint| (fingerprint, variants.len())));
        known_encodings.extend(encoded.map(|encoded| (encoded, variants.len())));
        variants.push(Variant {
            singles: vec![number],
            patches,
            layer: single.layer(),
            usual: single.usual,
            alone: single.alone,
            triggers: match single.act {
                Act::Edit(Edit::Everywhere(change)) => triggers(change),
                _ => 0,
            },
        });
    }
    variants
}
