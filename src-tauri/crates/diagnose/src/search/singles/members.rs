//! Changes of the set of fields: what was left out, what was signed besides.

use std::rc::Rc;

use wxpay_protocol::SignType;

use super::{Act, Said, Single};
use crate::knowledge::{CauseId as C, Words};
use crate::rules::{Context, Endpoint};
use crate::search::base::{Base, FIRST_ABSENT, Field, Given};
use crate::search::edit::Edit;
use crate::search::expected_sign;
use crate::search::keys::Key;
use crate::search::names::{DEFAULTS, OPTIONAL, distance};
use crate::search::second_sign::WORKWX_SIGN;

/// Numbers of fields that the message does not have begin here.
const ADDED: u32 = FIRST_ABSENT * 2;

pub(super) fn add(base: &Base, given: &Given<'_>, keys: &[Key], singles: &mut Vec<Single>) {
    empty_fields(base, singles);
    signs(base, given, keys, singles);
    dropped(base, singles);
    groups(base, singles);
    defaults(base, singles);
    given_besides(base, singles);
}

fn added(base: &Base, name: &str, value: &str) -> Field {
    let place = u32::try_from(base.fields.len() + base.empty.len() + base.aside.len()).unwrap_or(u32::MAX);
    // Names have stable numbers of their own, so that two added fields are never taken for one.
    let number = name.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 1_000_000;
    Field::new(ADDED + number, place + number, name, value)
}

fn with_value(field: &Field, value: &str) -> Field {
    Field { value: value.as_bytes().into(), ..field.clone() }
}

fn empty_fields(base: &Base, singles: &mut Vec<Single>) {
    for field in &base.empty {
        let words =
            Words::new(format!("空值 {} 参与了签名", field.name), format!("the empty {} was signed", field.name));
        singles
            .push(Single::usual(C::A1, Act::Edit(Edit::Add(vec![field.clone()])), Said::Made(words)).on(&field.name));
    }
    if base.empty.len() > 1 {
        let words = Said::Fixed("所有空值参数都参与了签名", "all empty fields were signed");
        singles.push(Single::usual(C::A1, Act::Edit(Edit::Add(base.empty.clone())), words));
    }
    if !base.empty.is_empty() {
        let wrapped = base.empty.iter().map(|field| with_value(field, "<![CDATA[]]>")).collect();
        let words =
            Said::Fixed("空值连同 <![CDATA[]]> 参与了签名", "the empty fields were signed with their <![CDATA[]]>");
        singles.push(Single::usual(C::A1, Act::Edit(Edit::Add(wrapped)), words));
    }
    for (literal, usual) in [
        ("null", true),
        ("undefined", true),
        ("None", true),
        ("NULL", false),
        ("nil", false),
        ("<nil>", false),
        ("0", false),
        ("false", false),
        ("[]", false),
        ("{}", false),
        ("\"\"", false),
        (" ", false),
        ("Array", false),
        ("NaN", false),
    ] {
        let single = |fields, words| {
            let act = Act::Edit(Edit::Add(fields));
            if usual { Single::usual(C::D13, act, words) } else { Single::rare(C::D13, act, words) }
        };
        for field in &base.empty {
            let words = Words::new(
                format!("空值 {} 被签成了 {literal:?}", field.name),
                format!("the empty {} was signed as {literal:?}", field.name),
            );
            singles.push(single(vec![with_value(field, literal)], Said::Made(words)).on(&field.name));
        }
        if base.empty.len() > 1 {
            let words = Words::new(
                format!("空值都被签成了 {literal:?}"),
                format!("all empty fields were signed as {literal:?}"),
            );
            singles
                .push(single(base.empty.iter().map(|field| with_value(field, literal)).collect(), Said::Made(words)));
        }
    }
    for name in OPTIONAL.iter().filter(|name| !base.has(name)) {
        let words = Words::new(
            format!("报文里没有的 {name} 以空值参与了签名"),
            format!("an empty {name}, which the message does not have, was signed"),
        );
        singles
            .push(Single::rare(C::A1, Act::Edit(Edit::Add(vec![added(base, name, "")])), Said::Made(words)).on(name));
        for literal in ["null", "undefined", "None"] {
            let words = Words::new(
                format!("报文里没有的 {name} 被签成了 {literal:?}"),
                format!("{name}, which the message does not have, was signed as {literal:?}"),
            );
            let act = Act::Edit(Edit::Add(vec![added(base, name, literal)]));
            singles.push(Single::alone(C::D13, act, Said::Made(words)).on(name));
        }
    }
}

