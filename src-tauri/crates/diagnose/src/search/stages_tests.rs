use std::ops::ControlFlow;

use md5::{Digest, Md5};
use wxpay_protocol::Secret;
use wxpay_protocol::sign::upper_hex;

use super::*;
use crate::diagnosis::{KeyRole, KeySlot};
use crate::input::read;
use crate::search::Family;
use crate::search::base::{Base, given_of};
use crate::search::engine::singles_of;
use crate::search::keys::keys;
use crate::search::press::Press;
use crate::search::target::Target;

const KEY: &[u8] = b"0123456789abcdef0123456789ABCDEF";
const ORDER: &str = "<xml><appid>wx0000000000000001</appid><mch_id>1900000001</mch_id><body> 测试 &amp; T恤 😀 50%+1 </body>\
    <attach></attach><detail>{\"a\": \"测/\"}</detail><coupon_fee>0</coupon_fee><coupon_fee_2>0</coupon_fee_2>\
    <coupon_fee_10>5</coupon_fee_10><sign_type>MD5</sign_type><nonce_str>5d2b6c2a8db53831f7eda20af46e531c</nonce_str>\
    <notify_url>https://shop.example.com/n</notify_url><total_fee>1000001</total_fee></xml>";

/// A repeatable choice of numbers below `end`.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

fn on_the_order(test: impl FnOnce(&mut Engine<'_>)) {
    let secret = Secret::new(KEY.to_vec());
    let slots = [KeySlot { role: KeyRole::InUse, name: "now", secret: &secret }];
    let input = read(ORDER.as_bytes(), None).unwrap();
    let case = crate::diagnosis::Case {
        input: &input,
        given_sign: None,
        sign_type: None,
        context: None,
        appid: None,
        keys: &slots,
        sent: None,
        return_msg: None,
    };
    let base = Base::of(&case);
    let keys = keys(&slots);
    let singles = singles_of(&base, &given_of(&case, &base), &keys, Family::Md5);
    let target = Target::default();
    test(&mut Engine::new(&base, &keys, &singles, Family::Md5, "sign", &target));
}

/// Whether the fast way gives the very bytes of these.
fn gives(engine: &mut Engine<'_>, messages: &[&[u8]], run: impl Fn(&mut Engine<'_>)) -> bool {
    messages.iter().any(|message| {
        // The target lives as long as the test.
        let target: &'static Target = Box::leak(Box::new(Target::of(&upper_hex(&Md5::digest(message)))));
        engine.press = Press::new(target);
        run(engine);
        !engine.press.take_hits().is_empty()
    })
}

fn message(engine: &Engine<'_>, variants: &[usize]) -> Vec<u8> {
    let recipe = engine.recipe(variants, 0);
    recipe.message(engine.base, &engine.keys[recipe.key].bytes).to_vec()
}

#[test]
fn a_patched_string_is_the_rebuilt_one_for_every_single_change() {
    on_the_order(|engine| {
        for variant in 0..engine.variants.len() {
            if engine.variants[variant].layer != 0 {
                continue;
            }
            let slow = message(engine, &[variant]);
            assert!(
                gives(engine, &[&slow], |engine| engine.push_patched(variant, None, 0, [0; 3])),
                "{:?}: {}",
                engine.single(variant).detail(engine.keys),
                String::from_utf8_lossy(&slow)
            );
        }
    });
}

#[test]
fn a_patched_pair_is_the_rebuilt_one() {
    on_the_order(|engine| {
        let mut dice = Dice(7);
        let all = engine.variants.len();
        let (mut tried, mut skipped) = (0, 0);
        while tried < 4000 {
            let (one, other) = (dice.roll(all), dice.roll(all));
            let (left, right) = (&engine.variants[one], &engine.variants[other]);
            // Two rare changes are tried apart only.
            if one >= other || left.layer + right.layer != 0 || !(left.usual || right.usual) {
                continue;
            }
            tried += 1;
            let same_cause = engine.single(one).cause == engine.single(other).cause;
            let (there, back) = (message(engine, &[one, other]), message(engine, &[other, one]));
            let known = [message(engine, &[one]), message(engine, &[other])];
            if same_cause || known.contains(&there) || known.contains(&back) {
                skipped += 1;
                continue;
            }
            assert!(
                gives(engine, &[&there, &back], |engine| two_edits(engine, one, other)),
                "{:?} and {:?}: {}",
                engine.single(one).detail(engine.keys),
                engine.single(other).detail(engine.keys),
                String::from_utf8_lossy(&there)
            );
        }
        assert!(skipped < tried / 2, "{skipped} of {tried}");
    });
}

#[test]
fn an_edit_with_a_change_of_another_step_is_the_rebuilt_one() {
    on_the_order(|engine| {
        let mut dice = Dice(11);
        let all = engine.variants.len();
        let mut tried = 0;
        while tried < 2000 {
            let (edit, other) = (dice.roll(all), dice.roll(all));
            if engine.variants[edit].layer != 0 || engine.variants[other].layer == 0 {
                continue;
            }
            // What is added last matters only where something is added.
            let adds = engine.variants[edit].patches.as_ref().is_some_and(|patches| patches.entered != 0);
            if !adds && matches!(engine.single(other).act, Act::Order(Order::AddedLast)) {
                continue;
            }
            // Encoded twice is one mistake.
            if engine.single(edit).cause == CauseId::D7 && engine.is_encoded(other) {
                continue;
            }
            tried += 1;
            let slow = message(engine, &[edit, other]);
            if slow == message(engine, &[edit]) {
                continue;
            }
            assert!(
                gives(engine, &[&slow], |engine| edit_and_others(engine, edit, &[other], &|_, _, _| true)),
                "{:?} and {:?}: {}",
                engine.single(edit).detail(engine.keys),
                engine.single(other).detail(engine.keys),
                String::from_utf8_lossy(&slow)
            );
        }
    });
}

#[test]
fn every_subset_is_tried_and_named() {
    on_the_order(|engine| {
        let mut dice = Dice(13);
        let count = engine.base.fields.len();
        for round in 0..20 {
            let kept: Vec<u32> = (0..u32::try_from(count).unwrap()).filter(|_| dice.roll(3) > 0).collect();
            if kept.is_empty() {
                continue;
            }
            let mut signed = Vec::new();
            for id in &kept {
                let at = *id as usize;
                signed.extend_from_slice(&engine.base.text[engine.base.bounds[at]..engine.base.bounds[at + 1]]);
            }
            signed.extend_from_slice(b"key=");
            signed.extend_from_slice(KEY);
            let target: &'static Target = Box::leak(Box::new(Target::of(&upper_hex(&Md5::digest(&signed)))));
            engine.press = Press::new(target);
            let most = if round % 2 == 0 { 16 } else { 4 };
            let found = crate::search::subsets::subsets(engine, most, &mut |_| ControlFlow::Continue(()));
            let left_out = count - kept.len();
            if most == 16 || left_out <= 4 || kept.len() <= 3 {
                assert_eq!(found.first().map(|found| &found.what), Some(&What::Subset(kept)));
            }
        }
    });
}
