//! JSON as it may be shown: byte for byte as it came, but for the values that nobody may read.

/// What stands where a secret or somebody's login was.
pub const MASK: &str = "…";

/// The text with the values of all fields of this name masked where they stand, however deep, however often and of whatever kind
/// they are; nothing where the text is not JSON.
pub fn masked_json(text: &str, name: &str) -> Option<String> {
    serde_json::from_str::<serde_json::Value>(text).ok()?;
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    // Outside of its strings JSON has no quotation mark.
    while let Some((before, at)) = rest.find('"').and_then(|start| rest.split_at_checked(start)) {
        let (word, after) = at.split_at_checked(value_len(at))?;
        shown.push_str(before);
        shown.push_str(word);
        rest = after;
        let Some(value) = after.trim_start().strip_prefix(':').map(str::trim_start) else { continue };
        // Escapes are read: a name may be written in more than one way.
        if serde_json::from_str::<String>(word).is_ok_and(|found| found == name) {
            shown.push_str(after.strip_suffix(value)?);
            shown.extend(["\"", MASK, "\""]);
            rest = value.get(value_len(value)..)?;
        }
    }
    shown.push_str(rest);
    Some(shown)
}

/// How many bytes of the text the value has that it begins with.
fn value_len(text: &str) -> usize {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' if depth == 0 => return at + 1,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return at + 1,
            b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return at,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_masked_where_it_stands_and_the_same_text_elsewhere_is_left_alone() {
        for (text, expected) in [
            (r#"{"code":12,"price":1212}"#, r#"{"code":"…","price":1212}"#),
            ("{ \"code\" :\t-1.5e3 ,\n\"a\":[\"code\", 7] }", "{ \"code\" :\t\"…\" ,\n\"a\":[\"code\", 7] }"),
            (r#"{"code":"a","x":{"code":null},"code":"a\"b,"}"#, r#"{"code":"…","x":{"code":"…"},"code":"…"}"#),
            (r#"[{"co\u0064e":{"a":["}",{}],"b":"]"},"a":"code"}]"#, r#"[{"co\u0064e":"…","a":"code"}]"#),
            (r#"{"code":true}"#, r#"{"code":"…"}"#),
            (r#"{"a":"\\","code":"中"}"#, r#"{"a":"\\","code":"…"}"#),
            (r#""code""#, r#""code""#),
            ("7", "7"),
        ] {
            assert_eq!(masked_json(text, "code").as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_not_json_is_left_to_whoever_asks() {
        for text in ["", "code=1", "{\"code\":\"a", "{\"code\":1}}", "<html>"] {
            assert_eq!(masked_json(text, "code"), None, "{text}");
        }
    }
}
