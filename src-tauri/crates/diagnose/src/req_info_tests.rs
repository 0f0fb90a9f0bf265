use aes::cipher::BlockCipherEncrypt;

use super::*;
use crate::input;

const SMALL: &str = "+Y3F0DDaYSRfbfXPR3OBg/+EUFAv676BKNDWJjG/O+s=";
const FULL: &str = "ntuJZa4yz+F8s6STuiToomvjEkxZu81D+j0NONkPReNdkDyo+X7AtDzyTn7S5BAjQl8yVONMsM6TXNVIu6Bga283jGKvysl9twsqRzhpiNNJTKD+L/SSJmMpMx4hQMotRU4cYkaYQoWT36hQfsCgOIjec09XqCyv8H151UzsTmqG8rtSsP69zTVxVSG1nia9K2bLFhMeJxJfZu3i3QpOev/xnLCuA4GjRxaAtL/DgdwuADFgkSNDkuXjKaJw8uh1DHFirMxkGD6Yrv1I395PWREyFFaFI3Ak6hvsqfojOvs0IfE0Z6KBufY4mXGBcf7TbfpfD8raiZQq8/1/Bj2b770iHjvRQdSbAK7+98ktDNjZO73QOdBRy9DrVWwoAqzdYkck91EiPR4VypvNVJGDepI4YHpNT/4Ezy7RZgA6+f1A7cHbzmF7AESF4LVuTUS10THplSkLTfl2FFRy4urxSdiykm2grF7MeCoiRbgF9mJqf5vAIz/NyvMnLTQVz4KvLfcRib8kkHjn62gsD4t93O+9pFaH1SW/F4i3rDEwpFB+apyhX1YEvQysT7s5i2Bmd1D16ahViLL6sZSLJRJv/zm858NYtjFuMZ8mrXvkB8hcPM0WwDBUDhCi5gfI28YUWM58a0fJoxBgNiSCKRTI63VuC2L0C72gXjvY0PAKw5aZnWeaKHXyHDIWG/x4vlpZbJHldSgpC09Qou1Ty1nvBpvWQModuxrdExWewBbsXBCtTRVukD3ohR5eQkIWg8lKEd/Em/KJohFP/PZFORwhx72C6zSk/w3PszgPrLPGBENC3bSuT8ZJrjnaEjExCQ5JZ8nQdWil2Xesp5O8FK5GTCTTU5gzIe2rIQ+4iW+3X6a8TSGWMyRKlr8eu+fiPDhmeKE54RlQEObgZQBQG0KE+SoZVdt6O2nInq4sePyyr1iD0uKGyepkhJxXmI6RljFGRwCHBJChKDkRhx2+7smTHTjXM/xCQSOcqMaNXSVHC8PZO73QOdBRy9DrVWwoAqzd9Kxs4ax1QLiuAdDiKAAR7BIiy0qcoMVgNEiWa9FAtPLdplniLj2mYZQCqQnaMemM";

fn key() -> Secret {
    Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec())
}

fn opened(proof: KeyProof) -> Opened {
    match proof {
        KeyProof::Proven(opened) => opened,
        other => panic!("{other:?}"),
    }
}

