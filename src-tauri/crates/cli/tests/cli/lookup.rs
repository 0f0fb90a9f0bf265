//! Lookup from the command line.

use crate::gateway::Gateway;
use crate::program::Desk;

#[test]
fn a_pasted_number_is_answered_offline_without_a_merchant() {
    let desk = Desk::new();
    desk.run(&["lookup"]).expect(2);
    desk.run(&["lookup", "钱扣了", "--json"]).expect(3);
    let absent = desk.run(&["lookup", "4200000540202005267407409907", "--offline", "--json"]).expect(1).json();
    assert_eq!(
        (&absent["kind"], &absent["date"], &absent["final"]),
        (&"transaction_id".into(), &"2020-05-26".into(), &().into())
    );
    assert!(absent["timeline"].as_array().unwrap().is_empty() && absent["order"].is_null());
    let code = desk.run(&["lookup", "TRADE_OVERDUE"]).expect(0).out;
    assert!(code.contains("一年"), "{code}");
    let pays = desk.run(&["lookup", "134567890123456789", "--json"]).expect(1).out;
    assert!(!pays.contains("567890123456789"), "a payment code is not repeated: {pays}");
}

#[test]
fn a_customers_message_is_answered_from_signed_queries_and_a_batch_becomes_a_table() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    gateway.order("SHOP-0000001");
    gateway.pay(&desk, "SHOP-0000001").expect(0);

    let found = desk.ask(&["lookup", "你好，商户单号：SHOP-0000001 付了钱没发货"]).expect(0).json();
    assert_eq!(
        (&found["verdict"], &found["final"], &found["environment"]),
        (&"found".into(), &true.into(), &"simulator".into())
    );
    assert_eq!((&found["order"]["state"], &found["order"]["total_fee"]), (&"SUCCESS".into(), &101.into()));
    assert!(found["sentence"].as_str().unwrap().starts_with("已支付 ¥1.01"), "{found}");
    assert!(found["sentence_en"].as_str().unwrap().starts_with("Paid ¥1.01"), "{found}");
    let timeline = found["timeline"].as_array().unwrap();
    assert!(timeline.iter().any(|step| step["source"] == "orderquery" && step["verified"] == true), "{found}");
    let transaction_id = found["order"]["transaction_id"].as_str().unwrap();
    let text = desk.run(&["lookup", transaction_id, "--offline"]).expect(0).out;
    assert!(text.contains("已支付 ¥1.01") && text.contains("没有向微信支付查询"), "{text}");

    let absent = desk.ask(&["lookup", "SHOP-9999999"]).expect(1).json();
    assert_eq!(absent["reasons"].as_array().unwrap().len(), 5, "{absent}");

    let numbers = (1..=30).map(|n| format!("SHOP-{n:07}")).collect::<Vec<_>>().join("\n");
    desk.file("numbers.txt", numbers);
    let batch = desk.ask(&["lookup", "--file", "numbers.txt", "-o", "answers.csv"]).expect(1).json();
    assert_eq!((&batch["numbers"], &batch["found"], &batch["not_found"]), (&30.into(), &1.into(), &29.into()));
    let table = std::fs::read_to_string(desk.path("answers.csv")).unwrap();
    assert_eq!(table.lines().count(), 31);
    assert!(table.contains(transaction_id) && table.contains("已支付 ¥1.01"), "{table}");
    let [found, missing] = ["SHOP-0000001", "SHOP-0000002"]
        .map(|number| table.lines().find(|row| row.contains(number)).unwrap().split(',').collect::<Vec<_>>());
    assert_eq!((found[1], found[2], missing[2]), ("商户单号", "找到", "没有"), "words for people: {table}");
    assert!(found.contains(&"支付成功"), "{table}");
    desk.ask(&["lookup", "--file", "numbers.txt", "-o", "answers.xlsx"]).expect(1);
    assert!(std::fs::read(desk.path("answers.xlsx")).unwrap().starts_with(b"PK"));
    desk.ask(&["lookup", "SHOP-0000001", "-o", "answers.pdf"]).expect(3);

    drop(gateway);
    let unknown = desk.ask(&["lookup", "SHOP-9999999"]).expect(5).json();
    assert_eq!(unknown["verdict"], "unknown", "{unknown}");
    let known = desk.ask(&["lookup", "SHOP-0000001"]).expect(0).json();
    assert!(known["sentence"].as_str().unwrap().contains("没有得到微信支付的可信答复"), "{known}");
}

#[test]
fn a_number_that_a_chat_wrapped_is_looked_up_whole_alone_and_in_a_file() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    gateway.order("SHOP-2024-000000017");
    desk.ask(&["lookup", "SHOP-2024-000000017"]).expect(0);
    let found = desk.run(&["lookup", "商户单号 SHOP-2024-0000\n00017 没发货", "--offline", "--json"]).expect(0).json();
    assert_eq!(
        (&found["number"], &found["verdict"], &found["others"]),
        (&"SHOP-2024-000000017".into(), &"found".into(), &serde_json::json!([])),
        "{found}"
    );
    desk.file("numbers.txt", "SHOP-2024-00000001\r\n7\r\nNONE-2024-0002\r\n");
    let batch = desk.run(&["lookup", "--file", "numbers.txt", "--offline", "--json"]).expect(1).json();
    assert_eq!((&batch["numbers"], &batch["found"], &batch["not_found"]), (&2.into(), &1.into(), &1.into()), "{batch}");
}

#[test]
fn a_batch_without_the_key_still_tells_the_orders_that_are_known_here_and_ends_as_every_missing_key_does() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    gateway.order("SHOP-0000001");
    desk.ask(&["lookup", "SHOP-0000001"]).expect(0);
    std::fs::remove_file(desk.path("data/vault.json")).unwrap();

    desk.file("numbers.txt", "SHOP-0000001\nSHOP-9999999\n");
    let batch = desk.ask(&["lookup", "--file", "numbers.txt", "-o", "answers.csv"]).expect(6).json();
    assert_eq!((&batch["found"], &batch["unknown"]), (&1.into(), &1.into()), "{batch}");
    assert_eq!(std::fs::read_to_string(desk.path("answers.csv")).unwrap().lines().count(), 3);
    let unknown = desk.ask(&["lookup", "SHOP-9999999"]).expect(6).json();
    assert_eq!((&unknown["verdict"], &unknown["inquiry"]), (&"unknown".into(), &"no_key".into()), "{unknown}");
    desk.ask(&["lookup", "SHOP-0000001"]).expect(0);
}
