//! Notifications from the command line: received, judged, passed on, inspected and sent.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::Desk;

pub(crate) struct Listener {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(crate) hello: Value,
}

impl Listener {
    pub(crate) fn start(desk: &Desk, more: &[&str]) -> Self {
        Self::saying(desk, more, Stdio::inherit())
    }

    /// With its words for people going elsewhere.
    pub(crate) fn saying(desk: &Desk, more: &[&str], words: Stdio) -> Self {
        let arguments = ["listen", "--listen", "127.0.0.1:0", "--json", "--passphrase-file", "pass.txt"];
        let mut command = desk.command(&[&arguments[..], more].concat());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(words).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let hello = line(&mut out);
        Self { child, out, hello }
    }

    fn notify_url(&self) -> &str {
        self.hello["notify_url"].as_str().unwrap()
    }

    pub(crate) fn next(&mut self) -> Value {
        line(&mut self.out)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn line(out: &mut BufReader<ChildStdout>) -> Value {
    let mut text = String::new();
    out.read_line(&mut text).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{fault}: {text}"))
}

#[test]
fn a_payment_in_the_gateway_is_notified_judged_and_passed_on_and_the_order_is_paid() {
    let desk = Desk::new();
    let gateway = Gateway::start(&desk, &[]);
    desk.merchant("shop", gateway.word("listening"), &[]).expect(0);
    let mut inner = Listener::start(&desk, &["--profile", "shop"]);
    let mut listener = Listener::start(&desk, &["--path", "/wx/notify", "--forward", inner.notify_url()]);
    assert!(listener.notify_url().ends_with("/wx/notify"));
    let order =
        ["order", "create", "--total-fee", "101", "--body", "测试", "--trade-type", "NATIVE", "--product-id", "P"];
    let created = desk.ask(&[&order[..], &["--notify-url", listener.notify_url()]].concat()).expect(0).json();
    let number = created["orders"][0]["out_trade_no"].as_str().unwrap();
    gateway.pay(&desk, number).expect(0);
    let heard = listener.next();
    assert_eq!(
        (&heard["verdict"], &heard["kind"], &heard["out_trade_no"]),
        (&"accepted".into(), &"payment".into(), &number.into()),
        "{heard}"
    );
    assert_eq!((&heard["forward"]["status"], heard["checks"].as_array().unwrap().len()), (&200.into(), 10), "{heard}");
    assert!(heard["took_ms"].as_i64().unwrap() < 5_000 && heard["answer"].as_str().unwrap().contains("SUCCESS"));
    assert_eq!(inner.next()["verdict"], "duplicate", "the second listener shares the data folder");
    let shown = desk.run(&["order", "show", number, "--json"]).expect(0).json();
    assert_eq!(shown["state"], "SUCCESS");

    let send = ["notify", "send", "--to", listener.notify_url(), "--out-trade-no", number, "--total-fee", "101"];
    desk.ask(&[&send[..], &["--refund-status", "SUCCESS"]].concat()).expect(0);
    let orphan = listener.next();
    let told = (&orphan["verdict"], &orphan["decrypted"]["refund_status"]);
    assert_eq!(told, (&"orphan".into(), &"SUCCESS".into()), "a refund that is not known here: {orphan}");
    let refused = ["notify", "send", "--to", listener.notify_url(), "--out-trade-no", number, "--total-fee", "100"];
    let refused = desk.ask(&refused).expect(1).json();
    assert_eq!(refused["acknowledged"], false);
    assert_eq!(listener.next()["verdict"], "refused");
}

#[test]
fn a_listener_that_others_could_reach_and_a_notice_to_elsewhere_are_refused() {
    let desk = Desk::new();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    desk.ask(&["listen", "--listen", "0.0.0.0:0"]).expect(3);
    desk.ask(&["listen", "--listen", "127.0.0.1:0", "--forward", "http://192.168.1.2/x"]).expect(3);
    desk.ask(&["listen"]).expect(2);
    let send = ["notify", "send", "--out-trade-no", "T20240102", "--total-fee", "1", "--to"];
    desk.ask(&[&send[..], &["https://shop.example.com/notify"]].concat()).expect(3);
    desk.ask(&[&send[..], &["http://127.0.0.1:9/notify"]].concat()).expect(3);
    desk.ask(&["notify", "send", "--to", "http://127.0.0.1:9/"]).expect(2);
}

#[test]
fn a_notice_is_inspected_by_a_key_alone_check_by_check() {
    const GOLDEN: &str = "<xml><appid><![CDATA[wx0000000000000001]]></appid>\n<attach><![CDATA[a=1&b=2+3%20]]></attach>\n<bank_type><![CDATA[OTHERS]]></bank_type>\n<cash_fee><![CDATA[101]]></cash_fee>\n<device_info><![CDATA[WEB]]></device_info>\n<fee_type><![CDATA[CNY]]></fee_type>\n<is_subscribe><![CDATA[N]]></is_subscribe>\n<mch_id><![CDATA[1900000001]]></mch_id>\n<nonce_str><![CDATA[5d6d0aa3930135d6d0aa393013]]></nonce_str>\n<openid><![CDATA[oUpF8uMuAJO_M2pxb1Q9zNjWeS6o]]></openid>\n<out_trade_no><![CDATA[T20240102030405_001]]></out_trade_no>\n<result_code><![CDATA[SUCCESS]]></result_code>\n<return_code><![CDATA[SUCCESS]]></return_code>\n<sign><![CDATA[7EE7D30995147EC40E9D4F2C87E01A78]]></sign>\n<time_end><![CDATA[20240102030512]]></time_end>\n<total_fee>101</total_fee>\n<trade_type><![CDATA[JSAPI]]></trade_type>\n<transaction_id><![CDATA[4200000000202401020000000001]]></transaction_id>\n</xml>";
    let desk = Desk::new();
    desk.file("good.xml", GOLDEN);
    desk.file("bad.xml", GOLDEN.replace(">101</total_fee>", ">102</total_fee>"));
    desk.file("none.xml", "no xml");
    let inspect = |file: &str| desk.run(&["notify", "inspect", file, "--key-file", "key.txt", "--json"]);
    let good = inspect("good.xml").expect(0).json();
    assert_eq!((&good["verdict"], &good["kind"]), (&"accepted".into(), &"payment".into()), "{good}");
    let bad = inspect("bad.xml").expect(1).json();
    let last = bad["checks"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&bad["verdict"], &last["name"], &last["ok"]), (&"refused".into(), &"sign".into(), &false.into()));
    inspect("none.xml").expect(3);
    desk.run(&["notify", "inspect", "good.xml"]).expect(6);
    desk.run_with(&["notify", "inspect", "-", "--key-file", "key.txt"], GOLDEN).expect(0);
}
