//! A message whose sign was made with one mistake or two, as its owner would paste it.

use std::collections::BTreeSet;

use crate::fields::{self, Fields};
use crate::orders::{Algorithm, Carried, Kind, Order, Paste};
use crate::plant::{ALL, Mistake, Plant};
use crate::rng::Rng;
use crate::signing::{self, Made, Signing};

/// What is handed to the program, and what the planted code did.
pub(crate) struct Planted {
    /// One cause or two.
    pub(crate) causes: Vec<&'static str>,
    pub(crate) order: Order,
    pub(crate) pasted: String,
    /// What was sent, where that is another text.
    pub(crate) sent: Option<String>,
    /// The sign that the wrong code made, where the message carries another one.
    pub(crate) given: Option<String>,
    /// What was hashed, with the key in it.
    pub(crate) text: String,
    /// Whether it was hashed in UTF-8.
    pub(crate) is_utf8: bool,
    /// The names whose signed value is another than that which was sent.
    pub(crate) revalued: Vec<String>,
    /// Whether a name was signed that the protocol does not have signed here.
    pub(crate) renamed: bool,
    /// The key that was used.
    pub(crate) key: String,
    /// The name under which that key is offered, where it is not the one in use.
    pub(crate) slot: Option<&'static str>,
    pub(crate) sign: String,
    pub(crate) right_sign: String,
}

/// How often another order is drawn when a mistake changes nothing on one.
const DRAWS: usize = 12;

/// One mistake; nothing where it cannot change the sign of such a message.
pub(crate) fn single(plant: &Plant, rich: bool, algorithm: Algorithm, rng: &mut Rng) -> Option<Planted> {
    (0..DRAWS).find_map(|_| {
        let mut order = Order::new(rng.pick(plant.home), rich, algorithm, rng);
        let mistake = (plant.prepare)(&mut order, rng)?;
        let right = Signing::right(&order);
        let mut wrong = right.clone();
        mistake(&mut wrong);
        let (right, made) = (right.run(), wrong.run());
        (made.sign != right.sign).then(|| Planted::of(vec![plant.cause], order, &right, made, &wrong))
    })
}

/// Two mistakes of different causes, each of which changes the sign with and without the other.
pub(crate) fn pair(rich: bool, algorithm: Algorithm, rng: &mut Rng) -> Planted {
    loop {
        let (first, second) = (&ALL[rng.below(ALL.len())], &ALL[rng.below(ALL.len())]);
        let kind = rng.pick(first.home);
        if first.cause == second.cause || !fits(second, kind) || excluded(first.cause, second.cause) {
            continue;
        }
        if let Some(planted) = both(first, second, kind, rich, algorithm, rng) {
            return planted;
        }
    }
}

/// What happens to one request happens to another.
fn fits(plant: &Plant, kind: Kind) -> bool {
    plant.home.contains(&kind)
        || (matches!(kind, Kind::Transfers | Kind::RedPack) && plant.home.contains(&Kind::Request))
}

/// Two that no code has at once: a sign of another message (A14, A16, G1) hides everything, a key that was not loaded (E6) has no white space
/// and loses no letter, and there is one digest and one way to write it.
fn excluded(one: &str, other: &str) -> bool {
    const DIGESTS: [&str; 4] = ["F1", "F2", "F6", "F8"];
    const WRITTEN: [&str; 5] = ["F5", "F6", "F7", "F9", "F10"];
    const KEYS: [&str; 4] = ["E1", "E5", "E6", "E10"];
    const OTHERS: [&str; 3] = ["A14", "A16", "G1"];
    let both = |list: &[&str]| list.contains(&one) && list.contains(&other);
    // F10 is a form of MD5 only.
    let sixteen = |ten: &str, digest: &str| ten == "F10" && DIGESTS.contains(&digest);
    OTHERS.contains(&one)
        || OTHERS.contains(&other)
        || both(&DIGESTS)
        || both(&WRITTEN)
        || both(&KEYS)
        || sixteen(one, other)
        || sixteen(other, one)
}

fn both(first: &Plant, second: &Plant, kind: Kind, rich: bool, algorithm: Algorithm, rng: &mut Rng) -> Option<Planted> {
    let mut order = Order::new(kind, rich, algorithm, rng);
    let before = order.fields.clone();
    let one = (first.prepare)(&mut order, rng)?;
    let mut touched = differing(&before, &order.fields);
    touched.extend(differing(&Signing::right(&order).signed, &with(&order, &[&one]).signed));
    let between = order.clone();
    let two = (second.prepare)(&mut order, rng)?;
    // A second preparation that writes over what the first one works on leaves no code that anybody would have.
    if differing(&between.fields, &order.fields).intersection(&touched).next().is_some() || between.key != order.key {
        return None;
    }
    let right = Signing::right(&order).run();
    let wrong = with(&order, &[&one, &two]);
    let made = wrong.run();
    let signs = [&right.sign, &with(&order, &[&one]).run().sign, &with(&order, &[&two]).run().sign, &made.sign];
    let distinct: BTreeSet<&String> = signs.into_iter().collect();
    (distinct.len() == 4).then(|| Planted::of(vec![first.cause, second.cause], order, &right, made, &wrong))
}

