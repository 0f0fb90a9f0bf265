//! The gateway behind its own TLS, from the command that makes the certificates to an order that is paid.

use std::path::PathBuf;

use crate::gateway::Gateway;
use crate::program::{Answer, Desk};

fn simulator(desk: &Desk, more: &[&str]) -> Answer {
    let simulator = ["simulator", "--listen", "127.0.0.1:0", "--appid", "wx1", "--mch-id", "1900000001", "--json"];
    desk.run(&[&simulator[..], &["--key-file", "key.txt"], more].concat())
}

#[test]
fn an_order_is_placed_paid_and_polled_over_https_by_who_trusts_the_authority_only() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &["--state", "state", "--tls"]);
    let (url, control) = (gateway.word("listening"), gateway.word("control"));
    assert!(url.starts_with("https://127.0.0.1:") && control == format!("{url}/_control"), "{url} {control}");
    for name in ["ca", "p12", "p12_modern", "cert", "key"] {
        let path = PathBuf::from(gateway.tls(name));
        assert!(path.is_absolute() && path.starts_with(desk.path("state")) && path.is_file(), "{}", path.display());
    }

    let order =
        ["order", "create", "--total-fee", "101", "--body", "测试", "--trade-type", "NATIVE", "--product-id", "P"];
    desk.merchant("stranger", url, &[]).expect(0);
    let refused = desk.ask(&[&order[..], &["--profile", "stranger"]].concat()).expect(4).json();
    assert_eq!(refused["orders"][0]["outcome"], "rejected", "{refused}");
    desk.merchant("shop", url, &["--ca-file", gateway.tls("ca")]).expect(0);
    let created = desk.ask(&[&order[..], &["--profile", "shop"]].concat()).expect(0).json();
    let number = created["orders"][0]["out_trade_no"].as_str().unwrap();

    let pay = ["simulator", "pay", "--control", control, "--control-token-file", "token.txt", "--out-trade-no", number];
    let untrusted = desk.run(&[&pay[..], &["--json"]].concat()).expect(4).json();
    assert_eq!(untrusted["error"]["code"], "not_sent");
    desk.run(&[&pay[..], &["--ca-file", "key.txt"]].concat()).expect(3);
    desk.run(&[&pay[..], &["--ca-file", gateway.tls("ca")]].concat()).expect(0);
    let polled = ["order", "query", number, "--profile", "shop"];
    assert_eq!(desk.ask(&polled).expect(0).json()["state"], "SUCCESS");
}

#[test]
fn certificates_without_a_folder_or_in_part_are_a_wrong_command_and_unusable_ones_are_refused() {
    let desk = Desk::new();
    simulator(&desk, &["--tls"]).expect(2);
    simulator(&desk, &["--tls-cert", "a.pem", "--tls-key", "b.pem"]).expect(2);
    let given = ["--tls-cert", "key.txt", "--tls-key", "key.txt", "--client-ca", "key.txt"];
    simulator(&desk, &[&["--state", "state", "--tls"][..], &given].concat()).expect(2);
    let refused = simulator(&desk, &given).expect(3).json();
    assert_eq!(refused["error"]["code"], "simulator_unavailable");
    assert!(refused["error"]["message"].as_str().unwrap().contains("key.txt"), "{refused}");
}
