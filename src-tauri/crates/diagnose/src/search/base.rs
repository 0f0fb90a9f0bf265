//! The right string of a message, field by field, which every candidate changes.

use std::rc::Rc;

use wxpay_protocol::SignType;

use super::target::Target;
use super::{Family, names};
use crate::diagnosis::Case;
use crate::rules::Context;

/// One field, as it is signed. Cloning it is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Which one it is through all changes: its place in the right string, or a number from [`FIRST_ABSENT`] on.
    pub(crate) id: u32,
    /// Its place in the message.
    pub(crate) place: u32,
    pub(crate) name: Rc<str>,
    pub(crate) value: Rc<[u8]>,
}

/// Ids of fields that the right string does not have begin here.
pub(crate) const FIRST_ABSENT: u32 = 1000;

impl Field {
    pub(crate) fn new(id: u32, place: u32, name: &str, value: &str) -> Self {
        Self { id, place, name: name.into(), value: value.as_bytes().into() }
    }
}

/// Where the sign of a message stands, and what the message itself says about its algorithm.
pub(crate) struct Given<'c> {
    pub(crate) sign: Option<&'c str>,
    /// The sign in the message, where another one was given.
    pub(crate) older_sign: Option<&'c str>,
    pub(crate) sign_name: &'static str,
    pub(crate) declared: SignType,
    /// Whether the user or the message named the algorithm; else it follows from the sign itself.
    pub(crate) is_declared: bool,
}

/// The right string, and what the message holds besides.
pub(crate) struct Base {
    /// What belongs in the string, sorted by name.
    pub(crate) fields: Vec<Field>,
    /// Empty fields, in the order of the message.
    pub(crate) empty: Vec<Field>,
    /// Fields that the message has and the call does not sign.
    pub(crate) aside: Vec<Field>,
    /// What a client call signs if its names and values are taken as they stand there; nothing where that is the same.
    pub(crate) as_given: Option<Vec<Field>>,
    /// Whether values of the call, and not only names, differ from what belongs there.
    pub(crate) passes_other_values: bool,
    pub(crate) context: Option<Context>,
    /// Whether the appId that a client call signs is missing.
    pub(crate) lacks_appid: bool,
    /// The appid that the user named.
    pub(crate) named_appid: Option<String>,
    /// `a=1&b=2&`.
    pub(crate) text: Vec<u8>,
    /// Where each field begins in the text, and its end.
    pub(crate) bounds: Vec<usize>,
}

impl Base {
    /// The string of the whole message, as its context says.
    pub(crate) fn of(case: &Case<'_>) -> Self {
        let context = context_of(case);
        match context {
            Some(Context::Jsapi) => call(case, context, &names::JSAPI),
            Some(Context::App) => call(case, context, &names::APP),
            _ => plain(case, context),
        }
    }

    fn new(mut fields: Vec<Field>, context: Option<Context>) -> Self {
        fields.sort_by(|left, right| left.name.cmp(&right.name));
        for (id, field) in (0..).zip(&mut fields) {
            field.id = id;
        }
        let mut text = Vec::new();
        let mut bounds = vec![0];
        for field in &fields {
            text.extend_from_slice(field.name.as_bytes());
            text.push(b'=');
            text.extend_from_slice(&field.value);
            text.push(b'&');
            bounds.push(text.len());
        }
        Self {
            fields,
            empty: Vec::new(),
            aside: Vec::new(),
            as_given: None,
            passes_other_values: false,
            context,
            lacks_appid: false,
            named_appid: None,
            text,
            bounds,
        }
    }

    /// The string of these fields.
    pub(crate) fn of_fields(fields: Vec<Field>) -> Self {
        Self::new(fields, None)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| &*field.name == name)
    }

    /// Whether the message has a field of this name, signed or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        [&self.fields, &self.empty, &self.aside].into_iter().flatten().any(|field| &*field.name == name)
    }

    /// Whether a field is an amount and no mere count.
    pub(crate) fn is_money(&self, id: u32) -> bool {
        let is_money = |name: &str| ["fee", "amount", "price"].iter().any(|part| name.contains(part));
        self.fields.iter().any(|field| field.id == id && is_money(&field.name))
    }

    pub(crate) fn is_client_call(&self) -> bool {
        matches!(self.context, Some(Context::Jsapi | Context::App))
    }

    pub(crate) fn is_from_wechat(&self) -> bool {
        self.context.is_some_and(Context::is_from_wechat)
    }
}

