//! A running gateway of the built program, and requests that did not come from it.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

use serde_json::Value;
use wxpay_protocol::{Params, Secret, SignType, sign, xml};

use crate::program::{Answer, Desk, KEY};

pub(crate) struct Gateway {
    child: Child,
    out: BufReader<ChildStdout>,
    hello: Value,
}

impl Gateway {
    pub(crate) fn start(desk: &Desk, more: &[&str]) -> Self {
        let merchant = ["--appid", "wx0000000000000001", "--mch-id", "1900000001", "--key-file", "key.txt"];
        Self::start_with(desk, &[&merchant, more].concat())
    }

    /// Without a merchant of its own.
    pub(crate) fn start_with(desk: &Desk, more: &[&str]) -> Self {
        let arguments = [&["simulator", "--listen", "127.0.0.1:0"], more].concat();
        let mut child = desk.command(&arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let hello: Value = serde_json::from_str(&line).unwrap();
        desk.file("token.txt", hello["control_token"].as_str().unwrap());
        Self { child, out, hello }
    }

    pub(crate) fn word(&self, name: &str) -> &str {
        self.hello[name].as_str().unwrap()
    }

    /// One of the files of its TLS.
    pub(crate) fn tls(&self, name: &str) -> &str {
        self.hello["tls"][name].as_str().unwrap()
    }

    /// One signed request over a plain socket.
    pub(crate) fn call(&self, path: &str, fields: &[(&str, &str)]) -> Params {
        let mut params = Params::from_pairs([("appid", "wx0000000000000001"), ("mch_id", "1900000001")]).unwrap();
        for (name, value) in fields.iter().chain(&[("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c")]) {
            params.push(name, value).unwrap();
        }
        let sign = sign::sign(&params, &Secret::new(KEY.as_bytes().to_vec()), SignType::Md5);
        params.push("sign", &sign).unwrap();
        let body = xml::write(&params, xml::is_amount).unwrap();
        let host = self.word("listening").trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        std::io::Write::write_all(&mut stream, (head + &body).as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (_, answer) = reply.split_once("\r\n\r\n").unwrap();
        xml::read(answer.as_bytes(), "xml").unwrap()
    }

    pub(crate) fn order(&self, out_trade_no: &str) -> Params {
        self.order_to(out_trade_no, "http://127.0.0.1:9/notify")
    }

    pub(crate) fn order_to(&self, out_trade_no: &str, notify_url: &str) -> Params {
        self.call(
            "/pay/unifiedorder",
            &[
                ("body", "测试"),
                ("out_trade_no", out_trade_no),
                ("total_fee", "101"),
                ("trade_type", "NATIVE"),
                ("product_id", "P1"),
                ("spbill_create_ip", "127.0.0.1"),
                ("notify_url", notify_url),
            ],
        )
    }

    pub(crate) fn state(&self, out_trade_no: &str) -> String {
        let answer = self.call("/pay/orderquery", &[("out_trade_no", out_trade_no)]);
        answer.get("trade_state").unwrap_or_default().to_owned()
    }

    pub(crate) fn pay(&self, desk: &Desk, out_trade_no: &str) -> Answer {
        self.act(desk, &["pay", "--out-trade-no", out_trade_no])
    }

    /// `wxpay simulator …` with `--json`.
    pub(crate) fn act(&self, desk: &Desk, action: &[&str]) -> Answer {
        self.say(desk, &[action, &["--json"]].concat())
    }

    /// The same for people.
    pub(crate) fn say(&self, desk: &Desk, action: &[&str]) -> Answer {
        let control = ["--control", self.word("control"), "--control-token-file", "token.txt"];
        desk.run(&[&["simulator"], action, &control].concat())
    }

    /// Every order that it has, as its control says.
    pub(crate) fn orders(&self) -> Vec<Value> {
        let control = self.word("control");
        let host = control.trim_start_matches("http://").trim_end_matches("/_control");
        let mut stream = TcpStream::connect(host).unwrap();
        let head = format!(
            "GET /_control/orders HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            self.word("control_token")
        );
        std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (_, answer) = reply.split_once("\r\n\r\n").unwrap();
        let answer: Value = serde_json::from_str(answer).unwrap();
        answer["orders"].as_array().unwrap().clone()
    }

    /// Asks it to end, as a service manager does, and waits for it.
    #[cfg(unix)]
    pub(crate) fn end(mut self) {
        let ended = std::process::Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(ended.success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "only the first line is printed");
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
