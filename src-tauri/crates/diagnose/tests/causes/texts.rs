//! Group D, words: white space, invisible characters, line ends, JSON inside of a value, null, a misspelt sign_type.

use crate::fields;
use crate::orders::{Algorithm, Order, Paste};
use crate::plant::Mistake;
use crate::rng::Rng;
use crate::signing::Signing;

/// The official WXPayUtil signs `value.trim()` and sends the value.
pub(crate) fn d5_trimmed(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = order.text_field()?;
    let plain = order.get(name)?.to_owned();
    let padded = match rng.below(6) {
        0 => format!(" {plain}"),
        1 => format!("{plain}\t"),
        2 => format!("{plain}\u{3000}"),
        3 => format!("{plain}\n"),
        4 => format!(" {plain} "),
        _ => format!("{plain} "),
    };
    let reversed = rng.chance(15);
    if reversed {
        // Signed as it was typed, sent as the model trimmed it.
        return Some(Box::new(move |signing: &mut Signing| signing.one(name, |_| format!("{plain} "))));
    }
    order.put(name, padded);
    if rng.chance(25) {
        order.put("goods_tag", " spring ");
    }
    Some(Box::new(|signing: &mut Signing| {
        signing.each(|_, value| value.trim().to_owned());
        signing.signed.retain(|(_, value)| !value.is_empty());
    }))
}

/// A value that holds JSON is written anew for the sign, or for the message.
pub(crate) fn d11_json(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = if order.rich { "detail" } else { "scene_info" };
    if !order.rich {
        order.put(
            name,
            "{\"h5_info\":{\"type\":\"Wap\",\"wap_url\":\"https://shop.example.com/a?b=1&c=2\",\"wap_name\":\"shop <1>\"}}",
        );
    }
    let rewrite: fn(&str) -> String =
        rng.pick(&[php_json as fn(&str) -> String, slashes, go_json, python_json, spaced]);
    let plain = order.get(name)?.to_owned();
    let rewritten = rewrite(&plain);
    if rng.chance(25) {
        order.put(name, rewritten);
        return Some(Box::new(move |signing: &mut Signing| signing.one(name, |_| plain.clone())));
    }
    Some(Box::new(move |signing: &mut Signing| signing.one(name, rewrite)))
}

/// `json_encode` without flags.
fn php_json(text: &str) -> String {
    slashes(&ascii(text))
}

/// `json_encode` with JSON_UNESCAPED_UNICODE.
fn slashes(text: &str) -> String {
    text.replace('/', "\\/")
}

/// `json.Marshal`, which is careful about HTML.
fn go_json(text: &str) -> String {
    text.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

/// `json.dumps` as it comes: spaces, and ASCII only.
fn python_json(text: &str) -> String {
    ascii(&spaced(text))
}

/// A space behind each comma and colon that stands outside of a text.
fn spaced(text: &str) -> String {
    let mut quoted = false;
    let mut written = String::new();
    for letter in text.chars() {
        quoted ^= letter == '"';
        written.push(letter);
        if !quoted && matches!(letter, ',' | ':') {
            written.push(' ');
        }
    }
    written
}

fn ascii(text: &str) -> String {
    let mut written = String::new();
    for letter in text.chars() {
        if letter.is_ascii() {
            written.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                written.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    written
}

/// `"attach=" + attach` where attach is null.
pub(crate) fn d13_null(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let word = rng.pick(&["null", "null", "undefined", "None"]);
    let name = "attach";
    if rng.chance(60) {
        order.put(name, "");
        return Some(Box::new(move |signing: &mut Signing| fields::put(&mut signing.signed, name, word)));
    }
    order.put(name, word);
    Some(Box::new(move |signing: &mut Signing| fields::remove(&mut signing.signed, name)))
}

/// A mark or a zero-width character came along with a copy, and one side strips it.
pub(crate) fn d18_invisible(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = order.text_field()?;
    let invisible = rng.pick(&['\u{feff}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{a0}']);
    if invisible == '\u{feff}' && rng.chance(30) {
        // The script was saved with a mark, which is printed in front of the string.
        return Some(Box::new(|signing: &mut Signing| signing.pass = |text| format!("\u{feff}{text}")));
    }
    let plain = order.get(name)?.to_owned();
    let mut marked: Vec<char> = plain.chars().collect();
    marked.insert(rng.pick(&[0, marked.len() / 2, marked.len()]), invisible);
    order.put(name, marked.into_iter().collect::<String>());
    Some(Box::new(move |signing: &mut Signing| signing.each(|_, value| value.replace(invisible, ""))))
}

/// The string has the line ends of Windows, the message those that XML leaves.
pub(crate) fn d19_line_end(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = order.text_field()?;
    let first = order.get(name)?.to_owned();
    match rng.below(4) {
        0 => {
            order.put(name, format!("{first}\r\nsecond line"));
            order.paste = Paste::Json;
            Some(Box::new(|signing: &mut Signing| signing.each(|_, value| value.replace("\r\n", "\n"))))
        }
        1 => {
            order.put(name, format!("{first}\nsecond line"));
            Some(Box::new(|signing: &mut Signing| signing.each(|_, value| value.replace('\n', ""))))
        }
        2 => {
            order.put(name, format!("{first}\nsecond line"));
            Some(Box::new(|signing: &mut Signing| signing.each(|_, value| value.replace('\n', "\\n"))))
        }
        _ => {
            order.put(name, format!("{first}\nsecond line\nthird"));
            Some(Box::new(|signing: &mut Signing| signing.each(|_, value| value.replace('\n', "\r\n"))))
        }
    }
}

/// One side has the protocol's word and the other a constant of the language.
pub(crate) fn d22_sign_type_spelling(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let right = order.algorithm.wire();
    let wrong = match order.algorithm {
        Algorithm::Md5 => rng.pick(&["md5", "Md5"]),
        Algorithm::Hmac => rng.pick(&["HMAC_SHA256", "HMACSHA256", "hmac-sha256", "HmacSHA256"]),
    };
    let (sent, signed) = if rng.chance(50) { (wrong, right) } else { (right, wrong) };
    order.put("sign_type", sent);
    Some(Box::new(move |signing: &mut Signing| fields::put(&mut signing.signed, "sign_type", signed)))
}
