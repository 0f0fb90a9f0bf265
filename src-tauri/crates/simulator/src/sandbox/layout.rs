//! How a sandbox lays its answers out: an order of fields of its own, its own device, and an err_code even on success
//! (protocol page §1.4 and §9 #16).

use wxpay_protocol::{Params, Secret, SignType, sign, xml};

use crate::answer::Answer;
use crate::switches::Switches;

/// The fields that stand first, as far as an answer has them.
const FIRST: [&str; 8] =
    ["return_code", "return_msg", "appid", "mch_id", "device_info", "nonce_str", "sign", "result_code"];

/// Lays a signed answer out anew and signs it again; others stay as they are.
pub(super) fn repaint(answer: Answer, key: &Secret, switches: &Switches) -> Answer {
    // Nothing of a sandbox is on the disk, and its orders are not in the ledger of the gateway in front.
    let answer = Answer { durable: None, order: None, ..answer };
    let Some(params) =
        xml::read(&answer.body, "xml").ok().filter(|params| params.get("return_code") == Some("SUCCESS"))
    else {
        return answer;
    };
    match written(&params, key, switches) {
        Some(body) => Answer { body: body.into(), ..answer },
        None => answer,
    }
}

fn written(params: &Params, key: &Secret, switches: &Switches) -> Option<String> {
    let is_done = params.get("result_code") == Some("SUCCESS");
    let laid_out = |sign: &str| {
        let mut fields = Params::with_capacity(1024);
        for name in FIRST {
            let value = match name {
                "device_info" => Some("sandbox"),
                "sign" => Some(sign),
                other => params.get(other),
            };
            if let Some(value) = value {
                fields.push(name, value).ok()?;
            }
        }
        if is_done {
            fields.push("err_code", "SUCCESS").ok()?;
            fields.push("err_code_des", "ok").ok()?;
        }
        for (name, value) in params.iter().filter(|(name, _)| !FIRST.contains(name)) {
            // An unknown refund is an unknown order here.
            let value = if value == "REFUNDNOTEXIST" { "ORDERNOTEXIST" } else { value };
            fields.push(name, value).ok()?;
        }
        Some(fields)
    };
    let unsigned = laid_out("")?;
    let signed = if switches.sandbox_leaves_zero_cash_fee_unsigned && unsigned.get("cash_fee") == Some("0") {
        Params::from_pairs(unsigned.iter().filter(|(name, _)| *name != "cash_fee")).ok()?
    } else {
        unsigned
    };
    xml::write(&laid_out(&sign::sign(&signed, key, SignType::Md5))?, xml::is_amount).ok()
}
