use crate::Repair;
use crate::input::{Kind, read_leniently};

const ORDER: &str = "<xml><appid>wx1</appid><body>T恤</body><mch_id>1</mch_id><sign>AB</sign></xml>";

#[test]
fn what_curl_prints_with_v_is_read_without_its_marks() {
    let sent = "*   Trying 203.0.113.7:443...\n> POST /pay/unifiedorder HTTP/1.1\n> Host: api.mch.weixin.qq.com\n> Content-Type: text/xml; charset=utf-8\n>\n";
    let came = "* upload completely sent off\n< HTTP/1.1 200 OK\n< Content-Type: text/plain\n<\n<xml><return_code>FAIL</return_code><return_msg>签名错误</return_msg></xml>\n* Connection #0 left intact\n";
    let both = read_leniently(format!("{sent}{ORDER}\n{came}").as_bytes(), None);
    let input = both.input.unwrap();
    assert_eq!((input.kind, input.params.get("appid")), (Kind::HttpRequest, Some("wx1")));
    assert_eq!(input.params.get("return_code"), None, "the request is what was signed");
    let capture = both.capture.unwrap();
    assert_eq!(capture.path.as_deref(), Some("/pay/unifiedorder"));
    assert_eq!(capture.charset.as_deref(), Some("utf-8"));
    let answer = read_leniently(format!("{sent}{came}").as_bytes(), None);
    assert_eq!(answer.input.unwrap().params.get("return_msg"), Some("签名错误"), "without a body the answer is read");
}

#[test]
fn a_body_in_chunks_is_put_together() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/xml; charset=utf-8\r\n\r\n";
    let (one, two) = ORDER.split_at(25);
    let chunked = format!("{:x}\r\n{one}\r\n{:X}\r\n{two}\r\n0\r\n\r\n", one.len(), two.len());
    for text in [
        format!("{head}{chunked}"),
        format!("{head}{chunked}").replace('\r', ""),
        // The sizes count carriage returns that a capture may have lost.
        format!("{head}{:x}\n{ORDER}\n0\n", ORDER.len() + 3),
        format!("{head}{:x}\r\n{ORDER}", ORDER.len()),
    ] {
        let read = read_leniently(text.as_bytes(), None);
        assert!(read.faults.is_empty(), "{text}: {:?}", read.faults);
        let input = read.input.unwrap();
        assert_eq!(input.params.get("body"), Some("T恤"), "{text}");
        assert!(input.repairs.contains(&Repair::ChunksJoined), "{text}");
    }
    let plain = format!("{head}{ORDER}");
    let read = read_leniently(plain.as_bytes(), None);
    assert!(!read.input.unwrap().repairs.contains(&Repair::ChunksJoined), "a proxy had joined them");
}
