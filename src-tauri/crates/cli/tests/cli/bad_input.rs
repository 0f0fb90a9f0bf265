use crate::program::{Answer, Desk};

fn sign(input: impl AsRef<[u8]>) -> Answer {
    Desk::new().run_with(&["sign", "-", "--key-file", "key.txt", "--json"], input)
}

#[test]
fn xml_that_could_deceive_is_refused_with_its_place() {
    for text in [
        "<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><a>&e;</a></xml>",
        "<xml><a><b>1</b></a></xml>",
        "<xml><a x=\"1\">1</a></xml>",
        "<xml><total_fee>1</total_fee><total_fee>8888</total_fee></xml>",
        "<xml><a>1\u{2}</a></xml>",
        "<xml><a>1</a>",
        "<root><a>1</a></root>",
        "<?xml version=\"1.0\" encoding=\"GBK\"?><xml><a>1</a></xml>",
        "<xml><!-- x --><a>1</a></xml>",
    ] {
        let answer = sign(text).expect(3);
        let error = &answer.json()["error"];
        assert_eq!(error["code"], "input_malformed", "{text}");
        assert!(error["message"].as_str().unwrap().contains("line 1"), "{error}");
        assert!(answer.err.starts_with("error[input_malformed]: standard input:"), "{}", answer.err);
        assert_eq!(answer.err.trim_end().lines().count(), 1, "{}", answer.err);
    }
}

#[test]
fn wrong_charsets_and_sizes_are_refused() {
    let gbk = [b"<xml><body>".as_slice(), &[0xB2, 0xE2, 0xCA, 0xD4], b"</body></xml>"].concat();
    assert!(sign(gbk).expect(3).err.contains("GBK"));
    let utf16: Vec<u8> = "<xml><a>1</a></xml>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(sign(utf16).expect(3).err.contains("UTF-16"));
    assert!(sign(format!("<xml><a>{}</a></xml>", "x".repeat(64 * 1024))).expect(3).err.contains("64 KiB"));
    assert!(sign("").expect(3).err.contains("empty"));
    assert!(sign("hello").expect(3).err.contains("--format"));
    assert!(sign("<xml><sign>X</sign><a></a></xml>").expect(3).err.contains("no field to sign"));
}

#[test]
fn json_that_is_nested_repeated_or_broken_is_refused() {
    assert!(sign("{\"detail\":{\"goods\":1}}").expect(3).err.contains("detail is an object"));
    assert!(sign("{\"a\":[1]}").expect(3).err.contains("a is a list"));
    assert!(sign("{\"a\":1,\"a\":1}").expect(3).err.contains("twice"));
    assert!(sign("{\"a\":1,\n \"b\":007}").expect(3).err.contains("line 2, column"));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let desk = Desk::new();
    let answer = desk.run(&["sign", "nowhere.xml", "--key-file", "key.txt", "--json"]).expect(3);
    assert_eq!(answer.json()["error"]["code"], "input_unreadable");
    assert!(answer.err.contains("nowhere.xml"), "{}", answer.err);
    desk.run(&["verify", ".", "--key-file", "key.txt"]).expect(3);
}

#[test]
fn nothing_is_printed_beside_the_error() {
    let answer = Desk::new().run_with(&["sign", "-", "--key-file", "key.txt"], "<xml>").expect(3);
    assert_eq!(answer.out, "");
}
