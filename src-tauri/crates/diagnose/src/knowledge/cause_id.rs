//! The stable id of a cause.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};

use super::catalogue::{Cause, catalogue};
use super::texts::{self, CauseText};

/// A cause of the catalogue: `A1` … `H5`. The group's letter and a number; ids never change their meaning.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CauseId(&'static str);

macro_rules! ids {
    ($($id:ident)*) => {
        impl CauseId {
            $(
                #[doc = concat!("The cause `", stringify!($id), "` of the catalogue.")]
                pub const $id: Self = Self(stringify!($id));
            )*

            /// All of them in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$id),*];
        }
    };
}

ids! {
    A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17
    B1 B2 B3 B4 B5 B6 B7
    C1 C2 C3 C4 C5 C6 C7
    D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 D11 D12 D13 D14 D15 D16 D17 D18 D19 D20 D21 D22 D23 D24
    E1 E2 E3 E4 E5 E6 E7 E8 E9 E10
    F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11
    G1 G2 G3 G4 G5 G6 G7 G8 G9 G10
    H1 H2 H3 H4 H5
}

impl CauseId {
    /// The cause for its id, exactly as the catalogue writes it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.0 == text)
    }

    /// `A1`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Its entry in the catalogue.
    pub fn cause(self) -> Option<&'static Cause> {
        catalogue().iter().find(|cause| cause.id == self)
    }

    /// Its sentence and its lines of code.
    pub fn text(self) -> Option<&'static CauseText> {
        texts::text_of(self)
    }

    /// How often it was met: the catalogue's prior, or the number of its sources where that has none. For ranking only.
    pub fn prior(self) -> u32 {
        self.cause().map_or(0, Cause::weight)
    }

    /// Whether a digest can prove it.
    pub fn is_digest_detectable(self) -> bool {
        self.cause().is_some_and(Cause::is_digest_detectable)
    }

    fn place(self) -> (Option<char>, u32) {
        let mut rest = self.0.chars();
        (rest.next(), rest.as_str().parse().unwrap_or(u32::MAX))
    }
}

/// By group, then by number: `A2` before `A10`.
impl Ord for CauseId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

impl PartialOrd for CauseId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for CauseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl fmt::Debug for CauseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// Serialises as its text.
impl Serialize for CauseId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_number_and_not_by_digit() {
        assert!(CauseId::A2 < CauseId::A10 && CauseId::A17 < CauseId::B1 && CauseId::H4 < CauseId::H5);
        assert!(CauseId::ALL.is_sorted());
    }

    #[test]
    fn only_ids_of_the_catalogue_are_read() {
        assert_eq!(CauseId::parse("F10"), Some(CauseId::F10));
        for text in ["", "A0", "A18", "a1", "A01", "A1 "] {
            assert_eq!(CauseId::parse(text), None, "{text:?}");
        }
    }
}
