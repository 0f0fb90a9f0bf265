//! Changes of names.

use std::rc::Rc;

use super::{Act, Said, Single};
use crate::knowledge::{CauseId as C, Words};
use crate::rules::Context;
use crate::search::base::{Base, Field};
use crate::search::edit::Edit;
use crate::search::names::{CONFUSED, MISSPELT, camel, distance, pascal, snake};

pub(super) fn add(base: &Base, singles: &mut Vec<Single>) {
    confused(base, singles);
    all_at_once(base, singles);
    misspelt(base, singles);
}

fn rename(cause: C, field: &Field, name: &str) -> Single {
    let words = Words::new(
        format!("{} 被签成了 {name}", field.name),
        format!("{} was signed under the name {name}", field.name),
    );
    Single::usual(cause, Act::Edit(Edit::Rename(vec![(field.id, name.into())])), Said::Made(words)).on(&field.name)
}

fn confused(base: &Base, singles: &mut Vec<Single>) {
    for field in &base.fields {
        for (cause, names) in CONFUSED {
            if !names.contains(&&*field.name) {
                continue;
            }
            for name in names.iter().filter(|name| **name != &*field.name && base.field(name).is_none()) {
                if base.context == Some(Context::App) && !matches!(*cause, C::B4 | C::B7) {
                    singles.push(rename(C::B3, field, name));
                }
                singles.push(rename(*cause, field, name));
            }
        }
    }
}

/// All names in another style.
fn all_at_once(base: &Base, singles: &mut Vec<Single>) {
    let cause = if base.is_client_call() { C::B3 } else { C::A13 };
    let mut push = |cause, usual, words: (&'static str, &'static str), change: &dyn Fn(&str) -> String| {
        let renames: Vec<(u32, Rc<str>)> = base
            .fields
            .iter()
            .map(|field| (field, change(&field.name)))
            .filter(|(field, name)| **name != *field.name)
            .map(|(field, name)| (field.id, name.into()))
            .collect();
        if !renames.is_empty() {
            let act = Act::Edit(Edit::Rename(renames));
            let words = Said::Fixed(words.0, words.1);
            singles.push(if usual { Single::usual(cause, act, words) } else { Single::rare(cause, act, words) });
        }
    };
    push(cause, true, ("参数名全部成了小写", "all names were in lower case"), &str::to_ascii_lowercase);
    push(cause, true, ("参数名全部成了驼峰", "all names were in camel case"), &camel);
    push(cause, false, ("参数名全部成了首字母大写的驼峰", "all names were in Pascal case"), &pascal);
    push(cause, false, ("参数名全部成了大写", "all names were in upper case"), &str::to_ascii_uppercase);
    push(cause, false, ("参数名全部去掉了下划线", "all names were without underscores"), &|name| {
        name.replace('_', "")
    });
    if base.is_client_call() {
        push(C::B3, false, ("参数名全部成了下划线写法", "all names were in snake case"), &snake);
        let camel_names = |odd_partner: bool, odd_appid: bool| {
            move |name: &str| {
                match name {
                    "appid" if odd_appid => "appId",
                    "noncestr" => "nonceStr",
                    "timestamp" => "timeStamp",
                    "partnerid" if odd_partner => "partnerId",
                    "prepayid" if odd_partner => "prepayId",
                    other => other,
                }
                .to_owned()
            }
        };
        let words = ("App 调起用了小程序的驼峰名", "the APP call was signed with the mini program's names");
        push(C::B3, true, words, &camel_names(true, true));
        push(C::B3, true, words, &camel_names(false, true));
        push(C::B3, true, words, &camel_names(true, false));
        push(C::B3, true, words, &camel_names(false, false));
        let request_names = |name: &str| {
            match name {
                "appId" => "appid",
                "nonceStr" | "noncestr" => "nonce_str",
                "timeStamp" => "timestamp",
                "signType" => "sign_type",
                "partnerid" => "mch_id",
                "prepayid" => "prepay_id",
                other => other,
            }
            .to_owned()
        };
        push(
            C::B6,
            true,
            ("调起参数用了下单的参数名", "the call was signed with the names of the order"),
            &request_names,
        );
    }
}

/// Names that differ from the right ones by a slip of the pen, in either direction.
fn misspelt(base: &Base, singles: &mut Vec<Single>) {
    let known: Vec<&str> = match base.context {
        Some(Context::Endpoint(endpoint)) => endpoint.fields().map(|field| field.name).collect(),
        _ => crate::rules::known_names().iter().map(AsRef::as_ref).collect(),
    };
    for field in &base.fields {
        let name = &*field.name;
        if !known.contains(&name) && !base.is_client_call() {
            let mut nearest: Vec<(usize, &str)> = known
                .iter()
                .map(|right| (distance(name, right), *right))
                .filter(|(apart, right)| *apart <= 2 && *right != "sign" && base.field(right).is_none())
                .collect();
            nearest.sort_unstable();
            nearest.truncate(4);
            singles.extend(nearest.into_iter().map(|(_, right)| rename(C::A13, field, right)));
        }
        for (right, wrong) in MISSPELT {
            if *right == name {
                singles.extend(wrong.iter().map(|wrong| Single { usual: false, ..rename(C::A13, field, wrong) }));
            } else if wrong.contains(&name) && base.field(right).is_none() {
                singles.push(rename(C::A13, field, right));
            }
        }
        let styles: [String; 6] = [
            camel(name),
            pascal(name),
            snake(name),
            name.replace('_', ""),
            name.to_ascii_lowercase(),
            name.to_ascii_uppercase(),
        ];
        for style in styles.into_iter().filter(|style| style != name && base.field(style).is_none()) {
            singles.push(Single { usual: false, ..rename(C::A13, field, &style) });
        }
        for slip in slips(name) {
            singles.push(Single { usual: false, alone: true, ..rename(C::A13, field, &slip) });
        }
    }
}

/// Two neighbours swapped, one letter lost, one letter doubled.
fn slips(name: &str) -> Vec<String> {
    if !name.is_ascii() {
        return Vec::new();
    }
    let mut slips = Vec::with_capacity(name.len() * 3);
    for at in 0..name.len() {
        slips.push([&name[..at], &name[at + 1..]].concat());
        slips.push([&name[..=at], &name[at..]].concat());
        if at + 1 < name.len() {
            slips.push([&name[..at], &name[at + 1..at + 2], &name[at..=at], &name[at + 2..]].concat());
        }
    }
    slips.retain(|slip| slip != name && !slip.is_empty());
    slips.sort_unstable();
    slips.dedup();
    slips
}