/// A2: the sign among the fields, as it was before this one was made.
fn signs(base: &Base, given: &Given<'_>, keys: &[Key], singles: &mut Vec<Single>) {
    let mut older: Vec<(String, String, &str, &str)> =
        vec![(given.sign_name.to_owned(), String::new(), "sign 以空值参与了签名", "an empty sign was signed")];
    if let Some(sign) = given.older_sign {
        older.push((
            given.sign_name.to_owned(),
            sign.to_owned(),
            "报文里的旧 sign 参与了签名",
            "the sign in the message was signed",
        ));
    }
    if let Some(key) = keys.first() {
        for sign_type in [SignType::Md5, SignType::HmacSha256] {
            let sign = expected_sign(base, &key.bytes, sign_type);
            let words = (
                "对象被签了两次，第一次的 sign 参与了第二次签名",
                "the object was signed twice, and the first sign was signed with it",
            );
            older.push((given.sign_name.to_owned(), sign.to_lowercase(), words.0, words.1));
            if given.sign_name != "sign" {
                older.push(("sign".to_owned(), sign.clone(), words.0, words.1));
            }
            older.push((given.sign_name.to_owned(), sign, words.0, words.1));
        }
    }
    for literal in ["null", "undefined", "None"] {
        older.push((
            given.sign_name.to_owned(),
            literal.to_owned(),
            "sign 以字面的 null 参与了签名",
            "a literal null as sign was signed",
        ));
    }
    for aside in base.aside.iter().chain(&base.empty).filter(|field| &*field.name == "sign") {
        older.push((
            "sign".to_owned(),
            String::from_utf8_lossy(&aside.value).into_owned(),
            "sign 参与了签名",
            "sign was signed",
        ));
    }
    for (name, value, chinese, english) in older {
        let act = Act::Edit(Edit::Add(vec![added(base, &name, &value)]));
        singles.push(Single::usual(C::A2, act, Said::Fixed(chinese, english)).on(&name));
    }
}

/// The sign of an object that was signed twice, as a field of the second time.
pub(crate) fn first_sign(base: &Base, sign_name: &str, sign: &str) -> Field {
    added(base, sign_name, sign)
}

/// What it means that a field was not signed.
fn causes_of_dropping(base: &Base, field: &Field) -> Vec<C> {
    let mut causes = Vec::new();
    let name = &*field.name;
    let endpoint = match base.context {
        Some(Context::Endpoint(endpoint)) => Some(endpoint),
        _ => None,
    };
    if matches!(name, "sign_type" | "signType") {
        let unsupported = endpoint.is_some_and(|endpoint| !endpoint.rule().signing.sign_type_field);
        causes.extend(if unsupported { [C::A4, C::A3] } else { [C::A3, C::A4] });
    }
    if name == WORKWX_SIGN {
        causes.push(C::A16);
    }
    if base.is_client_call() {
        causes.push(C::A15);
        return causes;
    }
    if matches!(&*field.value, b"0" | b"0.0" | b"0.00" | b"false") {
        causes.push(C::A9);
    }
    if base.fields.iter().any(|other| other.id != field.id && other.value == field.value) {
        causes.push(C::A11);
    }
    let unknown = endpoint.map_or_else(
        || !base.is_from_wechat() && !crate::rules::known_names().contains(&name),
        |endpoint| endpoint.field(name).is_none(),
    );
    if unknown {
        causes.push(C::A5);
    }
    if base.is_from_wechat() {
        causes.push(C::A8);
    } else if causes.is_empty() {
        causes.extend([C::A6, C::A5]);
    }
    causes
}

