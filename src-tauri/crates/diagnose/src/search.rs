//! The search: what somebody's code must have done to get the given sign, found by computing it again.

mod base;
mod edit;
mod encoded;
mod engine;
mod explain;
mod join;
mod keys;
mod lanes;
mod meeting;
mod names;
mod order;
mod other_message;
mod press;
mod recipe;
mod run;
mod second_sign;
mod singles;
mod stages;
mod subsets;
mod target;
mod triples;
mod twice;
mod values;
mod whole;
pub mod yardstick;

pub(crate) use run::run;

use wxpay_protocol::SignType;
use wxpay_protocol::sign::digest;

use base::Base;

/// A family of digests, by what a sign of that kind is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Md5,
    HmacSha256,
    Sha1,
}

impl Family {
    /// The family of an algorithm that the protocol knows.
    pub(crate) const fn of(sign_type: SignType) -> Self {
        match sign_type {
            SignType::Md5 => Self::Md5,
            SignType::HmacSha256 => Self::HmacSha256,
        }
    }
}

/// The right sign of a message.
pub(crate) fn expected_sign(base: &Base, key: &[u8], sign_type: SignType) -> String {
    let body = base.text.strip_suffix(b"&").unwrap_or(&base.text);
    digest(&[body, b"&key=", key], key, sign_type)
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
