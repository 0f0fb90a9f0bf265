//! What was taken away or read differently before the fields were signed, so that nothing happens unseen.

use std::fmt;

/// One thing that reading changed or decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repair {
    /// A UTF-8 byte order mark in front.
    ByteOrderMark,
    /// The API key stood in the text; it was taken out and is not shown.
    KeyRemoved,
    /// A key is written down in a value or beside the message; it is shown nowhere and was tried.
    KeyHidden,
    /// An `&` without a `name=` behind it was read as part of the value of this field.
    AmpersandInValue(String),
    /// Values look percent-encoded but were taken literally.
    LooksEncoded,
    /// `%XX` and `+` were decoded.
    Decoded,
    /// The message was found inside of other text.
    TextAround,
    /// `\n`, `\"`, `\x22` and the like were resolved.
    BackslashesResolved,
    /// `&lt;xml&gt;` was turned back into `<xml>`.
    EntitiesResolved,
    /// A JavaScript object was read: bare names, single quotes, call-backs left out.
    ScriptObject,
    /// `timestamp` as wx.chooseWXPay takes it was read as `timeStamp`, which is the name that is signed.
    TimestampRenamed,
    /// The appId, which is signed but not sent, was supplied.
    AppidSupplied,
    /// A character that HTML made of `&not`, `&times` and the like was turned back: `¬ify_url` is `&notify_url`.
    HtmlEntityDamage {
        /// The character.
        found: char,
        /// The parameter that it hid.
        name: String,
    },
    /// “ ” or ‘ ’ of a chat where a straight quotation mark belongs.
    SmartQuotes,
    /// ＝ ＆ ： ＜ ＞ where an ASCII sign belongs.
    FullWidthSigns,
    /// No-break or zero-width spaces between the fields, dropped.
    SpacesDropped,
    /// `null`, `None`, `undefined` or `<nil>` of this field was read as an empty value.
    NullRead(String),
    /// A guess: this name, which is none of the protocol's, was read as a field of its own, not as part of a value.
    GuessedField(String),
    /// A guess: something like `name=` was read as part of the value of this field.
    GuessedValue(String),
    /// A guess: the last value of a log line was read to the end of the line.
    ToLineEnd(String),
    /// The body of an HTTP capture was put together from its chunks.
    ChunksJoined,
    /// The headers of an HTTP capture were set aside.
    HeadersSetAside,
    /// The Content-Type of an HTTP capture names no charset although the body is not ASCII.
    CharsetMissing,
}

impl Repair {
    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ByteOrderMark => "byte_order_mark",
            Self::KeyRemoved => "key_removed",
            Self::KeyHidden => "key_hidden",
            Self::AmpersandInValue(_) => "ampersand_in_value",
            Self::LooksEncoded => "looks_encoded",
            Self::Decoded => "decoded",
            Self::TextAround => "text_around",
            Self::BackslashesResolved => "backslashes_resolved",
            Self::EntitiesResolved => "entities_resolved",
            Self::ScriptObject => "script_object",
            Self::TimestampRenamed => "timestamp_renamed",
            Self::AppidSupplied => "appid_supplied",
            Self::HtmlEntityDamage { .. } => "html_entity_damage",
            Self::SmartQuotes => "smart_quotes",
            Self::FullWidthSigns => "full_width_signs",
            Self::SpacesDropped => "spaces_dropped",
            Self::NullRead(_) => "null_read",
            Self::GuessedField(_) => "guessed_field",
            Self::GuessedValue(_) => "guessed_value",
            Self::ToLineEnd(_) => "to_line_end",
            Self::ChunksJoined => "chunks_joined",
            Self::HeadersSetAside => "headers_set_aside",
            Self::CharsetMissing => "charset_missing",
        }
    }

    /// The sentence in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::ByteOrderMark => "开头的 UTF-8 BOM 已去掉".to_owned(),
            Self::KeyRemoved => "文本里带有 API 密钥，已取出，不参与排序也不显示；请不要把密钥发给别人".to_owned(),
            Self::KeyHidden => {
                "文本里还写着一把密钥（不是单独的字段）：显示时遮住，诊断时试用；请不要把密钥发给别人".to_owned()
            }
            Self::AmpersandInValue(name) => {
                format!("{name} 的值里有一个 &，后面没有“名字=”，已当作值的一部分")
            }
            Self::LooksEncoded => {
                "值看起来经过了 URL 编码，这里按原样使用；如果需要解码，请把格式选为 query".to_owned()
            }
            Self::Decoded => "已做 URL 解码（%XX 与 +）".to_owned(),
            Self::TextAround => "已从周围的文字中取出报文".to_owned(),
            Self::BackslashesResolved => "已还原日志里的反斜杠转义（\\n、\\\"、\\x22 等）".to_owned(),
            Self::EntitiesResolved => "已还原 HTML 实体（&lt; 等）".to_owned(),
            Self::ScriptObject => "按 JavaScript 对象读取，回调函数已忽略".to_owned(),
            Self::TimestampRenamed => "wx.chooseWXPay 的参数名是 timestamp，签名时用的名字是 timeStamp".to_owned(),
            Self::AppidSupplied => "appId 参与签名但不传给前端，已补上".to_owned(),
            Self::HtmlEntityDamage { found, name } => {
                format!("网页把 &{name} 的开头显示成了 {found}，已还原为 &{name}；请从源文本而不是网页复制")
            }
            Self::SmartQuotes => "聊天软件改成的弯引号已换回直引号".to_owned(),
            Self::FullWidthSigns => "全角的 ＝、＆、：、＜、＞ 已换回半角".to_owned(),
            Self::SpacesDropped => "字段之间的不换行空格或零宽字符已去掉".to_owned(),
            Self::NullRead(name) => format!("{name} 的值是 null（None、undefined、nil），已按空值读取"),
            Self::GuessedField(name) => {
                format!("这是猜测：{name} 不是微信支付的字段名，已当作单独的字段；它也可能是前一个值的一部分")
            }
            Self::GuessedValue(name) => {
                format!("这是猜测：{name} 的值里有像“名字=”的文字，已当作值的一部分；它也可能是单独的字段")
            }
            Self::ToLineEnd(name) => {
                format!("这是猜测：{name} 的值一直读到了行尾；如果后面是别的文字，请删掉它再试")
            }
            Self::ChunksJoined => "抓包里的分块（chunked）正文已拼好，块长度行已去掉".to_owned(),
            Self::HeadersSetAside => "HTTP 的请求行和头已放到一边，只读报文".to_owned(),
            Self::CharsetMissing => {
                "Content-Type 没有写 charset，而报文里有中文等非 ASCII 字符；请写明 charset=utf-8".to_owned()
            }
        }
    }
}

