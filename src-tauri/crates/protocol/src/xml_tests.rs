use proptest::prelude::*;

use super::*;
use crate::params::MAX_FIELDS;

fn fault(text: &str) -> XmlFault {
    read(text.as_bytes(), "xml").unwrap_err().kind
}

fn pairs(text: &str) -> Vec<(String, String)> {
    read(text.as_bytes(), "xml").unwrap().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn a_document_type_is_refused_wherever_it_stands() {
    assert_eq!(
        fault("<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><a>&e;</a></xml>"),
        XmlFault::Doctype
    );
    assert_eq!(fault("<xml><a>1</a></xml><!DOCTYPE xml>"), XmlFault::Doctype);
    assert_eq!(fault("<xml><!DOCTYPE xml><a>1</a></xml>"), XmlFault::Doctype);
}

#[test]
fn undefined_entities_are_refused_and_the_five_of_xml_are_read() {
    assert_eq!(fault("<xml><a>&nbsp;</a></xml>"), XmlFault::Entity("nbsp".into()));
    assert_eq!(
        pairs("<xml><a>&lt;&gt;&amp;&quot;&apos;&#20013;&#x6587;</a></xml>"),
        [("a".into(), "<>&\"'中文".into())]
    );
    assert!(matches!(fault("<xml><a>&#0;</a></xml>"), XmlFault::Broken(_) | XmlFault::ControlCharacter));
    assert_eq!(fault("<xml><a>&#1;</a></xml>"), XmlFault::ControlCharacter);
}

#[test]
fn a_duplicate_element_is_refused() {
    let forged = "<xml><total_fee>1</total_fee><out_trade_no>a12345</out_trade_no><total_fee>8888</total_fee></xml>";
    assert_eq!(fault(forged), XmlFault::Field(ParamError::Duplicate("total_fee".into())));
}

#[test]
fn nesting_attributes_prefixes_comments_and_instructions_are_refused() {
    assert_eq!(fault("<xml><a><b>1</b></a></xml>"), XmlFault::Nested("a".into()));
    assert_eq!(fault("<xml><a>1<b/></a></xml>"), XmlFault::Nested("a".into()));
    assert_eq!(fault("<xml><a x='1'>1</a></xml>"), XmlFault::Attributes("a".into()));
    assert_eq!(fault("<xml v='1'><a>1</a></xml>"), XmlFault::Attributes("xml".into()));
    assert_eq!(fault("<xml><w:a>1</w:a></xml>"), XmlFault::Attributes("w:a".into()));
    assert_eq!(fault("<xml><!-- x --><a>1</a></xml>"), XmlFault::Markup);
    assert_eq!(fault("<xml><a><!-- x -->1</a></xml>"), XmlFault::Markup);
    assert_eq!(fault("<xml><?php x ?><a>1</a></xml>"), XmlFault::Markup);
    assert_eq!(fault("<xml><a>1</a></xml><!-- x -->"), XmlFault::StrayText);
}

#[test]
fn what_is_not_one_whole_message_is_refused() {
    assert_eq!(fault(""), XmlFault::Empty);
    assert_eq!(fault(" \n"), XmlFault::Empty);
    assert_eq!(fault("<xml/>"), XmlFault::Empty);
    assert!(matches!(fault("<root><a>1</a></root>"), XmlFault::Root { .. }));
    assert_eq!(fault("x<xml><a>1</a></xml>"), XmlFault::StrayText);
    assert_eq!(fault("<xml>x<a>1</a></xml>"), XmlFault::StrayText);
    assert_eq!(fault("<xml><a>1</a></xml>x"), XmlFault::StrayText);
    assert_eq!(fault("<xml><a>1</a></xml><xml><a>2</a></xml>"), XmlFault::StrayText);
    for cut in [
        "<xml><a>1</a>",
        "<xml><a>1",
        "<xml><a><![CDATA[1",
        "<xml><a>1</b></xml>",
        "<xml><a>1</a></xml",
        "<xml><1a>1</1a></xml>",
        "<xml><a>1 & 2</a></xml>",
        "<xml><a>1]]>2</a></xml>",
        "<xml><a>]]]></a></xml>",
    ] {
        assert!(matches!(fault(cut), XmlFault::Broken(_)), "{cut}: {:?}", fault(cut));
    }
}

#[test]
fn other_encodings_and_control_characters_are_refused_with_their_line() {
    let gbk = [b"<xml>\n<body>".as_slice(), &[0xB2, 0xE2, 0xCA, 0xD4], b"</body></xml>"].concat();
    assert_eq!(read(&gbk, "xml"), Err(XmlError { line: 2, kind: XmlFault::Encoding }));
    let utf16: Vec<u8> = "<xml><a>1</a></xml>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(read(&utf16, "xml").is_err());
    assert_eq!(fault("<?xml version=\"1.0\" encoding=\"GBK\"?><xml><a>1</a></xml>"), XmlFault::Encoding);
    assert_eq!(fault("<xml><a>1\u{8}</a></xml>"), XmlFault::ControlCharacter);
    assert_eq!(fault("<xml><a>1\u{FFFE}</a></xml>"), XmlFault::ControlCharacter);
}

#[test]
fn sizes_beyond_the_limits_are_refused() {
    let long = format!("<xml><a>{}</a></xml>", "x".repeat(MAX_BYTES));
    assert_eq!(fault(&long), XmlFault::TooLarge);
    let value = format!("<xml><a>{}</a></xml>", "x".repeat(33 * 1024));
    assert!(matches!(fault(&value), XmlFault::Field(ParamError::ValueTooLong(_))));
    let many: Vec<String> = (0..=MAX_FIELDS).map(|index| format!("<f{index}>1</f{index}>")).collect();
    let many = many.concat();
    assert_eq!(fault(&format!("<xml>{many}</xml>")), XmlFault::Field(ParamError::TooManyFields));
}

#[test]
fn a_declaration_a_byte_order_mark_and_white_space_between_fields_are_accepted() {
    let text = "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml>\n  <a> 1 </a>\r\n <b/>\n<c></c><d><![CDATA[]]></d></xml>\n";
    let expected = [("a", " 1 "), ("b", ""), ("c", ""), ("d", "")];
    assert_eq!(pairs(text), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn text_and_cdata_are_joined_and_line_ends_become_line_feeds() {
    assert_eq!(pairs("<xml><a>x<![CDATA[<y>]]>&amp;z\r\nw\rv</a></xml>"), [("a".into(), "x<y>&z\nw\nv".into())]);
}

#[test]
fn what_the_writer_cannot_carry_is_refused_before_it_is_signed() {
    let one = |name: &str, value: &str| write(&Params::from_pairs([(name, value)]).unwrap(), is_amount);
    assert!(matches!(one("a", "x\r\n"), Err(WriteError::Value(_))));
    assert!(matches!(one("a", "\u{0}"), Err(WriteError::Value(_))));
    assert!(matches!(one("1a", "x"), Err(WriteError::Name(_))));
    assert!(matches!(one("a b", "x"), Err(WriteError::Name(_))));
    assert!(matches!(one("a><b", "x"), Err(WriteError::Name(_))));
}

#[test]
fn the_layout_is_wechats() {
    let params = Params::from_pairs([
        ("return_code", "SUCCESS"),
        ("attach", "a]]>b"),
        ("total_fee", "101"),
        ("coupon_fee_0", "1"),
    ])
    .unwrap();
    assert_eq!(
        write(&params, is_amount).unwrap(),
        "<xml><return_code><![CDATA[SUCCESS]]></return_code>\n<attach><![CDATA[a]]]]><![CDATA[>b]]></attach>\n<total_fee>101</total_fee>\n<coupon_fee_0>1</coupon_fee_0>\n</xml>"
    );
}

#[test]
fn every_refusal_has_a_chinese_sentence_with_the_numbers_of_the_english_one() {
    let kinds = [
        XmlFault::Empty,
        XmlFault::TooLarge,
        XmlFault::Encoding,
        XmlFault::ControlCharacter,
        XmlFault::Root { found: "root2".into(), expected: "xml".into() },
        XmlFault::Doctype,
        XmlFault::Markup,
        XmlFault::Attributes("coupon_fee_0".into()),
        XmlFault::Nested("coupon_fee_1".into()),
        XmlFault::StrayText,
        XmlFault::Entity("frac14".into()),
        XmlFault::Field(ParamError::TooManyFields),
        XmlFault::Broken("</coupon_fee_3> is missing".into()),
    ];
    for kind in kinds {
        let fault = XmlError { line: 37, kind };
        let (chinese, english) = (fault.chinese(), fault.to_string());
        assert!(chinese.contains('；') && chinese.contains('请'), "{chinese}");
        for number in english.split(|found: char| !found.is_ascii_digit()).filter(|number| !number.is_empty()) {
            assert!(chinese.contains(number), "{chinese} lacks {number} of {english}");
        }
    }
}

#[test]
fn what_is_not_well_formed_is_said_in_chinese_with_the_names_of_the_tags() {
    for (text, said) in [
        ("<xml><toe>600</total_fee></xml>", "应为 </toe>，却是 </total_fee>"),
        ("<xml><a>1</a>", "缺少 </xml>"),
        ("<xml><a>1", "缺少 </a>"),
        ("<xml><a><![CDATA[1", "CDATA 没有用 ]]> 结束"),
        ("<xml><a>1</a></xml", "标签没有用 > 结束"),
        ("<xml><1a>1</1a></xml>", "<1a> 不是合法的字段名"),
        ("<xml><a>1 & 2</a></xml>", "值里的 & 没有转义，请写成 &amp; 或用 CDATA"),
        ("<xml><a>1]]>2</a></xml>", "<a> 里的 ]]> 不在 CDATA 之内"),
    ] {
        let chinese = fault(text).chinese();
        assert!(chinese.contains(said), "{text}: {chinese}");
        assert!(!chinese.contains("原话"), "{text}: {chinese}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        fields in proptest::collection::btree_map("[A-Za-z_][A-Za-z0-9_.-]{0,14}", "([^\\x00-\\x08\\x0B-\\x1F\\u{FFFE}\\u{FFFF}]|]]>|[<>&;]){0,24}", 0..24),
        bare in any::<u8>(),
    ) {
        let params = Params::from_pairs(fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap();
        let written = write(&params, |name| name.len() % 3 == usize::from(bare % 3)).unwrap();
        if params.is_empty() {
            prop_assert_eq!(read(written.as_bytes(), "xml").unwrap(), params);
        } else {
            prop_assert_eq!(read(written.as_bytes(), "xml"), Ok(params));
        }
    }

    #[test]
    fn the_plain_reader_agrees_with_the_full_one_on_all_that_it_takes(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("<a>"), Just("</a>"), Just("<b>"), Just("</b>"), Just("<a/>"), Just("<![CDATA["), Just("]]>"), Just("]]"), Just("]"), Just(">"),
                Just("<"), Just("&amp;"), Just("x"), Just("中"), Just("\n"), Just(" "), Just("\r"), Just("<a>1</a>"), Just("<c><![CDATA[<a>]]></c>"),
                Just("<_>2</_>"), Just("<1>2</1>"), Just("<é>2</é>"), Just("</xml>"), Just("<xml>"), Just("<!--x-->"), Just("<?p?>"), Just("<d>]]></d>"),
            ],
            0..12,
        ),
    ) {
        let text = format!("<xml>{}</xml>", pieces.concat());
        if let Some(plain) = read_plain(&text, "xml") {
            let full = read_fields(&mut Reader::from_str(&text), "xml", text.len());
            prop_assert_eq!(full, Ok(plain), "{}", text);
        }
    }

    #[test]
    fn no_bytes_panic_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(&bytes, "xml").is_ok() || read(&bytes, "xml").is_err());
    }

    #[test]
    fn no_damage_to_a_message_panics_the_reader(at in 0usize..120, byte in any::<u8>()) {
        let mut bytes = b"<xml><return_code><![CDATA[SUCCESS]]></return_code>\n<total_fee>101</total_fee><a>&lt;&#65;</a></xml>".to_vec();
        let len = bytes.len();
        if let Some(slot) = bytes.get_mut(at % len) { *slot = byte; }
        if let Ok(params) = read(&bytes, "xml") { prop_assert!(params.len() <= 3); }
    }
}
