use crate::program::{Answer, Desk, KEY, PASSPHRASE, V1, V1_MD5};

const APP_SECRET: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
/// A refund notification of the merchant with the key of the vectors.
const REFUND: &str = "<xml><return_code>SUCCESS</return_code><appid><![CDATA[wx0000000000000001]]></appid><mch_id><![CDATA[1900000001]]></mch_id><nonce_str><![CDATA[5d2b6c2a8db53831]]></nonce_str><req_info><![CDATA[+Y3F0DDaYSRfbfXPR3OBg/+EUFAv676BKNDWJjG/O+s=]]></req_info></xml>";
/// Signed over four names, without the appId.
const CALL: &str = "{\"timeStamp\":\"1704135845\",\"nonceStr\":\"IITRi8Iabbblz1Jc\",\"package\":\"prepay_id=wx0203040506789012abcdef0123456789000\",\"signType\":\"MD5\",\"paySign\":\"5516E7D3812ABC6245B666D83CEBAFE8\"}";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("secret.txt", format!("{APP_SECRET}\n"));
    desk
}

/// What somebody's code signed: any text, with the key behind it.
fn md5_of(desk: &Desk, key_file: &str, text: &str) -> String {
    // The program itself signs; what it is given is what was meant to be left out or in.
    desk.run_with(&["sign", "-", "--key-file", key_file, "--format", "pairs"], text).expect(0).out.trim().to_owned()
}

fn diagnose(desk: &Desk, text: &str, more: &[&str]) -> Answer {
    desk.run_with(&[&["diagnose", "-", "--key-file", "key.txt", "--json"], more].concat(), text)
}

