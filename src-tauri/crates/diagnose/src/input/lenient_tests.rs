use super::*;

type Fields = Vec<(String, String)>;

fn read(text: &str) -> Read {
    read_leniently(text.as_bytes(), None)
}

fn fields(read: &Read) -> Fields {
    let Some(input) = &read.input else { return Vec::new() };
    input.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn owned(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn fault_codes(read: &Read) -> Vec<&'static str> {
    read.faults.iter().map(|fault| fault.kind.code()).collect()
}

fn repair_codes(read: &Read) -> Vec<&'static str> {
    read.repairs.iter().map(|placed| placed.repair.code()).collect()
}

/// Reads and compares kind and fields; answers the rest.
fn expect(text: &str, kind: Kind, expected: &[(&str, &str)]) -> Read {
    let read = read(text);
    assert_eq!(fields(&read), owned(expected), "{text}\nfaults {:?}\nrepairs {:?}", read.faults, read.repairs);
    assert_eq!(read.input.as_ref().map(|input| input.kind), Some(kind), "{text}");
    read
}

const ORDER: [(&str, &str); 4] =
    [("appid", "wx2421b1c4370ec43b"), ("body", "测试 商品"), ("total_fee", "101"), ("sign", "ABC")];

#[test]
fn a_document_type_is_refused_here_too() {
    for text in [
        "<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><appid>&e;</appid></xml>",
        "<xml><appid>1</appid><!doctype x></xml>",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE xml>\n<xml><appid>1</appid></xml>",
    ] {
        let read = read(text);
        assert!(read.input.is_none(), "{text}");
        assert!(fault_codes(&read).contains(&"doctype"), "{text}: {:?}", read.faults);
    }
}

#[test]
fn mismatched_tags_are_named_with_line_and_column_and_the_known_name_is_taken() {
    let read = expect(
        "<xml>\n  <appid>wx1</appid>\n  <toe>600</total_fee>\n  <body>x</boddy>\n</xml>",
        Kind::Xml,
        &[("appid", "wx1"), ("total_fee", "600"), ("body", "x")],
    );
    assert_eq!(fault_codes(&read), ["mismatched_tag", "mismatched_tag"]);
    let first = &read.faults[0];
    assert_eq!(first.place, Some(super::super::Place { range: 29..49, line: 3, column: 3 }));
    assert_eq!(
        first.chinese(),
        "第 3 行第 3 列：<toe> 用 </total_fee> 结束，首尾标签不一致，已按 total_fee 读取；请改正标签"
    );
    assert!(first.to_string().starts_with("line 3, column 3: <toe> is closed by </total_fee>"), "{first}");
}

#[test]
fn truncated_xml_gives_the_fields_that_are_there() {
    let read = expect("<xml><appid>wx1</appid><body>测", Kind::Xml, &[("appid", "wx1"), ("body", "测")]);
    assert_eq!(fault_codes(&read), ["cut_off"]);
    let read = expect("<xml><appid>wx1</appid><body>x</bo", Kind::Xml, &[("appid", "wx1"), ("body", "x")]);
    assert_eq!(fault_codes(&read), ["incomplete"]);
    let read = expect("<xml><appid>wx1</appid></xm", Kind::Xml, &[("appid", "wx1")]);
    assert_eq!(fault_codes(&read), ["incomplete"]);
    let read = expect("pid>wx1</appid><mch_id>2</mch_id></xml>", Kind::Xml, &[("appid", "wx1"), ("mch_id", "2")]);
    assert_eq!(fault_codes(&read), ["incomplete", "broken_tag"]);
    let read = expect(
        "<xml><appid><![CDATA[wx1</appid><mch_id>2</mch_id></xml>",
        Kind::Xml,
        &[("appid", "wx1"), ("mch_id", "2")],
    );
    assert_eq!(fault_codes(&read), ["not_closed"]);
}

