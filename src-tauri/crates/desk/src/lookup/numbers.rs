//! What numbers a pasted text has: the kind of each by its prefix, its date and its environment. WeChat Pay is not asked here.
//!
//! People paste a number off a screenshot, with spaces, line breaks, full-width digits or an O for a 0, a column of numbers, or a
//! customer's whole message with labels, amounts and a telephone number in it.

use std::convert::Infallible;

use wxpay_protocol::{UtcMs, error_code};

use super::LOOKUP_MAX;

/// The longest number of the protocol (`out_refund_no`, §4.4), in characters.
const LENGTH_MAX: usize = 64;
/// The longest `out_trade_no` (§8), in characters.
const OUT_TRADE_NO_MAX: usize = 32;
/// A number that stands in a sentence has at least so many characters, and so many of them digits.
const IN_A_SENTENCE: (usize, usize) = (6, 4);
/// The most pieces that one number was broken into.
const PIECES_MAX: usize = 12;

/// What kind of number it is, by its prefix (support practice; confirmed by asking).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// WeChat's order number: `4200…`, older `1000…` and `400…`.
    TransactionId,
    /// WeChat's refund number: `50…`.
    RefundId,
    /// The merchant's order number, or its refund number: nothing in it tells.
    OutTradeNo,
    /// The merchant's refund number, because it is called so or is too long for an order's.
    OutRefundNo,
    /// The session of a payment: `wx` and more than an appid has.
    PrepayId,
    /// An app: `wx` and 16 hexadecimal digits.
    Appid,
    /// A merchant: ten digits from 1 on.
    MchId,
    /// A payer under an appid: `o` and 27 more.
    OpenId,
    /// A payment code: 18 digits from 10 to 15 on. It pays, so it is neither kept nor shown.
    AuthCode,
    /// No number: an error code of the gateway.
    ErrCode,
}

impl NumberKind {
    /// The words for people, in Chinese and English.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TransactionId => ("微信支付单号", "transaction number"),
            Self::RefundId => ("微信退款单号", "WeChat's refund number"),
            Self::OutTradeNo => ("商户单号", "order number"),
            Self::OutRefundNo => ("商户退款单号", "refund number"),
            Self::PrepayId => ("预支付会话", "prepay_id"),
            Self::Appid => ("appid", "appid"),
            Self::MchId => ("商户号", "merchant number"),
            Self::OpenId => ("openid", "openid"),
            Self::AuthCode => ("付款码", "payment code"),
            Self::ErrCode => ("错误码", "error code"),
        }
    }

    /// The word that scripts compare.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TransactionId => "transaction_id",
            Self::RefundId => "refund_id",
            Self::OutTradeNo => "out_trade_no",
            Self::OutRefundNo => "out_refund_no",
            Self::PrepayId => "prepay_id",
            Self::Appid => "appid",
            Self::MchId => "mch_id",
            Self::OpenId => "openid",
            Self::AuthCode => "auth_code",
            Self::ErrCode => "err_code",
        }
    }

    /// Whether an order or a refund can be asked for by it.
    pub const fn is_asked(self) -> bool {
        matches!(self, Self::TransactionId | Self::RefundId | Self::OutTradeNo | Self::OutRefundNo)
    }
}

/// A number of a pasted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastedNumber {
    /// The number, without what broke it apart.
    pub text: String,
    /// What it is.
    pub kind: NumberKind,
    /// The first millisecond of the Beijing day that stands in it.
    pub date: Option<UtcMs>,
    /// Whether it is one of the sandbox.
    pub is_sandbox: bool,
    /// Whether letters that look like digits were read as digits.
    pub is_repaired: bool,
}

impl PastedNumber {
    /// The number as it may be shown and kept: of a payment code only the first two digits.
    pub fn shown(&self) -> String {
        match self.kind {
            NumberKind::AuthCode => format!("{}••••••••••••••••", self.text.get(..2).unwrap_or_default()),
            _ => self.text.clone(),
        }
    }

    fn new(text: String, label: Label, is_repaired: bool) -> Self {
        let kind = match kind_of(&text) {
            NumberKind::OutTradeNo if label == Label::Refund => NumberKind::OutRefundNo,
            kind => kind,
        };
        let is_sandbox = is_sandbox(&text);
        Self { date: date_of(&text, kind, is_sandbox), text, kind, is_sandbox, is_repaired }
    }
}

/// All numbers of a text, each once, in the order in which they stand there.
pub fn numbers(text: &str) -> Vec<PastedNumber> {
    let Ok(numbers) = numbers_where(text, |_| Ok::<_, Infallible>(false));
    numbers
}

