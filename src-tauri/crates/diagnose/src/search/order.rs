//! Orders in which code joins the fields.

use std::cmp::Ordering;

use super::base::{FIRST_ABSENT, Field};
use crate::knowledge::CauseId;

/// An order of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// By name, byte by byte: the right one.
    Name,
    /// As they stand in the message.
    Document,
    DocumentReversed,
    /// As they stand in the message, and behind them what the code adds.
    AddedLast,
    NameReversed,
    /// `a2` before `a10`.
    Natural,
    UnderscoreIgnored,
    UnderscoreLast,
    FoldedLower,
    FoldedUpper,
    /// Windows: punctuation first, letters without regard to case.
    Culture,
    /// `name=value` as one text.
    Pair,
    Value,
    NameLength,
    /// As the documentation lists them.
    Documented,
    /// Permutation of this number, of the fields in the order of their names.
    Permutation(u32),
}

/// Every order but the right one and the permutations, with its cause.
pub(crate) const ORDERS: &[(CauseId, Order, bool)] = &[
    (CauseId::C1, Order::Document, true),
    (CauseId::C1, Order::DocumentReversed, true),
    (CauseId::C1, Order::AddedLast, false),
    (CauseId::C1, Order::NameReversed, true),
    (CauseId::C1, Order::Documented, true),
    (CauseId::C1, Order::Value, false),
    (CauseId::C1, Order::NameLength, false),
    (CauseId::C2, Order::Natural, true),
    (CauseId::C2, Order::UnderscoreIgnored, true),
    (CauseId::C2, Order::UnderscoreLast, true),
    (CauseId::C2, Order::Pair, true),
    (CauseId::C3, Order::FoldedLower, true),
    (CauseId::C3, Order::FoldedUpper, true),
    (CauseId::C3, Order::Culture, true),
];

/// All orders of messages with at most this many fields are tried.
pub(crate) const MOST_PERMUTED: usize = 6;

/// The usual order of the documentation: of a request, then of a client call.
const DOCUMENTED: &[&str] = &[
    "appid",
    "appId",
    "mch_appid",
    "wxappid",
    "mch_id",
    "mchid",
    "sub_appid",
    "sub_mch_id",
    "partnerid",
    "prepayid",
    "device_info",
    "timeStamp",
    "nonce_str",
    "nonceStr",
    "package",
    "noncestr",
    "timestamp",
    "signType",
    "sign_type",
    "body",
    "detail",
    "attach",
    "transaction_id",
    "out_trade_no",
    "out_refund_no",
    "fee_type",
    "total_fee",
    "refund_fee",
    "refund_fee_type",
    "refund_desc",
    "spbill_create_ip",
    "time_start",
    "time_expire",
    "goods_tag",
    "notify_url",
    "trade_type",
    "product_id",
    "limit_pay",
    "openid",
    "sub_openid",
    "receipt",
    "scene_info",
];

impl Order {
    /// Puts the fields in this order; fields that it does not tell apart stay in the order of their names.
    pub(crate) fn sort(self, fields: &mut [Field]) {
        fields.sort_by(|left, right| (&left.name, left.id).cmp(&(&right.name, right.id)));
        match self {
            Self::Name => {}
            Self::Document => fields.sort_by_key(|field| field.place),
            Self::DocumentReversed => fields.sort_by_key(|field| u32::MAX - field.place),
            Self::AddedLast => fields.sort_by_key(|field| (field.id >= FIRST_ABSENT, field.place)),
            Self::NameReversed => fields.reverse(),
            Self::Natural => fields.sort_by(|left, right| natural(&left.name, &right.name)),
            Self::UnderscoreIgnored => fields.sort_by_cached_key(|field| field.name.replace('_', "")),
            Self::UnderscoreLast => fields.sort_by_cached_key(|field| field.name.replace('_', "~")),
            Self::FoldedLower => fields.sort_by_cached_key(|field| field.name.to_ascii_lowercase()),
            Self::FoldedUpper => fields.sort_by_cached_key(|field| field.name.to_ascii_uppercase()),
            Self::Culture => fields.sort_by_cached_key(|field| field.name.to_ascii_lowercase().replace('_', "\u{1}")),
            Self::Pair => fields.sort_by_cached_key(|field| [field.name.as_bytes(), b"=", &field.value].concat()),
            Self::Value => fields.sort_by(|left, right| left.value.cmp(&right.value)),
            Self::NameLength => fields.sort_by_key(|field| field.name.len()),
            Self::Documented => fields.sort_by_key(|field| {
                DOCUMENTED.iter().position(|name| *name == &*field.name).unwrap_or(DOCUMENTED.len())
            }),
            Self::Permutation(number) => permute(fields, number),
        }
    }