/// The sentence in English.
impl fmt::Display for Repair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => formatter.write_str("a UTF-8 byte order mark was dropped"),
            Self::KeyRemoved => formatter
                .write_str("the text holds the API key; it was taken out and is not shown (do not send it to anybody)"),
            Self::KeyHidden => formatter.write_str(
                "a key is written in the text outside of a field of its own; it is hidden where it would show, and tried (do not send it to anybody)",
            ),
            Self::AmpersandInValue(name) => {
                write!(formatter, "an & without a name= behind it was read as part of the value of {name}")
            }
            Self::LooksEncoded => {
                formatter.write_str("values look percent-encoded and were taken literally; --format query decodes them")
            }
            Self::Decoded => formatter.write_str("%XX and + were decoded"),
            Self::TextAround => formatter.write_str("the message was found inside of other text"),
            Self::BackslashesResolved => {
                formatter.write_str("backslash escapes of a log (\\n, \\\", \\x22) were resolved")
            }
            Self::EntitiesResolved => formatter.write_str("HTML entities such as &lt; were resolved"),
            Self::ScriptObject => formatter.write_str("a JavaScript object was read; call-backs were left out"),
            Self::TimestampRenamed => {
                formatter.write_str("wx.chooseWXPay takes timestamp, the signature uses timeStamp")
            }
            Self::AppidSupplied => formatter.write_str("the appId, which is signed but not sent, was supplied"),
            Self::HtmlEntityDamage { found, name } => write!(
                formatter,
                "a web page showed the beginning of &{name} as {found}; it was turned back; copy from the source, not from a page"
            ),
            Self::SmartQuotes => formatter.write_str("curly quotation marks of a chat were turned back into straight ones"),
            Self::FullWidthSigns => formatter.write_str("full-width ＝ ＆ ： ＜ ＞ were turned back into ASCII"),
            Self::SpacesDropped => {
                formatter.write_str("no-break spaces or zero-width characters between the fields were dropped")
            }
            Self::NullRead(name) => {
                write!(formatter, "the value of {name} is null (None, undefined, nil) and was read as empty")
            }
            Self::GuessedField(name) => write!(
                formatter,
                "a guess: {name} is no name of WeChat Pay and was read as a field of its own; it may be part of the value before it"
            ),
            Self::GuessedValue(name) => write!(
                formatter,
                "a guess: text like name= inside of {name} was read as part of its value; it may be a field of its own"
            ),
            Self::ToLineEnd(name) => write!(
                formatter,
                "a guess: the value of {name} was read to the end of the line; if other text stands behind it, remove that"
            ),
            Self::ChunksJoined => formatter.write_str("the chunks of the captured body were joined, without their sizes"),
            Self::HeadersSetAside => {
                formatter.write_str("the request line and the headers of HTTP were set aside; the body was read")
            }
            Self::CharsetMissing => formatter.write_str(
                "the Content-Type names no charset although the body holds other characters than ASCII; write charset=utf-8"
            ),
        }
    }
}
