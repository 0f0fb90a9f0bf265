//! Group F: another digest, or the right one written in another way.

use crate::digest;
use crate::fields;
use crate::orders::{Algorithm, Kind, Order};
use crate::plant::Mistake;
use crate::rng::Rng;
use crate::signing::{Hashing, Signing, joined};

fn hashing(hash: fn(&Hashing<'_>) -> Vec<u8>) -> Option<Mistake> {
    Some(Box::new(move |signing: &mut Signing| signing.hash = hash))
}

fn writing(write: fn(&[u8]) -> String) -> Option<Mistake> {
    Some(Box::new(move |signing: &mut Signing| signing.write = write))
}

/// The call says one digest and was made with the other.
pub(crate) fn f1_other_than_sign_type(order: &mut Order, _: &mut Rng) -> Option<Mistake> {
    match order.algorithm {
        Algorithm::Md5 => hashing(|hashing| digest::hmac_sha256(hashing.key, hashing.whole)),
        Algorithm::Hmac => hashing(|hashing| digest::md5(hashing.whole)),
    }
}

/// The order was placed with HMAC-SHA256, the notice does not say so, and the verifier knows MD5 only.
pub(crate) fn f2_notice_by_md5(order: &mut Order, _: &mut Rng) -> Option<Mistake> {
    order.says_algorithm = true;
    match order.algorithm {
        Algorithm::Hmac => hashing(|hashing| digest::md5(hashing.whole)),
        Algorithm::Md5 => hashing(|hashing| digest::hmac_sha256(hashing.key, hashing.whole)),
    }
}

pub(crate) fn f5_lower_case(_: &mut Order, _: &mut Rng) -> Option<Mistake> {
    writing(digest::lower_hex)
}

/// SHA-1, of the string with its key or without one as for the JS-SDK.
pub(crate) fn f6_sha1(_: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let with_key = rng.chance(60);
    let lower = rng.chance(50);
    Some(Box::new(move |signing: &mut Signing| {
        signing.hash = |hashing| digest::sha1(hashing.whole);
        if !with_key {
            signing.join = |list, _| joined(list);
        }
        if lower {
            signing.write = digest::lower_hex;
        }
    }))
}

pub(crate) fn f7_base64(_: &mut Order, _: &mut Rng) -> Option<Mistake> {
    writing(digest::base64)
}

/// HMAC without `&key=` in the message, with an empty key, with key and message swapped, or no HMAC at all.
pub(crate) fn f8_hmac_misused(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if order.algorithm == Algorithm::Md5 {
        return None;
    }
    if rng.chance(25) {
        return Some(Box::new(|signing: &mut Signing| signing.join = |list, _| joined(list)));
    }
    hashing(rng.pick(&[
        (|hashing| digest::hmac_sha256(b"", hashing.whole)) as fn(&Hashing<'_>) -> Vec<u8>,
        |hashing| digest::hmac_sha256(hashing.whole, hashing.key),
        |hashing| digest::sha256(hashing.whole),
    ]))
}

/// Zeros in front are lost: of the whole digest, or of each byte.
pub(crate) fn f9_zeros_lost(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if rng.chance(50) {
        return writing(digest::unpadded_hex);
    }
    // It happens to one digest of sixteen: the nonce is drawn until it does.
    let nonce = match order.kind {
        Kind::Jsapi => "nonceStr",
        Kind::App => "noncestr",
        _ => "nonce_str",
    };
    fields::get(&order.fields, nonce)?;
    for _ in 0..1000 {
        if Signing::right(order).run().sign.starts_with('0') {
            return writing(digest::big_integer_hex);
        }
        let drawn = rng.word(32);
        order.put(nonce, drawn);
    }
    None
}

/// The sixteen digits in the middle that some libraries call MD5-16.
pub(crate) fn f10_sixteen_digits(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    if order.algorithm == Algorithm::Hmac {
        return None;
    }
    writing(if rng.chance(50) { digest::middle_hex } else { digest::middle_lower_hex })
}
