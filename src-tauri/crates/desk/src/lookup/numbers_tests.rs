use super::*;

const WECHAT: &str = "4200000540202005267407409907";
const OURS: &str = "2026112015040500023141592653";
const REFUND: &str = "50000000002024010200000000001";

fn read(text: &str) -> Vec<(String, NumberKind)> {
    numbers(text).into_iter().map(|number| (number.text, number.kind)).collect()
}

fn only(text: &str) -> PastedNumber {
    let mut found = numbers(text);
    assert_eq!(found.len(), 1, "{text:?}: {found:?}");
    found.remove(0)
}

fn day(number: &PastedNumber) -> Option<String> {
    number.date.map(UtcMs::day)
}

#[test]
fn a_text_without_a_number_has_none() {
    for text in
        ["", " \n", "钱扣了但是订单没有显示", "退款什么时候到账？？", "联系电话 13800138000，谢谢", "2026-11-20 15:04"]
    {
        assert_eq!(read(text), [], "{text:?}");
    }
}

#[test]
fn each_kind_is_known_by_its_prefix_and_tells_its_date() {
    for (text, kind, date) in [
        (WECHAT, NumberKind::TransactionId, Some("2020-05-26")),
        ("1000320306201511078440737890", NumberKind::TransactionId, Some("2015-11-07")),
        ("4001232001201607048484848484", NumberKind::TransactionId, Some("2016-07-04")),
        (REFUND, NumberKind::RefundId, Some("2024-01-02")),
        (OURS, NumberKind::OutTradeNo, Some("2026-11-20")),
        ("T20240102030405_001", NumberKind::OutTradeNo, None),
        ("wx201410272009395522657a690389285100", NumberKind::PrepayId, Some("2014-10-27")),
        ("wx2421b1c4370ec43b", NumberKind::Appid, None),
        ("1900000001", NumberKind::MchId, None),
        ("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", NumberKind::OpenId, None),
        ("134567890123456789", NumberKind::AuthCode, None),
        ("ORDERNOTEXIST", NumberKind::ErrCode, None),
        ("USER_ACCOUNT_ABNORMAL", NumberKind::ErrCode, None),
    ] {
        let number = only(text);
        assert_eq!((number.text.as_str(), number.kind, day(&number).as_deref()), (text, kind, date));
        assert!(!number.is_sandbox && !number.is_repaired);
    }
    assert_eq!(only(&format!("R{}", "1".repeat(40))).kind, NumberKind::OutRefundNo);
}

#[test]
fn a_number_of_the_sandbox_is_told_from_a_real_one() {
    let number = only("1900000001202401020304051234567");
    assert_eq!(
        (number.kind, number.is_sandbox, day(&number).as_deref()),
        (NumberKind::TransactionId, true, Some("2024-01-02"))
    );
}

#[test]
fn spaces_line_breaks_and_full_width_digits_do_not_break_a_number() {
    let parts =
        ["4200 0005 4020 2005 2674 0740 9907", "42000005402020\n05267407409907", "  4200000540 202005267407409907\t"];
    for text in parts {
        assert_eq!(only(text).text, WECHAT, "{text:?}");
    }
    assert_eq!(only("４２０００００５４０２０２００５２６７４０７４０９９０７").text, WECHAT);
    assert_eq!(only("4200000540\u{200b}202005267407409907\u{feff}").text, WECHAT);
    assert_eq!(only("2026112015040500\n023141592653").text, OURS);
}

#[test]
fn an_o_for_a_zero_is_repaired_where_the_number_is_beyond_doubt_and_nowhere_else() {
    let number = only("42OOOO054O2020O5267407409907");
    assert_eq!((number.text.as_str(), number.is_repaired), (WECHAT, true));
    assert_eq!(only("ORDER-O01").text, "ORDER-O01");
}

#[test]
fn a_customers_message_gives_its_numbers_and_neither_amounts_nor_telephones_nor_dates() {
    let message = format!(
        "您好，我11月20日付款19.90元，显示支付成功但是没有发货\n交易单号：{WECHAT}\n商户单号 {OURS}\n付款时间 2026-11-20 15:04:05，电话13800138000"
    );
    assert_eq!(
        read(&message),
        [(WECHAT.to_owned(), NumberKind::TransactionId), (OURS.to_owned(), NumberKind::OutTradeNo)]
    );
    let refund = "商户退款单号：REFUND-20240102-7，退款单号50000000002024010200000000001";
    assert_eq!(
        read(refund),
        [("REFUND-20240102-7".to_owned(), NumberKind::OutRefundNo), (REFUND.to_owned(), NumberKind::RefundId)]
    );
}