fn with(order: &Order, mistakes: &[&Mistake]) -> Signing {
    let mut signing = Signing::right(order);
    for mistake in mistakes {
        mistake(&mut signing);
    }
    signing
}

/// The names that stand in one list only, or with another value.
fn differing(one: &Fields, other: &Fields) -> BTreeSet<String> {
    let only = |these: &Fields, those: &Fields| -> Vec<String> {
        these.iter().filter(|field| !those.contains(field)).map(|(name, _)| name.clone()).collect()
    };
    only(one, other).into_iter().chain(only(other, one)).collect()
}

impl Planted {
    fn of(causes: Vec<&'static str>, order: Order, right: &Made, made: Made, wrong: &Signing) -> Self {
        let apart = match order.carried {
            Carried::Made | Carried::Both => None,
            Carried::Right => Some(right.sign.clone()),
            Carried::First => made.first.clone(),
        };
        let sent = signing::signed_fields(&order);
        let sent_as = |name: &str| fields::get(&sent, name);
        let differs = |(name, value): &&(String, String)| sent_as(name).is_some_and(|held| held != value);
        let message = paste(&order, apart.as_ref().unwrap_or(&made.sign));
        let verified = order.verified.clone().map(|fields| {
            let order = Order { kind: Kind::Request, carried: Carried::Made, fields, ..order.clone() };
            paste(&order, &made.sign)
        });
        let (pasted, sent) = match verified {
            Some(verified) => (verified, Some(message)),
            None => (message, None),
        };
        Self {
            revalued: wrong.signed.iter().filter(differs).map(|(name, _)| name.clone()).collect(),
            renamed: wrong.signed.iter().any(|(name, _)| sent_as(name).is_none()),
            pasted,
            sent,
            given: apart.map(|_| made.sign.clone()),
            slot: wrong.slot,
            causes,
            order,
            text: made.text,
            is_utf8: made.is_utf8,
            key: wrong.key.clone(),
            sign: made.sign,
            right_sign: right.sign.clone(),
        }
    }

    /// A message that is right, but for a sign that nobody made.
    pub(crate) fn with_sign(order: Order, sign: String) -> Self {
        let right = Signing::right(&order).run();
        let given = (order.carried == Carried::Right).then(|| sign.clone());
        let carried = if given.is_some() { &right.sign } else { &sign };
        Self {
            causes: Vec::new(),
            pasted: paste(&order, carried),
            sent: None,
            given,
            text: right.text,
            is_utf8: true,
            revalued: Vec::new(),
            renamed: false,
            key: order.key.clone(),
            slot: None,
            right_sign: right.sign,
            sign,
            order,
        }
    }
}

/// The message with this sign in it.
pub(crate) fn paste(order: &Order, sign: &str) -> String {
    let mut all = order.fields.clone();
    if order.kind == Kind::Jsapi {
        all.push(("paySign".to_owned(), sign.to_owned()));
    }
    if order.kind != Kind::Jsapi || order.carried == Carried::Both {
        all.push(("sign".to_owned(), sign.to_owned()));
    }
    match order.paste {
        Paste::Xml => xml(&all),
        Paste::Json => json(&all),
        Paste::Script => format!("wx.requestPayment({}, success(res) {{ done(res) }} }});", script(&all)),
    }
}

fn xml(all: &Fields) -> String {
    let elements: Vec<String> = all
        .iter()
        .map(|(name, value)| {
            if value.bytes().all(|byte| byte.is_ascii_digit()) {
                format!("<{name}>{value}</{name}>")
            } else {
                format!("<{name}><![CDATA[{value}]]></{name}>")
            }
        })
        .collect();
    format!("<xml>\n{}\n</xml>\n", elements.join("\n"))
}

fn json(all: &Fields) -> String {
    let members: Vec<String> = all.iter().map(|(name, value)| format!("{}:{}", quoted(name), quoted(value))).collect();
    format!("{{{}}}", members.join(","))
}

/// An open object, to which a call-back is added.
fn script(all: &Fields) -> String {
    let members: Vec<String> = all.iter().map(|(name, value)| format!("{name}: '{value}'")).collect();
    format!("{{ {}", members.join(", "))
}

fn quoted(text: &str) -> String {
    let mut written = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            other => written.push(other),
        }
    }
    written.push('"');
    written
}
