//! The one reader and the one writer of WeChat's XML: flat, ordered, every byte of a value kept.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::Params;
use crate::params::ParamError;

/// Messages above this size are refused before they are parsed.
pub const MAX_BYTES: usize = 64 * 1024;

/// Why a message is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct XmlError {
    /// Line of the message, from 1.
    pub line: usize,
    /// What is wrong there.
    pub kind: XmlFault,
}

/// What is wrong in a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlFault {
    /// Nothing but white space.
    #[error("there is no XML here; paste the whole message, from <xml> to </xml>")]
    Empty,
    /// More than 64 KiB.
    #[error("the message is longer than 64 KiB")]
    TooLarge,
    /// Not UTF-8 (GBK, UTF-16, …), or a declaration that names another encoding.
    #[error("the message is not UTF-8; send and save it as UTF-8")]
    Encoding,
    /// A control character, which XML forbids.
    #[error("there is a control character that XML does not allow")]
    ControlCharacter,
    /// Another root element than expected.
    #[error("the root element is <{found}>, not <{expected}>")]
    Root {
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
    },
    /// A document type: the way in for entity attacks.
    #[error("a DOCTYPE is not allowed")]
    Doctype,
    /// A comment, processing instruction or late declaration.
    #[error("comments and processing instructions are not allowed")]
    Markup,
    /// Attributes or namespace prefixes.
    #[error("the element <{0}> has attributes or a prefix; WeChat's elements have neither")]
    Attributes(String),
    /// An element inside a field.
    #[error("the element <{0}> holds another element; the message must be flat")]
    Nested(String),
    /// Text between the fields, before the root or after it.
    #[error("there is text outside of the fields")]
    StrayText,
    /// An entity other than the five of XML.
    #[error("the entity &{0}; is not defined")]
    Entity(String),
    /// A duplicate, an excess of fields or of length.
    #[error(transparent)]
    Field(#[from] ParamError),
    /// Not well-formed: cut off, tags that do not match.
    #[error("the XML is not well-formed: {0}")]
    Broken(String),
}

impl XmlError {
    /// The sentence in Chinese: where, what, what to do.
    pub fn chinese(&self) -> String {
        format!("第 {} 行：{}", self.line, self.kind.chinese())
    }
}

impl XmlFault {
    /// The sentence in Chinese: what, and what to do.
    pub fn chinese(&self) -> String {
        match self {
            Self::Empty => "这里没有 XML；请粘贴完整报文，从 <xml> 到 </xml>".to_owned(),
            Self::TooLarge => "报文超过 64 KiB；请只给出一条报文".to_owned(),
            Self::Encoding => "报文不是 UTF-8；请用 UTF-8 发送和保存".to_owned(),
            Self::ControlCharacter => "有 XML 不允许的控制字符；请删掉它".to_owned(),
            Self::Root { found, expected } => format!("根元素是 <{found}>，应为 <{expected}>；请改正根元素"),
            Self::Doctype => "不允许 DOCTYPE；请删掉它".to_owned(),
            Self::Markup => "不允许注释和处理指令；请删掉它们".to_owned(),
            Self::Attributes(name) => format!("元素 <{name}> 带有属性或前缀，微信的元素两者都没有；请删掉它们"),
            Self::Nested(name) => format!("元素 <{name}> 里面还有元素，报文必须是平的；请改成一段文本"),
            Self::StrayText => "字段之外还有文字；请删掉它".to_owned(),
            Self::Entity(name) => format!("实体 &{name}; 没有定义；请写字符本身"),
            Self::Field(fault) => fault.chinese(),
            Self::Broken(detail) => format!("XML 格式不对：{}；请改正这一处", broken_in_chinese(detail)),
        }
    }
}