#[test]
fn a_column_of_numbers_stays_a_column_and_each_is_there_once() {
    let column = format!("{WECHAT}\n{OURS}\nA-100200\n{WECHAT}\n");
    let found = read(&column);
    assert_eq!(found.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), [WECHAT, OURS, "A-100200"]);
}

#[test]
fn two_numbers_that_are_moments_are_not_read_as_one() {
    assert_eq!(read("20261120150405\n20261120150406").len(), 2);
}

#[test]
fn of_a_payment_code_only_two_digits_are_shown() {
    let shown = only("134567890123456789").shown();
    assert!(shown.starts_with("13") && !shown.contains("4567"), "{shown}");
}

#[test]
fn whatever_is_pasted_is_read_without_a_panic() {
    for text in ["\u{0}", "２０２", "|||", "-", "20", "é20261120", &"9".repeat(5000), &"4200 ".repeat(400)] {
        numbers(text);
    }
}

#[test]
fn an_l_and_a_capital_i_are_read_as_ones_in_a_whole_number_and_stay_letters_elsewhere() {
    let read = "4200000540202005267407409911";
    for pasted in ["42000005402020052674074099lI", "4200 0005 4020 2005 2674 0740 99Il", "42ooOoO54O2O2OO5267407409911"]
    {
        let number = only(pasted);
        assert_eq!((number.text.as_str(), number.kind, number.is_repaired), (read, NumberKind::TransactionId, true));
    }
    let own = only("SHOP-Il-0000001");
    assert_eq!((own.text.as_str(), own.is_repaired), ("SHOP-Il-0000001", false));
}

/// The numbers of a text where these are known, and what was asked for.
fn where_known(text: &str, known: &[&str]) -> (Vec<String>, Vec<String>) {
    let mut asked = Vec::new();
    let found = numbers_where(text, |number| {
        asked.push(number.to_owned());
        Ok::<_, Infallible>(known.contains(&number))
    });
    let Ok(found) = found;
    (found.into_iter().map(|number| number.text).collect(), asked)
}

#[test]
fn a_number_on_two_lines_is_one_where_the_whole_is_known_and_neither_half_is() {
    let (whole, first, second) = ("T20240102030405_001", "T2024010203", "0405_001");
    let long = "20261120150405000231415926530001";
    let cases: [(&str, &[&str], &[&str]); 12] = [
        ("商户单号 T2024010203\n0405_001，退款", &[whole], &[whole]),
        ("T2024010203 \r\n  0405_001", &[whole], &[whole]),
        ("T20240102030405_\n001", &[whole], &[whole]),
        ("T20\n240102030405_001", &[whole], &[whole]),
        ("T2024010203\n0405_001", &[], &[first, second]),
        ("T2024010203\n0405_001", &[whole, first], &[first, second]),
        ("T2024010203\n0405_001", &[whole, second], &[first, second]),
        ("T2024010203 0405_001", &[whole], &[first, second]),
        ("T2024010203\n\n0405_001", &[whole], &[first, second]),
        ("T2024010203\n：0405_001", &[whole], &[first, second]),
        // Of two ways to put three lines together it is the first.
        ("A-1002\n003004\n005006", &["A-1002003004", "003004005006"], &["A-1002003004", "005006"]),
        // Also where the first line would be a whole number by itself.
        ("2026112015040500023141592653\n0001", &[long], &[long]),
    ];
    for (text, known, expected) in cases {
        assert_eq!(where_known(text, known).0, expected, "{text:?} where {known:?} are known");
    }
}

#[test]
fn of_a_long_column_each_pair_of_lines_is_asked_for_once_and_no_more_pairs_than_numbers_are_looked_up() {
    let column = |lines: usize| (0..lines).map(|n| format!("ORDER-{n:08}")).collect::<Vec<_>>().join("\n");
    let (found, asked) = where_known(&column(1_000), &[]);
    assert_eq!((found.len(), asked.len()), (1_000, 999));
    assert_eq!(where_known(&column(1_500), &[]).1.len(), LOOKUP_MAX);
    let words = "hello\nworld\n".repeat(1_000);
    assert_eq!(where_known(&words, &[]), (vec![], vec![]), "words are no halves of numbers");
}
