//! A16: requests of WeCom carry two signs, one over a fixed list of fields with the application's secret, then the usual
//! one over everything, the first one too.

use md5::{Digest, Md5};
use wxpay_protocol::sign::upper_hex;
use zeroize::Zeroizing;

use super::base::{Base, Field};
use super::keys::Key;
use super::other_message::{explained, given_keys, name_of};
use super::target::Target;
use super::twice::hmac;
use crate::diagnosis::{Change, Explanation, KeySlot};
use crate::knowledge::{CauseId, Words};
use crate::rules::Context;

/// The name of the first of the two signs.
pub(super) const WORKWX_SIGN: &str = "workwx_sign";

/// What it is made of: of a red packet, of a payment to an employee (developer.work.weixin.qq.com, document 90281).
const SIGNED: [&[&str]; 2] = [
    &["act_name", "mch_billno", "mch_id", "nonce_str", "re_openid", "total_amount", "wxappid"],
    &["amount", "appid", "desc", "mch_id", "nonce_str", "openid", "partner_trade_no", "ww_msg_type"],
];

/// The fields of the first sign; nothing where the message has only one.
fn fields_of(base: &Base) -> Option<Vec<&Field>> {
    let has_rule = match base.context {
        Some(Context::Endpoint(endpoint)) => endpoint.rule().second_sign.is_some(),
        _ => false,
    };
    if !has_rule && !base.has(WORKWX_SIGN) {
        return None;
    }
    let of = |names: &[&str]| base.fields.iter().filter(|field| names.contains(&&*field.name)).collect::<Vec<_>>();
    SIGNED.into_iter().map(of).max_by_key(Vec::len).filter(|fields| !fields.is_empty())
}

/// Whether a selection of the fields is that of the first sign.
pub(super) fn is_over(base: &Base, kept: &[u32]) -> bool {
    fields_of(base).is_some_and(|fields| fields.iter().map(|field| field.id).eq(kept.iter().copied()))
}

/// Which fields, what stands before the secret, and with what words.
struct Way<'b> {
    fields: Vec<&'b Field>,
    suffix: &'static str,
    is_fixed_list: bool,
}

fn ways(base: &Base) -> Vec<Way<'_>> {
    let Some(fixed) = fields_of(base) else { return Vec::new() };
    let but_itself: Vec<&Field> = base.fields.iter().filter(|field| &*field.name != WORKWX_SIGN).collect();
    let all: Vec<&Field> = base.fields.iter().collect();
    [(fixed, true), (but_itself, false), (all, false)]
        .into_iter()
        .flat_map(|(fields, is_fixed_list)| {
            ["&secret=", "&key=", ""].map(|suffix| Way { fields: fields.clone(), suffix, is_fixed_list })
        })
        .collect()
}

impl Way<'_> {
    fn text(&self, key: &[u8]) -> Zeroizing<Vec<u8>> {
        let length: usize = self.fields.iter().map(|field| field.name.len() + field.value.len() + 2).sum();
        let mut text = Zeroizing::new(Vec::with_capacity(length + self.suffix.len() + key.len()));
        for (number, field) in self.fields.iter().enumerate() {
            if number > 0 {
                text.push(b'&');
            }
            text.extend_from_slice(field.name.as_bytes());
            text.push(b'=');
            text.extend_from_slice(&field.value);
        }
        text.extend_from_slice(self.suffix.as_bytes());
        text.extend_from_slice(key);
        text
    }

    fn readable(&self, key: &Key) -> String {
        String::from_utf8_lossy(&self.text(key.shown.as_bytes())).into_owned()
    }

    /// As it should be: the fixed list, and a secret that is not the API key.
    fn is_right(&self, key: &Key) -> bool {
        self.is_fixed_list && self.suffix == "&secret=" && key.slot > 0
    }

    fn words(&self, key: &Key) -> Words {
        let mut chinese = Vec::new();
        let mut english = Vec::new();
        if !self.is_fixed_list {
            chinese.push("签的不是规定的那几个字段".to_owned());
            english.push("it is not over the fixed list of fields".to_owned());
        }
        if self.suffix != "&secret=" {
            chinese.push(format!("末尾接的是“{}”，应为 &secret=", self.suffix));
            english.push(format!("{:?} and not \"&secret=\" stands before the secret", self.suffix));
        }
        if key.slot == 0 {
            chinese.push("用的是 API 密钥，应为企业微信应用的 secret".to_owned());
            english.push("the API key was used and not the secret of the WeCom application".to_owned());
        }
        Words::new(
            format!("{WORKWX_SIGN} 做错了：{}", chinese.join("，")),
            format!("{WORKWX_SIGN} was made wrongly: {}", english.join(", ")),
        )
    }
}

/// The sign that is looked for is the first of the two, or was made with its secret.
pub(super) fn in_the_place_of_sign(
    base: &Base,
    target: &Target,
    keys: &[Key],
    slots: &[KeySlot<'_>],
) -> Option<Explanation> {
    let is_it = |way: &Way<'_>, key: &Key| {
        let text = way.text(&key.bytes);
        let hmac = hmac(&key.bytes, &text).unwrap_or_default();
        [Md5::digest(&text).to_vec(), hmac].iter().any(|digest| target.form_of(digest).is_some())
    };
    let (way, key) = ways(base)
        .into_iter()
        .filter(|way| way.suffix == "&secret=")
        .find_map(|way| given_keys(keys).find(|key| is_it(&way, key)).map(|key| (way, key)))?;
    let detail = if way.is_fixed_list {
        Words::new(
            "sign 是按 workwx_sign 的算法做的（只签固定字段，接 &secret=）；sign 要用 API 密钥对全部字段再签一次",
            "sign was made as workwx_sign is (over the fixed list, with &secret=); sign is made once more, over all fields with the API key",
        )
    } else {
        Words::new(
            "sign 末尾接的是 &secret= 和应用的 secret；那只用于 workwx_sign，sign 要接 &key= 和 API 密钥",
            "sign ends in &secret= and the application's secret, which belong to workwx_sign only; sign ends in &key= and the API key",
        )
    };
    let change = Change { cause: CauseId::A16, field: Some("sign".to_owned()), detail };
    Some(explained(change, name_of(key, slots), way.readable(key)))
}

/// The sign is right, and the other one, which stands among the fields, was made in one of the wrong ways.
pub(super) fn made_wrongly(base: &Base, keys: &[Key], slots: &[KeySlot<'_>]) -> Option<Explanation> {
    let given = base.field(WORKWX_SIGN)?;
    let is_it = |way: &Way<'_>, key: &Key| {
        upper_hex(&Md5::digest(way.text(&key.bytes))).as_bytes().eq_ignore_ascii_case(&given.value)
    };
    let (way, key) = ways(base)
        .into_iter()
        .find_map(|way| given_keys(keys).find(|key| is_it(&way, key)).map(|key| (way, key)))
        .filter(|(way, key)| !way.is_right(key))?;
    let change = Change { cause: CauseId::A16, field: Some(WORKWX_SIGN.to_owned()), detail: way.words(key) };
    Some(explained(change, name_of(key, slots), way.readable(key)))
}
