//! A case from its beginning to its answer: verify, then search stage by stage until something gives the given sign.

use std::ops::ControlFlow;

use wxpay_protocol::Secret;

use super::base::{Base, Given, given_of};
use super::engine::{Engine, Found, singles_of};
use super::explain::{self, Told};
use super::keys::{Key, keys};
use super::target::Target;
use super::{Family, expected_sign, other_message, second_sign, stages, subsets, triples};
use crate::Input;
use crate::diagnosis::{
    Case, Diagnosis, Effort, Excluded, Explanation, KeyRole, KeySlot, Limit, Next, Outcome, Progress, StageCount,
    differences,
};
use crate::knowledge::reading_of;
use crate::lint::{Circumstances, Severity, Warning, lint_under};
use crate::report::ReportError;
use crate::rules::Context;

type Watch<'w> = dyn FnMut(Progress) -> ControlFlow<()> + 'w;

/// Most explanations that are told.
const MOST_EXPLANATIONS: usize = 8;

/// The longest right string that is searched by pairs; beyond, only singles and subsets are tried.
const MOST_PAIRED_BYTES: usize = 16 * 1024;

/// All subsets are never tried of more fields.
const MOST_SUBSETS_OF: usize = 20;

/// So many bytes are hashed at most, or four times as many where the search is to go deep; no order of the rule book comes near.
const MOST_BYTES: usize = 2_000_000_000;

/// Bytes that are nobody's key.
const NO_KEY: &[u8] = b"\0no key in use\0";

/// Answers a case.
pub(crate) fn run(case: &Case<'_>, effort: Effort, watch: &mut Watch<'_>) -> Result<Diagnosis, ReportError> {
    let bytes: usize = case.input.params.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    let most = MOST_BYTES * if effort.triples { 4 } else { 1 } / bytes.max(64);
    let mut within = |progress: Progress| {
        if usize::try_from(progress.tried).is_ok_and(|tried| tried < most) {
            watch(progress)
        } else {
            ControlFlow::Break(())
        }
    };
    let no_key = Secret::new(NO_KEY.to_vec());
    let slots = slots(case, &no_key);
    let mut diagnosis = answer(case, &slots, effort, &mut within)?;
    diagnosis.hide_keys(&slots);
    Ok(diagnosis)
}

/// All keys: those at hand, then those that stand in the texts. The one in use comes first; where none of them claims to be
/// it, a place holder does, because what another key signs is never right.
fn slots<'c>(case: &Case<'c>, no_key: &'c Secret) -> Vec<KeySlot<'c>> {
    let mut slots: Vec<KeySlot<'c>> =
        case.keys.iter().map(|slot| KeySlot { role: slot.role, name: slot.name, secret: slot.secret }).collect();
    for pasted in case.input.pasted_keys().chain(case.sent.into_iter().flat_map(Input::pasted_keys)) {
        if !slots.iter().any(|slot| slot.secret.same_as(pasted.secret)) {
            slots.push(pasted);
        }
    }
    match slots.iter().position(|slot| slot.role == KeyRole::InUse) {
        Some(own) => slots.get_mut(..=own).unwrap_or_default().rotate_right(1),
        None if slots.is_empty() => {}
        None => slots.insert(0, KeySlot { role: KeyRole::InUse, name: "", secret: no_key }),
    }
    slots
}

