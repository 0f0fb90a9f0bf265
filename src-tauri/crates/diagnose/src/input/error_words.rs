//! The sentences of [`InputError`] in Chinese.

use crate::InputError;

impl InputError {
    /// The sentence in Chinese: what, where, what to do.
    pub fn chinese(&self) -> String {
        match self {
            Self::Empty => "没有内容；请粘贴完整报文，例如从 <xml> 到 </xml>".to_owned(),
            Self::TooLarge => "内容超过 64 KiB，微信支付 v2 没有这么长的报文；请只粘贴一条报文".to_owned(),
            Self::Gbk { line } => {
                format!("第 {line} 行：内容不是 UTF-8，看起来是 GBK；请另存为 UTF-8（微信支付 v2 按 UTF-8 字节签名）")
            }
            Self::Utf16 => "内容是 UTF-16；请另存为 UTF-8（微信支付 v2 按 UTF-8 字节签名）".to_owned(),
            Self::Encoding { line } => format!("第 {line} 行：内容不是 UTF-8；请另存为 UTF-8"),
            Self::Unrecognised => "认不出这是什么：不是 XML、JSON、名字=值、URL、curl 命令，也不是带有它们的日志；\
                 如果知道格式，请指定：xml、json、pairs、query、curl 或 log"
                .to_owned(),
            Self::Xml(fault) => {
                format!("XML 无法读取，{}；请改正那一行的报文，或粘贴实际发出的原文", fault.chinese())
            }
            Self::Json { line, column, what } => format!(
                "JSON 无法读取，第 {line} 行第 {column} 列：{}；请给出一个平的对象，例如 {{\"appid\":\"wx…\",\"total_fee\":101}}",
                json_fault(what)
            ),
            Self::Nested { name, what } => format!(
                "{name} 的 JSON 值是{}；报文是平的，请把它作为一段文本，与发出的逐字节相同",
                if *what == "a list" { "列表" } else { "对象" }
            ),
            Self::Pair { position } => {
                format!("第 {position} 对没有 =；请写成 名字=值&名字=值，值里有 & 时请改用 XML 或 JSON")
            }
            Self::PercentEncoding { name } => {
                format!("{name} 的值不是 URL 编码的 UTF-8；如果本来就是原文，请把格式选为 pairs")
            }
            Self::Field(fault) => format!("{}；请删掉多出的部分", fault.chinese()),
            Self::ControlCharacter { name, code, at } => {
                format!("字段 {name} 的值在第 {at} 字节处有控制字符 U+{code:04X}；请删掉它")
            }
            Self::CurlQuote { quote } => format!("curl 命令里的 {quote} 没有成对；请复制完整命令"),
            Self::CurlElsewhere { what } => {
                let (place, option) = match *what {
                    "a form (-F)" => ("表单", "-F"),
                    "a file (-T)" => ("文件", "-T"),
                    _ => ("文件", "@…"),
                };
                format!("curl 命令的报文来自{place}（{option}）；请直接粘贴那份报文")
            }
            Self::NoParameters { what } => {
                let what = if *what == "URL" { "URL" } else { "curl 命令" };
                format!("{what}里既没有报文（-d …），? 后面也没有参数；请复制完整请求")
            }
            Self::NoMessage => {
                "文本里没有报文；日志里应当有 <xml>…</xml>、JSON 对象或 名字=值；请粘贴带有报文的那几行".to_owned()
            }
            Self::SeveralMessages { count } => format!("文本里有 {count} 条报文；请只保留要看的那一条"),
            Self::NoFields => "报文里一个字段也没有；请粘贴完整报文".to_owned(),
        }
    }
}

/// What the JSON reader says about a place, in Chinese.
pub(super) fn json_fault(what: &str) -> &'static str {
    match what {
        "a { must open the object" => "对象应以 { 开头",
        "there is more text after the object" => "对象后面还有别的文字",
        "a : must follow the name" => "名字后面应有 :",
        "a , or a } must follow the value" => "值后面应有 , 或 }",
        "a name in double quotes must stand here" => "这里应是双引号括起的名字",
        "a text in double quotes, a number, true, false or null must stand here" => {
            "这里应是双引号括起的文本、数字、true、false 或 null"
        }
        "this is not a number of JSON (no leading zeros, no bare point, no + in front)" => {
            "这不是 JSON 的数字（不能有前导零、单独的小数点或开头的 +）"
        }
        "a text is not closed" => "文本没有结束的引号",
        "a line end or control character stands inside of a text; write it as \\n" => {
            "文本里有换行或控制字符；请写成 \\n"
        }
        "half of a surrogate pair stands alone" => "只有半个代理对",
        "there is no such escape after the backslash" => "反斜杠后面不是合法的转义",
        "\\u must be followed by four hexadecimal digits" => "\\u 后面应有四位十六进制数字",
        _ => "这里不合 JSON 语法",
    }
}

#[cfg(test)]
#[path = "error_words_tests.rs"]
mod tests;
