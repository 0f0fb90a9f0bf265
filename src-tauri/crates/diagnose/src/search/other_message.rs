//! Signs that are right, and the wrong ones for where they stand: of the order in its client call (G1), of the order in
//! the place of a notice (A14).

use super::base::{Base, Field};
use super::keys::Key;
use super::recipe::Recipe;
use super::target::Target;
use super::twice::digest_of;
use crate::diagnosis::{Case, Change, Explanation, KeySlot, Proof};
use crate::knowledge::{CauseId, Words};
use crate::rules::Context;

/// Fields of an order that no message from WeChat holds.
const ORDER_ONLY: [&str; 4] = ["notify_url", "spbill_create_ip", "body", "goods_tag"];

/// Whether these are the fields of an order, whatever they are said to be.
pub(super) fn is_of_an_order(base: &Base) -> bool {
    let has = |name: &&str| base.has(name);
    ORDER_ONLY.iter().any(has) && !["transaction_id", "time_end"].iter().any(has)
}

/// The keys as they were given, without what may have happened to them.
pub(super) fn given_keys(keys: &[Key]) -> impl Iterator<Item = &Key> {
    keys.iter().enumerate().filter(|(at, key)| *at == 0 || keys[*at - 1].slot != key.slot).map(|(_, key)| key)
}

/// The name of a key that is not the one in use.
pub(super) fn name_of(key: &Key, slots: &[KeySlot<'_>]) -> Option<String> {
    slots.get(key.slot).filter(|_| key.slot > 0).map(|slot| slot.name.to_owned())
}

/// A14 where one message was given: it is said to come from WeChat, and its sign is that of the order's fields.
pub(super) fn order_for_notice(case: &Case<'_>, base: &Base, string_to_sign: &str) -> Option<Explanation> {
    let is_told = case.context.is_some_and(Context::is_from_wechat);
    (is_told && is_of_an_order(base)).then(|| {
        let detail = Words::new(
            "验签用的是下单的参数，不是通知或应答自己的字段：签名正是对下单参数算出来的",
            "what was verified are the fields of the order and not those of the message itself: the sign is that of the order",
        );
        explained(Change { cause: CauseId::A14, field: None, detail }, None, string_to_sign.to_owned())
    })
}

/// G1 by hash: the sign of a client call is that of the answer beside it, or of the order that was given with it.
pub(super) fn order_for_call(
    base: &Base,
    order: Option<Base>,
    target: &Target,
    keys: &[Key],
    slots: &[KeySlot<'_>],
) -> Option<Explanation> {
    if !base.is_client_call() {
        return None;
    }
    let mut messages: Vec<Vec<Field>> = order.into_iter().map(|order| order.fields).collect();
    let beside: Vec<Field> = base.aside.iter().filter(|field| &*field.name != "sign").cloned().collect();
    if !beside.is_empty() {
        // The answer has an appid of its own, which the call may have taken for its own.
        let appid = base.fields.iter().find(|field| field.name.eq_ignore_ascii_case("appid"));
        messages.extend(appid.map(|appid| {
            let appid = Field { name: "appid".into(), ..appid.clone() };
            beside.iter().filter(|field| &*field.name != "appid").cloned().chain([appid]).collect()
        }));
        messages.push(beside);
    }
    for message in messages {
        let other = Base::of_fields(message);
        for (family, key) in
            target.families().into_iter().flat_map(|family| given_keys(keys).map(move |key| (family, key)))
        {
            let digest = digest_of(&Recipe::right(), &other, family, &key.bytes);
            if digest.is_some_and(|digest| target.form_of(&digest).is_some()) {
                let detail = Words::new(
                    "paySign 是下单报文的 sign：对那些字段重新计算得到的就是它，没有做二次签名",
                    "paySign is the sign of the order's message: computed again over those fields it is the same; the call was not signed again",
                );
                let change = Change { cause: CauseId::G1, field: Some("paySign".to_owned()), detail };
                return Some(explained(change, name_of(key, slots), Recipe::right().readable(&other, &key.shown)));
            }
        }
    }
    None
}

/// G1 without what the sign was made of: it is only seen to be the same as the `sign` beside it.
pub(super) fn copied_sign(case: &Case<'_>, sign: &str, string_to_sign: &str) -> Option<Explanation> {
    let order_sign = case.input.params.filled("sign")?;
    let pay_sign = case.input.params.filled("paySign").or(case.given_sign)?;
    if !order_sign.eq_ignore_ascii_case(pay_sign) || !sign.eq_ignore_ascii_case(pay_sign) {
        return None;
    }
    case.input.params.get("paySign")?;
    let detail = Words::new(
        "paySign 与下单返回的 sign 相同：没有做二次签名",
        "paySign equals the order's sign: the call was not signed again",
    );
    let change = Change { cause: CauseId::G1, field: Some("paySign".to_owned()), detail };
    Some(Explanation { proof: Proof::Copy, ..explained(change, None, string_to_sign.to_owned()) })
}

/// One change, proven by hash.
pub(super) fn explained(change: Change, key: Option<String>, string_to_sign: String) -> Explanation {
    Explanation {
        proof: Proof::Hash,
        causes: vec![change.cause],
        changes: vec![change],
        alternatives: Vec::new(),
        key,
        string_to_sign,
    }
}