/// What is not well-formed, in Chinese, with the names that the English text puts between back-ticks.
fn broken_in_chinese(detail: &str) -> String {
    let mut names = detail.split('`').skip(1).step_by(2);
    let mut name = || names.next().unwrap_or_default();
    if detail.contains("but `") && detail.contains("` was found") {
        return format!("应为 {}，却是 {}", name(), name());
    }
    if let Some(missing) = detail.strip_suffix(" is missing") {
        return format!("缺少 {missing}");
    }
    if let Some(found) = detail.strip_suffix(" is not a field name") {
        return format!("{found} 不是合法的字段名");
    }
    if let Some(place) = detail.strip_prefix("]]> stands outside of CDATA in ") {
        return format!("{place} 里的 ]]> 不在 CDATA 之内");
    }
    if detail.contains("start tag not closed") {
        return format!("到结尾也没有 {}", name());
    }
    if detail.contains("does not match any open tag") {
        return format!("{} 没有对应的开始标签", name());
    }
    for (english, chinese) in [
        ("CDATA not closed", "CDATA 没有用 ]]> 结束"),
        ("comment not closed", "注释没有用 --> 结束"),
        ("processing instruction not closed", "处理指令没有用 ?> 结束"),
        ("XML declaration not closed", "XML 声明没有用 ?> 结束"),
        ("DOCTYPE not closed", "DOCTYPE 没有结束"),
        ("tag not closed", "标签没有用 > 结束"),
        ("attribute value not closed", "属性值的引号没有成对"),
        ("unknown or missed symbol in markup", "<! 后面不是合法的标记"),
        ("reference not closed", "值里的 & 没有转义，请写成 &amp; 或用 CDATA"),
        ("forbidden string `--`", "注释里有 --"),
        ("XML declaration", "XML 声明不完整"),
    ] {
        if detail.contains(english) {
            return chinese.to_owned();
        }
    }
    format!("读取程序的原话是“{detail}”")
}

/// Reads a message with the given root (`xml`; `root` in a decrypted req_info). Fields keep their order and every byte of
/// their value, except that CRLF and CR become LF as XML demands.
pub fn read(bytes: &[u8], root: &str) -> Result<Params, XmlError> {
    let at_start = |kind| XmlError { line: 1, kind };
    if bytes.len() > MAX_BYTES {
        return Err(at_start(XmlFault::TooLarge));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|fault| XmlError { line: line_at(bytes, fault.valid_up_to()), kind: XmlFault::Encoding })?;
    if holds_illegal(text, true) {
        let offset = text.find(is_illegal).unwrap_or(0);
        return Err(XmlError { line: line_at(bytes, offset), kind: XmlFault::ControlCharacter });
    }
    if let Some(params) = read_plain(text, root) {
        return Ok(params);
    }
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = true;
    config.allow_dangling_amp = false;
    match read_fields(&mut reader, root, text.len()) {
        Ok(params) => Ok(params),
        Err(kind) => {
            let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            Err(XmlError { line: line_at(bytes, offset), kind })
        }
    }
}

/// Reads the plainest form, which is what WeChat itself sends: the root, then fields of one CDATA section or of text without
/// entities, and white space between them. Everything else, and everything that is wrong, is left to the full reader; a
/// property test holds the two together. It is here because signing costs less than the full reader does.
fn read_plain(text: &str, root: &str) -> Option<Params> {
    if memchr::memchr(b'\r', text.as_bytes()).is_some() {
        return None;
    }
    let mut rest = text.strip_prefix('<')?.strip_prefix(root)?.strip_prefix('>')?;
    let mut params = Params::with_capacity(text.len());
    loop {
        rest = rest.trim_ascii_start().strip_prefix('<')?;
        if let Some(end) = rest.strip_prefix('/') {
            let tail = end.strip_prefix(root)?.strip_prefix('>')?;
            return (is_blank(tail) && !params.is_empty()).then_some(params);
        }
        let name_len = rest.bytes().position(|byte| NAME_BYTES[usize::from(byte)] == 0)?;
        let (name, after) = rest.split_at_checked(name_len)?;
        let body = after.strip_prefix('>')?;
        let (value, after) = if let Some(data) = body.strip_prefix("<![CDATA[") {
            // A value with a bracket of its own is rare enough for the full reader.
            let end = memchr::memchr(b']', data.as_bytes())?;
            (data.get(..end)?, data.get(end..)?.strip_prefix("]]>")?)
        } else {
            let end = memchr::memchr3(b'<', b'&', b']', body.as_bytes())?;
            body.split_at_checked(end)?
        };
        if NAME_BYTES[usize::from(*name.as_bytes().first()?)] != 1 {
            return None;
        }
        params.push(name, value).ok()?;
        rest = after.strip_prefix("</")?.strip_prefix(name)?.strip_prefix('>')?;
    }
}

