//! What a scenario has planned: a part of the ledger, so that replaying the journal plans the same again.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use wxpay_protocol::{Fen, UtcMs};

use crate::draw::mix;
use crate::scenarios::scenario::{Act, Counted, Fits, Rule, Scenario, Step, Trigger, When};

/// How many steps that happened are remembered for people.
const REMEMBERED: usize = 200;

/// What a rule looks at.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) mch_id: &'a str,
    pub(crate) out_trade_no: &'a str,
    /// out_refund_no for refunds, else out_trade_no: what draws are made from.
    pub(crate) number: &'a str,
    pub(crate) body: &'a str,
    pub(crate) trade_type: &'a str,
    pub(crate) payer: &'a str,
    pub(crate) total_fee: Fen,
    pub(crate) refund_fee: Option<Fen>,
}

/// What a step is done to: a place in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Order(u32),
    Refund(u32),
}

/// A step that waits for its time.
#[derive(Clone, Debug)]
struct Planned {
    target: Target,
    scenario: Arc<Scenario>,
    rule: usize,
    step: usize,
    lot: u64,
}

/// A step whose time has come, or is to come.
#[derive(Clone, Debug)]
pub(crate) struct DueStep {
    pub(crate) id: u64,
    pub(crate) due: UtcMs,
    pub(crate) target: Target,
    pub(crate) act: Act,
    /// 64 bits that belong to this step of this order.
    pub(crate) lot: u64,
    pub(crate) scenario: Arc<Scenario>,
}

/// A step that happened, or was refused.
#[derive(Clone, Debug)]
pub(crate) struct DoneStep {
    pub(crate) id: u64,
    pub(crate) at: UtcMs,
    pub(crate) target: Target,
    pub(crate) word: &'static str,
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) refused: Option<String>,
}

#[derive(Default)]
pub(crate) struct Agenda {
    playing: Option<Playing>,
    due: BTreeMap<(UtcMs, u64), Planned>,
    planned: u64,
    done: VecDeque<DoneStep>,
    done_count: u64,
    held: HashMap<u32, u64>,
}

struct Playing {
    scenario: Arc<Scenario>,
    /// How many have met each rule, and each group of it, for `nth`.
    counts: HashMap<(usize, u64), u64>,
    so_far: SoFar,
}

/// What came of a scenario since it was begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoFar {
    /// Orders and refunds that a rule of it took.
    pub taken: u64,
    /// Steps whose time has come.
    pub steps: u64,
    /// Those among them that were impossible by then.
    pub refused: u64,
}

impl Agenda {
    /// Plays this scenario with what comes from now on; what another one has planned stays planned.
    pub(crate) fn play(&mut self, scenario: Scenario) {
        let scenario = Arc::new(scenario);
        self.playing = Some(Playing { scenario, counts: HashMap::new(), so_far: SoFar::default() });
    }

    /// Ends the scenario and forgets what is planned.
    pub(crate) fn stop(&mut self) {
        self.playing = None;
        self.due.clear();
    }

    /// The scenario that is played, and what came of it.
    pub(crate) fn playing(&self) -> Option<(&Scenario, SoFar)> {
        self.playing.as_ref().map(|playing| (&*playing.scenario, playing.so_far))
    }

    /// Whether a rule would take this, without counting it.
    pub(crate) fn would_take(&self, on: Trigger, facts: &Facts<'_>, seed: u64) -> bool {
        self.playing.as_ref().is_some_and(|playing| playing.rule_for(on, facts, seed).is_some())
    }

    /// Plans what the scenario does with something new; returns whether a rule took it.
    pub(crate) fn plan(&mut self, on: Trigger, facts: &Facts<'_>, target: Target, at: UtcMs, seed: u64) -> bool {
        let Some(playing) = &mut self.playing else { return false };
        let taken = playing.rule_for(on, facts, seed);
        playing.count(on, facts);
        let Some(rule) = taken else { return false };
        playing.so_far.taken += 1;
        let scenario = Arc::clone(&playing.scenario);
        let lot = hash(seed, &[facts.mch_id, facts.number, &rule.to_string()]);
        self.wait_for(Planned { target, scenario, rule, step: 0, lot }, at);
        true
    }

