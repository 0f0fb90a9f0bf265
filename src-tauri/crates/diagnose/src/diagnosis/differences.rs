//! How what was sent differs from what was signed, field by field and byte by byte.

use serde::Serialize;
use wxpay_protocol::Params;

use crate::invisible::{self, Invisible};

/// In which way a field differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Difference {
    /// It was signed and not sent.
    OnlySigned {
        /// Its value.
        signed: String,
    },
    /// It was sent and not signed.
    OnlySent {
        /// Its value.
        sent: String,
    },
    /// The values differ.
    Value {
        /// As it was signed.
        signed: String,
        /// As it was sent.
        sent: String,
        /// First byte that differs, from 0.
        at: usize,
        /// How many bytes differ in what was signed, from there to the common end.
        signed_bytes: usize,
        /// How many bytes differ in what was sent, from there to the common end.
        sent_bytes: usize,
        /// Invisible and deceptive characters of the signed value.
        signed_invisible: Vec<Invisible>,
        /// Invisible and deceptive characters of the sent value.
        sent_invisible: Vec<Invisible>,
    },
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldDifference {
    /// Its name.
    pub name: String,
    /// How it differs.
    #[serde(flatten)]
    pub difference: Difference,
}

/// All fields that differ, but for the sign; those of `signed` first, in its order. An empty field that the other side
/// lacks differs too: whether it was signed is exactly the question.
pub(crate) fn between(signed: &Params, sent: &Params) -> Vec<FieldDifference> {
    let is_sign = |name: &str| matches!(name, "sign" | "paySign");
    let mut differences = Vec::new();
    for (name, value) in signed.iter().filter(|(name, _)| !is_sign(name)) {
        let difference = match sent.get(name) {
            None => Difference::OnlySigned { signed: value.to_owned() },
            Some(other) if other == value => continue,
            Some(other) => values(value, other),
        };
        differences.push(FieldDifference { name: name.to_owned(), difference });
    }
    for (name, value) in sent.iter().filter(|(name, _)| !is_sign(name) && signed.get(name).is_none()) {
        let difference = Difference::OnlySent { sent: value.to_owned() };
        differences.push(FieldDifference { name: name.to_owned(), difference });
    }
    differences
}

fn values(signed: &str, sent: &str) -> Difference {
    let at = signed.bytes().zip(sent.bytes()).take_while(|(left, right)| left == right).count();
    let most = signed.len().min(sent.len()) - at;
    let tail =
        signed.bytes().rev().zip(sent.bytes().rev()).take(most).take_while(|(left, right)| left == right).count();
    let with_edges = |value: &str| {
        let mut found = invisible::scan(value);
        found.extend(invisible::edge_spaces(value, 0));
        found.sort_by_key(|one| one.at);
        found
    };
    Difference::Value {
        at,
        signed_bytes: signed.len() - at - tail,
        sent_bytes: sent.len() - at - tail,
        signed_invisible: with_edges(signed),
        sent_invisible: with_edges(sent),
        signed: signed.to_owned(),
        sent: sent.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_that_nobody_sees_is_named_with_its_byte() {
        let signed = Params::from_pairs([("body", "测试"), ("attach", "a"), ("sign", "1")]).unwrap();
        let sent = Params::from_pairs([("body", "测试\u{200B} "), ("detail", "d"), ("sign", "2")]).unwrap();
        let found = between(&signed, &sent);
        assert_eq!(found.len(), 3);
        let Difference::Value { at, signed_bytes, sent_bytes, sent_invisible, .. } = &found[0].difference else {
            panic!("body differs in its value");
        };
        assert_eq!((*at, *signed_bytes, *sent_bytes), (6, 0, 4));
        assert_eq!(sent_invisible.iter().map(|one| one.at).collect::<Vec<_>>(), [6, 9]);
        assert_eq!((found[1].name.as_str(), found[2].name.as_str()), ("attach", "detail"));
        assert!(matches!(found[1].difference, Difference::OnlySigned { .. }));
        assert!(matches!(found[2].difference, Difference::OnlySent { .. }));
    }

    #[test]
    fn the_same_fields_in_another_order_do_not_differ() {
        let signed = Params::from_pairs([("a", "1"), ("b", "2")]).unwrap();
        let sent = Params::from_pairs([("b", "2"), ("a", "1"), ("sign", "X")]).unwrap();
        assert_eq!(between(&signed, &sent), []);
    }
}
