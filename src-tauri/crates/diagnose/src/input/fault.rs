//! What could not be read although the rest was: each fault with its place and the remedy.

use std::fmt;
use std::ops::Range;

use crate::InputError;

/// A place in the pasted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes of the text in UTF-8, a byte order mark included.
    pub range: Range<usize>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One thing that could not be read, or could be read in one way only by leaving something out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where; nothing where it is the whole text.
    pub place: Option<Place>,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong at a place. Names are repeated, values never.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The text as a whole, as the strict reader says it.
    Refused(InputError),
    /// `<toe>600</total_fee>`.
    MismatchedTag {
        /// The name that opens.
        opened: String,
        /// The name that closes.
        closed: String,
        /// The one that was taken, because it is a name of the protocol or else because it opens.
        taken: String,
    },
    /// The field has no end before the next one begins.
    NotClosed(String),
    /// The start tag of the field is damaged.
    BrokenTag(String),
    /// The text ends inside of this field: its value is cut off.
    CutOff(String),
    /// The text ends, or begins, before the message does.
    Incomplete,
    /// An end tag without its start.
    StrayEnd(String),
    /// Text that belongs to no field.
    StrayText,
    /// The root is another one than `<xml>`.
    Root(String),
    /// A field that holds others; its value was taken as it is written.
    Nested(String),
    /// A document type, which is never read.
    Doctype,
    /// A comment or processing instruction, left out.
    Markup,
    /// Attributes or a prefix, left out.
    Attributes(String),
    /// An XML declaration or a header that names another encoding than UTF-8.
    Charset(String),
    /// `&` or `<` that is not escaped in the value of this field.
    NotEscaped(String),
    /// An entity other than the five of XML, in the value of this field.
    Entity(String),
    /// The name stands there again; the first one was taken.
    Duplicate(String),
    /// A control character in the value of this field; it was kept.
    ControlCharacter {
        /// The field.
        name: String,
        /// The character.
        code: u32,
    },
    /// A field without a name.
    NoName,
    /// More fields than any message has, or a longer value; the rest was left out.
    TooMuch,
    /// A piece without `name=value`.
    NotAPair,
    /// A text whose quotation mark is not closed.
    Quote,
    /// The length that is printed beside a text is not its length.
    PrintedLength(String),
    /// `%` without two hexadecimal digits; the value was taken as it stands.
    PercentEncoding(String),
    /// The body is shorter than its Content-Length.
    Truncated {
        /// Bytes that the header promises.
        promised: usize,
        /// Bytes that are there.
        present: usize,
    },
    /// More than one message; the first was taken, or the first that has a sign.
    SeveralMessages {
        /// How many.
        count: usize,
    },
    /// Further faults that are not listed.
    More {
        /// How many.
        count: usize,
    },
}