/// The same where it can be told whether a number is known. A merchant's own number that a screenshot or a chat wrapped is then
/// one: two pieces with nothing but a line break between them, known together and neither of them alone. At most [`LOOKUP_MAX`]
/// pairs are tried, the first ones.
pub(super) fn numbers_where<E>(
    text: &str,
    mut is_known: impl FnMut(&str) -> Result<bool, E>,
) -> Result<Vec<PastedNumber>, E> {
    let pieces = pieces(text);
    let visible = text.chars().filter(|character| !character.is_whitespace() && !is_invisible(*character)).count();
    let alone = matches!(&pieces[..], [piece] if piece.text.len() == visible);
    let mut numbers: Vec<PastedNumber> = Vec::new();
    let (mut at, mut tried) = (0, 0);
    while let Some(piece) = pieces.get(at) {
        let rest = pieces.get(at..).unwrap_or_default();
        let known = match wrapped(rest).filter(|_| tried < LOOKUP_MAX) {
            Some(pair) => {
                tried += 1;
                pair.known_as_one(&mut is_known)?
            }
            None => None,
        };
        let (number, used) = if let Some(text) = known {
            (Some(PastedNumber::new(text, piece.label, false)), 2)
        } else if let Some((text, repaired, used)) = whole_from(rest) {
            (Some(PastedNumber::new(text, piece.label, repaired)), used)
        } else {
            (single(piece, alone), 1)
        };
        numbers.extend(number.filter(|number| numbers.iter().all(|known| known.text != number.text)));
        at += used;
    }
    Ok(numbers)
}

/// What the text calls the number that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Refund,
    Other,
}

/// A run of characters that numbers are made of.
struct Piece {
    text: String,
    label: Label,
    /// Whether nothing but white space stands between it and the one before.
    follows: bool,
    /// Whether that is the end of one line.
    is_on_next_line: bool,
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut between = String::new();
    let mut run = String::new();
    // One more blank ends the last run.
    for character in text.chars().map(half_width).filter(|c| !is_invisible(*c)).chain([' ']) {
        if character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '|' | '*' | '@') {
            run.push(character);
            continue;
        }
        if !run.is_empty() {
            let label = if between.contains("退款单号") { Label::Refund } else { Label::Other };
            let follows = !pieces.is_empty() && between.chars().all(char::is_whitespace);
            let is_on_next_line = follows && between.chars().filter(|blank| *blank == '\n').count() == 1;
            pieces.push(Piece { text: std::mem::take(&mut run), label, follows, is_on_next_line });
            between.clear();
        }
        between.push(character);
    }
    pieces
}

/// Full-width letters and digits, as Chinese keyboards give them, as the ASCII ones.
fn half_width(character: char) -> char {
    let code = u32::from(character);
    let ascii = if (0xff01..=0xff5e).contains(&code) { char::from_u32(code - 0xfee0) } else { None };
    ascii.unwrap_or(character)
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// Two pieces on two lines, and the number that they would be together.
struct Wrapped<'a> {
    whole: String,
    first: &'a str,
    second: &'a str,
}

impl Wrapped<'_> {
    /// The whole number, where that is known and neither half is.
    fn known_as_one<E>(self, is_known: &mut impl FnMut(&str) -> Result<bool, E>) -> Result<Option<String>, E> {
        let is_one = is_known(&self.whole)? && !is_known(self.first)? && !is_known(self.second)?;
        Ok(is_one.then_some(self.whole))
    }
}

/// The first two pieces, where they may be halves of one number.
fn wrapped(pieces: &[Piece]) -> Option<Wrapped<'_>> {
    let [first, second, ..] = pieces else { return None };
    if !second.is_on_next_line {
        return None;
    }
    let joined = format!("{}{}", first.text, second.text);
    let whole = trimmed(&joined);
    let may_be_one = whole.len() <= LENGTH_MAX && stands_out(whole);
    may_be_one.then(|| Wrapped { whole: whole.to_owned(), first: trimmed(&first.text), second: trimmed(&second.text) })
}

/// A complete number at the beginning of the pieces, put together from as few as make one; whether letters were read as digits,
/// and how many pieces it took.
fn whole_from(pieces: &[Piece]) -> Option<(String, bool, usize)> {
    let mut digits = String::new();
    let mut repaired = false;
    for (index, piece) in pieces.iter().take(PIECES_MAX).enumerate() {
        // A column of numbers is no number in pieces.
        if index > 0 && (!piece.follows || moment_at(&piece.text, 0).is_some()) {
            return None;
        }
        let (read, changed) = as_digits(&piece.text)?;
        digits.push_str(&read);
        repaired |= changed;
        if is_whole(&digits) {
            return Some((digits, repaired, index + 1));
        }
    }
    None
}

/// The piece as digits, O read as 0 and l as 1; nothing where it holds anything else.
fn as_digits(piece: &str) -> Option<(String, bool)> {
    let mut changed = false;
    let read: Option<String> = piece
        .chars()
        .map(|character| match character {
            '0'..='9' => Some(character),
            'O' | 'o' => Some('0'),
            'l' | 'I' => Some('1'),
            _ => None,
        })
        .collect();
    changed |= read.as_deref().is_some_and(|read| read != piece);
    read.map(|read| (read, changed))
}

/// Whether the digits are a number that is complete beyond doubt: WeChat's and ours carry a date, which has to be one.
fn is_whole(digits: &str) -> bool {
    match digits.len() {
        28 => (is_wechat_order(digits) && UtcMs::day_in(digits, 10).is_some()) || moment_at(digits, 0).is_some(),
        29 => digits.starts_with("50") && UtcMs::day_in(digits, 10).is_some(),
        31 => is_sandbox(digits),
        _ => false,
    }
}