#[test]
fn nested_elements_attributes_comments_and_unescaped_signs_are_reported_and_read() {
    let read = expect(
        "<xml><!-- x --><detail><id>1</id></detail><w:appid a='1'>wx1</w:appid><body>A & B < C</body><attach>&nbsp;x</attach></xml>",
        Kind::Xml,
        &[("detail", "<id>1</id>"), ("appid", "wx1"), ("body", "A & B < C"), ("attach", "&nbsp;x")],
    );
    assert_eq!(fault_codes(&read), ["markup", "nested", "attributes", "not_escaped", "entity"]);
    let read = expect("<xml><a>1<b>2</b></xml>", Kind::Xml, &[("a", "1"), ("b", "2")]);
    assert_eq!(fault_codes(&read), ["not_closed"]);
    let read = expect("<xml><a>1</a><a>2</a>x</xml>", Kind::Xml, &[("a", "1")]);
    assert_eq!(fault_codes(&read), ["duplicate", "stray_text"]);
    let read = expect("<root><appid>1</appid></root>", Kind::Xml, &[("appid", "1")]);
    assert_eq!(fault_codes(&read), ["root"]);
    let read = expect("<appid>1</appid><mch_id>2</mch_id>", Kind::Xml, &[("appid", "1"), ("mch_id", "2")]);
    assert!(fault_codes(&read).iter().all(|code| *code == "incomplete"), "{:?}", read.faults);
    let read = expect("<?xml version='1.0' encoding='GBK'?><xml><a>1</a></xml>", Kind::Xml, &[("a", "1")]);
    assert_eq!(fault_codes(&read), ["charset"]);
}

#[test]
fn a_key_is_taken_out_of_every_kind() {
    for text in [
        "<xml><appid>wx1</appid><key>SECRETSECRET</key></xm",
        "{'appid': 'wx1', 'key': 'SECRETSECRET'}",
        "{appid=wx1, key=SECRETSECRET}",
        "map[appid:wx1 key:SECRETSECRET]",
        "Array\n(\n    [appid] => wx1\n    [key] => SECRETSECRET\n)\n",
        "appid: wx1\nkey: SECRETSECRET",
        "appid=wx1&amp;key=SECRETSECRET",
        "POST /pay/unifiedorder HTTP/1.1\r\n\r\nappid=wx1&key=SECRETSECRET",
    ] {
        let read = read(text);
        let input = read.input.unwrap_or_else(|| panic!("{text}"));
        assert_eq!(input.params.get("key"), None, "{text}");
        assert_eq!(input.params.get("appid"), Some("wx1"), "{text}");
        assert_eq!(
            input.pasted_key_differs(&wxpay_protocol::Secret::new(b"SECRETSECRET".to_vec())),
            Some(false),
            "{text}"
        );
        assert!(input.repairs.contains(&Repair::KeyRemoved), "{text}");
        let told = format!("{:?}{:?}", read.faults, read.repairs);
        assert!(!told.contains("SECRETSECRET"), "{told}");
    }
}

#[test]
fn arrays_of_php_are_read_from_print_r_var_export_and_var_dump() {
    let print_r = "Array\n(\n    [appid] => wx2421b1c4370ec43b\n    [body] => 测试 商品\n    [total_fee] => 101\n    [sign] => ABC\n)\n";
    assert!(expect(print_r, Kind::Php, &ORDER).faults.is_empty());
    expect(
        "Array ( [appid] => wx2421b1c4370ec43b [body] => 测试 商品 [total_fee] => 101 [sign] => ABC )",
        Kind::Php,
        &ORDER,
    );
    expect(
        "array (\n  'appid' => 'wx2421b1c4370ec43b',\n  'body' => '测试 商品',\n  'total_fee' => 101,\n  'sign' => 'ABC',\n)",
        Kind::Php,
        &ORDER,
    );
    expect(
        "['appid' => 'wx1', 'body' => 'it\\'s \\n', 'attach' => NULL]",
        Kind::Php,
        &[("appid", "wx1"), ("body", "it's \\n"), ("attach", "")],
    );
    let dump = "array(4) {\n  [\"appid\"]=>\n  string(18) \"wx2421b1c4370ec43b\"\n  [\"body\"]=>\n  string(13) \"测试 商品\"\n  [\"total_fee\"]=>\n  int(101)\n  [\"sign\"]=>\n  string(3) \"ABC\"\n}\n";
    assert!(expect(dump, Kind::Php, &ORDER).faults.is_empty());
    expect("array(1) {\n  [\"body\"]=>\n  string(7) \"a\"b\\\"]=\"\n}", Kind::Php, &[("body", "a\"b\\\"]=")]);
    expect(
        "object(stdClass)#1 (2) {\n  [\"appid\"]=>\n  string(3) \"wx1\"\n  [\"mch_id\"]=>\n  string(1) \"2\"\n}",
        Kind::Php,
        &[("appid", "wx1"), ("mch_id", "2")],
    );
    let read = expect("array(1) {\n  [\"body\"]=>\n  string(99) \"short\"\n}", Kind::Php, &[("body", "short")]);
    assert_eq!(fault_codes(&read), ["printed_length"]);
}