    fn wait_for(&mut self, planned: Planned, from: UtcMs) {
        let Some(step) = planned.current() else { return };
        let due = match step.when {
            When::After(span) => from.plus_ms(span.drawn_ms(planned.lot_of_step())),
            When::At(time_of_day) => time_of_day.next(from),
        };
        self.planned += 1;
        self.due.insert((due, self.planned), planned);
    }

    /// The step that is due first.
    pub(crate) fn first(&self) -> Option<DueStep> {
        self.due.iter().next().and_then(|((due, id), planned)| planned.as_due(*due, *id))
    }

    /// When the first step is due, and its id.
    pub(crate) fn next_due(&self) -> Option<(UtcMs, u64)> {
        self.due.keys().next().copied()
    }

    /// The steps that wait, earliest first.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = DueStep> {
        self.due.iter().filter_map(|((due, id), planned)| planned.as_due(*due, *id))
    }

    /// How many orders and refunds have a step that waits.
    pub(crate) fn waiting_count(&self) -> usize {
        self.due.len()
    }

    /// The steps that happened last, newest first.
    pub(crate) fn done(&self) -> impl Iterator<Item = &DoneStep> {
        self.done.iter().rev()
    }

    /// The answer to the order in this place waits for this notice; forgotten with the process.
    pub(crate) fn hold(&mut self, place: u32, notice: u64) {
        self.held.insert(place, notice);
    }

    pub(crate) fn holds(&self, place: u32) -> bool {
        self.held.contains_key(&place)
    }

    pub(crate) fn take_held(&mut self, place: u32) -> Option<u64> {
        self.held.remove(&place)
    }

    /// How many steps have happened.
    pub(crate) fn done_count(&self) -> u64 {
        self.done_count
    }

    /// A step happened at `at`, or was refused; the next one of its rule is planned from when this one was due.
    pub(crate) fn happened(&mut self, due: UtcMs, id: u64, at: UtcMs, refused: Option<String>) {
        let Some(planned) = self.due.remove(&(due, id)) else { return };
        let Some(step) = planned.current() else { return };
        let (act, word) = (step.act.clone(), step.act.word());
        if self.done.len() >= REMEMBERED {
            self.done.pop_front();
        }
        if let Some(playing) = &mut self.playing
            && Arc::ptr_eq(&playing.scenario, &planned.scenario)
        {
            playing.so_far.steps += 1;
            playing.so_far.refused += u64::from(refused.is_some());
        }
        let scenario = Arc::clone(&planned.scenario);
        self.done.push_back(DoneStep { id, at, target: planned.target, word, scenario, refused });
        self.done_count += 1;
        let from = match act {
            Act::Leave => return,
            Act::Stay(span) => due.plus_ms(span.drawn_ms(planned.lot_of_step())),
            _ => due,
        };
        self.wait_for(Planned { step: planned.step + 1, ..planned }, from);
    }
}

impl Planned {
    fn rule(&self) -> Option<&Rule> {
        self.scenario.rules.get(self.rule)
    }

    fn current(&self) -> Option<&Step> {
        self.rule()?.steps.get(self.step)
    }

    fn lot_of_step(&self) -> u64 {
        mix(self.lot ^ u64::try_from(self.step).unwrap_or(u64::MAX))
    }

    fn as_due(&self, due: UtcMs, id: u64) -> Option<DueStep> {
        let act = self.current()?.act.clone();
        let scenario = Arc::clone(&self.scenario);
        Some(DueStep { id, due, target: self.target, act, lot: self.lot_of_step(), scenario })
    }
}

impl Playing {
    /// The first rule that takes it.
    fn rule_for(&self, on: Trigger, facts: &Facts<'_>, seed: u64) -> Option<usize> {
        self.scenario.rules.iter().enumerate().position(|(place, rule)| {
            if rule.on != on || !rule.fits.hold(facts) {
                return false;
            }
            let is_nth = rule.fits.nth.as_ref().is_none_or(|nth| {
                let before = self.counts.get(&(place, rule.fits.group(facts))).copied().unwrap_or(0);
                nth.takes(before + 1)
            });
            let is_drawn = rule.fits.percent.is_none_or(|percent| {
                hash(seed, &["percent", facts.mch_id, facts.number, &place.to_string()]) % 100 < u64::from(percent)
            });
            is_nth && is_drawn
        })
    }

