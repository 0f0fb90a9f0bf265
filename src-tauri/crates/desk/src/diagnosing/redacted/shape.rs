//! The shape of a text: which kind of character stands where, and never which one.

use std::fmt::Write as _;

use wxpay_diagnose::input::is_protocol_name;
use wxpay_diagnose::invisible;

/// Words that the protocol or a programming language writes; they tell nothing about anybody and much about a sign.
const WORDS: &[&str] = &[
    "MD5",
    "HMAC",
    "SHA256",
    "JSAPI",
    "NATIVE",
    "APP",
    "MWEB",
    "MICROPAY",
    "CNY",
    "SUCCESS",
    "FAIL",
    "OK",
    "NOTPAY",
    "USERPAYING",
    "REFUND",
    "CLOSED",
    "REVOKED",
    "PAYERROR",
    "PROCESSING",
    "CHANGE",
    "REFUNDCLOSE",
    "SIGNERROR",
    "PARAM_ERROR",
    "ORDERNOTEXIST",
    "XML_FORMAT_ERROR",
    "LACK_PARAMS",
    "NOAUTH",
    "Y",
    "N",
    "ALL",
    "GZIP",
    "no_credit",
    "NO_CHECK",
    "FORCE_CHECK",
    "ORIGINAL",
    "BALANCE",
    "CASH",
    "NO_CASH",
    "WXPay",
    "xml",
    "CDATA",
    "null",
    "NULL",
    "None",
    "nil",
    "undefined",
    "true",
    "false",
    "NaN",
    "Array",
    "Object",
    "object",
    "http",
    "https",
];

/// A text by its shape: small letters as x, capitals as X, digits as 0, other letters by a letter of the same length in
/// UTF-8, everything else as it is. Names of the protocol, escapes and the words above stay; what nobody sees is written
/// as ⟨U+200B⟩.
pub(super) fn shape(text: &str, is_name: &dyn Fn(&str) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '%' | '\\' | '&' => escape(rest, &mut shown),
            _ => 0,
        };
        let taken = if taken > 0 { taken } else { word_or_character(rest, first, is_name, &mut shown) };
        rest = rest.get(taken..).unwrap_or_default();
    }
    shown
}

fn word_or_character(rest: &str, first: char, is_name: &dyn Fn(&str) -> bool, shown: &mut String) -> usize {
    if !(first.is_ascii_alphanumeric() || first == '_') {
        character(first, shown);
        return first.len_utf8();
    }
    let len = rest.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_')).unwrap_or(rest.len());
    let word = rest.get(..len).unwrap_or_default();
    if WORDS.contains(&word) || is_name(word) || is_bare_protocol_name(word) {
        shown.push_str(word);
    } else {
        word.chars().for_each(|letter| character(letter, shown));
    }
    len
}

/// `body`, `coupon_id_0_1`, but not `body13800138000`.
fn is_bare_protocol_name(word: &str) -> bool {
    let numbered = word.trim_start_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    numbered.bytes().filter(u8::is_ascii_digit).count() <= 2 && is_protocol_name(word)
}

/// An escape that stays: of a sign or a space as it is, of a letter without saying which. Answers how long it was.
fn escape(rest: &str, shown: &mut String) -> usize {
    let hex = |from: usize, to: usize| {
        rest.get(from..to)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let is_sign = |code: u32| char::from_u32(code).is_some_and(|of| of.is_ascii() && !of.is_ascii_alphanumeric());
    let mut push = |len: usize, stays: bool, mask: &str| {
        shown.push_str(if stays { rest.get(..len).unwrap_or_default() } else { mask });
        len
    };
    if rest.starts_with('%') {
        return hex(1, 3).map_or(0, |code| push(3, is_sign(code), "%xx"));
    }
    if rest.starts_with("\\u") {
        return hex(2, 6).map_or(0, |code| push(6, is_sign(code), "\\uxxxx"));
    }
    if rest.starts_with("\\x") {
        return hex(2, 4).map_or(0, |code| push(4, is_sign(code), "\\xxx"));
    }
    if let Some(mark) = ["\\n", "\\r", "\\t", "\\b", "\\f"].iter().find(|mark| rest.starts_with(**mark)) {
        return push(mark.len(), true, "");
    }
    let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&nbsp;", "&#39;", "&#34;"];
    entities.iter().find(|entity| rest.starts_with(**entity)).map_or(0, |entity| push(entity.len(), true, ""))
}

fn character(letter: char, shown: &mut String) {
    let kind = match letter {
        'a'..='z' => 'x',
        'A'..='Z' => 'X',
        '0'..='9' => '0',
        'ａ'..='ｚ' => 'ｘ',
        'Ａ'..='Ｚ' => 'Ｘ',
        '０'..='９' => '０',
        '`' => return unseen(letter, shown),
        letter if letter.is_control() || !invisible::scan(letter.encode_utf8(&mut [0; 4])).is_empty() => {
            return unseen(letter, shown);
        }
        letter if letter.is_alphanumeric() => match letter.len_utf8() {
            2 => 'é',
            3 => '某',
            _ => '𠮷',
        },
        letter if letter.len_utf8() == 4 => '😀',
        other => other,
    };
    shown.push(kind);
}

fn unseen(letter: char, shown: &mut String) {
    // Writing to a String cannot fail.
    write!(shown, "⟨U+{:04X}⟩", u32::from(letter)).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(text: &str) -> String {
        shape(text, &|name| name == "my_field")
    }

    #[test]
    fn the_kind_of_each_character_stays_and_no_character_does() {
        assert_eq!(shaped("wxD9 张三-é+1.50e+06"), "xxX0 某某-é+0.00x+00");
        assert_eq!(shaped("T恤\u{200B} &\t`"), "X某⟨U+200B⟩ &⟨U+0009⟩⟨U+0060⟩");
        assert_eq!(shaped("Ａ１ｂ😎𠀀"), "Ｘ０ｘ😀𠮷");
    }

    #[test]
    fn what_joins_and_escapes_stays_readable() {
        assert_eq!(shaped("attach=&body=a&my_field=b&key=••••"), "attach=&body=x&my_field=x&key=••••");
        assert_eq!(shaped("appid%3Dwx1%26body%3D%E4%B8%AD%20a"), "appid%3Dxx0%26body%3D%xx%xx%xx%20x");
        assert_eq!(shaped("\\u4e2d\\u0026\\nabc&amp;a"), "\\uxxxx\\u0026\\nxxx&amp;x");
        assert_eq!(
            shaped("package=prepay_id=wx02&signType=HMAC-SHA256"),
            "package=prepay_id=xx00&signType=HMAC-SHA256"
        );
    }

    #[test]
    fn a_number_behind_a_name_is_no_part_of_it() {
        assert_eq!(shaped("body13800138000 coupon_id_0_1"), "xxxx00000000000 coupon_id_0_1");
    }
}
