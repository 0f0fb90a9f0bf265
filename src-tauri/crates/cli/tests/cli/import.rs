//! Orders from the merchant's own files.

use serde_json::json;

use crate::gateway::Gateway;
use crate::program::{Answer, Desk};

fn shop() -> Desk {
    let desk = Desk::new();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    desk
}

fn import(desk: &Desk, content: impl AsRef<[u8]>, more: &[&str]) -> Answer {
    desk.file("orders.csv", content);
    // An import needs no key, so no passphrase either.
    desk.run(&[&["order", "import", "orders.csv", "--json"], more].concat())
}

#[test]
fn rows_that_cannot_be_taken_are_named_and_the_others_are_claims() {
    let desk = shop();
    let file = "商户单号,金额(元),状态,微信支付单号\n\
                `T20240102030405_001,19.99,支付成功,`4200000000202401020000000001\n\
                T20240102030405_002,1e3,,\n\
                1.23E+17,1.00,,\n\
                T20240102030405_003,0.07,未支付,\n";
    let answer = import(&desk, file, &[]).expect(3).json();
    assert_eq!((&answer["added"], &answer["unchanged"]), (&2.into(), &0.into()));
    let lines: Vec<u64> =
        answer["refused"].as_array().unwrap().iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 4]);
    let damaged = &answer["refused"][1];
    assert_eq!(damaged["code"], "cell_precision_lost");
    assert!(damaged["reason"].as_str().unwrap().contains("precision lost"), "{damaged}");
    assert!(damaged["reason_zh"].as_str().unwrap().contains("商户单号“1.23E+17”：精度已丢失"), "{damaged}");
    let shown = desk.run(&["order", "show", "T20240102030405_001", "--json"]).expect(0).json();
    assert_eq!(shown["state"], "UNVERIFIED");
    assert_eq!((&shown["claimed_state"], &shown["total_fee"]), (&"SUCCESS".into(), &1999.into()));
    assert_eq!((&shown["paid_fee"], &shown["observations"][0]["verified"]), (&json!(null), &false.into()));
    let told = desk.run(&["order", "import", "orders.csv"]).expect(3).err;
    assert!(told.contains("line 4: ") && told.contains("precision lost") && told.contains("精度已丢失"), "{told}");
    let again = import(&desk, file, &[]).expect(3).json();
    assert_eq!((&again["added"], &again["unchanged"]), (&0.into(), &2.into()));
}

#[test]
fn an_amount_without_a_unit_is_not_guessed() {
    let desk = shop();
    let file = "商户单号,实收\nT20240102030405_001,19\n";
    import(&desk, file, &[]).expect(3);
    desk.file("mapping.json", "{\"amount\": \"实收\"}");
    let asked = import(&desk, file, &["--mapping", "mapping.json"]).expect(3);
    assert!(asked.err.contains("unit"), "{}", asked.err);
    import(&desk, file, &["--mapping", "mapping.json", "--unit", "yuan"]).expect(0);
    let shown = desk.run(&["order", "show", "T20240102030405_001", "--json"]).expect(0).json();
    assert_eq!(shown["total_fee"], 1900);
    import(&desk, file, &["--mapping", "mapping.json", "--unit", "jiao"]).expect(2);
}

#[test]
fn a_file_that_is_no_table_is_refused_whole() {
    let desk = shop();
    for content in [&b""[..], b"a,b\n1,2\n", b"\xD0\xCF\x11\xE0old", b"PK\x03\x04broken", b"\xFF\xFF\xFF"] {
        import(&desk, content, &[]).expect(3);
    }
    desk.run(&["order", "import", "nowhere.csv"]).expect(3);
    import(&desk, "out_trade_no,total_fee\nT20240102030405_001,1\n", &["--mapping", "nowhere.json"]).expect(3);
    assert_eq!(desk.run(&["order", "list", "--json"]).expect(0).json()["count"], 0);
}