    /// In Chinese.
    pub(crate) const fn chinese(self) -> &'static str {
        match self {
            Self::Name => "按参数名 ASCII 升序拼接",
            Self::Document => "没有排序，按报文里的顺序拼接",
            Self::DocumentReversed => "没有排序，按报文的相反顺序拼接",
            Self::AddedLast => "没有排序，按加入的先后拼接（后加的排在最后）",
            Self::NameReversed => "按参数名降序拼接",
            Self::Natural => "用了自然排序（数字后缀按大小）",
            Self::UnderscoreIgnored => "排序时忽略了下划线",
            Self::UnderscoreLast => "排序时下划线排在了字母之后",
            Self::FoldedLower => "排序时忽略了大小写（折成小写）",
            Self::FoldedUpper => "排序时忽略了大小写（折成大写）",
            Self::Culture => "用了与语言文化相关的排序（.NET 默认比较器）",
            Self::Pair => "按“名=值”整串排序，而不是按参数名",
            Self::Value => "按值排序，而不是按参数名",
            Self::NameLength => "按参数名长度排序",
            Self::Documented => "没有排序，按文档里的参数顺序拼接",
            Self::Permutation(_) => "没有按参数名排序，用了另一种固定顺序",
        }
    }

    /// In English.
    pub(crate) const fn english(self) -> &'static str {
        match self {
            Self::Name => "joined by name in ASCII order",
            Self::Document => "not sorted: joined in the order of the message",
            Self::DocumentReversed => "not sorted: joined in the reverse order of the message",
            Self::AddedLast => "not sorted: joined in the order in which they were added, what came late at the end",
            Self::NameReversed => "sorted downwards by name",
            Self::Natural => "sorted naturally: numbers at the end of names by size",
            Self::UnderscoreIgnored => "sorted without regard to underscores",
            Self::UnderscoreLast => "sorted with underscores behind letters",
            Self::FoldedLower => "sorted without regard to case (as lower case)",
            Self::FoldedUpper => "sorted without regard to case (as upper case)",
            Self::Culture => "sorted as the language of the machine sorts (.NET's default comparer)",
            Self::Pair => "sorted by name=value as a whole and not by name",
            Self::Value => "sorted by value and not by name",
            Self::NameLength => "sorted by the length of the names",
            Self::Documented => "not sorted: joined in the order of the documentation",
            Self::Permutation(_) => "not sorted by name: joined in another fixed order",
        }
    }
}

/// How many orders so many fields have.
pub(crate) fn permutations(count: usize) -> u32 {
    (1..=u32::try_from(count).unwrap_or(12)).product()
}

fn permute(fields: &mut [Field], number: u32) {
    let mut left = number;
    let mut count = fields.len();
    let mut rest: &mut [Field] = fields;
    while count > 1 {
        let size = u32::try_from(count).unwrap_or(1);
        let pick = (left % size) as usize;
        left /= size;
        let Some(part) = rest.get_mut(..=pick) else { return };
        part.rotate_right(1);
        rest = &mut rest[1..];
        count -= 1;
    }
}

/// Runs of digits compare by their numbers.
fn natural(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        match (left, right) {
            ([], []) => return Ordering::Equal,
            ([], _) => return Ordering::Less,
            (_, []) => return Ordering::Greater,
            ([one, ..], [other, ..]) if one.is_ascii_digit() && other.is_ascii_digit() => {
                let (one, left_rest) = number(left);
                let (other, right_rest) = number(right);
                if one != other {
                    return one.cmp(&other);
                }
                (left, right) = (left_rest, right_rest);
            }
            ([one, left_rest @ ..], [other, right_rest @ ..]) => {
                if one != other {
                    return one.cmp(other);
                }
                (left, right) = (left_rest, right_rest);
            }
        }
    }
}

fn number(text: &[u8]) -> (u64, &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(digits);
    (digits.iter().fold(0u64, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'))), rest)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn sorted(order: Order, names: &[&str]) -> Vec<String> {
        let mut fields: Vec<Field> =
            names.iter().zip(0..).map(|(name, place)| Field::new(place, place, name, "v")).collect();
        order.sort(&mut fields);
        fields.iter().map(|field| field.name.to_string()).collect()
    }

    #[test]
    fn every_order_sorts_as_its_name_says() {
        let coupons = ["coupon_fee_10", "coupon_fee", "coupon_fee_2"];
        assert_eq!(sorted(Order::Name, &coupons), ["coupon_fee", "coupon_fee_10", "coupon_fee_2"]);
        assert_eq!(sorted(Order::Natural, &coupons), ["coupon_fee", "coupon_fee_2", "coupon_fee_10"]);
        assert_eq!(sorted(Order::Name, &["re_openid", "remark"]), ["re_openid", "remark"]);
        assert_eq!(sorted(Order::UnderscoreIgnored, &["re_openid", "remark"]), ["remark", "re_openid"]);
        assert_eq!(sorted(Order::UnderscoreLast, &["re_openid", "remark"]), ["remark", "re_openid"]);
        assert_eq!(sorted(Order::FoldedUpper, &["re_openid", "remark"]), ["remark", "re_openid"]);
        assert_eq!(sorted(Order::FoldedLower, &["appid", "Body", "attach"]), ["appid", "attach", "Body"]);
        assert_eq!(sorted(Order::Document, &["b", "a"]), ["b", "a"]);
        assert_eq!(sorted(Order::NameReversed, &["a", "c", "b"]), ["c", "b", "a"]);
    }

    #[test]
    fn the_permutations_are_all_different() {
        let names = ["a", "b", "c", "d", "e"];
        let all: BTreeSet<Vec<String>> =
            (0..permutations(5)).map(|number| sorted(Order::Permutation(number), &names)).collect();
        assert_eq!(all.len(), 120);
    }
}
