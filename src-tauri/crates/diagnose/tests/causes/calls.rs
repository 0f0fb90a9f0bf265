//! Group G, A15, D20 and D23: the second sign, for the payer's device.

use crate::escapes;
use crate::fields;
use crate::orders::{Carried, Kind, Order};
use crate::plant::Mistake;
use crate::rng::Rng;
use crate::signing::Signing;

/// A name of the five was forgotten.
pub(crate) fn a15_name_missing(_: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = rng.pick(&["appId", "appId", "signType", "package", "timeStamp", "nonceStr"]);
    Some(Box::new(move |signing: &mut Signing| fields::remove(&mut signing.signed, name)))
}

/// `Date.now()` on one side, seconds on the other.
pub(crate) fn d20_milliseconds(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = if order.kind == Kind::App { "timestamp" } else { "timeStamp" };
    let seconds = order.get(name)?.to_owned();
    if rng.chance(60) {
        let milliseconds = format!("{seconds}{}", rng.digits(3));
        order.put(name, milliseconds);
        return Some(Box::new(move |signing: &mut Signing| signing.one(name, |_| seconds.clone())));
    }
    Some(Box::new(move |signing: &mut Signing| signing.one(name, |seconds| format!("{seconds}000"))))
}

/// The parameters went through a URL once more than they came out of one.
pub(crate) fn d23_encoded_again(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let plain = order.get("package")?.to_owned();
    if rng.chance(70) {
        order.put("package", plain.replace('=', "%3D"));
        return Some(Box::new(|signing: &mut Signing| signing.each(|_, value| escapes::decode(value))));
    }
    Some(Box::new(|signing: &mut Signing| signing.one("package", |value| value.replace('=', "%3D"))))
}

/// The sign of unifiedorder's answer is handed to the page.
pub(crate) fn g1_sign_of_the_order(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    order.carried = Carried::Both;
    let prepay_id = order.get("package")?.trim_start_matches("prepay_id=").to_owned();
    let answer = vec![
        ("return_code".to_owned(), "SUCCESS".to_owned()),
        ("result_code".to_owned(), "SUCCESS".to_owned()),
        ("mch_id".to_owned(), format!("1{}", rng.digits(9))),
        ("nonce_str".to_owned(), rng.word(16)),
        ("prepay_id".to_owned(), prepay_id),
        ("trade_type".to_owned(), "JSAPI".to_owned()),
    ];
    if rng.chance(50) {
        order.fields.extend(answer.clone());
    }
    Some(Box::new(move |signing: &mut Signing| signing.signed.clone_from(&answer)))
}

/// `package` with and without `prepay_id=`.
pub(crate) fn g2_package_prefix(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let package = order.get("package")?.to_owned();
    let bare = package.trim_start_matches("prepay_id=").to_owned();
    let spaced = format!("prepay_id ={bare}");
    let signed = match rng.below(4) {
        0 => {
            order.put("package", bare);
            package
        }
        1 => {
            order.put("package", spaced);
            package
        }
        2 => spaced,
        _ => bare,
    };
    Some(Box::new(move |signing: &mut Signing| signing.one("package", |_| signed.clone())))
}

/// The package of the APP is a constant; that of JSAPI was signed, or sent.
pub(crate) fn g4_package_of_the_app(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let package = format!("prepay_id={}", order.get("prepayid")?);
    if rng.chance(40) {
        order.put("package", package);
        return Some(Box::new(|signing: &mut Signing| signing.one("package", |_| "Sign=WXPay".to_owned())));
    }
    Some(Box::new(move |signing: &mut Signing| signing.one("package", |_| package.clone())))
}

/// One side has the provider's appid, the other the sub-merchant's.
pub(crate) fn g5_sub_appid(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let provider = order.appid.take().or_else(|| order.get("appId").map(str::to_owned))?;
    let sub = format!("wx{}", rng.hex(16));
    if rng.chance(30) {
        // The page has the sub-merchant's; the user says with which one the order was placed.
        order.put("appId", sub);
        order.appid = Some(provider.clone());
        return Some(Box::new(move |signing: &mut Signing| fields::put(&mut signing.signed, "appId", &provider)));
    }
    order.put("appId", provider);
    order.put("sub_appid", &sub);
    Some(Box::new(move |signing: &mut Signing| fields::put(&mut signing.signed, "appId", &sub)))
}