fn seal<C: BlockCipherEncrypt + KeyInit>(plain: &str, key: &[u8]) -> String {
    let cipher = C::new_from_slice(key).unwrap();
    let padding = BLOCK_BYTES - plain.len() % BLOCK_BYTES;
    let mut bytes = plain.as_bytes().to_vec();
    bytes.extend(std::iter::repeat_n(u8::try_from(padding).unwrap(), padding));
    for chunk in bytes.chunks_exact_mut(BLOCK_BYTES) {
        let mut block = Array::try_from(&*chunk).unwrap();
        cipher.encrypt_block(&mut block);
        chunk.copy_from_slice(&block);
    }
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn the_small_vector_opens_and_proves_the_key() {
    let opened = opened(prove_text(SMALL, &key()));
    assert_eq!(opened.fields.get("a"), Some("1"));
    assert_eq!((opened.form, opened.plus_restored), (AesKeyForm::LowerHex, false));
}

#[test]
fn the_full_vector_gives_every_field_of_the_refund() {
    let opened = opened(prove_text(FULL, &key()));
    assert_eq!(opened.fields.len(), 13);
    assert_eq!(opened.fields.get("refund_recv_accout"), Some("支付用户零钱"));
    assert_eq!(opened.fields.get("success_time"), Some("2024-01-02 03:06:07"));
}

#[test]
fn a_whole_notification_is_proven_from_its_xml() {
    let notice = format!("<xml><return_code>SUCCESS</return_code><req_info><![CDATA[{SMALL}]]></req_info></xml>");
    let notice = input::read(notice.as_bytes(), None).unwrap();
    assert!(matches!(prove(&notice, &key()), KeyProof::Proven(_)));
    let other = input::read(b"<xml><return_code>SUCCESS</return_code></xml>", None).unwrap();
    assert_eq!(prove(&other, &key()), KeyProof::Malformed(ReqInfoFault::Missing));
}

#[test]
fn no_other_key_opens_it() {
    for index in 0..2000u32 {
        let other = Secret::new(format!("{index:032}").into_bytes());
        assert_eq!(prove_text(SMALL, &other), KeyProof::NotThisKey, "{index}");
    }
}

#[test]
fn the_wrong_ways_of_making_the_aes_key_are_named() {
    let lower = lower_hex_md5(&key());
    let upper = lower.to_ascii_uppercase();
    let raw = Md5::digest(key().expose()).to_vec();
    let plain = "<root><refund_fee>101</refund_fee></root>";
    assert_eq!(opened(prove_text(&seal::<Aes256>(plain, &lower), &key())).form, AesKeyForm::LowerHex);
    assert_eq!(opened(prove_text(&seal::<Aes256>(plain, &upper), &key())).form, AesKeyForm::UpperHex);
    assert_eq!(opened(prove_text(&seal::<Aes128>(plain, &raw), &key())).form, AesKeyForm::RawBytes);
}

#[test]
fn sound_padding_around_something_else_is_no_proof() {
    let lower = lower_hex_md5(&key());
    for plain in ["", "hello", "<xml><a>1</a></xml>", "<root><a>1</a>"] {
        assert_eq!(prove_text(&seal::<Aes256>(plain, &lower), &key()), KeyProof::NotThisKey, "{plain:?}");
    }
}

#[test]
fn padding_of_more_than_a_block_is_no_padding() {
    let lower = lower_hex_md5(&key());
    // The true padding is cut off, so that the text ends in 32 bytes or more of 0x20, which is 32.
    let text = format!("<root><a>1</a></root>{}", " ".repeat(43));
    let mut sealed = base64::engine::general_purpose::STANDARD.decode(seal::<Aes256>(&text, &lower)).unwrap();
    sealed.truncate(64);
    let cut = base64::engine::general_purpose::STANDARD.encode(sealed);
    assert_eq!(prove_text(&cut, &key()), KeyProof::NotThisKey);
}

#[test]
fn damage_is_told_from_a_wrong_key() {
    assert_eq!(prove_text("", &key()), KeyProof::Malformed(ReqInfoFault::Missing));
    assert_eq!(prove_text("***", &key()), KeyProof::Malformed(ReqInfoFault::NotBase64));
    assert_eq!(prove_text(&FULL[..100], &key()), KeyProof::Malformed(ReqInfoFault::NotWholeBlocks(75)));
    assert_eq!(prove_text(&"A".repeat(MAX_CHARS + 1), &key()), KeyProof::Malformed(ReqInfoFault::TooLong));
    for fault in
        [ReqInfoFault::Missing, ReqInfoFault::NotBase64, ReqInfoFault::NotWholeBlocks(75), ReqInfoFault::TooLong]
    {
        assert!(!fault.chinese().is_ascii() && fault.to_string().is_ascii());
    }
}

#[test]
fn line_ends_and_lost_plus_signs_are_repaired() {
    let lines: Vec<&str> = FULL.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let wrapped = lines.join(
        "
",
    );
    assert!(!opened(prove_text(&wrapped, &key())).plus_restored);
    let spaced = FULL.replace('+', " ");
    assert!(opened(prove_text(&spaced, &key())).plus_restored);
}

#[test]
fn a_key_whose_md5_begins_with_zero_is_warned_about() {
    let zeros = |text: String| {
        pitfalls(&Secret::new(text.into_bytes())).into_iter().find_map(|pitfall| match pitfall {
            Pitfall::LeadingZeros(count) => Some(count),
            _ => None,
        })
    };
    let hit = (0..200u32).find_map(|index| zeros(format!("{index:032}")));
    assert!(hit.is_some_and(|count| count >= 1));
    assert_eq!(pitfalls(&key()), [Pitfall::UpperCase, Pitfall::RawBytes]);
}
