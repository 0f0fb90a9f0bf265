//! Whatever a message holds, a lint answers, and quickly.

use proptest::prelude::*;
use wxpay_protocol::Params;

use super::*;
use crate::Kind;
use crate::rules::Endpoint;

fn input_of(params: Params) -> Input {
    Input { params, ..crate::input::read(b"a=1", None).unwrap() }
}

fn contexts() -> Vec<Option<Context>> {
    let fixed = ["jsapi", "app", "native", "pay-notify", "refund-notify", "answer"];
    let words = fixed.into_iter().chain(Endpoint::all().map(Endpoint::name));
    words.map(Context::parse).chain([None]).collect()
}

proptest! {
    #[test]
    fn no_message_makes_a_lint_panic(
        fields in proptest::collection::vec(
            ("(appid|sign|package|timeStamp|total_fee|notify_url|req_info|detail|paySign|[a-z_]{1,12}|\\PC{1,6})", "\\PC{0,24}|[%&+\\\\u0-9A-F.eE-]{0,16}|[0-9A-Fa-f]{30,70}"),
            0..12,
        ),
        which in 0usize..64,
    ) {
        let mut params = Params::new();
        for (name, value) in &fields {
            // A name that stands there already is left out.
            if params.get(name).is_none() && !name.is_empty() {
                params.push(name, value).unwrap();
            }
        }
        let contexts = contexts();
        let context = contexts[which % contexts.len()];
        let input = input_of(params);
        let pasted: String = fields.iter().map(|(name, value)| format!("{{\"{name}\":{value}}}")).collect::<Vec<_>>().join(",");
        let circumstances = Circumstances {
            context,
            now: Some(UtcMs(0)),
            pasted: Some(&pasted),
            order: Some(&input),
            ..Circumstances::default()
        };
        for warning in lint_under(&input, &circumstances) {
            prop_assert!(!warning.detail.chinese.contains('\n') && !warning.detail.english.is_empty());
        }
    }
}

#[test]
fn hundreds_of_fields_with_long_names_are_answered_at_once() {
    let mut params = Params::new();
    for index in 0..250 {
        params.push(&format!("{}{index}", "out_trade_".repeat(1000)), &"%E6&<\\x22".repeat(800)).unwrap();
    }
    let input = input_of(params);
    assert_eq!(input.kind, Kind::Pairs);
    let start = std::time::Instant::now();
    assert!(!lint(&input, Context::parse("unifiedorder"), &[]).is_empty());
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}