    /// Every rule counts for itself what fits it, whichever rule takes it.
    fn count(&mut self, on: Trigger, facts: &Facts<'_>) {
        for (place, rule) in self.scenario.rules.iter().enumerate() {
            if rule.on == on && rule.fits.nth.is_some() && rule.fits.hold(facts) {
                *self.counts.entry((place, rule.fits.group(facts))).or_default() += 1;
            }
        }
    }
}

impl Fits {
    fn hold(&self, facts: &Facts<'_>) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        is(&self.mch_id, facts.mch_id)
            && is(&self.out_trade_no, facts.out_trade_no)
            && is(&self.trade_type, facts.trade_type)
            && self.out_trade_no_prefix.as_deref().is_none_or(|prefix| facts.out_trade_no.starts_with(prefix))
            && self.body.as_deref().is_none_or(|part| facts.body.contains(part))
            && self.total_fee.is_none_or(|fee| fee == facts.total_fee)
            && self.refund_fee.is_none_or(|fee| Some(fee) == facts.refund_fee)
    }

    fn group(&self, facts: &Facts<'_>) -> u64 {
        match self.counted {
            Counted::All => 0,
            Counted::SameGoods => hash(0, &[facts.mch_id, facts.payer, facts.body, &facts.total_fee.to_string()]),
        }
    }
}