fn line_at(bytes: &[u8], offset: usize) -> usize {
    bytes.iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

/// Whether there is a character that XML forbids (or, for the writer, a carriage return). One pass over the bytes without an
/// early exit runs in vector registers; only text with a byte EF, the lead of U+FFFE and U+FFFF, is looked at twice.
fn holds_illegal(text: &str, carriage_return_allowed: bool) -> bool {
    let (mut control, mut lead) = (false, false);
    for byte in text.as_bytes() {
        control |= *byte < 0x20 && *byte != b'\t' && *byte != b'\n' && !(carriage_return_allowed && *byte == b'\r');
        lead |= *byte == 0xEF;
    }
    control || (lead && text.contains(['\u{FFFE}', '\u{FFFF}']))
}

fn is_illegal(found: char) -> bool {
    (found < ' ' && !matches!(found, '\t' | '\n' | '\r')) || matches!(found, '\u{FFFE}' | '\u{FFFF}')
}

fn read_fields(reader: &mut Reader<&[u8]>, root: &str, size: usize) -> Result<Params, XmlFault> {
    open_root(reader, root)?;
    let mut params = Params::with_capacity(size);
    let mut value = String::new();
    loop {
        match next(reader)? {
            Event::Start(element) => {
                let name = plain_name(&element)?;
                read_value(reader, name, &mut params, &mut value)?;
            }
            Event::Empty(element) => params.push(plain_name(&element)?, "")?,
            Event::End(_) => break,
            Event::Text(text) if is_blank(&text) => {}
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                return Err(XmlFault::StrayText);
            }
            Event::Eof => return Err(XmlFault::Broken(format!("</{root}> is missing"))),
            other => return Err(forbidden(&other)),
        }
    }
    match next(reader)? {
        Event::Eof => Ok(params),
        Event::Text(text) if is_blank(&text) && matches!(next(reader)?, Event::Eof) => Ok(params),
        Event::DocType(_) => Err(XmlFault::Doctype),
        _ => Err(XmlFault::StrayText),
    }
}

fn open_root(reader: &mut Reader<&[u8]>, root: &str) -> Result<(), XmlFault> {
    let mut declared = false;
    loop {
        match next(reader)? {
            Event::Decl(declaration) if !declared => {
                declared = true;
                let named = declaration.encoding().transpose().map_err(|fault| XmlFault::Broken(fault.to_string()))?;
                if named.is_some_and(|name| !name.eq_ignore_ascii_case("utf-8") && !name.eq_ignore_ascii_case("utf8")) {
                    return Err(XmlFault::Encoding);
                }
            }
            Event::Text(text) if is_blank(&text) => {}
            Event::Start(element) => {
                let name = plain_name(&element)?;
                return if name == root {
                    Ok(())
                } else {
                    Err(XmlFault::Root { found: short(name), expected: root.to_owned() })
                };
            }
            Event::Empty(element) => {
                let name = short(plain_name(&element)?);
                return Err(if name == root {
                    XmlFault::Empty
                } else {
                    XmlFault::Root { found: name, expected: root.to_owned() }
                });
            }
            Event::Eof => return Err(XmlFault::Empty),
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                return Err(XmlFault::StrayText);
            }
            other => return Err(forbidden(&other)),
        }
    }
}

fn read_value(
    reader: &mut Reader<&[u8]>,
    name: &str,
    params: &mut Params,
    buffer: &mut String,
) -> Result<(), XmlFault> {
    // The usual field is one piece of text or CDATA and goes into the map without a copy in between.
    let mut only: Option<std::borrow::Cow<'_, str>> = None;
    buffer.clear();
    loop {
        let piece = match next(reader)? {
            Event::Text(text) if text.contains("]]>") => {
                return Err(XmlFault::Broken(format!("]]> stands outside of CDATA in <{}>", short(name))));
            }
            Event::Text(text) => text.xml10_content(),
            Event::CData(data) => data.xml10_content(),
            Event::GeneralRef(entity) => {
                let resolved = match entity.resolve_char_ref().map_err(|fault| XmlFault::Broken(fault.to_string()))? {
                    Some(found) if is_illegal(found) => return Err(XmlFault::ControlCharacter),
                    Some(found) => String::from(found),
                    None => match &*entity {
                        "lt" => "<".to_owned(),
                        "gt" => ">".to_owned(),
                        "amp" => "&".to_owned(),
                        "quot" => "\"".to_owned(),
                        "apos" => "'".to_owned(),
                        other => return Err(XmlFault::Entity(short(other))),
                    },
                };
                resolved.into()
            }
            Event::End(_) => break,
            Event::Start(_) | Event::Empty(_) => return Err(XmlFault::Nested(short(name))),
            Event::Eof => return Err(XmlFault::Broken(format!("</{}> is missing", short(name)))),
            other => return Err(forbidden(&other)),
        };
        match only.take() {
            None if buffer.is_empty() => only = Some(piece),
            None => buffer.push_str(&piece),
            Some(first) => {
                buffer.push_str(&first);
                buffer.push_str(&piece);
            }
        }
    }
    Ok(params.push(name, only.as_deref().unwrap_or(buffer))?)
}

fn next<'i>(reader: &mut Reader<&'i [u8]>) -> Result<Event<'i>, XmlFault> {
    reader.read_event().map_err(|fault| XmlFault::Broken(fault.to_string()))
}

