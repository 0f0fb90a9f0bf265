//! From hits to explanations: what was done in words, what cannot be told apart, what comes first.

use std::cmp::Reverse;
use std::rc::Rc;

use wxpay_protocol::SignType;

use super::base::{Base, Field, Given};
use super::edit::Edit;
use super::engine::{Engine, Found, What};
use super::other_message::is_of_an_order;
use super::recipe::Recipe;
use super::singles::{Act, Said, Single};
use super::target::Form;
use super::twice::{Written, digest_of};
use super::{Family, second_sign};
use crate::diagnosis::{Change, Explanation, KeySlot, Proof};
use crate::knowledge::{CauseId, Words};
use crate::rules::{Algorithms, Context};

/// Most other ways that are told of one explanation.
const MOST_ALTERNATIVES: usize = 12;

/// What explaining needs besides the search's own state.
pub(super) struct Told<'t, 'c> {
    pub(super) given: &'t Given<'t>,
    pub(super) slots: &'t [KeySlot<'c>],
    pub(super) family: Family,
}

/// One way to the given sign, with its rank: fewer changes first, then the priors, then what is simple.
struct Way {
    rank: (usize, Reverse<u32>, usize, Vec<CauseId>),
    changes: Vec<Change>,
}

/// All explanations, the best first; those with the very same bytes and key as one.
pub(super) fn explanations(engine: &Engine<'_>, found: &[Found], told: &Told<'_, '_>) -> Vec<Explanation> {
    let mut groups: Vec<(Vec<u8>, &Found, Vec<Way>)> = Vec::new();
    for one in found {
        // What is told is what was hashed; were it otherwise, it would be no proof.
        let is_proof = reproduces(engine, one);
        debug_assert!(is_proof, "{one:?} is told as another string than was hashed");
        if !is_proof {
            continue;
        }
        let ways = ways(engine, one, told);
        let fingerprint = fingerprint(engine, one);
        match groups.iter_mut().find(|(known, _, _)| *known == fingerprint) {
            Some((_, _, all)) => all.extend(ways),
            None => groups.push((fingerprint, one, ways)),
        }
    }
    let mut explanations: Vec<_> = groups
        .into_iter()
        .filter_map(|(_, one, mut ways)| {
            ways.sort_by(|left, right| left.rank.cmp(&right.rank));
            let rank = ways.first()?.rank.clone();
            Some((rank, explanation(engine, one, ways, told)))
        })
        .collect();
    explanations.sort_by(|left, right| left.0.cmp(&right.0));
    explanations.into_iter().map(|(_, explanation)| explanation).collect()
}

/// Whether the plain way to the candidate gives the sign too.
fn reproduces(engine: &Engine<'_>, found: &Found) -> bool {
    let Some(key) = engine.keys.get(found.key) else { return false };
    let whole = recipe_of(engine, found);
    let digest = whole.with(|recipe| digest_of(recipe, engine.base, engine.family(), &key.bytes));
    digest.and_then(|digest| engine.press.target().form_of(&digest)) == Some(found.form)
}

/// Bytes that are the same exactly where two candidates hash the same under the same key.
fn fingerprint(engine: &Engine<'_>, found: &Found) -> Vec<u8> {
    use sha2::Digest;
    let recipe = recipe_of(engine, found);
    let key = &engine.keys[found.key].bytes;
    let mut hash = sha2::Sha256::new();
    hash.update(recipe.as_message(engine, key));
    hash.update([0, recipe.digest() as u8]);
    hash.update(key.as_slice());
    hash.finalize().to_vec()
}

/// A found candidate in full.
struct Whole<'s> {
    recipe: Recipe<'s>,
    /// Edits before all others.
    first: Vec<Edit>,
    /// An edit after all others.
    last: Option<Edit>,
}

