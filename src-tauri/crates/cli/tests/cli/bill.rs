//! Bills that are checked: every generation of files, and what is no bill.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::program::{Answer, Desk};

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/bills");
    std::fs::read(folder.join(name).with_extension("csv")).unwrap()
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut file = GzEncoder::new(Vec::new(), Compression::default());
    file.write_all(text).unwrap();
    file.finish().unwrap()
}

fn check(content: impl AsRef<[u8]>) -> Answer {
    let desk = Desk::new();
    desk.file("bill.csv", content);
    desk.run(&["bill", "check", "bill.csv", "--json"])
}

#[test]
fn what_is_no_bill_or_no_whole_one_is_refused_with_the_reason() {
    let whole = String::from_utf8(fixture("all-27")).unwrap();
    let header = whole.split("\r\n").next().unwrap();
    let blank_lines = format!("{}\r\n", " ".repeat(60_000)).repeat(2_000);
    let (gbk, bomb) = (
        [0xBD, 0xBB, 0xD2, 0xD7, 0xCA, 0xB1, 0xBC, 0xE4],
        packed((header.to_owned() + "\r\n" + &blank_lines).as_bytes()),
    );
    let answer = "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[No Bill Exist]]></return_msg>\n<error_code><![CDATA[20002]]></error_code>\n</xml>";
    for (content, reason) in [
        (Vec::new(), "空的"),
        (answer.into(), "No Bill Exist"),
        (gbk.to_vec(), "GBK"),
        (bomb, "压缩炸弹"),
        (packed(whole.as_bytes())[..200].to_vec(), "压缩文件不完整"),
        (whole.split("总交易单数,应结").next().unwrap().into(), "缺少汇总行"),
        (whole.replace("`3,`2.91", "`4,`2.91").into(), "汇总写 4 笔"),
        (whole.replace("`2.00,`0.00,`0,`0", "`2.01,`0.00,`0,`0").into(), "应结订单总金额"),
        (whole.replacen("1900000001", "1900000002", 1).into(), "1900000002"),
        (whole.replace("应结订单金额", "应结金额").into(), "总金额"),
    ] {
        let answer = check(content).expect(3);
        assert_eq!(answer.json()["error"]["code"], "bill_refused");
        assert!(answer.err.contains(reason), "{reason}: {}", answer.err);
    }
    check("x").expect(3);
    Desk::new().run(&["bill", "check", "missing.csv"]).expect(3);
}

#[test]
fn a_malformed_row_is_named_and_no_other_row_is_lost() {
    let spoilt = String::from_utf8(fixture("all-27")).unwrap().replacen("`退押金", "`退,`押金", 1);
    let answer = check(spoilt).expect(1).json();
    assert_eq!((&answer["rows"], &answer["summary_ok"]), (&json!(2), &json!(false)));
    assert_eq!(answer["malformed"][0]["line"], 3);
    let unread = json!({"rows": 1, "settle_fen": 200, "refund_fen": 0, "total_fen": 200, "fee_1e5": 1200});
    assert_eq!(answer["unread"], unread, "the gap to the summary is what the row would have to hold");
    assert!(answer["malformed"][0]["reason"].as_str().unwrap().contains("28 values under 27 titles"));
}

#[test]
fn every_generation_of_bills_adds_up() {
    let sums = |settle: i64, refund: i64, total: i64, fee: i64| json!({"settle_fen": settle, "refund_fen": refund, "total_fen": total, "fee_1e5": fee});
    for (name, kind, columns, payments, refunds, sums) in [
        ("all-27", "ALL", 27, 2, 1, sums(291, 91, 301, 1200)),
        ("success-20", "SUCCESS", 20, 1, 0, sums(91, 0, 101, 546)),
        ("refund-29", "REFUND", 29, 0, 1, sums(0, 91, 0, -546)),
        ("recharge-refund-28", "RECHARGE_REFUND", 28, 0, 1, sums(0, 91, 0, -546)),
        ("all-24", "ALL", 24, 1, 1, sums(101, 50, 101, 306)),
        ("all-24-oldest", "ALL", 24, 1, 1, sums(101, 50, 101, 306)),
        ("success-18", "SUCCESS", 18, 1, 0, sums(101, 0, 101, 606)),
        ("refund-26", "REFUND", 26, 0, 1, sums(0, 50, 0, -300)),
    ] {
        for content in [fixture(name), packed(&fixture(name))] {
            let answer = check(content).expect(0).json();
            let expected = json!({
                "kind": kind, "columns": columns, "mch_id": "1900000001", "rows": payments + refunds, "payments": payments,
                "refunds": refunds, "sums": sums, "summary_ok": true, "malformed": [], "malformed_count": 0, "unread": null,
                "file": "bill.csv",
            });
            assert_eq!(answer, expected, "{name}");
        }
    }
}

#[test]
fn a_fund_flow_is_known_by_its_titles() {
    let answer = check(fixture("fundflow-11")).expect(0).json();
    assert_eq!((&answer["kind"], &answer["rows"]), (&json!("FUNDFLOW"), &json!(2)));
    assert_eq!(answer["sums"], json!({"income_fen": 500, "expense_fen": 2}));
}

#[test]
fn several_files_are_several_answers_and_people_get_sentences() {
    let desk = Desk::new();
    desk.file("a.csv", fixture("all-27"));
    desk.file("b.csv.gz", packed(&fixture("all-24")));
    let both = desk.run(&["bill", "check", "a.csv", "b.csv.gz", "--json"]).expect(0).json();
    let files: Vec<&Value> = both["bills"].as_array().unwrap().iter().map(|bill| &bill["file"]).collect();
    assert_eq!(files, ["a.csv", "b.csv.gz"]);
    let words = desk.run(&["bill", "check", "a.csv"]).expect(0).out;
    assert!(words.contains("汇总一致") && words.contains("3.01"), "{words}");
}

#[test]
fn a_bill_of_another_merchant_than_the_profile_is_refused() {
    let desk = Desk::new();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let other = String::from_utf8(fixture("all-27")).unwrap().replace("1900000001", "1900000009");
    desk.file("other.csv", other);
    desk.file("ours.csv", fixture("all-27"));
    desk.run(&["bill", "check", "ours.csv", "--profile", "shop"]).expect(0);
    let refused = desk.run(&["bill", "check", "other.csv", "--profile", "shop"]).expect(3);
    assert!(refused.err.contains("1900000009"), "{}", refused.err);
}
