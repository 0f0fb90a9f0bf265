//! What happens to the whole string before it is hashed. The key is in it, so every buffer has its room from the start
//! and is wiped.

use zeroize::Zeroizing;

use super::singles::Said;
use super::values::{Change, ENCODINGS_IN_PAIRS, Encoding, WHOLE_ENCODINGS, html_entities_without_semicolon};
use crate::knowledge::{CauseId, Words};

/// A change of the whole string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    Plain,
    Utf16Le,
    Utf16Be,
    Utf16LeMarked,
    MarkInFront,
    /// Shown as HTML, but for the escapes of XML in it.
    HtmlNames,
    Html,
    LowerCase,
    UpperCase,
    Reversed,
    /// URL-encoded by the one of [`WHOLE_ENCODINGS`] that has this place, `&key=` and the key too or not.
    UrlEncoded(usize, Reach),
}

/// How far an encoding of the whole string goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To the end of the key.
    WithKey,
    /// To the end of the fields; `&key=` and the key come behind as they are.
    FieldsOnly,
}

/// Every change of the whole string.
pub(crate) fn wholes() -> impl Iterator<Item = (CauseId, Whole, bool)> {
    const WHOLES: [(CauseId, Whole, bool); 9] = [
        (CauseId::D8, Whole::HtmlNames, true),
        (CauseId::D8, Whole::Html, false),
        (CauseId::D14, Whole::Utf16Le, true),
        (CauseId::D14, Whole::Utf16Be, false),
        (CauseId::D14, Whole::Utf16LeMarked, false),
        (CauseId::D18, Whole::MarkInFront, true),
        (CauseId::F5, Whole::LowerCase, false),
        (CauseId::F5, Whole::UpperCase, false),
        (CauseId::C1, Whole::Reversed, false),
    ];
    let encoded = |reach| {
        (0..WHOLE_ENCODINGS.len())
            .map(move |place| (CauseId::D7, Whole::UrlEncoded(place, reach), place < ENCODINGS_IN_PAIRS))
    };
    WHOLES.into_iter().chain(encoded(Reach::WithKey)).chain(encoded(Reach::FieldsOnly))
}

/// Stands for the key where people read the string; no encoding leaves it as it is.
pub(super) const KEY_TO_READ: &str = "\u{1}";

impl Whole {
    /// How it URL-encodes, where it does.
    pub(crate) fn encoding(self) -> Option<(&'static Encoding, Reach)> {
        match self {
            Self::UrlEncoded(place, reach) => Some((WHOLE_ENCODINGS.get(place)?, reach)),
            _ => None,
        }
    }