/// 64 bits out of texts and a seed; the same on every machine and in every version (FNV-1a, then mixed).
fn hash(seed: u64, texts: &[&str]) -> u64 {
    let mut state = 0xCBF2_9CE4_8422_2325u64;
    for text in texts {
        // A byte that no UTF-8 holds keeps `ab`,`c` apart from `a`,`bc`.
        for byte in text.bytes().chain([0xFF]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
    mix(state ^ mix(seed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: UtcMs = UtcMs(1_704_135_845_000);

    fn facts(number: &str) -> Facts<'_> {
        Facts {
            mch_id: "1900000001",
            out_trade_no: number,
            number,
            body: "T恤",
            trade_type: "JSAPI",
            payer: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            total_fee: Fen::new(101).unwrap(),
            refund_fee: None,
        }
    }

    fn playing(rules: &str) -> Agenda {
        let mut agenda = Agenda::default();
        let source = format!("name = \"x\"\ntitle = \"\"\ntitle_en = \"\"\n{rules}");
        agenda.play(Scenario::read(&source).unwrap());
        agenda
    }

    fn plan(agenda: &mut Agenda, number: &str, place: u32) -> bool {
        agenda.plan(Trigger::Order, &facts(number), Target::Order(place), START, 7)
    }

    fn next(agenda: &mut Agenda) -> Option<(i64, &'static str, Target)> {
        let step = agenda.first()?;
        agenda.happened(step.due, step.id, step.due, None);
        Some((step.due.0 - START.0, step.act.word(), step.target))
    }

    #[test]
    fn steps_follow_one_another_from_when_the_one_before_was_due() {
        let mut agenda = playing(
            "[[rule]]\nsteps = [{ after = \"3s\", do = \"cancel\" }, { after = \"1m\", do = \"pay\" }, { do = \"leave\" }, { do = \"cancel\" }]",
        );
        assert!(plan(&mut agenda, "A", 0));
        let step = agenda.first().unwrap();
        agenda.happened(step.due, step.id, START.plus_ms(900_000), None);
        assert_eq!(next(&mut agenda), Some((63_000, "pay", Target::Order(0))));
        assert_eq!(next(&mut agenda), Some((63_000, "leave", Target::Order(0))));
        assert_eq!(next(&mut agenda), None, "nothing happens after the customer left");
        assert_eq!((agenda.done().count(), agenda.done_count()), (3, 3));
        let so_far = agenda.playing().map(|(_, so_far)| so_far);
        assert_eq!(so_far, Some(SoFar { taken: 1, steps: 3, refused: 0 }));
    }

    #[test]
    fn the_first_rule_that_fits_takes_an_order_and_others_are_left_alone() {
        let mut agenda = playing(
            "[[rule]]\nmatch = { out_trade_no_prefix = \"A\", total_fee = 101 }\nsteps = [{ after = \"1s\", do = \"pay\" }]\n\
             [[rule]]\nmatch = { out_trade_no_prefix = \"AB\" }\nsteps = [{ after = \"2s\", do = \"pay\" }]\n\
             [[rule]]\nmatch = { body = \"恤\", trade_type = \"NATIVE\" }\nsteps = [{ after = \"3s\", do = \"pay\" }]",
        );
        assert!(plan(&mut agenda, "AB", 0));
        assert!(!plan(&mut agenda, "B", 1));
        assert_eq!(next(&mut agenda), Some((1000, "pay", Target::Order(0))));
        assert_eq!(next(&mut agenda), None);
    }

    #[test]
    fn positions_count_what_fits_a_rule_and_same_goods_count_apart() {
        let mut agenda = playing(
            "[[rule]]\nmatch = { nth = [2, 3] }\nsteps = [{ do = \"cancel\" }]\n\
             [[rule]]\nmatch = { nth = \"even\", counted = \"same_goods\" }\nsteps = [{ do = \"pay\" }]",
        );
        let taken: Vec<bool> = (0..5).map(|place| plan(&mut agenda, &format!("A{place}"), place)).collect();
        assert_eq!(taken, [false, true, true, true, false]);
        let words: Vec<_> = std::iter::from_fn(|| next(&mut agenda)).map(|(_, word, _)| word).collect();
        assert_eq!(words, ["cancel", "cancel", "pay"]);
        let other = Facts { body: "帽子", ..facts("B0") };
        assert!(!agenda.plan(Trigger::Order, &other, Target::Order(9), START, 7), "the first of other goods");
    }

    #[test]
    fn a_share_and_a_range_are_drawn_from_the_seed_and_the_number_alone() {
        let rules = "[[rule]]\nmatch = { percent = 30 }\nsteps = [{ after = \"1s..10s\", do = \"pay\" }]";
        let run = |seed: u64, backwards: bool| {
            let mut agenda = playing(rules);
            let mut order: Vec<u32> = (0..1000).collect();
            if backwards {
                order.reverse();
            }
            for place in order {
                agenda.plan(Trigger::Order, &facts(&format!("A{place}")), Target::Order(place), START, seed);
            }
            let mut steps: Vec<_> =
                std::iter::from_fn(|| next(&mut agenda)).map(|(ms, _, target)| (ms, format!("{target:?}"))).collect();
            steps.sort();
            steps
        };
        let first = run(7, false);
        assert_eq!(first, run(7, true), "neither chance nor the order of requests decides");
        assert_ne!(first, run(8, false));
        assert!((230..370).contains(&first.len()), "{} of 1000 at 30 percent", first.len());
        assert!(first.iter().all(|(ms, _)| (1000..=10_000).contains(ms)));
    }

    #[test]
    fn stopping_forgets_what_was_planned_and_another_scenario_does_not() {
        let mut agenda = playing("[[rule]]\nsteps = [{ after = \"1s\", do = \"pay\" }]");
        plan(&mut agenda, "A", 0);
        plan(&mut agenda, "B", 1);
        agenda.play(
            Scenario::read(
                "name = \"y\"\ntitle = \"\"\ntitle_en = \"\"\n[[rule]]\non = \"refund\"\nsteps = [{ do = \"fail\" }]",
            )
            .unwrap(),
        );
        assert!(!plan(&mut agenda, "C", 2), "the new one has no rule for orders");
        assert!(next(&mut agenda).is_some());
        assert_eq!(agenda.waiting_count(), 1);
        let so_far = agenda.playing().map(|(_, so_far)| so_far);
        assert_eq!(so_far, Some(SoFar::default()), "the step belongs to the one before");
        agenda.stop();
        assert_eq!((agenda.waiting_count(), agenda.playing().is_none()), (0, true));
    }
}
