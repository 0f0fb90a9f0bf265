//! The ordered parameters of one message, every field kept, as text.

use std::cmp::Ordering;
use std::fmt;

/// More fields than any message of the protocol has (a refundquery with ten refunds of ten coupons each comes closest); more
/// are refused before they cost anything.
pub const MAX_FIELDS: usize = 512;
/// Longest value in bytes; the longest documented one (`detail`, `promotion_detail`) has 6144.
pub const MAX_VALUE_BYTES: usize = 32 * 1024;

/// The fields of one message in the order in which they stand there. Names are unique.
///
/// Values are kept exactly as they were after decoding: no trimming, empty ones included.
#[derive(Clone, Default)]
pub struct Params {
    // Every field is kept as `name=value&`, so that a string to sign is one copy per field.
    joined: String,
    fields: Vec<Field>,
    // One bit per name seen, so that most new names need no search for a duplicate.
    seen: u64,
}

#[derive(Clone, Copy)]
struct Field {
    // The first eight bytes of the name, so that most comparisons are of two integers.
    prefix: u64,
    start: u32,
    name_len: u32,
    value_len: u32,
}

/// Why a field cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// The name is there already; which of two copies counts would be a guess.
    #[error("the field {0} stands there twice; a message may hold each field once")]
    Duplicate(String),
    /// Too many fields.
    #[error("there are more than {MAX_FIELDS} fields")]
    TooManyFields,
    /// A value of more than 32 KiB.
    #[error("the value of {0} is longer than {MAX_VALUE_BYTES} bytes")]
    ValueTooLong(String),
    /// A field without a name.
    #[error("there is a field without a name")]
    NoName,
}

impl ParamError {
    /// The sentence in Chinese: what, and what to do.
    pub fn chinese(&self) -> String {
        match self {
            Self::Duplicate(name) => format!("字段 {name} 出现了两次；每个字段只能有一个，请去掉多余的"),
            Self::TooManyFields => format!("字段超过 {MAX_FIELDS} 个；请只给出一条报文"),
            Self::ValueTooLong(name) => format!("{name} 的值超过 {MAX_VALUE_BYTES} 字节；请缩短它"),
            Self::NoName => "有一个字段没有名字；请补上名字".to_owned(),
        }
    }
}

impl Params {
    /// No fields yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Room for a message of about `bytes` bytes, so that reading it allocates twice and no more.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { joined: String::with_capacity(bytes), fields: Vec::with_capacity(32), seen: 0 }
    }

    /// Adds a field at the end.
    pub fn push(&mut self, name: &str, value: &str) -> Result<(), ParamError> {
        if name.is_empty() {
            return Err(ParamError::NoName);
        }
        if value.len() > MAX_VALUE_BYTES || name.len() > MAX_VALUE_BYTES {
            return Err(ParamError::ValueTooLong(name.chars().take(64).collect()));
        }
        if self.fields.len() >= MAX_FIELDS {
            return Err(ParamError::TooManyFields);
        }
        let prefix = prefix(name);
        let bit = 1u64 << (prefix.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58);
        if self.seen & bit != 0 && self.find(name).is_some() {
            return Err(ParamError::Duplicate(name.chars().take(64).collect()));
        }
        let (Ok(start), Ok(name_len), Ok(value_len)) =
            (u32::try_from(self.joined.len()), u32::try_from(name.len()), u32::try_from(value.len()))
        else {
            return Err(ParamError::ValueTooLong(name.chars().take(64).collect()));
        };
        self.seen |= bit;
        self.fields.push(Field { prefix, start, name_len, value_len });
        self.joined.reserve(name.len() + value.len() + 2);
        self.joined.push_str(name);
        self.joined.push('=');
        self.joined.push_str(value);
        self.joined.push('&');
        Ok(())
    }

    /// Adds several fields, as [`Params::push`] does each.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, ParamError> {
        let mut params = Self::new();
        for (name, value) in pairs {
            params.push(name, value)?;
        }
        Ok(params)
    }

    /// The value of a field, if it is there; it may be empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|field| self.value(field))
    }

    fn find(&self, name: &str) -> Option<&Field> {
        let prefix = prefix(name);
        self.fields.iter().find(|field| field.prefix == prefix && self.name(field) == name)
    }

    /// The value of a field, unless it is absent or empty: the protocol treats both alike (§3.1 rule 1).
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// All fields in the order of the message.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| (self.name(field), self.value(field)))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// All names and values in one text, for a check of every character in one pass.
    pub(crate) fn text(&self) -> &str {
        &self.joined
    }

    /// Appends `name=value&` of every signed field, sorted by name in ASCII order, to `out`.
    pub(crate) fn join_signed(&self, out: &mut String) {
        let mut order = [0u16; MAX_FIELDS];
        let mut count = 0;
        for (index, field) in (0u16..).zip(&self.fields) {
            if field.value_len > 0 && self.name(field) != "sign" {
                if let Some(slot) = order.get_mut(count) {
                    *slot = index;
                }
                count += 1;
            }
        }
        let order = order.get_mut(..count).unwrap_or_default();
        order.sort_unstable_by(|left, right| {
            match (self.fields.get(usize::from(*left)), self.fields.get(usize::from(*right))) {
                (Some(left), Some(right)) => {
                    left.prefix.cmp(&right.prefix).then_with(|| self.name(left).cmp(self.name(right)))
                }
                _ => Ordering::Equal,
            }
        });
        out.reserve(self.joined.len() + 8);
        for index in order {
            if let Some(field) = self.fields.get(usize::from(*index)) {
                out.push_str(self.pair(field));
            }
        }
    }

    fn name(&self, field: &Field) -> &str {
        self.slice(field.start, field.name_len)
    }

    fn value(&self, field: &Field) -> &str {
        self.slice(field.start + field.name_len + 1, field.value_len)
    }

    fn pair(&self, field: &Field) -> &str {
        self.slice(field.start, field.name_len + field.value_len + 2)
    }

    fn slice(&self, start: u32, len: u32) -> &str {
        self.joined.get(start as usize..(start + len) as usize).unwrap_or_default()
    }
}

