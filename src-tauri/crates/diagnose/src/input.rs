//! Reading whatever somebody has at hand: a message, a string to sign, a request, a log line.

mod broken_xml;
mod damage;
mod error_words;
mod fault;
mod gathered;
mod http;
mod lenient;
mod lenient_pairs;
mod lenient_xml;
mod lines;
mod names;
mod object;
pub(crate) mod pasted_key;
mod printed_map;
mod text_of;
mod traced;
mod transcript;

pub use fault::{Fault, FaultKind, Place};
pub use gathered::Placed;
pub use http::Capture;
pub use lenient::{Read, read_leniently};
pub use names::is_known as is_protocol_name;

use wxpay_protocol::{Params, Secret, xml};

use self::pasted_key::{PastedKey, role_of};
use crate::diagnosis::{KeyRole, KeySlot};

use crate::{InputError, Repair, curl, json, log_line, pairs};

/// Longer inputs are refused before they are looked at.
pub const MAX_BYTES: usize = xml::MAX_BYTES;

/// How the user says that an input is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `<xml>…</xml>`.
    Xml,
    /// One flat object; numbers as written, null is absent.
    Json,
    /// `a=1&b=2`, taken literally.
    Pairs,
    /// `a=1&b=2` or a URL, percent-decoded.
    Query,
    /// A curl command; its body, else the query of its URL.
    Curl,
    /// Text with a message somewhere in it.
    Log,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: &[Self] = &[Self::Xml, Self::Json, Self::Pairs, Self::Query, Self::Curl, Self::Log];

    /// The word for it on the command line and across IPC.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Xml => "xml",
            Self::Json => "json",
            Self::Pairs => "pairs",
            Self::Query => "query",
            Self::Curl => "curl",
            Self::Log => "log",
        }
    }

    /// The format for a word; nothing for a word that is not one.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }
}

/// What an input turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message in XML.
    Xml,
    /// A flat JSON object.
    Json,
    /// Literal pairs.
    Pairs,
    /// Literal pairs that end in `&key=…`.
    StringToSign,
    /// Encoded pairs.
    Query,
    /// A URL with parameters.
    Url,
    /// A curl command.
    Curl,
    /// A log line or any other text around a message.
    Log,
    /// An array as PHP prints it: print_r, var_export or var_dump.
    Php,
    /// A map or object as Java prints it.
    JavaMap,
    /// A map or struct as Go prints it.
    GoMap,
    /// A dict as Python prints it.
    Python,
    /// An object of JavaScript, as in source code or on its console.
    Script,
    /// A request of HTTP with its headers.
    HttpRequest,
    /// An answer of HTTP with its headers.
    HttpResponse,
    /// One field on each line.
    Lines,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Xml,
        Self::Json,
        Self::Pairs,
        Self::StringToSign,
        Self::Query,
        Self::Url,
        Self::Curl,
        Self::Log,
        Self::Php,
        Self::JavaMap,
        Self::GoMap,
        Self::Python,
        Self::Script,
        Self::HttpRequest,
        Self::HttpResponse,
        Self::Lines,
    ];

    /// Its name in Chinese.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Xml => "XML 报文",
            Self::Json => "JSON 对象",
            Self::Pairs => "名字=值",
            Self::StringToSign => "待签名串（带 key）",
            Self::Query => "URL 编码的参数",
            Self::Url => "URL",
            Self::Curl => "curl 命令",
            Self::Log => "日志或带报文的文字",
            Self::Php => "PHP 打印的数组",
            Self::JavaMap => "Java 打印的 Map 或对象",
            Self::GoMap => "Go 打印的 map 或结构体",
            Self::Python => "Python 打印的 dict",
            Self::Script => "JavaScript 对象",
            Self::HttpRequest => "HTTP 请求抓包",
            Self::HttpResponse => "HTTP 应答抓包",
            Self::Lines => "每行一个字段",
        }
    }

    /// Its name in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::Xml => "a message in XML",
            Self::Json => "a JSON object",
            Self::Pairs => "name=value pairs",
            Self::StringToSign => "a string to sign with its key",
            Self::Query => "percent-encoded pairs",
            Self::Url => "a URL",
            Self::Curl => "a curl command",
            Self::Log => "a log line or text with a message in it",
            Self::Php => "an array printed by PHP",
            Self::JavaMap => "a map or object printed by Java",
            Self::GoMap => "a map or struct printed by Go",
            Self::Python => "a dict printed by Python",
            Self::Script => "a JavaScript object",
            Self::HttpRequest => "a captured HTTP request",
            Self::HttpResponse => "a captured HTTP answer",
            Self::Lines => "one field on each line",
        }
    }

    /// A stable word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Xml => "xml",
            Self::Json => "json",
            Self::Pairs => "pairs",
            Self::StringToSign => "string_to_sign",
            Self::Query => "query",
            Self::Url => "url",
            Self::Curl => "curl",
            Self::Log => "log",
            Self::Php => "php",
            Self::JavaMap => "java_map",
            Self::GoMap => "go_map",
            Self::Python => "python",
            Self::Script => "script",
            Self::HttpRequest => "http_request",
            Self::HttpResponse => "http_response",
            Self::Lines => "lines",
        }
    }
}