impl Whole<'_> {
    fn as_message(&self, engine: &Engine<'_>, key: &[u8]) -> zeroize::Zeroizing<Vec<u8>> {
        self.with(|recipe| recipe.message(engine.base, key))
    }

    fn readable(&self, engine: &Engine<'_>, mask: &str) -> String {
        self.with(|recipe| recipe.readable(engine.base, mask))
    }

    const fn digest(&self) -> super::recipe::Digest {
        self.recipe.digest
    }

    fn with<T>(&self, what: impl FnOnce(&Recipe<'_>) -> T) -> T {
        let mut recipe = self.recipe.clone();
        recipe.edits.splice(0..0, &self.first);
        recipe.edits.extend(&self.last);
        what(&recipe)
    }
}

fn recipe_of<'s>(engine: &Engine<'s>, found: &Found) -> Whole<'s> {
    let of = |variants: &[usize]| with_key(engine.recipe(variants, 0), found.key);
    let dropped = |kept: &[u32]| vec![Edit::Drop(left_out(engine.base, kept))];
    match &found.what {
        What::Variants(variants) => Whole { recipe: of(variants), first: Vec::new(), last: None },
        What::Apart(variants) => {
            let is_edit = |variant: &usize| matches!(engine.single(*variant).act, Act::Edit(_));
            let (edits, others): (Vec<usize>, Vec<usize>) = variants.iter().copied().partition(is_edit);
            Whole { recipe: of(&others), first: apart(engine, edits), last: None }
        }
        What::Subset(kept) => Whole { recipe: of(&[]), first: dropped(kept), last: None },
        What::SubsetAnd(kept, variant) => Whole { recipe: of(&[*variant]), first: dropped(kept), last: None },
        What::SignedTwice(variant, written) => {
            let digest = engine.first_digest(*variant, found.key);
            let last = digest.map(|digest| engine.with_first_sign(&digest, *written));
            Whole { recipe: of(variant.as_slice()), first: Vec::new(), last }
        }
    }
}

/// Edits none of which acts on what another one makes: each leaves alone what one of fewer fields changes.
fn apart(engine: &Engine<'_>, mut edits: Vec<usize>) -> Vec<Edit> {
    let patches = |variant: usize| engine.variants[variant].patches.as_ref();
    edits.sort_by_key(|variant| Reverse(patches(*variant).map_or(0, |patches| patches.list.len())));
    let of = |(at, variant): (usize, &usize)| {
        let touched = edits[at + 1..]
            .iter()
            .filter_map(|later| patches(*later))
            .fold(0, |touched, later| touched | later.touched);
        let is_touched = |(index, _): &(usize, &Field)| touched >> (*index).min(127) & 1 == 1;
        let spared: Vec<u32> =
            engine.base.fields.iter().enumerate().filter(is_touched).map(|(_, field)| field.id).collect();
        match &engine.single(*variant).act {
            Act::Edit(edit) => Some(edit.sparing(engine.base, &spared).unwrap_or_else(|| edit.clone())),
            _ => None,
        }
    };
    edits.iter().enumerate().filter_map(of).collect()
}