fn plain_name<'e>(element: &'e BytesStart<'_>) -> Result<&'e str, XmlFault> {
    let name = element.name().into_inner();
    if name.contains(':') || !element.attributes_raw().trim_ascii().is_empty() {
        return Err(XmlFault::Attributes(short(name)));
    }
    if !is_name(name) {
        return Err(XmlFault::Broken(format!("<{}> is not a field name", short(name))));
    }
    Ok(name)
}

fn forbidden(event: &Event<'_>) -> XmlFault {
    if matches!(event, Event::DocType(_)) { XmlFault::Doctype } else { XmlFault::Markup }
}

fn is_blank(text: &str) -> bool {
    text.trim_ascii().is_empty()
}

/// Bytes that a name may hold: 1 anywhere, 2 not at the start. Bytes of non-ASCII letters are let through to be kept.
const NAME_BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = u8::MAX;
    while byte > 0 {
        table[byte as usize] = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | 0x80.. => 1,
            b'0'..=b'9' | b'-' | b'.' => 2,
            _ => 0,
        };
        byte -= 1;
    }
    table
};

fn is_name(name: &str) -> bool {
    name.as_bytes().first().is_some_and(|first| NAME_BYTES[usize::from(*first)] == 1)
        && name.bytes().all(|byte| NAME_BYTES[usize::from(byte)] != 0)
}

fn short(name: &str) -> String {
    name.chars().take(64).collect()
}

/// Why a message cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A name that is no element name.
    #[error("{0:?} cannot be the name of a field")]
    Name(String),
    /// A control character, or a carriage return, which the reader at the other end would turn into a line feed after signing.
    #[error("the value of {0} holds a control character or a carriage return; remove it")]
    Value(String),
}

/// Writes a message the way WeChat does (protocol page §2.2): the first field follows the root at once, each field on its
/// own line, text in CDATA, and fields for which `bare` answers yes without it.
pub fn write(params: &Params, bare: impl Fn(&str) -> bool) -> Result<String, WriteError> {
    write_fields(params, None, bare)
}

/// Writes a message and its sign behind it, which spares the caller a copy of the message.
pub fn write_signed(params: &Params, sign: &str, bare: impl Fn(&str) -> bool) -> Result<String, WriteError> {
    write_fields(params, Some(("sign", sign)), bare)
}

fn write_fields(
    params: &Params,
    last: Option<(&str, &str)>,
    bare: impl Fn(&str) -> bool,
) -> Result<String, WriteError> {
    if holds_illegal(params.text(), false) {
        let field = params.iter().find(|(_, value)| holds_illegal(value, false)).map_or("", |(name, _)| name);
        return Err(WriteError::Value(short(field)));
    }
    // Around a value of CDATA stand 20 characters and the name twice.
    let mut out = String::with_capacity(128 + params.text().len() * 2 + params.len() * 20);
    out.push_str("<xml>");
    for (name, value) in params.iter().chain(last) {
        if !is_name(name) || !name.is_ascii() {
            return Err(WriteError::Name(short(name)));
        }
        out.push('<');
        out.push_str(name);
        if bare(name) {
            out.push('>');
            push_escaped(&mut out, value);
            out.push_str("</");
        } else {
            out.push_str("><![CDATA[");
            push_cdata(&mut out, value);
            out.push_str("]]></");
        }
        out.push_str(name);
        out.push_str(">\n");
    }
    out.push_str("</xml>");
    Ok(out)
}

/// Fields that requests and answers write without CDATA: amounts and counters (protocol page §2.2).
pub fn is_amount(name: &str) -> bool {
    if !name.ends_with("_fee") && !name.ends_with("_count") && !name.ends_with(|last: char| last.is_ascii_digit()) {
        return false;
    }
    let stem = name.trim_end_matches(|found: char| found.is_ascii_digit() || found == '_');
    matches!(
        stem,
        "total_fee"
            | "cash_fee"
            | "coupon_fee"
            | "coupon_count"
            | "refund_fee"
            | "refund_count"
            | "settlement_total_fee"
            | "settlement_refund_fee"
            | "coupon_refund_fee"
            | "coupon_refund_count"
            | "cash_refund_fee"
            | "total_refund_count"
    )
}

fn push_cdata(out: &mut String, value: &str) {
    if memchr::memchr(b']', value.as_bytes()).is_none() {
        out.push_str(value);
        return;
    }
    let mut pieces = value.split("]]>");
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        out.push_str("]]]]><![CDATA[>");
        out.push_str(piece);
    }
}

fn push_escaped(out: &mut String, value: &str) {
    for found in value.chars() {
        match found {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
