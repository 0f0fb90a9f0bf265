//! Group A: fields signed that are not sent, or sent and not signed.

use crate::digest;
use crate::fields;
use crate::orders::{Algorithm, Carried, Kind, Offered, Order, Role};
use crate::plant::Mistake;
use crate::rng::Rng;
use crate::signing::{Signing, joined};

/// `for k in data: s += k + "=" + data[k] + "&"`, without looking whether the value is empty.
pub(crate) fn a1_empty_signed(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if !order.fields.iter().any(|(_, value)| value.is_empty()) {
        order.put(rng.pick(&["attach", "device_info", "detail"]), "");
    }
    let two = rng.chance(30);
    if two {
        order.put("limit_pay", "");
    }
    // Two empty fields: a template with one of them written out, or a loop over all.
    let only_first = two && rng.chance(30);
    Some(Box::new(move |signing: &mut Signing| {
        let mut kept = 0;
        let list = signing.sent.iter().filter_map(|(name, value)| {
            if value.is_empty() {
                kept += 1;
                return (kept == 1 || !only_first).then(|| (name.clone(), value.clone()));
            }
            signing.signed.iter().find(|(named, _)| named == name).cloned()
        });
        signing.signed = list.collect();
    }))
}

/// The object already has a sign, or an empty one, when it is signed.
pub(crate) fn a2_sign_signed(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    match rng.below(3) {
        0 => Some(Box::new(|signing: &mut Signing| fields::put(&mut signing.signed, "sign", ""))),
        variant => {
            // Either the message with its first sign is at hand, or only the one that was signed twice.
            if variant == 1 {
                order.carried = Carried::First;
            }
            Some(Box::new(|signing: &mut Signing| signing.again = true))
        }
    }
}

/// `sign_type` is put into the message after the string was made.
pub(crate) fn a3_sign_type_not_signed(order: &mut Order, _: &mut Rng) -> Option<Mistake> {
    order.put("sign_type", order.algorithm.wire());
    Some(Box::new(|signing: &mut Signing| fields::remove(&mut signing.signed, "sign_type")))
}

/// The SDK sends it to every endpoint and this one does not know it.
pub(crate) fn a4_sign_type_not_known(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    a3_sign_type_not_signed(order, rng)
}

/// A field of another endpoint is sent; the string is made from a list that does not have it.
pub(crate) fn a5_unknown_field(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    const EXTRA: [(&str, &str); 5] = [
        ("op_user_id", "1900000109"),
        ("remark", "none"),
        ("product_name", "vip card"),
        ("user_id", "77"),
        ("order_type", "2"),
    ];
    let at = rng.below(EXTRA.len());
    // In the rich order the coupons are unknown to the endpoint as well, so that two are no group of their own there.
    let count = if !order.rich && rng.chance(25) { 2 } else { 1 };
    let extra: Vec<_> = (0..count).map(|more| EXTRA[(at + more) % EXTRA.len()]).collect();
    for (name, value) in &extra {
        order.put(name, value);
    }
    Some(Box::new(move |signing: &mut Signing| {
        for (name, _) in &extra {
            fields::remove(&mut signing.signed, name);
        }
    }))
}

/// `array_filter` without a call-back, `if (value)`, `omitempty`.
pub(crate) fn a9_zero_dropped(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if !order.fields.iter().any(|(_, value)| value == "0") {
        order.put("coupon_fee", "0");
    }
    if rng.chance(30) {
        order.put("coupon_count", "0");
    }
    Some(Box::new(|signing: &mut Signing| signing.signed.retain(|(_, value)| value != "0")))
}

/// The class has a default for a field that the message does not have.
pub(crate) fn a10_default_added(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let defaults = [
        ("fee_type", "CNY"),
        ("coupon_fee", "0"),
        ("coupon_type", ""),
        ("sign_type", if order.algorithm == Algorithm::Md5 { "MD5" } else { "HMAC-SHA256" }),
    ];
    let absent: Vec<_> = defaults.into_iter().filter(|(name, _)| order.get(name).is_none()).collect();
    if absent.is_empty() {
        return None;
    }
    let (name, value) = rng.pick(&absent);
    Some(Box::new(move |signing: &mut Signing| fields::put(&mut signing.signed, name, value)))
}

