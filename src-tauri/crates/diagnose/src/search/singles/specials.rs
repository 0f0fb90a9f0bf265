//! Values that only certain fields have: sign_type, package, the time stamp, the two appids of a service provider.

use super::{Act, Said, Single};
use crate::knowledge::{CauseId as C, Words};
use crate::rules::Context;
use crate::search::base::{Base, Field};
use crate::search::edit::Edit;

pub(super) fn add(base: &Base, singles: &mut Vec<Single>) {
    sign_type(base, singles);
    package(base, singles);
    provider(base, singles);
    milliseconds(base, singles);
}

fn set(cause: C, field: &Field, value: &str) -> Option<Single> {
    if field.value.as_ref() == value.as_bytes() || value.is_empty() {
        return None;
    }
    let words =
        Words::new(format!("{} 按 {value} 参与了签名", field.name), format!("{} was signed as {value}", field.name));
    Some(
        Single::usual(cause, Act::Edit(Edit::Set(field.id, value.as_bytes().into())), Said::Made(words))
            .on(&field.name),
    )
}

const SPELLINGS: [&str; 16] = [
    "md5",
    "Md5",
    "MD-5",
    "hmac-sha256",
    "HMAC_SHA256",
    "HMACSHA256",
    "HmacSHA256",
    "HMAC-SHA-256",
    "hmac_sha256",
    "hmacsha256",
    "Hmac-Sha256",
    "SHA256",
    "SHA-256",
    "sha256",
    "HMAC",
    "Hmac-SHA256",
];

fn sign_type(base: &Base, singles: &mut Vec<Single>) {
    for field in base.fields.iter().filter(|field| matches!(&*field.name, "sign_type" | "signType" | "signtype")) {
        let is_proper = matches!(&*field.value, b"MD5" | b"HMAC-SHA256");
        for value in ["MD5", "HMAC-SHA256"] {
            // Between the two right spellings it is the algorithm that differs, else the spelling.
            singles.extend(set(if is_proper { C::F1 } else { C::D22 }, field, value));
        }
        singles.extend(SPELLINGS.iter().filter_map(|value| set(C::D22, field, value)));
        singles.extend(set(C::H4, field, "RSA"));
        singles.extend(set(C::F6, field, "SHA1"));
    }
}

fn package(base: &Base, singles: &mut Vec<Single>) {
    if !base.is_client_call() {
        return;
    }
    let Some(field) = base.field("package") else { return };
    let value = String::from_utf8_lossy(&field.value).into_owned();
    let mut prepay_ids: Vec<String> = Vec::new();
    let as_given = base.as_given.iter().flatten();
    for found in base.fields.iter().chain(&base.aside).chain(as_given) {
        let text = String::from_utf8_lossy(&found.value).replace("%3D", "=").replace("%3d", "=");
        if matches!(&*found.name, "prepayid" | "prepay_id" | "prepayId") {
            prepay_ids.push(text.clone());
        }
        if let Some((name, id)) = text.split_once('=')
            && matches!(name.trim(), "prepay_id" | "prepayid" | "prepayId" | "prepay_Id")
        {
            prepay_ids.push(id.trim().to_owned());
        }
    }
    if base.context == Some(Context::App) {
        for id in &prepay_ids {
            for wrong in [format!("prepay_id={id}"), format!("prepayid={id}"), id.clone()] {
                singles.extend(set(C::G4, field, &wrong));
            }
        }
        for wrong in [
            "Sign=WXpay",
            "sign=WXPay",
            "Sign=WxPay",
            "Sign=Wxpay",
            "WXPay",
            "prepay_id=",
            "sign=WXpay",
            "Sign%3DWXPay",
        ] {
            let causes: &[C] = if wrong.contains('%') { &[C::D7, C::D23] } else { &[C::G4] };
            singles.extend(causes.iter().filter_map(|cause| set(*cause, field, wrong)));
        }
    } else {
        if !value.contains("prepay_id") {
            prepay_ids.push(value.clone());
        }
        for id in &prepay_ids {
            for (cause, wrong) in [
                (C::G2, id.clone()),
                (C::G2, format!("prepay_id={id}")),
                (C::G2, format!("prepay_id ={id}")),
                (C::G2, format!("prepay_id= {id}")),
                (C::G2, format!("prepay_id = {id}")),
                (C::G2, format!("prepay_id:{id}")),
                (C::G2, format!("prepayid={id}")),
                (C::G2, format!("prepayId={id}")),
                (C::G2, format!("prepay_id=prepay_id={id}")),
                (C::G2, format!("=prepay_id={id}")),
                (C::G2, format!("package=prepay_id={id}")),
                (C::G2, format!("\"prepay_id={id}\"")),
                (C::G2, format!("prepay_id={id} ")),
                (C::G2, format!(" prepay_id={id}")),
            ] {
                singles.extend(set(cause, field, &wrong));
            }
        }
        for (cause, wrong) in [
            (C::G4, "Sign=WXPay"),
            (C::G3, "prepay_id="),
            (C::G3, "prepay_id=null"),
            (C::G3, "prepay_id=undefined"),
            (C::G3, "prepay_id=None"),
            (C::G3, "prepay_id=<nil>"),
            (C::G3, "null"),
            (C::G3, "undefined"),
        ] {
            singles.extend(set(cause, field, wrong));
        }
    }
    for given in base.as_given.iter().flatten().filter(|given| given.id == field.id) {
        let cause = if base.context == Some(Context::App) { C::G4 } else { C::G2 };
        singles.extend(set(cause, field, &String::from_utf8_lossy(&given.value)));
    }
}

