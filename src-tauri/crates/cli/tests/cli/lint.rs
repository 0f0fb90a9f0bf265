use crate::program::{Answer, Desk, KEY, V1, V1_MD5};

fn lint(text: &str, more: &[&str]) -> Answer {
    Desk::new().run_with(&[&["lint", "-"], more].concat(), text)
}

fn found(answer: &serde_json::Value) -> Vec<(&str, &str)> {
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
    let warnings = answer["warnings"].as_array().unwrap();
    for warning in warnings {
        assert!(!text(&warning["detail"]).is_empty() && !text(&warning["detail_zh"]).is_empty(), "{warning}");
    }
    warnings
        .iter()
        .map(|warning| (warning["cause"].as_str().unwrap_or_default(), warning["field"].as_str().unwrap_or_default()))
        .collect()
}

/// The order of the vectors as pairs that nobody can misread.
fn order() -> String {
    V1.replace("attach=a=1&b=2+3%20", "attach=shop-7") + "&sign=" + V1_MD5
}

#[test]
fn a_conforming_order_is_clean_without_any_key() {
    let answer = lint(&order(), &["--json"]).expect(0).json();
    assert_eq!((&answer["clean"], &answer["context"]), (&true.into(), &"unifiedorder".into()));
    assert!(lint(&order(), &[]).expect(0).out.starts_with("没有发现问题"));
}

#[test]
fn what_looks_wrong_is_named_with_its_field() {
    let text = V1.replace("total_fee=101", "total_fee=1.01").replace("attach=a=1&b=2+3%20&", "attach=&");
    let answer = lint(&format!("{text}&sign={V1_MD5}"), &["--json"]).expect(1).json();
    let found = found(&answer);
    assert!(found.contains(&("A1", "attach")), "{found:?}");
    assert!(found.iter().any(|(_, field)| *field == "total_fee"), "{found:?}");
    let people = lint(&text, &[]).expect(1).out;
    assert!(people.starts_with("发现") && people.contains("疑似 suspicions"), "{people}");
}

#[test]
fn the_context_that_is_told_decides_about_the_fields() {
    let text = format!("{V1}&sign={V1_MD5}");
    let answer = lint(&text, &["--json", "--context", "orderquery"]).expect(1).json();
    assert_eq!(answer["context"], "orderquery");
    lint(&text, &["--context", "orders"]).expect(2);
}

#[test]
fn a_hint_alone_leaves_the_message_clean() {
    // Its time stamp is years old, which is usual in a log and unusual in a call.
    let call = "{\"appId\":\"wx0000000000000001\",\"timeStamp\":\"1704135845\",\"nonceStr\":\"IITRi8Iabbblz1Jc\",\"package\":\"prepay_id=wx0203040506789012abcdef0123456789000\",\"signType\":\"MD5\",\"paySign\":\"5516E7D3812ABC6245B666D83CEBAFE8\"}";
    let answer = lint(call, &["--json"]).expect(0).json();
    assert_eq!((&answer["clean"], &answer["warnings"][0]["severity"]), (&true.into(), &"hint".into()));
    assert!(lint(call, &[]).expect(0).out.contains("提示 hints"));
}

#[test]
fn broken_xml_is_a_warning_and_no_field_at_all_is_unreadable() {
    let text = "<xml><appid>wx0000000000000001</appid><toe>600</total_fee></xml>";
    assert!(found(&lint(text, &["--json"]).expect(1).json()).contains(&("A12", "total_fee")));
    assert_eq!(lint("hello", &["--json"]).expect(3).json()["error"]["code"], "input_malformed");
    lint("", &[]).expect(3);
    Desk::new().run(&["lint", "nowhere.xml"]).expect(3);
}

#[test]
fn a_key_in_the_text_is_not_repeated() {
    for more in [&[][..], &["--json"]] {
        let answer = lint(&format!("{V1}&key={KEY}&sign={V1_MD5}"), more);
        assert!(!(answer.out + &answer.err).contains(KEY));
    }
}
