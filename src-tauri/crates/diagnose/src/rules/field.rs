//! One field of a request.

use super::Certainty;

/// Whether a request must hold a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Required,
    /// At least one of the fields of this group.
    OneOf(&'static str),
    /// Under the condition that the field's `when` names as `other=value`.
    When {
        /// The other field.
        name: &'static str,
        /// The value of the other field that makes this one required.
        value: &'static str,
    },
    /// Never.
    Optional,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// An amount in fen: a whole number of at least this many.
    Fen {
        /// The smallest amount that is accepted.
        least: i64,
    },
    /// A whole number.
    Integer,
    /// `yyyyMMddHHmmss`, Beijing time.
    Time,
    /// `yyyyMMdd`, Beijing time.
    Date,
    /// One JSON document as text.
    Json,
    /// An IPv4 or IPv6 address.
    Address,
    /// An absolute http or https address without a query string.
    NoticeUrl,
    /// A merchant's own number: 6 to 32 characters of digits, letters, `_`, `-`, `|`, `*` (and `@` where it is a refund).
    Number,
}

/// One field of a request.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// Longest value in bytes of UTF-8; nothing where no limit is stated. Where documents differ, the larger one.
    pub max_bytes: Option<usize>,
    /// Whether it must be there.
    pub need: Need,
    /// What its value looks like.
    pub shape: Shape,
    /// The values that exist; empty where the list is open.
    pub values: &'static [&'static str],
    /// How sure all of this is.
    pub certainty: Certainty,
}

impl Field {
    pub(super) const fn new(name: &'static str, max_bytes: usize) -> Self {
        Self {
            name,
            max_bytes: Some(max_bytes),
            need: Need::Optional,
            shape: Shape::Text,
            values: &[],
            certainty: Certainty::Stated,
        }
    }

    pub(super) const fn unlimited(name: &'static str) -> Self {
        Self { max_bytes: None, ..Self::new(name, 0) }
    }

    pub(super) const fn fen(name: &'static str, least: i64) -> Self {
        Self { shape: Shape::Fen { least }, ..Self::unlimited(name) }
    }

    pub(super) const fn required(self) -> Self {
        Self { need: Need::Required, ..self }
    }

    pub(super) const fn one_of(self, group: &'static str) -> Self {
        Self { need: Need::OneOf(group), ..self }
    }

    pub(super) const fn when(self, name: &'static str, value: &'static str) -> Self {
        Self { need: Need::When { name, value }, ..self }
    }

    pub(super) const fn shaped(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    pub(super) const fn values(self, values: &'static [&'static str]) -> Self {
        Self { values, ..self }
    }

    pub(super) const fn unconfirmed(self) -> Self {
        Self { certainty: Certainty::Unconfirmed, ..self }
    }
}
