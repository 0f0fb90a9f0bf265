//! Payment notices (protocol page §7.1): their bytes, where they may go, when they are tried again, what acknowledges them.

use std::borrow::Cow;
use std::net::IpAddr;

use wxpay_protocol::notice::RETRY_GAPS_S;
use wxpay_protocol::xml::{self, WriteError};
use wxpay_protocol::{Fen, Secret, SignType, UtcMs};

use crate::answer::{Field, write_signed};
use crate::record::{Order, Payment};
use crate::switches::Switches;

impl Payment {
    /// What the customer paid beside the coupon.
    pub(crate) fn cash_fee(&self, order: &Order) -> Fen {
        order.total_fee.checked_sub(self.coupon_fee).unwrap_or(Fen::ZERO)
    }

    pub(crate) fn coupon_fields(&self) -> Vec<Field<'static>> {
        if self.coupon_fee == Fen::ZERO {
            return Vec::new();
        }
        let amount: Cow<'static, str> = self.coupon_fee.to_string().into();
        vec![
            ("coupon_fee", amount.clone()),
            ("coupon_count", "1".into()),
            ("coupon_type_0", "CASH".into()),
            // The coupon's number only has to be stable and to look like one: 20 digits at most.
            ("coupon_id_0", self.transaction_id.chars().skip(8).take(20).collect::<String>().into()),
            ("coupon_fee_0", amount),
        ]
    }
}

/// The message of a payment, alphabetical, signed as the order was.
pub(crate) fn write(
    order: &Order,
    payment: &Payment,
    nonce_str: &str,
    key: &Secret,
    switches: &Switches,
) -> Result<String, WriteError> {
    let mut fields: Vec<Field<'_>> = vec![
        ("appid", order.appid().into()),
        ("bank_type", payment.bank_type.as_str().into()),
        ("cash_fee", payment.cash_fee(order).to_string().into()),
        ("fee_type", "CNY".into()),
        ("is_subscribe", "N".into()),
        ("mch_id", order.mch_id().into()),
        ("nonce_str", nonce_str.into()),
        ("openid", payment.openid.as_str().into()),
        ("out_trade_no", order.out_trade_no().into()),
        ("result_code", "SUCCESS".into()),
        ("return_code", "SUCCESS".into()),
        ("sign", "".into()),
        ("time_end", payment.paid_at.compact().into()),
        ("total_fee", order.total_fee.to_string().into()),
        ("trade_type", order.fields.get("trade_type").unwrap_or_default().into()),
        ("transaction_id", payment.transaction_id.as_str().into()),
    ];
    for name in ["attach", "device_info"] {
        fields.extend(order.fields.get(name).map(|value| (name, value.into())));
    }
    fields.extend(payment.coupon_fields());
    let names_sign_type = match order.sign_type {
        SignType::Md5 => switches.md5_notice_has_sign_type,
        SignType::HmacSha256 => switches.hmac_notice_has_sign_type,
    };
    if names_sign_type {
        fields.push(("sign_type", order.sign_type.as_str().into()));
    }
    fields.sort_unstable_by_key(|(name, _)| *name);
    write_signed(&fields, key, order.sign_type, |name| name != "cash_fee" && xml::is_amount(name))
}

/// Whether a notice may be sent there: to this machine and nowhere else, by http or https.
pub(crate) fn is_deliverable(notify_url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(notify_url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    matches!(url.scheme(), "http" | "https")
        && (host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()))
}

/// When the attempt after `attempts` failed ones is due; nothing after the last gap.
pub(crate) fn next_due(attempts: usize, at: UtcMs) -> Option<UtcMs> {
    let gap_s = RETRY_GAPS_S.get(attempts.checked_sub(1)?)?;
    Some(at.plus_ms(gap_s * 1000))
}

/// Whether an answer acknowledges: status 200 and a return_code of SUCCESS, in any XML that can be made out.
pub(crate) fn is_acknowledged(http_status: u16, body: &[u8]) -> bool {
    http_status == 200 && return_code(body).is_some_and(|code| code == "SUCCESS")
}

fn return_code(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    if let Ok(params) = xml::read(text.trim().as_bytes(), "xml") {
        return params.filled("return_code").map(|code| code.trim().to_owned());
    }
    // Anything with the element in an <xml> counts, as merchants build this answer by hand.
    let inside = text.split_once("<xml>")?.1;
    let value = inside.split_once("<return_code>")?.1.split_once("</return_code>")?.0.trim();
    let value = value.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>")).unwrap_or(value);
    Some(value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_delivered_to() {
        for url in [
            "http://127.0.0.1:8080/notify",
            "http://localhost/notify",
            "https://LOCALHOST:1/x",
            "http://[::1]:80/",
            "http://127.9.9.9/",
            "http://0x7f.1/",
        ] {
            assert!(is_deliverable(url), "{url}");
        }
        for url in [
            "https://shop.example.com/wx/notify",
            "http://127.0.0.1.evil.example/",
            "http://localhost.evil.example/",
            "http://127.0.0.1@evil.example/",
            "http://10.0.0.1/",
            "http://192.168.1.2/",
            "http://0.0.0.0/",
            "http://[::ffff:10.0.0.1]/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "not a url",
        ] {
            assert!(!is_deliverable(url), "{url}");
        }
    }

    #[test]
    fn acknowledgements_in_every_usual_shape_are_understood() {
        for body in [
            "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>",
            "<xml><return_code>SUCCESS</return_code></xml>",
            "<xml>\n  <return_code>SUCCESS</return_code>\n</xml>\n",
            "<?xml version=\"1.0\"?>\n<xml><return_code>SUCCESS</return_code></xml>",
            "\n <xml><!-- by hand --><return_code> <![CDATA[SUCCESS]]> </return_code></xml>",
        ] {
            assert!(is_acknowledged(200, body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn what_is_no_acknowledgement_is_tried_again() {
        for (status, body) in [
            (200, "success"),
            (200, "SUCCESS"),
            (200, "true"),
            (200, ""),
            (200, "{\"return_code\":\"SUCCESS\"}"),
            (200, "<html>SUCCESS</html>"),
            (200, "<return_code>SUCCESS</return_code>"),
            (200, "<xml><return_code>success</return_code></xml>"),
            (200, "<xml><return_code>FAIL</return_code><return_msg>SUCCESS</return_msg></xml>"),
            (302, "<xml><return_code>SUCCESS</return_code></xml>"),
            (500, "<xml><return_code>SUCCESS</return_code></xml>"),
            (204, ""),
        ] {
            assert!(!is_acknowledged(status, body.as_bytes()), "{status} {body}");
        }
    }

    #[test]
    fn sixteen_attempts_are_made_over_twenty_four_hours_and_four_minutes() {
        let (mut at, mut attempts) = (UtcMs(0), 1);
        while let Some(due) = next_due(attempts, at) {
            (at, attempts) = (due, attempts + 1);
        }
        assert_eq!((attempts, at), (16, UtcMs((24 * 60 + 4) * 60_000)));
    }
}
