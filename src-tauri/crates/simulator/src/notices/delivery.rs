//! Where notices may go, when they are tried again, and what acknowledges them (protocol page §7.1).

use std::net::IpAddr;

use wxpay_protocol::notice::RETRY_GAPS_S;
use wxpay_protocol::{UtcMs, xml};

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