/// `array_flip` twice: of two equal values the later name survives; a map keyed by value keeps the earlier.
pub(crate) fn a11_same_value_swallowed(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let (first, second) = match order.amount_field() {
        Some(amount) if rng.chance(50) => (amount, "cash_fee"),
        _ => (order.text_field()?, "goods_tag"),
    };
    let shared = order.get(first)?.to_owned();
    order.put(second, shared);
    let later_survives = rng.chance(70);
    Some(Box::new(move |signing: &mut Signing| {
        let list = signing.signed.clone();
        signing.signed.retain(|(name, value)| {
            let position = list.iter().position(|(named, _)| named == name);
            let twin = if later_survives {
                list.iter().rposition(|(_, held)| held == value)
            } else {
                list.iter().position(|(_, held)| held == value)
            };
            position == twin
        });
    }))
}

/// The message is written with a name that has a slip in it; the string is made from a list of the right ones.
pub(crate) fn a13_misspelt(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    const NAMES: [&str; 8] = [
        "out_trade_no",
        "nonce_str",
        "notify_url",
        "spbill_create_ip",
        "trade_type",
        "total_fee",
        "device_info",
        "attach",
    ];
    let there: Vec<_> =
        NAMES.into_iter().filter(|name| order.get(name).is_some_and(|value| !value.is_empty())).collect();
    if there.is_empty() {
        return None;
    }
    let right = rng.pick(&there);
    let wrong = slip(right, rng);
    if wrong == right || order.get(&wrong).is_some() {
        return None;
    }
    fields::rename(&mut order.fields, right, &wrong);
    Some(Box::new(move |signing: &mut Signing| fields::rename(&mut signing.signed, &wrong, right)))
}

/// The verifier fills its string from the order that it has stored.
pub(crate) fn a14_order_for_notice(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let mut placed = Order::new(Kind::Request, order.rich, order.algorithm, rng).fields;
    placed.retain(|(_, value)| !value.is_empty());
    for name in ["appid", "mch_id", "out_trade_no", "total_fee"] {
        fields::put(&mut placed, name, order.get(name)?);
    }
    order.verified = Some(placed.clone());
    Some(Box::new(move |signing: &mut Signing| signing.signed.clone_from(&placed)))
}

/// WeCom has two signs, and the wrong one of the two stands in `sign`, or the first is not among the fields of the second.
pub(crate) fn a16_two_signs(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    const FIRST: [&str; 7] = ["act_name", "mch_billno", "mch_id", "nonce_str", "re_openid", "total_amount", "wxappid"];
    order.text_field()?;
    order.context = Some("sendworkwxredpack");
    let secret = rng.word(43);
    order.others.push(Offered { role: Role::AppSecret, name: "wecom", secret: secret.clone() });
    let mut first = order.fields.clone();
    first.retain(|(name, _)| FIRST.contains(&name.as_str()));
    first.sort();
    let with_secret: fn(&[(String, String)], &str) -> String = |list, key| format!("{}&secret={key}", joined(list));
    order.put("workwx_sign", digest::upper_hex(&digest::md5(with_secret(&first, &secret).as_bytes())));
    if rng.chance(50) {
        return Some(Box::new(|signing: &mut Signing| fields::remove(&mut signing.signed, "workwx_sign")));
    }
    let over_first = order.algorithm == Algorithm::Md5 && rng.chance(50);
    Some(Box::new(move |signing: &mut Signing| {
        if over_first {
            signing.signed.clone_from(&first);
        }
        signing.join = with_secret;
        signing.key.clone_from(&secret);
        signing.slot = Some("wecom");
    }))
}

/// One slip of a finger: two letters swapped, one lost, one doubled.
fn slip(name: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = rng.between(1, letters.len() - 2);
    match rng.below(3) {
        0 => letters.swap(at, at + 1),
        1 => {
            letters.remove(at);
        }
        _ => letters.insert(at, letters[at]),
    }
    letters.into_iter().collect()
}
