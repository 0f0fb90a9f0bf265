//! On which bytes a change acts at all, so that a pair of changes need not be computed to know that nothing comes of it.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{Change, TABLE};
use crate::search::edit::byte_bits;

/// What functions look for that is more than one byte. It stands for the values that begin with the same byte.
const SAMPLES: [&str; 30] = [
    "",
    "101",
    "101.0",
    "1.5",
    "1000001",
    "12345678901",
    "1e+06",
    "1.0E7",
    "1704135845123",
    "%20",
    "%41",
    "%e6%b5%8b",
    "&amp;",
    "&lt;b&gt;",
    "\\u4e2d",
    "\\/",
    "\\n",
    "\\r\\n",
    "\\\"",
    "<![CDATA[x]]>",
    "<b>x</b>",
    " x ",
    " x  y",
    "\"x\"",
    "{\"a\": 1}",
    "{\"b\":1,\"a\":2}",
    "null",
    "undefined",
    "None",
    "\r\nx",
];
/// The same beyond ASCII.
const BEYOND: [&str; 8] = ["测", "😀", "é", "Ã¤", "\u{FEFF}x", "x\u{200B}", "\u{A0}x", "\u{3000}x"];

/// One bit for each byte on which this change of the table acts, as [`byte_bits`] has them.
pub(crate) fn triggers(change: &'static Change) -> u128 {
    static OF_TABLE: OnceLock<HashMap<usize, u128>> = OnceLock::new();
    let place = |change: &Change| std::ptr::from_ref(change).addr();
    let all = || TABLE.iter().map(|change| (place(change), probed(change))).collect();
    OF_TABLE.get_or_init(all).get(&place(change)).copied().unwrap_or(u128::MAX)
}

fn probed(change: &Change) -> u128 {
    let mut bits = 0;
    for byte in 1..=126u8 {
        let around = [b'x', byte, b'y'];
        if [&around[..], &[byte]].into_iter().any(|value| change.of(value).is_some()) {
            bits |= byte_bits(&[byte]);
        }
    }
    for sample in SAMPLES.iter().map(|sample| sample.as_bytes()).filter(|sample| change.of(sample).is_some()) {
        // What one of its bytes explains needs no more.
        bits |= match sample.first() {
            _ if bits & byte_bits(sample) != 0 => 0,
            Some(first) if first.is_ascii_digit() => byte_bits(b"0123456789"),
            _ => byte_bits(sample.get(..1).unwrap_or_default()),
        };
    }
    for sample in BEYOND.iter().filter(|sample| change.of(sample.as_bytes()).is_some()) {
        bits |= byte_bits(sample.as_bytes());
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::values::How;

    #[test]
    fn a_change_is_triggered_by_what_it_changes_and_by_little_else() {
        let of = |chinese: &str| {
            let found = |change: &&Change| change.chinese.contains(chinese) && matches!(change.how, How::Text(_));
            triggers(TABLE.iter().find(found).unwrap())
        };
        assert_eq!(of("的 + 在签名时成了空格"), byte_bits(b"+"));
        assert_ne!(of("encodeURIComponent") & byte_bits("测".as_bytes()), 0);
        assert_eq!(of("encodeURIComponent") & byte_bits(b"abcXYZ019-_.~"), 0);
        assert_ne!(of("CDATA[…]]> 一起签了") & byte_bits(b""), 0);
        assert_ne!(of("URL 解码") & byte_bits(b"%"), 0);
    }
}