fn single(piece: &Piece, alone: bool) -> Option<PastedNumber> {
    let text = if alone { piece.text.as_str() } else { trimmed(&piece.text) };
    if error_code::meaning("", text).is_some() || is_code_of_an_endpoint(text) {
        let (text, kind) = (text.to_owned(), NumberKind::ErrCode);
        return Some(PastedNumber { text, kind, date: None, is_sandbox: false, is_repaired: false });
    }
    if text.is_empty() || text.len() > LENGTH_MAX {
        return None;
    }
    if alone || (stands_out(text) && !is_telephone(text) && !is_date(text)) {
        return Some(PastedNumber::new(text.to_owned(), piece.label, false));
    }
    None
}

fn trimmed(piece: &str) -> &str {
    piece.trim_matches(|c: char| !c.is_ascii_alphanumeric())
}

/// Whether it can be told from the words and amounts of a sentence.
fn stands_out(text: &str) -> bool {
    text.len() >= IN_A_SENTENCE.0 && text.bytes().filter(u8::is_ascii_digit).count() >= IN_A_SENTENCE.1
}

/// Codes that only some endpoints give.
fn is_code_of_an_endpoint(text: &str) -> bool {
    let is_word = text.contains('_') || text.len() > 8;
    is_word && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && endpoint_of(text).is_some()
}

/// The path of the endpoint that gives a code; the empty one for codes that mean the same everywhere.
pub(crate) fn endpoint_of(err_code: &str) -> Option<&'static str> {
    ["", "/pay/closeorder", "/secapi/pay/refund", "/pay/refundquery", "/pay/micropay", "/secapi/pay/reverse"]
        .into_iter()
        .find(|path| error_code::meaning(path, err_code).is_some())
}

fn is_telephone(text: &str) -> bool {
    text.len() == 11 && text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `2026-11-20` and `20261120` stand in every message.
fn is_date(text: &str) -> bool {
    let compact: String = text.chars().filter(|character| *character != '-').collect();
    compact.len() == 8 && UtcMs::day_in(&compact, 0).is_some()
}

fn kind_of(text: &str) -> NumberKind {
    let length = text.len();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let leading = text.get(..2).and_then(|two| two.parse::<u8>().ok()).unwrap_or_default();
        return match length {
            10 if leading / 10 == 1 => NumberKind::MchId,
            18 if (10..=15).contains(&leading) => NumberKind::AuthCode,
            _ if is_sandbox(text) => NumberKind::TransactionId,
            _ if is_wechat_order(text) => NumberKind::TransactionId,
            _ if leading == 50 && length >= 20 => NumberKind::RefundId,
            _ => of_the_merchant(length),
        };
    }
    match text.strip_prefix("wx") {
        Some(rest) if rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()) => NumberKind::Appid,
        Some(rest) if rest.len() > 16 && rest.bytes().take(8).all(|byte| byte.is_ascii_digit()) => NumberKind::PrepayId,
        _ if length == 28 && text.starts_with('o') => NumberKind::OpenId,
        _ => of_the_merchant(length),
    }
}

fn of_the_merchant(length: usize) -> NumberKind {
    if length > OUT_TRADE_NO_MAX { NumberKind::OutRefundNo } else { NumberKind::OutTradeNo }
}

/// By prefix; the older two are short, so that they need the length of more than a merchant number behind them.
fn is_wechat_order(digits: &str) -> bool {
    (digits.starts_with("4200") && digits.len() > 10)
        || (digits.len() >= 20 && (digits.starts_with("1000") || digits.starts_with("400")))
}

/// 31 digits with a whole moment inside.
fn is_sandbox(digits: &str) -> bool {
    digits.len() == 31
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (0..=17).any(|start| moment_at(digits, start).is_some())
}

fn date_of(text: &str, kind: NumberKind, is_sandbox: bool) -> Option<UtcMs> {
    match kind {
        NumberKind::TransactionId if is_sandbox => {
            (0..=17).find_map(|start| moment_at(text, start)).map(UtcMs::start_of_day)
        }
        NumberKind::TransactionId | NumberKind::RefundId => UtcMs::day_in(text, 10),
        NumberKind::OutTradeNo | NumberKind::OutRefundNo => UtcMs::day_in(text, 0),
        NumberKind::PrepayId => UtcMs::day_in(text, 2),
        _ => None,
    }
}

/// The moment that stands at a place as `20yyMMddHHmmss`.
fn moment_at(text: &str, start: usize) -> Option<UtcMs> {
    let moment = text.get(start..start + 14).filter(|moment| moment.starts_with("20"))?;
    UtcMs::parse_compact(moment).ok()
}

/// When the merchant's number says that it was made, if it begins with a moment as ours do.
pub(crate) fn made_at(out_trade_no: &str) -> Option<UtcMs> {
    moment_at(out_trade_no, 0)
}

#[cfg(test)]
#[path = "numbers_tests.rs"]
mod tests;