fn prefix(name: &str) -> u64 {
    if let Some(bytes) = name.as_bytes().first_chunk::<8>() {
        return u64::from_be_bytes(*bytes);
    }
    name.bytes()
        .fold((0u64, 56u32), |(prefix, shift), byte| (prefix | u64::from(byte) << shift, shift.saturating_sub(8)))
        .0
}

/// Two messages are equal when they hold the same fields in the same order.
impl PartialEq for Params {
    fn eq(&self, other: &Self) -> bool {
        self.joined == other.joined && self.fields.len() == other.fields.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Params {}

/// Names only: values may be personal data, and a log is no place for them.
impl fmt::Debug for Params {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_field_of_the_same_name_is_refused() {
        let mut params = Params::new();
        params.push("out_trade_no", "1").unwrap();
        assert_eq!(params.push("out_trade_no", "2"), Err(ParamError::Duplicate("out_trade_no".into())));
        assert_eq!(params.get("out_trade_no"), Some("1"));
    }

    #[test]
    fn limits_are_refused_and_named() {
        let mut params = Params::new();
        assert_eq!(params.push("", "x"), Err(ParamError::NoName));
        assert!(matches!(params.push("detail", &"x".repeat(MAX_VALUE_BYTES + 1)), Err(ParamError::ValueTooLong(_))));
        for index in 0..MAX_FIELDS {
            params.push(&format!("f{index}"), "v").unwrap();
        }
        assert_eq!(params.push("one_more", "v"), Err(ParamError::TooManyFields));
    }

    #[test]
    fn every_refusal_has_a_chinese_sentence_with_the_numbers_of_the_english_one() {
        for fault in [
            ParamError::Duplicate("coupon_fee_0".into()),
            ParamError::TooManyFields,
            ParamError::ValueTooLong("detail".into()),
            ParamError::NoName,
        ] {
            let (chinese, english) = (fault.chinese(), fault.to_string());
            assert!(chinese.contains('；') && chinese.contains('请'), "{chinese}");
            for number in english.split(|found: char| !found.is_ascii_digit()).filter(|number| !number.is_empty()) {
                assert!(chinese.contains(number), "{chinese} lacks {number} of {english}");
            }
        }
    }

    #[test]
    fn order_empty_values_and_separators_inside_of_values_are_kept() {
        let params = Params::from_pairs([("b", "2"), ("sign", "S"), ("a", "1=&"), ("empty", "")]).unwrap();
        assert_eq!(params.iter().collect::<Vec<_>>(), [("b", "2"), ("sign", "S"), ("a", "1=&"), ("empty", "")]);
        assert_eq!(params.filled("empty"), None);
        assert_eq!(params.get("empty"), Some(""));
    }

    #[test]
    fn the_debug_form_holds_no_values() {
        let params = Params::from_pairs([("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")]).unwrap();
        assert_eq!(format!("{params:?}"), "[\"openid\"]");
    }
}
