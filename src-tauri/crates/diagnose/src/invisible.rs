//! Characters that nobody sees on a screen and that every digest sees.

use serde::Serialize;

/// One invisible or deceptive character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invisible {
    /// Byte in the scanned text, from 0.
    pub at: usize,
    /// `U+200B`.
    pub code: String,
    /// Its name in English.
    pub name: &'static str,
    /// Its name in Chinese.
    pub name_zh: &'static str,
}

/// Finds them all. Chinese full-width punctuation is ordinary text and is not reported; full-width letters, digits and
/// the signs of a URL or an amount are, because they pass for their ASCII twins.
pub fn scan(text: &str) -> Vec<Invisible> {
    text.char_indices()
        .filter_map(|(at, found)| {
            let (name, name_zh) = name(found)?;
            Some(Invisible { at, code: format!("U+{:04X}", u32::from(found)), name, name_zh })
        })
        .collect()
}

/// A space at the edge of a value, which no screen shows.
pub(crate) fn edge_spaces(value: &str, value_at: usize) -> Vec<Invisible> {
    let edge =
        |at| Invisible {
            at, code: "U+0020".to_owned(), name: "SPACE at the edge of a value", name_zh: "值首尾的空格"
        };
    let mut found = Vec::new();
    if value.starts_with(' ') {
        found.push(edge(value_at));
    }
    if value.len() > 1 && value.ends_with(' ') {
        found.push(edge(value_at + value.len() - 1));
    }
    found
}

fn name(found: char) -> Option<(&'static str, &'static str)> {
    Some(match found {
        '\u{FEFF}' => ("BYTE ORDER MARK", "BOM（零宽不换行空格）"),
        '\u{200B}' => ("ZERO WIDTH SPACE", "零宽空格"),
        '\u{200C}' => ("ZERO WIDTH NON-JOINER", "零宽不连字"),
        '\u{200D}' => ("ZERO WIDTH JOINER", "零宽连字"),
        '\u{2060}' => ("WORD JOINER", "单词连接符"),
        '\u{2061}'..='\u{2064}' | '\u{206A}'..='\u{206F}' => ("INVISIBLE OPERATOR", "不可见运算符"),
        '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            ("BIDIRECTIONAL CONTROL", "双向文字控制符")
        }
        '\u{00A0}' => ("NO-BREAK SPACE", "不换行空格"),
        '\u{202F}' => ("NARROW NO-BREAK SPACE", "窄不换行空格"),
        '\u{3000}' => ("IDEOGRAPHIC SPACE", "全角空格"),
        '\u{1680}' | '\u{180E}' | '\u{2000}'..='\u{200A}' | '\u{205F}' => ("UNICODE SPACE", "特殊空格"),
        '\u{00AD}' => ("SOFT HYPHEN", "软连字符"),
        '\u{2028}' | '\u{2029}' => ("LINE OR PARAGRAPH SEPARATOR", "行/段分隔符"),
        '\u{FE00}'..='\u{FE0F}' => ("VARIATION SELECTOR", "变体选择符"),
        '\u{FFFD}' => ("REPLACEMENT CHARACTER: the text was decoded wrongly", "替换字符：文本曾被错误解码"),
        '\r' => ("CARRIAGE RETURN", "回车 CR"),
        '\n' => ("LINE FEED", "换行 LF"),
        '\t' => ("TAB", "制表符"),
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => ("CONTROL CHARACTER", "控制字符"),
        '\u{FF10}'..='\u{FF19}' => ("FULL-WIDTH DIGIT", "全角数字"),
        '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' => ("FULL-WIDTH LETTER", "全角字母"),
        '\u{FF04}'
        | '\u{FF05}'
        | '\u{FF06}'
        | '\u{FF0B}'
        | '\u{FF0D}'..='\u{FF0F}'
        | '\u{FF1D}'
        | '\u{FF20}'
        | '\u{FF3F}' => ("FULL-WIDTH SIGN", "全角符号"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_is_found_at_its_byte() {
        let found = scan("\u{FEFF}a中\u{200B}b\u{A0}１\u{202E}\r");
        let places: Vec<(usize, &str)> = found.iter().map(|one| (one.at, one.code.as_str())).collect();
        assert_eq!(
            places,
            [(0, "U+FEFF"), (7, "U+200B"), (11, "U+00A0"), (13, "U+FF11"), (16, "U+202E"), (19, "U+000D")]
        );
    }

    #[test]
    fn ordinary_chinese_text_is_not_reported() {
        assert!(scan("测试商城，T恤（蓝）：\"帽子\"！ & 100%").is_empty());
    }

    #[test]
    fn spaces_at_the_edges_of_a_value_are_found_once() {
        assert_eq!(edge_spaces(" a ", 5).iter().map(|one| one.at).collect::<Vec<_>>(), [5, 7]);
        assert_eq!(edge_spaces(" ", 5).len(), 1);
        assert!(edge_spaces("a b", 5).is_empty());
    }
}
