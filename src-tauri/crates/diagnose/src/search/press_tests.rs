use hmac::{Hmac, KeyInit, Mac as _};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;
use wxpay_protocol::sign::upper_hex;

use super::*;

fn message(number: usize) -> Vec<u8> {
    (0..(number * 7) % 331).map(|at| u8::try_from((at * 31 + number * 17) % 251).unwrap()).collect()
}

fn hits_among(given: &str, digester: &Digester, path: Path) -> Vec<u32> {
    let target = Target::of(given);
    let mut press = Press::on(path, &target);
    for number in 0..500 {
        press.push_whole(digester, &message(number), [u32::try_from(number).unwrap(), 0, 0]);
    }
    assert_eq!(press.tried(), 500);
    press.take_hits().into_iter().map(|hit| hit.tag[0]).collect()
}

#[test]
fn the_one_candidate_that_gives_the_sign_is_found_among_many_by_every_digest() {
    let wanted = message(333);
    let key = b"0123456789abcdef0123456789ABCDEF";
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(&wanted);
    for path in Path::available() {
        let cases = [
            (upper_hex(&Md5::digest(&wanted)), Digester::Md5),
            (upper_hex(&Sha1::digest(&wanted)), Digester::Sha1),
            (upper_hex(&Sha256::digest(&wanted)), Digester::Sha256),
            (upper_hex(&mac.clone().finalize().into_bytes()), Digester::HmacSha256(super::Mac::new(key))),
        ];
        for (given, digester) in cases {
            assert_eq!(hits_among(&given, &digester, path), [333], "{path:?}");
            let other = format!("{}{}", &given[..given.len() - 1], if given.ends_with('0') { '1' } else { '0' });
            assert_eq!(hits_among(&other, &digester, path), [] as [u32; 0], "one digit differs");
        }
    }
}

#[test]
fn a_candidate_may_go_on_from_what_others_begin_with() {
    let prefix = message(300);
    let tail = b"&key=0123456789abcdef0123456789ABCDEF";
    let whole = [prefix.as_slice(), tail].concat();
    let key = vec![b'k'; 70];
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(&whole);
    let cases = [
        (upper_hex(&Md5::digest(&whole)), Digester::Md5),
        (upper_hex(&Sha1::digest(&whole)), Digester::Sha1),
        (upper_hex(&mac.finalize().into_bytes()), Digester::HmacSha256(super::Mac::new(&key))),
    ];
    for (given, digester) in cases {
        let target = Target::of(&given);
        let starts = digester.starts(&prefix);
        for (blocks, start) in starts.iter().enumerate() {
            let rest = &whole[blocks * 64..];
            let mut press = Press::new(&target);
            press.push(&digester, start, rest.len(), [7, 8, 9], |out| out.copy_from_slice(rest));
            assert_eq!(press.take_hits(), [Hit { tag: [7, 8, 9], form: Form::Upper }]);
        }
    }
}

#[test]
fn a_candidate_that_is_longer_than_the_lanes_is_hashed_all_the_same() {
    let long = vec![b'x'; MOST_BLOCKS * 64 + 5];
    let target = Target::of(&upper_hex(&Md5::digest(&long)));
    let mut press = Press::new(&target);
    press.push_whole(&Digester::Md5, &long, [1, 0, 0]);
    assert_eq!(press.take_hits().len(), 1);
}