#[test]
fn empty_values_of_print_r_stay_empty_and_spaces_at_the_end_stay() {
    expect(
        "Array\n(\n    [attach] => \n    [body] => x \n    [sign] => A\n)\n",
        Kind::Php,
        &[("attach", ""), ("body", "x "), ("sign", "A")],
    );
}

#[test]
fn maps_of_java_are_read_and_what_is_guessed_is_said() {
    let read = expect("{appid=wx2421b1c4370ec43b, body=测试 商品, total_fee=101, sign=ABC}", Kind::JavaMap, &ORDER);
    assert!(read.repairs.is_empty() && read.faults.is_empty(), "{:?}", read.repairs);
    let read = expect(
        "{body=T恤, 蓝, total_fee=1, sign=A}",
        Kind::JavaMap,
        &[("body", "T恤, 蓝"), ("total_fee", "1"), ("sign", "A")],
    );
    assert!(read.repairs.is_empty());
    let read = expect(
        "{body=T恤, size=XL, total_fee=1}",
        Kind::JavaMap,
        &[("body", "T恤"), ("size", "XL"), ("total_fee", "1")],
    );
    assert_eq!(repair_codes(&read), ["guessed_field"]);
    let read =
        expect("{total_fee=1, body=A, total_fee=2}", Kind::JavaMap, &[("total_fee", "1"), ("body", "A, total_fee=2")]);
    assert_eq!(repair_codes(&read), ["guessed_value"]);
    let read = expect("{appid=wx1, attach=null}", Kind::JavaMap, &[("appid", "wx1"), ("attach", "")]);
    assert_eq!(repair_codes(&read), ["null_read"]);
    expect(
        "{appid=wx1, detail={\"goods\":[{\"id\":1, \"n\":2}]}, sign=A}",
        Kind::JavaMap,
        &[("appid", "wx1"), ("detail", "{\"goods\":[{\"id\":1, \"n\":2}]}"), ("sign", "A")],
    );
    expect("UnifiedOrder(appid=wx1, totalFee=1)", Kind::JavaMap, &[("appid", "wx1"), ("totalFee", "1")]);
    expect("Order{appid='wx1', body='a, b'}", Kind::JavaMap, &[("appid", "wx1"), ("body", "a, b")]);
    let read = expect(
        "2024-01-02 INFO pay: {appid=wx1, mch_id=2} in 3 ms",
        Kind::JavaMap,
        &[("appid", "wx1"), ("mch_id", "2")],
    );
    assert_eq!(repair_codes(&read), ["text_around"]);
    let read = expect("{appid=wx1, body=x", Kind::JavaMap, &[("appid", "wx1"), ("body", "x")]);
    assert_eq!(fault_codes(&read), ["incomplete"]);
}