/// The fields of an input in the order in which they stand there.
pub struct Input {
    /// What it was.
    pub kind: Kind,
    /// The fields, without those that hold a key.
    pub params: Params,
    /// What reading changed or decided.
    pub repairs: Vec<Repair>,
    pub(crate) pasted_keys: Vec<PastedKey>,
}

impl Input {
    /// Whether the text held API keys and none of them is this one; nothing when no field of it was an API key.
    pub fn pasted_key_differs(&self, key: &Secret) -> Option<bool> {
        let mut own = self
            .pasted_keys
            .iter()
            .filter(|pasted| pasted.role == KeyRole::InUse && pasted.position.is_some())
            .peekable();
        own.peek()?;
        Some(!own.any(|pasted| pasted.secret.same_as(key)))
    }

    /// The keys that stood in the text: to be tried, and to be shown nowhere.
    pub fn pasted_keys(&self) -> impl Iterator<Item = KeySlot<'_>> {
        self.pasted_keys.iter().filter(|pasted| !pasted.secret.is_empty()).map(PastedKey::slot)
    }
}

/// Fields as they come in, each checked once.
#[derive(Default)]
pub(crate) struct Fields {
    pub(crate) params: Params,
    pub(crate) repairs: Vec<Repair>,
    pasted_keys: Vec<PastedKey>,
}

impl Fields {
    /// Adds a field; one that holds a key is kept apart, because its value must never be shown.
    pub(crate) fn push(&mut self, name: &str, value: &str) -> Result<(), InputError> {
        for part in [name, value] {
            if let Some((at, found)) =
                part.char_indices().find(|(_, found)| *found < ' ' && !matches!(found, '\t' | '\n' | '\r'))
            {
                return Err(InputError::ControlCharacter {
                    name: name.chars().filter(|kept| !kept.is_control()).take(64).collect(),
                    code: u32::from(found),
                    at,
                });
            }
        }
        if let Some(role) = role_of(name) {
            return if self.take_key(name, role, value) {
                Ok(())
            } else {
                Err(wxpay_protocol::params::ParamError::Duplicate(name.to_owned()).into())
            };
        }
        Ok(self.params.push(name, value)?)
    }

    /// Keeps a key apart; false where one of this name is there already.
    fn take_key(&mut self, name: &str, role: KeyRole, value: &str) -> bool {
        if self.pasted_keys.iter().any(|known| known.name == name) {
            return false;
        }
        if !self.repairs.contains(&Repair::KeyRemoved) {
            self.repairs.push(Repair::KeyRemoved);
        }
        self.pasted_keys.push(PastedKey::new(name, role, Some(self.params.len()), value));
        true
    }

    fn from_xml(bytes: &[u8]) -> Result<Self, InputError> {
        let params = xml::read(bytes, "xml")?;
        if params.iter().all(|(name, _)| role_of(name).is_none()) {
            return Ok(Self { params, ..Self::default() });
        }
        let mut fields = Self::default();
        for (name, value) in params.iter() {
            fields.push(name, value)?;
        }
        Ok(fields)
    }

    fn into_input(self, kind: Kind) -> Result<Input, InputError> {
        if self.params.is_empty() {
            return Err(InputError::NoFields);
        }
        Ok(Input { kind, params: self.params, repairs: self.repairs, pasted_keys: self.pasted_keys })
    }
}

