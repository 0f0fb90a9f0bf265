//! What the tests of this crate share: a merchant that signs requests, and a gateway whose time stands still.

use std::sync::Arc;

use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::{Params, Secret, SignType, UtcMs, sign, xml};

use crate::gateway::Parts;
use crate::ledger::Ledger;
use crate::ledger::journal::Journal;
use crate::{Answer, Clock, Dice, Draw, Gateway, Merchant, Request, Switches, TimeScale};

pub(crate) const APPID: &str = "wx0000000000000001";
pub(crate) const MCH_ID: &str = "1900000001";
pub(crate) const KEY: &str = "0123456789abcdef0123456789ABCDEF";
/// 2024-01-02 03:04:05, Beijing time.
pub(crate) const START: UtcMs = UtcMs(1_704_135_845_000);

/// What nginx answers where a certificate is needed and none came.
pub(crate) const NO_CERTIFICATE: &str = "<html>
<head><title>400 No required SSL certificate was sent</title></head>
<body bgcolor=\"white\">
<center><h1>400 Bad Request</h1></center>
<center>No required SSL certificate was sent</center>
<hr><center>nginx</center>
</body>
</html>
";

pub(crate) fn merchant(appid: &str, mch_id: &str, key: &str) -> Merchant {
    Merchant::new(Appid::new(appid).unwrap(), MchId::new(mch_id).unwrap(), Secret::new(key.as_bytes().to_vec()))
}

pub(crate) fn own_merchant() -> Merchant {
    merchant(APPID, MCH_ID, KEY)
}

pub(crate) fn gateway() -> Arc<Gateway> {
    gateway_with(Switches::default())
}

pub(crate) fn gateway_with(switches: Switches) -> Arc<Gateway> {
    drawing(Box::new(Dice::new(0, 0)), switches)
}

pub(crate) fn drawing(draw: Box<dyn Draw>, switches: Switches) -> Arc<Gateway> {
    Arc::new(Gateway::in_memory(Clock::new(START, TimeScale::FROZEN), draw, vec![own_merchant()], switches))
}

/// A gateway whose journal goes to `sink`.
pub(crate) fn over(sink: impl FnMut(&[u8]) -> std::io::Result<()> + Send + 'static) -> Gateway {
    Gateway::from_parts(Parts {
        clock: Clock::new(START, TimeScale::FROZEN),
        draw: Box::new(Dice::new(0, 0)),
        merchants: vec![own_merchant()],
        switches: Switches::default(),
        ledger: Ledger::default(),
        journal: Journal::over(Box::new(sink)).unwrap(),
        issuing: None,
    })
}

/// The fields of a message under construction; a later value of a name replaces the earlier one, an absent one removes it.
#[derive(Clone)]
pub(crate) struct Message(Vec<(String, String)>);

impl Message {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn params(&self) -> Params {
        Params::from_pairs(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap()
    }

    pub(crate) fn signed(self) -> String {
        let sign_type = match self.params().get("sign_type") {
            Some("HMAC-SHA256") => SignType::HmacSha256,
            _ => SignType::Md5,
        };
        self.signed_as(sign_type, KEY)
    }

    pub(crate) fn signed_as(self, sign_type: SignType, key: &str) -> String {
        let sign = sign::sign(&self.params(), &Secret::new(key.as_bytes().to_vec()), sign_type);
        self.with("sign", &sign).written()
    }

    pub(crate) fn written(&self) -> String {
        xml::write(&self.params(), xml::is_amount).unwrap()
    }
}

pub(crate) fn common() -> Message {
    Message(Vec::new()).with("appid", APPID).with("mch_id", MCH_ID).with("nonce_str", "5d2b6c2a8db53831")
}

pub(crate) fn order(out_trade_no: &str) -> Message {
    common()
        .with("body", "测试商城-T恤")
        .with("out_trade_no", out_trade_no)
        .with("total_fee", "101")
        .with("spbill_create_ip", "127.0.0.1")
        .with("notify_url", "http://127.0.0.1:9/notify")
        .with("trade_type", "JSAPI")
        .with("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
}

pub(crate) fn query(out_trade_no: &str) -> Message {
    common().with("out_trade_no", out_trade_no)
}

pub(crate) fn query_transaction(transaction_id: &str) -> Message {
    common().with("transaction_id", transaction_id)
}

pub(crate) fn micropay(out_trade_no: &str, auth_code: &str) -> Message {
    common()
        .with("body", "测试商城-T恤")
        .with("out_trade_no", out_trade_no)
        .with("total_fee", "101")
        .with("spbill_create_ip", "127.0.0.1")
        .with("auth_code", auth_code)
}

/// A refund of the whole of an order as [`order`] makes it.
pub(crate) fn refund(out_trade_no: &str, out_refund_no: &str) -> Message {
    common()
        .with("out_trade_no", out_trade_no)
        .with("out_refund_no", out_refund_no)
        .with("total_fee", "101")
        .with("refund_fee", "101")
}

pub(crate) const MICROPAY: &str = "/pay/micropay";
pub(crate) const REVERSE: &str = "/secapi/pay/reverse";
pub(crate) const REFUND: &str = "/secapi/pay/refund";
pub(crate) const REFUND_QUERY: &str = "/pay/refundquery";
pub(crate) const UNIFIED: &str = "/pay/unifiedorder";
pub(crate) const QUERY: &str = "/pay/orderquery";
pub(crate) const CLOSE: &str = "/pay/closeorder";

pub(crate) fn ask(gateway: &Gateway, path: &str, body: &str) -> Answer {
    gateway.handle(&Request::post(path, body.as_bytes()))
}

/// An answer's field, after its sign was verified where it has one.
pub(crate) fn field(answer: &Answer, name: &str) -> Option<String> {
    let params = xml::read(&answer.body, "xml").unwrap();
    if params.get("return_code") == Some("SUCCESS") {
        let sign_type = SignType::from_hex_len(params.get("sign").unwrap().len()).unwrap();
        sign::verify(&params, &Secret::new(KEY.as_bytes().to_vec()), sign_type).unwrap();
    }
    params.filled(name).map(str::to_owned)
}

/// `return_msg` of an unsigned answer, which must have exactly two fields.
pub(crate) fn return_msg(answer: &Answer) -> String {
    let params = xml::read(&answer.body, "xml").unwrap();
    assert_eq!(params.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["return_code", "return_msg"]);
    assert_eq!(params.get("return_code"), Some("FAIL"));
    params.get("return_msg").unwrap().to_owned()
}

/// `err_code` and `err_code_des` of a signed refusal.
pub(crate) fn refusal(answer: &Answer) -> (String, String) {
    assert_eq!(field(answer, "result_code").as_deref(), Some("FAIL"), "{answer:?}");
    (field(answer, "err_code").unwrap(), field(answer, "err_code_des").unwrap())
}

pub(crate) fn trade_state(gateway: &Gateway, out_trade_no: &str) -> String {
    field(&ask(gateway, QUERY, &query(out_trade_no).signed()), "trade_state").unwrap()
}