#[test]
fn maps_of_go_are_read_by_the_order_of_their_names() {
    let sorted = [("appid", "wx1"), ("body", "测试 商品"), ("sign", "ABC"), ("total_fee", "101")];
    assert!(expect("map[appid:wx1 body:测试 商品 sign:ABC total_fee:101]", Kind::GoMap, &sorted).repairs.is_empty());
    let read = expect(
        "map[appid:wx1 body:see a:b notify_url:https://x.example/a total_fee:1]",
        Kind::GoMap,
        &[("appid", "wx1"), ("body", "see a:b"), ("notify_url", "https://x.example/a"), ("total_fee", "1")],
    );
    assert_eq!(repair_codes(&read), ["guessed_value"]);
    expect("map[appid:[wx1] body:[测试 商品] sign:[ABC] total_fee:[101]]", Kind::GoMap, &sorted);
    expect(
        "map[string]string{\"appid\":\"wx1\", \"body\":\"测试 商品\", \"sign\":\"ABC\", \"total_fee\":\"101\"}",
        Kind::GoMap,
        &sorted,
    );
    expect("&{Appid:wx1 MchId:2}", Kind::GoMap, &[("Appid", "wx1"), ("MchId", "2")]);
    let read =
        expect("2024/01/02 params map[appid:wx1 mch_id:2] ok", Kind::GoMap, &[("appid", "wx1"), ("mch_id", "2")]);
    assert_eq!(repair_codes(&read), ["text_around"]);
}

#[test]
fn dicts_of_python_and_objects_of_a_console_are_read() {
    expect(
        "{'appid': 'wx1', 'body': \"it's\", 'total_fee': 101, 'attach': None}",
        Kind::Python,
        &[("appid", "wx1"), ("body", "it's"), ("total_fee", "101"), ("attach", "")],
    );
    expect("{u'appid': u'wx1', u'body': u'\\u6d4b\\u8bd5'}", Kind::Python, &[("appid", "wx1"), ("body", "测试")]);
    expect(
        "{\n  appid: 'wx1',\n  body: '测试',\n  total_fee: 101,\n  attach: undefined\n}",
        Kind::Script,
        &[("appid", "wx1"), ("body", "测试"), ("total_fee", "101"), ("attach", "")],
    );
    let read = expect(
        "{\"appid\":\"wx1\",\"detail\":{\"a\":[1, 2]},\"sign\":\"A\",",
        Kind::Json,
        &[("appid", "wx1"), ("detail", "{\"a\":[1, 2]}"), ("sign", "A")],
    );
    assert_eq!(fault_codes(&read), ["nested", "incomplete"]);
    let read = expect("{\"appid\":\"wx1\",\"body\":\"cut", Kind::Json, &[("appid", "wx1"), ("body", "cut")]);
    assert_eq!(fault_codes(&read), ["quote", "incomplete"]);
    expect(
        "wx.requestPayment({\n  timeStamp: '1', package: 'prepay_id=wx02', paySign: 'A',\n  success (res) { go({a: 1}) },\n})",
        Kind::Log,
        &[("timeStamp", "1"), ("package", "prepay_id=wx02"), ("paySign", "A")],
    );
}

#[test]
fn an_http_capture_gives_its_body_and_notes_its_charset() {
    let text = "POST /pay/unifiedorder?x=1 HTTP/1.1\r\nHost: api.mch.weixin.qq.com\r\nContent-Type: text/xml\r\nContent-Length: 999\r\n\r\n<xml><appid>wx1</appid><body>测试</body></xml>";
    let read = expect(text, Kind::HttpRequest, &[("appid", "wx1"), ("body", "测试")]);
    let capture = read.capture.as_ref().unwrap();
    assert_eq!((capture.method.as_deref(), capture.path.as_deref()), (Some("POST"), Some("/pay/unifiedorder")));
    assert_eq!(capture.host.as_deref(), Some("api.mch.weixin.qq.com"));
    assert_eq!((capture.content_type.as_deref(), capture.charset.as_deref()), (Some("text/xml"), None));
    assert_eq!(repair_codes(&read), ["headers_set_aside", "charset_missing"]);
    assert_eq!(fault_codes(&read), ["truncated"]);
    let read = expect(
        "HTTP/1.1 200 OK\nContent-Type: text/xml; charset=GBK\n\n<xml><return_code>SUCCESS</return_code></xml>",
        Kind::HttpResponse,
        &[("return_code", "SUCCESS")],
    );
    assert_eq!(read.capture.as_ref().and_then(|capture| capture.status), Some(200));
    assert_eq!(fault_codes(&read), ["charset"]);
    expect(
        "POST /x HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\nappid=wx1&body=%E6%B5%8B",
        Kind::HttpRequest,
        &[("appid", "wx1"), ("body", "测")],
    );
    expect(
        "GET /x?appid=wx1&body=%E6%B5%8B HTTP/1.1\nHost: a\n\n",
        Kind::HttpRequest,
        &[("appid", "wx1"), ("body", "测")],
    );
    assert!(super::read_leniently(b"GET ready for it", None).capture.is_none());
}

