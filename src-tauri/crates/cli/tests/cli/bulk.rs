use std::fmt::Write;

use serde_json::{Value, json};
use wxpay_protocol::{Params, Secret, SignType, sign, xml};

use crate::program::{Desk, KEY};

fn notice(number: usize, sign_type: SignType) -> String {
    let mut params = Params::from_pairs([
        ("appid", "wx0000000000000001"),
        ("mch_id", "1900000001"),
        ("out_trade_no", format!("T{number:08}").as_str()),
        ("body", "测试 \"商城\""),
        ("total_fee", (number % 1000 + 1).to_string().as_str()),
    ])
    .unwrap();
    let sign = sign::sign(&params, &Secret::new(KEY.as_bytes().to_vec()), sign_type);
    params.push("sign", &sign).unwrap();
    xml::write(&params, xml::is_amount).unwrap()
}

fn line(id: &Value, body: &str) -> String {
    json!({"id": id, "body": body}).to_string()
}

#[test]
fn twenty_thousand_messages_are_counted_and_the_failed_are_named_in_the_order_of_the_file() {
    let desk = Desk::new();
    let mut file = String::new();
    let mut failed = Vec::new();
    for number in 0..20_000 {
        let sign_type = if number % 3 == 0 { SignType::HmacSha256 } else { SignType::Md5 };
        let mut body = notice(number, sign_type);
        if number % 997 == 5 {
            body = body.replace("total_fee>", "cash_fee>");
            failed.push(format!("m{number}"));
        } else if number % 1999 == 7 {
            body.truncate(body.len() - 4);
            failed.push(format!("m{number}"));
        }
        writeln!(file, "{}", line(&format!("m{number}").into(), &body)).unwrap();
    }
    desk.file("messages.jsonl", file);
    let answer = desk.run(&["verify", "--jsonl", "messages.jsonl", "--key-file", "key.txt", "--json"]).expect(1).json();
    assert_eq!(answer["total"], 20_000);
    assert_eq!(answer["malformed"], 11);
    assert_eq!(answer["invalid"], failed.len() - 11);
    assert_eq!(answer["valid"], 20_000 - failed.len());
    assert_eq!(answer["failed"], json!(failed));
    assert_eq!(answer["malformed_lines"][0]["line"], 8);
}

#[test]
fn all_valid_is_yes_whatever_the_last_line_ends_in() {
    let desk = Desk::new();
    let two = format!(
        "\u{FEFF}{}\r\n\n{}",
        line(&1.into(), &notice(1, SignType::Md5)),
        line(&"b".into(), &notice(2, SignType::HmacSha256))
    );
    let answer = desk.run_with(&["verify", "--jsonl", "-", "--key-file", "key.txt", "--json"], &two).expect(0).json();
    assert_eq!((&answer["total"], &answer["valid"], &answer["failed"]), (&2.into(), &2.into(), &json!([])));
    let text = desk.run_with(&["verify", "--jsonl", "-", "--key-file", "key.txt"], two).expect(0);
    assert_eq!(text.out, "2 messages: 2 valid, 0 invalid, 0 malformed\n");
    let one = desk.run_with(
        &["verify", "--jsonl", "-", "--key-file", "key.txt", "--sign-type", "MD5", "--json"],
        line(&7.into(), &notice(2, SignType::HmacSha256)),
    );
    assert_eq!(one.expect(1).json()["failed"], json!(["7"]));
}

#[test]
fn lines_that_are_no_messages_are_counted_with_their_reason_and_stop_nothing() {
    let desk = Desk::new();
    let good = line(&"good".into(), &notice(1, SignType::Md5));
    let huge = "x".repeat(3 * 1024 * 1024);
    let lines = [
        "not json".to_owned(),
        "{\"id\":\"no body\"}".to_owned(),
        "{\"body\":\"a=1\"}".to_owned(),
        "{\"id\":{},\"body\":\"a=1\"}".to_owned(),
        "{\"id\":\"list\",\"body\":[1]}".to_owned(),
        line(&"dtd".into(), "<!DOCTYPE xml><xml><a>1</a></xml>"),
        good.clone(),
        line(&"huge".into(), &huge),
        good,
        "{\"id\":\"object\",\"body\":{\"a\":1,\"sign\":\"X\"}}".to_owned(),
    ];
    desk.file("mixed.jsonl", lines.join("\n"));
    let answer = desk.run(&["verify", "--jsonl", "mixed.jsonl", "--key-file", "key.txt", "--json"]).expect(1).json();
    assert_eq!(
        (&answer["total"], &answer["valid"], &answer["invalid"], &answer["malformed"]),
        (&10.into(), &2.into(), &1.into(), &7.into())
    );
    assert_eq!(answer["failed"], json!(["list", "dtd", "object"]));
    let lines: Vec<u64> =
        answer["malformed_lines"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6, 8]);
    assert!(answer["malformed_lines"][6]["reason"].as_str().unwrap().contains("1 MiB"));
    assert!(answer["malformed_lines"][5]["reason"].as_str().unwrap().contains("DOCTYPE"));
}

#[test]
fn a_file_that_is_not_there_is_named_and_not_verified() {
    let desk = Desk::new();
    desk.run(&["verify", "--jsonl", "nowhere.jsonl", "--key-file", "key.txt"]).expect(3);
    desk.run(&["verify", "--jsonl", ".", "--key-file", "key.txt"]).expect(3);
    desk.file("a.jsonl", "");
    desk.run(&["verify", "--jsonl", "a.jsonl"]).expect(6);
}
