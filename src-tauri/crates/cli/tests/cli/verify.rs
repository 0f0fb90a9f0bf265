use crate::program::{Answer, Desk, V1, V1_MD5};

const CALL: &str = "{\"timeStamp\":\"1704135845\",\"nonceStr\":\"IITRi8Iabbblz1Jc\",\"package\":\"prepay_id=wx0203040506789012abcdef0123456789000\",\"signType\":\"MD5\",\"paySign\":\"A4C607DA0A12FF0DB36AF96858A45992\"}";

fn verify(text: &str, more: &[&str]) -> Answer {
    let mut arguments = vec!["verify", "-", "--key-file", "key.txt"];
    arguments.extend(more);
    Desk::new().run_with(&arguments, text)
}

#[test]
fn a_sign_that_is_missing_empty_wrong_short_or_in_lower_case_is_no() {
    for (text, verdict) in [
        (V1.to_owned(), "missing_sign"),
        (format!("{V1}&sign="), "missing_sign"),
        (format!("{V1}&sign={}", V1_MD5.to_lowercase()), "malformed_sign"),
        (format!("{V1}&sign={}", &V1_MD5[1..]), "malformed_sign"),
        (format!("{V1}&sign={}", V1_MD5.replace('A', "B")), "mismatch"),
        (format!("{}&sign={V1_MD5}", V1.replace("total_fee=101", "total_fee=1")), "mismatch"),
    ] {
        let answer = verify(&text, &["--json"]).expect(1).json();
        assert_eq!((&answer["valid"], &answer["verdict"]), (&false.into(), &verdict.into()), "{text}");
        assert!(answer["reason"].is_string());
    }
    let answer = verify(&format!("{V1}&sign={}", V1_MD5.to_lowercase()), &["--json"]).json();
    assert_eq!(answer["expected_sign"], V1_MD5);
    assert_eq!(answer["given_sign"], V1_MD5.to_lowercase());
}

#[test]
fn a_right_sign_is_yes_in_both_algorithms() {
    let answer = verify(&format!("{V1}&sign={V1_MD5}"), &["--json"]).expect(0).json();
    assert_eq!((&answer["valid"], &answer["sign_type"]), (&true.into(), &"MD5".into()));
    let text = verify(&format!("{V1}&sign={V1_MD5}"), &[]).expect(0);
    assert!(text.out.starts_with("valid"), "{}", text.out);
    assert!(!text.out.contains('\u{1b}'), "colours in a pipe");
    let hmac =
        format!("{V1}&sign_type=HMAC-SHA256&sign=5B15B78AD4D06C55625A8F2CAC7FF19E5D8E56029A4AED37D0C8573E89AD808C");
    assert_eq!(verify(&hmac, &["--json"]).expect(0).json()["sign_type_from"], "message");
    verify(&hmac, &["--sign-type", "HMAC-SHA256"]).expect(0);
}

#[test]
fn an_answer_without_sign_type_is_verified_by_the_length_of_its_sign() {
    let answer = "<xml><return_code><![CDATA[SUCCESS]]></return_code>\n<return_msg><![CDATA[OK]]></return_msg>\n<result_code><![CDATA[SUCCESS]]></result_code>\n<mch_id><![CDATA[1900000001]]></mch_id>\n<appid><![CDATA[wx0000000000000001]]></appid>\n<device_info><![CDATA[WEB]]></device_info>\n<nonce_str><![CDATA[IITRi8Iabbblz1Jc]]></nonce_str>\n<sign><![CDATA[C7387D26F88263A5F9775140F99A62A5ECECE52B75DFF5AE855C18DCB0F5B202]]></sign>\n<prepay_id><![CDATA[wx0203040506789012abcdef0123456789000]]></prepay_id>\n<trade_type><![CDATA[JSAPI]]></trade_type>\n</xml>";
    let found = verify(answer, &["--json"]).expect(0).json();
    assert_eq!((&found["sign_type"], &found["sign_type_from"]), (&"HMAC-SHA256".into(), &"length".into()));
    verify(answer, &["--sign-type", "MD5"]).expect(1);
}

#[test]
fn a_message_that_names_another_algorithm_than_the_chosen_one_is_no() {
    let named = format!("{V1}&sign_type=MD5&sign=52D2A6405DCC16745BDC1128DBE8692E");
    verify(&named, &[]).expect(0);
    let answer = verify(&named, &["--sign-type", "HMAC-SHA256", "--json"]).expect(1).json();
    assert!(answer["reason"].as_str().unwrap().contains("sign_type"));
}

#[test]
fn an_unsigned_refusal_of_the_gateway_has_no_sign_to_verify() {
    let text = "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[签名错误，请检查后再试]]></return_msg>\n</xml>";
    assert_eq!(verify(text, &["--json"]).expect(1).json()["verdict"], "missing_sign");
}

#[test]
fn the_pay_sign_of_a_client_call_needs_the_appid_that_is_not_in_it() {
    let refused = verify(CALL, &["--json"]).expect(2);
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("--appid"));
    let answer = verify(CALL, &["--json", "--appid", "wx0000000000000001"]).expect(0).json();
    assert_eq!(answer["sign_name"], "paySign");
    assert_eq!(answer["included"], serde_json::json!(["appId", "nonceStr", "package", "signType", "timeStamp"]));
    verify(CALL, &["--appid", "wx0000000000000002"]).expect(1);
    verify(&CALL.replace('{', "{\"appId\":\"wx0000000000000001\","), &[]).expect(0);
}

#[test]
fn invisible_characters_and_a_strange_key_are_said_beside_the_answer() {
    let desk = Desk::new();
    desk.file("short.txt", "0123456789abcdef");
    let answer = desk.run_with(&["verify", "-", "--key-file", "short.txt"], "a=1\u{200B}&b=2&sign=X").expect(1);
    assert!(answer.err.contains("U+200B ZERO WIDTH SPACE at byte 3"), "{}", answer.err);
    assert!(answer.err.contains("16 bytes"), "{}", answer.err);
}

#[test]
fn what_could_steer_a_terminal_is_not_printed_raw() {
    let answer = verify("a=\u{9b}31m\u{202e}x&sign=X", &[]).expect(1);
    assert!(!answer.out.contains('\u{9b}') && !answer.out.contains('\u{202e}'), "{:?}", answer.out);
}
