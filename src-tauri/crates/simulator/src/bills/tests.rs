//! Bills as a merchant fetches them; every refusal has its case.

use std::io::Read;
use std::sync::Arc;

use flate2::read::GzDecoder;
use proptest::prelude::*;
use sha1::{Digest, Sha1};
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::sign::upper_hex;
use wxpay_protocol::{Fen, SignType, xml};

use super::{BillColumns, BillSwitches};
use crate::trial::*;
use crate::{Answer, Clock, Dice, Gateway, Pay, Request, Role, SubMerchant, Switches, TimeScale};

pub(super) const BILL: &str = "/pay/downloadbill";
pub(super) const FLOW: &str = "/pay/downloadfundflow";
const COMMENTS: &str = "/billcommentsp/batchquerycomment";

pub(super) fn bill(day: &str) -> Message {
    common().with("bill_date", day)
}

pub(super) fn flow(day: &str, account: &str) -> Message {
    bill(day).with("account_type", account).with("sign_type", "HMAC-SHA256")
}

pub(super) fn text(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.content_type), (200, "text/plain"));
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// error_code and return_msg of a refused downloadbill, which must have exactly these fields.
fn refused(answer: &Answer) -> (String, String) {
    let params = xml::read(&answer.body, "xml").unwrap();
    let names: Vec<&str> = params.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["return_code", "return_msg", "error_code"], "{answer:?}");
    assert_eq!(params.get("return_code"), Some("FAIL"));
    (params.get("error_code").unwrap().to_owned(), params.get("return_msg").unwrap().to_owned())
}

/// err_code and err_code_des of an unsigned text endpoint.
fn text_refused(answer: &Answer) -> (String, String) {
    let params = xml::read(&answer.body, "xml").unwrap();
    assert_eq!(params.get("result_code"), Some("FAIL"), "{answer:?}");
    assert_eq!(params.get("sign"), None);
    (params.get("err_code").unwrap().to_owned(), params.get("err_code_des").unwrap().to_owned())
}

fn pair(code: &str, words: &str) -> (String, String) {
    (code.to_owned(), words.to_owned())
}

pub(super) fn with_bills(bills: BillSwitches) -> Arc<Gateway> {
    gateway_with(Switches { bills, ..Switches::default() })
}

pub(super) fn paid(gateway: &Gateway, message: Message) {
    let out_trade_no = message.params().get("out_trade_no").unwrap().to_owned();
    field(&ask(gateway, UNIFIED, &message.signed()), "prepay_id").unwrap();
    gateway.pay(None, &out_trade_no, &Pay::default()).unwrap();
}

#[test]
fn a_payment_stands_in_the_bill_of_its_day_as_the_protocol_page_shows_it() {
    let gateway = gateway();
    let message = order("T20240102030405_001").with("device_info", "WEB").with("attach", "shop=1");
    field(&ask(&gateway, UNIFIED, &message.signed()), "prepay_id").unwrap();
    gateway.advance_s(67).unwrap();
    gateway.pay(None, "T20240102030405_001", &Pay::default()).unwrap();
    let bill = text(&ask(&gateway, BILL, &bill("20240102").signed()));
    let lines: Vec<&str> = bill.split("\r\n").collect();
    assert_eq!(
        lines[1],
        "`2024-01-02 03:05:12,`wx0000000000000001,`1900000001,`0,`WEB,`4200000000202401020000000001,`T20240102030405_001,`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`JSAPI,`SUCCESS,`OTHERS,`CNY,`1.01,`0.00,`0,`0,`0.00,`0.00,`,`,`测试商城-T恤,`shop=1,`0.01000,`0.60%,`1.01,`0.00,`"
    );
    assert_eq!(lines[3], "`1,`1.01,`0.00,`0.00,`0.01000,`1.01,`0.00");
    assert_eq!(lines.len(), 5);
}

