//! Group E and H1: another key, or the right one with something about it.

use crate::digest;
use crate::orders::{Offered, Order, Role};
use crate::plant::Mistake;
use crate::rng::Rng;
use crate::signing::Signing;

fn other(order: &mut Order, role: Role, name: &'static str, secret: String) -> Option<Mistake> {
    order.others.push(Offered { role, name, secret: secret.clone() });
    Some(Box::new(move |signing: &mut Signing| {
        signing.key.clone_from(&secret);
        signing.slot = Some(name);
    }))
}

/// Keys that are offered and have nothing to do with it.
fn bystanders(order: &mut Order, rng: &mut Rng) {
    if rng.chance(50) {
        order.others.push(Offered { role: Role::OtherMerchant, name: "shop-c", secret: rng.word(32) });
    }
}

pub(crate) fn e2_app_secret(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    bystanders(order, rng);
    let secret = rng.hex(32);
    other(order, Role::AppSecret, "appsecret", secret)
}

pub(crate) fn e3_v3_key(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    bystanders(order, rng);
    let secret = rng.word(32);
    other(order, Role::V3, "v3", secret)
}

pub(crate) fn e4_previous_key(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    bystanders(order, rng);
    let secret = rng.word(32);
    other(order, Role::Previous, "previous", secret)
}

pub(crate) fn e7_other_merchant(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    bystanders(order, rng);
    let secret = rng.word(32);
    other(order, Role::OtherMerchant, "shop-b", secret)
}

pub(crate) fn h1_sandbox_key(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    bystanders(order, rng);
    let secret = rng.hex(32);
    other(order, Role::Sandbox, "sandbox", secret)
}

/// One character too many in the key at hand, or one lost at an end in the code's.
pub(crate) fn e5_wrong_length(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if rng.chance(60) {
        let at = rng.below(order.key.len() + 1);
        let right = order.key.clone();
        let more = rng.word(1);
        order.key.insert_str(at, &more);
        return Some(Box::new(move |signing: &mut Signing| signing.key.clone_from(&right)));
    }
    let first = rng.chance(40);
    Some(Box::new(move |signing: &mut Signing| {
        if first {
            signing.key.remove(0);
        } else {
            signing.key.pop();
        }
    }))
}

/// What opens a refund notice, taken for the key itself.
pub(crate) fn e1_md5_of_the_key(_: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let write: fn(&[u8]) -> String = if rng.chance(70) { digest::lower_hex } else { digest::upper_hex };
    Some(Box::new(move |signing: &mut Signing| signing.key = write(&digest::md5(signing.key.as_bytes()))))
}

pub(crate) fn e6_not_loaded(_: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let word = rng.pick(&["", "null", "undefined", "None"]);
    Some(Box::new(move |signing: &mut Signing| word.clone_into(&mut signing.key)))
}

/// The file ends in a line end, the cell was copied with a space.
pub(crate) fn e10_white_space(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let around = rng.pick(&[("", "\n"), ("", "\r\n"), ("", " "), (" ", ""), ("\u{feff}", "")]);
    if rng.chance(25) {
        let clean = order.key.clone();
        order.key = format!("{}{clean}{}", around.0, around.1);
        return Some(Box::new(move |signing: &mut Signing| signing.key.clone_from(&clean)));
    }
    Some(Box::new(move |signing: &mut Signing| signing.key = format!("{}{}{}", around.0, signing.key, around.1)))
}
