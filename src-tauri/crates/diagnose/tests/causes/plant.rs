//! A planted mistake, and the list of all.

use crate::orders::{Kind, Order};
use crate::rng::Rng;
use crate::signing::Signing;
use crate::{amounts, calls, charsets, digests, escapes, joins, keys, names, parameter_set, texts};

/// What the wrong code does to one of its steps.
pub(crate) type Mistake = Box<dyn Fn(&mut Signing)>;

/// Makes the order one on which the mistake bites and says what the code does; nothing where it cannot bite.
pub(crate) type Prepare = fn(&mut Order, &mut Rng) -> Option<Mistake>;

/// One cause, and the messages on which it happens.
pub(crate) struct Plant {
    pub(crate) cause: &'static str,
    pub(crate) home: &'static [Kind],
    pub(crate) prepare: Prepare,
}

/// Requests first: three in four.
pub(crate) const MESSAGES: &[Kind] = &[Kind::Request, Kind::Request, Kind::Request, Kind::Notice];
/// Only what the merchant sends.
pub(crate) const REQUESTS: &[Kind] = &[Kind::Request];
/// Where names sort differently from language to language.
pub(crate) const RED_PACKS: &[Kind] = &[Kind::RedPack];
/// Any place where a sign is made.
pub(crate) const ANYWHERE: &[Kind] = &[Kind::Request, Kind::Request, Kind::Notice, Kind::Jsapi, Kind::App];

const fn plant(cause: &'static str, home: &'static [Kind], prepare: Prepare) -> Plant {
    Plant { cause, home, prepare }
}

/// Every cause that a digest can show (56 by the catalogue's detect rule), and A14, A15, A16, E1, F2, F5, G1, G4.
pub(crate) const ALL: [Plant; 64] = [
    plant("A1", MESSAGES, parameter_set::a1_empty_signed),
    plant("A2", REQUESTS, parameter_set::a2_sign_signed),
    plant("A3", REQUESTS, parameter_set::a3_sign_type_not_signed),
    plant("A4", &[Kind::Transfers], parameter_set::a4_sign_type_not_known),
    plant("A5", REQUESTS, parameter_set::a5_unknown_field),
    plant("A9", MESSAGES, parameter_set::a9_zero_dropped),
    plant("A10", MESSAGES, parameter_set::a10_default_added),
    plant("A11", MESSAGES, parameter_set::a11_same_value_swallowed),
    plant("A13", REQUESTS, parameter_set::a13_misspelt),
    plant("A14", &[Kind::Notice], parameter_set::a14_order_for_notice),
    plant("A15", &[Kind::Jsapi], calls::a15_name_missing),
    plant("A16", RED_PACKS, parameter_set::a16_two_signs),
    plant("B1", &[Kind::Request, Kind::Jsapi], names::b1_appid),
    plant("B2", &[Kind::Jsapi, Kind::App], names::b2_time_stamp),
    plant("B3", &[Kind::App], names::b3_app_in_camel_case),
    plant("B4", &[Kind::Jsapi, Kind::App], names::b4_package_renamed),
    plant("B6", &[Kind::Request, Kind::Jsapi, Kind::App], names::b6_nonce),
    plant("C1", &[Kind::Request, Kind::Request, Kind::Notice, Kind::Jsapi], joins::c1_unsorted),
    plant("C2", RED_PACKS, joins::c2_natural_order),
    plant("C3", RED_PACKS, joins::c3_case_ignored),
    plant("C5", ANYWHERE, joins::c5_key_sorted),
    plant("C6", ANYWHERE, joins::c6_key_joined_otherwise),
    plant("C7", ANYWHERE, joins::c7_values_only),
    plant("D1", MESSAGES, amounts::d1_float),
    plant("D2", MESSAGES, amounts::d2_exponent),
    plant("D3", MESSAGES, amounts::d3_yuan),
    plant("D4", MESSAGES, amounts::d4_one_fen),
    plant("D5", MESSAGES, texts::d5_trimmed),
    plant("D6", MESSAGES, escapes::d6_space),
    plant("D7", MESSAGES, escapes::d7_url_encoded),
    plant("D8", &[Kind::Request, Kind::App], escapes::d8_html_entity),
    plant("D9", MESSAGES, escapes::d9_cdata),
    plant("D10", MESSAGES, escapes::d10_xml_escaped),
    plant("D11", REQUESTS, texts::d11_json),
    plant("D13", MESSAGES, texts::d13_null),
    plant("D14", MESSAGES, charsets::d14_platform_charset),
    plant("D16", MESSAGES, charsets::d16_converted_twice),
    plant("D17", MESSAGES, charsets::d17_emoji),
    plant("D18", MESSAGES, texts::d18_invisible),
    plant("D19", MESSAGES, texts::d19_line_end),
    plant("D20", &[Kind::Jsapi, Kind::App], calls::d20_milliseconds),
    plant("D22", REQUESTS, texts::d22_sign_type_spelling),
    plant("D23", &[Kind::Jsapi], calls::d23_encoded_again),
    plant("E1", ANYWHERE, keys::e1_md5_of_the_key),
    plant("E2", ANYWHERE, keys::e2_app_secret),
    plant("E3", ANYWHERE, keys::e3_v3_key),
    plant("E4", ANYWHERE, keys::e4_previous_key),
    plant("E5", ANYWHERE, keys::e5_wrong_length),
    plant("E6", ANYWHERE, keys::e6_not_loaded),
    plant("E7", ANYWHERE, keys::e7_other_merchant),
    plant("E10", ANYWHERE, keys::e10_white_space),
    plant("F1", &[Kind::Jsapi], digests::f1_other_than_sign_type),
    plant("F2", &[Kind::Notice], digests::f2_notice_by_md5),
    plant("F5", ANYWHERE, digests::f5_lower_case),
    plant("F6", ANYWHERE, digests::f6_sha1),
    plant("F7", ANYWHERE, digests::f7_base64),
    plant("F8", ANYWHERE, digests::f8_hmac_misused),
    plant("F9", ANYWHERE, digests::f9_zeros_lost),
    plant("F10", ANYWHERE, digests::f10_sixteen_digits),
    plant("G1", &[Kind::Jsapi], calls::g1_sign_of_the_order),
    plant("G2", &[Kind::Jsapi], calls::g2_package_prefix),
    plant("G4", &[Kind::App], calls::g4_package_of_the_app),
    plant("G5", &[Kind::Jsapi], calls::g5_sub_appid),
    plant("H1", REQUESTS, keys::h1_sandbox_key),
];