#[test]
fn every_refusal_of_downloadbill_has_its_own_code_and_words() {
    let gateway = gateway();
    paid(&gateway, order("T20240102030405_001"));
    let today = || bill("20240102");
    let other_key = today().signed_as(SignType::Md5, "fedcba9876543210fedcba9876543210");
    for (request, code, words) in [
        (other_key, "20001", "sign error"),
        (today().without("bill_date").signed(), "20001", "missing parameter"),
        (today().with("nonce_str", &"n".repeat(33)).signed(), "20001", "nonce_str too long"),
        (today().with("tar_type", "ZIP").signed(), "20001", "invalid tar_type, Only GZIP supported"),
        (today().with("tar_type", "gzip").signed(), "20001", "invalid tar_type, Only GZIP supported"),
        (today().with("bill_type", "REVOKED").signed(), "20001", "invalid bill_type"),
        (bill("2024-1-2").signed(), "20001", "invalid bill_date"),
        (bill("20240230").signed(), "20001", "invalid bill_date"),
        (bill("20231001").signed(), "20001", "invalid bill_date"),
        (today().with("appid", "wx0000000000000009").signed(), "20001", "invalid appid"),
        (today().with("device_info", &"d".repeat(33)).signed(), "20001", "invalid parameter"),
        ("<xml><a>".to_owned(), "20001", "data format error"),
        (String::new(), "20001", "empty post data"),
        (bill("20240101").signed(), "20002", "No Bill Exist"),
        (bill("20240103").signed(), "20002", "No Bill Exist"),
        (today().with("bill_type", "REFUND").signed(), "20002", "No Bill Exist"),
        (today().with("bill_type", "REFUND").with("tar_type", "GZIP").signed(), "20002", "No Bill Exist"),
    ] {
        assert_eq!(refused(&ask(&gateway, BILL, &request)), pair(code, words), "{request}");
    }
    let read = Request { method: "GET", ..Request::post(BILL, b"") };
    assert_eq!(refused(&gateway.handle(&read)), pair("20001", "require POST method"));
}

#[test]
fn a_refusal_is_written_exactly_as_captured() {
    let answer = ask(&gateway(), BILL, &bill("20240101").signed());
    assert_eq!(
        text(&answer),
        "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[No Bill Exist]]></return_msg>\n<error_code><![CDATA[20002]]></error_code>\n</xml>"
    );
}

#[test]
fn a_compressed_bill_is_one_gzip_file_of_the_same_text() {
    let gateway = gateway();
    paid(&gateway, order("T20240102030405_001"));
    let plain = text(&ask(&gateway, BILL, &bill("20240102").signed()));
    let packed = ask(&gateway, BILL, &bill("20240102").with("tar_type", "GZIP").signed());
    assert!(packed.body.starts_with(b"\x1f\x8b"), "{packed:?}");
    assert!(packed.headers.is_empty(), "a Content-Encoding would make clients unpack it twice");
    let mut unpacked = String::new();
    GzDecoder::new(&packed.body[..]).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
}

#[test]
fn midnight_in_beijing_parts_the_bills() {
    let gateway = gateway();
    gateway.advance_s(20 * 3600 + 55 * 60 + 54).unwrap();
    paid(&gateway, order("T20240102235959_001"));
    gateway.advance_s(1).unwrap();
    paid(&gateway, order("T20240103000000_001"));
    let rows = |day| text(&ask(&gateway, BILL, &bill(day).signed()));
    assert!(rows("20240102").contains("`2024-01-02 23:59:59,"), "{}", rows("20240102"));
    assert!(!rows("20240102").contains("T20240103000000_001"));
    assert!(rows("20240103").contains("`2024-01-03 00:00:00,"));
    assert!(!rows("20240103").contains("T20240102235959_001"));
}

