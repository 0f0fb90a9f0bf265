//! Refunds from the command line, against a gateway behind TLS that asks for the certificate.

use crate::gateway::Gateway;
use crate::program::Desk;

#[test]
fn a_paid_order_is_refunded_in_parts_over_mutual_tls_asked_about_and_listed() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &["--state", "state", "--tls"]);
    desk.merchant("shop", gateway.word("listening"), &["--ca-file", gateway.tls("ca")]).expect(0);
    let pair = ["--pem-cert", gateway.tls("cert"), "--pem-key", gateway.tls("key")];
    desk.ask(&[&["profile", "import-cert", "shop"][..], &pair].concat()).expect(0);
    let order =
        ["order", "create", "--total-fee", "101", "--body", "测试", "--trade-type", "NATIVE", "--product-id", "P"];
    let created = desk.ask(&order).expect(0).json();
    let number = created["orders"][0]["out_trade_no"].as_str().unwrap();
    let refund = |fee: &str, confirm: &str, more: &[&str]| {
        let create = ["refund", "create", "--out-trade-no", number, "--refund-fee", fee, "--confirm", confirm];
        desk.ask(&[&create[..], more].concat())
    };

    refund("50", &format!("{number}:50"), &[]).expect(3);
    let control = ["--control", gateway.word("control"), "--control-token-file", "token.txt", "--ca-file"];
    let at = [&control[..], &[gateway.tls("ca")]].concat();
    desk.run(&[&["simulator", "pay", "--out-trade-no", number][..], &at].concat()).expect(0);
    let unconfirmed = refund("50", &format!("{number}:51"), &[]).expect(3).json();
    assert_eq!(unconfirmed["error"]["code"], "confirmation_required");
    desk.ask(&["refund", "create", "--out-trade-no", number, "--refund-fee", "50"]).expect(2);
    refund("0.5", &format!("{number}:0.5"), &[]).expect(3);
    refund("102", &format!("{number}:102"), &[]).expect(3);

    let half = refund("50", &format!("{number}:50"), &["--desc", "不合身", "--out-refund-no", "R-1"]).expect(0).json();
    assert_eq!(
        (&half["state"], &half["out_refund_no"], &half["refund_fee"]),
        (&"SUBMITTED".into(), &"R-1".into(), &50.into())
    );
    refund("52", &format!("{number}:52"), &[]).expect(3);
    desk.run(&[&["simulator", "refund", "succeed", "--out-refund-no", "R-1"][..], &at].concat()).expect(0);
    let asked = desk.ask(&["refund", "query", "R-1"]).expect(0).json();
    assert_eq!(asked["state"], "SUCCESS", "{asked}");
    assert!(asked["arrival_zh"].as_str().unwrap().contains("零钱"), "{asked}");
    desk.ask(&["refund", "query", "R-2"]).expect(1);
    // The same certificate from the .p12, in place of the pair of PEM files.
    desk.ask(&["profile", "import-cert", "shop", gateway.tls("p12")]).expect(0);
    let rest = refund("51", &format!("{number}:51"), &[]).expect(0).json();
    desk.run(
        &[&["simulator", "refund", "fail", "--out-refund-no", rest["out_refund_no"].as_str().unwrap()][..], &at]
            .concat(),
    )
    .expect(0);
    let drained = desk.ask(&["poll", "--drain", "--timeout", "60"]).expect(0).json();
    assert_eq!((&drained["refunds"], &drained["refunds_open"]), (&1.into(), &0.into()), "{drained}");
    desk.ask(&["refund", "query", rest["out_refund_no"].as_str().unwrap()]).expect(0);

    let listed = desk.run(&["refund", "list", "--json"]).expect(0).json();
    assert_eq!((&listed["count"], &listed["refunded_fee"], &listed["held_fee"]), (&2.into(), &50.into(), &0.into()));
    assert_eq!(desk.run(&["refund", "list", "--state", "SUCCESS", "--json"]).expect(0).json()["count"], 1);
    let of_days = |days: &[&str]| {
        let listed = desk.run(&[&["refund", "list", "--json"], days].concat()).expect(0).json();
        (listed["count"].as_u64().unwrap(), listed["refunds"].as_array().unwrap().len())
    };
    let made = |row: &str| listed["refunds"][0][row].as_str().unwrap()[..10].to_owned();
    assert_eq!(of_days(&["--to", "2024-01-01"]), (0, 0));
    assert_eq!(of_days(&["--from", "2024-01-01", "--offset", "1"]), (2, 1));
    assert_eq!(of_days(&["--from", &made("created_at")]), (2, 2));
    let written = desk.run(&["export", "refunds", "-o", "refunds.csv", "--exact", "--state", "SUCCESS", "--json"]);
    assert_eq!(written.expect(0).json()["refunds"], 1);
    let exact = std::fs::read_to_string(desk.path("refunds.csv")).unwrap();
    assert!(exact.starts_with("out_refund_no,refund_id,out_trade_no,"), "{exact}");
    assert!(exact.contains("\nR-1,") && exact.contains(",SUCCESS,50,101,不合身,"), "{exact}");
    desk.run(&["export", "refunds", "-o", "refunds.xlsx"]).expect(0);
    assert!(desk.path("refunds.xlsx").exists());
    let shown = desk.run(&["order", "show", number, "--profile", "shop", "--json"]).expect(0).json();
    assert_eq!((shown["refunds"].as_array().unwrap().len(), &shown["refunded_fee"]), (2, &50.into()), "{shown}");
    desk.ask(&["order", "query", number]).expect(0);
    let shown = desk.run(&["order", "show", number, "--profile", "shop", "--json"]).expect(0).json();
    assert_eq!(shown["state"], "REFUND");
}
