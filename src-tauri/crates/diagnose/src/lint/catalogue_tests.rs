//! The lints against the catalogue.

use super::tests::{APP_CALL, CALL, ORDER, order_with, remarks, xml_of};

/// What the catalogue wants linted, with a message in which the fault can be seen.
#[test]
fn every_cause_for_which_the_catalogue_names_a_lint_is_remarked_somewhere() {
    let order = |name: &str, value: &str| order_with(name, value);
    let call = |from: &str, to: &str| CALL.replacen(from, to, 1);
    let samples = [
        ("A1", xml_of(&order("attach", "@"), "")),
        ("A11", order("attach", "T20240102030405_001")),
        ("B5", format!("{CALL}&sign=9A0A8659F005D6984697E2CA0A9CF3B7")),
        ("D1", order("total_fee", "1000.0")),
        ("D2", order("total_fee", "1e+06")),
        ("D3", order("total_fee", "10.01")),
        ("D4", format!("{ORDER}&refund_fee=100&out_refund_no=R1")),
        ("D5", order("body", " test")),
        ("D7", order("notify_url", "https%3A%2F%2Fshop.example.com%2Fpay")),
        ("D16", order("body", "锟斤拷")),
        ("D18", order("body", "a\u{FEFF}b")),
        ("D20", call("1704135845", "1704135845000")),
        ("D22", order("sign_type", "md5")),
        ("D23", call("prepay_id=", "prepay_id%3D")),
        ("D24", order("trade_type", "“JSAPI”")),
        ("F4", order("sign", &"A".repeat(64))),
        ("F9", order("sign", &"A".repeat(31))),
        ("F10", order("sign", &"A".repeat(16))),
        ("G2", call("prepay_id=", "")),
        ("G3", call("wx0203040506789012abcdef0123456789000", "undefined")),
        ("G6", APP_CALL.replace("partnerid=1900000001", "partnerid=wx02")),
    ];
    // These need a context, a key, the pasted text or the order; each has a test of its own above.
    let elsewhere = ["A7", "A14", "D21", "E5", "E10", "G5"];
    for cause in crate::knowledge::catalogue().iter().filter(|cause| cause.detect.contains("lint")) {
        let id = cause.id.as_str();
        if elsewhere.contains(&id) {
            continue;
        }
        let (_, text) = samples.iter().find(|(named, _)| *named == id).unwrap_or_else(|| panic!("{id} has no sample"));
        assert!(remarks(text).iter().any(|warning| warning.cause == Some(cause.id)), "{id}: {text}");
    }
}
