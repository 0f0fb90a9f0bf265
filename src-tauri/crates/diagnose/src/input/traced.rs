//! Text that remembers where each of its bytes stood in what was pasted.

use std::ops::Range;

/// A text and, for each of its bytes, the byte of the pasted text from which it came.
#[derive(Clone, Default)]
pub(super) struct Traced {
    text: String,
    origins: Vec<usize>,
    end: usize,
}

impl Traced {
    /// Text as it was pasted, from byte `start` on.
    pub(super) fn pasted(text: &str, start: usize) -> Self {
        Self { text: text.to_owned(), origins: (start..start + text.len()).collect(), end: start + text.len() }
    }

    /// Text made up while reading, all of which came from one place.
    pub(super) fn made(text: &str, origin: Range<usize>) -> Self {
        Self { text: text.to_owned(), origins: vec![origin.start; text.len()], end: origin.end }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    fn at(&self, at: usize) -> usize {
        self.origins.get(at).copied().unwrap_or(self.end)
    }

    /// Where a range of this text stood; never empty unless the range is.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        let start = self.at(range.start);
        let mut after = range.end;
        let mut end = self.at(after);
        // An end inside of a replacement is the end of what was replaced.
        while end <= start && after < self.origins.len() && range.start < range.end {
            after += 1;
            end = self.at(after);
        }
        start..end.max(start)
    }

    /// A part of this text; an empty one for a range that does not lie on characters.
    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        match (self.text.get(range.clone()), self.origins.get(range.clone())) {
            (Some(text), Some(origins)) => {
                Self { text: text.to_owned(), origins: origins.to_vec(), end: self.origin(range).end }
            }
            _ => Self { end: self.end, ..Self::default() },
        }
    }

    /// Appends a part of another text.
    pub(super) fn push_copy(&mut self, source: &Self, range: Range<usize>) {
        if let (Some(text), Some(origins)) = (source.text.get(range.clone()), source.origins.get(range.clone())) {
            self.text.push_str(text);
            self.origins.extend_from_slice(origins);
            self.end = source.at(range.end);
        }
    }

    /// Appends text that stands for a part of another one.
    pub(super) fn push_instead(&mut self, text: &str, source: &Self, range: Range<usize>) {
        self.text.push_str(text);
        self.origins.resize(self.text.len(), source.at(range.start));
        self.end = source.at(range.end);
    }
}

/// A decoder's answer: how many bytes it took and the bytes that they stand for.
pub(super) type Escape = Option<(usize, Vec<u8>)>;

/// Replaces every escape that `decode` knows; it is asked at each byte `mark`. Nothing where nothing changes or where the
/// bytes are no UTF-8 afterwards.
pub(super) fn resolve(
    source: &Traced,
    marks: &[char],
    decode: impl Fn(&str) -> Escape,
) -> Option<(Traced, Range<usize>)> {
    let mut bytes = Vec::with_capacity(source.len());
    let mut origins = Vec::with_capacity(source.len());
    let mut changed: Option<Range<usize>> = None;
    let mut at = 0;
    let keep = |bytes: &mut Vec<u8>, origins: &mut Vec<usize>, range: Range<usize>| {
        bytes.extend_from_slice(source.text.as_bytes().get(range.clone()).unwrap_or_default());
        origins.extend_from_slice(source.origins.get(range).unwrap_or_default());
    };
    while let Some(rest) = source.text.get(at..) {
        let Some((found, mark)) = rest.char_indices().find(|(_, found)| marks.contains(found)) else { break };
        keep(&mut bytes, &mut origins, at..at + found);
        at += found;
        if let Some((taken, resolved)) = decode(source.text.get(at..).unwrap_or_default()) {
            bytes.extend_from_slice(&resolved);
            origins.resize(bytes.len(), source.at(at));
            changed = Some(changed.map_or(at, |range| range.start)..at + taken);
            at += taken;
        } else {
            keep(&mut bytes, &mut origins, at..at + mark.len_utf8());
            at += mark.len_utf8();
        }
    }
    keep(&mut bytes, &mut origins, at..source.len());
    let changed = source.origin(changed?);
    String::from_utf8(bytes).ok().map(|text| (Traced { text, origins, end: source.end }, changed))
}

/// `\n \r \t \" \' \\ \/ \& \xHH \uXXXX`, a pair of surrogates as one character.
pub(super) fn backslash(text: &str) -> Escape {
    let hex = |from: usize, to: usize| {
        text.get(from..to)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let plain = |byte: u8| Some((2, vec![byte]));
    match *text.as_bytes().get(1)? {
        b'n' => plain(b'\n'),
        b'r' => plain(b'\r'),
        b't' => plain(b'\t'),
        found @ (b'"' | b'\'' | b'\\' | b'/') => plain(found),
        b'x' => Some((4, vec![u8::try_from(hex(2, 4)?).ok()?])),
        b'u' => {
            let high = hex(2, 6)?;
            if !(0xD800..0xDC00).contains(&high) {
                return Some((6, char::from_u32(high)?.to_string().into_bytes()));
            }
            let low = hex(8, 12).filter(|low| text.get(6..8) == Some("\\u") && (0xDC00..0xE000).contains(low))?;
            Some((12, char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))?.to_string().into_bytes()))
        }
        _ => None,
    }
}

/// The entities in which tools write markup.
pub(super) fn entity(text: &str) -> Escape {
    let names = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&#x27;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    names
        .iter()
        .find(|(name, _)| text.starts_with(name))
        .map(|(name, resolved)| (name.len(), resolved.as_bytes().to_vec()))
}

/// `%XX`, and `+` as a space.
pub(super) fn percent(text: &str) -> Escape {
    if text.starts_with('+') {
        return Some((1, b" ".to_vec()));
    }
    let digits = text.get(1..3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((3, vec![u8::from_str_radix(digits, 16).ok()?]))
}