/// G5: ids of the provider and of the sub-merchant in one another's place.
fn provider(base: &Base, singles: &mut Vec<Single>) {
    let everywhere = || [&base.fields, &base.aside, &base.empty].into_iter().flatten();
    let values_of = |names: &[&str]| -> Vec<String> {
        everywhere()
            .filter(|field| names.contains(&&*field.name) && !field.value.is_empty())
            .map(|field| String::from_utf8_lossy(&field.value).into_owned())
            .collect()
    };
    let groups: [&[&str]; 3] = [
        &["appid", "appId", "sub_appid", "sub_appId", "subAppId", "subAppid", "app_id", "sp_appid"],
        &["mch_id", "sub_mch_id", "partnerid", "subMchId", "sub_mchid", "mchid"],
        &["openid", "sub_openid"],
    ];
    for group in groups {
        let mut values = values_of(group);
        if group.contains(&"appid") {
            values.extend(base.named_appid.clone());
        }
        for field in base.fields.iter().filter(|field| group.contains(&&*field.name)) {
            singles.extend(values.iter().filter_map(|value| set(C::G5, field, value)));
        }
    }
    for (own, sub) in
        [("appid", "sub_appid"), ("appId", "sub_appid"), ("mch_id", "sub_mch_id"), ("openid", "sub_openid")]
    {
        for (from, to) in [(own, sub), (sub, own)] {
            if let Some(field) = base.field(from)
                && base.field(to).is_none()
            {
                let words =
                    Words::new(format!("{from} 被签成了 {to}"), format!("{from} was signed under the name {to}"));
                let act = Act::Edit(Edit::Rename(vec![(field.id, to.into())]));
                singles.push(Single::rare(C::G5, act, Said::Made(words)).on(from));
            }
        }
    }
    // Both at once: the provider's fields hold the sub-merchant's ids.
    for (one, other) in [("appid", "sub_appid"), ("mch_id", "sub_mch_id"), ("openid", "sub_openid")] {
        if let (Some(left), Some(right)) = (base.field(one), base.field(other))
            && left.value != right.value
        {
            let words = Words::new(format!("{one} 与 {other} 对调了"), format!("{one} and {other} were swapped"));
            let renames = vec![(left.id, other.into()), (right.id, one.into())];
            singles.push(Single::rare(C::G5, Act::Edit(Edit::Rename(renames)), Said::Made(words)).on(one));
        }
    }
}

/// D20: the milliseconds of a time stamp that was sent in seconds can only be tried out.
fn milliseconds(base: &Base, singles: &mut Vec<Single>) {
    for field in base.fields.iter().filter(|field| {
        (field.name.eq_ignore_ascii_case("timestamp") || &*field.name == "time_stamp")
            && field.value.len() == 10
            && field.value.iter().all(u8::is_ascii_digit)
    }) {
        for rest in 1..1000 {
            let value = [&field.value, format!("{rest:03}").as_bytes()].concat();
            let words = Said::OfField("签名时用了毫秒", "was signed in milliseconds");
            singles.push(Single::alone(C::D20, Act::Edit(Edit::Set(field.id, value.into())), words).on(&field.name));
        }
    }
}

/// The cause of the first difference between the template and what was given.
pub(super) fn cause_of_difference(base: &Base, as_given: &[Field]) -> C {
    for given in as_given {
        let Some(right) = base.fields.iter().find(|right| right.id == given.id) else { continue };
        if right.value != given.value {
            return if base.context == Some(Context::App) { C::G4 } else { C::G2 };
        }
        if right.name != given.name {
            if base.context == Some(Context::App) {
                return C::B3;
            }
            return match &*right.name {
                "appId" => C::B1,
                "timeStamp" => C::B2,
                "package" => C::B4,
                "nonceStr" => C::B6,
                _ => C::B3,
            };
        }
    }
    C::A15
}
