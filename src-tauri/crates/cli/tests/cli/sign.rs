use crate::program::{Desk, KEY, V1, V1_MD5};

const V1_XML: &str = "<xml><appid>wx0000000000000001</appid><mch_id>1900000001</mch_id><device_info>WEB</device_info><nonce_str>5d2b6c2a8db53831f7eda20af46e531c</nonce_str><body><![CDATA[测试商城-T恤 & \"帽子\"]]></body><detail></detail><attach>a=1&amp;b=2+3%20</attach><out_trade_no>T20240102030405_001</out_trade_no><total_fee>101</total_fee><spbill_create_ip>127.0.0.1</spbill_create_ip><notify_url>https://shop.example.com/wx/notify</notify_url><trade_type>JSAPI</trade_type><openid>oUpF8uMuAJO_M2pxb1Q9zNjWeS6o</openid></xml>";

#[test]
fn the_official_example_is_signed_in_both_algorithms() {
    let desk = Desk::new();
    desk.file("official.txt", "192006250b4c09247ec02edce69f6a2d");
    let text = "appid=wxd930ea5d5a258f4f&mch_id=10000100&device_info=1000&body=test&nonce_str=ibuaiVcKdpRxkhJA";
    let md5 = desk.run_with(&["sign", "-", "--key-file", "official.txt"], text).expect(0);
    assert_eq!(md5.out, "9A0A8659F005D6984697E2CA0A9CF3B7\n");
    let hmac =
        desk.run_with(&["sign", "-", "--key-file", "official.txt", "--sign-type", "HMAC-SHA256"], text).expect(0);
    assert_eq!(hmac.out, "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6\n");
}

#[test]
fn one_message_has_one_sign_whatever_it_is_written_in() {
    let desk = Desk::new();
    let json = "{\"appid\":\"wx0000000000000001\",\"attach\":\"a=1&b=2+3%20\",\"body\":\"测试商城-T恤 & \\\"帽子\\\"\",\"detail\":null,\"device_info\":\"WEB\",\"mch_id\":1900000001,\"nonce_str\":\"5d2b6c2a8db53831f7eda20af46e531c\",\"notify_url\":\"https://shop.example.com/wx/notify\",\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\",\"out_trade_no\":\"T20240102030405_001\",\"spbill_create_ip\":\"127.0.0.1\",\"total_fee\":101,\"trade_type\":\"JSAPI\"}";
    let curl = format!("curl https://api.mch.weixin.qq.com/pay/unifiedorder -d '{V1_XML}'");
    let log = format!("03:04:05 INFO sending {V1_XML} to the gateway");
    for (text, kind) in [
        (V1_XML.to_owned(), "xml"),
        (json.to_owned(), "json"),
        (V1.to_owned(), "pairs"),
        (format!("{V1}&key={KEY}"), "string_to_sign"),
        (curl, "curl"),
        (log, "log"),
    ] {
        let answer = desk.run_with(&["sign", "-", "--key-file", "key.txt", "--json"], &text).expect(0).json();
        assert_eq!(answer["sign"], V1_MD5, "{kind}");
        assert_eq!(answer["detected"], kind);
        assert_eq!(answer["string_to_sign"], format!("{V1}&key=••••CDEF"));
    }
}

#[test]
fn the_document_names_what_is_included_and_what_is_left_out_and_why() {
    let desk = Desk::new();
    let text = "b=2&sign=X&a=1&empty=&key=whatever";
    let answer = desk.run_with(&["--json", "sign", "-", "--key-file", "key.txt"], text).expect(0).json();
    assert_eq!(answer["sign_type"], "MD5");
    assert_eq!(answer["included"], serde_json::json!(["a", "b"]));
    assert_eq!(
        answer["excluded"],
        serde_json::json!([
            {"name": "sign", "reason": "sign"}, {"name": "empty", "reason": "empty"}, {"name": "key", "reason": "key"}
        ])
    );
}

#[test]
fn the_messages_own_sign_type_decides_and_is_signed() {
    let desk = Desk::new();
    let own = desk.run_with(&["sign", "-", "--key-file", "key.txt"], format!("{V1}&sign_type=HMAC-SHA256")).expect(0);
    assert_eq!(own.out.trim(), "5B15B78AD4D06C55625A8F2CAC7FF19E5D8E56029A4AED37D0C8573E89AD808C");
    desk.run_with(&["sign", "-", "--key-file", "key.txt"], format!("{V1}&sign_type=hmac")).expect(3);
    let forced = desk
        .run_with(&["sign", "-", "--key-file", "key.txt", "--sign-type", "MD5"], format!("{V1}&sign_type=HMAC-SHA256"))
        .expect(0);
    assert!(forced.err.contains("the gateway goes by the message"), "{}", forced.err);
}

#[test]
fn the_format_overrides_the_detection() {
    let desk = Desk::new();
    let encoded = "body=%E6%B5%8B%E8%AF%95&total_fee=101";
    let sign = |arguments: &[&str]| {
        let mut all = vec!["sign", "-", "--key-file", "key.txt", "--json"];
        all.extend(arguments);
        desk.run_with(&all, encoded)
    };
    let literal = sign(&[]).expect(0).json();
    let decoded = sign(&["--format", "query"]).expect(0).json();
    assert!(literal["string_to_sign"].as_str().unwrap().starts_with("body=%E6%B5%8B%E8%AF%95&"));
    assert!(decoded["string_to_sign"].as_str().unwrap().starts_with("body=测试&"));
    assert_ne!(literal["sign"], decoded["sign"]);
    sign(&["--format", "xml"]).expect(3);
    sign(&["--format", "json"]).expect(3);
    sign(&["--format", "curl"]).expect(3);
    sign(&["--format", "yaml"]).expect(2);
}