#[test]
fn rows_stand_in_the_order_of_their_times_whatever_the_order_of_payment() {
    let gateway = gateway();
    paid(&gateway, order("T20240102030405_001").with("total_fee", "1"));
    field(&ask(&gateway, UNIFIED, &order("T20240102030405_002").with("total_fee", "2").signed()), "prepay_id").unwrap();
    gateway.advance_s(60).unwrap();
    paid(&gateway, order("T20240102030405_003").with("total_fee", "3"));
    let early = Pay { at: Some(START), ..Pay::default() };
    gateway.pay(None, "T20240102030405_002", &early).unwrap();
    let bill = text(&ask(&gateway, BILL, &bill("20240102").signed()));
    let numbers: Vec<&str> = bill.lines().skip(1).take(3).map(|line| line.split(",`").nth(6).unwrap()).collect();
    assert_eq!(numbers, ["T20240102030405_001", "T20240102030405_002", "T20240102030405_003"]);
    assert!(bill.ends_with("`3,`0.06,`0.00,`0.00,`0.00000,`0.06,`0.00\r\n"), "{bill}");
}

#[test]
fn in_production_hours_a_bill_is_made_at_nine_and_complete_at_ten() {
    let gateway = with_bills(BillSwitches { ready_at_once: false, ..BillSwitches::default() });
    paid(&gateway, order("T20240102030405_001"));
    let ask_for_it = || ask(&gateway, BILL, &bill("20240102").signed());
    assert_eq!(refused(&ask_for_it()), pair("20002", "No Bill Exist"));
    gateway.advance_s(86_400 + 5 * 3600).unwrap();
    assert_eq!(refused(&ask_for_it()), pair("20002", "No Bill Exist"));
    gateway.advance_s(3600).unwrap();
    assert_eq!(refused(&ask_for_it()), pair("20002", "Bill Creating"));
    gateway.advance_s(3600).unwrap();
    assert!(text(&ask_for_it()).contains("T20240102030405_001"));
}

#[test]
fn older_columns_line_feeds_and_a_byte_order_mark_are_switches() {
    let bills = BillSwitches {
        columns: BillColumns::Oldest,
        line_feed_only: true,
        byte_order_mark: true,
        fee_keeps_thousandths: true,
        ..BillSwitches::default()
    };
    let gateway = with_bills(bills);
    paid(&gateway, order("T20240102030405_001"));
    let oldest = text(&ask(&gateway, BILL, &bill("20240102").signed()));
    assert!(
        oldest.starts_with("\u{FEFF}交易时间,") && oldest.contains("企业红包金额") && !oldest.contains('\r'),
        "{oldest}"
    );
    assert!(oldest.contains(",`0.00606,`0.60%\n"), "{oldest}");
    let short = with_bills(BillSwitches { short_success_summary: true, ..BillSwitches::default() });
    paid(&short, order("T20240102030405_001"));
    let bill = text(&ask(&short, BILL, &bill("20240102").with("bill_type", "SUCCESS").signed()));
    assert!(
        bill.ends_with("总交易单数,应结订单总金额,手续费总金额,订单总金额\r\n`1,`1.01,`0.01000,`1.01\r\n"),
        "{bill}"
    );
}

fn provider() -> Arc<Gateway> {
    let mut merchant = own_merchant();
    let sub = |number: &str| SubMerchant {
        sub_mch_id: MchId::new(number).unwrap(),
        sub_appids: vec![Appid::new("wx0000000000000007").unwrap()],
    };
    merchant.role = Role::ServiceProvider(vec![sub("1900000109"), sub("1900000110")]);
    let clock = Clock::new(START, TimeScale::FROZEN);
    Arc::new(Gateway::in_memory(clock, Box::new(Dice::new(0, 0)), vec![merchant], Switches::default()))
}

#[test]
fn a_service_provider_sees_all_its_merchants_or_one() {
    let gateway = provider();
    paid(&gateway, order("T20240102030405_001").with("sub_mch_id", "1900000109"));
    paid(&gateway, order("T20240102030405_002").with("sub_mch_id", "1900000110"));
    let all = text(&ask(&gateway, BILL, &bill("20240102").signed()));
    assert!(all.contains(",`1900000001,`1900000109,`") && all.contains(",`1900000001,`1900000110,`"), "{all}");
    let one = text(&ask(&gateway, BILL, &bill("20240102").with("sub_mch_id", "1900000109").signed()));
    assert!(one.contains("T20240102030405_001") && !one.contains("T20240102030405_002"), "{one}");
    let foreign = ask(&gateway, BILL, &bill("20240102").with("sub_mch_id", "1900000999").signed());
    assert_eq!(refused(&foreign), pair("20001", "invalid parameter"));
}

