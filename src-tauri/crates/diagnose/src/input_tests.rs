use proptest::prelude::*;

use super::*;

fn pairs_of(text: &str, format: Option<Format>) -> (Kind, Vec<(String, String)>) {
    match read(text.as_bytes(), format) {
        Ok(input) => {
            (input.kind, input.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
        }
        Err(fault) => panic!("{text}: {fault}"),
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn fault(text: &str) -> InputError {
    match read(text.as_bytes(), None) {
        Ok(input) => panic!("{text} was read as {}", input.kind.as_str()),
        Err(fault) => fault,
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    read(text.as_bytes(), None).map(|input| input.repairs.iter().map(Repair::code).collect()).unwrap_or_default()
}

#[test]
fn other_encodings_are_refused_by_name() {
    let gbk = [b"<xml>\n<body>".as_slice(), &[0xB2, 0xE2, 0xCA, 0xD4], b"</body></xml>"].concat();
    assert!(matches!(read(&gbk, None), Err(InputError::Gbk { line: 2 })));
    assert!(matches!(read(b"a=\xC3\x28&b=1", None), Err(InputError::Encoding { line: 1 })));
    let utf16: Vec<u8> = "<xml><a>1</a></xml>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(read(&utf16, None), Err(InputError::Utf16)));
    let marked = [b"\xFF\xFE".as_slice(), &utf16].concat();
    assert!(matches!(read(&marked, None), Err(InputError::Utf16)));
}

#[test]
fn nothing_too_much_and_the_unknown_are_refused() {
    assert_eq!(fault(""), InputError::Empty);
    assert_eq!(fault(" \r\n"), InputError::Empty);
    assert_eq!(fault(&"x".repeat(MAX_BYTES + 1)), InputError::TooLarge);
    assert_eq!(fault("hello"), InputError::Unrecognised);
    assert_eq!(fault("4200000000202401020000000001"), InputError::Unrecognised);
    assert_eq!(fault("{}"), InputError::NoFields);
    assert_eq!(fault("{\"a\":null}"), InputError::NoFields);
}

#[test]
fn xml_is_refused_for_what_the_reader_refuses_with_its_line() {
    for text in [
        "<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><a>&e;</a></xml>",
        "<xml><a><b>1</b></a></xml>",
        "<xml><a x=\"1\">1</a></xml>",
        "<xml><a>1</a><a>2</a></xml>",
        "<xml><a>1\u{1}</a></xml>",
        "<xml><a>1</a>",
        "<?xml version=\"1.0\" encoding=\"GBK\"?><xml><a>1</a></xml>",
    ] {
        let fault = fault(text);
        assert!(matches!(fault, InputError::Xml(_)), "{text}: {fault:?}");
        assert!(fault.to_string().contains("line 1"), "{fault}");
    }
}

#[test]
fn json_nesting_duplicates_and_bad_grammar_are_refused_with_their_place() {
    assert_eq!(fault("{\"detail\":{\"a\":1}}"), InputError::Nested { name: "detail".into(), what: "an object" });
    assert_eq!(fault("{\"a\":[1]}"), InputError::Nested { name: "a".into(), what: "a list" });
    assert!(matches!(fault("{\"a\":1,\"a\":2}"), InputError::Field(_)));
    for (text, line) in [
        ("{\"a\":1", 1),
        ("{\"a\":01}", 1),
        ("{\"a\":+1}", 1),
        ("{\"a\":1.}", 1),
        ("{\"a\":1e}", 1),
        ("{\"a\":NaN}", 1),
        ("{\"a\":\"x}", 1),
        ("{\n\"a\":\"x\ny\"}", 2),
        ("{\"a\":\"\\ud800\"}", 1),
        ("{\"a\":\"\\q\"}", 1),
        ("{\"a\":1,}", 1),
        ("{a:1}", 1),
        ("{'a':1}", 1),
        ("{\"a\":1} x", 1),
        ("[{\"a\":1}]", 1),
        ("{\"a\" 1}", 1),
        ("{\"a\":1 \"b\":2}", 1),
    ] {
        let fault = fault(text);
        assert!(matches!(fault, InputError::Json { line: found, .. } if found == line), "{text}: {fault:?}");
    }
}

#[test]
fn json_numbers_stay_as_written_and_null_is_absent() {
    let text = "{\"total_fee\": 101, \"rate\": 1.50e+02, \"zero\": 0, \"big\": 123456789012345678901234567890,\n \"gone\": null, \"yes\": true, \"text\": \"a\\u4e2d\\ud83d\\ude00\\n\\/\"}";
    assert_eq!(
        pairs_of(text, None),
        (
            Kind::Json,
            owned(&[
                ("total_fee", "101"),
                ("rate", "1.50e+02"),
                ("zero", "0"),
                ("big", "123456789012345678901234567890"),
                ("yes", "true"),
                ("text", "a中😀\n/")
            ])
        )
    );
}

#[test]
fn pairs_are_literal_and_a_stray_ampersand_belongs_to_its_value() {
    assert_eq!(
        pairs_of("a=%20+&b=x=y&body=R&D&c=\n", None),
        (Kind::Pairs, owned(&[("a", "%20+"), ("b", "x=y"), ("body", "R&D"), ("c", "")]))
    );
    assert_eq!(codes("body=R&D&c=1"), ["ampersand_in_value"]);
    assert_eq!(codes("body=%E4%B8%AD&c=1"), ["looks_encoded"]);
    assert_eq!(pairs_of("appid=wx1\nmch_id=2\n", None).1, owned(&[("appid", "wx1"), ("mch_id", "2")]));
    assert!(matches!(read(b"x y&a=1", Some(Format::Pairs)), Err(InputError::Pair { position: 1 })));
}

#[test]
fn a_key_in_the_text_is_taken_out_whatever_the_format() {
    for text in [
        "appid=wx1&b=2&key=SECRETSECRET",
        "<xml><appid>wx1</appid><b>2</b><key>SECRETSECRET</key></xml>",
        "{\"appid\":\"wx1\",\"b\":2,\"key\":\"SECRETSECRET\"}",
        "https://example.com/?appid=wx1&b=2&key=SECRETSECRET",
        "curl -d 'appid=wx1&b=2&key=SECRETSECRET' https://example.com",
        "2024-01-02 INFO sign: appid=wx1&b=2&key=SECRETSECRET",
        "appid=wx1&b=2\nkey=SECRETSECRET\n",
        "appid=wx1&b=2\r\n  key=SECRETSECRET",
        "appid=wx1&b=2&\nkey=SECRETSECRET",
        "appid=wx1&b=2& key=SECRETSECRET",
    ] {
        let input = read(text.as_bytes(), None).unwrap();
        assert_eq!(input.params.get("key"), None, "{text}");
        assert_eq!(input.params.get("b"), Some("2"), "{text}");
        assert!(input.repairs.contains(&Repair::KeyRemoved), "{text}");
        assert_eq!(input.pasted_key_differs(&Secret::new(b"SECRETSECRET".to_vec())), Some(false));
        assert_eq!(input.pasted_key_differs(&Secret::new(b"another".to_vec())), Some(true));
    }
    assert_eq!(read(b"appid=wx1&key=K", None).unwrap().kind, Kind::StringToSign);
    assert!(read(b"a=1&key=K&key=L", None).is_err());
}

#[test]
fn urls_and_queries_are_decoded() {
    let expected = owned(&[("body", "测试 +"), ("fee", "1")]);
    let url = "https://example.com/pay?body=%E6%B5%8B%E8%AF%95+%2B&fee=1#top";
    assert_eq!(pairs_of(url, None), (Kind::Url, expected.clone()));
    assert_eq!(pairs_of(url, Some(Format::Query)), (Kind::Url, expected.clone()));
    assert_eq!(pairs_of("body=%E6%B5%8B%E8%AF%95+%2B&fee=1", Some(Format::Query)), (Kind::Query, expected));
    assert_eq!(
        pairs_of("weixin://wxpay/bizpayurl?sign=S&appid=A&time_stamp=1", None).1,
        owned(&[("sign", "S"), ("appid", "A"), ("time_stamp", "1")])
    );
    assert!(matches!(read(b"?a=%zz", None), Err(InputError::PercentEncoding { .. })));
    assert!(matches!(read(b"?a=%B2%E2", None), Err(InputError::PercentEncoding { .. })));
    assert!(matches!(fault("https://example.com/pay"), InputError::NoParameters { .. }));
}

#[test]
fn a_curl_command_gives_its_body_else_its_query() {
    let expected = owned(&[("appid", "wx1"), ("body", "it's \"new\"")]);
    let xml = "<xml><appid>wx1</appid><body>it&apos;s \"new\"</body></xml>";
    for command in [
        format!("curl -X POST https://api.mch.weixin.qq.com/pay/unifiedorder -H 'Content-Type: text/xml' \\\n  --data-raw '{xml}'"),
        format!("$ curl --data-binary='{xml}' 'https://example.com/?ignored=1'"),
        format!("curl \"https://example.com\" -d \"{}\"", xml.replace('"', "\\\"")),
        "curl https://x.example -d appid=wx1 --data-urlencode 'body=it'\\''s \"new\"'".to_owned(),
        "curl -G 'https://x.example/?appid=wx1&body=it%27s+%22new%22'".to_owned(),
        "curl -H 'content-type: application/json' --json $'{\"appid\":\"wx1\",\"body\":\"it\\'s \\\\\"new\\\\\"\"}' https://x.example".to_owned(),
    ] {
        assert_eq!(pairs_of(&command, None), (Kind::Curl, expected.clone()), "{command}");
    }
    assert!(matches!(fault("curl -d @body.xml https://x.example"), InputError::CurlElsewhere { .. }));
    assert!(matches!(fault("curl -F a=1 https://x.example"), InputError::CurlElsewhere { .. }));
    assert!(matches!(fault("curl -d 'a=1 https://x.example"), InputError::CurlQuote { quote: '\'' }));
    assert!(matches!(fault("curl https://x.example/pay"), InputError::NoParameters { .. }));
}

#[test]
fn a_log_line_gives_the_one_message_in_it() {
    let expected = owned(&[("appid", "wx1"), ("body", "a\"b")]);
    for line in [
        "2024-01-02 03:04:05 INFO [pay-1] request: <xml><appid>wx1</appid>\n<body>a\"b</body></xml> in 12 ms",
        "level=info msg=\"<xml><appid>wx1</appid>\\n<body>a\\\"b</body></xml>\"",
        "level=info msg=\"\\x3Cxml>\\x3Cappid>wx1\\x3C/appid>\\x3Cbody>a\\x22b\\x3C/body>\\x3C/xml>\"",
        "received &lt;xml&gt;&lt;appid&gt;wx1&lt;/appid&gt;&lt;body&gt;a&quot;b&lt;/body&gt;&lt;/xml&gt; from",
        "{\"level\":\"info\",\"msg\":\"<xml><appid>wx1<\\/appid><body>a\\\"b<\\/body><\\/xml>\"}",
        "DEBUG params {\"appid\":\"wx1\",\"body\":\"a\\\"b\"} took {\"ms\":3}",
        "DEBUG {\"ctx\":{\"id\":1},\"params\":{\"appid\":\"wx1\",\"body\":\"a\\\"b\"}} done",
        "INFO string: appid=wx1&body=a\"b",
    ] {
        let (kind, pairs) = pairs_of(line, if line.starts_with('{') { Some(Format::Log) } else { None });
        let kept: Vec<_> = pairs.into_iter().filter(|(name, _)| name != "ms").collect();
        assert_eq!((kind, kept), (Kind::Log, expected.clone()), "{line}");
    }
    assert_eq!(fault("a <xml><a>1</a></xml> b <xml><a>2</a></xml>"), InputError::SeveralMessages { count: 2 });
    assert!(matches!(read(b"nothing here", Some(Format::Log)), Err(InputError::NoMessage)));
    assert!(matches!(fault("got <xml><a>1</a>"), InputError::Xml(_)));
}

#[test]
fn a_long_line_of_half_pairs_is_refused_at_once() {
    for unit in ["1=1&", "=", " a=1 &", "-=-&-"] {
        let text = format!("x {}", unit.repeat((MAX_BYTES - 2) / unit.len()));
        let started = std::time::Instant::now();
        assert_eq!(fault(&text), InputError::Unrecognised, "{unit}");
        // Looking at every rest of the line from every `=` took ten times as long.
        assert!(started.elapsed().as_millis() < 1_000, "{unit}: {:?}", started.elapsed());
    }
}

#[test]
fn a_client_call_in_a_script_is_read() {
    let call = "wx.requestPayment({\n  timeStamp: '1704135845',\n  nonceStr: \"IITRi8Iabbblz1Jc\",\n  package: 'prepay_id=wx02',\n  signType: 'MD5', paySign: 'ABC',\n  success (res) { go({a: 1}) },\n  fail: function (e) { log(e, '}') },\n  complete: () => {},\n})";
    let (kind, pairs) = pairs_of(call, None);
    assert_eq!(kind, Kind::Log);
    assert_eq!(
        pairs,
        owned(&[
            ("timeStamp", "1704135845"),
            ("nonceStr", "IITRi8Iabbblz1Jc"),
            ("package", "prepay_id=wx02"),
            ("signType", "MD5"),
            ("paySign", "ABC")
        ])
    );
}

#[test]
fn a_byte_order_mark_is_dropped_and_noted() {
    let input = read("\u{FEFF}a=1&b=2".as_bytes(), None).unwrap();
    assert_eq!(input.repairs, [Repair::ByteOrderMark]);
    assert_eq!(input.params.get("a"), Some("1"));
}

#[test]
fn control_characters_are_refused_in_every_format() {
    for text in ["a=\u{0}1&b=2", "{\"a\":\"\\u0001\"}", "?a=%07"] {
        assert!(matches!(fault(text), InputError::ControlCharacter { .. }), "{text:?}");
    }
}

#[test]
fn the_format_that_is_given_wins_over_what_is_seen() {
    assert!(read(b"a=1&b=2", Some(Format::Xml)).is_err());
    assert!(read(b"a=1&b=2", Some(Format::Json)).is_err());
    assert!(read(b"<xml><a>1</a></xml>", Some(Format::Json)).is_err());
    assert_eq!(pairs_of("note: <xml><a>1</a></xml>", Some(Format::Log)).1, owned(&[("a", "1")]));
    assert_eq!(Format::parse("curl"), Some(Format::Curl));
    assert_eq!(Format::parse("XML"), None);
}

proptest! {
    #[test]
    fn no_bytes_panic_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..160), which in 0usize..7) {
        let format = Format::ALL.get(which).copied();
        if let Ok(input) = read(&bytes, format) { prop_assert!(!input.params.is_empty()); }
    }

    #[test]
    fn no_damaged_text_panics_the_reader(
        text in "(curl |-d |'|\"|\\\\|\\{|\\}|:|,|<xml>|</xml>|<a>|</a>|a=|&|key=|%|\\?|https://|\\$'|\\\\x2|\\\\u00|[a-z0-9]|中|\n| ){0,40}",
        which in 0usize..7,
    ) {
        let format = Format::ALL.get(which).copied();
        if let Ok(input) = read(text.as_bytes(), format) { prop_assert!(input.params.get("key").is_none()); }
    }

    #[test]
    fn what_is_encoded_is_decoded(fields in proptest::collection::btree_map("[a-j_]{1,8}", "[^\\x00-\\x1F]{0,20}", 1..8)) {
        let mut query = String::from("?");
        for (name, value) in &fields {
            query.push_str(name);
            query.push('=');
            crate::pairs::encode(value, &mut query);
            query.push('&');
        }
        let input = read(query.as_bytes(), None).unwrap();
        let expected: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        prop_assert_eq!(input.params.iter().collect::<Vec<_>>(), expected);
    }
}