    /// Changes the string; where it ends in this key, with regard to it, and where its values are in a charset, in that one.
    pub(crate) fn apply(self, text: Zeroizing<Vec<u8>>, key: &[u8], charset: Option<&Change>) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Plain => text,
            Self::Utf16Le => units(&text, &[], u16::to_le_bytes),
            Self::Utf16Be => units(&text, &[], u16::to_be_bytes),
            Self::Utf16LeMarked => units(&text, &[0xFF, 0xFE], u16::to_le_bytes),
            Self::MarkInFront => joined(&[b"\xEF\xBB\xBF", &text]),
            Self::HtmlNames => Zeroizing::new(html_entities_without_semicolon(&text, false, charset)),
            Self::Html => Zeroizing::new(html_entities_without_semicolon(&text, true, charset)),
            Self::LowerCase => written(characters(&text).flat_map(char::to_lowercase), text.len()),
            Self::UpperCase => written(characters(&text).flat_map(char::to_uppercase), text.len()),
            Self::Reversed => reversed(&text),
            Self::UrlEncoded(..) => match self.encoding() {
                Some((encoding, Reach::WithKey)) => encoded(encoding, &text, &[]),
                Some((encoding, Reach::FieldsOnly)) => {
                    let fields = text.strip_suffix(key).unwrap_or(&text);
                    let fields = fields.strip_suffix(b"&key=").unwrap_or(fields);
                    encoded(encoding, fields, &text[fields.len()..])
                }
                None => text,
            },
        }
    }

    /// The same for people, of a string in which [`KEY_TO_READ`] stands for the key; what would not be readable is left out.
    pub(super) fn for_people(self, text: Zeroizing<Vec<u8>>, charset: Option<&Change>) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Utf16Le | Self::Utf16Be | Self::Utf16LeMarked => text,
            whole => whole.apply(text, KEY_TO_READ.as_bytes(), charset),
        }
    }

    /// What it did.
    pub(crate) fn words(self) -> Said {
        let fixed = match self {
            Self::Plain => ("原样", "as it is"),
            Self::Utf16Le => ("摘要时用了 UTF-16LE", "the string was hashed in UTF-16LE"),
            Self::Utf16Be => ("摘要时用了 UTF-16BE", "the string was hashed in UTF-16BE"),
            Self::Utf16LeMarked => {
                ("摘要时用了带 BOM 的 UTF-16LE", "the string was hashed in UTF-16LE with a byte order mark")
            }
            Self::MarkInFront => ("待签名串开头带了 BOM", "the string had a byte order mark in front"),
            Self::Html | Self::HtmlNames => (
                "待签名串经过 HTML，&notify_url 成了 ¬ify_url 一类",
                "the string passed through HTML: &notify_url became ¬ify_url and the like",
            ),
            Self::LowerCase => {
                ("摘要前把整个待签名串转成了小写", "the whole string was turned to lower case before it was hashed")
            }
            Self::UpperCase => {
                ("摘要前把整个待签名串转成了大写", "the whole string was turned to upper case before it was hashed")
            }
            Self::Reversed => ("待签名串被反转", "the string was reversed"),
            Self::UrlEncoded(..) => return self.words_of_encoding(),
        };
        Said::Fixed(fixed.0, fixed.1)
    }

    fn words_of_encoding(self) -> Said {
        let Some((Encoding { name, .. }, reach)) = self.encoding() else { return Said::Fixed("原样", "as it is") };
        Said::Made(match reach {
            Reach::WithKey => Words::new(
                format!("整个待签名串（连同 &key=）做了 URL 编码（{name}）再摘要，& 成了 %26 一类"),
                format!("the whole string, &key= too, was URL-encoded ({name}) before it was hashed: & became %26"),
            ),
            Reach::FieldsOnly => Words::new(
                format!("拼好的参数串整个做了 URL 编码（{name}）再接 &key=，& 成了 %26 一类"),
                format!("the joined fields were URL-encoded as a whole ({name}) before &key=: & became %26"),
            ),
        })
    }
}

/// A string for people with a mask in the place of [`KEY_TO_READ`].
pub(super) fn with_mask(text: &[u8], mask: &str) -> Vec<u8> {
    let mut shown = Vec::with_capacity(text.len() + mask.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        let key = [KEY_TO_READ.as_bytes(), b"%01"].into_iter().find_map(|key| rest.strip_prefix(key));
        if let Some(behind_key) = key {
            shown.extend_from_slice(mask.as_bytes());
            rest = behind_key;
        } else {
            shown.push(*first);
            rest = behind;
        }
    }
    shown
}

/// The characters of a text, with � for what is none, without a copy of it.
fn characters(text: &[u8]) -> impl Iterator<Item = char> {
    text.utf8_chunks().flat_map(|chunk| {
        let replaced = (!chunk.invalid().is_empty()).then_some(char::REPLACEMENT_CHARACTER);
        chunk.valid().chars().chain(replaced)
    })
}

/// UTF-16 has at most two bytes for each of UTF-8; � is three bytes there and may stand for one.
fn units(text: &[u8], front: &[u8], to_bytes: fn(u16) -> [u8; 2]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(front.len() + text.len() * 2));
    out.extend_from_slice(front);
    for character in characters(text) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            out.extend_from_slice(&to_bytes(*unit));
        }
    }
    out
}

fn joined(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(parts.concat())
}

/// No change of case makes more than three bytes of one.
fn written(characters: impl Iterator<Item = char>, text_bytes: usize) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text_bytes * 3));
    for character in characters {
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out
}

fn reversed(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = characters(text).map(char::len_utf8).sum();
    let mut out = Zeroizing::new(vec![0; length]);
    let mut end = length;
    for character in characters(text) {
        let start = end - character.len_utf8();
        character.encode_utf8(&mut out[start..end]);
        end = start;
    }
    out
}

