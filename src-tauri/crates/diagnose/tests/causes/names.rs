//! Group B: another spelling of a name.

use crate::fields;
use crate::orders::{Kind, Order};
use crate::plant::Mistake;
use crate::rng::Rng;
use crate::signing::Signing;

fn renamed(from: &'static str, to: &'static str) -> Option<Mistake> {
    Some(Box::new(move |signing: &mut Signing| fields::rename(&mut signing.signed, from, to)))
}

pub(crate) fn b1_appid(order: &mut Order, _: &mut Rng) -> Option<Mistake> {
    if order.kind == Kind::Jsapi { renamed("appId", "appid") } else { renamed("appid", "appId") }
}

pub(crate) fn b2_time_stamp(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if order.kind == Kind::App {
        return renamed("timestamp", "timeStamp");
    }
    // wx.chooseWXPay takes timestamp, and so it was signed.
    if rng.chance(50) {
        fields::rename(&mut order.fields, "timeStamp", "timestamp");
    }
    renamed("timeStamp", "timestamp")
}

const APP_IN_CAMEL_CASE: [(&str, &str); 5] = [
    ("appid", "appId"),
    ("partnerid", "partnerId"),
    ("prepayid", "prepayId"),
    ("noncestr", "nonceStr"),
    ("timestamp", "timeStamp"),
];

/// The names of the SDK's object (`req.partnerId`) were signed.
pub(crate) fn b3_app_in_camel_case(_: &mut Order, _: &mut Rng) -> Option<Mistake> {
    Some(Box::new(|signing: &mut Signing| {
        for (right, wrong) in APP_IN_CAMEL_CASE {
            fields::rename(&mut signing.signed, right, wrong);
        }
    }))
}

/// `package` is a reserved word of Java, C# and Go.
pub(crate) fn b4_package_renamed(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let alias = rng.pick(&["packageValue", "payPackage", "package_", "packageValue", "_package"]);
    if order.kind == Kind::Jsapi && alias == "packageValue" && rng.chance(30) {
        // The server's answer itself carries the other name.
        fields::rename(&mut order.fields, "package", alias);
        return Some(Box::new(move |signing: &mut Signing| {
            let value = fields::get(&signing.sent, alias).unwrap_or_default().to_owned();
            fields::put(&mut signing.signed, alias, &value);
        }));
    }
    renamed("package", alias)
}

pub(crate) fn b6_nonce(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let right = match order.kind {
        Kind::Jsapi => "nonceStr",
        Kind::App => "noncestr",
        _ => "nonce_str",
    };
    let others: Vec<&str> = ["nonceStr", "noncestr", "nonce_str"].into_iter().filter(|name| *name != right).collect();
    renamed(right, rng.pick(&others))
}