fn dropped(base: &Base, singles: &mut Vec<Single>) {
    for field in &base.fields {
        for cause in causes_of_dropping(base, field) {
            let words = Words::new(format!("{} 没有参与签名", field.name), format!("{} was not signed", field.name));
            singles
                .push(Single::usual(cause, Act::Edit(Edit::Drop(vec![field.id])), Said::Made(words)).on(&field.name));
        }
    }
}

/// Fields that typed code or a filter loses together.
fn groups(base: &Base, singles: &mut Vec<Single>) {
    let mut push = |cause, ids: Vec<u32>, chinese, english| {
        if ids.len() > 1 && ids.len() < base.fields.len() {
            singles.push(Single::usual(cause, Act::Edit(Edit::Drop(ids)), Said::Fixed(chinese, english)));
        }
    };
    let ids = |takes: &dyn Fn(&Field) -> bool| -> Vec<u32> {
        base.fields.iter().filter(|field| takes(field)).map(|field| field.id).collect()
    };
    push(
        C::A9,
        ids(&|field| &*field.value == b"0"),
        "值为 0 的参数都没有参与签名",
        "all fields with the value 0 were not signed",
    );
    push(
        C::A9,
        ids(&|field| matches!(&*field.value, b"0" | b"0.0" | b"0.00" | b"00" | b"false")),
        "值为 0 或 false 的参数都没有参与签名",
        "all fields with the value 0 or false were not signed",
    );
    for ids in unknown_groups(base) {
        push(
            C::A5,
            ids,
            "接口没有定义的参数都没有参与签名",
            "all fields that the endpoint does not define were not signed",
        );
    }
    let indexed = |field: &Field| {
        field.name.rsplit_once('_').is_some_and(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()))
    };
    push(
        C::A8,
        ids(&indexed),
        "带序号（_0、_1…）的参数都没有参与签名",
        "all fields with an index (_0, _1 …) were not signed",
    );
    for (part, chinese, english) in [
        ("coupon", "代金券字段都没有参与签名", "all coupon fields were not signed"),
        ("sub_", "sub_ 开头的字段都没有参与签名", "all sub_ fields were not signed"),
        ("return_", "return_code、return_msg 没有参与签名", "return_code and return_msg were not signed"),
        ("err_", "err_ 开头的字段都没有参与签名", "all err_ fields were not signed"),
    ] {
        push(C::A8, ids(&|field| field.name.starts_with(part)), chinese, english);
    }
    equal_values(base, &mut push);
}

/// Fields that nobody defined: by what is known of the message; without those that are only misspelt; and where it is an
/// order in all but its context, by what an order has.
fn unknown_groups(base: &Base) -> Vec<Vec<u32>> {
    if base.is_client_call() {
        return Vec::new();
    }
    let known = known_here(base);
    let order: Vec<&str> =
        Endpoint::parse("unifiedorder").map_or_else(Vec::new, |order| order.fields().map(|field| field.name).collect());
    let is_slip = |name: &str, known: &[&str]| known.iter().any(|right| distance(name, right) <= 2 && !base.has(right));
    let outside = |known: &[&str], slips: bool| -> Vec<u32> {
        let is_unknown = |name: &str| !known.contains(&name) && (slips || !is_slip(name, known));
        base.fields.iter().filter(|field| is_unknown(&field.name)).map(|field| field.id).collect()
    };
    let mut groups = vec![outside(&known, true), outside(&known, false)];
    let is_endpoint = matches!(base.context, Some(Context::Endpoint(_)));
    if !is_endpoint && !base.is_from_wechat() && ["body", "out_trade_no", "total_fee"].iter().any(|name| base.has(name))
    {
        groups.extend([outside(&order, true), outside(&order, false)]);
    }
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// Names that the message may have.
fn known_here(base: &Base) -> Vec<&'static str> {
    match base.context {
        Some(Context::Endpoint(endpoint)) => endpoint.fields().map(|field| field.name).collect(),
        _ => crate::rules::known_names().iter().map(AsRef::as_ref).collect(),
    }
}

