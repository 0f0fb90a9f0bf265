//! Group D, escapes: URL encoding, HTML, CDATA, XML.

use crate::orders::Order;
use crate::plant::Mistake;
use crate::rng::Rng;
use crate::signing::{Join, Signing, joined};

/// How a library percent-encodes.
#[derive(Clone, Copy)]
struct Encoder {
    safe: &'static str,
    plus: bool,
    lower: bool,
}

const PHP: Encoder = Encoder { safe: "-_.", plus: true, lower: false };
const PHP_RAW: Encoder = Encoder { safe: "-_.~", plus: false, lower: false };
const JAVASCRIPT: Encoder = Encoder { safe: "-_.!~*'()", plus: false, lower: false };
const JAVA: Encoder = Encoder { safe: "-_.*", plus: true, lower: false };
const GO: Encoder = Encoder { safe: "-_.~", plus: true, lower: false };
const C_SHARP: Encoder = Encoder { safe: "-_.!*()", plus: true, lower: true };
const PYTHON: Encoder = Encoder { safe: "-_.~/", plus: false, lower: false };

fn encode(encoder: Encoder, text: &str) -> String {
    let mut written = String::new();
    for byte in text.bytes() {
        let letter = char::from(byte);
        if letter.is_ascii_alphanumeric() || encoder.safe.contains(letter) {
            written.push(letter);
        } else if byte == b' ' && encoder.plus {
            written.push('+');
        } else if encoder.lower {
            written.push_str(&format!("%{byte:02x}"));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
    }
    written
}

/// What `urldecode` makes of a text: `+` a space, `%41` an A, anything else as it stands.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut written = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], code) {
            (b'%', Some(byte)) => {
                written.push(byte);
                at += 2;
            }
            (b'+', _) => written.push(b' '),
            (other, _) => written.push(other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&written).into_owned()
}

fn each(change: impl Fn(&str) -> String + 'static) -> Option<Mistake> {
    Some(Box::new(move |signing: &mut Signing| signing.each(|_, value| change(value))))
}

/// A space became `+` or `%20`; or a `+` became a space.
pub(crate) fn d6_space(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = order.text_field()?;
    match rng.below(4) {
        0 => {
            order.put(name, "A+B card");
            // urldecode over a string that was never encoded.
            each(decode)
        }
        variant => {
            if !order.get(name)?.contains(' ') {
                order.put(name, rng.pick(&["gold member card", "iPhone 15 case", "two words"]));
            }
            if variant == 1 { each(|value| value.replace(' ', "%20")) } else { each(|value| value.replace(' ', "+")) }
        }
    }
}

/// Values as they stand in a query.
pub(crate) fn d7_url_encoded(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if order.get("notify_url").is_none() {
        order.put("notify_url", "https://shop.example.com/wx/notify");
    }
    let encoder = rng.pick(&[PHP, PHP_RAW, JAVASCRIPT, JAVA, GO, C_SHARP, PYTHON]);
    if rng.chance(40) {
        return Some(Box::new(move |signing: &mut Signing| {
            signing.one("notify_url", |value| encode(encoder, value));
        }));
    }
    if rng.chance(15) {
        return each(move |value| encode(encoder, &encode(encoder, value)));
    }
    if rng.chance(35) {
        return whole_string(rng);
    }
    each(move |value| encode(encoder, value))
}

/// `md5(urlencode($string))`: the separators go with the values, and the key goes with them or comes behind.
fn whole_string(rng: &mut Rng) -> Option<Mistake> {
    const WITH_KEY: [fn(&str) -> String; 7] = [
        |text| encode(PHP, text),
        |text| encode(PHP_RAW, text),
        |text| encode(JAVASCRIPT, text),
        |text| encode(JAVA, text),
        |text| encode(GO, text),
        |text| encode(C_SHARP, text),
        |text| encode(PYTHON, text),
    ];
    const FIELDS_ONLY: [Join; 4] = [
        |list, key| format!("{}&key={key}", encode(PHP, &joined(list))),
        |list, key| format!("{}&key={key}", encode(JAVASCRIPT, &joined(list))),
        |list, key| format!("{}&key={key}", encode(C_SHARP, &joined(list))),
        |list, key| format!("{}&key={key}", encode(PYTHON, &joined(list))),
    ];
    if rng.chance(35) {
        let join = rng.pick(&FIELDS_ONLY);
        return Some(Box::new(move |signing: &mut Signing| signing.join = join));
    }
    let pass = rng.pick(&WITH_KEY);
    Some(Box::new(move |signing: &mut Signing| signing.pass = pass))
}

/// The string was shown in a page and copied from there, or built in one.
pub(crate) fn d8_html_entity(order: &mut Order, _: &mut Rng) -> Option<Mistake> {
    if order.is_message() && order.get("notify_url").is_none() {
        order.put("notify_url", "https://shop.example.com/wx/notify");
    }
    Some(Box::new(|signing: &mut Signing| {
        signing.pass = |text| text.replace("&not", "\u{ac}").replace("&times", "\u{d7}");
    }))
}

/// The text of the element, wrapping and all, was signed.
pub(crate) fn d9_cdata(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let wrap = |value: &str| format!("<![CDATA[{value}]]>");
    let text = order.text_field()?;
    match rng.below(3) {
        0 => each(wrap),
        1 => each(move |value| if value.parse::<u64>().is_ok() { value.to_owned() } else { wrap(value) }),
        _ => Some(Box::new(move |signing: &mut Signing| signing.one(text, wrap))),
    }
}

/// The string is made from what is escaped for the message, or the message is escaped twice.
pub(crate) fn d10_xml_escaped(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = order.text_field()?;
    if !order.rich {
        order.put(name, rng.pick(&["cake & coffee", "5 < 6", "<b>vip</b>", "Tom's \"best\" & more"]));
    }
    let escape = rng.pick(&[
        xml as fn(&str) -> String,
        |value| xml(value).replace('"', "&quot;"),
        |value| xml(value).replace('"', "&quot;").replace('\'', "&#39;"),
        |value| xml(value).replace('"', "&quot;").replace('\'', "&#039;"),
        |value| xml(value).replace('"', "&quot;").replace('\'', "&apos;"),
        |value| xml(value).replace('"', "&quot;").replace('\'', "&#x27;"),
        |value| xml(value).replace('"', "&#34;").replace('\'', "&#39;"),
    ]);
    if rng.chance(25) {
        let plain = order.get(name)?.to_owned();
        order.put(name, escape(&plain));
        return Some(Box::new(move |signing: &mut Signing| signing.one(name, |_| plain.clone())));
    }
    each(escape)
}

fn xml(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