#[test]
fn an_export_for_people_is_safe_and_one_for_programs_is_exact() {
    let desk = shop();
    let file = "out_trade_no,total_fee,state,transaction_id,body\n\
                20240102030405001,1999,SUCCESS,4200000000202401020000000001,=1+1\n\
                T20240102030405_002,7,NOTPAY,,T恤\n";
    import(&desk, file, &[]).expect(0);
    desk.run(&["export", "orders", "-o", "orders.txt"]).expect(3);
    let written = desk.run(&["export", "orders", "-o", "out.csv", "--exact", "--state", "SUCCESS", "--json"]).expect(0);
    assert_eq!(written.json()["orders"], 1);
    let exact = std::fs::read_to_string(desk.path("out.csv")).unwrap();
    assert!(exact.starts_with("out_trade_no,transaction_id,state,verified,"), "{exact}");
    assert!(exact.contains("\n20240102030405001,4200000000202401020000000001,SUCCESS,no,,1999,,0,=1+1,"), "{exact}");
    desk.run(&["export", "orders", "-o", "out.csv"]).expect(0);
    let safe = std::fs::read_to_string(desk.path("out.csv")).unwrap();
    assert!(
        safe.contains("'20240102030405001,'4200000000202401020000000001,支付成功,否,,19.99,,0.00,'=1+1,"),
        "{safe}"
    );
    // What was written for people can be imported again, from either form.
    desk.run(&["export", "orders", "-o", "out.xlsx"]).expect(0);
    for name in ["out.csv", "out.xlsx"] {
        let again = desk.run(&["order", "import", name, "--json"]).expect(0).json();
        assert_eq!((&again["unchanged"], &again["refused_count"]), (&2.into(), &0.into()), "{name}");
    }
}

#[test]
fn the_amount_that_a_file_said_is_shown_and_exported_beside_wechats_and_an_import_of_that_changes_nothing() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let numbers = ["T20240102030405_001", "T20240102030405_002"];
    import(&desk, format!("out_trade_no,total_fee\n{},85\n{},101\n", numbers[0], numbers[1]), &[]).expect(0);
    for number in numbers {
        gateway.order(number);
        gateway.pay(&desk, number).expect(0);
        desk.ask(&["order", "query", number]).expect(0);
    }
    let [other, same] = numbers.map(|number| desk.ask(&["order", "show", number]).expect(0).json());
    assert_eq!((&other["total_fee"], &other["claimed_total_fee"]), (&101.into(), &85.into()));
    assert_eq!((&same["total_fee"], same.get("claimed_total_fee")), (&101.into(), None), "nothing to say");
    let [other, same] = numbers.map(|number| desk.run(&["order", "show", number]).expect(0).out);
    assert!(other.contains("amount in the file [文件里的金额]  85 fen"), "{other}");
    assert!(!same.contains("文件里的金额"), "{same}");

    let rows = |more: &[&str]| {
        desk.run(&[&["export", "orders", "-o", "out.csv"], more].concat()).expect(0);
        let table = std::fs::read_to_string(desk.path("out.csv")).unwrap();
        let last = |line: &str| line.rsplit(',').next().unwrap().to_owned();
        let mut rows: Vec<String> = table.lines().map(last).collect();
        rows[1..].sort();
        rows
    };
    assert_eq!(rows(&["--exact"]), ["claimed_total_fee", "", "85"]);
    assert_eq!(rows(&[]), ["文件里的金额(元)", "", "0.85"]);
    let again = desk.run(&["order", "import", "out.csv", "--json"]).expect(0).json();
    assert_eq!((&again["refused_count"], &again["added"]), (&0.into(), &0.into()), "{again}");
    let shown = desk.ask(&["order", "show", numbers[0]]).expect(0).json();
    assert_eq!((&shown["total_fee"], &shown["claimed_total_fee"]), (&101.into(), &85.into()));
}