fn causes(answer: &serde_json::Value) -> Vec<String> {
    let best = &answer["explanations"][0]["causes"];
    best.as_array().into_iter().flatten().map(|cause| cause.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_right_sign_is_valid_and_exit_0() {
    let desk = desk();
    let answer = diagnose(&desk, &format!("{V1}&sign={V1_MD5}"), &[]).expect(0).json();
    assert_eq!((&answer["verdict"], &answer["sign_type"]), (&"valid".into(), &"MD5".into()));
    assert_eq!((&answer["given_sign"], &answer["expected_sign"]), (&V1_MD5.into(), &V1_MD5.into()));
    assert_eq!(answer["explanations"], serde_json::json!([]));
    assert!(answer["string_to_sign"].as_str().unwrap().ends_with("&key=••••CDEF"));
    assert!(answer["next"].is_string() && answer["warnings"].is_array());
    let text = desk.run_with(&["diagnose", "-", "--key-file", "key.txt"], format!("{V1}&sign={V1_MD5}")).expect(0);
    assert!(text.out.starts_with("一致") && !text.out.contains('\u{1b}'), "{}", text.out);
}

#[test]
fn an_empty_value_that_was_signed_is_proven_with_the_string_that_was_hashed() {
    let desk = desk();
    // detail= stood between body and device_info when it was signed.
    let text = format!("{V1}&detail=&sign=3C96985C4C6A4D9774E5C15E4B726232");
    let answer = diagnose(&desk, &text, &["--fixes", "all"]).expect(1).json();
    assert_eq!((&answer["verdict"], causes(&answer)), (&"explained".into(), vec!["A1".to_owned()]));
    let best = &answer["explanations"][0];
    assert_eq!((&best["proof"], &best["changes"][0]["field"]), (&"hash".into(), &"detail".into()));
    assert!(best["changes"][0]["detail"].as_str().unwrap().is_ascii());
    assert!(best["string_to_sign"].as_str().unwrap().contains("&detail=&"));
    assert_eq!(best["about"][0]["fixes"].as_object().unwrap().len(), 6);
    assert_eq!(answer["context"], "unifiedorder");
    assert!(answer["warnings"].as_array().unwrap().iter().any(|warning| warning["cause"] == "A1"));
    let people = desk.run_with(&["diagnose", "-", "--key-file", "key.txt", "--fixes", "php"], &text).expect(1).out;
    assert!(people.starts_with("不一致：确诊 A1"), "{people}");
    assert!(people.contains("+ detail=   多签了") && people.contains("PHP (A1)"), "{people}");
    assert!(people.find("应签 right").unwrap() < people.find("下一步 next").unwrap());
}

#[test]
fn a_trimmed_value_is_proven_and_underlined() {
    let desk = desk();
    let text = format!("{}&sign={V1_MD5}", V1.replace("device_info=WEB", "device_info=WEB "));
    assert_eq!(causes(&diagnose(&desk, &text, &[]).expect(1).json()), ["D5"]);
    let people = desk.run_with(&["diagnose", "-", "--key-file", "key.txt"], &text).expect(1).out;
    assert!(people.contains("- device_info=WEB·\n") && people.contains("^\n"), "{people}");
}

#[test]
fn the_app_secret_in_the_place_of_the_key_is_proven_where_it_is_at_hand() {
    let desk = desk();
    let text = format!("{V1}&sign={}", md5_of(&desk, "secret.txt", V1));
    let without = diagnose(&desk, &text, &[]).expect(1).json();
    assert_eq!(without["verdict"], "unexplained");
    let answer = diagnose(&desk, &text, &["--other-key", "appsecret=secret.txt"]).expect(1).json();
    assert_eq!((causes(&answer), &answer["explanations"][0]["key"]), (vec!["E2".to_owned()], &"appsecret".into()));
    let named = diagnose(&desk, &text, &["--other-key", "商户B=secret.txt"]).expect(1).json();
    assert_eq!((causes(&named), &named["explanations"][0]["key"]), (vec!["E7".to_owned()], &"商户B".into()));
}

#[test]
fn a_sign_in_lower_case_is_proven_also_where_it_is_given_apart() {
    let desk = desk();
    let answer = diagnose(&desk, V1, &["--sign", &V1_MD5.to_lowercase()]).expect(1).json();
    assert_eq!((causes(&answer), &answer["expected_sign"]), (vec!["F5".to_owned()], &V1_MD5.into()));
}

#[test]
fn a_pay_sign_without_the_appid_is_proven() {
    let desk = desk();
    let answer = diagnose(&desk, CALL, &["--appid", "wx0000000000000001", "--context", "jsapi"]).expect(1).json();
    assert_eq!((causes(&answer)[0].as_str(), &answer["context"]), ("A15", &"jsapi".into()));
}

#[test]
fn what_cannot_be_reproduced_says_what_that_excludes() {
    let desk = desk();
    let text = format!("{V1}&sign=0123456789ABCDEF0123456789ABCDEF");
    let answer = diagnose(&desk, &text, &["--return-msg", "签名错误"]).expect(1).json();
    assert_eq!((&answer["verdict"], &answer["explanations"]), (&"unexplained".into(), &serde_json::json!([])));
    assert!(answer["excluded"]["tried"].as_u64().unwrap() > 1000);
    assert!(!answer["reading"]["causes"].as_array().unwrap().is_empty(), "the gateway's words are read");
    assert!(answer["warnings"].as_array().unwrap().iter().any(|warning| warning["rule"] == "return_msg"));
    let people = desk.run_with(&["diagnose", "-", "--key-file", "key.txt"], &text).expect(1).out;
    assert!(people.starts_with("不一致：未能复现") && people.contains("已排除 excluded"), "{people}");
}

#[test]
fn without_a_key_the_rules_still_answer() {
    let desk = desk();
    let text = format!("{}&sign={V1_MD5}", V1.replace("total_fee=101", "total_fee=1.01"));
    let answer = desk.run_with(&["diagnose", "-", "--json"], &text).expect(1).json();
    assert_eq!((&answer["verdict"], &answer["expected_sign"]), (&"unexplained".into(), &serde_json::Value::Null));
    assert!(answer["warnings"].as_array().unwrap().iter().any(|warning| warning["field"] == "total_fee"));
    assert!(answer["next"].as_str().unwrap().contains("key"));
    assert!(desk.run_with(&["diagnose", "-"], &text).expect(1).out.starts_with("无法比对"));
}

#[test]
fn an_input_without_a_sign_or_without_a_field_is_malformed() {
    let desk = desk();
    let none = diagnose(&desk, V1, &[]).expect(1).json();
    assert_eq!((&none["verdict"], &none["given_sign"]), (&"malformed".into(), &serde_json::Value::Null));
    assert_eq!(diagnose(&desk, &format!("{V1}&sign=XYZ"), &[]).expect(1).json()["verdict"], "malformed");
    for text in ["", "hello", "<!DOCTYPE a><xml><a>1</a></xml>"] {
        let answer = diagnose(&desk, text, &[]).expect(3).json();
        assert_eq!((&answer["verdict"], &answer["error"]["code"]), (&"malformed".into(), &"input_malformed".into()));
        let people = desk.run_with(&["diagnose", "-", "--key-file", "key.txt"], text).expect(3);
        assert!(people.err.contains("error[input_malformed]") && people.out.is_empty(), "{}", people.err);
    }
    diagnose(&desk, "", &["--sent", "nowhere.xml"]).expect(3);
}

#[test]
fn broken_xml_is_read_as_far_as_it_goes_and_the_place_is_told() {
    let desk = desk();
    let text = "<xml>\n<appid>wx0000000000000001</appid>\n<mch_id>1900000001</mch_id>\n<toe>600</total_fee>\n<sign>0123456789ABCDEF0123456789ABCDEF</sign>\n</xml>";
    let answer = diagnose(&desk, text, &["--context", "unifiedorder"]).expect(1).json();
    let fault = answer["warnings"].as_array().unwrap().iter().find(|warning| warning["cause"] == "A12").unwrap();
    assert!(fault["detail"].as_str().unwrap().starts_with("line 4, column 1"), "{fault}");
    assert!(answer["string_to_sign"].as_str().unwrap().contains("total_fee=600"));
}

#[test]
fn what_was_sent_is_compared_with_what_was_signed() {
    let desk = desk();
    desk.file("sent.txt", format!("{}&sign={V1_MD5}", V1.replace("5d2b6c2a8db53831f7eda20af46e531c", "OTHERNONCE")));
    let answer = diagnose(&desk, V1, &["--sent", "sent.txt"]).expect(1).json();
    let difference = &answer["differences"][0];
    assert_eq!((&difference["name"], &difference["kind"]), (&"nonce_str".into(), &"value".into()));
    assert_eq!(answer["verdict"], "explained");
    let arguments = ["diagnose", "-", "--key-file", "key.txt", "--sent", "sent.txt"];
    let people = desk.run_with(&arguments, V1).expect(1).out;
    assert!(people.contains("签的与发的不同") && people.contains("+ OTHERNONCE"), "{people}");
}

#[test]
fn the_key_of_another_profile_is_named_by_its_profile() {
    let desk = desk();
    desk.file("pass.txt", format!("{PASSPHRASE}\n"));
    desk.file("b.txt", "fedcba9876543210FEDCBA9876543210");
    for (name, mch_id, key) in [("shop", "1900000001", "key.txt"), ("商户B", "1900000002", "b.txt")] {
        let add = ["profile", "add", name, "--appid", "wx0000000000000001", "--mch-id", mch_id, "--key-file", key];
        desk.ask(&[&add[..], &["--app-secret-file", "secret.txt"]].concat()).expect(0);
    }
    desk.file("order.txt", format!("{V1}&sign={}", md5_of(&desk, "b.txt", V1)));
    let answer = desk.ask(&["diagnose", "order.txt", "--profile", "shop"]).expect(1).json();
    assert_eq!((causes(&answer), &answer["explanations"][0]["key"]), (vec!["E7".to_owned()], &"商户B".into()));
    // A key file goes before the profile's key, which is then one of the others.
    let answer = desk.ask(&["diagnose", "order.txt", "--profile", "shop", "--key-file", "b.txt"]).expect(0).json();
    assert_eq!(answer["verdict"], "valid");
    // Without the passphrase a named key still works, and the profile's own key is asked for in vain.
    let locked = ["diagnose", "order.txt", "--profile", "shop", "--json"];
    desk.run(&[&locked[..], &["--key-file", "b.txt"]].concat()).expect(0);
    assert_eq!(desk.run(&locked).expect(6).json()["error"]["code"], "secret_missing");
    desk.file("order.txt", format!("{V1}&sign={}", md5_of(&desk, "secret.txt", V1)));
    let answer = desk.ask(&["diagnose", "order.txt", "--profile", "shop"]).expect(1).json();
    assert_eq!(causes(&answer), ["E2"]);
}

#[test]
fn a_refund_notice_proves_a_key_offline() {
    let desk = desk();
    desk.file("refund.xml", REFUND);
    let text = format!("{V1}&sign=0123456789ABCDEF0123456789ABCDEF");
    let answer = diagnose(&desk, &text, &["--refund-notice", "refund.xml"]).expect(1).json();
    assert_eq!(answer["refund_notice"]["verdict"], "proven", "{answer}");
    assert_eq!(answer["refund_notice"]["decrypted"], serde_json::json!({"a": "1"}));
    let wrong = ["diagnose", "-", "--json", "--key-file", "secret.txt", "--refund-notice", "refund.xml"];
    assert_eq!(desk.run_with(&wrong, &text).expect(1).json()["refund_notice"]["verdict"], "not_this_key");
    let other = [&wrong[..], &["--other-key", "商户B=key.txt"]].concat();
    let answer = desk.run_with(&other, &text).expect(1).json();
    assert_eq!(
        (&answer["refund_notice"]["verdict"], &answer["refund_notice"]["key"]),
        (&"other_key".into(), &"商户B".into())
    );
}

#[test]
fn the_deep_search_answers_alike_where_a_moment_is_enough() {
    let desk = desk();
    let answer = diagnose(&desk, V1, &["--sign", &V1_MD5.to_lowercase(), "--deep"]).expect(1);
    assert_eq!(causes(&answer.json()), ["F5"]);
    assert!(answer.err.is_empty(), "no progress bar in a pipe: {}", answer.err);
}

#[test]
fn a_command_line_that_makes_no_sense_is_usage() {
    let desk = desk();
    desk.file("order.txt", V1);
    for more in [
        vec!["--other-key", "secret.txt"],
        vec!["--other-key", "=secret.txt"],
        vec!["--other-key", "appsecret="],
        vec!["--context", "nowhere"],
        vec!["--fixes", "cobol"],
        vec!["--key", "SECRETSECRET"],
        vec!["--other-key", "appsecret=-", "--key-file", "-"],
        vec!["--sent", "-", "--key-file", "-"],
        vec!["--refund-notice", "-", "--sent", "-"],
    ] {
        let answer = desk.run(&[&["diagnose", "order.txt", "--json"], more.as_slice()].concat()).expect(2);
        assert_eq!(answer.json()["error"]["code"], "usage", "{more:?}");
        assert!(!(answer.out + &answer.err).contains("SECRETSECRET"));
    }
    desk.run(&["diagnose"]).expect(2);
}

#[test]
fn a_key_that_was_named_and_is_not_there_is_missing() {
    let desk = desk();
    desk.file("order.txt", V1);
    desk.run(&["diagnose", "order.txt", "--key-file", "nowhere.txt"]).expect(6);
    let other = ["diagnose", "order.txt", "--key-file", "key.txt", "--other-key", "v3=nowhere.txt", "--json"];
    assert_eq!(desk.run(&other).expect(6).json()["error"]["code"], "secret_missing");
}

#[test]
fn a_key_may_come_from_standard_input() {
    let desk = desk();
    desk.file("order.txt", format!("{V1}&sign={V1_MD5}"));
    desk.run_with(&["diagnose", "order.txt", "--key-file", "-"], format!("{KEY}\r\n")).expect(0);
    let text = format!("{V1}&sign={}", md5_of(&desk, "secret.txt", V1));
    desk.file("order.txt", text);
    let other = ["diagnose", "order.txt", "--key-file", "key.txt", "--other-key", "appsecret=-", "--json"];
    assert_eq!(causes(&desk.run_with(&other, APP_SECRET).expect(1).json()), ["E2"]);
}

#[test]
fn no_answer_ever_holds_a_key() {
    let desk = desk();
    desk.file("refund.xml", REFUND);
    let signed_by_secret = md5_of(&desk, "secret.txt", V1);
    for text in [
        format!("{V1}&key={KEY}&sign=0123456789ABCDEF0123456789ABCDEF"),
        format!("{V1}&sign={signed_by_secret}"),
        format!("<xml><key>{KEY}</key><a>"),
        KEY.to_owned(),
    ] {
        desk.file("order.txt", &text);
        for more in [vec![], vec!["--json"], vec!["--report"], vec!["--report", "--json"], vec!["--fixes", "all"]] {
            let keys =
                ["--key-file", "key.txt", "--other-key", "appsecret=secret.txt", "--refund-notice", "refund.xml"];
            let answer = desk.run(&[&["diagnose", "order.txt"], &keys[..], more.as_slice()].concat());
            let everything = answer.out + &answer.err;
            for hidden in [KEY, APP_SECRET, "0123456789abcdef", &APP_SECRET[..16]] {
                assert!(!everything.contains(hidden), "{hidden}: {everything}");
            }
        }
    }
}

#[test]
fn a_report_for_others_holds_no_person_and_no_part_of_a_key() {
    let desk = desk();
    desk.file("order.txt", format!("{V1}&sign={}", V1_MD5.to_lowercase()));
    let report = desk.run(&["diagnose", "order.txt", "--key-file", "key.txt", "--report"]).expect(1).out;
    assert!(report.starts_with("# 签名诊断") && report.contains("F5"), "{report}");
    for hidden in ["oUpF8uMuAJO", "••••CDEF", "127.0.0.1", "b=2+3%20"] {
        assert!(!report.contains(hidden), "{hidden}: {report}");
    }
    let json = desk.run(&["diagnose", "order.txt", "--key-file", "key.txt", "--report", "--json"]).expect(1).json();
    assert_eq!(json["report"].as_str().unwrap(), report);
}

#[test]
fn no_answer_of_any_command_holds_a_key_that_was_pasted_although_none_was_given() {
    let desk = desk();
    for written in ["&KEY={}", "&api_key={}", "& key = {}", "&amp;key={}", "&attach=a%26key%3D{}", "\n商户密钥：{}"]
    {
        let text = format!("{V1}&sign={V1_MD5}{}", written.replace("{}", KEY));
        desk.file("order.txt", &text);
        for arguments in [
            vec!["diagnose", "order.txt"],
            vec!["diagnose", "order.txt", "--json"],
            vec!["diagnose", "order.txt", "--report"],
            vec!["lint", "order.txt", "--json"],
            vec!["verify", "order.txt", "--key-file", "secret.txt"],
            vec!["verify", "order.txt", "--key-file", "secret.txt", "--json"],
            vec!["sign", "order.txt", "--key-file", "secret.txt", "--json"],
        ] {
            let answer = desk.run(&arguments);
            let everything = answer.out + &answer.err;
            for hidden in [KEY, "0123456789abcdef"] {
                assert!(!everything.contains(hidden), "{hidden} in {arguments:?} of {text}: {everything}");
            }
        }
        let tried = desk.run(&["diagnose", "order.txt", "--json"]).json();
        assert!(tried["verdict"] == "valid" || tried["excluded"]["tried"].as_u64() > Some(0), "{text}: {tried}");
    }
}

#[test]
fn what_was_sent_without_a_single_field_is_refused_with_a_sentence() {
    let desk = desk();
    desk.file("nothing.txt", "hello");
    desk.file("order.txt", V1);
    let answer = diagnose(&desk, V1, &["--sent", "nothing.txt"]).expect(3);
    let error = answer.json()["error"].clone();
    assert_eq!(error["code"], "input_malformed", "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("--sent nothing.txt"), "{message}");
    let plain = desk.run(&["diagnose", "order.txt", "--key-file", "key.txt", "--sent", "nothing.txt"]).expect(3);
    assert!(plain.err.contains("--sent nothing.txt") && plain.out.is_empty(), "{}", plain.err);
}
