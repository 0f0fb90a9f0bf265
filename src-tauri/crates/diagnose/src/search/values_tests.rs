use super::*;

fn changed(chinese: &str, value: &str) -> Vec<u8> {
    let change = TABLE.iter().find(|change| change.chinese == chinese).unwrap();
    change.of(value.as_bytes()).unwrap_or_else(|| value.as_bytes().to_vec())
}

#[test]
fn amounts_come_out_of_floats_as_each_language_writes_them() {
    for (chinese, value, expected) in [
        ("成了带 .0 的小数", "1000", "1000.0"),
        ("经过浮点 ×100，带上了误差", "1999", "1998.9999999999998"),
        ("经过浮点 ×100，带上了误差", "980", "980.0000000000001"),
        ("经过浮点 ×100 截断", "1999", "1998"),
        ("成了科学计数法（Go %v）", "1000000", "1e+06"),
        ("成了科学计数法（%g）", "123456789", "1.23457e+08"),
        ("成了科学计数法（Java Double）", "12345678", "1.2345678E7"),
        ("成了科学计数法（Java Double）", "10000000", "1.0E7"),
        ("成了科学计数法（%e）", "1000000", "1.000000e+06"),
        ("成了 Excel 的科学计数法", "123456789012345678", "1.23E+17"),
        ("签名时用了元（两位小数）", "101", "1.01"),
        ("签名时用了元", "150", "1.5"),
        ("签名时又乘了 100", "1.5", "150"),
        ("签名时去掉了小数部分", "101.0", "101"),
    ] {
        assert_eq!(changed(chinese, value), expected.as_bytes(), "{chinese} {value}");
    }
}

#[test]
fn values_are_encoded_as_each_library_does_it() {
    let url = "https://a.b/c d?e=f&g=~*";
    for (chinese, expected) in [
        ("签名前做了 URL 编码（PHP urlencode）", "https%3A%2F%2Fa.b%2Fc+d%3Fe%3Df%26g%3D%7E%2A"),
        ("签名前做了 URL 编码（RFC 3986）", "https%3A%2F%2Fa.b%2Fc%20d%3Fe%3Df%26g%3D~%2A"),
        ("签名前做了 encodeURIComponent", "https%3A%2F%2Fa.b%2Fc%20d%3Fe%3Df%26g%3D~*"),
        ("签名前做了 URLEncoder.encode", "https%3A%2F%2Fa.b%2Fc+d%3Fe%3Df%26g%3D%7E*"),
        ("签名前做了 urllib quote", "https%3A//a.b/c%20d%3Fe%3Df%26g%3D~%2A"),
        ("签名前做了 encodeURI", "https://a.b/c%20d?e=f&g=~*"),
    ] {
        assert_eq!(changed(chinese, url), expected.as_bytes(), "{chinese}");
    }
    assert_eq!(changed("签名前做了 URL 解码（+ 成空格）", "a+b%2Bc"), b"a b+c");
}

#[test]
fn texts_are_escaped_and_unescaped() {
    let text = "a&b<c>\"d\"'e'/测";
    for (chinese, expected) in [
        ("签了 XML 转义后的值", "a&amp;b&lt;c&gt;&quot;d&quot;&apos;e&apos;/测"),
        ("签了 htmlspecialchars 之后的值", "a&amp;b&lt;c&gt;&quot;d&quot;&#039;e&#039;/测"),
        ("签了 html.EscapeString 之后的值", "a&amp;b&lt;c&gt;&#34;d&#34;&#39;e&#39;/测"),
        ("签了 json_encode 之后的值（\\/、\\uXXXX）", "a&b<c>\\\"d\\\"'e'\\/\\u6d4b"),
        ("的 & < > 签成了 \\u0026 等", "a\\u0026b\\u003cc\\u003e\"d\"'e'/测"),
    ] {
        assert_eq!(changed(chinese, text), expected.as_bytes(), "{chinese}");
    }
    assert_eq!(changed("签名时还原了转义", "a&amp;b&lt;&#27979;"), "a&b<测".as_bytes());
    assert_eq!(changed("签名时还原了 JSON 转义", "a\\u0026b\\/c"), b"a&b/c");
    assert_eq!(
        changed("里的 JSON 被 json_encode 重新序列化", "{ \"b\": \"测/\", \"a\": 1 }"),
        br#"{"b":"\u6d4b\/","a":1}"#
    );
    assert_eq!(changed("里的 JSON 被重新序列化（带空格）", "{\"b\":[1,2]}"), br#"{"b": [1, 2]}"#);
}

#[test]
fn charsets_are_those_of_the_platforms() {
    assert_eq!(changed("摘要时用了 GBK", "测试"), [0xB2, 0xE2, 0xCA, 0xD4]);
    assert_eq!(changed("摘要时用了 GBK，缺的字成了 ?", "测😀"), [0xB2, 0xE2, b'?', b'?']);
    assert_eq!(changed("摘要时用了 ISO-8859-1，中文成了 ?", "é测"), [0xE9, b'?']);
    assert_eq!(changed("摘要时每个字符只取低字节（charCodeAt）", "测"), [0x4B]);
    assert_eq!(changed("被重复转码（UTF-8 当 ISO-8859-1，Ã¤ 一类）", "ä"), "Ã¤".as_bytes());
    assert_eq!(changed("被重复转码成了 锟斤拷", "测试"), changed("被重复转码成了 锟斤拷", "测试"));
    assert!(String::from_utf8(changed("被重复转码成了 锟斤拷", "测试")).unwrap().contains("锟斤拷"));
    assert_eq!(changed("签名时还原了重复转码", "Ã¤"), "ä".as_bytes());
    assert_eq!(changed("的 emoji 按 CESU-8（六字节）摘要", "😀"), [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]);
    assert_eq!(changed("的 emoji 签成了 \\ud83d\\ude00 一类", "😀"), b"\\ud83d\\ude00");
}

#[test]
fn a_string_to_sign_shown_as_html_loses_its_names() {
    let shown = html_entities_without_semicolon(b"a=1&notify_url=x&timestamp=2&timeStamp=3&body=b", true, None);
    assert_eq!(String::from_utf8(shown).unwrap(), "a=1¬ify_url=x×tamp=2&timeStamp=3&body=b");
}

#[test]
fn a_change_of_nothing_is_no_change() {
    for change in TABLE {
        assert_eq!(
            change.of(b"").as_deref().unwrap_or_default(),
            change.of(b"").unwrap_or_default(),
            "{}",
            change.english
        );
        assert!(change.of(&[0xFF, 0xFE]).is_none(), "bytes that are no text are left alone");
    }
}

#[test]
fn no_change_stands_there_twice() {
    let mut words: Vec<&str> = TABLE.iter().map(|change| change.english).collect();
    words.sort_unstable();
    let all = words.len();
    words.dedup();
    assert_eq!(words.len(), all);
}
