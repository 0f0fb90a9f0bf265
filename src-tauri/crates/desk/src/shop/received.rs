//! A request of the mini program as it came, for the window: without what would let somebody else log in.

use axum::body::Bytes;
use axum::http::header;
use axum::http::request::Parts;
use wxpay_client::{MASK, masked_json};

/// So much of a request is shown, in characters.
const SHOWN_CHARS: usize = 4_096;
/// The field that is somebody's login.
const LOGIN: &str = "js_code";

/// A request as it came, with the value of each js_code masked where it stands, and nothing else changed. Of a body in which
/// nobody can say where that is, only the length.
pub(super) fn received(head: &Parts, body: &Bytes) -> String {
    let query = head.uri.query().map_or_else(String::new, |query| format!("?{}", masked_pairs(query)));
    let mut lines = vec![format!("{} {}{query} HTTP/1.1", head.method, head.uri.path())];
    for name in [header::HOST, header::CONTENT_TYPE] {
        if let Some(value) = head.headers.get(&name).and_then(|value| value.to_str().ok()) {
            lines.push(format!("{name}: {value}"));
        }
    }
    if !body.is_empty() {
        lines.extend([String::new(), masked_body(body)]);
    }
    lines.join("\n").chars().take(SHOWN_CHARS).collect()
}

fn masked_body(body: &Bytes) -> String {
    let shown = std::str::from_utf8(body).ok().and_then(|text| {
        let is_json = text.trim_start().starts_with(['{', '[']);
        if is_json { masked_json(text, LOGIN) } else { Some(masked_pairs(text)) }
    });
    shown.unwrap_or_else(|| format!("({} bytes)", body.len()))
}

fn masked_pairs(text: &str) -> String {
    let shown = text.split('&').map(|pair| {
        let url = reqwest::Url::parse(&format!("http://localhost/?{pair}")).ok();
        let is_named = |url: reqwest::Url| {
            url.query_pairs().any(|(name, value)| [name, value].iter().any(|text| text.contains(LOGIN)))
        };
        // What is no pair may name it anywhere.
        let is_login = pair.contains(LOGIN) || url.is_none_or(is_named);
        if is_login { format!("{LOGIN}={MASK}") } else { pair.to_owned() }
    });
    shown.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(method: &str, uri: &str, body: &str) -> String {
        let request = axum::http::Request::builder().method(method).uri(uri).header("host", "127.0.0.1:8120");
        let (head, ()) = request.body(()).unwrap().into_parts();
        received(&head, &Bytes::from(body.to_owned()))
    }

    #[test]
    fn a_request_is_shown_as_it_came_and_a_login_never_is() {
        for (uri, body, expected) in [
            ("/wechat/prepay?goods_id=tea&js_code=0a1B%2B", "", "POST /wechat/prepay?goods_id=tea&js_code=… HTTP/1.1"),
            ("/wechat/prepay", "goods_id=tea&js%5Fcode=0a1B", "goods_id=tea&js_code=…"),
            (
                "/wechat/prepay",
                "{ \"js_code\" : \"0a1B\",\n \"goods_id\": 7 }",
                "{ \"js_code\" : \"…\",\n \"goods_id\": 7 }",
            ),
            (
                "/wechat/prepay",
                "{\"goods_id\":\"tea\",\"js_code\":\"0a\\u0031B\"}",
                "{\"goods_id\":\"tea\",\"js_code\":\"…\"}",
            ),
            ("/wechat/prepay", "{\"js_code\":\"0a1B\"", "(17 bytes)"),
            ("/wechat/prepay", "[{\"js_code\":\"0a1B\"}]", "[{\"js_code\":\"…\"}]"),
            ("/wechat/prepay", "--b\r\nname=\"js_code\"\r\n\r\n0a1B\r\n--b--&goods_id=7", "js_code=…&goods_id=7"),
        ] {
            let shown = shown("POST", uri, body);
            assert!(shown.contains(expected), "{shown}");
            assert!(!shown.contains("0a1B"), "{shown}");
        }
        assert_eq!(
            shown("GET", "/wechat/orders/T1?a=%20", ""),
            "GET /wechat/orders/T1?a=%20 HTTP/1.1\nhost: 127.0.0.1:8120"
        );
    }

    #[test]
    fn only_the_value_of_the_login_is_masked_wherever_the_same_digits_stand_and_however_often_it_is_named() {
        for (body, expected) in [
            (
                "{\"js_code\":12,\"goods_id\":\"12\",\"uid\":1212}",
                "{\"js_code\":\"…\",\"goods_id\":\"12\",\"uid\":1212}",
            ),
            ("{\"js_code\":\"tea\",\"goods_id\":\"tea\"}", "{\"js_code\":\"…\",\"goods_id\":\"tea\"}"),
            ("{\"js_code\":\"a1\", \"js_code\":\"b2\"}", "{\"js_code\":\"…\", \"js_code\":\"…\"}"),
            ("{\"data\":{\"js\\u005fcode\":\"a1\"},\"a1\":0}", "{\"data\":{\"js\\u005fcode\":\"…\"},\"a1\":0}"),
            ("js_code=12&goods_id=12&js_code=13", "js_code=…&goods_id=12&js_code=…"),
        ] {
            let shown = shown("POST", "/wechat/prepay", body);
            assert_eq!(shown.split_once("\n\n").unwrap().1, expected);
        }
    }
}