fn with_key(recipe: Recipe<'_>, key: usize) -> Recipe<'_> {
    Recipe { key, ..recipe }
}

fn left_out(base: &Base, kept: &[u32]) -> Vec<u32> {
    base.fields.iter().map(|field| field.id).filter(|id| *id < 64 && !kept.contains(id)).collect()
}

fn ways(engine: &Engine<'_>, found: &Found, told: &Told<'_, '_>) -> Vec<Way> {
    let mut implied = template_changes(engine, found);
    implied.extend(key_change(engine, found));
    implied.extend(digest_changes(engine.base, found, told));
    let chains: Vec<Vec<&Single>> = match &found.what {
        What::Variants(variants) | What::Apart(variants) => combinations(engine, variants),
        What::Subset(_) => vec![Vec::new()],
        What::SubsetAnd(_, variant) => combinations(engine, &[*variant]),
        What::SignedTwice(variant, _) => combinations(engine, variant.as_slice()),
    };
    let besides: Vec<Vec<Change>> = match &found.what {
        What::Subset(kept) | What::SubsetAnd(kept, _) => subset_changes(engine.base, kept),
        What::Variants(_) | What::Apart(_) => vec![Vec::new()],
        What::SignedTwice(_, written) => vec![signed_twice(told, *written)],
    };
    chains
        .iter()
        .flat_map(|chain| besides.iter().map(move |besides| (chain, besides)))
        .map(|(chain, besides)| {
            let mut changes = besides.clone();
            changes.extend(chain.iter().map(|single| Change {
                cause: single.cause,
                field: single.field.clone(),
                detail: single.detail(engine.keys),
            }));
            for change in &implied {
                // Another sign_type in the string and the other digest are one mistake.
                if !changes.iter().any(|known| known.cause == change.cause) {
                    changes.push(change.clone());
                }
            }
            let prior: u32 = changes.iter().map(|change| change.cause.prior()).sum();
            let rare = chain.iter().filter(|single| !single.usual).count();
            let causes = changes.iter().map(|change| change.cause).collect();
            Way { rank: (changes.len(), Reverse(prior), rare, causes), changes }
        })
        .collect()
}

/// Every combination of changes that do the same; a few are enough.
fn combinations<'s>(engine: &Engine<'s>, variants: &[usize]) -> Vec<Vec<&'s Single>> {
    let mut chains: Vec<Vec<&Single>> = vec![Vec::new()];
    for variant in variants {
        let mut singles: Vec<&Single> =
            engine.variants[*variant].singles.iter().map(|at| &engine.singles[*at]).collect();
        singles.sort_by_key(|single| (Reverse(single.cause.prior()), !single.usual));
        singles.truncate(if variants.len() == 1 { 16 } else { 4 });
        chains = chains
            .iter()
            .flat_map(|chain| singles.iter().map(move |single| [chain.as_slice(), &[*single]].concat()))
            .collect();
    }
    chains
}

fn explanation(engine: &Engine<'_>, found: &Found, ways: Vec<Way>, told: &Told<'_, '_>) -> Explanation {
    let mut ways = ways.into_iter();
    let changes = ways.next().map(|way| way.changes).unwrap_or_default();
    let same = |left: &[Change], right: &[Change]| {
        left.len() == right.len()
            && left
                .iter()
                .all(|change| right.iter().any(|other| other.cause == change.cause && other.field == change.field))
    };
    let mut alternatives: Vec<Vec<Change>> = Vec::new();
    for way in ways {
        // More changes with the same result say nothing new.
        let is_new = way.changes.len() <= changes.len()
            && !same(&way.changes, &changes)
            && !alternatives.iter().any(|known| same(known, &way.changes));
        if is_new && alternatives.len() < MOST_ALTERNATIVES {
            alternatives.push(way.changes);
        }
    }
    let mut causes: Vec<CauseId> = Vec::new();
    for change in changes.iter().chain(alternatives.iter().flatten()) {
        if !causes.contains(&change.cause) {
            causes.push(change.cause);
        }
    }
    let key = &engine.keys[found.key];
    let slot = told.slots.get(key.slot).filter(|_| key.slot > 0);
    Explanation {
        proof: Proof::Hash,
        causes,
        changes,
        alternatives,
        key: slot.map(|slot| slot.name.to_owned()),
        string_to_sign: recipe_of(engine, found).readable(engine, &key.shown),
    }
}

/// That the call itself is not what was signed: its appId is missing, or it passes another value.
fn template_changes(engine: &Engine<'_>, found: &Found) -> Vec<Change> {
    let base = engine.base;
    let mut changes = Vec::new();
    if !base.lacks_appid && !base.passes_other_values {
        return changes;
    }
    let signed = recipe_of(engine, found).with(|recipe| recipe.fields(base));
    if base.lacks_appid && !signed.iter().any(|field| field.name.eq_ignore_ascii_case("appid")) {
        let detail = Words::new("签名里没有 appId", "signed without the appId");
        changes.push(Change { cause: CauseId::A15, field: Some("appId".to_owned()), detail });
    }
    for given in base.as_given.iter().flatten() {
        let is_right = |field: &&Field| field.id == given.id && field.value != given.value;
        let Some(right) = base.fields.iter().find(is_right) else { continue };
        if !signed.iter().any(|field| field.id == right.id && field.value == right.value) {
            continue;
        }
        let (value, passed) = (String::from_utf8_lossy(&right.value), String::from_utf8_lossy(&given.value));
        let cause = if base.context == Some(Context::App) { CauseId::G4 } else { CauseId::G2 };
        let detail = Words::new(
            format!("签名按 {}={value}，参数里却是 {passed}", given.name),
            format!("{}={value} was signed, but the call passes {passed}", given.name),
        );
        changes.push(Change { cause, field: Some(given.name.to_string()), detail });
    }
    changes
}