/// Reads an input; without a format its kind is detected. At most [`MAX_BYTES`] bytes of UTF-8.
pub fn read(bytes: &[u8], format: Option<Format>) -> Result<Input, InputError> {
    if bytes.len() > MAX_BYTES {
        return Err(InputError::TooLarge);
    }
    let (text, marked) = decode(bytes)?;
    if text.trim().is_empty() {
        return Err(InputError::Empty);
    }
    let kind = match format {
        None => detect(text)?,
        Some(Format::Xml) => Kind::Xml,
        Some(Format::Json) => Kind::Json,
        Some(Format::Pairs) => Kind::Pairs,
        Some(Format::Query) if is_url(text.trim()) => Kind::Url,
        Some(Format::Query) => Kind::Query,
        Some(Format::Curl) => Kind::Curl,
        Some(Format::Log) => Kind::Log,
    };
    let mut fields = match kind {
        Kind::Xml => Fields::from_xml(text.as_bytes())?,
        Kind::Json => json::read(text, json::Grammar::Json)?,
        Kind::Pairs | Kind::StringToSign => pairs::read_literal(pairs::without_line_end(text))?,
        Kind::Query | Kind::Url => pairs::read_query(pairs::query_of(text.trim(), "URL")?)?,
        Kind::Curl => curl::read(text)?,
        // The kinds of lenient reading are never detected here.
        _ => log_line::read(text)?,
    };
    if marked {
        fields.repairs.insert(0, Repair::ByteOrderMark);
    }
    let kind = if kind == Kind::Pairs && !fields.pasted_keys.is_empty() { Kind::StringToSign } else { kind };
    fields.into_input(kind)
}

/// A body found inside of a curl command or a log line.
pub(crate) fn read_body(text: &str) -> Result<Fields, InputError> {
    match text.trim_start().chars().next() {
        Some('<') => Fields::from_xml(text.as_bytes()),
        Some('{') => json::read(text, json::Grammar::Json),
        _ => pairs::read_query(pairs::without_line_end(text)),
    }
}

/// XML found inside of other text.
pub(crate) fn read_xml(text: &str) -> Result<Fields, InputError> {
    Fields::from_xml(text.as_bytes())
}

fn decode(bytes: &[u8]) -> Result<(&str, bool), InputError> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(InputError::Utf16);
    }
    let stripped = bytes.strip_prefix(b"\xEF\xBB\xBF");
    let body = stripped.unwrap_or(bytes);
    match std::str::from_utf8(body) {
        // ASCII in UTF-16 without a mark is valid UTF-8 with every other byte a NUL.
        Ok(text) if text.len() > 3 && text.bytes().filter(|byte| *byte == 0).count() * 3 >= text.len() => {
            Err(InputError::Utf16)
        }
        Ok(text) => Ok((text, stripped.is_some())),
        Err(fault) => {
            let line = body.split(|byte| *byte == b'\n').scan(0, |end, line| {
                let start = *end;
                *end += line.len() + 1;
                Some(start)
            });
            let line = line.take_while(|start| *start <= fault.valid_up_to()).count();
            Err(if looks_like_gbk(body) { InputError::Gbk { line } } else { InputError::Encoding { line } })
        }
    }
}

/// Every byte above ASCII stands in a pair of lead and trail byte as GBK has them.
fn looks_like_gbk(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    let mut seen = false;
    while let Some(byte) = rest.next() {
        if byte.is_ascii() {
            continue;
        }
        let trail = rest.next().copied().unwrap_or(0);
        if !matches!(byte, 0x81..=0xFE) || !matches!(trail, 0x40..=0x7E | 0x80..=0xFE) {
            return false;
        }
        seen = true;
    }
    seen
}

fn detect(text: &str) -> Result<Kind, InputError> {
    let trimmed = text.trim();
    if trimmed.starts_with('<') {
        return Ok(Kind::Xml);
    }
    if trimmed.starts_with(['{', '[']) {
        return Ok(if log_line::is_wrapper(trimmed) { Kind::Log } else { Kind::Json });
    }
    if curl::is_command(trimmed) {
        return Ok(Kind::Curl);
    }
    if is_url(trimmed) {
        return Ok(Kind::Url);
    }
    if trimmed.starts_with('?') {
        return Ok(Kind::Query);
    }
    let holds_message = log_line::holds_xml(trimmed);
    if pairs::starts_with_name(trimmed) && !holds_message {
        return Ok(Kind::Pairs);
    }
    if holds_message || log_line::holds_more(trimmed) {
        return Ok(Kind::Log);
    }
    Err(InputError::Unrecognised)
}

fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
            && !rest.contains(char::is_whitespace)
    })
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
