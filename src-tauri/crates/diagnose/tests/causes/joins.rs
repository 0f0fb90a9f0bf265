//! Group C: the order of the fields, and how they and the key are joined.

use crate::fields::{self, Fields};
use crate::orders::Order;
use crate::plant::Mistake;
use crate::rng::Rng;
use crate::signing::{Signing, joined};

fn sorting(sort: fn(&mut Fields)) -> Option<Mistake> {
    Some(Box::new(move |signing: &mut Signing| signing.sort = sort))
}

fn joining(join: fn(&[(String, String)], &str) -> String) -> Option<Mistake> {
    Some(Box::new(move |signing: &mut Signing| signing.join = join))
}

/// In the order in which the fields were added; seldom the other way round (`krsort`).
pub(crate) fn c1_unsorted(_: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if rng.chance(15) {
        return sorting(|list| {
            list.sort();
            list.reverse();
        });
    }
    sorting(|_| {})
}

/// Numbers in names as numbers, or the underscore left out or last, as a collation does.
pub(crate) fn c2_natural_order(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    match rng.below(3) {
        0 => {
            order.put("coupon_fee_2", "7");
            order.put("coupon_fee_10", "8");
            sorting(|list| list.sort_by_key(|(name, _)| natural(name)))
        }
        1 => sorting(|list| list.sort_by_key(|(name, _)| name.replace('_', ""))),
        _ => sorting(|list| list.sort_by_key(|(name, _)| name.replace('_', "\u{7f}"))),
    }
}

/// Digits as one number, everything else letter by letter.
fn natural(name: &str) -> Vec<(u8, u64)> {
    let mut parts: Vec<(u8, u64)> = Vec::new();
    let mut number: Option<u64> = None;
    for letter in name.bytes() {
        if letter.is_ascii_digit() {
            number = Some(number.unwrap_or(0) * 10 + u64::from(letter - b'0'));
        } else {
            if let Some(finished) = number.take() {
                parts.push((b'0', finished));
            }
            parts.push((letter, 0));
        }
    }
    if let Some(finished) = number {
        parts.push((b'0', finished));
    }
    parts
}

/// Compared as upper-case letters (OrdinalIgnoreCase, a MySQL collation), which puts the underscore behind them; or a
/// name with a capital put among the small ones.
pub(crate) fn c3_case_ignored(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if rng.chance(40) {
        fields::rename(&mut order.fields, "remark", "Remark");
    }
    sorting(|list| list.sort_by_key(|(name, _)| name.to_uppercase()))
}

/// `params["key"] = key` before sorting.
pub(crate) fn c5_key_sorted(_: &mut Order, _: &mut Rng) -> Option<Mistake> {
    joining(|list, key| {
        let mut all = list.to_vec();
        all.push(("key".to_owned(), key.to_owned()));
        all.sort();
        joined(&all)
    })
}

/// As other gateways want it.
pub(crate) fn c6_key_joined_otherwise(_: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    joining(rng.pick(&[
        (|list, key| format!("{}{key}", joined(list))) as fn(&[(String, String)], &str) -> String,
        |list, key| format!("{}{key}", joined(list)),
        |list, key| format!("{}&{key}", joined(list)),
        |list, key| format!("{key}{}", joined(list)),
        |list, key| format!("{}&key{key}", joined(list)),
        |list, key| format!("{}key={key}", joined(list)),
    ]))
}

/// Values one behind the other, without names.
pub(crate) fn c7_values_only(_: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    joining(rng.pick(&[
        (|list, key| format!("{}{key}", values(list, ""))) as fn(&[(String, String)], &str) -> String,
        |list, key| format!("{}&key={key}", values(list, "")),
        |list, key| format!("{}&key={key}", values(list, "&")),
    ]))
}

fn values(list: &[(String, String)], between: &str) -> String {
    let values: Vec<&str> = list.iter().map(|(_, value)| value.as_str()).collect();
    values.join(between)
}