#[test]
fn a_fund_flow_shows_each_movement_the_balance_after_it_and_a_digest() {
    let gateway = gateway();
    paid(&gateway, order("T20240102030405_001").with("total_fee", "1000"));
    gateway.advance_s(86_400).unwrap();
    paid(&gateway, order("T20240103030405_001").with("total_fee", "20000"));
    let answer = ask(&gateway, FLOW, &flow("20240103", "Basic").signed());
    let flow = text(&answer);
    let lines: Vec<&str> = flow.split("\r\n").collect();
    let rest = "4200000000202401030000000002,`1900000001202401030000000008,`交易,`交易,`收入,`200.00,`209.94,`system,`,`T20240103030405_001";
    assert_eq!(lines[1], format!("`2024-01-03 03:04:05,`{rest}"));
    assert!(lines[2].contains(",`扣除交易手续费,`扣除交易手续费,`支出,`1.20,`208.74,`system,"), "{flow}");
    assert_eq!(lines[3], "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额");
    assert_eq!(lines[4], "`2,`1,`200.00,`1,`1.20");
    let digest = upper_hex(&Sha1::digest(&answer.body)).to_lowercase();
    assert_eq!(answer.headers, [("Digest", format!("SHA={digest}"))]);
}

#[test]
fn the_digest_of_a_compressed_flow_covers_the_text_or_by_switch_the_file() {
    let digests = |covers_gzip: bool| {
        let gateway = with_bills(BillSwitches { flow_digest_covers_gzip: covers_gzip, ..BillSwitches::default() });
        paid(&gateway, order("T20240102030405_001"));
        let packed = ask(&gateway, FLOW, &flow("20240102", "Basic").with("tar_type", "GZIP").signed());
        let mut unpacked = Vec::new();
        GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).unwrap();
        let sha = |bytes: &[u8]| format!("SHA={}", upper_hex(&Sha1::digest(bytes)).to_lowercase());
        (packed.headers[0].1.clone(), sha(&unpacked), sha(&packed.body))
    };
    let (given, of_text, _) = digests(false);
    assert_eq!(given, of_text);
    let (given, _, of_file) = digests(true);
    assert_eq!(given, of_file);
}

#[test]
fn fees_are_taken_from_their_own_account_by_switch() {
    let gateway = with_bills(BillSwitches { fees_have_an_account: true, ..BillSwitches::default() });
    paid(&gateway, order("T20240102030405_001").with("total_fee", "1000"));
    let basic = text(&ask(&gateway, FLOW, &flow("20240102", "Basic").signed()));
    assert!(basic.ends_with("`1,`1,`10.00,`0,`0.00\r\n"), "{basic}");
    let fees = text(&ask(&gateway, FLOW, &flow("20240102", "Fees").signed()));
    assert!(fees.contains(",`支出,`0.06,`-0.06,") && fees.ends_with("`1,`0,`0.00,`1,`0.06\r\n"), "{fees}");
}

#[test]
fn every_refusal_of_downloadfundflow_has_its_own_err_code() {
    let gateway = gateway();
    paid(&gateway, order("T20240102030405_001"));
    for (request, code, words) in [
        (flow("20240102", "basic"), "PARAM_ERROR", "参数错误"),
        (flow("2024010", "Basic"), "PARAM_ERROR", "参数错误"),
        (flow("20170531", "Basic"), "PARAM_ERROR", "参数错误"),
        (flow("20231001", "Basic"), "PARAM_ERROR", "参数错误"),
        (flow("20240102", "Basic").with("tar_type", "ZIP"), "PARAM_ERROR", "参数错误"),
        (flow("20240101", "Basic"), "NO_BILL_EXIST", "账单不存在"),
        (flow("20240103", "Basic"), "NO_BILL_EXIST", "账单不存在"),
        (flow("20240102", "Operation"), "NO_BILL_EXIST", "账单不存在"),
        (flow("20240102", "Fees"), "NO_BILL_EXIST", "账单不存在"),
    ] {
        let request = request.signed();
        assert_eq!(text_refused(&ask(&gateway, FLOW, &request)), pair(code, words), "{request}");
    }
    let md5 = bill("20240102").with("account_type", "Basic").signed();
    assert_eq!(return_msg(&ask(&gateway, FLOW, &md5)), "签名错误，请检查后再试");
    let late = with_bills(BillSwitches { ready_at_once: false, refusal_says_fail: false, ..BillSwitches::default() });
    late.advance_s(86_400 + 6 * 3600).unwrap();
    let answer = ask(&late, FLOW, &flow("20240102", "Basic").signed());
    assert_eq!(text_refused(&answer), pair("BILL_CREATING", "账单未生成"));
    assert_eq!(xml::read(&answer.body, "xml").unwrap().get("return_code"), Some("SUCCESS"));
}

