//! The report for strangers, over every mistake that can be planted: no letter and no digit of a value stands in it, and
//! the structure that a digest sees still does.

#![allow(dead_code, reason = "of the planter only the planting is used here")]
#![allow(
    clippy::expect_used,
    clippy::unnecessary_wraps,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::many_single_char_names,
    clippy::cast_possible_truncation,
    reason = "the planter is plain code, as it is in the wild"
)]

#[path = "../../../diagnose/tests/causes/amounts.rs"]
mod amounts;
#[path = "../../../diagnose/tests/causes/calls.rs"]
mod calls;
#[path = "../../../diagnose/tests/causes/charsets.rs"]
mod charsets;
#[path = "../../../diagnose/tests/causes/digest.rs"]
mod digest;
#[path = "../../../diagnose/tests/causes/digests.rs"]
mod digests;
#[path = "../../../diagnose/tests/causes/escapes.rs"]
mod escapes;
#[path = "../../../diagnose/tests/causes/fields.rs"]
mod fields;
#[path = "../../../diagnose/tests/causes/joins.rs"]
mod joins;
#[path = "../../../diagnose/tests/causes/keys.rs"]
mod keys;
#[path = "../../../diagnose/tests/causes/names.rs"]
mod names;
#[path = "../../../diagnose/tests/causes/orders.rs"]
mod orders;
#[path = "../../../diagnose/tests/causes/parameter_set.rs"]
mod parameter_set;
#[path = "../../../diagnose/tests/causes/plant.rs"]
mod plant;
#[path = "../../../diagnose/tests/causes/planted.rs"]
mod planted;
#[path = "../../../diagnose/tests/causes/rng.rs"]
mod rng;
#[path = "../../../diagnose/tests/causes/signing.rs"]
mod signing;
#[path = "../../../diagnose/tests/causes/texts.rs"]
mod texts;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use desk::{Evidence, KeyAtHand, examine, redacted_report};
use wxpay_diagnose::diagnosis::{Context, Effort, KeyRole};
use wxpay_diagnose::input::is_protocol_name;
use wxpay_protocol::Secret;

use crate::orders::{Algorithm, Role};
use crate::plant::ALL;
use crate::planted::Planted;
use crate::rng::Rng;

const SEED: u64 = 41;

/// Words of values that the protocol or a language defines; every other one is somebody's.
const OPEN: [&str; 31] = [
    "amp",
    "app",
    "cash",
    "check",
    "cny",
    "coupon",
    "detail",
    "fail",
    "goods",
    "hmac",
    "http",
    "https",
    "jsapi",
    "md5",
    "micropay",
    "mweb",
    "native",
    "none",
    "notify",
    "null",
    "prepay",
    "prepay_id",
    "rest",
    "sha256",
    "sign",
    "success",
    "true",
    "u0026",
    "undefined",
    "wxpay",
    "lt",
];

fn evidence(planted: &Planted) -> Evidence {
    let order = &planted.order;
    let key = |role, name: &str, secret: &str| KeyAtHand {
        role,
        name: name.to_owned(),
        secret: Secret::new(secret.as_bytes().to_vec()),
    };
    let mut keys = vec![key(KeyRole::InUse, "张三的店", &order.key)];
    keys.extend(order.others.iter().map(|offered| {
        let role = match offered.role {
            Role::OtherMerchant => KeyRole::OtherMerchant,
            Role::AppSecret => KeyRole::AppSecret,
            Role::V3 => KeyRole::V3,
            Role::Sandbox => KeyRole::Sandbox,
            Role::Previous => KeyRole::Previous,
        };
        key(role, offered.name, &offered.secret)
    }));
    Evidence {
        pasted: planted.pasted.clone().into_bytes(),
        sign: planted.given.clone(),
        context: order.context.and_then(Context::parse),
        appid: order.appid.clone(),
        keys,
        ..Evidence::default()
    }
}

fn report_of(planted: &Planted) -> String {
    let evidence = evidence(planted);
    redacted_report(&evidence, &examine(&evidence, Effort::default(), &mut |_| ControlFlow::Continue(())))
}

