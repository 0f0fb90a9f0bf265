//! The lanes against one-stream MD5 of the same messages, and the search stage by stage.
//!
//! `cargo bench -p wxpay-diagnose` prints the ratio per kind of vectors and the milliseconds per stage.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its figures, and a broken one must stop"
)]

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group};
use md5::{Digest, Md5};
use wxpay_diagnose::diagnosis::{Case, Effort, KeyRole, KeySlot, Stage, diagnose};
use wxpay_diagnose::{Input, input, yardstick};
use wxpay_protocol::Secret;

const SIMPLE: &str = "<xml><appid>wx0000000000000001</appid><mch_id>1900000001</mch_id><body>test goods</body>\
    <nonce_str>5d2b6c2a8db53831f7eda20af46e531c</nonce_str><out_trade_no>T20240102030405001</out_trade_no>\
    <total_fee>101</total_fee><spbill_create_ip>203.0.113.7</spbill_create_ip><trade_type>NATIVE</trade_type></xml>";

const RICH: &str = "<xml><appid>wx0000000000000001</appid><mch_id>1900000001</mch_id><body>测试商城-T恤 &amp; &lt;帽子&gt; 😀 50%</body>\
    <attach></attach><detail><![CDATA[{\"goods_detail\":[{\"goods_id\":\"SKU/1\",\"goods_name\":\"T恤\",\"quantity\":1,\"price\":101}]}]]></detail>\
    <device_info>WEB</device_info><fee_type>CNY</fee_type><goods_tag>a+b c</goods_tag>\
    <nonce_str>5d2b6c2a8db53831f7eda20af46e531c</nonce_str><notify_url>https://shop.example.com/wx/notify?a=1&amp;b=2</notify_url>\
    <openid>oUpF8uMuAJO_M2pxb1Q9zNjWeS6o</openid><out_trade_no>T20240102030405_001</out_trade_no><product_id>SKU-88888</product_id>\
    <sign_type>MD5</sign_type><spbill_create_ip>203.0.113.7</spbill_create_ip><total_fee>1000000</total_fee>\
    <trade_type>JSAPI</trade_type></xml>";

fn messages() -> Vec<Vec<u8>> {
    (0..20_000u32).map(|number| format!("{}{number}", "appid=wx0000000000000001&".repeat(20)).into_bytes()).collect()
}

/// The time that this thread has had on a processor, so that other work on the machine does not count; elsewhere than on
/// Linux the time of day.
fn spent() -> Duration {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    // The kernel brings the figure up to date when a thread gives way.
    std::thread::yield_now();
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok())
        .map_or_else(|| BEGIN.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

fn best_of(times: usize, mut work: impl FnMut()) -> Duration {
    (0..times)
        .map(|_| {
            let begin = spent();
            work();
            spent().saturating_sub(begin)
        })
        .min()
        .unwrap_or_default()
}

fn lanes(criterion: &mut Criterion) {
    let messages = messages();
    let unwanted = "00112233445566778899AABBCCDDEEFF";
    let one_by_one = best_of(7, || {
        for message in &messages {
            black_box(Md5::digest(message));
        }
    });
    for (place, (name, lanes)) in yardstick::paths().into_iter().enumerate() {
        let side_by_side = best_of(7, || {
            black_box(yardstick::on_path(place, &messages, unwanted));
        });
        println!(
            "MD5 of {} messages of {} bytes: {name} ({lanes} lanes) is {:.1} times one stream ({side_by_side:.2?} against {one_by_one:.2?})",
            messages.len(),
            messages[0].len(),
            one_by_one.as_secs_f64() / side_by_side.as_secs_f64(),
        );
    }
    criterion.bench_function("md5 side by side", |bencher| {
        bencher.iter(|| yardstick::side_by_side(&messages, unwanted));
    });
}

fn read(text: &str) -> Input {
    input::read(text.as_bytes(), None).expect("the order is well-formed")
}

/// The time of each stage of a search that finds nothing, and of all.
fn timed(input: &Input, sign: &str, effort: Effort) -> (Vec<(Stage, Duration, u64)>, Duration) {
    let key = Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec());
    let keys = [KeySlot { role: KeyRole::InUse, name: "now", secret: &key }];
    let case = Case {
        input,
        given_sign: Some(sign),
        sign_type: None,
        context: None,
        appid: None,
        keys: &keys,
        sent: None,
        return_msg: None,
    };
    let begin = spent();
    let mut first_seen: Vec<(Stage, Duration)> = Vec::new();
    let diagnosis = diagnose(&case, effort, &mut |progress| {
        if first_seen.last().is_none_or(|(stage, _)| *stage != progress.stage) {
            first_seen.push((progress.stage, spent()));
        }
        ControlFlow::Continue(())
    })
    .expect("the order has fields");
    let end = spent();
    let stages = diagnosis.excluded.stages.iter().map(|count| {
        let at = first_seen.iter().position(|(stage, _)| *stage == count.stage);
        // The singles are told of at their end, the others at their beginning.
        let from = at.filter(|_| count.stage != Stage::Singles).map_or(begin, |at| first_seen[at].1);
        let next = at
            .filter(|_| count.stage == Stage::Singles)
            .map_or_else(|| at.and_then(|at| first_seen.get(at + 1)).map_or(end, |(_, at)| *at), |at| first_seen[at].1);
        (count.stage, next.saturating_sub(from), count.tried)
    });
    (stages.collect(), end.saturating_sub(begin))
}

fn search(criterion: &mut Criterion) {
    for (name, text) in [("simple", SIMPLE), ("rich", RICH)] {
        let input = read(text);
        for (family, sign) in
            [("MD5", "00112233445566778899AABBCCDDEEFF".to_owned()), ("HMAC-SHA256", "0011223344556677".repeat(4))]
        {
            let (stages, all) =
                (0..7).map(|_| timed(&input, &sign, Effort::default())).min_by_key(|(_, all)| *all).expect("it ran");
            let usual: Duration =
                stages.iter().filter(|(stage, ..)| *stage != Stage::FieldPairs).map(|(_, time, _)| *time).sum();
            println!("{name} order, {} fields, {family}:", input.params.len());
            for (stage, time, tried) in &stages {
                println!("    {stage:?}: {tried} candidates in {time:.2?}");
            }
            println!("    singles, pairs and subsets {usual:.2?}; the whole default search {all:.2?}");
            criterion.bench_function(&format!("{name} {family}"), |bencher| {
                bencher.iter(|| timed(&input, &sign, Effort::default()));
            });
        }
    }
}

criterion_group!(benches, lanes, search);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
}
