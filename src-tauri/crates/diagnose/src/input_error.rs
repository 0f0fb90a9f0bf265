//! Why a pasted text cannot be read: one sentence each, with the place and the remedy.

use wxpay_protocol::params::ParamError;
use wxpay_protocol::xml::XmlError;

/// Why an input is refused. Values are never repeated here, because any of them may be a secret or personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// Nothing but white space.
    #[error("the input is empty; give the whole message, for instance the XML from <xml> to </xml>")]
    Empty,
    /// More than [`crate::input::MAX_BYTES`].
    #[error("the input is longer than 64 KiB, which no message of WeChat Pay v2 is; give one message only")]
    TooLarge,
    /// Not UTF-8, and its bytes have the shape of GBK.
    #[error(
        "line {line}: the input is not UTF-8, it looks like GBK; save it as UTF-8 (WeChat Pay v2 signs UTF-8 bytes)"
    )]
    Gbk {
        /// Line of the first byte that is not UTF-8, from 1.
        line: usize,
    },
    /// UTF-16, told by its byte order mark or its NUL bytes.
    #[error("the input is UTF-16; save it as UTF-8 (WeChat Pay v2 signs UTF-8 bytes)")]
    Utf16,
    /// Some other bytes.
    #[error("line {line}: the input is not UTF-8; save it as UTF-8")]
    Encoding {
        /// Line of the first byte that is not UTF-8, from 1.
        line: usize,
    },
    /// No format was recognised.
    #[error(
        "this is neither XML, JSON, name=value pairs, a URL, a curl command nor a log line with one of them; \
         if you know what it is, say so with --format xml|json|pairs|query|curl|log"
    )]
    Unrecognised,
    /// XML that the one reader refuses.
    #[error("the XML is refused at {0}; repair the message at that line, or give the body exactly as it was sent")]
    Xml(#[from] XmlError),
    /// JSON that is not well-formed.
    #[error(
        "the JSON is refused at line {line}, column {column}: {what}; give one flat object such as {{\"appid\":\"wx…\",\"total_fee\":101}}"
    )]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What stands there.
        what: &'static str,
    },
    /// A JSON value that is an object or a list.
    #[error("the JSON value of {name} is {what}; a message is flat: give it as one text, byte for byte as it was sent")]
    Nested {
        /// The field.
        name: String,
        /// `an object` or `a list`.
        what: &'static str,
    },
    /// Something without `=` where `name=value` should begin.
    #[error("pair {position} has no `=`; write name=value&name=value, or use XML or JSON where a value holds `&`")]
    Pair {
        /// Which pair, from 1.
        position: usize,
    },
    /// `%` without two hexadecimal digits, or bytes that are no UTF-8 once decoded.
    #[error("the value of {name} is not percent-encoded UTF-8; if it is meant literally, use --format pairs")]
    PercentEncoding {
        /// The field.
        name: String,
    },
    /// A duplicate, an excess of fields or of length.
    #[error("{0}; remove what is too much")]
    Field(#[from] ParamError),
    /// A control character that XML cannot carry, so that no message can hold it.
    #[error("the field {name} holds the control character U+{code:04X} at byte {at} of its value; remove it")]
    ControlCharacter {
        /// The field.
        name: String,
        /// The character.
        code: u32,
        /// Byte of the value, from 0.
        at: usize,
    },
    /// A quotation mark that is not closed.
    #[error("the curl command has a {quote} that is not closed; copy the whole command")]
    CurlQuote {
        /// The mark.
        quote: char,
    },
    /// A body that curl would read from elsewhere.
    #[error("the curl command takes its body from {what}; give that body itself as the input")]
    CurlElsewhere {
        /// `a file (@…)` or `a form (-F)`.
        what: &'static str,
    },
    /// Neither a body nor a query in the URL.
    #[error("the {what} carries neither a body (-d …) nor parameters after `?`; copy the whole request")]
    NoParameters {
        /// `curl command` or `URL`.
        what: &'static str,
    },
    /// No message in a log line.
    #[error("there is no message in this text; a log line must hold <xml>…</xml>, a JSON object or name=value pairs")]
    NoMessage,
    /// More than one message in a log line.
    #[error("there are {count} messages in this text; keep the one that you mean")]
    SeveralMessages {
        /// How many.
        count: usize,
    },
    /// A message without a single field.
    #[error("the message has no fields; give the whole message")]
    NoFields,
}
