//! The given sign, and which digests it can be.

use super::Family;

/// In which form the given sign writes its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// Upper-case hexadecimal digits, as it should be.
    Upper,
    /// Hexadecimal digits, not all of them upper case.
    Lower,
    /// Leading zeros are missing.
    LeadingZeros,
    /// Each byte below 16 has one digit.
    Unpadded,
    /// The sixteen digits in the middle.
    Middle,
    /// Base64 of the digest's bytes.
    Base64,
    /// Base64 of the hexadecimal text.
    Base64OfHex,
}

/// One thing to look for.
#[derive(Clone, Debug)]
struct Want {
    form: Form,
    /// Length of the digest in bytes: 16, 20 or 32.
    digest_len: usize,
    /// What is compared: the whole digest; for [`Form::Middle`] its bytes 4 to 12; for [`Form::Unpadded`] the text.
    bytes: Vec<u8>,
}

/// The given sign. Comparisons are always of the whole of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    wants: Vec<Want>,
    /// The first words, in the order of MD5's state, of what is wanted whole.
    md5_words: Vec<u32>,
    /// Whether an MD5 may also fit in another way than whole.
    md5_otherwise: bool,
    /// The same of SHA-256.
    sha256_words: Vec<u32>,
    sha256_otherwise: bool,
}

impl Target {
    /// What a sign can be; no digest at all where its length or its characters fit none.
    pub(crate) fn of(given: &str) -> Self {
        let given = given.trim();
        let mut wants = Vec::new();
        if !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            hexadecimal(given, &mut wants);
        }
        if let Some(bytes) = from_base64(given) {
            base64(bytes, &mut wants);
        }
        let is_whole = |want: &Want| !matches!(want.form, Form::Middle | Form::Unpadded);
        let words_of = |digest_len: usize, word_of: fn([u8; 4]) -> u32| -> Vec<u32> {
            let whole = wants.iter().filter(|want| want.digest_len == digest_len && is_whole(want));
            whole.filter_map(|want| want.bytes.first_chunk::<4>().map(|word| word_of(*word))).collect()
        };
        let otherwise = |digest_len: usize| wants.iter().any(|want| want.digest_len == digest_len && !is_whole(want));
        Self {
            md5_words: words_of(16, u32::from_le_bytes),
            md5_otherwise: otherwise(16),
            sha256_words: words_of(32, u32::from_be_bytes),
            sha256_otherwise: otherwise(32),
            wants,
        }
    }

    /// The families of digests that it can be, the likeliest first.
    pub(crate) fn families(&self) -> Vec<Family> {
        let mut families: Vec<Family> = Vec::new();
        for want in &self.wants {
            let family = match want.digest_len {
                16 => Family::Md5,
                20 => Family::Sha1,
                _ => Family::HmacSha256,
            };
            if !families.contains(&family) {
                families.push(family);
            }
        }
        families
    }

    /// The forms in which it can be written.
    pub(crate) fn forms(&self) -> Vec<Form> {
        let mut forms: Vec<Form> = self.wants.iter().map(|want| want.form).collect();
        forms.sort_unstable();
        forms.dedup();
        forms
    }

    /// Whether an MD5 whose first word this is can fit.
    #[inline]
    pub(crate) fn may_be_md5(&self, first_word: u32) -> bool {
        self.md5_otherwise || self.md5_words.contains(&first_word)
    }

    /// Whether a SHA-256 or its HMAC whose first word this is can fit.
    #[inline]
    pub(crate) fn may_be_sha256(&self, first_word: u32) -> bool {
        self.sha256_otherwise || self.sha256_words.contains(&first_word)
    }

    /// In which form a digest is the given sign, if it is.
    pub(crate) fn form_of(&self, digest: &[u8]) -> Option<Form> {
        self.wants
            .iter()
            .find(|want| {
                want.digest_len == digest.len()
                    && match want.form {
                        Form::Middle => digest.get(4..12) == Some(want.bytes.as_slice()),
                        Form::Unpadded => is_unpadded(digest, &want.bytes),
                        _ => digest == want.bytes,
                    }
            })
            .map(|want| want.form)
    }
}