/// That another slot's key was used, or the key in use in another form, where no change of the chain says so.
fn key_change(engine: &Engine<'_>, found: &Found) -> Vec<Change> {
    let says_so = match &found.what {
        What::Variants(variants) | What::Apart(variants) => variants.as_slice(),
        What::SubsetAnd(_, variant) => std::slice::from_ref(variant),
        What::SignedTwice(variant, _) => variant.as_slice(),
        What::Subset(_) => &[],
    };
    if says_so.iter().any(|variant| matches!(engine.single(*variant).act, Act::Key(_))) {
        return Vec::new();
    }
    let key = &engine.keys[found.key];
    key.cause
        .map(|cause| Change { cause, field: None, detail: Words::new(key.chinese.clone(), key.english.clone()) })
        .into_iter()
        .collect()
}

/// What the form of the given sign and its family say.
fn digest_changes(base: &Base, found: &Found, told: &Told<'_, '_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut push = |cause, chinese: &str, english: &str| {
        let field = Some(told.given.sign_name.to_owned());
        changes.push(Change { cause, field, detail: Words::new(chinese, english) });
    };
    if told.family == Family::Sha1 {
        push(CauseId::F6, "摘要用的是 SHA-1", "SHA-1 was used");
    } else if told.given.is_declared && told.family != Family::of(told.given.declared) {
        let cause = cause_of_other_algorithm(base, told.family);
        let (used, declared) = match told.family {
            Family::Md5 => ("MD5", SignType::HmacSha256.as_str()),
            _ => ("HMAC-SHA256", SignType::Md5.as_str()),
        };
        push(
            cause,
            &format!("摘要用的是 {used}，签名类型应为 {declared}"),
            &format!("{used} was used where the sign type is {declared}"),
        );
    }
    match found.form {
        Form::Upper => {}
        // SHA-1 is wrong in either case.
        Form::Lower if told.family == Family::Sha1 => {}
        Form::Lower => {
            push(CauseId::F5, "签名是小写十六进制，应为大写", "the sign is in lower case and must be in upper case");
        }
        Form::LeadingZeros => push(CauseId::F9, "摘要开头的 0 丢了", "the leading zeros of the digest were lost"),
        Form::Unpadded => push(
            CauseId::F9,
            "摘要逐字节转十六进制时没有补 0",
            "bytes of the digest below 16 were written with one digit",
        ),
        Form::Middle => {
            push(
                CauseId::F10,
                "只取了 MD5 中间的 16 位",
                "only the sixteen digits in the middle of the MD5 were taken",
            );
        }
        Form::Base64 => push(
            CauseId::F7,
            "摘要没有转成十六进制，而是 Base64",
            "the digest was written as Base64 and not as hexadecimal digits",
        ),
        Form::Base64OfHex => push(
            CauseId::F7,
            "十六进制的摘要又做了 Base64",
            "the hexadecimal digits of the digest were written as Base64",
        ),
    }
    changes
}

fn cause_of_other_algorithm(base: &Base, used: Family) -> CauseId {
    match base.context {
        Some(context) if context.is_from_wechat() => CauseId::F2,
        Some(Context::Endpoint(endpoint)) => match (endpoint.rule().signing.algorithms, used) {
            (Algorithms::HmacOnly, Family::Md5) => CauseId::F3,
            (Algorithms::Md5Only, Family::HmacSha256) => CauseId::F4,
            _ => CauseId::F1,
        },
        _ => CauseId::F1,
    }
}

