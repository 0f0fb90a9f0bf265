//! URL encoding as the libraries do it, and its reverse.

/// How a library encodes.
struct Encoding {
    /// What stays as it is besides letters and digits.
    unreserved: &'static str,
    plus: bool,
    lower_case: bool,
}

const fn upper(unreserved: &'static str, plus: bool) -> Encoding {
    Encoding { unreserved, plus, lower_case: false }
}

const fn lower(unreserved: &'static str, plus: bool) -> Encoding {
    Encoding { unreserved, plus, lower_case: true }
}

fn encode(text: &str, encoding: &Encoding) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || encoding.unreserved.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else if byte == b' ' && encoding.plus {
            encoded.push('+');
        } else {
            let digits: &[u8; 16] = if encoding.lower_case { b"0123456789abcdef" } else { b"0123456789ABCDEF" };
            encoded.push('%');
            for nibble in [byte >> 4, byte & 15] {
                encoded.extend(digits.get(usize::from(nibble)).copied().map(char::from));
            }
        }
    }
    encoded
}

pub(super) fn javascript(text: &str) -> String {
    encode(text, &upper("-_.!~*'()", false))
}

pub(super) fn rfc3986(text: &str) -> String {
    encode(text, &upper("-_.~", false))
}

pub(super) fn php(text: &str) -> String {
    encode(text, &upper("-_.", true))
}

pub(super) fn java(text: &str) -> String {
    encode(text, &upper("-_.*", true))
}

pub(super) fn go(text: &str) -> String {
    encode(text, &upper("-_.~", true))
}

pub(super) fn python(text: &str) -> String {
    encode(text, &upper("-_.~/", false))
}

pub(super) fn whole_url(text: &str) -> String {
    encode(text, &upper(";,/?:@&=+$#-_.!~*'()", false))
}

pub(super) fn csharp(text: &str) -> String {
    encode(text, &lower("-_.!*()", true))
}

pub(super) fn only_beyond_ascii(text: &str) -> String {
    encode(text, &upper(" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\t\r\n", false))
}

pub(super) fn javascript_lower(text: &str) -> String {
    encode(text, &lower("-_.!~*'()", false))
}

pub(super) fn rfc3986_lower(text: &str) -> String {
    encode(text, &lower("-_.~", false))
}

pub(super) fn php_lower(text: &str) -> String {
    encode(text, &lower("-_.", true))
}

pub(super) fn java_lower(text: &str) -> String {
    encode(text, &lower("-_.*", true))
}

pub(super) fn go_lower(text: &str) -> String {
    encode(text, &lower("-_.~", true))
}

pub(super) fn python_lower(text: &str) -> String {
    encode(text, &lower("-_.~/", false))
}

pub(super) fn twice_javascript(text: &str) -> String {
    javascript(&javascript(text))
}

pub(super) fn twice_rfc3986(text: &str) -> String {
    rfc3986(&rfc3986(text))
}

pub(super) fn twice_php(text: &str) -> String {
    php(&php(text))
}

pub(super) fn twice_go(text: &str) -> String {
    go(&go(text))
}

pub(super) fn twice_java(text: &str) -> String {
    java(&java(text))
}

pub(super) fn twice_python(text: &str) -> String {
    python(&python(text))
}

pub(super) fn twice_csharp(text: &str) -> String {
    csharp(&csharp(text))
}

pub(super) fn twice_rfc3986_lower(text: &str) -> String {
    rfc3986_lower(&rfc3986_lower(text))
}

pub(super) fn twice_go_lower(text: &str) -> String {
    go_lower(&go_lower(text))
}

pub(super) fn twice_php_lower(text: &str) -> String {
    php_lower(&php_lower(text))
}

pub(super) fn space_to_plus(text: &str) -> String {
    text.replace(' ', "+")
}

pub(super) fn space_to_percent(text: &str) -> String {
    text.replace(' ', "%20")
}

pub(super) fn plus_to_space(text: &str) -> String {
    text.replace('+', " ")
}

pub(super) fn percent_to_space(text: &str) -> String {
    text.replace("%20", " ")
}

pub(super) fn plus_to_percent(text: &str) -> String {
    text.replace('+', "%2B")
}

pub(super) fn decoded(text: &str) -> String {
    decode(text, false)
}

pub(super) fn decoded_with_plus(text: &str) -> String {
    decode(text, true)
}

pub(super) fn decoded_twice(text: &str) -> String {
    decode(&decode(text, false), false)
}

pub(super) fn decoded_twice_with_plus(text: &str) -> String {
    decode(&decode(text, true), true)
}

pub(super) fn lower_case_percent(text: &str) -> String {
    recase_percent(text, u8::to_ascii_lowercase)
}

pub(super) fn upper_case_percent(text: &str) -> String {
    recase_percent(text, u8::to_ascii_uppercase)
}

/// A text that is no encoding stays as it is.
fn decode(text: &str, plus: bool) -> String {
    let has_plus = plus && text.contains('+');
    if !text.contains('%') && !has_plus {
        return text.to_owned();
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, left) = match (first, tail) {
            (b'%', [high, low, left @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                (digit(*high) << 4 | digit(*low), left)
            }
            (b'+', left) if plus => (b' ', left),
            (other, left) => (*other, left),
        };
        decoded.push(byte);
        rest = left;
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

fn digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 32).wrapping_sub(b'a').wrapping_add(10),
    }
}

fn recase_percent(text: &str, recase: fn(&u8) -> u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for at in 0..bytes.len() {
        if let Some([b'%', high, low]) = bytes.get_mut(at..at + 3)
            && high.is_ascii_hexdigit()
            && low.is_ascii_hexdigit()
        {
            *high = recase(high);
            *low = recase(low);
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