#[test]
fn what_html_made_of_ampersands_is_turned_back_in_its_place() {
    let text = "body=¬a&nonce_str=1¬ify_url=https://x.example&sign=A×tamp=17";
    let read = expect(
        text,
        Kind::Pairs,
        &[("body", "¬a"), ("nonce_str", "1"), ("notify_url", "https://x.example"), ("sign", "A"), ("timestamp", "17")],
    );
    assert_eq!(repair_codes(&read), ["html_entity_damage", "html_entity_damage"]);
    let places: Vec<_> =
        read.repairs.iter().map(|placed| text.get(placed.place.clone().unwrap().range).unwrap()).collect();
    assert_eq!(places, ["¬ify_url", "×tamp"]);
    for (damaged, name) in
        [("©right", "copyright"), ("®ion", "region"), ("¶ms", "params"), ("§ion", "section"), ("¤cy", "currency")]
    {
        expect(&format!("appid=wx1{damaged}=1"), Kind::Pairs, &[("appid", "wx1"), (name, "1")]);
    }
    expect(
        "appid=wx1&amp;body=R&amp;D&amp;sign=A",
        Kind::Pairs,
        &[("appid", "wx1"), ("body", "R&amp;D"), ("sign", "A")],
    );
    expect("appid=wx1\\u0026sign=A", Kind::Pairs, &[("appid", "wx1"), ("sign", "A")]);
    // A legal value stays as it is.
    let read = expect("body=5×3§2&sign=A", Kind::Pairs, &[("body", "5×3§2"), ("sign", "A")]);
    assert!(read.repairs.is_empty());
}

#[test]
fn what_a_chat_changed_is_turned_back_and_values_are_left_alone() {
    let read =
        expect("appid＝wx1＆body＝测＝试＆sign=A", Kind::Pairs, &[("appid", "wx1"), ("body", "测＝试"), ("sign", "A")]);
    assert!(repair_codes(&read).iter().all(|code| *code == "full_width_signs"));
    let read = expect("{“appid”:“wx1”，“body”：“他说“好””}", Kind::Json, &[("appid", "wx1"), ("body", "他说“好”")]);
    assert!(repair_codes(&read).contains(&"smart_quotes"), "{:?}", read.repairs);
    let read = expect(
        "<xml>\u{A0}\u{A0}<appid>wx1</appid>\n\u{200B}<body>\u{A0}x</body></xml>",
        Kind::Xml,
        &[("appid", "wx1"), ("body", "\u{A0}x")],
    );
    assert_eq!((repair_codes(&read), fault_codes(&read)), (vec!["spaces_dropped", "spaces_dropped"], vec![]));
    assert_eq!(read.repairs[0].place.as_ref().map(|place| place.range.clone()), Some(5..9));
    expect("<?xml version=“1.0”?><xml><appid>wx1</appid></xml>", Kind::Xml, &[("appid", "wx1")]);
    expect("＜xml＞＜appid＞wx1＜/appid＞＜/xml＞", Kind::Xml, &[("appid", "wx1")]);
}