fn signed_twice(told: &Told<'_, '_>, written: Written) -> Vec<Change> {
    let change = |cause, chinese, english| Change {
        cause,
        field: Some(told.given.sign_name.to_owned()),
        detail: Words::new(chinese, english),
    };
    let twice = change(
        CauseId::A2,
        "对象被签了两次，第一次的 sign 参与了第二次签名",
        "the object was signed twice, and the first sign was signed with it",
    );
    let how = match written.cause() {
        Some(CauseId::F9) => ("第一次的 sign 丢了 0", "zeros of the first sign were lost"),
        Some(CauseId::F10) => {
            ("第一次的 sign 只取了中间的 16 位", "of the first sign only the sixteen digits in the middle were taken")
        }
        _ => ("第一次的 sign 是 Base64", "the first sign was written as Base64"),
    };
    let odd = written.cause().map(|cause| change(cause, how.0, how.1));
    std::iter::once(twice).chain(odd).collect()
}

/// "Signed over these 9 of 12", under each cause that it may have.
fn subset_changes(base: &Base, kept: &[u32]) -> Vec<Vec<Change>> {
    let dropped: Vec<&Field> = base.fields.iter().filter(|field| field.id < 64 && !kept.contains(&field.id)).collect();
    let names: Vec<&str> = dropped.iter().map(|field| &*field.name).collect();
    let (left, all) = (base.fields.len() - dropped.len(), base.fields.len());
    let is_second_sign = second_sign::is_over(base, kept);
    let causes: &[CauseId] = if base.is_client_call() {
        &[CauseId::A15]
    } else if is_second_sign {
        &[CauseId::A16]
    } else if dropped.iter().all(|field| &*field.value == b"0") {
        &[CauseId::A9]
    } else if base.is_from_wechat() {
        &[CauseId::A8]
    } else if dropped.iter().all(|field| !crate::rules::known_names().contains(&&*field.name)) {
        &[CauseId::A5]
    } else {
        // A field of another endpoint is both: too much here, and not signed.
        &[CauseId::A6, CauseId::A5]
    };
    let detail = Words::new(
        format!("签名只覆盖了 {all} 个参数中的 {left} 个，缺 {}", names.join("、")),
        format!("signed over {left} of {all} fields, without {}", names.join(", ")),
    );
    let field = (names.len() == 1).then(|| names.concat());
    causes.iter().map(|cause| vec![Change { cause: *cause, field: field.clone(), detail: detail.clone() }]).collect()
}

/// A6, A7: what was signed is not what was sent. Changes of the string that was sent.
pub(super) fn signed_otherwise(sent: &Base, signed: &Base) -> Vec<Single> {
    let differing: Vec<&str> = {
        let value_of = |base: &'_ Base, name: &str| base.field(name).map(|field| Rc::clone(&field.value));
        let mut names: Vec<&str> = signed.fields.iter().chain(&sent.fields).map(|field| &*field.name).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().filter(|name| value_of(sent, name) != value_of(signed, name)).collect()
    };
    let is_time =
        |name: &&str| matches!(*name, "nonce_str" | "nonceStr" | "noncestr" | "timeStamp" | "timestamp" | "time_stamp");
    let cause = if differing.iter().all(is_time) { CauseId::A7 } else { CauseId::A6 };
    // A14: the verifier took the fields of its own order for those of the message from WeChat.
    let is_order = sent.is_from_wechat() && is_of_an_order(signed);
    let cause = if is_order { CauseId::A14 } else { cause };
    let detail = if is_order {
        Words::new(
            "验签用的是下单的参数，不是通知或应答自己的字段",
            "what was verified are the fields of the order and not those of the message itself",
        )
    } else {
        Words::new(
            format!("签名用的参数与发出的不同：{}", differing.join("、")),
            format!("what was signed differs from what was sent: {}", differing.join(", ")),
        )
    };
    // Numbers of their own: none of these fields is the one of the string that was sent.
    let fields: Vec<Field> =
        signed.fields.iter().map(|field| Field { id: field.id + 500_000, ..field.clone() }).collect();
    let single = Single::usual(cause, Act::Edit(Edit::Replace(Rc::from(fields))), Said::Made(detail));
    vec![match differing.as_slice() {
        [name] => single.on(name),
        _ => single,
    }]
}
