//! What was taken away or read differently before the fields were signed, so that nothing happens unseen.

use std::fmt;

/// One thing that reading changed or decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repair {
    /// A UTF-8 byte order mark in front.
    ByteOrderMark,
    /// The API key stood in the text; it was taken out and is not shown.
    KeyRemoved,
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
}

impl Repair {
    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ByteOrderMark => "byte_order_mark",
            Self::KeyRemoved => "key_removed",
            Self::AmpersandInValue(_) => "ampersand_in_value",
            Self::LooksEncoded => "looks_encoded",
            Self::Decoded => "decoded",
            Self::TextAround => "text_around",
            Self::BackslashesResolved => "backslashes_resolved",
            Self::EntitiesResolved => "entities_resolved",
            Self::ScriptObject => "script_object",
            Self::TimestampRenamed => "timestamp_renamed",
            Self::AppidSupplied => "appid_supplied",
        }
    }

    /// The sentence in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::ByteOrderMark => "开头的 UTF-8 BOM 已去掉".to_owned(),
            Self::KeyRemoved => "文本里带有 API 密钥，已取出，不参与排序也不显示；请不要把密钥发给别人".to_owned(),
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
        }
    }
}