#[test]
fn messages_that_were_escaped_whole_are_unwrapped() {
    let expected = [("appid", "wx1"), ("body", "R&D \"x\"")];
    for text in [
        "&lt;xml&gt;&lt;appid&gt;wx1&lt;/appid&gt;&lt;body&gt;R&amp;amp;D &quot;x&quot;&lt;/body&gt;&lt;/xml&gt;",
        "\\x3Cxml>\\x3Cappid>wx1\\x3C/appid>\\x3Cbody>R&amp;D \\x22x\\x22\\x3C/body>\\x3C/xml>",
        "\\u003cxml\\u003e\\u003cappid\\u003ewx1\\u003c/appid\\u003e\\u003cbody\\u003eR\\u0026amp;D \\\"x\\\"\\u003c/body\\u003e\\u003c/xml\\u003e",
        "%3Cxml%3E%3Cappid%3Ewx1%3C%2Fappid%3E%3Cbody%3ER%26amp%3BD+%22x%22%3C%2Fbody%3E%3C%2Fxml%3E",
    ] {
        let read = expect(text, Kind::Xml, &expected);
        assert!(read.faults.is_empty() && !read.repairs.is_empty(), "{text}");
    }
    for text in [
        "level=info msg=\"<xml><appid>wx1</appid>\\n<body>R&amp;D \\\"x\\\"</body></xml>\" n=1",
        "{\"level\":\"info\",\"msg\":\"<xml><appid>wx1<\\/appid><body>R&amp;D \\\"x\\\"<\\/body><\\/xml>\"}",
        "{\"level\":\"info\",\"msg\":\"<xml><appid>wx1</appid><body>R&amp;D \\\"x\\\"</body></xml>\"}",
        "{\"url\":\"https://x.example\",\"body\":\"{\\\"appid\\\":\\\"wx1\\\",\\\"body\\\":\\\"R&D \\\\\\\"x\\\\\\\"\\\",\\\"a\\\":null}\"}",
        "req {\\\"appid\\\":\\\"wx1\\\",\\\"body\\\":\\\"R&D \\\\\\\"x\\\\\\\"\\\"} done",
        "{\\x22appid\\x22:\\x22wx1\\x22,\\x22body\\x22:\\x22R&D \\\\\\x22x\\\\\\x22\\x22} - 200",
        "INFO sign \"appid=wx1&body=R&D \\\"x\\\"\" end",
    ] {
        expect(text, Kind::Log, &expected);
    }
}

#[test]
fn lines_with_colons_tabs_or_full_width_signs_are_read() {
    let expected = [("appid", "wx1"), ("body", "a: b"), ("sign", "A")];
    assert!(expect("appid: wx1\nbody: a: b\nsign: A\n", Kind::Lines, &expected).faults.is_empty());
    expect("appid\twx1\r\nbody\ta: b\r\nsign\tA\r\n", Kind::Lines, &expected);
    expect("appid：wx1\nbody：a: b\nsign：A", Kind::Lines, &expected);
    expect("appid = wx1\nbody = a: b\nsign = A", Kind::Lines, &expected);
    expect("\"appid\": \"wx1\",\n\"body\": \"a: b\",\n\"sign\": \"A\"", Kind::Lines, &expected);
    let read = expect("appid: wx1\nbody: a: b\n----\nsign: A\n", Kind::Lines, &expected);
    assert_eq!(fault_codes(&read), ["not_a_pair"]);
    assert_eq!(read.faults[0].place.as_ref().map(|place| (place.line, place.column)), Some((3, 1)));
}

#[test]
fn what_people_paste_around_pairs_is_no_part_of_them() {
    let expected = [("appid", "wx1"), ("mch_id", "2")];
    expect("stringA=\"appid=wx1&mch_id=2\";", Kind::Pairs, &expected);
    expect("stringSignTemp=appid=wx1&mch_id=2", Kind::Pairs, &expected);
    expect("appid=wx1, mch_id=2", Kind::JavaMap, &expected);
    expect("appid = wx1, mch_id = 2", Kind::JavaMap, &expected);
    expect("| appid | wx1 |\n| mch_id | 2 |", Kind::Lines, &expected);
    let read = expect("签名串：appid=wx1&mch_id=2，签名 A", Kind::Log, &[("appid", "wx1"), ("mch_id", "2，签名 A")]);
    assert_eq!(repair_codes(&read), ["text_around", "to_line_end"]);
}

