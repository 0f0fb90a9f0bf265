//! The right string as a whole URL-encoded: encoded once, and patched like the string itself.

use zeroize::Zeroizing;

use super::base::Base;
use super::edit::{Patch, put};
use super::press::{Digester, Press, Start, Tag};
use super::values::Encoding;
use super::whole::{Reach, Whole};

/// The right string, encoded.
pub(super) struct EncodedText {
    encoding: &'static Encoding,
    text: Vec<u8>,
    /// Where each bound of the right string lies in `text`.
    places: Vec<usize>,
    /// `&key=` and the key, encoded or not.
    tail: Zeroizing<Vec<u8>>,
    /// How long the last `&` is, which belongs to the tail.
    ampersand_bytes: usize,
    /// The states after each whole block of `text`.
    starts: Vec<Start>,
}

impl EncodedText {
    /// Nothing where the string is changed in another way.
    pub(super) fn of(base: &Base, whole: Whole, key: &[u8]) -> Option<Self> {
        let (encoding, reach) = whole.encoding()?;
        let mut text = vec![0; encoding.length_of(&base.text)];
        encoding.write(&base.text, &mut text);
        let segments = base.bounds.windows(2).map(|bounds| encoding.length_of(&base.text[bounds[0]..bounds[1]]));
        let mut places = vec![0];
        for length in segments {
            places.push(places.last().copied().unwrap_or(0) + length);
        }
        let plain = Zeroizing::new([b"&key=", key].concat());
        let tail = match reach {
            Reach::FieldsOnly => plain,
            Reach::WithKey => {
                let mut tail = Zeroizing::new(vec![0; encoding.length_of(&plain)]);
                encoding.write(&plain, &mut tail);
                tail
            }
        };
        Some(Self { encoding, text, places, tail, ampersand_bytes: encoding.length_of(b"&"), starts: Vec::new() })
    }

    /// Hashes as far as candidates agree with it.
    pub(super) fn hashed_by(self, digester: &Digester) -> Self {
        Self { starts: digester.starts(&self.text), ..self }
    }

    /// What tells it from the others: two functions that do the same to this string are one change.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.text == other.text && self.tail == other.tail
    }

    /// Presses the patched string with its key through the hash; nothing where no field is left.
    pub(super) fn press(&self, base: &Base, patches: &[Patch], digester: &Digester, press: &mut Press<'_>, tag: Tag) {
        let gone: usize = patches.iter().map(|patch| self.place(base, patch.end) - self.place(base, patch.start)).sum();
        let come: usize = patches.iter().map(|patch| self.encoding.length_of(&patch.with)).sum();
        let fields = (self.text.len() + come - gone).saturating_sub(self.ampersand_bytes);
        if fields == 0 {
            return;
        }
        let first = patches.first().map_or(fields, |patch| self.place(base, patch.start)).min(fields);
        let Some(start) = self.starts.get(first / 64) else { return };
        let from = first / 64 * 64;
        press.push(digester, start, fields - from + self.tail.len(), tag, |out| {
            let (fields, behind) = out.split_at_mut(out.len() - self.tail.len());
            let (mut at, mut written) = (from, 0);
            for patch in patches {
                written += put(&self.text[at..self.place(base, patch.start)], &mut fields[written..]);
                written += self.encoding.write(&patch.with, &mut fields[written..]);
                at = self.place(base, patch.end);
            }
            put(&self.text[at..], &mut fields[written..]);
            behind.copy_from_slice(&self.tail);
        });
    }

    /// Patches begin and end at fields.
    fn place(&self, base: &Base, at: usize) -> usize {
        let field = base.bounds.binary_search(&at).unwrap_or_else(|next| next);
        self.places.get(field).copied().unwrap_or(self.text.len())
    }
}