/// Every word of three characters or more in a value, as it is and as a careless program writes it.
fn words(planted: &Planted) -> BTreeSet<String> {
    let values = planted.order.fields.iter().map(|(_, value)| value.as_str()).chain(planted.order.appid.as_deref());
    let words = values.flat_map(|value| value.split(|letter: char| !letter.is_alphanumeric()));
    let words = words.filter(|word| word.chars().count() >= 3).map(str::to_lowercase);
    // A number of three digits may be a count of bytes.
    let words = words.filter(|word| word.len() > 3 || !word.bytes().all(|byte| byte.is_ascii_digit()));
    words.filter(|word| !OPEN.contains(&word.as_str()) && !is_protocol_name(word)).collect()
}

/// What stands between back quotes: names, values, strings.
fn quoted(report: &str) -> impl Iterator<Item = &str> {
    report.split('`').skip(1).step_by(2)
}

/// Short values of their own field, which may not stand as the value of any field in any string.
fn short_values(planted: &Planted) -> impl Iterator<Item = &str> {
    let short = planted.order.fields.iter().map(|(_, value)| value.as_str());
    short.filter(|value| (2..=3).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[test]
fn no_word_of_a_value_stands_in_the_report_whatever_mistake_was_made() {
    let mut rng = Rng::seeded(SEED);
    let (mut asked, mut told) = (0, Vec::new());
    for plant in ALL {
        for (rich, algorithm) in
            [(false, Algorithm::Md5), (true, Algorithm::Md5), (false, Algorithm::Hmac), (true, Algorithm::Hmac)]
        {
            let Some(planted) = planted::single(&plant, rich, algorithm, &mut rng) else { continue };
            let report = report_of(&planted);
            let lower = report.to_lowercase();
            for word in words(&planted) {
                if let Some(line) = lower.lines().find(|line| !is_of_digest(line) && tells(line, &word)) {
                    told.push(format!("{}: {word:?} stands in {line}", plant.cause));
                }
            }
            for value in short_values(&planted).filter(|value| !["APP", "CNY", "MD5"].contains(value)) {
                let is_shape = value.bytes().all(|byte| matches!(byte, b'0' | b'x' | b'X'));
                let found = quoted(&report).find(|text| text.split(['=', '&', '"', ' ']).any(|piece| piece == value));
                if let Some(text) = found.filter(|_| !is_shape) {
                    told.push(format!("{}: the value {value:?} stands in {text}", plant.cause));
                }
            }
            assert!(!report.contains("张三") && !report.contains(&planted.order.key), "{report}");
            asked += 1;
        }
    }
    assert!(asked > 200, "only {asked} mistakes were planted");
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// Whether a line holds the word by itself, or a number or an id inside of anything.
fn tells(line: &str, word: &str) -> bool {
    let is_id = word.len() >= 5 && word.bytes().any(|byte| byte.is_ascii_digit());
    (is_id && line.contains(word))
        || line.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).any(|piece| piece == word)
}

/// Lines of digests and counts, which may hold three digits of anything.
fn is_of_digest(line: &str) -> bool {
    let starts = ["- 给出的签名", "- 应为", "- 密钥", "- 候选", "- `sign`", "- `paysign`"];
    starts.iter().any(|start| line.starts_with(start))
}

#[test]
fn the_structure_that_a_digest_sees_stays_readable() {
    let mut rng = Rng::seeded(SEED);
    for plant in ALL.iter().filter(|plant| ["A1", "C3", "D5", "D18"].contains(&plant.cause)) {
        let planted = planted::single(plant, true, Algorithm::Md5, &mut rng).expect("it bites on a rich order");
        let report = report_of(&planted);
        for (name, value) in &planted.order.fields {
            let told = quoted(&report).any(|text| text == name);
            let length = format!("{} 字节", value.len());
            assert!(told && report.contains(&length), "{name} or {length} is missing in\n{report}");
        }
        let hashed = report.lines().find(|line| line.contains("hashed")).unwrap_or_default();
        assert!(hashed.contains("&mch_id=0000000000&"), "{hashed}");
    }
}