fn comments(begin: &str, end: &str) -> Message {
    common().with("begin_time", begin).with("end_time", end).with("offset", "0").with("sign_type", "HMAC-SHA256")
}

#[test]
fn every_third_payment_is_commented_an_hour_later() {
    let gateway = gateway();
    for number in 0..7 {
        paid(&gateway, order(&format!("T20240102030405_00{number}")));
    }
    let whole_day = || comments("20240102000000", "20240102235959");
    let none_yet = ask(&gateway, COMMENTS, &whole_day().signed());
    assert_eq!(text_refused(&none_yet), pair("NO_COMMENT", "对应的时间段没有用户的评论数据"));
    gateway.advance_s(3600).unwrap();
    let all = text(&ask(&gateway, COMMENTS, &whole_day().signed()));
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines[0], "3");
    assert_eq!(lines[1], "2024-01-02 04:04:05,4200000000202401020000000001,5,赞，东西很新鲜");
    assert_eq!(lines.len(), 4);
    let rest = text(&ask(&gateway, COMMENTS, &whole_day().with("offset", "1").with("limit", "1").signed()));
    assert_eq!(rest.lines().collect::<Vec<_>>(), ["2", lines[2]]);
    let beyond = ask(&gateway, COMMENTS, &whole_day().with("offset", "3").signed());
    assert_eq!(text_refused(&beyond).0, "NO_COMMENT");
}

#[test]
fn what_a_payer_is_made_to_write_takes_the_place_of_what_it_would_have_written() {
    let gateway = gateway();
    for number in 0..2 {
        paid(&gateway, order(&format!("T20240102030405_00{number}")));
    }
    gateway.comment(None, "T20240102030405_000", 2, "先写的").unwrap();
    gateway.advance_s(60).unwrap();
    gateway.comment(None, "T20240102030405_000", 4, "改过, 再写的").unwrap();
    gateway.comment(None, "T20240102030405_001", 5, "好").unwrap();
    gateway.advance_s(3600).unwrap();
    let all = text(&ask(&gateway, COMMENTS, &comments("20240102000000", "20240102235959").signed()));
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines.len(), 3, "{all}");
    assert_eq!(lines[1], "2024-01-02 03:05:05,4200000000202401020000000001,4,改过, 再写的");
    assert!(lines[2].ends_with(",5,好"), "{all}");
    let unpaid = order("T20240102030405_009");
    ask(&gateway, UNIFIED, &unpaid.signed());
    for (number, stars, said) in [
        ("T20240102030405_009", 5, "没有付过"),
        ("T20240102030405_000", 0, "没有星"),
        ("T20240102030405_000", 6, "太多星"),
        ("T20240102030405_000", 5, "两\n行"),
        ("T20240102030405_000", 5, " "),
        ("T-none", 5, "没有这笔"),
    ] {
        assert!(gateway.comment(None, number, stars, said).is_err(), "{number} {stars} {said:?}");
    }
}