impl FaultKind {
    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::MismatchedTag { .. } => "mismatched_tag",
            Self::NotClosed(_) => "not_closed",
            Self::BrokenTag(_) => "broken_tag",
            Self::CutOff(_) => "cut_off",
            Self::Incomplete => "incomplete",
            Self::StrayEnd(_) => "stray_end",
            Self::StrayText => "stray_text",
            Self::Root(_) => "root",
            Self::Nested(_) => "nested",
            Self::Doctype => "doctype",
            Self::Markup => "markup",
            Self::Attributes(_) => "attributes",
            Self::Charset(_) => "charset",
            Self::NotEscaped(_) => "not_escaped",
            Self::Entity(_) => "entity",
            Self::Duplicate(_) => "duplicate",
            Self::ControlCharacter { .. } => "control_character",
            Self::NoName => "no_name",
            Self::TooMuch => "too_much",
            Self::NotAPair => "not_a_pair",
            Self::Quote => "quote",
            Self::PrintedLength(_) => "printed_length",
            Self::PercentEncoding(_) => "percent_encoding",
            Self::Truncated { .. } => "truncated",
            Self::SeveralMessages { .. } => "several_messages",
            Self::More { .. } => "more",
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Refused(fault) => fault.chinese(),
            Self::MismatchedTag { opened, closed, taken } => {
                format!("<{opened}> 用 </{closed}> 结束，首尾标签不一致，已按 {taken} 读取；请改正标签")
            }
            Self::NotClosed(name) => format!("<{name}> 没有结束标签；请补上 </{name}>"),
            Self::BrokenTag(name) => format!("{name} 的开始标签损坏，已尽量读取；请写成 <{name}>"),
            Self::CutOff(name) => format!("文本在 {name} 的值中间断了，这个值不完整；请粘贴完整报文"),
            Self::Incomplete => "报文不完整，开头或结尾被截断；请粘贴完整报文".to_owned(),
            Self::StrayEnd(name) => format!("</{name}> 没有对应的开始标签；请检查这一处"),
            Self::StrayText => "这段文字不属于任何字段，已忽略；请确认没有粘错".to_owned(),
            Self::Root(name) => format!("根元素是 <{name}>，不是 <xml>；请改成 <xml>"),
            Self::Nested(name) => {
                format!("{name} 里面还有下级元素，已按原文作为它的值；报文必须是平的，请传一段文本")
            }
            Self::Doctype => "含有 DOCTYPE，出于安全不读取；请删掉它".to_owned(),
            Self::Markup => "注释或处理指令已忽略；请从报文里删掉".to_owned(),
            Self::Attributes(name) => format!("<{name}> 带有属性或前缀，已忽略；微信的元素两者都没有，请删掉"),
            Self::Charset(name) => format!("声明的编码是 {name}，不是 UTF-8；微信支付 v2 按 UTF-8 验签，请改成 UTF-8"),
            Self::NotEscaped(name) => {
                format!("{name} 的值里有没转义的 & 或 <，已按原样读取；请用 CDATA 或 &amp;、&lt;")
            }
            Self::Entity(name) => format!("{name} 的值里有 XML 没有定义的实体，已按原样读取；请改成字符本身"),
            Self::Duplicate(name) => format!("字段 {name} 出现了两次，已取第一个；请只保留一个"),
            Self::ControlCharacter { name, code } => {
                format!("{name} 的值里有控制字符 U+{code:04X}，已保留；请删掉它")
            }
            Self::NoName => "有一个字段没有名字，已忽略；请补上名字".to_owned(),
            Self::TooMuch => "字段太多或值太长，从这里起已忽略；请只粘贴一条报文".to_owned(),
            Self::NotAPair => "这里不是“名字=值”，已忽略；请检查这一处".to_owned(),
            Self::Quote => "引号没有成对，已读到行尾；请补上引号".to_owned(),
            Self::PrintedLength(name) => format!("{name} 旁边打印的长度与它的值不符，值可能被改过；请重新复制"),
            Self::PercentEncoding(name) => format!("{name} 的值不是 URL 编码的 UTF-8，已按原样读取；请检查 % 后的两位"),
            Self::Truncated { promised, present } => {
                format!("Content-Length 是 {promised} 字节，报文只有 {present} 字节，报文被截断；请取完整报文")
            }
            Self::SeveralMessages { count } => {
                format!("文本里有 {count} 条报文，已取带 sign 的第一条；请只保留要看的那条")
            }
            Self::More { count } => format!("还有 {count} 处错误没有列出；请先改正上面的"),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Refused(fault) => fault.to_string(),
            Self::MismatchedTag { opened, closed, taken } => {
                format!("<{opened}> is closed by </{closed}>; it was read as {taken}; correct the tag")
            }
            Self::NotClosed(name) => format!("<{name}> has no end; add </{name}>"),
            Self::BrokenTag(name) => {
                format!("the start tag of {name} is damaged and was read as far as possible; write <{name}>")
            }
            Self::CutOff(name) => {
                format!("the text ends inside of {name}, whose value is cut off; paste the whole message")
            }
            Self::Incomplete => {
                "the beginning or the end of the message is missing; paste the whole message".to_owned()
            }
            Self::StrayEnd(name) => format!("</{name}> closes nothing; check this place"),
            Self::StrayText => {
                "this text belongs to no field and was left out; check that it was not pasted by mistake".to_owned()
            }
            Self::Root(name) => format!("the root element is <{name}>, not <xml>; change it to <xml>"),
            Self::Nested(name) => {
                format!(
                    "{name} holds other elements, which were taken as its value as they are written; a message is flat, give one text"
                )
            }
            Self::Doctype => "a DOCTYPE is not read, for safety; remove it".to_owned(),
            Self::Markup => "a comment or processing instruction was left out; remove it from the message".to_owned(),
            Self::Attributes(name) => {
                format!(
                    "<{name}> has attributes or a prefix, which were left out; WeChat's elements have neither, remove them"
                )
            }
            Self::Charset(name) => {
                format!("the declared encoding is {name}, not UTF-8; WeChat Pay v2 signs UTF-8, declare and send that")
            }
            Self::NotEscaped(name) => {
                format!(
                    "the value of {name} holds & or < that is not escaped and was read as it stands; use CDATA or &amp; and &lt;"
                )
            }
            Self::Entity(name) => {
                format!(
                    "the value of {name} holds an entity that XML does not define; it was read as it stands; write the character itself"
                )
            }
            Self::Duplicate(name) => format!("the field {name} stands there twice, the first was taken; keep one"),
            Self::ControlCharacter { name, code } => {
                format!("the value of {name} holds the control character U+{code:04X}, which was kept; remove it")
            }
            Self::NoName => "a field without a name was left out; give it its name".to_owned(),
            Self::TooMuch => {
                "there are too many fields or a value is too long; the rest was left out; paste one message only"
                    .to_owned()
            }
            Self::NotAPair => "this is not name=value and was left out; check this place".to_owned(),
            Self::Quote => {
                "a quotation mark is not closed; the text was read up to the end of the line; close it".to_owned()
            }
            Self::PrintedLength(name) => {
                format!(
                    "the length that is printed beside {name} is not that of its value, which may have been changed; copy it again"
                )
            }
            Self::PercentEncoding(name) => {
                format!(
                    "the value of {name} is not percent-encoded UTF-8 and was read as it stands; check the two digits behind each %"
                )
            }
            Self::Truncated { promised, present } => {
                format!(
                    "Content-Length is {promised} bytes and the body has {present}; it is cut off, get the whole body"
                )
            }
            Self::SeveralMessages { count } => {
                format!(
                    "there are {count} messages in this text, the first with a sign was taken; keep the one that you mean"
                )
            }
            Self::More { count } => format!("{count} more faults are not listed; correct those above first"),
        }
    }
}

impl Fault {
    /// The sentence in Chinese: where, what, what to do.
    pub fn chinese(&self) -> String {
        match &self.place {
            Some(place) => format!("第 {} 行第 {} 列：{}", place.line, place.column, self.kind.chinese()),
            None => self.kind.chinese(),
        }
    }
}

/// The sentence in English: where, what, what to do.
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(formatter, "line {}, column {}: ", place.line, place.column)?;
        }
        formatter.write_str(&self.kind.english())
    }
}
