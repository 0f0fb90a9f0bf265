//! The fields of a request, in one piece: a million orders then cost one allocation each, and no name is kept twice.

use serde::{Deserialize, Serialize};
use wxpay_protocol::Params;

/// The fields of the request that made an order, in the order of the request, without nonce and sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(String, String)>", into = "Vec<(String, String)>")]
pub struct Fields(
    // `mark value mark value …`; a mark is a control character that XML cannot hold. The names that orders have are each a
    // mark of their own; any other is `OTHER name END value`.
    Box<str>,
);

const END: char = '\u{0}';
const OTHER: char = '\u{1}';

/// The names that are kept as one character, from U+0002 on, without tab, line feed and carriage return.
const KNOWN: [(char, &str); 27] = [
    ('\u{2}', "appid"),
    ('\u{3}', "mch_id"),
    ('\u{4}', "out_trade_no"),
    ('\u{5}', "body"),
    ('\u{6}', "attach"),
    ('\u{7}', "detail"),
    ('\u{8}', "device_info"),
    ('\u{b}', "fee_type"),
    ('\u{c}', "total_fee"),
    ('\u{e}', "spbill_create_ip"),
    ('\u{f}', "time_start"),
    ('\u{10}', "time_expire"),
    ('\u{11}', "goods_tag"),
    ('\u{12}', "notify_url"),
    ('\u{13}', "trade_type"),
    ('\u{14}', "product_id"),
    ('\u{15}', "limit_pay"),
    ('\u{16}', "openid"),
    ('\u{17}', "sub_openid"),
    ('\u{18}', "sub_appid"),
    ('\u{19}', "sub_mch_id"),
    ('\u{1a}', "scene_info"),
    ('\u{1b}', "profit_sharing"),
    ('\u{1c}', "auth_code"),
    ('\u{1d}', "sign_type"),
    ('\u{1e}', "version"),
    ('\u{1f}', "receipt"),
];

fn is_mark(found: char) -> bool {
    found < ' ' && !matches!(found, '\t' | '\n' | '\r')
}

/// Where the value ends that a text begins with.
fn value_end(text: &str) -> usize {
    text.bytes().position(|byte| is_mark(char::from(byte))).unwrap_or(text.len())
}

impl Fields {
    pub(crate) fn of_request(params: &Params) -> Self {
        Self::pack(params.iter().filter(|(name, value)| !value.is_empty() && !matches!(*name, "nonce_str" | "sign")))
    }

    fn pack<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut packed = String::new();
        for (name, value) in pairs {
            if let Some((mark, _)) = KNOWN.iter().find(|(_, known)| *known == name) {
                packed.push(*mark);
            } else {
                packed.push(OTHER);
                packed.extend(name.chars().filter(|found| !is_mark(*found)));
                packed.push(END);
            }
            packed.extend(value.chars().filter(|found| !is_mark(*found)));
        }
        Self(packed.into_boxed_str())
    }

    /// The value of a field; absent and empty are the same.
    pub fn get(&self, name: &str) -> Option<&str> {
        let Some((mark, _)) = KNOWN.iter().find(|(_, known)| *known == name) else {
            return self.iter().find(|(other, _)| *other == name).map(|(_, value)| value);
        };
        // A mark stands nowhere but before its value.
        let (_, after) = self.0.split_once(*mark)?;
        after.get(..value_end(after)).filter(|value| !value.is_empty())
    }

    /// All fields in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut rest: &str = &self.0;
        std::iter::from_fn(move || {
            let mark = rest.chars().next()?;
            // Every mark is one byte long.
            let (mut name, mut after) = ("", rest.get(1..)?);
            if mark == OTHER {
                (name, after) = after.split_once(END)?;
            } else if let Some((_, known)) = KNOWN.iter().find(|(known, _)| *known == mark) {
                name = known;
            }
            let (value, next) = after.split_at_checked(value_end(after))?;
            rest = next;
            Some((name, value))
        })
    }
}

impl From<Vec<(String, String)>> for Fields {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self::pack(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

impl From<Fields> for Vec<(String, String)> {
    fn from(fields: Fields) -> Self {
        fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back_in_their_order_with_every_character_of_their_values() {
        let pairs: Vec<(String, String)> = [
            ("appid", "wx0000000000000001"),
            ("op_user_id", "1900000001"),
            ("body", "测试商城-T恤 & \"帽子\"\n\t第二行"),
            ("attach", "a=1&b=2"),
            ("x", ""),
            ("out_trade_no", "T20240102"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let fields = Fields::from(pairs.clone());
        assert_eq!(Vec::from(fields.clone()), pairs);
        assert_eq!(fields.get("out_trade_no"), Some("T20240102"));
        assert_eq!(fields.get("op_user_id"), Some("1900000001"));
        assert_eq!(fields.get("openid"), None);
    }

    #[test]
    fn every_known_name_has_a_mark_of_its_own() {
        for (index, (mark, name)) in KNOWN.iter().enumerate() {
            assert!(is_mark(*mark) && ![END, OTHER].contains(mark), "{name}");
            assert!(KNOWN.iter().skip(index + 1).all(|(other, known)| other != mark && known != name), "{name}");
            let one = Fields::from(vec![((*name).to_owned(), "v".to_owned())]);
            assert_eq!((one.get(name), one.0.len()), (Some("v"), 2));
        }
    }

    #[test]
    fn a_mark_in_a_value_of_a_journal_that_somebody_edited_is_dropped() {
        let fields = Fields::from(vec![("body".to_owned(), "a\u{2}b\u{0}".to_owned())]);
        assert_eq!(fields.iter().collect::<Vec<_>>(), [("body", "ab")]);
    }
}