#[test]
fn nobody_writes_unasked_where_the_switch_is_off() {
    let gateway = with_bills(BillSwitches { comments_by_themselves: false, ..BillSwitches::default() });
    paid(&gateway, order("T20240102030405_001"));
    gateway.advance_s(3600).unwrap();
    let asked = || ask(&gateway, COMMENTS, &comments("20240102000000", "20240102235959").signed());
    assert_eq!(text_refused(&asked()).0, "NO_COMMENT");
    gateway.comment(None, "T20240102030405_001", 5, "好").unwrap();
    assert!(text(&asked()).ends_with(",5,好\n"));
}

#[test]
fn every_refusal_of_batchquerycomment_has_its_own_err_code() {
    let gateway = gateway();
    let whole_day = || comments("20240102000000", "20240102235959");
    for (request, code) in [
        (comments("2024010200000", "20240102235959"), "PARAM_ERROR"),
        (comments("20240102000001", "20240102000000"), "PARAM_ERROR"),
        (whole_day().with("offset", "-1"), "PARAM_ERROR"),
        (whole_day().with("limit", "0"), "PARAM_ERROR"),
        (whole_day().with("limit", "201"), "PARAM_ERROR"),
        (comments("20231001000000", "20240102235959"), "TIME_EXPIRE"),
        (whole_day(), "NO_COMMENT"),
    ] {
        let request = request.signed();
        assert_eq!(text_refused(&ask(&gateway, COMMENTS, &request)).0, code, "{request}");
    }
}

#[test]
fn values_of_comments_stand_behind_back_ticks_by_switch() {
    let gateway = with_bills(BillSwitches { comments_have_back_ticks: true, ..BillSwitches::default() });
    paid(&gateway, order("T20240102030405_001"));
    gateway.advance_s(3600).unwrap();
    let all = text(&ask(&gateway, COMMENTS, &comments("20240102000000", "20240102235959").signed()));
    assert_eq!(all, "`1\n`2024-01-02 04:04:05,`4200000000202401020000000001,`5,`赞，东西很新鲜\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_request_for_a_bill_panics_the_gateway(
        day in "[0-9]{0,9}|\\PC{0,8}",
        kind in "ALL|SUCCESS|REFUND|RECHARGE_REFUND|[A-Z]{0,5}",
        offset in "[0-9]{0,25}",
        limit in "[0-9]{0,25}|-1",
    ) {
        let gateway = gateway();
        paid(&gateway, order("T20240102030405_001"));
        let ask_with = |path: &str, message: Message| ask(&gateway, path, &message.signed()).status;
        prop_assert_eq!(ask_with(BILL, bill(&day).with("bill_type", &kind)), 200);
        prop_assert_eq!(ask_with(FLOW, flow(&day, &kind)), 200);
        let message = comments(&day, "20240102235959").with("offset", &offset).with("limit", &limit);
        prop_assert_eq!(ask_with(COMMENTS, message), 200);
        prop_assert_eq!(ask_with(COMMENTS, comments("20240102000000", "20240102235959").with("offset", &offset)), 200);
    }

    #[test]
    fn the_sums_of_a_bill_are_those_of_the_ledger(amounts in proptest::collection::vec((1i64..100_000, 0i64..100), 1..20)) {
        let gateway = gateway();
        for (place, (total, coupon)) in amounts.iter().enumerate() {
            let number = format!("T20240102030405_{place:03}");
            field(&ask(&gateway, UNIFIED, &order(&number).with("total_fee", &total.to_string()).signed()), "prepay_id").unwrap();
            let pay = Pay::default().with_coupon(Fen::new((*coupon).min(*total)).unwrap());
            gateway.pay(None, &number, &pay).unwrap();
        }
        let sums = gateway.sums();
        let bill = text(&ask(&gateway, BILL, &bill("20240102").signed()));
        let last = bill.lines().last().unwrap();
        let yuan = Fen::new(i64::try_from(sums.paid_total_fee).unwrap()).unwrap().yuan_text();
        prop_assert!(last.starts_with(&format!("`{},`{yuan},`0.00,`0.00,`", sums.paid)), "{}", last);
        prop_assert!(last.ends_with(&format!(",`{yuan},`0.00")), "{}", last);
    }
}
