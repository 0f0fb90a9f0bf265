use crate::gateway::Gateway;
use crate::program::Desk;
use crate::relay::Relay;

#[test]
fn a_gateway_for_other_machines_or_without_a_key_does_not_start() {
    let desk = Desk::new();
    let start = |listen: &str, key: &str| {
        desk.run(&[
            "simulator",
            "--listen",
            listen,
            "--appid",
            "wx1",
            "--mch-id",
            "1900000001",
            "--key-file",
            key,
            "--json",
        ])
    };
    assert_eq!(start("0.0.0.0:0", "key.txt").expect(2).json()["error"]["code"], "usage");
    start("127.0.0.1:0", "nowhere.txt").expect(6);
    start("here", "key.txt").expect(2);
    desk.run(&["simulator"]).expect(2);
    desk.run(&["simulator", "--listen", "127.0.0.1:0", "--key-file", "key.txt"]).expect(2);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let answer = start(&taken.local_addr().unwrap().to_string(), "key.txt").expect(3);
    assert_eq!(answer.json()["error"]["code"], "simulator_unavailable");
    desk.run(&[
        "simulator",
        "--listen",
        "127.0.0.1:0",
        "--appid",
        "wx1",
        "--mch-id",
        "1",
        "--key-file",
        "key.txt",
        "--time-scale",
        "fast",
    ])
    .expect(2);
}

#[test]
fn a_payment_that_cannot_be_is_told_apart_from_one_that_was_not_sent() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    gateway.pay(&desk, "T20240102030405_404").expect(1);
    gateway.order("T20240102030405_001");
    gateway.pay(&desk, "T20240102030405_001").expect(0);
    gateway.pay(&desk, "T20240102030405_001").expect(4);
    desk.file("wrong.txt", "0000");
    let pay = |control: &str, token: &str| {
        desk.run(&[
            "simulator",
            "pay",
            "--control",
            control,
            "--control-token-file",
            token,
            "--out-trade-no",
            "T20240102_9",
            "--json",
        ])
    };
    let control = gateway.word("control");
    assert_eq!(pay(control, "wrong.txt").expect(4).json()["error"]["code"], "gateway_refused");
    pay(control, "nowhere.txt").expect(6);
    for elsewhere in
        ["http://192.0.2.1/_control", "ftp://127.0.0.1:1/_control", "http://127.0.0.1.example/_control", "x"]
    {
        pay(elsewhere, "token.txt").expect(2);
    }
    assert_eq!(pay("http://127.0.0.1:1/_control", "token.txt").expect(4).json()["error"]["code"], "not_sent");
}

#[cfg(unix)]
#[test]
fn an_order_is_paid_and_survives_a_restart() {
    let desk = Desk::new();
    let number = "T20240102030405_001";
    let gateway = Gateway::start(&desk, &["--state", "state", "--seed", "7", "--time-scale", "1000"]);
    assert_eq!(gateway.order(number).get("result_code"), Some("SUCCESS"));
    assert_eq!(gateway.state(number), "NOTPAY");
    let paid = gateway.pay(&desk, number).expect(0).json();
    assert_eq!((&paid["trade_state"], &paid["out_trade_no"]), (&"SUCCESS".into(), &number.into()));
    assert_eq!(gateway.state(number), "SUCCESS");
    gateway.end();
    let again = Gateway::start(&desk, &["--state", "state"]);
    assert_eq!(again.state(number), "SUCCESS");
}

#[test]
fn a_payment_whose_answer_is_lost_is_unknown_and_never_told_as_refused() {
    let desk = Desk::new();
    desk.file("token.txt", "0000");
    let relay = Relay::swallowing();
    let pay = ["simulator", "pay", "--control", &format!("{}/_control", relay.url), "--out-trade-no", "T20240102_9"];
    let answer = desk.run(&[&pay[..], &["--control-token-file", "token.txt", "--json"]].concat()).expect(5);
    assert_eq!(answer.json()["error"]["code"], "outcome_unknown");
    assert_eq!(relay.seen(), 1);
}