/// The sign that is looked for, and the algorithm that should have made it.
pub(crate) fn given_of<'c>(case: &Case<'c>, base: &Base) -> Given<'c> {
    let params = &case.input.params;
    let standing = |name| params.filled(name);
    let (sign_name, in_message) = if base.context == Some(Context::Jsapi) {
        ("paySign", standing("paySign").or_else(|| standing("sign")))
    } else {
        ("sign", standing("sign").or_else(|| standing("paySign")))
    };
    let sign = case.given_sign.filter(|sign| !sign.trim().is_empty()).or(in_message);
    let older_sign = in_message.filter(|_| case.given_sign.is_some() && sign != in_message);
    let named = ["sign_type", "signType", "signtype"].into_iter().find_map(|name| params.filled(name));
    let told = case.sign_type.or_else(|| named.and_then(SignType::parse));
    let families = sign.map(|sign| Target::of(sign).families()).unwrap_or_default();
    let fitting = || families.contains(&Family::HmacSha256).then_some(SignType::HmacSha256);
    let declared = told.or_else(fitting).unwrap_or_default();
    Given { sign, older_sign, sign_name, declared, is_declared: told.is_some() }
}

/// What the message is. Names of client calls in a message that is plainly a request are mistakes in names.
fn context_of(case: &Case<'_>) -> Option<Context> {
    if case.context.is_some() {
        return case.context;
    }
    let found = Context::detect(case.input);
    let has = |name: &str| case.input.params.get(name).is_some();
    if matches!(found, Some(Context::Jsapi | Context::App)) {
        if !has("paySign") && ["mch_id", "body", "out_trade_no", "total_fee"].into_iter().any(has) {
            return None;
        }
        let folded = |name: &str| case.input.params.iter().any(|(found, _)| found.eq_ignore_ascii_case(name));
        if folded("partnerid") || folded("prepayid") {
            return Some(Context::App);
        }
    }
    found
}

fn plain(case: &Case<'_>, context: Option<Context>) -> Base {
    let mut fields = Vec::new();
    let mut empty = Vec::new();
    for (place, (name, value)) in (0..).zip(case.input.params.iter()) {
        if name == "sign" {
            continue;
        }
        if value.is_empty() {
            empty.push(Field::new(FIRST_ABSENT + place, place, name, value));
        } else {
            fields.push(Field::new(0, place, name, value));
        }
    }
    Base { empty, ..Base::new(fields, context) }
}

fn call(case: &Case<'_>, context: Option<Context>, template: &[names::Named]) -> Base {
    let params = &case.input.params;
    let mut fields = Vec::new();
    let mut as_given = Vec::new();
    let mut used: Vec<&str> = vec!["paySign", "sign"];
    let mut differs = false;
    let mut passes_other_values = false;
    for named in template {
        let found = std::iter::once(&named.name)
            .chain(named.aliases)
            .find_map(|name| params.iter().zip(0..).find(|((found, value), _)| found == name && !value.is_empty()));
        let supplied = if named.is_appid { case.appid.filter(|appid| !appid.is_empty()) } else { None };
        if let Some(((name, value), place)) = found {
            used.push(name);
            let right = right_value(context, named.name, value);
            differs |= name != named.name || right != value;
            passes_other_values |= right != value;
            fields.push(Field::new(0, place, named.name, &right));
            as_given.push(Field::new(0, place, name, value));
            continue;
        }
        let is_package = context == Some(Context::App) && named.name == "package";
        let right = supplied.or(is_package.then_some("Sign=WXPay"));
        if let Some(right) = right {
            let place = u32::try_from(params.len()).unwrap_or(u32::MAX);
            fields.push(Field::new(0, place, named.name, right));
            differs |= !named.is_appid;
            if named.is_appid {
                as_given.push(Field::new(0, place, named.name, right));
            }
        }
    }
    let lacks_appid = !fields.iter().any(|field| field.name.eq_ignore_ascii_case("appid"));
    let mut aside = Vec::new();
    let mut empty = Vec::new();
    for (place, (name, value)) in (0..).zip(params.iter()).filter(|(_, (name, _))| !used.contains(name)) {
        let list = if value.is_empty() { &mut empty } else { &mut aside };
        list.push(Field::new(FIRST_ABSENT + place, place, name, value));
    }
    let base = Base::new(fields, context);
    // The ids tie what was given to the right fields, so that later changes still find them.
    for field in &mut as_given {
        if let Some(right) = base.fields.iter().find(|right| right.place == field.place) {
            field.id = right.id;
        }
    }
    let named_appid = case.appid.map(str::to_owned);
    Base { empty, aside, as_given: differs.then_some(as_given), passes_other_values, lacks_appid, named_appid, ..base }
}

/// What belongs in a field of a client call, as far as its value says it.
fn right_value(context: Option<Context>, name: &str, value: &str) -> String {
    match (context, name) {
        (Some(Context::App), "package") => "Sign=WXPay".to_owned(),
        (Some(Context::Jsapi), "package") if !value.contains('=') && !value.contains('%') => {
            format!("prepay_id={}", value.trim())
        }
        (Some(Context::Jsapi), "package") if value.contains("prepay_id =") || value.contains("prepay_id= ") => {
            value.replace(' ', "")
        }
        _ => value.to_owned(),
    }
}