/// A11: a map from value to name keeps one of two.
fn equal_values(base: &Base, push: &mut dyn FnMut(C, Vec<u32>, &'static str, &'static str)) {
    let has_twin = |field: &Field, others: &[&Field]| others.iter().any(|other| other.value == field.value);
    let mut by_place: Vec<&Field> = base.fields.iter().collect();
    for sorted in [true, false] {
        if !sorted {
            by_place.sort_by_key(|field| field.place);
        }
        let kept_last = by_place.iter().enumerate().filter(|(at, field)| has_twin(field, &by_place[at + 1..]));
        push(
            C::A11,
            kept_last.map(|(_, field)| field.id).collect(),
            "值相同的参数只留下了最后一个",
            "of fields with the same value only the last was signed",
        );
        let kept_first = by_place.iter().enumerate().filter(|(at, field)| has_twin(field, &by_place[..*at]));
        push(
            C::A11,
            kept_first.map(|(_, field)| field.id).collect(),
            "值相同的参数只留下了第一个",
            "of fields with the same value only the first was signed",
        );
    }
}

fn defaults(base: &Base, singles: &mut Vec<Single>) {
    for (name, values) in DEFAULTS {
        if base.fields.iter().any(|field| &*field.name == *name) {
            continue;
        }
        for value in *values {
            let words = Words::new(
                format!("报文里没有的 {name}={value} 参与了签名"),
                format!("{name}={value}, which the message does not have, was signed"),
            );
            let act = Act::Edit(Edit::Add(vec![added(base, name, value)]));
            let single = if matches!(*name, "coupon_type" | "coupon_fee" | "fee_type" | "sign_type" | "signType") {
                Single::usual(C::A10, act, Said::Made(words))
            } else {
                Single::rare(C::A10, act, Said::Made(words))
            };
            singles.push(single.on(name));
        }
    }
    if base.is_from_wechat() {
        let zeros: Vec<Field> = ["coupon_fee", "coupon_count"]
            .into_iter()
            .filter(|name| !base.has(name))
            .map(|name| added(base, name, "0"))
            .collect();
        if zeros.len() == 2 {
            let words = Said::Fixed(
                "报文里没有的 coupon_fee=0、coupon_count=0 参与了签名",
                "coupon_fee=0 and coupon_count=0, which the message does not have, were signed",
            );
            singles.push(Single::rare(C::A10, Act::Edit(Edit::Add(zeros)), words));
        }
    }
}

/// Fields of the message that the client call does not sign.
fn given_besides(base: &Base, singles: &mut Vec<Single>) {
    for field in &base.aside {
        let words = Words::new(
            format!("多签了 {}，它不在签名参数之列", field.name),
            format!("{} was signed too; it is not one of the signed fields", field.name),
        );
        singles
            .push(Single::usual(C::A5, Act::Edit(Edit::Add(vec![field.clone()])), Said::Made(words)).on(&field.name));
    }
    if base.aside.len() > 1 {
        let words = Said::Fixed("把所有给出的参数都签了", "all given fields were signed");
        singles.push(Single::usual(C::A5, Act::Edit(Edit::Add(base.aside.clone())), words));
    }
    if let Some(as_given) = &base.as_given {
        let words = Said::Fixed(
            "按参数里的写法（名字和值）签名，与规定的模板不同",
            "signed with names and values as they are given, which differ from the template",
        );
        let cause = super::specials::cause_of_difference(base, as_given);
        singles.push(Single::usual(cause, Act::Edit(Edit::Replace(Rc::from(as_given.clone()))), words));
        let everything: Vec<Field> = as_given.iter().chain(&base.aside).cloned().collect();
        let words = Said::Fixed(
            "按给出的参数原样全部签名，与规定的模板不同",
            "all given fields were signed as they are, which differ from the template",
        );
        singles.push(Single::rare(cause, Act::Edit(Edit::Replace(Rc::from(everything))), words));
    }
}