#[test]
fn what_frameworks_print_around_fields_is_read_too() {
    expect("array:2 [▼\n  \"appid\" => \"wx1\"\n  \"mch_id\" => 2\n]", Kind::Php, &[("appid", "wx1"), ("mch_id", "2")]);
    expect(
        "SimpleXMLElement Object\n(\n    [appid] => wx1\n    [attach] => SimpleXMLElement Object\n        (\n        )\n\n    [sign] => A\n)\n",
        Kind::Php,
        &[("appid", "wx1"), ("attach", ""), ("sign", "A")],
    );
    expect(
        "Request(super=Base(appid=wx1, mchId=2), body=x)",
        Kind::JavaMap,
        &[("appid", "wx1"), ("mchId", "2"), ("body", "x")],
    );
    expect(
        "&{XMLName:{Space: Local:xml} Appid:wx1 Body:a b Sign:A}",
        Kind::GoMap,
        &[("Appid", "wx1"), ("Body", "a b"), ("Sign", "A")],
    );
    let read = expect(
        "\"<xml><appid>wx1<\\/appid><body>a\\\"b<\\/body><\\/xml>\"",
        Kind::Log,
        &[("appid", "wx1"), ("body", "a\"b")],
    );
    assert!(read.faults.is_empty(), "{:?}", read.faults);
}

#[test]
fn several_messages_give_the_one_with_a_sign_and_say_so() {
    let read = expect(
        "req <xml><a>1</a></xml> resp <xml><b>2</b><sign>S</sign></xml>",
        Kind::Log,
        &[("b", "2"), ("sign", "S")],
    );
    assert_eq!(fault_codes(&read), ["several_messages"]);
}

#[test]
fn pairs_urls_and_commands_with_faults_are_read_in_part() {
    let read =
        expect("appid=wx1&body=R&D&&sign=A&sign=B", Kind::Pairs, &[("appid", "wx1"), ("body", "R&D&"), ("sign", "A")]);
    assert_eq!(fault_codes(&read), ["duplicate"]);
    let read = expect("?appid=wx1&body=%zz&x", Kind::Query, &[("appid", "wx1"), ("body", "%zz")]);
    assert_eq!(fault_codes(&read), ["percent_encoding", "not_a_pair"]);
    let read = expect(
        "curl https://x.example -d '<xml><appid>wx1</appid><toe>6</total_fee></xml>",
        Kind::Curl,
        &[("appid", "wx1"), ("total_fee", "6")],
    );
    assert_eq!(
        fault_codes(&read),
        ["mismatched_tag", "refused"].map(|code| code).iter().rev().copied().collect::<Vec<_>>()
    );
    let read = expect("body=a\u{1}b&sign=A", Kind::Pairs, &[("body", "a\u{1}b"), ("sign", "A")]);
    assert_eq!(fault_codes(&read), ["control_character"]);
}

#[test]
fn other_encodings_give_what_is_ascii_and_a_fault_that_names_them() {
    let gbk = [b"<xml><appid>wx1</appid>\n<body>".as_slice(), &[0xB2, 0xE2, 0xCA, 0xD4], b"</body></xml>"].concat();
    let read = read_leniently(&gbk, None);
    assert_eq!(read.input.as_ref().and_then(|input| input.params.get("appid")), Some("wx1"));
    assert_eq!(read.faults[0].kind, FaultKind::Refused(InputError::Gbk { line: 2 }));
    let utf16: Vec<u8> = "\u{FEFF}<xml><body>测试</body></xml>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = read_leniently(&utf16, None);
    assert_eq!(fields(&read), owned(&[("body", "测试")]));
    assert_eq!(fault_codes(&read), ["refused"]);
}

#[test]
fn nothing_and_the_unknown_are_said() {
    for (text, fault) in [
        ("", InputError::Empty),
        (" \n", InputError::Empty),
        ("hello", InputError::Unrecognised),
        ("{}", InputError::NoFields),
    ] {
        let read = read(text);
        assert!(read.input.is_none(), "{text}");
        assert_eq!(read.faults.last().map(|fault| fault.kind.clone()), Some(FaultKind::Refused(fault)), "{text}");
    }
    let read = read(&"x".repeat(MAX_BYTES + 1));
    assert_eq!(read.faults[0].kind, FaultKind::Refused(InputError::TooLarge));
}