fn hexadecimal(given: &str, wants: &mut Vec<Want>) {
    let form = if given.bytes().any(|byte| byte.is_ascii_lowercase()) { Form::Lower } else { Form::Upper };
    match given.len() {
        length @ (32 | 40 | 64) => {
            if let Some(bytes) = from_hex(given) {
                wants.push(Want { form, digest_len: length / 2, bytes });
            }
        }
        16 => {
            if let Some(bytes) = from_hex(given) {
                wants.push(Want { form: Form::Middle, digest_len: 16, bytes });
            }
        }
        _ => {}
    }
    for digest_len in [16, 32] {
        let digits = digest_len * 2;
        // With fewer than five eighths of its digits it is hardly one that lost some zeros.
        if given.len() >= digits || given.len() * 8 <= digits * 5 {
            continue;
        }
        if let Some(bytes) = from_hex(&format!("{given:0>digits$}")) {
            wants.push(Want { form: Form::LeadingZeros, digest_len, bytes });
        }
        wants.push(Want { form: Form::Unpadded, digest_len, bytes: given.to_ascii_lowercase().into_bytes() });
    }
}

fn base64(bytes: Vec<u8>, wants: &mut Vec<Want>) {
    if matches!(bytes.len(), 32 | 40 | 64)
        && let Some(digest) = std::str::from_utf8(&bytes).ok().and_then(from_hex)
    {
        wants.push(Want { form: Form::Base64OfHex, digest_len: digest.len(), bytes: digest });
    }
    if matches!(bytes.len(), 16 | 20 | 32) {
        wants.push(Want { form: Form::Base64, digest_len: bytes.len(), bytes });
    }
}

/// Whether `text` is the digest with one digit for every byte below 16.
fn is_unpadded(digest: &[u8], text: &[u8]) -> bool {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut rest = text;
    for byte in digest {
        let [high, low] =
            [byte >> 4, byte & 15].map(|nibble| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default());
        rest = match rest {
            [first, second, rest @ ..] if *byte >= 16 && *first == high && *second == low => rest,
            [first, rest @ ..] if *byte < 16 && *first == low => rest,
            _ => return false,
        };
    }
    rest.is_empty()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len() / 2).map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect()
}

/// Base64 of the usual or the URL alphabet, with or without padding, of the lengths that digests have.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 || !matches!(digits.len(), 22 | 27 | 43 | 54 | 86) {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut held, mut held_bits) = (0u32, 0u32);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        held_bits += 6;
        if held_bits >= 8 {
            held_bits -= 8;
            bytes.push((held >> held_bits & 0xFF) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    // MD5 and HMAC-SHA256 of the official worked example.
    const MD5: &str = "9A0A8659F005D6984697E2CA0A9CF3B7";
    const HMAC: &str = "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6";

    fn form(given: &str, digest: &str) -> Option<Form> {
        Target::of(given).form_of(&from_hex(digest).unwrap())
    }

    #[test]
    fn every_way_to_write_a_digest_is_recognised_and_only_whole() {
        let cases = [
            (MD5, MD5, Form::Upper),
            ("9a0a8659f005d6984697e2ca0a9cf3b7", MD5, Form::Lower),
            ("f005d6984697e2ca", MD5, Form::Middle),
            ("mgqGWfAF1phGl+LKCpzztw==", MD5, Form::Base64),
            ("mgqGWfAF1phGl-LKCpzztw", MD5, Form::Base64),
            ("9aa8659f05d6984697e2caa9cf3b7", MD5, Form::Unpadded),
            (HMAC, HMAC, Form::Upper),
            ("A0A8659F005D6984697E2CA0A9CF3B7", "0A0A8659F005D6984697E2CA0A9CF3B7", Form::LeadingZeros),
            ("OUEwQTg2NTlGMDA1RDY5ODQ2OTdFMkNBMEE5Q0YzQjc=", MD5, Form::Base64OfHex),
        ];
        for (given, digest, expected) in cases {
            assert_eq!(form(given, digest), Some(expected), "{given}");
        }
        assert_eq!(form("9A0A8659F005D6984697E2CA0A9CF3B6", MD5), None);
        assert_eq!(form("f005d6984697e2cb", MD5), None);
    }

    #[test]
    fn what_is_no_digest_wants_nothing() {
        for given in ["", "hello", "签名", "9A0A8659F005D69", "xyzw8659F005D6984697E2CA0A9CF3B7"] {
            assert_eq!(Target::of(given).families(), [], "{given:?}");
        }
        assert_eq!(Target::of(MD5).families(), [Family::Md5]);
        assert_eq!(Target::of(HMAC).families(), [Family::HmacSha256]);
        assert_eq!(Target::of(&HMAC[..40]).families(), [Family::Sha1]);
    }
}