fn encoded(encoding: &Encoding, text: &[u8], behind: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = encoding.length_of(text);
    let mut out = Zeroizing::new(vec![0; length + behind.len()]);
    encoding.write(text, &mut out);
    out[length..].copy_from_slice(behind);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789ABCDEF";

    fn changed(whole: Whole, text: &str) -> Vec<u8> {
        let room = Zeroizing::new([text.as_bytes(), KEY].concat());
        whole.apply(room, KEY, None).to_vec()
    }

    fn encoded_by(name: &str, reach: Reach) -> String {
        let place = WHOLE_ENCODINGS.iter().position(|encoding| encoding.name.contains(name)).unwrap();
        let text = "a=x y&b=https://s.cn/n~*&c=测&key=";
        String::from_utf8(changed(Whole::UrlEncoded(place, reach), text)).unwrap()
    }

    #[test]
    fn each_encoding_of_the_whole_string_is_that_of_its_language() {
        let key = "0123456789abcdef0123456789ABCDEF";
        for (name, expected) in [
            ("PHP urlencode", "a%3Dx+y%26b%3Dhttps%3A%2F%2Fs.cn%2Fn%7E%2A%26c%3D%E6%B5%8B%26key%3D"),
            ("PHP rawurlencode", "a%3Dx%20y%26b%3Dhttps%3A%2F%2Fs.cn%2Fn~%2A%26c%3D%E6%B5%8B%26key%3D"),
            ("encodeURIComponent", "a%3Dx%20y%26b%3Dhttps%3A%2F%2Fs.cn%2Fn~*%26c%3D%E6%B5%8B%26key%3D"),
            ("encodeURI", "a%3Dx%20y%26b%3Dhttps%3A%2F%2Fs.cn%2Fn~*%26c%3D%E6%B5%8B%26key%3D"),
            ("Java", "a%3Dx+y%26b%3Dhttps%3A%2F%2Fs.cn%2Fn%7E*%26c%3D%E6%B5%8B%26key%3D"),
            ("Go", "a%3Dx+y%26b%3Dhttps%3A%2F%2Fs.cn%2Fn~%2A%26c%3D%E6%B5%8B%26key%3D"),
            ("Python", "a%3Dx%20y%26b%3Dhttps%3A//s.cn/n~%2A%26c%3D%E6%B5%8B%26key%3D"),
            ("C#", "a%3dx+y%26b%3dhttps%3a%2f%2fs.cn%2fn%7e*%26c%3d%e6%b5%8b%26key%3d"),
        ] {
            assert_eq!(encoded_by(name, Reach::WithKey), format!("{expected}{key}"), "{name}");
            let fields = expected.replace("%26key%3D", "&key=").replace("%26key%3d", "&key=");
            assert_eq!(encoded_by(name, Reach::FieldsOnly), format!("{fields}{key}"), "{name}");
        }
    }

    #[test]
    fn no_buffer_that_holds_the_key_grows() {
        let text = "body=测试 Σİŉǅﬃẞΐ😀 & <b>&notify_url=n&amp;\u{FFFD}&key=";
        for (_, whole, _) in wholes() {
            let mut room = Zeroizing::new(Vec::with_capacity(text.len() + KEY.len() + 1));
            room.extend_from_slice(text.as_bytes());
            room.push(0xFF);
            room.extend_from_slice(KEY);
            let longest = room.len() * 3;
            let out = whole.apply(room, KEY, None);
            // A vector that had to grow has twice the room that it asked for.
            assert!(out.len() <= out.capacity() && out.capacity() <= longest, "{whole:?}: {}", out.capacity());
        }
    }

    #[test]
    fn case_and_direction_and_units_are_those_of_the_characters() {
        let text = "aß测ÿ";
        let whole = |whole: Whole| whole.apply(Zeroizing::new(text.as_bytes().to_vec()), b"k", None).to_vec();
        assert_eq!(whole(Whole::UpperCase), "ASS测Ÿ".as_bytes());
        assert_eq!(whole(Whole::LowerCase), text.as_bytes());
        assert_eq!(whole(Whole::Reversed), "ÿ测ßa".as_bytes());
        assert_eq!(whole(Whole::Utf16LeMarked), b"\xFF\xFEa\0\xDF\0\x4B\x6D\xFF\0");
        assert_eq!(whole(Whole::Utf16Be), b"\0a\0\xDF\x6D\x4B\0\xFF");
    }

    #[test]
    fn people_see_the_mask_in_the_place_of_the_key_and_never_its_encoding() {
        let text = || Zeroizing::new(format!("a=1&key={KEY_TO_READ}").into_bytes());
        let shown = |whole: Whole| String::from_utf8(with_mask(&whole.for_people(text(), None), "••••CDEF")).unwrap();
        assert_eq!(shown(Whole::UrlEncoded(0, Reach::WithKey)), "a%3D1%26key%3D••••CDEF");
        assert_eq!(shown(Whole::UrlEncoded(0, Reach::FieldsOnly)), "a%3D1&key=••••CDEF");
        assert_eq!(shown(Whole::Plain), "a=1&key=••••CDEF");
        assert_eq!(shown(Whole::Reversed), "••••CDEF=yek&1=a");
    }
}
