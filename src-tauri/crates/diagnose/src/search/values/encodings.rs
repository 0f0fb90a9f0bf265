//! URL encoding as the libraries do it, and its reverse.

/// How a library encodes: byte by byte, so that an encoded string is its encoded pieces one behind the other.
pub(crate) struct Encoding {
    /// The function, as its language calls it.
    pub(crate) name: &'static str,
    /// Whether a byte stays as it is.
    keeps: [bool; 256],
    plus: bool,
    digits: &'static [u8; 16],
}

const fn encoding(name: &'static str, unreserved: &str, plus: bool, digits: &'static [u8; 16]) -> Encoding {
    let mut keeps = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        keeps[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let unreserved = unreserved.as_bytes();
    let mut at = 0;
    while at < unreserved.len() {
        keeps[unreserved[at] as usize] = true;
        at += 1;
    }
    Encoding { name, keeps, plus, digits }
}

const UPPER: &[u8; 16] = b"0123456789ABCDEF";
const LOWER: &[u8; 16] = b"0123456789abcdef";

const fn upper(name: &'static str, unreserved: &str, plus: bool) -> Encoding {
    encoding(name, unreserved, plus, UPPER)
}

const fn lower(name: &'static str, unreserved: &str, plus: bool) -> Encoding {
    encoding(name, unreserved, plus, LOWER)
}

static PHP: Encoding = upper("PHP urlencode", "-_.", true);
static RFC_3986: Encoding = upper("PHP rawurlencode", "-_.~", false);
static JAVASCRIPT: Encoding = upper("encodeURIComponent", "-_.!~*'()", false);
static JAVA: Encoding = upper("Java URLEncoder.encode", "-_.*", true);
static GO: Encoding = upper("Go url.QueryEscape", "-_.~", true);
static PYTHON: Encoding = upper("Python quote", "-_.~/", false);
static WHOLE_URL: Encoding = upper("encodeURI", ";,/?:@&=+$#-_.!~*'()", false);
static CSHARP: Encoding = lower("C# HttpUtility.UrlEncode", "-_.!*()", true);
static RFC_3986_LOWER: Encoding = lower("rawurlencode, %xx", "-_.~", false);
static BEYOND_ASCII: Encoding = upper("%XX", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\t\r\n", false);
static JAVASCRIPT_LOWER: Encoding = lower("encodeURIComponent, %xx", "-_.!~*'()", false);
static PHP_LOWER: Encoding = lower("urlencode, %xx", "-_.", true);
static JAVA_LOWER: Encoding = lower("URLEncoder.encode, %xx", "-_.*", true);
static GO_LOWER: Encoding = lower("quote_plus, %xx", "-_.~", true);
static PYTHON_LOWER: Encoding = lower("quote, %xx", "-_.~/", false);

/// What a whole string goes through.
pub(crate) static WHOLE_ENCODINGS: [&Encoding; 9] =
    [&PHP, &RFC_3986, &JAVASCRIPT, &JAVA, &GO, &CSHARP, &PYTHON, &WHOLE_URL, &RFC_3986_LOWER];

/// So many of them, the first, are tried beside other changes. The encodeURI of a whole string is that of its values.
pub(crate) const ENCODINGS_IN_PAIRS: usize = 7;

impl Encoding {
    /// The length of encoded bytes.
    pub(crate) fn length_of(&self, bytes: &[u8]) -> usize {
        bytes.iter().map(|byte| if self.stays_one(*byte) { 1 } else { 3 }).sum()
    }

    /// Writes encoded bytes, as many as fit; gives how many that were.
    pub(crate) fn write(&self, bytes: &[u8], out: &mut [u8]) -> usize {
        let mut written = 0;
        for byte in bytes {
            if self.keeps[usize::from(*byte)] {
                let Some(place) = out.get_mut(written) else { break };
                *place = *byte;
                written += 1;
            } else if *byte == b' ' && self.plus {
                let Some(place) = out.get_mut(written) else { break };
                *place = b'+';
                written += 1;
            } else {
                let Some(place) = out.get_mut(written..written + 3) else { break };
                place.copy_from_slice(&[
                    b'%',
                    self.digits[usize::from(byte >> 4)],
                    self.digits[usize::from(byte & 15)],
                ]);
                written += 3;
            }
        }
        written
    }

    fn stays_one(&self, byte: u8) -> bool {
        self.keeps[usize::from(byte)] || (byte == b' ' && self.plus)
    }
}

fn encode(text: &str, encoding: &Encoding) -> String {
    let mut encoded = vec![0; encoding.length_of(text.as_bytes())];
    encoding.write(text.as_bytes(), &mut encoded);
    String::from_utf8(encoded).unwrap_or_default()
}

pub(super) fn javascript(text: &str) -> String {
    encode(text, &JAVASCRIPT)
}

pub(super) fn rfc3986(text: &str) -> String {
    encode(text, &RFC_3986)
}

pub(super) fn php(text: &str) -> String {
    encode(text, &PHP)
}

pub(super) fn java(text: &str) -> String {
    encode(text, &JAVA)
}

pub(super) fn go(text: &str) -> String {
    encode(text, &GO)
}

pub(super) fn python(text: &str) -> String {
    encode(text, &PYTHON)
}

pub(super) fn whole_url(text: &str) -> String {
    encode(text, &WHOLE_URL)
}

pub(super) fn csharp(text: &str) -> String {
    encode(text, &CSHARP)
}

pub(super) fn only_beyond_ascii(text: &str) -> String {
    encode(text, &BEYOND_ASCII)
}

pub(super) fn javascript_lower(text: &str) -> String {
    encode(text, &JAVASCRIPT_LOWER)
}

pub(super) fn rfc3986_lower(text: &str) -> String {
    encode(text, &RFC_3986_LOWER)
}

pub(super) fn php_lower(text: &str) -> String {
    encode(text, &PHP_LOWER)
}

pub(super) fn java_lower(text: &str) -> String {
    encode(text, &JAVA_LOWER)
}

pub(super) fn go_lower(text: &str) -> String {
    encode(text, &GO_LOWER)
}

pub(super) fn python_lower(text: &str) -> String {
    encode(text, &PYTHON_LOWER)
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

/// A value with a + in it, which was never encoded.
pub(super) fn decoded_for_its_plus(text: &str) -> String {
    if text.contains('+') { decode(text, true) } else { text.to_owned() }
}

pub(super) fn only_equals(text: &str) -> String {
    text.replace('=', "%3D")
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
