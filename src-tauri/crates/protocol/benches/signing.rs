//! Signing, writing and reading against a yardstick of the same run: one hash over the finished string.
//!
//! `cargo bench -p wxpay-protocol` prints, for MD5 and for HMAC-SHA256, how large a share of the bare hash's rate each
//! operation reaches.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its figures, and a broken one must stop"
)]

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;
use wxpay_protocol::{Params, Secret, SignType, sign, xml};

fn key() -> Secret {
    Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec())
}

/// Twelve fields, as in vector V1 of the protocol page.
fn order() -> Params {
    Params::from_pairs([
        ("appid", "wx0000000000000001"),
        ("mch_id", "1900000001"),
        ("device_info", "WEB"),
        ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
        ("body", "测试商城-T恤 & \"帽子\""),
        ("attach", "a=1&b=2+3%20"),
        ("out_trade_no", "T20240102030405_001"),
        ("total_fee", "101"),
        ("spbill_create_ip", "127.0.0.1"),
        ("notify_url", "https://shop.example.com/wx/notify"),
        ("trade_type", "JSAPI"),
        ("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
    ])
    .expect("the names are distinct")
}

fn notice(sign_type: SignType) -> Vec<u8> {
    let mut params = Params::from_pairs([
        ("appid", "wx0000000000000001"),
        ("attach", "a=1&b=2+3%20"),
        ("bank_type", "OTHERS"),
        ("cash_fee", "101"),
        ("device_info", "WEB"),
        ("fee_type", "CNY"),
        ("is_subscribe", "N"),
        ("mch_id", "1900000001"),
        ("nonce_str", "5d6d0aa3930135d6d0aa393013"),
        ("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
        ("out_trade_no", "T20240102030405_001"),
        ("result_code", "SUCCESS"),
        ("return_code", "SUCCESS"),
        ("time_end", "20240102030512"),
        ("total_fee", "101"),
        ("trade_type", "JSAPI"),
        ("transaction_id", "4200000000202401020000000001"),
    ])
    .expect("the names are distinct");
    let signed = sign::sign(&params, &key(), sign_type);
    params.push("sign", &signed).expect("there was no sign yet");
    xml::write(&params, xml::is_amount).expect("the values are legal").into_bytes()
}

fn hash(text: &[u8], key: &Secret, sign_type: SignType) -> u8 {
    match sign_type {
        SignType::Md5 => Md5::digest(text).first().copied().unwrap_or_default(),
        SignType::HmacSha256 => {
            let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("any length will do");
            mac.update(text);
            mac.finalize().into_bytes().first().copied().unwrap_or_default()
        }
    }
}

fn finished(params: &Params, key: &Secret) -> Vec<u8> {
    [sign::string_to_sign(params).as_bytes(), b"&key=", key.expose()].concat()
}

fn build(params: &Params, key: &Secret, sign_type: SignType) -> String {
    let signed = sign::sign(params, key, sign_type);
    xml::write_signed(params, &signed, xml::is_amount).expect("the values are legal")
}

fn open(bytes: &[u8], key: &Secret, sign_type: SignType) -> bool {
    let params = xml::read(bytes, "xml").expect("the message is whole");
    sign::verify(&params, key, sign_type).is_ok()
}

fn signing(criterion: &mut Criterion) {
    let (key, order) = (key(), order());
    for sign_type in [SignType::Md5, SignType::HmacSha256] {
        let mut group = criterion.benchmark_group(sign_type.as_str());
        let text = finished(&order, &key);
        let message = notice(sign_type);
        let notice_text = finished(&xml::read(&message, "xml").expect("the message is whole"), &key);
        group.bench_function("yardstick: hash of the order's string", |bench| {
            bench.iter(|| hash(black_box(&text), &key, sign_type));
        });
        group.bench_function("sign the order", |bench| bench.iter(|| sign::sign(black_box(&order), &key, sign_type)));
        group.bench_function("build the signed XML", |bench| bench.iter(|| build(black_box(&order), &key, sign_type)));
        group.bench_function("yardstick: hash of the notice's string", |bench| {
            bench.iter(|| hash(black_box(&notice_text), &key, sign_type));
        });
        group.bench_function("read and verify the notice", |bench| {
            bench.iter(|| open(black_box(&message), &key, sign_type));
        });
        group.finish();
    }
}

/// Nanoseconds per call of each closure, measured in turns so that a change of clock rate meets all alike; the median of the turns.
fn side_by_side(work: &mut [&mut dyn FnMut()]) -> Vec<f64> {
    const TURNS: usize = 31;
    const CALLS: u32 = 20_000;
    let mut turns = vec![Vec::with_capacity(TURNS); work.len()];
    for _ in 0..TURNS {
        for (job, times) in work.iter_mut().zip(&mut turns) {
            let start = Instant::now();
            for _ in 0..CALLS {
                job();
            }
            times.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS));
        }
    }
    turns
        .iter_mut()
        .map(|times| {
            times.sort_by(f64::total_cmp);
            times.get(TURNS / 2).copied().unwrap_or_default()
        })
        .collect()
}

fn ratios() {
    let (key, order) = (key(), order());
    println!("\nShares of the bare hash's rate (31 turns of 20 000 calls, medians, {}):", std::env::consts::ARCH);
    for (sign_type, asked) in [(SignType::Md5, [0.7, 0.55, 0.4]), (SignType::HmacSha256, [0.5, 0.4, 0.3])] {
        let text = finished(&order, &key);
        let message = notice(sign_type);
        let notice_text = finished(&xml::read(&message, "xml").expect("the message is whole"), &key);
        let times = side_by_side(&mut [
            &mut || {
                black_box(hash(black_box(&text), &key, sign_type));
            },
            &mut || drop(black_box(sign::sign(black_box(&order), &key, sign_type))),
            &mut || drop(black_box(build(black_box(&order), &key, sign_type))),
            &mut || {
                black_box(hash(black_box(&notice_text), &key, sign_type));
            },
            &mut || {
                black_box(open(black_box(&message), &key, sign_type));
            },
        ]);
        let [order_hash, signed, built, notice_hash, opened] = times[..] else { return };
        println!(
            "{}: hash of the order's {} bytes {order_hash:.0} ns, of the notice's {} bytes {notice_hash:.0} ns",
            sign_type.as_str(),
            text.len(),
            notice_text.len()
        );
        for (name, share, wanted) in [
            ("sign", order_hash / signed, asked[0]),
            ("build the signed XML", order_hash / built, asked[1]),
            ("read and verify", notice_hash / opened, asked[2]),
        ] {
            println!("  {name:<22} {share:.2}  (wanted: {wanted})");
        }
    }
}

criterion_group!(benches, signing);

fn main() {
    benches();
    ratios();
    Criterion::default().configure_from_args().final_summary();
}
