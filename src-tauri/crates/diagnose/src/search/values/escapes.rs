//! XML, HTML and CDATA, on the way there and back.

use std::fmt::Write;

use super::Change;

/// Replaces characters by what the function says, leaves the others.
fn each(text: &str, replacement: fn(char) -> Option<&'static str>) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for found in text.chars() {
        match replacement(found) {
            Some(replaced) => escaped.push_str(replaced),
            None => escaped.push(found),
        }
    }
    escaped
}

pub(super) fn ampersand(text: &str) -> String {
    each(text, |found| (found == '&').then_some("&amp;"))
}

pub(super) fn angles(text: &str) -> String {
    each(text, |found| match found {
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    })
}

pub(super) fn element_text(text: &str) -> String {
    each(text, basic)
}

pub(super) fn quotes_too(text: &str) -> String {
    each(text, |found| match found {
        '"' => Some("&quot;"),
        _ => basic(found),
    })
}

pub(super) fn xml(text: &str) -> String {
    each(text, |found| match found {
        '"' => Some("&quot;"),
        '\'' => Some("&apos;"),
        _ => basic(found),
    })
}

pub(super) fn php_html(text: &str) -> String {
    each(text, |found| match found {
        '"' => Some("&quot;"),
        '\'' => Some("&#039;"),
        _ => basic(found),
    })
}

pub(super) fn short_html(text: &str) -> String {
    each(text, |found| match found {
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => basic(found),
    })
}

pub(super) fn python_html(text: &str) -> String {
    each(text, |found| match found {
        '"' => Some("&quot;"),
        '\'' => Some("&#x27;"),
        _ => basic(found),
    })
}

pub(super) fn go_html(text: &str) -> String {
    each(text, |found| match found {
        '"' => Some("&#34;"),
        '\'' => Some("&#39;"),
        _ => basic(found),
    })
}

pub(super) fn go_xml(text: &str) -> String {
    each(text, |found| match found {
        '"' => Some("&#34;"),
        '\'' => Some("&#39;"),
        '\t' => Some("&#x9;"),
        '\n' => Some("&#xA;"),
        '\r' => Some("&#xD;"),
        _ => basic(found),
    })
}

pub(super) fn javascript_html(text: &str) -> String {
    each(text, |found| match found {
        '"' => Some("&quot;"),
        '\'' => Some("&#x27;"),
        '/' => Some("&#x2F;"),
        _ => basic(found),
    })
}

pub(super) fn less_and_ampersand(text: &str) -> String {
    each(text, |found| (found != '>').then(|| basic(found)).flatten())
}

pub(super) fn quote_entity(text: &str) -> String {
    each(text, |found| (found == '"').then_some("&quot;"))
}

fn basic(found: char) -> Option<&'static str> {
    match found {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    }
}

pub(super) fn decimal_references(text: &str) -> String {
    references(&xml(text), |out, found| write!(out, "&#{};", u32::from(found)))
}

pub(super) fn decimal_references_only(text: &str) -> String {
    references(text, |out, found| write!(out, "&#{};", u32::from(found)))
}

pub(super) fn hexadecimal_references(text: &str) -> String {
    references(text, |out, found| write!(out, "&#x{:x};", u32::from(found)))
}

pub(super) fn upper_hexadecimal_references(text: &str) -> String {
    references(text, |out, found| write!(out, "&#x{:X};", u32::from(found)))
}

fn references(text: &str, reference: fn(&mut String, char) -> std::fmt::Result) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for found in text.chars() {
        if found.is_ascii() {
            escaped.push(found);
        } else {
            reference(&mut escaped, found).ok();
        }
    }
    escaped
}

pub(super) fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let resolved = rest.find(';').filter(|end| *end <= 10).and_then(|end| Some((end, entity(&rest[1..end])?)));
        if let Some((end, found)) = resolved {
            plain.push(found);
            rest = &rest[end + 1..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    plain
}

pub(super) fn unescaped_twice(text: &str) -> String {
    unescaped(&unescaped(text))
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{00A0}',
        "copy" => '©',
        "reg" => '®',
        "times" => '×',
        "yen" => '¥',
        "hellip" => '…',
        "mdash" => '—',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

pub(super) fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for found in text.chars() {
        match found {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => plain.push(found),
            _ => {}
        }
    }
    plain
}

pub(super) fn without_angles(text: &str) -> String {
    text.replace(['<', '>'], "")
}

pub(super) fn without_quotes(text: &str) -> String {
    text.replace(['"', '\''], "")
}

pub(super) fn without_ampersands(text: &str) -> String {
    text.replace('&', "")
}

pub(super) fn in_cdata(text: &str) -> String {
    format!("<![CDATA[{text}]]>")
}

pub(super) fn out_of_cdata(text: &str) -> String {
    text.trim()
        .strip_prefix("<![CDATA[")
        .and_then(|rest| rest.strip_suffix("]]>"))
        .map_or_else(|| text.to_owned(), str::to_owned)
}

/// Names of HTML that a browser resolves even without a semicolon and that begin a name of the protocol or a usual word.
const WITHOUT_SEMICOLON: &[(&str, &str)] = &[
    ("&notify_url", "¬ify_url"),
    ("&not", "¬"),
    ("&times", "×"),
    ("&copy", "©"),
    ("&reg", "®"),
    ("&para", "¶"),
    ("&sect", "§"),
    ("&curren", "¤"),
    ("&deg", "°"),
    ("&divide", "÷"),
    ("&micro", "µ"),
    ("&middot", "·"),
    ("&cent", "¢"),
    ("&yen", "¥"),
    ("&pound", "£"),
    ("&uml", "¨"),
    ("&shy", "\u{00AD}"),
    ("&nbsp", "\u{00A0}"),
    ("&ordm", "º"),
    ("&ordf", "ª"),
    ("&macr", "¯"),
    ("&acute", "´"),
    ("&cedil", "¸"),
    ("&eth", "ð"),
];

/// The escapes of XML, which it resolves likewise.
const BASIC_WITHOUT_SEMICOLON: &[(&str, &str)] = &[("&amp", "&"), ("&lt", "<"), ("&gt", ">"), ("&quot", "\"")];

/// A whole string to sign as a browser shows it: `&notify_url` as `¬ify_url`; with `basic`, `&amp;` in it as `&`.
pub(crate) fn html_entities_without_semicolon(text: &[u8], basic: bool, charset: Option<&Change>) -> Vec<u8> {
    let mut shown = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let names = || WITHOUT_SEMICOLON.iter().chain(if basic { BASIC_WITHOUT_SEMICOLON } else { &[] });
        let found = (*first == b'&').then(|| names().find(|(name, _)| rest.starts_with(name.as_bytes()))).flatten();
        if let Some((name, sign)) = found {
            match charset.and_then(|charset| charset.of(sign.as_bytes())) {
                Some(bytes) => shown.extend_from_slice(&bytes),
                None => shown.extend_from_slice(sign.as_bytes()),
            }
            rest = &rest[name.len()..];
            rest = rest.strip_prefix(b";").unwrap_or(rest);
        } else {
            shown.push(*first);
            rest = tail;
        }
    }
    shown
}
