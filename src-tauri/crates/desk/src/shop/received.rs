//! A request of the mini program as it came, for the window: without what would let somebody else log in.

use axum::body::Bytes;
use axum::http::header;
use axum::http::request::Parts;
use serde_json::{Map, Value};

/// So much of a request is shown, in characters.
const SHOWN_CHARS: usize = 4_096;
/// What stands where somebody's login or a secret was.
const MASK: &str = "…";

/// A request as it came, for the window: a js_code is somebody's login.
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
    let unreadable = || format!("({} bytes)", body.len());
    let Ok(text) = std::str::from_utf8(body) else { return unreadable() };
    if !text.trim_start().starts_with('{') {
        return masked_pairs(text);
    }
    let Ok(mut read) = serde_json::from_str::<Map<String, Value>>(text) else { return unreadable() };
    let Some(code) = read.get_mut("js_code").map(|code| std::mem::replace(code, MASK.into())) else {
        return text.to_owned();
    };
    let as_sent = text.replace(&code.to_string(), &Value::from(MASK).to_string());
    let bare = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
    // Written with escapes it is not found in the text, which is then written anew.
    if bare.is_empty() || (as_sent != text && !as_sent.contains(&bare)) {
        as_sent
    } else {
        Value::Object(read).to_string()
    }
}

fn masked_pairs(text: &str) -> String {
    let shown = text.split('&').map(|pair| {
        let url = reqwest::Url::parse(&format!("http://localhost/?{pair}")).ok();
        let is_code = url.is_none_or(|url| url.query_pairs().any(|(name, _)| name == "js_code"));
        if is_code { format!("js_code={MASK}") } else { pair.to_owned() }
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
}