/// Whether the first of these keys only stands for the one in use.
fn lacks_own_key(slots: &[KeySlot<'_>]) -> bool {
    slots.first().is_none_or(|slot| slot.secret.expose() == NO_KEY)
}

fn answer(
    case: &Case<'_>,
    slots: &[KeySlot<'_>],
    effort: Effort,
    watch: &mut Watch<'_>,
) -> Result<Diagnosis, ReportError> {
    let base = Base::of(case);
    if base.fields.is_empty() {
        return Err(ReportError::NothingToSign);
    }
    let order = companion(case, &base);
    // The order that a call pays for is not what was sent in the call's place.
    let case = &Case { sent: case.sent.filter(|_| order.is_none()), ..*case };
    let mut given = given_of(case, &base);
    let sent = case.sent.map(|sent| Base::of(&Case { input: sent, sent: None, ..*case }));
    if let (None, Some(sent_input), Some(sent_base)) = (given.sign, case.sent, &sent) {
        let of_sent = given_of(&Case { input: sent_input, sent: None, ..*case }, sent_base);
        given = Given { older_sign: None, ..of_sent };
    }
    let keys = keys(slots);
    let own_key = keys.first().filter(|_| !lacks_own_key(slots));
    let mut diagnosis = empty(case, &base, &given, own_key);
    if let Some(sent) = case.sent {
        diagnosis.differences = differences::between(&case.input.params, &sent.params);
    }
    let (Some(sign), false) = (given.sign, keys.is_empty()) else {
        (diagnosis.verdict, diagnosis.next) = without_comparison(&base, &given);
        return Ok(diagnosis);
    };
    // What the gateway sees is what was sent, where that is known.
    let seen = sent.as_ref().unwrap_or(&base);
    let is_right = Some(sign) == diagnosis.expected_sign.as_deref().filter(|_| sent.is_none())
        || sent
            .as_ref()
            .is_some_and(|sent| !sent.lacks_appid && expected_sign(sent, &keys[0].bytes, given.declared) == sign);
    let target = Target::of(sign);
    let apart = if is_right {
        right_elsewhere(case, &base, &keys, slots, &diagnosis.string_to_sign)
    } else {
        other_message::order_for_call(&base, order, &target, &keys, slots)
            .or_else(|| second_sign::in_the_place_of_sign(&base, &target, &keys, slots))
    };
    if let Some(explanation) = apart {
        conclude(&mut diagnosis, vec![explanation], &base, false);
        return Ok(diagnosis);
    }
    if is_right && !seen.passes_other_values && !seen.lacks_appid {
        diagnosis.verdict = Outcome::Valid;
        diagnosis.next = Next::LookBeyondTheSign;
        return Ok(diagnosis);
    }
    let mut search =
        Search { given: &given, keys: &keys, slots, target: &target, effort, counts: Vec::new(), stopped: false };
    let mut explanations = search.explanations(&base, sent.as_ref(), watch);
    if explanations.is_empty()
        && let Some(copy) = other_message::copied_sign(case, sign, &diagnosis.string_to_sign)
    {
        explanations.push(copy);
    }
    explanations.truncate(MOST_EXPLANATIONS);
    diagnosis.excluded = excluded(&search, slots, &base);
    conclude(&mut diagnosis, explanations, &base, target.families().is_empty());
    if diagnosis.verdict == Outcome::Unexplained && own_key.is_none() {
        diagnosis.next = Next::GiveTheKey;
    }
    Ok(diagnosis)
}

/// The order that a client call pays for, or the answer to it, where that is the second text.
fn companion(case: &Case<'_>, call: &Base) -> Option<Base> {
    let other = case.sent.filter(|_| call.is_client_call())?;
    let is_call = Context::detect(other).is_none_or(Context::is_client_call);
    (!is_call).then(|| Base::of(&Case { input: other, sent: None, context: None, ..*case }))
}

/// A sign that is right over its fields and wrong all the same: they are another message's, or another sign among them
/// was made wrongly.
fn right_elsewhere(
    case: &Case<'_>,
    base: &Base,
    keys: &[Key],
    slots: &[KeySlot<'_>],
    string_to_sign: &str,
) -> Option<Explanation> {
    if case.sent.is_some() {
        return None;
    }
    other_message::order_for_notice(case, base, string_to_sign).or_else(|| second_sign::made_wrongly(base, keys, slots))
}

fn conclude(diagnosis: &mut Diagnosis, explanations: Vec<Explanation>, base: &Base, is_malformed: bool) {
    diagnosis.explanations = explanations;
    if let Some(best) = diagnosis.explanations.first() {
        diagnosis.verdict = Outcome::Explained;
        diagnosis.next = if best.key.is_some() { Next::UseTheRightKey } else { Next::ChangeTheCode };
        return;
    }
    diagnosis.verdict = if is_malformed { Outcome::Malformed } else { Outcome::Unexplained };
    diagnosis.next = if diagnosis.excluded.stopped {
        Next::SearchOn
    } else if base.lacks_appid {
        Next::GiveTheAppid
    } else if base.is_from_wechat() {
        Next::GiveTheRawBytes
    } else {
        Next::ProbeTheKey
    };
}

fn without_comparison(base: &Base, given: &Given<'_>) -> (Outcome, Next) {
    if given.sign.is_some() {
        (Outcome::Unexplained, Next::GiveTheKey)
    } else if base.context == Some(Context::RefundNotify) {
        (Outcome::Unexplained, Next::DecryptReqInfo)
    } else {
        (Outcome::Malformed, Next::GiveTheSign)
    }
}

fn empty(case: &Case<'_>, base: &Base, given: &Given<'_>, own_key: Option<&Key>) -> Diagnosis {
    let expected = own_key.filter(|_| !base.lacks_appid).map(|key| expected_sign(base, &key.bytes, given.declared));
    let mask = own_key.map(|key| key.shown.as_str()).unwrap_or_default();
    Diagnosis {
        verdict: Outcome::Unexplained,
        sign_type: given.declared,
        given_sign: given.sign.map(str::to_owned),
        expected_sign: expected,
        string_to_sign: super::recipe::Recipe::right().readable(base, mask),
        explanations: Vec::new(),
        warnings: warnings(case, base),
        differences: Vec::new(),
        excluded: Excluded::default(),
        next: Next::GiveTheKey,
    }
}

fn warnings(case: &Case<'_>, base: &Base) -> Vec<Warning> {
    let circumstances =
        Circumstances { context: case.context.or(base.context), keys: case.keys, ..Circumstances::default() };
    let mut warnings = lint_under(case.sent.unwrap_or(case.input), &circumstances);
    if let Some(reading) = case.return_msg.and_then(reading_of) {
        warnings.insert(
            0,
            Warning {
                cause: reading.causes.first().copied(),
                rule: "return_msg",
                field: None,
                detail: reading.words,
                severity: Severity::Hint,
            },
        );
    }
    warnings
}

fn excluded(search: &Search<'_, '_>, slots: &[KeySlot<'_>], base: &Base) -> Excluded {
    Excluded {
        tried: search.counts.iter().map(|count| count.tried).sum(),
        stages: search.counts.clone(),
        keys: slots.iter().skip(usize::from(lacks_own_key(slots))).map(|slot| slot.name.to_owned()).collect(),
        subsets_of: Some(base.fields.len()).filter(|count| *count <= search.effort.subsets_of),
        limits: limits(search, base),
        stopped: search.stopped,
    }
}

fn limits(search: &Search<'_, '_>, base: &Base) -> Vec<Limit> {
    let too_long = search.effort.pairs && base.text.len() > MOST_PAIRED_BYTES;
    let too_many = search.effort.subsets_of > 0 && base.fields.len() > search.effort.subsets_of.min(MOST_SUBSETS_OF);
    let pairs = too_long.then_some(Limit::PairsBelow(MOST_PAIRED_BYTES));
    let subsets = too_many.then_some(Limit::SubsetsLeavingOut(subsets::MOST_LEFT_OUT, subsets::MOST_KEPT));
    pairs.into_iter().chain(subsets).collect()
}

struct Search<'s, 'k> {
    given: &'s Given<'s>,
    keys: &'s [Key],
    slots: &'s [KeySlot<'k>],
    target: &'s Target,
    effort: Effort,
    counts: Vec<StageCount>,
    stopped: bool,
}

impl Search<'_, '_> {
    fn explanations(&mut self, base: &Base, sent: Option<&Base>, watch: &mut Watch<'_>) -> Vec<Explanation> {
        let mut explanations = Vec::new();
        for family in self.target.families() {
            if let Some(sent) = sent {
                // What was signed reproduces the sign: then what was sent is what differs.
                explanations.extend(self.of_base(sent, family, Some(base), watch));
                if !explanations.is_empty() || self.stopped {
                    break;
                }
            }
            explanations.extend(self.of_base(base, family, None, watch));
            if !explanations.is_empty() || self.stopped {
                break;
            }
        }
        explanations
    }

    /// Searches around one string; around what was sent by single changes only.
    fn of_base(
        &mut self,
        base: &Base,
        family: Family,
        signed: Option<&Base>,
        watch: &mut Watch<'_>,
    ) -> Vec<Explanation> {
        let mut singles = singles_of(base, self.given, self.keys, family);
        if let Some(signed) = signed {
            singles.extend(explain::signed_otherwise(base, signed));
        }
        let mut engine = Engine::new(base, self.keys, &singles, family, self.given.sign_name, self.target);
        let found = self.stages(&mut engine, signed.is_some(), watch);
        self.stopped |= engine.stopped;
        for count in &engine.counts {
            match self.counts.iter_mut().find(|known| known.stage == count.stage) {
                Some(known) => known.tried += count.tried,
                None => self.counts.push(*count),
            }
        }
        let told = Told { given: self.given, slots: self.slots, family };
        explain::explanations(&engine, &found, &told)
    }

    fn stages(&self, engine: &mut Engine<'_>, singles_only: bool, watch: &mut Watch<'_>) -> Vec<Found> {
        let mut found = stages::singles(engine, watch);
        let more = |found: &[Found], engine: &Engine<'_>| found.is_empty() && !engine.stopped;
        if more(&found, engine) {
            found = stages::key_slots(engine, watch);
        }
        if singles_only {
            return found;
        }
        if more(&found, engine) && self.effort.subsets_of > 0 {
            found = subsets::subsets(engine, self.effort.subsets_of.min(MOST_SUBSETS_OF), watch);
        }
        let is_short = engine.base.text.len() <= MOST_PAIRED_BYTES;
        for usual in [true, false] {
            if more(&found, engine) && self.effort.pairs && is_short {
                found = stages::pairs(engine, usual, watch);
            }
        }
        if more(&found, engine) && self.effort.triples && is_short {
            found = triples::triples(engine, watch);
        }
        found
    }
}
